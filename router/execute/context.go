package execute

import (
	"encoding/binary"
	"slices"

	"github.com/weft-graphql/weft/planner/plan"
)

// context.go finds the objects of lookups whose rows have values of objects around
// them (plan.Context). Such a lookup fills an object by where it is, not by what it
// is, while an object here may be shared by many places. So the way to the objects
// is walked with the values at hand, and what is reached with other values than
// before is copied first. Only what lies on the way is copied, and only once for
// each combination of values; what lies beside it stays shared.

// contextWalk is what the walks of one request need. It is made when a plan has
// contexts, and kept for later requests.
type contextWalk struct {
	// sets are the combinations of values met in the walk, by number; each is as many
	// spans of values as the target has contexts. The first is without values.
	sets   []contextValue
	values []byte
	// numbers are the sets by the text that tells them apart.
	numbers map[string]int32
	text    []byte
	// owners are, by object or list, the set that it was reached with first; copies
	// are what stands in for it elsewhere.
	owners map[int]int32
	copies map[contextNode]int
	// made are the objects copied, in order.
	made []contextCopy
	byID map[int][]int

	fs     *fetchState
	target *plan.Target
}

// contextValue is the value of one context: JSON in contextWalk.values.
type contextValue struct {
	start, end int
	// failed says that the value could not be fetched.
	failed bool
}

type contextNode struct {
	node int
	set  int32
}

type contextCopy struct{ from, to int }

// around walks to the objects of a target with contexts, and enlists them.
func (x *state) around(fs *fetchState, target *plan.Target) {
	c := x.contexts
	if c == nil {
		c = new(contextWalk)
		c.renew()
		x.contexts = c
	}
	c.begin(fs, target)
	before := len(fs.members)
	x.walkContexts(objectWord(x.root), 0, 0, 0)
	x.followCopies(fs, before)
	c.fs, c.target = nil, nil
}

// renew starts with memory of its own.
func (c *contextWalk) renew() {
	*c = contextWalk{numbers: map[string]int32{}, owners: map[int]int32{}, copies: map[contextNode]int{}, byID: map[int][]int{}}
}

func (c *contextWalk) begin(fs *fetchState, target *plan.Target) {
	c.fs, c.target = fs, target
	c.values = append(c.values[:0], "null"...)
	c.sets = c.sets[:0]
	for range target.Around.Values {
		c.sets = append(c.sets, contextValue{0, len(c.values), false})
	}
	clear(c.numbers)
	clear(c.owners)
	clear(c.copies)
	c.made = c.made[:0]
}

// release drops memory too big to keep.
func (c *contextWalk) release() {
	const keep = 1 << 12 // nodes
	if len(c.owners) > keep || cap(c.values) > 16*keep || cap(c.sets) > keep {
		c.renew()
	}
}

// walkContexts goes on from a value, which is kept at a place in the store (0 for
// the root), with the values found so far.
func (x *state) walkContexts(w word, at, depth int, set int32) {
	if !w.ref() || x.full {
		return
	}
	c := x.contexts
	node, again := x.ownNode(w, at, set)
	if again || node == 0 {
		return
	}
	if w.kind() == kindList {
		for i := range x.listLen(node) {
			at := node + headerWords + i
			x.walkContexts(x.words[at], at, depth, set)
		}
		return
	}
	if depth == len(c.target.Path) {
		x.enlistAround(node, set)
		return
	}
	for i := range c.target.Around.Contexts {
		if in := &c.target.Around.Contexts[i]; in.Depth == depth {
			set = x.enterContext(in, node, set)
		}
	}
	at = node + headerWords + c.target.Path[depth]
	x.walkContexts(x.words[at], at, depth+1, set)
}

// ownNode returns the object or list to go on with: the one given, or, when that
// was reached with other values, a copy that takes its place. again says that it
// was reached with these values before.
func (x *state) ownNode(w word, at int, set int32) (node int, again bool) {
	c := x.contexts
	node = w.index()
	owner, known := c.owners[node]
	if !known {
		c.owners[node] = set
		return node, false
	}
	if owner == set {
		return node, true
	}
	id := contextNode{node, set}
	made, again := c.copies[id]
	if !again {
		if w.kind() == kindObject {
			made = x.copyObject(node)
			c.made = append(c.made, contextCopy{node, made})
		} else {
			made = x.copyList(node)
		}
		if made == 0 {
			return 0, false
		}
		c.copies[id] = made
		c.owners[made] = set
	}
	if w.kind() == kindObject {
		x.words[at] = objectWord(made)
	} else {
		x.words[at] = listWord(made)
	}
	return made, again
}

// copyObject copies an object; what it holds is shared from now on. A copy of one
// that does not exist does not exist either. It returns 0 when the store is full.
func (x *state) copyObject(from int) int {
	shape := x.shapeOf(from)
	to := x.object(shape, x.typeOf(from))
	if to == 0 {
		return 0
	}
	for i := range shape.Slots {
		w := x.words[from+headerWords+i]
		x.share(w)
		x.words[to+headerWords+i] = w
	}
	x.words[to] |= x.words[from] & flagGone
	x.copyErrors(to, from)
	if n := shape.Collect; n >= 0 {
		x.collections[n] = append(x.collections[n], uint32(to))
	}
	return to
}

