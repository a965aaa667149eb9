package execute

import (
	"slices"

	"github.com/weft-graphql/weft/planner/plan"
	"github.com/weft-graphql/weft/planner/schema"
)

// writer is the state of writing a response.
type writer struct {
	dst   []byte
	limit int // of len(dst)
	// path leads to the value at hand.
	path  []step
	memos []memo
	// waste counts bytes written and then taken back, and is bounded like those
	// that stay: null propagation over shared objects could otherwise take time
	// without bound to write next to nothing.
	waste int
	// tooLarge ends the writing.
	tooLarge bool

	name  []byte // of a type
	place []byte // list indices, as in errorRecord's rest

	errors  []byte // the errors, written, with a comma after each
	errorsN int    // how many of them
	omitted int
	// violations counts those errors that say of a null only that it may not be one.
	violations int
	order      []int32  // of the errors of one object
	keys       []string // of an error's path

	warnings []byte // the members of extensions.warnings, with a comma after each
	warned   []warning
}

// maxOmitted is where the count of omitted errors ends: sharing makes it grow
// exponentially.
const maxOmitted = 1 << 40

// step is one element of a response path: a field, or an index when it is nil.
type step struct {
	output *plan.Output
	index  int
}

// memo is what was written for a shared object or list: later occurrences copy
// the bytes. It is good as long as the bytes are there.
type memo struct {
	node       int
	wrap       schema.Wrap // of lists
	start, end int
	errors     int  // how many errors it has
	violations int  // how many of them are violations
	dropped    int  // list elements that were left out
	null       bool // nothing was written; the place is null
}

func (w *writer) release() {
	const keep = 1 << 16
	w.dst = nil
	clear(w.path[:cap(w.path)])
	clear(w.keys[:cap(w.keys)])
	if cap(w.memos) > keep/8 {
		w.memos = nil
	}
	if cap(w.errors) > keep {
		w.errors = nil
	}
	if cap(w.warnings) > keep {
		w.warnings, w.warned = nil, nil
	}
}

// write appends the response to dst.
func (x *state) write(dst []byte) []byte {
	start := len(dst)
	// What came is about what goes out; growing step by step would copy a large
	// response several times.
	expected := 64
	for _, b := range x.bufs {
		expected += len(b)
	}
	expected = min(expected, x.limits.MaxResponseSize)
	if x.request.Room != nil && cap(dst)-len(dst) < expected {
		dst = x.request.Room(dst, expected)
	}
	x.dst = append(slices.Grow(dst, expected), `{"data":`...)
	x.limit = start + x.limits.MaxResponseSize
	x.path = x.path[:0]
	x.memos = x.memos[:0]
	x.waste = 0
	x.tooLarge = false
	x.errors = x.errors[:0]
	x.errorsN, x.omitted, x.violations = 0, 0, 0
	x.warnings, x.warned = x.warnings[:0], x.warned[:0]

	good := !x.full && x.writeObject(x.root)
	if x.full || x.tooLarge || len(x.dst)+len(x.errors)+len(x.warnings) > x.limit {
		return x.writeTooLarge(start)
	}
	if !good {
		x.dst = append(x.dst, "null"...)
		x.result.NoData = true
	}
	x.omitted += x.lost
	x.result.Errors = x.errorsN + x.omitted
	if x.result.Errors > 0 {
		x.dst = append(x.dst, `,"errors":[`...)
		x.dst = append(x.dst, x.errors...)
		if x.omitted > 0 {
			x.dst = appendOmitted(x.dst, x.omitted)
		} else {
			x.dst = x.dst[:len(x.dst)-1]
		}
		x.dst = append(x.dst, ']')
	}
	x.writeExtensions()
	x.dst = append(x.dst, '}')
	return x.dst
}

func (x *state) writeTooLarge(start int) []byte {
	x.result.NoData = true
	x.result.TooLarge = true
	x.result.Errors = 1
	dst := append(x.dst[:start], `{"data":null,"errors":[{"message":"The response is larger than allowed","extensions":{"code":"`...)
	dst = append(dst, CodeTooLarge...)
	return append(dst, `"}}]}`...)
}

func (x *state) writeExtensions() {
	if len(x.passed) == 0 && len(x.request.Extensions) == 0 && len(x.warned) == 0 {
		return
	}
	x.dst = append(x.dst, `,"extensions":{`...)
	first := len(x.dst)
	x.dst = append(x.dst, x.request.Extensions...)
	if len(x.warned) > 0 {
		if len(x.dst) > first {
			x.dst = append(x.dst, ',')
		}
		x.dst = append(x.dst, `"warnings":[`...)
		x.dst = append(x.dst, x.warnings[:len(x.warnings)-1]...)
		x.dst = append(x.dst, ']')
	}
	for i := range x.passed {
		if x.passed[i].name == "warnings" && len(x.warned) > 0 {
			continue // ours goes before an upstream's
		}
		if len(x.dst) > first {
			x.dst = append(x.dst, ',')
		}
		x.dst = appendString(x.dst, x.passed[i].name)
		x.dst = append(x.dst, ':')
		x.dst = append(x.dst, x.bytes(x.passed[i].value)...)
	}
	x.dst = append(x.dst, '}')
}

