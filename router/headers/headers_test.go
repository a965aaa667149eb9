package headers

import (
	"net/http"
	"strings"
	"testing"

	"github.com/weft-graphql/weft/config"
)

func named(name string) config.HeaderRule {
	return config.HeaderRule{Propagate: &config.PropagateHeader{Named: name}}
}

func render(s *Set, h http.Header) string {
	var lines []string
	for _, f := range s.Append(nil, h) {
		lines = append(lines, f.Name+"="+f.Value)
	}
	return strings.Join(lines, " ")
}

func TestRules(t *testing.T) {
	client := http.Header{}
	for _, kv := range [][2]string{
		{"Authorization", "secret"}, {"X-A", "1"}, {"X-A", "2"}, {"X-B", "3"}, {"X-Debug", "yes"}, {"X-Hop", "hop"}, {"Connection", "close, x-hop"},
		{"Content-Length", "12"}, {"Content-Type", "application/json"}, {"Accept-Encoding", "br"}, {"Host", "evil"}, {"Te", "trailers"},
	} {
		client.Add(kv[0], kv[1])
	}
	fallback, empty := "none", ""
	for _, tt := range []struct {
		name  string
		rules []config.HeaderRule
		want  string
	}{
		{"named", []config.HeaderRule{named("authorization")}, "Authorization=secret"},
		{"several values", []config.HeaderRule{named("x-a")}, "X-A=1 X-A=2"},
		{"not sent", []config.HeaderRule{named("x-none")}, ""},
		{"order", []config.HeaderRule{named("x-b"), named("x-a")}, "X-B=3 X-A=1 X-A=2"},
		{"rename", []config.HeaderRule{{Propagate: &config.PropagateHeader{Named: "x-b", Rename: "x-c"}}}, "X-C=3"},
		{"default", []config.HeaderRule{{Propagate: &config.PropagateHeader{Named: "x-none", Default: &fallback}}}, "X-None=none"},
		{"default not needed", []config.HeaderRule{{Propagate: &config.PropagateHeader{Named: "x-b", Default: &fallback}}}, "X-B=3"},
		{"empty default", []config.HeaderRule{{Propagate: &config.PropagateHeader{Named: "x-none", Rename: "x-c", Default: &empty}}}, "X-C="},
		{"matching", []config.HeaderRule{{Propagate: &config.PropagateHeader{Matching: "^x-"}}}, "X-A=1 X-A=2 X-B=3 X-Debug=yes"},
		{"all", []config.HeaderRule{{Propagate: &config.PropagateHeader{Matching: ".*"}}}, "Authorization=secret X-A=1 X-A=2 X-B=3 X-Debug=yes"},
		{"nominated by connection", []config.HeaderRule{named("x-hop")}, ""},
		{"remove", []config.HeaderRule{{Propagate: &config.PropagateHeader{Matching: "^x-"}}, {Remove: &config.RemoveHeader{Named: "X-DEBUG"}}}, "X-A=1 X-A=2 X-B=3"},
		{"remove matching", []config.HeaderRule{named("authorization"), {Propagate: &config.PropagateHeader{Matching: "^x-"}}, {Remove: &config.RemoveHeader{Matching: "^x-[ab]$"}}}, "Authorization=secret X-Debug=yes"},
		{"remove before", []config.HeaderRule{{Remove: &config.RemoveHeader{Named: "x-b"}}, named("x-b")}, "X-B=3"},
		{"insert", []config.HeaderRule{{Insert: &config.InsertHeader{Name: "x-key", Value: "k"}}}, "X-Key=k"},
		{"insert replaces", []config.HeaderRule{named("x-a"), {Insert: &config.InsertHeader{Name: "X-A", Value: "k"}}}, "X-A=k"},
		{"once each", []config.HeaderRule{named("x-a"), {Propagate: &config.PropagateHeader{Matching: "^x-a$"}}}, "X-A=1 X-A=2"},
	} {
		t.Run(tt.name, func(t *testing.T) {
			table, err := Compile(&config.Headers{All: config.AllHeaders{Request: tt.rules}}, []string{"a"})
			if err != nil {
				t.Fatal(err)
			}
			if got := render(table.Sets[table.Of[0]], client); got != tt.want {
				t.Errorf("got  %s\nwant %s", got, tt.want)
			}
		})
	}
}

func TestTable(t *testing.T) {
	h := config.Headers{
		All: config.AllHeaders{Request: []config.HeaderRule{named("x-a")}},
		Subgraphs: []config.SubgraphHeaders{
			{Name: "b", Request: []config.HeaderRule{named("x-b")}},
			{Name: "d", Request: []config.HeaderRule{named("x-b")}},
		},
	}
	table, err := Compile(&h, []string{"a", "b", "c", "d"})
	if err != nil {
		t.Fatal(err)
	}
	if len(table.Sets) != 2 || table.Of[0] != table.Of[2] || table.Of[1] != table.Of[3] || table.Of[0] == table.Of[1] {
		t.Errorf("equal rules must share a set: %v", table.Of)
	}
	if got := render(table.Sets[table.Of[1]], http.Header{"X-A": {"1"}, "X-B": {"2"}}); got != "X-A=1 X-B=2" {
		t.Error(got)
	}
	table, err = Compile(&config.Headers{}, []string{"a"})
	if err != nil || len(table.Sets) != 0 || table.Of[0] != -1 {
		t.Errorf("%+v %v", table, err)
	}
}

func TestCompileErrors(t *testing.T) {
	for name, rule := range map[string]config.HeaderRule{
		"connection": named("connection"),
		"rename":     {Propagate: &config.PropagateHeader{Named: "x", Rename: "host"}},
		"insert":     {Insert: &config.InsertHeader{Name: "content-length", Value: "1"}},
		"pattern":    {Propagate: &config.PropagateHeader{Matching: "("}},
	} {
		if _, err := Compile(&config.Headers{All: config.AllHeaders{Request: []config.HeaderRule{rule}}}, []string{"a"}); err == nil {
			t.Errorf("%s was taken", name)
		}
	}
}

func BenchmarkAppend(b *testing.B) {
	table, err := Compile(&config.Headers{All: config.AllHeaders{Request: []config.HeaderRule{named("authorization")}}}, []string{"a"})
	if err != nil {
		b.Fatal(err)
	}
	client := http.Header{"Authorization": {"secret"}, "Accept": {"*/*"}}
	buf := table.Sets[0].Append(nil, client)
	b.ReportAllocs()
	for b.Loop() {
		buf = table.Sets[0].Append(buf[:0], client)
	}
}
