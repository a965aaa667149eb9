package compose

import (
	"fmt"

	"github.com/weft-graphql/weft/planner/schema"
	"github.com/weft-graphql/weft/subgraphs/nearest"
)

// fieldSetRule says what one directive allows in its field set.
type fieldSetRule struct {
	directive                           string
	invalidFields, invalidType, hasArgs string
	missingExternal, directiveIn        string
	onInterface                         string
	// needsExternal: leaves must be external, or lie below what is.
	needsExternal bool
	allowArgs     bool
	// concrete: fields of interface and union types cannot be selected.
	concrete bool
}

var (
	keyRule = fieldSetRule{
		directive: "key", invalidFields: CodeKeyInvalidFields, invalidType: CodeKeyInvalidFieldsType, hasArgs: CodeKeyFieldsHasArgs,
		directiveIn: CodeKeyDirectiveInFields, onInterface: CodeKeyUnsupportedOnInterface, concrete: true,
	}
	requiresRule = fieldSetRule{
		directive: "requires", invalidFields: CodeRequiresInvalidFields, invalidType: CodeRequiresInvalidFieldsType,
		missingExternal: CodeRequiresMissingExternal, directiveIn: CodeRequiresDirectiveInFields, onInterface: CodeRequiresUnsupportedOnInterface,
		needsExternal: true, allowArgs: true,
	}
	providesRule = fieldSetRule{
		directive: "provides", invalidFields: CodeProvidesInvalidFields, invalidType: CodeProvidesInvalidFieldsType, hasArgs: CodeProvidesFieldsHasArgs,
		missingExternal: CodeProvidesMissingExternal, directiveIn: CodeProvidesDirectiveInFields, onInterface: CodeProvidesUnsupportedOnInterface,
		needsExternal: true,
	}
)

func (sg *subgraph) checkKeys(r *reporter, t *typ) {
	for _, d := range all(t.applied, "key") {
		c := fieldSetCheck{sg: sg, r: r, rule: &keyRule, d: d, coordinate: t.name, where: fmt.Sprintf("On type %q", t.name)}
		if t.kind == schema.Interface && sg.version < 3 {
			r.at(CodeKeyUnsupportedOnInterface, sg, d.Pos, t.name, "Link federation v2.3 or later.", "Cannot use @key on interface %q: @key is not yet supported on interfaces", t.name)
		}
		c.run(t)
	}
}

func (sg *subgraph) checkRequires(r *reporter, f *field) {
	for _, d := range all(f.applied, "requires") {
		c := fieldSetCheck{sg: sg, r: r, rule: &requiresRule, d: d, coordinate: f.coordinate(), where: fmt.Sprintf("On field %q", f.coordinate())}
		c.rejectInterface(f)
		c.run(f.parent)
	}
}

func (sg *subgraph) checkProvides(r *reporter, f *field) {
	for _, d := range all(f.applied, "provides") {
		c := fieldSetCheck{sg: sg, r: r, rule: &providesRule, d: d, coordinate: f.coordinate(), where: fmt.Sprintf("On field %q", f.coordinate())}
		target := sg.types[f.typ.Named()]
		c.rejectInterface(f)
		c.run(target)
	}
}

type fieldSetCheck struct {
	sg         *subgraph
	r          *reporter
	rule       *fieldSetRule
	d          *applied
	coordinate string
	where      string
}

func (c *fieldSetCheck) rejectInterface(f *field) {
	if f.parent.kind != schema.Interface {
		return
	}
	c.r.at(c.rule.onInterface, c.sg, c.d.Pos, f.coordinate(), "Put it on the fields of the implementing types.", "Cannot use @%s on field %q of parent type %q: @%s is not yet supported within interfaces", c.rule.directive, f.coordinate(), f.parent.name, c.rule.directive)
}

func (c *fieldSetCheck) fail(code, hint, format string, args ...any) {
	c.r.at(code, c.sg, c.d.Pos, c.coordinate, hint, c.where+", for "+c.d.Directive.String()+": "+format, args...)
}

func (c *fieldSetCheck) run(parent *typ) {
	text, ok := c.d.stringArg("fields")
	if !ok {
		c.fail(c.rule.invalidType, "Write the fields as a string.", "Invalid value for argument \"fields\": must be a string.")
		return
	}
	set, err := schema.ParseSelections(text)
	if err != nil {
		c.fail(c.rule.invalidFields, "", "Syntax Error: %s", err)
		return
	}
	c.selections(parent, set, false)
}

// selections stops at the first fault of a field set, since one misnamed field
// makes what lies below it meaningless.
func (c *fieldSetCheck) selections(parent *typ, set []schema.Selection, external bool) {
	for i := range set {
		s := &set[i]
		for _, d := range s.Directives {
			if c.sg.directives[d.Name] == nil {
				c.fail(c.rule.invalidFields, "", "Unknown directive \"@%s\"", d.Name)
				continue
			}
			c.fail(c.rule.directiveIn, "Remove the directive.", "cannot have directive applications in the @%s(fields:) argument but found @%s.", c.rule.directive, d.Name)
		}
		if s.Fragment {
			c.fragment(parent, s, external)
			continue
		}
		if s.Name == "__typename" && len(s.Selections) == 0 {
			if c.rule.needsExternal && !external {
				c.fail(c.rule.missingExternal, "Remove it from the field set.", "field %q should not be part of a @%s since it is already provided by this subgraph (it is not marked @external)", parent.name+".__typename", c.rule.directive)
			}
			continue
		}
		c.field(parent, s, external)
	}
}

