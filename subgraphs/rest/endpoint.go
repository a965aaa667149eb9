package rest

import (
	"net/http"
	"slices"
	"strings"

	"github.com/weft-graphql/weft/planner/schema"
	"github.com/weft-graphql/weft/subgraphs"
	"github.com/weft-graphql/weft/subgraphs/rest/template"
)

// endpointKind tells how an endpoint is entered.
type endpointKind uint8

const (
	// rootEndpoint is a root field.
	rootEndpoint endpointKind = iota
	// lookupEndpoint gives an object of its type by a key.
	lookupEndpoint
	// fieldEndpoint gives one field of an object.
	fieldEndpoint
)

// matchKind tells how the elements of an answer find their rows.
type matchKind uint8

const (
	// matchNone: the payload is the answer to every row of the request.
	matchNone matchKind = iota
	// matchKey: an element belongs to the row with its key.
	matchKey
	// matchPosition: the i-th element answers the i-th row.
	matchPosition
	// matchMap: the payload is an object with the rows' keys.
	matchMap
	// matchGroup: elements belong to the row by two paths; a row may have many.
	matchGroup
)

// endpoint is one compiled way to ask.
type endpoint struct {
	spec      *EndpointSpec
	name      string
	use       usage
	kind      endpointKind
	operation schema.OperationKind
	// typ is the type that is entered: the root type, or the object's.
	typ *typ
	// field is the root field or the field of the object; nil for a lookup.
	field *field
	// key is what a row must hold; empty for a root field.
	key []schema.Selection

	method  string
	path    *template.Path
	refs    []*reference // by reference of the path
	query   []param
	headers []header
	body    *reference
	encode  string
	// batched: the rows of a request are a list in it. superset: one request
	// serves all rows, whatever they are.
	batched, superset bool
	post              bool // a POST form of the request is declared
	postRows          int
	postJSON          bool
	max               int

	// types are the names of what an answer holds.
	types []string
	// invalidates are the types and fields that a mutation makes stale, root types
	// by their usual names.
	invalidates []string
	// readArgs and readThis: how an answer is taken apart depends on arguments or
	// on the object, so that only equal ones can share it.
	readArgs, readThis bool
	// columns: what is sent of $batch are fields of the rows, each as a list.
	columns bool
	// signsRows: requests may differ by more of the rows than $batch.
	signsRows bool
	// ignoresBody: nothing of the answer is read but its status.
	ignoresBody bool

	at, each, choose *reading
	jq               *jqProgram
	match            matchKind
	matchItem        *reading
	matchRow         []string

	ok       *okRule
	errors   *errorRule
	item     *errorRule
	notFound bool // 404 is null
	missing  missingRule
	retry    retryRule
	page     *paging
	conn     *connection

	// give is the shape of what comes back: the looked-up object, or the value of
	// the field; nil where that is a scalar.
	give    *node
	keyNode *node // what answers are matched by
	// own is give without what comes from the row.
	own    *node
	places placesOnce
	whole  *typ // a scalar field's type
	facet  subgraphs.Facet
}

// missingRule is what becomes of a row that an answer lacks.
type missingRule uint8

const (
	// missingUnsaid is null, but says that the row was not found: whether that
	// drops something is for the endpoint to say that led here.
	missingUnsaid missingRule = iota
	missingNull
	missingError
	missingDrop
)

// param is one query parameter.
type param struct {
	name  string
	text  string // without value
	value *reference
	style template.Style
}

// header is one request header of the configuration.
type header struct {
	name  string
	text  string
	value *reference
}

// coordinate is how errors call the endpoint.
func (e *endpoint) coordinate() string { return e.spec.Coordinate }

// lookup reports whether the endpoint is entered at an object.
func (e *endpoint) lookup() bool { return e.kind != rootEndpoint }

// safe reports whether a request changes nothing (RFC 9110, section 9.2.1); a
// query is safe whatever its method.
func (e *endpoint) safe() bool { return e.operation == schema.Query }

// repeatable reports whether a request may be sent again.
func (e *endpoint) repeatable() bool {
	if e.safe() || e.spec.Idempotent {
		return true
	}
	return e.method == http.MethodPut || e.method == http.MethodDelete
}

