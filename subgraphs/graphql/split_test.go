package graphql

import (
	"context"
	"encoding/json"
	"fmt"
	"net/http"
	"sync/atomic"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/weft-graphql/weft/subgraphs"
)

func TestRowsOverTheCapAreSplit(t *testing.T) {
	for _, c := range []struct {
		name     string
		kind     string
		sick     string // the id whose request fails
		requests int32
		want     []string
		errs     []string
	}{
		{"entities", "entities", "", 3, []string{`{"n":"0"}`, `{"n":"1"}`, `{"n":"2"}`, `{"n":"3"}`, `{"n":"4"}`}, []string{`0 4 ["n"] odd `}},
		{"list field", "position", "", 3, []string{`{"n":"0"}`, `{"n":"1"}`, `{"n":"2"}`, `{"n":"3"}`, `{"n":"4"}`}, []string{`0 4 ["n"] odd `}},
		{"one sick request", "position", "2", 3, []string{`{"n":"0"}`, `{"n":"1"}`, "error", "error", `{"n":"4"}`}, []string{
			`0 2 [] answered with HTTP status 500 SUBGRAPH_HTTP_STATUS`, `0 3 [] answered with HTTP status 500 SUBGRAPH_HTTP_STATUS`, `0 4 ["n"] odd `,
		}},
	} {
		t.Run(c.name, func(t *testing.T) {
			var requests atomic.Int32
			url := upstream(t, func(w http.ResponseWriter, r *http.Request) {
				requests.Add(1)
				var body struct {
					Variables struct {
						Representations []struct{ ID string }
						IDs             []string `json:"_r0_ids"`
					}
				}
				if err := json.NewDecoder(r.Body).Decode(&body); err != nil {
					t.Error(err)
				}
				ids := body.Variables.IDs
				for _, rep := range body.Variables.Representations {
					ids = append(ids, rep.ID)
				}
				var list []map[string]string
				for _, id := range ids {
					if id == c.sick {
						w.WriteHeader(500)
						return
					}
					list = append(list, map[string]string{"n": id})
				}
				w.Header().Set("Cache-Control", "max-age="+fmt.Sprint(60-len(ids)))
				out := map[string]any{"data": map[string]any{"_e0": list}}
				if ids[0] == "4" {
					out["errors"] = []any{map[string]any{"message": "odd", "path": []any{"_e0", 0, "n"}}}
				}
				_ = json.NewEncoder(w).Encode(out)
			})
			l := lookup(c.kind)
			l.Max = 2
			p := prepare(t, connect(t, url, nil), &subgraphs.FetchSpec{Entries: []subgraphs.Entry{
				{Alias: "_e0", Lookup: l, Selections: []subgraphs.Selection{field("n")}},
			}})
			call := &subgraphs.Call{Rows: make([][][]byte, 1)}
			for i := range 5 {
				call.Rows[0] = append(call.Rows[0], fmt.Appendf(nil, `{"id":"%d"}`, i))
			}
			a := p.Fetch(context.Background(), call)
			defer a.Release()
			if a.Err != nil || a.Layout != subgraphs.LayoutRows || requests.Load() != c.requests {
				t.Fatalf("%d requests: %+v", requests.Load(), a.Err)
			}
			rows, errs := show(a)
			if d := cmp.Diff([][]string{c.want}, rows); d != "" {
				t.Error(d)
			}
			if d := cmp.Diff(c.errs, errs); d != "" {
				t.Error(d)
			}
			if want := (subgraphs.CachePolicy{MaxAge: 58 * time.Second, NoStore: c.sick != ""}); a.Cache != want {
				t.Errorf("cache: %+v", a.Cache)
			}
			// Under the cap there is one request, in the same layout.
			requests.Store(0)
			call.Rows[0] = call.Rows[0][:1]
			one := p.Fetch(context.Background(), call)
			defer one.Release()
			if rows, _ := show(one); requests.Load() != 1 || one.Layout != subgraphs.LayoutRows || rows[0][0] != `{"n":"0"}` {
				t.Errorf("%d requests, %v", requests.Load(), rows)
			}
		})
	}
}

func TestAllPiecesFail(t *testing.T) {
	url := upstream(t, answering(503, ""))
	l := lookup("entities")
	l.Max = 1
	p := prepare(t, connect(t, url, nil), &subgraphs.FetchSpec{Entries: []subgraphs.Entry{{Lookup: l, Selections: []subgraphs.Selection{field("n")}}}})
	a := p.Fetch(context.Background(), &subgraphs.Call{Rows: [][][]byte{{[]byte("{}"), []byte(`{"a":1}`)}}})
	if a.Err == nil || a.Err.Code != subgraphs.CodeStatus || a.Err.Status != 503 {
		t.Errorf("%+v", a.Err)
	}
}

func TestSizeHintFollowsTheAnswers(t *testing.T) {
	p := &prepared{}
	p.remember(5 << 20)
	if got := p.sizeHint.Load(); got != 1<<20 {
		t.Errorf("after a large answer: %d", got)
	}
	for range 100 {
		p.remember(1000)
	}
	if got := p.sizeHint.Load(); got < 1000 || got > 2000 {
		t.Errorf("after many small ones: %d", got)
	}
}
