package mapping

import (
	"fmt"
	"strconv"
	"sync"
)

// Limits bound an evaluation. Zero stands for the default.
type Limits struct {
	// Steps bounds the work. By default a million and 16 for each value of the
	// input.
	Steps int
	// Values bounds the lists and objects that are built. By default a million
	// and 2 for each value of the input.
	Values int
	// Bytes bounds the output and the strings that are built, each. By default
	// 16 MiB and 4 times the length of the input.
	Bytes int
}

// maxIssues bounds the issues of one evaluation.
const maxIssues = 100

// WithLimits returns the selection with other limits.
func (s *Selection) WithLimits(l Limits) *Selection {
	c := *s
	c.limits = l
	return &c
}

// Evaluate applies the selection to a value; a missing one stands for an empty
// object, for selections that only use variables. ok is false if nothing comes
// out. vars and issues may be nil. The result may share the memory of in and
// vars.
func (s *Selection) Evaluate(in Value, vars *Variables, issues *[]Issue) (out Value, ok bool) {
	if in.kind == KindMissing {
		in = objectValue(nil)
	}
	e := s.evaluator(in, vars, issues)
	out, ok = e.path(s.top, in, in)
	if e.failed {
		out, ok = Value{}, false
	}
	e.release()
	return out, ok
}

// Append applies the selection to a value as Evaluate does and appends the
// output to dst as JSON. Its second result is false, and dst as it was, if nothing comes out.
// vars and issues may be nil.
func (s *Selection) Append(dst []byte, in Value, vars *Variables, issues *[]Issue) ([]byte, bool) {
	if in.kind == KindMissing {
		in = objectValue(nil)
	}
	e := s.evaluator(in, vars, issues)
	e.base = len(dst)
	start := len(dst)
	dst, ok := e.appendPath(dst, s.top, in, in)
	if e.failed {
		ok = false
	}
	e.release()
	if !ok {
		dst = dst[:start]
	}
	return dst, ok
}

// evaluator is the state of one evaluation, in one goroutine.
type evaluator struct {
	vars   *Variables
	issues *[]Issue
	first  int // issues there were before
	// trail is the place in the output.
	trail  []mark
	locals []Value
	steps  int
	values int
	bytes  int
	// base is where the output begins in its buffer, most how long it may get.
	base, most int
	failed     bool
	// generous: the limits are the default ones, which grow with the input.
	generous bool
}

// mark is a key of the output, or an index if key is empty and index not
// negative.
type mark struct {
	key   string
	index int
}

var evaluators = sync.Pool{New: func() any { return new(evaluator) }}

func (s *Selection) evaluator(in Value, vars *Variables, issues *[]Issue) *evaluator {
	e := evaluators.Get().(*evaluator)
	nodes, size := 0, 0
	if in.doc != nil {
		nodes, size = len(in.doc.nodes), len(in.doc.text)
	}
	e.vars, e.issues, e.trail, e.failed = vars, issues, e.trail[:0], false
	e.generous = s.limits == Limits{}
	if issues != nil {
		e.first = len(*issues)
	}
	if cap(e.locals) < s.locals {
		e.locals = make([]Value, s.locals)
	}
	e.locals = e.locals[:s.locals]
	e.steps = orDefault(s.limits.Steps, 1<<20+16*nodes)
	e.values = orDefault(s.limits.Values, 1<<20+2*nodes)
	e.bytes = orDefault(s.limits.Bytes, 16<<20+4*size)
	e.base, e.most = 0, e.bytes
	return e
}

func orDefault(n, other int) int {
	if n > 0 {
		return n
	}
	return other
}

func (e *evaluator) release() {
	clear(e.locals[:cap(e.locals)])
	clear(e.trail[:cap(e.trail)])
	e.vars, e.issues = nil, nil
	evaluators.Put(e)
}

// place writes the trail, as in songs[3].title.
func (e *evaluator) place() string {
	var b []byte
	for _, m := range e.trail {
		if m.key == "" && m.index >= 0 {
			b = append(strconv.AppendInt(append(b, '['), int64(m.index), 10), ']')
			continue
		}
		if len(b) > 0 {
			b = append(b, '.')
		}
		b = append(b, m.key...)
	}
	return string(b)
}

