package mock

import (
	"context"
	"fmt"

	"github.com/weft-graphql/weft/planner/schema"
	"github.com/weft-graphql/weft/subgraphs"
)

// Options say what to make up.
type Options struct {
	// Subgraph is the name used in errors.
	Subgraph string
	// Doc is the subgraph's own document. It is only read.
	Doc *schema.Document
	// Seed changes all values.
	Seed uint64
	// Examples are used instead of generated values.
	Examples Examples
	// Keys are the field sets of further keys, by type, that the document does not
	// declare.
	Keys map[string][]string
	// ListLength is the length of lists that nothing else decides; 0 is 3.
	ListLength int
	// MaxListLength bounds the lists that a request asks for; 0 is 100.
	MaxListLength int
	// MaxBody bounds an answer, in bytes; beyond it the fetch fails. 0 is 8 MiB.
	MaxBody int
}

const (
	defaultListLength    = 3
	defaultMaxListLength = 100
	defaultMaxBody       = 8 << 20
)

// client makes up answers. It is immutable.
type client struct {
	subgraph   string
	model      *model
	seed       uint64
	examples   examples
	listLength int
	maxList    int
	maxBody    int
}

// New returns a client that makes up what it answers. It fails if the document has
// keys that cannot be read, or an example is not JSON.
func New(o Options) (subgraphs.Client, error) {
	m, err := newModel(o.Doc, o.Keys)
	if err != nil {
		return nil, fmt.Errorf("subgraph %s: %w", o.Subgraph, err)
	}
	c := &client{subgraph: o.Subgraph, model: m, seed: hash(o.Seed, "seed"), listLength: o.ListLength, maxList: o.MaxListLength, maxBody: o.MaxBody}
	if c.listLength <= 0 {
		c.listLength = defaultListLength
	}
	if c.maxList <= 0 {
		c.maxList = defaultMaxListLength
	}
	c.maxList = max(c.maxList, c.listLength)
	if c.maxBody <= 0 {
		c.maxBody = defaultMaxBody
	}
	if err := c.readExamples(o.Examples); err != nil {
		return nil, fmt.Errorf("subgraph %s: %w", o.Subgraph, err)
	}
	return c, nil
}

// Fetch implements [subgraphs.Prepared].
func (p *prepared) Fetch(ctx context.Context, call *subgraphs.Call) *subgraphs.Answer {
	w := &writer{client: p.client, ctx: ctx}
	for i, text := range call.Variables {
		if text == nil {
			w.variables = append(w.variables, nil)
			continue
		}
		n, err := parseNode(text)
		if err != nil {
			return p.failed(subgraphs.CodeRequest, fmt.Sprintf("variable %d cannot be read", i), err)
		}
		w.variables = append(w.variables, n)
	}
	a := subgraphs.NewAnswer(nil)
	a.Layout = subgraphs.LayoutRows
	a.Cache.MaxAge = -1
	if p.root != nil {
		w.object(&object{typ: p.root, hash: hash(p.client.seed, p.root.root)}, [][]selection{p.selections})
		a.Rows = [][]subgraphs.Row{{{Status: subgraphs.RowOK, End: len(w.body)}}}
	} else {
		a.Rows = make([][]subgraphs.Row, len(p.entries))
		for i := range p.entries {
			if i >= len(call.Rows) {
				continue
			}
			for k, text := range call.Rows[i] {
				row, message := w.row(&p.entries[i], text)
				if message != "" {
					a.Errs = append(a.Errs, subgraphs.RowErr{Entry: i, Row: k, Message: message, Code: subgraphs.CodeRequest})
				}
				a.Rows[i] = append(a.Rows[i], row)
			}
		}
	}
	switch {
	case ctx.Err() != nil:
		code := subgraphs.CodeCancelled
		if ctx.Err() == context.DeadlineExceeded {
			code = subgraphs.CodeTimeout
		}
		return p.failed(code, "the request was cancelled", ctx.Err())
	case w.full:
		return p.failed(subgraphs.CodeTooLarge, "the answer is larger than allowed", nil)
	}
	a.Body = w.body
	return a
}

func (p *prepared) failed(code, message string, err error) *subgraphs.Answer {
	a := subgraphs.Failed(&subgraphs.FetchError{Code: code, Subgraph: p.client.subgraph, Message: message, Err: err})
	a.Cache.MaxAge = -1
	return a
}
