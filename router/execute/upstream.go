package execute

import (
	"github.com/weft-graphql/weft/planner/plan"
	"github.com/weft-graphql/weft/subgraphs"
)

// upstream.go finds the place in the response of what a fetch reports as
// failed. Errors come to rest at objects of the answer before they are
// attached, so that they go wherever the objects go.

const (
	failedFetch     = "A subgraph could not be reached or did not answer properly"
	malformedAnswer = "A subgraph's answer is not a well-formed response"
	tooManyRows     = "Too many objects to look up"
	upstreamMessage = "A subgraph reported an error"
	wrongRow        = "A subgraph returned something else than the object it was asked for"
	needMissing     = "A value that this depends on could not be fetched"
	unevenRows      = "A subgraph returned more or fewer objects than it was asked for"
	noRows          = "A subgraph did not return the objects it was asked for"
)

// holder is the object of a use, to carry errors: one without values when there
// is none. 0 when the store is full.
func (x *state) holder(fs *fetchState, u int) int {
	use := &fs.uses[u]
	if old := use.object; old == 0 || x.words[old]&flagHolder != 0 {
		use.object = x.object(use.decode.Shape, -1)
		if use.object != 0 {
			x.words[use.object] |= flagVoid
		}
		if old != 0 && use.object != 0 {
			x.copyErrors(use.object, old)
		}
	}
	return use.object
}

// recordFor records an error that concerns all that a use would have filled.
func (x *state) recordFor(u *use, object, info int) {
	r := errorRecord{info: int32(info), slot: int32(onlyVisible(u.decode))}
	if r.slot < 0 {
		r.covers = u.decode
	}
	x.record(object, r)
}

// recordMissing records that an object was not looked up because something its
// row needs never came. It does so beside the errors the object has already: a
// null that stands for a failure has an error at its own place.
func (x *state) recordMissing(fs *fetchState, d *plan.Decode, object int) {
	x.fillFailed(object, d)
	if fs.missing < 0 {
		fs.missing = x.info(errorInfo{code: CodeRequirement, message: needMissing, fetch: fs.fetch})
	}
	x.recordFor(&use{decode: d}, object, fs.missing)
}

// onlyVisible is the slot the client sees when a decoding fills just one such,
// else -1.
func onlyVisible(d *plan.Decode) int {
	only := -1
	for i := range d.Fields {
		slot := ownSlot(&d.Fields[i])
		if slot < 0 || d.Shape.Slots[slot].Hidden {
			continue
		}
		if only >= 0 && only != slot {
			return -1
		}
		only = slot
	}
	for i := range d.Made {
		slot := d.Made[i].Slot
		if d.Shape.Slots[slot].Hidden {
			continue
		}
		if only >= 0 && only != slot {
			return -1
		}
		only = slot
	}
	return only
}

// fail records that a fetch failed as a whole, at each object that waits for it.
func (x *state) fail(fs *fetchState, err *subgraphs.FetchError, message, detail string) {
	x.result.Failed++
	if x.request.OnFailure != nil {
		x.request.OnFailure(fs.fetch, err)
	}
	x.failUses(fs, 0, len(fs.uses), x.info(errorInfo{code: err.Code, message: message, detail: detail, fetch: fs.fetch}))
	x.attach(fs)
}

// failure describes a failure that no client reported.
func failure(f *plan.Fetch, code, message string) *subgraphs.FetchError {
	return &subgraphs.FetchError{Code: code, Subgraph: f.Name, Message: message}
}

func (x *state) failUses(fs *fetchState, from, to, info int) {
	last := -1
	for u := from; u < to; u++ {
		last = x.failUse(fs, u, last, info)
	}
}

// failEntry records an error at each object that waits for an entry.
func (x *state) failEntry(fs *fetchState, e, info int) {
	last := -1
	for r := fs.first[e]; r < fs.first[e+1]; r++ {
		for u := fs.rows[r].uses; u >= 0; u = fs.uses[u].next {
			last = x.failUse(fs, u, last, info)
		}
	}
}

// failUse records an error for a use of which nothing came. Uses alike share
// the object that carries their errors, last being one that has one already: a
// failed fetch costs no more for many rows than for one.
func (x *state) failUse(fs *fetchState, u, last, info int) int {
	use := &fs.uses[u]
	if use.object == 0 && last >= 0 && fs.uses[last].decode == use.decode {
		use.object = fs.uses[last].object
		return u
	}
	fresh := use.object == 0
	if fresh {
		if use.object = x.object(use.decode.Shape, -1); use.object == 0 {
			return -1
		}
		x.words[use.object] |= flagHolder | flagVoid
	} else if head := x.words[use.object+1] & errorMask; head != 0 && int(x.records[head-1].info) == info {
		return last // by another use that shares it
	}
	x.recordFor(use, use.object, info)
	if fresh {
		return u
	}
	return last
}

