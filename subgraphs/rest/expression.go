package rest

import (
	"slices"
	"strings"

	"github.com/weft-graphql/weft/planner/schema"
	"github.com/weft-graphql/weft/subgraphs/rest/mapping"
	"github.com/weft-graphql/weft/subgraphs/rest/template"
)

// The variables of expressions.
const (
	varArgs     = "$args"
	varThis     = "$this"
	varBatch    = "$batch"
	varConfig   = "$config"
	varEnv      = "$env"
	varStatus   = "$status"
	varRequest  = "$request"
	varResponse = "$response"
)

// argsOfRow is the member of a row of $batch that holds the field's arguments.
const argsOfRow = "__args"

// usage is what the expressions of an endpoint mention.
type usage struct {
	// args are the names of arguments; wholeArgs says that $args is used as it is.
	args      []string
	wholeArgs bool
	// this, rows and read are paths of fields of the object: in a request, in the
	// rows of a batch, and where the answer is read.
	this, rows, read [][]string
	// batch says that $batch is mentioned, wholeRows that rows are sent whole.
	batch, wholeRows bool
}

// reference is an expression whose value is sent.
type reference struct {
	text  string
	sel   *mapping.Selection
	shape *mapping.Shape
	// batch, this and args tell what the value depends on.
	batch, this, args bool
	field             *field // for the types of arguments; may be nil
	owner             *typ   // for those of the object's fields
	// column is the field of the rows that the reference lists.
	column string
}

// reading is an expression that is applied to an answer.
type reading struct {
	text  string
	sel   *mapping.Selection
	shape *mapping.Shape
	// args and this: it depends on the arguments, or on the object.
	args, this bool
	// plain and through are what [mapping.Selection.Plain] says.
	plain, through bool
}

// sending compiles an expression of a request.
func (c *compiler) sending(e *endpoint, text string, at Place, u *usage, object bool) *reference {
	sel := c.parse(text, at, e.coordinate(), object)
	if sel == nil {
		return nil
	}
	r := &reference{text: text, sel: sel, shape: sel.Shape(), field: e.field, owner: e.typ}
	for _, ref := range sel.References() {
		switch ref.Variable {
		case varArgs:
			r.args = true
			c.checkArgs(e, ref.Path, at, u)
		case varThis:
			r.this = true
			for _, path := range below(r.shape, ref) {
				if c.checkThis(e, path, at) {
					u.this = append(u.this, path)
				}
			}
		case varBatch:
			r.batch, u.batch = true, true
			for _, path := range below(r.shape, ref) {
				c.checkRow(e, path, at, u)
			}
		case varConfig:
			c.checkConfig(e, ref.Path, at)
		case varEnv:
			c.checkEnv(e, ref.Path, at)
		case varRequest:
			c.up.usesRequest = true
		default:
			c.add(CodeInvalidVariable, at, e.coordinate(), "%s: there is no %s before the answer is there", e.coordinate(), ref.Variable)
		}
	}
	if usesInput(r.shape, 0) {
		err := c.add(CodeInvalidExpression, at, e.coordinate(), "%s: %q reads the answer, but it is part of the request", e.coordinate(), text)
		err.Hint = "What is sent comes from $args, $this, $batch, $config, $env or $request."
	}
	return r
}

// reading compiles an expression that is applied to an answer.
func (c *compiler) reading(e *endpoint, text string, object bool, at Place) *reading {
	var args, this bool
	r := c.readingOf(text, object, at, e.coordinate(), func(ref mapping.Reference, shape *mapping.Shape) bool {
		switch ref.Variable {
		case varArgs:
			args = true
			c.checkArgs(e, ref.Path, at, &e.use)
		case varThis:
			if e.kind == rootEndpoint {
				return false
			}
			this = true
			for _, path := range below(shape, ref) {
				if c.checkThis(e, path, at) {
					e.use.read = append(e.use.read, path)
				}
			}
		default:
			return false
		}
		return true
	})
	if r != nil {
		r.args, r.this = args, this
	}
	return r
}

// readingOf compiles an expression over an answer; other says whether it takes
// a variable that is not everywhere.
func (c *compiler) readingOf(text string, object bool, at Place, coordinate string, other func(mapping.Reference, *mapping.Shape) bool) *reading {
	sel := c.parse(text, at, coordinate, object)
	if sel == nil {
		return nil
	}
	r := &reading{text: text, sel: sel, shape: sel.Shape()}
	r.plain, r.through = sel.Plain()
	for _, ref := range sel.References() {
		switch ref.Variable {
		case varConfig:
			c.checkConfigAt(ref.Path, at, coordinate)
		case varEnv:
			c.checkEnvAt(ref.Path, at, coordinate)
		case varStatus:
		case varRequest:
			c.up.usesRequest = true
		case varResponse:
			c.up.usesResponse = true
		default:
			if other == nil || !other(ref, r.shape) {
				c.add(CodeInvalidVariable, at, coordinate, "%s: there is no %s in %q", coordinate, ref.Variable, text)
			}
		}
	}
	return r
}

