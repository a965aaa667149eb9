package execute

import "github.com/weft-graphql/weft/planner/plan"

// attach puts what a fetch brought into the objects that wait for it. The few
// slots of a looked-up object are copied to each of them; what lies below is
// shared.
func (x *state) attach(fs *fetchState) {
	x.merged.reset()
	for u := range fs.uses {
		use := &fs.uses[u]
		if use.object == 0 || use.count < 2 {
			continue
		}
		for i := range use.decode.Fields {
			if slot := ownSlot(&use.decode.Fields[i]); slot >= 0 {
				x.share(x.words[use.object+headerWords+slot])
			}
		}
		for i := range use.decode.Made {
			x.share(x.words[use.object+headerWords+use.decode.Made[i].Slot])
		}
	}
	for i, m := range fs.members {
		if i%ahead == 0 {
			x.fetchObjects(fs, fs.members[i:min(i+ahead, len(fs.members))])
		}
		if use := &fs.uses[m.use]; use.object != 0 {
			x.attachTo(m.object, use.object, use.decode)
		} else if fs.fetch.Whole {
			x.words[m.object] |= flagGone
		}
	}
	for i := range fs.partial {
		x.failLost(fs, &fs.partial[i])
	}
}

// fetchObjects does for the objects of members, and where their slots will be
// filled, what fetchKeys does.
func (x *state) fetchObjects(fs *fetchState, members []member) {
	slot := 0
	if d := fs.uses[members[0].use].decode; len(d.Fields) > 0 {
		slot = max(ownSlot(&d.Fields[0]), 0)
	}
	var sum word
	// Members may be of several shapes: one with fewer slots can lie at the end.
	last := len(x.words) - 1
	for i := range members {
		object := members[i].object
		sum += x.words[object] + x.words[min(object+headerWords+slot, last)]
	}
	x.sum = byte(sum)
}

// failLost marks as failed what depends on requirements that a row was sent
// without, whatever the subgraph made of that.
func (x *state) failLost(fs *fetchState, p *partial) {
	for n := range p.lookup.Requirements {
		if p.lost>>n&1 == 0 {
			continue
		}
		for _, slot := range p.lookup.Requirements[n].Slots {
			x.changed(p.object)
			x.words[p.object+headerWords+slot] = word(kindFailed)
			if fs.missing < 0 {
				fs.missing = x.info(errorInfo{code: CodeRequirement, message: needMissing, fetch: fs.fetch})
			}
			x.record(p.object, errorRecord{info: int32(fs.missing), slot: int32(slot)})
		}
	}
}

// ownSlot is the slot of the object read that a field fills; -1 when it is the
// type's name, or a field of a namespace below the object.
func ownSlot(f *plan.DecodeField) int {
	if f.Into != 0 {
		return -1
	}
	return f.Slot
}

// fillFailed marks as failed what a lookup would have filled. A slot that is
// merely empty counts as null where it is sent on as a requirement; a failed
// one is never sent.
func (s *store) fillFailed(object int, d *plan.Decode) {
	for i := range d.Fields {
		if slot := ownSlot(&d.Fields[i]); slot >= 0 && s.words[object+headerWords+slot].kind() == kindEmpty {
			s.words[object+headerWords+slot] = word(kindFailed)
		}
	}
	for i := range d.Made {
		if slot := d.Made[i].Slot; s.words[object+headerWords+slot].kind() == kindEmpty {
			s.words[object+headerWords+slot] = word(kindFailed)
		}
	}
}

func (x *state) attachTo(object, from int, d *plan.Decode) {
	x.changed(object)
	if typ := x.typeOf(from); typ >= 0 && x.typeOf(object) < 0 {
		x.setType(object, typ)
	}
	if x.words[from]&flagVoid != 0 {
		x.fillFailed(object, d)
		x.copyErrors(object, from)
		return
	}
	for i := range d.Fields {
		if slot := ownSlot(&d.Fields[i]); slot >= 0 {
			x.attachSlot(object, from, slot, d)
		}
	}
	for i := range d.Made {
		x.attachSlot(object, from, d.Made[i].Slot, d)
	}
	if x.words[from+1]&errorMask != 0 || x.words[from]&flagLost != 0 {
		x.copyErrors(object, from)
	}
}

func (x *state) attachSlot(object, from, slot int, d *plan.Decode) {
	w := x.words[from+headerWords+slot]
	have := x.words[object+headerWords+slot]
	if have.kind() != kindEmpty {
		w = x.combine(have, w, &d.Shape.Slots[slot], slot, object)
	}
	x.words[object+headerWords+slot] = w
}

// combine makes one value of what two fetches say about a slot of object. A
// value wins over null, and the value that was there first over another.
func (x *state) combine(have, more word, slot *plan.Slot, n, object int) word {
	switch {
	case more.kind() == kindEmpty:
		return have
	case have.null():
		if more.null() && have.kind() == kindFailed {
			return have
		}
		return more
	case more.null() || !slot.Merge || !have.ref() || have == more:
		return have
	case have.kind() == kindObject && more.kind() == kindObject:
		return x.mergeObjects(have, more, n, object)
	case have.kind() == kindList && more.kind() == kindList:
		return x.mergeLists(have, more, slot, n, object)
	}
	x.failMerge(object, n, wrongParts)
	return word(kindFailed)
}

