package execute

import (
	"github.com/weft-graphql/weft/planner/plan"
	"github.com/weft-graphql/weft/subgraphs"
)

// envelope is what an answer has beside its data.
type envelope struct {
	hasData    bool
	errors     span
	extensions span
}

// accept reads the answer of a fetch and attaches it. An answer that is
// malformed anywhere is refused as a whole.
func (x *state) accept(fs *fetchState, a *subgraphs.Answer) {
	x.answers = append(x.answers, a)
	if x.request.OnAnswer != nil {
		x.request.OnAnswer(fs.fetch, a)
	}
	if a.Err != nil {
		x.fail(fs, a.Err, failedFetch, a.Err.Message)
		return
	}
	x.takeSlab()
	x.body = a.Body
	x.buffer = len(x.bufs)
	x.bufs = append(x.bufs, a.Body)
	x.fetch = fs.fetch
	x.unfit = -1
	for range fs.fetch.Entries {
		fs.entries = append(fs.entries, entryMissing)
	}
	start := x.mark()
	var env envelope
	var good bool
	if a.Layout == subgraphs.LayoutRows {
		good = x.readRows(fs, a)
		env.hasData = good
	} else {
		good = x.readResponse(fs, &env)
	}
	if good && !env.hasData && env.errors.empty() {
		good = false
	}
	if !good {
		x.rollback(start)
		x.stack, x.indices, x.indexBase = x.stack[:0], x.indices[:0], 0
		for u := range fs.uses {
			fs.uses[u].object = 0
		}
		if x.full {
			return // the response ends in an error anyway
		}
		x.fail(fs, failure(fs.fetch, subgraphs.CodeMalformed, malformedAnswer), malformedAnswer, "")
		return
	}
	fs.answer = a
	if a.Layout == subgraphs.LayoutRows {
		x.rowErrors(fs, a)
	} else {
		x.responseErrors(fs, &env)
		x.passExtensions(fs, &env)
	}
	x.attach(fs)
}

// readResponse reads a GraphQL response, its keys in any order.
func (x *state) readResponse(fs *fetchState, env *envelope) bool {
	b := x.body
	i := space(b, 0)
	if i >= len(b) || b[i] != '{' {
		return false
	}
	i = space(b, i+1)
	if i < len(b) && b[i] == '}' {
		return space(b, i+1) == len(b)
	}
	sawData := false
	for {
		if i >= len(b) || b[i] != '"' {
			return false
		}
		end := scanString(b, i+1)
		if end < 0 {
			return false
		}
		key := b[i+1 : end-1]
		i = space(b, end)
		if i >= len(b) || b[i] != ':' {
			return false
		}
		i = space(b, i+1)
		if i >= len(b) {
			return false
		}
		from := i
		switch {
		case equalName(key, "data"):
			if sawData {
				return false
			}
			sawData = true
			if b[i] == 'n' {
				i = scanLiteral(b, i, "null")
			} else {
				i = x.readData(fs, i)
				env.hasData = true
			}
		case equalName(key, "errors"):
			i = skipValue(b, i, 0)
			if i >= 0 && b[from] != 'n' {
				env.errors = span{x.buffer, from, i}
			}
		case equalName(key, "extensions"):
			i = skipValue(b, i, 0)
			if i >= 0 && b[from] == '{' {
				env.extensions = span{x.buffer, from, i}
			}
		default:
			i = skipValue(b, i, 0)
		}
		if i < 0 {
			return false
		}
		i = space(b, i)
		if i >= len(b) {
			return false
		}
		if b[i] == '}' {
			return space(b, i+1) == len(b)
		}
		if b[i] != ',' {
			return false
		}
		i = space(b, i+1)
	}
}

// readData reads the value of `data` at i, which is not null.
func (x *state) readData(fs *fetchState, i int) int {
	b := x.body
	if b[i] != '{' {
		return -1
	}
	if fs.fetch.Root != nil {
		object, end := x.decodeObject(fs.fetch.Root, i, false)
		if object == 0 {
			return -1
		}
		fs.uses[0].object = object
		return end
	}
	i = space(b, i+1)
	if i < len(b) && b[i] == '}' {
		return i + 1
	}
	for {
		if i >= len(b) || b[i] != '"' {
			return -1
		}
		end := scanString(b, i+1)
		if end < 0 {
			return -1
		}
		e := entryNamed(fs.fetch, b[i+1:end-1])
		i = space(b, end)
		if i >= len(b) || b[i] != ':' {
			return -1
		}
		i = space(b, i+1)
		if e < 0 {
			i = skipValue(b, i, 0)
		} else {
			if fs.entries[e] != entryMissing {
				return -1 // twice
			}
			i = x.readEntry(fs, e, i)
		}
		if i < 0 {
			return -1
		}
		i = space(b, i)
		if i >= len(b) {
			return -1
		}
		if b[i] == '}' {
			return i + 1
		}
		if b[i] != ',' {
			return -1
		}
		i = space(b, i+1)
	}
}

func entryNamed(f *plan.Fetch, raw []byte) int {
	for e := range f.Entries {
		if equalName(raw, f.Entries[e].Alias) {
			return e
		}
	}
	return -1
}

