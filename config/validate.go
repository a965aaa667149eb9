package config

import (
	"fmt"
	"net"
	"net/url"
	"regexp"
	"slices"
	"strconv"
	"strings"
)

// validator checks what single values cannot show: combinations, references and
// formats. It works on the Config as written, before short forms move, so that
// messages name the keys that the user wrote.
type validator struct {
	config *Config
	at     map[string]Position
	// secrets are the paths of values that no message may show.
	secrets map[string]bool
	// bad are the problems found so far; what is already wrong is not judged again.
	bad      Errors
	errs     Errors
	warnings Errors
}

func (v *validator) fail(code, path, message, hint string) {
	if slices.ContainsFunc(v.bad, func(e Error) bool { return e.Path == path }) {
		return
	}
	p, _ := positionIn(v.at, path)
	v.errs = append(v.errs, errorAt(p, code, path, message, hint))
}

// ok reports that nothing at or below path is already known to be wrong.
func (v *validator) ok(path string) bool {
	return !slices.ContainsFunc(v.bad, func(e Error) bool {
		return e.Path == path || strings.HasPrefix(e.Path, path+".")
	})
}

// quoted is a value as a message may show it.
func (v *validator) quoted(path, value string) string {
	if v.secrets[path] {
		return "the value"
	}
	return strconv.Quote(value)
}

func (v *validator) given(path string) bool {
	_, ok := v.at[path]
	return ok
}

func (v *validator) validate() {
	c := v.config
	v.listen("listen", c.Listen)
	v.paths()
	v.upstreams()
	v.supergraph()
	v.joins()
	v.contracts()
	v.overrideLabels()
	v.headers()
	for _, s := range c.TrafficShaping.Subgraphs {
		v.knownSubgraph(join("traffic_shaping.subgraphs", s.Name)+".name", s.Name)
	}
	for i, name := range c.TrafficShaping.Router.Dedupe.IgnoreHeaders {
		v.headerName(join("traffic_shaping.router.dedupe.ignore_headers", strconv.Itoa(i)), name)
	}
}

func (v *validator) listen(path, addr string) {
	if socket, ok := strings.CutPrefix(addr, "unix://"); ok {
		if !strings.HasPrefix(socket, "/") || strings.ContainsAny(socket, "?#\x00") {
			v.fail(CodeInvalidValue, path, v.quoted(path, addr)+" is not the address of a unix socket", "write an absolute path: unix:///run/weft.sock")
		}
		return
	}
	_, port, err := net.SplitHostPort(addr)
	if err == nil {
		var n uint64
		if n, err = strconv.ParseUint(port, 10, 16); err == nil && strconv.FormatUint(n, 10) == port {
			return
		}
	}
	v.fail(CodeInvalidValue, path, v.quoted(path, addr)+" is not an address to listen on", "write host:port, such as 127.0.0.1:4000 or :4000, or unix:///path/to.sock")
}

// paths checks the URL paths the router serves.
func (v *validator) paths() {
	c := v.config
	type served struct {
		key, path string
		on        bool
	}
	all := []served{
		{"graphql.path", c.GraphQL.Path, true},
		{"health.path", c.Health.Path, c.Health.Enabled},
		{"playground.path", c.Playground.Path, c.Playground.Enabled},
	}
	for i, s := range all {
		if !strings.HasPrefix(s.path, "/") || strings.ContainsAny(s.path, "?#{}% \t\r\n") || strings.Contains(s.path, "//") {
			v.fail(CodeInvalidValue, s.key, v.quoted(s.key, s.path)+" is not a URL path", `it starts with "/" and has no query, such as /graphql`)
			continue
		}
		if strings.HasPrefix(s.key, "health") && s.path == "/" && s.on {
			v.fail(CodeInvalidValue, s.key, `the health endpoints cannot be at "/"`, "use a path such as /health")
		}
		for _, other := range all[:i] {
			// The playground is a page, the endpoint an API: one path may serve both.
			both := other.key == "graphql.path" && s.key == "playground.path"
			if s.on && other.on && s.path == other.path && !both {
				v.fail(CodeConflict, s.key, v.quoted(s.key, s.path)+" is already the path of "+other.key, "give each endpoint its own path")
			}
		}
	}
}

// subgraphName is what composition, plans and metrics can all carry.
var subgraphName = regexp.MustCompile(`^[A-Za-z][A-Za-z0-9_-]{0,63}$`)

