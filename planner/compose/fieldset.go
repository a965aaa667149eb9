package compose

import (
	"slices"

	"github.com/weft-graphql/weft/planner/schema"
)

// fieldSetOf returns the parsed field set of a directive's `fields` argument.
// Problems are ignored: the rules on field sets have reported them.
func fieldSetOf(d *applied) []schema.Selection {
	text, ok := d.stringArg("fields")
	if !ok {
		return nil
	}
	set, err := schema.ParseSelections(text)
	if err != nil {
		return nil
	}
	return set
}

// eachField calls f for every field a field set names, in order, nested ones
// included. Fields of an interface stand for those of its implementations too
// when deep is set. It stops at the first name that does not exist, which a
// rule reports, and returns whether it came to the end.
func (sg *subgraph) eachField(parent *typ, set []schema.Selection, deep bool, f func(*field, *schema.Selection)) bool {
	for i := range set {
		s := &set[i]
		if s.Fragment {
			on := parent
			if s.On != "" {
				on = sg.types[s.On]
			}
			if !sg.eachField(on, s.Selections, deep, f) {
				return false
			}
			continue
		}
		if s.Name == "__typename" {
			continue
		}
		if parent == nil || parent.field(s.Name) == nil {
			return false
		}
		target := parent.field(s.Name)
		f(target, s)
		if deep && parent.kind == schema.Interface {
			for _, t := range sg.implementations[parent.name] {
				if g := t.field(s.Name); g != nil {
					f(g, s)
				}
			}
		}
		if !sg.eachField(sg.types[target.typ.Named()], s.Selections, deep, f) {
			return false
		}
	}
	return true
}

// meaningful reports whether a field set could be parsed and names fields that
// exist.
func (sg *subgraph) meaningful(parent *typ, set []schema.Selection) bool {
	return len(set) > 0 && sg.eachField(parent, set, false, func(*field, *schema.Selection) {})
}

// sameFieldSet compares field sets without regard to order.
func sameFieldSet(a, b []schema.Selection) bool {
	if len(a) != len(b) {
		return false
	}
	for i := range a {
		if !slices.ContainsFunc(b, func(s schema.Selection) bool {
			return s.Fragment == a[i].Fragment && s.On == a[i].On && s.Name == a[i].Name && sameFieldSet(s.Selections, a[i].Selections)
		}) {
			return false
		}
	}
	return true
}
