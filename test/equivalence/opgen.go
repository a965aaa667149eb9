package equivalence

import (
	"encoding/json"
	"fmt"
	"math/rand/v2"
	"slices"
	"strconv"
	"strings"
)

// opGen makes one operation.
type opGen struct {
	r  *rand.Rand
	on Features
	c  *Case
	op *Operation
	// taken are, by response path, the fields that have the path.
	taken   map[string][]use
	aliases int
	// aliased and conditional are how often, in percent, a field has an alias
	// and a selection a condition.
	aliased, conditional int
	// constant forbids variables in what is made: a default value has none.
	constant bool
	budget   int
}

// use is a field at a response path.
type use struct{ parent, sign, typ string }

func (g *opGen) chance(percent int) bool { return g.r.IntN(100) < percent }

// generateOperation fills c.Op with a valid operation.
func generateOperation(r *rand.Rand, on Features, c *Case) {
	g := &opGen{r: r, on: on, c: c, op: &Operation{}, taken: map[string][]use{}, budget: 10 + r.IntN(90)}
	c.Op = g.op
	g.aliased, g.conditional = pick(r, []int{2, 10, 20, 40}), pick(r, []int{0, 5, 15, 40})
	depth := 2 + r.IntN(5)
	g.op.Selections = g.selections(c.typ("Query"), "", depth, 1+r.IntN(3))
	g.op.prune()
}

// selections makes about n selections on t.
func (g *opGen) selections(t *Type, path string, depth, n int) []*Selection {
	var out []*Selection
	for range n {
		if s := g.selection(t, path, depth); s != nil {
			out = append(out, s)
		}
	}
	if len(out) == 0 {
		out = append(out, g.typename(t, path))
	}
	return out
}

func (g *opGen) typename(t *Type, path string) *Selection {
	s := &Selection{Field: "__typename"}
	if t.Kind == Root || g.chance(15) {
		s.Alias = g.alias()
	}
	for !g.register(t, path, s, "String!") {
		s.Alias = g.alias()
	}
	return s
}

func (g *opGen) alias() string {
	g.aliases++
	if g.chance(50) {
		return "a" + strconv.Itoa(g.r.IntN(6))
	}
	return "x" + strconv.Itoa(g.aliases)
}

func (g *opGen) selection(t *Type, path string, depth int) *Selection {
	g.budget--
	switch n := g.r.IntN(100); {
	case n < 6:
		return g.typename(t, path)
	case n < 26 || t.Kind == Union || t.Kind == Interface && n < 55:
		return g.fragment(t, path, depth)
	}
	return g.field(t, path, depth)
}

func (g *opGen) field(t *Type, path string, depth int) *Selection {
	var fields []*Field
	for _, f := range t.Fields {
		if g.c.compositeType(named(f.Type)) == nil || depth > 0 && g.budget > 0 {
			fields = append(fields, f)
		}
	}
	if len(fields) == 0 {
		return nil
	}
	f := pick(g.r, fields)
	if depth > 0 && g.c.compositeType(named(f.Type)) == nil && g.chance(35) {
		f = pick(g.r, fields) // prefers depth a little
	}
	s := &Selection{Field: f.Name}
	if g.chance(g.aliased) {
		s.Alias = g.alias()
	}
	for _, a := range f.Args {
		if strings.HasSuffix(a.Type, "!") && a.Default == "" || g.chance(60) {
			s.Args = append(s.Args, &Given{Name: a.Name, Text: g.argument(a)})
		}
	}
	for !g.register(t, path, s, f.Type) {
		s.Alias = g.alias()
	}
	g.conditions(s)
	if sub := g.c.compositeType(named(f.Type)); sub != nil {
		s.Sub = g.selections(sub, path+"/"+s.key(), depth-1, 1+g.r.IntN(4))
	}
	return s
}

// register notes a field at its response path; false if it conflicts with one
// that is there.
func (g *opGen) register(t *Type, path string, s *Selection, typ string) bool {
	key := path + "/" + s.key()
	var sign strings.Builder
	sign.WriteString(s.Field)
	for _, a := range s.Args {
		fmt.Fprintf(&sign, ",%s:%s", a.Name, a.Text)
	}
	u := use{parent: t.Name, sign: sign.String(), typ: typ}
	if u.sign == "__typename" {
		u.parent = "" // the same everywhere
	}
	for _, o := range g.taken[key] {
		if o == u {
			return true
		}
		if g.conflict(o, u) {
			return false
		}
	}
	g.taken[key] = append(g.taken[key], u)
	return true
}

func (g *opGen) conflict(a, b use) bool {
	if a.typ != b.typ {
		return true
	}
	if a.sign == b.sign {
		return false
	}
	disjoint := a.parent != b.parent && a.parent != "" && b.parent != "" &&
		g.c.typ(a.parent).object() && g.c.typ(b.parent).object()
	return !disjoint
}

func (g *opGen) conditions(s *Selection) {
	if !g.on.Conditions || !g.chance(g.conditional) {
		return
	}
	text := []string{"true", "false"}[g.r.IntN(2)]
	if g.chance(80) {
		text = g.variable("Boolean!", g.chance(65), "")
	}
	if g.chance(50) {
		s.Skip = text
	} else {
		s.Include = text
	}
}

// variable adds a variable, or takes one that fits, and returns its text.
func (g *opGen) variable(typ string, value any, def string) string {
	for _, v := range g.op.Variables {
		if v.Type == typ && v.Default == "" && g.chance(30) {
			return "$" + v.Name
		}
	}
	v := &Variable{Name: fmt.Sprintf("v%d", len(g.op.Variables)), Type: typ, Default: def, Value: value, Given: true}
	if (def != "" || !nonNull(typ)) && g.chance(25) {
		v.Given = false
	}
	g.op.Variables = append(g.op.Variables, v)
	return "$" + v.Name
}

