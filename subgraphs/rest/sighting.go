package rest

import (
	"hash/maphash"
	"net/http"
	"sync"

	"github.com/weft-graphql/weft/planner/schema"
	"github.com/weft-graphql/weft/subgraphs/httpcache"
	"github.com/weft-graphql/weft/subgraphs/rest/mapping"
)

// sighting is one answer being read in one pass, and then what became of it:
// the rows are in its memory until the answer of the fetch is released. It
// belongs to one goroutine at a time.
type sighting struct {
	d         *direct
	read      mapping.Reader
	text      []byte
	variables [][]byte
	row       mapping.Value // that was looked up

	out []byte
	// spans are the rows in out: for each found ask as many as there are sights.
	spans []span
	slots []slot
	key   []byte
	// table finds asks by key: their numbers in a request from 1, by hash.
	table []int32
}

type span struct{ start, end int }

// slot is one member of an object being read.
type slot struct {
	state      slotState
	kind       mapping.Kind
	escaped    bool
	start, end int
}

type slotState uint8

const (
	slotEmpty   slotState = iota
	slotRaw               // in the text
	slotWritten           // in what has been written
	slotSeen              // there, and of no use
)

var sightings = sync.Pool{New: func() any { return new(sighting) }}

// keepOut bounds the memory that is kept for the next use.
const keepOut = 1 << 20

func (s *sighting) free() {
	s.d, s.text, s.variables, s.row, s.read = nil, nil, nil, mapping.Value{}, mapping.Reader{}
	if cap(s.out) > keepOut {
		s.out = nil
	}
	if cap(s.spans) > keepOut/16 {
		s.spans, s.table = nil, nil
	}
	sightings.Put(s)
}

// glance reads an answer in one pass, if the fetch can and the answer is clear.
// It hands the outcome to the asks then.
func (r *run) glance(x *exchange, asks []*ask) bool {
	d := r.direct
	if d == nil || r.call.Keep || len(asks) == 0 || x.status == http.StatusNoContent || x.status == http.StatusResetContent {
		return false
	}
	if linesOfJSON(lower(headerValue(x.resp.Header, "Content-Type"))) {
		return false
	}
	if n := d.pause.Load(); n > 0 {
		d.pause.Add(-1)
		return false
	}
	s := sightings.Get().(*sighting)
	s.d, s.text, s.variables = d, x.resp.Body, r.call.Variables
	s.out, s.spans, s.slots = s.out[:0], s.spans[:0], s.slots[:0]
	for _, a := range asks {
		a.state = askMissing
	}
	if s.read.Reset(s.text, r.client.options.MaxDepth) && s.payload(r, asks) && s.read.End() {
		x.sighting = s
		return true
	}
	if len(s.text) > pauseFrom {
		d.pause.Store(pauseLength)
	}
	for _, a := range asks {
		a.state, a.seen, a.raw = askPending, nil, nil
	}
	s.free()
	return false
}

// recalling is what objects of the cache are read with, nil where that takes
// more than one pass.
func (r *run) recalling() *sighting {
	if r.direct == nil || r.call.Keep {
		return nil
	}
	s := sightings.Get().(*sighting)
	s.d, s.variables = r.direct, r.call.Variables
	s.out, s.spans, s.slots = s.out[:0], s.spans[:0], s.slots[:0]
	return s
}

// recall takes over a stored object, if it is clear.
func (s *sighting) recall(r *run, a *ask, o *httpcache.Object) bool {
	if s == nil || o.Mark != markFound {
		return false
	}
	out, spans := len(s.out), len(s.spans)
	s.text, s.slots = o.Body, s.slots[:0]
	if s.read.Reset(s.text, 0) {
		if at, ok := s.found(a); ok && s.read.End() {
			a.state, a.seen, a.span, a.fail = askFound, s, at, nil
			return true
		}
	}
	s.out, s.spans = s.out[:out], s.spans[:spans]
	return false
}

// payload reads the whole text.
func (s *sighting) payload(r *run, asks []*ask) bool {
	return s.along(s.d.at, func() bool {
		switch r.e.match {
		case matchKey:
			return s.byKey(asks)
		case matchPosition:
			return s.byPosition(r, asks)
		}
		// The payload answers all asks alike.
		if len(asks) > 1 && s.d.rows() {
			return false
		}
		at, ok := s.found(asks[0])
		for _, a := range asks {
			a.state, a.seen, a.span = askFound, s, at
		}
		return ok
	})
}

