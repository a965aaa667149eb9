package config

import (
	"encoding/json"
	"fmt"
	"maps"
	"reflect"
	"regexp"
	"slices"
	"strconv"
	"strings"
)

// The checks here need neither schema nor service. Whether expressions, fields
// and arguments make sense is known only when the schema is.

func init() {
	scalarForms[reflect.TypeFor[RestEndpoint]()] = scalarForm{
		kind:  reflect.String,
		check: checkEndpoint,
		long: func(n *node) *node {
			m := endpointPattern.FindStringSubmatch(n.text)
			path := *n
			path.text, path.tag = m[2], "!!str"
			return mappingOf(n, m[1], &path)
		},
		doc: "A plain string is the method with the path: `GET /todos`.",
	}
	scalarForms[reflect.TypeFor[RestCache]()] = enabledForm
	scalarForms[reflect.TypeFor[RestRetry]()] = scalarForm{
		kind: reflect.Bool,
		check: func(text string) (fault, hint string) {
			if on, _ := strconv.ParseBool(strings.ToLower(text)); on {
				return "is the default already", "give attempts, or false"
			}
			return "", ""
		},
		long: func(n *node) *node {
			none := *n
			none.text, none.tag = "0", "!!int"
			return mappingOf(n, "attempts", &none)
		},
		doc: "`false` is `attempts: 0`.",
	}
	scalarForms[reflect.TypeFor[Entity]()] = scalarForm{
		kind: reflect.String,
		long: func(n *node) *node { return mappingOf(n, "key", n) },
		doc:  "A plain string is the `key`.",
	}
	scalarForms[reflect.TypeFor[OpenAPI]()] = scalarForm{
		kind: reflect.String,
		long: func(n *node) *node { return mappingOf(n, "source", n) },
		doc:  "A plain string is the `source`.",
	}
	scalarForms[reflect.TypeFor[Mock]()] = scalarForm{
		kind: reflect.String,
		long: func(n *node) *node { return mappingOf(n, "mode", n) },
		doc:  "A plain string is the `mode`.",
	}
}

var endpointPattern = regexp.MustCompile(`^\s*(GET|POST|PUT|PATCH|DELETE)\s+(/.*?)\s*$`)

func checkEndpoint(text string) (fault, hint string) {
	if endpointPattern.MatchString(text) {
		return "", ""
	}
	return "is not an endpoint", "write the method in capitals and a path below the service's url: GET /todos"
}

// withoutURL reports whether the subgraph's own url has no meaning.
func (s *Subgraph) withoutURL() bool {
	return s.Rest != nil || s.OpenAPI != nil || s.Mock != nil && s.Mock.Mode == "all"
}

// furtherFiles are files that the subgraph names, besides its schema.
func (s *Subgraph) furtherFiles() []string {
	var files []string
	if o := s.OpenAPI; o != nil && o.Source != "" && !o.Source.IsURL() {
		files = append(files, string(o.Source))
	}
	if s.Auth != nil && s.Auth.MTLS != nil {
		for _, f := range []string{s.Auth.MTLS.CertFile, s.Auth.MTLS.KeyFile, s.Auth.MTLS.CAFile} {
			if f != "" {
				files = append(files, f)
			}
		}
	}
	return files
}

// restful checks what makes a subgraph a REST service.
func (v *validator) restful(path string, s *Subgraph) {
	if s.URL != "" && (s.Rest != nil || s.OpenAPI != nil) {
		v.fail(CodeConflict, path+".url", "a REST service has its address in rest.url", "move it there")
	}
	own := s.Schema.File != "" || s.Schema.Source == "file" || s.Schema.Source == "url" && s.Schema.URL != ""
	switch {
	case v.config.Supergraph != nil:
	case s.OpenAPI != nil && v.given(path+".schema"):
		v.fail(CodeConflict, path+".schema", "the schema of this subgraph comes from its OpenAPI document", "remove one of them")
	case s.OpenAPI == nil && s.withoutURL() && !own && v.ok(path+".schema"):
		v.fail(CodeMissing, path+".schema", fmt.Sprintf("subgraph %q has no schema that could be asked for", s.Name), "name an SDL file, such as schema: "+s.Name+".graphql")
	}
	if s.OpenAPI != nil {
		v.openapi(path+".openapi", s.OpenAPI)
	}
	if len(s.Links) > 0 {
		v.links(path, s)
	}
	if r := s.Rest; r != nil {
		v.rest(path+".rest", r, s)
	}
}

