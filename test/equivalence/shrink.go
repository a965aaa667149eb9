package equivalence

import (
	"bytes"
	"encoding/json"
	"maps"
	"slices"
	"time"
)

// clone copies a case. Numbers stay as they are written.
func (c *Case) clone() *Case {
	text, err := json.Marshal(c)
	if err != nil {
		panic(err) // a case is plain data
	}
	out, err := readCase(text)
	if err != nil {
		panic(err)
	}
	return out
}

// readCase reads a case as JSON.
func readCase(text []byte) (*Case, error) {
	d := json.NewDecoder(bytes.NewReader(text))
	d.UseNumber()
	out := &Case{}
	return out, d.Decode(out)
}

// shrinker makes a failing case smaller as long as it fails in the same way.
type shrinker struct {
	test     func(*Case) *Failure
	class    string
	best     *Case
	failure  *Failure
	deadline time.Time
}

// shrink returns the smallest case found that fails as c does.
func shrink(c *Case, f *Failure, limit time.Duration, test func(*Case) *Failure) (*Case, *Failure) {
	s := &shrinker{test: test, class: f.Class, best: c.clone(), failure: f, deadline: time.Now().Add(limit)}
	for {
		before := s.size()
		s.operation()
		s.data()
		s.schema()
		s.data()
		if s.size() >= before || time.Now().After(s.deadline) {
			return s.best, s.failure
		}
	}
}

func (s *shrinker) size() int {
	text, err := json.Marshal(s.best)
	if err != nil {
		panic(err)
	}
	return len(text)
}

// same reports whether a change changed nothing.
func same(a, b any) bool {
	x, errX := json.Marshal(a)
	y, errY := json.Marshal(b)
	return errX == nil && errY == nil && bytes.Equal(x, y)
}

// try keeps the change if the case still fails. change reports whether there
// was anything to change.
func (s *shrinker) try(change func(*Case) bool) bool {
	if time.Now().After(s.deadline) {
		return false
	}
	c := s.best.clone()
	if !change(c) {
		return false
	}
	c.Op.prune()
	if same(c, s.best) || !c.lawful() {
		return false
	}
	f := s.test(c)
	if f == nil || f.Class != s.class {
		return false
	}
	s.best, s.failure = c, f
	return true
}

// each tries change for 0, 1, 2 and so on until it reports that there is no
// such thing. A change that held leaves the next thing at the same number.
func (s *shrinker) each(change func(c *Case, i int) bool) {
	for i := 0; time.Now().Before(s.deadline); {
		exists := false
		if !s.try(func(c *Case) bool {
			exists = change(c, i)
			return exists
		}) {
			if !exists {
				return
			}
			i++
		}
	}
}

// selectionAt visits the selections of an operation in order, with the list
// that holds each; visit returns false to stop.
func (o *Operation) visit(visit func(list *[]*Selection, i int) bool) {
	var walk func(list *[]*Selection) bool
	walk = func(list *[]*Selection) bool {
		for i := 0; i < len(*list); i++ {
			sel := (*list)[i]
			if !visit(list, i) {
				return false
			}
			if i < len(*list) && (*list)[i] == sel && !walk(&sel.Sub) {
				return false
			}
		}
		return true
	}
	if !walk(&o.Selections) {
		return
	}
	for _, f := range o.Fragments {
		if !walk(&f.Selections) {
			return
		}
	}
}

// atSelection runs change on selection i; false if there is none.
func atSelection(c *Case, i int, change func(list *[]*Selection, at int)) bool {
	found := false
	c.Op.visit(func(list *[]*Selection, at int) bool {
		if i == 0 {
			found = true
			change(list, at)
			return false
		}
		i--
		return true
	})
	return found
}

