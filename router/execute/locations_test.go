package execute

import (
	"strings"
	"testing"
)

// Errors are located by the keys of their paths, whether an upstream reports
// them, a value is not of its type, or a null is not allowed.
func TestLocate(t *testing.T) {
	for _, c := range []struct{ first, second, want string }{
		{twoUsers, `{"data":{"_entities":[null,{"age":2}]},"errors":[{"message":"m","path":["_entities",0,"age"]}]}`, "users age"},
		{twoUsers, `{"data":{"_entities":[{"age":"old"},{"age":2}]}}`, "users age"},
		{`{"data":{"users":3}}`, ``, "users"},
	} {
		var asked []string
		got, _ := execute(t, &Request{
			Plan: usersPlan(body(c.first), body(c.second)),
			Locate: func(dst []byte, path []string) []byte {
				asked = append(asked, strings.Join(path, " "))
				return append(dst, `"locations":[{"line":1,"column":2}],`...)
			},
		})
		if len(asked) != 1 || asked[0] != c.want {
			t.Errorf("%s: %q, want %q", c.second, asked, c.want)
		}
		if !strings.Contains(got, `,"locations":[{"line":1,"column":2}],"path":["users"`) {
			t.Errorf("got %s", got)
		}
	}
}

// The caller's extensions come before those that upstreams send.
func TestExtensions(t *testing.T) {
	for _, c := range []struct {
		allowed []string
		want    string
	}{
		{nil, `"extensions":{"plan":{}}}`},
		{[]string{"x"}, `"extensions":{"plan":{},"x":1}}`},
	} {
		got, _ := execute(t, &Request{
			Plan:       usersPlan(body(twoUsers), body(`{"data":{"_entities":[{"age":1},{"age":2}]},"extensions":{"x":1}}`)),
			Policy:     ErrorPolicy{AllowResponseExtensions: c.allowed},
			Extensions: []byte(`"plan":{}`),
		})
		if !strings.HasSuffix(got, c.want) {
			t.Errorf("got %s, want %s", got, c.want)
		}
	}
}
