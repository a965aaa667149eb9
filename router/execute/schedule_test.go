package execute

import (
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"runtime"
	"strings"
	"sync"
	"sync/atomic"
	"testing"

	"github.com/weft-graphql/weft/planner/plan"
	"github.com/weft-graphql/weft/planner/schema"
	"github.com/weft-graphql/weft/subgraphs"
)

func leafPlan(n int) (*builder, []*plan.Decode) {
	b := newBuilder()
	root := b.shape("Query")
	var ds []*plan.Decode
	for i := range n {
		key := string(rune('a' + i))
		b.field(root, key, "Int", nil)
		ds = append(ds, b.decode(root, key))
	}
	return b, ds
}

func TestNoWaveBarriers(t *testing.T) {
	// c needs a only; b ends only after c has been asked.
	b, ds := leafPlan(3)
	asked := make(chan struct{})
	a := b.rootFetch(body(`{"data":{"a":1}}`), ds[0])
	b.rootFetch(stub(func(ctx context.Context, c *subgraphs.Call) *subgraphs.Answer {
		<-asked
		return body(`{"data":{"b":2}}`)(ctx, c)
	}), ds[1])
	b.rootFetch(stub(func(ctx context.Context, c *subgraphs.Call) *subgraphs.Answer {
		close(asked)
		return body(`{"data":{"c":3}}`)(ctx, c)
	}), ds[2], a)
	expect(t, b.plan, `{"data":{"a":1,"b":2,"c":3}}`)
}

func TestIndependentFetchesRunTogether(t *testing.T) {
	b, ds := leafPlan(3)
	var all sync.WaitGroup
	all.Add(3)
	for i, d := range ds {
		text := `{"data":{"` + d.Fields[0].Key + `":` + string(rune('1'+i)) + `}}`
		b.rootFetch(stub(func(ctx context.Context, c *subgraphs.Call) *subgraphs.Answer {
			all.Done()
			all.Wait()
			return body(text)(ctx, c)
		}), d)
	}
	expect(t, b.plan, `{"data":{"a":1,"b":2,"c":3}}`)
}

func TestMutationsRunInSeries(t *testing.T) {
	b, ds := leafPlan(3)
	b.plan.Kind = schema.Mutation
	var order []string // written by one fetch at a time, or the race detector tells
	var prev []*plan.Fetch
	for i, d := range ds {
		key := d.Fields[0].Key
		answer := stub(func(ctx context.Context, c *subgraphs.Call) *subgraphs.Answer {
			order = append(order, key)
			if i == 1 {
				return failing(subgraphs.CodeStatus)(ctx, c)
			}
			return body(`{"data":{"`+key+`":1}}`)(ctx, c)
		})
		prev = []*plan.Fetch{b.rootFetch(answer, d, prev...)}
	}
	got, result := execute(t, &Request{Plan: b.plan})
	if strings.Join(order, "") != "abc" || result.Requests != 3 || result.Failed != 1 {
		t.Errorf("order %v, %+v", order, result)
	}
	if !strings.HasPrefix(got, `{"data":{"a":1,"b":null,"c":1},"errors":[{`) {
		t.Errorf("got %s", got)
	}
}

func goroutine() string {
	buf := make([]byte, 64)
	return string(bytes.Fields(buf[:runtime.Stack(buf, false)])[1])
}

func TestLoneFetchRunsOnTheOwner(t *testing.T) {
	var ids []string
	spy := func(text string) stub {
		return func(ctx context.Context, c *subgraphs.Call) *subgraphs.Answer {
			ids = append(ids, goroutine())
			return body(text)(ctx, c)
		}
	}
	execute(t, &Request{Plan: usersPlan(spy(twoUsers), spy(`{"data":{"_entities":[{"age":1},{"age":2}]}}`))})
	if me := goroutine(); len(ids) != 2 || ids[0] != me || ids[1] != me {
		t.Errorf("ran on %v, not on %s", ids, me)
	}
}