// responseErrors places the errors of a GraphQL response.
func (x *state) responseErrors(fs *fetchState, env *envelope) {
	reported := false
	if !env.errors.empty() {
		b := x.body
		i := env.errors.start
		if b[i] != '[' {
			x.placeless(fs, env, x.info(errorInfo{code: CodeUpstream, message: upstreamMessage, fetch: fs.fetch}))
			reported = true
		} else {
			for i++; ; {
				start, end, ok := nextElement(b, i)
				if !ok {
					break
				}
				x.responseError(fs, env, start)
				reported = true
				i = end
			}
		}
	}
	if !env.hasData {
		if !reported { // an empty list of errors
			x.placeless(fs, env, x.info(errorInfo{code: subgraphs.CodeMalformed, message: noRows, fetch: fs.fetch}))
		}
		for e := range fs.entries {
			x.failRest(fs, e)
		}
		return
	}
	x.checkEntries(fs)
}

// checkEntries reports entries whose rows did not come as asked for, and of
// which no error has said why.
func (x *state) checkEntries(fs *fetchState) {
	for e, state := range fs.entries {
		if fs.first[e] == fs.first[e+1] {
			continue
		}
		switch {
		case state == entryUneven:
			x.failEntry(fs, e, x.info(errorInfo{code: CodeEntities, message: unevenRows, fetch: fs.fetch}))
		case state != entryRead && !x.explained(fs, e):
			x.failEntry(fs, e, x.info(errorInfo{code: CodeEntities, message: noRows, fetch: fs.fetch}))
		case state != entryRead:
			x.failRest(fs, e)
		}
	}
}

// failRest records an error for the rows of an entry of which nothing came, where
// an error tells of others only: they failed as well, and null would be a lie.
func (x *state) failRest(fs *fetchState, e int) {
	info, last := -1, -1
	for r := fs.first[e]; r < fs.first[e+1]; r++ {
		for u := fs.rows[r].uses; u >= 0; u = fs.uses[u].next {
			if fs.uses[u].object != 0 {
				continue
			}
			if info < 0 {
				info = x.info(errorInfo{code: CodeEntities, message: noRows, fetch: fs.fetch})
			}
			last = x.failUse(fs, u, last, info)
		}
	}
}

// explained reports whether an entry of which nothing came has errors.
func (x *state) explained(fs *fetchState, e int) bool {
	for r := fs.first[e]; r < fs.first[e+1]; r++ {
		for u := fs.rows[r].uses; u >= 0; u = fs.uses[u].next {
			if fs.uses[u].object != 0 { // it is there to carry them
				return true
			}
		}
	}
	return false
}

// responseError places one error of a GraphQL response.
func (x *state) responseError(fs *fetchState, env *envelope, at int) {
	e := errorInfo{code: CodeUpstream, message: upstreamMessage, fetch: fs.fetch}
	path := -1
	b := x.body
	if b[at] == '{' {
		for i := at + 1; ; {
			m, ok := nextMember(b, i)
			if !ok {
				break
			}
			i = m.end
			switch {
			case b[m.start] == '"' && equalName(m.key, "message"):
				e.raw = span{x.buffer, m.start, m.end}
			case b[m.start] == '[' && equalName(m.key, "path"):
				path = m.start
			case b[m.start] == '{' && equalName(m.key, "extensions"):
				e.extensions = span{x.buffer, m.start, m.end}
			}
		}
	}
	info := x.info(e)
	if path < 0 {
		x.placeless(fs, env, info)
		return
	}
	i := path + 1
	if fs.fetch.Root != nil {
		start, end, ok := nextElement(b, i)
		if !ok || b[start] != '"' || fieldNamed(fs.fetch.Root, b[start+1:end-1]) == nil {
			x.placeless(fs, env, info)
			return
		}
		x.placeAt(fs, 0, b, i, info)
		return
	}
	start, end, ok := nextElement(b, i)
	entry := -1
	if ok && b[start] == '"' {
		entry = entryNamed(fs.fetch, b[start+1:end-1])
	}
	if entry < 0 {
		x.placeless(fs, env, info)
		return
	}
	i = end
	start, end, ok = nextElement(b, i)
	n := -1
	if ok {
		n = pathIndex(b[start:end])
	}
	if n < 0 || n >= fs.first[entry+1]-fs.first[entry] || fs.entries[entry] == entryUneven {
		x.placelessEntry(fs, env, entry, info)
		return
	}
	x.placeInRow(fs, fs.first[entry]+n, b, end, info)
}

