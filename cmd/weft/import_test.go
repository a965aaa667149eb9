package main

import (
	"bytes"
	"errors"
	"fmt"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/google/go-cmp/cmp/cmpopts"

	"github.com/weft-graphql/weft/config"
	"github.com/weft-graphql/weft/planner/schema"
	"github.com/weft-graphql/weft/router/generation"
	"github.com/weft-graphql/weft/subgraphs/openapi"
	"github.com/weft-graphql/weft/subgraphs/rest"
)

// runImport runs `import` with arguments.
func runImport(t *testing.T, args ...string) output {
	t.Helper()
	var out, errOut bytes.Buffer
	a := &app{in: strings.NewReader(""), out: &out, err: &errOut}
	cmd := a.importCommand()
	cmd.SilenceErrors, cmd.SilenceUsage = true, true
	cmd.SetOut(&out)
	cmd.SetErr(&errOut)
	cmd.SetArgs(args)
	err := cmd.ExecuteContext(t.Context())
	code := exitGood
	var usage *usageError
	switch {
	case errors.As(err, &usage):
		errOut.WriteString(err.Error())
		code = exitUsage
	case err != nil:
		if !errors.Is(err, errReported) {
			errOut.WriteString(err.Error())
		}
		code = exitProblem
	}
	return output{code, out.String(), errOut.String()}
}

const fixtures = "../../subgraphs/openapi/testdata/"

// What is written, read again, is what was imported.
func TestImportRoundTrip(t *testing.T) {
	for _, c := range []struct {
		file string
		args []string
		o    openapi.Options
	}{
		{file: "fastapi.json"},
		{file: "library30.yaml", args: []string{"--link", "Book.author=Author:id=author_id", "--entity", "Ref=isbn"},
			o: openapi.Options{Links: []openapi.Link{{Field: "Book.author", Type: "Author", By: []openapi.LinkKey{{Key: "id", From: "author_id"}}}}, Entities: []openapi.Entity{{Type: "Ref", Key: "isbn"}}}},
		{file: "tickets31.yaml", args: []string{"--trust", "required", "--maps", "entries"}, o: openapi.Options{TrustRequired: true, Entries: true}},
		{file: "pets2.json", args: []string{"--operation", "addPet=newPet,updatePetWithForm=", "--type", "Category=Kind"},
			o: openapi.Options{Operations: map[string]string{"addPet": "newPet", "updatePetWithForm": ""}, Types: map[string]string{"Category": "Kind"}}},
	} {
		t.Run(c.file, func(t *testing.T) {
			const url = "https://api.example/v9"
			dir := filepath.Join(t.TempDir(), "new")
			got := runImport(t, append([]string{"openapi", fixtures + c.file, "--name", "it", "--url", url, "-o", dir}, c.args...)...)
			if got.code != exitGood {
				t.Fatal(got.err)
			}
			text, err := os.ReadFile(fixtures + c.file)
			if err != nil {
				t.Fatal(err)
			}
			c.o.URL = url
			want, err := openapi.Import(t.Context(), text, c.o)
			if err != nil {
				t.Fatal(err)
			}
			sdl, err := os.ReadFile(filepath.Join(dir, "it.graphql"))
			if err != nil || string(sdl) != want.SDL {
				t.Errorf("another schema, %v:\n%s", err, sdl)
			}
			loaded, err := config.Load(config.Options{Files: []string{filepath.Join(dir, "it.router.yaml")}, Environ: []string{}})
			if err != nil {
				t.Fatal(err)
			}
			s := &loaded.Config.Subgraphs[0]
			if s.Name != "it" || filepath.Base(s.Schema.File) != "it.graphql" {
				t.Errorf("%s has the schema %s", s.Name, s.Schema.File)
			}
			spec := generation.RestSpec(s, loaded.Position)
			// The configuration writes out the defaults.
			want.Spec.Names, want.Spec.Lists, want.Spec.MaxURL, want.Spec.MaxBody = "asis", "repeat", 4<<10, 8<<20
			ignore := cmp.Options{cmpopts.IgnoreTypes(rest.Place{}), cmpopts.IgnoreFields(rest.Spec{}, "Env"), cmpopts.EquateEmpty()}
			if d := cmp.Diff(want.Spec, spec, ignore); d != "" {
				t.Error(d)
			}
			doc, faults := schema.Parse("it.graphql", string(sdl))
			if len(faults) > 0 {
				t.Fatal(faults)
			}
			if _, errs := rest.Compile("it", doc, spec); len(errs) > 0 {
				t.Error(errs)
			}
		})
	}
}

