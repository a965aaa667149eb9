package main

import (
	"bufio"
	"bytes"
	"encoding/json"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/weft-graphql/weft/planner/supergraph"
)

const services = "../../subgraphs/demo/services/"

func demoSchemas(t *testing.T) []string {
	t.Helper()
	files, err := filepath.Glob(services + "*.graphql")
	if err != nil || len(files) < 5 {
		t.Fatalf("%v %v", files, err)
	}
	return files
}

func TestComposeFiles(t *testing.T) {
	files := demoSchemas(t)
	printed := weft(t, "", append([]string{"compose"}, files...)...)
	if printed.code != 0 {
		t.Fatal(printed.err)
	}
	def, errs := supergraph.Read("printed", printed.out)
	if len(errs) > 0 {
		t.Fatal(errs)
	}
	if len(def.Subgraphs) != len(files) || def.Subgraphs[0].Name != "accounts" {
		t.Errorf("subgraphs %v", def.Subgraphs)
	}
	api := weft(t, "", append([]string{"compose", "--format", "api"}, files...)...)
	if api.code != 0 || !strings.Contains(api.out, "shippingEstimate: Int") || strings.Contains(api.out, "join__") {
		t.Errorf("%d %s%s", api.code, api.err, api.out)
	}
	both := weft(t, "", append([]string{"compose", "--format", "json"}, files...)...)
	var r struct {
		OK         bool
		APISchema  string
		Supergraph string
	}
	if err := json.Unmarshal([]byte(both.out), &r); err != nil || both.code != 0 || !r.OK || r.APISchema != api.out || r.Supergraph != printed.out {
		t.Errorf("%d %v %s", both.code, err, both.out)
	}
}

// conflict is a pair of schemas that do not compose.
func conflict(t *testing.T) (a, b string) {
	dir := t.TempDir()
	const link = "extend schema @link(url: \"https://specs.apollo.dev/federation/v2.3\", import: [\"@key\"])\n"
	return write(t, dir, "first.graphql", link+"type Query { t: T }\ntype T @key(fields: \"id\") { id: ID! same: Int }\n"),
		write(t, dir, "second.graphql", link+"type Query { u: T }\ntype T @key(fields: \"id\") {\n  id: ID!\n  same: Int\n  broken: Nowhere\n}\n")
}

func TestComposeErrors(t *testing.T) {
	a, b := conflict(t)
	got := weft(t, "", "compose", a, b)
	if got.code != 1 || !strings.Contains(got.err, b+":6:") || !strings.Contains(got.err, "(INVALID_GRAPHQL)") {
		t.Errorf("%d %s", got.code, got.err)
	}
	inJSON := weft(t, "", "compose", "--format", "json", a, b)
	var r struct {
		OK     *bool
		Errors []struct {
			Code, Message, Subgraph string
			Line, Column            int
		}
	}
	if err := json.Unmarshal([]byte(inJSON.out), &r); err != nil {
		t.Fatal(err)
	}
	if inJSON.code != 1 || r.OK == nil || *r.OK || len(r.Errors) != 1 {
		t.Fatalf("%d %s", inJSON.code, inJSON.out)
	}
	if e := r.Errors[0]; e.Code != "INVALID_GRAPHQL" || e.Subgraph != "second" || e.Line != 6 || e.Column == 0 || e.Message == "" {
		t.Errorf("%+v", e)
	}
}

// Files of one name are two subgraphs of one name.
func TestComposeSameName(t *testing.T) {
	a := write(t, t.TempDir(), "same.graphql", "type Query { a: Int }\n")
	b := write(t, t.TempDir(), "same.graphqls", "type Query { b: Int }\n")
	got := weft(t, "", "compose", a, b)
	if got.code != 1 || !strings.Contains(got.err, "INVALID_SUBGRAPH_NAME") {
		t.Errorf("%d %s", got.code, got.err)
	}
}

func TestComposeConfig(t *testing.T) {
	dir := t.TempDir()
	for _, f := range demoSchemas(t) {
		text, err := os.ReadFile(f)
		if err != nil {
			t.Fatal(err)
		}
		write(t, dir, filepath.Base(f), string(text))
	}
	var b strings.Builder
	b.WriteString("subgraphs:\n")
	for _, f := range demoSchemas(t) {
		name := strings.TrimSuffix(filepath.Base(f), ".graphql")
		fmt.Fprintf(&b, "  - {name: %s, url: http://%s/graphql, schema: ./%s}\n", name, name, filepath.Base(f))
	}
	got := weft(t, "", "compose", "-c", write(t, dir, "router.yaml", b.String()))
	if got.code != 0 || !strings.Contains(got.out, `@join__graph(name: "accounts", url: "http://accounts/graphql")`) {
		t.Fatalf("%d %s%s", got.code, got.err, got.out)
	}
	// A supergraph that is composed already goes in and comes out again.
	file := write(t, dir, "supergraph.graphql", got.out)
	again := weft(t, "", "compose", "-c", write(t, dir, "super.yaml", "supergraph: {path: ./supergraph.graphql}\n"))
	if again.code != 0 || again.out != got.out {
		t.Errorf("%d %s\n%s", again.code, again.err, file)
	}
}

type batchResult struct {
	ID                    any
	OK                    *bool
	APISchema, Supergraph string
	Errors                []struct{ Code, Message, Subgraph string }
}

