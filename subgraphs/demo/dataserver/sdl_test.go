package dataserver

import (
	"strings"
	"testing"
)

// TestSDLStyles starts servers on the many ways in which a subgraph's SDL may
// bring, import, rename or leave out federation's definitions.
func TestSDLStyles(t *testing.T) {
	const root = `type Query { topUser: User } `
	for name, tc := range map[string]struct {
		sdl  string
		mode Mode
		want string // the answer to {topUser{__typename id}}
	}{
		"federation 1 with its definitions": {sdl: `
			scalar _FieldSet
			scalar _Any
			directive @key(fields: _FieldSet!) repeatable on OBJECT | INTERFACE
			directive @external on FIELD_DEFINITION
			type _Service { sdl: String }
			union _Entity = User
			extend type Query { topUser: User _service: _Service! _entities(representations: [_Any!]!): [_Entity]! }
			type User @key(fields: "id") { id: ID! }`},
		"definitions without their scalars": {sdl: root + `
			directive @key(fields: federation__FieldSet!, resolvable: Boolean = true) repeatable on OBJECT | INTERFACE
			directive @link(url: String!, import: [link__Import], for: link__Purpose) repeatable on SCHEMA
			extend schema @link(url: "https://specs.apollo.dev/link/v1.0") @link(url: "https://specs.apollo.dev/federation/v2.0", import: ["@key"])
			type User @key(fields: "id") { id: ID! }`},
		"everything by prefix": {sdl: root + `
			extend schema @link(url: "https://specs.apollo.dev/federation/v2.3")
			type User @federation__key(fields: "id") { id: ID! @federation__shareable }`},
		"scalar and directive imports": {sdl: root + `
			extend schema @link(url: "https://specs.apollo.dev/federation/v2.11", import: ["@key", "FieldSet", "@context", "@fromContext", "@cost", "@listSize", "@policy", "@requiresScopes", "@authenticated", "@tag", "@composeDirective"])
				@link(url: "https://example.com/mine/v1.0", import: ["@mine"]) @composeDirective(name: "@mine")
			directive @mine on OBJECT
			type User @key(fields: "id") @mine @context(name: "u") @authenticated @policy(policies: [["p"]]) @tag(name: "t") {
				id: ID! @requiresScopes(scopes: [["a", "b"]])
				near(at: ID @fromContext(field: "$u { id }")): [User] @cost(weight: 3) @listSize(assumedSize: 5, slicingArguments: ["at"])
			}`},
		"schema definition without a query": {sdl: `
			schema @link(url: "https://specs.apollo.dev/federation/v2.0", import: ["@key"]) { mutation: Change }
			type Change { change: Int }
			type User @key(fields: "id") { id: ID! }`, want: "-"},
		"no query at all":   {sdl: `type User @key(fields: "id") { id: ID! }`, want: "-"},
		"extension only":    {sdl: `extend type Query { topUser: User } extend type User @key(fields: "id") { id: ID! @external }`},
		"extends directive": {sdl: `type Query @extends { topUser: User } type User @key(fields: "id") @extends { id: ID! @external }`},
		"plain with lookups": {mode: Plain, sdl: root + `
			extend type Query { user(id: ID! @is(field: "id")): User @lookup @internal }
			type User @key(fields: "id") { id: ID! near(at: ID @require(field: "id")): Int @shareable }`},
	} {
		t.Run(name, func(t *testing.T) {
			data, err := ParseData([]byte(`{"types": {"User": [{"id": "1"}]}, "roots": {
				"Query.topUser": {"find": "User", "by": {"id": "1"}}, "Query.user": {"find": "User", "by": {"id": "$id"}},
				"Mutation.change": {"value": 1}}}`))
			if err != nil {
				t.Fatal(err)
			}
			s, err := New(Options{Name: "s", SDL: tc.sdl, Data: data, Mode: tc.mode})
			if err != nil {
				t.Fatal(err)
			}
			if tc.want != "-" {
				if got, want := ask(t, s, `{topUser{__typename id}}`, `{}`), `{"data":{"topUser":{"__typename":"User","id":"1"}}}`; got != want {
					t.Error(got)
				}
			}
			if tc.mode == Plain {
				if got, want := ask(t, s, `{user(id:1){id}}`, `{}`), `{"data":{"user":{"id":"1"}}}`; got != want {
					t.Error(got)
				}
				return
			}
			if got, want := ask(t, s, entitiesQuery(`...on User{id}`), `{"r":[{"__typename":"User","id":"1"}]}`), `{"data":{"_entities":[{"id":"1"}]}}`; got != want {
				t.Error(got)
			}
			if got := ask(t, s, `{_service{sdl}}`, `{}`); !strings.Contains(got, `"sdl":"`) {
				t.Error(got)
			}
		})
	}
}

// A directive of one's own that happens to be called like one of federation's
// has no meaning for it.
func TestOwnDirectiveIsNotFederations(t *testing.T) {
	s := newServer(t, "s", `
		extend schema @link(url: "https://specs.apollo.dev/federation/v2.0", import: ["@key"])
		directive @external on FIELD_DEFINITION
		type Query { topUser: User }
		type User @key(fields: "id") { id: ID! name: String @external }`, parseShop(t))
	if got, want := ask(t, s, `{topUser{name}}`, `{}`), `{"data":{"topUser":{"name":"Ada"}}}`; got != want {
		t.Error(got)
	}
}