func (v *validator) openapi(path string, o *OpenAPI) {
	if o.Source.IsURL() {
		v.url(path+".source", string(o.Source), "http", "https")
	}
	v.headerNames(path+".headers", o.Headers)
	for _, m := range []struct {
		key   string
		names map[string]string
	}{{"operations", o.Operations}, {"types", o.Types}} {
		for _, name := range sortedKeys(m.names) {
			if to := m.names[name]; to != "" || m.key == "types" {
				v.graphQLName(join(path+"."+m.key, name), to)
			}
		}
	}
}

func (v *validator) links(path string, s *Subgraph) {
	if s.OpenAPI == nil {
		v.fail(CodeConflict, path+".links", "links go with openapi", "a field of your own schema is mapped in rest.types, or joined in joins")
		return
	}
	for _, l := range s.Links {
		at := memberPath(path+".links", l.Field)
		v.coordinate(at, l.Field)
		v.graphQLName(at, l.Type)
		if len(l.By) == 0 && v.ok(at) {
			v.fail(CodeMissing, at, "the link does not say by which fields", "such as: Order.user: {User: {id: user_id}}")
		}
	}
}

var (
	restFormats    = []string{"iso", "epoch_s", "epoch_ms", "string", "number"}
	restCoordinate = regexp.MustCompile(`^[_A-Za-z]\w*(\.[_A-Za-z]\w*|\s*\(\s*[_A-Za-z][\w\s{}]*\))?$`)
	statusRange    = regexp.MustCompile(`^[1-5]\d\d(\.\.[1-5]\d\d)?$`)
)

func (v *validator) rest(path string, r *Rest, s *Subgraph) {
	switch {
	case r.URL != "":
		v.url(path+".url", r.URL, "http", "https", "h2c", "unix")
	case s.OpenAPI == nil && (s.Mock == nil || s.Mock.Mode != "all") && v.ok(path+".url"):
		v.fail(CodeMissing, path+".url", fmt.Sprintf("the REST service of subgraph %q has no url", s.Name), "such as url: http://localhost:8080/api")
	}
	v.forward(path+".headers.forward", r.Headers.Forward)
	v.params(path+".headers.set", r.Headers.Set, true)
	for _, t := range r.Types {
		at := memberPath(path+".types", t.Type)
		v.graphQLName(at, t.Type)
		if n := t.Typename; n != nil && (n.By == "") == (len(n.Present) == 0) && v.ok(at+".typename") {
			v.fail(CodeInvalidValue, at+".typename", "the type is told either by a value or by what is there", "such as {by: kind, map: {song: Song}}")
		}
	}
	for _, e := range r.Enums {
		v.graphQLName(memberPath(path+".enums", e.Enum), e.Enum)
	}
	for _, name := range sortedKeys(r.Formats) {
		at := join(path+".formats", name)
		v.graphQLName(at, name)
		if f := r.Formats[name]; !slices.Contains(restFormats, f) {
			v.fail(CodeInvalidValue, at, v.quoted(at, f)+" is not a format", oneOf(f, restFormats))
		}
	}
	v.restCache(path+".cache", r.Cache)
	if r.Coalesce == "eager" {
		v.fail(CodeNotSupported, path+".coalesce", "lookups that are sent before all their objects are known are not supported yet", "remove it; requests that do not need each other never wait for each other anyway")
	}
	for _, name := range sortedKeys(r.Fetch) {
		v.fetch(memberPath(path+".fetch", name), name, r.Fetch[name])
	}
}

func (v *validator) restCache(path string, c *RestCache) {
	if c != nil && c.Revalidate != "" && c.Scope == "user" {
		v.fail(CodeConflict, path+".revalidate", "answers for one user need no proof that the user may see them", "scope: shared goes with revalidate: always")
	}
}

func (v *validator) params(path string, list RestParams, headers bool) {
	for _, p := range list {
		at := memberPath(path, p.Name)
		if !headers {
			if p.Name == "" {
				v.fail(CodeInvalidValue, at, "the parameter has no name", "")
			}
			continue
		}
		v.sentHeader(at, p.Name)
		if !strings.Contains(p.Value, "$") && !validHeaderValue(p.Value) {
			v.fail(CodeInvalidValue, at, "not a header value", "header values hold no line breaks or control characters")
		}
	}
}

