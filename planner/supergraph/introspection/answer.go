package introspection

import (
	"fmt"

	"github.com/weft-graphql/weft/planner/schema"
)

// Answer returns the JSON object for a query: its response keys and values.
// Limit bounds its size in bytes; 0 means no limit.
func (m *Model) Answer(q *Query, limit int) ([]byte, error) {
	return m.Append(nil, q, limit)
}

// Append is [Model.Answer] into a buffer. The limit is on what is appended.
func (m *Model) Append(dst []byte, q *Query, limit int) ([]byte, error) {
	w := writer{model: m, buf: dst}
	if limit > 0 {
		w.max = len(dst) + limit
	}
	w.object(q.nodes, w.root)
	if w.over {
		return dst, &Error{Code: CodeTooLarge, Message: fmt.Sprintf("the answer is larger than %d bytes", limit)}
	}
	return w.buf, nil
}

type writer struct {
	model *Model
	buf   []byte
	max   int
	over  bool // the limit was passed; nothing more is written
}

func (w *writer) object(nodes []node, value func(*node)) {
	w.buf = append(w.buf, '{')
	for i := range nodes {
		n := &nodes[i]
		if w.max > 0 && len(w.buf) > w.max {
			w.over = true
		}
		if w.over {
			return
		}
		if i > 0 {
			w.buf = append(w.buf, ',')
		}
		w.buf = append(w.buf, n.key...)
		if n.op == opTypename {
			w.buf = append(w.buf, n.typename...)
		} else {
			value(n)
		}
	}
	w.buf = append(w.buf, '}')
	w.over = w.over || w.max > 0 && len(w.buf) > w.max
}

func (w *writer) text(t text) {
	if t == nil {
		w.null()
		return
	}
	w.buf = append(w.buf, t...)
}

func (w *writer) null() { w.buf = append(w.buf, "null"...) }

func (w *writer) flag(b bool) {
	if b {
		w.buf = append(w.buf, "true"...)
	} else {
		w.buf = append(w.buf, "false"...)
	}
}

// list writes the elements for which write returns true. It stops at the limit.
func (w *writer) list(count int, write func(i int) bool) {
	w.buf = append(w.buf, '[')
	start := len(w.buf)
	for i := 0; i < count && !w.over; i++ {
		before := len(w.buf)
		if before > start {
			w.buf = append(w.buf, ',')
		}
		if !write(i) {
			w.buf = w.buf[:before]
		}
	}
	w.buf = append(w.buf, ']')
}

func (w *writer) root(n *node) {
	switch n.op {
	case opSchema:
		w.object(n.below, w.schema)
	case opType:
		if id, ok := w.model.names[n.name]; ok {
			w.named(n, id)
		} else {
			w.null()
		}
	}
}

func (w *writer) schema(n *node) {
	switch n.op {
	case opDescription:
		w.text(w.model.description)
	case opTypes:
		w.list(len(w.model.types), func(i int) bool {
			w.named(n, schema.TypeID(i))
			return true
		})
	case opQueryType:
		w.rootType(n, schema.Query)
	case opMutationType:
		w.rootType(n, schema.Mutation)
	case opSubscriptionType:
		w.rootType(n, schema.Subscription)
	case opDirectives:
		w.list(len(w.model.directives), func(i int) bool {
			w.directive(n, &w.model.directives[i])
			return true
		})
	}
}

func (w *writer) rootType(n *node, kind schema.OperationKind) {
	if id := w.model.roots[kind]; id != schema.NoType {
		w.named(n, id)
	} else {
		w.null()
	}
}

func (w *writer) named(parent *node, id schema.TypeID) {
	w.ref(parent, schema.TypeRef{Type: id, Wrap: schema.Plain})
}

func (w *writer) all(parent *node, ids []schema.TypeID) {
	w.list(len(ids), func(i int) bool {
		w.named(parent, ids[i])
		return true
	})
}

// ref writes a __Type: the outermost wrapper, or the named type itself.
func (w *writer) ref(parent *node, ref schema.TypeRef) {
	switch {
	case ref.Wrap.NonNull():
		w.wrapper(parent, `"NON_NULL"`, schema.TypeRef{Type: ref.Type, Wrap: ref.Wrap.Nullable()})
	case ref.Wrap.IsList():
		w.wrapper(parent, `"LIST"`, schema.TypeRef{Type: ref.Type, Wrap: ref.Wrap.Elem()})
	default:
		t := &w.model.types[ref.Type]
		w.object(parent.below, func(n *node) { w.typeField(n, t) })
	}
}