// along goes down a path and calls f for the value at its end. What is not an
// object on the way is unclear, and so is a path that leads nowhere.
func (s *sighting) along(path []string, f func() bool) bool {
	if len(path) == 0 {
		return f()
	}
	if s.read.Peek() != '{' || !s.read.Open() {
		return false
	}
	found := false
	for first := true; ; first = false {
		more, ok := s.read.More(first, '}')
		if !ok {
			return false
		}
		if !more {
			return found
		}
		key, escaped, ok := s.read.Key()
		switch {
		case !ok || escaped:
			return false
		case found || string(key[1:len(key)-1]) != path[0]:
			if s.read.Value().Kind == mapping.KindMissing {
				return false
			}
		default:
			found = true
			if !s.along(path[1:], f) {
				return false
			}
		}
	}
}

// found writes what the sights want of the value that comes next. It returns
// where that is.
func (s *sighting) found(a *ask) (at int, ok bool) {
	at = len(s.spans)
	s.row = a.row
	begin := s.read
	for i, sight := range s.d.sights {
		if i > 0 {
			s.read = begin
		}
		start := len(s.out)
		s.out = append(s.out, s.d.before...)
		if sight.wrap == nil {
			ok = s.read.Peek() == '{' && s.object(sight.object)
		} else {
			ok = s.read.Peek() != 'n' && s.value(sight, sight.wrap)
		}
		if !ok {
			return at, false
		}
		s.out = append(s.out, s.d.after...)
		s.spans = append(s.spans, span{start, len(s.out)})
	}
	return at, true
}

// byPosition gives the i-th ask the i-th element.
func (s *sighting) byPosition(r *run, asks []*ask) bool {
	if s.read.Peek() != '[' || !s.read.Open() {
		return false
	}
	for i := 0; ; i++ {
		more, ok := s.read.More(i == 0, ']')
		switch {
		case !more:
			return ok && i == len(asks)
		case i == len(asks):
			return false
		}
		a := asks[i]
		found := func() bool {
			c := s.read.Peek()
			start := s.read.Offset()
			if c == 'n' {
				a.state = askNull
				if r.e.kind == lookupEndpoint {
					a.state = askMissing
				}
				return s.read.Value().Kind == mapping.KindNull
			}
			at, ok := s.found(a)
			a.state, a.seen, a.span, a.raw = askFound, s, at, s.text[start:s.read.Offset()]
			return ok
		}
		if s.read.Peek() == 'n' { // null has no members, and is itself the answer
			ok = found()
		} else {
			ok = s.along(s.d.each, found)
		}
		if !ok {
			return false
		}
	}
}

// byKey matches elements by their keys.
func (s *sighting) byKey(asks []*ask) bool {
	s.index(asks)
	if s.read.Peek() != '[' || !s.read.Open() {
		return false
	}
	for first := true; ; first = false {
		more, ok := s.read.More(first, ']')
		if !more {
			return ok
		}
		if s.read.Peek() != '{' {
			if s.read.Value().Kind == mapping.KindMissing {
				return false
			}
			continue
		}
		if !s.element(asks) {
			return false
		}
	}
}

// element reads an element and gives it to the ask with its key, if there is one
// that has none yet.
func (s *sighting) element(asks []*ask) bool {
	begin, start := s.read, s.read.Offset()
	at := len(s.spans)
	var a *ask
	for i, sight := range s.d.sights {
		o := sight.object
		if i > 0 {
			s.read = begin
		}
		row, base := len(s.out), len(s.slots)
		if !s.members(o, base) {
			return false
		}
		if i == 0 {
			keyed, ok := s.keyOf(o, base)
			if !ok {
				return false
			}
			if keyed {
				a = s.ask(asks)
			}
			if a == nil || a.state == askFound {
				s.slots, s.out = s.slots[:base], s.out[:row]
				return true
			}
			s.row = a.row
		}
		if !s.assemble(o, base, row) {
			return false
		}
		s.spans = append(s.spans, span{row, len(s.out)})
	}
	a.state, a.seen, a.span, a.raw = askFound, s, at, s.text[start:s.read.Offset()]
	return true
}

