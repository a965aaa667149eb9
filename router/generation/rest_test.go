package generation

import (
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/google/go-cmp/cmp/cmpopts"

	"github.com/weft-graphql/weft/config"
	"github.com/weft-graphql/weft/planner/compose"
	"github.com/weft-graphql/weft/planner/schema"
	"github.com/weft-graphql/weft/subgraphs/auth"
	"github.com/weft-graphql/weft/subgraphs/rest"
	"github.com/weft-graphql/weft/subgraphs/transport"
)

func loadText(t *testing.T, text string, environ ...string) *config.Loaded {
	t.Helper()
	if environ == nil {
		environ = []string{}
	}
	l, err := config.Load(config.Options{Sources: []config.Source{{Name: "router.yaml", Data: []byte(text)}}, Environ: environ})
	if err != nil {
		t.Fatal(err)
	}
	return l
}

// specOf is the spec of the only subgraph, with the text below rest:.
func specOf(t *testing.T, text string, environ ...string) *rest.Spec {
	t.Helper()
	l := loadText(t, "subgraphs:\n  - name: a\n    schema: a.graphql\n    rest:\n      url: http://a/\n"+text, environ...)
	return RestSpec(&l.Config.Subgraphs[0], l.Position)
}

const musicYAML = `subgraphs:
  - name: service1
    schema: service1.graphql
    rest:
      url: http://127.0.0.1:4106/service1
      headers: {forward: [authorization, cookie]}
      timeout: 300ms
      cache: {scope: user}
      names: snake
      types:
        Playlist: {createdBy: "{ id: createdBy }"}
        Song: {artists: "artist_ids { id: $ }"}
      fetch:
        Query.currentUser: {GET: /profile, select: "name: response.userName avatarUrl: response.avatar"}
        Query.playlists: GET /playlists
        UserProfile: {GET: /users, query: {ids: $batch.id}, batch: {max: 200, post: 50}}
        Playlist: {GET: /playlists/multishow, query: {ids: $batch.id}, batch: {max: 200}}
        Song: {GET: /songs/multishow, query: {ids: $batch.id}, batch: {max: 200, post: 50}, cache: {scope: shared}}
        Artist: {GET: /artists/multishow, query: {ids: $batch.id}, batch: {max: 200}, cache: {scope: shared}}
        Playlist.songs:
          GET: /songs/multiindex
          query: {playlist_ids: $batch.id, page: $args.page, page_size: $args.pageSize}
          at: responses
          match: position
          each: response
          batch: {max: 200, post: 50}
`

const musicSDL = `
extend schema @link(url: "https://specs.apollo.dev/federation/v2.9", import: ["@key", "@inaccessible"])
scalar URL
type Query { currentUser: UserProfile!  playlists: [Playlist!]! }
type UserProfile @key(fields: "id") { id: ID! @inaccessible  name: String!  avatarUrl: URL! }
type Playlist @key(fields: "id") { id: ID! @inaccessible  name: String!  createdBy: UserProfile!
  songs(page: Int, pageSize: Int = 25): [Song!]! }
type Song @key(fields: "id") { id: ID! @inaccessible  title: String!  streamUrl: URL!  artists: [Artist!]! }
type Artist @key(fields: "id") { id: ID! @inaccessible  name: String! }
`

