package main

import (
	"fmt"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"strings"
	"testing"
)

// check asks a service what it gives and says where that is not what is described.
func TestCheckLive(t *testing.T) {
	sdl := `extend schema @link(url: "https://specs.apollo.dev/federation/v2.9", import: ["@key"])
type Query { users: [User!]! one(id: ID!): User me: User broken: User }
type Mutation { touch: User }
type User @key(fields: "id") { id: ID! fullName: String age: Int posts(n: Int): [Post!] }
type Post { id: ID! title: String }`
	asked := map[string]int{}
	s := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		asked[r.Method+" "+r.URL.RequestURI()]++
		switch r.URL.Path {
		case "/users":
			fmt.Fprint(w, `[{"id":1,"fullName":"a","age":"old"},{"id":2,"fullName":"b"}]`)
		case "/me":
			fmt.Fprintf(w, `{"id":3,"fullName":%q,"age":7}`, r.Header.Get("Authorization"))
		case "/posts":
			fmt.Fprint(w, `[{"user":1,"id":"p","name":"not the title"}]`)
		default:
			w.WriteHeader(http.StatusInternalServerError)
		}
	}))
	t.Cleanup(s.Close)
	dir := t.TempDir()
	if err := os.WriteFile(filepath.Join(dir, "users.graphql"), []byte(sdl), 0o600); err != nil {
		t.Fatal(err)
	}
	file := filepath.Join(dir, "router.yaml")
	if err := os.WriteFile(file, []byte(`subgraphs:
  - name: users
    schema: users.graphql
    rest:
      url: `+s.URL+`
      retry: false
      headers: {forward: [authorization]}
      fetch:
        Query.users: GET /users
        Query.me: GET /me
        Query.one: GET /users/{id}
        Query.broken: GET /broken
        Mutation.touch: POST /touch
        User: {GET: /users, query: {ids: $batch.id}}
        User.posts: {GET: /posts, query: {users: $batch.id, n: $args.n}, match: {user: id}}
`), 0o600); err != nil {
		t.Fatal(err)
	}
	if got := weft(t, "", "check", "--config", file); got.code != 0 || got.out != "the graph is good: 1 subgraph\n" || len(asked) > 0 {
		t.Errorf("exit %d: %s%s (%v)", got.code, got.out, got.err, asked)
	}
	got := weft(t, "", "check", "--config", file, "--live", "--header", "Authorization: me myself")
	if got.code != 1 {
		t.Errorf("exit %d: %s", got.code, got.err)
	}
	for _, want := range []string{
		`users Query.users: status 200` + "\n" + `    ["users",0,"age"] UPSTREAM_SCHEMA_MISMATCH: the upstream answered with a string that is no Int` + "\n" + `    no object has a value for User.age`,
		"users Query.me: good\n", "users Query.one: not tried, it needs the argument id\n", "users Query.broken: status 500\n", "UPSTREAM_ERROR: ", "users Mutation.touch: not tried, it may change something\n",
		"users User: status 200\n", "users User.posts: status 200\n    no object has a value for Post.title\n",
	} {
		if !strings.Contains(got.out, want) {
			t.Errorf("%q is not in\n%s", want, got.out)
		}
	}
	if asked["POST /touch"] > 0 || asked["GET /users?ids=3&ids=1&ids=2"] != 1 || asked["GET /posts?users=3&users=1&users=2"] != 1 {
		t.Errorf("asked %v", asked)
	}
	for _, args := range [][]string{{"--header", "a: b"}, {"--live", "--header", "a"}, {"--live", "--subgraph", "other"}} {
		if got := weft(t, "", append([]string{"check", "--config", file}, args...)...); got.code != 2 {
			t.Errorf("%v: exit %d", args, got.code)
		}
	}
}

