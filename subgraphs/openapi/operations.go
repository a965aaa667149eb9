package openapi

import (
	"encoding/json"
	"fmt"
	"net/http"
	"slices"
	"strings"

	"github.com/getkin/kin-openapi/openapi3"

	"github.com/weft-graphql/weft/subgraphs/rest"
	"github.com/weft-graphql/weft/subgraphs/rest/template"
)

// operation is an operation of the document on its way to a root field.
type operation struct {
	method, path string
	at           string
	item         *openapi3.PathItem
	op           *openapi3.Operation
	// key is how messages and options name it: "GET /users".
	key      string
	name     string
	mutation bool
	skip     bool

	field *gfield
	// pathArgs are the arguments in the path, by the parameter's name.
	pathArgs map[string]*argument
	args     []*argument
	endpoint rest.EndpointSpec
	payload  *view // what the answer holds, out of its envelope
}

// argument is an argument with where it is sent.
type argument struct {
	gfield
	in    string
	param *openapi3.Parameter
	view  *view
}

func (op *operation) coordinate() string {
	if op.mutation {
		return "Mutation." + op.name
	}
	return "Query." + op.name
}

// methods are those that become fields, in the order in which a path's
// operations are taken.
var methods = []string{http.MethodGet, http.MethodPost, http.MethodPut, http.MethodPatch, http.MethodDelete}

// collect finds the operations and names them.
func (im *importer) collect() {
	for _, path := range sortedKeys(im.doc.Paths.Map()) {
		item := im.doc.Paths.Value(path)
		if item == nil {
			continue
		}
		at := pointer("#/paths", path)
		for _, method := range methods {
			op := item.GetOperation(method)
			if op == nil {
				continue
			}
			o := &operation{method: method, path: path, at: pointer(at, strings.ToLower(method)), item: item, op: op, key: method + " " + path}
			o.mutation = method != http.MethodGet
			if !im.chosen(o) {
				continue
			}
			im.ops = append(im.ops, o)
		}
	}
}

// chosen reports whether an operation is imported, and names it.
func (im *importer) chosen(o *operation) bool {
	if !im.o.Only.empty() && !im.o.Only.matches(o.method, o.path, o.op.Tags) || im.o.Except.matches(o.method, o.path, o.op.Tags) {
		return false
	}
	o.name = operationName(o.op.OperationID, strings.ToLower(o.method), o.path)
	for _, key := range []string{o.op.OperationID, o.key} {
		name, ok := im.o.Operations[key]
		if !ok || key == "" {
			continue
		}
		im.usedOperation[key] = true
		if name == "" {
			return false
		}
		if root, field, ok := strings.Cut(name, "."); ok {
			switch root {
			case "Query":
				o.mutation = false
			case "Mutation":
				o.mutation = true
			default:
				im.fail(CodeName, o.at, name, "%s is to be %s, and fields of operations are those of Query or Mutation", o.key, name).of("operations", key)
			}
			name = field
		}
		if !validName(name) {
			im.fail(CodeName, o.at, name, "%s is to be %q, which is not a name of GraphQL", o.key, name).of("operations", key)
		}
		o.name = name
	}
	return true
}

// leave leaves an operation out.
func (im *importer) leave(o *operation, code, at, hint, format string, args ...any) {
	o.skip = true
	im.note(code, at, o.coordinate(), hint, "%s is left out: %s", o.key, fmt.Sprintf(format, args...))
}

// convert makes the field and the endpoint of an operation.
func (im *importer) convert(o *operation) {
	prefix, ok := im.serverOf(o)
	if !ok {
		return
	}
	o.pathArgs = map[string]*argument{}
	o.field = &gfield{name: o.name, about: aboutOperation(o.op), deprecated: o.op.Deprecated}
	im.parameters(o)
	if !o.skip {
		im.requestPath(o, prefix)
	}
	if !o.skip {
		im.body(o)
	}
	if !o.skip {
		im.answer(o)
	}
	if o.skip {
		return
	}
	im.finish()
	if im.send(o); o.skip {
		return
	}
	for _, a := range o.args {
		f := a.gfield
		o.field.args = append(o.field.args, &f)
	}
	o.endpoint.Method = o.method
	o.endpoint.Coordinate = o.coordinate()
	if other := im.fields[o.coordinate()]; other != nil {
		key := o.op.OperationID
		if key == "" {
			key = o.key
		}
		quoted, _ := json.Marshal(key)
		e := im.fail(CodeCollision, o.at, o.coordinate(), "%s and %s would both be %s", other.key, o.key, o.coordinate())
		if o.op.OperationID != "" && o.op.OperationID == other.op.OperationID {
			quoted, _ = json.Marshal(o.key)
		}
		e.Hint = fmt.Sprintf("Name one of them in openapi.operations, as in operations: {%s: %sOther}", quoted, o.name)
		return
	}
	im.fields[o.coordinate()] = o
}

