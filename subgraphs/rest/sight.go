package rest

import (
	"reflect"
	"slices"
	"sync/atomic"

	"github.com/weft-graphql/weft/planner/schema"
	"github.com/weft-graphql/weft/subgraphs/rest/mapping"
)

// Most fetches pick fields of objects by name, and nothing else. Their rows are
// written straight from the bytes of the answer, in one pass over it, without a
// document in between: what is selected is a tree of sights, made at planning.
// Whatever is not as it should be (a value of another kind, one that is absent
// where the schema promises one, a list where a path goes through an object)
// makes the answer unclear: it is then read again the general way, which knows
// what to say of it. So there is one place that decides about errors, and the
// outcome of both ways is the same, which the tests compare.

// direct is how an endpoint's answer becomes rows in one pass.
type direct struct {
	// at leads to the payload, each from an element to what it holds.
	at, each []string
	// sights are the different things that are written of a found value, of is
	// which of them each entry of the fetch has.
	sights []*sight
	of     []int
	// before and after stand around the value of a field.
	before, after []byte
	// pause is how many answers are read the general way after one was unclear:
	// an upstream that is always unclear should not cost twice.
	pause atomic.Int32
}

// pauseLength is the pause after an unclear answer of more than pauseFrom bytes.
const (
	pauseLength = 64
	pauseFrom   = 1 << 10
)

// sight is how one value is written.
type sight struct {
	wrap   *schema.TypeExpr
	leaf   *leaf
	object *sightObject
	// stub: the value is a foreign key of which an object is made; mapped as in
	// [stub].
	stub, mapped bool
}

// sightObject is how an object is written.
type sightObject struct {
	inputs []sightInput
	slots  int
	steps  []sightStep
	// key are the slots of the key that elements are matched by.
	key []int
	// rows: something comes from the row that was looked up.
	rows bool
}

// sightInput is a member that is read.
type sightInput struct {
	key  string
	json []byte // "key":
	slot int
	// nested values are written as they are met, if member is included; others
	// when the object is complete. inner are members of an object on the way.
	nested *sight
	member *member
	inner  []sightInput
}

// sightStep is one response key.
type sightStep struct {
	*member
	slot    int
	leaf    *leaf // nil for a nested value
	nonNull bool
	// row: the value is that of the row that was looked up.
	row []string
}

// directly compiles the fetch for one pass; nil where that cannot be.
func (p *prepared) directly() *direct {
	e := p.e
	if p.kind != schema.Query || e.jq != nil || e.choose != nil || e.item != nil || e.page != nil || e.conn != nil ||
		e.ok != nil && e.ok.expr != nil || p.client.up.spec.WarnOfConversions {
		return nil
	}
	d := &direct{}
	var ok bool
	if d.at, ok = keysOf(e.at); !ok {
		return nil
	}
	if d.each, ok = keysOf(e.each); !ok {
		return nil
	}
	switch e.match {
	case matchNone, matchPosition:
	case matchKey:
		if len(d.each) > 0 || e.keyNode == nil {
			return nil
		}
	default:
		return nil
	}
	shells := p.entries
	if p.root != nil {
		shells = []*shell{p.root}
	}
	for i, s := range shells {
		seen := p.shellSight(d, s, i == 0)
		if seen == nil {
			return nil
		}
		at := slices.IndexFunc(d.sights, func(o *sight) bool { return reflect.DeepEqual(o, seen) })
		if at < 0 {
			at = len(d.sights)
			d.sights = append(d.sights, seen)
		}
		d.of = append(d.of, at)
	}
	return d
}

// rows reports whether something comes from the row that was looked up.
func (d *direct) rows() bool {
	return slices.ContainsFunc(d.sights, func(s *sight) bool { return s.object != nil && s.object.rows })
}

// shellSight is what is written of one entry.
func (p *prepared) shellSight(d *direct, s *shell, first bool) *sight {
	if s.whole != nil {
		out := &sight{object: sightObjectOf(s.whole.object)}
		if out.object == nil || p.e.match == matchKey && !p.keySlots(out.object) {
			return nil
		}
		return out
	}
	if len(s.asks) != 1 {
		return nil
	}
	before, after := []byte{'{'}, []byte(nil)
	met := false
	for i := range s.steps {
		st := &s.steps[i]
		text := &before
		if met {
			text = &after
		}
		if st.include != nil {
			return nil
		}
		if i > 0 {
			*text = append(*text, ',')
		}
		*text = append(append(*text, st.json...), st.typename...)
		met = met || st.typename == nil
	}
	after = append(after, '}')
	if first {
		d.before, d.after = before, after
	} else if string(d.before) != string(before) || string(d.after) != string(after) {
		return nil
	}
	return sightOf(&s.asks[0].value)
}

// keySlots makes the key part of what is read of an object.
func (p *prepared) keySlots(o *sightObject) bool {
	for _, s := range p.e.key {
		g := p.e.keyNode.field(s.Name)
		if g == nil || len(s.Selections) > 0 {
			return false
		}
		slot, ok := o.reads(g, nil, nil)
		if !ok {
			return false
		}
		o.key = append(o.key, slot)
	}
	return true
}

// sightOf is how a field's value is written; nil where that takes more.
func sightOf(v *value) *sight {
	s := &sight{wrap: v.wrap, leaf: v.leaf}
	if v.below != nil {
		s.object = sightObjectOf(v.below)
		if s.object == nil {
			return nil
		}
		return s
	}
	if !v.leaf.direct() {
		return nil
	}
	return s
}

