package openapi

import (
	"os"
	"strings"
	"testing"

	"github.com/weft-graphql/weft/planner/schema"
	"github.com/weft-graphql/weft/subgraphs/rest"
)

func TestOverlay(t *testing.T) {
	text, err := os.ReadFile("testdata/library30.yaml")
	if err != nil {
		t.Fatal(err)
	}
	r, _ := imported(t, text, Options{})
	before := string(r.YAML("a", "b"))
	over := &rest.Spec{
		Forward: []string{"authorization"},
		Types:   []rest.TypeSpec{{Type: "Book", Fields: []rest.FieldSpec{{Field: "title", Select: "name"}, {Field: "type", Select: "kind"}}}, {Type: "Ref", Fields: []rest.FieldSpec{{Field: "why", Select: "reason"}}}},
		Enums:   []rest.EnumSpec{{Enum: "Genre", Values: []rest.Value{{Name: "fiction", JSON: `"FIC"`}, {Name: "_3d", JSON: `"3D"`}}}},
		Endpoints: []rest.EndpointSpec{
			{Coordinate: "Book", Method: "GET", Path: "/books", Query: []rest.Param{{Name: "ids", Value: "$batch.id", Expression: true}}, SelectAt: "data"},
		},
	}
	got := Overlay(r.Spec, over)
	doc, errs := schema.Parse("a", r.SDL)
	if len(errs) > 0 {
		t.Fatal(errs)
	}
	if _, faults := rest.Compile("a", doc, got); len(faults) > 0 {
		t.Fatal(faults)
	}
	after := string((&Result{Spec: got}).YAML("a", "b"))
	for _, want := range []string{"url: https://eu.library.example/v1", "title: name", "type: kind", "in_print: \"'in-print'\"", "why: reason", "fiction: FIC", "_3d: 3D", "non_fiction: non-fiction", "Book: {GET: /books, query: {ids: $batch.id}, at: data}", "Member: GET /members/{memberId}"} {
		if !strings.Contains(after, want) {
			t.Errorf("lacks %s:\n%s", want, after)
		}
	}
	if len(got.Endpoints) != len(r.Spec.Endpoints) || len(got.Forward) != 1 || string(r.YAML("a", "b")) != before {
		t.Error("endpoints were lost, or the import has changed")
	}
	if Overlay(r.Spec, nil) != r.Spec {
		t.Error("nothing over it is not what it was")
	}
}
