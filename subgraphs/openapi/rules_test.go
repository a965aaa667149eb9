package openapi

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"slices"
	"strings"
	"testing"
)

// answering is a document with one operation that answers with a schema.
func answering(schema string, components ...string) string {
	return fmt.Sprintf(`{"openapi": "3.1.0", "info": {"title": "t", "version": "1"},
		"paths": {"/thing": {"get": {"operationId": "thing", "responses": {"200": {"description": "", "content": {"application/json": {"schema": %s}}}}}}},
		"components": {"schemas": {%s}}}`, schema, strings.Join(components, ","))
}

// sending is a document with one operation that takes a schema.
func sending(schema string, components ...string) string {
	return fmt.Sprintf(`{"openapi": "3.1.0", "info": {"title": "t", "version": "1"},
		"paths": {"/thing": {"post": {"operationId": "thing", "requestBody": {"required": true, "content": {"application/json": {"schema": %s}}}, "responses": {"204": {"description": ""}}}}},
		"components": {"schemas": {%s}}}`, schema, strings.Join(components, ","))
}

// paths is a document with paths.
func paths(text string, components ...string) string {
	return fmt.Sprintf(`{"openapi": "3.0.0", "info": {"title": "t", "version": "1"}, "paths": {%s}, "components": {"schemas": {%s}}}`, text, strings.Join(components, ","))
}

// op is an operation that answers with a schema.
func op(id, schema string, parameters ...string) string {
	return fmt.Sprintf(`{"operationId": %q, "parameters": [%s], "responses": {"200": {"description": "", "content": {"application/json": {"schema": %s}}}}}`, id, strings.Join(parameters, ","), schema)
}

func pathParam(name string) string {
	return fmt.Sprintf(`{"name": %q, "in": "path", "required": true, "schema": {"type": "integer"}}`, name)
}

const (
	object = `{"type": "object", "properties": {"a": {"type": "string"}}}`
	user   = `"User": {"type": "object", "properties": {"id": {"type": "integer"}, "name": {"type": "string"}}}`
	isUser = `{"$ref": "#/components/schemas/User"}`
)

// squeezed is SDL in one line.
func squeezed(s string) string { return strings.Join(strings.Fields(s), " ") }