// placeInRow places an error below a row: with those uses of the row that read
// the field it is about, or if there is none, with one.
func (x *state) placeInRow(fs *fetchState, r int, b []byte, i, info int) {
	head := fs.rows[r].uses
	start, end, ok := nextElement(b, i)
	if !ok || b[start] != '"' || fs.uses[head].next < 0 {
		for u := head; u >= 0; u = fs.uses[u].next {
			x.placeAt(fs, u, b, i, info)
		}
		return
	}
	placed := false
	for u := head; u >= 0; u = fs.uses[u].next {
		if fieldNamed(fs.uses[u].decode, b[start+1:end-1]) != nil {
			x.placeAt(fs, u, b, i, info)
			placed = true
		}
	}
	if !placed {
		x.placeAt(fs, head, b, i, info)
	}
}

// maxPlaceless is how many errors of one answer that have no place of their own
// are told; each may concern every row.
const maxPlaceless = 100

// placeless places an error that does not say where it belongs: at every object
// that waits when nothing came, else at the first.
func (x *state) placeless(fs *fetchState, env *envelope, info int) {
	if fs.placeless++; fs.placeless > maxPlaceless {
		x.lost = min(x.lost+1, maxOmitted)
		return
	}
	if !env.hasData {
		x.failUses(fs, 0, len(fs.uses), info)
		return
	}
	if fs.fetch.Root != nil {
		if object := x.holder(fs, 0); object != 0 {
			x.record(object, errorRecord{info: int32(info), slot: -1})
		}
		return
	}
	any := false
	for e, state := range fs.entries {
		if state == entryMissing || state == entryNull {
			x.failEntry(fs, e, info)
			any = any || fs.first[e] < fs.first[e+1]
		}
	}
	if !any {
		x.recordFirst(fs, 0, info)
	}
}

func (x *state) placelessEntry(fs *fetchState, env *envelope, e, info int) {
	if fs.placeless++; fs.placeless > maxPlaceless {
		x.lost = min(x.lost+1, maxOmitted)
		return
	}
	if !env.hasData || fs.entries[e] == entryMissing || fs.entries[e] == entryNull {
		x.failEntry(fs, e, info)
		return
	}
	if fs.first[e] < fs.first[e+1] {
		x.recordFirst(fs, fs.first[e], info)
	}
}

// recordFirst records an error at the object of one row, as an example.
func (x *state) recordFirst(fs *fetchState, r, info int) {
	u := fs.rows[r].uses
	if object := x.holder(fs, u); object != 0 {
		x.record(object, errorRecord{info: int32(info), slot: -1})
	}
}

// rowErrors places the errors of an answer with a byte range for each row.
func (x *state) rowErrors(fs *fetchState, a *subgraphs.Answer) {
	for n := range a.Errs {
		e := &a.Errs[n]
		code := e.Code
		if code == "" {
			code = CodeUpstream
		}
		told := errorInfo{code: code, message: upstreamMessage, detail: e.Message, own: e.Extensions, fetch: fs.fetch}
		if e.Public && e.Message != "" {
			told.message, told.detail = e.Message, ""
		}
		info := x.info(told)
		path := e.Path
		if len(path) == 0 || path[0] != '[' || skipValue(path, 0, 0) != len(path) {
			path = []byte("[]")
		}
		switch {
		case fs.fetch.Root != nil:
			x.placeAt(fs, 0, path, 1, info)
		case e.Entry < 0 || e.Entry >= len(fs.entries):
			x.recordFirst(fs, 0, info)
		case fs.entries[e.Entry] == entryUneven:
			x.failEntry(fs, e.Entry, info)
		case e.Row < 0:
			if fs.first[e.Entry] < fs.first[e.Entry+1] {
				x.recordFirst(fs, fs.first[e.Entry], info)
			}
		case e.Row < fs.first[e.Entry+1]-fs.first[e.Entry]:
			x.placeInRow(fs, fs.first[e.Entry]+e.Row, path, 1, info)
		}
	}
	if fs.fetch.Root != nil {
		if status := a.Rows[0][0].Status; len(a.Errs) == 0 && status == subgraphs.RowError {
			x.failUses(fs, 0, 1, x.info(errorInfo{code: CodeUpstream, message: upstreamMessage, fetch: fs.fetch}))
		}
		return
	}
	for e, state := range fs.entries {
		if state != entryRead {
			continue
		}
		for n, w := range a.Rows[e] {
			head := fs.rows[fs.first[e]+n].uses
			if w.Status != subgraphs.RowError || fs.uses[head].object != 0 {
				continue // the object is there to carry an error
			}
			info := x.info(errorInfo{code: CodeUpstream, message: upstreamMessage, fetch: fs.fetch})
			for u := head; u >= 0; u = fs.uses[u].next {
				if object := x.holder(fs, u); object != 0 {
					x.recordFor(&fs.uses[u], object, info)
				}
			}
		}
	}
	x.checkEntries(fs)
}

