package router

import (
	"bytes"
	"compress/gzip"
	"context"
	"errors"
	"io"
	"net/http"
	"net/url"
	"slices"
	"strings"
	"time"

	"github.com/jensneuse/abstractlogger"

	"github.com/weft-graphql/weft/planner"
	"github.com/weft-graphql/weft/planner/operation"
	"github.com/weft-graphql/weft/planner/plan"
	"github.com/weft-graphql/weft/planner/schema"
	"github.com/weft-graphql/weft/planner/supergraph/introspection"
	"github.com/weft-graphql/weft/router/body"
	"github.com/weft-graphql/weft/router/execute"
	"github.com/weft-graphql/weft/router/generation"
	"github.com/weft-graphql/weft/router/locate"
	"github.com/weft-graphql/weft/router/onewrite"
	"github.com/weft-graphql/weft/subgraphs"
)

// request is one GraphQL request. Its memory is used again and again; only the
// goroutine that serves the request touches it.
type request struct {
	router *Router
	gen    *generation.Generation
	// conn is the client's connection, nil if it is not known.
	conn *onewrite.Conn
	// header are the client's headers.
	header http.Header
	id     string
	media  media
	get    bool

	in    []byte // body, or the parts of a GET
	out   []byte
	parts body.Request
	name  []byte // the operation name, decoded
	op    *operation.Operation
	// labels are the active override labels that can matter to op.
	labels uint64
	// show says how the client wants to see the plan.
	show planFormat
	// places finds fields in the operation's text; nil until an error needs it.
	places *locate.Operation

	values operation.Values
	exec   execute.Request
	result execute.Result
	// lines are the headers for subgraphs by rule set, once made.
	lines [][]subgraphs.HeaderField
	made  []bool
	// spoilt says that fetches that were given up may still read this memory.
	spoilt bool
	// unsent says that the server may still read out.
	unsent bool
	// errors is how many the response has, for the log.
	errors int

	// files came with the request; nil if none did.
	files  map[string]*subgraphs.File
	faults []fault
}

// The memory kept for the next request is bounded.
const maxKept = 1 << 20

func (r *Router) newRequest() *request {
	if rq, _ := r.requests.Get().(*request); rq != nil {
		return rq
	}
	rq := &request{router: r}
	// Bound once, so that requests need no closures.
	rq.exec.Header = rq.headerFor
	rq.exec.OnAnswer = rq.observe
	rq.exec.Locate = rq.locate
	rq.exec.Room = r.room
	return rq
}

// maxLarge is the most memory of a large response that is kept for the next.
const maxLarge = 32 << 20

// room gives memory for a large response. Requests do not keep theirs, since the
// next one that has it may be small.
func (r *Router) room(dst []byte, n int) []byte {
	if n <= maxKept || len(dst) > 0 {
		return slices.Grow(dst, n)
	}
	// What is there may be too small; it is then left to the garbage collector.
	if b, _ := r.large.Get().(*[]byte); b != nil && cap(*b) >= n {
		return (*b)[:0]
	}
	return make([]byte, 0, n+n/32)
}

// keepLarge takes back what room gave.
func (r *Router) keepLarge(b []byte) {
	if cap(b) <= maxLarge {
		b = b[:0]
		r.large.Put(&b)
	}
}

// free lets go of everything that belongs to the request.
func (rq *request) free() {
	if rq.spoilt {
		return
	}
	rq.gen, rq.conn, rq.header, rq.op, rq.id, rq.get = nil, nil, nil, nil, "", false
	rq.parts, rq.files = body.Request{}, nil
	rq.values.Reset()
	rq.labels, rq.show, rq.places = 0, planHidden, nil
	rq.exec = execute.Request{Header: rq.exec.Header, OnAnswer: rq.exec.OnAnswer, Locate: rq.exec.Locate, Room: rq.exec.Room}
	rq.result = execute.Result{}
	rq.errors = 0
	for i := range rq.lines {
		clear(rq.lines[i])
		rq.lines[i] = rq.lines[i][:0]
	}
	clear(rq.made)
	clear(rq.faults)
	rq.faults = rq.faults[:0]
	rq.name = rq.name[:0]
	if cap(rq.in) > maxKept {
		rq.in = nil
	}
	switch {
	case rq.unsent:
		rq.out, rq.unsent = nil, false
	case cap(rq.out) > maxKept:
		rq.router.keepLarge(rq.out)
		rq.out = nil
	}
	rq.in, rq.out = rq.in[:0], rq.out[:0]
	rq.router.requests.Put(rq)
}

// fail ends the request with one error; it returns false for the convenience of
// its callers.
func (rq *request) fail(f fault) bool {
	rq.faults = append(rq.faults, f)
	return false
}

