package audit

import (
	"context"
	"encoding/json"
	"fmt"
	"path/filepath"
	"reflect"
	"sync/atomic"
	"testing"

	"github.com/weft-graphql/weft/planner/plan"
	"github.com/weft-graphql/weft/subgraphs"
	"github.com/weft-graphql/weft/test/federation"
)

// fault spoils the answer of one fetch of a plan.
type fault struct {
	name  string
	spoil func(a *subgraphs.Answer) *subgraphs.Answer
}

func body(text string) func(*subgraphs.Answer) *subgraphs.Answer {
	return func(a *subgraphs.Answer) *subgraphs.Answer {
		a.Release()
		out := subgraphs.NewAnswer(nil)
		out.Status, out.Body = 200, []byte(text)
		return out
	}
}

func failed(code string, status int) func(*subgraphs.Answer) *subgraphs.Answer {
	return func(a *subgraphs.Answer) *subgraphs.Answer {
		a.Release()
		return subgraphs.Failed(&subgraphs.FetchError{Code: code, Subgraph: "faulty", Status: status, Message: "made to fail"})
	}
}

// faults are the ways in which an upstream can fail.
var faults = []fault{
	{"status", failed(subgraphs.CodeStatus, 500)},
	{"time-out", failed(subgraphs.CodeTimeout, 0)},
	{"unreachable", failed(subgraphs.CodeUnreachable, 0)},
	{"garbage", body("<html>")},
	{"empty", body("")},
	{"null", body("null")},
	{"list", body("[]")},
	{"null data", body(`{"data":null,"errors":[{"message":"no"}]}`)},
	{"no data", body(`{"errors":[{"message":"no","path":["_entities",0]}]}`)},
	{"empty data", body(`{"data":{}}`)},
	{"scalar data", body(`{"data":7}`)},
	{"no entities", body(`{"data":{"_entities":[],"_e0":[],"_e1":[],"_e2":[]}}`)},
	{"null entities", body(`{"data":{"_entities":null,"_e0":null,"_e1":null,"_e2":null}}`)},
	{"too many entities", body(`{"data":{"_entities":[null,null,null,null,null,null,null,null,null],"_e0":[{},{},{},{},{},{},{},{}]}}`)},
	{"wrong kinds", body(`{"data":{"_entities":"x","_e0":3,"_e1":{}}}`)},
	{"truncated", func(a *subgraphs.Answer) *subgraphs.Answer {
		out := subgraphs.NewAnswer(nil)
		out.Status, out.Body = 200, append([]byte(nil), a.Body[:len(a.Body)/2]...)
		a.Release()
		return out
	}},
	{"trailing", func(a *subgraphs.Answer) *subgraphs.Answer {
		out := subgraphs.NewAnswer(nil)
		out.Status, out.Body = 200, append(append([]byte(nil), a.Body...), "}"...)
		a.Release()
		return out
	}},
}

// saboteur wraps the clients of a graph and spoils the answer of one prepared
// fetch, told by its request text.
type saboteur struct {
	target atomic.Pointer[subgraphs.Prepared]
	fault  atomic.Pointer[fault]
}

type spoiledClient struct {
	subgraphs.Client
	by *saboteur
}

type spoiled struct {
	subgraphs.Prepared
	by   *saboteur
	self *subgraphs.Prepared
}

func (c spoiledClient) Prepare(spec *subgraphs.FetchSpec) (subgraphs.Prepared, error) {
	p, err := c.Client.Prepare(spec)
	if err != nil {
		return nil, err
	}
	s := &spoiled{Prepared: p, by: c.by, self: new(subgraphs.Prepared)}
	*s.self = s
	return s, nil
}

func (s *spoiled) Fetch(ctx context.Context, call *subgraphs.Call) *subgraphs.Answer {
	a := s.Prepared.Fetch(ctx, call)
	if target := s.by.target.Load(); target != nil && target == s.self {
		return s.by.fault.Load().spoil(a)
	}
	return a
}

