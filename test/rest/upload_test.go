package rest

import (
	"bytes"
	"fmt"
	"io"
	"mime"
	"mime/multipart"
	"net/http"
	"os"
	"path/filepath"
	"strings"
	"testing"
)

// form posts a form by the GraphQL multipart request specification.
func (g *graph) form(t *testing.T, header string, parts ...[3]string) (int, string) {
	t.Helper()
	var b bytes.Buffer
	w := multipart.NewWriter(&b)
	for _, p := range parts {
		var to io.Writer
		var err error
		if p[1] == "" {
			to, err = w.CreateFormField(p[0])
		} else {
			to, err = w.CreateFormFile(p[0], p[1])
		}
		if err != nil {
			t.Fatal(err)
		}
		fmt.Fprint(to, p[2])
	}
	w.Close()
	req, err := http.NewRequestWithContext(t.Context(), http.MethodPost, g.url, &b)
	if err != nil {
		t.Fatal(err)
	}
	req.Header.Set("Content-Type", w.FormDataContentType())
	if header != "" {
		req.Header.Set(header, "1")
	}
	res, err := http.DefaultClient.Do(req)
	if err != nil {
		t.Fatal(err)
	}
	defer res.Body.Close()
	text, err := io.ReadAll(res.Body)
	if err != nil {
		t.Fatal(err)
	}
	return res.StatusCode, string(text)
}

// photos is a service that says what files it got.
func photos(t *testing.T) *service {
	return serve(t, func(w http.ResponseWriter, r *http.Request, body string) {
		_, params, err := mime.ParseMediaType(r.Header.Get("Content-Type"))
		if err != nil {
			fmt.Fprintf(w, "%q", "no form: "+body)
			return
		}
		got := ""
		for parts := multipart.NewReader(strings.NewReader(body), params["boundary"]); ; {
			p, err := parts.NextPart()
			if err != nil {
				break
			}
			text, _ := io.ReadAll(p)
			got += fmt.Sprintf("%s %s %s %s;", p.FormName(), p.FileName(), p.Header.Get("Content-Type"), text)
		}
		fmt.Fprintf(w, "%q", got)
	})
}

