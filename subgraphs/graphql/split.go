package graphql

import (
	"context"
	"slices"
	"sync"

	"github.com/weft-graphql/weft/subgraphs"
)

// splitAtOnce is how many requests of one split fetch are under way together.
const splitAtOnce = 8

// requests returns how many requests the caps of the lookups make of a call.
func (p *prepared) requests(call *subgraphs.Call) int {
	n := 1
	for i := range p.entries {
		if limit := p.entries[i].lookup.Max; limit > 0 && i < len(call.Rows) {
			n = max(n, (len(call.Rows[i])+limit-1)/limit)
		}
	}
	return n
}

// piece returns the k-th piece of a call, and the number of the first row of
// each of its entries. Entries without a cap are in the first piece.
func (p *prepared) piece(call *subgraphs.Call, k int) (*subgraphs.Call, []int) {
	out := &subgraphs.Call{Rows: make([][][]byte, len(call.Rows)), Contexts: make([][][]byte, len(call.Contexts)), Variables: call.Variables, Header: call.Header}
	first := make([]int, len(call.Rows))
	for i, rows := range call.Rows {
		from, to := 0, len(rows)
		if limit := p.entries[i].lookup.Max; limit > 0 {
			from, to = min(k*limit, len(rows)), min((k+1)*limit, len(rows))
		} else if k > 0 {
			from = to
		}
		out.Rows[i], first[i] = rows[from:to], from
		if i < len(call.Contexts) && call.Contexts[i] != nil {
			out.Contexts[i] = call.Contexts[i][from:to]
		}
	}
	return out, first
}

// split carries out a call whose rows are too many for one request with several,
// and joins the answers. Rows of a request that failed have the status RowError
// and an error each; if all requests failed, the answer is the first failure.
func (p *prepared) split(ctx context.Context, call *subgraphs.Call, n int) *subgraphs.Answer {
	answers := make([]*subgraphs.Answer, n)
	firsts := make([][]int, n)
	places := make(chan struct{}, splitAtOnce)
	var wg sync.WaitGroup
	for k := range n {
		var part *subgraphs.Call
		part, firsts[k] = p.piece(call, k)
		places <- struct{}{}
		wg.Go(func() {
			answers[k] = p.fetch(ctx, part)
			<-places
		})
	}
	wg.Wait()
	good := slices.IndexFunc(answers, func(a *subgraphs.Answer) bool { return a.Err == nil })
	if good < 0 {
		for _, a := range answers[1:] {
			a.Release()
		}
		return answers[0]
	}
	out := subgraphs.NewAnswer(nil)
	out.Layout = subgraphs.LayoutRows
	out.Status, out.Cache = answers[good].Status, answers[good].Cache
	out.Header = slices.Clone(answers[good].Header)
	out.Rows = make([][]subgraphs.Row, len(call.Rows))
	size := 0
	for _, a := range answers {
		size += len(a.Body)
	}
	out.Body = make([]byte, 0, size)
	for i := range out.Rows {
		out.Rows[i] = make([]subgraphs.Row, 0, len(call.Rows[i]))
	}
	for k, a := range answers {
		p.join(out, a, call, firsts, k)
		a.Release()
	}
	return out
}

// join adds the answer of the k-th request to out.
func (p *prepared) join(out, a *subgraphs.Answer, call *subgraphs.Call, firsts [][]int, k int) {
	base := len(out.Body)
	out.Body = append(out.Body, a.Body...)
	for i := range out.Rows {
		if a.Err == nil {
			for _, r := range a.Rows[i] {
				r.Start, r.End = r.Start+base, r.End+base
				out.Rows[i] = append(out.Rows[i], r)
			}
			continue
		}
		part, _ := p.piece(call, k)
		for row := range part.Rows[i] {
			out.Rows[i] = append(out.Rows[i], subgraphs.Row{Status: subgraphs.RowError})
			out.Errs = append(out.Errs, subgraphs.RowErr{
				Entry: i, Row: firsts[k][i] + row, Path: []byte("[]"), Message: a.Err.Message, Code: a.Err.Code,
			})
		}
	}
	if a.Err != nil {
		out.Cache.NoStore = true
		return
	}
	for _, e := range a.Errs {
		if e.Row >= 0 {
			e.Row += firsts[k][e.Entry]
		}
		out.Errs = append(out.Errs, e)
	}
	out.Cache.MaxAge = min(out.Cache.MaxAge, a.Cache.MaxAge)
	out.Cache.Private = out.Cache.Private || a.Cache.Private
	out.Cache.NoStore = out.Cache.NoStore || a.Cache.NoStore
}
