package equivalence

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/weft-graphql/weft/planner"
	"github.com/weft-graphql/weft/planner/compose"
	"github.com/weft-graphql/weft/planner/plan"
	"github.com/weft-graphql/weft/subgraphs/demo/dataserver"
	"github.com/weft-graphql/weft/test/federation"
)

// The classes of failures. The shrinker keeps to the class it began with.
const (
	classCompose  = "composition" // subgraphs do not compose
	classSetup    = "setup"       // generator: a server refuses its schema or data
	classInvalid  = "invalid"     // generator: the monolith refuses the operation
	classRefused  = "refused"     // the front end refuses what the monolith accepts
	classPlan     = "plan"        // no plan
	classData     = "data"        // other data
	classOrder    = "order"       // the same data in another order
	classErrors   = "errors"      // errors where the monolith has none
	classMissing  = "no errors"   // no errors where the monolith has some
	classRequests = "requests"    // more requests than the plan has, or than for short lists
	classBound    = "bound"       // more fetches than the bound
	classHang     = "hang"
	classPanic    = "panic"
)

// Failure is why a case fails.
type Failure struct {
	Class  string
	Detail string
	// Plan, Got and Want may be empty.
	Plan, Got, Want string
}

func (f *Failure) String() string { return f.Class + ": " + f.Detail }

// graph is a case made to run, without its operation.
type graph struct {
	c         *Case
	federated *federation.Graph
	monolith  *dataserver.Server
}

// start composes a case over the given world.
func start(t testing.TB, c *Case, w *World, http bool) (*graph, *Failure) {
	with := *c
	with.Data = w
	text, err := with.Text()
	if err != nil {
		return nil, &Failure{Class: classSetup, Detail: err.Error()}
	}
	data, err := dataserver.ParseData(text)
	if err != nil {
		return nil, &Failure{Class: classSetup, Detail: err.Error()}
	}
	g := &graph{c: c}
	if g.monolith, err = dataserver.New(dataserver.Options{Name: "monolith", SDL: c.Monolith(), Data: data, Mode: dataserver.Plain, DisableIntrospection: true}); err != nil {
		return nil, &Failure{Class: classSetup, Detail: err.Error()}
	}
	var services []federation.Subgraph
	for s, name := range c.Subgraphs {
		services = append(services, federation.Subgraph{Name: name, SDL: c.SDL(s)})
	}
	g.federated, err = federation.New(t, services, data, federation.Options{InProcess: !http, Planner: planner.Options{Timeout: 5 * time.Second}})
	if err != nil {
		var ce compose.Errors
		if errors.As(err, &ce) {
			return nil, &Failure{Class: classCompose, Detail: err.Error()}
		}
		return nil, &Failure{Class: classSetup, Detail: err.Error()}
	}
	return g, nil
}

type answer struct {
	Data   json.RawMessage   `json:"data"`
	Errors []json.RawMessage `json:"errors"`
}

// outcome is what running an operation took.
type outcome struct {
	requests, fetches, waves, rows int
	// size is the length of the response in bytes.
	size int
	// shared says that the response has more objects than were looked up.
	shared bool
	plan   *plan.Plan
}