func TestNothingToLookUpIsNotSent(t *testing.T) {
	never := stub(func(context.Context, *subgraphs.Call) *subgraphs.Answer {
		t.Error("sent")
		return body(`{}`)(context.Background(), nil)
	})
	for _, text := range []string{`{"data":{"users":[]}}`, `{"data":{"users":null}}`, `{"data":{"users":[null,{"id":null}]}}`} {
		_, result := execute(t, &Request{Plan: usersPlan(body(text), never)})
		if result.Requests != 1 || result.Errors != 0 {
			t.Errorf("%s: %+v", text, result)
		}
	}
	// conditions: of the fetch, of the target
	p := usersPlan(body(twoUsers), never)
	p.Fetches[1].Cond = plan.Condition{{Mask: 1, Value: 1}}
	execute(t, &Request{Plan: p})
	p.Fetches[1].Cond = nil
	p.Fetches[1].Entries[0].Targets[0].Cond = plan.Condition{}
	execute(t, &Request{Plan: p, Bits: 1})
}

func TestConditionsOfOutputs(t *testing.T) {
	p := usersPlan(body(`{"data":{"users":[{"id":"1","name":"A"}]}}`), body(`{"data":{"_entities":[{"age":1}]}}`))
	user := p.Root.Slots[0].Child
	user.Classes[0][0].Cond = plan.Condition{{Mask: 3, Value: 1}, {Mask: 4, Value: 4}}
	user.Classes[0][1].Cond = plan.Condition{{Mask: 1, Value: 0}}
	for bits, want := range map[uint64]string{
		0: `{"age":1}`, 1: `{"name":"A"}`, 3: `{}`, 4: `{"name":"A","age":1}`, 7: `{"name":"A"}`,
	} {
		got, _ := execute(t, &Request{Plan: p, Bits: bits})
		if got != `{"data":{"users":[`+want+`]}}` {
			t.Errorf("bits %d: got %s", bits, got)
		}
	}
}

func TestCancelledBeforeTheStart(t *testing.T) {
	ctx, cancel := context.WithCancel(context.Background())
	cancel()
	out, result := New().Execute(ctx, &Request{Plan: usersPlan(body(twoUsers), body(`{}`)), Policy: open}, nil)
	if want := `{"data":{"users":null},"errors":[{"message":"The request was cancelled","path":["users"],"extensions":{"code":"REQUEST_CANCELLED","service":"s0"}}]}`; string(out) != want {
		t.Errorf("got %s", out)
	}
	if result.Requests != 0 {
		t.Errorf("%+v", result)
	}
}

func TestCancelledOnTheWay(t *testing.T) {
	// The first fetch has come, two of the next are out and do not listen.
	b := newBuilder()
	root := b.shape("Query")
	user := b.shape("User")
	b.field(root, "users", "[User]", user)
	b.field(user, "(id)", "ID", nil)
	b.field(user, "age", "Int", nil)
	b.field(user, "size", "Int", nil)
	b.field(user, "both", "Int", nil)
	b.collect(user)
	f := b.rootFetch(body(`{"data":{"users":[{"id":"1"}]}}`), b.decode(root, sub{"users", b.decode(user, "id")}))
	ctx, cancel := context.WithCancelCause(context.Background())
	var out sync.WaitGroup
	out.Add(2)
	release := make(chan struct{})
	var released atomic.Int32
	deaf := stub(func(_ context.Context, c *subgraphs.Call) *subgraphs.Answer {
		row := string(c.Rows[0][0])
		out.Done()
		<-release
		if row != string(c.Rows[0][0]) {
			t.Error("the call changed")
		}
		a := subgraphs.NewAnswer(func(*subgraphs.Answer) { released.Add(1) })
		a.Body = []byte(`{"data":{"_entities":[{"age":1}]}}`)
		return a
	})
	rep := representation(user, "User", "id")
	age := b.lookup(deaf, []plan.Target{target(rep, b.decode(user, "age"))}, f)
	size := b.lookup(deaf, []plan.Target{target(rep, b.decode(user, "size"))}, f)
	b.lookup(deaf, []plan.Target{target(rep, b.decode(user, "both"))}, age, size)
	go func() {
		out.Wait()
		cancel(nil)
	}()
	e := New()
	before := runtime.NumGoroutine()
	text, result := e.Execute(ctx, &Request{Plan: b.plan}, nil)
	if want := `{"data":{"users":[{"age":null,"size":null,"both":null}]},"errors":[`; !strings.HasPrefix(string(text), want) || strings.Count(string(text), "REQUEST_CANCELLED") != 3 {
		t.Errorf("got %s", text)
	}
	if result.Requests != 3 {
		t.Errorf("%+v", result)
	}
	close(release)
	for released.Load() != 2 || runtime.NumGoroutine() > before {
		runtime.Gosched()
	}
}

