package mock

import (
	"context"
	"slices"
	"strconv"
	"strings"

	"github.com/weft-graphql/weft/planner/schema"
	"github.com/weft-graphql/weft/subgraphs"
)

// writer writes the answer of one call. It belongs to one goroutine.
type writer struct {
	*client
	ctx       context.Context
	variables []*node
	// current is the row that is being answered.
	current *node
	body    []byte
	// evaluated are the arguments of fields for the current row.
	evaluated map[occurrence]*arguments
	// full: the answer is larger than allowed, or nobody waits for it any more.
	full bool
}

// occurrence is a selection of a field of a concrete type.
type occurrence struct {
	selection *selection
	field     *field
}

// row answers one row of a lookup. The message says why there is no answer.
func (w *writer) row(e *entry, text []byte) (subgraphs.Row, string) {
	n, err := parseNode(text)
	if err != nil || n.kind != objectNode {
		return subgraphs.Row{Status: subgraphs.RowError}, "the row is not a JSON object"
	}
	t := e.typ
	if name := n.get(typename); name != nil {
		named := w.model.types[name.text]
		if named == nil || !named.kind.Composite() || named.root != "" {
			return subgraphs.Row{Status: subgraphs.RowError}, "the row is of no type of this subgraph"
		}
		t = named
	}
	row := n
	if e.lookup.Kind == subgraphs.FieldLookup {
		row = rowOfArguments(t, e.lookup, n)
	}
	identity, ok := w.resolve(t, row, 0)
	if !ok {
		return subgraphs.Row{Status: subgraphs.RowNull}, ""
	}
	if t = concrete(t, identity, 0, 0); t == nil {
		return subgraphs.Row{Status: subgraphs.RowNull}, ""
	}
	start := len(w.body)
	w.current = n
	clear(w.evaluated)
	w.object(w.entity(t, identity, 0, row), [][]selection{e.selections})
	w.current = nil
	return subgraphs.Row{Status: subgraphs.RowOK, Start: start, End: len(w.body)}, ""
}

// rowOfArguments adds to the row of a lookup by a field what its arguments say: an
// argument named like a key may come from elsewhere in the row, and counts.
func rowOfArguments(t *typ, l *subgraphs.Lookup, row *node) *node {
	args := &node{kind: objectNode}
	for i := range l.Arguments {
		a := &l.Arguments[i]
		if v := row.at(a.From); v != nil {
			name := a.Name[strings.LastIndexByte(a.Name, '.')+1:]
			args.members = append(args.members, member{name, v})
			if strings.HasSuffix(name, "s") {
				args.members = append(args.members, member{strings.TrimSuffix(name, "s"), v})
			}
		}
	}
	keys := keyed(t, args)
	if keys == nil || keys.kind != objectNode {
		return row
	}
	return &node{kind: objectNode, members: append(slices.Clip(keys.members), row.members...)}
}

// collected is what an object's selections have under one response key.
type collected struct {
	first *selection
	below [][]selection
}

// collect gathers the fields of a concrete type in the order of their first use.
func (w *writer) collect(t *typ, list []selection, out []collected, index map[string]int) []collected {
	for i := range list {
		s := &list[i]
		if !w.included(s.include) || s.on != nil && !t.is(s.on) {
			continue
		}
		if s.field == "" {
			out = w.collect(t, s.below, out, index)
			continue
		}
		at, ok := index[s.key]
		if !ok {
			at = len(out)
			index[s.key] = at
			out = append(out, collected{first: s})
		}
		if len(s.below) > 0 {
			out[at].below = append(out[at].below, s.below)
		}
	}
	return out
}

func (w *writer) included(list []subgraphs.Condition) bool {
	for _, c := range list {
		var v *node
		if c.Variable < len(w.variables) {
			v = w.variables[c.Variable]
		}
		if (v != nil && v.kind == boolNode && v.text == "true") == c.Negate {
			return false
		}
	}
	return true
}

// object writes what is selected of an object.
func (w *writer) object(o *object, sets [][]selection) {
	index := map[string]int{}
	var fields []collected
	for _, list := range sets {
		fields = w.collect(o.typ, list, fields, index)
	}
	w.body = append(w.body, '{')
	comma := false
	for i := range fields {
		s := fields[i].first
		f := o.typ.field(s.field)
		if f == nil && s.field != typename {
			continue
		}
		if w.stop() {
			return
		}
		if comma {
			w.body = append(w.body, ',')
		}
		comma = true
		w.body = append(appendQuoted(w.body, s.key), ':')
		if f == nil {
			w.body = appendQuoted(w.body, o.typ.name)
			continue
		}
		w.field(o, f, w.arguments(s, f), fields[i].below)
	}
	w.body = append(w.body, '}')
}

// arguments evaluates the arguments of a field, once for a row.
func (w *writer) arguments(s *selection, f *field) *arguments {
	if len(f.args) == 0 {
		return noArguments
	}
	at := occurrence{s, f}
	args := w.evaluated[at]
	if args == nil {
		if w.evaluated == nil {
			w.evaluated = map[occurrence]*arguments{}
		}
		args = s.arguments(f, w.variables, w.current)
		w.evaluated[at] = args
	}
	return args
}

