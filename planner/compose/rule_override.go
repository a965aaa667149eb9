package compose

import (
	"regexp"
	"strings"

	"github.com/weft-graphql/weft/planner/schema"
	"github.com/weft-graphql/weft/planner/supergraph"
)

// overrideSet says from which subgraphs a field is taken away, and by whom.
type overrideSet struct {
	away map[int]overriding
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
	set := overrideSet{away: make(map[int]overriding)}
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
		m.hint("FROM_SUBGRAPH_DOES_NOT_EXIST", coordinate, "Source subgraph %q for field %q on subgraph %q does not exist.", from, coordinate, sg.name)
		return
	case other == sg:
		fail(CodeOverrideFromSelf, "Name the subgraph the field is taken from.", "Source and destination subgraphs %q are the same for overridden field %q", from, coordinate)
		return
	case target == nil:
		m.hint("OVERRIDE_DIRECTIVE_CAN_BE_REMOVED", coordinate, "Field %q on subgraph %q no longer exists in the from subgraph. The @override directive can be removed.", coordinate, sg.name)
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
		m.hint("OVERRIDE_DIRECTIVE_CAN_BE_REMOVED", coordinate, "Field %q on subgraph %q is not resolved anymore by the from subgraph (it is marked \"@external\" in %q). The @override directive can be removed.", coordinate, sg.name, from)
		return
	}
	if labelled && !labelPattern.MatchString(label) && !percentPattern.MatchString(label) {
		fail(CodeOverrideLabelInvalid, "For example \"percent(25)\" or \"my-label\".",
			"Invalid @override label %q on field %q on subgraph %q: labels must start with a letter and after that may contain alphanumerics, underscores, minuses, colons, periods, or slashes. Alternatively, labels may be of the form \"percent(x)\" where x is a float between 0-100 inclusive.",
			strings.TrimSpace(label), coordinate, sg.name)
	}
	set.away[other.index] = overriding{by: sg, label: label}
}
