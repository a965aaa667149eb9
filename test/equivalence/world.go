package equivalence

import (
	"bytes"
	"encoding/json"
	"fmt"
	"maps"
	"slices"
)

// World is the data of a case: entities by type, with values by field. A
// reference is {"$ref": {…}}; value objects state their type.
type World struct {
	Entities map[string][]map[string]any
	// Factor is how much longer lists are than in the case's own world; 0 is 1.
	Factor int `json:",omitempty"`
	// Roots are the values of root fields that are no searches.
	Roots map[string]any
	// Hide are entities that one subgraph does not know.
	Hide map[string]map[string][]map[string]any `json:",omitempty"`
}

// Text is the data file that the servers of a case share.
func (c *Case) Text() ([]byte, error) {
	file := map[string]any{"types": c.Data.Entities}
	roots, computed := map[string]any{}, map[string]any{}
	subgraphs := map[string]map[string]any{}
	part := func(s string) map[string]any {
		if subgraphs[s] == nil {
			subgraphs[s] = map[string]any{}
		}
		return subgraphs[s]
	}
	for _, t := range c.Types {
		for _, f := range t.Fields {
			name := t.Name + "." + f.Name
			switch {
			case t.Kind == Root && f.Compute != nil:
				roots[name] = f.Compute
			case t.Kind == Root:
				roots[name] = map[string]any{"value": c.Data.Roots[f.Name]}
			case f.Take:
				stored := []any{"stored", f.Name}
				var first any = "$first"
				if c.Data.Factor > 1 {
					first = []any{"if", first, []any{"*", first, c.Data.Factor}, nil}
				}
				computed[name] = []any{"if", stored, []any{"take", stored, first}, nil}
			case f.Compute != nil:
				computed[name] = f.Compute
			}
			// Whoever asks the subgraph that a field was taken from sees it.
			for _, s := range f.Old.list() {
				p := part(c.Subgraphs[s])
				if p["computed"] == nil {
					p["computed"] = map[string]any{}
				}
				p["computed"].(map[string]any)[name] = "overridden"
			}
		}
	}
	for s, hide := range c.Data.Hide {
		part(s)["hide"] = hide
	}
	interfaces := map[string][]string{}
	for _, t := range c.Types {
		if t.Object != 0 {
			for _, m := range t.Members {
				interfaces[t.Name] = append(interfaces[t.Name], m.Name)
			}
		}
	}
	if len(interfaces) > 0 {
		file["interfaces"] = interfaces
	}
	file["roots"], file["computed"], file["subgraphs"] = roots, computed, subgraphs
	return compact(file)
}

// times returns the world with every list n times longer: every entity has n
// copies with keys of their own, each list holds all the copies of its items,
// and copy k of an entity refers to the copies k. List items that are not
// entities are repeated. Lists within the items of a list grow to twice their
// length only, which keeps the world small.
func (c *Case) times(n int) *World {
	g := &grower{c: c, n: n}
	out := &World{Factor: n, Entities: map[string][]map[string]any{}, Roots: map[string]any{}, Hide: map[string]map[string][]map[string]any{}}
	for _, name := range slices.Sorted(maps.Keys(c.Data.Entities)) {
		for _, e := range c.Data.Entities[name] {
			for k := range n {
				out.Entities[name] = append(out.Entities[name], g.object(name, e, k))
			}
		}
	}
	for name, v := range c.Data.Roots {
		out.Roots[name] = g.value(v, 0)
	}
	for s, types := range c.Data.Hide {
		out.Hide[s] = map[string][]map[string]any{}
		for t, list := range types {
			for _, e := range list {
				for k := range n {
					out.Hide[s][t] = append(out.Hide[s][t], g.object(t, e, k))
				}
			}
		}
	}
	return out
}

type grower struct {
	c *Case
	n int
	// within counts the lists around a value.
	within int
}

func (g *grower) object(typ string, fields map[string]any, k int) map[string]any {
	keys := map[string]bool{}
	if t := g.c.typ(typ); t != nil {
		keys = t.keyFields(-1)
	}
	out := make(map[string]any, len(fields))
	for name, v := range fields {
		if keys[name] {
			out[name] = g.key(v, k)
		} else {
			out[name] = g.value(v, k)
		}
	}
	return out
}

// key makes the key of copy k. Copy 0 keeps the key, so that arguments of the
// operation find it.
func (g *grower) key(v any, k int) any {
	if k == 0 {
		return v
	}
	switch v := v.(type) {
	case string:
		return fmt.Sprintf("%s~%d", v, k)
	case json.Number:
		return json.Number(fmt.Sprintf("%s%03d", v, k))
	case map[string]any:
		out := map[string]any{}
		for name, item := range v {
			if name == "__typename" {
				out[name] = item
				continue
			}
			out[name] = g.key(item, k)
		}
		return out
	}
	return v
}

func (g *grower) value(v any, k int) any {
	switch v := v.(type) {
	case []any:
		n := g.n
		if g.within > 0 {
			n = 2
		}
		g.within++
		out := make([]any, 0, len(v)*n)
		for _, item := range v {
			for j := range n {
				out = append(out, g.value(item, j))
			}
		}
		g.within--
		return out
	case map[string]any:
		if ref, ok := v["$ref"].(map[string]any); ok {
			return map[string]any{"$ref": g.object(ref["__typename"].(string), ref, k)}
		}
		if name, ok := v["__typename"].(string); ok {
			return g.object(name, v, k)
		}
	}
	return v
}

// compact writes a data file with one entity, root field and expression a line.
func compact(file map[string]any) ([]byte, error) {
	var b bytes.Buffer
	var write func(v any, indent string, depth int) error
	write = func(v any, indent string, depth int) error {
		var names []string
		var items []any
		open, end := "{", "}"
		switch v := v.(type) {
		case map[string]any:
			for _, name := range slices.Sorted(maps.Keys(v)) {
				names, items = append(names, name), append(items, v[name])
			}
		case map[string][]map[string]any:
			for _, name := range slices.Sorted(maps.Keys(v)) {
				names, items = append(names, name), append(items, v[name])
			}
		case map[string]map[string]any:
			for _, name := range slices.Sorted(maps.Keys(v)) {
				names, items = append(names, name), append(items, v[name])
			}
		case []map[string]any:
			open, end = "[", "]"
			for _, e := range v {
				items = append(items, e)
			}
		}
		if len(items) == 0 || depth == 0 {
			text, err := json.Marshal(v)
			b.Write(text)
			return err
		}
		b.WriteString(open)
		for i, item := range items {
			b.WriteString("\n" + indent + "  ")
			if names != nil {
				text, err := json.Marshal(names[i])
				if err != nil {
					return err
				}
				b.Write(text)
				b.WriteString(": ")
			}
			_, list := item.([]map[string]any)
			d := depth - 1
			if list && d == 0 {
				d = 1
			}
			if err := write(item, indent+"  ", d); err != nil {
				return err
			}
			if i < len(items)-1 {
				b.WriteByte(',')
			}
		}
		b.WriteString("\n" + indent + end)
		return nil
	}
	err := write(file, "", 2)
	return b.Bytes(), err
}