// Files go from the client's form into that of the service.
func TestUploads(t *testing.T) {
	const sdl = `scalar Upload
type Query { a: String }
type Mutation { photo(file: Upload!, caption: String): String album(input: Album!): String }
input Album { name: String files: [Upload!]! }`
	p := part{name: "s", sdl: sdl, service: photos(t), rest: `
fetch:
  Query.a: GET /a
  Mutation.photo: {POST: /photo, body: "file: $args.file caption: $args.caption", encode: multipart}
  Mutation.album: {POST: /album, body: $args.input, encode: multipart}
`}
	g := routed(t, "uploads: true", p)
	one := [3]string{"operations", "", `{"query":"mutation($f: Upload!) { photo(file: $f, caption: \"c\") }","variables":{"f":null}}`}
	status, got := g.form(t, "GraphQL-Require-Preflight", one, [3]string{"map", "", `{"0":["variables.f"]}`}, [3]string{"0", "my cat.png", "PNG"})
	if status != 200 || got != `{"data":{"photo":"file my cat.png application/octet-stream PNG;caption   c;"}}` {
		t.Errorf("%d %s", status, got)
	}
	status, got = g.form(t, "Apollo-Require-Preflight",
		[3]string{"operations", "", `{"query":"mutation($a: Album!) { album(input: $a) }","variables":{"a":{"name":"n","files":[null,null]}}}`},
		[3]string{"map", "", `{"x":["variables.a.files.0"],"y":["variables.a.files.1"]}`}, [3]string{"y", "2.txt", "two"}, [3]string{"x", "1.txt", "one"})
	if status != 200 || got != `{"data":{"album":"name   n;files 1.txt application/octet-stream one;files 2.txt application/octet-stream two;"}}` {
		t.Errorf("%d %s", status, got)
	}
	file := [3]string{"0", "f", "x"}
	place := [3]string{"map", "", `{"0":["variables.f"]}`}
	for _, c := range []struct {
		name, header, text string
		parts              [][3]string
	}{
		{"without the header", "", "GraphQL-Require-Preflight", [][3]string{one, place, file}},
		{"without a map", "GraphQL-Require-Preflight", "map", [][3]string{one, file}},
		{"a place that does not exist", "GraphQL-Require-Preflight", "no null", [][3]string{one, {"map", "", `{"0":["variables.g.h"]}`}, file}},
		{"a place outside of the variables", "GraphQL-Require-Preflight", "no null", [][3]string{one, {"map", "", `{"0":["query"]}`}, file}},
		{"a place that is taken", "GraphQL-Require-Preflight", "no null", [][3]string{one, {"map", "", `{"0":["variables.f"],"1":["variables.f"]}`}, file}},
		{"no file", "GraphQL-Require-Preflight", "lacks files", [][3]string{one, place}},
		{"another file", "GraphQL-Require-Preflight", "does not name", [][3]string{one, place, {"1", "f", "x"}}},
		{"not JSON", "GraphQL-Require-Preflight", "JSON object", [][3]string{{"operations", "", `[]`}, place, file}},
	} {
		if status, got := g.form(t, c.header, c.parts...); status != 400 || !strings.Contains(got, c.text) {
			t.Errorf("%s: %d %s", c.name, status, got)
		}
	}
	p.service.asked()
	if status, got := routed(t, "", p).form(t, "GraphQL-Require-Preflight", one, place, file); status != http.StatusUnsupportedMediaType {
		t.Errorf("%d %s", status, got)
	}
	limited := routed(t, "uploads: {enabled: true, max_files: 1}\ntraffic_shaping: {router: {max_request_body_size: 1KB}}", p)
	if status, got := limited.form(t, "GraphQL-Require-Preflight", one, place, [3]string{"0", "f", strings.Repeat("x", 2000)}); status != http.StatusRequestEntityTooLarge {
		t.Errorf("%d %s", status, got)
	}
	if status, got := limited.form(t, "GraphQL-Require-Preflight", one, [3]string{"map", "", `{"0":["variables.f"],"1":["variables.g"]}`}, file); status != 400 || !strings.Contains(got, "more than 1 files") {
		t.Errorf("%d %s", status, got)
	}
	if lines := p.service.asked(); len(lines) > 0 {
		t.Errorf("sent: %v", lines)
	}
	// Any other text is a text: nobody can name a file that is not theirs.
	if got := g.ask(t, `mutation { photo(file: "weft-file:00:0") }`); !strings.Contains(got, `"file   weft-file:00:0;"`) {
		t.Error(got)
	}
}

// An imported form takes files.
func TestImportedUploads(t *testing.T) {
	s := photos(t)
	document := filepath.Join(t.TempDir(), "openapi.json")
	if err := os.WriteFile(document, []byte(`{"openapi":"3.1.0","info":{"title":"t","version":"1"},"paths":{
  "/uploadfile/": {"post": {"operationId": "upload_file_uploadfile__post", "requestBody": {"required": true, "content": {"multipart/form-data": {"schema": {"$ref": "#/components/schemas/Body"}}}},
    "responses": {"200": {"description": "", "content": {"application/json": {"schema": {"type": "string"}}}}}}},
  "/a": {"get": {"operationId": "a", "responses": {"200": {"description": "", "content": {"application/json": {"schema": {"type": "string"}}}}}}}},
 "components": {"schemas": {"Body": {"type": "object", "required": ["file"], "properties": {"file": {"type": "string", "contentMediaType": "application/octet-stream"}, "note": {"type": "string"}}}}}}`), 0o600); err != nil {
		t.Fatal(err)
	}
	g, err := start(t, fmt.Sprintf("listen: 127.0.0.1:0\nlog: {access: false}\nuploads: true\nsubgraphs:\n  - name: s\n    openapi: %q\n    rest: {url: %q}\n", document, s.URL+"/api"))
	if err != nil {
		t.Fatal(err)
	}
	status, got := g.form(t, "GraphQL-Require-Preflight",
		[3]string{"operations", "", `{"query":"mutation($f: Upload!) { uploadFile(input: {file: $f, note: \"n\"}) }","variables":{"f":null}}`},
		[3]string{"map", "", `{"0":["variables.f"]}`}, [3]string{"0", "a.txt", "hello"})
	if status != 200 || got != `{"data":{"uploadFile":"file a.txt application/octet-stream hello;note   n;"}}` {
		t.Errorf("%d %s", status, got)
	}
}