func (v *validator) upstreams() {
	c := v.config
	if c.Supergraph == nil && len(c.Subgraphs) == 0 && v.ok("subgraphs") && v.ok("supergraph") && !slices.ContainsFunc(v.bad, func(e Error) bool { return e.Path == "" }) {
		p := v.at[""]
		v.errs = append(v.errs, errorAt(p, CodeMissing, "subgraphs", "there is nothing to serve: neither subgraphs nor supergraph is given",
			"add at least: subgraphs: [{name: products, url: http://localhost:4001/graphql}]"))
	}
	for i := range c.Subgraphs {
		s := &c.Subgraphs[i]
		path := join("subgraphs", s.Name)
		if !subgraphName.MatchString(s.Name) {
			v.fail(CodeInvalidValue, path+".name", fmt.Sprintf("%q cannot be the name of a subgraph", s.Name), "a letter, then letters, digits, _ or -; at most 64 characters")
		}
		switch {
		case s.URL != "":
			v.url(path+".url", s.URL, "http", "https", "h2c", "unix")
		case c.Supergraph == nil && !s.withoutURL() && v.ok(path+".url"):
			v.fail(CodeMissing, path+".url", fmt.Sprintf("subgraph %q has no url", s.Name), "say where operations are sent, such as url: http://localhost:4001/graphql")
		}
		v.conflicts(path, s)
		v.transforms(path+".transforms", s.Transforms)
		v.entities(path+".entities", s)
		v.restful(path, s)
		v.auth(path+".auth", s)
		v.schema(path+".schema", &s.Schema)
		if s.Headers != nil {
			v.forward(path+".headers.forward", s.Headers.Forward)
			v.rules(path+".headers.request", s.Headers.Request)
		}
	}
}

// conflicts finds short forms given beside their long forms, and settings that a
// precomposed supergraph leaves no room for.
func (v *validator) conflicts(path string, s *Subgraph) {
	c := v.config
	if c.Supergraph != nil && v.given(path+".schema") {
		v.fail(CodeConflict, path+".schema", "the schema of this subgraph comes from the supergraph", "beside supergraph, a subgraph takes only url, headers and timeout")
	}
	for _, k := range []string{"transforms", "entities", "rest", "openapi", "links", "mock"} {
		if c.Supergraph != nil && v.given(path+"."+k) {
			v.fail(CodeConflict, path+"."+k, "the supergraph is composed already", "beside supergraph, a subgraph takes only url, headers, timeout and auth")
		}
	}
	if s.Timeout != nil {
		for _, t := range c.TrafficShaping.Subgraphs {
			if t.Name == s.Name && t.RequestTimeout != nil {
				v.both(path+".timeout", join("traffic_shaping.subgraphs", s.Name)+".request_timeout")
			}
		}
	}
	if s.Headers != nil {
		for _, h := range c.Headers.Subgraphs {
			if h.Name == s.Name {
				v.both(path+".headers", join("headers.subgraphs", s.Name))
			}
		}
	}
}

func (v *validator) both(short, long string) {
	hint := "remove one of them"
	if p, ok := positionIn(v.at, long); ok {
		hint += "; the other is at " + p.String()
	}
	v.fail(CodeConflict, short, fmt.Sprintf("%s is the short form of %s; both are given", short, long), hint)
}

func (v *validator) schema(path string, s *Schema) {
	source := s.Source
	explicit := v.given(path + ".source")
	if s.URL != "" {
		v.url(path+".url", s.URL, "http", "https", "h2c", "unix")
	}
	v.headerNames(path+".headers", s.Headers)
	switch {
	case !v.ok(path):
	case source == "file" && s.File == "":
		v.fail(CodeMissing, path+".file", "source: file needs a file", "file: products.graphql")
	case explicit && source != "file" && s.File != "":
		v.fail(CodeConflict, path+".file", fmt.Sprintf("a file is given, but source is %q", source), "remove one of them")
	case s.File != "":
		for _, k := range []string{"url", "headers"} {
			if v.given(path + "." + k) {
				v.fail(CodeConflict, path+"."+k, fmt.Sprintf("the schema is read from a file; %q has no meaning", k), "remove it")
			}
		}
	}
	if s.OnUnavailable == "last_good" && v.config.SchemaCache.Dir == "" && v.given(path+".on_unavailable") {
		p, _ := positionIn(v.at, path+".on_unavailable")
		v.warnings = append(v.warnings, errorAt(p, CodeMissing, path+".on_unavailable",
			"without schema_cache.dir the last good schema is lost when the router stops", "set schema_cache.dir"))
	}
}

