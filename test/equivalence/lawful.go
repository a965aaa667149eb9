package equivalence

import "slices"

// lawful reports whether a case that was cut down still promises equality:
// what a subgraph cannot be asked for is null in the data.
func (c *Case) lawful() bool {
	for _, t := range c.Types {
		if t.Kind != Entity {
			continue
		}
		var id, alt Mask
		for _, k := range t.Keys {
			if k.Fields[0].Name == "alt" {
				alt |= k.In
			} else {
				id |= k.In
			}
		}
		if t.field("alt") == nil {
			alt = 0
		}
		if t.AltOnly = alt &^ id; alt != 0 && alt&id == 0 || t.In&^alt&^id != 0 {
			return false
		}
		for _, e := range c.Data.Entities[t.Name] {
			for _, f := range t.Fields {
				if v, has := e[f.Name]; has && v != nil && t.AltOnly != 0 && e["alt"] == nil && f.In&^t.AltOnly == 0 {
					return false
				}
				if f.Requires != nil && f.In&t.AltOnly != 0 && !same(f.guard(), t.guard(f.In)) {
					return false
				}
			}
		}
	}
	for _, t := range c.Types {
		for _, m := range t.Members {
			// Who has an interface with a key has all its members.
			if o := c.typ(m.Name); t.Object != 0 && (m.In != t.In || o == nil || t.In&^t.Object&^o.In != 0) {
				return false
			}
		}
	}
	dangling := false
	c.Data.references(func(ref map[string]any) {
		t := c.typ(ref["__typename"].(string))
		if t == nil || !t.Loose && !slices.ContainsFunc(c.Data.Entities[t.Name], func(e map[string]any) bool { return covers(e, ref) }) {
			dangling = true
		}
	})
	if dangling {
		return false
	}
	for _, t := range c.Types {
		for _, f := range t.Fields {
			target := c.typ(named(f.Type))
			if target == nil || !target.composite() {
				continue
			}
			values := []any{c.Data.Roots[f.Name]}
			if t.Kind == Entity {
				values = nil
				for _, e := range c.Data.Entities[t.Name] {
					values = append(values, e[f.Name])
				}
			}
			for _, v := range values {
				if c.leadsAstray(f, v) {
					return false
				}
			}
		}
	}
	for name, hidden := range c.Data.Hide {
		s := slices.Index(c.Subgraphs, name)
		for typ, list := range hidden {
			t := c.typ(typ)
			if t == nil || s < 0 {
				continue
			}
			for _, e := range c.Data.Entities[typ] {
				if !slices.ContainsFunc(list, func(h map[string]any) bool {
					return same(h["id"], e["id"]) && same(h["sku"], e["sku"]) && same(h["ref"], e["ref"])
				}) {
					continue
				}
				for _, f := range t.Fields {
					if f.In.has(s) && f.In.count() == 1 && !t.keyFields(-1)[f.Name] && e[f.Name] != nil {
						return false
					}
				}
			}
		}
	}
	return true
}

// covers reports whether a reference is one to the entity.
func covers(e, ref map[string]any) bool {
	for name, v := range ref {
		if name != "__typename" && !same(v, e[name]) {
			return false
		}
	}
	return true
}

func (f *Field) guard() any {
	if list, ok := f.Compute.([]any); ok && len(list) > 1 {
		return list[1]
	}
	return nil
}

// leadsAstray reports whether a value refers, from a subgraph that knows the
// entity by its nullable key only, to one without that key.
func (c *Case) leadsAstray(f *Field, v any) bool {
	switch v := v.(type) {
	case []any:
		return slices.ContainsFunc(v, func(item any) bool { return c.leadsAstray(f, item) })
	case map[string]any:
		ref, ok := v["$ref"].(map[string]any)
		if !ok {
			return false
		}
		t := c.typ(ref["__typename"].(string))
		return t != nil && f.In&t.AltOnly != 0 && ref["alt"] == nil
	}
	return false
}
