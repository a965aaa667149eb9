package compose

import (
	"strings"

	"github.com/weft-graphql/weft/planner/schema"
)

// checkCosts applies the rules of @cost and @listSize.
func (sg *subgraph) checkCosts(r *reporter) {
	for _, t := range sg.order {
		if t.kind != schema.Object && t.kind != schema.Interface {
			continue
		}
		for _, f := range t.fields {
			if d := find(f.applied, "cost"); d != nil && t.kind == schema.Interface {
				r.at(CodeCostOnInterface, sg, d.Pos, f.coordinate(), "Apply it to the fields of the implementing types.", "@cost cannot be applied to interface %q", f.coordinate())
			}
			if d := find(f.applied, "listSize"); d != nil {
				sg.checkListSize(r, f, d)
			}
		}
	}
}

func (sg *subgraph) checkListSize(r *reporter, f *field, d *applied) {
	fail := func(code, format string, args ...any) { r.at(code, sg, d.Pos, f.coordinate(), "", format, args...) }
	sized := d.Argument("sizedFields")
	hasSized := sized != nil && sized.Kind != schema.NullValue
	if !hasSized && f.typ.Elem == nil {
		fail(CodeListSizeNonList, "%q is not a list", f.coordinate())
	}
	if v := d.Argument("assumedSize"); v != nil && strings.HasPrefix(v.Raw, "-") && strings.Trim(v.Raw, "-0") != "" {
		fail(CodeListSizeAssumedSize, "Assumed size of %q cannot be negative", f.coordinate())
	}
	for _, item := range listItems(d.Argument("slicingArguments")) {
		a := f.argument(item.Raw)
		switch {
		case a == nil:
			fail(CodeListSizeSlicingArgument, "Slicing argument %q is not an argument of %q", item.Raw, f.coordinate())
		case a.typ.Elem != nil || a.typ.Name != "Int":
			fail(CodeListSizeSlicingArgument, "Slicing argument \"%s(%s:)\" must be Int or Int!", f.coordinate(), a.name)
		}
	}
	if !hasSized {
		return
	}
	target := sg.types[f.typ.Named()]
	if target == nil || !target.kind.Composite() {
		fail(CodeListSizeSizedField, "Sized fields cannot be used because %q is not a composite type", f.typ.Named())
		return
	}
	for _, item := range listItems(sized) {
		g := target.field(item.Raw)
		switch {
		case g == nil:
			fail(CodeListSizeSizedField, "Sized field %q is not a field on type %q", item.Raw, target.name)
		case g.typ.Elem == nil:
			fail(CodeListSizeNonList, "Sized field %q is not a list", g.coordinate())
		}
	}
}