func aboutOperation(op *openapi3.Operation) string {
	summary, description := strings.TrimSpace(op.Summary), strings.TrimSpace(op.Description)
	switch {
	case summary == "" || strings.HasPrefix(description, summary):
		return description
	case description == "":
		return summary
	}
	return summary + "\n\n" + description
}

// requestPath writes the path with the names of arguments.
func (im *importer) requestPath(o *operation, prefix string) {
	at := pointer("#/paths", o.path)
	path := withoutFragment(o.path)
	if strings.ContainsAny(o.path[len(path):], "/{") {
		im.leave(o, NotePath, at, "", "its path has a fragment")
		return
	}
	path, query, hasQuery := cutQuery(path)
	var b strings.Builder
	b.WriteString(prefix)
	for path != "" {
		open := strings.IndexByte(path, '{')
		if open < 0 {
			b.WriteString(path)
			break
		}
		length := strings.IndexByte(path[open:], '}')
		if length < 0 {
			im.leave(o, NotePath, at, "", "its path has a { without its }")
			return
		}
		a := im.pathArgument(o, path[open+1:open+length])
		b.WriteString(path[:open] + "{" + a.name + "}")
		path = path[open+length+1:]
	}
	text := strings.ReplaceAll(b.String(), " ", "%20")
	if _, err := template.ParsePath(text, template.Options{}); err != nil {
		im.leave(o, NotePath, at, "", "its path cannot be asked for: %v", err)
		return
	}
	o.endpoint.Path = text
	if !hasQuery {
		return
	}
	var fixed []rest.Param
	for _, pair := range strings.Split(query, "&") {
		name, value, _ := strings.Cut(pair, "=")
		p := rest.Param{Name: name, Value: value}
		if inner, ok := strings.CutPrefix(value, "{"); ok && strings.HasSuffix(inner, "}") {
			p.Value, p.Expression = "$args."+im.pathArgument(o, strings.TrimSuffix(inner, "}")).name, true
		}
		if name == "" || strings.ContainsAny(p.Name+p.Value, "{}#") || !p.Expression && strings.Contains(value, "$") {
			im.leave(o, NotePath, at, "", "the query in its path cannot be sent")
			return
		}
		fixed = append(fixed, p)
	}
	o.endpoint.Query = fixed
	// A parameter that the path fixes is none of its own.
	o.args = slices.DeleteFunc(o.args, func(a *argument) bool {
		return a.in == openapi3.ParameterInQuery && slices.ContainsFunc(fixed, func(p rest.Param) bool { return p.Name == a.param.Name })
	})
}

// withoutFragment is a path without what some documents add to tell operations
// of one path apart: a fragment is never sent.
func withoutFragment(path string) string {
	path, _, _ = strings.Cut(path, "#")
	return path
}

// cutQuery divides at a question mark that stands in no braces.
func cutQuery(path string) (before, query string, ok bool) {
	depth := 0
	for i := range len(path) {
		switch path[i] {
		case '{':
			depth++
		case '}':
			depth--
		case '?':
			if depth == 0 {
				return path[:i], path[i+1:], i+1 < len(path)
			}
		}
	}
	return path, "", false
}

// pathArgument is the argument for a name in the path; documents do not always
// declare them.
func (im *importer) pathArgument(o *operation, name string) *argument {
	if a := o.pathArgs[name]; a != nil {
		return a
	}
	clean := plainName(name)
	if a := o.pathArgs[clean]; a != nil {
		return a
	}
	a := &argument{in: openapi3.ParameterInPath, view: &view{kind: viewScalar, scalar: "String"}}
	a.name = freeName(o, memberName(clean), openapi3.ParameterInPath)
	a.typ = &texpr{named: im.scalar("String"), nonNull: true}
	o.pathArgs[name] = a
	o.args = append(o.args, a)
	return a
}