func TestRules(t *testing.T) {
	for _, c := range []struct {
		name, doc  string
		o          Options
		want, lack []string // in the SDL
		yaml       []string
		notes      []string
	}{
		// Types of scalars.
		{name: "integers", doc: answering(`{"type": "object", "properties": {"a": {"type": "integer"}, "b": {"type": "integer", "format": "int64"}, "c": {"type": "integer", "format": "int32"}, "d": {"type": "number"}}}`),
			want: []string{"a: Int ", "b: Long ", "c: Int ", "d: Float ", "scalar Long"}},
		{name: "formats", doc: answering(`{"type": "object", "properties": {"a": {"type": "string", "format": "date-time"}, "b": {"type": "string", "format": "date"}, "c": {"type": "string", "format": "uuid"}, "d": {"type": "string", "format": "uri"}, "e": {"type": "string", "format": "email"}, "f": {"type": "string", "format": "time"}, "g": {"type": "string", "format": "duration"}}}`),
			want: []string{"a: DateTime ", "b: Date ", "c: UUID ", "d: URL ", "e: String ", "f: Time ", "g: Duration "}},
		{name: "a type with the name of a format", doc: answering(`{"type": "object", "properties": {"a": {"$ref": "#/components/schemas/Date"}, "b": {"type": "string", "format": "date"}}}`, `"Date": {"type": "object", "properties": {"year": {"type": "integer"}}}`),
			want: []string{"a: Date ", "b: String ", "type Date {"}, lack: []string{"scalar Date"}, notes: []string{NoteFormat}},
		{name: "no schema", doc: answering(`{}`), want: []string{"thing: JSON "}},
		{name: "a reserved name", doc: answering(`{"$ref": "#/components/schemas/Subscription"}`, `"Subscription": `+object), want: []string{"type SubscriptionObject {"}, notes: []string{NoteReserved}},
		{name: "free keys", doc: answering(`{"type": "object", "properties": {"m": {"type": "object", "additionalProperties": {"type": "integer"}}}}`), want: []string{"m: JSON "}},
		{name: "free keys as entries", doc: answering(`{"type": "object", "properties": {"m-m": {"type": "object", "additionalProperties": ` + object + `}}}`), o: Options{Entries: true},
			want: []string{"m_m: [Thing_result_m_m_entry!] ", "key: String! value: Thing_result_m_m_entry_value "}, yaml: []string{`m_m: "'m-m'->entries"`}},

		// Null and required.
		{name: "answers are nullable", doc: answering(`{"type": "object", "required": ["a"], "properties": {"a": {"type": "string"}, "l": {"type": "array", "items": {"type": "string"}}}}`), want: []string{"a: String l: [String] }"}},
		{name: "trust", doc: answering(`{"type": "object", "required": ["a", "b", "c", "d", "l"], "properties": {"a": {"type": "string"}, "b": {"type": ["string", "null"]}, "c": {"type": "string", "nullable": true}, "d": {"anyOf": [{"type": "string"}, {"type": "null"}]}, "e": {"type": "string"}, "l": {"type": "array", "items": {"type": "string"}}}}`), o: Options{TrustRequired: true},
			want: []string{"a: String! b: String c: String d: String e: String l: [String!]! }"}},
		{name: "inputs", doc: sending(`{"type": "object", "required": ["a", "b", "c"], "properties": {"a": {"type": "string"}, "b": {"type": "string", "default": "x"}, "c": {"type": ["string", "null"]}, "d": {"type": "string"}}}`),
			want: []string{"a: String! b: String c: String d: String }", "thing(input: Thing_input!): Boolean"}},
		{name: "read only and write only", doc: sending(`{"$ref": "#/components/schemas/User"}`, `"User": {"type": "object", "properties": {"id": {"type": "string", "readOnly": true}, "name": {"type": "string"}}}`), want: []string{"input User { name: String }"}},
		{name: "write only in answers", doc: answering(isUser, `"User": {"type": "object", "properties": {"secret": {"type": "string", "writeOnly": true}, "name": {"type": "string"}}}`), want: []string{"type User { name: String }"}},
		{name: "inputs that require each other", doc: sending(`{"$ref": "#/components/schemas/A"}`, `"A": {"type": "object", "required": ["b"], "properties": {"b": {"$ref": "#/components/schemas/B"}}}`, `"B": {"type": "object", "required": ["a"], "properties": {"a": {"$ref": "#/components/schemas/A"}}}`),
			want: []string{"input A { b: B! }", "input B { a: A }"}},

		// Merging and choosing.
		{name: "allOf", doc: answering(`{"allOf": [{"$ref": "#/components/schemas/Base"}, {"properties": {"b": {"type": "integer"}}, "required": ["a"]}]}`, `"Base": `+object), o: Options{TrustRequired: true}, want: []string{"{ a: String! b: Int }"}, lack: []string{"Base"}},
		{name: "allOf of one", doc: answering(`{"type": "object", "properties": {"x": {"allOf": [{"$ref": "#/components/schemas/Base"}], "description": "The x."}}}`, `"Base": `+object), want: []string{`"""The x.""" x: Base }`}},
		{name: "allOf of itself", doc: answering(`{"$ref": "#/components/schemas/A"}`, `"A": {"allOf": [{"$ref": "#/components/schemas/A"}, `+object+`]}`), want: []string{"type A { a: String }"}},
		{name: "a reference with a default", doc: sending(`{"type": "object", "required": ["k"], "properties": {"k": {"$ref": "#/components/schemas/Kind", "default": "a"}}}`, `"Kind": {"type": "string", "enum": ["a", "b"]}`), want: []string{"k: Kind }", "enum Kind {"}},
		{name: "a union by discriminator", doc: answering(`{"$ref": "#/components/schemas/Pet"}`, `"Pet": {"oneOf": [{"$ref": "#/components/schemas/cat"}, {"$ref": "#/components/schemas/Dog"}], "discriminator": {"propertyName": "kind"}}`, `"cat": `+object, `"Dog": `+object),
			want: []string{"union Pet = Cat | Dog"}, yaml: []string{"by: kind", "map: {cat: Cat}"}},
		{name: "a union by what is required", doc: answering(`{"anyOf": [{"$ref": "#/components/schemas/Cat"}, {"$ref": "#/components/schemas/Dog"}]}`, `"Cat": {"type": "object", "required": ["purr"], "properties": {"purr": {"type": "string"}}}`, `"Dog": {"type": "object", "required": ["bark"], "properties": {"bark": {"type": "string"}}}`),
			want: []string{"union Thing_result = Cat | Dog"}, yaml: []string{"present: {Cat: purr, Dog: bark}"}},
		{name: "a union by nothing", doc: answering(`{"oneOf": [{"$ref": "#/components/schemas/A"}, {"$ref": "#/components/schemas/B"}]}`, `"A": `+object, `"B": `+object), want: []string{"thing: JSON"}, lack: []string{"type A"}, notes: []string{NoteUnion}},
		{name: "a choice of numbers", doc: answering(`{"oneOf": [{"type": "integer"}, {"type": "number"}, {"type": "null"}]}`), want: []string{"thing: Float"}},
		{name: "a choice of texts", doc: answering(`{"oneOf": [{"type": "string", "format": "uuid"}, {"enum": ["none"]}]}`), want: []string{"thing: String"}},
		{name: "a choice of text and number", doc: answering(`{"type": ["string", "integer"]}`), want: []string{"thing: JSON"}},
		{name: "choices beside properties", doc: answering(`{"type": "object", "properties": {"a": {"type": "string"}}, "oneOf": [{"required": ["a"]}, {"properties": {"b": {"type": "integer"}}, "required": ["b"]}]}`), o: Options{TrustRequired: true}, want: []string{"{ a: String b: Int }"}},
		{name: "a choice as input", doc: sending(`{"oneOf": [{"$ref": "#/components/schemas/A"}, {"$ref": "#/components/schemas/B"}]}`, `"A": `+object, `"B": `+object), want: []string{"thing(input: JSON!): Boolean"}},

		// Names.
		{name: "enum values", doc: answering(`{"type": "object", "properties": {"k": {"type": "string", "enum": ["a-b", "2x", "true", "ok", "+1", "-1", ">="]}}}`),
			want: []string{"enum Thing_result_k { a_b _2x _true ok plus1 minus1 gt }"}, yaml: []string{`a_b: a-b`, `_2x: 2x`, `_true: "true"`, `plus1: "+1"`}},
		{name: "enum values of one name", doc: answering(`{"type": "string", "enum": ["a-b", "a b"]}`), want: []string{"thing: String"}, notes: []string{NoteEnum}},
		{name: "an enum of numbers", doc: answering(`{"type": "integer", "enum": [1, 2]}`), want: []string{"thing: Int"}},
		{name: "properties", doc: answering(`{"type": "object", "properties": {"x-y": {"type": "string"}, "@id": {"type": "string"}, "_links": {"type": "string"}, "__v": {"type": "integer"}, "1st": {"type": "string"}, "größe": {"type": "string"}, "it's": {"type": "string"}}}`),
			want: []string{"x_y: String", " id: String", "_links: String", "_v: Int", "_1st: String", "gr_u00F6_u00DF_e: String", "it_s: String"}, yaml: []string{`id: "'@id'"`, `_v: __v`, `it_s: "'it\\'s'"`}},
		{name: "properties of one name", doc: answering(`{"type": "object", "properties": {"a-b": {"type": "integer"}, "a_b": {"type": "string"}}}`), want: []string{"{ a_b: String }"}, notes: []string{NoteProperty}},
		{name: "types", doc: answering(`{"type": "object", "properties": {"x": {"$ref": "#/components/schemas/foo.bar-baz"}, "y": {"$ref": "#/components/schemas/Page_Item_"}}}`, `"foo.bar-baz": `+object, `"Page_Item_": `+object), want: []string{"type FooBarBaz {", "type Page_Item {"}},
		{name: "types by option", doc: answering(`{"type": "object", "properties": {"x": {"$ref": "#/components/schemas/foo"}, "y": `+object+`}}`, `"foo": `+object), o: Options{Types: map[string]string{"foo": "Bar", "#/paths/~1thing/get/responses/200/content/application~1json/schema/properties/y": "Why"}}, want: []string{"x: Bar ", "type Bar {", "y: Why "}},
		{name: "input beside output", doc: paths(`"/u": {"get": `+op("u", isUser)+`, "post": {"operationId": "add", "requestBody": {"content": {"application/json": {"schema": `+isUser+`}}}, "responses": {"204": {"description": ""}}}}`, user),
			want: []string{"type User {", "input UserInput {", "add(input: UserInput): Boolean"}},
		{name: "operations without id", doc: paths(`"/users/{id}/blog-posts": {"get": {"responses": {"204": {"description": ""}}}, "put": {"responses": {"204": {"description": ""}}}}`), want: []string{"getUsersByIdBlogPosts(id: String!): Boolean", "putUsersByIdBlogPosts("}},
		{name: "operations by option", doc: paths(`"/a": {"get": ` + op("a", object) + `}, "/b": {"post": ` + op("find-b", object) + `}, "/c": {"get": ` + op("c", object) + `}`), o: Options{Operations: map[string]string{"a": "first", "POST /b": "Query.second", "c": ""}},
			want: []string{"type Query { first: First_result second: Second_result }"}, lack: []string{"Mutation"}},
		{name: "only and except", doc: paths(`"/a": {"get": ` + op("a", object) + `}, "/b/x": {"get": ` + op("b", object) + `, "post": ` + op("c", object) + `}`), o: Options{Only: Filter{Paths: []string{"/b/*"}}, Except: Filter{Methods: []string{"post"}}}, want: []string{"type Query { b: "}, lack: []string{"Mutation", "A_result"}},

		// Parameters.
		{name: "parameters of one name", doc: paths(`"/a/{id}": {"get": ` + op("a", object, pathParam("id"), `{"name": "id", "in": "query", "schema": {"type": "string"}}`, `{"name": "id", "in": "header", "schema": {"type": "string"}}`) + `}`),
			want: []string{"a(id: Int!, query_id: String, header_id: String)"}, yaml: []string{"query: {id: $args.query_id}", "headers: {id: $args.header_id}"}},
		{name: "an object as parameters", doc: paths(`"/a": {"get": ` + op("a", object, `{"name": "f", "in": "query", "schema": {"type": "object", "properties": {"x-y": {"type": "string"}, "z": {"type": "integer"}}}}`) + `}`),
			want: []string{"a(f: A_f)"}, yaml: []string{"query: {x-y: $args.f.x_y, z: $args.f.z}"}},
		{name: "a deep object", doc: paths(`"/a": {"get": ` + op("a", object, `{"name": "f", "in": "query", "style": "deepObject", "explode": true, "schema": {"type": "object", "properties": {"x-y": {"type": "string"}}}}`) + `}`),
			yaml: []string{`f: "$args.f { 'x-y': x_y }"`}},
		{name: "a list in the path", doc: paths(`"/a/{ids}/b": {"get": ` + op("a", object, `{"name": "ids", "in": "path", "required": true, "schema": {"type": "array", "items": {"type": "integer"}}}`) + `}`), want: []string{"a(ids: String!)"}},
		{name: "names in the path", doc: paths(`"/a/{x-id}/{proxy+}": {"get": ` + op("a", object, pathParam("x-id")) + `}`), want: []string{"a(x_id: Int!, proxy: String!)"}, yaml: []string{"GET /a/{x_id}/{proxy}"}},
		{name: "a query in the path", doc: paths(`"/a?list=1&v={v}": {"get": ` + op("a", object) + `}`), want: []string{"a(v: String!)"}, yaml: []string{`query: {list: "1", v: $args.v}`}},
		{name: "a fragment in the path", doc: paths(`"/#Target=A": {"get": ` + op("a", object) + `}, "/x#/y/{z}": {"get": ` + op("b", object) + `}`), yaml: []string{"Query.a: GET /"}, lack: []string{" b: "}, notes: []string{NotePath}},
		{name: "a path that leads elsewhere", doc: paths(`"/a": {"get": ` + op("a", object) + `}, "/../b": {"get": ` + op("b", object) + `}`), lack: []string{" b: "}, notes: []string{NotePath}},

		// Bodies and answers.
		{name: "renamed input", doc: sending(`{"type": "array", "items": {"type": "object", "properties": {"x-y": {"type": "string"}, "z": {"type": "array", "items": {"type": "object", "properties": {"p.q": {"type": "integer"}}}}}}}`),
			want: []string{"thing(input: [Thing_input!]!)"}, yaml: []string{`body: "$args.input { 'x-y': x_y z { 'p.q': p_q } }"`}},
		{name: "renamed input without end", doc: sending(`{"$ref": "#/components/schemas/A"}`, `"A": {"type": "object", "properties": {"x-y": {"type": "string"}, "a": {"$ref": "#/components/schemas/A"}}}`), want: []string{"thing(input: JSON!)"}, lack: []string{"input A"}, notes: []string{NoteInput}},
		{name: "an envelope", doc: answering(`{"type": "object", "properties": {"users": {"type": "array", "items": `+isUser+`}, "total": {"type": "integer"}}}`, user), want: []string{"thing: [User]"}, yaml: []string{"at: users"}, notes: []string{NoteEnvelope}},
		{name: "an object with a list", doc: answering(`{"type": "object", "properties": {"name": {"type": "string"}, "users": {"type": "array", "items": `+isUser+`}}}`, user), want: []string{"users: [User]"}},
		{name: "an envelope of one", doc: answering(`{"type": "object", "properties": {"data": `+isUser+`}}`, user), want: []string{"thing: User"}, yaml: []string{"at: data"}},
		{name: "JSON goes before others", doc: paths(`"/a": {"get": {"operationId": "a", "responses": {"200": {"description": "", "content": {"text/csv": {}}}, "202": {"description": "", "content": {"application/hal+json": {"schema": ` + object + `}, "text/plain": {}}}}}}`), want: []string{"a: A_result"}},
		{name: "a file as answer", doc: paths(`"/a": {"get": {"operationId": "a", "responses": {"200": {"description": "", "content": {"application/pdf": {}}}}}, "post": {"operationId": "b", "responses": {"200": {"description": "", "content": {"application/pdf": {}}}}}}`), want: []string{"type Mutation { b: Boolean }"}, lack: []string{"Query"}, notes: []string{NoteResponse, NoteResponse}},
		{name: "a body of a GET", doc: paths(`"/a": {"get": {"operationId": "a", "requestBody": {"content": {"application/json": {"schema": ` + object + `}}}, "responses": {"204": {"description": ""}}}}`), want: []string{"a: Boolean"}, notes: []string{NoteBody}},
		{name: "optional upload", doc: paths(`"/a": {"post": {"operationId": "a", "requestBody": {"content": {"application/octet-stream": {}}}, "responses": {"204": {"description": ""}}}}`), want: []string{"a: Boolean"}, notes: []string{NoteBody}},
		{name: "other methods", doc: paths(`"/a": {"get": ` + op("a", object) + `, "head": {"responses": {}}, "trace": {"responses": {}}, "options": {"responses": {}}}`), want: []string{"type Query { a: "}},
		{name: "no responses", doc: paths(`"/a": {"put": {"operationId": "a"}, "post": {"operationId": "b", "responses": {"404": {"description": ""}}}}`), want: []string{"a: Boolean b: Boolean"}},
		{name: "descriptions", doc: answering(`{"type": "object", "description": "With \"\"\" in it, and a last \\\\", "properties": {"a": {"type": "string", "description": "ends \""}}}`), want: []string{`With \""" in it`}},

		// Entities.
		{name: "an entity by id", doc: paths(`"/users/{id}": {"get": `+op("u", isUser, pathParam("id"))+`}`, user), want: []string{`type User @key(fields: "id") { id: ID!`, "u(id: ID!): User"}, yaml: []string{"User: GET /users/{id}"}},
		{name: "an entity by a longer name", doc: paths(`"/users/{userId}": {"get": `+op("u", isUser, pathParam("userId"))+`, "delete": {"operationId": "d", "parameters": [`+pathParam("userId")+`], "responses": {"204": {"description": ""}}}}, "/users/{userId}/x": {"get": `+op("x", object, pathParam("userId"))+`}`, user),
			want: []string{`@key(fields: "id")`, "d(userId: ID!)", "x(userId: ID!)"}, yaml: []string{"User: GET /users/{id}"}},
		{name: "an entity by its own name", doc: paths(`"/users/{user}": {"get": `+op("u", isUser, pathParam("user"))+`}`, user), want: []string{`@key(fields: "id")`}},
		{name: "an entity whose property has the longer name", doc: paths(`"/users/{id}": {"get": `+op("u", isUser, pathParam("id"))+`}`, `"User": {"type": "object", "properties": {"user_id": {"type": "string"}}}`), want: []string{`@key(fields: "user_id")`}, yaml: []string{"User: GET /users/{user_id}"}},
		{name: "no entity with more to say", doc: paths(`"/users/{id}": {"get": `+op("u", isUser, pathParam("id"), `{"name": "v", "in": "query", "required": true, "schema": {"type": "string"}}`)+`}`, user), lack: []string{"@key("}},
		{name: "no entity without a component", doc: paths(`"/users/{id}": {"get": ` + op("u", `{"type": "object", "properties": {"id": {"type": "string"}}}`, pathParam("id")) + `}`), lack: []string{"@key("}},
		{name: "no entity by a date", doc: paths(`"/users/{id}": {"get": `+op("u", isUser, pathParam("id"))+`}`, `"User": {"type": "object", "properties": {"id": {"type": "string", "format": "date"}}}`), lack: []string{"@key("}},
		{name: "the best lookup", doc: paths(`"/teams/{team}/users/{id}": {"get": `+op("tu", isUser, pathParam("team"), pathParam("id"))+`}, "/users/by/{name}": {"get": `+op("byName", isUser, pathParam("name"))+`}, "/users/{id}": {"get": `+op("u", isUser, pathParam("id"))+`}`, user), yaml: []string{"User: GET /users/{id}"}},
		{name: "an entity by option", doc: paths(`"/users/{id}": {"get": `+op("u", isUser, pathParam("id"))+`}, "/users/by/{name}": {"get": `+op("byName", isUser, pathParam("name"))+`}`, user), o: Options{Entities: []Entity{{"User", "name"}}}, want: []string{`@key(fields: "name")`, "name: ID!"}, yaml: []string{"User: GET /users/by/{name}"}},
		{name: "a compound key", doc: paths(`"/o/{org}/r/{repo_name}": {"get": `+op("r", `{"$ref": "#/components/schemas/Repo"}`, pathParam("org"), pathParam("repo_name"))+`}`, `"Repo": {"type": "object", "properties": {"org": {"type": "string"}, "name": {"type": "string"}}}`), o: Options{Entities: []Entity{{"Repo", "org name"}}},
			want: []string{`@key(fields: "org name") { name: ID! org: ID! }`}, yaml: []string{"Repo: GET /o/{org}/r/{name}"}},
		{name: "no entity by option", doc: paths(`"/users/{id}": {"get": `+op("u", isUser, pathParam("id"))+`}`, user), o: Options{Entities: []Entity{{"User", ""}}}, lack: []string{"@key("}},
		{name: "a link within the document", doc: paths(`"/users/{id}": {"get": `+op("u", isUser, pathParam("id"))+`}, "/orders": {"get": `+op("o", `{"type": "array", "items": {"$ref": "#/components/schemas/Order"}}`)+`}`, user, `"Order": {"type": "object", "properties": {"user-id": {"type": "integer"}}}`), o: Options{Links: []Link{{"Order.user", "User", []LinkKey{{"id", "user-id"}}}}},
			want: []string{"type Order { user_id: Int user: User }"}, yaml: []string{`user: "{ id: 'user-id' }"`}},
	} {
		t.Run(c.name, func(t *testing.T) {
			r, _ := imported(t, []byte(c.doc), c.o)
			sdl := squeezed(r.SDL)
			for _, want := range c.want {
				if !strings.Contains(sdl+" ", want) {
					t.Errorf("lacks %s:\n%s", want, r.SDL)
				}
			}
			_, body, _ := strings.Cut(sdl, `["@key"])`)
			for _, lack := range c.lack {
				if strings.Contains(body, lack) {
					t.Errorf("has %s:\n%s", lack, r.SDL)
				}
			}
			text := string(r.YAML("t", "t.graphql"))
			for _, want := range c.yaml {
				if !strings.Contains(text, want) && !strings.Contains(squeezed(text), want) {
					t.Errorf("lacks %s:\n%s", want, text)
				}
			}
			var codes []string
			for _, n := range r.Warnings {
				codes = append(codes, n.Code)
				if !strings.HasPrefix(n.At.Pointer, "#/") {
					t.Errorf("a note without a place: %v", n)
				}
			}
			slices.Sort(codes)
			slices.Sort(c.notes)
			if !slices.Equal(codes, c.notes) {
				t.Errorf("notes %v, want %v: %v", codes, c.notes, r.Warnings)
			}
		})
	}
}