// What is wrong with a subgraph is located in the configuration, where it is said
// there: how a REST service answers, and where a schema is.
func TestCheckLocates(t *testing.T) {
	dir := t.TempDir()
	file := filepath.Join(dir, "router.yaml")
	write := func(name, text string) {
		t.Helper()
		if err := os.WriteFile(filepath.Join(dir, name), []byte(text), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	write("s.graphql", "type Query { me: String you: String }\n")
	write("pets.yaml", `openapi: 3.0.0
servers: [{url: "http://127.0.0.1:1"}]
paths: {"/pets/{id}": {get: {operationId: getPet, parameters: [{name: id, in: path, schema: {type: string}}], responses: {"200": {description: a, content: {application/json: {schema: {$ref: "#/components/schemas/Pet"}}}}}}}}
components:
  schemas:
    Pet: {type: object, properties: {id: {type: string}, owner_id: {type: string}}}
`)
	write("user.graphql", "type Query { me: User }\ntype User { id: ID! }\n")
	write("more.graphql", "type Query { other: Int }\ntype User {\n  age: Int\n}\n")
	write("date.graphql", "type Query { date: Date }\n")
	write("key.graphql", "extend schema @link(url: \"https://specs.apollo.dev/federation/v2.9\", import: [\"@key\"])\ntype Query { me: User }\ntype User @key(fields: \"idd\") { id: ID! }\n")
	write("v4.yaml", "paths: {}\nopenapi: 4.0.0\n")
	pets, plain := "subgraphs:\n  - name: pets\n    openapi: pets.yaml\n", "subgraphs:\n  - name: s\n    url: http://127.0.0.1:1\n    schema: s.graphql\n"
	rest := "subgraphs:\n  - name: s\n    schema: s.graphql\n    rest:\n      url: http://127.0.0.1:1\n      fetch:\n        Query.me: GET /me\n"
	for name, c := range map[string]struct{ yaml, want string }{
		"coordinate":  {rest + "        Query.he: GET /he\n", file + ":8:19: subgraphs.s.rest.fetch.\"Query.he\": Query has no field he (REST_UNKNOWN_FIELD)\n"},
		"no endpoint": {rest, file + ":7:9: subgraphs.s.rest.fetch: Query.you has no endpoint (REST_NO_ENDPOINT)\n"},
		"schema file": {"subgraphs:\n  - name: s\n    url: http://127.0.0.1:1\n    schema: other.graphql\n", file + ":4:13: schema of s: the file cannot be read: "},
		"openapi":     {"subgraphs:\n  - name: s\n    openapi: other.json\n", file + ":3:14: schema of s: the file cannot be read: "},
		"select":      {"subgraphs:\n  - name: s\n    schema: user.graphql\n    rest:\n      url: http://127.0.0.1:1\n      fetch:\n        Query.me: {GET: /me, select: idd}\n", file + ":7:38: subgraphs.s.rest.fetch.\"Query.me\".select: the mapping of Query.me makes idd, which User does not have (REST_UNKNOWN_FIELD)\n  hint: Did you mean \"id\"?\n"},
		"rest key":    {"subgraphs:\n  - name: s\n    schema: key.graphql\n    rest:\n      url: http://127.0.0.1:1\n      fetch:\n        Query.me: GET /me\n        User: 'GET /users/{id}'\n", dir + "/key.graphql:3:6: the @key \"idd\" of User names idd, which User does not have (REST_INVALID_SCHEMA)\n"},
		"config":      {"subgraphs:\n  - name: s\n    schema: s.graphql\n    rest:\n      url: http://127.0.0.1:1\n      headers: {set: {x: $config.key}}\n      fetch:\n        Query.me: GET /me\n        Query.you: GET /you\n", file + ":6:26: subgraphs.s.rest.headers.set.x: config has no value key (REST_INVALID_VARIABLE)\n  hint: Give it in rest.config, as in config: {key: …}.\n"},
		"near file":   {"subgraphs:\n  - name: s\n    url: http://127.0.0.1:1\n    schema: ss.graphql\n", file + ":4:13: schema of s: the file cannot be read: open " + dir + "/ss.graphql: no such file or directory (SCHEMA_FILE)\n  hint: did you mean \"s.graphql\"?\n"},
		"no type":     {"subgraphs:\n  - name: s\n    url: http://127.0.0.1:1\n    schema: date.graphql\n", dir + "/date.graphql:1:20: Unknown type Date (INVALID_GRAPHQL)\n    1 | type Query { date: Date }\n      |                    ^\n  hint: Define the type, or write \"scalar Date\" if it is a scalar of your own.\n"},
		"unreachable": {"subgraphs:\n  - name: s\n    url: http://127.0.0.1:1\n    schema: user.graphql\n  - name: t\n    url: http://127.0.0.1:1\n    schema: more.graphql\n", dir + "/more.graphql:3:3: Query.me → User.age: subgraph t has no resolvable key of User (SATISFIABILITY_ERROR)\n"},
		"document":    {"subgraphs:\n  - name: pets\n    openapi: v4.yaml\n", file + ":3:14: subgraphs.pets.openapi: there is no OpenAPI version \"4.0.0\"; 2.0, 3.0 and 3.1 are known, in " + dir + "/v4.yaml:2:1 (#/openapi) (OPENAPI_VERSION)\n"},
		"operations":  {"subgraphs:\n  - name: pets\n    openapi:\n      source: pets.yaml\n      operations: {gotPet: pet}\n", file + ":5:28: subgraphs.pets.openapi.operations.gotPet: the document has no operation gotPet, in " + dir + "/pets.yaml:3:1 (#/paths) (OPENAPI_UNKNOWN)\n  hint: Did you mean \"getPet\"? "},
		"types":       {"subgraphs:\n  - name: pets\n    openapi:\n      source: pets.yaml\n      types: {Animal: Pet}\n", file + ":5:23: subgraphs.pets.openapi.types.Animal: the document has no component schema Animal, in " + dir + "/pets.yaml:5:3 (#/components/schemas) (OPENAPI_UNKNOWN)\n  hint: Types are named in openapi.types by component schema. There are Pet\n"},
		"entities":    {pets + "    entities:\n      Pet: di\n", file + ":5:12: subgraphs.pets.entities.Pet: Pet has no field di that could be a key, in " + dir + "/pets.yaml:6:5 (#/components/schemas/Pet) (OPENAPI_INVALID_KEY)\n  hint: A key is made of plain fields: texts and whole numbers. There are id, owner_id\n"},
		"links":       {pets + "    links:\n      Pet.owner: {User: {id: ownr_id}}\n", file + ":5:18: subgraphs.pets.links.\"Pet.owner\": Pet has no property ownr_id, in " + dir + "/pets.yaml:6:5 (#/components/schemas/Pet) (OPENAPI_UNKNOWN)\n  hint: Did you mean \"owner_id\"?\n"},
		"transforms":  {plain + "    transforms:\n      - rename: {types: {Qery: Q}}\n", file + ":6:32: subgraphs.s.transforms.0.rename.types.Qery: the subgraph has no type \"Qery\" (STITCH_UNKNOWN_TYPE)\n  hint: did you mean \"Query\"?\n"},
		"entity":      {plain + "    entities:\n      User: {key: id, lookup: 'user(id: $key.id)'}\n", file + ":6:13: subgraphs.s.entities.User: the subgraph has no type \"User\" (STITCH_UNKNOWN_TYPE)\n  hint: there are: Query\n"},
	} {
		write("router.yaml", c.yaml)
		got := weft(t, "", "check", "--config", file)
		if got.code != 1 || !strings.HasPrefix(got.err, c.want) {
			t.Errorf("%s: exit %d: %s", name, got.code, got.err)
		}
	}
	write("router.yaml", rest)
	got := weft(t, "", "compose", "--config", file, "--format", "json")
	if want := `"message":"` + file + `:7:9: subgraphs.s.rest.fetch: Query.you has no endpoint","subgraph":"s","line":0,"column":0`; !strings.Contains(got.out, want) {
		t.Errorf("%s is not in\n%s", want, got.out)
	}
}

// Settings for subgraphs that a supergraph does not have are located, too.
func TestCheckUnknownSubgraphs(t *testing.T) {
	dir := t.TempDir()
	write(t, dir, "s.graphql", "type Query { me: String }\n")
	composed := weft(t, "", "compose", "--config", write(t, dir, "one.yaml", "subgraphs: [{name: users, url: 'http://127.0.0.1:1', schema: s.graphql}]\n"))
	if composed.code != 0 {
		t.Fatal(composed.err)
	}
	write(t, dir, "supergraph.graphql", composed.out)
	file := write(t, dir, "router.yaml", `supergraph: {path: supergraph.graphql}
subgraphs:
  - {name: user, url: http://127.0.0.1:1, timeout: 1s}
headers:
  subgraphs:
    - {name: other}
`)
	got := weft(t, "", "check", "--config", file)
	for _, want := range []string{
		file + ":3:12: subgraphs.user.name: there is no subgraph \"user\" in the supergraph (CONFIG_UNKNOWN_NAME)\n  hint: did you mean \"users\"?\n",
		file + ":6:14: headers.subgraphs.other.name: there is no subgraph \"other\" in the supergraph (CONFIG_UNKNOWN_NAME)\n  hint: one of: users\n",
	} {
		if !strings.Contains(got.err, want) {
			t.Errorf("%s is not in\n%s", want, got.err)
		}
	}
	if got.code != 1 || strings.Count(got.err, "\n") != 4 {
		t.Errorf("exit %d: %s", got.code, got.err)
	}
	plain := write(t, dir, "plain.yaml", "subgraphs: [{name: users, url: 'http://127.0.0.1:1', schema: s.graphql}]\n")
	for name, want := range map[string]string{"users": "no REST service", "user": "there is no subgraph \"user\""} {
		if got := weft(t, "", "check", "--config", plain, "--live", "--subgraph", name); got.code != 2 || !strings.Contains(got.err, want) {
			t.Errorf("exit %d: %s", got.code, got.err)
		}
	}
}
