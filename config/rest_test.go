package config

import (
	"bytes"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/google/go-cmp/cmp/cmpopts"
	"github.com/santhosh-tekuri/jsonschema/v6"
	"go.yaml.in/yaml/v3"
)

var restEnv = []string{"FLOWER_USER=flora", "FLOWER_PASSWORD=hunter2", "REGION=eu"}

func loadRest(t *testing.T) *Loaded {
	t.Helper()
	l, err := Load(Options{Files: []string{"testdata/rest.yaml"}, Environ: restEnv})
	if err != nil {
		t.Fatal(err)
	}
	return l
}

func ptr[T any](v T) *T { return &v }

func TestRest(t *testing.T) {
	l := loadRest(t)
	music := l.Config.Subgraph("service1").Rest
	if music.URL != "http://127.0.0.1:4106/service1" || music.Names != "snake" || music.Lists != "repeat" || music.Timeout.Std() != 300*time.Millisecond ||
		music.MaxURL != 4096 || music.MaxBody != 8<<20 || music.Cache.Scope != "user" {
		t.Errorf("%+v", music)
	}
	want := map[string][]RestEndpoint{
		"Query.currentUser": {{Get: "/profile", Select: "name: response.userName avatarUrl: response.avatar"}},
		"Query.playlists":   {{Get: "/playlists"}},
		"Playlist.songs": {{Get: "/songs/multiindex", At: "responses", Each: "response", Match: &RestMatch{By: "position"},
			Query: RestParams{{Name: "playlist_ids", Value: "$batch.id"}, {Name: "page", Value: "$args.page"}, {Name: "page_size", Value: "$args.pageSize"}},
			Batch: &RestBatch{Max: 200, Post: ptr(50), PostAs: "form"}}},
		"Artist": {{Get: "/artists/multishow", Query: RestParams{{Name: "ids", Value: "$batch.id"}}, Batch: &RestBatch{Max: 200, PostAs: "form"}, Cache: &RestCache{Scope: "shared"}}},
	}
	for name, endpoints := range want {
		if diff := cmp.Diff(endpoints, music.Fetch[name]); diff != "" {
			t.Errorf("%s (-want +got):\n%s", name, diff)
		}
	}
	if len(music.Fetch) != 7 {
		t.Errorf("%d coordinates", len(music.Fetch))
	}
	types := RestTypes{{Type: "Playlist", Fields: []RestField{{"createdBy", "{ id: createdBy }"}}}, {Type: "Song", Fields: []RestField{{"artists", "artist_ids { id: $ }"}}}}
	if diff := cmp.Diff(types, music.Types); diff != "" {
		t.Errorf("types (-want +got):\n%s", diff)
	}
}

