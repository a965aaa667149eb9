package rest

import (
	"context"
	"strconv"
	"strings"

	"github.com/weft-graphql/weft/subgraphs/rest/mapping"
)

// The styles of pages.
const (
	pageNumber = "page"
	pageOffset = "offset"
	pageCursor = "cursor"
	pageLink   = "link"
)

// paging asks for pages. Positions and sizes come from arguments or cursors and
// go out as parameters; what comes back is a list or a connection.
type paging struct {
	style string
	// size and position are the names of arguments; after is that of the cursor
	// of a connection. Empty where there is none.
	size, position, after   string
	sizeParam, positionName string
	items, next             *reading
	total, more             *reading
	def, max, all, start    int
}

// connection are the fields of a Relay connection that the schema has.
type connection struct {
	edges, nodes, info, total *field
}

// paging compiles how an endpoint pages.
func (c *compiler) paging(e *endpoint) {
	s := e.spec.Page
	at := orPlace(s.At, e.spec.At)
	fail := func(format string, args ...any) *Error {
		return c.add(CodeInvalidPage, at, e.coordinate(), "%s: "+format, append([]any{e.coordinate()}, args...)...)
	}
	if e.field == nil || e.use.batch {
		fail("pages are for root fields and for fields without $batch")
		return
	}
	p := &paging{style: s.Style, def: s.Default, max: s.Max, all: s.All, start: s.Start}
	switch {
	case p.start == 0:
		p.start = 1
	case p.start < 0:
		p.start = 0
	}
	argument := func(named string, usual ...string) string {
		if named != "" {
			if e.field.argument(named) == nil {
				fail("%s has no argument %s", e.field.coordinate(), named).Hint = didYouMean(named, e.field.argumentNames())
				return ""
			}
			e.use.args = append(e.use.args, named)
			return named
		}
		for _, name := range usual {
			if e.field.argument(name) != nil {
				e.use.args = append(e.use.args, name)
				return name
			}
		}
		return ""
	}
	param := func(named, arg, usual string) string {
		switch {
		case named != "":
			return named
		case arg != "":
			return styled(c.spec.Names, arg)
		}
		return styled(c.spec.Names, usual)
	}
	relay := s.Into == "connection"
	first := func(named string) string {
		if s.First != "" {
			named = s.First
		}
		return named
	}
	switch s.Style {
	case pageNumber:
		p.size = argument(first(s.Size), "pageSize", "size", "perPage", "first", "limit")
		p.position = argument(s.Page, "page")
		p.sizeParam = param(s.SizeParam, s.Size, "pageSize")
		p.positionName = param(s.PageParam, s.Page, "page")
	case pageOffset:
		p.size = argument(first(s.Limit), "limit", "first")
		p.position = argument(s.Offset, "offset")
		p.sizeParam = param(s.LimitParam, s.Limit, "limit")
		p.positionName = param(s.OffsetParam, s.Offset, "offset")
	case pageCursor:
		p.size = argument(first(s.Size), "first", "limit", "pageSize")
		p.sizeParam = param(orText(s.SizeParam, s.LimitParam), "", "limit")
		p.positionName = param(s.CursorParam, "", "cursor")
		if !relay {
			p.position = argument(s.After, "after", "cursor")
		}
	case pageLink:
		p.size = argument(first(s.Size), "first", "limit", "pageSize", "perPage")
		p.sizeParam = param(s.SizeParam, s.Size, "perPage")
		p.positionName = s.CursorParam
		if relay && s.CursorParam == "" {
			fail("a connection over links needs cursor_param: the parameter of the next link that says where it begins")
		}
	default:
		fail("there is no page style %q", s.Style).Hint = didYouMean(s.Style, []string{pageNumber, pageOffset, pageCursor, pageLink})
		return
	}
	if relay {
		p.after = argument(s.After, "after")
	}
	if s.Items != "" {
		p.items = c.reading(e, s.Items, false, at)
	}
	if s.Next != "" {
		p.next = c.reading(e, s.Next, false, at)
	}
	if s.Total != "" {
		p.total = c.reading(e, s.Total, false, at)
	}
	if s.More != "" {
		p.more = c.reading(e, s.More, false, at)
	}
	if s.Style == pageCursor && p.next == nil {
		fail("cursor pages need next: the path of the next cursor")
	}
	if s.Default < 0 || s.Max < 0 || s.All < 0 || s.Max > 0 && s.Default > s.Max {
		fail("default, max and all are not negative, and default is at most max")
	}
	switch s.Into {
	case "", "list":
		if e.field.expr.Elem == nil {
			fail("%s is not a list", e.field.coordinate())
		}
	case "connection":
		c.connection(e, fail)
	default:
		fail("pages are turned into a list or a connection, not into %q", s.Into)
	}
	e.page = p
}

