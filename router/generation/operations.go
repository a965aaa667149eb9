package generation

import (
	"context"
	"errors"
	"unsafe"

	"github.com/jensneuse/abstractlogger"

	"github.com/weft-graphql/weft/planner"
	"github.com/weft-graphql/weft/planner/operation"
	"github.com/weft-graphql/weft/planner/plan"
	"github.com/weft-graphql/weft/router/body"
	"github.com/weft-graphql/weft/router/cache"
)

// Parsed is what came of an operation's text. It is immutable.
type Parsed struct {
	// Operation is nil exactly if there are errors.
	Operation *operation.Operation
	Errors    operation.Errors
}

// planned is what came of planning.
type planned struct {
	plan *plan.Plan
	err  *planner.Error
}

// Query is the text of an operation as it was sent.
type Query struct {
	// Text is the document; OperationName selects one of its operations. Neither
	// is kept.
	Text          body.Text
	OperationName []byte
}

// key is the query as a key of the cache: the bytes as they were sent, so that
// nothing is decoded on a hit. It points into the request.
func (q *Query) key() cache.Key {
	k := cache.Key{Text: view(q.Text.Raw), Name: view(q.OperationName)}
	if q.Text.Escaped {
		k.Flag = 1
	}
	return k
}

func view(b []byte) string { return unsafe.String(unsafe.SliceData(b), len(b)) }

// Parse returns the operation of a query. The error is that of ctx, or
// [cache.ErrFailed].
func (g *Generation) Parse(ctx context.Context, q *Query) (*Parsed, error) {
	k := q.key()
	if p, ok := g.engine.operations.Get(k); ok {
		return p, nil
	}
	return g.engine.parse(ctx, k)
}

func (e *engine) parse(ctx context.Context, k cache.Key) (*Parsed, error) {
	return e.operations.Load(ctx, k, func() (*Parsed, int64, bool) {
		t := body.Text{Raw: []byte(k.Text), Escaped: k.Flag == 1}
		text := string(t.Append(nil))
		op, errs := e.front.Parse(text, string([]byte(k.Name)))
		p := &Parsed{Operation: op, Errors: errs}
		if op != nil && !e.key.limits.Enforce {
			e.report(op)
		}
		return p, weighParsed(p), true
	})
}

// Plan returns the plan of an operation. labels has a bit for each active
// override label. The error is a *[planner.Error], that of ctx, or
// [cache.ErrFailed].
func (g *Generation) Plan(ctx context.Context, op *operation.Operation, labels uint64) (*plan.Plan, error) {
	k := cache.Key{Text: op.Normalized, Flag: labels}
	p, ok := g.engine.plans.Get(k)
	if !ok {
		var err error
		if p, err = g.engine.plan(ctx, k, op, labels); err != nil {
			return nil, err
		}
	}
	if p.err != nil {
		return nil, p.err
	}
	return p.plan, nil
}

func (e *engine) plan(ctx context.Context, k cache.Key, op *operation.Operation, labels uint64) (*planned, error) {
	return e.plans.Load(ctx, k, func() (*planned, int64, bool) {
		// Others may wait for this plan: it is not given up with its first asker.
		// query_planning.timeout bounds it.
		pl, err := e.planner.Plan(context.WithoutCancel(ctx), op, labels)
		if err == nil {
			return &planned{plan: pl}, weighPlan(pl), true
		}
		var fault *planner.Error
		if !errors.As(err, &fault) {
			fault = &planner.Error{Code: CodeInternal, Message: "planning failed", Err: err}
		}
		return &planned{err: fault}, 512, fault.Code != planner.CodeTimeout
	})
}

// warm parses and plans what the previous generation used most.
func (g *Generation) warm(ctx context.Context, previous *Generation, n int) {
	for _, hot := range previous.engine.operations.Hottest(n) {
		if ctx.Err() != nil {
			return
		}
		p, err := g.engine.parse(ctx, hot.Key)
		if err != nil || p.Operation == nil {
			continue
		}
		if _, err := g.Plan(ctx, p.Operation, 0); err == nil {
			// Half, so that what was hot once fades away.
			g.engine.operations.AddHits(hot.Key, hot.Hits/2)
		}
	}
}

// report logs the limits that an operation exceeds while they are only measured.
func (e *engine) report(op *operation.Operation) {
	l, m := &e.key.limits, &op.Measured
	for _, one := range []struct {
		code        operation.Code
		used, limit int
	}{
		{operation.CodeMaxDepth, m.Depth, l.MaxDepth},
		{operation.CodeMaxAliases, m.Aliases, l.MaxAliases},
		{operation.CodeMaxRootFields, m.RootFields, l.MaxRootFields},
		{operation.CodeMaxFields, m.Fields, l.MaxFields},
		{operation.CodeMaxTokens, m.Tokens, l.MaxTokens},
		{operation.CodeMaxDirectives, m.Directives, l.MaxDirectives},
	} {
		if one.limit > 0 && one.used > one.limit {
			e.log.Warn("an operation is over a limit",
				abstractlogger.String("code", string(one.code)), abstractlogger.String("operation_name", op.Name),
				abstractlogger.Int("used", one.used), abstractlogger.Int("limit", one.limit))
		}
	}
}
