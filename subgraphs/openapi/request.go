package openapi

import (
	"net/http"
	"slices"
	"strings"

	"github.com/getkin/kin-openapi/openapi3"

	"github.com/weft-graphql/weft/subgraphs/rest"
	"github.com/weft-graphql/weft/subgraphs/rest/template"
)

// placed is a parameter with its place.
type placed struct {
	param *openapi3.Parameter
	at    string
	// shared is the name of the component that it is, if it is one.
	shared string
}

// parametersOf are the parameters of an operation: its own go before those of
// its path. Path parameters come first, since their names are the plainest.
func parametersOf(o *operation) []placed {
	var out []placed
	add := func(list openapi3.Parameters, at string) {
		for i, ref := range list {
			if ref == nil || ref.Value == nil {
				continue
			}
			p := placed{param: ref.Value, at: refPointer(ref.Ref, pointer(at, "parameters", itoa(i)))}
			if name, ok := strings.CutPrefix(ref.Ref, "#/components/parameters/"); ok {
				p.shared = unescapePointer(name)
			}
			if !slices.ContainsFunc(out, func(q placed) bool { return q.param.Name == p.param.Name && q.param.In == p.param.In }) {
				out = append(out, p)
			}
		}
	}
	add(o.op.Parameters, o.at)
	add(o.item.Parameters, pointer("#/paths", o.path))
	rank := map[string]int{openapi3.ParameterInPath: 0, openapi3.ParameterInQuery: 1, openapi3.ParameterInHeader: 2, openapi3.ParameterInCookie: 3}
	slices.SortStableFunc(out, func(a, b placed) int { return rank[a.param.In] - rank[b.param.In] })
	return out
}

// parameters makes arguments of the parameters.
func (im *importer) parameters(o *operation) {
	names := namesIn(withoutFragment(o.path))
	for _, p := range parametersOf(o) {
		if o.skip {
			return
		}
		switch p.param.In {
		case openapi3.ParameterInPath:
			if slices.Contains(names, p.param.Name) {
				im.parameter(o, p)
			}
		case openapi3.ParameterInQuery:
			im.parameter(o, p)
		case openapi3.ParameterInHeader:
			switch strings.ToLower(p.param.Name) {
			case "accept", "content-type", "authorization", "accept-encoding", "user-agent":
				// The format says to leave the first three out: they follow from the
				// content types and from security.
				continue
			}
			if err := template.CheckHeaderName(p.param.Name); err != nil {
				im.note(NoteParameter, p.at, o.coordinate(), "", "the header %s of %s is no argument: %v", p.param.Name, o.key, err)
				continue
			}
			im.parameter(o, p)
		case openapi3.ParameterInCookie:
			im.note(NoteParameter, p.at, o.coordinate(), "Pass the client's cookies on with rest.headers.forward: [cookie]",
				"the cookie %s of %s is no argument: a value from a client could set other cookies as well", p.param.Name, o.key)
		}
	}
}

// namesIn are the names in the braces of a path, and what is plain of them.
func namesIn(path string) []string {
	var out []string
	for {
		_, rest, ok := strings.Cut(path, "{")
		if !ok {
			return out
		}
		name, rest, ok := strings.Cut(rest, "}")
		if !ok {
			return out
		}
		out = append(out, name, plainName(name))
		path = rest
	}
}

// plainName is a name in a path without the signs of URI templates and patterns.
func plainName(name string) string {
	name = strings.TrimLeft(strings.TrimRight(name, "+*"), "+*./;?&")
	name, _, _ = strings.Cut(name, ":")
	return name
}