// stop reports whether there is no use in going on.
func (w *writer) stop() bool {
	w.full = w.full || len(w.body) > w.maxBody || w.ctx.Err() != nil
	return w.full
}

// slot is one field of one object in the making.
type slot struct {
	field *field
	args  *arguments
	below [][]selection
	// start is a hash of the object, the field and the arguments.
	start uint64
	// length of the outermost list, if it is decided.
	length *limit
	// key are the keys that the arguments name.
	key *node
	// create: a mutation makes the object, unless a key names it.
	create bool
	// given: the value is what stands, and no example.
	given bool
}

func (c *client) startOf(o *object, f *field, args *arguments) uint64 {
	if o.inList && f.typ.Elem == nil {
		return hash(o.list, f.name, args.canonical)
	}
	return hash(o.hash, f.name, args.canonical)
}

func (w *writer) field(o *object, f *field, args *arguments, below [][]selection) {
	s := &slot{field: f, args: args, below: below, start: w.startOf(o, f, args), length: args.limit}
	if s.length == nil && o.limit != nil {
		switch plain(f.name) {
		case "edges", "nodes", "items", "results", "data", "list":
			s.length = o.limit
		}
	}
	composite := f.named.kind.Composite()
	var source *node
	source, s.given = w.source(o, f, composite)
	if composite {
		s.key = args.key
		s.create = o.typ.root == "Mutation" || o.echo != nil && !o.typ.entity()
		if s.key == nil && s.create {
			s.key = keyed(f.named, o.echo)
		}
	} else if source == nil && o.typ.root == "Mutation" {
		source = w.confirmed(f, args)
	}
	index := 0
	if composite && o.inList && f.typ.Elem == nil {
		index = o.index
	}
	w.value(o, s, f.typ, source, index, true)
}

// source finds what stands for a field before anything is made up: what is given,
// what a mutation was given, an example. It is nil for none that fits.
func (w *writer) source(o *object, f *field, composite bool) (source *node, given bool) {
	fits := func(n *node) bool {
		if composite {
			return n != nil && (n.kind == objectNode || n.kind == listNode || n.kind == nullNode && !f.typ.NonNull)
		}
		return n != nil && conforms(f.typ, f.named, n)
	}
	for _, g := range o.given {
		if n := g.get(f.name); fits(n) {
			return n, true
		}
	}
	if o.identity != "" && o.typ.keyField(f.name) {
		return nil, false
	}
	if o.echo != nil {
		if n := o.echo.get(f.name); fits(n) {
			return n, true
		}
	}
	for _, e := range o.examples {
		if n := e.get(f.name); fits(n) {
			return n, false
		}
	}
	if n := w.examples.fields[f]; fits(n) {
		return n, false
	}
	if n := o.sample.get(f.name); fits(n) {
		return n, false
	}
	return nil, false
}

// confirmed is what a mutation that gives no object answers: that it worked, or
// the id that was put in.
func (w *writer) confirmed(f *field, args *arguments) *node {
	if f.typ.Elem != nil || w.model.rootField("Mutation", f) && w.examples.fields[f] != nil {
		return nil
	}
	switch formatOf(f.named) {
	case formatBoolean:
		return &node{kind: boolNode, text: "true"}
	case formatID:
		for i := range args.node.members {
			if m := &args.node.members[i]; idName(m.name) && conforms(f.typ, f.named, m.value) {
				return m.value
			}
		}
	}
	return nil
}

func (m *model) rootField(root string, f *field) bool {
	for _, t := range m.roots {
		if t != nil && t.root == root && t.field(f.name) == f {
			return true
		}
	}
	return false
}

// value writes a value of a type; source is what stands for it, i its place in a
// list, outer that no list is around it yet.
func (w *writer) value(o *object, s *slot, expr *schema.TypeExpr, source *node, i int, outer bool) {
	switch {
	case source != nil && source.kind == nullNode && !expr.NonNull:
		w.body = append(w.body, "null"...)
	case expr.Elem != nil:
		w.list(o, s, expr, source, i, outer)
	case !s.field.named.kind.Composite():
		if source != nil && conforms(expr, s.field.named, source) {
			w.body = appendLeaf(w.body, s.field.named, source)
			return
		}
		w.body = w.leaf(w.body, o, s.field, expr, hash(o.hash, s.field.name, s.args.canonical), i)
	default:
		child := w.child(o, s, source, i, !outer)
		if child == nil {
			w.body = append(w.body, "null"...)
			return
		}
		w.object(child, s.below)
	}
}

