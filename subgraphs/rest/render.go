package rest

import (
	"bytes"
	"cmp"
	"errors"
	"mime/multipart"
	"net/http"
	"net/textproto"
	"slices"
	"sync"
	"time"

	"github.com/weft-graphql/weft/subgraphs"
	"github.com/weft-graphql/weft/subgraphs/rest/mapping"
	"github.com/weft-graphql/weft/subgraphs/rest/template"
)

// The encodings of a request body.
const (
	encodeJSON      = "json"
	encodeForm      = "form"
	encodeText      = "text"
	encodeMultipart = "multipart"
)

// renderer makes the requests of one call.
type renderer struct {
	up     *Upstream
	e      *endpoint
	vars   mapping.Variables // Args, This and Batch change with the asks
	header []subgraphs.HeaderField
	random func() string
	// file finds the file that a text stands for; may be nil.
	file func(text string) *subgraphs.File
	// timeout is that of each request.
	timeout time.Duration
	// extra are parameters beside those of the endpoint: the position of a page.
	extra []extraParam
	// rowOf is the run's.
	rowOf func(*ask) []byte
	// asks are those of the request, for columns of them.
	asks []*ask
	// collect are the response headers that are wanted.
	collect []string
	// lent: somebody may keep the request longer than the renderer is used.
	lent bool

	values [][]byte
	buf    []byte // of values
	pairs  template.Pairs
	form   template.Pairs
	fields []subgraphs.HeaderField
}

type extraParam struct {
	name string
	json []byte
}

// renderers keep their memory; what a request is made of is valid until then.
var renderers = sync.Pool{New: func() any { return new(renderer) }}

func (r *renderer) free() {
	if r.lent {
		return // a cache may send the request after this
	}
	clear(r.fields)
	clear(r.values)
	for _, b := range []*[]byte{&r.buf, &r.pairs.Buf, &r.form.Buf} {
		if cap(*b) > keepBytes {
			*b = nil
		}
	}
	r.pairs.Buf = r.pairs.Buf[:0]
	*r = renderer{values: r.values[:0], buf: r.buf[:0], fields: r.fields[:0], pairs: r.pairs, form: r.form}
	renderers.Put(r)
}

// of sets the variables of a request: those of the first ask, which are the same
// for all of them outside $batch, and the rows.
func (r *renderer) of(a *ask, batch mapping.Value) {
	r.vars.Args, r.vars.This, r.vars.Batch = a.args, a.row, batch
}

// value evaluates a reference to JSON; nil when there is no value.
func (r *renderer) value(ref *reference) []byte {
	if ref == nil {
		return nil
	}
	start := len(r.buf)
	if ref.column != "" && r.asks != nil {
		r.buf = append(r.buf, '[')
		for i, a := range r.asks {
			if i > 0 {
				r.buf = append(r.buf, ',')
			}
			v, _ := a.row.Get(ref.column)
			r.buf = v.AppendJSON(r.buf)
		}
		r.buf = append(r.buf, ']')
		return r.buf[start:len(r.buf):len(r.buf)]
	}
	v, ok := ref.sel.Evaluate(mapping.Value{}, &r.vars, nil)
	if !ok {
		return nil
	}
	r.buf = r.up.appendSent(r.buf, v, ref.shape, ref)
	return r.buf[start:len(r.buf):len(r.buf)]
}

