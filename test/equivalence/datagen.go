package equivalence

import (
	"encoding/json"
	"fmt"
	"math/rand/v2"
	"strconv"
)

// dataGen makes the world of a case.
type dataGen struct {
	r     *rand.Rand
	on    Features
	c     *Case
	count map[string]int
	depth int
	// required are the fields that some @requires mentions.
	required map[string]bool
	// nested says that some @requires names fields of another object.
	nested bool
}

func (g *dataGen) chance(percent int) bool { return g.r.IntN(100) < percent }

// generateData fills c.Data.
func generateData(r *rand.Rand, on Features, c *Case) {
	g := &dataGen{r: r, on: on, c: c, count: map[string]int{}, required: c.required()}
	w := &World{Entities: map[string][]map[string]any{}, Roots: map[string]any{}, Hide: map[string]map[string][]map[string]any{}}
	c.Data = w
	for _, t := range c.Types {
		for _, f := range t.Fields {
			for _, i := range f.Requires {
				g.nested = g.nested || len(i.Sub) > 0
			}
		}
	}
	for _, t := range c.Types {
		if t.Kind == Entity {
			g.count[t.Name] = 1 + r.IntN(4)
		}
	}
	for _, t := range c.Types {
		switch t.Kind {
		case Entity:
			for i := range g.count[t.Name] {
				w.Entities[t.Name] = append(w.Entities[t.Name], g.entity(t, i))
			}
		case Root:
			for _, f := range t.Fields {
				if f.Compute == nil {
					w.Roots[f.Name] = g.value(f, f.Type)
				}
			}
		}
	}
	if on.Hidden {
		g.hide()
	}
}

// altless says that entity i has no nullable key.
func (g *dataGen) altless(t *Type, i int) bool { return t.field("alt") != nil && i%3 == 1 }

// identity gives the key fields of entity i.
func (g *dataGen) identity(t *Type, i int) map[string]any {
	out := map[string]any{}
	for _, k := range t.Keys {
		for _, item := range k.Fields {
			f := t.field(item.Name)
			switch {
			case item.Name == "ref":
				out["ref"] = map[string]any{"__typename": "Ref", "code": fmt.Sprintf("%s-c%d", t.Name, i), "area": "north"}
			case item.Name == "alt":
				out["alt"] = nil
				if !g.altless(t, i) {
					out["alt"] = fmt.Sprintf("%s-alt-%d", t.Name, i)
				}
			case item.Name == "sku":
				// Only sku and zone together identify.
				out["sku"] = fmt.Sprintf("%s-s%d", t.Name, i/2)
			case item.Name == "zone" && named(f.Type) == "Int":
				out["zone"] = json.Number(strconv.Itoa(i%2 + 1))
			case item.Name == "zone":
				out["zone"] = []string{"eu", "us"}[i%2]
			default:
				out[item.Name] = fmt.Sprintf("%s-%d", t.Name, i)
			}
		}
	}
	return out
}

func (g *dataGen) entity(t *Type, i int) map[string]any {
	e := g.identity(t, i)
	e["_x"] = true
	for _, f := range t.Fields {
		if _, ok := e[f.Name]; ok || f.Requires != nil {
			continue
		}
		typ := f.Type
		if f.Strict != 0 && !nonNull(typ) {
			typ += "!"
		}
		switch {
		case f.In&t.AltOnly != 0 && g.altless(t, i):
			e[f.Name] = nil
		case g.hole(t, f):
			e[f.Name] = nil
		default:
			e[f.Name] = g.value(f, typ)
		}
	}
	return e
}

// hole says whether to put a null where none may be. Only fields will do that
// one subgraph has, so that all subgraphs see the same objects disappear; and
// none where objects are required, which may then disappear for a field that
// the requirement does not name. Nor will a field do that a subgraph adds to an
// interface object: it does not know the types of its objects, so that it is asked
// for the field on all, whatever types the client asks for it on.
func (g *dataGen) hole(t *Type, f *Field) bool {
	return g.on.Holes && !g.nested && nonNull(f.Type) && f.In.count() == 1 && f.In&t.In != 0 && f.Old == 0 && f.Strict == 0 && !f.Shared && f.Compute == nil && !f.Take &&
		!g.required[f.Name] && g.chance(4)
}

func (g *dataGen) ref(t *Type, i int) any {
	ref := g.identity(t, i)
	ref["__typename"] = t.Name
	return map[string]any{"$ref": ref}
}

