package rest

import (
	"bytes"
	"unsafe"

	"github.com/weft-graphql/weft/planner/schema"
	"github.com/weft-graphql/weft/subgraphs"
	"github.com/weft-graphql/weft/subgraphs/httpcache"
	"github.com/weft-graphql/weft/subgraphs/rest/mapping"
)

// askState is what became of an ask.
type askState uint8

const (
	askPending askState = iota
	askFound
	askNull
	askMissing
	askFailed
)

// ask is one distinct thing to find out: a row with arguments.
type ask struct {
	row      mapping.Value
	rowText  []byte // the key as a JSON object, once it was needed
	key      string // canonical
	id       []byte // key and arguments
	args     mapping.Value
	argsText []byte

	state askState
	// value is what was found; items instead, where a row has many elements.
	value mapping.Value
	items []mapping.Value
	// chosen: the endpoint's select has been applied already.
	chosen bool
	fail   *failure
	vars   *mapping.Variables // of the answer it was found in
	// seen has the rows of what was found in one pass, from span on, and raw is
	// its text.
	seen  *sighting
	span  int
	raw   []byte
	stale *httpcache.Object // for the case that the upstream fails
	// primed: an earlier answer of the operation had it.
	primed bool
}

// noAsk stands for nothing to ask: a null key, or a field left out.
const (
	nullKey = -1 - iota
	leftOut
	badRow
)

// run is one call being carried out. It belongs to one goroutine; the requests
// of its groups run in others, each with a group of its own.
type run struct {
	*prepared
	// memory has, among other things, the distinct asks, and by entry those of
	// each row: as many as the shell has.
	memory
	call    *subgraphs.Call
	request mapping.Value // $request
	missing int           // rows that were looked up and not found
	// file finds files that came with the client's request; nil where none can be sent.
	file    func(text string) *subgraphs.File
	release func(*subgraphs.Answer)
}

// gather finds the distinct asks of a call.
func (r *run) gather() {
	if r.root != nil {
		r.room(len(r.root.asks))
		for _, o := range r.root.asks {
			if r.left(o) {
				r.indices = append(r.indices, leftOut)
				continue
			}
			r.indices = append(r.indices, r.add(nil, mapping.Value{}, o))
		}
		r.targets = append(r.targets, r.indices)
		return
	}
	most := 0
	for i, s := range r.entries {
		if i < len(r.call.Rows) {
			most += len(r.call.Rows[i]) * len(s.asks)
		}
	}
	r.room(most)
	values := r.rowValues()
	for i, s := range r.entries {
		if i >= len(r.call.Rows) {
			r.targets = append(r.targets, nil)
			continue
		}
		rows := r.call.Rows[i]
		begin := len(r.indices)
		list := r.indices
		for k := range rows {
			row := values.at(rows[k])
			if row.Kind() != mapping.KindObject {
				for range s.asks {
					list = append(list, badRow)
				}
				continue
			}
			key, ok := appendKey(r.scratch[:0], row, r.e.key)
			r.scratch = key
			for _, o := range s.asks {
				switch {
				case !ok:
					list = append(list, nullKey)
				case r.left(o):
					list = append(list, leftOut)
				default:
					list = append(list, r.add(key, row, o))
				}
			}
		}
		r.indices = list
		r.targets = append(r.targets, list[begin:])
	}
}

// room makes room for so many asks.
func (r *run) room(most int) {
	if cap(r.slab) < most {
		r.slab = make([]ask, 0, most)
	}
	if cap(r.indices) < most {
		r.indices = make([]int, 0, most)
	}
	r.index.reset(most)
}

// rowList are parsed rows: all in one document, or each in its own where one of
// them is not JSON.
type rowList struct {
	it   mapping.Iter
	each bool
}

// rowValues parses the rows of all entries.
func (r *run) rowValues() rowList {
	all, n := append(r.rowText[:0], '['), 0
	for i := range min(len(r.entries), len(r.call.Rows)) {
		for _, row := range r.call.Rows[i] {
			if n > 0 {
				all = append(all, ',')
			}
			n++
			all = append(all, row...)
		}
	}
	r.rowText = append(all, ']')
	if r.rowDocument.Parse(r.rowText, 0) != nil || r.rowDocument.Root().Len() != n {
		return rowList{each: true}
	}
	return rowList{it: r.rowDocument.Root().Iterate()}
}

// at is called once for each row, in order.
func (l *rowList) at(text []byte) mapping.Value {
	if !l.each {
		l.it.Next()
		return l.it.Value()
	}
	v, _ := mapping.ParseValueJSON(text)
	return v
}