// issue notes why something is missing.
func (e *evaluator) issue(pos position, format string, args ...any) {
	if e.issues == nil || e.failed || len(*e.issues)-e.first >= maxIssues {
		return
	}
	*e.issues = append(*e.issues, Issue{Path: e.place(), Message: fmt.Sprintf(format, args...), Line: int(pos.line), Column: int(pos.column)})
}

// lacks is issue for a key that is absent; it costs nothing if nobody listens.
func (e *evaluator) lacks(st *step, in Value) {
	if e.issues != nil && !st.quiet {
		e.issue(st.pos, "Property .%s not found in %s", st.key, in.kind)
	}
}

// mark and forget bracket what may turn out to be no issue.
func (e *evaluator) mark() int {
	if e.issues == nil {
		return 0
	}
	return len(*e.issues)
}

// forget drops the issues from one mark to another.
func (e *evaluator) forget(from, to int) {
	if e.issues != nil && from < to && !e.failed {
		*e.issues = append((*e.issues)[:from], (*e.issues)[to:]...)
	}
}

// stop gives the evaluation up.
func (e *evaluator) stop(what string) {
	if e.failed {
		return
	}
	e.failed = true
	if e.issues != nil {
		*e.issues = append(*e.issues, Issue{Path: e.place(), Message: "mapping needs too many " + what, Limit: true})
	}
}

// spend counts work. It is false if there was too much.
func (e *evaluator) spend(steps int) bool {
	if e.steps -= steps; e.steps < 0 {
		e.stop("steps")
	}
	return !e.failed
}

// build counts values that are built.
func (e *evaluator) build(n int) bool {
	if e.values -= n; e.values < 0 {
		e.stop("values")
	}
	return !e.failed
}

// write counts bytes of strings that are built.
func (e *evaluator) write(n int) bool {
	if e.bytes -= n; e.bytes < 0 {
		e.stop("bytes")
	}
	return e.spend(n / 64)
}

// path evaluates p, in being $ and at being @.
func (e *evaluator) path(p *path, in, at Value) (Value, bool) {
	v, ok := e.root(p, in, at)
	for i := 0; ok && i < len(p.steps); i++ {
		v, ok = e.step(&p.steps[i], v, in)
	}
	if ok && p.sub != nil {
		return e.object(p.sub, v)
	}
	return v, ok
}

func (e *evaluator) root(p *path, in, at Value) (v Value, ok bool) {
	switch r := &p.root; r.kind {
	case rootInput:
		v = in
	case rootCurrent:
		v = at
	case rootVariable:
		v = e.vars.get(r.variable)
		if v.kind == KindMissing && (len(p.steps) == 0 || p.steps[0].kind != stepOptional) {
			e.issue(r.pos, "Variable $%s not found", variableNames[r.variable])
		}
	case rootLocal:
		v = e.locals[r.slot]
	case rootExpr:
		return e.expr(r.expr, in, at)
	default:
		e.issue(r.pos, "Variable $%s not found", r.name)
	}
	return v, v.kind != KindMissing
}

// step takes one step from v, in being $.
func (e *evaluator) step(st *step, v, in Value) (Value, bool) {
	if !e.spend(1) {
		return Value{}, false
	}
	switch st.kind {
	case stepKey:
		return e.key(st, v)
	case stepOptional:
		return v, v.kind != KindNull
	case stepBelow:
		return e.below(st.below, v)
	}
	if st.bad != "" {
		e.issue(st.pos, "%s", st.bad)
		return v, st.method == methodAs
	}
	before := e.mark()
	out, ok := e.method(st, v, in)
	if !ok && st.quiet {
		e.forget(before, e.mark())
	}
	return out, ok && !e.failed
}

func (e *evaluator) key(st *step, v Value) (Value, bool) {
	if v.kind == KindList {
		return e.each(v, func(item Value) (Value, bool) { return e.key(st, item) })
	}
	found, scanned, ok := v.find(st.key)
	if !e.spend(scanned >> 4) {
		return Value{}, false
	}
	if !ok {
		e.lacks(st, v)
	}
	return found, ok
}

// below applies a whole selection to v, to each element if v is a list.
func (e *evaluator) below(p *path, v Value) (Value, bool) {
	switch v.kind {
	case KindList:
		return e.each(v, func(item Value) (Value, bool) { return e.below(p, item) })
	case KindNull:
		return v, true
	}
	return e.path(p, v, v)
}

