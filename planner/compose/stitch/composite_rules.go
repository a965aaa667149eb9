package stitch

import (
	"github.com/weft-graphql/weft/planner/compose"
	"github.com/weft-graphql/weft/planner/schema"
)

// checkComposite checks the rules of the Composite Schemas specification for one
// source schema that composition does not know, or knows by another code. Rules
// between schemas are composition's, with its codes.
func (w *work) checkComposite() {
	for _, t := range w.types {
		for _, part := range t.parts {
			for _, name := range compositeTypes {
				if part.Name == name && part.Kind != schema.Scalar {
					w.failAt(part.Pos, CodeTypeDefinitionInvalid, "", name, "define it as a scalar, or not at all", "%s is a scalar of the specification", name)
				}
			}
			for _, d := range part.Directives {
				if d.Name == w.names["key"] {
					w.checkFieldSet(d, t.name, CodeKeyInvalidFieldsType, CodeKeyInvalidSyntax)
				}
			}
		}
		for _, f := range t.fields {
			w.checkCompositeField(f)
		}
	}
}

// checkFieldSet checks the form of a `fields` argument.
func (w *work) checkFieldSet(d *schema.Directive, coordinate, typeCode, syntaxCode string) {
	fields := d.Argument("fields")
	if fields == nil {
		return // composition reports it
	}
	if fields.Kind != schema.StringValue {
		w.failAt(d.Pos, typeCode, "", coordinate, `such as "id"`, "@%s at %s needs a string for fields", d.Name, coordinate)
		return
	}
	if _, err := schema.ParseSelections(fields.Raw); err != nil {
		w.failAt(d.Pos, syntaxCode, "", coordinate, "", "@%s at %s is not a selection set: %v", d.Name, coordinate, err)
	}
}

func (w *work) checkCompositeField(f *field) {
	at := f.coordinate()
	external := applied(f.def.Directives, w.names["external"])
	if d := applied(f.def.Directives, "provides"); d != nil {
		if kind, ok := w.kindOf(f.def.Type.Named()); ok && kind != schema.Object && kind != schema.Interface {
			w.failAt(d.Pos, CodeProvidesOnNonComposite, "", at, "remove @provides", "@provides is on %s, which returns %s: only objects and interfaces have fields to provide", at, f.def.Type)
		} else {
			w.checkFieldSet(d, at, CodeProvidesInvalidFieldsType, CodeProvidesInvalidSyntax)
		}
		if external != nil {
			w.failAt(d.Pos, CodeExternalCollision, "", at, "remove one of them", "%s is @external, and cannot provide anything", at)
		}
	}
	if d := applied(f.def.Directives, "override"); d != nil {
		if from := d.Argument("from"); from != nil && from.Kind == schema.StringValue && from.Raw == w.subgraph {
			w.failAt(d.Pos, CodeOverrideFromSelf, "", at, "name the schema the field is taken from", "%s overrides itself", at)
		}
	}
	for _, a := range f.def.Arguments {
		if external != nil && applied(a.Directives, "require") != nil {
			w.failAt(a.Pos, CodeExternalCollision, "", at, "remove one of them", "%s is @external, and cannot require anything", at)
		}
	}
	if d := applied(f.def.Directives, "lookup"); d != nil && f.def.Type.NonNull && f.def.Type.Elem == nil {
		w.remark("LOOKUP_RETURNS_NON_NULLABLE_TYPE", f, "Let it return null for what is not found.",
			"The lookup "+at+" returns "+f.def.Type.String()+": an entity that it does not have is an error.")
	}
}

// checkReached notes lookups that cannot be entered, because there is no way to
// them from Query by fields without required arguments.
func (w *work) checkReached(reached map[*field]bool) {
	for _, t := range w.types {
		for _, f := range t.fields {
			if t.kind == schema.Object && applied(f.def.Directives, "lookup") != nil && !reached[f] {
				w.remark("LOOKUP_NOT_REACHABLE", f, "Put it below Query, with no field between that needs arguments or is an entity's.",
					"The lookup "+f.coordinate()+" is not used: it cannot be reached from Query without other keys.")
			}
		}
	}
}

// remark notes a hint at a field.
func (w *work) remark(code string, f *field, advice, message string) {
	w.remarks = append(w.remarks, compose.Hint{
		Code: code, Level: compose.Warn, Coordinate: f.coordinate(), Advice: advice, Message: message,
		Places: []compose.Place{{Subgraph: w.subgraph, Line: f.def.Pos.Line, Column: f.def.Pos.Column}},
	})
}
