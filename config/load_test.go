package config

import (
	"bytes"
	"errors"
	"maps"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/google/go-cmp/cmp/cmpopts"
)

// noEnv is an environment without variables; nil would mean the process's own.
var noEnv = []string{}

func load(t *testing.T, yaml string) *Loaded {
	t.Helper()
	l, err := Load(Options{Sources: []Source{{Name: "router.yaml", Data: []byte(yaml)}}, Environ: noEnv})
	if err != nil {
		t.Fatalf("unexpected errors:\n%v", err)
	}
	return l
}

func TestSample(t *testing.T) {
	l, err := Load(Options{Files: []string{"testdata/router.yaml"}, Environ: []string{"INVENTORY_KEY=k1"}})
	if err != nil {
		t.Fatal(err)
	}
	c := l.Config
	if c.Listen != "0.0.0.0:4000" || c.Limits.MaxDepth != 15 || c.Limits.MaxAliases != 30 || c.Limits.Mode != "measure" {
		t.Errorf("listen %q, limits %+v", c.Listen, c.Limits)
	}
	if !c.Introspection.Enabled || !c.Playground.Enabled || c.Playground.Path != "/playground" || !c.Watch.Enabled || c.Watch.Debounce.Std() != 50*time.Millisecond {
		t.Errorf("introspection %+v, playground %+v, watch %+v", c.Introspection, c.Playground, c.Watch)
	}
	if s := c.Subgraph("products").Schema; s.Source != "auto" || s.Timeout.Std() != 10*time.Second {
		t.Errorf("products: schema %+v", s)
	}
	if s := c.Subgraph("reviews"); s.Schema.Source != "file" || s.Schema.File != filepath.Join("testdata", "schemas", "reviews.graphql") || s.Timeout != nil || s.Headers != nil {
		t.Errorf("reviews: %+v", s)
	}
	if s := c.Subgraph("inventory").Schema; s.Source != "service" || s.Headers["x-key"] != "k1" || s.OnUnavailable != "last_good" || s.PollInterval.Std() != 30*time.Second {
		t.Errorf("inventory: schema %+v", s)
	}
	en := "en"
	want := []HeaderRule{
		{Propagate: &PropagateHeader{Named: "authorization"}},
		{Propagate: &PropagateHeader{Matching: "^x-b3-"}},
		{Propagate: &PropagateHeader{Named: "accept-language", Rename: "x-language", Default: &en}},
		{Remove: &RemoveHeader{Named: "x-b3-debug"}},
		{Propagate: &PropagateHeader{Named: "x-tenant"}},
		{Insert: &InsertHeader{Name: "x-api-key", Value: "s3cr3t"}},
	}
	if diff := cmp.Diff(want, c.RequestHeaders("reviews")); diff != "" {
		t.Errorf("header rules (-want +got):\n%s", diff)
	}
	if got := c.RequestHeaders("products"); len(got) != 4 {
		t.Errorf("products has %d header rules, want 4", len(got))
	}
	base := Traffic{RequestTimeout: Duration(10 * time.Second), DedupeEnabled: true, MaxResponseBodySize: 5 << 20, MaxConnectionsPerHost: 512, PoolIdleTimeout: Duration(30 * time.Second)}
	products, reviews := base, base
	products.DedupeEnabled = false
	reviews.RequestTimeout = Duration(3 * time.Second)
	for name, want := range map[string]Traffic{"products": products, "reviews": reviews, "inventory": base} {
		if diff := cmp.Diff(want, c.TrafficFor(name)); diff != "" {
			t.Errorf("%s: traffic (-want +got):\n%s", name, diff)
		}
	}
	var files []string
	wd, _ := os.Getwd()
	for _, f := range l.Files {
		rel, _ := filepath.Rel(wd, f)
		files = append(files, filepath.ToSlash(rel))
	}
	if diff := cmp.Diff([]string{"testdata/router.yaml", "testdata/schemas/reviews.graphql", "testdata/secrets/reviews.key"}, files); diff != "" {
		t.Errorf("files (-want +got):\n%s", diff)
	}
	out, err := l.Print()
	if err != nil {
		t.Fatal(err)
	}
	golden(t, "testdata/router.printed.yaml", bytes.ReplaceAll(out, []byte(`\`), []byte("/"))) // Windows paths
	for _, secret := range []string{"s3cr3t", "k1"} {
		if bytes.Contains(out, []byte(secret)) {
			t.Errorf("printing shows the secret %q", secret)
		}
	}
}

// What is printed means the same when it is read again, secrets aside.
func TestPrintRoundTrip(t *testing.T) {
	for name, yaml := range map[string]string{
		"short": "subgraphs: [{name: a, url: 'http://a/graphql', timeout: 90s, headers: {forward: [x]}}]\nheaders: {forward: [y], all: {request: [{remove: {named: z}}]}}\n",
		"text":  "subgraphs: [{name: a, url: 'http://a/$${x}', schema: 'true.graphql'}]\nheaders: {all: {request: [{propagate: {named: a, default: '$${env.X}'}}]}}\n",
		"super": "supergraph: {path: /s.graphql}\nsubgraphs: [{name: a, timeout: 1500ms}]\ntraffic_shaping: {router: {dedupe: {ignore_headers: []}}}\n",
		"sizes": "supergraph: {url: 'https://x/y', poll_interval: 1h30m}\nlimits: {max_response_size: 0, max_depth: 0}\ncaches: {plans: 1025}\n",
	} {
		t.Run(name, func(t *testing.T) {
			first := load(t, yaml)
			out, err := first.Print()
			if err != nil {
				t.Fatal(err)
			}
			if diff := cmp.Diff(first.Config, load(t, string(out)).Config, cmpopts.IgnoreFields(Config{}, "Place", "Written"), cmp.Transformer("empty", func(s []string) []string { return append([]string{}, s...) })); diff != "" {
				t.Errorf("(-first +again):\n%s\n%s", diff, out)
			}
		})
	}
}

func TestPrintMasks(t *testing.T) {
	l, err := Load(Options{
		Sources: []Source{{Name: "r", Data: []byte(`
subgraphs:
  - {name: a, url: "https://user:hunter2@host:1/x?path=/y", timeout: "${env.T}", schema: {url: "${env.URL}"}}
headers: {forward: ["${env.H}"], all: {request: [{insert: {name: i, value: literal}}]}}
supergraph: {url: "https://x/y", headers: {authorization: Bearer abc}}
`[1:])}},
		Environ: []string{"T=7s", "URL=http://very/private", "H=x-private"},
	})
	// The schema beside the supergraph is refused; all else is there to print.
	var errs Errors
	if !errors.As(err, &errs) || len(errs) != 1 || errs[0].Code != CodeConflict {
		t.Fatal(err)
	}
	out, err := l.Print()
	if err != nil {
		t.Fatal(err)
	}
	for _, secret := range []string{"hunter2", "7s", "private", "literal", "abc"} {
		if strings.Contains(string(out), secret) {
			t.Errorf("%q is shown in\n%s", secret, out)
		}
	}
	if want := "https://user:********@host:1/x?path=/y"; !strings.Contains(string(out), want) {
		t.Errorf("%q is not in\n%s", want, out)
	}
}

func TestLayers(t *testing.T) {
	dir := t.TempDir()
	write := func(name, text string) string {
		path := filepath.Join(dir, name)
		if err := os.MkdirAll(filepath.Dir(path), 0o755); err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(path, []byte(text), 0o644); err != nil {
			t.Fatal(err)
		}
		return path
	}
	base := write("base/router.yaml", `
subgraphs:
  - {name: accounts, url: http://a1/graphql, schema: {file: a.graphql}, timeout: 1s}
  - {name: Products, url: http://p1/graphql}
limits: {max_depth: 5, max_aliases: 6, max_fields: 7, max_tokens: 8}
headers: {forward: [a, b]}
listen: ${env.UNSET}
`[1:])
	over := write("over/router.yaml", `
subgraphs:
  - {name: reviews, url: http://r2/graphql, schema: r.graphql}
  - {name: accounts, url: http://a2/graphql}
limits: {max_aliases: 60, max_fields: 70, max_tokens: 80, max_depth: }
headers: {forward: [c]}
playground: true
`[1:])
	l, err := Load(Options{
		Files: []string{base, over},
		Environ: []string{
			"WEFT_LIMITS__MAX_FIELDS=700", "weft_limits__max_tokens=1", "WEFT_limits__Max_Tokens=800",
			"WEFT_SUBGRAPHS__accounts__URL=http://a3/graphql", "WEFT_SUBGRAPHS__PRODUCTS__URL=http://p3/graphql",
			"WEFT_SUBGRAPHS__new__URL=http://n3/graphql", "WEFT_HEADERS__FORWARD=d, e",
			"WEFT_HEADERS__ALL__REQUEST=[{remove: {named: x}}]", "WEFT_INTROSPECTION=true",
			"WEFT_SUBGRAPHS__new__SCHEMA=n.graphql", "WEFT_SUBGRAPHS__reviews__SCHEMA__HEADERS__X=", "WEFT_CORPUS=/c",
		},
		Flags: map[string]string{"limits.max_tokens": "8000", "listen": ":1", "subgraphs.Products.timeout": "9s", "playground": "false"},
	})
	if err != nil {
		t.Fatal(err)
	}
	c := l.Config
	urls := map[string]string{}
	var names []string
	for _, s := range c.Subgraphs {
		urls[s.Name] = s.URL
		names = append(names, s.Name)
	}
	if diff := cmp.Diff([]string{"accounts", "Products", "reviews", "new"}, names); diff != "" {
		t.Errorf("names (-want +got):\n%s", diff)
	}
	if want := map[string]string{"accounts": "http://a3/graphql", "Products": "http://p3/graphql", "reviews": "http://r2/graphql", "new": "http://n3/graphql"}; !maps.Equal(urls, want) {
		t.Errorf("urls %v", urls)
	}
	got := []int{c.Limits.MaxDepth, c.Limits.MaxAliases, c.Limits.MaxFields, c.Limits.MaxTokens}
	if !slices.Equal(got, []int{20, 60, 700, 8000}) {
		t.Errorf("limits %v", got)
	}
	if c.Listen != ":1" || !c.Introspection.Enabled || c.Playground.Enabled {
		t.Errorf("listen %q, introspection %v, playground %v", c.Listen, c.Introspection, c.Playground)
	}
	if a := c.Subgraph("accounts").Schema.File; a != filepath.Join(dir, "base", "a.graphql") {
		t.Errorf("accounts' schema is %s", a)
	}
	if r := c.Subgraph("reviews").Schema.File; r != filepath.Join(dir, "over", "r.graphql") {
		t.Errorf("reviews' schema is %s", r)
	}
	if n := c.Subgraph("new").Schema.File; n != "n.graphql" {
		t.Errorf("new's schema is %s", n)
	}
	var forwarded []string
	for _, r := range c.Headers.All.Request {
		if r.Propagate != nil {
			forwarded = append(forwarded, r.Propagate.Named)
		}
	}
	if !slices.Equal(forwarded, []string{"d", "e"}) || len(c.Headers.All.Request) != 3 {
		t.Errorf("header rules %+v", c.Headers.All.Request)
	}
	if tr := c.TrafficFor("Products"); tr.RequestTimeout.Std() != 9*time.Second {
		t.Errorf("Products' timeout is %v", tr.RequestTimeout)
	}

	for path, want := range map[string]Position{
		"subgraphs.accounts":                                 {base, 2, 5},
		"subgraphs.accounts.url":                             {"WEFT_SUBGRAPHS__accounts__URL", 0, 0},
		"subgraphs.accounts.name":                            {base, 2, 12},
		"subgraphs.reviews.schema.file":                      {over, 2, 53},
		"subgraphs.reviews.schema.absent":                    {over, 2, 53},
		"listen":                                             {"--listen", 0, 0},
		"limits.max_aliases":                                 {over, 4, 23},
		"traffic_shaping.subgraphs.accounts.request_timeout": {base, 2, 82},
		"headers.all.request.0.propagate.named":              {"WEFT_HEADERS__FORWARD", 0, 0},
		"headers.all.request.2.remove.named":                 {"WEFT_HEADERS__ALL__REQUEST", 0, 0},
	} {
		if got, _ := l.Position(path); got != want {
			t.Errorf("position of %s: %v, want %v", path, got, want)
		}
	}
	if _, given := l.Position("grace_period"); given {
		t.Error("a default claims to have been given")
	}
}

// A short form in a stronger layer must not mix with the long form below it.
func TestScalarFormReplaces(t *testing.T) {
	l, err := Load(Options{Environ: noEnv, Sources: []Source{
		{Name: "1", Data: []byte("subgraphs: [{name: a, url: 'http://a/', schema: {file: x.graphql, on_unavailable: omit}}]\nplayground: {path: /p}\n")},
		{Name: "2", Data: []byte("subgraphs: [{name: a, schema: auto}]\nplayground: true\n")},
	}})
	if err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff(Schema{Source: "auto", OnUnavailable: "fail", Timeout: Duration(10 * time.Second)}, l.Config.Subgraphs[0].Schema); diff != "" {
		t.Errorf("(-want +got):\n%s", diff)
	}
	if p := l.Config.Playground; !p.Enabled || p.Path != "/p" {
		t.Errorf("playground %+v", p)
	}
}

func TestAnchorsAndMergeKeys(t *testing.T) {
	l := load(t, `
subgraphs:
  - &a {name: a, url: http://a/graphql, timeout: 5s}
  - {<<: *a, name: b}
  - {<<: [*a], name: c, timeout: 1s}
`)
	for name, want := range map[string]time.Duration{"a": 5 * time.Second, "b": 5 * time.Second, "c": time.Second} {
		if s := l.Config.Subgraph(name); s == nil || s.URL != "http://a/graphql" || l.Config.TrafficFor(name).RequestTimeout.Std() != want {
			t.Errorf("%s: %+v", name, s)
		}
	}
}

func TestExpandIsIdempotent(t *testing.T) {
	timeout := Duration(time.Second)
	c := Default()
	c.Headers.Forward = []string{"a"}
	c.Subgraphs = []Subgraph{{Name: "s", Timeout: &timeout, Schema: Schema{Source: "auto", File: "f"}}}
	c.Expand()
	once, err := (&Loaded{Config: c}).Print()
	if err != nil {
		t.Fatal(err)
	}
	c.Expand()
	twice, err := (&Loaded{Config: c}).Print()
	if err != nil {
		t.Fatal(err)
	}
	if !bytes.Equal(once, twice) || !bytes.Contains(once, []byte("request_timeout: 1s")) || !bytes.Contains(once, []byte("source: file")) {
		t.Errorf("once:\n%s\ntwice:\n%s", once, twice)
	}
}

// Two loads must not share what their defaults point to.
func TestDefaultsAreNotShared(t *testing.T) {
	a, b := Default(), Default()
	a.TrafficShaping.Router.Dedupe.IgnoreHeaders[0] = "changed"
	if b.TrafficShaping.Router.Dedupe.IgnoreHeaders[0] == "changed" {
		t.Error("a list is shared")
	}
}

func TestFindsDefaultFile(t *testing.T) {
	t.Chdir(t.TempDir())
	l, err := Load(Options{Environ: noEnv})
	var errs Errors
	if !errors.As(err, &errs) || len(errs) != 1 || errs[0].Code != CodeFile || errs[0].File != "router.yaml" {
		t.Fatalf("without a file: %v", err)
	}
	if len(l.Files) != 2 {
		t.Errorf("watching %v for the file to appear", l.Files)
	}
	if err := os.WriteFile("router.yml", []byte("supergraph: {path: s.graphql}\n"), 0o644); err != nil {
		t.Fatal(err)
	}
	if l, err = Load(Options{Environ: noEnv}); err != nil || l.Config.Supergraph.Source != "file" {
		t.Errorf("with router.yml: %v", err)
	}
}