func (v *validator) fetch(path, coordinate string, list []RestEndpoint) {
	switch {
	case !restCoordinate.MatchString(coordinate):
		v.fail(CodeInvalidValue, path, fmt.Sprintf("%q is not what an endpoint can answer", coordinate), "write Query.field, Mutation.field, Type.field, Type, or Type(key)")
	case strings.HasPrefix(coordinate, "Subscription."):
		v.fail(CodeNotSupported, path, "subscriptions from REST services are not supported yet", "remove it; a later version of Weft will know it")
	case len(list) == 0 && v.ok(path):
		v.fail(CodeMissing, path, fmt.Sprintf("no endpoint is given for %q", coordinate), "such as GET /todos")
	}
	for i := range list {
		v.endpoint(join(path, strconv.Itoa(i)), &list[i])
	}
}

func (v *validator) endpoint(path string, e *RestEndpoint) {
	methods, paths := e.Methods()
	switch {
	case len(methods) == 0 && v.ok(path):
		v.fail(CodeMissing, path, "the endpoint has no method", "such as {GET: /todos}")
	case len(methods) > 1:
		v.fail(CodeConflict, join(path, methods[1]), "an endpoint has one method", "write a list for alternatives")
	}
	for i, p := range paths {
		at := join(path, methods[i])
		if !strings.HasPrefix(p, "/") {
			v.fail(CodeInvalidValue, at, v.quoted(at, p)+" is not a path below url", "it begins with a slash, such as /users/{id}")
		}
	}
	bodyless := len(methods) == 1 && methods[0] == "GET"
	v.params(path+".query", e.Query, false)
	v.params(path+".headers", e.Headers, true)
	both := func(key, other, why string) {
		if v.given(join(path, key)) && v.given(join(path, other)) {
			v.fail(CodeConflict, join(path, key), why, "remove one of them")
		}
	}
	both("jq", "at", "jq says where the payload is; at has no meaning")
	both("provides", "omit", "provides names all fields there are; omit has no meaning")
	switch {
	case e.Body != "" && bodyless:
		v.fail(CodeConflict, path+".body", "a GET request has no body", "give query, or another method")
	case e.Encode != "" && e.Body == "":
		v.fail(CodeConflict, path+".encode", "there is no body to write", "give body as well")
	}
	if e.JQ != "" && e.Provides == "" && e.Select == "" && v.ok(path) {
		v.fail(CodeMissing, path+".provides", "nobody can tell which fields a jq program yields", "name them: provides: id name")
	}
	if b := e.Batch; b != nil && b.Post != nil && !bodyless && v.ok(path) {
		v.fail(CodeConflict, path+".batch.post", "only a GET request can become POST", "remove it")
	}
	if e.OK != "" && e.OK[0] >= '0' && e.OK[0] <= '9' && !statusRange.MatchString(e.OK) {
		v.fail(CodeInvalidValue, path+".ok", v.quoted(path+".ok", e.OK)+" is not a range of statuses", "such as 200..299")
	}
	for i, c := range e.Invalidates {
		if at := join(path+".invalidates", strconv.Itoa(i)); !graphQLName.MatchString(c) && !coordinate.MatchString(c) {
			v.fail(CodeInvalidValue, at, v.quoted(at, c)+" is not the name of a type or the coordinate of a field", "such as Query.todos or Todo")
		}
	}
	v.restCache(path+".cache", e.Cache)
	if p := e.Page; p != nil {
		v.page(path+".page", p)
	}
}

func (v *validator) page(path string, p *RestPage) {
	needs := func(key, value, hint string) {
		if value == "" && v.ok(path) {
			v.fail(CodeMissing, join(path, key), fmt.Sprintf("style: %s needs %q", p.Style, key), hint)
		}
	}
	if p.Style == "cursor" {
		needs("next", p.Next, "the path to the next cursor")
	}
	if p.All != nil && p.Into == "connection" {
		v.fail(CodeConflict, path+".all", "a connection is asked for page by page", "remove one of them")
	}
	if p.Max > 0 && p.Default > p.Max {
		v.fail(CodeInvalidValue, path+".default", "the default is above max", "")
	}
}

