package graphql

import (
	"context"
	"encoding/json"
	"strings"
	"sync/atomic"
	"testing"

	"net/http"

	"github.com/google/go-cmp/cmp"

	"github.com/weft-graphql/weft/subgraphs"
)

func lookup(kind string) *subgraphs.Lookup {
	l := &subgraphs.Lookup{
		Kind: subgraphs.FieldLookup, Type: "User", Path: []string{"users"}, Batch: true,
		Arguments: []subgraphs.LookupArgument{{Name: "ids", Type: "[ID!]!", From: []string{"id"}}},
	}
	switch kind {
	case "position":
		l.ByPosition = true
	case "key":
		l.Key = [][]string{{"_k", "id"}}
	case "path":
		l.ByPosition, l.Path = true, []string{"directory", "users"}
	case "object":
		// The whole row is the argument; the key has two leaves.
		l.Arguments = []subgraphs.LookupArgument{{Name: "keys", Type: "[Key!]!"}}
		l.Key = [][]string{{"a"}, {"b", "c"}}
	case "single":
		l.Batch, l.Path = false, []string{"user"}
		l.Arguments = []subgraphs.LookupArgument{{Name: "id", Type: "ID!", From: []string{"id"}}}
	case "single path":
		l.Batch, l.Path = false, []string{"directory", "user"}
		l.Arguments = []subgraphs.LookupArgument{{Name: "id", Type: "ID!", From: []string{"id"}}}
	case "entities":
		return &subgraphs.Lookup{Kind: subgraphs.EntitiesLookup, Type: "User", Batch: true, ByPosition: true}
	}
	return l
}

// show writes rows and errors so that they can be compared: a row's text, or
// its status.
func show(a *subgraphs.Answer) (rows [][]string, errs []string) {
	for _, e := range a.Rows {
		var out []string
		for _, r := range e {
			text := string(a.Body[r.Start:r.End])
			switch r.Status {
			case subgraphs.RowOK:
			case subgraphs.RowNull:
				text = "<" + text + ">"
			case subgraphs.RowMissing:
				text = "missing"
			case subgraphs.RowError:
				text = "error"
			}
			out = append(out, text)
		}
		rows = append(rows, out)
	}
	for _, e := range a.Errs {
		errs = append(errs, string(appendInt(nil, e.Entry))+" "+string(appendInt(nil, e.Row))+" "+string(e.Path)+" "+e.Message+" "+e.Code)
	}
	return rows, errs
}

