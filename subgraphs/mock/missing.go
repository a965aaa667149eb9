package mock

import (
	"context"
	"errors"
	"slices"

	"github.com/weft-graphql/weft/subgraphs"
)

// MissingOption changes what [Missing] does.
type MissingOption func(*missing)

// WhenUnreachable lets the mock answer, too, when no connection to the real
// upstream can be made: when the fetch fails with [subgraphs.CodeUnreachable] or one
// of the further codes, or, in an answer by rows, when no row of a lookup was found
// and that is the code of every error. It then answers the fetch as a whole. It
// sends nothing, so that mutations are safe, too. Every other failure stays one: a
// service that is there and fails should be seen to fail.
func WhenUnreachable(codes ...string) MissingOption {
	return func(m *missing) { m.unreachable = append([]string{subgraphs.CodeUnreachable}, codes...) }
}

type missing struct {
	real, mock  subgraphs.Client
	isMissing   func(*subgraphs.FetchSpec) bool
	unreachable []string // codes; nil when only the real client answers
}

// Missing returns a client that asks the real client, and the mock for what that
// one lacks: fetches of which isMissing (which may be nil) says so, and fetches
// that it cannot prepare. A fetch goes to one of both as a whole. It is decided
// when the fetch is prepared, but for [WhenUnreachable].
func Missing(real, mock subgraphs.Client, isMissing func(*subgraphs.FetchSpec) bool, options ...MissingOption) subgraphs.Client {
	m := &missing{real: real, mock: mock, isMissing: isMissing}
	for _, o := range options {
		o(m)
	}
	return m
}

// Prepare implements [subgraphs.Client].
func (m *missing) Prepare(spec *subgraphs.FetchSpec) (subgraphs.Prepared, error) {
	if m.isMissing != nil && m.isMissing(spec) {
		return m.mock.Prepare(spec)
	}
	p, err := m.real.Prepare(spec)
	if err != nil {
		made, also := m.mock.Prepare(spec)
		if also != nil {
			return nil, errors.Join(err, also)
		}
		return made, nil
	}
	if m.unreachable != nil {
		// A fetch that cannot be made up can still be answered by the real one.
		if made, err := m.mock.Prepare(spec); err == nil {
			return &standby{Prepared: p, mock: made, codes: m.unreachable, lookup: len(spec.Entries) > 0}, nil
		}
	}
	return p, nil
}

// standby asks the mock when there is no connection.
type standby struct {
	subgraphs.Prepared
	mock   subgraphs.Prepared
	codes  []string
	lookup bool
}

// Fetch implements [subgraphs.Prepared].
func (s *standby) Fetch(ctx context.Context, call *subgraphs.Call) *subgraphs.Answer {
	a := s.Prepared.Fetch(ctx, call)
	if ctx.Err() != nil || !s.failed(a) {
		return a
	}
	a.Release()
	return s.mock.Fetch(ctx, call)
}

// failed reports whether an answer says that there was no connection.
func (s *standby) failed(a *subgraphs.Answer) bool {
	if a.Err != nil {
		return slices.Contains(s.codes, a.Err.Code)
	}
	if a.Layout != subgraphs.LayoutRows || len(a.Errs) == 0 {
		return false
	}
	for _, rows := range a.Rows {
		if s.lookup && slices.ContainsFunc(rows, func(r subgraphs.Row) bool { return r.Status == subgraphs.RowOK }) {
			return false
		}
	}
	return !slices.ContainsFunc(a.Errs, func(e subgraphs.RowErr) bool { return !slices.Contains(s.codes, e.Code) })
}