// run checks one operation.
func (g *graph) run(op *Operation) (out outcome, failure *Failure) {
	var planText string
	defer func() {
		if p := recover(); p != nil {
			failure = &Failure{Class: classPanic, Detail: fmt.Sprint(p), Plan: planText}
		}
	}()
	query, values := op.Text(), op.Values()
	body, err := json.Marshal(map[string]any{"query": query, "variables": json.RawMessage(values)})
	if err != nil {
		return out, &Failure{Class: classSetup, Detail: err.Error()}
	}
	var want answer
	if err := json.Unmarshal(g.monolith.Answer(body), &want); err != nil {
		return out, &Failure{Class: classSetup, Detail: err.Error()}
	}
	if want.Data == nil {
		return out, &Failure{Class: classInvalid, Detail: joinErrors(want.Errors)}
	}
	ctx, cancel := context.WithTimeout(context.Background(), time.Minute)
	defer cancel()
	parsed, errs := g.federated.Front.Parse(query, "")
	if len(errs) > 0 {
		return out, &Failure{Class: classRefused, Detail: errs.Error()}
	}
	p, err := g.federated.Planner.Plan(ctx, parsed, 0)
	if err != nil {
		return out, &Failure{Class: classPlan, Detail: err.Error()}
	}
	planText = p.Text()
	fail := func(class, format string, args ...any) *Failure {
		return &Failure{Class: class, Detail: fmt.Sprintf(format, args...), Plan: planText, Want: string(want.Data)}
	}
	g.federated.Requests()
	resp, err := g.federated.Run(ctx, parsed, p, values)
	if err != nil {
		return out, fail(classData, "%v", err)
	}
	out = outcome{
		requests: g.federated.Requests(), fetches: len(p.Fetches), waves: p.Waves, rows: resp.Result.Rows,
		size: len(resp.Raw), shared: bytes.Count(resp.Raw, []byte{'{'}) > 2*(resp.Result.Rows+2), plan: p,
	}
	var got answer
	if err := json.Unmarshal(resp.Raw, &got); err != nil {
		return out, fail(classData, "%v", err)
	}
	with := func(f *Failure) *Failure {
		f.Got = string(resp.Raw)
		return f
	}
	if ctx.Err() != nil {
		return out, with(fail(classHang, "no answer in a minute"))
	}
	if same, ordered := equal(got.Data, want.Data); !same {
		if len(want.Errors) == 0 && len(got.Errors) > 0 {
			return out, with(fail(classErrors, "%s", joinErrors(got.Errors)))
		}
		return out, with(fail(classData, "the data differs; errors %s, want %s", joinErrors(got.Errors), joinErrors(want.Errors)))
	} else if !ordered && !op.conditional() {
		// Conditions may change which of two equal keys comes first; plans have
		// one order.
		return out, with(fail(classOrder, "the order of the keys differs"))
	}
	if len(want.Errors) == 0 && len(got.Errors) > 0 {
		return out, with(fail(classErrors, "%s", joinErrors(got.Errors)))
	}
	if len(want.Errors) > 0 && len(got.Errors) == 0 {
		return out, with(fail(classMissing, "want %s", joinErrors(want.Errors)))
	}
	if out.requests > out.fetches {
		return out, with(fail(classRequests, "%d requests for %d fetches", out.requests, out.fetches))
	}
	if bound := g.c.bound(op); out.fetches > bound {
		return out, with(fail(classBound, "%d fetches, the bound is %d", out.fetches, bound))
	}
	return out, nil
}

func joinErrors(list []json.RawMessage) string {
	var parts []string
	for i, e := range list {
		if i == 5 {
			parts = append(parts, fmt.Sprintf("and %d more", len(list)-i))
			break
		}
		parts = append(parts, string(e))
	}
	return "[" + strings.Join(parts, ", ") + "]"
}

// equal compares two JSON values, first with the order of keys.
func equal(a, b []byte) (same, ordered bool) {
	if bytes.Equal(a, b) {
		return true, true
	}
	ta, tb := tokens(a), tokens(b)
	if slices.Equal(ta, tb) {
		return true, true
	}
	var va, vb any
	if decode(a, &va) != nil || decode(b, &vb) != nil {
		return false, false
	}
	ca, _ := json.Marshal(va)
	cb, _ := json.Marshal(vb)
	return bytes.Equal(ca, cb), false
}

func decode(text []byte, v any) error {
	d := json.NewDecoder(bytes.NewReader(text))
	d.UseNumber()
	return d.Decode(v)
}

func tokens(text []byte) []any {
	d := json.NewDecoder(bytes.NewReader(text))
	d.UseNumber()
	var out []any
	for {
		t, err := d.Token()
		if err != nil {
			return out
		}
		out = append(out, t)
	}
}

// bound is the most fetches that an operation may need: each position of the
// response may be entered once in each subgraph, and once more for each field
// with requirements.
func (c *Case) bound(op *Operation) int {
	positions := map[string]bool{"": true}
	var walk func(list []*Selection, path string)
	walk = func(list []*Selection, path string) {
		for _, s := range list {
			switch {
			case s.Spread != "":
				for _, f := range op.Fragments {
					if f.Name == s.Spread {
						walk(f.Selections, path)
					}
				}
			case s.Inline:
				walk(s.Sub, path)
			case len(s.Sub) > 0:
				positions[path+"/"+s.key()] = true
				walk(s.Sub, path+"/"+s.key())
			}
		}
	}
	walk(op.Selections, "")
	requires := 0
	for _, t := range c.Types {
		for _, f := range t.Fields {
			if f.Requires != nil {
				requires++
			}
		}
	}
	return len(positions) * (len(c.Subgraphs) + requires)
}

// tenfold checks that longer lists need no more requests.
func tenfold(long *graph, op *Operation, short outcome) *Failure {
	out, failure := long.run(op)
	if failure != nil {
		failure.Detail = "with longer lists: " + failure.Detail
		return failure
	}
	if out.requests != short.requests {
		return &Failure{Class: classRequests, Detail: fmt.Sprintf("%d requests, and %d when lists are longer", short.requests, out.requests), Plan: out.plan.Text()}
	}
	return nil
}
