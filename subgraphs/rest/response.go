package rest

import (
	"strconv"
	"strings"
	"time"

	"github.com/weft-graphql/weft/planner/schema"
	"github.com/weft-graphql/weft/subgraphs/rest/mapping"
)

// response compiles how the answer of an endpoint is read.
func (c *compiler) response(e *endpoint) {
	s := e.spec
	if s.Stream != "" {
		c.add(CodeUnsupported, s.At, s.Coordinate, "%s: polling and server-sent events are not supported yet", s.Coordinate).Hint =
			"Leave " + s.Stream + " out; the endpoint then answers queries."
	}
	if s.JQ != "" {
		if s.SelectAt != "" {
			c.add(CodeInvalidJQ, s.At, s.Coordinate, "%s: jq makes the payload, so there is no at", s.Coordinate)
		}
		if s.Provides == "" && s.Select == "" && e.field == nil || s.Provides == "" && s.Select == "" && e.field.named.kind.Composite() {
			c.add(CodeInvalidJQ, s.At, s.Coordinate, "%s: what a jq program makes is not known beforehand", s.Coordinate).Hint =
				"List the fields of the result under provides."
		}
		e.jq = c.compileJQ(e)
	} else {
		at, place := s.SelectAt, s.at("at")
		if at == "" {
			at, place = c.spec.At, s.At
		}
		if at != "" {
			e.at = c.reading(e, at, false, place)
		}
	}
	if s.Each != "" {
		e.each = c.reading(e, s.Each, false, s.at("each"))
	}
	if s.Select != "" {
		object := e.field == nil || e.field.named.kind.Composite()
		e.choose = c.reading(e, s.Select, object, s.at("select"))
	}
	if s.Page != nil {
		c.paging(e)
	}
}

// rules compiles what is made of statuses, errors and absent rows.
func (c *compiler) rules(e *endpoint) {
	s := e.spec
	spec := s.Errors
	if spec == nil {
		spec = &c.spec.Errors
	}
	e.errors = c.errorRule(e, spec)
	ok := s.OK
	if ok == "" {
		ok = spec.OK
	}
	e.ok = c.okRule(e, ok)
	if s.Item != nil {
		e.item = c.errorRule(e, s.Item)
		e.item.ok = c.okRule(e, s.Item.OK)
		if s.Item.OK == "" {
			c.add(CodeInvalidOption, s.At, s.Coordinate, "%s: item needs ok, an expression that tells good elements", s.Coordinate)
		}
		if e.item.ok != nil && e.item.ok.expr == nil {
			c.add(CodeInvalidOption, s.At, s.Coordinate, "%s: item.ok is an expression over the element", s.Coordinate)
		}
	}
	switch s.NotFound {
	case "":
		e.notFound = e.kind == lookupEndpoint || e.field != nil && !e.field.expr.NonNull
	case "null":
		e.notFound = true
	case "error":
	default:
		c.add(CodeInvalidOption, s.At, s.Coordinate, "%s: not_found is null or error", s.Coordinate)
	}
	switch s.Missing {
	case "":
	case "null":
		e.missing = missingNull
	case "error":
		e.missing = missingError
	case "drop":
		e.missing = missingDrop
		if e.field != nil && e.field.expr.Elem == nil {
			c.add(CodeInvalidOption, s.At, s.Coordinate, "%s: missing: drop leaves elements out of a list, and this is none", s.Coordinate).Hint =
				"Say it at the field that holds the list, or at the lookup of what may be missing."
		}
	default:
		c.add(CodeInvalidOption, s.At, s.Coordinate, "%s: missing is null, error or drop", s.Coordinate)
	}
	retry := &c.spec.Retry
	if s.Retry != nil {
		retry = s.Retry
	}
	e.retry = retryRule{attempts: retry.Attempts, backoff: retry.Backoff, budget: retry.Budget}
	switch {
	case retry.Attempts == 0:
		e.retry.attempts = defaultAttempts
	case retry.Attempts < 0:
		e.retry.attempts = 0
	}
	if e.retry.backoff <= 0 {
		e.retry.backoff = defaultBackoff
	}
	if e.retry.budget <= 0 {
		e.retry.budget = defaultBudget
	}
	c.cacheSpec(s.Cache, s.At, s.Coordinate)
	for _, coordinate := range s.Invalidates {
		c.checkInvalidates(e, coordinate)
	}
	if len(s.Invalidates) > 0 && e.operation != schema.Mutation {
		c.add(CodeInvalidOption, s.At, s.Coordinate, "%s: only mutations invalidate", s.Coordinate)
	}
	if s.Cost < 0 || s.Latency < 0 || s.Timeout < 0 {
		c.add(CodeInvalidOption, s.At, s.Coordinate, "%s: cost, latency and timeout are not negative", s.Coordinate)
	}
}