func TestRestLongForms(t *testing.T) {
	l := loadRest(t)
	s := l.Config.Subgraph("celery")
	r := s.Rest
	if diff := cmp.Diff(map[string]string{"REGION": "eu"}, r.Env); diff != "" {
		t.Errorf("env (-want +got):\n%s", diff)
	}
	if diff := cmp.Diff(RestValues{{"page", `{"size":50}`}, {"key", `"flora"`}}, r.Config); diff != "" {
		t.Errorf("config (-want +got):\n%s", diff)
	}
	if diff := cmp.Diff(RestEnums{{"TaskState", RestValues{{"SUCCESS", `"success"`}, {"PENDING", `0`}}}}, r.Enums); diff != "" {
		t.Errorf("enums (-want +got):\n%s", diff)
	}
	if diff := cmp.Diff(RestParams{{"x-tenant", "7", ""}, {"x-trace", "$request.headers.x-trace", ""}}, r.Headers.Set); diff != "" {
		t.Errorf("headers (-want +got):\n%s", diff)
	}
	if diff := cmp.Diff(&RestTypename{By: "kind", Map: []RestText{{"song", "Song"}, {"2", "Film"}}}, r.Types[2].Typename); diff != "" {
		t.Errorf("typename (-want +got):\n%s", diff)
	}
	if diff := cmp.Diff(&RestTypename{Present: []RestText{{"Song", "title"}}}, r.Types[3].Typename); diff != "" {
		t.Errorf("typename (-want +got):\n%s", diff)
	}
	tasks := r.Fetch["Query.tasks"][0]
	if diff := cmp.Diff(RestParams{{"state", "$args.state", ""}, {"limit", "5", ""}, {"tags", "$args.tags", "comma"}}, tasks.Query); diff != "" {
		t.Errorf("query (-want +got):\n%s", diff)
	}
	if tasks.Page.Style != "offset" || tasks.Page.Default != 50 || tasks.Page.Into != "list" || tasks.At != "$->values" {
		t.Errorf("%+v", tasks)
	}
	if diff := cmp.Diff([]RestEndpoint{{Get: "/task/info/{id}", Select: "id: $.'task-id' name", NotFound: "error", Timeout: ptr(Duration(time.Second))}, {Get: "/tasks/{$batch.id}"}}, r.Fetch["Task"]); diff != "" {
		t.Errorf("alternatives (-want +got):\n%s", diff)
	}
	if m := r.Fetch["Task(name region)"][0].Match; m.Item != "user_id" || m.Row != "id" || m.By != "" {
		t.Errorf("match %+v", m)
	}
	if n := r.Fetch["Worker"][0].Retry.Attempts; n == nil || *n != 0 {
		t.Errorf("attempts %v", n)
	}
	if e := r.Fetch["Mutation.runTask"][0]; e.Post != "/task/async-apply/{name}" || *e.Retry.Attempts != 3 || *e.Retry.Budget != 12.5 || !*e.Idempotent {
		t.Errorf("%+v", e)
	}
	if b := s.Auth.Basic; b.User != "flora" || b.Password != "hunter2" {
		t.Errorf("%+v", b)
	}
	orders := l.Config.Subgraph("orders")
	if orders.OpenAPI.Source != FileOrURL(filepath.Join("testdata", "orders.openapi.json")) || orders.OpenAPI.Trust != "nothing" || orders.Mock.Mode != "missing" || orders.Mock.Seed != 1 {
		t.Errorf("%+v", orders)
	}
	if diff := cmp.Diff(Links{{"Order.user", "User", []RestText{{"id", "user_id"}}}}, orders.Links); diff != "" {
		t.Errorf("links (-want +got):\n%s", diff)
	}
	if e := orders.Entities["User"]; len(e) != 1 || e[0].Key != "id" || e[0].Lookup != "" {
		t.Errorf("entities %+v", e)
	}
	users := l.Config.Subgraph("users")
	if users.OpenAPI.Source != "http://users:8000/openapi.json" || users.Auth.OAuth2.RenewBefore.Std() != 30*time.Second || users.Auth.MTLS.CertFile != "testdata/cert.pem" {
		t.Errorf("%+v", users)
	}
	files := strings.Join(l.Files, "\n")
	for _, name := range []string{"orders.openapi.json", "cert.pem", "key.pem", "celery.graphql"} {
		if !strings.Contains(files, filepath.Join("testdata", name)) {
			t.Errorf("%s is not watched", name)
		}
	}
}

func TestRestPositions(t *testing.T) {
	l := loadRest(t)
	for path, want := range map[string][2]int{
		"subgraphs.service1.rest.types.Song.artists":                       {12, 25},
		"subgraphs.service1.rest.fetch[Query.currentUser].0.select":        {14, 52},
		"subgraphs.service1.rest.fetch[Query.playlists].0.GET":             {15, 26},
		"subgraphs.service1.rest.fetch.Playlist.0.query.ids":               {17, 60},
		"subgraphs.service1.rest.fetch[Playlist.songs].0.query.page":       {22, 50},
		"subgraphs.celery.rest.fetch.Task.1.GET":                           {46, 13},
		"subgraphs.celery.rest.fetch[Query.tasks].0.query.tags.value":      {43, 88},
		"subgraphs.celery.rest.types.Media.typename.map.song":              {40, 50},
		"subgraphs.celery.rest.config.page":                                {36, 22},
		"subgraphs.celery.rest.fetch[Mutation.runTask].0.headers.x-region": {49, 108},
		"subgraphs.celery.rest.fetch[Mutation.revoke].0.item.ok":           {50, 177},
		"subgraphs.celery.rest.fetch.Task(name region).0.match.user_id":    {47, 76},
		"subgraphs.celery.rest.fetch[Mutation.revoke].0.invalidates.1":     {50, 111},
		"subgraphs.celery.rest.enums.TaskState.PENDING":                    {35, 54},
		"subgraphs.orders.links[Order.user]":                               {54, 25},
		"subgraphs.orders.links[Order.user].User.id":                       {54, 37},
	} {
		if p, ok := l.Position(path); !ok || p.Line != want[0] || p.Column != want[1] {
			t.Errorf("%s is at %v (%v), not at %v", path, p, ok, want)
		}
	}
}