func (rq *request) badRequest(message string) bool {
	return rq.fail(fault{status: http.StatusBadRequest, code: CodeBadRequest, message: message})
}

// read takes in the parts of the request.
func (rq *request) read(w http.ResponseWriter, r *http.Request) bool {
	switch r.Method {
	case http.MethodPost:
		ct := ""
		if v := r.Header["Content-Type"]; len(v) > 0 {
			ct = v[0]
		}
		if isForm(ct) {
			if !rq.readForm(w, r, ct) {
				return false
			}
		} else if !isJSON(ct) {
			return rq.fail(fault{
				status: http.StatusUnsupportedMediaType, code: CodeUnsupportedMediaType,
				message: "The body must have the content type application/json.",
			})
		}
		if rq.files == nil && !rq.readBody(w, r) {
			return false
		}
		if err := body.Read(rq.in, &rq.parts); err != nil {
			return rq.fail(fault{status: http.StatusBadRequest, code: err.Code, message: err.Message})
		}
	case http.MethodGet:
		rq.get = true
		if !rq.readURL(r) {
			return false
		}
	default:
		return rq.fail(fault{
			status: http.StatusMethodNotAllowed, code: CodeMethodNotAllowed,
			message: "Only GET and POST are supported.", allow: "GET, POST",
		})
	}
	if !rq.parts.Query.Given() {
		if bytes.Contains(rq.parts.Extensions, []byte(`"persistedQuery"`)) {
			// The wording is what clients look for before they send the text.
			return rq.fail(fault{status: http.StatusBadRequest, code: CodePersistedQuery, message: "PersistedQueryNotSupported"})
		}
		return rq.badRequest("The request has no \"query\".")
	}
	rq.name = rq.parts.OperationName.Append(rq.name[:0])
	return true
}

// readBody reads the body within its limit.
func (rq *request) readBody(w http.ResponseWriter, r *http.Request) bool {
	limit := rq.gen.Config.TrafficShaping.Router.MaxRequestBodySize.Bytes()
	if r.ContentLength > limit {
		return rq.tooLarge()
	}
	var src io.Reader = r.Body
	switch encoding := r.Header.Get("Content-Encoding"); {
	case encoding == "" || strings.EqualFold(encoding, "identity"):
		if n := int(r.ContentLength); n > 0 && n+1 > cap(rq.in) {
			rq.in = make([]byte, 0, n+bytes.MinRead)
		}
	case strings.EqualFold(encoding, "gzip"):
		z, err := gzip.NewReader(http.MaxBytesReader(w, r.Body, limit))
		if err != nil {
			return rq.badRequest("The body is not valid gzip.")
		}
		src = z
	default:
		return rq.fail(fault{
			status: http.StatusUnsupportedMediaType, code: CodeUnsupportedMediaType,
			message: "The content encoding is not supported; gzip is.",
		})
	}
	for {
		if int64(len(rq.in)) > limit {
			return rq.tooLarge()
		}
		if len(rq.in) == cap(rq.in) {
			rq.in = append(rq.in, 0)[:len(rq.in)]
		}
		n, err := src.Read(rq.in[len(rq.in):cap(rq.in)])
		rq.in = rq.in[:len(rq.in)+n]
		if errors.Is(err, io.EOF) {
			break
		}
		if err != nil {
			var over *http.MaxBytesError
			if errors.As(err, &over) {
				return rq.tooLarge()
			}
			return rq.badRequest("The body could not be read.")
		}
	}
	if int64(len(rq.in)) > limit {
		return rq.tooLarge()
	}
	return true
}

func (rq *request) tooLarge() bool {
	return rq.fail(fault{
		status: http.StatusRequestEntityTooLarge, code: CodeBodyTooLarge,
		message: "The request body is larger than " + rq.gen.Config.TrafficShaping.Router.MaxRequestBodySize.String() + ".",
	})
}

// readURL takes the parts from the URL's query.
func (rq *request) readURL(r *http.Request) bool {
	q, err := url.ParseQuery(r.URL.RawQuery)
	if err != nil {
		return rq.badRequest("The URL's query is malformed.")
	}
	for _, name := range []string{"query", "operationName", "variables", "extensions"} {
		if len(q[name]) > 1 {
			return rq.badRequest("The URL has the parameter \"" + name + "\" twice.")
		}
	}
	if text := q.Get("query"); text != "" {
		rq.parts.Query.Raw = []byte(text)
	}
	if name := q.Get("operationName"); name != "" {
		rq.parts.OperationName.Raw = []byte(name)
	}
	for _, p := range []struct {
		name string
		to   *[]byte
	}{{"variables", &rq.parts.Variables}, {"extensions", &rq.parts.Extensions}} {
		text := q.Get(p.name)
		if text == "" {
			continue
		}
		value, err := body.Object([]byte(text), p.name)
		if err != nil {
			return rq.fail(fault{status: http.StatusBadRequest, code: err.Code, message: err.Message})
		}
		*p.to = value
	}
	return true
}

