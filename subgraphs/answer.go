package subgraphs

import "sync/atomic"

type refs struct{ n atomic.Int32 }

// NewAnswer returns an Answer with one reference; release, which may be nil,
// is called once when the last holder lets go.
func NewAnswer(release func(*Answer)) *Answer {
	a := &Answer{release: release}
	a.refs.n.Store(1)
	return a
}

// Renew readies a pooled Answer for its next use: one reference, no content.
func (a *Answer) Renew(release func(*Answer)) {
	*a = Answer{Rows: a.Rows[:0], Errs: a.Errs[:0], Header: a.Header[:0], release: release}
	a.refs.n.Store(1)
}

// Retain adds a holder.
func (a *Answer) Retain() { a.refs.n.Add(1) }

// Release lets go of the answer; after the last one its bytes are gone.
func (a *Answer) Release() {
	switch n := a.refs.n.Add(-1); {
	case n == 0:
		if a.release != nil {
			a.release(a)
		}
	case n < 0:
		panic("subgraphs: Answer released too often")
	}
}

// Failed returns an Answer that carries only an error.
func Failed(err *FetchError) *Answer {
	a := NewAnswer(nil)
	a.Err = err
	a.Status = err.Status
	return a
}