func TestDeadline(t *testing.T) {
	ctx, cancel := context.WithTimeout(context.Background(), 1)
	defer cancel()
	<-ctx.Done()
	out, _ := New().Execute(ctx, &Request{Plan: usersPlan(body(twoUsers), body(`{}`))}, nil)
	if !strings.Contains(string(out), subgraphs.CodeTimeout) {
		t.Errorf("got %s", out)
	}
}

func TestFailuresAreHeardOf(t *testing.T) {
	for _, c := range []struct {
		second stub
		code   string
	}{
		{failing(subgraphs.CodeStatus), subgraphs.CodeStatus},
		{body(`{`), subgraphs.CodeMalformed},
		{func(context.Context, *subgraphs.Call) *subgraphs.Answer { panic("bang") }, CodeInternal},
	} {
		var heard []string
		_, result := execute(t, &Request{Plan: usersPlan(body(twoUsers), c.second), OnFailure: func(f *plan.Fetch, err *subgraphs.FetchError) {
			heard = append(heard, f.Name+" "+err.Code)
			if c.code == CodeInternal && !strings.Contains(err.Error(), "bang") {
				t.Errorf("got %v", err)
			}
		}})
		if strings.Join(heard, ",") != "s1 "+c.code || result.Failed != 1 {
			t.Errorf("%s: heard %v, %+v", c.code, heard, result)
		}
	}
}

func TestAnswersAreReleasedOnce(t *testing.T) {
	var made, released atomic.Int32
	counted := func(s stub) stub {
		return func(ctx context.Context, c *subgraphs.Call) *subgraphs.Answer {
			a := subgraphs.NewAnswer(func(*subgraphs.Answer) { released.Add(1) })
			made.Add(1)
			a.Body = s(ctx, c).Body
			return a
		}
	}
	e := New()
	for _, second := range []string{`{"data":{"_entities":[{"age":1},{"age":2}]}}`, `no`} {
		e.Execute(context.Background(), &Request{Plan: usersPlan(counted(body(twoUsers)), counted(body(second)))}, nil)
	}
	if made.Load() != 4 || released.Load() != 4 {
		t.Errorf("%d made, %d released", made.Load(), released.Load())
	}
}

func TestGivenAnswers(t *testing.T) {
	p := usersPlan(stub(func(context.Context, *subgraphs.Call) *subgraphs.Answer {
		t.Error("sent")
		return nil
	}), body(`{"data":{"_entities":[{"age":1},{"age":2}]}}`))
	released := 0
	given := subgraphs.NewAnswer(func(*subgraphs.Answer) { released++ })
	given.Body = []byte(twoUsers)
	var seen []string
	got, result := execute(t, &Request{Plan: p, Given: []*subgraphs.Answer{given}, OnAnswer: func(f *plan.Fetch, a *subgraphs.Answer) {
		seen = append(seen, f.Name)
	}})
	if want := `{"data":{"users":[{"name":"A","age":1},{"name":"B","age":2}]}}`; got != want {
		t.Errorf("got %s", got)
	}
	if result.Requests != 1 || released != 1 || strings.Join(seen, " ") != "s0 s1" {
		t.Errorf("%+v, released %d, seen %v", result, released, seen)
	}
	// one that nothing needs is released as well
	p.Fetches[0].Cond = plan.Condition{}
	given.Renew(func(*subgraphs.Answer) { released++ })
	execute(t, &Request{Plan: p, Given: []*subgraphs.Answer{given}})
	if released != 2 {
		t.Errorf("released %d", released)
	}
}

func TestCallsCarryVariablesAndHeaders(t *testing.T) {
	b, ds := leafPlan(1)
	var call subgraphs.Call
	f := b.rootFetch(stub(func(ctx context.Context, c *subgraphs.Call) *subgraphs.Answer {
		call.Variables = append([][]byte(nil), c.Variables...)
		call.Header = c.Header
		return body(`{"data":{"a":1}}`)(ctx, c)
	}), ds[0])
	f.Variables = []int{2, 0, 1}
	execute(t, &Request{Plan: b.plan, Values: [][]byte{[]byte(`1`), nil, []byte(`{"x":1}`)}, Header: func(f *plan.Fetch) []subgraphs.HeaderField {
		return []subgraphs.HeaderField{{Name: "X", Value: f.Name}}
	}})
	if len(call.Variables) != 3 || string(call.Variables[0]) != `{"x":1}` || string(call.Variables[1]) != `1` || call.Variables[2] != nil {
		t.Errorf("variables %q", call.Variables)
	}
	if len(call.Header) != 1 || call.Header[0].Value != "s0" {
		t.Errorf("header %v", call.Header)
	}
}

