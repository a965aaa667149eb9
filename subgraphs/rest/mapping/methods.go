package mapping

import (
	"bytes"
	"fmt"
	"math"
	"strconv"
	"unicode/utf8"
)

// method applies the method of st to v, in being $. Within the arguments @ is
// v, or the item at hand.
func (e *evaluator) method(st *step, v, in Value) (Value, bool) {
	switch st.method {
	case methodAs:
		bound := v
		if len(st.args) > 0 {
			var ok bool
			if bound, ok = e.expr(&st.args[0], in, v); !ok {
				bound = Value{}
			}
		}
		e.locals[st.slot] = bound
		return v, true
	case methodEcho:
		return e.expr(&st.args[0], in, v)
	case methodMap:
		if v.kind != KindList {
			v = listValue([]Value{v})
		}
		return e.each(v, func(item Value) (Value, bool) { return e.expr(&st.args[0], in, item) })
	case methodFilter, methodFind:
		return e.filter(st, v, in)
	case methodMatch, methodMatchIf:
		return e.match(st, v, in)
	case methodTypeof:
		return String(v.kind.String()), true
	case methodFirst, methodLast:
		return e.end(st, v)
	case methodSlice:
		return e.slice(st, v, in)
	case methodSize:
		switch v.kind {
		case KindList, KindObject:
			return Int(int64(v.Len())), true
		case KindString:
			text := v.text()
			return Int(int64(utf8.RuneCount(text))), e.spend(len(text) >> 6)
		}
		e.issue(st.pos, "Method ->size requires an array, string, or object input, not %s", v.kind)
		return Value{}, false
	case methodEntries, methodKeys, methodValues:
		return e.members(st, v)
	case methodGet, methodHas:
		return e.get(st, v, in)
	case methodEq, methodNe, methodIn, methodContains:
		return e.compare(st, v, in)
	case methodGt, methodGte, methodLt, methodLte:
		return e.order(st, v, in)
	case methodAnd, methodOr:
		return e.logic(st, v, in)
	case methodNot:
		if v.kind != KindBool {
			e.issue(st.pos, "Method ->not can only be applied to boolean values, not %s", v.kind)
			return Value{}, false
		}
		return Bool(!v.IsTrue()), true
	case methodAdd, methodSub, methodMul, methodDiv, methodMod:
		return e.arithmetic(st, v, in)
	case methodToString, methodParseInt, methodJSONParse, methodJSONStringify, methodJoinNotNull:
		return e.convert(st, v, in)
	default:
		e.issue(st.pos, "Method ->%s not found", st.name)
		return Value{}, false
	}
}

// argument evaluates the i-th argument.
func (e *evaluator) argument(st *step, i int, v, in Value) (Value, bool) {
	return e.expr(&st.args[i], in, v)
}

func (e *evaluator) filter(st *step, v, in Value) (Value, bool) {
	if v.kind != KindList {
		v = listValue([]Value{v})
	}
	var kept []Value
	sound := true
	for it := v.Iterate(); it.Next(); {
		item := it.Value()
		yes, _ := e.expr(&st.args[0], in, item)
		if e.failed {
			return Value{}, false
		}
		if yes.kind != KindBool {
			e.issue(st.pos, "->%s condition must return a boolean value", st.name)
			if sound = false; st.method == methodFind {
				return Value{}, false
			}
			continue
		}
		if !yes.IsTrue() {
			continue
		}
		if st.method == methodFind {
			return item, true
		}
		if kept = append(kept, item); !e.build(1) {
			return Value{}, false
		}
	}
	return listValue(kept), sound && st.method == methodFilter
}

func (e *evaluator) match(st *step, v, in Value) (Value, bool) {
	for i := range st.args {
		pair := st.args[i].items
		if len(pair) == 1 { // the default of ->match
			return e.expr(&pair[0], in, v)
		}
		candidate, ok := e.expr(&pair[0], in, v)
		if ok && st.method == methodMatch {
			ok = e.equal(candidate, v)
		} else if ok {
			ok = candidate.IsTrue()
		}
		if e.failed {
			return Value{}, false
		}
		if ok {
			return e.expr(&pair[1], in, v)
		}
	}
	what := "candidate"
	if st.method == methodMatchIf {
		what = "condition"
	}
	e.issue(st.pos, "Method ->%s did not match any [%s, value] pair", st.name, what)
	return Value{}, false
}

