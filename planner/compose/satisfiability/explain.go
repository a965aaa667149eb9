package satisfiability

import (
	"fmt"
	"slices"
	"strings"

	"github.com/weft-graphql/weft/planner/graph"
	"github.com/weft-graphql/weft/planner/schema"
	"github.com/weft-graphql/weft/planner/supergraph"
)

// maxNames is how many names a message lists before it counts the rest.
const maxNames = 5

// reason is why one subgraph that has a field cannot be asked for it. Reasons
// of a lower rank say better what to change.
type reason struct {
	rank int
	text string
	hint string
}

// blamed is a reason with the subgraph it is about, as the Definition numbers it;
// -1 for none.
type blamed struct {
	reason
	upstream int
}

// The ranks of reasons.
const (
	rankMissing = iota
	rankRequires
	rankUnresolvable
	rankNoKey
	rankExternal
	rankElsewhere
)

// report explains why a field cannot be reached from a state: the path that
// leads there and, for each subgraph that has the field, what is in the way.
func (w *walker) report(i int, f schema.FieldID, h *holding) {
	coordinate := w.coordinate(f)
	if w.reported[coordinate] {
		return
	}
	w.reported[coordinate] = true
	reasons := w.reasons(w.states[i].as, f, h)
	best := reasons[0]
	var texts []string
	for _, r := range reasons {
		texts = append(texts, r.text)
		if r.rank < best.rank {
			best = r
		}
	}
	w.problem(append(w.path(i), coordinate), coordinate, list(texts, "; "), best.hint)
	w.blame(best.upstream)
}

// blame names the subgraph of the problem reported last.
func (w *walker) blame(upstream int) {
	if upstream >= 0 {
		w.problems[len(w.problems)-1].Subgraph = w.super.Definition.Subgraphs[upstream].Name
	}
}

// reportContext explains that a field could be reached if something on the path
// carried its contexts. It reports false where that is not so.
func (w *walker) reportContext(i int, f schema.FieldID, h *holding) bool {
	if w.contexts.needs == nil {
		return false
	}
	carried := h.carried
	h.carried = everyContext
	_, found := h.follow(f)
	h.carried = carried
	if !found {
		return false
	}
	coordinate := w.coordinate(f)
	if w.reported[coordinate] {
		return true
	}
	w.reported[coordinate] = true
	var at []string
	first := -1
	moves := w.graph.Moves(f)
	for k := range moves {
		if w.contexts.needs[moves[k].Provider]&^carried != 0 {
			if first < 0 {
				first = w.super.Subgraphs[moves[k].Subgraph].Upstream
			}
			at = append(at, w.super.Subgraphs[moves[k].Subgraph].String())
		}
	}
	w.problem(append(w.path(i), coordinate), coordinate,
		"no object on the way carries the context that an argument of the field needs in "+names(at),
		"Set the context with @context on a type of each path that leads to the field.")
	w.blame(first)
	return true
}

// reportInterfaceObject explains that nothing can say of what type a value is:
// only interface objects can be reached.
func (w *walker) reportInterfaceObject(i int) {
	s := w.states[i]
	name := w.schema.Type(s.as).Name
	if w.reported[name] {
		return
	}
	w.reported[name] = true
	var at []string
	for _, p := range s.places {
		at = append(at, w.super.Subgraphs[w.places[p].sub].String())
	}
	w.problem(w.path(i), name,
		"from "+names(at)+", where "+name+" is an @interfaceObject, no subgraph can be reached that knows the implementation types of "+name,
		"Give the interface "+name+" a resolvable @key in the subgraph that defines it as an interface.")
	w.blame(w.super.Subgraphs[w.places[s.places[0]].sub].Upstream)
}

func (w *walker) problem(path []string, coordinate, text, hint string) {
	p := Problem{Code: CodeUnreachable, Coordinate: coordinate, Hint: hint, Path: path, Labels: w.labels()}
	p.Message = strings.Join(path, " → ") + ": " + text
	if len(p.Labels) > 0 {
		p.Message += " (while the override label " + quoted(p.Labels) + " is active)"
	}
	w.problems = append(w.problems, p)
}

