package explain

import (
	"fmt"
	"slices"
	"strings"

	"github.com/weft-graphql/weft/planner/schema"
)

// answers says who answers a field, and why.
func answers(f *Field) string {
	var who, moving []string
	for _, in := range f.In {
		switch {
		case in.Role == "overridden-by-label":
			moving = append(moving, fmt.Sprintf("%s or %s, by the label %q", in.Subgraph, in.By, in.Label))
		case in.answers() && !slices.Contains(who, in.Subgraph):
			who = append(who, in.Subgraph)
		}
	}
	switch {
	case len(moving) > 0:
		return strings.Join(moving, "; ")
	case len(who) == 0:
		return "no subgraph"
	case len(who) == 1:
		return who[0] + " alone" + because(f)
	}
	return "any of " + list(who) + ": the field is shared, the planner takes the one that adds least"
}

// because says why other subgraphs that have the field do not answer it.
func because(f *Field) string {
	var parts []string
	for _, in := range f.In {
		switch in.Role {
		case "external":
			parts = append(parts, in.Subgraph+" has it as @external only")
		case "overridden":
			parts = append(parts, in.By+" takes it from "+in.Subgraph)
		}
		if in.Override != "" && in.Label == "" && !slices.ContainsFunc(f.In, func(o FieldIn) bool { return o.Subgraph == in.Override }) {
			parts = append(parts, in.Subgraph+" takes it from "+in.Override)
		}
	}
	if len(parts) == 0 {
		return ""
	}
	return ": " + strings.Join(parts, ", ")
}

// merged says how the type of a field came about.
func merged(f *Field, kind schema.Kind) string {
	byType := make(map[string][]string)
	var order []string
	for _, in := range f.In {
		if in.Role == "external" {
			continue
		}
		if byType[in.Type] == nil {
			order = append(order, in.Type)
		}
		byType[in.Type] = append(byType[in.Type], in.Subgraph)
	}
	if len(order) < 2 {
		return "all agree on " + f.Type
	}
	parts := make([]string, len(order))
	for i, t := range order {
		parts[i] = t + " in " + list(byType[t])
	}
	rule := "the widest, since any of them may be what is returned"
	if kind == schema.InputObject {
		rule = "the strictest, since all of them must accept it"
	}
	return strings.Join(parts, ", ") + "; " + f.Type + " is " + rule
}

// list writes names as a, b and c.
func list(names []string) string {
	if len(names) < 2 {
		return strings.Join(names, "")
	}
	return strings.Join(names[:len(names)-1], ", ") + " and " + names[len(names)-1]
}

type writer struct{ strings.Builder }

func (w *writer) line(indent int, format string, args ...any) {
	w.WriteString(strings.Repeat("  ", indent))
	fmt.Fprintf(w, format, args...)
	w.WriteByte('\n')
}

func (w *writer) contracts(contracts []Visibility) {
	for _, c := range contracts {
		w.line(1, "contract %s: %s", c.Contract, map[bool]string{true: "visible", false: "left out"}[c.Visible])
	}
}

func (w *writer) applied(hidden string, tags, directives []string) {
	if hidden != "" {
		w.line(1, "hidden from clients: %s", hidden)
	}
	if len(tags) > 0 {
		w.line(1, "tags: %s", strings.Join(tags, ", "))
	}
	for _, d := range directives {
		w.line(1, "%s", d)
	}
}

func (w *writer) way(indent int, way Way) {
	switch {
	case way.Closed:
		w.line(indent, "key %q of %s: names objects only (resolvable: false)", way.Key, way.Subgraph)
		return
	case way.Batch && way.Max > 0:
		w.line(indent, "by key %q into %s: %s, %d objects a request", way.Key, way.Subgraph, way.By, way.Max)
	case way.Batch:
		w.line(indent, "by key %q into %s: %s, many objects a request", way.Key, way.Subgraph, way.By)
	case strings.HasPrefix(way.By, "endpoint "):
		w.line(indent, "by key %q into %s: %s, one object a request", way.Key, way.Subgraph, way.By)
	default:
		w.line(indent, "by key %q into %s: %s, one object a field", way.Key, way.Subgraph, way.By)
	}
}