// signature is all of an ask's request that does not come from $batch: asks with
// equal ones share requests.
func (r *renderer) signature(a *ask) ([]byte, error) {
	e := r.e
	r.of(a, mapping.Value{})
	r.asks = nil
	var b []byte
	wholeArgs, wholeRow := e.readArgs, e.readThis
	put := func(ref *reference) {
		if ref.batch {
			// What becomes of the rows may depend on what else is mentioned.
			wholeArgs = wholeArgs || ref.args
			wholeRow = wholeRow || ref.this
			b = append(b, '*', 0)
			return
		}
		b = append(append(b, r.value(ref)...), 0)
	}
	for _, ref := range e.refs {
		put(ref)
	}
	for i := range e.query {
		if e.query[i].value != nil {
			put(e.query[i].value)
		}
	}
	for i := range e.headers {
		if e.headers[i].value != nil {
			put(e.headers[i].value)
		}
	}
	if e.body != nil {
		put(e.body)
	}
	if wholeArgs || e.page != nil {
		b = append(append(b, a.argsText...), 0)
	}
	if wholeRow {
		b = append(append(b, r.rowOf(a)...), 0)
	}
	return b, nil
}

// errTooLong says that a request must be split.
var errTooLong = errors.New("the URL is too long")

// request renders the request of some asks.
func (r *renderer) request(asks []*ask, batch mapping.Value) (*HTTPRequest, error) {
	e := r.e
	r.of(asks[0], batch)
	r.asks = asks
	req := &HTTPRequest{
		Method: e.method, Timeout: r.timeout, MaxBody: r.up.spec.MaxBody, Endpoint: e.name,
		Safe: e.safe(), Types: e.types, Invalidates: e.invalidates, Cache: r.up.cacheOf(e),
		Collect: r.collect, Header: r.fields[:0],
	}
	if req.MaxBody <= 0 {
		req.MaxBody = defaultMaxBody
	}
	r.values = r.values[:0]
	for _, ref := range e.refs {
		r.values = append(r.values, r.value(ref))
	}
	target, err := r.up.base.Append(r.pairs.Buf[:0], e.path, func(i int) ([]byte, bool) {
		return r.values[i], r.values[i] != nil
	})
	if err != nil {
		return nil, err
	}
	if e.post && e.postRows > 0 && len(asks) > e.postRows {
		return r.posted(req, target)
	}
	path := len(target)
	pairs := &r.pairs
	pairs.Buf, pairs.Separator = target, '?'
	if err := r.parameters(pairs); err != nil {
		return nil, err
	}
	limit := r.up.spec.MaxURL
	if limit <= 0 {
		limit = defaultMaxURL
	}
	length := len(r.up.base.Origin()) + len(pairs.Buf)
	switch {
	case e.post && length > limit:
		return r.posted(req, pairs.Buf[:path])
	case e.batched && len(asks) > 1 && length > max(limit, hardMaxURL):
		return nil, errTooLong
	}
	if err := r.content(req); err != nil {
		return nil, err
	}
	return r.finish(req, pairs.Buf)
}

// parameters writes the parameters.
func (r *renderer) parameters(p *template.Pairs) error {
	for i := range r.e.query {
		q := &r.e.query[i]
		if r.replaced(q.name) {
			continue
		}
		if q.value == nil {
			p.AddText(q.name, q.text)
			continue
		}
		if err := p.Add(q.name, r.value(q.value), q.style); err != nil {
			return err
		}
	}
	for _, x := range r.extra {
		if err := p.Add(x.name, x.json, template.Repeat); err != nil {
			return err
		}
	}
	return nil
}

// replaced: a parameter of a page goes before one of the same name.
func (r *renderer) replaced(name string) bool {
	for _, x := range r.extra {
		if x.name == name {
			return true
		}
	}
	return false
}

// posted turns a request's parameters into the body of a POST.
func (r *renderer) posted(req *HTTPRequest, target []byte) (*HTTPRequest, error) {
	req.Method = http.MethodPost
	if !r.e.postJSON {
		r.form.Buf, r.form.Separator = r.form.Buf[:0], 0
		if err := r.parameters(&r.form); err != nil {
			return nil, err
		}
		req.Body = r.form.Buf
		req.Header = append(req.Header, subgraphs.HeaderField{Name: "Content-Type", Value: "application/x-www-form-urlencoded"})
		return r.finish(req, target)
	}
	b := []byte{'{'}
	for i := range r.e.query {
		q := &r.e.query[i]
		json := r.value(q.value)
		if q.value == nil {
			json = mapping.AppendQuoted(nil, q.text)
		}
		if json == nil || string(json) == "null" {
			continue
		}
		if len(b) > 1 {
			b = append(b, ',')
		}
		b = append(append(mapping.AppendQuoted(b, q.name), ':'), json...)
	}
	req.Body = append(b, '}')
	req.Header = append(req.Header, subgraphs.HeaderField{Name: "Content-Type", Value: "application/json"})
	return r.finish(req, target)
}

