package mock_test

import (
	"context"
	"encoding/json"
	"os"
	"slices"
	"strconv"
	"strings"
	"testing"

	"github.com/vektah/gqlparser/v2/ast"
	"github.com/vektah/gqlparser/v2/parser"

	"github.com/weft-graphql/weft/planner/schema"
	"github.com/weft-graphql/weft/subgraphs"
	"github.com/weft-graphql/weft/subgraphs/mock"
)

func document(t testing.TB, sdl string) *schema.Document {
	t.Helper()
	doc, errs := schema.Parse("test", sdl)
	if len(errs) > 0 {
		t.Fatal(errs)
	}
	return doc
}

func demo(t testing.TB, name string) string {
	t.Helper()
	text, err := os.ReadFile("../demo/services/" + name + ".graphql")
	if err != nil {
		t.Fatal(err)
	}
	return string(text)
}

func client(t testing.TB, sdl string, o mock.Options) subgraphs.Client {
	t.Helper()
	o.Subgraph, o.Doc = "test", document(t, sdl)
	c, err := mock.New(o)
	if err != nil {
		t.Fatal(err)
	}
	return c
}

// spec makes a fetch of the text of an operation. Its literals become constants;
// what it declares become variables.
func spec(t testing.TB, text string) *subgraphs.FetchSpec {
	t.Helper()
	doc, err := parser.ParseQuery(&ast.Source{Input: text})
	if err != nil {
		t.Fatal(err, text)
	}
	op := doc.Operations[0]
	out := &subgraphs.FetchSpec{Subgraph: "test"}
	if op.Operation == ast.Mutation {
		out.Kind = schema.Mutation
	}
	for _, v := range op.VariableDefinitions {
		out.Variables = append(out.Variables, subgraphs.VariableSpec{Name: v.Variable, Type: v.Type.String()})
	}
	out.Root = selections(t, out, op.SelectionSet)
	return out
}

func selections(t testing.TB, s *subgraphs.FetchSpec, set ast.SelectionSet) []subgraphs.Selection {
	variable := func(v *ast.Value) int {
		if v == nil || v.Kind != ast.Variable {
			return -1
		}
		return slices.IndexFunc(s.Variables, func(o subgraphs.VariableSpec) bool { return o.Name == v.Raw })
	}
	include := func(list ast.DirectiveList) (out []subgraphs.Condition) {
		for _, d := range list {
			c := subgraphs.Condition{Variable: -1, Negate: d.Name == "skip"}
			if a := d.Arguments.ForName("if"); a != nil {
				c.Variable = variable(a.Value)
			}
			out = append(out, c)
		}
		return out
	}
	var out []subgraphs.Selection
	for _, item := range set {
		switch item := item.(type) {
		case *ast.Field:
			f := subgraphs.Selection{Key: item.Alias, Field: item.Name, Include: include(item.Directives), Selections: selections(t, s, item.SelectionSet)}
			for _, a := range item.Arguments {
				v := subgraphs.ArgumentValue{Variable: variable(a.Value)}
				if v.Variable < 0 {
					v.Constant = a.Value.String()
				}
				f.Arguments = append(f.Arguments, subgraphs.ArgumentSpec{Name: a.Name, Value: v})
			}
			out = append(out, f)
		case *ast.InlineFragment:
			out = append(out, subgraphs.Selection{On: item.TypeCondition, Include: include(item.Directives), Selections: selections(t, s, item.SelectionSet)})
		}
	}
	return out
}

// ask answers a root fetch.
func ask(t testing.TB, c subgraphs.Client, text string, variables ...string) string {
	t.Helper()
	p, err := c.Prepare(spec(t, text))
	if err != nil {
		t.Fatal(err)
	}
	call := &subgraphs.Call{}
	for _, v := range variables {
		if v == "" {
			call.Variables = append(call.Variables, nil)
		} else {
			call.Variables = append(call.Variables, []byte(v))
		}
	}
	a := p.Fetch(context.Background(), call)
	if a.Err != nil {
		t.Fatal(a.Err)
	}
	defer a.Release()
	row := a.Rows[0][0]
	if row.Status != subgraphs.RowOK || !json.Valid(a.Body) {
		t.Fatalf("row %v, body %s", row, a.Body)
	}
	return string(a.Body[row.Start:row.End])
}

// look answers a lookup.
func look(t testing.TB, c subgraphs.Client, l subgraphs.Lookup, fields string, rows ...string) []string {
	t.Helper()
	s := spec(t, "{ "+fields+" }")
	s.Entries, s.Root = []subgraphs.Entry{{Alias: "_entities", Lookup: &l, Selections: s.Root}}, nil
	p, err := c.Prepare(s)
	if err != nil {
		t.Fatal(err)
	}
	call := &subgraphs.Call{Rows: [][][]byte{nil}}
	for _, r := range rows {
		call.Rows[0] = append(call.Rows[0], []byte(r))
	}
	a := p.Fetch(context.Background(), call)
	if a.Err != nil {
		t.Fatal(a.Err)
	}
	defer a.Release()
	var out []string
	for _, r := range a.Rows[0] {
		switch r.Status {
		case subgraphs.RowOK:
			out = append(out, string(a.Body[r.Start:r.End]))
		case subgraphs.RowNull:
			out = append(out, "null")
		default:
			out = append(out, "error")
		}
	}
	return out
}

// get reads a path of an answer: names and indices, separated by dots.
func get(t testing.TB, text, path string) string {
	t.Helper()
	var v any
	d := json.NewDecoder(strings.NewReader(text))
	d.UseNumber()
	if err := d.Decode(&v); err != nil {
		t.Fatal(err, text)
	}
	for step := range strings.SplitSeq(path, ".") {
		switch x := v.(type) {
		case map[string]any:
			got, ok := x[step]
			if !ok {
				t.Fatalf("no %s in %s", path, text)
			}
			v = got
		case []any:
			i, err := strconv.Atoi(step)
			if err != nil || i >= len(x) {
				t.Fatalf("no %s in %s", path, text)
			}
			v = x[i]
		default:
			t.Fatalf("no %s in %s", path, text)
		}
	}
	b, _ := json.Marshal(v)
	return strings.Trim(string(b), `"`)
}

func count(t testing.TB, text, path string) int {
	t.Helper()
	var list []any
	if err := json.Unmarshal([]byte(get(t, text, path)), &list); err != nil {
		t.Fatal(err)
	}
	return len(list)
}

func entities(typ string) subgraphs.Lookup {
	return subgraphs.Lookup{Kind: subgraphs.EntitiesLookup, Type: typ, Batch: true, ByPosition: true}
}
