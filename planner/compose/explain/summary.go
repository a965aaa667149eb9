package explain

import (
	"slices"

	"github.com/weft-graphql/weft/planner/schema"
	"github.com/weft-graphql/weft/planner/supergraph"
)

// Summary says what a graph is made of.
func Summary(def *supergraph.Definition) *Graph {
	e := newExplainer(def)
	g := &Graph{Portable: supergraph.Portable(def)}
	for _, s := range def.Subgraphs {
		g.Subgraphs = append(g.Subgraphs, Subgraph{Name: s.Name, URL: s.URL})
	}
	for _, t := range def.Types {
		g.Types++
		if t.Applied.Inaccessible {
			g.Hidden++
		}
		entity := false
		for i := range t.In {
			in := &t.In[i]
			s := &g.Subgraphs[in.Subgraph]
			s.Types++
			if slices.ContainsFunc(e.ways(in, t.Name, ""), func(w Way) bool { return !w.Closed }) {
				s.Entities++
				entity = true
			}
		}
		if entity {
			g.Entities++
		}
		if t.Kind == schema.Object || t.Kind == schema.Interface {
			e.countFields(g, t)
		}
	}
	if !g.Portable {
		g.NotPortable = e.notPortable()
	}
	return g
}

func (e *explainer) countFields(g *Graph, t *supergraph.TypeDefinition) {
	for _, f := range t.Fields {
		g.Fields++
		if f.Applied.Inaccessible {
			g.Hidden++
		}
		var who []string
		for _, in := range e.fieldIn(t, f) {
			if in.Role == "overridden-by-label" {
				g.Moving = append(g.Moving, t.Name+"."+f.Name)
			}
			if in.answers() && !slices.Contains(who, in.Subgraph) {
				who = append(who, in.Subgraph)
			}
		}
		if len(who) > 1 {
			g.Shared++
		}
		for i := range g.Subgraphs {
			s := &g.Subgraphs[i]
			if slices.Contains(who, s.Name) {
				s.Fields++
				if len(who) == 1 {
					s.Alone++
				}
			}
		}
	}
}

// notPortable lists what federation has no word for.
func (e *explainer) notPortable() []string {
	var out []string
	for _, t := range e.def.Types {
		for i := range t.In {
			in := &t.In[i]
			if in.Name != "" {
				out = append(out, t.Name+" is called "+in.Name+" in "+e.name(in.Subgraph))
			}
			for k := range in.Lookups {
				out = append(out, t.Name+" is looked up in "+e.name(in.Subgraph)+" by "+lookupText(&in.Lookups[k]))
			}
		}
		for _, f := range t.Fields {
			at := t.Name + "." + f.Name
			for i := range f.In {
				in := &f.In[i]
				switch {
				case len(in.Join) > 0:
					out = append(out, at+" is joined in "+e.name(in.Subgraph))
				case in.Namespace:
					out = append(out, at+" is a namespace of "+e.name(in.Subgraph))
				case in.Name != "":
					out = append(out, at+" is called "+in.Name+" in "+e.name(in.Subgraph))
				}
			}
		}
	}
	return out
}
