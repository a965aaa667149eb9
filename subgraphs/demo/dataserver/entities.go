package dataserver

import (
	"fmt"
	"maps"
	"slices"
	"strings"

	"github.com/vektah/gqlparser/v2/ast"
)

// entities answers _entities: per representation an object, null for an
// entity that does not exist, or an error.
func (s *Server) entities(representations []any) []any {
	out := make([]any, len(representations))
	for i, rep := range representations {
		o, err := s.entity(rep)
		switch {
		case err != nil:
			out[i] = err
		case o != nil:
			out[i] = o
		}
	}
	return out
}

func badRepresentation(format string, args ...any) error {
	return codedError("BAD_REPRESENTATION", fmt.Sprintf(format, args...))
}

// entity finds the entity of one representation.
func (s *Server) entity(value any) (*object, error) {
	rep, ok := value.(map[string]any)
	if !ok {
		return nil, badRepresentation("a representation is an object, not %s", describe(value))
	}
	name, ok := rep["__typename"].(string)
	if !ok {
		return nil, badRepresentation("a representation needs a __typename")
	}
	def := s.schema.Types[name]
	keys := s.fed.keys[name]
	if def == nil || len(keys) == 0 {
		return nil, badRepresentation("%q is no entity of this subgraph", name)
	}
	if err := s.checkFields(def, rep); err != nil {
		return nil, err
	}
	match := map[string]any{}
	accepted := false
	var missing []string
	for _, k := range keys {
		if !k.resolvable {
			continue
		}
		if err := s.checkSelection(def, rep, k.fields); err != nil {
			missing = append(missing, fmt.Sprintf("%q: %v", k.text, err))
			continue
		}
		accepted = true
		maps.Copy(match, s.pick(rep, k.fields))
	}
	if !accepted {
		if len(missing) == 0 {
			return nil, badRepresentation("%s has no resolvable key in this subgraph", name)
		}
		return nil, badRepresentation("the representation of %s fits no key: %s", name, strings.Join(missing, "; "))
	}
	found := s.view.find([]string{name}, match)
	if found == nil {
		return nil, nil
	}
	entity := *found
	entity.rep = rep
	return &entity, nil
}

// checkFields refuses fields that the type does not have, at any depth.
func (s *Server) checkFields(def *ast.Definition, rep map[string]any) error {
	for _, name := range slices.Sorted(maps.Keys(rep)) {
		if name == "__typename" {
			if _, ok := rep[name].(string); !ok {
				return badRepresentation("__typename is not a string")
			}
			continue
		}
		f := s.representedField(def, rep, name)
		if f == nil {
			return badRepresentation("%s has no field %s", def.Name, name)
		}
		inner := s.schema.Types[f.Type.Name()]
		if inner.IsLeafType() {
			continue
		}
		if err := s.eachObject(rep[name], func(m map[string]any) error { return s.checkFields(inner, m) }); err != nil {
			return err
		}
	}
	return nil
}

// representedField finds a field of a represented object, which under an
// abstract type may belong to the concrete one.
func (s *Server) representedField(def *ast.Definition, rep map[string]any, name string) *ast.FieldDefinition {
	if f := def.Fields.ForName(name); f != nil {
		return f
	}
	if !def.IsAbstractType() {
		return nil
	}
	typename, _ := rep["__typename"].(string)
	for _, t := range s.schema.PossibleTypes[def.Name] {
		if t == nil || (typename != "" && t.Name != typename) {
			continue
		}
		if f := t.Fields.ForName(name); f != nil {
			return f
		}
	}
	return nil
}

func (s *Server) eachObject(value any, visit func(map[string]any) error) error {
	switch value := value.(type) {
	case map[string]any:
		return visit(value)
	case []any:
		for _, item := range value {
			if err := s.eachObject(item, visit); err != nil {
				return err
			}
		}
	}
	return nil
}

// checkSelection checks that everything in set is there and of its type.
func (s *Server) checkSelection(def *ast.Definition, rep map[string]any, set ast.SelectionSet) error {
	for _, sel := range set {
		switch sel := sel.(type) {
		case *ast.Field:
			if sel.Name == "__typename" {
				if _, ok := rep["__typename"].(string); !ok {
					return badRepresentation("field __typename is missing")
				}
				continue
			}
			value, ok := rep[sel.Name]
			if !ok {
				return badRepresentation("field %s is missing", sel.Name)
			}
			f := def.Fields.ForName(sel.Name)
			if f == nil {
				return badRepresentation("%s has no field %s", def.Name, sel.Name)
			}
			if err := s.checkValue(f.Type, value, sel.SelectionSet); err != nil {
				return badRepresentation("field %s: %v", sel.Name, err)
			}
		case *ast.InlineFragment:
			inner := def
			if sel.TypeCondition != "" {
				inner = s.schema.Types[sel.TypeCondition]
				if !s.representedIsA(def, rep, sel.TypeCondition) {
					continue
				}
			}
			if err := s.checkSelection(inner, rep, sel.SelectionSet); err != nil {
				return err
			}
		}
	}
	return nil
}