// end is ->first and ->last.
func (e *evaluator) end(st *step, v Value) (Value, bool) {
	switch v.kind {
	case KindList:
		if st.method == methodFirst {
			return v.Item(0)
		}
		return e.item(v, v.Len()-1)
	case KindString:
		text := v.text()
		if len(text) == 0 || !e.spend(len(text)>>6) {
			return Value{}, false
		}
		if st.method == methodFirst {
			_, n := utf8.DecodeRune(text)
			return String(string(text[:n])), true
		}
		_, n := utf8.DecodeLastRune(text)
		return String(string(text[len(text)-n:])), true
	}
	return v, true
}

// item is the i-th item of a list, paid for where it must be searched.
func (e *evaluator) item(v Value, i int) (Value, bool) {
	if v.doc != nil && !e.spend(max(i, 0)>>4) {
		return Value{}, false
	}
	return v.Item(i)
}

func (e *evaluator) slice(st *step, v, in Value) (Value, bool) {
	if v.kind != KindList && v.kind != KindString {
		e.issue(st.pos, "Method ->slice requires an array or string input, not %s", v.kind)
		return Value{}, false
	}
	var text []byte
	length := v.Len()
	if v.kind == KindString {
		text = v.text()
		length = utf8.RuneCount(text)
	}
	bounds := [2]int{0, length}
	for i := range st.args {
		arg, ok := e.argument(st, i, v, in)
		if !ok {
			return Value{}, false
		}
		n, ok := arg.number()
		if !ok || !n.integer {
			e.issue(st.pos, "Method ->slice requires integer arguments, not %s", arg.kind)
			return Value{}, false
		}
		bounds[i] = int(min(max(n.i, 0), int64(length)))
	}
	from, to := bounds[0], max(bounds[0], bounds[1])
	if v.kind == KindString {
		return String(string(text[runeOffset(text, from):runeOffset(text, to)])), e.write(len(text))
	}
	if !e.build(to-from) || !e.spend(to>>4) {
		return Value{}, false
	}
	items := make([]Value, 0, to-from)
	i := 0
	for it := v.Iterate(); i < to && it.Next(); i++ {
		if i >= from {
			items = append(items, it.Value())
		}
	}
	return listValue(items), true
}

// runeOffset is where the n-th character begins.
func runeOffset(text []byte, n int) int {
	offset := 0
	for ; n > 0 && offset < len(text); n-- {
		_, width := utf8.DecodeRune(text[offset:])
		offset += width
	}
	return offset
}

// members is ->entries, ->keys and ->values.
func (e *evaluator) members(st *step, v Value) (Value, bool) {
	if v.kind != KindObject {
		e.issue(st.pos, "Method ->%s requires an object input, not %s", st.name, v.kind)
		return Value{}, false
	}
	cost := v.Len()
	if st.method == methodEntries {
		cost *= 3
	}
	if !e.build(cost) || !e.spend(cost) {
		return Value{}, false
	}
	items := make([]Value, 0, v.Len())
	for it := v.Iterate(); it.Next(); {
		switch st.method {
		case methodKeys:
			items = append(items, it.key())
		case methodValues:
			items = append(items, it.Value())
		default:
			items = append(items, objectValue([]member{{"key", it.key()}, {"value", it.Value()}}))
		}
	}
	return listValue(items), true
}

// get is ->get and ->has.
func (e *evaluator) get(st *step, v, in Value) (Value, bool) {
	arg, ok := e.argument(st, 0, v, in)
	if !ok {
		return Value{}, false
	}
	out, why := e.at(v, arg)
	if e.failed {
		return Value{}, false
	}
	if st.method == methodHas {
		return Bool(why == ""), true
	}
	if why != "" {
		e.issue(st.pos, "Method ->get %s", why)
		return Value{}, false
	}
	return out, true
}

