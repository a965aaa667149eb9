package satisfiability

import (
	"slices"
	"strings"

	"github.com/weft-graphql/weft/planner/supergraph"
)

// report explains why a field cannot be reached from a state: the path that
// leads there and, for each subgraph that has the field, what is in the way.
func (w *walker) report(i int, f *supergraph.FieldDefinition, nodes []int) {
	s := w.states[i]
	coordinate := s.as.def.Name + "." + f.Name
	if w.reported[coordinate] {
		return
	}
	w.reported[coordinate] = true
	path := append(w.path(i), coordinate)
	reasons := w.reasons(s.as, f, nodes, w.names(nodes))
	w.problems = append(w.problems, Problem{
		Code: CodeUnreachable, Coordinate: coordinate,
		Message: strings.Join(path, " → ") + ": " + strings.Join(reasons, "; "),
		Hint:    "Give " + s.as.def.Name + " a resolvable @key that both sides have, or mark the field @shareable and resolve it in the subgraphs that return the type.",
	})
}

// path lists the steps that lead to a state.
func (w *walker) path(i int) []string {
	var path []string
	for k := i; k >= 0; k = w.states[k].parent {
		if w.states[k].step != "" {
			path = append(path, w.states[k].step)
		}
	}
	slices.Reverse(path)
	return path
}

// names lists the subgraphs of nodes.
func (w *walker) names(nodes []int) string {
	var at []string
	for _, n := range nodes {
		at = append(at, w.def.Subgraphs[w.nodes[n].view.sub].Name)
	}
	slices.Sort(at)
	return strings.Join(slices.Compact(at), ", ")
}

// reportInterfaceObject explains that nothing can say of what type a value is:
// only interface objects can be reached.
func (w *walker) reportInterfaceObject(i int, nodes []int) {
	name := w.states[i].as.def.Name
	if w.reported[name] {
		return
	}
	w.reported[name] = true
	w.problems = append(w.problems, Problem{
		Code: CodeUnreachable, Coordinate: name,
		Message: strings.Join(w.path(i), " → ") + ": from " + w.names(nodes) + ", where " + name + " is an @interfaceObject, no subgraph can be reached that knows the implementation types of " + name,
		Hint:    "Give the interface " + name + " a resolvable @key in the subgraph that defines it as an interface.",
	})
}

func (w *walker) reasons(t *typ, f *supergraph.FieldDefinition, nodes []int, at string) []string {
	var out []string
	explain := func(v *view) {
		e := v.fields[f.Name]
		if e == nil || e.absent {
			return
		}
		name := w.def.Subgraphs[v.sub].Name
		here := slices.ContainsFunc(nodes, func(n int) bool { return w.nodes[n].view == v })
		switch {
		case e.external:
			out = append(out, "subgraph "+name+" has the field as @external only")
		case here && len(e.requires) > 0 && !w.enterableAny(v, nodes):
			out = append(out, "subgraph "+name+" requires other fields but has no key of "+v.typ.def.Name+" to be entered again with them")
		case here && len(e.requires) > 0:
			out = append(out, "subgraph "+name+" requires fields of "+v.typ.def.Name+" that cannot be had from there")
		case here:
			out = append(out, "subgraph "+name+" has the field on other paths only")
		case len(v.keys) == 0:
			out = append(out, "subgraph "+name+" has no resolvable key of "+v.typ.def.Name)
		default:
			var keys []string
			for _, k := range v.keys {
				keys = append(keys, "\""+k.text+"\"")
			}
			out = append(out, "subgraph "+name+" has no key of "+v.typ.def.Name+" that "+at+" can give (it has "+strings.Join(keys, ", ")+")")
		}
	}
	for _, sub := range sortedSubgraphs(t.views) {
		explain(t.views[sub])
	}
	for _, i := range t.objects {
		for _, sub := range sortedSubgraphs(i.views) {
			if i.views[sub].object {
				explain(i.views[sub])
			}
		}
	}
	if len(out) == 0 {
		out = append(out, "no subgraph resolves the field")
	}
	return out
}

func (w *walker) enterableAny(v *view, nodes []int) bool {
	for _, n := range nodes {
		if w.nodes[n].view == v && w.enterable(place{n, v.typ}) {
			return true
		}
	}
	return false
}