func (w *writer) wrapper(parent *node, kind string, of schema.TypeRef) {
	w.object(parent.below, func(n *node) {
		switch n.op {
		case opKind:
			w.buf = append(w.buf, kind...)
		case opOfType:
			w.ref(n, of)
		default:
			w.null()
		}
	})
}

var kinds = func() (out [schema.InputObject + 1]text) {
	for k := range out {
		out[k] = quoted(schema.Kind(k).String())
	}
	return out
}()

func (w *writer) typeField(n *node, t *typeModel) {
	switch n.op {
	case opKind:
		w.text(kinds[t.kind])
	case opName:
		w.text(t.name)
	case opDescription:
		w.text(t.description)
	case opSpecifiedBy:
		w.text(t.specifiedBy)
	case opFields:
		if t.kind != schema.Object && t.kind != schema.Interface {
			w.null()
			return
		}
		w.list(len(t.fields), func(i int) bool {
			f := &t.fields[i]
			if f.deprecated && !n.deprecated {
				return false
			}
			w.object(n.below, func(n *node) { w.fieldField(n, f) })
			return true
		})
	case opInterfaces:
		if t.kind != schema.Object && t.kind != schema.Interface {
			w.null()
			return
		}
		w.all(n, t.interfaces)
	case opPossibleTypes:
		if !t.kind.Abstract() {
			w.null()
			return
		}
		w.all(n, t.possible)
	case opEnumValues:
		if t.kind != schema.Enum {
			w.null()
			return
		}
		w.list(len(t.values), func(i int) bool {
			v := &t.values[i]
			if v.deprecated && !n.deprecated {
				return false
			}
			w.object(n.below, func(n *node) { w.valueField(n, v) })
			return true
		})
	case opInputFields:
		if t.kind != schema.InputObject {
			w.null()
			return
		}
		w.inputs(n, t.inputs)
	case opOneOf:
		if t.kind != schema.InputObject {
			w.null()
			return
		}
		w.flag(t.oneOf)
	default: // ofType of a named type
		w.null()
	}
}

func (w *writer) inputs(parent *node, inputs []inputModel) {
	w.list(len(inputs), func(i int) bool {
		in := &inputs[i]
		if in.deprecated && !parent.deprecated {
			return false
		}
		w.object(parent.below, func(n *node) { w.inputField(n, in) })
		return true
	})
}

func (w *writer) fieldField(n *node, f *fieldModel) {
	switch n.op {
	case opName:
		w.text(f.name)
	case opDescription:
		w.text(f.description)
	case opArgs:
		w.inputs(n, f.args)
	case opFieldType:
		w.ref(n, f.typ)
	default:
		w.deprecation(n, &f.deprecation)
	}
}

func (w *writer) inputField(n *node, in *inputModel) {
	switch n.op {
	case opName:
		w.text(in.name)
	case opDescription:
		w.text(in.description)
	case opFieldType:
		w.ref(n, in.typ)
	case opDefaultValue:
		w.text(in.defaultValue)
	default:
		w.deprecation(n, &in.deprecation)
	}
}

func (w *writer) valueField(n *node, v *valueModel) {
	switch n.op {
	case opName:
		w.text(v.name)
	case opDescription:
		w.text(v.description)
	default:
		w.deprecation(n, &v.deprecation)
	}
}

func (w *writer) deprecation(n *node, d *deprecation) {
	if n.op == opIsDeprecated {
		w.flag(d.deprecated)
	} else {
		w.text(d.reason)
	}
}

func (w *writer) directive(parent *node, d *directiveModel) {
	w.object(parent.below, func(n *node) {
		switch n.op {
		case opName:
			w.text(d.name)
		case opDescription:
			w.text(d.description)
		case opRepeatable:
			w.flag(d.repeatable)
		case opLocations:
			w.list(len(d.locations), func(i int) bool {
				w.text(d.locations[i])
				return true
			})
		case opArgs:
			w.inputs(n, d.args)
		}
	})
}