// keyOf makes the canonical key of an object of its slots, as appendKeyLeaf
// does. keyed is false if it has none.
func (s *sighting) keyOf(o *sightObject, base int) (keyed, ok bool) {
	s.key = s.key[:0]
	for _, at := range o.key {
		sl := &s.slots[base+at]
		switch {
		case sl.state != slotRaw || sl.kind == mapping.KindNull:
			return false, true
		case sl.kind == mapping.KindString && !sl.escaped:
			s.key = append(s.key, s.text[sl.start:sl.end]...)
		case sl.kind == mapping.KindNumber || sl.kind == mapping.KindBool:
			s.key = quote(s.key, s.text[sl.start:sl.end])
		default:
			return false, false
		}
	}
	return true, true
}

var keySeed = maphash.MakeSeed()

// index enters the asks of a request into the table. Of equal keys the last one
// is found.
func (s *sighting) index(asks []*ask) {
	size := 16
	for size < 2*len(asks) {
		size *= 2
	}
	if cap(s.table) < size {
		s.table = make([]int32, size)
	}
	s.table = s.table[:size]
	clear(s.table)
	for i, a := range asks {
		s.table[s.place(asks, a.key)] = int32(i + 1)
	}
}

// place is where a key is in the table, or would be.
func (s *sighting) place(asks []*ask, key string) int {
	mask := len(s.table) - 1
	at := int(maphash.String(keySeed, key)) & mask
	for s.table[at] != 0 && asks[s.table[at]-1].key != key {
		at = (at + 1) & mask
	}
	return at
}

// ask is the ask with the key at hand, or nil.
func (s *sighting) ask(asks []*ask) *ask {
	mask := len(s.table) - 1
	at := int(maphash.Bytes(keySeed, s.key)) & mask
	for s.table[at] != 0 {
		if a := asks[s.table[at]-1]; a.key == string(s.key) {
			return a
		}
		at = (at + 1) & mask
	}
	return nil
}

// value reads the value that comes next and writes it.
func (s *sighting) value(v *sight, wrap *schema.TypeExpr) bool {
	c := s.read.Peek()
	switch {
	case c == 'n':
		s.out = append(s.out, "null"...)
		return s.read.Value().Kind == mapping.KindNull
	case wrap.Elem != nil:
		// A key that is no list makes one object, which is no list either.
		if c != '[' || v.stub && !v.mapped || !s.read.Open() {
			return false
		}
		s.out = append(s.out, '[')
		for first := true; ; first = false {
			more, ok := s.read.More(first, ']')
			if !more {
				s.out = append(s.out, ']')
				return ok
			}
			if !first {
				s.out = append(s.out, ',')
			}
			if !s.value(v, wrap.Elem) {
				return false
			}
		}
	case v.stub:
		return s.stub(v.object)
	case v.object != nil:
		return c == '{' && s.object(v.object)
	}
	in := s.read.Value()
	if in.Kind == mapping.KindMissing {
		return false
	}
	var ok bool
	s.out, ok = v.leaf.appendRaw(s.out, s.text[in.Start:in.End], in.Kind, in.Escaped)
	return ok
}

// stub writes the object of a foreign key.
func (s *sighting) stub(o *sightObject) bool {
	in := s.read.Value()
	if in.Kind == mapping.KindMissing || in.Kind == mapping.KindObject || in.Kind == mapping.KindList {
		return false
	}
	s.out = append(s.out, '{')
	for i := range o.steps {
		st := &o.steps[i]
		if !s.begin(st) {
			continue
		}
		var ok bool
		if s.out, ok = st.leaf.appendRaw(s.out, s.text[in.Start:in.End], in.Kind, in.Escaped); !ok {
			return false
		}
	}
	s.out = append(s.out, '}')
	return true
}

// begin writes the key of a step, and its value if that is a __typename. It
// reports whether the value is still to be written.
func (s *sighting) begin(st *sightStep) bool {
	if st.include != nil && !included(st.include, s.variables) {
		return false
	}
	if s.out[len(s.out)-1] != '{' {
		s.out = append(s.out, ',')
	}
	s.out = append(s.out, st.json...)
	if st.typename != nil {
		s.out = append(s.out, st.typename...)
		return false
	}
	return true
}

