package dataserver

import (
	"errors"
	"fmt"

	"github.com/vektah/gqlparser/v2/ast"
)

// execution runs one operation on one goroutine.
type execution struct {
	s         *Server
	doc       *ast.QueryDocument
	vars      map[string]any
	errs      []*Error
	collected map[collectKey][]*fieldGroup
	arguments map[*ast.Field]map[string]any
}

type collectKey struct {
	first *ast.Field // of the group whose sub-selections are merged
	typ   *ast.Definition
}

// fieldGroup is the fields of one response key.
type fieldGroup struct {
	key    string
	fields []*ast.Field
}

// path is a response path, linked from the leaf.
type path struct {
	up  *path
	key any
}

func (p *path) list() []any {
	var out []any
	for ; p != nil; p = p.up {
		out = append(out, p.key)
	}
	for i, j := 0, len(out)-1; i < j; i, j = i+1, j-1 {
		out[i], out[j] = out[j], out[i]
	}
	return out
}

func execute(s *Server, doc *ast.QueryDocument, op *ast.OperationDefinition, vars map[string]any) *answer {
	x := &execution{
		s: s, doc: doc, vars: vars,
		collected: map[collectKey][]*fieldGroup{},
		arguments: map[*ast.Field]map[string]any{},
	}
	root := s.schema.Query
	if op.Operation == ast.Mutation {
		root = s.schema.Mutation
	}
	groups, seen := []*fieldGroup(nil), map[string]*fieldGroup{}
	x.collect(root, op.SelectionSet, &groups, seen)
	data, ok := x.object(root, rootSource(op.Operation), groups, nil, nil)
	if !ok {
		data = nil
	}
	return &answer{ran: true, data: data, errs: x.errs}
}

// rootSource is the source of a root type's fields.
type rootSource ast.Operation

// metaSource is an introspection object.
type metaSource struct {
	read func(field string, args map[string]any) any
}

// collect gathers the fields that apply to objects of type def, in order.
func (x *execution) collect(def *ast.Definition, set ast.SelectionSet, groups *[]*fieldGroup, seen map[string]*fieldGroup) {
	for _, sel := range set {
		switch sel := sel.(type) {
		case *ast.Field:
			if !x.included(sel.Directives) {
				continue
			}
			g := seen[sel.Alias]
			if g == nil {
				g = &fieldGroup{key: sel.Alias}
				seen[sel.Alias] = g
				*groups = append(*groups, g)
			}
			g.fields = append(g.fields, sel)
		case *ast.InlineFragment:
			if x.included(sel.Directives) && (sel.TypeCondition == "" || x.s.isA(def, sel.TypeCondition)) {
				x.collect(def, sel.SelectionSet, groups, seen)
			}
		case *ast.FragmentSpread:
			if x.included(sel.Directives) && x.s.isA(def, sel.Definition.TypeCondition) {
				x.collect(def, sel.Definition.SelectionSet, groups, seen)
			}
		}
	}
}

func (x *execution) included(list ast.DirectiveList) bool {
	for _, d := range list {
		if d.Name != "skip" && d.Name != "include" {
			continue
		}
		arg := d.Arguments.ForName("if")
		value, _ := arg.Value.Value(x.vars)
		if on, _ := value.(bool); on == (d.Name == "skip") {
			return false
		}
	}
	return true
}

func (x *execution) subGroups(def *ast.Definition, g *fieldGroup) []*fieldGroup {
	key := collectKey{first: g.fields[0], typ: def}
	// A group that began with the same field may still differ in the rest, so
	// only groups of one are kept.
	if len(g.fields) == 1 {
		if groups, ok := x.collected[key]; ok {
			return groups
		}
	}
	groups, seen := []*fieldGroup(nil), map[string]*fieldGroup{}
	for _, f := range g.fields {
		x.collect(def, f.SelectionSet, &groups, seen)
	}
	if len(g.fields) == 1 {
		x.collected[key] = groups
	}
	return groups
}

func (x *execution) fail(err error, at *path, fields []*ast.Field) {
	var coded *Error
	e := &Error{Message: err.Error(), Path: at.list()}
	if errors.As(err, &coded) {
		e.Extensions = coded.Extensions
	}
	if len(fields) > 0 && fields[0].Position != nil {
		e.Locations = []Location{{Line: fields[0].Position.Line, Column: fields[0].Position.Column}}
	}
	x.errs = append(x.errs, e)
}