func TestComposeBatch(t *testing.T) {
	big := "type Query { a: Int }\n" + strings.Repeat("# "+strings.Repeat("x", 98)+"\n", 40_000)
	text := func(v any) string {
		b, err := json.Marshal(v)
		if err != nil {
			t.Fatal(err)
		}
		return string(b)
	}
	service := func(name, sdl string) map[string]any {
		return map[string]any{"name": name, "url": nil, "typeDefs": sdl}
	}
	lines := []string{
		text(map[string]any{"id": "good", "services": []any{service("a", "type Query { a: Int }"), service("b", "type Query { b: Int }")}}),
		"",
		"this is not JSON",
		`{"id": 7, "services": "none"}`,
		`{"id": {"x": 1}}`,
		text(map[string]any{"id": "bad", "services": []any{service("a", "type Query { a: Nope }")}}),
		`{"id":"empty","services":[]}`,
		text(map[string]any{"id": "big", "services": []any{service("a", big)}}),
		text(map[string]any{"services": []any{service("a", "type Query { a: Int }")}}), // and no line break at the end
	}
	got := weft(t, strings.Join(lines, "\n"), "compose", "--batch")
	if got.code != 0 {
		t.Fatal(got.err)
	}
	var results []batchResult
	for line := range strings.Lines(got.out) {
		var r batchResult
		if err := json.Unmarshal([]byte(line), &r); err != nil || r.OK == nil {
			t.Fatalf("%v: %s", err, line)
		}
		results = append(results, r)
	}
	for i, want := range []struct {
		id   any
		ok   bool
		code string
	}{
		{"good", true, ""}, {nil, false, codeBatchLine}, {7.0, false, codeBatchLine},
		{map[string]any{"x": 1.0}, false, codeBatchLine}, {"bad", false, "INVALID_GRAPHQL"},
		{"empty", false, "NO_QUERIES"}, {"big", true, ""}, {nil, true, ""},
	} {
		if i >= len(results) {
			t.Fatalf("%d results", len(results))
		}
		r := results[i]
		if fmt.Sprint(r.ID) != fmt.Sprint(want.id) || *r.OK != want.ok {
			t.Errorf("line %d: %+v", i, r)
		}
		if want.ok && (r.APISchema == "" || r.Supergraph == "" || len(r.Errors) > 0) {
			t.Errorf("line %d: %+v", i, r)
		}
		if !want.ok && (len(r.Errors) == 0 || r.Errors[0].Code != want.code || r.APISchema != "") {
			t.Errorf("line %d: %+v", i, r)
		}
	}
	if len(results) != 8 {
		t.Errorf("%d results", len(results))
	}
}

// A result is there before the next line is, so that a program can ask and wait.
func TestComposeBatchFlushes(t *testing.T) {
	stdin, ask := io.Pipe()
	answers, stdout := io.Pipe()
	done := make(chan int, 1)
	go func() {
		a := &app{in: stdin, out: stdout, err: io.Discard}
		done <- a.run(t.Context(), []string{"compose", "--batch"})
		stdout.Close()
	}()
	read := bufio.NewScanner(answers)
	for i := range 3 {
		if _, err := fmt.Fprintf(ask, `{"id":%d,"services":[{"name":"a","url":"http://a","typeDefs":"type Query { a: Int }"}]}`+"\n", i); err != nil {
			t.Fatal(err)
		}
		if !read.Scan() || !strings.HasPrefix(read.Text(), fmt.Sprintf(`{"id":%d,"ok":true`, i)) {
			t.Fatalf("%q %v", read.Text(), read.Err())
		}
	}
	ask.Close()
	if code := <-done; code != 0 {
		t.Errorf("exit code %d", code)
	}
}

func TestReadLineTooLong(t *testing.T) {
	long := io.MultiReader(strings.NewReader("a\n"), io.LimitReader(endless{}, maxBatchLine+10), strings.NewReader("\nb\n"))
	in := bufio.NewReaderSize(long, 1<<20)
	if line, err := readLine(in); string(line) != "a" || err != nil {
		t.Fatalf("%q %v", line, err)
	}
	if line, err := readLine(in); line != nil || err != errLineTooLong {
		t.Fatalf("%d bytes, %v", len(line), err)
	}
	if line, err := readLine(in); string(line) != "b" || err != nil {
		t.Fatalf("%q %v", line, err)
	}
	if line, err := readLine(in); len(line) != 0 || err != io.EOF {
		t.Fatalf("%q %v", line, err)
	}
}

type endless struct{}

func (endless) Read(p []byte) (int, error) {
	copy(p, bytes.Repeat([]byte("x"), len(p)))
	return len(p), nil
}

func TestComposeContract(t *testing.T) {
	dir := t.TempDir()
	write(t, dir, "a.graphql", "extend schema @link(url: \"https://specs.apollo.dev/federation/v2.3\", import: [\"@tag\"])\ntype Query { a: Int b: Int @tag(name: \"x\") }\n")
	file := write(t, dir, "router.yaml", "subgraphs: [{name: a, url: http://a/graphql, schema: ./a.graphql}]\ncontracts: [{name: open, exclude_tags: [x]}, {name: none, include_tags: [y]}]\n")
	if got := weft(t, "", "compose", "-c", file, "--format", "api", "--contract", "open"); got.code != 0 || got.out != "type Query {\n  a: Int\n}\n" {
		t.Errorf("%d %s%s", got.code, got.err, got.out)
	}
	if got := weft(t, "", "compose", "-c", file, "--format", "api", "--contract", "none"); got.code != 1 || !strings.Contains(got.err, "(QUERY_ROOT_TYPE_INACCESSIBLE)") {
		t.Errorf("%d %s%s", got.code, got.err, got.out)
	}
	for _, args := range [][]string{{"--contract", "open"}, {"--format", "api", "--contract", "opn"}} {
		if got := weft(t, "", append([]string{"compose", "-c", file}, args...)...); got.code != 2 {
			t.Errorf("%v: %d %s%s", args, got.code, got.err, got.out)
		}
	}
}