// object reads the object that comes next and writes it.
func (s *sighting) object(o *sightObject) bool {
	start, base := len(s.out), len(s.slots)
	return s.members(o, base) && s.assemble(o, base, start)
}

// members reads an object into slots from base on. Values that are objects and
// lists are written where out ends.
func (s *sighting) members(o *sightObject, base int) bool {
	for range o.slots {
		s.slots = append(s.slots, slot{})
	}
	return s.inputs(o.inputs, base)
}

func (s *sighting) inputs(list []sightInput, base int) bool {
	if !s.read.Open() {
		return false
	}
	next := 0
	for first := true; ; first = false {
		more, ok := s.read.More(first, '}')
		if !more {
			return ok
		}
		// Members tend to come in the same order in all objects.
		at := next
		if next == len(list) || !s.read.Take(list[next].json) {
			key, escaped, ok := s.read.Key()
			if !ok || escaped {
				return false
			}
			at = inputOf(list, key[1:len(key)-1])
		}
		if at < 0 || s.slots[base+list[at].slot].state != slotEmpty { // of equal keys the first counts
			if s.read.Value().Kind == mapping.KindMissing {
				return false
			}
			continue
		}
		next = at + 1
		if !s.input(&list[at], base) {
			return false
		}
	}
}

func inputOf(list []sightInput, key []byte) int {
	for i := range list {
		if list[i].key == string(key) {
			return i
		}
	}
	return -1
}

// input reads one member.
func (s *sighting) input(in *sightInput, base int) bool {
	sl := slot{state: slotSeen}
	switch c := s.read.Peek(); {
	case in.inner != nil && c == '{':
		s.slots[base+in.slot] = sl
		return s.inputs(in.inner, base)
	case in.inner != nil && c == '[':
		return false // the path goes through each element
	case in.nested != nil && included(in.member.include, s.variables):
		// What is written below may move the slots.
		start := len(s.out)
		if !s.value(in.nested, in.nested.wrap) {
			return false
		}
		s.slots[base+in.slot] = slot{state: slotWritten, start: start, end: len(s.out)}
		return true
	}
	v := s.read.Value()
	if v.Kind == mapping.KindMissing {
		return false
	}
	if in.inner == nil && in.nested == nil {
		sl = slot{state: slotRaw, kind: v.Kind, escaped: v.Escaped, start: v.Start, end: v.End}
	}
	s.slots[base+in.slot] = sl
	return true
}

// assemble writes an object of its slots. What has been written of it since
// start goes into it.
func (s *sighting) assemble(o *sightObject, base, start int) bool {
	begin := len(s.out)
	s.out = append(s.out, '{')
	for i := range o.steps {
		st := &o.steps[i]
		if !s.begin(st) {
			continue
		}
		ok := true
		if st.row != nil {
			if s.out, ok = s.ofRow(st); !ok {
				return false
			}
			continue
		}
		switch sl := &s.slots[base+st.slot]; {
		case sl.state == slotWritten:
			s.out = append(s.out, s.out[sl.start:sl.end]...)
		case sl.state != slotRaw:
			s.out, ok = append(s.out, "null"...), !st.nonNull
		case sl.kind == mapping.KindNull:
			s.out = append(s.out, "null"...)
		default:
			s.out, ok = st.leaf.appendRaw(s.out, s.text[sl.start:sl.end], sl.kind, sl.escaped)
		}
		if !ok {
			return false
		}
	}
	s.out = append(s.out, '}')
	s.slots = s.slots[:base]
	if begin > start {
		s.out = s.out[:start+copy(s.out[start:], s.out[begin:])]
	}
	return true
}

// ofRow writes what the row that was looked up has.
func (s *sighting) ofRow(st *sightStep) ([]byte, bool) {
	v := s.row
	for _, name := range st.row {
		v, _ = v.Get(name)
	}
	if v.Kind() == mapping.KindMissing || v.Kind() == mapping.KindNull {
		return s.out, false
	}
	return st.leaf.append(s.out, v)
}
