package stitching

import (
	"fmt"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/weft-graphql/weft/config"
	"github.com/weft-graphql/weft/planner/compose"
	"github.com/weft-graphql/weft/planner/supergraph"
	"github.com/weft-graphql/weft/router/generation"
	"github.com/weft-graphql/weft/subgraphs/demo/dataserver"
)

// printed composes and prints the subgraphs of a configuration.
func printed(t *testing.T, yaml string, sources ...compose.Source) string {
	t.Helper()
	loaded, err := config.Load(config.Options{Sources: []config.Source{{Name: "router.yaml", Data: []byte(yaml)}}, Environ: []string{}})
	if err != nil {
		t.Fatal(err)
	}
	r := generation.Compose(loaded.Config, sources)
	if len(r.Errors) > 0 {
		t.Fatal(r.Errors)
	}
	if supergraph.Portable(r.Definition) {
		t.Error("other routers cannot serve the graph")
	}
	return supergraph.Print(r.Definition)
}

// A stitched supergraph is served from its text as it is from its configuration.
func TestPrintedSupergraph(t *testing.T) {
	d, err := dataserver.ParseData([]byte(data))
	if err != nil {
		t.Fatal(err)
	}
	accounts, accountsURL := service(t, "accounts", people, d)
	reviews, reviewsURL := service(t, "reviews", opinions, d)
	text := printed(t, joinedYAML("http://accounts.invalid", "http://reviews.invalid"),
		compose.Source{Name: "accounts", URL: "http://accounts.invalid", SDL: people},
		compose.Source{Name: "reviews", URL: "http://reviews.invalid", SDL: opinions})
	askBothWays(t, servePrinted(t, text, map[string]string{"accounts": accountsURL, "reviews": reviewsURL}), accounts, reviews)
}

// servePrinted serves a supergraph text, its subgraphs being elsewhere than it says.
func servePrinted(t *testing.T, text string, urls map[string]string) http.Handler {
	t.Helper()
	file := filepath.Join(t.TempDir(), "supergraph.graphql")
	if err := os.WriteFile(file, []byte(text), 0o600); err != nil {
		t.Fatal(err)
	}
	yaml := fmt.Sprintf("supergraph: {source: file, path: %q}\nsubgraphs:\n", file)
	for name, url := range urls {
		yaml += fmt.Sprintf("  - {name: %s, url: %q}\n", name, url)
	}
	return serve(t, yaml)
}

func TestPrintedNamespace(t *testing.T) {
	d, err := dataserver.ParseData([]byte(`{
  "types": {"Account": [{"id": "1", "owner_name": "Ada"}]},
  "roots": {"Query.getAccount": {"find": "Account", "by": {"id": "$id"}}}
}`))
	if err != nil {
		t.Fatal(err)
	}
	const sdl = "type Query { getAccount(id: ID!): Account }\ntype Account { id: ID! owner_name: String }\n"
	_, url := service(t, "billing", sdl, d)
	text := printed(t, `
subgraphs:
  - name: billing
    url: http://billing.invalid
    transforms:
      - rename: {types: {Account: Customer}, fields: {Query.getAccount: account, Account.owner_name: ownerName}}
      - namespace: billing
`, compose.Source{Name: "billing", URL: "http://billing.invalid", SDL: sdl})
	h := servePrinted(t, text, map[string]string{"billing": url})
	want := `{"data":{"billing":{"account":{"__typename":"Customer","id":"1","ownerName":"Ada"}}}}`
	if got := ask(t, h, `{ billing { account(id: "1") { __typename id ownerName } } }`); got != want {
		t.Errorf("got %s\nwant %s", got, want)
	}
}