// content writes the body.
func (r *renderer) content(req *HTTPRequest) error {
	json := r.value(r.e.body)
	if json == nil {
		return nil
	}
	kind := "application/json"
	switch r.e.encode {
	case encodeJSON:
		req.Body = json
	case encodeText:
		v, err := mapping.ParseValueJSON(json)
		if err != nil {
			return err
		}
		req.Body, kind = v.AppendText(nil), "text/plain; charset=utf-8"
	case encodeForm:
		v, err := mapping.ParseValueJSON(json)
		if err != nil {
			return err
		}
		var pairs template.Pairs
		style, _ := template.ParseStyle(cmp.Or(r.e.spec.Lists, r.up.spec.Lists))
		for it := v.Iterate(); it.Next(); {
			if err := pairs.Add(it.Key(), it.Value().AppendJSON(nil), style); err != nil {
				return err
			}
		}
		req.Body, kind = pairs.Buf, "application/x-www-form-urlencoded"
	case encodeMultipart:
		var err error
		if req.Body, kind, err = multipartBody(json, r.file); err != nil {
			return err
		}
	}
	req.Header = append(req.Header, subgraphs.HeaderField{Name: "Content-Type", Value: kind})
	return nil
}

// multipartBody writes the members of an object as parts: scalars as text, the
// rest as JSON.
func multipartBody(json []byte, file func(string) *subgraphs.File) ([]byte, string, error) {
	v, err := mapping.ParseValueJSON(json)
	if err != nil {
		return nil, "", err
	}
	var b bytes.Buffer
	w := multipart.NewWriter(&b)
	for it := v.Iterate(); it.Next(); {
		value := it.Value()
		if value.Kind() == mapping.KindNull {
			continue
		}
		if sent, err := writeFiles(w, it.Key(), value, file); err != nil {
			return nil, "", err
		} else if sent {
			continue
		}
		head := textproto.MIMEHeader{}
		head.Set("Content-Disposition", multipartName(it.Key()))
		if k := value.Kind(); k == mapping.KindObject || k == mapping.KindList {
			head.Set("Content-Type", "application/json")
		}
		part, err := w.CreatePart(head)
		if err != nil {
			return nil, "", err
		}
		if _, err := part.Write(value.AppendText(nil)); err != nil {
			return nil, "", err
		}
	}
	if err := w.Close(); err != nil {
		return nil, "", err
	}
	return b.Bytes(), w.FormDataContentType(), nil
}

// writeFiles writes a value that stands for a file, or a list of such, as parts. It
// reports false if the value is any other.
func writeFiles(w *multipart.Writer, name string, v mapping.Value, file func(string) *subgraphs.File) (bool, error) {
	if file == nil {
		return false, nil
	}
	var files []*subgraphs.File
	switch v.Kind() {
	case mapping.KindString:
		files = append(files, file(v.Text()))
	case mapping.KindList:
		for it := v.Iterate(); it.Next(); {
			if it.Value().Kind() != mapping.KindString {
				return false, nil
			}
			files = append(files, file(it.Value().Text()))
		}
	}
	if len(files) == 0 || slices.Contains(files, nil) {
		return false, nil
	}
	for _, f := range files {
		head := textproto.MIMEHeader{}
		disposition := multipartName(name)
		if f.Name != "" {
			disposition += `; filename="` + multipartText(f.Name) + `"`
		}
		head.Set("Content-Disposition", disposition)
		kind := f.ContentType
		if kind == "" || checkHeaderValue("Content-Type", kind) != nil {
			kind = "application/octet-stream"
		}
		head.Set("Content-Type", kind)
		part, err := w.CreatePart(head)
		if err != nil {
			return false, err
		}
		if _, err := part.Write(f.Content); err != nil {
			return false, err
		}
	}
	return true, nil
}

