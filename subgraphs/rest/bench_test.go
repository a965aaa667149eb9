package rest

import (
	"context"
	"fmt"
	"strings"
	"testing"

	"github.com/weft-graphql/weft/subgraphs"
)

// BenchmarkMultishow is a batch of 200 rows without the network.
func BenchmarkMultishow(b *testing.B) {
	up := compiled(b, musicSDL, musicSpec())
	var items []string
	var rows [][]byte
	for i := range 200 {
		items = append(items, fmt.Sprintf(`{"id":%d,"title":"title of the song %d","stream_url":"http://songs.test/%d","artist_ids":[%d,%d]}`, i, i, i, i, i+1))
		rows = append(rows, fmt.Appendf(nil, `{"__typename":"Song","id":"%d"}`, i))
	}
	h := newHarness(b, up, TransportFunc(func(context.Context, *HTTPRequest) (*HTTPResponse, error) {
		return &HTTPResponse{Status: 200, Body: []byte("[" + strings.Join(items, ",") + "]")}, nil
	}))
	p := h.prepare(&subgraphs.FetchSpec{Facet: "Song", Entries: []subgraphs.Entry{h.entry("Song", "title streamUrl artists { id }")}})
	call := &subgraphs.Call{Rows: [][][]byte{rows}}
	b.ReportAllocs()
	for b.Loop() {
		p.Fetch(context.Background(), call).Release()
	}
}
