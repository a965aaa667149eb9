package rest

import (
	"bytes"
	"context"
	"errors"
	"net/http"
	"slices"
	"strconv"
	"strings"
	"sync"
	"time"

	"github.com/weft-graphql/weft/planner/schema"
	"github.com/weft-graphql/weft/subgraphs"
	"github.com/weft-graphql/weft/subgraphs/httpcache"
	"github.com/weft-graphql/weft/subgraphs/rest/mapping"
	"github.com/weft-graphql/weft/subgraphs/rest/template"
)

// Fetch implements [subgraphs.Prepared].
func (p *prepared) Fetch(ctx context.Context, call *subgraphs.Call) *subgraphs.Answer {
	r := newRun(p, call)
	if p.kind == schema.Mutation {
		r.file = func(text string) *subgraphs.File { return subgraphs.FileOf(ctx, text) }
	}
	if p.client.up.usesRequest {
		r.request = headersValue(call.Header)
	}
	r.gather()
	if p.kind == schema.Mutation {
		// Root fields of a mutation run one after the other.
		for _, a := range r.asks {
			r.carryOut(ctx, []*chunk{{asks: []*ask{a}}})
		}
	} else {
		r.prime()
		groups := r.groups()
		for _, g := range groups {
			r.recall(ctx, g)
		}
		r.carryOut(ctx, r.split(groups))
	}
	a := r.answer()
	r.keep(a)
	return a
}

// chunk is the rows of one request, or of a group of them.
type chunk struct {
	asks  []*ask
	parts []part
	// signature is what the asks have in common, found the moment at which the
	// cache was asked for them, if it was.
	signature string
	found     httpcache.Found
	recalled  bool
}

// renderer is the renderer of the run's requests; one goroutine may use it.
func (r *run) renderer() *renderer {
	up := r.client.up
	rr := renderers.Get().(*renderer)
	rr.up, rr.e, rr.header, rr.random = up, r.e, r.call.Header, r.client.options.IdempotencyKey
	rr.timeout, rr.file = r.client.timeoutOf(r.e), r.file
	rr.vars = mapping.Variables{Config: up.config, Env: up.env, Request: r.request}
	c := r.client.caching[r.e]
	rr.lent = c != nil && c.whole
	rr.collect = r.client.collect
	if r.e.signsRows {
		rr.rowOf = r.rowOf
	}
	return rr
}

// groups are the asks whose requests would be equal outside $batch.
func (r *run) groups() []*chunk {
	rr := r.renderer()
	defer rr.free()
	var index map[string]int
	groups := r.chunks
	var before *ask // with the group it went into
	last := 0
	for _, a := range r.asks {
		if a.state != askPending {
			continue
		}
		if before != nil && !r.e.signsRows && string(before.argsText) == string(a.argsText) {
			groups[last].asks = append(groups[last].asks, a)
			continue
		}
		signature, err := rr.signature(a)
		if err != nil {
			a.state, a.fail = askFailed, badInput(err)
			continue
		}
		at, ok := index[string(signature)]
		switch {
		case len(groups) == 1 && index == nil && groups[0].signature == string(signature):
			at = 0
		case ok:
		case len(groups) == 0:
			r.group = chunk{signature: string(signature), asks: r.list[:0]}
			if cap(r.list) < len(r.asks) {
				r.group.asks = make([]*ask, 0, len(r.asks))
				r.list = r.group.asks
			}
			groups = append(groups, &r.group)
		default:
			if index == nil {
				index = map[string]int{groups[0].signature: 0}
			}
			at = len(groups)
			index[string(signature)] = at
			groups = append(groups, &chunk{signature: string(signature)})
		}
		groups[at].asks = append(groups[at].asks, a)
		before, last = a, at
	}
	r.chunks = groups
	return groups
}

// split leaves out what is known by now, and cuts what is too long for a request.
func (r *run) split(groups []*chunk) []*chunk {
	if len(groups) == 1 && (r.e.max <= 0 || !r.e.batched || len(groups[0].asks) <= r.e.max) {
		return groups // where it is empty, there is nothing to send
	}
	out := make([]*chunk, 0, len(groups))
	for _, g := range groups {
		g.asks = slices.DeleteFunc(g.asks, func(a *ask) bool { return a.state != askPending })
		if len(g.asks) == 0 {
			continue
		}
		if r.e.max <= 0 || !r.e.batched {
			out = append(out, g)
			continue
		}
		for asks := range slices.Chunk(g.asks, r.e.max) {
			one := *g
			one.asks = asks
			out = append(out, &one)
		}
	}
	return out
}

