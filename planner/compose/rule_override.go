package compose

import (
	"regexp"
	"strconv"
	"strings"

	"github.com/weft-graphql/weft/planner/schema"
	"github.com/weft-graphql/weft/planner/supergraph"
)

// overrideSet says from which subgraphs a field is taken away, and by whom.
type overrideSet struct {
	away map[int]overriding
	// void are the subgraphs whose @override names no subgraph of the graph, and
	// idle those whose @override takes nothing away.
	void, idle map[int]bool
}

type overriding struct {
	by    *subgraph
	label string
}

var (
	labelPattern   = regexp.MustCompile(`^[a-zA-Z][a-zA-Z0-9_\-:./]*$`)
	percentPattern = regexp.MustCompile(`^percent\((\d{1,2}(\.\d{1,8})?|100)\)$`)
)

// overrides checks the @override applications of one field.
func (m *merger) overrides(t *supergraph.TypeDefinition, sources []*field) overrideSet {
	set := overrideSet{away: make(map[int]overriding), void: make(map[int]bool), idle: make(map[int]bool)}
	byName := make(map[string]*field)
	any := false
	for _, f := range sources {
		byName[f.parent.sg.name] = f
		any = any || has(f.applied, "override")
	}
	if !any {
		return set
	}
	for _, f := range sources {
		d := find(f.applied, "override")
		if d == nil {
			continue
		}
		m.override(set, t, f, d, byName)
	}
	return set
}

func (m *merger) override(set overrideSet, t *supergraph.TypeDefinition, f *field, d *applied, byName map[string]*field) {
	sg := f.parent.sg
	coordinate := f.coordinate()
	from, _ := d.stringArg("from")
	label, labelled := d.stringArg("label")
	fail := func(code, hint, format string, args ...any) { m.at(code, sg, d.Pos, coordinate, hint, format, args...) }
	if f.parent.isInterfaceObject() {
		fail(CodeOverrideCollision, "Put @override on the fields of the implementing types.", "@override is not yet supported on fields of @interfaceObject types: cannot be used on field %q on subgraph %q.", coordinate, sg.name)
		return
	}
	if t.Kind == schema.Interface {
		fail(CodeOverrideOnInterface, "Put @override on the fields of the implementing types.", "@override cannot be used on field %q on subgraph %q: @override is not supported on interface type fields.", coordinate, sg.name)
		return
	}
	other := m.byName[from]
	target := byName[from]
	switch {
	case other == nil:
		set.void[sg.index] = true
		m.hint("FROM_SUBGRAPH_DOES_NOT_EXIST", coordinate, []Place{sg.place(d.Pos)}, "Name a subgraph of this graph, or remove @override."+m.meant(from),
			"Source subgraph %q for field %q on subgraph %q does not exist.", from, coordinate, sg.name)
		return
	case other == sg:
		fail(CodeOverrideFromSelf, "Name the subgraph the field is taken from.", "Source and destination subgraphs %q are the same for overridden field %q", from, coordinate)
		return
	case target == nil && m.abstracted(t, f.name, other) != "":
		fail(CodeOverrideCollision, "Move the field out of the interface object first.", "Invalid @override on field %q of subgraph %q: source subgraph %q does not have the field itself but gives it by the interface object %q; such fields cannot be overridden.", coordinate, sg.name, from, m.abstracted(t, f.name, other))
		return
	case target == nil:
		set.idle[sg.index] = true
		m.hint("OVERRIDE_DIRECTIVE_CAN_BE_REMOVED", coordinate, []Place{sg.place(d.Pos)}, "Remove @override.",
			"Field %q on subgraph %q no longer exists in the from subgraph. The @override directive can be removed.", coordinate, sg.name)
		return
	case has(target.applied, "override"):
		fail(CodeOverrideSourceHasOverride, "Take the field from the subgraph that has it.", "Field %q on subgraph %q is also marked with directive @override in subgraph %q. Only one @override directive is allowed per field.", coordinate, sg.name, from)
		return
	}
	for _, name := range []string{"requires", "provides"} {
		if has(target.applied, name) {
			fail(CodeOverrideCollision, "Remove @"+name+" from the overridden field.", "@override cannot be used on field %q on subgraph %q since %q on %q is marked with directive \"@%s\"", coordinate, sg.name, coordinate, from, name)
			return
		}
	}
	if f.external {
		fail(CodeOverrideCollision, "Remove @external.", "@override cannot be used on field %q on subgraph %q since %q on %q is marked with directive \"@external\"", coordinate, sg.name, coordinate, sg.name)
		return
	}
	if target.external {
		set.idle[sg.index] = true
		m.hint("OVERRIDE_DIRECTIVE_CAN_BE_REMOVED", coordinate, []Place{sg.place(d.Pos)}, "Remove @override.",
			"Field %q on subgraph %q is not resolved anymore by the from subgraph (it is marked \"@external\" in %q). The @override directive can be removed.", coordinate, sg.name, from)
		return
	}
	if labelled && label != "" && !labelPattern.MatchString(label) && !percentPattern.MatchString(label) {
		fail(CodeOverrideLabelInvalid, "For example \"percent(25)\" or \"my-label\".",
			"Invalid @override label %q on field %q on subgraph %q: labels must start with a letter and after that may contain alphanumerics, underscores, minuses, colons, periods, or slashes. Alternatively, labels may be of the form \"percent(x)\" where x is a float between 0-100 inclusive.",
			strings.TrimSpace(label), coordinate, sg.name)
	}
	set.away[other.index] = overriding{by: sg, label: label}
	places := []Place{other.place(target.pos), sg.place(d.Pos)}
	used := ""
	if other.used[target] {
		used = " It is still used there by a directive or an interface: mark it @external, or remove it with what uses it."
	}
	if labelled && label != "" {
		m.hint("OVERRIDE_MIGRATION_IN_PROGRESS", coordinate, places, "Remove the field there once the migration is complete."+used,
			"Field %q is being moved from subgraph %q to %q, by the label %q.", coordinate, from, sg.name, label)
		return
	}
	m.hint("OVERRIDDEN_FIELD_CAN_BE_REMOVED", coordinate, places, "Remove the field from subgraph "+strconv.Quote(from)+"."+used,
		"Field %q of subgraph %q is overridden by subgraph %q: it is never asked for there.", coordinate, from, sg.name)
}

// abstracted returns the interface object by which a subgraph gives a field to a
// type that it does not have.
func (m *merger) abstracted(t *supergraph.TypeDefinition, name string, sg *subgraph) string {
	if sg.types[t.Name] != nil {
		return ""
	}
	for _, i := range t.Implements {
		if o := sg.types[i.Type]; o != nil && o.isInterfaceObject() && o.field(name) != nil {
			return o.name
		}
	}
	return ""
}

// meant says which subgraph a wrong name may have been meant for.
func (m *merger) meant(name string) string {
	for _, sg := range m.subgraphs {
		if strings.EqualFold(strings.NewReplacer("-", "", "_", "").Replace(sg.name), strings.NewReplacer("-", "", "_", "").Replace(name)) {
			return " Did you mean " + strconv.Quote(sg.name) + "?"
		}
	}
	return ""
}
