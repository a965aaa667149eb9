package rest

import (
	"hash/maphash"
	"sync"

	"github.com/weft-graphql/weft/subgraphs"
	"github.com/weft-graphql/weft/subgraphs/httpcache"
	"github.com/weft-graphql/weft/subgraphs/rest/mapping"
)

// The memory of a fetch is that of a later one: it is given back when the answer
// is released, with all that is in it. What has to live longer (what a cache
// keeps, and requests that a cache sends behind the caller's back) is copied.

// memory is what a run uses and leaves behind.
type memory struct {
	// slab has the asks; it is made large enough beforehand, as asks are pointed to.
	slab    []ask
	asks    []*ask
	targets [][]int
	indices []int // of targets
	rows    []subgraphs.Row
	byEntry [][]subgraphs.Row // of rows
	index   askTable
	// ids are keys and arguments one behind the other.
	ids, scratch, arguments []byte
	rowText                 []byte
	rowDocument             mapping.Document
	parts                   []part
	chunks                  []*chunk
	group                   chunk // the first of them
	list                    []*ask
	body                    []byte
	path                    []pathElement
	recalled                []*sighting // of what the cache had
	keys                    [][]byte
	found                   []httpcache.Object
}

var runs = sync.Pool{New: func() any { return new(run) }}

func newRun(p *prepared, call *subgraphs.Call) *run {
	r := runs.Get().(*run)
	if r.release == nil {
		r.release = func(*subgraphs.Answer) { r.free() }
	}
	r.prepared, r.call = p, call
	return r
}

// The bounds on what is kept for the next use.
const (
	keepAsks  = 1 << 12
	keepBytes = 1 << 20
)

// free gives back what the run's answer was made of.
func (r *run) free() {
	for i := range r.parts {
		p := &r.parts[i]
		if p.sighting != nil {
			p.sighting.free()
		}
		if p.document != nil {
			p.document.Clear()
			documents.Put(p.document)
		}
		if p.resp != nil {
			p.resp.Release()
		}
	}
	m := &r.memory
	for i, s := range m.recalled {
		s.free()
		m.recalled[i] = nil
	}
	clear(m.slab)
	clear(m.asks)
	clear(m.list[:cap(m.list)])
	clear(m.parts)
	clear(m.path)
	clear(m.keys)
	clear(m.found)
	m.rowDocument.Clear()
	clear(m.chunks[:cap(m.chunks)])
	if cap(m.slab) > keepAsks {
		m.slab, m.asks, m.list, m.indices, m.rows, m.index, m.keys, m.found = nil, nil, nil, nil, nil, askTable{}, nil, nil
	}
	for _, b := range []*[]byte{&m.ids, &m.scratch, &m.arguments, &m.rowText, &m.body} {
		if cap(*b) > keepBytes {
			*b = nil
		}
	}
	*r = run{memory: memory{
		slab: m.slab[:0], asks: m.asks[:0], targets: m.targets[:0], indices: m.indices[:0], rows: m.rows[:0], byEntry: m.byEntry[:0],
		index: m.index, ids: m.ids[:0], scratch: m.scratch[:0], arguments: m.arguments[:0], rowText: m.rowText[:0],
		rowDocument: m.rowDocument, parts: m.parts[:0], chunks: m.chunks[:0], list: m.list[:0], body: m.body[:0], path: m.path[:0],
		recalled: m.recalled[:0], keys: m.keys[:0], found: m.found[:0],
	}, release: r.release}
	runs.Put(r)
}

var documents = sync.Pool{New: func() any { return new(mapping.Document) }}

// askTable finds asks by their keys and arguments. It may be read by many
// goroutines once it is filled.
type askTable struct {
	slots []int32 // numbers from 1
	n     int
}

var idSeed = maphash.MakeSeed()

func (t *askTable) reset(most int) {
	size := 16
	for size < 2*most {
		size *= 2
	}
	if cap(t.slots) < size {
		t.slots = make([]int32, size)
	}
	t.slots, t.n = t.slots[:size], 0
	clear(t.slots)
}

// find returns where the ask with an id is, or would be, and its number.
func (t *askTable) find(asks []*ask, id []byte) (slot, at int, ok bool) {
	if len(t.slots) == 0 {
		return 0, 0, false
	}
	mask := len(t.slots) - 1
	slot = int(maphash.Bytes(idSeed, id)) & mask
	for t.slots[slot] != 0 {
		at = int(t.slots[slot]) - 1
		if string(asks[at].id) == string(id) {
			return slot, at, true
		}
		slot = (slot + 1) & mask
	}
	return slot, 0, false
}