// at finds the place in v. It says why not if there is none.
func (e *evaluator) at(v, place Value) (out Value, why string) {
	switch v.kind {
	case KindObject:
		if place.kind != KindString {
			return out, "on an object requires a string key, got " + place.kind.String()
		}
		key := place.Text()
		out, scanned, ok := v.find(key)
		if !e.spend(scanned>>4+len(key)>>6) || !ok {
			return out, fmt.Sprintf("property %.80q not found in object", key)
		}
		return out, ""
	case KindList, KindString:
		n, ok := place.number()
		if !ok || !n.integer {
			return out, "on an array or string requires an integer index, got " + place.kind.String()
		}
		length := int64(v.Len())
		var text []byte
		if v.kind == KindString {
			text = v.text()
			length = int64(utf8.RuneCount(text))
		}
		i := n.i
		if i < 0 {
			i += length
		}
		if i < 0 || i >= length {
			return out, "index " + strconv.FormatInt(n.i, 10) + " out of bounds in " + v.kind.String() + " of length " + strconv.FormatInt(length, 10)
		}
		if v.kind == KindList {
			out, _ = e.item(v, int(i))
			return out, ""
		}
		e.spend(len(text) >> 6)
		from := runeOffset(text, int(i))
		return String(string(text[from : from+runeOffset(text[from:], 1)])), ""
	}
	return out, "requires an array, string, or object input, not " + v.kind.String()
}

// compare is ->eq, ->ne, ->in and ->contains.
func (e *evaluator) compare(st *step, v, in Value) (Value, bool) {
	arg, ok := e.argument(st, 0, v, in)
	if !ok {
		return Value{}, false
	}
	switch st.method {
	case methodEq:
		return Bool(e.equal(v, arg)), true
	case methodNe:
		return Bool(!e.equal(v, arg)), true
	case methodIn:
		v, arg = arg, v
	}
	if v.kind != KindList {
		e.issue(st.pos, "Method ->%s requires an array, not %s", st.name, v.kind)
		return Value{}, false
	}
	for it := v.Iterate(); it.Next(); {
		if e.equal(it.Value(), arg) {
			return Bool(true), true
		}
		if !e.spend(1) {
			break
		}
	}
	return Bool(false), true
}

// order is ->gt, ->gte, ->lt and ->lte.
func (e *evaluator) order(st *step, v, in Value) (Value, bool) {
	arg, ok := e.argument(st, 0, v, in)
	if !ok {
		return Value{}, false
	}
	var c int
	n, ok := v.number()
	m, ok2 := arg.number()
	switch {
	case ok && ok2:
		c = n.compare(m)
	case v.kind == KindString && arg.kind == KindString:
		a, b := v.text(), arg.text()
		if c = bytes.Compare(a, b); !e.spend((len(a) + len(b)) >> 6) {
			return Value{}, false
		}
	default:
		e.issue(st.pos, "Method ->%s compares two numbers or two strings, not %s and %s", st.name, v.kind, arg.kind)
		return Value{}, false
	}
	switch st.method {
	case methodGt:
		return Bool(c > 0), true
	case methodGte:
		return Bool(c >= 0), true
	case methodLt:
		return Bool(c < 0), true
	default:
		return Bool(c <= 0), true
	}
}

// logic is ->and and ->or. Arguments that no longer matter are not looked at.
func (e *evaluator) logic(st *step, v, in Value) (Value, bool) {
	if v.kind != KindBool {
		e.issue(st.pos, "Method ->%s can only be applied to boolean values, not %s", st.name, v.kind)
		return Value{}, false
	}
	decisive := st.method == methodOr
	result := v.IsTrue()
	for i := 0; i < len(st.args) && result != decisive; i++ {
		arg, ok := e.argument(st, i, v, in)
		if !ok {
			return Value{}, false
		}
		if arg.kind != KindBool {
			e.issue(st.pos, "Method ->%s can only accept boolean arguments, not %s", st.name, arg.kind)
			return Value{}, false
		}
		result = arg.IsTrue()
	}
	return Bool(result), true
}

func (e *evaluator) arithmetic(st *step, v, in Value) (Value, bool) {
	n, ok := v.number()
	if !ok {
		e.issue(st.pos, "Method ->%s requires a number, not %s", st.name, v.kind)
		return Value{}, false
	}
	for i := range st.args {
		arg, _ := e.argument(st, i, v, in)
		m, ok := arg.number()
		if !ok {
			e.issue(st.pos, "Method ->%s requires numeric arguments, not %s", st.name, arg.kind)
			return Value{}, false
		}
		if n, ok = arithmetic(st.method, n, m); !ok {
			e.issue(st.pos, "Method ->%s has no result that is a number", st.name)
			return Value{}, false
		}
	}
	return n.value()
}

