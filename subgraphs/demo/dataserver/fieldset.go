package dataserver

import (
	"fmt"

	"github.com/vektah/gqlparser/v2/ast"
	"github.com/vektah/gqlparser/v2/parser"
)

// parseFieldSet reads the text of a fields argument.
func parseFieldSet(text string) (ast.SelectionSet, error) {
	doc, err := parser.ParseQuery(&ast.Source{Name: "fields", Input: "{" + text + "}"})
	if err != nil {
		return nil, fmt.Errorf("field set %q: %w", text, err)
	}
	if len(doc.Operations) != 1 || len(doc.Fragments) != 0 {
		return nil, fmt.Errorf("field set %q is not one selection", text)
	}
	return doc.Operations[0].SelectionSet, nil
}

// walkFieldSet checks a field set against the schema and visits its fields
// with the type they are selected on.
func walkFieldSet(schema *ast.Schema, def *ast.Definition, set ast.SelectionSet, visit func(*ast.Definition, *ast.Field)) error {
	if def == nil {
		return fmt.Errorf("field set on an unknown type")
	}
	for _, sel := range set {
		switch sel := sel.(type) {
		case *ast.Field:
			if sel.Name == "__typename" {
				continue
			}
			field := def.Fields.ForName(sel.Name)
			if field == nil {
				return fmt.Errorf("%s has no field %s", def.Name, sel.Name)
			}
			if visit != nil {
				visit(def, sel)
			}
			if len(sel.SelectionSet) > 0 {
				if err := walkFieldSet(schema, schema.Types[field.Type.Name()], sel.SelectionSet, visit); err != nil {
					return err
				}
			}
		case *ast.InlineFragment:
			inner := def
			if sel.TypeCondition != "" {
				inner = schema.Types[sel.TypeCondition]
			}
			if err := walkFieldSet(schema, inner, sel.SelectionSet, visit); err != nil {
				return err
			}
		default:
			return fmt.Errorf("field sets have no named fragments")
		}
	}
	return nil
}

// provided is the set of selections that an enclosing @provides grants below
// the current object.
type provided []ast.SelectionSet

// lookup reports whether field is granted on objects of type def, and what is
// granted below it.
func (p provided) lookup(s *Server, def *ast.Definition, field string) (found bool, below provided) {
	for _, set := range p {
		for _, sel := range set {
			switch sel := sel.(type) {
			case *ast.Field:
				if sel.Name == field {
					found = true
					if len(sel.SelectionSet) > 0 {
						below = append(below, sel.SelectionSet)
					}
				}
			case *ast.InlineFragment:
				if sel.TypeCondition != "" && !s.isA(def, sel.TypeCondition) {
					continue
				}
				f, b := provided{sel.SelectionSet}.lookup(s, def, field)
				found = found || f
				below = append(below, b...)
			}
		}
	}
	return found, below
}

// covers reports whether everything in set is granted for an object of type
// def, so that a field which requires it can be computed in place.
func (p provided) covers(s *Server, def *ast.Definition, set ast.SelectionSet) bool {
	for _, sel := range set {
		switch sel := sel.(type) {
		case *ast.Field:
			if sel.Name == "__typename" {
				continue
			}
			found, below := p.lookup(s, def, sel.Name)
			external := s.fed.external[def.Name+"."+sel.Name]
			if external && !found {
				return false
			}
			if len(sel.SelectionSet) > 0 {
				field := def.Fields.ForName(sel.Name)
				if !below.covers(s, s.schema.Types[field.Type.Name()], sel.SelectionSet) {
					return false
				}
			}
		case *ast.InlineFragment:
			inner := def
			if sel.TypeCondition != "" {
				inner = s.schema.Types[sel.TypeCondition]
			}
			if !p.covers(s, inner, sel.SelectionSet) {
				return false
			}
		}
	}
	return true
}

// isA reports whether objects of type def satisfy a type condition.
func (s *Server) isA(def *ast.Definition, condition string) bool {
	if def.Name == condition {
		return true
	}
	target := s.schema.Types[condition]
	if target == nil || !target.IsAbstractType() {
		return false
	}
	for _, t := range s.schema.PossibleTypes[condition] {
		if t != nil && t.Name == def.Name {
			return true
		}
	}
	return false
}
