package router

import (
	"encoding/binary"
	"net/http"
	"net/http/httptest"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/jensneuse/abstractlogger"
	"go.uber.org/zap"
	"go.uber.org/zap/zaptest/observer"

	"github.com/weft-graphql/weft/config"
	"github.com/weft-graphql/weft/subgraphs/demo/dataserver"
)

const fed2 = `extend schema @link(url: "https://specs.apollo.dev/federation/v2.7", import: ["@key", "@external", "@requires", "@override", "@shareable"])
`

// service is a subgraph of a test.
type service struct{ name, sdl string }

// serviceConfig starts subgraphs over one data set and returns a configuration of
// them, and the servers.
func serviceConfig(t testing.TB, data string, services ...service) (*config.Config, map[string]*dataserver.Server) {
	t.Helper()
	d, err := dataserver.ParseData([]byte(data))
	if err != nil {
		t.Fatal(err)
	}
	c := config.Default()
	c.Listen = "127.0.0.1:0"
	c.Log.Access = false
	servers := map[string]*dataserver.Server{}
	dir := t.TempDir()
	for _, s := range services {
		server, err := dataserver.New(dataserver.Options{Name: s.name, SDL: s.sdl, Data: d})
		if err != nil {
			t.Fatal(err)
		}
		h := httptest.NewServer(server)
		t.Cleanup(h.Close)
		servers[s.name] = server
		file := filepath.Join(dir, s.name+".graphql")
		writeFile(t, file, s.sdl)
		c.Subgraphs = append(c.Subgraphs, config.Subgraph{
			Name: s.name, URL: h.URL,
			Schema: config.Schema{Source: "file", File: file, OnUnavailable: "fail", Timeout: c.TrafficShaping.All.RequestTimeout},
		})
	}
	c.Expand()
	return c, servers
}

// The prices of a move from b; b and a answer differently.
const labelData = `{
	"types": {"P": [{"id": "1", "name": "new", "stock": 7, "price": 3}]},
	"roots": {"Query.ps": {"list": "P"}},
	"computed": {"P.shout": ["concat", ["path", "name"], "!"]},
	"subgraphs": {"a": {"patch": {"P": [{"match": {"id": "1"}, "set": {"name": "old", "price": 2}}]}}}}`

func labelServices() []service {
	return []service{
		{"a", fed2 + `type Query { ps: [P] } type P @key(fields: "id") { id: ID! name: String price: Int stock: Int }`},
		{"b", fed2 + `type P @key(fields: "id") { id: ID! name: String @override(from: "a", label: "moved") price: Int @override(from: "a", label: "percent(25)") }`},
	}
}

// bySeed takes the seed of a request from a header.
func bySeed(o *Options) {
	o.Seed = func(r *http.Request) uint64 {
		var seed [8]byte
		copy(seed[:], r.Header.Get("Seed"))
		return binary.LittleEndian.Uint64(seed[:])
	}
}

func labelled(name string, percent float64) config.OverrideLabel {
	p := config.Percent(percent)
	return config.OverrideLabel{Name: name, Percent: &p}
}

func switched(name string, on bool) config.OverrideLabel {
	return config.OverrideLabel{Name: name, Enabled: &on}
}

// TestOverrideLabels moves fields from one subgraph to another: not at all, at
// once, and for a share of the requests.
func TestOverrideLabels(t *testing.T) {
	const query = `{ps{name price}}`
	const requests = 400
	for _, tc := range []struct {
		name   string
		labels []config.OverrideLabel
		// How many of 100 requests get the new name and the new price, about.
		newName, newPrice int
	}{
		{"nothing configured", nil, 0, 25},
		{"off", []config.OverrideLabel{switched("moved", false), switched("percent(25)", false)}, 0, 0},
		{"on", []config.OverrideLabel{switched("moved", true), switched("percent(25)", true)}, 100, 100},
		{"for some", []config.OverrideLabel{labelled("moved", 60), labelled("percent(25)", 10.5)}, 60, 10},
		{"for none and all", []config.OverrideLabel{labelled("moved", 0), labelled("percent(25)", 100)}, 0, 100},
	} {
		t.Run(tc.name, func(t *testing.T) {
			c, servers := serviceConfig(t, labelData, labelServices()...)
			c.OverrideLabels = tc.labels
			r := newRouter(t, c, bySeed)
			var names, prices, both int
			for i := range requests {
				var seed [8]byte
				binary.LittleEndian.PutUint64(seed[:], uint64(i)*0x9e3779b97f4a7c15)
				// Headers hold no zero bytes and the like.
				text := strings.Map(func(c rune) rune { return 'a' + c%26 }, string(seed[:]))
				servers["b"].ResetCounters()
				first := ask(r, query, "Seed", text).Body.String()
				moved := strings.Contains(first, `"name":"new"`)
				cheaper := strings.Contains(first, `"price":3`)
				if !moved && !strings.Contains(first, `"name":"old"`) || !cheaper && !strings.Contains(first, `"price":2`) {
					t.Fatal(first)
				}
				if asked := servers["b"].Requests() > 0; asked != (moved || cheaper) {
					t.Fatalf("b was asked: %v: %s", asked, first)
				}
				if second := ask(r, query, "Seed", text).Body.String(); second != first {
					t.Fatalf("the same seed gives %s and %s", first, second)
				}
				count(&names, moved)
				count(&prices, cheaper)
				count(&both, moved && cheaper)
			}
			about := func(what string, got, percent int) {
				t.Helper()
				if want := requests * percent / 100; got < want-requests/12 || got > want+requests/12 || percent%100 == 0 && got != want {
					t.Errorf("%s: %d of %d, want about %d", what, got, requests, want)
				}
			}
			about("new names", names, tc.newName)
			about("new prices", prices, tc.newPrice)
			// Labels are drawn each by itself.
			about("both", both, tc.newName*tc.newPrice/100)
		})
	}
}

