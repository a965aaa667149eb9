package rest

import (
	"encoding/base64"
	"hash/fnv"
	"net/url"
	"strconv"
	"strings"

	"github.com/weft-graphql/weft/subgraphs/rest/mapping"
)

// maxCursor bounds the length of cursors that are looked at.
const maxCursor = 4 << 10

// cursorHash tells cursors of different arguments apart.
func (r *run) cursorHash(a *ask) string {
	h := fnv.New64a()
	_, _ = h.Write([]byte(r.e.name + "\x00" + a.key + "\x00"))
	for it := a.args.Iterate(); it.Next(); {
		if key := it.Key(); key != r.e.page.size && key != r.e.page.after {
			_, _ = h.Write([]byte(key + "\x00"))
			_, _ = h.Write(it.Value().AppendJSON(nil))
		}
	}
	return strconv.FormatUint(h.Sum64(), 36)
}

// cursor is the opaque cursor of the i-th of n elements of a page: the position
// of the page and how many elements of it lie before the next, or just the next
// page's position behind the last element.
func (p *paging) cursor(t, next *turn, i, n int, hash string) string {
	position, skip := t.position, i+1
	switch {
	case p.style == pageOffset:
		position, skip = strconv.AppendInt(nil, int64(t.offset+i+1), 10), 0
	case i == n-1 && next != nil && next.position != nil:
		position, skip = next.position, 0
	}
	b := append([]byte(`{"h":"`), hash...)
	b = append(b, '"')
	if position != nil {
		b = append(append(b, `,"p":`...), position...)
	}
	if skip > 0 {
		b = append(b, `,"s":`...)
		b = strconv.AppendInt(b, int64(skip), 10)
	}
	return base64.RawURLEncoding.EncodeToString(append(b, '}'))
}

// resume sets a turn to where a cursor leads. Cursors come from clients: the
// position becomes the value of one parameter, nothing else.
func (p *paging) resume(t *turn, text, hash string) error {
	const invalid = errPage("the cursor is not valid")
	if len(text) > maxCursor {
		return invalid
	}
	raw, err := base64.RawURLEncoding.DecodeString(text)
	if err != nil {
		return invalid
	}
	v, err := mapping.ParseValueJSON(raw)
	if err != nil || v.Kind() != mapping.KindObject {
		return invalid
	}
	if h, _ := v.Get("h"); h.Text() != hash {
		return errPage("the cursor belongs to other arguments")
	}
	if s, ok := v.Get("s"); ok {
		n, err := strconv.Atoi(s.Text())
		if err != nil || n < 0 {
			return invalid
		}
		t.skip = n
	}
	position, ok := v.Get("p")
	if !ok {
		return nil
	}
	switch position.Kind() {
	case mapping.KindNumber, mapping.KindString:
		t.position = position.AppendJSON(nil)
	default:
		return invalid
	}
	if p.style != pageOffset && p.style != pageNumber {
		return nil
	}
	n, err := strconv.Atoi(string(t.position))
	if err != nil || n < 0 {
		return invalid
	}
	t.offset = n
	if p.style == pageNumber {
		t.offset = (n - p.start) * t.size
	}
	return nil
}

// queryParam is the value of a parameter of a target as JSON, or nil.
func queryParam(target, name string) []byte {
	_, query, _ := strings.Cut(target, "?")
	values, err := url.ParseQuery(query)
	if err != nil || !values.Has(name) {
		return nil
	}
	return mapping.AppendQuoted(nil, values.Get(name))
}

// collected makes one value of the elements of pages.
func (r *run) collected(a *ask, out *pageResult) (mapping.Value, *failure) {
	mismatch := &failure{code: CodeMismatch, message: "the pages of the upstream's answer cannot be put together"}
	list := []byte{'['}
	var edges []byte
	for i, item := range out.items {
		if i > 0 {
			list = append(list, ',')
			edges = append(edges, ',')
		}
		v := item
		if r.e.conn != nil && r.e.choose != nil {
			v, _ = r.e.choose.sel.Evaluate(item, &out.x.vars, nil)
		}
		start := len(list)
		list = v.AppendJSON(list)
		if r.e.conn != nil {
			edges = append(edges, `{"cursor":`...)
			edges = mapping.AppendQuoted(edges, out.cursors[i])
			edges = append(append(append(edges, `,"node":`...), list[start:]...), '}')
		}
	}
	list = append(list, ']')
	if r.e.conn == nil {
		v, err := mapping.ParseValueJSON(list)
		if err != nil {
			return v, mismatch
		}
		return v, nil
	}
	b := append([]byte(`{"edges":[`), edges...)
	b = append(append(b, `],"nodes":`...), list...)
	b = append(b, `,"pageInfo":{"hasNextPage":`...)
	b = strconv.AppendBool(b, out.more)
	b = append(b, `,"hasPreviousPage":`...)
	b = strconv.AppendBool(b, out.before)
	if n := len(out.cursors); n > 0 {
		b = mapping.AppendQuoted(append(b, `,"startCursor":`...), out.cursors[0])
		b = mapping.AppendQuoted(append(b, `,"endCursor":`...), out.cursors[n-1])
	} else {
		b = append(b, `,"startCursor":null,"endCursor":null`...)
	}
	b = append(b, '}')
	if out.total.Kind() != mapping.KindMissing {
		b = append(b, `,"totalCount":`...)
		b = out.total.AppendJSON(b)
	}
	v, err := mapping.ParseValueJSON(append(b, '}'))
	if err != nil {
		return v, mismatch
	}
	return v, nil
}