// String writes the explanation for people.
func (f *Field) String() string {
	var w writer
	args := ""
	if len(f.Arguments) > 0 {
		args = "(" + strings.Join(f.Arguments, ", ") + ")"
	}
	w.line(0, "%s%s: %s", f.Coordinate, args, f.Type)
	w.applied(f.Hidden, f.Tags, f.Directives)
	if f.Deprecated != "" {
		w.line(1, "deprecated: %s", f.Deprecated)
	}
	w.line(1, "answered by %s", f.Answers)
	w.line(1, "type: %s", f.Merged)
	w.line(1, "in the subgraphs:")
	for i := range f.In {
		w.fieldIn(&f.In[i])
	}
	if len(f.Ways) > 0 {
		w.line(1, "ways there from other subgraphs:")
		for _, way := range f.Ways {
			w.way(2, way)
		}
	}
	w.contracts(f.Contracts)
	return w.String()
}

var roles = map[string]string{
	"resolver": "resolves it", "external": "knows it as @external", "overridden": "has it, but never answers it",
	"overridden-by-label": "has it, and answers it while the label is off", "join": "makes it of sibling fields, with no request",
	"namespace": "makes it, with no request", "interface-object": "gives it by the interface object",
}

func (w *writer) fieldIn(in *FieldIn) {
	text := roles[in.Role]
	if in.Role == "interface-object" {
		text += " " + in.Name
	} else if in.Name != "" {
		text += " as " + in.Name
	}
	w.line(2, "%s %s: %s", in.Subgraph, text, in.Type)
	for _, part := range []struct{ what, text string }{
		{"requires", in.Requires}, {"provides", in.Provides}, {"overrides", in.Override}, {"overridden by", in.By}, {"label", in.Label},
		{"made of", strings.Join(in.Join, ", ")}, {"arguments from contexts:", strings.Join(in.Context, ", ")},
	} {
		if part.text != "" {
			w.line(3, "%s %s", part.what, part.text)
		}
	}
}

// String writes the explanation for people.
func (t *Type) String() string {
	var w writer
	w.line(0, "%s %s", t.Kind, t.Coordinate)
	w.applied(t.Hidden, t.Tags, t.Directives)
	w.line(1, "in the subgraphs:")
	for _, in := range t.In {
		var notes []string
		if in.Name != "" {
			notes = append(notes, "as "+in.Name)
		}
		if in.Extension {
			notes = append(notes, "extended only")
		}
		if in.InterfaceObject {
			notes = append(notes, "as an interface object")
		}
		w.line(2, "%s", strings.Join(append([]string{in.Subgraph}, notes...), ", "))
		for _, way := range in.Ways {
			w.way(3, way)
		}
	}
	for _, m := range t.Members {
		what := "implements"
		if t.Kind == "union" {
			what = "has the member"
		}
		w.line(1, "%s %s in %s", what, m.Type, list(m.Subgraphs))
	}
	for _, part := range [][]Part{t.Fields, t.Values} {
		for _, p := range part {
			text := p.Name
			if p.Type != "" {
				text += ": " + p.Type
			}
			if p.Hidden {
				text += " (hidden)"
			}
			w.line(1, "%s — %s", text, list(p.Subgraphs))
		}
	}
	w.contracts(t.Contracts)
	return w.String()
}

// String writes the summary for people.
func (g *Graph) String() string {
	var w writer
	w.line(0, "%d subgraphs, %d types (%d of them entities), %d fields", len(g.Subgraphs), g.Types, g.Entities, g.Fields)
	for _, s := range g.Subgraphs {
		w.line(1, "%s: defines %d types, %d of them can be entered; answers %d fields, %d of them alone", s.Name, s.Types, s.Entities, s.Fields, s.Alone)
	}
	w.line(0, "%d fields are shared by several subgraphs, %d elements are hidden from clients", g.Shared, g.Hidden)
	for _, m := range g.Moving {
		w.line(1, "%s is being moved by a label", m)
	}
	if g.Portable {
		w.line(0, "other routers can serve the supergraph, too")
		return w.String()
	}
	w.line(0, "other routers cannot serve the supergraph: it has what federation has no word for")
	const shown = 10
	for i, why := range g.NotPortable {
		if i == shown {
			w.line(1, "and %d more", len(g.NotPortable)-shown)
			break
		}
		w.line(1, "%s", why)
	}
	return w.String()
}
