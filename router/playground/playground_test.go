package playground_test

import (
	"bytes"
	"compress/gzip"
	"io"
	"net/http"
	"net/http/httptest"
	"regexp"
	"strconv"
	"strings"
	"testing"

	"github.com/weft-graphql/weft/router/playground"
)

// do sends a request straight to the handler; headers are name, value pairs.
func do(t *testing.T, h http.Handler, method, path string, headers ...string) *http.Response {
	t.Helper()
	r := httptest.NewRequest(method, path, nil)
	for i := 0; i < len(headers); i += 2 {
		r.Header.Add(headers[i], headers[i+1])
	}
	w := httptest.NewRecorder()
	h.ServeHTTP(w, r)
	return w.Result()
}

func body(t *testing.T, res *http.Response) string {
	t.Helper()
	b, err := io.ReadAll(res.Body)
	if err != nil {
		t.Fatalf("reading the body: %v", err)
	}
	return string(b)
}

func wantStatus(t *testing.T, res *http.Response, want int) {
	t.Helper()
	if res.StatusCode != want {
		t.Fatalf("status %d, want %d", res.StatusCode, want)
	}
}

func wantHeader(t *testing.T, res *http.Response, name, want string) {
	t.Helper()
	if got := res.Header.Get(name); got != want {
		t.Errorf("%s: %q, want %q", name, got, want)
	}
}

var reference = regexp.MustCompile(`(?:src|href)="([^"]*)"`)

// references returns the URLs that the page at path loads.
func references(t *testing.T, h http.Handler, path string) []string {
	t.Helper()
	res := do(t, h, http.MethodGet, path)
	wantStatus(t, res, http.StatusOK)
	var urls []string
	for _, m := range reference.FindAllStringSubmatch(body(t, res), -1) {
		urls = append(urls, m[1])
	}
	return urls
}

// script returns the URL of the page's script.
func script(t *testing.T, h http.Handler) string {
	t.Helper()
	for _, u := range references(t, h, "/") {
		if strings.HasSuffix(u, ".js") {
			return u
		}
	}
	t.Fatal("the page has no script")
	return ""
}

func TestPage(t *testing.T) {
	h := playground.Handler(playground.Options{})
	res := do(t, h, http.MethodGet, "/")
	wantStatus(t, res, http.StatusOK)
	wantHeader(t, res, "Content-Type", "text/html; charset=utf-8")
	wantHeader(t, res, "Cache-Control", "no-cache")
	wantHeader(t, res, "X-Content-Type-Options", "nosniff")
	wantHeader(t, res, "Vary", "Accept-Encoding")
	wantHeader(t, res, "Content-Encoding", "")
	page := body(t, res)
	wantHeader(t, res, "Content-Length", strconv.Itoa(len(page)))
	for _, want := range []string{
		`<title>Weft playground</title>`,
		`data-graphql-path="/graphql"`,
		`data-default-query=""`,
	} {
		if !strings.Contains(page, want) {
			t.Errorf("the page lacks %s:\n%s", want, page)
		}
	}
}

func TestPageEscapesOptions(t *testing.T) {
	const hostile = `"><script>alert(1)</script><x y='`
	h := playground.Handler(playground.Options{
		Path:         "/" + hostile,
		GraphQLPath:  hostile,
		Title:        "</title>" + hostile,
		DefaultQuery: hostile,
	})
	r := httptest.NewRequest(http.MethodGet, "/", nil)
	r.URL.Path = "/" + hostile
	w := httptest.NewRecorder()
	h.ServeHTTP(w, r)
	wantStatus(t, w.Result(), http.StatusOK)
	page := w.Body.String()
	if n := strings.Count(page, "<script"); n != 1 {
		t.Errorf("%d script elements, want 1:\n%s", n, page)
	}
	if n := strings.Count(page, "</title>"); n != 1 {
		t.Errorf("%d title ends, want 1:\n%s", n, page)
	}
	if strings.Contains(page, hostile) {
		t.Errorf("an option stands unescaped in the page:\n%s", page)
	}
}

func TestPageKeepsQueryText(t *testing.T) {
	h := playground.Handler(playground.Options{DefaultQuery: "{\n  me { name }\n}", GraphQLPath: "/api/graphql"})
	page := body(t, do(t, h, http.MethodGet, "/"))
	for _, want := range []string{"data-default-query=\"{\n  me { name }\n}\"", `data-graphql-path="/api/graphql"`} {
		if !strings.Contains(page, want) {
			t.Errorf("the page lacks %q:\n%s", want, page)
		}
	}
}