// prepare finds operation, variables and plan.
func (rq *request) prepare(ctx context.Context, r *http.Request) bool {
	parsed, err := rq.gen.Parse(ctx, &generation.Query{Text: rq.parts.Query, OperationName: rq.name})
	if err != nil {
		return rq.interrupted(err)
	}
	if len(parsed.Errors) > 0 {
		return rq.operationErrors(parsed.Errors)
	}
	op := parsed.Operation
	rq.op = op
	switch {
	case op.Kind == schema.Mutation && rq.get:
		return rq.fail(fault{
			status: http.StatusMethodNotAllowed, code: CodeMethodNotAllowed,
			message: "A mutation must be sent by POST.", allow: "POST",
		})
	case op.Introspects && !rq.gen.Config.Introspection.Enabled:
		return rq.fail(fault{
			status: http.StatusBadRequest, graded: true, code: CodeIntrospectionDisabled,
			message: "Introspection is disabled.", locations: introspects(op),
		})
	}
	for _, x := range rq.gen.OverLimits(op) {
		rq.router.log.Warn("an operation is over a limit",
			abstractlogger.String("request_id", rq.id), abstractlogger.String("code", string(x.Code)),
			abstractlogger.String("operation_name", op.Name), abstractlogger.Int("used", x.Used), abstractlogger.Int("limit", x.Limit))
	}
	if errs := op.Coerce(rq.parts.Variables, &rq.values); len(errs) > 0 {
		return rq.operationErrors(errs)
	}
	fixed, drawn := rq.gen.Labels(op)
	rq.labels = fixed
	if drawn != 0 {
		rq.labels |= rq.gen.Draw(drawn, rq.router.options.Seed(r))
	}
	p, err := rq.gen.Plan(ctx, op, rq.labels)
	if err != nil {
		return rq.planError(err)
	}
	if rq.gen.Config.QueryPlanning.Expose {
		rq.show = planFormatOf(rq.header)
	}
	return rq.aim(p)
}

// aim fills in what the executor needs.
func (rq *request) aim(p *plan.Plan) bool {
	bits := rq.op.Bits(&rq.values)
	local, err := rq.gen.Local(p, rq.op, &rq.values, bits)
	if err != nil {
		f := fault{status: http.StatusBadRequest, graded: true, code: CodeInternal, message: "The introspection query cannot be answered."}
		var known *introspection.Error
		if errors.As(err, &known) {
			f.code, f.message = known.Code, known.Message
		}
		return rq.fail(f)
	}
	if !rq.demand(p, bits) {
		return false
	}
	rq.exec.Plan = p
	rq.exec.Values = rq.values.Raw
	rq.exec.Bits = bits
	rq.exec.Local = local
	rq.exec.Limits = rq.gen.Limits
	rq.exec.Policy = rq.gen.Policy
	rq.exec.Extensions = planExtension(p, rq.show)
	rq.exec.Warnings = rq.gen.Config.Warnings.Enabled
	return true
}

// run executes the plan into out.
func (rq *request) run(ctx context.Context) {
	if rq.files != nil {
		ctx = subgraphs.WithFiles(ctx, rq.files)
	}
	if n := len(rq.gen.Headers.Sets); n > len(rq.lines) {
		rq.lines = append(rq.lines, make([][]subgraphs.HeaderField, n-len(rq.lines))...)
		rq.made = append(rq.made, make([]bool, n-len(rq.made))...)
	}
	rq.out, rq.result = rq.router.executor.Execute(ctx, &rq.exec, rq.out[:0])
	rq.errors = rq.result.Errors
	// Fetches are given up only when the context ends; they then still read
	// variables and headers.
	rq.spoilt = ctx.Err() != nil
}

// headerFor gives the headers for a fetch; each rule set is evaluated once.
func (rq *request) headerFor(f *plan.Fetch) []subgraphs.HeaderField {
	i := rq.gen.Headers.Of[f.Subgraph]
	if i < 0 {
		return nil
	}
	if !rq.made[i] {
		rq.lines[i] = rq.gen.Headers.Sets[i].Append(rq.lines[i][:0], rq.header)
		rq.made[i] = true
	}
	return rq.lines[i]
}

// observe logs fetches that failed, with the cause that the client is not told.
func (rq *request) observe(f *plan.Fetch, a *subgraphs.Answer) {
	if a.Err == nil || a.Err.Code == subgraphs.CodeCancelled {
		return
	}
	rq.router.log.Warn("a request to a subgraph failed",
		abstractlogger.String("request_id", rq.id), abstractlogger.String("subgraph", f.Name),
		abstractlogger.String("code", a.Err.Code), abstractlogger.Int("status", a.Err.Status),
		abstractlogger.String("message", a.Err.Message), abstractlogger.Error(a.Err.Err))
}