func TestLocalFields(t *testing.T) {
	b, ds := leafPlan(1)
	root := b.plan.Root
	root.Classes[0] = append(root.Classes[0],
		plan.Output{Kind: plan.FromLocal, Key: "__schema", Prefix: []byte(`"__schema":`), Local: 0, Wrap: schema.WrapNamed(true), Coordinate: "Query.__schema"},
		plan.Output{Kind: plan.FromLocal, Key: "t", Prefix: []byte(`"t":`), Local: 1, Wrap: schema.WrapNamed(false), Coordinate: "Query.__type"},
		plan.Output{Kind: plan.Typename, Key: "n", Prefix: []byte(`"n":`), Wrap: schema.WrapNamed(true), Coordinate: "Query.__typename"})
	b.rootFetch(body(`{"data":{"a":1}}`), ds[0])
	got, _ := execute(t, &Request{Plan: b.plan, Local: [][]byte{[]byte(`{"types":[]}`)}})
	if want := `{"data":{"a":1,"__schema":{"types":[]},"t":null,"n":"Query"}}`; got != want {
		t.Errorf("got %s", got)
	}
	got, _ = execute(t, &Request{Plan: b.plan})
	if !strings.HasPrefix(got, `{"data":null,"errors":[{"message":"Cannot return null for non-nullable field Query.__schema.","path":["__schema"]`) {
		t.Errorf("got %s", got)
	}
}

// One Executor serves many requests at once, of plans of different size.
func TestConcurrentRequests(t *testing.T) {
	e := New()
	var all sync.WaitGroup
	for n := range 8 {
		all.Go(func() {
			for range 20 {
				p, want := chain(n+1, `{"data":{"_entities":[{"name":"x"}]}}`), 1<<(n+1)
				out, _ := e.Execute(context.Background(), &Request{Plan: p}, []byte("kept"))
				if !bytes.HasPrefix(out, []byte(`kept{"data":`)) || bytes.Count(out, []byte(`"x"`)) != want {
					t.Errorf("got %.100s", out)
				}
			}
		})
	}
	all.Wait()
}

func TestLargeBuffersAreDropped(t *testing.T) {
	var users []string
	for i := range 40_000 {
		users = append(users, fmt.Sprintf(`{"id":"%d","name":"x"}`, i))
	}
	p := usersPlan(body(`{"data":{"users":[`+strings.Join(users, ",")+`]}}`), rows(func(row string) string { return `{"age":"none"}` }))
	x := &state{workers: new(workers)}
	r := &Request{Plan: p}
	for range 2 { // the second has what the first has left
		x.begin(r)
		x.run(context.Background())
		if out := x.write(nil); !json.Valid(out) || bytes.Count(out, []byte(`"age":null`)) != 40_000 {
			t.Fatalf("got %.200s", out)
		}
		x.leave()
		x.end()
		size := 8*(cap(x.words)+cap(x.stack)) + cap(x.text) + cap(x.store.text)
		for _, c := range x.collections {
			size += 4 * cap(c)
		}
		for i := range x.fetches {
			fs := &x.fetches[i]
			size += cap(fs.text) + 40*cap(fs.rows) + 32*cap(fs.uses) + 16*cap(fs.members) + 24*cap(fs.flat) + 4*cap(fs.table)
			for _, row := range fs.flat[:cap(fs.flat)] {
				if row != nil {
					t.Fatal("a row is kept alive")
				}
			}
		}
		if size > 4<<20 {
			t.Errorf("%d bytes are kept", size)
		}
		if x.request != nil || x.plan != nil || x.dst != nil || x.body != nil || len(x.bufs[:cap(x.bufs)]) > 0 && x.bufs[:1][0] != nil {
			t.Error("something of the request is kept alive")
		}
	}
}
