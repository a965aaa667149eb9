package template

import (
	"encoding/json"
	"errors"
	"net/url"
	"slices"
	"strings"
	"testing"
)

func TestPairs(t *testing.T) {
	for _, c := range []struct {
		value string
		style Style
		want  string // "" for nothing
	}{
		{`1`, Repeat, "a=1"},
		{`1.0e+3`, Repeat, "a=1.0e%2B3"},
		{`12345678901234567890`, Repeat, "a=12345678901234567890"},
		{`false`, Repeat, "a=false"},
		{`0`, Repeat, "a=0"},
		{`""`, Repeat, "a="},
		{`null`, Repeat, ""},
		{``, Repeat, ""},
		{`"x&b=1#é +%"`, Repeat, "a=x%26b%3D1%23%C3%A9%20%2B%25"},
		{`"line\nbreak"`, Repeat, "a=line%0Abreak"},
		{`[1,"2",null,true]`, Repeat, "a=1&a=2&a=true"},
		{`[]`, Repeat, ""},
		{`[null]`, Comma, ""},
		{`[1,"2,3",null,true]`, Comma, "a=1,2%2C3,true"},
		{`[ "" , "x" ]`, Comma, "a=,x"},
		{`[1,2]`, Brackets, "a%5B%5D=1&a%5B%5D=2"},
		{`[1,null,2]`, Index, "a%5B0%5D=1&a%5B2%5D=2"},
		{`["x|y",2]`, Pipe, "a=x%7Cy%7C2"},
		{`["x",2]`, Space, "a=x%202"},
		{`[1, {"b": "c d"}]`, JSON, "a=%5B1%2C%20%7B%22b%22%3A%20%22c%20d%22%7D%5D"},
		{`"x"`, JSON, "a=x"},
		{`{"k":1,"l":{"m":"n"},"o":null}`, Repeat, "a%5Bk%5D=1&a%5Bl%5D%5Bm%5D=n"},
		{`{"k]=&":1}`, Repeat, "a%5Bk%5D%3D%26%5D=1"},
		{`{"k":[1,2]}`, Repeat, "a%5Bk%5D=1&a%5Bk%5D=2"},
		{`{"k":[1,2]}`, Comma, "a%5Bk%5D=1,2"},
		{`{"k":[1,2]}`, Brackets, "a%5Bk%5D%5B%5D=1&a%5Bk%5D%5B%5D=2"},
		{`[{"k":1},{"k":2}]`, Repeat, "a%5B0%5D%5Bk%5D=1&a%5B1%5D%5Bk%5D=2"},
		{`[{"k":1}]`, Brackets, "a%5B%5D%5Bk%5D=1"},
		{`{}`, Repeat, ""},
	} {
		p := Pairs{Buf: []byte("/x"), Separator: '?'}
		if err := p.Add("a", []byte(c.value), c.style); err != nil {
			t.Errorf("%s as %s: %v", c.value, c.style, err)
			continue
		}
		want := "/x"
		if c.want != "" {
			want += "?" + c.want
		}
		if string(p.Buf) != want {
			t.Errorf("%s as %s: %s, not %s", c.value, c.style, p.Buf, want)
		}
	}
}

func TestPairsRefuseValues(t *testing.T) {
	for _, c := range []struct {
		value  string
		style  Style
		reason string
	}{
		{`[{"a":1}]`, Comma, "list style"},
		{`[[1]]`, Pipe, "list style"},
		{`[1,`, Repeat, "not JSON"},
		{`[1 2]`, Repeat, "not JSON"},
		{`[1]]`, Repeat, "not JSON"},
		{`{"a" 1}`, Repeat, "not JSON"},
		{`{1:1}`, Repeat, "not JSON"},
		{`{"a":1`, JSON, "not JSON"},
		{`x`, Repeat, "not JSON"},
		{`"x`, Repeat, "not JSON"},
		{strings.Repeat("[", 100) + strings.Repeat("]", 100), Repeat, "not JSON"},
	} {
		p := Pairs{Buf: []byte("/x?b=1"), Separator: '&'}
		err := p.Add("a", []byte(c.value), c.style)
		var e *ValueError
		if !errors.As(err, &e) || e.Where != "a" || !strings.Contains(e.Reason, c.reason) {
			t.Errorf("%s as %s: %v", c.value, c.style, err)
		}
		if string(p.Buf) != "/x?b=1" {
			t.Errorf("%s as %s: left %s", c.value, c.style, p.Buf)
		}
	}
}

func TestPairsInForm(t *testing.T) {
	var p Pairs
	p.AddText("grant type", "client & secret")
	if err := p.Add("n", []byte(`[1,2]`), Repeat); err != nil {
		t.Fatal(err)
	}
	if got, want := string(p.Buf), "grant%20type=client%20%26%20secret&n=1&n=2"; got != want {
		t.Errorf("%s, not %s", got, want)
	}
}