// mergeObjects returns a new object with the slots of both: neither is changed,
// since other places may show them.
func (x *state) mergeObjects(a, b word, n, holder int) word {
	if w, ok := x.merged.find(a, b); ok {
		x.share(w)
		return w
	}
	old, more := a.index(), b.index()
	shape := x.shapeOf(old)
	typ, other := x.typeOf(old), x.typeOf(more)
	if typ < 0 {
		typ = other
	}
	if shape != x.shapeOf(more) || other >= 0 && other != typ {
		x.failMerge(holder, n, wrongParts)
		return word(kindFailed)
	}
	object := x.object(shape, typ)
	if object == 0 {
		return word(kindFailed)
	}
	base := x.indexBase
	x.indexBase = len(x.indices)
	for i := range shape.Slots {
		wa, wb := x.words[old+headerWords+i], x.words[more+headerWords+i]
		w := wb
		if wa.kind() != kindEmpty {
			w = x.combine(wa, wb, &shape.Slots[i], i, object)
		}
		if w == wa || w == wb {
			x.share(w)
		}
		x.words[object+headerWords+i] = w
	}
	x.indexBase = base
	x.copyErrors(object, old)
	x.copyErrors(object, more)
	if (x.words[old]|x.words[more])&flagGone != 0 && x.lacks(object) {
		x.words[object] |= flagGone
	}
	w := objectWord(object)
	x.merged.add(a, b, w)
	return w
}

// lacks reports whether a field that may not be null has not come at all. What was
// put together from an object that does not exist, as a lookup said of it, and
// another one is taken for one that does not exist only then: if the other half has
// what the lookup would have given, and be it null, the lookup is not to blame for
// what is wrong.
func (x *state) lacks(object int) bool {
	shape, class := x.shapeOf(object), 0
	if typ := x.typeOf(object); typ >= 0 {
		class = shape.Types[typ].Class
	} else if len(shape.Classes) != 1 {
		return true // its fields are not known yet
	}
	if class < 0 {
		return false
	}
	for i := range shape.Classes[class] {
		o := &shape.Classes[class][i]
		if o.Kind == plan.FromSlot && o.Wrap.NonNull() && x.words[object+headerWords+o.Slot].kind() == kindEmpty && o.Cond.Holds(x.bits) {
			return true
		}
	}
	return false
}

// mergeLists merges lists by index.
func (x *state) mergeLists(a, b word, slot *plan.Slot, n, holder int) word {
	if w, ok := x.merged.find(a, b); ok {
		x.share(w)
		return w
	}
	old, more := a.index(), b.index()
	size := x.listLen(old)
	if size != x.listLen(more) {
		x.failMerge(holder, n, wrongLength)
		return word(kindFailed)
	}
	list := x.list(size)
	if list == 0 {
		return word(kindFailed)
	}
	failed := x.failures()
	at := len(x.indices)
	x.indices = append(x.indices, 0)
	for i := range size {
		wa, wb := x.words[old+headerWords+i], x.words[more+headerWords+i]
		x.indices[at] = int32(i)
		w := wb
		if wa.kind() != kindEmpty {
			w = x.combine(wa, wb, slot, n, holder)
		}
		if w == wa || w == wb {
			x.share(w)
		}
		x.words[list+headerWords+i] = w
	}
	x.indices = x.indices[:at]
	w := listWord(list)
	if x.failures() == failed {
		// Errors stand at the holder, so a list that has some is made anew for
		// each holder.
		x.merged.add(a, b, w)
	}
	return w
}

func (x *state) failures() int { return len(x.records) + x.lost }

// failMerge records that the parts of a slot's value, at the current list
// indices, do not fit together.
func (x *state) failMerge(object, slot, what int) {
	x.fetch = nil // no single one is to blame
	x.failValue(object, slot, what)
}

// mergeMemo remembers the pairs merged while one answer is attached, so that
// what was shared stays shared. It is an open-addressing table.
type mergeMemo struct {
	pairs []mergedPair
	table []int32
}

type mergedPair struct{ a, b, result word }

func (m *mergeMemo) reset() {
	if len(m.pairs) == 0 {
		return
	}
	m.pairs = m.pairs[:0]
	clear(m.table)
}

func (m *mergeMemo) release() {
	if cap(m.pairs) > 1<<12 {
		*m = mergeMemo{}
		return
	}
	m.reset()
}

func pairHash(a, b word) int {
	h := (uint64(a>>32)*0x9E3779B97F4A7C15 ^ uint64(b>>32)) * 0xD6E8FEB86659FD93
	return int(h >> 33)
}

func (m *mergeMemo) find(a, b word) (word, bool) {
	if len(m.pairs) == 0 {
		return 0, false
	}
	mask := len(m.table) - 1
	for at := pairHash(a, b) & mask; m.table[at] != 0; at = (at + 1) & mask {
		if p := &m.pairs[m.table[at]-1]; p.a == a && p.b == b {
			return p.result, true
		}
	}
	return 0, false
}

func (m *mergeMemo) add(a, b, result word) {
	m.pairs = append(m.pairs, mergedPair{a, b, result})
	if 2*len(m.pairs) <= len(m.table) {
		m.enter(len(m.pairs) - 1)
		return
	}
	m.table = make([]int32, max(64, 2*len(m.table)))
	for n := range m.pairs {
		m.enter(n)
	}
}

func (m *mergeMemo) enter(n int) {
	mask := len(m.table) - 1
	at := pairHash(m.pairs[n].a, m.pairs[n].b) & mask
	for m.table[at] != 0 {
		at = (at + 1) & mask
	}
	m.table[at] = int32(n + 1)
}