// endpoint compiles what an endpoint sends and how its answer is read.
func (c *compiler) endpoint(e *endpoint) {
	s := e.spec
	switch s.Method {
	case http.MethodGet, http.MethodPost, http.MethodPut, http.MethodPatch, http.MethodDelete, http.MethodHead:
		e.method = s.Method
	case "":
		c.add(CodeInvalidMethod, s.At, s.Coordinate, "%s has no method", s.Coordinate).Hint = "Write it as \"GET /path\"."
	default:
		c.add(CodeInvalidMethod, s.At, s.Coordinate, "%s: there is no method %q", s.Coordinate, s.Method).Hint = "The methods are GET, POST, PUT, PATCH and DELETE."
	}
	c.request(e)
	c.response(e)
	c.rules(e)
	c.batch(e, &e.use)
	c.entry(e, &e.use)
	c.unused(e, &e.use)
	c.correlation(e)
	c.columns(e)
	shared := []*reading{e.at, e.each, e.matchItem}
	for _, rule := range []*errorRule{e.errors, e.item} {
		if rule != nil && rule.ok != nil {
			shared = append(shared, rule.ok.expr)
		}
	}
	if e.ok != nil {
		shared = append(shared, e.ok.expr)
	}
	e.ignoresBody = e.choose != nil && !usesInput(e.choose.shape, 0) && e.match == matchNone &&
		e.at == nil && e.jq == nil && e.page == nil && (e.ok == nil || e.ok.expr == nil)
	e.readArgs = e.jq != nil
	for _, r := range shared {
		e.readArgs = e.readArgs || r != nil && r.args
		e.readThis = e.readThis || r != nil && r.this
	}
	e.signsRows = e.readThis
	for _, ref := range e.references() {
		e.signsRows = e.signsRows || ref.this
	}
}

// references are all expressions of a request.
func (e *endpoint) references() []*reference {
	var out []*reference
	add := func(ref *reference) {
		if ref != nil {
			out = append(out, ref)
		}
	}
	for _, ref := range e.refs {
		add(ref)
	}
	for i := range e.query {
		add(e.query[i].value)
	}
	for i := range e.headers {
		add(e.headers[i].value)
	}
	add(e.body)
	return out
}

// columns finds the references that are a field of the rows' key, as a list:
// they are written without making $batch.
func (c *compiler) columns(e *endpoint) {
	e.columns = true
	for _, ref := range e.references() {
		for i := range e.key {
			if s := &e.key[i]; ref.text == varBatch+"."+s.Name && len(s.Selections) == 0 {
				ref.column = s.Name
			}
		}
		e.columns = e.columns && (!ref.batch || ref.column != "")
	}
}

// request compiles path, parameters, headers and body.
func (c *compiler) request(e *endpoint) {
	s := e.spec
	u := &e.use
	path, inline, err := template.Split(s.Path)
	if err != nil {
		c.templateFault(e, err)
		return
	}
	e.path, err = template.ParsePath(path, template.Options{MultiSegment: s.MultiSegment})
	if err != nil {
		c.templateFault(e, err)
		return
	}
	for _, r := range e.path.References() {
		e.refs = append(e.refs, c.pathReference(e, r, u))
	}
	style := c.style(s.Lists, s.At, s.Coordinate)
	if s.Lists == "" {
		style, _ = template.ParseStyle(c.spec.Lists)
	}
	for _, p := range inline {
		out := param{name: p.Name, text: p.Value, style: style}
		switch {
		case p.Bare:
			out.value = c.bare(e, strings.Split(p.Value, "."), s.At, u)
		case p.Expression:
			out.value = c.sending(e, p.Value, s.At, u, false)
		}
		e.query = append(e.query, out)
	}
	for _, p := range s.Query {
		out := param{name: p.Name, text: p.Value, style: style}
		if p.Lists != "" {
			out.style = c.style(p.Lists, p.At, s.Coordinate)
		}
		if p.Expression {
			out.value = c.sending(e, p.Value, orPlace(p.At, s.At), u, false)
		}
		if slices.ContainsFunc(e.query, func(o param) bool { return o.name == p.Name }) {
			c.add(CodeInvalidPath, orPlace(p.At, s.At), s.Coordinate, "the parameter %s of %s is there twice", p.Name, s.Coordinate)
		}
		e.query = append(e.query, out)
	}
	c.headerNames(s.Headers)
	for _, h := range slices.Concat(c.spec.Headers, s.Headers) {
		out := header{name: http.CanonicalHeaderKey(h.Name), text: h.Value}
		if h.Expression {
			out.value = c.sending(e, h.Value, orPlace(h.At, s.At), u, false)
		}
		at := slices.IndexFunc(e.headers, func(o header) bool { return o.name == out.name })
		if at >= 0 {
			e.headers[at] = out
		} else {
			e.headers = append(e.headers, out)
		}
	}
	if s.Body != "" {
		e.body = c.sending(e, s.Body, s.At, u, true)
		if e.method == http.MethodGet || e.method == http.MethodHead {
			c.add(CodeInvalidOption, s.At, s.Coordinate, "%s: a %s request has no body", s.Coordinate, e.method).Hint = "Use POST, or send the values as query parameters."
		}
	}
	e.encode = s.Encode
	switch s.Encode {
	case "":
		e.encode = encodeJSON
	case encodeJSON, encodeForm, encodeText, encodeMultipart:
	default:
		c.add(CodeInvalidOption, s.At, s.Coordinate, "%s: there is no encoding %q", s.Coordinate, s.Encode).Hint =
			didYouMean(s.Encode, []string{encodeJSON, encodeForm, encodeText, encodeMultipart})
	}
	if s.MatchRow != "" {
		e.matchRow = strings.Split(s.MatchRow, ".")
		if c.checkThis(e, e.matchRow, s.At) {
			u.read = append(u.read, e.matchRow)
		}
	}
	e.batched = u.batch
}