// freeName keeps parameters of one name at different places apart.
func freeName(o *operation, name, in string) string {
	for slices.ContainsFunc(o.args, func(a *argument) bool { return a.name == name }) {
		name = in + "_" + name
	}
	return name
}

// statuses are the good answers of an operation, the best first.
func statuses(r *openapi3.Responses) []string {
	var out []string
	for _, s := range sortedKeys(r.Map()) {
		if len(s) == 3 && s[0] == '2' {
			out = append(out, s)
		}
	}
	if len(out) == 0 && r.Value("default") != nil {
		out = append(out, "default")
	}
	return out
}

// answer makes the type of the field: of the first good answer with JSON, else
// with text, else a Boolean that says that it was good.
func (im *importer) answer(o *operation) {
	if o.mutation {
		// What is not there was not changed either.
		o.endpoint.NotFound = "error"
	}
	var text *openapi3.Response
	var other, otherAt string
	for _, status := range statuses(o.op.Responses) {
		ref := o.op.Responses.Value(status)
		if ref == nil || ref.Value == nil {
			continue
		}
		at := refPointer(ref.Ref, pointer(o.at, "responses", status))
		for _, kind := range contentTypes(ref.Value.Content) {
			switch mediaKind(kind) {
			case mediaJSON:
				where := place{base: upperFirst(o.name), suffix: "result"}
				if name, ok := strings.CutPrefix(ref.Ref, "#/components/responses/"); ok {
					where = place{base: pascalName(unescapePointer(name)), suffix: "response"}
				}
				media := ref.Value.Content[kind]
				var schema *openapi3.SchemaRef
				if media != nil {
					schema = media.Schema
				}
				im.result(o, im.view(schema, pointer(at, "content", kind, "schema")), where, at)
				return
			case mediaText:
				if text == nil {
					text = ref.Value
				}
			default:
				if other == "" {
					other, otherAt = kind, pointer(at, "content", kind)
				}
			}
		}
	}
	switch {
	case text != nil:
		o.field.typ = &texpr{named: im.scalar("String")}
	case other != "" && !o.mutation:
		im.leave(o, NoteResponse, otherAt, "", "its answer is %s, neither JSON nor text", other)
	default:
		if other != "" {
			im.note(NoteResponse, otherAt, o.coordinate(), "", "%s answers with %s, neither JSON nor text; its field says only that it was done", o.key, other)
		}
		o.field.typ = &texpr{named: im.scalar("Boolean")}
		o.endpoint.Select = "$(true)"
	}
}

// result makes the type of a JSON answer.
func (im *importer) result(o *operation, v *view, where place, at string) {
	inner, path := im.envelope(v, o.method == http.MethodGet)
	if path != "" {
		o.endpoint.SelectAt = quoteKey(path)
		if len(v.props) > 1 {
			im.note(NoteEnvelope, v.at, o.coordinate(), "Import it with weft import openapi and map the envelope by hand to have it",
				"%s answers with %s; what stands beside it has no field", o.key, path)
		}
		v = inner
	}
	o.payload = v
	o.field.typ = im.output(v, where)
}

type mediaType uint8

const (
	mediaOther mediaType = iota
	mediaJSON
	mediaForm
	mediaMultipart
	mediaText
)

func mediaKind(name string) mediaType {
	name, _, _ = strings.Cut(strings.ToLower(name), ";")
	name = strings.TrimSpace(name)
	switch {
	case name == "application/json", name == "text/json", name == "*/*", name == "application/*", strings.HasSuffix(name, "+json"), name == "application/x-json", name == "json":
		return mediaJSON
	case name == "application/x-www-form-urlencoded":
		return mediaForm
	case name == "multipart/form-data":
		return mediaMultipart
	case name == "text/plain":
		return mediaText
	}
	return mediaOther
}

// contentTypes are the media types, JSON first, then in the order of names.
func contentTypes(c openapi3.Content) []string {
	out := sortedKeys(c)
	rank := func(name string) int {
		if kind := mediaKind(name); kind != mediaOther {
			if kind == mediaJSON && !strings.HasPrefix(strings.ToLower(name), "application/json") {
				return 1
			}
			return 2 * (int(kind) - 1)
		}
		return 100
	}
	slices.SortStableFunc(out, func(a, b string) int { return rank(a) - rank(b) })
	return out
}
