// Package playground serves a GraphiQL page for trying out operations in a
// browser.
//
// In: the options of one page. Out: an [http.Handler]. Everything the page
// loads is embedded in the binary and comes from the same origin; its
// Content-Security-Policy lets the browser talk to that origin only. The
// handler is immutable once made, shares the embedded files with every other
// handler, starts no goroutine, and any number of goroutines may use it.
//
// The page's sources and how to rebuild them are in the folder web; the folder
// assets is generated.
package playground

import (
	"bytes"
	_ "embed"
	"html/template"
	"net/http"
	"strings"
)

// Options says what one playground page shows and where it lives. The zero
// value is a page at "/" for an endpoint at "/graphql".
type Options struct {
	// Path is the URL path of the page, "/" if empty. The handler answers this
	// path, with or without a slash at its end, and everything below
	// Path/assets/. It expects the request path as the client sent it, without
	// [http.StripPrefix].
	Path string
	// GraphQLPath is the URL path that operations are sent to, "/graphql" if
	// empty. It has to be on the page's own origin.
	GraphQLPath string
	// Title is the title of the page, "Weft playground" if empty.
	Title string
	// DefaultQuery is the text in the editor for those who open the page for
	// the first time; GraphiQL's own greeting if empty.
	DefaultQuery string
}

// contentSecurityPolicy permits nothing but the page's own files and requests
// to its own origin. "data:" images are the lint marks in GraphiQL's style
// sheet.
const contentSecurityPolicy = "default-src 'none'; script-src 'self'; style-src 'self'; " +
	"img-src 'self' data:; connect-src 'self'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'"

//go:embed page.html.tmpl
var pageSource string

var pageTemplate = template.Must(template.New("page").Parse(pageSource))

// pageData is what the template sees; html/template escapes each value for the
// place it stands in.
type pageData struct {
	Title        string
	Icon         string
	Style        string
	Script       string
	GraphQLPath  string
	DefaultQuery string
}

// Handler returns a handler that serves the page and its assets, and 404 for
// every other path.
func Handler(opts Options) http.Handler {
	base := strings.Trim(opts.Path, "/")
	if base != "" {
		base = "/" + base
	}
	return &handler{base: base, page: renderPage(base, opts)}
}

type handler struct {
	base string // Path without a slash at its end: "" for the root
	page *asset
}

func renderPage(base string, opts Options) *asset {
	files := embedded()
	data := pageData{
		Title:        orDefault(opts.Title, "Weft playground"),
		Icon:         base + assetPrefix + files.manifest.Icon,
		Style:        base + assetPrefix + files.manifest.Style,
		Script:       base + assetPrefix + files.manifest.Script,
		GraphQLPath:  orDefault(opts.GraphQLPath, "/graphql"),
		DefaultQuery: opts.DefaultQuery,
	}
	var b bytes.Buffer
	if err := pageTemplate.Execute(&b, data); err != nil {
		// The template is constant, its data are strings and a Buffer takes
		// every write: only a mistake in this package gets here.
		panic("playground: rendering the page: " + err.Error())
	}
	return newAsset("text/html; charset=utf-8", "no-cache", b.Bytes())
}

func orDefault(s, otherwise string) string {
	if s == "" {
		return otherwise
	}
	return s
}

// ServeHTTP implements [http.Handler].
func (h *handler) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	header := w.Header()
	header.Set("Content-Security-Policy", contentSecurityPolicy)
	header.Set("X-Content-Type-Options", "nosniff")
	header.Set("X-Frame-Options", "DENY")
	header.Set("Referrer-Policy", "no-referrer")
	header.Set("Cross-Origin-Opener-Policy", "same-origin")
	header.Set("Cross-Origin-Resource-Policy", "same-origin")

	found := h.lookup(r.URL.Path)
	if found == nil {
		http.Error(w, "not found", http.StatusNotFound)
		return
	}
	if r.Method != http.MethodGet && r.Method != http.MethodHead {
		header.Set("Allow", "GET, HEAD")
		http.Error(w, "method not allowed", http.StatusMethodNotAllowed)
		return
	}
	found.serve(w, r)
}

// lookup returns nil where there is nothing to serve.
func (h *handler) lookup(path string) *asset {
	rest, ok := strings.CutPrefix(path, h.base)
	if !ok {
		return nil
	}
	if rest == "" || rest == "/" {
		return h.page
	}
	name, ok := strings.CutPrefix(rest, assetPrefix)
	if !ok {
		return nil
	}
	return embedded().byName[name]
}
