package openapi

import (
	"net/url"
	"path/filepath"
	"slices"
	"strings"

	"github.com/getkin/kin-openapi/openapi3"
)

// server is where operations are.
type server struct {
	url string
	// given: the options say it, whatever the document does.
	given bool
}

// server finds out where the service is.
func (im *importer) server() {
	if im.o.URL != "" {
		im.base = server{url: strings.TrimSuffix(im.o.URL, "/"), given: true}
		return
	}
	servers, at := im.doc.Servers, "#/servers"
	if len(servers) == 0 {
		// Some documents say it for each path alone.
		for _, path := range sortedKeys(im.doc.Paths.Map()) {
			if item := im.doc.Paths.Value(path); item != nil && len(item.Servers) > 0 {
				servers, at = item.Servers, pointer("#/paths", path, "servers")
				break
			}
		}
	}
	if len(servers) == 0 {
		servers = openapi3.Servers{{URL: "/"}}
	}
	var why string
	for i, s := range servers {
		text, problem := im.resolve(s)
		if problem == "" {
			im.base.url = text
			return
		}
		if i == 0 {
			why = problem
		}
	}
	im.fail(CodeServer, pointer(at, "0"), "", "the document does not say where the service is: %s", why).Hint = "Say it in rest.url"
}

// resolve is the URL of a server, with the defaults of its variables, or what is
// wrong with it.
func (im *importer) resolve(s *openapi3.Server) (text, problem string) {
	if s == nil {
		return "", "the server is empty"
	}
	text = strings.TrimSpace(s.URL)
	for _, name := range sortedKeys(s.Variables) {
		v := s.Variables[name]
		if v == nil {
			continue
		}
		value := v.Default
		if value == "" && len(v.Enum) > 0 {
			value = v.Enum[0]
		}
		text = strings.ReplaceAll(text, "{"+name+"}", value)
	}
	if strings.ContainsAny(text, "{}") {
		return "", "the variables of the server " + s.URL + " have no defaults"
	}
	u, err := url.Parse(text)
	if err != nil {
		return "", "the server " + s.URL + " is not a URL"
	}
	if !u.IsAbs() {
		base, err := url.Parse(im.o.Source)
		if err != nil || base.Scheme != "http" && base.Scheme != "https" || filepath.IsAbs(im.o.Source) {
			return "", "the server " + s.URL + " is relative, and the document comes from no URL"
		}
		u = base.ResolveReference(u)
	}
	if u.Scheme != "http" && u.Scheme != "https" || u.Hostname() == "" {
		return "", "the server " + s.URL + " is not an HTTP URL"
	}
	u.RawQuery, u.Fragment, u.User = "", "", nil
	return strings.TrimRight(u.String(), "/"), ""
}

// serverOf is what stands before an operation's path, below the base. It reports
// false if the operation is left out since it is elsewhere.
func (im *importer) serverOf(o *operation) (prefix string, ok bool) {
	list, at := o.item.Servers, pointer("#/paths", o.path, "servers")
	if o.op.Servers != nil && len(*o.op.Servers) > 0 {
		list, at = *o.op.Servers, pointer(o.at, "servers")
	}
	if len(list) == 0 || im.base.given || im.base.url == "" {
		return "", true
	}
	other := ""
	for _, s := range list {
		text, problem := im.resolve(s)
		if problem != "" {
			continue
		}
		if text == im.base.url {
			return "", true
		}
		if rest, ok := strings.CutPrefix(text, im.base.url); ok && rest[0] == '/' {
			return rest, true
		}
		if other == "" {
			other = text
		}
	}
	if other == "" {
		return "", true
	}
	im.leave(o, NoteServer, at, "Import it as a subgraph of its own, with rest.url: "+other, "it is at %s, not below %s", other, im.base.url)
	return "", false
}

// Security is a way in which clients prove who they are.
type Security struct {
	// Name is the document's own, Type apiKey, http, oauth2, openIdConnect or
	// mutualTLS.
	Name, Type string
	// Auth is what to write in the configuration, YAML of one line; empty if the
	// configuration has no word for it.
	Auth string
	// About says what else to do.
	About string
	// Operations are how many ask for it.
	Operations int
}

// security is what the operations ask for.
func (im *importer) security() []Security {
	if im.doc.Components == nil {
		return nil
	}
	count := map[string]int{}
	for _, o := range im.ops {
		requirements := im.doc.Security
		if o.op.Security != nil {
			requirements = *o.op.Security
		}
		var names []string
		for _, r := range requirements {
			for name := range r {
				if !slices.Contains(names, name) {
					names = append(names, name)
					count[name]++
				}
			}
		}
	}
	var out []Security
	for _, name := range sortedKeys(im.doc.Components.SecuritySchemes) {
		ref := im.doc.Components.SecuritySchemes[name]
		if ref == nil || ref.Value == nil {
			continue
		}
		s := describe(ref.Value, im.o.Source)
		s.Name, s.Operations = name, count[name]
		out = append(out, s)
	}
	return out
}

const forwardAuthorization = "or pass the client's own on, with rest.headers.forward: [authorization]"

func describe(s *openapi3.SecurityScheme, source string) Security {
	out := Security{Type: s.Type}
	switch s.Type {
	case "apiKey":
		switch s.In {
		case "query", "cookie", "header":
			out.Auth = "auth: {api_key: {" + s.In + ": " + flowText(s.Name) + ", value: \"${env.API_KEY}\"}}"
		}
		if s.In == "cookie" {
			out.About = "or pass the client's own on, with rest.headers.forward: [cookie]"
		}
		if s.In == "header" {
			out.About = "or pass the client's own on, with rest.headers.forward: [" + flowText(strings.ToLower(s.Name)) + "]"
		}
	case "http":
		switch strings.ToLower(s.Scheme) {
		case "basic":
			out.Auth = "auth: {basic: {user: \"${env.API_USER}\", password: \"${env.API_PASSWORD}\"}}"
		case "bearer":
			out.Auth = "auth: {bearer: \"${env.API_TOKEN}\"}"
		}
		out.About = forwardAuthorization
	case "oauth2":
		out.About = "pass the client's token on, with rest.headers.forward: [authorization]"
		if s.Flows != nil && s.Flows.ClientCredentials != nil {
			token := s.Flows.ClientCredentials.TokenURL
			if base, err := url.Parse(source); err == nil && base.IsAbs() {
				if u, err := base.Parse(token); err == nil {
					token = u.String()
				}
			}
			out.Auth = "auth: {oauth2: {token_url: " + flowText(token) + ", client_id: \"${env.CLIENT_ID}\", client_secret: \"${env.CLIENT_SECRET}\"}}"
			out.About = forwardAuthorization
		}
	case "openIdConnect":
		out.About = "pass the client's token on, with rest.headers.forward: [authorization]"
	case "mutualTLS":
		out.Auth = "auth: {mtls: {cert_file: client.pem, key_file: client-key.pem}}"
	}
	return out
}