func (s *shrinker) operation() {
	remove := func(list *[]*Selection, at int) { *list = slices.Delete(*list, at, at+1) }
	s.each(func(c *Case, i int) bool { return atSelection(c, i, remove) })
	// Something in the place of what is around it, or of a named fragment.
	s.each(func(c *Case, i int) bool {
		return atSelection(c, i, func(list *[]*Selection, at int) {
			sel := (*list)[at]
			sub := sel.Sub
			for _, f := range c.Op.Fragments {
				if f.Name == sel.Spread {
					sub = []*Selection{{Inline: true, On: f.On, Skip: sel.Skip, Include: sel.Include, Sub: f.Selections}}
				}
			}
			if sel.Inline || sel.Spread != "" {
				*list = slices.Replace(*list, at, at+1, sub...)
			}
		})
	})
	s.each(func(c *Case, i int) bool {
		return atSelection(c, i, func(list *[]*Selection, at int) { (*list)[at].Alias = "" })
	})
	s.each(func(c *Case, i int) bool {
		return atSelection(c, i, func(list *[]*Selection, at int) { (*list)[at].Skip, (*list)[at].Include = "", "" })
	})
	s.each(func(c *Case, i int) bool {
		return atSelection(c, i, func(list *[]*Selection, at int) {
			(*list)[at].Args = slices.DeleteFunc((*list)[at].Args, func(a *Given) bool { return a.Name != "id" })
		})
	})
}

// collect removes, at one go, every field that the operation does not need and
// every type that then has no use.
func (c *Case) collect() {
	need := map[string]bool{}
	var want func(set FieldSet)
	want = func(set FieldSet) {
		for _, i := range set {
			need[i.Name] = true
			want(i.Sub)
		}
	}
	c.Op.visit(func(list *[]*Selection, i int) bool {
		need[(*list)[i].Field] = true
		return true
	})
	for _, t := range c.Types {
		for _, k := range t.Keys {
			want(k.Fields)
		}
	}
	for before := -1; before != len(need); {
		before = len(need)
		for _, t := range c.Types {
			for _, f := range t.Fields {
				if need[f.Name] {
					want(f.Requires)
				}
			}
		}
	}
	used := map[string]bool{"Query": true}
	for _, t := range c.Types {
		if t.Kind != Input {
			t.Fields = slices.DeleteFunc(t.Fields, func(f *Field) bool { return !need[f.Name] })
		}
		for _, f := range t.Fields {
			f.Provides = slices.DeleteFunc(f.Provides, func(p *Provide) bool { return !need[p.Fields[0].Name] })
			used[named(f.Type)] = true
			for _, a := range f.Args {
				used[named(a.Type)] = true
			}
		}
	}
	c.Op.visit(func(list *[]*Selection, i int) bool {
		used[(*list)[i].On] = true
		return true
	})
	for _, f := range c.Op.Fragments {
		used[f.On] = true
	}
	for _, t := range c.Types {
		if used[t.Name] {
			for _, m := range t.Members {
				used[m.Name] = true
			}
		}
	}
	// Members of what is used may be used only there; their fields too.
	for _, t := range c.Types {
		for _, f := range t.Fields {
			used[named(f.Type)] = true
		}
	}
	c.Types = slices.DeleteFunc(c.Types, func(t *Type) bool { return !used[t.Name] && t.Kind != Input && t.Kind != Enum })
	for _, t := range c.Types {
		for s := range c.Subgraphs {
			if (t.Kind == Value || t.Kind == Root || t.Kind == Interface) && t.In.has(s) &&
				!slices.ContainsFunc(t.Fields, func(f *Field) bool { return f.In.has(s) || c.externals()[s][t.Name+"."+f.Name] }) {
				t.leave(s)
			}
		}
	}
}

