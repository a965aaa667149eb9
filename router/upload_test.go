package router

import (
	"encoding/json"
	"mime/multipart"
	"strings"
	"testing"
)

// FuzzForm: whatever a form holds, what comes out of it is JSON in which exactly
// the files that came stand.
func FuzzForm(f *testing.F) {
	form := func(parts ...string) string {
		var b strings.Builder
		w := multipart.NewWriter(&b)
		_ = w.SetBoundary("b")
		for i := 0; i+1 < len(parts); i += 2 {
			to, _ := w.CreateFormFile(parts[i], "f")
			_, _ = to.Write([]byte(parts[i+1]))
		}
		_ = w.Close()
		return b.String()
	}
	const operation = `{"query":"q","variables":{"f":null,"l":[null,1],"o":{"p":null}}}`
	f.Add(form("operations", operation, "map", `{"0":["variables.f"]}`, "0", "x"))
	f.Add(form("operations", operation, "map", `{"0":["variables.l.0","variables.o.p"],"1":["variables.f"]}`, "1", "x", "0", "y"))
	f.Add(form("operations", operation, "map", `{"0":["variables.l.7"]}`, "0", "x"))
	f.Add(form("operations", operation, "map", `{"0":[1,null,"variables"]}`, "0", "x"))
	f.Add(form("operations", `{"variables":[null]}`, "map", `{"0":["variables.0"],"0":["variables.0"]}`, "0", "x"))
	f.Add("--b\r\n\r\n")
	f.Fuzz(func(t *testing.T, text string) {
		rq := &request{}
		files, err := rq.form(multipart.NewReader(strings.NewReader(text), "b"), 3)
		if err != nil {
			return
		}
		if !json.Valid(rq.in) {
			t.Fatalf("not JSON: %q", rq.in)
		}
		if len(files) > 3 {
			t.Fatalf("%d files", len(files))
		}
		for token := range files {
			if strings.Count(string(rq.in), token) == 0 && !strings.Contains(text, "[]") {
				t.Fatalf("%s stands nowhere in %q", token, rq.in)
			}
		}
	})
}