func (r *run) left(o *occurrence) bool {
	w := writer{variables: r.call.Variables}
	return !w.included(o.include)
}

// add returns the index of an ask, a new one unless there is an equal one.
// Mutations are never taken together.
func (r *run) add(key []byte, row mapping.Value, o *occurrence) int {
	text := o.args.append(r.arguments[:0], r.call.Variables)
	r.arguments = text
	id := append(append(key, 0), text...)
	r.scratch = id[:0]
	slot, at, ok := r.index.find(r.asks, id)
	if ok && r.kind != schema.Mutation {
		return at
	}
	start := len(r.ids)
	r.ids = append(r.ids, id...)
	id = r.ids[start:len(r.ids):len(r.ids)]
	r.slab = append(r.slab, ask{row: row, id: id, argsText: id[len(key)+1:]})
	a := &r.slab[len(r.slab)-1]
	if len(key) > 0 {
		a.key = unsafe.String(&id[0], len(key)) // ids do not change before the asks are gone
	}
	if !ok {
		r.index.slots[slot] = int32(len(r.asks) + 1)
	}
	if n := len(r.asks); n > 0 && string(r.asks[n-1].argsText) == string(text) {
		before := r.asks[n-1]
		a.args, a.argsText, a.state, a.fail = before.args, before.argsText, before.state, before.fail
	} else if string(text) == "{}" {
		a.args = noArguments
	} else {
		v, err := mapping.ParseValueJSON(a.argsText)
		if err != nil {
			a.state, a.fail = askFailed, &failure{code: CodeBadInput, message: "the arguments cannot be read"}
		}
		a.args = v
	}
	r.asks = append(r.asks, a)
	return len(r.asks) - 1
}

// rowOf is the key of an ask as a JSON object; nothing without a key.
func (r *run) rowOf(a *ask) []byte {
	if a.rowText == nil && len(r.e.key) > 0 {
		a.rowText = appendSet(make([]byte, 0, len(a.key)+32), a.row, r.e.key)
	}
	return a.rowText
}

// noArguments is an empty object.
var noArguments, _ = mapping.ParseValueJSON([]byte("{}"))

// appendKey writes the canonical key of a row: the texts of its leaves, so that
// 1 equals "1". It reports false when one of them is null: such a row is not
// looked up.
func appendKey(dst []byte, row mapping.Value, set []schema.Selection) ([]byte, bool) {
	for i := range set {
		v, _ := row.Get(set[i].Name)
		var ok bool
		if len(set[i].Selections) > 0 {
			dst, ok = appendKey(dst, v, set[i].Selections)
		} else {
			dst, ok = appendKeyLeaf(dst, v)
		}
		if !ok {
			return dst, false
		}
	}
	return dst, true
}

func appendKeyLeaf(dst []byte, v mapping.Value) ([]byte, bool) {
	if k := v.Kind(); k == mapping.KindNull || k == mapping.KindMissing {
		return dst, false
	}
	raw := v.Raw()
	switch v.Kind() {
	case mapping.KindString:
		if bytes.IndexByte(raw, '\\') < 0 {
			return append(dst, raw...), true
		}
	case mapping.KindNumber, mapping.KindBool:
		return quote(dst, raw), true
	}
	return mapping.AppendQuoted(dst, v.AppendText(nil)), true
}

// appendSet writes the fields of a set as a JSON object.
func appendSet(dst []byte, row mapping.Value, set []schema.Selection) []byte {
	dst = append(dst, '{')
	for i := range set {
		if i > 0 {
			dst = append(dst, ',')
		}
		dst = append(mapping.AppendQuoted(dst, set[i].Name), ':')
		v, _ := row.Get(set[i].Name)
		if len(set[i].Selections) > 0 {
			dst = appendSet(dst, v, set[i].Selections)
		} else {
			dst = v.AppendJSON(dst)
		}
	}
	return append(dst, '}')
}

// batchOf are the rows of a request as $batch has them.
func (r *run) batchOf(asks []*ask) mapping.Value {
	if !r.e.batched || r.e.columns {
		return mapping.Value{}
	}
	b := []byte{'['}
	for i, a := range asks {
		if i > 0 {
			b = append(b, ',')
		}
		b = append(b, r.rowOf(a)...)
		if r.e.field != nil && len(r.e.field.args) > 0 {
			b = b[:len(b)-1]
			if len(r.e.key) > 0 {
				b = append(b, ',')
			}
			b = append(b, `"`+argsOfRow+`":`...)
			b = append(append(b, a.argsText...), '}')
		}
	}
	v, err := mapping.ParseValueJSON(append(b, ']'))
	if err != nil {
		return mapping.Value{}
	}
	return v
}