// parameter makes an argument.
func (im *importer) parameter(o *operation, p placed) {
	param := p.param
	a := &argument{in: param.In, param: param}
	a.name = memberName(param.Name)
	taken := slices.IndexFunc(o.args, func(b *argument) bool { return b.name == a.name })
	if taken >= 0 && o.args[taken].in == param.In {
		if param.Name != a.name {
			im.note(NoteParameter, p.at, o.coordinate(), "", "the parameters %q and %q of %s would both be the argument %s; the first has none", param.Name, o.args[taken].param.Name, o.key, a.name)
			if param.Required {
				im.leave(o, NoteParameter, p.at, "", "it requires both")
			}
			return
		}
		// The one that is spelled like the argument has it.
		im.note(NoteParameter, p.at, o.coordinate(), "", "the parameters %q and %q of %s would both be the argument %s; the first has none", o.args[taken].param.Name, param.Name, o.key, a.name)
		o.args = slices.Delete(o.args, taken, taken+1)
	}
	a.name = freeName(o, a.name, param.In)
	where := place{base: upperFirst(o.name), suffix: a.name}
	if p.shared != "" {
		where = place{base: pascalName(p.shared), suffix: "parameter"}
	}
	schema, at := param.Schema, pointer(p.at, "schema")
	asJSON := false
	if schema == nil {
		for _, kind := range contentTypes(param.Content) {
			if media := param.Content[kind]; media != nil {
				schema, at = media.Schema, pointer(p.at, "content", kind, "schema")
				asJSON = mediaKind(kind) == mediaJSON
				break
			}
		}
	}
	v := im.view(schema, at)
	a.view = v
	switch {
	case param.In != openapi3.ParameterInQuery && (v.kind == viewList && param.In == openapi3.ParameterInPath || v.kind == viewObject || v.kind == viewMap || v.kind == viewUnion):
		// Written as the client gives it: 1,2 for a list.
		a.typ = &texpr{named: im.scalar("String")}
	case v.kind == viewAny && param.In != openapi3.ParameterInQuery, v.binary, v.kind == viewAny && schema == nil:
		a.typ = &texpr{named: im.scalar("String")}
	default:
		if a.typ = im.input(v, where); a.typ == nil {
			a.typ = &texpr{named: im.scalar("String")}
		}
	}
	a.typ.nonNull = (param.Required || param.In == openapi3.ParameterInPath) && (param.In == openapi3.ParameterInPath || !v.deflt && !v.nullable)
	a.about = param.Description
	a.deprecated = param.Deprecated && !a.typ.nonNull
	o.args = append(o.args, a)
	switch param.In {
	case openapi3.ParameterInPath:
		o.pathArgs[param.Name] = a
	case openapi3.ParameterInQuery:
		if asJSON {
			a.prop = "json"
		}
	}
}

// send says where the arguments go. It comes after all types have fields.
func (im *importer) send(o *operation) {
	for _, a := range slices.Clone(o.args) {
		switch a.in {
		case openapi3.ParameterInQuery:
			if im.sendQuery(o, a) {
				continue
			}
			im.note(NoteParameter, o.at, o.coordinate(), "", "the parameter %s of %s is no argument: another is sent under its name", a.param.Name, o.key)
			o.args = slices.DeleteFunc(o.args, func(b *argument) bool { return a == b })
		case openapi3.ParameterInHeader:
			o.endpoint.Headers = append(o.endpoint.Headers, rest.Header{Name: a.param.Name, Value: "$args." + a.name, Expression: true})
		case inBody:
			o.endpoint.Body = im.sent(a)
		}
	}
}

// inBody is where the argument for the request body goes.
const inBody = "body"

// sent is the expression for the value of an argument, with the names that the
// service has for input fields.
func (im *importer) sent(a *argument) string {
	t := a.typ.innermost()
	path := "$args." + a.name
	if t.kind != inputType || !t.renamed() {
		return path
	}
	var b strings.Builder
	b.WriteString(path)
	if !writeInput(&b, t, nil) {
		im.noteOnce(NoteInput, a.view.at, "", "properties of %s have names that no field can have, at any depth; the argument is a JSON scalar", t.at)
		var wrapped func(x *texpr) *texpr
		wrapped = func(x *texpr) *texpr {
			out := &texpr{nonNull: x.nonNull}
			if x.elem != nil {
				out.elem = wrapped(x.elem)
			} else {
				out.named = im.scalar(scalarJSON)
			}
			return out
		}
		a.typ = wrapped(a.typ)
		return path
	}
	return b.String()
}

// renamed reports whether a property in an input type, or below it, has a name
// that its field has not.
func (t *gtype) renamed() bool {
	if t.renames == 0 {
		// The types below, each once; what is known already need not be seen again.
		t.renames = 1
		seen := map[*gtype]bool{t: true}
		for open := []*gtype{t}; len(open) > 0; {
			at := open[len(open)-1]
			open = open[:len(open)-1]
			for _, f := range at.fields {
				if f.name != f.prop {
					t.renames = 2
					return true
				}
				if to := f.typ.innermost(); to.kind == inputType && !seen[to] {
					seen[to] = true
					open = append(open, to)
				}
			}
		}
	}
	return t.renames == 2
}

// maxInputText bounds the selection that renames an input.
const maxInputText = 16 << 10

// writeInput writes a selection that gives an input the names of the service.
// It reports false if there is no end to it.
func writeInput(b *strings.Builder, t *gtype, within []*gtype) bool {
	if slices.Contains(within, t) || b.Len() > maxInputText {
		return false
	}
	within = append(within, t)
	b.WriteString(" {")
	for _, f := range t.fields {
		b.WriteByte(' ')
		if f.name != f.prop {
			b.WriteString(quoteKey(f.prop) + ": ")
		}
		b.WriteString(f.name)
		if to := f.typ.innermost(); to.kind == inputType && to.renamed() {
			if !writeInput(b, to, within) {
				return false
			}
		}
	}
	b.WriteString(" }")
	return true
}

