package execute

import (
	"hash/maphash"

	"github.com/weft-graphql/weft/planner/plan"
)

// seed keeps clients from choosing keys that collide.
var seed = maphash.MakeSeed()

// gather finds the objects a lookup concerns and makes their rows. It reports
// false when the fetch would need more rows than allowed.
func (x *state) gather(fs *fetchState) bool {
	for e := range fs.fetch.Entries {
		entry := &fs.fetch.Entries[e]
		fs.first = append(fs.first, len(fs.rows))
		fs.resetTable()
		for t := range entry.Targets {
			target := &entry.Targets[t]
			if !target.Cond.Holds(x.request.Bits) {
				continue
			}
			if target.Around != nil {
				x.around(fs, target)
			} else if target.Collected && target.Shape.Collect >= 0 {
				objects := x.collections[target.Shape.Collect]
				for i, object := range objects {
					if i%ahead == 0 {
						x.fetchKeys(target, objects[i:min(i+ahead, len(objects))])
					}
					x.enlist(fs, target, int(object))
				}
			} else {
				if x.walk++; x.walk == 0 {
					return false // marks of the first walk would count again
				}
				x.seek(fs, target, objectWord(x.root), 0)
			}
			if len(fs.rows) > x.limits.MaxRows {
				return false
			}
		}
	}
	fs.first = append(fs.first, len(fs.rows))
	return true
}

// seek walks from a value to the objects of a target. What is shared is walked
// once.
func (x *state) seek(fs *fetchState, target *plan.Target, w word, depth int) {
	switch w.kind() {
	case kindObject:
		object := w.index()
		if x.visit(object) {
			return
		}
		if depth == len(target.Path) {
			x.enlist(fs, target, object)
			return
		}
		x.seek(fs, target, x.words[object+headerWords+target.Path[depth]], depth+1)
	case kindList:
		list := w.index()
		if x.visit(list) {
			return
		}
		for i := range x.listLen(list) {
			x.seek(fs, target, x.words[list+headerWords+i], depth)
		}
	}
}

// findPlaces finds the objects that the answer of a root fetch is for. It reports false
// when there are none.
func (x *state) findPlaces(fs *fetchState, use int) bool {
	at := fs.fetch.At
	if !at.Cond.Holds(x.request.Bits) {
		return false
	}
	if at.Collected && at.Shape.Collect >= 0 {
		for _, object := range x.collections[at.Shape.Collect] {
			x.placeIn(fs, use, int(object))
		}
	} else if x.walk++; x.walk != 0 {
		x.seekPlaces(fs, use, objectWord(x.root), 0)
	}
	return len(fs.members) > 0
}

func (x *state) placeIn(fs *fetchState, use, object int) {
	if lookupFor(fs.fetch.At, x.typeOf(object)) != nil {
		fs.members = append(fs.members, member{object, use})
	}
}

// seekPlaces is seek for the objects of a root fetch.
func (x *state) seekPlaces(fs *fetchState, use int, w word, depth int) {
	if !w.ref() || x.visit(w.index()) {
		return
	}
	at := w.index()
	switch {
	case w.kind() == kindList:
		for i := range x.listLen(at) {
			x.seekPlaces(fs, use, x.words[at+headerWords+i], depth)
		}
	case depth == len(fs.fetch.At.Path):
		x.placeIn(fs, use, at)
	default:
		x.seekPlaces(fs, use, x.words[at+headerWords+fs.fetch.At.Path[depth]], depth+1)
	}
}

// enlist makes the row of an object, unless there is none to send.
func (x *state) enlist(fs *fetchState, target *plan.Target, object int) {
	lookup := lookupFor(target, x.typeOf(object))
	if lookup == nil {
		return
	}
	at, plain := x.seenAt(lookup.Representation, object)
	if plain {
		if o := &fs.seen[at]; o.lookup == lookup && x.sameRow(lookup.Representation, o.object, object) {
			fs.uses[o.use].count++
			fs.members = append(fs.members, member{object, o.use})
			return
		}
	}
	start, partial := len(fs.text), len(fs.partial)
	if !x.makeRow(fs, lookup, object) {
		return
	}
	r := fs.addRow(start)
	u := fs.addUse(r, lookup.Decode)
	fs.uses[u].count++
	fs.members = append(fs.members, member{object, u})
	if plain && partial == len(fs.partial) {
		fs.seen[at] = seen{lookup, object, u}
	}
}

// makeRow appends the row of an object to the text. It reports false when there is
// none to send.
func (x *state) makeRow(fs *fetchState, lookup *plan.TargetType, object int) bool {
	text, ok, missing := x.representation(fs.text, lookup.Representation, object)
	fs.text = text
	var lost uint64
	if !ok && missing && len(lookup.Requirements) > 0 {
		fs.text, lost, ok = x.partialRow(fs.text, lookup, object)
	}
	if !ok {
		if missing {
			x.recordMissing(fs, lookup.Decode, object)
		}
		return false
	}
	if lost != 0 {
		fs.partial = append(fs.partial, partial{object: object, lookup: lookup, lost: lost})
	}
	return true
}