func (g *opGen) argument(a *Arg) string {
	literal, value := g.input(a.Type)
	if !g.chance(45) {
		return literal
	}
	def := ""
	typ := a.Type
	if g.chance(20) {
		g.constant = true
		def, _ = g.input(strings.TrimSuffix(typ, "!") + "!")
		g.constant = false
	}
	return g.variable(typ, value, def)
}

// input makes a value of an input type, as literal and as JSON.
func (g *opGen) input(typ string) (string, any) {
	if !nonNull(typ) && g.chance(15) {
		return "null", nil
	}
	if isList(typ) {
		if g.chance(10) {
			return g.input(strings.TrimSuffix(inner(typ), "!") + "!") // a single value for a list
		}
		var texts []string
		values := []any{}
		for range g.r.IntN(3) {
			t, v := g.input(inner(typ))
			texts, values = append(texts, t), append(values, v)
		}
		return "[" + strings.Join(texts, ", ") + "]", values
	}
	switch named(typ) {
	case "Int":
		n := strconv.Itoa(g.r.IntN(6))
		return n, json.Number(n)
	case "ID":
		id := g.id()
		return strconv.Quote(id), id
	case "Color":
		c := pick(g.r, g.c.typ("Color").Values)
		return c, c
	case "Filter":
		var parts []string
		m := map[string]any{}
		for _, f := range g.c.typ("Filter").Fields {
			if g.chance(60) {
				t, v := g.input(f.Type)
				if f.Name == "tags" && t != "null" && !strings.HasPrefix(t, "[") {
					t, v = "["+t+"]", []any{v} // expressions want the list
				}
				if !g.constant && g.chance(25) {
					t = g.variable(f.Type, v, "")
				}
				parts = append(parts, f.Name+": "+t)
				m[f.Name] = v
			}
		}
		return "{" + strings.Join(parts, ", ") + "}", m
	}
	s := pick(g.r, []string{"x", "two words", "quote\"d", "", "ü", "$s"})
	text, _ := json.Marshal(s)
	return string(text), s
}

// id is the id of some entity, or of none.
func (g *opGen) id() string {
	var ids []string
	for _, t := range g.c.Types {
		for _, e := range g.c.Data.Entities[t.Name] {
			if id, ok := e["id"].(string); ok {
				ids = append(ids, id)
			}
		}
	}
	if len(ids) == 0 || g.chance(10) {
		return "nobody"
	}
	return pick(g.r, ids)
}

// fragment makes an inline fragment or a spread.
func (g *opGen) fragment(t *Type, path string, depth int) *Selection {
	on := g.condition(t)
	s := &Selection{}
	if t.Kind != Root && g.chance(25) {
		for _, f := range g.op.Fragments {
			if g.overlap(t, g.c.typ(f.On)) && g.chance(50) && g.replay(f, path) {
				s.Spread = f.Name
				g.conditions(s)
				return s
			}
		}
		s.Spread = fmt.Sprintf("F%d", len(g.op.Fragments))
		f := &Fragment{Name: s.Spread, On: on.Name}
		sub := g.selections(on, path, depth, 1+g.r.IntN(3))
		// Fragments made meanwhile have taken names.
		f.Name = fmt.Sprintf("F%d", len(g.op.Fragments))
		s.Spread = f.Name
		f.Selections = sub
		g.op.Fragments = append(g.op.Fragments, f)
		g.conditions(s)
		return s
	}
	s.Inline = true
	if on != t || g.chance(70) {
		s.On = on.Name
	}
	g.conditions(s)
	s.Sub = g.selections(on, path, depth, 1+g.r.IntN(3))
	return s
}

// condition picks a type whose objects may be objects of t.
func (g *opGen) condition(t *Type) *Type {
	if t.Kind == Root {
		return t
	}
	var list []*Type
	for _, o := range g.c.Types {
		if o.composite() && o.Kind != Root && g.overlap(t, o) {
			list = append(list, o)
			if o.object() {
				list = append(list, o)
			}
		}
	}
	return pick(g.r, list)
}

func (g *opGen) overlap(a, b *Type) bool {
	if (a.Kind == Root) != (b.Kind == Root) {
		return false
	}
	bs := possible(g.c, b, 0)
	return slices.ContainsFunc(possible(g.c, a, 0), func(n string) bool { return slices.Contains(bs, n) })
}

// replay checks that a fragment made elsewhere fits at a path, and notes its
// fields there.
func (g *opGen) replay(f *Fragment, path string) bool {
	saved := map[string][]use{}
	for k, v := range g.taken {
		saved[k] = slices.Clone(v)
	}
	if !g.replaySelections(g.c.typ(f.On), f.Selections, path) {
		g.taken = saved
		return false
	}
	return true
}

func (g *opGen) replaySelections(t *Type, list []*Selection, path string) bool {
	for _, s := range list {
		switch {
		case s.Spread != "":
			for _, f := range g.op.Fragments {
				if f.Name == s.Spread && !g.replaySelections(g.c.typ(f.On), f.Selections, path) {
					return false
				}
			}
		case s.Inline:
			on := t
			if s.On != "" {
				on = g.c.typ(s.On)
			}
			if !g.replaySelections(on, s.Sub, path) {
				return false
			}
		default:
			typ := "String!"
			var sub *Type
			if f := t.field(s.Field); f != nil {
				typ = f.Type
				sub = g.c.compositeType(named(f.Type))
			}
			if !g.register(t, path, s, typ) {
				return false
			}
			if sub != nil && !g.replaySelections(sub, s.Sub, path+"/"+s.key()) {
				return false
			}
		}
	}
	return true
}
