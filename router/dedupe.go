package router

import (
	"context"
	"encoding/binary"
	"net/http"
	"slices"
	"strings"

	"github.com/weft-graphql/weft/planner/operation"
	"github.com/weft-graphql/weft/planner/plan"
	"github.com/weft-graphql/weft/router/body"
	"github.com/weft-graphql/weft/router/generation"
	"github.com/weft-graphql/weft/subgraphs"
	"github.com/weft-graphql/weft/subgraphs/inflight"
)

// sharedRun carries out an operation for all who ask for it at the moment. It
// owns what it refers to, since it may outlive the request that began it.
type sharedRun struct {
	router *Router
	gen    *generation.Generation
	op     *operation.Operation
	plan   *plan.Plan
	header http.Header
	id     string
	// text, name and variables are where in the call's body these begin.
	text, name, variables int
	escaped               bool
}

// runShared executes the plan, or waits for an equal request under way: the same
// operation, variables, generation and client headers (but those that
// traffic_shaping.router.dedupe.ignore_headers lists).
func (rq *request) runShared(ctx context.Context) {
	c := inflight.NewCall()
	c.Body = appendKey(c.Body, rq)
	variables := len(c.Body)
	name := variables - 1 - len(rq.name)
	text := name - 1 - len(rq.parts.Query.Raw)
	c.Body = append(c.Body, rq.parts.Variables...)
	c.Header = appendClient(c.Header, rq.header, rq.gen.Config.TrafficShaping.Router.Dedupe.IgnoreHeaders)
	a := rq.router.inFlight.Do(ctx, c, &sharedRun{
		router: rq.router, gen: rq.gen, op: rq.op, plan: rq.exec.Plan, header: rq.header, id: rq.id,
		text: text, name: name, variables: variables, escaped: rq.parts.Query.Escaped,
	}).(*subgraphs.Answer)
	defer a.Release()
	if a.Err != nil {
		rq.interrupted(a.Err.Err)
		return
	}
	rq.out = append(rq.out[:0], a.Body...)
	rq.result.Requests, rq.errors = a.Status, 0
}

// appendKey appends what identifies the operation.
func appendKey(dst []byte, rq *request) []byte {
	dst = binary.AppendUvarint(dst, rq.gen.Number)
	dst = binary.AppendUvarint(dst, rq.labels)
	escaped := byte('"')
	if rq.parts.Query.Escaped {
		escaped = '\\'
	}
	dst = append(dst, escaped)
	dst = append(dst, rq.parts.Query.Raw...)
	dst = append(dst, 0)
	dst = append(dst, rq.name...)
	return append(dst, 0)
}

// appendClient appends the client's headers by name, without those to ignore.
func appendClient(dst []subgraphs.HeaderField, h http.Header, ignore []string) []subgraphs.HeaderField {
	for name, values := range h {
		if slices.ContainsFunc(ignore, func(i string) bool { return strings.EqualFold(i, name) }) {
			continue
		}
		for _, v := range values {
			dst = append(dst, subgraphs.HeaderField{Name: name, Value: v})
		}
	}
	slices.SortStableFunc(dst, func(a, b subgraphs.HeaderField) int { return strings.Compare(a.Name, b.Name) })
	return dst
}

// Run implements [inflight.Runner]. The answer is a [*subgraphs.Answer], its Status
// the number of requests to subgraphs.
func (s *sharedRun) Run(ctx context.Context, c *inflight.Call) (answer inflight.Answer) {
	defer func() {
		if p := recover(); p != nil {
			s.router.logPanic(s.id, p)
			answer = s.Interrupted(errPanic)
		}
	}()
	// Whoever waits holds the generation; if that is nobody, the answer is for
	// nobody.
	if !s.gen.Retain() {
		return s.Interrupted(context.Canceled)
	}
	defer s.gen.Release()
	ctx, cancel := context.WithTimeout(ctx, s.gen.Config.TrafficShaping.Router.RequestTimeout.Std())
	defer cancel()
	rq := s.router.newRequest()
	rq.gen, rq.header, rq.id, rq.op = s.gen, s.header, s.id, s.op
	// The call's memory is used again as soon as this returns, and fetches that
	// were given up would go on reading it.
	rq.in = append(rq.in[:0], c.Body[s.variables:]...)
	rq.name = append(rq.name[:0], c.Body[s.name:s.variables-1]...)
	// Only errors need the text, while this runs.
	rq.parts.Query = body.Text{Raw: c.Body[s.text : s.name-1], Escaped: s.escaped}
	if errs := s.op.Coerce(rq.in, &rq.values); len(errs) > 0 || !rq.aim(s.plan) {
		rq.free()
		return s.Interrupted(errPanic)
	}
	rq.run(ctx)
	a := subgraphs.NewAnswer(nil)
	a.Body = slices.Clone(rq.out)
	a.Status = rq.result.Requests
	rq.free()
	return a
}

// Interrupted implements [inflight.Runner].
func (s *sharedRun) Interrupted(err error) inflight.Answer {
	return subgraphs.Failed(&subgraphs.FetchError{Code: subgraphs.CodeCancelled, Message: "the request ended", Err: err})
}
