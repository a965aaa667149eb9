package main

import (
	"context"
	"net/http/httptest"
	"os"
	"path/filepath"
	"testing"
	"time"

	"github.com/weft-graphql/weft/bench/shop"
	"github.com/weft-graphql/weft/bench/upstream"
	"github.com/weft-graphql/weft/config"
	"github.com/weft-graphql/weft/planner/operation"
	"github.com/weft-graphql/weft/planner/plan"
	"github.com/weft-graphql/weft/router/body"
	"github.com/weft-graphql/weft/router/execute"
	"github.com/weft-graphql/weft/router/generation"
	"github.com/weft-graphql/weft/subgraphs"
)

// configOf starts subgraphs of the benchmarks and returns a configuration for them.
func configOf(t testing.TB, names ...string) *config.Config {
	t.Helper()
	w, err := shop.New()
	if err != nil {
		t.Fatal(err)
	}
	s := httptest.NewServer(upstream.New(w))
	t.Cleanup(s.Close)
	dir := t.TempDir()
	c := config.Default()
	for _, name := range names {
		path := filepath.Join(dir, name+".graphql")
		if err := os.WriteFile(path, []byte(shop.Schema(name)), 0o600); err != nil {
			t.Fatal(err)
		}
		c.Subgraphs = append(c.Subgraphs, config.Subgraph{
			Name: name, URL: s.URL + "/" + name,
			Schema: config.Schema{Source: "file", File: path, OnUnavailable: "fail", Timeout: config.Duration(time.Second)},
		})
	}
	c.Expand()
	return c
}

// graphOf serves subgraphs of the benchmarks.
func graphOf(t testing.TB, names ...string) *generation.Generation {
	t.Helper()
	c := configOf(t, names...)
	g, err := generation.Build(t.Context(), c, &generation.Shared{}, generation.Options{})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(g.Release)
	return g
}

// find parses and plans an operation.
func find(t testing.TB, g *generation.Generation, text string) (*operation.Operation, *plan.Plan) {
	t.Helper()
	p, err := g.Parse(t.Context(), &generation.Query{Text: body.Text{Raw: []byte(text)}})
	if err != nil {
		t.Fatal(err)
	}
	if p.Operation == nil {
		t.Fatal(p.Errors)
	}
	pl, err := g.Plan(t.Context(), p.Operation, 0)
	if err != nil {
		t.Fatal(err)
	}
	return p.Operation, pl
}

// canned is a fetch whose answer is known; it is for one request at a time.
type canned struct {
	subgraphs.Prepared
	body   []byte
	answer *subgraphs.Answer
}

func (c *canned) Fetch(ctx context.Context, call *subgraphs.Call) *subgraphs.Answer {
	if c.body == nil {
		a := c.Prepared.Fetch(ctx, call)
		c.body = append([]byte(nil), a.Body...)
		return a
	}
	c.answer.Renew(nil)
	c.answer.Status, c.answer.Body = 200, c.body
	return c.answer
}

// executable returns a function that executes an operation with the answers
// that its fetches got the first time, and gives the size of the response.
func executable(t testing.TB, g *generation.Generation, text string) func() int {
	t.Helper()
	op, p := find(t, g, text)
	for _, f := range p.Fetches {
		f.Prepared = &canned{Prepared: f.Prepared, answer: subgraphs.NewAnswer(nil)}
	}
	var values operation.Values
	if errs := op.Coerce(nil, &values); len(errs) > 0 {
		t.Fatal(errs)
	}
	e := execute.New()
	r := &execute.Request{Plan: p, Values: values.Raw, Bits: op.Bits(&values), Limits: g.Limits, Policy: g.Policy}
	var dst []byte
	ctx := context.Background()
	run := func() int {
		var result execute.Result
		if dst, result = e.Execute(ctx, r, dst[:0]); result.Errors > 0 {
			t.Fatalf("%.300s", dst)
		}
		return len(dst)
	}
	for range 3 {
		run()
	}
	return run
}