func TestImportFromURL(t *testing.T) {
	srv := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		switch {
		case r.URL.Path != "/openapi.json":
			http.NotFound(w, r)
		case r.Header.Get("X-Key") != "a b":
			w.WriteHeader(http.StatusForbidden)
		default:
			text, err := os.ReadFile(fixtures + "fastapi.json")
			if err != nil {
				t.Error(err)
			}
			fmt.Fprint(w, strings.Replace(string(text), "multipart/form-data", "application/octet-stream", 1))
		}
	}))
	defer srv.Close()
	got := runImport(t, "openapi", srv.URL+"/openapi.json", "--header", "X-Key: a b", "-o", "-")
	if got.code != exitGood || !strings.Contains(got.out, "url: "+srv.URL+"\n") || !strings.Contains(got.out, "name: fastapi\n") || !strings.Contains(got.out, "type Item @key") {
		t.Errorf("%d: %s\n%s", got.code, got.out, got.err)
	}
	for _, want := range []string{"operations: 5 imported as root fields, 1 left out", "notes of OPENAPI_REQUEST_BODY: 1", "--notes"} {
		if !strings.Contains(got.err, want) {
			t.Errorf("lacks %s: %s", want, got.err)
		}
	}
	for _, path := range []string{"/openapi.json", "/none"} {
		if got := runImport(t, "openapi", srv.URL+path, "-o", "-"); got.code != exitProblem || !strings.Contains(got.err, " answers with 40") {
			t.Errorf("%s: %d: %s", path, got.code, got.err)
		}
	}
}

func TestImportNotes(t *testing.T) {
	got := runImport(t, "openapi", fixtures+"library30.yaml", "-o", "-", "--notes", "--except-tag", "none")
	for _, want := range []string{"library30.yaml:62:61: ", "(OPENAPI_RESPONSE)", "hint: Pass the client's cookies on", "ask for key (apiKey): auth: {api_key: {header: X-Key"} {
		if !strings.Contains(got.err, want) {
			t.Errorf("lacks %s: %s", want, got.err)
		}
	}
}

func TestImportFailures(t *testing.T) {
	dir := t.TempDir()
	doc := write(t, dir, "my api.openapi.yaml", "openapi: 3.0.0\ninfo: {title: x, version: 1.0}\nservers: [{url: http://a.example}]\npaths:\n  /a: {get: {operationId: a, responses: {204: {description: x}}}}\n")
	same := write(t, dir, "same.yaml", "openapi: 3.0.0\nservers: [{url: http://a.example}]\npaths:\n  /a: {get: {operationId: a, responses: {204: {description: x}}}}\n  /b:\n    get: {operationId: a, responses: {204: {description: x}}}\n")
	out := filepath.Join(dir, "out")
	if got := runImport(t, "openapi", doc, "-o", out); got.code != exitGood || got.out != filepath.Join(out, "my-api.graphql")+"\n"+filepath.Join(out, "my-api.router.yaml")+"\n" {
		t.Fatal(got)
	}
	for _, c := range []struct {
		args []string
		code int
		want string
	}{
		{[]string{"openapi", doc, "-o", out}, exitProblem, "--force"},
		{[]string{"openapi", doc, "-o", out, "--force"}, exitGood, "operations: 1 imported"},
		{[]string{"openapi", same, "-o", out}, exitProblem, "same.yaml:6:5: #/paths/~1b/get: GET /a and GET /b would both be Query.a (OPENAPI_NAME_COLLISION)"},
		{[]string{"openapi", filepath.Join(dir, "none.json")}, exitProblem, "none.json"},
		{[]string{"openapi"}, exitUsage, "one file or URL"},
		{[]string{"graphql"}, exitUsage, "there is openapi"},
		{[]string{"openapi", doc, "--trust", "me"}, exitUsage, "--trust"},
		{[]string{"openapi", doc, "--maps", "me"}, exitUsage, "--maps"},
		{[]string{"openapi", doc, "--name", "1a"}, exitUsage, "--name"},
		{[]string{"openapi", doc, "--link", "a.b"}, exitUsage, "--link"},
		{[]string{"openapi", "http://127.0.0.1:1/x", "--header", "a"}, exitUsage, "--header"},
	} {
		got := runImport(t, c.args...)
		if got.code != c.code || !strings.Contains(got.err, c.want) {
			t.Errorf("%v: %d, %s", c.args, got.code, got.err)
		}
	}
	if left, _ := os.ReadDir(out); !slices.ContainsFunc(left, func(e os.DirEntry) bool { return e.Name() == "my-api.graphql" }) || len(left) != 2 {
		t.Error(left)
	}
}

func TestImportNames(t *testing.T) {
	for _, c := range [][3]string{
		{"users.openapi.json", "", "users"}, {"http://h:80/openapi.json?x=1", "My Users API", "my-users-api"}, {"/a/swagger.yaml", "", "api"},
		{"2Fast_4You.json", "", "fast-4you"}, {"日本.json", "日本", "api"},
	} {
		if got := nameOf(c[0], c[1]); got != c[2] || !subgraphName(got) {
			t.Errorf("%v: %s", c, got)
		}
	}
}