// placeAt places an error at the end of a path below a use's object: the rest,
// from i on, of a list that is known to be valid. The path's keys are those of
// the answer; the client is told its own, up to the first field it did not ask
// for. Nulls on the way become failed ones, so that no requirement sends them.
func (x *state) placeAt(fs *fetchState, u int, b []byte, i, info int) {
	object := x.holder(fs, u)
	if object == 0 {
		return
	}
	d := fs.uses[u].decode
	r := errorRecord{info: int32(info), slot: -1, rest: uint32(len(x.text))}
	anchor := object
	w := objectWord(object)
	hidden, whole := false, true
	var field *plan.DecodeField // what w is a value of
	for {
		start, end, ok := nextElement(b, i)
		if !ok {
			break
		}
		i = end
		first := whole
		whole = false
		at := 0 // where w is kept
		if b[start] == '"' {
			f := fieldNamed(d, b[start+1:end-1])
			if f == nil || f.Slot < 0 {
				break
			}
			shape := d.Shape
			if f.Into != 0 { // the field of a namespace, which no answer has
				outer := &shape.Slots[f.Into-1]
				hidden = hidden || outer.Hidden
				into := word(kindEmpty)
				if w.kind() == kindObject {
					into = x.words[w.index()+headerWords+f.Into-1]
				}
				if !hidden {
					if into.kind() == kindObject {
						anchor = into.index()
					} else if w.kind() == kindObject {
						r.slot = int32(f.Into - 1)
					} else {
						x.text = appendKey(x.text, outer.Key)
					}
				}
				w = into
				shape = outer.Child
			}
			slot := &shape.Slots[f.Slot]
			hidden = hidden || slot.Hidden
			if w.kind() == kindObject {
				at = w.index() + headerWords + f.Slot
				if !hidden {
					r.slot = int32(f.Slot)
				}
			} else if !hidden {
				x.text = appendKey(x.text, slot.Key)
			}
			d, field = f.Child, f
		} else {
			n := pathIndex(b[start:end])
			if n < 0 || first {
				break
			}
			if !hidden {
				x.text = append(x.text, ',')
				x.text = append(x.text, b[start:end]...)
			}
			if w.kind() == kindList && n < x.listLen(w.index()) {
				at = w.index() + headerWords + n
			}
		}
		w = 0
		if at != 0 {
			w = x.words[at]
		}
		if field != nil && field.Copied != 0 && (w.kind() == kindScalar || w.kind() == kindWide) {
			w = x.open(field, w)
			x.words[at] = w
		}
		switch w.kind() {
		case kindNull:
			x.words[at] = word(kindFailed)
		case kindObject:
			if !hidden { // from here on the path starts at this object
				anchor = w.index()
				r.slot = -1
				x.text = x.text[:r.rest]
			}
		}
	}
	if whole {
		x.recordFor(&fs.uses[u], object, info)
		return
	}
	r.restEnd = uint32(len(x.text))
	x.record(anchor, r)
}

// appendKey writes a key of the rest of a path.
func appendKey(dst []byte, key string) []byte {
	dst = append(dst, ',', '"')
	dst = append(dst, key...)
	return append(dst, '"')
}

func fieldNamed(d *plan.Decode, raw []byte) *plan.DecodeField {
	if d == nil {
		return nil
	}
	for i := range d.Fields {
		if equalName(raw, d.Fields[i].Key) {
			return &d.Fields[i]
		}
	}
	return nil
}

// pathIndex reads a list index of a path; -1 when it is none.
func pathIndex(b []byte) int {
	if len(b) == 0 || len(b) > 9 {
		return -1
	}
	n := 0
	for _, c := range b {
		if c < '0' || c > '9' {
			return -1
		}
		n = 10*n + int(c-'0')
	}
	return n
}