func TestRestSpecOfMusic(t *testing.T) {
	l := loadText(t, musicYAML)
	got := RestSpec(&l.Config.Subgraphs[0], l.Position)
	param := func(path, name, value string, line, column int) rest.Param {
		return rest.Param{Name: name, Value: value, Expression: true, At: rest.Place{Key: path + ".query." + name, Line: line, Column: column}}
	}
	at := func(path string, line, column int) rest.Place {
		return rest.Place{Key: path, Line: line, Column: column}
	}
	user, shared := rest.CacheSpec{Scope: "user"}, &rest.CacheSpec{Scope: "shared"}
	want := &rest.Spec{
		URL: "http://127.0.0.1:4106/service1", Forward: []string{"authorization", "cookie"}, Timeout: 300 * time.Millisecond,
		Names: "snake", Lists: "repeat", Cache: user, MaxURL: 4096, MaxBody: 8 << 20,
		Types: []rest.TypeSpec{
			{Type: "Playlist", At: at("rest.types.Playlist", 11, 19), Fields: []rest.FieldSpec{{Field: "createdBy", Select: "{ id: createdBy }", At: at("rest.types.Playlist.createdBy", 11, 31)}}},
			{Type: "Song", At: at("rest.types.Song", 12, 15), Fields: []rest.FieldSpec{{Field: "artists", Select: "artist_ids { id: $ }", At: at("rest.types.Song.artists", 12, 25)}}},
		},
		Endpoints: []rest.EndpointSpec{
			{Coordinate: "Artist", Method: "GET", Path: "/artists/multishow", At: at("rest.fetch.Artist.0", 19, 17), Batch: rest.BatchSpec{Max: 200}, Cache: shared,
				Query: []rest.Param{param("rest.fetch.Artist.0", "ids", "$batch.id", 19, 56)}},
			{Coordinate: "Playlist", Method: "GET", Path: "/playlists/multishow", At: at("rest.fetch.Playlist.0", 17, 19), Batch: rest.BatchSpec{Max: 200},
				Query: []rest.Param{param("rest.fetch.Playlist.0", "ids", "$batch.id", 17, 60)}},
			{Coordinate: "Playlist.songs", Method: "GET", Path: "/songs/multiindex", At: at("rest.fetch[Playlist.songs].0", 21, 11), SelectAt: "responses", Each: "response",
				Match: "position", Batch: rest.BatchSpec{Max: 200, Post: 50, PostAs: "form"},
				Query: []rest.Param{param("rest.fetch[Playlist.songs].0", "playlist_ids", "$batch.id", 22, 33), param("rest.fetch[Playlist.songs].0", "page", "$args.page", 22, 50), param("rest.fetch[Playlist.songs].0", "page_size", "$args.pageSize", 22, 73)}},
			{Coordinate: "Query.currentUser", Method: "GET", Path: "/profile", At: at("rest.fetch[Query.currentUser].0", 14, 28), Select: "name: response.userName avatarUrl: response.avatar"},
			{Coordinate: "Query.playlists", Method: "GET", Path: "/playlists", At: at("rest.fetch[Query.playlists].0", 15, 26)},
			{Coordinate: "Song", Method: "GET", Path: "/songs/multishow", At: at("rest.fetch.Song.0", 18, 15), Batch: rest.BatchSpec{Max: 200, Post: 50, PostAs: "form"}, Cache: shared,
				Query: []rest.Param{param("rest.fetch.Song.0", "ids", "$batch.id", 18, 52)}},
			{Coordinate: "UserProfile", Method: "GET", Path: "/users", At: at("rest.fetch.UserProfile.0", 16, 22), Batch: rest.BatchSpec{Max: 200, Post: 50, PostAs: "form"},
				Query: []rest.Param{param("rest.fetch.UserProfile.0", "ids", "$batch.id", 16, 49)}},
		},
	}
	// Line and column are those of the text, which is checked as such.
	lines := strings.Split(musicYAML, "\n")
	for _, e := range got.Endpoints {
		for _, p := range e.Query {
			if !strings.HasPrefix(lines[p.At.Line-1][p.At.Column-1:], p.Value) {
				t.Errorf("%s is not at %d:%d", p.At.Key, p.At.Line, p.At.Column)
			}
		}
	}
	ignore := cmpopts.IgnoreFields(rest.Spec{}, "Env")
	if diff := cmp.Diff(want, got, ignore); diff != "" {
		t.Errorf("(-want +got):\n%s", diff)
	}
	doc, faults := schema.Parse("service1", musicSDL)
	if len(faults) > 0 {
		t.Fatal(faults)
	}
	if _, errs := rest.Compile("service1", doc, got); len(errs) > 0 {
		t.Errorf("the music example does not compile: %v", errs)
	}
}

