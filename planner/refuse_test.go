package planner_test

import (
	"context"
	"errors"
	"testing"

	"github.com/weft-graphql/weft/planner"
	"github.com/weft-graphql/weft/planner/compose"
)

// What is not carried out yet is refused, never planned wrongly.
func TestRefused(t *testing.T) {
	l := composed(t, []compose.Source{{Name: "a", URL: "http://a", SDL: `
extend schema @link(url: "https://specs.apollo.dev/federation/v2.8", import: ["@key", "@context", "@fromContext"])
type Query { t: T }
type T @key(fields: "id") @context(name: "ctx") { id: ID! prop: String! u: U! }
type U @key(fields: "id") { id: ID! field(a: String @fromContext(field: "$ctx { prop }")): Int! other: Int }
`}})
	p := planner.New(l.super, nil, planner.Options{})
	_, err := p.Plan(context.Background(), l.parse(t, "{ t { u { field } } }"), 0)
	var e *planner.Error
	if !errors.As(err, &e) || e.Code != planner.CodeNotSupported || e.Coordinate != "U.field" {
		t.Errorf("got %v", err)
	}
	if _, err := p.Plan(context.Background(), l.parse(t, "{ t { u { other } } }"), 0); err != nil {
		t.Error(err)
	}
}