func (v *validator) supergraph() {
	s := v.config.Supergraph
	if s == nil {
		return
	}
	if s.URL != "" {
		v.url("supergraph.url", s.URL, "http", "https")
	}
	v.headerNames("supergraph.headers", s.Headers)
	switch {
	case !v.ok("supergraph"):
	case s.Path != "" && s.URL != "":
		v.fail(CodeConflict, "supergraph.url", "both path and url are given", "remove one of them")
	case s.Source == "file" && s.Path == "":
		v.fail(CodeMissing, "supergraph.path", "source: file needs a path", "path: supergraph.graphql")
	case s.Source == "url" && s.URL == "":
		v.fail(CodeMissing, "supergraph.url", "source: url needs a url", "")
	case s.Path == "" && s.URL == "":
		v.fail(CodeMissing, "supergraph.path", "the supergraph has neither path nor url", "path: supergraph.graphql")
	case s.Path != "" && v.given("supergraph.headers"):
		v.fail(CodeConflict, "supergraph.headers", "the supergraph is read from a file; headers have no meaning", "remove them")
	}
}

// maxOverrideLabels is how many labels one graph can tell apart.
const maxOverrideLabels = 64

// overrideLabel is what composition takes as a label.
var overrideLabel = regexp.MustCompile(`^([a-zA-Z][a-zA-Z0-9_\-:./]*|percent\((\d{1,2}(\.\d{1,8})?|100)\))$`)

func (v *validator) overrideLabels() {
	list := v.config.OverrideLabels
	if len(list) > maxOverrideLabels {
		v.fail(CodeInvalidValue, "override_labels", fmt.Sprintf("%d labels are listed", len(list)), fmt.Sprintf("at most %d can be told apart", maxOverrideLabels))
	}
	for i := range list {
		l := &list[i]
		path := join("override_labels", l.Name)
		if !overrideLabel.MatchString(l.Name) {
			v.fail(CodeInvalidValue, path+".name", fmt.Sprintf("%q cannot be a label", l.Name), "a letter, then letters, digits, _, -, :, . or /")
		}
		switch {
		case l.Enabled != nil && l.Percent != nil:
			v.fail(CodeConflict, path+".percent", "both enabled and percent are given", "remove one of them")
		case l.Enabled == nil && l.Percent == nil && v.ok(path):
			v.fail(CodeMissing, path, fmt.Sprintf("it is not said when the label %q is active", l.Name), "give enabled: true, or a percent such as 10")
		}
	}
}

// knownSubgraph checks a name that refers to an entry of subgraphs, and is given at
// path. Beside a supergraph the names are known only once it is read.
func (v *validator) knownSubgraph(path, name string) {
	if v.config.Supergraph != nil || v.config.Subgraph(name) != nil {
		return
	}
	var names []string
	for _, s := range v.config.Subgraphs {
		names = append(names, s.Name)
	}
	message, hint := UnknownSubgraph(name, names)
	if v.secrets[path] {
		message = "there is no subgraph of this name"
	}
	v.fail(CodeUnknownName, path, message, hint)
}

// url checks an upstream's address. No message shows it whole: it may hold a password.
func (v *validator) url(path, text string, schemes ...string) {
	if !v.ok(path) {
		return
	}
	u, err := url.Parse(text)
	hint := "such as http://localhost:4001/graphql"
	switch {
	case !strings.Contains(text, "://"):
		v.fail(CodeInvalidValue, path, "the URL does not begin with a scheme", "write "+schemes[0]+":// before it, "+hint)
	case err != nil || strings.ContainsFunc(text, func(r rune) bool { return r <= ' ' || r == 0x7f }):
		v.fail(CodeInvalidValue, path, "not a URL", hint)
	case !slices.Contains(schemes, u.Scheme):
		v.fail(CodeInvalidValue, path, "the URL does not begin with a scheme that can be called", "use one of: "+strings.Join(schemes, "://, ")+"://")
	case u.Fragment != "":
		v.fail(CodeInvalidValue, path, "a URL to send requests to has no fragment (#)", "remove it")
	case u.Scheme == "unix":
		query, err := url.ParseQuery(u.RawQuery)
		at := query.Get("path")
		query.Del("path")
		if u.Host != "" || u.Path == "" || u.Path == "/" || err != nil || len(query) > 0 || at != "" && !strings.HasPrefix(at, "/") {
			v.fail(CodeInvalidValue, path, "not the URL of a unix socket", "such as unix:///run/products.sock?path=/graphql")
		}
	case u.Hostname() == "":
		v.fail(CodeInvalidValue, path, "the URL has no host", hint)
	case u.Port() != "":
		if n, err := strconv.ParseUint(u.Port(), 10, 16); err != nil || n == 0 {
			v.fail(CodeInvalidValue, path, "the URL's port is not between 1 and 65535", hint)
		}
	}
}

func (v *validator) headers() {
	h := &v.config.Headers
	v.forward("headers.forward", h.Forward)
	v.rules("headers.all.request", h.All.Request)
	for _, s := range h.Subgraphs {
		v.knownSubgraph(join("headers.subgraphs", s.Name)+".name", s.Name)
		v.rules(join("headers.subgraphs", s.Name)+".request", s.Request)
	}
}