func TestRestSpecOfEverything(t *testing.T) {
	got := specOf(t, `
      headers: {set: {x-tenant: 7, x-trace: $request.headers.x-trace}}
      at: data
      strict: error
      max_concurrent: 3
      circuit_breaker: {error_threshold: 25}
      max_url: 2KiB
      max_body: 1MiB
      config: {page: {size: 50}}
      enums: {State: {SUCCESS: success, PENDING: 0}}
      formats: {DateTime: epoch_s}
      errors: {message: detail, code: kind}
      retry: {attempts: 4, backoff: 10ms, budget: 20}
      cache: {scope: shared, revalidate: always, ttl: 1m, stale_while_revalidate: 5s, stale_if_error: 1h}
      types:
        Media: {typename: {by: kind, map: {song: Song}}}
        Thing: {typename: {present: {Song: title}}}
      fetch:
        Task:
          - GET /tasks/{id}
          - {PATCH: "/tasks", body: $args.x, encode: form, query: {fixed: open, tags: {value: $args.tags, lists: comma}}, headers: {x-a: $env.REGION}, ok: 200..299, not_found: error, missing: drop,
             errors: {code: other, expose: true}, item: {ok: success, errors: {message: why}}, retry: false, cache: {scope: user, ttl: 2m}, timeout: 1s, idempotent: true, cost: 3, latency: 20ms,
             invalidates: [Task], lists: index, omit: a, jq: ".x", select: b, match: {task_id: id}}
        Query.tasks: {GET: /tasks, cache: false, page: {style: page, page: n, size: s, items: list, total: total, start: 0, all: {max_pages: 5}, default: 20, max: 100}, provides: "id name"}
        Query.more: {GET: /more, batch: {post: 0, post_as: json}, page: {style: cursor, next: next, into: connection, start: 3}, each: e}
`, "REGION=eu")
	ignore := cmp.Options{cmpopts.IgnoreTypes(rest.Place{}), cmpopts.IgnoreFields(rest.Spec{}, "Env")}
	base := rest.CacheSpec{Scope: "shared", Revalidate: "always", TTL: time.Minute, StaleWhileRevalidate: 5 * time.Second, StaleIfError: time.Hour}
	errs := rest.ErrorSpec{Message: "detail", Code: "other", Expose: true}
	user := base
	user.Scope, user.Revalidate, user.TTL = "user", "", 2*time.Minute
	off := base
	off.Off = true
	want := &rest.Spec{
		URL: "http://a/", Names: "asis", Lists: "repeat", At: "data", Strict: true, MaxURL: 2048, MaxBody: 1 << 20,
		Headers: []rest.Header{{Name: "x-tenant", Value: "7"}, {Name: "x-trace", Value: "$request.headers.x-trace", Expression: true}},
		Config:  []rest.Value{{Name: "page", JSON: `{"size":50}`}},
		Enums:   []rest.EnumSpec{{Enum: "State", Values: []rest.Value{{Name: "SUCCESS", JSON: `"success"`}, {Name: "PENDING", JSON: "0"}}}},
		Formats: []rest.FormatSpec{{Scalar: "DateTime", Format: "epoch_s"}},
		Errors:  rest.ErrorSpec{Message: "detail", Code: "kind"},
		Retry:   rest.RetrySpec{Attempts: 4, Backoff: 10 * time.Millisecond, Budget: 20, Set: true},
		Cache:   base,
		Types: []rest.TypeSpec{
			{Type: "Media", Typename: &rest.TypenameSpec{By: "kind", Map: []rest.Value{{Name: "song", JSON: "Song"}}}},
			{Type: "Thing", Typename: &rest.TypenameSpec{Present: []rest.Value{{Name: "Song", JSON: "title"}}}},
		},
		Endpoints: []rest.EndpointSpec{
			{Coordinate: "Query.more", Method: "GET", Path: "/more", Each: "e", Batch: rest.BatchSpec{Post: 0, PostAs: "json"}, Page: &rest.PageSpec{Style: "cursor", Next: "next", Into: "connection", Start: 3}},
			{Coordinate: "Query.tasks", Method: "GET", Path: "/tasks", Provides: "id name", Cache: &off,
				Page: &rest.PageSpec{Style: "page", Page: "n", Size: "s", Items: "list", Total: "total", Start: -1, All: 5, Default: 20, Max: 100, Into: "list"}},
			{Coordinate: "Task", Method: "GET", Path: "/tasks/{id}"},
			{Coordinate: "Task", Method: "PATCH", Path: "/tasks", Body: "$args.x", Encode: "form",
				Query:   []rest.Param{{Name: "fixed", Value: "open"}, {Name: "tags", Value: "$args.tags", Expression: true, Lists: "comma"}},
				Headers: []rest.Header{{Name: "x-a", Value: "$env.REGION", Expression: true}},
				OK:      "200..299", NotFound: "error", Missing: "drop", Errors: &errs, Item: &rest.ErrorSpec{OK: "success", Message: "why"},
				Retry: &rest.RetrySpec{Attempts: -1, Backoff: 10 * time.Millisecond, Budget: 20, Set: true}, Cache: &user, Timeout: time.Second,
				Idempotent: true, Cost: 3, Latency: 20 * time.Millisecond, Invalidates: []string{"Task"}, Lists: "index", Omit: "a", JQ: ".x", Select: "b",
				MatchItem: "task_id", MatchRow: "id"},
		},
	}
	if diff := cmp.Diff(want, got, ignore); diff != "" {
		t.Errorf("(-want +got):\n%s", diff)
	}
	if value, ok := got.Env("REGION"); value != "eu" || !ok {
		t.Errorf("$env.REGION is %q, %v", value, ok)
	}
	if _, ok := got.Env("HOME"); ok {
		t.Error("a variable is known that the configuration does not name")
	}
}