// representedIsA reports whether a fragment applies to a represented object.
// Without a __typename an object under an abstract type stays undecided, and
// the fragment is not asked for.
func (s *Server) representedIsA(def *ast.Definition, rep map[string]any, condition string) bool {
	if typename, ok := rep["__typename"].(string); ok {
		if t := s.schema.Types[typename]; t != nil {
			return s.isA(t, condition)
		}
		return false
	}
	return s.isA(def, condition) || def.Name == condition
}

func (s *Server) checkValue(typ *ast.Type, value any, set ast.SelectionSet) error {
	if value == nil {
		if typ.NonNull {
			return badRepresentation("null for %s", typ)
		}
		return nil
	}
	if typ.Elem != nil {
		list, ok := value.([]any)
		if !ok {
			return badRepresentation("%s is no list", describe(value))
		}
		for _, item := range list {
			if err := s.checkValue(typ.Elem, item, set); err != nil {
				return err
			}
		}
		return nil
	}
	def := s.schema.Types[typ.NamedType]
	if def.IsLeafType() {
		// An ID may be written as a whole number, as in input.
		_, err := coerceScalar(def, value, true)
		return err
	}
	m, ok := value.(map[string]any)
	if !ok {
		return badRepresentation("%s is no object", describe(value))
	}
	return s.checkSelection(def, m, set)
}

// pick copies the part of a representation that a key selects.
func (s *Server) pick(rep map[string]any, set ast.SelectionSet) map[string]any {
	out := map[string]any{}
	for _, sel := range set {
		switch sel := sel.(type) {
		case *ast.Field:
			value := rep[sel.Name]
			if len(sel.SelectionSet) > 0 {
				value = s.pickValue(value, sel.SelectionSet)
			}
			if sel.Name != "__typename" {
				out[sel.Name] = value
			}
		case *ast.InlineFragment:
			maps.Copy(out, s.pick(rep, sel.SelectionSet))
		}
	}
	return out
}

func (s *Server) pickValue(value any, set ast.SelectionSet) any {
	switch value := value.(type) {
	case map[string]any:
		return s.pick(value, set)
	case []any:
		out := make([]any, len(value))
		for i, item := range value {
			out[i] = s.pickValue(item, set)
		}
		return out
	}
	return value
}

// required computes a @requires field: from the representation if the object
// came by one, else in place where @provides grants all it needs.
func (x *execution) required(def *ast.Definition, fd *ast.FieldDefinition, o *object, req *requirement, args map[string]any, granted provided) (any, error) {
	s := x.s
	coordinate := def.Name + "." + fd.Name
	if o.rep == nil {
		if !granted.covers(s, def, req.fields) {
			return nil, codedError("REQUIRES_NOT_MET", fmt.Sprintf("%s can be computed from a representation only", coordinate))
		}
		return s.view.read(o, def.Name, fd.Name, args, 0)
	}
	if err := s.checkSelection(def, o.rep, req.fields); err != nil {
		return nil, codedError("REQUIRES_NOT_MET", fmt.Sprintf("%s: %v", coordinate, err))
	}
	for _, own := range []bool{true, false} {
		for _, typ := range []string{o.typ, def.Name} {
			if e := s.view.computed(typ+"."+fd.Name, own); e != nil {
				return e(&env{view: s.view, owner: o, item: o.rep, rep: true, args: args})
			}
		}
	}
	// Without an expression the requirement is checked and the stored value
	// given.
	return s.view.checked(s.view.stored(o, fd.Name))
}

// checkConflicts refuses to compute, from one representation, two fields that
// require the same field with different arguments: one of them would get the
// other's value.
func (s *Server) checkConflicts(def *ast.Definition, groups []*fieldGroup) error {
	seen := map[string]string{}
	for _, g := range groups {
		req := s.fed.requires[def.Name+"."+g.fields[0].Name]
		if req == nil {
			continue
		}
		for _, path := range slices.Sorted(maps.Keys(req.arguments)) {
			args := req.arguments[path]
			if before, ok := seen[path]; ok && before != args {
				return badRepresentation("one representation cannot hold %s(%s) and (%s)", strings.TrimPrefix(path, "."), before, args)
			}
			seen[path] = args
		}
	}
	return nil
}