func orText(a, b string) string {
	if a != "" {
		return a
	}
	return b
}

func (c *compiler) connection(e *endpoint, fail func(string, ...any) *Error) {
	t := e.field.named
	conn := &connection{edges: t.byName["edges"], nodes: t.byName["nodes"], info: t.byName["pageInfo"], total: t.byName["totalCount"]}
	if conn.edges == nil && conn.nodes == nil || e.field.expr.Elem != nil {
		fail("%s is not a connection: it has neither edges nor nodes", t.name)
		return
	}
	if conn.edges != nil && conn.edges.named.byName["node"] == nil {
		fail("%s has no node", conn.edges.named.name)
		return
	}
	e.conn = conn
}

// connectionNode is the node of a connection made by paging.
func (c *compiler) connectionNode(e *endpoint) *node {
	item := func(t *typ) *node {
		if e.choose != nil {
			return c.shaped(t, e.choose.shape, e.field.coordinate(), e, 0)
		}
		return c.raw(t, e)
	}
	n := &node{typ: e.field.named, built: true}
	conn := e.conn
	if f := conn.edges; f != nil {
		edge := &node{typ: f.named, built: true}
		nf := f.named.byName["node"]
		edge.fields = append(edge.fields, &given{field: nf, key: "node", below: item(nf.named)})
		if cf := f.named.byName["cursor"]; cf != nil {
			edge.fields = append(edge.fields, &given{field: cf, key: "cursor"})
		}
		n.fields = append(n.fields, &given{field: f, key: "edges", below: edge})
	}
	if f := conn.nodes; f != nil {
		n.fields = append(n.fields, &given{field: f, key: "nodes", below: item(f.named)})
	}
	if f := conn.info; f != nil {
		info := &node{typ: f.named, built: true}
		for _, name := range []string{"hasNextPage", "hasPreviousPage", "startCursor", "endCursor"} {
			if inf := f.named.byName[name]; inf != nil {
				info.fields = append(info.fields, &given{field: inf, key: name})
			}
		}
		n.fields = append(n.fields, &given{field: f, key: "pageInfo", below: info})
	}
	if f := conn.total; f != nil && e.page.total != nil {
		n.fields = append(n.fields, &given{field: f, key: "totalCount"})
	}
	return n
}

// turn is one page being asked for.
type turn struct {
	size     int // 0: not said
	position []byte
	target   string // of a link
	skip     int    // elements before the first that is wanted
	offset   int    // of the first element, where it is known
}

// pageResult is what pages hold together.
type pageResult struct {
	items   []mapping.Value
	cursors []string
	x       *exchange // the last one
	more    bool
	before  bool
	total   mapping.Value
}