// Whoever asks for caching without a scope gets the safe one.
func TestRestCacheWithoutScope(t *testing.T) {
	got := specOf(t, "      fetch: {A: {GET: /a, cache: {ttl: 5s}}, B: {GET: /b, cache: true}, C: {GET: /c, cache: false}, D: GET /d}\n")
	for i, want := range []*rest.CacheSpec{{Scope: "user", TTL: 5 * time.Second}, {Scope: "user"}, {Off: true}, nil} {
		if diff := cmp.Diff(want, got.Endpoints[i].Cache); diff != "" {
			t.Errorf("%s (-want +got):\n%s", got.Endpoints[i].Coordinate, diff)
		}
	}
	if got.Cache != (rest.CacheSpec{}) {
		t.Errorf("%+v", got.Cache)
	}
}

func TestRestSpecOfOthers(t *testing.T) {
	l := loadText(t, "subgraphs: [{name: a, url: http://a/}]")
	if got := RestSpec(&l.Config.Subgraphs[0], nil); got != nil {
		t.Errorf("%+v", got)
	}
}

func TestAuthSettings(t *testing.T) {
	of := func(text string, environ ...string) *config.Auth {
		l := loadText(t, "subgraphs: [{name: a, url: https://a/, auth: "+text+"}]", environ...)
		return l.Config.Subgraphs[0].Auth
	}
	for text, want := range map[string]auth.Settings{
		"{basic: {user: u, password: $env.P}}": {Basic: &auth.Basic{User: "u", Password: "hunter2"}},
		"{bearer: t}":                          {Bearer: "t"},
		"{api_key: {header: h, value: v}}":     {APIKey: &auth.APIKey{Place: auth.InHeader, Name: "h", Value: "v"}},
		"{api_key: {query: q, value: v}}":      {APIKey: &auth.APIKey{Place: auth.InQuery, Name: "q", Value: "v"}},
		"{api_key: {cookie: c, value: v}}":     {APIKey: &auth.APIKey{Place: auth.InCookie, Name: "c", Value: "v"}},
		"{hmac: {secret: s}}": {HMAC: &auth.HMAC{Secret: "s", Header: "X-Signature", Sign: []string{"method", "path", "query", "date", "digest"},
			DateHeader: "X-Date", DateFormat: "iso", KeyHeader: "X-Key-Id"}},
		"{hmac: {secret: s, algorithm: sha512, encoding: base64, header: h, prefix: p, sign: [path], key_id: k, digest_header: d}}": {HMAC: &auth.HMAC{Secret: "s", Header: "h", Prefix: "p", SHA512: true, Base64: true,
			Sign: []string{"path"}, DateHeader: "X-Date", DateFormat: "iso", KeyID: "k", KeyHeader: "X-Key-Id", DigestHeader: "d"}},
		"{oauth2: {token_url: http://t/, client_id: c, client_secret: s, scopes: [a], audience: b, params: {y: 1x, x: 2x}, style: params, renew_before: 5s, timeout: 2s}}": {OAuth2: &auth.OAuth2{
			TokenURL: "http://t/", ClientID: "c", ClientSecret: "s", Scopes: []string{"a"}, Audience: "b", Params: []auth.Param{{Name: "x", Value: "2x"}, {Name: "y", Value: "1x"}},
			InParams: true, RenewBefore: 5 * time.Second, Timeout: 2 * time.Second}},
	} {
		a := of(text, "P=hunter2")
		got, ok := AuthSettings(a)
		if diff := cmp.Diff(want, got); diff != "" || !ok {
			t.Errorf("%s: %v (-want +got):\n%s", text, ok, diff)
		}
		if tls := AuthTLS(a); tls != (transport.TLS{}) {
			t.Errorf("%s: %+v", text, tls)
		}
		// What the configuration lets pass, the package takes.
		var pool auth.Pool
		h, err := pool.Acquire(got)
		if err != nil {
			t.Errorf("%s: %v", text, err)
			continue
		}
		h.Release()
	}
	mtls := of("{mtls: {cert_file: /c, key_file: /k, ca_file: /r, server_name: s}}")
	if _, ok := AuthSettings(mtls); ok {
		t.Error("a certificate adds something to requests")
	}
	if got, want := AuthTLS(mtls), (transport.TLS{CAFile: "/r", CertFile: "/c", KeyFile: "/k", ServerName: "s"}); got != want {
		t.Errorf("%+v", got)
	}
	if _, ok := AuthSettings(nil); ok || AuthTLS(nil) != (transport.TLS{}) {
		t.Error("nothing is something")
	}
}

// What is made up for an OpenAPI document shows its examples.
func TestMockOfOpenAPIShowsExamples(t *testing.T) {
	const document = `{"openapi": "3.0.3", "info": {"title": "a", "version": "1"}, "servers": [{"url": "http://a"}],
"paths": {"/name": {"get": {"operationId": "name", "responses": {"200": {"description": "", "content": {"application/json": {"schema": {"type": "string"}, "example": "Ada"}}}}}}}}`
	c := &config.Config{Subgraphs: []config.Subgraph{{Name: "a", OpenAPI: &config.OpenAPI{}, Mock: &config.Mock{Mode: "all"}}}}
	composed := Compose(c, []compose.Source{{Name: "a", SDL: document}})
	if len(composed.Errors) > 0 {
		t.Fatal(composed.Errors)
	}
	if got := composed.Upstreams["a"].Examples["Query.name"]; got != `"Ada"` {
		t.Errorf("the example is %q", got)
	}
}
