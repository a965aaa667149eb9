package rest

import (
	"strings"
	"testing"
)

// faultsOf compiles what must not compile.
func faultsOf(t *testing.T, sdl string, spec *Spec) []*Error {
	t.Helper()
	if spec.URL == "" {
		spec.URL = "http://upstream.test/api"
	}
	up, errs := Compile("test", document(t, sdl), spec)
	if (up == nil) != (len(errs) > 0) {
		t.Fatal("an upstream exactly if there is no error")
	}
	return errs
}

func TestCompileFaults(t *testing.T) {
	one := func(e EndpointSpec) *Spec { return itemSpec(e) }
	get := func(coordinate, path string) EndpointSpec {
		return EndpointSpec{Coordinate: coordinate, Method: "GET", Path: path, At: Place{Key: "rest.fetch." + coordinate, Line: 7, Column: 3}}
	}
	with := func(e EndpointSpec, change func(*EndpointSpec)) *Spec {
		change(&e)
		return one(e)
	}
	cases := []struct {
		name string
		sdl  string
		spec *Spec
		code string
		hint string
	}{
		{"no such type", itemSDL, one(get("Itme", "/x")), CodeUnknownType, `Did you mean "Item"?`},
		{"no such field", itemSDL, one(get("Item.nmae", "/x/{id}")), CodeUnknownField, `Did you mean "name"?`},
		{"no such root field", itemSDL, one(get("Query.onne", "/x")), CodeUnknownField, `Did you mean "one"?`},
		{"no such type of operation", itemSDL, one(get("Mutation.x", "/x")), CodeUnknownType, ""},
		{"not a coordinate", itemSDL, one(get("Item(", "/x")), CodeInvalidCoordinate, ""},
		{"bad key", itemSDL, one(get("Item(shop)", "/x")), CodeInvalidKey, ""},
		{"unknown key", itemSDL, one(get("Item(skuu)", "/x/{skuu}")), CodeUnknownField, `Did you mean "sku"?`},
		{"no method", itemSDL, one(EndpointSpec{Coordinate: "Item", Path: "/x/{id}"}), CodeInvalidMethod, ""},
		{"odd method", itemSDL, one(EndpointSpec{Coordinate: "Item", Method: "GETT", Path: "/x/{id}"}), CodeInvalidMethod, ""},
		{"bad path", itemSDL, one(get("Item", "x/{id}")), CodeInvalidPath, ""},
		{"dots in a path", itemSDL, one(get("Item", "/../{id}")), CodeInvalidPath, ""},
		{"neither argument nor field", itemSDL, one(get("Item", "/x/{idd}")), CodeUnknownArgument, `Did you mean "id"?`},
		{"ambiguous", `type Query { x: T } type T @key(fields: "id") { id: ID! f(id: ID): String }`, &Spec{Endpoints: []EndpointSpec{
			get("Query.x", "/x"), get("T.f", "/t/{id}")}}, CodeAmbiguous, "$args.id"},
		{"argument of nothing", itemSDL, with(get("Query.one", "/x/{id}"), func(e *EndpointSpec) {
			e.Query = []Param{expression("q", "$args.idd")}
		}), CodeUnknownArgument, `Did you mean "id"?`},
		{"unused argument", `type Query { x(a: Int): String }`, &Spec{Endpoints: []EndpointSpec{get("Query.x", "/x")}}, CodeUnusedArgument, "$args.a"},
		{"key not in the coordinate", itemSDL, one(get("Item", "/x/{sku}")), CodeInvalidKey, "Item(sku)"},
		{"this at the root", itemSDL, one(get("Query.one", "/x/{id}?y={$this.id}")), CodeInvalidVariable, ""},
		{"batch at the root", itemSDL, one(get("Query.one", "/x/{id}?y={$batch.id}")), CodeInvalidBatch, ""},
		{"the answer in a request", itemSDL, one(get("Item", "/x/{id}?y={$.id}")), CodeInvalidExpression, "$args"},
		{"status in a request", itemSDL, one(get("Item", "/x/{id}?y={$status}")), CodeInvalidVariable, ""},
		{"broken expression", itemSDL, with(get("Item", "/x/{id}"), func(e *EndpointSpec) { e.Select = "id name: {" }), CodeInvalidExpression, ""},
		{"unknown method of an expression", itemSDL, with(get("Item", "/x/{id}"), func(e *EndpointSpec) { e.SelectAt = "items->frist" }), CodeInvalidExpression, "first"},
		{"selects what the type has not", itemSDL, with(get("Item", "/x/{id}"), func(e *EndpointSpec) { e.Select = "id nmae: name" }), CodeUnknownField, `Did you mean "name"?`},
		{"selects an object for a scalar", itemSDL, with(get("Item", "/x/{id}"), func(e *EndpointSpec) { e.Select = "id name: { a: b }" }), CodeInvalidSelection, ""},
		{"selects a text for an object", itemSDL, with(get("Item", "/x/{id}"), func(e *EndpointSpec) { e.Select = "id shop: $('x')" }), CodeInvalidSelection, ""},
		{"batch limits without batch", itemSDL, with(get("Item", "/x/{id}"), func(e *EndpointSpec) { e.Batch.Max = 3 }), CodeInvalidBatch, "$batch"},
		{"field of a batch without match", itemSDL, one(get("Item.tags", "/x?ids={$batch.id}&p={$args.page}")), CodeInvalidMatch, "match: position"},
		{"answers without key", itemSDL, with(get("Item", "/x?ids={$batch.id}"), func(e *EndpointSpec) { e.Select = "name" }), CodeInvalidMatch, ""},
		{"unknown match", itemSDL, with(get("Item", "/x?ids={$batch.id}"), func(e *EndpointSpec) { e.Match = "order" }), CodeInvalidMatch, ""},
		{"map of compound keys", itemSDL, with(get("Item(sku shop { id })", "/x"), func(e *EndpointSpec) { e.Match = "map" }), CodeInvalidMatch, ""},
		{"body of GET", itemSDL, with(get("Item", "/x/{id}"), func(e *EndpointSpec) { e.Body = "$args" }), CodeInvalidVariable, ""},
		{"header of the connection", itemSDL, with(get("Item", "/x/{id}"), func(e *EndpointSpec) { e.Headers = []Header{{Name: "Transfer-Encoding", Value: "x"}} }), CodeInvalidHeader, ""},
		{"host header", itemSDL, with(get("Item", "/x/{id}"), func(e *EndpointSpec) { e.Headers = []Header{{Name: "host", Value: "x"}} }), CodeInvalidHeader, ""},
		{"list style", itemSDL, with(get("Item", "/x/{id}"), func(e *EndpointSpec) { e.Lists = "repaet" }), CodeInvalidOption, `Did you mean "repeat"?`},
		{"environment", itemSDL, one(get("Item", "/x/{id}?k={$env.NO_SUCH_VARIABLE_OF_WEFT}")), CodeUnknownEnvironment, ""},
		{"config", itemSDL, one(get("Item", "/x/{id}?k={$config.key}")), CodeInvalidVariable, ""},
		{"missing", itemSDL, with(get("Item", "/x/{id}"), func(e *EndpointSpec) { e.Missing = "dorp" }), CodeInvalidOption, ""},
		{"ok", itemSDL, with(get("Item", "/x/{id}"), func(e *EndpointSpec) { e.OK = "299..200" }), CodeInvalidOption, ""},
		{"polling", itemSDL, with(get("Item", "/x/{id}"), func(e *EndpointSpec) { e.Stream = "poll" }), CodeUnsupported, "poll"},
		{"subscription", itemSDL + "type Subscription { s: Int }", itemSpec(get("Subscription.s", "/s")), CodeUnsupported, ""},
		{"jq", itemSDL, with(get("Item", "/x/{id}"), func(e *EndpointSpec) { e.JQ = ".a |"; e.Provides = "id" }), CodeInvalidJQ, ""},
		{"jq without shape", itemSDL, with(get("Item", "/x/{id}"), func(e *EndpointSpec) { e.JQ = ".a" }), CodeInvalidJQ, "provides"},
		{"omit", itemSDL, with(get("Item", "/x/{id}"), func(e *EndpointSpec) { e.Omit = "nope" }), CodeUnknownField, ""},
		{"invalidates", itemSDL, with(get("Item", "/x/{id}"), func(e *EndpointSpec) { e.Invalidates = []string{"Itm"} }), CodeUnknownType, `Did you mean "Item"?`},
		{"no endpoint", `type Query { a: Int b: Int }`, &Spec{Endpoints: []EndpointSpec{get("Query.a", "/a")}}, CodeNoEndpoint, "GET /b"},
		{"nothing gives it", `type Query { a: A } type A { x: Int y(z: Int): Int }`, &Spec{Endpoints: []EndpointSpec{get("Query.a", "/a")}}, CodeFieldNotProvided, "A.y"},
		{"nothing gives it by select", `type Query { a: A } type A { x: Int y: Int }`, &Spec{Endpoints: []EndpointSpec{{Coordinate: "Query.a", Method: "GET", Path: "/a", Select: "x"}}}, CodeFieldNotProvided, "types.A"},
		{"abstract", `type Query { a: U } union U = A | B type A { x: Int } type B { y: Int }`, &Spec{Endpoints: []EndpointSpec{get("Query.a", "/a")}}, CodeMissingTypename, "types.U.typename"},
		{"mapped arguments", itemSDL, &Spec{Types: []TypeSpec{{Type: "Item", Fields: []FieldSpec{{Field: "tags", Select: "tags"}}}}, Endpoints: itemSpec().Endpoints}, CodeArgumentsIgnored, "endpoint"},
		{"type mapping of nothing", itemSDL, &Spec{Types: []TypeSpec{{Type: "Itm"}}, Endpoints: itemSpec().Endpoints}, CodeUnknownType, `Did you mean "Item"?`},
		{"enum value", `enum E { A B } type Query { e: E }`, &Spec{Enums: []EnumSpec{{Enum: "E", Values: []Value{{"AA", `"a"`}}}}, Endpoints: []EndpointSpec{get("Query.e", "/e")}}, CodeUnknownValue, `Did you mean "A"?`},
		{"url", itemSDL, &Spec{URL: "ftp://x", Endpoints: itemSpec().Endpoints}, CodeInvalidURL, ""},
		{"pages of batches", itemSDL, with(get("Item.tags", "/x?ids={$batch.id}&p={$args.page}"), func(e *EndpointSpec) { e.Match = "position"; e.Page = &PageSpec{Style: "page"} }), CodeInvalidPage, ""},
		{"page style", itemSDL, with(get("Query.all", "/x"), func(e *EndpointSpec) { e.Page = &PageSpec{Style: "offest"} }), CodeInvalidPage, `Did you mean "offset"?`},
	}
	for _, c := range cases {
		t.Run(c.name, func(t *testing.T) {
			errs := faultsOf(t, c.sdl, c.spec)
			for _, err := range errs {
				if err.Code == c.code && strings.Contains(err.Hint, c.hint) {
					if err.Subgraph != "test" || err.Message == "" || !strings.Contains(err.Error(), err.Code) {
						t.Errorf("incomplete: %#v", err)
					}
					return
				}
			}
			t.Errorf("no %s with %q in %v", c.code, c.hint, errs)
		})
	}
}