func TestErrors(t *testing.T) {
	nested := strings.Repeat("[", 600) + strings.Repeat("]", 600)
	for _, c := range []struct {
		name, doc  string
		o          Options
		code, at   string
		has        []string
		line       int
		coordinate string
	}{
		{name: "empty", doc: "", code: CodeUnreadable, at: "#"},
		{name: "no JSON", doc: "{\n  \"openapi\": \"3.0.0\",\n  oops\"", code: CodeUnreadable, at: "#", line: 3},
		{name: "no YAML", doc: "a: b: c", code: CodeUnreadable, at: "#"},
		{name: "no YAML, below", doc: "openapi: 3.0.0\npaths: {}\na: b: c", code: CodeUnreadable, at: "#", line: 3},
		{name: "a list", doc: "[1]", code: CodeUnreadable, at: "#"},
		{name: "too deep", doc: `{"openapi": "3.0.0", "x": ` + nested + `}`, code: CodeTooLarge, at: "#"},
		{name: "too long", doc: answering(object), o: Options{MaxBytes: 10}, code: CodeTooLarge, at: "#"},
		{name: "no version", doc: `{"paths": {}}`, code: CodeVersion, at: "#"},
		{name: "another version", doc: "openapi: 4.0.0\npaths: {}", code: CodeVersion, at: "#/openapi", line: 1},
		{name: "an old version", doc: `{"swagger": "1.2"}`, code: CodeVersion, at: "#/swagger"},
		{name: "not what it should be", doc: `{"openapi": "3.0.0", "paths": []}`, code: CodeUnreadable},
		{name: "a member of another type", doc: answering(`{"type": "string", "pattern": 1}`), code: CodeUnreadable, at: "#/paths/~1thing/get/responses/200/content/application~1json/schema/pattern", line: 2},
		{name: "no operations", doc: `{"openapi": "3.0.0", "info": {}, "paths": {}}`, code: CodeEmpty, at: "#/paths", has: []string{"none"}},
		{name: "no paths", doc: `{"openapi": "3.1.0"}`, code: CodeEmpty, at: "#/paths"},
		{name: "nothing to be asked", doc: paths(`"/a": {"get": {"responses": {"200": {"description": "", "content": {"image/png": {}}}}}}`), code: CodeEmpty, at: "#/paths", has: []string{NoteResponse + " 1"}},
		{name: "a reference to nothing", doc: answering(`{"$ref": "#/components/schemas/None"}`), code: CodeReference, at: "#/paths/~1thing/get/responses/200/content/application~1json/schema/$ref", line: 2},
		{name: "a reference to a file", doc: answering(`{"$ref": "file:///etc/passwd"}`), code: CodeReference, line: 2, has: []string{"Bundle"}},
		{name: "a reference to another document", doc: answering(`{"$ref": "other.json#/A"}`), code: CodeReference, has: []string{"Bundle"}},
		{name: "no server", doc: answering(object), o: Options{Source: "/tmp/openapi.json"}, code: CodeServer, at: "#/servers/0", has: []string{"rest.url"}},
		{name: "an open server", doc: "openapi: 3.0.0\nservers:\n  - url: https://{tenant}.example\npaths: {/a: {get: {responses: {'204': {description: a}}}}}", code: CodeServer, at: "#/servers/0", line: 3},
		{name: "a server of another kind", doc: "openapi: 3.0.0\nservers: [{url: 'ftp://a.example'}]\npaths: {/a: {get: {responses: {'204': {description: a}}}}}", code: CodeServer},
		{name: "operations of one name", doc: paths(`"/a": {"get": ` + op("get-user", object) + `}, "/b": {"get": ` + op("getUser", object) + `}`), code: CodeCollision, at: "#/paths/~1b/get", coordinate: "Query.getUser", has: []string{"GET /a and GET /b", "openapi.operations", `{"getUser": `}},
		{name: "operations of one id", doc: paths(`"/a": {"get": ` + op("x", object) + `}, "/b": {"get": ` + op("x", object) + `}`), code: CodeCollision, has: []string{`{"GET /b": xOther}`}},
		{name: "types of one name", doc: answering(`{"type": "object", "properties": {"x": {"$ref": "#/components/schemas/foo"}, "y": {"$ref": "#/components/schemas/Foo"}}}`, `"foo": `+object, `"Foo": `+object), code: CodeCollision, at: "#/components/schemas/Foo", coordinate: "Foo", has: []string{"component foo", "component Foo", "openapi.types"}},
		{name: "inputs of one name", doc: paths(`"/u": {"get": `+op("u", isUser)+`, "post": {"requestBody": {"content": {"application/json": {"schema": {"type": "object", "properties": {"a": `+isUser+`, "b": {"$ref": "#/components/schemas/UserInput"}}}}}}, "responses": {"204": {"description": ""}}}}`, user, `"UserInput": `+object), code: CodeCollision, coordinate: "UserInput", has: []string{"User as input"}},
		{name: "a type with the name of the JSON scalar", doc: answering(`{"type": "object", "properties": {"x": {"$ref": "#/components/schemas/JSON"}, "y": {}}}`, `"JSON": `+object), code: CodeCollision, coordinate: "JSON"},
		{name: "an unknown operation", doc: answering(object), o: Options{Operations: map[string]string{"thin": "a"}}, code: CodeUnknown, coordinate: "thin"},
		{name: "an unknown type", doc: answering(object), o: Options{Types: map[string]string{"Thin": "A"}}, code: CodeUnknown, coordinate: "Thin"},
		{name: "an invalid name", doc: answering(object), o: Options{Operations: map[string]string{"thing": "a-b"}}, code: CodeName},
		{name: "an invalid type name", doc: answering(isUser, user), o: Options{Types: map[string]string{"User": "__a"}}, code: CodeName},
		{name: "another root", doc: answering(object), o: Options{Operations: map[string]string{"thing": "Subscription.a"}}, code: CodeName},
		{name: "an unknown entity", doc: answering(isUser, user), o: Options{Entities: []Entity{{"Use", "id"}}}, code: CodeUnknown},
		{name: "a key that is none", doc: answering(isUser, user), o: Options{Entities: []Entity{{"User", "email"}}}, code: CodeKey, coordinate: "User.email"},
		{name: "a link from nowhere", doc: answering(isUser, user), o: Options{Links: []Link{{"Use.x", "X", []LinkKey{{"id", "name"}}}}}, code: CodeUnknown},
		{name: "a link by nothing", doc: answering(isUser, user), o: Options{Links: []Link{{"User.x", "X", []LinkKey{{"id", "nam"}}}}}, code: CodeUnknown},
		{name: "a link that is there", doc: answering(isUser, user), o: Options{Links: []Link{{"User.name", "X", []LinkKey{{"id", "name"}}}}}, code: CodeCollision},
		{name: "a link without a field", doc: answering(isUser, user), o: Options{Links: []Link{{"User", "X", []LinkKey{{"id", "name"}}}}}, code: CodeName},
		{name: "a link by no key", doc: paths(`"/users/{id}": {"get": `+op("u", isUser, pathParam("id"))+`}`, user), o: Options{Links: []Link{{"User.x", "User", []LinkKey{{"name", "name"}}}}}, code: CodeKey},
	} {
		t.Run(c.name, func(t *testing.T) {
			if c.o.Source == "" {
				c.o.Source = "https://service.example/openapi.json"
			}
			c.o.Subgraph = "shop"
			_, err := Import(context.Background(), []byte(c.doc), c.o)
			var list Errors
			if !errors.As(err, &list) {
				t.Fatalf("no errors: %v", err)
			}
			e := list[0]
			var single *Error
			if !errors.As(err, &single) || single != e {
				t.Error("the errors cannot be unwrapped")
			}
			if e.Code != c.code || c.at != "" && e.At.Pointer != c.at || c.line > 0 && e.At.Line != c.line || c.coordinate != "" && e.Coordinate != c.coordinate {
				t.Errorf("%s at %v (%s): %v", e.Code, e.At, e.Coordinate, err)
			}
			for _, want := range append(c.has, "subgraph shop", "#") {
				if !strings.Contains(err.Error(), want) {
					t.Errorf("lacks %s: %v", want, err)
				}
			}
		})
	}
}

