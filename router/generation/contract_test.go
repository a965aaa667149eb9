package generation

import (
	"errors"
	"strings"
	"testing"

	"github.com/weft-graphql/weft/config"
)

const taggedSDL = `
extend schema @link(url: "https://specs.apollo.dev/federation/v2.3", import: ["@key", "@tag"])
type Query { me: User users: [User!]! @tag(name: "internal") }
type User @key(fields: "id") { id: ID! name: String salary: Int @tag(name: "internal") }
`

func TestContract(t *testing.T) {
	var shared Shared
	c := testConfig(t, taggedSDL)
	c.Contracts = []config.Contract{{Name: "public", ExcludeTags: []string{"internal"}}}
	whole := build(t, c, &shared, Options{})
	defer whole.Release()

	served := *c
	served.Contract = "public"
	view := build(t, &served, &shared, Options{Previous: whole})
	defer view.Release()
	if view.SameEngine(whole) {
		t.Error("the contract shares the engine of the whole graph")
	}
	if api := view.APISchema(); strings.Contains(api, "salary") || strings.Contains(api, "users") || !strings.Contains(whole.APISchema(), "salary") {
		t.Errorf("the contract is\n%s", api)
	}

	// Another contract of the same graph is another graph; the same is not.
	same := build(t, &served, &shared, Options{Previous: view})
	defer same.Release()
	if !same.SameEngine(view) {
		t.Error("nothing has changed, but the engine has")
	}
	other := served
	other.Contracts = []config.Contract{{Name: "public", ExcludeTags: []string{"nothing"}}}
	changed := build(t, &other, &shared, Options{Previous: view})
	defer changed.Release()
	if changed.SameEngine(view) || !strings.Contains(changed.APISchema(), "salary") {
		t.Error("the rules of the contract have changed, but the engine has not")
	}
}

func TestContractErrors(t *testing.T) {
	var shared Shared
	c := testConfig(t, taggedSDL)
	c.Contracts = []config.Contract{{Name: "none", IncludeTags: []string{"unknown"}}}
	c.Contract = "none"
	_, err := Build(t.Context(), c, &shared, Options{})
	var list Errors
	if !errors.As(err, &list) || len(list) != 1 || list[0].Code != "QUERY_ROOT_TYPE_INACCESSIBLE" || !strings.Contains(list[0].Message, "contract none") {
		t.Errorf("got %v", err)
	}
}