// paged carries out a request for pages.
func (r *run) paged(ctx context.Context, c *chunk, asks []*ask) {
	p := r.e.page
	a := asks[0]
	t, err := p.begin(r, a)
	if err != nil {
		failAll(asks, badInput(err))
		return
	}
	out := &pageResult{before: t.skip > 0 || t.offset > 0 || t.position != nil && p.after != ""}
	for page := 1; ; page++ {
		x := r.page(ctx, a, t)
		if x.resp != nil {
			c.parts = append(c.parts, part{resp: x.resp, policy: x.policy, document: x.document})
		}
		for _, a := range asks {
			a.vars = &x.vars
		}
		if x.fail != nil || x.null {
			r.settle(x, asks)
			return
		}
		next, f := r.turn(x, a, t, out)
		if f != nil {
			failAll(asks, f)
			return
		}
		out.more = next != nil
		if next == nil || page >= max(p.all, 1) {
			break
		}
		t = next
	}
	value, f := r.collected(a, out)
	for _, a := range asks {
		a.state, a.value, a.fail = askFound, value, f
		if f != nil {
			a.state = askFailed
		}
		a.chosen = r.e.conn != nil
	}
}

// begin reads where to begin from the arguments.
func (p *paging) begin(r *run, a *ask) (*turn, error) {
	t := &turn{size: p.def}
	if p.size != "" {
		if v, ok := a.args.Get(p.size); ok && v.Kind() == mapping.KindNumber {
			n, err := strconv.Atoi(v.Text())
			if err != nil || n < 0 {
				return nil, errPage("the argument " + p.size + " is not a number of elements")
			}
			t.size = n
		}
	}
	if p.max > 0 && (t.size == 0 || t.size > p.max) {
		t.size = p.max
	}
	if p.position != "" {
		if v, ok := a.args.Get(p.position); ok && v.Kind() != mapping.KindNull {
			t.position = v.AppendJSON(nil)
			if p.style == pageOffset || p.style == pageNumber {
				n, err := strconv.Atoi(v.Text())
				if err != nil || n < 0 {
					return nil, errPage("the argument " + p.position + " is not a position")
				}
				t.offset = n
				if p.style == pageNumber {
					t.offset = (n - p.start) * t.size
				}
			}
		}
	}
	if p.after != "" {
		if v, ok := a.args.Get(p.after); ok && v.Kind() == mapping.KindString {
			if err := p.resume(t, v.Text(), r.cursorHash(a)); err != nil {
				return nil, err
			}
		}
	}
	return t, nil
}

type errPage string

func (e errPage) Error() string { return string(e) }

// page asks for one page.
func (r *run) page(ctx context.Context, a *ask, t *turn) *exchange {
	p := r.e.page
	rr := r.renderer()
	defer rr.free()
	if t.size > 0 {
		rr.extra = append(rr.extra, extraParam{p.sizeParam, strconv.AppendInt(nil, int64(t.size), 10)})
	}
	if t.position != nil && p.positionName != "" {
		rr.extra = append(rr.extra, extraParam{p.positionName, t.position})
	}
	req, err := rr.request([]*ask{a}, mapping.Value{})
	if err == nil && t.target != "" {
		// What the upstream's own link says goes before what was asked first.
		req.Target = t.target
		req.URL = r.client.up.base.Origin() + t.target
	}
	if err != nil {
		return &exchange{fail: badInput(err)}
	}
	x := r.exchange(ctx, req, a, nil)
	if x.resp != nil && t.target == "" {
		t.target = req.Target
	}
	return x
}

// turn takes a page in, and returns how to ask for the next one, or nil if this
// was the last.
func (r *run) turn(x *exchange, a *ask, t *turn, out *pageResult) (*turn, *failure) {
	p := r.e.page
	items := x.payload
	if p.items != nil && items.Kind() != mapping.KindNull {
		v, ok := p.items.sel.Evaluate(items, &x.vars, nil)
		if !ok {
			return nil, &failure{code: CodeMismatch, status: x.status, message: "the upstream's answer has nothing at " + p.items.text}
		}
		items = v
	}
	if items.Kind() != mapping.KindList && items.Kind() != mapping.KindNull {
		return nil, x.wrong(items, "a list")
	}
	next := r.next(x, t, items.Len())
	hash := r.cursorHash(a)
	i, n := 0, items.Len()
	for it := items.Iterate(); it.Next(); i++ {
		if i < t.skip {
			continue
		}
		out.items = append(out.items, it.Value())
		if r.e.conn != nil {
			out.cursors = append(out.cursors, p.cursor(t, next, i, n, hash))
		}
	}
	out.x = x
	if p.total != nil {
		if v, ok := p.total.sel.Evaluate(x.root, &x.vars, nil); ok {
			out.total = v
		}
	}
	return next, nil
}