// each makes a list of what f gives for each item; what is missing is null.
func (e *evaluator) each(v Value, f func(Value) (Value, bool)) (Value, bool) {
	if !e.build(v.Len()) {
		return Value{}, false
	}
	items := make([]Value, 0, v.Len())
	e.trail = append(e.trail, mark{})
	for it := v.Iterate(); it.Next(); {
		if !e.spend(1) {
			break
		}
		e.trail[len(e.trail)-1].index = len(items)
		item, ok := f(it.Value())
		if !ok {
			item = Null()
		}
		items = append(items, item)
	}
	e.trail = e.trail[:len(e.trail)-1]
	return listValue(items), !e.failed
}

// object applies a sub-selection to v.
func (e *evaluator) object(o *object, v Value) (Value, bool) {
	if !e.spend(1) {
		return Value{}, false
	}
	if v.kind == KindList {
		return e.each(v, func(item Value) (Value, bool) { return e.object(o, item) })
	}
	if v.kind == KindNull && o.quiet {
		return v, true
	}
	out, ok := e.entries(o, v, v)
	if ok && v.kind != KindObject && out.kind == KindObject && len(out.own.members) == 0 {
		// Nothing can be taken from a scalar; it stays what it is.
		return v, true
	}
	return out, ok
}

// entries makes an object of the entries of o.
func (e *evaluator) entries(o *object, in, at Value) (Value, bool) {
	if !e.build(len(o.entries)) {
		return Value{}, false
	}
	members := make([]member, 0, len(o.entries))
	null := false
	for i := range o.entries {
		en := &o.entries[i]
		if !en.spread {
			e.trail = append(e.trail, mark{key: en.key, index: -1})
		}
		v, ok := e.expr(&en.value, in, at)
		if !en.spread {
			e.trail = e.trail[:len(e.trail)-1]
		}
		switch {
		case e.failed:
			return Value{}, false
		case !en.spread:
			if ok {
				members = e.put(members, o.direct, en.key, v)
			}
		case !ok:
			e.issue(en.pos, "Inlined path produced no value")
		case v.kind == KindNull:
			null = true
		case v.kind != KindObject:
			e.issue(en.pos, "Expected object or null, not %s", v.kind)
		default:
			members = e.putAll(members, v)
		}
	}
	if null {
		return Null(), true
	}
	return objectValue(members), !e.failed
}

// put adds a member. Objects under one key are merged, else the last one counts.
func (e *evaluator) put(members []member, distinct bool, key string, v Value) []member {
	if distinct {
		return append(members, member{key, v})
	}
	if !e.spend(1 + len(members)>>3) {
		return members
	}
	for i := range members {
		if members[i].key != key {
			continue
		}
		if old := members[i].value; old.kind == KindObject && v.kind == KindObject {
			v = e.merge(old, v)
		}
		members[i].value = v
		return members
	}
	return append(members, member{key, v})
}

// putAll adds the members of an object.
func (e *evaluator) putAll(members []member, v Value) []member {
	if !e.build(v.Len()) {
		return members
	}
	for it := v.Iterate(); it.Next(); {
		key := it.Key()
		if !e.write(len(key)) {
			break
		}
		members = e.put(members, false, key, it.Value())
	}
	return members
}

func (e *evaluator) merge(a, b Value) Value {
	return objectValue(e.putAll(e.putAll(nil, a), b))
}

func (e *evaluator) expr(x *expr, in, at Value) (Value, bool) {
	if !e.spend(1) {
		return Value{}, false
	}
	switch x.kind {
	case exprPath:
		return e.path(x.path, in, at)
	case exprLiteral:
		return x.value, true
	case exprObject:
		return e.entries(x.object, in, at)
	case exprArray:
		if !e.build(len(x.items)) {
			return Value{}, false
		}
		items := make([]Value, len(x.items))
		for i := range x.items {
			v, ok := e.expr(&x.items[i], in, at)
			if !ok {
				v = Null()
			}
			items[i] = v
		}
		return listValue(items), !e.failed
	}
	// A chain: the issues of operands that were passed over count only if none
	// is left in the end.
	start := e.mark()
	var v Value
	ok := false
	for i := range x.items {
		own := e.mark()
		if v, ok = e.expr(&x.items[i], in, at); e.failed {
			return Value{}, false
		}
		if ok && (x.op == opMissing || v.kind != KindNull || i == len(x.items)-1) {
			e.forget(start, own)
			return v, true
		}
	}
	return Value{}, false
}
