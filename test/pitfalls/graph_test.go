package pitfalls

import (
	"context"
	"encoding/json"
	"fmt"
	"net/http"
	"reflect"
	"slices"
	"strings"
	"sync"
	"testing"

	"github.com/weft-graphql/weft/planner/schema"
	"github.com/weft-graphql/weft/planner/supergraph"
	"github.com/weft-graphql/weft/subgraphs"
	"github.com/weft-graphql/weft/subgraphs/demo/dataserver"
	"github.com/weft-graphql/weft/test/federation"
)

// fed2 links the directives that the schemas here use.
const fed2 = `extend schema @link(url: "https://specs.apollo.dev/federation/v2.7", import: ["@key", "@external",
	"@requires", "@provides", "@shareable", "@override", "@inaccessible", "@interfaceObject"]) `

// world is a graph and how its subgraphs behave.
type world struct {
	*federation.Graph

	mu     sync.Mutex
	order  []string // the subgraphs in the order in which requests arrived
	faults map[string][]dataserver.Fault
	calls  []string // the rows and variables of all calls, byte for byte
}

// recorder is a client that keeps what is sent, before anything decodes it.
type recorder struct {
	subgraphs.Client
	w *world
}

type recorded struct {
	subgraphs.Prepared
	w *world
}

// Prepare implements subgraphs.Client.
func (c recorder) Prepare(spec *subgraphs.FetchSpec) (subgraphs.Prepared, error) {
	p, err := c.Client.Prepare(spec)
	if err != nil {
		return nil, err
	}
	return recorded{p, c.w}, nil
}

// Fetch implements subgraphs.Prepared.
func (p recorded) Fetch(ctx context.Context, call *subgraphs.Call) *subgraphs.Answer {
	text := p.Text()
	for _, rows := range call.Rows {
		for _, row := range rows {
			text += "\n" + string(row)
		}
	}
	for _, v := range call.Variables {
		text += "\n" + string(v)
	}
	p.w.mu.Lock()
	p.w.calls = append(p.w.calls, text)
	p.w.mu.Unlock()
	return p.Prepared.Fetch(ctx, call)
}

// calledWith checks that the calls of the last operation contain these bytes.
func (w *world) calledWith(t *testing.T, texts ...string) {
	t.Helper()
	all := strings.Join(w.calls, "\n")
	for _, text := range texts {
		if !strings.Contains(all, text) {
			t.Errorf("no call has %s:\n%s", text, all)
		}
	}
}

// sdl is one subgraph. A text that starts with federation1, or links something
// itself, is taken as it is; all others get the federation 2 link.
type sdl struct{ name, text string }

// federation1 marks a schema that links nothing.
const federation1 = "# federation 1\n"

// compose composes the subgraphs and starts them, which may fail.
func compose(t *testing.T, data string, services ...sdl) (*world, error) {
	t.Helper()
	return join(t, data, "", services...)
}

// join is compose for a supergraph that is there already, unless it is empty.
func join(t *testing.T, data, joined string, services ...sdl) (*world, error) {
	t.Helper()
	d, err := dataserver.ParseData([]byte(data))
	if err != nil {
		t.Fatal(err)
	}
	w := &world{faults: map[string][]dataserver.Fault{}}
	var all []federation.Subgraph
	for _, s := range services {
		text := s.text
		if !strings.HasPrefix(text, federation1) && !strings.Contains(text, "@link(") {
			text = fed2 + text
		}
		all = append(all, federation.Subgraph{Name: s.name, SDL: text})
	}
	w.Graph, err = federation.New(t, all, d, federation.Options{Supergraph: joined, KeepLog: true, Fault: w.fault,
		Wrap: func(_ string, c subgraphs.Client) subgraphs.Client { return recorder{c, w} }})
	return w, err
}

// start is compose for graphs that have to compose.
func start(t *testing.T, data string, services ...sdl) *world {
	t.Helper()
	w, err := compose(t, data, services...)
	if err != nil {
		t.Fatalf("composition: %v", err)
	}
	return w
}