// readEntry reads the list of looked-up objects of an entry.
func (x *state) readEntry(fs *fetchState, e, i int) int {
	b := x.body
	if i >= len(b) {
		return -1
	}
	if b[i] == 'n' {
		fs.entries[e] = entryNull
		return scanLiteral(b, i, "null")
	}
	fs.entries[e] = entryUneven
	if b[i] != '[' {
		return skipValue(b, i, 0)
	}
	start := x.mark()
	first, end := fs.first[e], fs.first[e+1]
	r := first
	i = space(b, i+1)
	if i < len(b) && b[i] == ']' {
		i++
	} else {
		for {
			if r < end {
				i = x.decodeRow(fs, r, i)
			} else {
				i = skipValue(b, i, 0)
			}
			if i < 0 {
				return -1
			}
			r++
			i = space(b, i)
			if i >= len(b) {
				return -1
			}
			if b[i] == ']' {
				i++
				break
			}
			if b[i] != ',' {
				return -1
			}
			i = space(b, i+1)
		}
	}
	if r == end {
		fs.entries[e] = entryRead
		return i
	}
	// Nothing of it can be trusted to belong to the row of its index.
	x.rollback(start)
	for r := first; r < end; r++ {
		for u := fs.rows[r].uses; u >= 0; u = fs.uses[u].next {
			fs.uses[u].object = 0
		}
	}
	return i
}

// decodeRow reads one looked-up object, once for each of its uses.
func (x *state) decodeRow(fs *fetchState, r, i int) int {
	b := x.body
	if i >= len(b) {
		return -1
	}
	if b[i] == 'n' {
		return scanLiteral(b, i, "null")
	}
	if b[i] != '{' {
		end := skipValue(b, i, 0)
		if end >= 0 {
			for u := fs.rows[r].uses; u >= 0; u = fs.uses[u].next {
				x.failRow(fs, u, wrongKind)
			}
		}
		return end
	}
	end := -1
	for u := fs.rows[r].uses; u >= 0; u = fs.uses[u].next {
		var object int
		if object, end = x.decodeObject(fs.uses[u].decode, i, false); end < 0 {
			return -1
		}
		fs.uses[u].object = object
		if object == 0 {
			x.failRow(fs, u, wrongType)
		}
	}
	return end
}

// failRow records that a row's object as a whole is not acceptable.
func (x *state) failRow(fs *fetchState, u, what int) {
	object := x.holder(fs, u)
	if object == 0 {
		return
	}
	info := x.info(errorInfo{code: wrong[what].code, message: wrongRow, fetch: fs.fetch})
	x.recordFor(&fs.uses[u], object, info)
}

// readRows reads an answer that lists the byte range of each row.
func (x *state) readRows(fs *fetchState, a *subgraphs.Answer) bool {
	if fs.fetch.Root != nil {
		if len(a.Rows) != 1 || len(a.Rows[0]) != 1 {
			return false
		}
		w := a.Rows[0][0]
		if w.Status != subgraphs.RowOK {
			return true
		}
		i, ok := x.narrow(a, w)
		if !ok || x.body[i] != '{' {
			return false
		}
		object, end := x.decodeObject(fs.fetch.Root, i, false)
		fs.uses[0].object = object
		return object != 0 && space(x.body, end) == len(x.body)
	}
	for e := range fs.fetch.Entries {
		first, end := fs.first[e], fs.first[e+1]
		if e >= len(a.Rows) || len(a.Rows[e]) != end-first {
			fs.entries[e] = entryUneven
			continue
		}
		fs.entries[e] = entryRead
		for n, w := range a.Rows[e] {
			if w.Status != subgraphs.RowOK {
				continue
			}
			i, ok := x.narrow(a, w)
			if !ok {
				return false
			}
			if i = x.decodeRow(fs, first+n, i); i < 0 || space(x.body, i) != len(x.body) {
				return false
			}
		}
	}
	return true
}

// narrow limits the cursor to one row and returns where its value begins.
func (x *state) narrow(a *subgraphs.Answer, w subgraphs.Row) (int, bool) {
	if w.Start < 0 || w.End > len(a.Body) || w.Start >= w.End {
		return 0, false
	}
	x.body = a.Body[:w.End]
	i := space(x.body, w.Start)
	return i, i < len(x.body)
}

// passedExtension is one key of an upstream's extensions for the client.
type passedExtension struct {
	fetch int
	name  string
	value span
}

// passExtensions notes the response extensions that may be passed on.
func (x *state) passExtensions(fs *fetchState, env *envelope) {
	allowed := x.request.Policy.AllowResponseExtensions
	if len(allowed) == 0 || env.extensions.empty() {
		return
	}
	b := x.body
	i := env.extensions.start + 1
	for {
		m, ok := nextMember(b, i)
		if !ok {
			return
		}
		i = m.end
	names:
		for _, name := range allowed {
			if !equalName(m.key, name) {
				continue
			}
			p := passedExtension{fs.fetch.ID, name, span{x.buffer, m.start, m.end}}
			for k := range x.passed {
				if x.passed[k].name == name {
					if x.passed[k].fetch >= p.fetch {
						x.passed[k] = p
					}
					break names
				}
			}
			x.passed = append(x.passed, p)
			break
		}
	}
}

// jsonMember is a key and where its value lies.
type jsonMember struct {
	key        []byte // without quotes
	start, end int
}

// nextMember reads the next member of an object that is known to be valid; i is
// after its brace or the previous value.
func nextMember(b []byte, i int) (jsonMember, bool) {
	i = space(b, i)
	if b[i] == ',' {
		i = space(b, i+1)
	}
	if b[i] == '}' {
		return jsonMember{}, false
	}
	end := scanString(b, i+1)
	m := jsonMember{key: b[i+1 : end-1]}
	m.start = space(b, space(b, end)+1)
	m.end = skipValue(b, m.start, 0)
	return m, true
}

// nextElement does the same for a list: it returns where the next element lies.
func nextElement(b []byte, i int) (start, end int, ok bool) {
	i = space(b, i)
	if b[i] == ',' {
		i = space(b, i+1)
	}
	if b[i] == ']' {
		return 0, 0, false
	}
	return i, skipValue(b, i, 0), true
}