func TestPairsDoNotAllocate(t *testing.T) {
	value := []byte(`{"k":["é",2],"l":{"m":[{"n":1}]}}`)
	p := Pairs{Buf: make([]byte, 0, 1024)}
	if n := testing.AllocsPerRun(100, func() {
		p.Buf, p.Separator = p.Buf[:0], 0
		if err := p.Add("name", value, Brackets); err != nil {
			t.Fatal(err)
		}
	}); n > 0 {
		t.Errorf("%v allocations", n)
	}
}

func TestParseStyle(t *testing.T) {
	for s := Repeat; s <= JSON; s++ {
		if got, ok := ParseStyle(s.String()); !ok || got != s {
			t.Errorf("%s is %s", s, got)
		}
	}
	if _, ok := ParseStyle("pipes"); ok {
		t.Error("pipes is a style")
	}
}

func TestSplit(t *testing.T) {
	path, params, err := Split("/users/{id}?ids={$batch.id}&state=open%20now&x={id}&q={ $args.q->joinNotNull('}&') }&e=")
	if err != nil {
		t.Fatal(err)
	}
	want := []Param{
		{Name: "ids", Value: "$batch.id", Expression: true, Offset: 17},
		{Name: "state", Value: "open now", Offset: 34},
		{Name: "x", Value: "id", Expression: true, Bare: true, Offset: 48},
		{Name: "q", Value: " $args.q->joinNotNull('}&') ", Expression: true, Offset: 55},
		{Name: "e", Offset: 87},
	}
	if path != "/users/{id}" || !slices.Equal(params, want) {
		t.Errorf("%s with %+v", path, params)
	}
	if path, params, err := Split("/a/{b?}"); path != "/a/{b?}" || params != nil || err != nil {
		t.Errorf("%s with %v, %v", path, params, err)
	}
	for text, column := range map[string]int{
		"/a?": 2, "/a?b": 4, "/a?=b": 3, "/a?b=1&": 6, "/a?b={c": 5, "/a?b={c}d": 8, "/a?b=x{c}": 6, "/a?{b}=c": 3, "/a?b={}": 5, "/a?b=%2": 5, "/a?%2=b": 3, "/a?b=1#c": 6,
	} {
		var e *SyntaxError
		if _, _, err := Split(text); !errors.As(err, &e) || e.Offset != column {
			t.Errorf("%s: %v", text, err)
		}
	}
}

// A value is nothing but the values of its own parameter.
func FuzzPairs(f *testing.F) {
	for i, s := range []string{`"a&b=c"`, `[1,"x=y&z",null]`, `{"a]":{"b":[1,{"c":2}]}}`, `[[1],[2]]`, `"\u0000\ud83d\ude00"`, `[`, `{"a":1,}`} {
		f.Add("name[x]", s, uint8(i))
	}
	f.Fuzz(func(t *testing.T, name, value string, style uint8) {
		p := Pairs{Buf: []byte("https://h/p"), Separator: '?'}
		p.AddText("before", "1")
		before := string(p.Buf)
		if err := p.Add(name, []byte(value), Style(style%uint8(JSON+1))); err != nil {
			if string(p.Buf) != before {
				t.Fatalf("left %q", p.Buf)
			}
			return
		}
		p.AddText("after", "2")
		u, err := url.Parse(string(p.Buf))
		if err != nil || u.Host != "h" || u.Path != "/p" || u.Fragment != "" {
			t.Fatalf("%q: %v", p.Buf, err)
		}
		query, err := url.ParseQuery(u.RawQuery)
		if err != nil {
			t.Fatalf("%q: %v", p.Buf, err)
		}
		for key := range query {
			if key != "before" && key != "after" && key != name && !strings.HasPrefix(key, name+"[") {
				t.Fatalf("%q holds the parameter %q", p.Buf, key)
			}
		}
		if name == "before" || name == "after" {
			return
		}
		if len(query["before"]) != 1 || len(query["after"]) != 1 {
			t.Fatalf("%q", p.Buf)
		}
		var text string
		if json.Unmarshal([]byte(value), &text) == nil && strings.HasPrefix(strings.TrimSpace(value), `"`) && query.Get(name) != text {
			t.Fatalf("%q became %q", value, query.Get(name))
		}
	})
}

func FuzzSplit(f *testing.F) {
	f.Add("/users?ids={$batch.id}&a=b")
	f.Add("/a?b={c->d('}')}&e=%20")
	f.Fuzz(func(t *testing.T, text string) {
		path, params, err := Split(text)
		if err != nil {
			var e *SyntaxError
			if !errors.As(err, &e) || e.Offset < 0 || e.Offset > len(text) {
				t.Fatalf("%q: %v", text, err)
			}
			return
		}
		if !strings.HasPrefix(text, path) {
			t.Fatalf("%q has the path %q", text, path)
		}
		for _, p := range params {
			if p.Name == "" || p.Expression && text[p.Offset:p.Offset+len(p.Value)] != p.Value {
				t.Fatalf("%q: %+v", text, p)
			}
		}
	})
}