func (w *world) fault(subgraph string, _ *http.Request) *dataserver.Fault {
	w.mu.Lock()
	defer w.mu.Unlock()
	w.order = append(w.order, subgraph)
	if list := w.faults[subgraph]; len(list) > 0 {
		w.faults[subgraph] = list[1:]
		return &list[0]
	}
	return nil
}

// answerWith makes the subgraph answer its next requests with these bodies.
func (w *world) answerWith(subgraph string, bodies ...string) {
	for _, b := range bodies {
		w.faults[subgraph] = append(w.faults[subgraph], dataserver.Fault{Body: []byte(b)})
	}
}

// api is the schema that clients see.
func (w *world) api() string {
	return schema.Print(supergraph.APISchema(w.Supergraph.Definition))
}

// answer is what one operation gave.
type answer struct {
	t *testing.T
	w *world
	r *federation.Response
	// op is the operation, for messages.
	op string
}

// do answers an operation; counters and logs start anew.
func (w *world) do(t *testing.T, op string, variables ...string) *answer {
	t.Helper()
	return w.doLabels(t, 0, op, variables...)
}

// doLabels is do with override labels active.
func (w *world) doLabels(t *testing.T, labels uint64, op string, variables ...string) *answer {
	t.Helper()
	w.Requests()
	w.order, w.calls = nil, nil
	a := &answer{t: t, w: w, op: op}
	var vars []byte
	if len(variables) > 0 {
		vars = []byte(variables[0])
	}
	parsed, errs := w.Front.Parse(op, "")
	if len(errs) > 0 {
		a.r = &federation.Response{}
		for _, e := range errs {
			a.r.Errors = append(a.r.Errors, map[string]any{"message": e.Error()})
		}
		return a
	}
	p, err := w.Planner.Plan(context.Background(), parsed, labels)
	if err != nil {
		t.Fatalf("planning %s: %v", op, err)
	}
	if a.r, err = w.Run(context.Background(), parsed, p, vars); err != nil {
		t.Fatalf("%s: %v", op, err)
	}
	return a
}

func (a *answer) errorf(format string, args ...any) {
	a.t.Helper()
	errs, _ := json.Marshal(a.r.Errors)
	plan := ""
	if a.r.Plan != nil {
		plan = a.r.Plan.Text()
	}
	a.t.Errorf("%s\noperation %s\nresponse %s\nerrors %s\nplan %s", fmt.Sprintf(format, args...), a.op, a.r.Raw, errs, plan)
	for _, s := range a.w.Servers {
		for _, l := range s.Log() {
			v, _ := json.Marshal(l.Variables)
			a.t.Logf("sent to %s: %s %s", s.Name(), l.Query, v)
		}
	}
}

// gives checks the data and that there are just these errors: each "path" or
// "path CODE". Data is compared as bytes when it matters that keys have an
// order and numbers their digits, so it is written as the response has it.
func (a *answer) gives(data string, errs ...string) *answer {
	a.t.Helper()
	return a.has(data).failsAt(errs...)
}

// has checks the data alone.
func (a *answer) has(data string) *answer {
	a.t.Helper()
	if got := string(member(a.r.Raw, "data")); got != data {
		a.errorf("data differs\n got %s\nwant %s", got, data)
	}
	return a
}

// failures are the errors, each as "path CODE".
func (a *answer) failures() []string {
	var got []string
	for _, e := range a.r.Errors {
		e := e.(map[string]any)
		path, _ := e["path"].([]any)
		var parts []string
		for _, p := range path {
			parts = append(parts, fmt.Sprint(p))
		}
		code := ""
		if ext, ok := e["extensions"].(map[string]any); ok {
			code = fmt.Sprint(ext["code"])
		}
		got = append(got, strings.Join(parts, ".")+" "+code)
	}
	return got
}

func fits(got, want string) bool {
	return got == want || !strings.Contains(want, " ") && strings.HasPrefix(got, want+" ")
}

// failsAlso checks that there is such an error, whatever others there are.
func (a *answer) failsAlso(want string) *answer {
	a.t.Helper()
	if got := a.failures(); !slices.ContainsFunc(got, func(g string) bool { return fits(g, want) }) {
		a.errorf("no error %q, but %q", want, got)
	}
	return a
}