// convert is what makes values from text and text from values.
func (e *evaluator) convert(st *step, v, in Value) (Value, bool) {
	switch st.method {
	case methodToString:
		switch v.kind {
		case KindString:
			return v, true
		case KindNull:
			return String(""), true
		case KindBool, KindNumber:
			return String(string(v.Raw())), e.write(len(v.Raw()))
		}
		e.issue(st.pos, "Method ->toString cannot convert %s to string; use ->jsonStringify", v.kind)
		return Value{}, false
	case methodParseInt:
		return e.parseInt(st, v, in)
	case methodJSONStringify:
		if !e.write(e.measure(v)) {
			return Value{}, false
		}
		return String(string(v.appendCompact(nil))), true
	case methodJSONParse:
		if v.kind != KindString {
			e.issue(st.pos, "Method ->jsonParse requires a string input, not %s", v.kind)
			return Value{}, false
		}
		// A tape takes several times the memory of its text.
		if !e.write(4 * len(v.Raw())) {
			return Value{}, false
		}
		out, err := ParseValueJSON([]byte(v.Text()))
		if err != nil {
			e.issue(st.pos, "Method ->jsonParse failed to parse: %v", err)
			return Value{}, false
		}
		if e.generous {
			e.steps += 16 * len(out.doc.nodes)
			e.values += 2 * len(out.doc.nodes)
		}
		return out, true
	default:
		return e.join(st, v, in)
	}
}

// measure is at most as much shorter than the JSON text of v as its escapes.
func (e *evaluator) measure(v Value) int {
	if raw := v.Raw(); raw != nil {
		return len(raw)
	}
	n := 2
	for it := v.Iterate(); it.Next() && n <= e.bytes; {
		if !e.spend(1) {
			break
		}
		n += 1 + e.measure(it.Value())
		if v.kind == KindObject {
			n += 3 + len(it.Key())
		}
	}
	return n
}

func (e *evaluator) parseInt(st *step, v, in Value) (Value, bool) {
	base := int64(10)
	if len(st.args) > 0 {
		arg, ok := e.argument(st, 0, v, in)
		if !ok {
			return Value{}, false
		}
		n, ok := arg.number()
		if !ok || !n.integer || n.i < 2 || n.i > 36 {
			e.issue(st.pos, "Method ->parseInt requires a base from 2 to 36")
			return Value{}, false
		}
		base = n.i
	}
	var text string
	switch v.kind {
	case KindString:
		text = v.Text()
	case KindNumber:
		n, ok := v.number()
		if ok && !n.integer {
			// Not every float is an integer of 64 bits when cut.
			ok = math.Abs(n.f) < 1<<63
			n = exactly(int64(n.f))
		}
		if ok {
			text = strconv.FormatInt(n.i, 10)
		}
	default:
		e.issue(st.pos, "Method ->parseInt requires a string or number input, not %s", v.kind)
		return Value{}, false
	}
	// Go reads "1_000" only with base 0, which cannot come here.
	i, err := strconv.ParseInt(text, int(base), 64)
	if err != nil {
		e.issue(st.pos, "Method ->parseInt failed to parse %.40q as an integer of base %d", text, base)
		return Value{}, false
	}
	return Int(i), true
}

// join is ->joinNotNull.
func (e *evaluator) join(st *step, v, in Value) (Value, bool) {
	sep, _ := e.argument(st, 0, v, in)
	if sep.kind != KindString {
		e.issue(st.pos, "Method ->joinNotNull requires a string argument, not %s", sep.kind)
		return Value{}, false
	}
	if v.kind != KindList {
		v = listValue([]Value{v})
	}
	between := sep.text()
	var text []byte
	first := true
	for it := v.Iterate(); it.Next(); {
		item := it.Value()
		switch item.kind {
		case KindNull:
			continue
		case KindList, KindObject:
			e.issue(st.pos, "Method ->joinNotNull requires an array of scalar values, not %s", item.kind)
			return Value{}, false
		}
		if !first {
			text = append(text, between...)
		}
		first = false
		text = item.AppendText(text)
		if !e.spend(1) || !e.write(len(between)+len(item.Raw())) {
			return Value{}, false
		}
	}
	return String(string(text)), true
}
