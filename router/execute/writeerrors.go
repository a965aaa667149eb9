package execute

import (
	"bytes"
	"strconv"
	"unicode/utf8"

	"github.com/weft-graphql/weft/planner/plan"
)

// writeErrors writes the errors of an object, with the path by which it is
// being written.
func (x *state) writeErrors(object, head int) {
	shape := x.shapeOf(object)
	x.order = x.order[:0]
	for n := head; n != 0; n = int(x.records[n-1].next) {
		x.order = append(x.order, int32(n-1))
	}
	for n := len(x.order) - 1; n >= 0; n-- { // as they were recorded
		r := &x.records[x.order[n]]
		if !x.beginError() {
			continue
		}
		info := &x.infos[r.info]
		x.writeMessage(info, shape, int(r.slot))
		key := ""
		if r.slot >= 0 && !shape.Slots[r.slot].Hidden {
			key = shape.Slots[r.slot].Key
		}
		rest := x.text[r.rest:r.restEnd]
		if key == "" {
			rest = nil
		}
		if len(x.path) > 0 || key != "" {
			x.errors = append(x.errors, ',')
			x.writeLocations(key, rest)
			x.errors = append(x.errors, `"path":[`...)
			x.writePath()
			if key != "" {
				if len(x.path) > 0 {
					x.errors = append(x.errors, ',')
				}
				x.errors = appendString(x.errors, key)
				x.errors = append(x.errors, rest...)
			}
			x.errors = append(x.errors, ']')
		}
		x.writeErrorExtensions(info)
		x.errors = append(x.errors, '}', ',')
	}
}

// beginError reports whether there is room for one more error, else counts it
// as omitted.
func (x *state) beginError() bool {
	if x.errorsN >= x.limits.MaxErrors {
		x.omitted++
		return false
	}
	if len(x.dst)+len(x.errors) > x.limit {
		x.tooLarge = true
		return false
	}
	x.errorsN++
	return true
}

func (x *state) writeMessage(info *errorInfo, shape *plan.Shape, slot int) {
	policy := &x.request.Policy
	x.errors = append(x.errors, `{"message":`...)
	if policy.ExposeMessages && !info.raw.empty() {
		x.errors = append(x.errors, x.bytes(info.raw)...)
		return
	}
	x.errors = appendString(x.errors, info.message)
	x.errors = x.errors[:len(x.errors)-1] // the message goes on
	if info.named && slot >= 0 {
		if s := &shape.Slots[slot]; !s.Hidden && s.Coordinate != "" {
			x.errors = append(x.errors, ' ')
			x.errors = appendText(x.errors, s.Coordinate)
		} else {
			x.errors = append(x.errors, " a field"...)
		}
	}
	if policy.ExposeMessages && info.detail != "" {
		x.errors = append(x.errors, ": "...)
		x.errors = appendText(x.errors, info.detail)
	}
	x.errors = append(x.errors, '"')
}

// writePath writes the elements of the current path.
func (x *state) writePath() { x.errors = appendPath(x.errors, x.path) }

func appendPath(dst []byte, path []step) []byte {
	for i, s := range path {
		if i > 0 {
			dst = append(dst, ',')
		}
		if s.output != nil {
			dst = appendString(dst, s.output.Key)
		} else {
			dst = strconv.AppendInt(dst, int64(s.index), 10)
		}
	}
	return dst
}

// writeLocations writes where the field is in the client's text that the current
// path, a key below it if there is one, and the rest of a path lead to.
func (x *state) writeLocations(key string, rest []byte) {
	if x.request.Locate == nil {
		return
	}
	x.keys = x.keys[:0]
	for _, s := range x.path {
		if s.output != nil {
			x.keys = append(x.keys, s.output.Key)
		}
	}
	if key != "" {
		x.keys = append(x.keys, key)
	}
	for len(rest) > 0 {
		i := bytes.IndexByte(rest, '"')
		if i < 0 {
			break
		}
		name, more, ok := bytes.Cut(rest[i+1:], quote)
		if !ok {
			break
		}
		x.keys = append(x.keys, string(name))
		rest = more
	}
	x.errors = x.request.Locate(x.errors, x.keys)
}

var quote = []byte{'"'}

// writeErrorExtensions writes the code, the subgraph and what may be passed on
// of the upstream's extensions.
func (x *state) writeErrorExtensions(info *errorInfo) {
	policy := &x.request.Policy
	start := len(x.errors)
	x.errors = append(x.errors, `,"extensions":{`...)
	coded := false
	if !info.extensions.empty() {
		for n, name := range policy.AllowExtensions {
			if repeated(policy.AllowExtensions, n) || name == "service" && policy.ExposeSubgraph {
				continue
			}
			value, ok := x.extension(info, name)
			if !ok {
				continue
			}
			coded = coded || name == "code"
			x.errors = appendString(x.errors, name)
			x.errors = append(x.errors, ':')
			x.errors = append(x.errors, x.bytes(value)...)
			x.errors = append(x.errors, ',')
		}
	}
	if !coded && info.code != "" {
		x.errors = append(x.errors, `"code":`...)
		x.errors = appendString(x.errors, info.code)
		x.errors = append(x.errors, ',')
	}
	if policy.ExposeSubgraph && info.fetch != nil {
		x.errors = append(x.errors, `"service":`...)
		x.errors = appendString(x.errors, info.fetch.Name)
		x.errors = append(x.errors, ',')
	}
	if own := info.own; len(own) > 2 {
		x.errors = append(x.errors, own[1:len(own)-1]...)
		x.errors = append(x.errors, ',')
	}
	if last := len(x.errors) - 1; x.errors[last] == ',' {
		x.errors[last] = '}'
	} else {
		x.errors = x.errors[:start]
	}
}