// What a contract leaves out is refused and not shown, but still leads to what it
// has: by keys, by @requires and by joins.
func TestContract(t *testing.T) {
	d, err := dataserver.ParseData([]byte(`{
  "types": {"Item": [{"id": "1", "name": "cup", "weight": 4}]},
  "roots": {"Query.items": {"list": "Item"}, "Query.secret": {"value": 7}},
  "computed": {"Item.shipping": ["/", ["path", "weight"], 2]}
}`))
	if err != nil {
		t.Fatal(err)
	}
	const link = "extend schema @link(url: \"https://specs.apollo.dev/federation/v2.3\", import: [\"@key\", \"@external\", \"@requires\", \"@tag\"])\n"
	yaml := "introspection: true\ncontracts:\n  - {name: public, exclude_tags: [internal]}\n  - {name: listed, include_tags: [listed]}\nsubgraphs:\n"
	dir := t.TempDir()
	for name, sdl := range map[string]string{
		"items": link + `type Query { items: [Item!]! @tag(name: "listed") secret: Int @tag(name: "internal") }
type Item @key(fields: "id") { id: ID! @tag(name: "internal") name: String @tag(name: "listed") weight: Int @tag(name: "internal") }`,
		"shipping": link + `type Item @key(fields: "id") { id: ID! weight: Int @external shipping: Int @requires(fields: "weight") }`,
	} {
		s, err := dataserver.New(dataserver.Options{Name: name, SDL: sdl, Data: d})
		if err != nil {
			t.Fatal(err)
		}
		server := httptest.NewServer(s)
		t.Cleanup(server.Close)
		file := filepath.Join(dir, name+".graphql")
		if err := os.WriteFile(file, []byte(sdl), 0o600); err != nil {
			t.Fatal(err)
		}
		yaml += fmt.Sprintf("  - {name: %s, url: %q, schema: %q}\n", name, server.URL, file)
	}
	const refused = `"code":"GRAPHQL_VALIDATION_FAILED"`
	const fields = `{ __type(name: "Item") { fields { name } } }`
	for contract, want := range map[string][][2]string{
		"": {
			{`{ items { id name weight shipping } }`, `{"data":{"items":[{"id":"1","name":"cup","weight":4,"shipping":2}]}}`},
		},
		"contract: public\n": {
			{`{ items { name shipping } }`, `{"data":{"items":[{"name":"cup","shipping":2}]}}`},
			{`{ items { id } }`, refused},
			{`{ items { weight } }`, refused},
			{`{ secret }`, refused},
			{fields, `{"data":{"__type":{"fields":[{"name":"name"},{"name":"shipping"}]}}}`},
		},
		"contract: listed\n": {
			{`{ items { name } }`, `{"data":{"items":[{"name":"cup"}]}}`},
			{`{ items { shipping } }`, refused},
			{fields, `{"data":{"__type":{"fields":[{"name":"name"}]}}}`},
		},
	} {
		h := serve(t, contract+yaml)
		for _, q := range want {
			if got := ask(t, h, q[0]); !strings.Contains(got, q[1]) {
				t.Errorf("%s%s\n got %s\nwant %s", contract, q[0], got, q[1])
			}
		}
	}
}

// Types and enum values that a contract leaves out do not come to light in answers.
func TestContractHidesValues(t *testing.T) {
	d, err := dataserver.ParseData([]byte(`{
  "types": {"Open": [{"id": "1", "kind": "GOLD"}], "Secret": [{"id": "2", "kind": "TIN"}]},
  "roots": {"Query.things": {"value": [
    {"__typename": "Open", "id": "1", "kind": "GOLD"}, {"__typename": "Secret", "id": "2", "kind": "TIN"}, {"__typename": "Open", "id": "3", "kind": "TIN"}]}}
}`))
	if err != nil {
		t.Fatal(err)
	}
	const sdl = `extend schema @link(url: "https://specs.apollo.dev/federation/v2.3", import: ["@tag"])
type Query { things: [Thing] }
interface Thing { id: ID! kind: Kind }
type Open implements Thing { id: ID! kind: Kind }
type Secret implements Thing @tag(name: "internal") { id: ID! kind: Kind }
enum Kind { GOLD TIN @tag(name: "internal") }`
	s, err := dataserver.New(dataserver.Options{Name: "things", SDL: sdl, Data: d})
	if err != nil {
		t.Fatal(err)
	}
	server := httptest.NewServer(s)
	t.Cleanup(server.Close)
	file := filepath.Join(t.TempDir(), "things.graphql")
	if err := os.WriteFile(file, []byte(sdl), 0o600); err != nil {
		t.Fatal(err)
	}
	h := serve(t, fmt.Sprintf("contract: public\ncontracts: [{name: public, exclude_tags: [internal]}]\nsubgraphs: [{name: things, url: %q, schema: %q}]\n", server.URL, file))
	got := ask(t, h, `{ things { __typename id kind } }`)
	if !strings.HasPrefix(got, `{"data":{"things":[{"__typename":"Open","id":"1","kind":"GOLD"},null,{"__typename":"Open","id":"3","kind":null}]}`) ||
		strings.Contains(got, "Secret") || strings.Contains(got, "TIN") {
		t.Errorf("got %s", got)
	}
}