// A name that begins like another must not take what is known of it along.
func TestRestCoordinatesThatBeginAlike(t *testing.T) {
	l, err := Load(Options{Environ: restEnv, Sources: []Source{{Name: "r", Data: []byte(`subgraphs:
  - name: a
    schema: a.graphql
    rest:
      url: http://a/
      fetch:
        Playlist.songs: {GET: /b, headers: {x: "${env.REGION}"}}
        Playlist: GET /a
`)}}})
	if err != nil {
		t.Fatal(err)
	}
	if p, ok := l.Position("subgraphs.a.rest.fetch[Playlist.songs].0.GET"); !ok || p.Line != 7 {
		t.Errorf("%v, %v", p, ok)
	}
	out, err := l.Print()
	if err != nil || strings.Contains(string(out), "x: eu") {
		t.Errorf("%s, %v", out, err)
	}
}

func TestRestLayers(t *testing.T) {
	l, err := Load(Options{Environ: noEnv, Sources: []Source{
		{Name: "1", Data: []byte(`subgraphs: [{name: a, schema: a.graphql, rest: {url: 'http://a/', config: {x: 1, y: 2}, headers: {set: {p: 1, q: 2}}, types: {A: {b: c, d: e}, F: {g: h}}, enums: {E: {X: x, Y: y}}, fetch: {A: GET /a, B: GET /b, C: GET /c}}}]`)},
		{Name: "2", Data: []byte(`subgraphs: [{name: a, rest: {config: {x: , y: [3]}, headers: {set: {q: 3, r: 4}}, types: {A: {b: , d: f}, F: }, enums: {E: {X: xx}}, fetch: {A: POST /aa, B: }}}]`)},
	}})
	if err != nil {
		t.Fatal(err)
	}
	want := &Rest{
		Prime: true,
		URL:   "http://a/", Names: "asis", Lists: "repeat", MaxURL: 4096, MaxBody: 8 << 20, Strict: "off", Coalesce: "wave",
		Headers: RestHeaders{Set: RestParams{{"p", "1", ""}, {"q", "3", ""}, {"r", "4", ""}}},
		Types:   RestTypes{{Type: "A", Fields: []RestField{{"d", "f"}}}},
		Enums:   RestEnums{{"E", RestValues{{"X", `"xx"`}, {"Y", `"y"`}}}},
		Config:  RestValues{{"y", "[3]"}},
		Fetch:   map[string][]RestEndpoint{"A": {{Post: "/aa"}}, "C": {{Get: "/c"}}},
	}
	if diff := cmp.Diff(want, l.Config.Subgraph("a").Rest, cmpopts.EquateEmpty()); diff != "" {
		t.Errorf("(-want +got):\n%s", diff)
	}
}

// What is printed means the same when it is read again, but for what is masked.
func TestRestPrint(t *testing.T) {
	l := loadRest(t)
	out, err := l.Print()
	if err != nil {
		t.Fatal(err)
	}
	for _, secret := range []string{"hunter2", "flora", "client_secret: b", "x-tenant: \"7\""} {
		if strings.Contains(string(out), secret) {
			t.Errorf("%q is shown", secret)
		}
	}
	for _, shown := range []string{"x-trace: $request.headers.x-trace", "x-region: $env.REGION", "client_id: a"} {
		if !strings.Contains(string(out), shown) {
			t.Errorf("%q is not shown", shown)
		}
	}
	golden(t, "testdata/rest.printed.yaml", out)
	again, err := Load(Options{Sources: []Source{{Name: "p", Data: out}}, Environ: restEnv})
	if err != nil {
		t.Fatalf("%v\n%s", err, out)
	}
	masks := cmp.Transformer("masked", func(s string) string {
		switch s {
		case "7", "flora", "hunter2", "b", `"flora"`:
			return masked
		case `"` + masked + `"`:
			return masked
		}
		return s
	})
	if diff := cmp.Diff(l.Config, again.Config, masks, cmpopts.EquateEmpty(), cmpopts.IgnoreFields(Schema{}, "Source"), cmpopts.IgnoreFields(Config{}, "Place", "Written")); diff != "" {
		t.Errorf("(-loaded +printed):\n%s", diff)
	}
}

