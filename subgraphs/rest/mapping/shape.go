package mapping

// ShapeKind is what is known beforehand of an output.
type ShapeKind uint8

// The kinds of shapes.
const (
	ShapeMissing ShapeKind = iota // never a value
	ShapeAny                      // whatever the input has; see Root and Input
	ShapeNull
	ShapeBool
	ShapeNumber
	ShapeString
	ShapeObject
	ShapeList
	ShapeOneOf // one of Options
)

// String returns the name of the kind.
func (k ShapeKind) String() string {
	return [...]string{"missing", "any", "null", "boolean", "number", "string", "object", "list", "one of"}[k]
}

// Shape is what is known of an output without any input.
type Shape struct {
	Kind ShapeKind
	// Root and Input say where Any is copied from: $, or a variable as $args,
	// and the keys from there. Root is empty if the value is computed.
	Root  string
	Input []string
	// Fields are the fields of an object, in order.
	Fields []ShapeField
	// Mapped: the object stands for each element if the input is a list, and
	// for null if it is null.
	Mapped bool
	// Open: the object may have fields that are not known.
	Open bool
	// Item is the shape of the items of a list.
	Item *Shape
	// Options are the shapes of which it has one.
	Options []*Shape
}

// ShapeField is a field of an object.
type ShapeField struct {
	Name  string
	Shape *Shape
	// Optional: it is not always there, whatever the input.
	Optional bool
}

// Field returns the field with the name, nil if there is none.
func (s *Shape) Field(name string) *ShapeField {
	for i := range s.Fields {
		if s.Fields[i].Name == name {
			return &s.Fields[i]
		}
	}
	return nil
}

// maxShapes bounds the work for one Shape; what is beyond is Any.
const maxShapes = 20_000

// Shape returns what is known of the output. It must not be changed.
func (s *Selection) Shape() *Shape {
	sh := &shaper{left: maxShapes, locals: make([]*Shape, s.locals)}
	in := &Shape{Kind: ShapeAny, Root: "$"}
	return sh.path(s.top, in, in)
}

type shaper struct {
	left   int
	locals []*Shape
}

var (
	shapeUnknown = &Shape{Kind: ShapeAny}
	shapeMissing = &Shape{Kind: ShapeMissing}
	shapeNull    = &Shape{Kind: ShapeNull}
	shapeBool    = &Shape{Kind: ShapeBool}
	shapeNumber  = &Shape{Kind: ShapeNumber}
	shapeString  = &Shape{Kind: ShapeString}
)

func (sh *shaper) spend() bool {
	sh.left--
	return sh.left > 0
}

func (sh *shaper) path(p *path, in, at *Shape) *Shape {
	v := sh.root(&p.root, in, at)
	for i := range p.steps {
		v = sh.step(&p.steps[i], v, in)
	}
	if p.sub != nil {
		v = sh.object(p.sub, v)
	}
	return v
}

func (sh *shaper) root(r *root, in, at *Shape) *Shape {
	switch r.kind {
	case rootInput:
		return in
	case rootCurrent:
		return at
	case rootVariable:
		return &Shape{Kind: ShapeAny, Root: "$" + variableNames[r.variable]}
	case rootLocal:
		if v := sh.locals[r.slot]; v != nil {
			return v
		}
		return shapeUnknown
	case rootExpr:
		return sh.expr(r.expr, in, at)
	default:
		return shapeMissing
	}
}

func (sh *shaper) step(st *step, v, in *Shape) *Shape {
	switch st.kind {
	case stepKey:
		return sh.key(st.key, v)
	case stepOptional:
		return v
	case stepBelow:
		return sh.each(v, func(item *Shape) *Shape { return sh.path(st.below, item, item) })
	}
	return sh.method(st, v, in)
}