func (s *shrinker) schema() {

	s.try(func(c *Case) bool {
		c.collect()
		return true
	})

	s.each(func(c *Case, i int) bool { // types that nothing names
		if i >= len(c.Types) {
			return false
		}
		c.Types = slices.Delete(c.Types, i, i+1)
		return true
	})
	s.each(func(c *Case, i int) bool {
		if i >= len(c.Subgraphs) {
			return false
		}
		return c.dropSubgraph(i)
	})
	at := func(change func(c *Case, t *Type, f *Field)) {
		s.each(func(c *Case, i int) bool {
			for _, t := range c.Types {
				if i < len(t.Fields) {
					change(c, t, t.Fields[i])
					return true
				}
				i -= len(t.Fields)
			}
			return false
		})
	}
	at(func(c *Case, t *Type, f *Field) {
		t.Fields = slices.DeleteFunc(t.Fields, func(o *Field) bool { return o == f })
	})
	at(func(_ *Case, _ *Type, f *Field) { f.Provides, f.Old, f.Shared = nil, 0, false })
	at(func(_ *Case, _ *Type, f *Field) { f.Strict = 0 })
	at(func(_ *Case, _ *Type, f *Field) { f.Args, f.Compute, f.Take = nil, nil, false })
	for n := range s.best.Subgraphs {
		at(func(_ *Case, _ *Type, f *Field) { f.In &^= 1 << n })
	}
	at(func(_ *Case, _ *Type, f *Field) {
		if len(f.Requires) > 1 {
			f.Requires = f.Requires[:1]
			f.Compute = nil
		}
	})
	// Members, keys and types in one subgraph less.
	for n := range s.best.Subgraphs {
		s.each(func(c *Case, i int) bool {
			for _, t := range c.Types {
				for _, m := range t.Members {
					if i == 0 {
						m.In &^= 1 << n
						t.Members = slices.DeleteFunc(t.Members, func(m *Member) bool { return m.In == 0 })
						return true
					}
					i--
				}
			}
			return false
		})
		s.each(func(c *Case, i int) bool {
			for _, t := range c.Types {
				for _, k := range t.Keys {
					if i == 0 {
						k.In &^= 1 << n
						k.Stub &^= 1 << n
						t.Keys = slices.DeleteFunc(t.Keys, func(k *Key) bool { return k.In == 0 })
						return true
					}
					i--
				}
			}
			return false
		})
		s.each(func(c *Case, i int) bool {
			if i >= len(c.Types) {
				return false
			}
			c.Types[i].leave(n)
			return true
		})
		s.try(func(c *Case) bool {
			for _, t := range c.Types {
				t.leave(n)
			}
			return true
		})
	}
	s.each(func(c *Case, i int) bool {
		if i >= len(c.Subgraphs) {
			return false
		}
		return c.dropSubgraph(i)
	})
}

// leave takes a type out of a subgraph.
func (t *Type) leave(n int) {
	bit := Mask(1 << n)
	t.In &^= bit
	t.Object &^= bit
	for _, f := range t.Fields {
		f.In &^= bit
		f.Old &^= bit
		f.Strict &^= bit
		for _, p := range f.Provides {
			p.In &^= bit
		}
	}
	for _, m := range t.Members {
		m.In &^= bit
	}
	for _, k := range t.Keys {
		k.In &^= bit
		k.Stub &^= bit
	}
	t.Members = slices.DeleteFunc(t.Members, func(m *Member) bool { return m.In == 0 })
	t.Keys = slices.DeleteFunc(t.Keys, func(k *Key) bool { return k.In == 0 })
	t.Fields = slices.DeleteFunc(t.Fields, func(f *Field) bool { return f.In == 0 })
}

// dropSubgraph removes a subgraph that has no types left.
func (c *Case) dropSubgraph(n int) bool {
	shift := func(m Mask) Mask { return m&(1<<n-1) | m>>1&^(1<<n-1) }
	for _, t := range c.Types {
		t.leave(n)
		t.In, t.Object = shift(t.In), shift(t.Object)
		for _, f := range t.Fields {
			f.In, f.Old, f.Strict = shift(f.In), shift(f.Old), shift(f.Strict)
			for _, p := range f.Provides {
				p.In = shift(p.In)
			}
		}
		for _, m := range t.Members {
			m.In = shift(m.In)
		}
		for _, k := range t.Keys {
			k.In, k.Stub = shift(k.In), shift(k.Stub)
		}
	}
	delete(c.Data.Hide, c.Subgraphs[n])
	c.Subgraphs = slices.Delete(c.Subgraphs, n, n+1)
	return true
}