func TestRowsOfLookups(t *testing.T) {
	ids := []string{`{"id":"1"}`, `{"id":"2"}`, `{"id":"3"}`}
	for _, c := range []struct {
		name    string
		kinds   []string
		rows    [][]string
		answer  string
		want    [][]string
		errs    []string
		code    string
		nothing bool
	}{
		{
			name: "by position", kinds: []string{"position"}, rows: [][]string{ids},
			answer: `{"data": {"_e0": [ {"n":1} , null,{"n":[3]} ]}}`,
			want:   [][]string{{`{"n":1}`, `<null>`, `{"n":[3]}`}},
		},
		{
			name: "by position, list too short", kinds: []string{"position"}, rows: [][]string{ids},
			answer: `{"data":{"_e0":[{"n":1}]}}`,
			want:   [][]string{{`{"n":1}`, "missing", "missing"}},
		},
		{
			name: "by position, list too long", kinds: []string{"position"}, rows: [][]string{ids[:1]},
			answer: `{"data":{"_e0":[{},{}]}}`,
			want:   [][]string{{"error"}},
			errs:   []string{"0 -1  the lookup answered 2 items for 1 keys SUBGRAPH_MALFORMED"},
		},
		{
			name: "not a list", kinds: []string{"position"}, rows: [][]string{ids[:1]},
			answer: `{"data":{"_e0":{}}}`,
			want:   [][]string{{"error"}},
			errs:   []string{"0 -1  the lookup did not answer with a list SUBGRAPH_MALFORMED"},
		},
		{
			name: "by key, in another order, one missing, one not asked for", kinds: []string{"key"}, rows: [][]string{ids},
			answer: `{"data":{"_e0":[{"_k":{"id":3},"n":"c"},null,{"_k":{"id":"9"}},{"n":"a","_k":{"id":"\u0031"}},{"_k":null}]}}`,
			want:   [][]string{{`{"n":"a","_k":{"id":"\u0031"}}`, "missing", `{"_k":{"id":3},"n":"c"}`}},
		},
		{
			name: "by a key of two leaves", kinds: []string{"object"},
			rows:   [][]string{{`{"a":"x","b":{"c":"yz"}}`, `{"a":"xy","b":{"c":"z"}}`, `{"a":null,"b":{"c":"z"}}`}},
			answer: `{"data":{"_e0":[{"a":"xy","b":{"c":"z"},"n":2},{"a":"x","b":{"c":"yz"},"n":1},{"a":null,"b":{"c":"z"}}]}}`,
			want:   [][]string{{`{"a":"x","b":{"c":"yz"},"n":1}`, `{"a":"xy","b":{"c":"z"},"n":2}`, "missing"}},
		},
		{
			name: "errors by key", kinds: []string{"key"}, rows: [][]string{ids},
			answer: `{"errors":[{"message":"no \"name\"","path":["_e0",0,"n",1],"extensions":{"code":"X"}},` +
				`{"message":"whole"},{"message":"elsewhere","path":["other"]}],"data":{"_e0":[{"_k":{"id":"2"},"n":null}]}}`,
			want: [][]string{{"missing", `{"_k":{"id":"2"},"n":null}`, "missing"}},
			errs: []string{`0 1 ["n",1] no "name" X`, `0 -1  whole `, `0 -1  elsewhere `},
		},
		{
			name: "errors that made rows null", kinds: []string{"position"}, rows: [][]string{ids},
			answer: `{"data":{"_e0":[null,{"n":1},null]},"errors":[{"message":"m","path":["_e0",2]}]}`,
			want:   [][]string{{"<null>", `{"n":1}`, "error"}},
			errs:   []string{"0 2 [] m "},
		},
		{
			name: "a list that failed", kinds: []string{"position"}, rows: [][]string{ids[:2]},
			answer: `{"data":{"_e0":null},"errors":[{"message":"m","path":["_e0"]}]}`,
			want:   [][]string{{"error", "error"}},
			errs:   []string{"0 -1  m "},
		},
		{
			name: "data is null", kinds: []string{"position"}, rows: [][]string{ids[:1]},
			answer: `{"data":null,"errors":[{"message":"m"}]}`,
			want:   [][]string{{"missing"}},
			errs:   []string{"0 -1  m "},
		},
		{
			name: "under a path", kinds: []string{"path"}, rows: [][]string{ids[:2]},
			answer: `{"data":{"_e0":{"x":[1],"users":[{"n":1},null],"y":2}},"errors":[{"message":"m","path":["_e0","users",1,"n"]}]}`,
			want:   [][]string{{`{"n":1}`, "error"}},
			errs:   []string{`0 1 ["n"] m `},
		},
		{
			name: "a path that ends in null", kinds: []string{"path"}, rows: [][]string{ids[:2]},
			answer: `{"data":{"_e0":null}}`,
			want:   [][]string{{"<null>", "<null>"}},
		},
		{
			name: "one field for each row", kinds: []string{"single"}, rows: [][]string{ids},
			answer: `{"data":{"_e0_2":{"n":3},"_e0_0":null,"_e0_7":{}},"errors":[{"message":"m","path":["_e0_0"]},{"message":"k","path":["_e0_2","n"]}]}`,
			want:   [][]string{{"error", "missing", `{"n":3}`}},
			errs:   []string{"0 0 [] m ", `0 2 ["n"] k `},
		},
		{
			name: "one field for each row, under a path", kinds: []string{"single path"}, rows: [][]string{ids[:2]},
			answer: `{"data":{"_e0_0":{"user":{"n":1}},"_e0_1":null}}`,
			want:   [][]string{{`{"n":1}`, "<null>"}},
		},
		{
			name: "no rows, no request", kinds: []string{"single"}, rows: [][]string{nil},
			nothing: true, want: [][]string{nil},
		},
		{
			name: "several kinds together", kinds: []string{"entities", "single", "key"}, rows: [][]string{{`{}`, `{}`}, ids[:1], ids[:1]},
			answer: `{"data":{"_e0":[{"n":1},{"n":2}],"_e1_0":{"n":3},"_e2":[{"_k":{"id":"1"}}]},"errors":[{"message":"m","path":["_e1_0","n"]}]}`,
			want:   [][]string{{`{"n":1}`, `{"n":2}`}, {`{"n":3}`}, {`{"_k":{"id":"1"}}`}},
			errs:   []string{`1 0 ["n"] m `},
		},
		{
			name: "cut", kinds: []string{"position"}, rows: [][]string{ids},
			answer: `{"data":{"_e0":[{"n":1}`, code: subgraphs.CodeMalformed,
		},
		{
			name: "something behind", kinds: []string{"position"}, rows: [][]string{ids},
			answer: `{"data":{"_e0":[]}}}`, code: subgraphs.CodeMalformed,
		},
		{
			name: "not JSON inside", kinds: []string{"single"}, rows: [][]string{ids},
			answer: `{"data":{"_e0_0":{"n":01}}}`, code: subgraphs.CodeMalformed,
		},
	} {
		t.Run(c.name, func(t *testing.T) {
			var requests atomic.Int32
			url := upstream(t, func(w http.ResponseWriter, r *http.Request) {
				requests.Add(1)
				answering(200, c.answer)(w, r)
			})
			spec := &subgraphs.FetchSpec{}
			call := &subgraphs.Call{}
			for i, kind := range c.kinds {
				spec.Entries = append(spec.Entries, subgraphs.Entry{
					Alias: "_e" + string(appendInt(nil, i)), Lookup: lookup(kind), Selections: []subgraphs.Selection{field("n")},
				})
				var rows [][]byte
				for _, r := range c.rows[i] {
					rows = append(rows, []byte(r))
				}
				call.Rows = append(call.Rows, rows)
			}
			a := prepare(t, connect(t, url, nil), spec).Fetch(context.Background(), call)
			defer a.Release()
			if c.code != "" {
				if a.Err == nil || a.Err.Code != c.code {
					t.Errorf("%+v", a.Err)
				}
				return
			}
			if a.Err != nil || a.Layout != subgraphs.LayoutRows {
				t.Fatalf("%+v", a)
			}
			rows, errs := show(a)
			if d := cmp.Diff(c.want, rows); d != "" {
				t.Error(d)
			}
			if d := cmp.Diff(c.errs, errs); d != "" {
				t.Error(d)
			}
			if got := requests.Load() == 0; got != c.nothing {
				t.Errorf("%d requests", requests.Load())
			}
		})
	}
}