func (c *fieldSetCheck) fragment(parent *typ, s *schema.Selection, external bool) {
	on := parent
	if s.On != "" {
		on = c.sg.types[s.On]
	}
	switch {
	case on == nil:
		c.fail(c.rule.invalidFields, "", "Unknown type %q", s.On)
		return
	case !on.kind.Composite():
		c.fail(c.rule.invalidFields, "", "Fragment cannot condition on non composite type %q", s.On)
		return
	case on != parent && !c.sg.overlap(on, parent):
		c.fail(c.rule.invalidFields, "", "Fragment on %q can never be a %q", s.On, parent.name)
		return
	}
	c.selections(on, s.Selections, external)
}

// overlap reports whether some object type is both.
func (sg *subgraph) overlap(a, b *typ) bool {
	for _, x := range sg.possible(a) {
		for _, y := range sg.possible(b) {
			if x == y {
				return true
			}
		}
	}
	return false
}

func (c *fieldSetCheck) field(parent *typ, s *schema.Selection, external bool) {
	f := parent.field(s.Name)
	if f == nil || parent.kind == schema.Union {
		hint := "Add the field to this subgraph, with @external if another one resolves it."
		names := make([]string, len(parent.fields))
		for i, f := range parent.fields {
			names[i] = f.name
		}
		if near := nearest.Name(s.Name, names); near != "" {
			hint = fmt.Sprintf("Did you mean %q? If not, add the field to this subgraph, with @external if another one resolves it.", near)
		}
		c.fail(c.rule.invalidFields, hint, "Cannot query field %q on type %q", s.Name, parent.name)
		return
	}
	if s.Alias != s.Name {
		c.fail(c.rule.invalidFields, "Remove the alias.", "Cannot use alias %q in %q: aliases are not currently supported in @%s", s.Alias, s.Alias+": "+s.Name, c.rule.directive)
		return
	}
	next := c.sg.types[f.typ.Named()]
	composite := next != nil && next.kind.Composite()
	if !c.arguments(f, s) {
		return
	}
	switch {
	case composite && len(s.Selections) == 0:
		c.fail(c.rule.invalidFields, "Select its fields.", "Invalid empty selection set for field %q of non-leaf type %q", f.coordinate(), f.typ)
		return
	case !composite && len(s.Selections) > 0:
		c.fail(c.rule.invalidFields, "", "Invalid selection of fields below %q, whose type %q has none", f.coordinate(), f.typ)
		return
	case c.rule.concrete && composite && next.kind.Abstract():
		kind := "Interface"
		if next.kind == schema.Union {
			kind = "Union"
		}
		c.fail(CodeKeyFieldsSelectInvalidType, "", "field %q is a %s type which is not allowed in @key", f.coordinate(), kind)
	case len(f.args) > 0 && !c.rule.allowArgs:
		c.fail(c.rule.hasArgs, "", "field %s cannot be included because it has arguments (fields with argument are not allowed in @%s)", f.coordinate(), c.rule.directive)
	}
	if !composite {
		if c.rule.needsExternal && !f.external && !external {
			c.fail(c.rule.missingExternal, "Remove the field from the field set, or mark it @external.", "field %q should not be part of a @%s since it is already provided by this subgraph (it is not marked @external)", f.coordinate(), c.rule.directive)
		}
		return
	}
	below := external || f.external
	if parent.kind == schema.Interface {
		for _, o := range c.sg.possible(parent) {
			if g := o.field(f.name); g != nil && g.external {
				below = true
			}
		}
	}
	c.selections(next, s.Selections, below)
}

func (c *fieldSetCheck) arguments(f *field, s *schema.Selection) (ok bool) {
	before := len(c.r.errors)
	check := graphqlCheck{sg: c.sg, r: c.r}
	given := make(map[string]bool)
	for _, a := range s.Arguments {
		given[a.Name] = true
		def := f.argument(a.Name)
		switch {
		case def == nil:
			c.fail(c.rule.invalidFields, "", "Unknown argument %q on field %q", a.Name, f.coordinate())
		case !check.valid(a.Value, def.typ):
			c.fail(c.rule.invalidFields, "", "Invalid value for argument %q of field %q", a.Name, f.coordinate())
		}
	}
	for _, a := range f.args {
		if a.typ.NonNull && a.def == nil && !given[a.name] {
			c.fail(c.rule.invalidFields, "", "Missing mandatory value for argument %q of field %q", a.name, f.coordinate())
		}
	}
	return len(c.r.errors) == before
}