func (c *compiler) templateFault(e *endpoint, err error) {
	out := c.add(CodeInvalidPath, e.spec.At, e.coordinate(), "the path of %s cannot be used: %v", e.coordinate(), err)
	if se, ok := err.(*template.SyntaxError); ok {
		out.Message = "the path of " + e.coordinate() + " cannot be used: " + se.Message
		out.Hint = se.Hint
	}
}

// at is the place of one key of the endpoint.
func (s *EndpointSpec) at(key string) Place {
	p := s.At
	if p.Key != "" {
		p.Key += "." + key
	}
	return p
}

func orPlace(p, or Place) Place {
	if p.Line > 0 || p.Key != "" {
		return p
	}
	return or
}

// batch checks what bounds the rows of a request.
func (c *compiler) batch(e *endpoint, u *usage) {
	b := &e.spec.Batch
	if e.kind == rootEndpoint && u.batch {
		c.add(CodeInvalidBatch, e.spec.At, e.coordinate(), "%s: a root field has no rows, so there is no $batch", e.coordinate())
		return
	}
	if !u.batch && (b.Max != 0 || b.Post != 0 || b.PostAs != "") {
		c.add(CodeInvalidBatch, e.spec.At, e.coordinate(), "%s has batch limits, but nothing in it mentions $batch", e.coordinate()).Hint =
			"Send the rows, as in query: {ids: $batch.id}."
	}
	if b.Max < 0 {
		c.add(CodeInvalidBatch, e.spec.At, e.coordinate(), "%s: batch.max is negative", e.coordinate())
	}
	switch b.PostAs {
	case "", "form", "json":
	default:
		c.add(CodeInvalidBatch, e.spec.At, e.coordinate(), "%s: post_as is form or json", e.coordinate())
	}
	e.max = b.Max
	e.post = b.Post > 0 || b.Post == 0 && b.PostAs != ""
	if b.Post > 0 {
		e.postRows = b.Post
	}
	e.postJSON = b.PostAs == "json"
	if e.post && e.method != http.MethodGet {
		c.add(CodeInvalidBatch, e.spec.At, e.coordinate(), "%s: only a GET request turns into POST", e.coordinate())
	}
}