func TestServers(t *testing.T) {
	const paths = `"paths": {"/a": {"get": {"operationId": "a", "responses": {"204": {"description": ""}}}}, "/b": {"servers": [{"url": "%s"}], "get": {"operationId": "b", "responses": {"204": {"description": ""}}}}}`
	for _, c := range []struct{ servers, other, source, url, want, path string }{
		{`[{"url": "https://api.example/v1/"}]`, "https://api.example/v1", "", "", "https://api.example/v1", "/b"},
		{`[{"url": "https://api.example"}]`, "https://api.example/v2", "", "", "https://api.example", "/v2/b"},
		{`[{"url": "https://api.example/v1"}]`, "https://other.example/v1", "", "", "https://api.example/v1", ""},
		{`[{"url": "/v1"}]`, "/v1", "http://h.example:8000/docs/openapi.json", "", "http://h.example:8000/v1", "/b"},
		{`[{"url": "v1"}]`, "v1", "http://h.example/docs/openapi.json", "", "http://h.example/docs/v1", "/b"},
		{`[]`, "https://only.example/x", "file.json", "", "https://only.example/x", "/b"},
		{`[{"url": "https://api.example"}]`, "https://other.example", "", "http://mine.example:81/x/", "http://mine.example:81/x", "/b"},
	} {
		doc := `{"openapi": "3.0.0", "info": {"title": "t", "version": "1"}, "servers": ` + c.servers + `, ` + fmt.Sprintf(paths, c.other) + `}`
		r, err := Import(context.Background(), []byte(doc), Options{Source: c.source, URL: c.url})
		if err != nil {
			t.Errorf("%s: %v", doc, err)
			continue
		}
		path := ""
		for _, e := range r.Spec.Endpoints {
			if e.Coordinate == "Query.b" {
				path = e.Path
			}
		}
		if r.Spec.URL != c.want || path != c.path || (path == "") != slices.ContainsFunc(r.Warnings, func(n Note) bool { return n.Code == NoteServer }) {
			t.Errorf("%s: %s and %q, %v", doc, r.Spec.URL, path, r.Warnings)
		}
	}
}