// next is how to ask for the page behind one with n elements.
func (r *run) next(x *exchange, t *turn, n int) *turn {
	p := r.e.page
	if p.more != nil {
		if v, ok := p.more.sel.Evaluate(x.root, &x.vars, nil); ok && !v.IsTrue() {
			return nil
		}
	}
	next := &turn{size: t.size, offset: t.offset + n}
	switch p.style {
	case pageCursor:
		v, ok := p.next.sel.Evaluate(x.root, &x.vars, nil)
		if k := v.Kind(); !ok || k != mapping.KindString && k != mapping.KindNumber || v.Text() == "" {
			return nil
		}
		next.position = v.AppendJSON(nil)
		if string(next.position) == string(t.position) {
			return nil // a cursor that does not move would never end
		}
		return next
	case pageLink:
		return r.nextLink(x, t, next)
	}
	if n == 0 {
		return nil
	}
	sure := p.more != nil
	if p.total != nil {
		if v, ok := p.total.sel.Evaluate(x.root, &x.vars, nil); ok && v.Kind() == mapping.KindNumber {
			if total, err := strconv.Atoi(v.Text()); err == nil {
				if next.offset >= total {
					return nil
				}
				sure = true
			}
		}
	}
	if !sure && (t.size == 0 || n < t.size) {
		return nil
	}
	number := next.offset
	if p.style == pageNumber {
		number = p.start
		if t.position != nil {
			number, _ = strconv.Atoi(string(t.position))
		}
		number++
	}
	next.position = strconv.AppendInt(nil, int64(number), 10)
	return next
}

// nextLink follows the link to the next page, within the origin only.
func (r *run) nextLink(x *exchange, t, next *turn) *turn {
	p := r.e.page
	link := ""
	if p.next != nil {
		if v, ok := p.next.sel.Evaluate(x.root, &x.vars, nil); ok && v.Kind() == mapping.KindString {
			link = v.Text()
		}
	} else {
		for _, h := range x.resp.Header {
			if h.Name == "Link" && link == "" {
				link = linkNext(h.Value)
			}
		}
	}
	if link == "" {
		return nil
	}
	target, err := r.client.up.base.Follow(t.target, link)
	if err != nil || target == t.target {
		return nil
	}
	next.target = target
	if p.positionName != "" {
		next.position = queryParam(target, p.positionName)
	}
	return next
}

// linkNext finds the target of rel=next in a Link header (RFC 8288).
func linkNext(value string) string {
	for value != "" {
		open := strings.IndexByte(value, '<')
		if open < 0 {
			return ""
		}
		end := strings.IndexByte(value[open:], '>')
		if end < 0 {
			return ""
		}
		target := value[open+1 : open+end]
		value = value[open+end+1:]
		params, rest := value, ""
		quoted := false
	scan:
		for i := 0; i < len(value); i++ {
			switch c := value[i]; {
			case c == '\\' && quoted:
				i++
			case c == '"':
				quoted = !quoted
			case c == ',' && !quoted:
				params, rest = value[:i], value[i+1:]
				break scan
			}
		}
		value = rest
		for _, part := range strings.Split(params, ";") {
			name, rel, _ := strings.Cut(strings.TrimSpace(part), "=")
			if !strings.EqualFold(strings.TrimSpace(name), "rel") {
				continue
			}
			for _, one := range strings.Fields(strings.Trim(strings.TrimSpace(rel), `"`)) {
				if strings.EqualFold(one, "next") {
					return target
				}
			}
		}
	}
	return ""
}
