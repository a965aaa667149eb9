package rest

import (
	"context"
	"fmt"
	"net/http"
	"slices"
	"strings"

	"github.com/weft-graphql/weft/planner/schema"
	"github.com/weft-graphql/weft/subgraphs"
	"github.com/weft-graphql/weft/subgraphs/rest/mapping"
)

// Finding is what came of trying one endpoint.
type Finding struct {
	// Endpoint is named as its facet is.
	Endpoint string
	// Skipped says why it was not tried; empty if it was.
	Skipped string
	// Status is that of the answer, 0 if there was none.
	Status int
	// Errors are those that clients would get, with their paths.
	Errors []string
	// Absent are the fields that none of the objects has, although there are objects:
	// perhaps the service spells them otherwise.
	Absent []string
}

const (
	// checkDepth is how many levels of objects a check asks for.
	checkDepth = 4
	// checkRows is how many objects of a type are looked up.
	checkRows = 3
	// checkErrors bounds the errors that are told of one endpoint.
	checkErrors = 10
)

// Check tries the endpoints that change nothing and need nothing but what other
// answers hold: root fields by GET without required arguments, then lookups and
// fields of the objects that these gave. cl is a client of the upstream; header is
// sent along.
func (u *Upstream) Check(ctx context.Context, cl subgraphs.Client, header []subgraphs.HeaderField) []Finding {
	c := &checker{ctx: ctx, up: u, client: cl, header: header, rows: map[*endpoint][][]byte{}}
	var out []Finding
	for _, e := range u.endpoints {
		if e.kind == rootEndpoint {
			out = append(out, c.try(e))
		}
	}
	// What lookups give can be what others are entered by; two rounds reach what
	// can be reached in practice.
	tried := map[*endpoint]bool{}
	for range 2 {
		for _, e := range u.endpoints {
			if e.kind != rootEndpoint && !tried[e] && len(c.rows[e]) > 0 {
				tried[e] = true
				out = append(out, c.try(e))
			}
		}
	}
	for _, e := range u.endpoints {
		if e.kind != rootEndpoint && !tried[e] {
			out = append(out, Finding{Endpoint: e.name, Skipped: "no answer held what it is entered by"})
		}
	}
	return out
}

type checker struct {
	ctx    context.Context
	up     *Upstream
	client subgraphs.Client
	header []subgraphs.HeaderField
	// rows are what objects of the answers are looked up by.
	rows map[*endpoint][][]byte
}

func (c *checker) try(e *endpoint) Finding {
	f := Finding{Endpoint: e.name}
	if e.method != http.MethodGet || !e.safe() {
		f.Skipped = "it may change something"
		return f
	}
	if e.field != nil {
		for _, a := range e.field.args {
			if a.Type.NonNull && a.Default == nil {
				f.Skipped = "it needs the argument " + a.Name
				return f
			}
		}
	}
	var list []subgraphs.Selection
	if e.give != nil {
		if list = selectAll(e.give, checkDepth); len(list) == 0 {
			f.Skipped = "it gives nothing by itself"
			return f
		}
	}
	if e.kind != lookupEndpoint {
		list = []subgraphs.Selection{{Key: e.field.name, Field: e.field.name, Selections: list}}
	}
	spec := &subgraphs.FetchSpec{Facet: e.name, Kind: schema.Query}
	call := &subgraphs.Call{Header: c.header}
	if e.kind == rootEndpoint {
		spec.Root = list
	} else {
		spec.Entries = []subgraphs.Entry{{
			Lookup: &subgraphs.Lookup{Kind: subgraphs.FacetLookup, Type: e.typ.name, Batch: e.facet.Batch}, Selections: list,
		}}
		call.Rows = [][][]byte{c.rows[e]}
	}
	p, err := c.client.Prepare(spec)
	if err != nil {
		f.Skipped = err.Error()
		return f
	}
	a := p.Fetch(c.ctx, call)
	defer a.Release()
	f.Status = a.Status
	if a.Err != nil {
		f.Errors = append(f.Errors, a.Err.Code+": "+a.Err.Message)
	}
	for i := range a.Errs {
		if len(f.Errors) == checkErrors {
			f.Errors = append(f.Errors, fmt.Sprintf("and %d more", len(a.Errs)-i))
			break
		}
		x := &a.Errs[i]
		f.Errors = append(f.Errors, fmt.Sprintf("%s %s: %s", x.Path, x.Code, x.Message))
	}
	seen := &presences{counts: map[string]*presenceOf{}}
	for _, rows := range a.Rows {
		for _, row := range rows {
			if row.Status != subgraphs.RowOK {
				continue
			}
			v, err := mapping.ParseValueJSON(a.Body[row.Start:row.End])
			if err != nil {
				continue
			}
			if e.kind != lookupEndpoint {
				v, _ = v.Get(e.field.name)
			}
			c.walk(e.give, v, seen, checkDepth)
		}
	}
	for _, coordinate := range seen.order {
		if n := seen.counts[coordinate]; n.values == 0 {
			f.Absent = append(f.Absent, coordinate)
		}
	}
	return f
}