func sightObjectOf(p *projection) *sightObject {
	if p.byType != nil || len(p.key) > 0 {
		return nil
	}
	o := &sightObject{}
	for i := range p.steps {
		st := &p.steps[i]
		out := sightStep{member: &st.member, slot: -1}
		if st.typename == nil && st.give.row != nil {
			if st.wrap.Elem != nil || st.below != nil {
				return nil
			}
			out.row, out.leaf, o.rows = st.give.row, st.leaf, true
		} else if st.typename == nil {
			var nested *sight
			switch {
			case st.stub != nil:
				nested = stubSight(st)
			case st.wrap.Elem == nil && st.below == nil && st.leaf.direct():
				out.leaf = st.leaf
			default:
				nested = sightOf(&st.value)
			}
			if nested == nil && out.leaf == nil || nested != nil && nested.object != nil && nested.object.rows {
				return nil
			}
			var ok bool
			if out.slot, ok = o.reads(st.give, st, nested); !ok {
				return nil
			}
			// A foreign key that is absent is null, but for a mapped one.
			out.nonNull = st.wrap.NonNull && (st.stub == nil || st.stub.mapped)
		}
		o.steps = append(o.steps, out)
	}
	return o
}

// stubSight is how the objects of foreign keys are written.
func stubSight(st *step) *sight {
	s := &sight{wrap: st.wrap, stub: true, mapped: st.stub.mapped, object: &sightObject{}}
	for i := range st.below.steps {
		in := &st.below.steps[i]
		if in.typename == nil && (in.stub != nil || in.below != nil || in.wrap.Elem != nil || !in.leaf.direct()) {
			return nil
		}
		s.object.steps = append(s.object.steps, sightStep{member: &in.member, leaf: in.leaf})
	}
	return s
}

// reads returns the slot for what a field is made of; a new one unless it is
// read already.
func (o *sightObject) reads(g *given, st *step, nested *sight) (slot int, ok bool) {
	path := []string{g.key}
	switch {
	case g.row != nil:
		return 0, false
	case st != nil && st.stub != nil:
		path[0] = st.stub.from
	case g.key == "":
		if path, ok = keysOf(g.expr); !ok || len(path) == 0 {
			return 0, false
		}
	}
	list := &o.inputs
	var in *sightInput
	fresh := false
	for i, key := range path {
		at := slices.IndexFunc(*list, func(in sightInput) bool { return in.key == key })
		if fresh = at < 0; fresh {
			at = len(*list)
			json := mapping.AppendQuoted(nil, key)
			if string(json) != `"`+key+`"` {
				return 0, false
			}
			*list = append(*list, sightInput{key: key, json: append(json, ':'), slot: o.slots})
			o.slots++
		}
		in = &(*list)[at]
		last := i == len(path)-1
		if !fresh && (in.inner != nil) == last {
			return 0, false // the whole object and something in it
		}
		if !last && in.nested != nil {
			return 0, false
		}
		if !last && in.inner == nil {
			in.inner = []sightInput{}
		}
		list = &in.inner
	}
	if !fresh && (nested != nil || in.nested != nil) {
		return 0, false // written in two ways
	}
	if in.nested = nested; nested != nil {
		in.member = &st.member
	}
	return in.slot, true
}

// keysOf are the keys of a reading that is just a path.
func keysOf(r *reading) ([]string, bool) {
	if r == nil {
		return nil, true
	}
	if !r.plain || r.shape.Kind != mapping.ShapeAny || r.shape.Root != "$" {
		return nil, false
	}
	return r.shape.Input, true
}

// direct reports whether values are coerced from their text alone.
func (l *leaf) direct() bool {
	switch l.kind {
	case leafAny, leafInt, leafFloat, leafString, leafBoolean, leafID, leafEnum, leafText, leafNumber:
		return true
	}
	return false
}

// appendRaw is append for a value that is text of an answer. It reports false
// also where append would have to look closer.
func (l *leaf) appendRaw(dst, raw []byte, kind mapping.Kind, escaped bool) ([]byte, bool) {
	switch l.kind {
	case leafAny:
		return append(dst, raw...), true
	case leafString, leafText:
		switch {
		case kind == mapping.KindString:
			return append(dst, raw...), true
		case !l.strict && (kind == mapping.KindNumber || kind == mapping.KindBool):
			return quote(dst, raw), true
		}
	case leafID:
		switch {
		case kind == mapping.KindString:
			return append(dst, raw...), true
		case kind == mapping.KindNumber && integral(raw):
			return quote(dst, raw), true
		}
	case leafInt:
		if kind == mapping.KindNumber && len(raw) <= 9 && integral(raw) && (raw[0] != '-' || raw[1] != '0') {
			return append(dst, raw...), true
		}
		if kind == mapping.KindNumber {
			return appendInt(dst, string(raw))
		}
	case leafFloat, leafNumber:
		if kind == mapping.KindNumber && len(raw) <= 30 && finite(raw) {
			return append(dst, raw...), true
		}
	case leafBoolean:
		if kind == mapping.KindBool {
			return append(dst, raw...), true
		}
	case leafEnum:
		if kind == mapping.KindString && !escaped {
			if name, ok := l.enum.out[string(raw[1:len(raw)-1])]; ok {
				return mapping.AppendQuoted(dst, name), true
			}
		}
	}
	return dst, false
}

// quote puts a number or a boolean in quotes.
func quote(dst, raw []byte) []byte {
	dst = append(dst, '"')
	dst = append(dst, raw...)
	return append(dst, '"')
}

// finite reports whether a number of few digits has no exponent, so that it is
// no infinity.
func finite(raw []byte) bool {
	for _, c := range raw {
		if c == 'e' || c == 'E' {
			return false
		}
	}
	return true
}