func (v *validator) forward(path string, names []string) {
	for i, name := range names {
		v.sentHeader(join(path, strconv.Itoa(i)), name)
	}
}

func (v *validator) rules(path string, rules []HeaderRule) {
	for i, r := range rules {
		at := join(path, strconv.Itoa(i))
		if !v.ok(at) {
			continue
		}
		count := 0
		if p := r.Propagate; p != nil {
			count++
			v.selector(at+".propagate", p.Named, p.Matching)
			if p.Named != "" {
				v.sentHeader(at+".propagate.named", p.Named)
			}
			if p.Rename != "" {
				v.sentHeader(at+".propagate.rename", p.Rename)
			}
			if p.Rename != "" && p.Named == "" {
				v.fail(CodeConflict, at+".propagate.rename", "rename goes with named only", "")
			}
			if p.Default != nil && p.Named == "" {
				v.fail(CodeConflict, at+".propagate.default", "default goes with named only", "")
			}
			if p.Default != nil && !validHeaderValue(*p.Default) {
				v.fail(CodeInvalidValue, at+".propagate.default", "not a header value", "")
			}
		}
		if d := r.Remove; d != nil {
			count++
			v.selector(at+".remove", d.Named, d.Matching)
			if d.Named != "" {
				v.headerName(at+".remove.named", d.Named)
			}
		}
		if s := r.Insert; s != nil {
			count++
			v.sentHeader(at+".insert.name", s.Name)
			if !validHeaderValue(s.Value) {
				v.fail(CodeInvalidValue, at+".insert.value", "not a header value", "header values hold no line breaks or control characters")
			}
		}
		switch {
		case count == 0:
			v.fail(CodeMissing, at, "the rule says nothing", "one of: propagate, remove, insert")
		case count > 1:
			v.fail(CodeConflict, at, "a rule is one of propagate, remove and insert", "write one list entry for each")
		}
	}
}

func (v *validator) selector(path, named, matching string) {
	switch {
	case named == "" && matching == "":
		v.fail(CodeMissing, path, "the rule names no header", "give named or matching")
	case named != "" && matching != "":
		v.fail(CodeConflict, path+".matching", "named and matching exclude each other", "remove one of them")
	case matching != "":
		if _, err := regexp.Compile(matching); err != nil {
			hint := ""
			if !v.secrets[path+".matching"] {
				hint = strings.TrimPrefix(err.Error(), "error parsing regexp: ")
			}
			v.fail(CodeInvalidValue, path+".matching", v.quoted(path+".matching", matching)+" is not a regular expression", hint)
		}
	}
}

func (v *validator) headerNames(path string, headers map[string]string) {
	names := make([]string, 0, len(headers))
	for name := range headers {
		names = append(names, name)
	}
	slices.Sort(names)
	for _, name := range names {
		v.sentHeader(join(path, name), name)
		if !validHeaderValue(headers[name]) {
			v.fail(CodeInvalidValue, join(path, name), "not a header value", "header values hold no line breaks or control characters")
		}
	}
}

func (v *validator) headerName(path, name string) bool {
	if !validHeaderName(name) {
		v.fail(CodeInvalidValue, path, v.quoted(path, name)+" is not a header name", "")
		return false
	}
	return true
}

// connectionHeaders belong to one connection or to one body: sending the
// client's to a subgraph breaks the request, or smuggles another one in.
var connectionHeaders = []string{"connection", "content-encoding", "content-length", "host", "keep-alive", "proxy-authenticate", "proxy-authorization", "proxy-connection", "te", "trailer", "transfer-encoding", "upgrade"}

// IsConnectionHeader reports whether a header belongs to one connection or body,
// so that no rule may send it on, whatever its pattern matches.
func IsConnectionHeader(name string) bool {
	return slices.Contains(connectionHeaders, strings.ToLower(name))
}

// sentHeader checks the name of a header that rules put on a request.
func (v *validator) sentHeader(path, name string) {
	if v.headerName(path, name) && IsConnectionHeader(name) {
		v.fail(CodeInvalidValue, path, fmt.Sprintf("the header %s cannot be set by a rule", strings.ToLower(name)), "it belongs to a single connection or body")
	}
}

func validHeaderName(name string) bool {
	return name != "" && !strings.ContainsFunc(name, func(r rune) bool {
		letter := r >= 'a' && r <= 'z' || r >= 'A' && r <= 'Z' || r >= '0' && r <= '9'
		return !letter && !strings.ContainsRune("!#$%&'*+-.^_`|~", r)
	})
}

func validHeaderValue(value string) bool {
	return !strings.ContainsFunc(value, func(r rune) bool { return r < ' ' && r != '\t' || r == 0x7f })
}