// each applies f to v, or to the items if v is a list.
func (sh *shaper) each(v *Shape, f func(*Shape) *Shape) *Shape {
	if !sh.spend() {
		return shapeUnknown
	}
	switch v.Kind {
	case ShapeList:
		return &Shape{Kind: ShapeList, Item: sh.each(v.Item, f)}
	case ShapeOneOf:
		options := make([]*Shape, len(v.Options))
		for i, o := range v.Options {
			options[i] = sh.each(o, f)
		}
		return oneOf(options)
	case ShapeMissing:
		return v
	}
	return f(v)
}

func (sh *shaper) key(key string, v *Shape) *Shape {
	return sh.each(v, func(v *Shape) *Shape {
		switch v.Kind {
		case ShapeAny:
			if v.Root == "" {
				return v
			}
			return &Shape{Kind: ShapeAny, Root: v.Root, Input: append(v.Input[:len(v.Input):len(v.Input)], key)}
		case ShapeObject:
			if f := v.Field(key); f != nil {
				return f.Shape
			}
			if v.Open {
				return shapeUnknown
			}
		}
		return shapeMissing
	})
}

// item is the shape of the items of what is a list, else the shape itself.
func (s *Shape) item() *Shape {
	switch s.Kind {
	case ShapeList:
		return s.Item
	case ShapeOneOf:
		return shapeUnknown
	}
	return s
}

func (sh *shaper) method(st *step, v, in *Shape) *Shape {
	if st.bad != "" || !sh.spend() {
		return shapeUnknown
	}
	switch st.method {
	case methodAs:
		sh.locals[st.slot] = v
		if len(st.args) > 0 {
			sh.locals[st.slot] = sh.expr(&st.args[0], in, v)
		}
		return v
	case methodEcho:
		return sh.expr(&st.args[0], in, v)
	case methodMap:
		return &Shape{Kind: ShapeList, Item: sh.expr(&st.args[0], in, v.item())}
	case methodFilter:
		return &Shape{Kind: ShapeList, Item: v.item()}
	case methodFind:
		return oneOf([]*Shape{v.item(), shapeMissing})
	case methodFirst, methodLast, methodGet:
		if v.Kind == ShapeList {
			return v.Item
		}
		return shapeUnknown
	case methodSlice:
		return v
	case methodMatch, methodMatchIf:
		return sh.match(st, v, in)
	case methodJSONParse, methodUnknown:
		return shapeUnknown
	case methodEntries:
		return &Shape{Kind: ShapeList, Item: &Shape{Kind: ShapeObject, Fields: []ShapeField{
			{Name: "key", Shape: shapeString}, {Name: "value", Shape: shapeUnknown},
		}}}
	case methodValues:
		return &Shape{Kind: ShapeList, Item: shapeUnknown}
	case methodKeys:
		return &Shape{Kind: ShapeList, Item: shapeString}
	case methodTypeof, methodToString, methodJSONStringify, methodJoinNotNull:
		return shapeString
	case methodSize, methodParseInt, methodAdd, methodSub, methodMul, methodDiv, methodMod:
		return shapeNumber
	default:
		return shapeBool
	}
}

func (sh *shaper) match(st *step, v, in *Shape) *Shape {
	options := make([]*Shape, 0, len(st.args)+1)
	for i := range st.args {
		pair := st.args[i].items
		options = append(options, sh.expr(&pair[len(pair)-1], in, v))
		if len(pair) == 1 {
			return oneOf(options)
		}
		whatever := pair[0].kind == exprLiteral && pair[0].value.IsTrue()
		if st.method == methodMatch {
			whatever = pair[0].kind == exprPath && pair[0].path.root.kind == rootCurrent && len(pair[0].path.steps) == 0 && pair[0].path.sub == nil
		}
		if whatever {
			return oneOf(options)
		}
	}
	return oneOf(append(options, shapeMissing))
}

func (sh *shaper) expr(e *expr, in, at *Shape) *Shape {
	if !sh.spend() {
		return shapeUnknown
	}
	switch e.kind {
	case exprPath:
		return sh.path(e.path, in, at)
	case exprLiteral:
		return shapeOf(e.value)
	case exprObject:
		return sh.entries(e.object, in, at)
	case exprArray:
		items := make([]*Shape, len(e.items))
		for i := range e.items {
			items[i] = sh.expr(&e.items[i], in, at)
		}
		return &Shape{Kind: ShapeList, Item: oneOf(items)}
	}
	options := make([]*Shape, len(e.items))
	for i := range e.items {
		options[i] = sh.expr(&e.items[i], in, at)
	}
	return oneOf(options)
}