// writeObject writes an object. It reports false, and writes nothing, when the
// object is null because a field below may not be.
func (x *state) writeObject(object int) bool {
	shared := x.words[object]&flagShared != 0
	if shared {
		if done, good := x.recall(object, 0); done {
			return good
		}
	}
	start := len(x.dst)
	if start > x.limit {
		x.tooLarge = true
		return false
	}
	before := x.counts()
	head := int(x.words[object+1] & errorMask)
	if head != 0 {
		x.writeErrors(object, head)
	}
	good := x.writeFields(object, start)
	if shared && !x.tooLarge {
		x.remember(object, 0, start, &before, good)
	}
	return good
}

func (x *state) writeFields(object, start int) bool {
	if x.words[object]&flagVerbatim != 0 {
		x.dst = append(x.dst, x.raw(x.verbatim[x.words[object+1]>>memoShift-1])...)
		return true
	}
	shape := x.shapeOf(object)
	var outputs []plan.Output
	switch typ := x.typeOf(object); {
	case typ >= 0 && shape.Types[typ].Class >= 0:
		outputs = shape.Classes[shape.Types[typ].Class]
	case typ < 0 && len(shape.Classes) == 1:
		outputs = shape.Classes[0]
	default:
		// Not known, or not a type of the API schema.
		x.untyped(object)
		return false
	}
	dst := append(x.dst, '{')
	for i := range outputs {
		o := &outputs[i]
		if o.Cond != nil && !o.Cond.Holds(x.request.Bits) {
			continue
		}
		var w word
		if o.Kind == plan.FromSlot {
			w = x.words[object+headerWords+o.Slot]
			if w.kind() == kindScalar {
				dst = x.appendMember(dst, o.Prefix, w)
				continue
			}
		}
		dst = append(dst, o.Prefix...)
		if o.Kind == plan.FromSlot {
			x.dst = dst
			x.path = append(x.path, step{output: o})
			good := x.writeValue(o, o.Wrap, w, object)
			x.path = x.path[:len(x.path)-1]
			dst = x.dst
			if good {
				dst = append(dst, ',')
				continue
			}
		} else if raw := x.special(o, shape, object); raw != nil {
			if o.Kind == plan.Typename {
				dst = append(dst, '"')
				dst = append(dst, raw...)
				dst = append(dst, '"', ',')
			} else {
				dst = append(dst, raw...)
				dst = append(dst, ',')
			}
			continue
		} else if o.Kind == plan.Refused {
			x.refuse(o)
		} else if o.Wrap.NonNull() {
			x.path = append(x.path, step{output: o})
			x.nonNull(o, object, -1, kindEmpty)
			x.path = x.path[:len(x.path)-1]
		}
		if x.tooLarge {
			return false
		}
		if o.Wrap.NonNull() {
			x.dst = dst
			x.truncate(start)
			return false
		}
		dst = append(dst, "null,"...)
	}
	if last := len(dst) - 1; dst[last] == ',' {
		dst[last] = '}'
	} else {
		dst = append(dst, '}')
	}
	x.dst = dst
	return true
}

// special is the value of an output that comes from no slot; nil for null.
func (x *state) special(o *plan.Output, shape *plan.Shape, object int) []byte {
	switch o.Kind {
	case plan.Refused:
		return nil
	case plan.FromLocal:
		if o.Local < len(x.request.Local) {
			return x.request.Local[o.Local]
		}
		return nil
	}
	typ := x.typeOf(object)
	if typ < 0 && len(shape.Types) == 1 {
		typ = 0
	}
	if typ < 0 {
		return nil
	}
	x.name = append(x.name[:0], shape.Types[typ].Name...)
	return x.name
}

// writeValue writes a value of the slot that belongs to o. It reports false,
// and writes nothing, when the value is null, by itself or by propagation.
func (x *state) writeValue(o *plan.Output, wrap schema.Wrap, w word, object int) bool {
	switch w.kind() {
	case kindScalar, kindWide:
		x.dst = append(x.dst, x.raw(w)...)
		return true
	case kindObject:
		if x.words[w.index()]&flagGone == 0 || wrap.NonNull() {
			return x.writeObject(w.index())
		}
		// There is no such object, and here may be none: what it lacks is no error.
		before := x.counts()
		good := x.writeObject(w.index())
		if !good && !x.tooLarge {
			x.onlyMissing(&before)
		}
		return good
	case kindList:
		return x.writeList(o, wrap, w.index(), object)
	}
	if wrap.NonNull() {
		x.nonNull(o, object, o.Slot, w.kind())
	}
	return false
}