func count(n *int, yes bool) {
	if yes {
		*n++
	}
}

// Labels make other plans only of operations whose fetches they change.
func TestLabelsInPlanCache(t *testing.T) {
	c, _ := serviceConfig(t, labelData, append(labelServices(),
		service{"c", fed2 + `type P @key(fields: "id") { id: ID! name: String @external shout: String @requires(fields: "name") }`})...)
	c.OverrideLabels = []config.OverrideLabel{labelled("percent(25)", 50)}
	r := newRouter(t, c, bySeed)
	g := r.Generation()
	defer g.Release()
	plans := 0
	for _, tc := range []struct {
		query string
		more  int
	}{
		{`{ps{stock}}`, 1},
		{`{ps{price}}`, 2},
		{`{ps{stock name}}`, 1},
		{`{__typename}`, 1},
	} {
		for _, seed := range []string{"a", "b", "c", "d", "e", "f", "g", "h", "i", "j", "k", "l"} {
			if w := ask(r, tc.query, "Seed", seed); strings.Contains(w.Body.String(), "errors") {
				t.Fatal(w.Body)
			}
		}
		_, stats := g.CacheStats()
		if stats.Entries-plans != tc.more {
			t.Errorf("%s: %d plans, want %d", tc.query, stats.Entries-plans, tc.more)
		}
		plans = stats.Entries
	}
}

// A label moves a field that is only required, too.
func TestLabelOfRequirement(t *testing.T) {
	c, _ := serviceConfig(t, labelData, append(labelServices(),
		service{"c", fed2 + `type P @key(fields: "id") { id: ID! name: String @external shout: String @requires(fields: "name") }`})...)
	for on, want := range map[bool]string{false: "old!", true: "new!"} {
		c := *c
		c.OverrideLabels = []config.OverrideLabel{switched("moved", on)}
		r := newRouter(t, &c)
		if got := ask(r, `{ps{shout}}`).Body.String(); got != `{"data":{"ps":[{"shout":"`+want+`"}]}}` {
			t.Errorf("%v: %s", on, got)
		}
	}
}

// Changed labels need no new planner, and each generation goes by its own.
func TestLabelsReload(t *testing.T) {
	c, _ := serviceConfig(t, labelData, labelServices()...)
	r := newRouter(t, c)
	before := r.Generation()
	defer before.Release()
	if got := ask(r, `{ps{name}}`).Body.String(); !strings.Contains(got, "old") {
		t.Error(got)
	}
	next := *c
	next.OverrideLabels = []config.OverrideLabel{switched("moved", true)}
	if err := r.Reload(t.Context(), &next); err != nil {
		t.Fatal(err)
	}
	if got := ask(r, `{ps{name}}`).Body.String(); !strings.Contains(got, "new") {
		t.Error(got)
	}
	after := r.Generation()
	defer after.Release()
	if !after.SameEngine(before) {
		t.Error("the planner was made again")
	}
}

// observed is a logger whose lines a test can read.
func observed() (abstractlogger.Logger, *observer.ObservedLogs) {
	core, logs := observer.New(zap.InfoLevel)
	return abstractlogger.NewZapLogger(zap.New(core), abstractlogger.InfoLevel), logs
}

// A label that the graph does not have is worth a warning, once.
func TestUnknownLabel(t *testing.T) {
	c, _ := serviceConfig(t, labelData, labelServices()...)
	c.OverrideLabels = []config.OverrideLabel{switched("mvoed", true), switched("moved", true)}
	log, lines := observed()
	r := newRouter(t, c, func(o *Options) { o.Logger = log })
	got := lines.FilterMessageSnippet("override label").All()
	if len(got) != 1 || got[0].ContextMap()["label"] != "mvoed" {
		t.Errorf("%v", got)
	}
	if err := r.Reload(t.Context(), c); err != nil {
		t.Fatal(err)
	}
	if got := lines.FilterMessageSnippet("override label").All(); len(got) != 1 {
		t.Errorf("told again: %v", got)
	}
	if got := ask(r, `{ps{name}}`).Body.String(); !strings.Contains(got, "new") {
		t.Error(got)
	}
}

// Equal operations in flight are not shared when their labels differ.
func TestLabelsInDedupeKey(t *testing.T) {
	rq := &request{router: &Router{}, name: []byte("N")}
	c, _ := serviceConfig(t, labelData, labelServices()...)
	r := newRouter(t, c)
	rq.gen = r.Generation()
	defer rq.gen.Release()
	off := appendKey(nil, rq)
	rq.labels = 1
	if on := appendKey(nil, rq); slices.Equal(on, off) {
		t.Errorf("%q", on)
	}
}