// TestFaults makes every fetch of every operation of the audit fail in every
// way. Whatever happens, the answer is well-formed; what does not depend on the
// fetch arrives whole; what arrives at all is right.
func TestFaults(t *testing.T) {
	for _, dir := range suites(t) {
		name := filepath.Base(dir)
		t.Run(name, func(t *testing.T) {
			services, data, cases := loadSuite(t, dir)
			by := &saboteur{}
			g, err := federation.New(t, services, data, federation.Options{
				Supergraph: supergraphOf(t, name),
				Wrap: func(_ string, c subgraphs.Client) subgraphs.Client {
					return spoiledClient{c, by}
				},
			})
			if err != nil {
				t.Fatal(err)
			}
			ctx := context.Background()
			for i, c := range cases {
				op, errs := g.Front.Parse(c.Query, "")
				if len(errs) > 0 {
					continue
				}
				p, err := g.Planner.Plan(ctx, op, 0)
				if err != nil {
					continue
				}
				run := func() *federation.Response {
					data.Reset()
					r, err := g.Run(ctx, op, p, c.Variables)
					if err != nil {
						t.Fatal(err)
					}
					return r
				}
				by.target.Store(nil)
				base := run()
				for _, f := range p.Fetches {
					affected := affectedRoots(p, f)
					for j := range faults {
						by.fault.Store(&faults[j])
						by.target.Store(f.Prepared.(*spoiled).self)
						got := run()
						where := fmt.Sprintf("case %d, fetch #%d of %s, %s", i, f.ID+1, f.Name, faults[j].name)
						compare(t, where, p, base, got, affected)
					}
				}
			}
		})
	}
}

// affectedRoots are the root keys below which the fetch, or one that waits for
// it, fills something.
func affectedRoots(p *plan.Plan, f *plan.Fetch) map[string]bool {
	roots := map[string]bool{}
	seen := map[int]bool{}
	var mark func(f *plan.Fetch)
	mark = func(f *plan.Fetch) {
		if seen[f.ID] {
			return
		}
		seen[f.ID] = true
		if f.Root != nil {
			for _, d := range f.Root.Fields {
				if d.Slot >= 0 {
					roots[p.Root.Slots[d.Slot].Key] = true
				}
			}
		}
		for _, e := range f.Entries {
			for _, t := range e.Targets {
				roots[p.Root.Slots[t.Path[0]].Key] = true
			}
		}
		for _, d := range f.Dependants {
			mark(p.Fetches[d])
		}
	}
	mark(f)
	return roots
}

func compare(t *testing.T, where string, p *plan.Plan, base, got *federation.Response, affected map[string]bool) {
	t.Helper()
	if !reflect.DeepEqual(base.Data, got.Data) && len(got.Errors) == 0 {
		t.Errorf("%s: something is missing, but there is no error: %s", where, got.Raw)
	}
	want, _ := base.Data.(map[string]any)
	have, ok := got.Data.(map[string]any)
	if got.Data != nil && !ok {
		t.Errorf("%s: data is no object: %s", where, got.Raw)
		return
	}
	if got.Data == nil {
		return // a non-null root field took the rest with it
	}
	for key, w := range want {
		h, ok := have[key]
		switch {
		case !ok:
			t.Errorf("%s: %s is missing: %s", where, key, got.Raw)
		case !affected[key]:
			if !reflect.DeepEqual(w, h) {
				text, _ := json.Marshal(h)
				t.Errorf("%s: %s does not depend on the fetch, but is %s", where, key, text)
			}
		case !within(w, h):
			text, _ := json.Marshal(h)
			t.Errorf("%s: %s has what the whole answer has not: %s", where, key, text)
		}
	}
}

// within reports whether a damaged value is the whole one with nulls in it.
func within(whole, damaged any) bool {
	switch d := damaged.(type) {
	case nil:
		return true
	case map[string]any:
		w, ok := whole.(map[string]any)
		if !ok || len(w) != len(d) {
			return false
		}
		for k, v := range d {
			if below, ok := w[k]; !ok || !within(below, v) {
				return false
			}
		}
		return true
	case []any:
		w, ok := whole.([]any)
		if !ok || len(w) != len(d) {
			return false
		}
		for i := range d {
			if !within(w[i], d[i]) {
				return false
			}
		}
		return true
	}
	return reflect.DeepEqual(whole, damaged)
}