// parse reads an expression: a selection, which may be a list of fields, or a
// single value.
func (c *compiler) parse(text string, at Place, coordinate string, object bool) *mapping.Selection {
	parse := mapping.ParseValue
	if object {
		parse = mapping.Parse
	}
	sel, err := parse(text)
	if err == nil {
		return sel
	}
	list, ok := err.(mapping.Errors)
	if !ok {
		c.add(CodeInvalidExpression, at, coordinate, "%s: %v", coordinate, err)
		return nil
	}
	for _, m := range list {
		place := at
		if place.Line > 0 && m.Line == 1 {
			place.Column += m.Column - 1
		}
		e := c.add(CodeInvalidExpression, place, coordinate, "%s: %q, %d:%d: %s", coordinate, text, m.Line, m.Column, m.Message)
		e.Hint = m.Hint
	}
	return nil
}

// below are the paths that a use of a variable leads to. A variable with braces
// behind it is used by the fields in them.
func below(shape *mapping.Shape, ref mapping.Reference) [][]string {
	var out [][]string
	collectInputs(shape, ref.Variable, ref.Path, &out, 0)
	if len(out) == 0 {
		out = append(out, ref.Path)
	}
	return out
}

const maxShapeDepth = 64

func collectInputs(s *mapping.Shape, root string, prefix []string, out *[][]string, depth int) {
	if s == nil || depth > maxShapeDepth {
		return
	}
	if s.Kind == mapping.ShapeAny && s.Root == root && len(s.Input) >= len(prefix) && slices.Equal(s.Input[:len(prefix)], prefix) {
		*out = append(*out, s.Input)
	}
	for i := range s.Fields {
		collectInputs(s.Fields[i].Shape, root, prefix, out, depth+1)
	}
	collectInputs(s.Item, root, prefix, out, depth+1)
	for _, o := range s.Options {
		collectInputs(o, root, prefix, out, depth+1)
	}
}

func usesInput(s *mapping.Shape, depth int) bool {
	var out [][]string
	collectInputs(s, "$", nil, &out, depth)
	return len(out) > 0
}

// pathReference compiles a reference in a path.
func (c *compiler) pathReference(e *endpoint, r template.Reference, u *usage) *reference {
	if r.Root == template.Bare {
		return c.bare(e, r.Path, e.spec.at(e.spec.Method), u)
	}
	return c.sending(e, r.String(), e.spec.at(e.spec.Method), u, false)
}

// bare finds what a name without a variable means: the argument or the field of
// the object, whichever there is.
func (c *compiler) bare(e *endpoint, path []string, at Place, u *usage) *reference {
	arg := e.field != nil && e.field.argument(path[0]) != nil
	this := e.lookup() && e.typ.byName[path[0]] != nil
	text := strings.Join(path, ".")
	switch {
	case arg && this:
		c.add(CodeAmbiguous, at, e.coordinate(), "%s: {%s} is an argument and a field of %s", e.coordinate(), text, e.typ.name).Hint =
			"Write {$args." + text + "} or {$this." + text + "}."
	case arg:
		return c.sending(e, varArgs+"."+text, at, u, false)
	case this:
		return c.sending(e, varThis+"."+text, at, u, false)
	default:
		var names []string
		if e.field != nil {
			names = e.field.argumentNames()
		}
		if e.lookup() {
			names = append(names, e.typ.fieldNames()...)
		}
		err := c.add(CodeUnknownArgument, at, e.coordinate(), "%s: {%s} is neither an argument nor a field of the object", e.coordinate(), text)
		if err.Hint = didYouMean(path[0], names); err.Hint == "" {
			err.Hint = "Write what there is, " + strings.Join(names, ", ") + ", or add the argument to the schema."
			if len(names) == 0 {
				err.Hint = "Add the argument to the field in the schema, or write what stands there instead."
			}
		}
	}
	return nil
}

