package supergraph

import (
	"strings"

	"github.com/weft-graphql/weft/planner/schema"
	"github.com/weft-graphql/weft/subgraphs"
)

// SetFacets gives a subgraph of a composed Definition its facets, which speak
// with the names of the subgraph's own schema. What transforms hid, or what
// composition did not take over, is left out of what they give; a facet that can
// no longer be entered is left out altogether.
func (def *Definition) SetFacets(subgraph int, facets []subgraphs.Facet) {
	n := namesOf(def, subgraph)
	out := make([]subgraphs.Facet, 0, len(facets))
	for _, f := range facets {
		if f.RootField != "" {
			t := n.types[f.RootType]
			if t == nil {
				// Root types are called by their operation in the supergraph.
				continue
			}
			field, ok := t.fields[f.RootField]
			if !ok {
				continue
			}
			f.RootType, f.RootField = t.def.Name, field
		} else {
			t := n.types[f.Type]
			if t == nil {
				continue
			}
			key, ok := n.fieldSet(t, f.Key)
			if !ok {
				continue
			}
			f.Type, f.Key = t.def.Name, key
			if f.Provides != "" {
				f.Provides, _ = n.fieldSet(t, f.Provides)
			}
		}
		gives := make([]subgraphs.FacetType, 0, len(f.Gives))
		for _, g := range f.Gives {
			t := n.types[g.Type]
			if t == nil {
				continue
			}
			given := subgraphs.FacetType{Type: t.def.Name}
			for _, field := range g.Fields {
				name, ok := t.fields[field.Name]
				if !ok {
					continue
				}
				field.Name = name
				if field.Provides != "" {
					field.Provides, _ = n.fieldSet(n.below(t, name), field.Provides)
				}
				given.Fields = append(given.Fields, field)
			}
			gives = append(gives, given)
		}
		f.Gives = gives
		out = append(out, f)
	}
	def.Subgraphs[subgraph].Facets = out
}

// subgraphNames leads from the names of a subgraph to those of the supergraph.
type subgraphNames struct {
	types map[string]*namedType
	// supergraph are the same by the names of the supergraph.
	supergraph map[string]*namedType
}

type namedType struct {
	def *TypeDefinition
	// fields are the names in the supergraph by those of the subgraph.
	fields map[string]string
}

func namesOf(def *Definition, subgraph int) *subgraphNames {
	n := &subgraphNames{types: map[string]*namedType{}, supergraph: map[string]*namedType{}}
	for _, t := range def.Types {
		in := typeIn(t, subgraph)
		if in == nil {
			continue
		}
		named := &namedType{def: t, fields: make(map[string]string, len(t.Fields))}
		for _, f := range t.Fields {
			name, has := f.Name, len(f.In) == 0 && !f.Indirect
			for i := range f.In {
				if f.In[i].Subgraph == subgraph {
					has = true
					if f.In[i].Name != "" {
						name = f.In[i].Name
					}
				}
			}
			if has {
				named.fields[name] = f.Name
			}
		}
		n.supergraph[t.Name] = named
		if in.Name != "" {
			n.types[in.Name] = named
		} else {
			n.types[t.Name] = named
		}
	}
	return n
}

// below is the type of a field, by the field's name in the supergraph.
func (n *subgraphNames) below(t *namedType, field string) *namedType {
	if t == nil {
		return nil
	}
	for _, f := range t.def.Fields {
		if f.Name == field {
			return n.supergraph[f.Type.Named()]
		}
	}
	return nil
}

// fieldSet puts a field set into the supergraph's names; false when it selects
// what is not there.
func (n *subgraphNames) fieldSet(t *namedType, text string) (string, bool) {
	set, err := schema.ParseSelections(text)
	if err != nil || t == nil {
		return "", false
	}
	if !n.rename(t, set) {
		return "", false
	}
	return strings.TrimSpace(schema.PrintSelections(set)), true
}

func (n *subgraphNames) rename(t *namedType, set []schema.Selection) bool {
	for i := range set {
		s := &set[i]
		below := t
		switch {
		case s.Fragment:
			if s.On != "" {
				if below = n.types[s.On]; below == nil {
					return false
				}
				s.On = below.def.Name
			}
		case s.Name == "__typename":
			continue
		default:
			name, ok := t.fields[s.Name]
			if !ok {
				return false
			}
			s.Name, s.Alias = name, name
			below = n.below(t, name)
		}
		if len(s.Selections) > 0 && (below == nil || !n.rename(below, s.Selections)) {
			return false
		}
	}
	return true
}