// entry finds the key by which an endpoint is entered.
func (c *compiler) entry(e *endpoint, u *usage) {
	switch e.kind {
	case rootEndpoint:
		if len(u.this) > 0 {
			c.add(CodeInvalidVariable, e.spec.At, e.coordinate(), "%s: a root field has no $this", e.coordinate())
		}
	case lookupEndpoint:
		e.superset = !u.batch && len(u.this) == 0
		for _, path := range slices.Concat(u.this, u.rows, u.read) {
			if !inSet(e.key, path) {
				err := c.add(CodeInvalidKey, e.spec.At, e.coordinate(), "%s is looked up by %s, which does not hold %s", e.coordinate(), schema.PrintSelections(e.key), strings.Join(path, "."))
				err.Hint = "Name the key in the coordinate: " + e.typ.name + "(" + schema.PrintSelections(setOf(slices.Concat(u.this, u.rows, u.read))) + ")."
			}
		}
	case fieldEndpoint:
		paths := slices.Concat(u.this, u.rows, u.read)
		e.superset = !u.batch && len(u.this) == 0
		if u.wholeRows && len(u.rows) == 0 && len(e.typ.keys) > 0 {
			paths = append(paths, leavesOf(e.typ.keys[0].set, nil)...)
		}
		e.key = setOf(paths)
		if len(e.key) == 0 {
			if len(e.typ.keys) == 0 {
				c.add(CodeInvalidKey, e.spec.At, e.coordinate(), "%s asks for nothing of %s, and the type has no @key to be entered by", e.coordinate(), e.typ.name).Hint =
					"Mention a field of it, as in {$this.id}."
				return
			}
			e.key = e.typ.keys[0].set
		}
	}
}

// unused reports arguments that no request depends on: the answer would be the
// same whatever their values.
func (c *compiler) unused(e *endpoint, u *usage) {
	if e.field == nil {
		return
	}
	used := map[string]bool{}
	if u.wholeArgs {
		return
	}
	for _, a := range u.args {
		used[a] = true
	}
	if p := e.spec.Page; p != nil {
		for _, name := range []string{p.Page, p.Size, p.Offset, p.Limit, p.First, p.After} {
			used[name] = true
		}
	}
	for _, a := range e.field.args {
		if !used[a.Name] {
			c.add(CodeUnusedArgument, e.spec.At, e.coordinate(), "%s: nothing that is sent depends on the argument %s", e.coordinate(), a.Name).Hint =
				"Send it, as in query: {" + styled(c.spec.Names, a.Name) + ": $args." + a.Name + "}, or take it out of the schema."
		}
	}
}

// correlation decides how answers find their rows.
func (c *compiler) correlation(e *endpoint) {
	s := e.spec
	many := e.batched || e.superset && e.kind == lookupEndpoint
	switch {
	case s.MatchItem != "" || s.MatchRow != "":
		if s.MatchItem == "" || s.MatchRow == "" {
			c.add(CodeInvalidMatch, s.At, s.Coordinate, "%s: match needs a path in the items and one in the rows", s.Coordinate)
			return
		}
		e.match = matchGroup
		e.matchItem = c.reading(e, s.MatchItem, false, s.At)
	case s.Match == "position":
		e.match = matchPosition
	case s.Match == "map":
		e.match = matchMap
	case s.Match == "key":
		e.match = matchKey
	case s.Match != "":
		c.add(CodeInvalidMatch, s.At, s.Coordinate, "%s: there is no match %q", s.Coordinate, s.Match).Hint =
			"It is key, position, map, or a pair of paths {item: row}."
		return
	case e.kind == lookupEndpoint && many:
		e.match = matchKey
	case e.batched:
		c.add(CodeInvalidMatch, s.At, s.Coordinate, "%s asks for many rows at once, and nothing says how the answer belongs to them", s.Coordinate).Hint =
			"Add match: position, match: map, or match: {path in the item: field of " + e.typ.name + "}."
		return
	}
	if e.kind == rootEndpoint && e.match != matchNone {
		c.add(CodeInvalidMatch, s.At, s.Coordinate, "%s: a root field has no rows to match", s.Coordinate)
		return
	}
	if e.kind == fieldEndpoint && e.match == matchKey {
		c.add(CodeInvalidMatch, s.At, s.Coordinate, "%s: the answer to a field does not hold the key of its object", s.Coordinate).Hint =
			"Use match: {path in the item: field of " + e.typ.name + "}."
	}
	if e.match == matchPosition && !e.batched {
		c.add(CodeInvalidMatch, s.At, s.Coordinate, "%s: nothing is sent in an order that positions could match", s.Coordinate).Hint = "Mention $batch."
	}
	if e.match == matchMap && len(leavesOf(e.key, nil)) != 1 {
		c.add(CodeInvalidMatch, s.At, s.Coordinate, "%s: the keys of an object are one value, and the rows are told apart by %s", s.Coordinate, schema.PrintSelections(e.key))
	}
	if s.Each != "" && e.match == matchNone {
		c.add(CodeInvalidOption, s.At, s.Coordinate, "%s: each is for the elements of batches; use at", s.Coordinate)
	}
}
