package graphql

import (
	"context"
	"fmt"
	"io"
	"math/rand/v2"
	"net/http"
	"net/http/httptest"
	"strings"
	"sync"
	"testing"

	"github.com/weft-graphql/weft/subgraphs"
)

// TestManyCallersGetTheirOwnAnswers runs calls that are shared, cancelled and
// repeated against one upstream. Memory is pooled throughout; an answer that
// holds another call's bytes would show here.
func TestManyCallersGetTheirOwnAnswers(t *testing.T) {
	echo := http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		b, err := io.ReadAll(r.Body)
		if err != nil {
			return
		}
		_, id, _ := strings.Cut(string(b), `"id":`)
		id, _, _ = strings.Cut(id, "}")
		// Answers of many sizes, some chunked.
		_, _ = fmt.Fprintf(w, `{"data":%s,"user":%q,"pad":"%s"}`, id, r.Header.Get("Authorization"), strings.Repeat(id+" ", len(b)*37%4000))
	})
	h1 := httptest.NewServer(echo)
	t.Cleanup(h1.Close)
	h2 := httptest.NewUnstartedServer(echo)
	h2.Config.Protocols = new(http.Protocols)
	h2.Config.Protocols.SetUnencryptedHTTP2(true)
	h2.Start()
	t.Cleanup(h2.Close)
	for name, url := range map[string]string{"http": h1.URL, "h2c": "h2c" + strings.TrimPrefix(h2.URL, "http")} {
		t.Run(name, func(t *testing.T) {
			p := prepare(t, connect(t, url, nil), &subgraphs.FetchSpec{
				Variables: []subgraphs.VariableSpec{{Name: "id", Type: "Int"}},
				Root:      []subgraphs.Selection{{Field: "x", Arguments: []subgraphs.ArgumentSpec{{Name: "id", Value: variable(0)}}}},
			})
			var wg sync.WaitGroup
			for worker := range 8 {
				wg.Go(func() {
					rnd := rand.New(rand.NewPCG(uint64(worker), 1))
					for range 150 {
						ctx, cancel := context.WithCancel(context.Background())
						cancelled := rnd.IntN(4) == 0
						if cancelled {
							go cancel()
						}
						id, user := fmt.Sprint(rnd.IntN(3)), fmt.Sprint("u", rnd.IntN(2))
						a := p.Fetch(ctx, &subgraphs.Call{
							Variables: [][]byte{[]byte(id)},
							Header:    []subgraphs.HeaderField{{Name: "Authorization", Value: user}},
						})
						want := fmt.Sprintf(`{"data":%s,"user":%q,"pad":"`, id, user)
						switch {
						case a.Err == nil:
							if !strings.HasPrefix(string(a.Body), want) || strings.Trim(string(a.Body[len(want):]), id+` "}`) != "" {
								t.Errorf("got %.80q, want %q", a.Body, want)
							}
						case !cancelled || a.Err.Code != subgraphs.CodeCancelled:
							t.Errorf("%v", a.Err)
						}
						a.Release()
						cancel()
					}
				})
			}
			wg.Wait()
		})
	}
}