// carryOut sends the requests of chunks, several at a time.
func (r *run) carryOut(ctx context.Context, chunks []*chunk) {
	if len(chunks) == 1 {
		r.chunk(ctx, chunks[0])
	} else {
		var wg sync.WaitGroup
		slots := make(chan struct{}, r.client.options.MaxConcurrent)
		for _, c := range chunks {
			slots <- struct{}{}
			wg.Go(func() {
				defer func() { <-slots }()
				r.chunk(ctx, c)
			})
		}
		wg.Wait()
	}
	for _, c := range chunks {
		r.parts = append(r.parts, c.parts...)
	}
}

// chunk carries out one request, or several where one would be too long.
func (r *run) chunk(ctx context.Context, c *chunk) {
	c.asks = slices.DeleteFunc(c.asks, func(a *ask) bool { return a.state != askPending })
	asks := c.asks
	if len(asks) == 0 {
		return
	}
	if r.e.page != nil {
		r.paged(ctx, c, asks)
		return
	}
	rr := r.renderer()
	defer rr.free()
	req, err := rr.request(asks, r.batchOf(asks))
	switch {
	case errors.Is(err, errTooLong):
		half := len(asks) / 2
		left, right := *c, *c
		left.asks, right.asks = asks[:half:half], asks[half:]
		r.chunk(ctx, &left)
		r.chunk(ctx, &right)
		c.parts = append(left.parts, right.parts...)
		return
	case err != nil && len(asks) > 1:
		// One bad value must not fail the others.
		bad := 0
		for _, a := range asks {
			if _, err := rr.request([]*ask{a}, r.batchOf([]*ask{a})); err != nil {
				a.state, a.fail = askFailed, badInput(err)
				bad++
			}
		}
		if bad == 0 {
			failAll(asks, badInput(err))
			return
		}
		r.chunk(ctx, c)
		return
	case err != nil:
		failAll(asks, badInput(err))
		return
	}
	x := r.exchange(ctx, req, asks[0], asks)
	if x.sighting == nil {
		r.settle(x, asks)
	}
	r.remember(ctx, c, x, asks)
	if x.resp == nil || x.status >= http.StatusInternalServerError {
		rescue(asks)
	}
	if x.resp != nil {
		p := part{resp: x.resp, policy: x.policy, sighting: x.sighting, document: x.document}
		if r.call.Keep && r.e.superset && x.fail == nil {
			p.exchange = x
		}
		if x.sighting != nil {
			for _, a := range asks {
				a.raw = nil
			}
			x.sighting.text = nil
			x.resp.releaseBody()
		}
		c.parts = append(c.parts, p)
	}
}

// settle hands the outcome of a request to its asks.
func (r *run) settle(x *exchange, asks []*ask) {
	for _, a := range asks {
		a.vars = &x.vars
	}
	switch {
	case x.fail != nil:
		failAll(asks, x.fail)
	case x.null:
		for _, a := range asks {
			a.state = askNull
		}
	default:
		r.correlate(x, asks)
	}
}

func failAll(asks []*ask, f *failure) {
	for _, a := range asks {
		a.state, a.fail = askFailed, f
	}
}

// badInput is the failure of a value that must not be sent.
func badInput(err error) *failure {
	var ve *template.ValueError
	if errors.As(err, &ve) {
		return &failure{code: CodeBadInput, message: ve.Error()}
	}
	return &failure{code: CodeBadInput, message: "the request could not be built: " + err.Error()}
}

// exchange is one request with its answer, taken apart.
type exchange struct {
	resp    *HTTPResponse
	policy  subgraphs.CachePolicy
	status  int
	now     time.Time
	root    mapping.Value // the whole body
	payload mapping.Value
	vars    mapping.Variables
	null    bool // there is no such thing, and that is no error
	fail    *failure
	// sighting is set where the answer was read in one pass, and its asks have it.
	sighting *sighting
	// document is what the body was parsed into.
	document *mapping.Document
}

func (x *exchange) retryAfter() string {
	if x.resp == nil {
		return ""
	}
	d, ok := retryAfter(x.resp.Header, x.now)
	if !ok {
		return ""
	}
	return strconv.FormatInt(int64(max(d, 0)/time.Second), 10)
}