// selectAll are all fields of a node, down to a depth.
func selectAll(n *node, depth int) []subgraphs.Selection {
	if depth == 0 {
		return nil
	}
	out := []subgraphs.Selection{{Key: "__typename", Field: "__typename"}}
	for _, p := range n.concrete {
		if list := selectAll(p, depth); len(list) > 0 {
			out = append(out, subgraphs.Selection{On: p.typ.name, Selections: list})
		}
	}
	for _, g := range n.fields {
		s := subgraphs.Selection{Key: g.field.name, Field: g.field.name}
		if g.below != nil {
			if s.Selections = selectAll(g.below, depth-1); len(s.Selections) == 0 {
				continue
			}
		}
		out = append(out, s)
	}
	return out
}

// presences count, by coordinate, the objects and those with a value.
type presences struct {
	counts map[string]*presenceOf
	order  []string
}

type presenceOf struct{ values int }

// walk counts the fields of what was answered, and takes from it what others are
// entered by.
func (c *checker) walk(n *node, v mapping.Value, seen *presences, depth int) {
	if n == nil || depth == 0 {
		return
	}
	switch v.Kind() {
	case mapping.KindList:
		for it := v.Iterate(); it.Next(); {
			c.walk(n, it.Value(), seen, depth)
		}
		return
	case mapping.KindObject:
	default:
		return
	}
	if n.typ.kind.Abstract() {
		name, _ := v.Get("__typename")
		at := slices.IndexFunc(n.concrete, func(p *node) bool { return p.typ.name == name.Text() })
		if at < 0 {
			return
		}
		n = n.concrete[at]
	}
	for _, g := range n.fields {
		if g.below != nil && depth == 1 {
			continue
		}
		coordinate := g.field.coordinate()
		count := seen.counts[coordinate]
		if count == nil {
			count = &presenceOf{}
			seen.counts[coordinate] = count
			seen.order = append(seen.order, coordinate)
		}
		value, _ := v.Get(g.field.name)
		if k := value.Kind(); k != mapping.KindNull && k != mapping.KindMissing {
			count.values++
		}
		c.walk(g.below, value, seen, depth-1)
	}
	c.harvest(n.typ, v)
}

// harvest notes what an object is looked up by.
func (c *checker) harvest(t *typ, v mapping.Value) {
	for _, e := range c.up.endpoints {
		if e.kind == rootEndpoint || e.typ != t || len(c.rows[e]) >= checkRows || len(e.key) == 0 {
			continue
		}
		if _, ok := appendKey(nil, v, e.key); !ok {
			continue
		}
		row := appendSet(nil, v, e.key)
		if !slices.ContainsFunc(c.rows[e], func(o []byte) bool { return string(o) == string(row) }) {
			c.rows[e] = append(c.rows[e], row)
		}
	}
}

// String is the finding as a person reads it.
func (f *Finding) String() string {
	var b strings.Builder
	b.WriteString(f.Endpoint + ": ")
	switch {
	case f.Skipped != "":
		b.WriteString("not tried, " + f.Skipped)
	case len(f.Errors) == 0 && len(f.Absent) == 0:
		b.WriteString("good")
	default:
		fmt.Fprintf(&b, "status %d", f.Status)
	}
	for _, e := range f.Errors {
		b.WriteString("\n    " + e)
	}
	if len(f.Absent) > 0 {
		b.WriteString("\n    no object has a value for " + strings.Join(f.Absent, ", "))
	}
	return b.String()
}
