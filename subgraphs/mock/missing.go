package mock

import (
	"context"
	"errors"

	"github.com/weft-graphql/weft/subgraphs"
)

// MissingOption changes what [Missing] does.
type MissingOption func(*missing)

// WhenUnreachable lets the mock answer, too, when no connection to the real
// upstream can be made ([subgraphs.CodeUnreachable]). Nothing has been sent then,
// so that mutations are safe, too. Every other failure stays one: a service that
// is there and fails should be seen to fail.
func WhenUnreachable() MissingOption { return func(m *missing) { m.unreachable = true } }

type missing struct {
	real, mock  subgraphs.Client
	isMissing   func(*subgraphs.FetchSpec) bool
	unreachable bool
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
	if m.unreachable {
		// A fetch that cannot be made up can still be answered by the real one.
		if made, err := m.mock.Prepare(spec); err == nil {
			return &standby{Prepared: p, mock: made}, nil
		}
	}
	return p, nil
}

// standby asks the mock when there is no connection.
type standby struct {
	subgraphs.Prepared
	mock subgraphs.Prepared
}

// Fetch implements [subgraphs.Prepared].
func (s *standby) Fetch(ctx context.Context, call *subgraphs.Call) *subgraphs.Answer {
	a := s.Prepared.Fetch(ctx, call)
	if a.Err == nil || a.Err.Code != subgraphs.CodeUnreachable || ctx.Err() != nil {
		return a
	}
	a.Release()
	return s.mock.Fetch(ctx, call)
}
