package router

import (
	"strings"
	"testing"
)

// Limits on what an operation asks of the upstreams hold before the first
// request is sent.
func TestDemandLimits(t *testing.T) {
	c, servers := serviceConfig(t, `{"types": {"P": [{"id": "1", "name": "a", "stock": 7}]}, "roots": {"Query.ps": {"list": "P"}, "Query.all": {"list": "P"}}}`,
		service{"a", fed2 + `type Query { ps: [P] all(first: Int): [P] } type P @key(fields: "id") { id: ID! name: String }`},
		service{"b", fed2 + `type P @key(fields: "id") { id: ID! stock: Int }`})
	for _, tc := range []struct {
		name            string
		requests, waves int
		query           string
		code, path      string
	}{
		{"within", 2, 2, `{ps{name stock}}`, "", ""},
		{"no limits", 0, 0, `{ps{name stock}}`, "", ""},
		{"requests", 1, 0, `{ps{name stock}}`, CodeMaxUpstreamRequests, "ps"},
		{"waves", 0, 1, `{ps{name stock}}`, CodeMaxWaves, "ps"},
		{"nothing to look up", 1, 0, `{all(first: 0){name stock}}`, "", ""},
	} {
		t.Run(tc.name, func(t *testing.T) {
			limited := *c
			limited.Limits.MaxUpstreamRequests, limited.Limits.MaxWaves = tc.requests, tc.waves
			r := newRouter(t, &limited)
			servers["a"].ResetCounters()
			got := ask(r, tc.query).Body.String()
			if tc.code == "" {
				if !strings.Contains(got, `"data":{`) {
					t.Error(got)
				}
				return
			}
			if !strings.Contains(got, `"code":"`+tc.code+`"`) || !strings.Contains(got, "; it is "+tc.path+" that costs most") || !strings.Contains(got, `"locations":[{"line":1`) {
				t.Error(got)
			}
			if n := servers["a"].Requests(); n != 0 {
				t.Errorf("%d requests were sent", n)
			}
			limited.Limits.Mode = "measure"
			if got := ask(newRouter(t, &limited), tc.query).Body.String(); !strings.Contains(got, `"data":{`) {
				t.Errorf("measured: %s", got)
			}
		})
	}
}