// checkInvalidates checks what a mutation makes stale: a type or a field.
func (c *compiler) checkInvalidates(e *endpoint, coordinate string) {
	name, field, isField := strings.Cut(coordinate, ".")
	kind, t, ok := c.rootNamed(name)
	if ok {
		e.invalidates = append(e.invalidates, rootNames[kind]+"."+field)
	} else {
		t = c.model.types[name]
		e.invalidates = append(e.invalidates, coordinate)
	}
	switch {
	case t == nil:
		err := c.add(CodeUnknownType, e.spec.At, e.coordinate(), "%s invalidates %s, which the schema does not have", e.coordinate(), coordinate)
		err.Hint = didYouMean(name, c.typeNames(nil))
	case isField && t.byName[field] == nil:
		err := c.add(CodeUnknownField, e.spec.At, e.coordinate(), "%s invalidates %s, which the schema does not have", e.coordinate(), coordinate)
		err.Hint = didYouMean(field, t.fieldNames())
	}
}

// okRule says which answers are good: statuses, or an expression over $status
// and the payload.
type okRule struct {
	from, to int
	expr     *reading
}

func (c *compiler) okRule(e *endpoint, text string) *okRule {
	if text == "" {
		return nil
	}
	if from, to, ok := statusRange(text); ok {
		if from < 100 || to > 599 || from > to {
			c.add(CodeInvalidOption, e.spec.At, e.coordinate(), "%s: ok is not a range of statuses: %q", e.coordinate(), text)
		}
		return &okRule{from: from, to: to}
	}
	r := c.reading(e, text, false, e.spec.At)
	if r == nil {
		return nil
	}
	return &okRule{expr: r}
}

// statusRange reads "200" or "200..299".
func statusRange(text string) (from, to int, ok bool) {
	a, b, ranged := strings.Cut(text, "..")
	from, err := strconv.Atoi(strings.TrimSpace(a))
	if err != nil {
		return 0, 0, false
	}
	if !ranged {
		return from, from, true
	}
	to, err = strconv.Atoi(strings.TrimSpace(b))
	return from, to, err == nil
}

// errorRule says what the client is told of a failure.
type errorRule struct {
	ok                        *okRule
	message, code, extensions *reading
	expose                    bool
}

func (c *compiler) errorRule(e *endpoint, s *ErrorSpec) *errorRule {
	r := &errorRule{expose: s.Expose}
	at := orPlace(s.At, e.spec.At)
	if s.Message != "" {
		r.message = c.reading(e, s.Message, false, at)
	}
	if s.Code != "" {
		r.code = c.reading(e, s.Code, false, at)
	}
	if s.Extensions != "" {
		r.extensions = c.reading(e, s.Extensions, true, at)
		if r.extensions != nil && innermost(r.extensions.shape).Kind != mapping.ShapeObject {
			c.add(CodeInvalidSelection, at, e.coordinate(), "%s: errors.extensions must make an object", e.coordinate())
		}
	}
	return r
}

// retryRule says how often a request is repeated.
type retryRule struct {
	attempts int
	backoff  time.Duration
	budget   int // percent
}

const (
	defaultAttempts = 2
	defaultBackoff  = 50 * time.Millisecond
	defaultBudget   = 10
)