func TestRestErrors(t *testing.T) {
	rest := func(text string) string {
		return "subgraphs:\n  - {name: a, schema: a.graphql, rest: {url: http://a/, " + text + "}}\n"
	}
	fetch := func(text string) string { return rest("fetch: {" + text + "}") }
	for name, test := range map[string]struct {
		yaml, code, path, hint string
		column                 int // in line 2, counted from the text
	}{
		"unknown key":       {rest("fetc: {}"), CodeUnknownKey, "subgraphs.a.rest.fetc", `"fetch"`, 57},
		"unknown in fetch":  {fetch("A: {GET: /a, slect: b}"), CodeUnknownKey, "subgraphs.a.rest.fetch.A.slect", `"select"`, 78},
		"short form":        {fetch("A: GET a"), CodeInvalidValue, "subgraphs.a.rest.fetch.A", "GET /todos", 68},
		"no method":         {fetch("A: {select: b}"), CodeMissing, "subgraphs.a.rest.fetch.A", "GET: /todos", 68},
		"two methods":       {fetch("A: {GET: /a, POST: /b}"), CodeConflict, "subgraphs.a.rest.fetch.A.POST", "alternatives", 84},
		"no path":           {fetch("A: {GET: a}"), CodeInvalidValue, "subgraphs.a.rest.fetch.A.GET", "slash", 74},
		"coordinate":        {fetch("A.b.c: GET /a"), CodeInvalidValue, "subgraphs.a.rest.fetch.\"A.b.c\"", "Query.field", 72},
		"subscription":      {fetch("Subscription.a: GET /a"), CodeNotSupported, "subgraphs.a.rest.fetch.\"Subscription.a\"", "later", 81},
		"sse":               {fetch("A: {GET: /a, sse: {}}"), CodeNotSupported, "subgraphs.a.rest.fetch.A.sse", "later", 78},
		"no alternatives":   {fetch("A: []"), CodeMissing, "subgraphs.a.rest.fetch.A", "GET /todos", 68},
		"match":             {fetch("A: {GET: /a, match: posision}"), CodeInvalidValue, "subgraphs.a.rest.fetch.A.match", `"position"`, 85},
		"match: two":        {fetch("A: {GET: /a, match: {a: b, c: d}}"), CodeInvalidValue, "subgraphs.a.rest.fetch.A.match", "user_id", 85},
		"match: list":       {fetch("A: {GET: /a, match: [a]}"), CodeWrongType, "subgraphs.a.rest.fetch.A.match", "", 85},
		"batch":             {fetch("A: {POST: /a, batch: {post: 5}}"), CodeConflict, "subgraphs.a.rest.fetch.A.batch.post", "", 93},
		"body":              {fetch("A: {GET: /a, body: $args}"), CodeConflict, "subgraphs.a.rest.fetch.A.body", "", 84},
		"encode":            {fetch("A: {POST: /a, encode: form}"), CodeConflict, "subgraphs.a.rest.fetch.A.encode", "body", 87},
		"jq and at":         {fetch("A: {GET: /a, jq: ., at: b, provides: c}"), CodeConflict, "subgraphs.a.rest.fetch.A.jq", "", 82},
		"jq alone":          {fetch("A: {GET: /a, jq: .}"), CodeMissing, "subgraphs.a.rest.fetch.A.provides", "name them", 68},
		"provides and omit": {fetch("A: {GET: /a, omit: b, provides: c}"), CodeConflict, "subgraphs.a.rest.fetch.A.provides", "", 97},
		"ok":                {fetch("A: {GET: /a, ok: 2xx}"), CodeInvalidValue, "subgraphs.a.rest.fetch.A.ok", "200..299", 82},
		"missing":           {fetch("A: {GET: /a, missing: dropp}"), CodeInvalidValue, "subgraphs.a.rest.fetch.A.missing", `"drop"`, 87},
		"invalidates":       {fetch("A: {GET: /a, invalidates: [a b]}"), CodeInvalidValue, "subgraphs.a.rest.fetch.A.invalidates.0", "Todo", 92},
		"lists":             {fetch("A: {GET: /a, query: {b: {value: $args.c, lists: coma}}}"), CodeInvalidValue, "subgraphs.a.rest.fetch.A.query.b.lists", `"comma"`, 113},
		"param: key":        {fetch("A: {GET: /a, query: {b: {value: x, list: comma}}}"), CodeUnknownKey, "subgraphs.a.rest.fetch.A.query.b.list", "lists", 100},
		"param: value":      {fetch("A: {GET: /a, query: {b: {lists: comma}}}"), CodeMissing, "subgraphs.a.rest.fetch.A.query.b.value", "", 89},
		"param: list":       {fetch("A: {GET: /a, query: {b: [1]}}"), CodeWrongType, "subgraphs.a.rest.fetch.A.query.b", "", 89},
		"header":            {fetch("A: {GET: /a, headers: {Host: b}}"), CodeInvalidValue, "subgraphs.a.rest.fetch.A.headers.Host", "connection", 94},
		"header value":      {rest(`headers: {set: {x: "a\r\nb"}}`), CodeInvalidValue, "subgraphs.a.rest.headers.set.x", "", 76},
		"header lower case": {rest("headers: {forward: [content-length]}"), CodeInvalidValue, "subgraphs.a.rest.headers.forward.0", "", 77},
		"format":            {rest("formats: {DateTime: epoch}"), CodeInvalidValue, "subgraphs.a.rest.formats.DateTime", "epoch_s", 77},
		"names":             {rest("names: snaky"), CodeInvalidValue, "subgraphs.a.rest.names", `"snake"`, 64},
		"typename":          {rest("types: {A: {typename: {bye: b}}}"), CodeUnknownKey, "subgraphs.a.rest.types.A.typename.bye", `"by"`, 80},
		"typename: neither": {rest("types: {A: {typename: {map: {a: B}}}}"), CodeInvalidValue, "subgraphs.a.rest.types.A.typename", "kind", 79},
		"types":             {rest("types: {A: b}"), CodeWrongType, "subgraphs.a.rest.types.A", "", 68},
		"type name":         {rest("types: {A-B: {c: d}}"), CodeInvalidValue, "subgraphs.a.rest.types.A-B", "", 70},
		"env":               {rest("types: {A: {b: \"c: $env.NOPE\"}}"), CodeUnsetVariable, "subgraphs.a.rest.types.A.b", "NOPE", 72},
		"env in path":       {fetch("A: \"GET /{$env.NOPE}\""), CodeUnsetVariable, "subgraphs.a.rest.fetch.A.GET", "NOPE", 68},
		"env in config":     {rest("config: {a: $env.NOPE}"), CodeUnsetVariable, "subgraphs.a.rest.config.a", "NOPE", 69},
		"number":            {rest("config: {a: .inf}"), CodeInvalidValue, "subgraphs.a.rest.config.a", "quotes", 69},
		"revalidate":        {rest("cache: {scope: user, revalidate: always}"), CodeConflict, "subgraphs.a.rest.cache.revalidate", "shared", 90},
		"page":              {fetch("A.b: {GET: /a, page: {style: cursor}}"), CodeMissing, "subgraphs.a.rest.fetch.\"A.b\".page.next", "cursor", 86},
		"retry":             {rest("retry: true"), CodeInvalidValue, "subgraphs.a.rest.retry", "attempts", 64},
		"max_url":           {rest("max_url: 5"), CodeInvalidValue, "subgraphs.a.rest.max_url", "256B", 66},
	} {
		t.Run(name, func(t *testing.T) {
			_, err := Load(Options{Sources: []Source{{Name: "r", Data: []byte(test.yaml)}}, Environ: noEnv})
			errs, _ := err.(Errors)
			if len(errs) != 1 {
				t.Fatalf("%v", err)
			}
			e := errs[0]
			if e.Code != test.code || e.Path != test.path || e.Line != 2 || e.Column != test.column || !strings.Contains(e.Hint, test.hint) {
				t.Errorf("%v", e)
			}
		})
	}
}