func (r *run) labels() []string {
	var out []string
	for i, on := range r.active {
		if on {
			out = append(out, r.super.Labels[i])
		}
	}
	return out
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

func list(texts []string, separator string) string {
	if more := len(texts) - maxNames; more > 0 {
		return fmt.Sprintf("%s%sand %d more", strings.Join(texts[:maxNames], separator), separator, more)
	}
	return strings.Join(texts, separator)
}

func names(texts []string) string {
	slices.Sort(texts)
	return list(slices.Compact(texts), ", ")
}

func quoted(texts []string) string {
	out := make([]string, len(texts))
	for i, t := range texts {
		out[i] = fmt.Sprintf("%q", t)
	}
	return list(out, ", ")
}

func plural(n int, one, many string) string {
	if n == 1 {
		return one
	}
	return many
}

// maxKey is how much of a key a message shows.
const maxKey = 80

func shortened(key string) string {
	if len(key) > maxKey {
		return key[:maxKey] + "…"
	}
	return key
}

// giveNo says that no subgraph in reach has a field.
func (h *holding) giveNo(field string) string {
	if at := h.holders(); !strings.Contains(at, ", ") {
		return at + " gives no " + field
	}
	return "none of " + h.holders() + " gives " + field
}

// subgraph names a subgraph or facet within a sentence.
func (r *run) subgraph(sub int) string {
	s := &r.super.Subgraphs[sub]
	if s.Facet != nil {
		return s.String()
	}
	return "subgraph " + s.Name
}

// told is what explaining a field from somewhere shares with the next field.
type told struct {
	holders string
	lacks   map[door][]lack
	common  string
	sought  bool
}

// holders names the subgraphs where values can be had.
func (h *holding) holders() string {
	if h.told.holders == "" {
		var out []string
		for _, p := range h.set() {
			out = append(out, h.run.super.Subgraphs[h.run.places[p].sub].String())
		}
		h.told.holders = names(out)
	}
	return h.told.holders
}

func (w *walker) reasons(as schema.TypeID, f schema.FieldID, h *holding) []blamed {
	var out []blamed
	// Facets that are entered elsewhere are told of together, and those that are
	// entered by the same missing value.
	elsewhere := make(map[int][]string)
	var upstreams []int
	entered, enteredBy := make(map[string][]string), make(map[string]int)
	var missing []string
	moves := w.graph.Moves(f)
	for i := range moves {
		m := &moves[i]
		sub := &w.super.Subgraphs[m.Subgraph]
		if sub.Facet != nil && !m.Provider.External && w.usable(m.Provider) && !w.here(h, m) {
			lacks := w.lacks(as, m, h)
			switch {
			case len(lacks) == 0:
				if elsewhere[sub.Upstream] == nil {
					upstreams = append(upstreams, sub.Upstream)
				}
				elsewhere[sub.Upstream] = append(elsewhere[sub.Upstream], sub.Facet.Name)
			default:
				if entered[lacks[0].field] == nil {
					missing = append(missing, lacks[0].field)
					enteredBy[lacks[0].field] = sub.Upstream
				}
				entered[lacks[0].field] = append(entered[lacks[0].field], sub.String())
			}
			continue
		}
		if r, ok := w.reason(as, m, h); ok {
			out = append(out, blamed{r, sub.Upstream})
		}
	}
	at := h.holders()
	for _, field := range missing {
		out = append(out, blamed{reason{
			rank: rankMissing,
			text: h.giveNo(field) + ", by which " + names(entered[field]) + " could be entered",
			hint: "Let what " + at + " returns hold " + field + ", or say how " + w.schema.Type(as).Name + " is looked up by something that it does hold.",
		}, enteredBy[field]})
	}
	for _, up := range upstreams {
		name := w.super.Definition.Subgraphs[up].Name
		out = append(out, blamed{reason{
			rank: rankElsewhere,
			text: name + " gives it only by " + names(elsewhere[up]) + ", which " + plural(len(elsewhere[up]), "does", "do") + " not look " + w.schema.Type(as).Name + " up",
			hint: "Add an endpoint to " + name + " that looks " + w.schema.Type(as).Name + " up, or let the one that is used here give the field.",
		}, up})
	}
	if len(out) == 0 {
		out = append(out, blamed{reason{rankElsewhere, "no subgraph resolves the field", "Resolve the field in one of the subgraphs, or remove it."}, -1})
	}
	return out
}

// here reports whether values are held in a move's subgraph.
func (w *walker) here(h *holding, m *graph.Move) bool {
	if slices.ContainsFunc(h.in(m.Subgraph), func(b int32) bool { return w.places[b].through(w.schema) == m.Through }) {
		return true
	}
	t, ok := h.entries.index[door{int32(m.Subgraph), m.Through}]
	return ok && h.open.has(int(t))
}

// reason explains one move that cannot be taken.
func (w *walker) reason(as schema.TypeID, m *graph.Move, h *holding) (reason, bool) {
	p := m.Provider
	name := w.subgraph(m.Subgraph)
	typ := w.schema.Type(as).Name
	if m.Through != schema.NoType {
		typ = w.schema.Type(m.Through).Name
	}
	coordinate := typ + "." + w.schema.Field(m.Field).Name
	here := w.here(h, m)
	t, ok := h.entries.index[door{int32(m.Subgraph), m.Through}]
	open := ok && h.open.has(int(t))
	switch {
	case !w.usable(p):
		if p.Label < 0 {
			return reason{}, false
		}
		when := map[bool]string{true: "while the override label %q is active", false: "while the override label %q is not active"}[p.Overrides]
		return reason{rankElsewhere, name + " resolves the field only " + fmt.Sprintf(when, w.super.Labels[p.Label]),
			"Make sure that the field can be reached whether the override is active or not."}, true
	case p.External && w.super.Subgraphs[m.Subgraph].Facet != nil:
		return reason{rankExternal, name + " gives it only where a path provides it",
			"Let more of what gives " + typ + " hold the field, or say how " + typ + " is looked up."}, true
	case p.External:
		return reason{rankExternal, name + " has the field as @external only",
			"Remove @external from " + coordinate + " in " + name + " if it resolves the field, or resolve it in another subgraph that can be entered."}, true
	case here && p.Requires != nil && !open:
		if lacks := w.lacks(as, m, h); len(lacks) > 0 {
			return w.lacking(name, typ, lacks, h, "requires other fields, and "), true
		}
		return reason{rankRequires, name + " requires other fields but has no key of " + typ + " to be entered again with them",
			"Give " + typ + " a resolvable @key in " + name + ": a field with @requires is asked for by a lookup."}, true
	case here && p.Requires != nil:
		at, field := h.holders(), ""
		for _, b := range h.bases {
			if s := w.meets(b, m); s != nil {
				field = w.dotted(b, s)
				break
			}
		}
		if field == "" {
			return reason{rankRequires, name + " requires other fields, but nothing can be sent along with a request for " + typ,
				"Resolve " + coordinate + " without @requires."}, true
		}
		return reason{rankRequires, fmt.Sprintf("%s requires %s of %s, which cannot be had from %s", name, field, typ, at),
			"Let a subgraph that can be reached from there give " + typ + "." + field + ", or remove it from the @requires of " + coordinate + "."}, true
	case here:
		return reason{rankElsewhere, name + " has the field on other paths only, and cannot be entered again at " + typ,
			"Give " + typ + " a resolvable @key in " + name + "."}, true
	}
	if lacks := w.lacks(as, m, h); len(lacks) > 0 {
		return w.lacking(name, typ, lacks, h, ""), true
	}
	of := as
	if m.Through != schema.NoType {
		of = m.Through
	}
	if v := w.view(of, int32(m.Subgraph)); v != nil && len(v.Keys) > 0 {
		var keys []string
		for _, k := range v.Keys {
			keys = append(keys, k.Text)
		}
		return reason{rankUnresolvable, "the key " + quoted(keys) + " of " + typ + " in " + name + " is not resolvable",
			"Resolve references to " + typ + " in " + name + " and remove \"resolvable: false\" from its @key, or resolve " + coordinate + " elsewhere."}, true
	}
	hint := "Give " + typ + " a resolvable @key that both sides have, or mark the field @shareable and resolve it in the subgraphs that return the type."
	if k := w.common(as, h); k != "" {
		hint = fmt.Sprintf("Give %s @key(fields: %q) in %s and resolve references there, or mark the field @shareable and resolve it in the subgraphs that return the type.", typ, k, name)
	}
	return reason{rankNoKey, name + " has no resolvable key of " + typ, hint}, true
}

func (w *walker) lacking(name, typ string, lacks []lack, h *holding, before string) reason {
	at := h.holders()
	var keys []string
	for _, l := range lacks {
		if l.field == "" {
			keys = append(keys, fmt.Sprintf("key %q: the concrete type is not known there", shortened(l.key)))
			continue
		}
		keys = append(keys, fmt.Sprintf("key %q lacks %s", shortened(l.key), l.field))
	}
	if lacks[0].field == "" {
		return reason{rankMissing, name + " " + before + "cannot be entered (" + list(keys, "; ") + ")",
			"Give the interface a resolvable @key in a subgraph that knows its implementations."}
	}
	hint := fmt.Sprintf("Let %s give %s.%s", at, typ, lacks[0].field)
	if k := w.common(w.places[h.bases[0]].as, h); k != "" {
		hint += fmt.Sprintf(", or give %s @key(fields: %q) in %s, which can be given already", typ, k, name)
	} else {
		hint += fmt.Sprintf(", or give %s a resolvable @key in %s that both sides have", typ, name)
	}
	return reason{rankMissing, name + " " + before + "has no key of " + typ + " that " + at + " can give (" + list(keys, "; ") + ")", hint + "."}
}

// lack is a lookup that cannot be used, with the field it lacks.
type lack struct{ key, field string }

// lacks are the lookups into a move's subgraph, each with what is missing.
func (w *walker) lacks(as schema.TypeID, m *graph.Move, h *holding) []lack {
	if h.told.lacks == nil {
		h.told.lacks = make(map[door][]lack)
		known := make(map[string]string)
		lookups := w.graph.Lookups(as)
		for i := range lookups {
			l := &lookups[i]
			field, ok := known[l.Text]
			if !ok {
				for _, b := range h.bases {
					if field = w.firstMissing(b, l.Key); field != "" {
						break
					}
				}
				known[l.Text] = field
			}
			d := door{int32(l.Subgraph), l.Through}
			h.told.lacks[d] = append(h.told.lacks[d], lack{l.Text, field})
		}
	}
	return h.told.lacks[door{int32(m.Subgraph), m.Through}]
}

func (w *walker) firstMissing(base int32, set supergraph.FieldSet) string {
	for _, s := range w.leaves(set) {
		if !w.has(base, s) {
			return w.dotted(base, s)
		}
	}
	return ""
}

// dotted is a way that cannot be had as a path of fields: its first field alone
// if that is what cannot be had.
func (w *walker) dotted(base int32, s *step) string {
	for s != nil && s.on != schema.NoType {
		s = s.next
	}
	if s == nil || s.next == nil || !w.has(base, w.intern(&step{name: s.name, on: schema.NoType, text: s.name})) {
		return s.name
	}
	var out []string
	for ; s != nil; s = s.next {
		if s.on == schema.NoType {
			out = append(out, s.name)
		}
	}
	return strings.Join(out, ".")
}

// common is a key of the type, in whatever subgraph, that can be given from
// where values are held.
func (w *walker) common(as schema.TypeID, h *holding) string {
	if h.told.sought || len(h.bases) == 0 {
		return h.told.common
	}
	h.told.sought = true
	tried := make(map[string]bool)
	for i := range w.super.Views[as] {
		for _, k := range w.super.Views[as][i].Keys {
			if tried[k.Text] {
				continue
			}
			tried[k.Text] = true
			if w.firstMissing(h.bases[0], k.Fields) == "" {
				h.told.common = k.Text
				return k.Text
			}
		}
	}
	return ""
}