func (c *compiler) checkArgs(e *endpoint, path []string, at Place, u *usage) {
	if e.field == nil {
		c.add(CodeInvalidVariable, at, e.coordinate(), "%s: a lookup has no arguments", e.coordinate())
		return
	}
	if len(path) == 0 {
		u.wholeArgs = true
		return
	}
	a := e.field.argument(path[0])
	if a == nil {
		err := c.add(CodeUnknownArgument, at, e.coordinate(), "%s: %s has no argument %s", e.coordinate(), e.field.coordinate(), path[0])
		err.Hint = didYouMean(path[0], e.field.argumentNames())
		return
	}
	u.args = append(u.args, a.Name)
	t := c.model.types[a.Type.Named()]
	for _, name := range path[1:] {
		if t == nil || t.kind != schema.InputObject {
			return // the inside of a scalar is not known
		}
		f := t.byName[name]
		if f == nil {
			err := c.add(CodeUnknownField, at, e.coordinate(), "%s: %s has no field %s", e.coordinate(), t.name, name)
			err.Hint = didYouMean(name, t.fieldNames())
			return
		}
		t = f.named
	}
}

// checkThis checks a path of fields of the object that an endpoint needs.
func (c *compiler) checkThis(e *endpoint, path []string, at Place) bool {
	if e.kind == rootEndpoint {
		return true // reported once for the endpoint
	}
	if len(path) == 0 {
		c.add(CodeInvalidVariable, at, e.coordinate(), "%s: name the fields of $this that are sent", e.coordinate())
		return false
	}
	t := e.typ
	for i, name := range path {
		f := t.byName[name]
		if f == nil {
			err := c.add(CodeUnknownField, at, e.coordinate(), "%s: %s has no field %s", e.coordinate(), t.name, name)
			err.Hint = didYouMean(name, t.fieldNames())
			return false
		}
		if !f.named.kind.Composite() {
			return true // the inside of a scalar is not known
		}
		if i == len(path)-1 {
			c.add(CodeInvalidKey, at, e.coordinate(), "%s: %s is an object: name its fields", e.coordinate(), f.coordinate())
			return false
		}
		t = f.named
	}
	return true
}

func (c *compiler) checkRow(e *endpoint, path []string, at Place, u *usage) {
	if len(path) == 0 {
		u.wholeRows, u.wholeArgs = true, true
		return
	}
	if path[0] == argsOfRow {
		c.checkArgs(e, path[1:], at, u)
		return
	}
	if c.checkThis(e, path, at) {
		u.rows = append(u.rows, path)
	}
}

func (c *compiler) checkConfig(e *endpoint, path []string, at Place) {
	c.checkConfigAt(path, at, e.coordinate())
}

func (c *compiler) checkConfigAt(path []string, at Place, coordinate string) {
	if len(path) == 0 {
		return
	}
	names := make([]string, len(c.spec.Config))
	for i, v := range c.spec.Config {
		names[i] = v.Name
	}
	if !slices.Contains(names, path[0]) {
		err := c.add(CodeInvalidVariable, at, coordinate, "%s: config has no value %s", coordinate, path[0])
		if err.Hint = didYouMean(path[0], names); err.Hint == "" {
			err.Hint = "Give it in rest.config, as in config: {" + path[0] + ": …}."
		}
	}
}

func (c *compiler) checkEnv(e *endpoint, path []string, at Place) {
	c.checkEnvAt(path, at, e.coordinate())
}

func (c *compiler) checkEnvAt(path []string, at Place, coordinate string) {
	if len(path) != 1 {
		c.add(CodeInvalidVariable, at, coordinate, "%s: an environment variable is named by $env.NAME", coordinate)
		return
	}
	c.lookupEnv(path[0], at)
}

// setOf makes a field set of paths.
func setOf(paths [][]string) []schema.Selection {
	var out []schema.Selection
	for _, path := range paths {
		set := &out
		for _, name := range path {
			at := slices.IndexFunc(*set, func(s schema.Selection) bool { return s.Name == name })
			if at < 0 {
				at = len(*set)
				*set = append(*set, schema.Selection{Alias: name, Name: name})
			}
			set = &(*set)[at].Selections
		}
	}
	return out
}

// leavesOf are the paths of the leaves of a field set.
func leavesOf(set []schema.Selection, prefix []string) [][]string {
	var out [][]string
	for i := range set {
		s := &set[i]
		if s.Fragment {
			out = append(out, leavesOf(s.Selections, prefix)...)
			continue
		}
		path := append(slices.Clone(prefix), s.Name)
		if len(s.Selections) == 0 {
			out = append(out, path)
			continue
		}
		out = append(out, leavesOf(s.Selections, path)...)
	}
	return out
}

// inSet reports whether a field set holds a path.
func inSet(set []schema.Selection, path []string) bool {
	for i := range set {
		s := &set[i]
		if s.Name == path[0] {
			return len(path) == 1 || len(s.Selections) == 0 || inSet(s.Selections, path[1:])
		}
	}
	return false
}