func TestRestConflicts(t *testing.T) {
	for yaml, want := range map[string]string{
		"{name: a, schema: a.graphql, url: http://b/, rest: {url: http://a/}}":  "subgraphs.a.url CONFIG_CONFLICT",
		"{name: a, schema: a.graphql, rest: {}}":                                "subgraphs.a.rest.url CONFIG_MISSING",
		"{name: a, rest: {url: http://a/}}":                                     "subgraphs.a.schema CONFIG_MISSING",
		"{name: a, rest: {url: http://a/}, schema: {source: introspection}}":    "subgraphs.a.schema CONFIG_MISSING",
		"{name: a, openapi: x.json, schema: a.graphql}":                         "subgraphs.a.schema CONFIG_CONFLICT",
		"{name: a, openapi: ftp://x}":                                           "subgraphs.a.openapi.source CONFIG_INVALID_VALUE",
		"{name: a, openapi: {}}":                                                "subgraphs.a.openapi.source CONFIG_MISSING",
		"{name: a, openapi: {source: x, types: {A: a-b}}}":                      "subgraphs.a.openapi.types.A CONFIG_INVALID_VALUE",
		"{name: a, url: http://a/, links: {Order.user: {User: {id: user_id}}}}": "subgraphs.a.links CONFIG_CONFLICT",
		"{name: a, openapi: x, links: {Order: {User: {id: user_id}}}}":          "subgraphs.a.links.Order CONFIG_INVALID_VALUE",
		"{name: a, openapi: x, links: {Order.user: User}}":                      "subgraphs.a.links.\"Order.user\" CONFIG_WRONG_TYPE",
		"{name: a, openapi: x, links: {Order.user: {User: {}}}}":                "subgraphs.a.links.\"Order.user\" CONFIG_MISSING",
		"{name: a, openapi: x, mock: some}":                                     "subgraphs.a.mock.mode CONFIG_INVALID_VALUE",
		"{name: a, mock: all}":                                                  "subgraphs.a.schema CONFIG_MISSING",
		"{name: a, mock: missing}":                                              "subgraphs.a.url CONFIG_MISSING",
		"{name: a, openapi: x, rest: {url: http://a/}}":                         "",
		"{name: a, openapi: x, rest: {coalesce: wave}}":                         "",
		"{name: a, openapi: x, rest: {coalesce: eager}}":                        "subgraphs.a.rest.coalesce CONFIG_NOT_SUPPORTED",
		"{name: a, openapi: x, rest: {names: snake}}":                           "",
		"{name: a, schema: a.graphql, mock: all}":                               "",
		"{name: a, schema: a.graphql, rest: {fetch: {}}, mock: all}":            "",
	} {
		_, err := Load(Options{Sources: []Source{{Name: "r", Data: []byte("subgraphs: [" + yaml + "]\n")}}, Environ: noEnv})
		var got []string
		if errs, ok := err.(Errors); ok {
			for _, e := range errs {
				got = append(got, e.Path+" "+e.Code)
			}
		}
		if strings.Join(got, ", ") != want {
			t.Errorf("%s: %v", yaml, err)
		}
	}
	_, err := Load(Options{Environ: noEnv, Sources: []Source{{Name: "r", Data: []byte("supergraph: {path: x}\nsubgraphs: [{name: a, url: http://a/, mock: none, auth: {bearer: x}}]\n")}}})
	if errs, _ := err.(Errors); len(errs) != 1 || errs[0].Path != "subgraphs.a.mock" {
		t.Errorf("beside a supergraph: %v", err)
	}
}