func TestYAMLDocument(t *testing.T) {
	// Anchors, merges, tags and keys that are no texts.
	const text = `
openapi: 3.0.0
info: {title: t, version: 1}
x-common: &ok
  description: 2024-01-01
paths:
  /a:
    get:
      operationId: a
      responses:
        200:
          <<: *ok
          content: {application/json: {schema: {type: object, properties: {yes: {type: string}, 7: {type: boolean}}}}}
`
	r, _ := imported(t, []byte(text), Options{})
	if !strings.Contains(squeezed(r.SDL), "{ _7: Boolean yes: String }") {
		t.Error(r.SDL)
	}
	var bomb strings.Builder
	bomb.WriteString("openapi: 3.0.0\npaths: {}\na0: &a0 [x, x]\n")
	for i := 1; i < 40; i++ {
		fmt.Fprintf(&bomb, "a%d: &a%d [*a%d, *a%d]\n", i, i, i-1, i-1)
	}
	var list Errors
	if _, err := Import(context.Background(), []byte(bomb.String()), Options{}); !errors.As(err, &list) || list[0].Code != CodeTooLarge && list[0].Code != CodeUnreadable {
		t.Error(err)
	}
}

func TestMergeBomb(t *testing.T) {
	var parts []string
	parts = append(parts, `"A0": `+object)
	for i := 1; i < 30; i++ {
		ref := fmt.Sprintf(`{"$ref": "#/components/schemas/A%d"}`, i-1)
		parts = append(parts, fmt.Sprintf(`"A%d": {"allOf": [%s, %s, %s, {"properties": {"p%d": {"type": "string"}}}]}`, i, ref, ref, ref, i))
	}
	_, err := Import(context.Background(), []byte(answering(`{"$ref": "#/components/schemas/A29"}`, parts...)), Options{URL: "http://a.example"})
	var list Errors
	if !errors.As(err, &list) || list[0].Code != CodeTooLarge {
		t.Error(err)
	}
}