func (g *dataGen) value(f *Field, typ string) any {
	if !nonNull(typ) && g.chance(12) {
		return nil
	}
	if isList(typ) {
		n := g.r.IntN(4)
		if g.chance(10) {
			n = 0
		}
		out := make([]any, n)
		for i := range out {
			out[i] = g.value(f, inner(typ))
		}
		return out
	}
	if t := g.c.compositeType(named(typ)); t != nil {
		return g.objectValue(f, t, nonNull(typ))
	}
	return g.leaf(named(typ))
}

func (g *dataGen) objectValue(f *Field, t *Type, needed bool) any {
	names := possible(g.c, t, f.In)
	t = g.c.typ(names[g.r.IntN(len(names))])
	if t.Kind == Entity {
		if g.on.Dangling && t.Loose && g.chance(12) && (g.on.RequireAbsent || !g.required[f.Name]) {
			return g.ref(t, 90+g.r.IntN(3))
		}
		i := g.r.IntN(g.count[t.Name])
		if f.In&t.AltOnly != 0 && g.altless(t, i) {
			i = 0
		}
		return g.ref(t, i)
	}
	g.depth++
	defer func() { g.depth-- }()
	if g.depth > 4 && !needed {
		return nil
	}
	out := map[string]any{"__typename": t.Name, "_x": true}
	for _, f := range t.Fields {
		typ := f.Type
		if f.Strict != 0 && !nonNull(typ) {
			typ += "!"
		}
		out[f.Name] = g.value(f, typ)
	}
	return out
}

// required names the fields that some @requires mentions, at any depth.
func (c *Case) required() map[string]bool {
	out := map[string]bool{}
	var note func(set FieldSet)
	note = func(set FieldSet) {
		for _, i := range set {
			out[i.Name] = true
			note(i.Sub)
		}
	}
	for _, t := range c.Types {
		for _, f := range t.Fields {
			note(f.Requires)
		}
	}
	return out
}

var texts = []string{"", "plain", "with \"quotes\"", "back\\slash", "naïve", "日本", "line\nbreak", "</script>", "a", "b", "\u2028"}

func (g *dataGen) leaf(name string) any {
	switch name {
	case "String":
		return texts[g.r.IntN(len(texts))] + strconv.Itoa(g.r.IntN(100))
	case "ID":
		return strconv.Itoa(g.r.IntN(1000))
	case "Int":
		return json.Number(strconv.Itoa(g.r.IntN(2000) - 1000))
	case "Float":
		return json.Number(strconv.FormatFloat(float64(g.r.IntN(2000)-1000)/8, 'f', -1, 64))
	case "Boolean":
		return g.chance(50)
	case "Color":
		return []string{"RED", "GREEN", "BLUE"}[g.r.IntN(3)]
	}
	switch g.r.IntN(5) {
	case 0:
		return map[string]any{"k": "v", "n": json.Number("1"), "deep": map[string]any{"x": nil}}
	case 1:
		return []any{json.Number("1"), "two", nil, false}
	case 2:
		return json.Number("9007199254740993")
	case 3:
		return "text"
	}
	return true
}

// hide makes a subgraph not know an entity. What only that subgraph has is
// then null, for the monolith too.
func (g *dataGen) hide() {
	external := g.c.externals()
	for _, t := range g.c.Types {
		if t.Kind != Entity || !t.Loose || t.In.count() < 2 || !g.chance(50) {
			continue
		}
		keys := t.keyFields(-1)
	subgraphs:
		for _, s := range t.In.list() {
			var own []*Field
			for _, f := range t.Fields {
				if keys[f.Name] {
					continue
				}
				if external[s][t.Name+"."+f.Name] || f.Old != 0 {
					continue subgraphs // provided values are known all the same
				}
				if f.In.has(s) {
					if f.In.count() > 1 || f.Requires != nil || g.required[f.Name] && !g.on.RequireAbsent {
						continue subgraphs
					}
					own = append(own, f)
				}
			}
			if len(own) == 0 {
				continue
			}
			list := g.c.Data.Entities[t.Name]
			i := g.r.IntN(len(list))
			for _, f := range own {
				list[i][f.Name] = nil
				if f.Compute != nil && len(f.Args) > 0 {
					continue subgraphs
				}
			}
			for _, q := range g.c.typ("Query").Fields {
				if q.In.has(s) && q.Compute != nil && named(q.Type) == t.Name {
					continue subgraphs // a search would not find it
				}
			}
			name := g.c.Subgraphs[s]
			g.c.Data.Hide[name] = map[string][]map[string]any{t.Name: {g.identity(t, i)}}
			break
		}
	}
}