func repeated(names []string, n int) bool {
	for _, name := range names[:n] {
		if name == names[n] {
			return true
		}
	}
	return false
}

// extension finds the value of a key of an upstream error's extensions.
func (x *state) extension(info *errorInfo, name string) (span, bool) {
	b := x.bufs[info.extensions.buffer]
	found := span{}
	for i := info.extensions.start + 1; ; {
		m, ok := nextMember(b, i)
		if !ok {
			return found, !found.empty()
		}
		if equalName(m.key, name) {
			found = span{info.extensions.buffer, m.start, m.end}
		}
		i = m.end
	}
}

// nonNull reports a null at the current path, which does not allow it, unless
// an error there or below has been reported already. slot is the object's slot
// that the value belongs to, or -1.
func (x *state) nonNull(o *plan.Output, object, slot int, k kind) {
	if slot >= 0 && x.covered(object, slot, k) {
		return
	}
	x.violations++
	if !x.beginError() {
		return
	}
	x.errors = append(x.errors, `{"message":"Cannot return null for non-nullable field `...)
	x.errors = appendText(x.errors, o.Coordinate)
	x.errors = append(x.errors, `.",`...)
	x.writeLocations("", nil)
	x.errors = append(x.errors, `"path":[`...)
	x.writePath()
	x.errors = append(x.errors, `],"extensions":{"code":"`+CodeNonNull+`"}},`...)
}

// refuse reports a field that cannot be executed.
func (x *state) refuse(o *plan.Output) {
	if !x.beginError() {
		return
	}
	x.path = append(x.path, step{output: o})
	x.errors = append(x.errors, `{"message":`...)
	x.errors = appendString(x.errors, x.plan.Messages[o.Local])
	x.errors = append(x.errors, ',')
	x.writeLocations("", nil)
	x.errors = append(x.errors, `"path":[`...)
	x.writePath()
	x.errors = append(x.errors, `],"extensions":{"code":"`+CodeArgument+`"}},`...)
	x.path = x.path[:len(x.path)-1]
}

// untyped reports an object whose concrete type no subgraph has told, unless an
// error of the object says why.
func (x *state) untyped(object int) {
	if x.words[object+1]&errorMask != 0 || x.words[object]&flagLost != 0 || !x.beginError() {
		return
	}
	x.errors = append(x.errors, `{"message":"The type of an object is not known",`...)
	x.writeLocations("", nil)
	x.errors = append(x.errors, `"path":[`...)
	x.writePath()
	x.errors = append(x.errors, `],"extensions":{"code":"`+CodeInvalidValue+`"}},`...)
}

// covered reports whether an error has been reported at the slot's value, at
// the list indices that end the current path, or below.
func (x *state) covered(object, slot int, k kind) bool {
	if x.words[object]&flagLost != 0 {
		return true
	}
	head := int(x.words[object+1] & errorMask)
	if head == 0 {
		return false
	}
	if k == kindEmpty || k == kindFailed {
		return true // nothing came because something failed, which is told
	}
	x.place = x.place[:0]
	from := len(x.path)
	for from > 0 && x.path[from-1].output == nil {
		from--
	}
	for _, s := range x.path[from:] {
		x.place = append(x.place, ',')
		x.place = strconv.AppendInt(x.place, int64(s.index), 10)
	}
	for n := head; n != 0; {
		r := &x.records[n-1]
		n = int(r.next)
		if int(r.slot) == slot {
			rest := x.text[r.rest:r.restEnd]
			if len(rest) >= len(x.place) && string(rest[:len(x.place)]) == string(x.place) &&
				(len(rest) == len(x.place) || rest[len(x.place)] == ',') {
				return true
			}
			continue
		}
		if r.slot < 0 && r.covers != nil && fills(r.covers, slot) {
			return true
		}
	}
	return false
}

// fills reports whether a decoding fills a slot.
func fills(d *plan.Decode, slot int) bool {
	for i := range d.Fields {
		if ownSlot(&d.Fields[i]) == slot {
			return true
		}
	}
	for i := range d.Made {
		if d.Made[i].Slot == slot {
			return true
		}
	}
	return false
}

// appendOmitted writes the error that stands for those left out.
func appendOmitted(dst []byte, n int) []byte {
	dst = append(dst, `{"message":"`...)
	dst = strconv.AppendInt(dst, int64(n), 10)
	return append(dst, ` more errors were left out","extensions":{"code":"`+CodeErrorsOmitted+`"}}`...)
}

// appendString writes a text as a JSON string.
func appendString(dst []byte, text string) []byte {
	dst = append(dst, '"')
	dst = appendText(dst, text)
	return append(dst, '"')
}

// appendText writes the inside of a JSON string.
func appendText(dst []byte, text string) []byte {
	const digits = "0123456789abcdef"
	for i := 0; i < len(text); {
		c := text[i]
		switch {
		case c == '"' || c == '\\':
			dst = append(dst, '\\', c)
		case c < 0x20:
			dst = append(dst, '\\', 'u', '0', '0', digits[c>>4], digits[c&15])
		case c < utf8.RuneSelf:
			dst = append(dst, c)
		default:
			r, n := utf8.DecodeRuneInString(text[i:])
			dst = utf8.AppendRune(dst, r)
			i += n
			continue
		}
		i++
	}
	return dst
}