func TestContentSecurityPolicy(t *testing.T) {
	h := playground.Handler(playground.Options{})
	for _, path := range []string{"/", script(t, h), "/nothing"} {
		csp := do(t, h, http.MethodGet, path).Header.Get("Content-Security-Policy")
		directives := make(map[string]string)
		for d := range strings.SplitSeq(csp, ";") {
			name, sources, _ := strings.Cut(strings.TrimSpace(d), " ")
			directives[name] = sources
		}
		for name, want := range map[string]string{
			"default-src":     "'none'",
			"script-src":      "'self'",
			"style-src":       "'self'",
			"connect-src":     "'self'",
			"base-uri":        "'none'",
			"form-action":     "'none'",
			"frame-ancestors": "'none'",
		} {
			if directives[name] != want {
				t.Errorf("%s: %s is %q, want %q", path, name, directives[name], want)
			}
		}
		if strings.Contains(csp, "unsafe") || strings.Contains(csp, "http") || strings.Contains(csp, "*") {
			t.Errorf("%s: the policy is too wide: %s", path, csp)
		}
	}
}

func TestNothingExternal(t *testing.T) {
	h := playground.Handler(playground.Options{})
	page := body(t, do(t, h, http.MethodGet, "/"))
	if strings.Contains(page, "://") {
		t.Errorf("the page names another origin:\n%s", page)
	}
	if inline := regexp.MustCompile(`<style|style=|\son\w+=|<script[^>]*>[^<]`).FindString(page); inline != "" {
		t.Errorf("the page holds %q, which its policy forbids", inline)
	}
	urls := references(t, h, "/")
	if len(urls) != 3 {
		t.Errorf("the page loads %q, want a script, a style sheet and an icon", urls)
	}
	external := regexp.MustCompile(`(?:\bimport\(?|\bfrom|\bfetch\(|@import|url\()\s*["'\x60]?(?:https?:)?//`)
	for _, u := range urls {
		if !regexp.MustCompile(`^/assets/[^/]+$`).MatchString(u) {
			t.Errorf("the page loads %q, want a path below /assets/", u)
			continue
		}
		if found := external.FindString(body(t, do(t, h, http.MethodGet, u))); found != "" {
			t.Errorf("%s loads from elsewhere: %s", u, found)
		}
	}
}

func TestAssets(t *testing.T) {
	h := playground.Handler(playground.Options{})
	types := map[string]string{
		".js":  "text/javascript; charset=utf-8",
		".css": "text/css; charset=utf-8",
		".svg": "image/svg+xml",
	}
	for _, u := range references(t, h, "/") {
		ext := u[strings.LastIndex(u, "."):]
		t.Run(ext, func(t *testing.T) {
			plain := do(t, h, http.MethodGet, u)
			wantStatus(t, plain, http.StatusOK)
			wantHeader(t, plain, "Content-Type", types[ext])
			wantHeader(t, plain, "Content-Encoding", "")
			wantHeader(t, plain, "Cache-Control", "public, max-age=31536000, immutable")
			wantHeader(t, plain, "Vary", "Accept-Encoding")
			text := body(t, plain)
			wantHeader(t, plain, "Content-Length", strconv.Itoa(len(text)))

			zipped := do(t, h, http.MethodGet, u, "Accept-Encoding", "br, gzip")
			wantStatus(t, zipped, http.StatusOK)
			wantHeader(t, zipped, "Content-Type", types[ext])
			wantHeader(t, zipped, "Content-Encoding", "gzip")
			raw := body(t, zipped)
			wantHeader(t, zipped, "Content-Length", strconv.Itoa(len(raw)))
			zr, err := gzip.NewReader(bytes.NewReader([]byte(raw)))
			if err != nil {
				t.Fatal(err)
			}
			unzipped, err := io.ReadAll(zr)
			if err != nil {
				t.Fatal(err)
			}
			if string(unzipped) != text {
				t.Error("the gzipped and the plain body differ")
			}
			if zipped.Header.Get("ETag") == plain.Header.Get("ETag") {
				t.Error("two encodings share a strong ETag")
			}
		})
	}
}

func TestAcceptEncoding(t *testing.T) {
	h := playground.Handler(playground.Options{})
	for _, tc := range []struct {
		accept string
		gzip   bool
	}{
		{"", false},
		{"gzip", true},
		{"GZIP", true},
		{"x-gzip", true},
		{"deflate, gzip;q=0.5, br;q=1", true},
		{"gzip; q=0", false},
		{"gzip;q=0.000", false},
		{"gzip;q=oops", false},
		{"identity", false},
		{"*", true},
		{"*;q=0", false},
		{"*, gzip;q=0", false},
		{"gzipped", false},
	} {
		res := do(t, h, http.MethodGet, "/", "Accept-Encoding", tc.accept)
		if got := res.Header.Get("Content-Encoding") == "gzip"; got != tc.gzip {
			t.Errorf("Accept-Encoding %q: gzip %t, want %t", tc.accept, got, tc.gzip)
		}
	}
	if res := do(t, h, http.MethodGet, "/", "Accept-Encoding", "br", "Accept-Encoding", "gzip"); res.Header.Get("Content-Encoding") != "gzip" {
		t.Error("a second Accept-Encoding line went unread")
	}
}