func (x *state) writeList(o *plan.Output, wrap schema.Wrap, list, object int) bool {
	shared := x.words[list]&flagShared != 0
	if shared {
		if done, good := x.recall(list, wrap); done {
			return good
		}
	}
	start := len(x.dst)
	before := x.counts()
	good := x.writeElements(o, wrap.Elem(), list, object, start)
	if shared && !x.tooLarge {
		x.remember(list, wrap, start, &before, good)
	}
	return good
}

func (x *state) writeElements(o *plan.Output, elem schema.Wrap, list, object, start int) bool {
	n := x.listLen(list)
	x.dst = append(x.dst, '[')
	at := len(x.path)
	x.path = append(x.path, step{})
	dropped := 0
	for i := range n {
		w := x.words[list+headerWords+i]
		x.path[at].index = i - dropped
		var before errorCount
		if o.Drop {
			before = x.counts()
		}
		if !x.writeValue(o, elem, w, object) {
			if x.tooLarge {
				return false
			}
			if o.Drop && x.onlyMissing(&before) {
				dropped++
				continue
			}
			if elem.NonNull() {
				x.truncate(start)
				x.path = x.path[:at]
				return false
			}
			x.dst = append(x.dst, "null"...)
		}
		if len(x.dst) > x.limit {
			x.tooLarge = true
			return false
		}
		x.dst = append(x.dst, ',')
	}
	x.path = x.path[:at]
	if dropped > 0 {
		x.result.Dropped = min(x.result.Dropped+dropped, maxOmitted)
		x.warnDropped(start, dropped)
	}
	if n == dropped {
		x.dst = append(x.dst, ']')
	} else {
		x.dst[len(x.dst)-1] = ']'
	}
	return true
}

// errorCount is how many errors there were before something was written, and how
// many elements had been left out.
type errorCount struct{ written, omitted, violations, bytes, dropped int }

func (x *state) counts() errorCount {
	return errorCount{x.errorsN, x.omitted, x.violations, len(x.errors), x.result.Dropped}
}

// onlyMissing reports whether an element is null for no other reason than that
// something below it is null and may not be; these errors are then taken back.
func (x *state) onlyMissing(before *errorCount) bool {
	added := x.errorsN + x.omitted - before.written - before.omitted
	if added == 0 || added != x.violations-before.violations {
		return false
	}
	x.errorsN, x.omitted, x.violations = before.written, before.omitted, before.violations
	x.errors = x.errors[:before.bytes]
	return true
}

// recall writes what is shared as it was written before. What has errors is
// walked again, so that they show with every path; once no more errors can be
// written they are only counted.
func (x *state) recall(node int, wrap schema.Wrap) (done, good bool) {
	n := int(x.words[node+1]>>memoShift) - 1
	if n < 0 || n >= len(x.memos) || x.words[node]&flagVerbatim != 0 {
		return false, false
	}
	m := &x.memos[n]
	if m.node != node || m.wrap != wrap || m.errors > 0 && x.errorsN < x.limits.MaxErrors || m.dropped > 0 && x.warns() {
		return false, false
	}
	x.result.Dropped = min(x.result.Dropped+m.dropped, maxOmitted)
	x.omitted = min(x.omitted+m.errors, maxOmitted)
	x.violations = min(x.violations+m.violations, maxOmitted)
	if m.null {
		return true, false
	}
	if len(x.dst)+m.end-m.start > x.limit {
		x.tooLarge = true
		return true, false
	}
	x.dst = append(x.dst, x.dst[m.start:m.end]...)
	return true, true
}

func (x *state) remember(node int, wrap schema.Wrap, start int, before *errorCount, good bool) {
	x.changed(node) // the memo takes its place
	m := memo{
		node: node, wrap: wrap, start: start, end: len(x.dst), null: !good, dropped: x.result.Dropped - before.dropped,
		errors: x.errorsN + x.omitted - before.written - before.omitted, violations: x.violations - before.violations,
	}
	x.memos = append(x.memos, m)
	x.words[node+1] = x.words[node+1]&errorMask | word(len(x.memos))<<memoShift
}

// truncate takes back what was written from start on.
func (x *state) truncate(start int) {
	x.waste += len(x.dst) - start
	if x.waste > x.limits.MaxResponseSize {
		x.tooLarge = true
	}
	x.dst = x.dst[:start]
	n := len(x.memos)
	for n > 0 && x.memos[n-1].end > start {
		n--
	}
	x.memos = x.memos[:n]
	x.unwarn(start)
}