func (s *shrinker) data() {
	s.try(func(c *Case) bool {
		c.Data.Hide = nil
		return true
	})
	// What no field shows is not needed.
	s.try(func(c *Case) bool {
		c.Data.references(func(ref map[string]any) {
			t := c.typ(ref["__typename"].(string))
			for name := range ref {
				if t != nil && name != "__typename" && t.field(name) == nil {
					delete(ref, name)
				}
			}
		})
		for name, list := range c.Data.Entities {
			t := c.typ(name)
			if t == nil {
				delete(c.Data.Entities, name)
				continue
			}
			for _, e := range list {
				for f := range e {
					if f != "_x" && t.field(f) == nil {
						delete(e, f)
					}
				}
			}
		}
		for name := range c.Data.Roots {
			if c.typ("Query").field(name) == nil {
				delete(c.Data.Roots, name)
			}
		}
		return true
	})
	for _, name := range slices.Sorted(maps.Keys(s.best.Data.Entities)) {
		s.each(func(c *Case, i int) bool {
			list := c.Data.Entities[name]
			if i >= len(list) {
				return false
			}
			c.Data.Entities[name] = slices.Delete(list, i, i+1)
			return true
		})
	}
	// Items of lists, and values by null.
	s.each(func(c *Case, i int) bool { return c.Data.visit(i, func(v any) any { return shorter(v) }) })
	s.each(func(c *Case, i int) bool {
		return c.Data.visit(i, func(v any) any {
			if list, ok := v.([]any); ok && len(list) > 1 {
				return list[:len(list)-1]
			}
			return v
		})
	})
}

// references visits every reference.
func (w *World) references(visit func(ref map[string]any)) {
	var walk func(v any)
	walk = func(v any) {
		switch v := v.(type) {
		case []any:
			for _, item := range v {
				walk(item)
			}
		case map[string]any:
			if ref, ok := v["$ref"].(map[string]any); ok {
				visit(ref)
				return
			}
			for _, item := range v {
				walk(item)
			}
		}
	}
	for _, v := range w.Roots {
		walk(v)
	}
	for _, list := range w.Entities {
		for _, e := range list {
			walk(e)
		}
	}
}

// shorter is the next smaller value.
func shorter(v any) any {
	switch v := v.(type) {
	case []any:
		if len(v) > 0 {
			return v[1:]
		}
	case map[string]any:
		if v["$ref"] != nil {
			return nil
		}
	case nil:
		return nil
	}
	return v
}

// visit replaces value i of the world's values; false if there is none.
func (w *World) visit(i int, change func(any) any) bool {
	var walk func(v any) (any, bool)
	walk = func(v any) (any, bool) {
		if i == 0 {
			i--
			return change(v), true
		}
		i--
		switch v := v.(type) {
		case []any:
			for n := range v {
				if r, done := walk(v[n]); done {
					v[n] = r
					return v, true
				}
			}
		case map[string]any:
			if v["$ref"] != nil {
				return v, false
			}
			for _, name := range slices.Sorted(maps.Keys(v)) {
				if name == "__typename" || name == "_x" {
					continue
				}
				if r, done := walk(v[name]); done {
					v[name] = r
					return v, true
				}
			}
		}
		return v, false
	}
	for _, name := range slices.Sorted(maps.Keys(w.Roots)) {
		if r, done := walk(w.Roots[name]); done {
			w.Roots[name] = r
			return true
		}
	}
	for _, t := range slices.Sorted(maps.Keys(w.Entities)) {
		for _, e := range w.Entities[t] {
			for _, name := range slices.Sorted(maps.Keys(e)) {
				if name == "_x" {
					continue
				}
				if r, done := walk(e[name]); done {
					e[name] = r
					return true
				}
			}
		}
	}
	return false
}
