package config

import "testing"

// Paths in messages are those of the file: no index where there is no list, and
// quotes around a key with a dot in it.
func TestKeyPath(t *testing.T) {
	c := load(t, `subgraphs:
  - name: a
    schema: a.graphql
    rest:
      url: http://a/
      fetch:
        Query.one: {GET: /one, query: {x.y: 1}}
        Query.many: [GET /many, GET /more]
        Item: [GET /items]
`).Config
	for path, want := range map[string]string{
		"":                                    "",
		"subgraphs.a.rest.url":                "subgraphs.a.rest.url",
		"subgraphs.a.rest.fetch[Query.one]":   `subgraphs.a.rest.fetch."Query.one"`,
		"subgraphs.a.rest.fetch[Query.one].0": `subgraphs.a.rest.fetch."Query.one"`,
		"subgraphs.a.rest.fetch[Query.one].0.query[x.y]": `subgraphs.a.rest.fetch."Query.one".query."x.y"`,
		"subgraphs.a.rest.fetch[Query.many].0":           `subgraphs.a.rest.fetch."Query.many".0`,
		"subgraphs.a.rest.fetch[Query.many].1.GET":       `subgraphs.a.rest.fetch."Query.many".1.GET`,
		"subgraphs.a.rest.fetch.Item.0.GET":              "subgraphs.a.rest.fetch.Item.0.GET",
		"joins.0.field":                                  "joins.0.field",
		"joins.01.0":                                     "joins.01.0",
	} {
		if got := c.KeyPath(path); got != want {
			t.Errorf("%s: %s, want %s", path, got, want)
		}
	}
	if got := new(Config).KeyPath("a[b.c].0"); got != `a."b.c".0` {
		t.Errorf("without Load: %s", got)
	}
}
