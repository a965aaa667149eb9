package rest

import (
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
	rowText  []byte // the key as a JSON object
	key      string // canonical
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
	call *subgraphs.Call
	asks []*ask
	// targets are, by entry, the asks of each row: as many as the shell has.
	targets [][]int
	index   map[string]int
	// texts are the rows' keys one behind the other, scratch is for building keys.
	texts, scratch []byte
	request        mapping.Value // $request
	parts          []part
	missing        int // rows that were looked up and not found
}

// gather finds the distinct asks of a call.
func (r *run) gather() {
	if r.root != nil {
		r.targets = [][]int{make([]int, len(r.root.asks))}
		for i, o := range r.root.asks {
			if r.left(o) {
				r.targets[0][i] = leftOut
				continue
			}
			r.targets[0][i] = r.add(nil, mapping.Value{}, o)
		}
		return
	}
	r.targets = make([][]int, len(r.entries))
	for i, s := range r.entries {
		if i >= len(r.call.Rows) {
			continue
		}
		rows := r.call.Rows[i]
		list := make([]int, 0, len(rows)*len(s.asks))
		values := rowValues(rows)
		for k := range rows {
			row := values.at(k)
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
		r.targets[i] = list
	}
}

// rowList are parsed rows: all in one document, or each in its own where one of
// them is not JSON.
type rowList struct {
	it   mapping.Iter
	each [][]byte
}

func rowValues(rows [][]byte) *rowList {
	n := 2
	for _, row := range rows {
		n += len(row) + 1
	}
	all := append(make([]byte, 0, n), '[')
	for i, row := range rows {
		if i > 0 {
			all = append(all, ',')
		}
		all = append(all, row...)
	}
	v, err := mapping.ParseValueJSON(append(all, ']'))
	if err != nil || v.Len() != len(rows) {
		return &rowList{each: rows}
	}
	return &rowList{it: v.Iterate()}
}

// at is called once for each row, in order.
func (l *rowList) at(i int) mapping.Value {
	if l.each == nil {
		l.it.Next()
		return l.it.Value()
	}
	v, _ := mapping.ParseValueJSON(l.each[i])
	return v
}

func (r *run) left(o *occurrence) bool {
	w := writer{variables: r.call.Variables}
	return !w.included(o.include)
}

// add returns the index of an ask, a new one unless there is an equal one.
// Mutations are never taken together.
func (r *run) add(key []byte, row mapping.Value, o *occurrence) int {
	text := o.args.append(nil, r.call.Variables)
	id := append(append(key, 0), text...)
	r.scratch = id[:0]
	if at, ok := r.index[string(id)]; ok && r.kind != schema.Mutation {
		return at
	}
	name := string(id)
	if r.index == nil {
		r.index = map[string]int{}
	}
	r.index[name] = len(r.asks)
	a := &ask{row: row, key: name[:len(key)], argsText: text}
	if len(r.e.key) > 0 {
		start := len(r.texts)
		r.texts = appendSet(r.texts, row, r.e.key)
		a.rowText = r.texts[start:len(r.texts):len(r.texts)]
	}
	if n := len(r.asks); n > 0 && string(r.asks[n-1].argsText) == string(text) {
		before := r.asks[n-1]
		a.args, a.argsText, a.state, a.fail = before.args, before.argsText, before.state, before.fail
	} else {
		v, err := mapping.ParseValueJSON(text)
		if err != nil {
			a.state, a.fail = askFailed, &failure{code: CodeBadInput, message: "the arguments cannot be read"}
		}
		a.args = v
	}
	r.asks = append(r.asks, a)
	return len(r.asks) - 1
}

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
	if !r.e.batched {
		return mapping.Value{}
	}
	b := []byte{'['}
	for i, a := range asks {
		if i > 0 {
			b = append(b, ',')
		}
		b = append(b, a.rowText...)
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
