package openapi

import (
	"context"
	"testing"

	"github.com/google/go-cmp/cmp"
)

// Examples of the document are told in the names of the schema: of schemas, of
// properties, and of answers, out of their envelope.
func TestExamples(t *testing.T) {
	const text = `{
  "openapi": "3.1.0", "info": {"title": "Users", "version": "1"}, "servers": [{"url": "http://users"}],
  "paths": {
    "/users": {"get": {"operationId": "list_users", "responses": {"200": {"description": "", "content": {"application/json": {
      "schema": {"type": "object", "properties": {"total": {"type": "integer"}, "users": {"type": "array", "items": {"$ref": "#/components/schemas/User"}}}},
      "examples": {"b": {"value": {}}, "a": {"value": {"total": 1, "users": [{"id": "7", "user-state": "in-progress", "more": 1}, {"id": "8", "address": "none"}, "no user"]}}}}}}}}},
    "/users/{id}": {"get": {"operationId": "get_user", "parameters": [{"name": "id", "in": "path", "required": true, "schema": {"type": "string"}}],
      "responses": {"200": {"description": "", "content": {"application/json": {"schema": {"$ref": "#/components/schemas/User"}}}}}}}
  },
  "components": {"schemas": {
    "User": {"type": "object", "example": {"id": "1", "address": {"city": "Ulm"}}, "properties": {
      "id": {"type": "string", "example": "9"},
      "user-state": {"type": "string", "enum": ["in-progress", "done"], "examples": ["done", "in-progress"]},
      "address": {"$ref": "#/components/schemas/Address"}}},
    "Address": {"type": "object", "properties": {"city": {"type": "string", "example": "Bonn"}, "zip": {"type": "string"}}},
    "Unused": {"type": "object", "example": {"id": "1"}, "properties": {"id": {"type": "string"}}}
  }}
}`
	r, err := Import(context.Background(), []byte(text), Options{})
	if err != nil {
		t.Fatal(err)
	}
	want := map[string]string{
		"User":            `{"address":{"city":"Ulm"},"id":"1","user_state":"done"}`,
		"Address":         `{"city":"Bonn"}`,
		"Query.listUsers": `[{"id":"7","user_state":"in_progress"},{"id":"8"}]`,
	}
	if diff := cmp.Diff(want, r.Examples); diff != "" {
		t.Errorf("(-want +got):\n%s", diff)
	}
}