// failsAt checks the errors alone.
func (a *answer) failsAt(want ...string) *answer {
	a.t.Helper()
	got := a.failures()
	left := slices.Clone(got)
	ok := len(got) == len(want)
	for _, w := range want {
		i := slices.IndexFunc(left, func(g string) bool { return fits(g, w) })
		if i < 0 {
			ok = false
			break
		}
		left = slices.Delete(left, i, i+1)
	}
	if !ok {
		a.errorf("errors differ\n got %q\nwant %q", got, want)
	}
	return a
}

// refused checks that the operation was refused before execution, with a
// message that contains the text, and that no subgraph was asked.
func (a *answer) refused(text string) *answer {
	a.t.Helper()
	all, _ := json.Marshal(a.r.Errors)
	if len(a.r.Errors) == 0 || a.r.Data != nil || !strings.Contains(string(all), text) {
		a.errorf("the operation should be refused with %q", text)
	}
	return a.asked("")
}

// asked checks which subgraphs were asked, in any order: "a b b" is one request
// to a and two to b.
func (a *answer) asked(want string) *answer {
	a.t.Helper()
	got := slices.Clone(a.w.order)
	slices.Sort(got)
	if s := strings.Join(got, " "); s != want {
		a.errorf("subgraphs asked: %q, want %q", s, want)
	}
	return a
}

// waves checks the length of the longest chain of fetches.
func (a *answer) waves(n int) *answer {
	a.t.Helper()
	if a.r.Plan == nil || a.r.Plan.Waves != n {
		a.errorf("the plan should have %d waves", n)
	}
	return a
}

// log are the requests that a subgraph received.
func (a *answer) log(subgraph string) []dataserver.LogEntry {
	for _, s := range a.w.Servers {
		if s.Name() == subgraph {
			return s.Log()
		}
	}
	a.t.Fatalf("no subgraph %s", subgraph)
	return nil
}

// text is all queries that a subgraph received.
func (a *answer) text(subgraph string) string {
	var b strings.Builder
	for _, l := range a.log(subgraph) {
		b.WriteString(l.Query + "\n")
	}
	return b.String()
}

// sent checks that the subgraph's requests contain a text, or that they do not
// when it begins with "!".
func (a *answer) sent(subgraph string, texts ...string) *answer {
	a.t.Helper()
	all := a.text(subgraph)
	for _, text := range texts {
		text, not := strings.CutPrefix(text, "!")
		if strings.Contains(all, text) == not {
			a.errorf("requests of %s: %q wanted: %v", subgraph, text, !not)
		}
	}
	return a
}

// represents checks all representations that a subgraph received, of all its
// requests and entries, in any order.
func (a *answer) represents(subgraph string, want ...string) *answer {
	a.t.Helper()
	var got []string
	for _, l := range a.log(subgraph) {
		for _, v := range l.Variables {
			list, _ := v.([]any)
			for _, item := range list {
				if m, ok := item.(map[string]any); ok && m["__typename"] != nil {
					got = append(got, canonical(a.t, item))
				}
			}
		}
	}
	var sorted []string
	for _, w := range want {
		var v any
		d := json.NewDecoder(strings.NewReader(w))
		d.UseNumber()
		if err := d.Decode(&v); err != nil {
			a.t.Fatal(err)
		}
		sorted = append(sorted, canonical(a.t, v))
	}
	slices.Sort(got)
	slices.Sort(sorted)
	if !reflect.DeepEqual(got, sorted) {
		a.errorf("representations of %s\n got %s\nwant %s", subgraph, got, sorted)
	}
	return a
}

func canonical(t *testing.T, v any) string {
	t.Helper()
	b, err := json.Marshal(v)
	if err != nil {
		t.Fatal(err)
	}
	return string(b)
}

// member is a member of a JSON object, byte for byte.
func member(object []byte, name string) json.RawMessage {
	var m map[string]json.RawMessage
	if err := json.Unmarshal(object, &m); err != nil {
		return nil
	}
	return m[name]
}