// lookupFor is how a target looks up objects of a type, -1 for one that is not
// known; nil when it does not.
func lookupFor(target *plan.Target, typ int) *plan.TargetType {
	switch {
	case typ >= 0 && typ < len(target.Types):
		return target.Types[typ]
	case typ < 0 && target.Untyped != nil:
		return target.Untyped
	case typ < 0 && len(target.Types) == 1:
		return target.Types[0]
	}
	return nil
}

// resetTable forgets the rows of the entry before.
func (fs *fetchState) resetTable() {
	if fs.seen == nil {
		fs.seen = new([seenSize]seen)
	} else {
		clear(fs.seen[:])
	}
	const size = 64
	if cap(fs.table) < size {
		fs.table = make([]int32, size)
		return
	}
	fs.table = fs.table[:size]
	clear(fs.table)
}

// addRow enters the representation that begins at start and ends the text: it
// returns the number of the equal row if there is one, else of a new one.
// Hashes only narrow the search; rows are equal when their bytes are.
func (fs *fetchState) addRow(start int) int {
	text := fs.text[start:]
	if n := fs.last; n >= fs.first[len(fs.first)-1] && n < len(fs.rows) {
		// Equal rows tend to come in runs.
		if r := &fs.rows[n]; string(fs.text[r.start:r.end]) == string(text) {
			fs.text = fs.text[:start]
			return n
		}
	}
	hash := maphash.Bytes(seed, text)
	mask := len(fs.table) - 1
	at := int(hash) & mask
	for ; fs.table[at] != 0; at = (at + 1) & mask {
		n := int(fs.table[at]) - 1
		if r := &fs.rows[n]; r.hash == hash && string(fs.text[r.start:r.end]) == string(text) {
			fs.text = fs.text[:start]
			fs.last = n
			return n
		}
	}
	n := len(fs.rows)
	fs.last = n
	fs.rows = append(fs.rows, row{hash: hash, start: start, end: len(fs.text), uses: -1})
	fs.table[at] = int32(n + 1)
	if entered := n + 1 - fs.first[len(fs.first)-1]; 2*entered > len(fs.table) {
		fs.growTable()
	}
	return n
}

func (fs *fetchState) growTable() {
	size := 2 * len(fs.table)
	if cap(fs.table) >= size {
		fs.table = fs.table[:size]
		clear(fs.table)
	} else {
		fs.table = make([]int32, size)
	}
	mask := size - 1
	for n := fs.first[len(fs.first)-1]; n < len(fs.rows); n++ {
		at := int(fs.rows[n].hash) & mask
		for fs.table[at] != 0 {
			at = (at + 1) & mask
		}
		fs.table[at] = int32(n + 1)
	}
}

// fillCall makes the call of what gather found.
func (x *state) fillCall(fs *fetchState) {
	fs.flat = fs.flat[:0]
	for i := range fs.rows {
		fs.flat = append(fs.flat, fs.text[fs.rows[i].start:fs.rows[i].end:fs.rows[i].end])
	}
	for e := range fs.fetch.Entries {
		fs.call.Rows = append(fs.call.Rows, fs.flat[fs.first[e]:fs.first[e+1]:fs.first[e+1]])
	}
	if len(fs.splits) > 0 {
		fs.splitRows()
	}
	for _, v := range fs.fetch.Variables {
		var value []byte
		if v >= 0 && v < len(x.request.Values) {
			value = x.request.Values[v]
		}
		fs.call.Variables = append(fs.call.Variables, value)
	}
	fs.call.Keep = fs.fetch.Primes
	for _, d := range fs.fetch.Primers {
		if a := x.fetches[d].answer; a != nil && a.Kept != nil {
			fs.call.Primers = append(fs.call.Primers, a)
		}
	}
	if x.request.Header != nil {
		fs.call.Header = x.request.Header(fs.fetch)
	}
}

// splitRows takes the contexts off the rows that have some.
func (fs *fetchState) splitRows() {
	contexts := make([][]byte, len(fs.rows))
	for i, at := range fs.splits {
		if at > 0 {
			r := &fs.rows[i]
			fs.flat[i], contexts[i] = fs.text[r.start:at:at], fs.text[at:r.end:r.end]
		}
	}
	fs.call.Contexts = make([][][]byte, len(fs.fetch.Entries))
	for e := range fs.call.Contexts {
		fs.call.Contexts[e] = contexts[fs.first[e]:fs.first[e+1]]
	}
}
