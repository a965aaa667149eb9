package mock_test

import (
	"context"
	"errors"
	"testing"

	"github.com/weft-graphql/weft/subgraphs"
	"github.com/weft-graphql/weft/subgraphs/mock"
)

// fixed is a client whose fetches all end alike.
type fixed struct {
	prepare error
	code    string
	errs    []subgraphs.RowErr // of an answer by rows
}

func (f fixed) Prepare(*subgraphs.FetchSpec) (subgraphs.Prepared, error) { return f, f.prepare }

func (f fixed) Fetch(context.Context, *subgraphs.Call) *subgraphs.Answer {
	if f.code != "" {
		return subgraphs.Failed(&subgraphs.FetchError{Code: f.code})
	}
	a := subgraphs.NewAnswer(nil)
	a.Body = []byte("real")
	if f.errs != nil {
		a.Layout, a.Errs = subgraphs.LayoutRows, f.errs
		a.Rows = [][]subgraphs.Row{{{Status: subgraphs.RowOK, End: 4}}}
	}
	return a
}

func (f fixed) Text() string { return "" }

func TestMissing(t *testing.T) {
	made := fixed{}
	lacks := func(s *subgraphs.FetchSpec) bool { return s.Facet == "none" }
	real := client(t, `type Query { a: Int }`, mock.Options{})
	for _, c := range []struct {
		name    string
		real    subgraphs.Client
		options []mock.MissingOption
		facet   string
		want    string // what the fixed client stands for, or the code of an error
	}{
		{"there", fixed{}, nil, "", "real"},
		{"said to be missing", fixed{code: subgraphs.CodeTimeout}, nil, "none", "made"},
		{"not prepared", fixed{prepare: errors.New("no endpoint")}, nil, "", "made"},
		{"unreachable", fixed{code: subgraphs.CodeUnreachable}, nil, "", subgraphs.CodeUnreachable},
		{"unreachable, allowed", fixed{code: subgraphs.CodeUnreachable}, []mock.MissingOption{mock.WhenUnreachable()}, "", "made"},
		{"row, its code", fixed{errs: []subgraphs.RowErr{{Code: "NO_ONE"}}}, []mock.MissingOption{mock.WhenUnreachable("NO_ONE")}, "", "made"},
		{"row, another code", fixed{errs: []subgraphs.RowErr{{Code: "NO_ONE"}}}, []mock.MissingOption{mock.WhenUnreachable()}, "", "real"},
		{"rows, two codes", fixed{errs: []subgraphs.RowErr{{Code: "NO_ONE"}, {Code: "X"}}}, []mock.MissingOption{mock.WhenUnreachable("NO_ONE")}, "", "real"},
		{"time-out", fixed{code: subgraphs.CodeTimeout}, []mock.MissingOption{mock.WhenUnreachable()}, "", subgraphs.CodeTimeout},
		{"there, allowed", fixed{}, []mock.MissingOption{mock.WhenUnreachable()}, "", "real"},
	} {
		t.Run(c.name, func(t *testing.T) {
			s := spec(t, "{ a }")
			s.Facet = c.facet
			p, err := mock.Missing(c.real, real, lacks, c.options...).Prepare(s)
			if err != nil {
				t.Fatal(err)
			}
			a := p.Fetch(context.Background(), &subgraphs.Call{})
			got := "made"
			switch {
			case a.Err != nil:
				got = a.Err.Code
			case string(a.Body) == "real":
				got = "real"
			}
			if got != c.want {
				t.Errorf("got %s, want %s", got, c.want)
			}
			a.Release()
		})
	}
	none := fixed{prepare: errors.New("no endpoint")}
	if _, err := mock.Missing(none, none, nil).Prepare(spec(t, "{ a }")); err == nil {
		t.Error("no error where neither client can prepare")
	}
	if p, err := mock.Missing(made, none, nil, mock.WhenUnreachable()).Prepare(spec(t, "{ a }")); err != nil || p == nil {
		t.Errorf("what cannot be made up cannot be asked: %v", err)
	}
}