func (rq *request) operationErrors(errs operation.Errors) bool {
	for _, e := range errs {
		f := fault{
			status: http.StatusBadRequest, graded: true, code: string(e.Code), message: e.Message,
			locations: e.Locations, variable: e.Variable,
		}
		if len(f.locations) == 0 {
			f.locations = rq.variablePlace(e.Variable)
		}
		if e.Code == operation.CodeInternal {
			f.status, f.graded = http.StatusInternalServerError, false
		}
		rq.fail(f)
	}
	return false
}

func (rq *request) planError(err error) bool {
	var e *planner.Error
	if !errors.As(err, &e) {
		return rq.interrupted(err)
	}
	f := fault{status: http.StatusBadRequest, graded: true, code: e.Code, message: e.Message}
	if e.Path != "" {
		f.locations = slices.Clone(rq.text().Field(strings.Split(e.Path, ".")))
	}
	switch e.Code {
	case planner.CodeTimeout:
		f.status, f.graded = http.StatusServiceUnavailable, false
	case planner.CodePrepare, planner.CodeUnreachable, generation.CodeInternal:
		f.status, f.graded = http.StatusInternalServerError, false
		f.message = "The operation could not be planned."
		rq.router.log.Error("planning failed", abstractlogger.String("request_id", rq.id), abstractlogger.Error(err))
	}
	return rq.fail(f)
}

// interrupted reports that the request ended before there was an answer.
func (rq *request) interrupted(err error) bool {
	switch {
	case errors.Is(err, context.DeadlineExceeded):
		return rq.fail(fault{status: http.StatusGatewayTimeout, code: CodeRequestTimeout, message: "The request took too long."})
	case errors.Is(err, context.Canceled):
		return rq.fail(fault{status: http.StatusServiceUnavailable, code: subgraphs.CodeCancelled, message: "The request was cancelled."})
	}
	return rq.fail(fault{status: http.StatusInternalServerError, code: CodeInternal, message: "The request could not be processed."})
}

// serve answers the request and returns the status.
func (rq *request) serve(w http.ResponseWriter, r *http.Request) int {
	rq.conn = onewrite.From(r.Context())
	var acceptable bool
	if rq.media, acceptable = negotiate(r.Header["Accept"]); !acceptable {
		rq.fail(fault{
			status: http.StatusNotAcceptable, code: CodeNotAcceptable,
			message: "The response is application/graphql-response+json or application/json; Accept allows neither.",
		})
		return rq.respond(w)
	}
	if !rq.read(w, r) {
		return rq.respond(w)
	}
	ctx, cancel := context.WithTimeout(r.Context(), rq.gen.Config.TrafficShaping.Router.RequestTimeout.Std())
	defer cancel()
	if !rq.prepare(ctx, r) {
		return rq.respond(w)
	}
	if rq.op.Kind == schema.Query && rq.files == nil && rq.show == planHidden && rq.gen.Config.TrafficShaping.Router.Dedupe.Enabled {
		rq.runShared(ctx)
	} else {
		rq.run(ctx)
	}
	return rq.respond(w)
}

// respond writes the response: the faults if there are any, else what was
// executed.
func (rq *request) respond(w http.ResponseWriter) int {
	status := http.StatusOK
	allow := ""
	if len(rq.faults) > 0 {
		rq.errors = len(rq.faults)
		rq.out = appendFaults(rq.out[:0], rq.faults)
		for i := range rq.faults {
			f := &rq.faults[i]
			status = max(status, f.statusFor(rq.media))
			if f.allow != "" {
				allow = f.allow
			}
		}
	}
	rq.unsent = !write(w, rq.conn, status, rq.media, rq.id, allow, rq.out)
	return status
}

// accessLog writes the line of a request.
func (rq *request) accessLog(r *http.Request, status int, began time.Time) {
	name, kind := "", ""
	if rq.op != nil {
		name, kind = rq.op.Name, rq.op.Kind.String()
	}
	rq.router.log.Info("request",
		abstractlogger.String("request_id", rq.id), abstractlogger.String("method", r.Method),
		abstractlogger.String("path", r.URL.Path), abstractlogger.Int("status", status),
		abstractlogger.Int("duration_us", int(time.Since(began).Microseconds())),
		abstractlogger.Int("request_bytes", len(rq.in)), abstractlogger.Int("response_bytes", len(rq.out)),
		abstractlogger.String("operation_name", name), abstractlogger.String("operation_kind", kind),
		abstractlogger.Int("errors", rq.errors), abstractlogger.Int("subgraph_requests", rq.result.Requests),
		abstractlogger.String("client", r.RemoteAddr), abstractlogger.Int("generation", int(rq.gen.Number)))
}