func TestConditionalRequests(t *testing.T) {
	h := playground.Handler(playground.Options{})
	for _, path := range []string{"/", script(t, h)} {
		plain := do(t, h, http.MethodGet, path).Header.Get("ETag")
		zipped := do(t, h, http.MethodGet, path, "Accept-Encoding", "gzip").Header.Get("ETag")
		for _, tc := range []struct {
			ifNoneMatch string
			status      int
		}{
			{plain, http.StatusNotModified},
			{zipped, http.StatusNotModified},
			{"W/" + plain, http.StatusNotModified},
			{`"other", ` + zipped, http.StatusNotModified},
			{"*", http.StatusNotModified},
			{`"other"`, http.StatusOK},
			{strings.Trim(plain, `"`), http.StatusOK},
		} {
			res := do(t, h, http.MethodGet, path, "If-None-Match", tc.ifNoneMatch)
			if res.StatusCode != tc.status {
				t.Errorf("%s, If-None-Match %s: status %d, want %d", path, tc.ifNoneMatch, res.StatusCode, tc.status)
			}
			if tc.status == http.StatusNotModified {
				if b := body(t, res); b != "" {
					t.Errorf("%s: a 304 with a body of %d bytes", path, len(b))
				}
				wantHeader(t, res, "ETag", plain)
			}
		}
	}
}

func TestETagFollowsContent(t *testing.T) {
	one := do(t, playground.Handler(playground.Options{Title: "one"}), http.MethodGet, "/").Header.Get("ETag")
	two := do(t, playground.Handler(playground.Options{Title: "two"}), http.MethodGet, "/").Header.Get("ETag")
	again := do(t, playground.Handler(playground.Options{Title: "one"}), http.MethodGet, "/").Header.Get("ETag")
	if one == two || one != again {
		t.Errorf("ETags %s, %s, %s: want the first and the last alike", one, two, again)
	}
}

func TestHead(t *testing.T) {
	h := playground.Handler(playground.Options{})
	for _, path := range []string{"/", script(t, h)} {
		for _, accept := range []string{"", "gzip"} {
			get := do(t, h, http.MethodGet, path, "Accept-Encoding", accept)
			head := do(t, h, http.MethodHead, path, "Accept-Encoding", accept)
			wantStatus(t, head, http.StatusOK)
			if b := body(t, head); b != "" {
				t.Errorf("HEAD %s has a body of %d bytes", path, len(b))
			}
			for name := range get.Header {
				wantHeader(t, head, name, get.Header.Get(name))
			}
		}
	}
}

func TestNotFound(t *testing.T) {
	h := playground.Handler(playground.Options{})
	for _, path := range []string{
		"/nothing",
		"/assets",
		"/assets/",
		"/assets/nothing.js",
		"/assets/manifest.json",
		"/assets/../playground.go",
		script(t, h) + ".gz",
		script(t, h) + "/",
	} {
		res := do(t, h, http.MethodGet, path)
		if res.StatusCode != http.StatusNotFound {
			t.Errorf("%s: status %d, want 404", path, res.StatusCode)
		}
		wantHeader(t, res, "Cache-Control", "")
		wantHeader(t, res, "ETag", "")
	}
}

func TestMethodNotAllowed(t *testing.T) {
	h := playground.Handler(playground.Options{})
	for _, method := range []string{http.MethodPost, http.MethodPut, http.MethodDelete, http.MethodOptions} {
		res := do(t, h, method, "/")
		if res.StatusCode != http.StatusMethodNotAllowed {
			t.Errorf("%s: status %d, want 405", method, res.StatusCode)
		}
		wantHeader(t, res, "Allow", "GET, HEAD")
	}
}

func TestPath(t *testing.T) {
	for _, given := range []string{"/tools/try", "/tools/try/", "tools/try", "//tools/try"} {
		h := playground.Handler(playground.Options{Path: given})
		for path, want := range map[string]int{
			"/tools/try":                     http.StatusOK,
			"/tools/try/":                    http.StatusOK,
			"/tools/try/assets/LICENSES.txt": http.StatusOK,
			"/":                              http.StatusNotFound,
			"/tools/tryout":                  http.StatusNotFound,
			"/tools/tryassets/LICENSES.txt":  http.StatusNotFound,
			"/assets/LICENSES.txt":           http.StatusNotFound,
		} {
			if res := do(t, h, http.MethodGet, path); res.StatusCode != want {
				t.Errorf("Path %q: GET %s: status %d, want %d", given, path, res.StatusCode, want)
			}
		}
		for _, u := range references(t, h, "/tools/try") {
			if !strings.HasPrefix(u, "/tools/try/assets/") {
				t.Errorf("Path %q: the page loads %q", given, u)
			}
			wantStatus(t, do(t, h, http.MethodGet, u), http.StatusOK)
		}
	}
}

func TestLicences(t *testing.T) {
	h := playground.Handler(playground.Options{})
	res := do(t, h, http.MethodGet, "/assets/LICENSES.txt")
	wantStatus(t, res, http.StatusOK)
	wantHeader(t, res, "Content-Type", "text/plain; charset=utf-8")
	wantHeader(t, res, "Cache-Control", "no-cache")
	text := body(t, res)
	for _, name := range []string{"graphiql ", "react ", "react-dom ", "codemirror ", "graphql "} {
		if !strings.Contains(text, "\n"+name) {
			t.Errorf("no licence for %s", name)
		}
	}
}