// envReference is an environment variable in an expression.
var envReference = regexp.MustCompile(`\$env\.([A-Za-z_][A-Za-z0-9_]*)`)

// environment finds the environment variables that expressions name, and puts
// those in that are a value of auth, or of rest.config, by themselves.
func (l *loader) environment() {
	for i := range l.config.Subgraphs {
		s := &l.config.Subgraphs[i]
		path := join("subgraphs", s.Name)
		if s.Rest != nil {
			env := map[string]string{}
			l.texts(reflect.ValueOf(s.Rest).Elem(), path+".rest", func(at string, text *string, literal bool) {
				if literal {
					l.replace(at, text)
					return
				}
				for _, m := range envReference.FindAllStringSubmatch(*text, -1) {
					if value, ok := l.variable(at, m[1]); ok {
						env[m[1]] = value
					}
				}
			})
			s.Rest.Env = nil
			if len(env) > 0 {
				s.Rest.Env = maps.Clone(env)
			}
		}
		if s.Auth != nil {
			l.texts(reflect.ValueOf(s.Auth).Elem(), path+".auth", func(at string, text *string, _ bool) { l.replace(at, text) })
		}
	}
}

// replace puts the variable in the place of a text that is nothing else.
func (l *loader) replace(path string, text *string) {
	if m := envReference.FindStringSubmatch(*text); m != nil && m[0] == *text {
		if value, ok := l.variable(path, m[1]); ok {
			*text = value
			l.decoder.secrets[path] = true
		}
	}
}

func (l *loader) variable(path, name string) (string, bool) {
	value, ok := l.vars.lookupEnv(name)
	if !ok {
		p, _ := positionIn(l.decoder.at, path)
		l.decoder.fail(p, CodeUnsetVariable, path, fmt.Sprintf("the environment variable %s is not set", name), "set it, or write ${env."+name+":-default}")
	}
	return value, ok
}

// texts calls visit for every text at or below v. literal: it is a value, not an
// expression.
func (l *loader) texts(v reflect.Value, path string, visit func(path string, text *string, literal bool)) {
	switch v.Kind() {
	case reflect.Pointer:
		if !v.IsNil() {
			l.texts(v.Elem(), path, visit)
		}
		return
	case reflect.String:
		if v.Type() == reflect.TypeFor[string]() {
			visit(path, v.Addr().Interface().(*string), false)
		}
		return
	}
	switch own := v.Addr().Interface().(type) {
	case *RestParams:
		for i := range *own {
			visit(memberPath(path, (*own)[i].Name), &(*own)[i].Value, false)
		}
		return
	case *RestTypes:
		for i := range *own {
			t := &(*own)[i]
			at := memberPath(path, t.Type)
			for j := range t.Fields {
				visit(memberPath(at, t.Fields[j].Field), &t.Fields[j].Select, false)
			}
			if t.Typename != nil {
				visit(at+".typename.by", &t.Typename.By, false)
			}
		}
		return
	case *RestValues:
		for i := range *own {
			var text string
			if json.Unmarshal([]byte((*own)[i].JSON), &text) != nil {
				continue
			}
			if before := text; before != "" {
				if visit(memberPath(path, (*own)[i].Name), &text, true); text != before {
					quoted, _ := marshalPlain(text) // a string always can be
					(*own)[i].JSON = string(quoted)
				}
			}
		}
		return
	case *map[string]string:
		for _, name := range sortedKeys(*own) {
			text := (*own)[name]
			if visit(join(path, name), &text, false); text != (*own)[name] {
				(*own)[name] = text
			}
		}
		return
	case ownForm:
		return
	}
	switch v.Kind() {
	case reflect.Struct:
		for _, k := range keysOf(v.Type()) {
			l.texts(v.Field(k.index), join(path, k.name), visit)
		}
	case reflect.Slice:
		for i := range v.Len() {
			l.texts(v.Index(i), join(path, strconv.Itoa(i)), visit)
		}
	case reflect.Map:
		if list, ok := v.Interface().(map[string][]RestEndpoint); ok {
			for _, name := range sortedKeys(list) {
				for i := range list[name] {
					l.texts(reflect.ValueOf(&list[name][i]), join(memberPath(path, name), strconv.Itoa(i)), visit)
				}
			}
		}
	}
}