func (w *writer) list(o *object, s *slot, expr *schema.TypeExpr, source *node, i int, outer bool) {
	var items []*node
	n := w.listLength
	switch {
	case source != nil && source.kind == listNode:
		items, n = source.items, len(source.items)
		if outer && s.length != nil {
			n = min(n, s.length.n)
		}
	case outer && s.key != nil && s.key.kind == listNode:
		n = min(len(s.key.items), w.maxList)
	case source != nil, outer && s.key != nil:
		items, n = []*node{source}, 1
	case outer && s.length != nil && s.length.asked:
		n = min(s.length.n, w.maxList)
	case outer && s.length != nil:
		n = min(s.length.n, w.listLength)
	}
	if outer && expr.Elem.Elem == nil {
		n = w.distinct(s.field, expr, n, source)
	}
	w.body = append(w.body, '[')
	for k := range n {
		if w.stop() {
			return
		}
		if k > 0 {
			w.body = append(w.body, ',')
		}
		var item *node
		if k < len(items) {
			item = items[k]
		}
		w.value(o, s, expr.Elem, item, i*n+k, false)
	}
	w.body = append(w.body, ']')
}

// distinct shortens a list of enum values to what there is.
func (w *writer) distinct(f *field, expr *schema.TypeExpr, n int, source *node) int {
	if f.named.kind == schema.Enum && expr.Elem != nil && source == nil {
		return min(n, max(1, len(f.named.values)))
	}
	return n
}

// child makes the object of a field; nil if there is none.
func (c *client) child(o *object, s *slot, source *node, i int, inList bool) *object {
	t := s.field.named
	if source != nil && source.kind != objectNode {
		source = nil
	}
	// Which object is it?
	key := s.key
	if key != nil && key.kind == listNode {
		if i >= len(key.items) || len(key.items[i].members) == 0 {
			key = nil
		} else {
			key = key.items[i]
		}
	}
	identity := ""
	if source != nil {
		if known := exampleType(t, source); known != nil {
			t = known
		}
		if source.identity != "" && t.kind == schema.Object {
			identity = source.identity
		} else if t.entity() && knownLeaf(t, source) {
			identity, _ = c.resolve(t, source, o.chain)
		}
	}
	if key != nil {
		identity, _ = c.resolve(t, key, o.chain)
	}
	if t = concrete(t, identity, s.start, i); t == nil {
		return nil
	}
	var out *object
	switch {
	case t.entity():
		switch {
		case identity != "":
		case s.create && !inList:
			identity = c.created(t, s.start)
		default:
			identity = c.pick(t, s.start, i, o.chain)
		}
		out = c.entity(t, identity, o.chain)
		if key != nil {
			out.given = append([]*node{key}, out.given...)
		}
	default:
		out = &object{typ: t, hash: hash(s.start, strconv.Itoa(i)), list: s.start, index: i, inList: inList, chain: o.chain}
		out.sample = c.examples.sample(t, strconv.Itoa(i+1))
	}
	if source != nil && source.identity == "" {
		if s.given {
			out.given = append([]*node{source}, out.given...)
		} else if !t.entity() {
			out.examples = append([]*node{source}, out.examples...)
		}
	}
	if s.create && !inList {
		out.echo = o.echo
		if o.typ.root == "Mutation" {
			out.echo = echoOf(s.args.node)
		}
	}
	if s.length != nil && !inList && s.field.typ.Elem == nil && !t.entity() {
		out.limit = s.length
	}
	return out
}

// echoOf are the arguments of a mutation with the fields of the objects in them.
func echoOf(args *node) *node {
	out := &node{kind: objectNode, members: append([]member(nil), args.members...)}
	for i := range args.members {
		if v := args.members[i].value; v.kind == objectNode {
			out.members = append(out.members, v.members...)
		}
	}
	return out
}

// appendLeaf writes a value that conforms to its type. An ID is a string in
// answers, whatever it was in the input.
func appendLeaf(dst []byte, named *typ, n *node) []byte {
	switch {
	case named.name != "ID":
		return n.append(dst)
	case n.kind == numberNode:
		return appendQuoted(dst, n.text)
	case n.kind == listNode:
		dst = append(dst, '[')
		for i, item := range n.items {
			if i > 0 {
				dst = append(dst, ',')
			}
			dst = appendLeaf(dst, named, item)
		}
		return append(dst, ']')
	}
	return n.append(dst)
}

// conforms reports whether a JSON value is one of a type without selections.
func conforms(expr *schema.TypeExpr, named *typ, n *node) bool {
	if n.kind == nullNode {
		return !expr.NonNull
	}
	if expr.Elem != nil {
		if n.kind != listNode {
			return false
		}
		for _, item := range n.items {
			if !conforms(expr.Elem, named, item) {
				return false
			}
		}
		return true
	}
	if named.kind == schema.Enum {
		for _, v := range named.values {
			if n.kind == stringNode && n.text == v {
				return true
			}
		}
		return false
	}
	switch named.name {
	case "Int":
		i, ok := n.integer()
		return ok && i == int64(int32(i))
	case "Float":
		return n.kind == numberNode
	case "String":
		return n.kind == stringNode
	case "Boolean":
		return n.kind == boolNode
	case "ID":
		_, integer := n.integer()
		return n.kind == stringNode || integer
	}
	return true
}