// object answers a selection on one object; ok is false if null propagates.
func (x *execution) object(def *ast.Definition, source any, groups []*fieldGroup, at *path, granted provided) (any, bool) {
	out := &orderedObject{keys: make([]string, 0, len(groups)), values: make([]any, 0, len(groups))}
	if o, isObject := source.(*object); isObject && o.rep != nil {
		if err := x.s.checkConflicts(def, groups); err != nil {
			x.fail(err, at, nil)
			return nil, false
		}
	}
	whole := true
	for _, g := range groups {
		value, ok := x.field(def, source, g, &path{up: at, key: g.key}, granted)
		if !ok {
			whole = false
			if rs, isRoot := source.(rootSource); isRoot && rs == rootSource(ast.Mutation) {
				// The mutations after one that failed do not run.
				return nil, false
			}
			continue
		}
		out.keys = append(out.keys, g.key)
		out.values = append(out.values, value)
	}
	return out, whole
}

func (x *execution) field(def *ast.Definition, source any, g *fieldGroup, at *path, granted provided) (any, bool) {
	f := g.fields[0]
	if f.Name == "__typename" {
		return def.Name, true
	}
	fd := def.Fields.ForName(f.Name)
	if fd == nil {
		// __schema and __type are part of the root type, so this is a field
		// that validation should have refused.
		x.fail(fmt.Errorf("%s has no field %s", def.Name, f.Name), at, g.fields)
		return nil, false
	}
	args, err := x.args(fd, f)
	if err != nil {
		x.fail(codedError("BAD_USER_INPUT", err.Error()), at, g.fields)
		return nil, !fd.Type.NonNull
	}
	value, below, err := x.resolve(def, fd, source, args, granted)
	if err != nil {
		x.fail(err, at, g.fields)
		return nil, !fd.Type.NonNull
	}
	return x.complete(fd.Type, g, value, at, below)
}

func (x *execution) args(fd *ast.FieldDefinition, f *ast.Field) (map[string]any, error) {
	if len(fd.Arguments) == 0 {
		return nil, nil
	}
	if args, ok := x.arguments[f]; ok {
		return args, nil
	}
	args := make(map[string]any, len(fd.Arguments))
	for _, def := range fd.Arguments {
		var value any
		var ok bool
		var err error
		if a := f.Arguments.ForName(def.Name); a != nil {
			value, ok, err = literal(x.s.schema, def.Type, a.Value, x.vars)
		}
		if err == nil && !ok && def.DefaultValue != nil {
			value, ok, err = literal(x.s.schema, def.Type, def.DefaultValue, nil)
		}
		if err == nil && value == nil && def.Type.NonNull {
			err = errors.New("a value is required")
		}
		if err != nil {
			return nil, fmt.Errorf("argument %s: %w", def.Name, err)
		}
		if ok {
			args[def.Name] = value
		}
	}
	x.arguments[f] = args
	return args, nil
}

// resolve reads a field's value before completion, and says what is granted
// by @provides below it.
func (x *execution) resolve(def *ast.Definition, fd *ast.FieldDefinition, source any, args map[string]any, granted provided) (any, provided, error) {
	s := x.s
	coordinate := def.Name + "." + fd.Name
	switch source := source.(type) {
	case rootSource:
		value, err := x.root(source, fd, args)
		return value, s.grantedBelow(coordinate, nil), err
	case metaSource:
		return source.read(fd.Name, args), nil, nil
	case *object:
		found, below := granted.lookup(s, def, fd.Name)
		if s.fed.external[coordinate] && !found {
			return nil, nil, codedError("EXTERNAL_FIELD", fmt.Sprintf("%s is @external and not provided here", coordinate))
		}
		below = s.grantedBelow(coordinate, below)
		if req := s.fed.requires[coordinate]; req != nil && s.opts.Mode == Federated {
			value, err := x.required(def, fd, source, req, args, granted)
			return value, below, err
		}
		value, err := s.view.read(source, def.Name, fd.Name, args, 0)
		return value, below, err
	}
	return nil, nil, fmt.Errorf("%s has no source", coordinate)
}

// grantedBelow adds a field's own @provides to what an enclosing one grants.
func (s *Server) grantedBelow(coordinate string, below provided) provided {
	if set := s.fed.provides[coordinate]; set != nil {
		return append(below[:len(below):len(below)], set)
	}
	return below
}