func TestArgumentsThatDifferAreNotBatched(t *testing.T) {
	l := lookup("position")
	l.Arguments = append(l.Arguments, subgraphs.LookupArgument{Name: "realm", Type: "String", From: []string{"r"}})
	p := prepare(t, client(t), &subgraphs.FetchSpec{Entries: []subgraphs.Entry{{Lookup: l, Selections: []subgraphs.Selection{field("n")}}}})
	b, err := p.appendBody(nil, &subgraphs.Call{Rows: [][][]byte{{[]byte(`{"id":1,"r":"a"}`), []byte(`{"id":2,"r":"a"}`)}}}, nil)
	if err != nil || !strings.Contains(string(b), `{"_r0_ids":[1,2],"_r0_realm":"a"}`) {
		t.Errorf("%s %v", b, err)
	}
	if _, err = p.appendBody(nil, &subgraphs.Call{Rows: [][][]byte{{[]byte(`{"id":1,"r":"a"}`), []byte(`{"id":2,"r":"b"}`)}}}, nil); err == nil {
		t.Error("two values were sent as one")
	}
}

// FuzzAnswer feeds arbitrary bodies to everything that reads one.
func FuzzAnswer(f *testing.F) {
	f.Add(200, []byte(`{"data":{"_e0":[{"_k":{"id":3}}],"_e1_0":{"n":1}},"errors":[{"message":"m","path":["_e0",0,"n"]}]}`))
	f.Add(500, []byte(`{"errors":[{"path":[],"extensions":{"code":1}}]}`))
	f.Add(200, []byte(`{"data":{"_e2":{"users":[null]},"_e0":{"a":1}},"errors":[{"path":["_e2","users",0]}, 1, {"path":["_e2"]}]}`))
	c, err := New(Options{Subgraph: "a", URL: "http://a.test"})
	if err != nil {
		f.Fatal(err)
	}
	spec := &subgraphs.FetchSpec{}
	for _, kind := range []string{"key", "single", "path"} {
		spec.Entries = append(spec.Entries, subgraphs.Entry{Lookup: lookup(kind), Selections: []subgraphs.Selection{field("n")}})
	}
	prep, err := c.Prepare(spec)
	if err != nil {
		f.Fatal(err)
	}
	p := prep.(*prepared)
	row := [][]byte{[]byte(`{"id":3}`)}
	call := &subgraphs.Call{Rows: [][][]byte{row, row, row}}
	f.Fuzz(func(t *testing.T, status int, body []byte) {
		if p.judge(status, body) != nil {
			return
		}
		raw := subgraphs.NewAnswer(nil)
		raw.Body = body
		a := p.toRows(raw, call, nil)
		if a.Err == nil && !json.Valid(body) {
			t.Fatalf("%q was taken", body)
		}
		for i, rows := range a.Rows {
			if len(rows) != 1 {
				t.Fatalf("%d rows", len(rows))
			}
			r := rows[0]
			if r.Status <= subgraphs.RowNull && !json.Valid(body[r.Start:r.End]) {
				t.Fatalf("entry %d: %q", i, body[r.Start:r.End])
			}
		}
		for _, e := range a.Errs {
			if e.Row >= 0 && !json.Valid(e.Path) {
				t.Fatalf("path %q", e.Path)
			}
		}
		a.Release()
	})
}