func TestCancelled(t *testing.T) {
	ctx, cancel := context.WithCancel(context.Background())
	cancel()
	if _, err := Import(ctx, []byte(answering(object)), Options{URL: "http://a.example"}); !errors.Is(err, context.Canceled) {
		t.Error(err)
	}
}

func TestSecurity(t *testing.T) {
	doc := `{"openapi": "3.0.0", "info": {"title": "t", "version": "1"}, "security": [{"b": []}, {"k": []}],
		"paths": {"/a": {"get": {"responses": {"204": {"description": ""}}}, "post": {"security": [{"o": []}], "responses": {"204": {"description": ""}}}}},
		"components": {"securitySchemes": {
			"b": {"type": "http", "scheme": "bearer"}, "k": {"type": "apiKey", "in": "query", "name": "api key"}, "u": {"type": "http", "scheme": "basic"},
			"m": {"type": "mutualTLS"}, "c": {"type": "apiKey", "in": "cookie", "name": "sid"}, "i": {"type": "openIdConnect", "openIdConnectUrl": "https://a.example"},
			"o": {"type": "oauth2", "flows": {"clientCredentials": {"tokenUrl": "/token", "scopes": {}}}}}}}`
	r, err := Import(context.Background(), []byte(doc), Options{Source: "https://service.example/x/openapi.json"})
	if err != nil {
		t.Fatal(err)
	}
	got, _ := json.Marshal(r.Security)
	for _, want := range []string{
		`"Name":"b","Type":"http","Auth":"auth: {bearer: \"${env.API_TOKEN}\"}"`, `auth: {api_key: {query: \"api key\", value: \"${env.API_KEY}\"}}`,
		`auth: {basic: {user:`, `auth: {mtls: {`, `rest.headers.forward: [cookie]`, `auth: {oauth2: {token_url: \"https://service.example/token\"`, `"Operations":0`,
	} {
		if !strings.Contains(string(got), want) {
			t.Errorf("lacks %s: %s", want, got)
		}
	}
	if text := string(r.YAML("a", "a.graphql")); strings.Contains(text, "basic") || !strings.Contains(text, "# The service knows k (apiKey)") {
		t.Error(text)
	}
}