// copyList copies a list in the same way.
func (x *state) copyList(from int) int {
	n := x.listLen(from)
	to := x.list(n)
	if to == 0 {
		return 0
	}
	for i := range n {
		w := x.words[from+headerWords+i]
		x.share(w)
		x.words[to+headerWords+i] = w
	}
	return to
}

// enterContext returns the set of values below an object that may carry a context.
func (x *state) enterContext(in *plan.Context, object int, set int32) int32 {
	typ := x.typeOf(object)
	if typ < 0 && len(in.Types) == 1 {
		typ = 0
	}
	if typ < 0 || typ >= len(in.Types) || in.Types[typ] == nil {
		return set
	}
	c := x.contexts
	start := len(c.values)
	var ok bool
	c.values, ok = x.appendContext(c.values, in.Types[typ], object, true)
	if !ok {
		c.values = c.values[:start]
	}
	value := contextValue{start, len(c.values), !ok}
	n := c.target.Around.Values
	// A text that is equal for equal sets.
	c.text = c.text[:0]
	for i := range n {
		v := c.sets[int(set)*n+i]
		if i == in.Value {
			v = value
		}
		if v.failed {
			c.text = append(c.text, 0)
			continue
		}
		c.text = binary.AppendUvarint(append(c.text, 1), uint64(v.end-v.start))
		c.text = append(c.text, c.values[v.start:v.end]...)
	}
	if known, ok := c.numbers[string(c.text)]; ok {
		c.values = c.values[:start]
		return known
	}
	number := int32(len(c.sets) / n)
	for i := range n {
		v := c.sets[int(set)*n+i]
		if i == in.Value {
			v = value
		}
		c.sets = append(c.sets, v)
	}
	c.numbers[string(c.text)] = number
	return number
}

// appendContext appends the value of the one field that a template has for an
// object. It reports false when something of it could not be fetched.
func (s *store) appendContext(dst []byte, r *plan.Representation, object int, first bool) ([]byte, bool) {
	typ := s.typeOf(object)
	for i := range r.Fields {
		f := &r.Fields[i]
		if first || f.Types == nil || typ >= 0 && f.Types[typ] {
			return s.appendContextValue(dst, f, s.words[object+headerWords+f.Slot])
		}
	}
	return append(dst, "null"...), true
}

func (s *store) appendContextValue(dst []byte, f *plan.RepresentationField, w word) ([]byte, bool) {
	switch w.kind() {
	case kindNull, kindEmpty:
		return append(dst, "null"...), true
	case kindScalar, kindWide:
		return append(dst, s.raw(w)...), true
	case kindObject:
		if f.Child == nil {
			return dst, false
		}
		return s.appendContext(dst, f.Child, w.index(), false)
	case kindList:
		dst = append(dst, '[')
		for i := range s.listLen(w.index()) {
			if i > 0 {
				dst = append(dst, ',')
			}
			var ok bool
			if dst, ok = s.appendContextValue(dst, f, s.words[w.index()+headerWords+i]); !ok {
				return dst, false
			}
		}
		return append(dst, ']'), true
	}
	return dst, false
}

// enlistAround is enlist for an object that was reached with a set of values: its
// row ends in these.
func (x *state) enlistAround(object int, set int32) {
	c := x.contexts
	fs, target := c.fs, c.target
	lookup := lookupFor(target, x.typeOf(object))
	if lookup == nil {
		return
	}
	values := c.sets[int(set)*target.Around.Values : (int(set)+1)*target.Around.Values]
	if slices.ContainsFunc(values, func(v contextValue) bool { return v.failed }) {
		x.recordMissing(fs, lookup.Decode, object)
		return
	}
	start := len(fs.text)
	if !x.makeRow(fs, lookup, object) {
		return
	}
	split := len(fs.text)
	for i, v := range values {
		sep := byte(',')
		if i == 0 {
			sep = '['
		}
		fs.text = append(append(fs.text, sep), c.values[v.start:v.end]...)
	}
	fs.text = append(fs.text, ']')
	r := fs.addRow(start)
	if len(fs.text) > start { // no equal one was there
		for len(fs.splits) <= r {
			fs.splits = append(fs.splits, 0)
		}
		fs.splits[r] = split
	}
	u := fs.addUse(r, lookup.Decode)
	fs.uses[u].count++
	fs.members = append(fs.members, member{object, u})
}

// followCopies has the copies of a walk get what lookups that are under way, and
// the earlier entries of this one, bring for what was copied.
func (x *state) followCopies(fs *fetchState, before int) {
	c := x.contexts
	if len(c.made) == 0 {
		return
	}
	clear(c.byID)
	for _, m := range c.made {
		if m.to != 0 {
			c.byID[m.from] = append(c.byID[m.from], m.to)
		}
	}
	for i := range x.plan.Fetches {
		other := &x.fetches[i]
		if other.settled {
			continue
		}
		n := len(other.members)
		if other == fs {
			n = before
		}
		for k := range n {
			m := other.members[k]
			for _, to := range c.byID[m.object] {
				other.uses[m.use].count++
				other.members = append(other.members, member{to, m.use})
			}
		}
		for k := range len(other.partial) {
			p := other.partial[k]
			if other == fs && !slices.ContainsFunc(fs.members[:before], func(m member) bool { return m.object == p.object }) {
				continue
			}
			for _, to := range c.byID[p.object] {
				other.partial = append(other.partial, partial{object: to, lookup: p.lookup, lost: p.lost})
			}
		}
	}
	clear(c.byID)
}