func (x *execution) root(op rootSource, fd *ast.FieldDefinition, args map[string]any) (any, error) {
	s := x.s
	if op == rootSource(ast.Query) && s.isProtocolField(fd.Name) {
		switch fd.Name {
		case "_service":
			return &object{typ: "_Service", fields: map[string]any{"sdl": s.opts.SDL}}, nil
		case "_entities":
			list, _ := args["representations"].([]any)
			return s.entities(list), nil
		}
		if s.opts.DisableIntrospection {
			return nil, codedError("INTROSPECTION_DISABLED", "introspection is disabled")
		}
		if fd.Name == "__schema" {
			return introspectSchema(s.schema), nil
		}
		name, _ := args["name"].(string)
		return introspectNamed(s.schema, name), nil
	}
	name := "Query."
	if op == rootSource(ast.Mutation) {
		name = "Mutation."
	}
	r := s.view.root(name + fd.Name)
	if r == nil {
		return nil, fmt.Errorf("the data has no root for %s%s", name, fd.Name)
	}
	own := make(map[string]any, len(args))
	for k, v := range args {
		own[k] = v
	}
	return r.run(&env{view: s.view, args: own})
}

// complete makes a response value of a resolved one; ok is false if null
// propagates to the parent.
func (x *execution) complete(typ *ast.Type, g *fieldGroup, value any, at *path, granted provided) (any, bool) {
	if err, isErr := value.(error); isErr {
		x.fail(err, at, g.fields)
		return nil, !typ.NonNull
	}
	if value == nil {
		if typ.NonNull {
			x.fail(codedError("NULL_FOR_NON_NULL", fmt.Sprintf("cannot return null for the non-null type %s", typ)), at, g.fields)
			return nil, false
		}
		return nil, true
	}
	if typ.Elem != nil {
		list, ok := value.([]any)
		if !ok {
			x.fail(fmt.Errorf("want a list, the data has %s", describe(value)), at, g.fields)
			return nil, !typ.NonNull
		}
		out := make([]any, len(list))
		whole := true
		for i, item := range list {
			v, ok := x.complete(typ.Elem, g, item, &path{up: at, key: i}, granted)
			whole = whole && ok
			out[i] = v
		}
		if !whole {
			return nil, !typ.NonNull
		}
		return out, true
	}
	def := x.s.schema.Types[typ.NamedType]
	if def.IsLeafType() {
		if m, ok := value.(map[string]any); ok && m["$error"] != nil {
			x.fail(fmt.Errorf("%v", m["$error"]), at, g.fields)
			return nil, !typ.NonNull
		}
		v, err := coerceScalar(def, value, false)
		if err != nil {
			x.fail(codedError("BAD_VALUE", err.Error()), at, g.fields)
			return nil, !typ.NonNull
		}
		return v, true
	}
	out, ok := x.composite(def, g, value, at, granted)
	if !ok {
		return nil, !typ.NonNull
	}
	return out, true
}

func (x *execution) composite(def *ast.Definition, g *fieldGroup, value any, at *path, granted provided) (any, bool) {
	if meta, ok := value.(metaSource); ok {
		return x.object(def, meta, x.subGroups(def, g), at, nil)
	}
	if _, err := x.s.view.checked(value); err != nil {
		x.fail(err, at, g.fields)
		return nil, false
	}
	declared := ""
	if def.Kind == ast.Object {
		declared = def.Name
	}
	o, ok := x.s.view.wrap(value, declared).(*object)
	if !ok {
		x.fail(fmt.Errorf("want an object of type %s, the data has %s", def.Name, describe(value)), at, g.fields)
		return nil, false
	}
	concrete, err := x.s.runtimeType(def, o)
	if err != nil {
		x.fail(err, at, g.fields)
		return nil, false
	}
	return x.object(concrete, o, x.subGroups(concrete, g), at, granted)
}

// runtimeType finds the object type under which this schema shows o.
func (s *Server) runtimeType(def *ast.Definition, o *object) (*ast.Definition, error) {
	if def.Kind == ast.Object {
		if o.typ == "" || o.typ == def.Name || s.fed.interfaceObject[def.Name] && s.view.isMember(def.Name, o.typ) {
			return def, nil
		}
		return nil, codedError("WRONG_TYPE", fmt.Sprintf("the data has a %s where the schema says %s", o.typ, def.Name))
	}
	possible := s.schema.PossibleTypes[def.Name]
	for _, t := range possible {
		if t != nil && t.Kind == ast.Object && t.Name == o.typ {
			return t, nil
		}
	}
	for _, t := range possible {
		if t != nil && t.Kind == ast.Object && s.fed.interfaceObject[t.Name] && s.view.isMember(t.Name, o.typ) {
			return t, nil
		}
	}
	if o.typ == "" {
		return nil, codedError("WRONG_TYPE", fmt.Sprintf("an object under the abstract type %s does not say its __typename", def.Name))
	}
	return nil, codedError("WRONG_TYPE", fmt.Sprintf("%s is not a possible type of %s here", o.typ, def.Name))
}