// The JSON schema takes what Load takes.
func TestRestJSONSchema(t *testing.T) {
	schema, err := jsonschema.UnmarshalJSON(bytes.NewReader(JSONSchema()))
	if err != nil {
		t.Fatal(err)
	}
	compiler := jsonschema.NewCompiler()
	if err := compiler.AddResource("router.schema.json", schema); err != nil {
		t.Fatal(err)
	}
	compiled, err := compiler.Compile("router.schema.json")
	if err != nil {
		t.Fatal(err)
	}
	sample, err := os.ReadFile("testdata/rest.yaml")
	if err != nil {
		t.Fatal(err)
	}
	// Keys of JSON are text.
	good := strings.ReplaceAll(string(sample), "2: Film", "'2': Film")
	for text, want := range map[string]bool{
		good: true,
		strings.ReplaceAll(good, "GET: /profile", "get: /profile"):                       false,
		strings.ReplaceAll(good, "match: position", "match: positions"):                  false,
		strings.ReplaceAll(good, "lists: comma", "lists: commas"):                        false,
		strings.ReplaceAll(good, "{User: {id: user_id}}", "User"):                        false,
		strings.ReplaceAll(good, "mock: missing", "mock: {mode: some}"):                  false,
		strings.ReplaceAll(good, "client_secret: b, ", ""):                               false,
		strings.ReplaceAll(good, "config: {page: {size: 50}", "config: {x: [1, {y: z}]"): true,
	} {
		var v any
		if err := yaml.Unmarshal([]byte(text), &v); err != nil {
			t.Fatal(err)
		}
		if err := compiled.Validate(v); (err == nil) != want {
			t.Errorf("%v for\n%s", err, text)
		}
	}
}