func TestEveryFaultAtOnceWithItsPlace(t *testing.T) {
	errs := faultsOf(t, itemSDL, itemSpec(
		EndpointSpec{Coordinate: "Itm", Method: "GET", Path: "/x", At: Place{"rest.fetch.Itm", 3, 5}},
		EndpointSpec{Coordinate: "Item", Method: "GET", Path: "/x/{id}", Select: "id: nope->nope", At: Place{"rest.fetch.Item", 4, 5}},
	))
	if len(errs) != 2 || errs[0].Place.Line != 3 || errs[1].Place.Line != 4 || !strings.Contains(errs[0].Error(), "rest.fetch.Itm (line 3, column 5)") {
		t.Errorf("%v", errs)
	}
}

// Fields of the same type that hold different things in one answer.
func TestFacetShapes(t *testing.T) {
	sdl := `type Query { post: Post  nodes: [Node!]! }
		type Post @key(fields: "id") { id: ID! title: String author: User reviewer: User comments: [Comment!] }
		type Comment { text: String by: User replies: [Comment!] }
		type User implements Node @key(fields: "id") { id: ID! name: String zip: String @external rate: Int @requires(fields: "zip") }
		type Robot implements Node { id: ID! model: String }
		interface Node { id: ID! }`
	spec := &Spec{
		Types: []TypeSpec{
			{Type: "Post", Fields: []FieldSpec{{Field: "author", Select: "{ id: author_id name: author_name }"}, {Field: "reviewer", Select: "{ id: reviewer_id }"}}},
			{Type: "Node", Typename: &TypenameSpec{By: "kind", Map: []Value{{"human", "User"}}}},
		},
		Endpoints: []EndpointSpec{
			{Coordinate: "Query.post", Method: "GET", Path: "/post"},
			{Coordinate: "Query.nodes", Method: "GET", Path: "/nodes"},
			{Coordinate: "User", Method: "GET", Path: "/users/{id}"},
			{Coordinate: "User", Method: "GET", Path: "/users/{id}/summary", Provides: "name", Cost: 2},
			{Coordinate: "User.rate", Method: "GET", Path: "/rates/{zip}"},
			{Coordinate: "Post", Method: "GET", Path: "/posts/{id}", Omit: "comments { replies } reviewer"},
		},
	}
	up := compiled(t, sdl, spec)
	same(t, "facets", describe(up), []string{
		"Query.post: Query.post Query(post) Post(id title author<name> reviewer comments) Comment(text by<name> replies) User(id ~name)",
		"Query.nodes: Query.nodes Query(nodes) User(id name) Robot(id model) Node(id)",
		"User: User{id} User(id name)",
		"User#2: User{id} User(id name)",
		"User.rate: User{zip} User(rate)",
		"Post: Post{id} Post(id title author comments) Comment(text by) User(id name)",
	})
	f := answers(`{"id":1,"kind":"x","zip":"8000","rate":3,"name":"n"}`)
	a := newHarness(t, up, f).lookup("User.rate", "rate", `{"__typename":"User","zip":"8000"}`)
	same(t, "requests", f.lines(), []string{"GET /api/rates/8000"})
	same(t, "a mapped scalar that is an object", errTexts(a), []string{`0/0 ["rate"] UPSTREAM_SCHEMA_MISMATCH`})
	a = newHarness(t, up, answers(`[{"kind":"human","id":1,"name":"n"},{"kind":"Robot","id":"r","model":"m"},{"kind":"ghost","id":2}]`)).
		root("Query.nodes", "nodes { __typename id ... on User { n: name } ... on Robot { model } }")
	same(t, "abstract", rowTexts(a, 0), []string{`{"nodes":[{"__typename":"User","id":"1","n":"n"},{"__typename":"Robot","id":"r","model":"m"},null]}`})
	same(t, "unknown type", errTexts(a), []string{`0/0 ["nodes",2] UPSTREAM_SCHEMA_MISMATCH`})
}

// An object that holds a stub of its own type has fields that the stub lacks.
func TestSelfReference(t *testing.T) {
	sdl := `type Query { e: Employee } type Employee @key(fields: "id") { id: ID! name: String manager: Employee reports: [Employee!] }`
	up := compiled(t, sdl, &Spec{
		Types: []TypeSpec{{Type: "Employee", Fields: []FieldSpec{{Field: "manager", Select: "{ id: manager_id }"}}}},
		Endpoints: []EndpointSpec{
			{Coordinate: "Query.e", Method: "GET", Path: "/e"},
			{Coordinate: "Employee", Method: "GET", Path: "/e/{id}"},
			{Coordinate: "Employee.reports", Method: "GET", Path: "/e/{id}/reports"},
		},
	})
	same(t, "facets", describe(up), []string{
		"Query.e: Query.e Query(e<name manager { id }>) Employee(id ~name ~manager)",
		"Employee: Employee{id} Employee(id ~name ~manager) entry<name manager { id }>",
		"Employee.reports: Employee{id} Employee(~id ~name ~manager<id> ~reports<id name manager { id }>) entry<reports { id name manager { id } }>",
	})
}