// sendQuery sends an argument as query parameters. It reports false if all of
// them are sent by other arguments already.
func (im *importer) sendQuery(o *operation, a *argument) bool {
	p := rest.Param{Name: a.param.Name, Value: "$args." + a.name, Expression: true}
	explode := a.param.Explode == nil && (a.param.Style == "" || a.param.Style == openapi3.SerializationForm) || a.param.Explode != nil && *a.param.Explode
	t := a.typ.innermost()
	switch {
	case a.prop == "json":
		p.Lists, p.Value = "json", im.sent(a)
	case a.typ.elem != nil && t.kind != inputType:
		if !explode {
			p.Lists = "comma"
			switch a.param.Style {
			case openapi3.SerializationPipeDelimited:
				p.Lists = "pipe"
			case openapi3.SerializationSpaceDelimited:
				p.Lists = "space"
			}
		}
	case t.kind == inputType && a.typ.elem == nil && a.param.Style != openapi3.SerializationDeepObject && explode:
		// Its members are parameters.
		before := len(o.endpoint.Query)
		for _, f := range t.fields {
			if !slices.ContainsFunc(o.endpoint.Query, func(q rest.Param) bool { return q.Name == f.prop }) {
				o.endpoint.Query = append(o.endpoint.Query, rest.Param{Name: f.prop, Value: p.Value + "." + f.name, Expression: true})
			}
		}
		return len(o.endpoint.Query) > before
	case t.kind == inputType:
		p.Value = im.sent(a)
	}
	if slices.ContainsFunc(o.endpoint.Query, func(q rest.Param) bool { return q.Name == p.Name }) {
		return false
	}
	o.endpoint.Query = append(o.endpoint.Query, p)
	return true
}

// body makes an argument of the request body.
func (im *importer) body(o *operation) {
	ref := o.op.RequestBody
	if ref == nil || ref.Value == nil || len(ref.Value.Content) == 0 {
		return
	}
	at := refPointer(ref.Ref, pointer(o.at, "requestBody"))
	required := ref.Value.Required
	if o.method == http.MethodGet {
		im.note(NoteBody, at, o.coordinate(), "", "%s has a request body, and a GET request has none; it is not sent", o.key)
		return
	}
	where := place{base: upperFirst(o.name), suffix: "input"}
	if name, ok := strings.CutPrefix(ref.Ref, "#/components/requestBodies/"); ok {
		where = place{base: pascalName(unescapePointer(name)), suffix: "body"}
	}
	name := "input"
	for _, other := range []string{"body", "requestBody"} {
		if slices.ContainsFunc(o.args, func(a *argument) bool { return a.name == name }) {
			name = other
		}
	}
	why, whyAt := "", at
	for _, kind := range contentTypes(ref.Value.Content) {
		media := ref.Value.Content[kind]
		if media == nil {
			media = &openapi3.MediaType{}
		}
		here := pointer(at, "content", kind)
		a := &argument{in: inBody}
		a.name, a.about = freeName(o, name, "body"), ref.Value.Description
		encode := ""
		switch mediaKind(kind) {
		case mediaJSON:
		case mediaForm:
			encode = "form"
		case mediaMultipart:
			encode = "multipart"
		case mediaText:
			encode = "text"
		default:
			if why == "" {
				why, whyAt = kind+" cannot be written", here
			}
			continue
		}
		v := im.view(media.Schema, pointer(here, "schema"))
		a.view = v
		switch {
		case v.binary && encode == "" && mediaKind(kind) == mediaJSON:
			// A file that is called JSON: some JSON.
			a.typ = im.json()
		case encode == "text":
			a.typ = &texpr{named: im.scalar("String")}
		case v.binary, encode == "form" && im.requiresFile(v):
			if why == "" {
				why, whyAt = "it sends a file, which is possible in multipart forms only", here
			}
			continue
		default:
			v.root().form = v.root().form || encode == "multipart"
			a.typ = im.input(v, where)
		}
		if a.typ == nil {
			why, whyAt = "it sends a file, which is possible in multipart forms only", here
			continue
		}
		a.typ.nonNull = required && !v.deflt
		o.endpoint.Encode = encode
		o.args = append(o.args, a)
		return
	}
	switch {
	case required && strings.Contains(why, "file"):
		im.leave(o, NoteUpload, whyAt, "", "%s", why)
	case required:
		im.leave(o, NoteBody, whyAt, "", "its request body is required, and %s", why)
	default:
		im.note(NoteBody, whyAt, o.coordinate(), "", "the request body of %s is no argument: %s", o.key, why)
	}
}