// exchange sends a request and judges its answer. whole are the asks that are
// to have it, where the answer to this one request is all of theirs.
func (r *run) exchange(ctx context.Context, req *HTTPRequest, a *ask, whole []*ask) *exchange {
	up := r.client.up
	x := &exchange{now: r.client.options.Clock.Now()}
	x.vars = mapping.Variables{Args: a.args, This: a.row, Config: up.config, Env: up.env, Request: r.request}
	resp, policy, err := r.client.ask(ctx, r.e, req)
	if err != nil {
		x.fail = fromTransport(ctx, err)
		return x
	}
	x.resp, x.status, x.policy = resp, resp.Status, policy
	if int64(len(resp.Body)) > req.MaxBody {
		x.fail = &failure{code: CodeDecode, message: "the answer is larger than allowed", status: resp.Status}
		return x
	}
	good := resp.Status >= 200 && resp.Status < 300
	if rule := r.e.ok; rule != nil && rule.expr == nil {
		good = resp.Status >= rule.from && resp.Status <= rule.to
	}
	if good && r.glance(x, whole) {
		return x
	}
	x.vars.Status = mapping.Int(int64(resp.Status))
	if up.usesResponse {
		x.vars.Response = headersValue(resp.Header)
	}
	decodeErr := x.decode(r)
	if rule := r.e.ok; rule != nil && rule.expr != nil {
		v, ok := rule.expr.sel.Evaluate(x.root, &x.vars, nil)
		good = ok && v.IsTrue()
	}
	switch {
	case !good && resp.Status == http.StatusNotFound && r.e.notFound:
		x.null = true
	case !good:
		x.fail = fromStatus(r.e.errors, x)
	case decodeErr != nil:
		x.fail = &failure{code: CodeDecode, message: "the upstream's answer is not JSON", status: resp.Status}
	default:
		r.unwrap(ctx, x)
	}
	return x
}

// decode parses a body. None at all is null; plain text is a string.
func (x *exchange) decode(r *run) error {
	body := x.resp.Body
	if x.status == http.StatusNoContent || x.status == http.StatusResetContent || blank(body) {
		x.root = mapping.Null()
		return nil
	}
	kind := lower(headerValue(x.resp.Header, "Content-Type"))
	if linesOfJSON(kind) {
		body = listOfLines(body)
	}
	doc := documents.Get().(*mapping.Document)
	x.document = doc
	err := doc.Parse(body, r.client.options.MaxDepth)
	if err == nil {
		x.root = doc.Root()
		return nil
	}
	if r.e.ignoresBody {
		x.root = mapping.Null()
		return nil
	}
	if strings.HasPrefix(kind, "text/plain") && r.e.whole != nil && r.e.whole.name == "String" {
		x.root = mapping.String(string(body))
		return nil
	}
	return err
}

// linesOfJSON: the body is a JSON value on each line.
func linesOfJSON(contentType string) bool {
	media, _, _ := strings.Cut(contentType, ";")
	switch strings.TrimSpace(media) {
	case "application/x-ndjson", "application/ndjson", "application/jsonl", "application/x-jsonlines":
		return true
	}
	return false
}

// listOfLines makes a JSON list of lines; empty ones count for nothing.
func listOfLines(body []byte) []byte {
	out := append(make([]byte, 0, len(body)+2), '[')
	for line := range bytes.Lines(body) {
		if line = bytes.TrimSpace(line); len(line) == 0 {
			continue
		}
		if len(out) > 1 {
			out = append(out, ',')
		}
		out = append(out, line...)
	}
	return append(out, ']')
}

func blank(b []byte) bool {
	for _, c := range b {
		if c != ' ' && c != '\n' && c != '\r' && c != '\t' {
			return false
		}
	}
	return true
}

// unwrap takes the payload out of the envelope.
func (r *run) unwrap(ctx context.Context, x *exchange) {
	switch {
	case r.e.jq != nil:
		limit := r.client.up.spec.MaxBody
		if limit <= 0 {
			limit = defaultMaxBody
		}
		v, err := r.e.jq.run(ctx, r.client.options.JQTimeout, x.root, x.vars.Args, x.status, limit)
		if err != nil {
			x.fail = &failure{code: CodeMismatch, message: "the jq program failed on the upstream's answer", status: x.status}
			return
		}
		x.payload = v
	case r.e.at != nil && x.root.Kind() != mapping.KindNull:
		v, ok := r.e.at.sel.Evaluate(x.root, &x.vars, nil)
		if !ok {
			x.fail = &failure{code: CodeMismatch, message: "the upstream's answer has nothing at " + r.e.at.text, status: x.status}
			return
		}
		x.payload = v
	default:
		x.payload = x.root
	}
}

// policy is the strictest of what the parts of an answer allow.
func (r *run) policy() subgraphs.CachePolicy {
	if r.kind == schema.Mutation {
		return subgraphs.CachePolicy{MaxAge: -1, NoStore: true}
	}
	return strictest(r.parts)
}