// multipartName is the disposition of a part. Names may come from a client:
// quotes and line breaks are escaped as browsers do.
func multipartName(name string) string {
	return `form-data; name="` + multipartText(name) + `"`
}

func multipartText(name string) string {
	var b []byte
	for i := range len(name) {
		switch c := name[i]; {
		case c == '"':
			b = append(b, "%22"...)
		case c == '\r':
			b = append(b, "%0D"...)
		case c == '\n':
			b = append(b, "%0A"...)
		case c < ' ' || c == 0x7f:
		default:
			b = append(b, c)
		}
	}
	return string(b)
}

// finish checks the target and adds the headers.
func (r *renderer) finish(req *HTTPRequest, target []byte) (*HTTPRequest, error) {
	if err := r.up.base.Check(target); err != nil {
		return nil, err
	}
	req.Target = string(target)
	req.URL = r.up.base.Origin() + req.Target
	req.Header = append(req.Header,
		subgraphs.HeaderField{Name: "Accept", Value: "application/json"},
		subgraphs.HeaderField{Name: "Accept-Encoding", Value: "gzip"},
		subgraphs.HeaderField{Name: "User-Agent", Value: "weft"})
	for _, h := range r.header {
		// What frames a message is not the client's to say.
		if name := http.CanonicalHeaderKey(h.Name); template.CheckHeaderName(h.Name) == nil && !ofTheOperation(name) {
			req.Header = setHeader(req.Header, name, h.Value)
		}
	}
	for i := range r.e.headers {
		h := &r.e.headers[i]
		json := r.value(h.value)
		if h.value == nil {
			json = mapping.AppendQuoted(nil, h.text)
		}
		value, err := template.AppendHeader(nil, h.name, json)
		if err != nil {
			return nil, err
		}
		if len(value) > 0 {
			req.Header = setHeader(req.Header, h.name, string(value))
		}
	}
	for i := range req.Header {
		if err := checkHeaderValue(req.Header[i].Name, req.Header[i].Value); err != nil {
			return nil, err
		}
	}
	r.fields = req.Header
	if r.e.spec.Idempotent && !r.e.safe() && r.random != nil {
		req.Header = setHeader(req.Header, "Idempotency-Key", r.random())
	}
	return req, nil
}

// ofTheOperation: headers that are about the GraphQL request and its answer, and
// mean something else to an endpoint.
func ofTheOperation(name string) bool {
	switch name {
	case "Content-Type", "Accept", "Accept-Encoding", "Range",
		"If-Match", "If-None-Match", "If-Modified-Since", "If-Unmodified-Since", "If-Range":
		return true
	}
	return false
}

func checkHeaderValue(name, value string) error {
	for i := range len(value) {
		if c := value[i]; c < ' ' && c != '\t' || c == 0x7f {
			return &template.ValueError{Where: name, Reason: "holds control characters"}
		}
	}
	return nil
}

func setHeader(list []subgraphs.HeaderField, name, value string) []subgraphs.HeaderField {
	for i := range list {
		if list[i].Name == name {
			list[i].Value = value
			return list
		}
	}
	return append(list, subgraphs.HeaderField{Name: name, Value: value})
}

// cacheOf is how the answers of an endpoint are cached; nil where nothing is
// said or it is turned off.
func (u *Upstream) cacheOf(e *endpoint) *CacheSpec {
	s := e.spec.Cache
	if s == nil {
		s = &u.spec.Cache
	}
	if s.Off || s.Scope == "" && s.TTL == 0 {
		return nil
	}
	return s
}