func (sh *shaper) object(o *object, v *Shape) *Shape {
	return sh.each(v, func(v *Shape) *Shape {
		if v.Kind == ShapeNull && o.quiet {
			return v
		}
		out := sh.entries(o, v, v)
		if out.Kind == ShapeObject {
			out.Mapped = v.Kind == ShapeAny || v.Mapped
		}
		return out
	})
}

func (sh *shaper) entries(o *object, in, at *Shape) *Shape {
	out := &Shape{Kind: ShapeObject}
	for i := range o.entries {
		e := &o.entries[i]
		v := sh.expr(&e.value, in, at)
		if !e.spread {
			if v.Kind != ShapeMissing {
				out.put(ShapeField{Name: e.key, Shape: v})
			}
			continue
		}
		options := v.Options
		if v.Kind != ShapeOneOf {
			options = []*Shape{v}
		}
		for _, option := range options {
			switch option.Kind {
			case ShapeObject:
				out.Open = out.Open || option.Open
			case ShapeAny:
				out.Open = true
			}
		}
		for _, option := range options {
			for _, f := range option.Fields {
				if !sh.spend() {
					return shapeUnknown
				}
				f.Optional = f.Optional || !everywhere(f.Name, options)
				out.put(f)
			}
		}
		if v.Kind == ShapeNull {
			return shapeNull
		}
	}
	return out
}

// everywhere reports whether all options are objects with the field.
func everywhere(name string, options []*Shape) bool {
	for _, o := range options {
		if f := o.Field(name); f == nil || f.Optional {
			return false
		}
	}
	return true
}

// put adds a field; one of that name that may be there already gives way.
func (s *Shape) put(f ShapeField) {
	old := s.Field(f.Name)
	if old == nil {
		s.Fields = append(s.Fields, f)
		return
	}
	if f.Optional || old.Shape.Kind == ShapeObject && f.Shape.Kind == ShapeObject {
		f.Shape = oneOf([]*Shape{old.Shape, f.Shape})
	}
	f.Optional = f.Optional && old.Optional
	*old = f
}

// oneOf makes one shape of several.
func oneOf(options []*Shape) *Shape {
	var flat []*Shape
	for _, o := range options {
		if o.Kind == ShapeOneOf {
			for _, inner := range o.Options {
				flat = addOption(flat, inner)
			}
			continue
		}
		flat = addOption(flat, o)
	}
	switch {
	case len(flat) == 0:
		return shapeUnknown
	case len(flat) == 1:
		return flat[0]
	case len(flat) > 64:
		return shapeUnknown
	}
	return &Shape{Kind: ShapeOneOf, Options: flat}
}

func addOption(options []*Shape, o *Shape) []*Shape {
	for _, have := range options {
		if have == o || have.Kind == o.Kind && o.Kind >= ShapeNull && o.Kind <= ShapeString {
			return options
		}
	}
	return append(options, o)
}

func shapeOf(v Value) *Shape {
	switch v.kind {
	case KindNull:
		return shapeNull
	case KindBool:
		return shapeBool
	case KindNumber:
		return shapeNumber
	case KindString:
		return shapeString
	case KindObject:
		out := &Shape{Kind: ShapeObject}
		for it := v.Iterate(); it.Next(); {
			out.Fields = append(out.Fields, ShapeField{Name: it.Key(), Shape: shapeOf(it.Value())})
		}
		return out
	case KindList:
		var items []*Shape
		for it := v.Iterate(); it.Next(); {
			items = append(items, shapeOf(it.Value()))
		}
		return &Shape{Kind: ShapeList, Item: oneOf(items)}
	}
	return shapeMissing
}
