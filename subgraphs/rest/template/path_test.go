package template

import (
	"errors"
	"net/url"
	"strings"
	"testing"
)

func from(values ...string) func(int) ([]byte, bool) {
	return func(i int) ([]byte, bool) {
		if i >= len(values) || values[i] == "absent" {
			return nil, false
		}
		return []byte(values[i]), true
	}
}

func TestPathReferences(t *testing.T) {
	p, err := ParsePath("/a/{id}/b-{$args.page}.json/{$this.x.y}/{$batch.id}/{$config.v}/{$env.REGION}/{+rest}", Options{MultiSegment: true})
	if err != nil {
		t.Fatal(err)
	}
	want := []struct {
		text  string
		root  Root
		multi bool
	}{{"id", Bare, false}, {"$args.page", Args, false}, {"$this.x.y", This, false}, {"$batch.id", Batch, false}, {"$config.v", Config, false}, {"$env.REGION", Env, false}, {"rest", Bare, true}}
	refs := p.References()
	if len(refs) != len(want) {
		t.Fatalf("%d references", len(refs))
	}
	for i, w := range want {
		r := refs[i]
		if r.String() != w.text || r.Root != w.root || r.Multi != w.multi {
			t.Errorf("reference %d is %v", i, r)
		}
		if got := p.String()[r.Offset : r.Offset+r.Length]; !strings.HasSuffix(got, w.text+"}") || got[0] != '{' {
			t.Errorf("reference %d stands at %q", i, got)
		}
	}
}

func TestPathSyntax(t *testing.T) {
	for _, c := range []struct {
		text    string
		column  int // counted from 0
		message string
	}{
		{"", 0, "begins with a slash"},
		{"users", 0, "begins with a slash"},
		{"https://x/users", 0, "begins with a slash"},
		{"//evil.example/x", 1, "is empty"},
		{"/a//b", 3, "is empty"},
		{"/a/../b", 3, "leads elsewhere"},
		{"/a/%2e%2E", 3, "leads elsewhere"},
		{"/a/./b", 3, "leads elsewhere"},
		{"/a/{", 3, "without its }"},
		{"/a/}", 3, "without its {"},
		{"/a/{}", 4, "empty"},
		{"/a/{a b}", 4, "not a name"},
		{"/a/{a.}", 6, "not a name"},
		{"/a/{$args}", 4, "followed by a name"},
		{"/a/{$arg.x}", 4, "unknown variable $arg"},
		{"/a/{+x}", 4, "not allowed here"},
		{"/a%2/b", 2, "hexadecimal"},
		{"/a#b", 2, "fragment"},
		{"/a?b", 2, "no query"},
		{`/a\b`, 2, "backslash"},
		{"/a\r\n", 2, "control"},
	} {
		_, err := ParsePath(c.text, Options{})
		var e *SyntaxError
		if !errors.As(err, &e) {
			t.Errorf("%q: %v", c.text, err)
			continue
		}
		if e.Offset != c.column || !strings.Contains(e.Message, c.message) {
			t.Errorf("%q: at %d: %s", c.text, e.Offset, e.Message)
		}
	}
}

func TestPathRendering(t *testing.T) {
	for _, c := range []struct {
		text   string
		values []string
		want   string
	}{
		{"/", nil, "/"},
		{"/users/", nil, "/users/"},
		{"/users/{id}", []string{`"42"`}, "/users/42"},
		{"/users/{id}/", []string{`42`}, "/users/42/"},
		{"/users/{id}", []string{`1.50`}, "/users/1.50"},
		{"/users/{id}", []string{` true `}, "/users/true"},
		{"/users/{id}", []string{`0`}, "/users/0"},
		{"/users/{id}", []string{`1e+5`}, "/users/1e%2B5"},
		{"/users/{id}", []string{`"a/b"`}, "/users/a%2Fb"},
		{"/users/{id}", []string{`"a?b#c&d=e"`}, "/users/a%3Fb%23c%26d%3De"},
		{"/users/{id}", []string{`"A-Z.a~z_"`}, "/users/A-Z.a~z_"},
		{"/users/{id}", []string{`"\u00e9\ud83d\ude00 ü"`}, "/users/%C3%A9%F0%9F%98%80%20%C3%BC"},
		{"/users/{id}", []string{`"50%2foff"`}, "/users/50%252foff"},
		{"/users/{id}", []string{`"..."`}, "/users/..."},
		{"/users/{id}", []string{`"a..b"`}, "/users/a..b"},
		{"/v{$args.v}.{$args.w}/x", []string{`1`, `2`}, "/v1.2/x"},
		{"/a b/ü/{id}", []string{`1`}, "/a%20b/%C3%BC/1"},
		{"/a:b@c,d;e=f%2Fg/{id}", []string{`1`}, "/a:b@c,d;e=f%2Fg/1"},
		{"/users/{$batch.id}", []string{`["a,b", 2, true]`}, "/users/a%2Cb,2,true"},
		{"/users/{$batch.id}", []string{`7`}, "/users/7"},
		{"/files/{+path}", []string{`"a/b c/d"`}, "/files/a/b%20c/d"},
	} {
		p, err := ParsePath(c.text, Options{MultiSegment: true})
		if err != nil {
			t.Fatal(err)
		}
		got, err := p.Append([]byte("GET "), from(c.values...))
		if err != nil || string(got) != "GET "+c.want {
			t.Errorf("%s with %v: %s, %v", c.text, c.values, got, err)
		}
	}
}

func TestPathRefusesValues(t *testing.T) {
	long := `"` + strings.Repeat("x", maxPathValue+1) + `"`
	for _, c := range []struct{ text, value, reason string }{
		{"/users/{id}", `""`, "is empty"},
		{"/users/{id}", `"."`, "another path"},
		{"/users/{id}", `".."`, "another path"},
		{"/users/{id}", `"%2e%2e"`, "another path"},
		{"/users/{id}", `"%252e%252e"`, "another path"},
		{"/users/{id}", `"%2E."`, "another path"},
		{"/users/{id}", `"a/../../b"`, "another path"},
		{"/users/{id}", `"a\\..\\b"`, "another path"},
		{"/users/{id}", `"..%2fadmin"`, "another path"},
		{"/users/{id}", `"..;x=y"`, "another path"},
		{"/users/.{id}", `"."`, "another path"},
		{"/users/.{id}", `";x"`, "another path"},
		{"/users/%2e{id}", `"%2e"`, "another path"},
		{"/users/{id}/x", `"..\u002f"`, "another path"},
		{"/users/{id}", `"a\nb"`, "control characters"},
		{"/users/{id}", `"a\u0000b"`, "control characters"},
		{"/users/{id}", `"a\u007fb"`, "control characters"},
		{"/users/{id}", long, "2 KiB"},
		{"/users/{id}", `{"a":1}`, "object or a list"},
		{"/users/{id}", `[1]`, "object or a list"},
		{"/users/{id}", `null`, "is null"},
		{"/users/{id}", `absent`, "is missing"},
		{"/users/{id}", `"\ud800"`, "not JSON"},
		{"/users/{id}", "\"\xff\"", "not JSON"},
		{"/users/{id}", `1 2`, "not JSON"},
		{"/users/{id}", `nul`, "not JSON"},
		{"/users/{id}", `01`, "not JSON"},
		{"/users/{$batch.id}", `[]`, "is empty"},
		{"/users/{$batch.id}", `["", 1]`, "is empty"},
		{"/users/{$batch.id}", `[[1]]`, "object or a list"},
		{"/users/{$batch.id}", `[1`, "not JSON"},
		{"/users/{+id}", `"/a"`, "empty segment"},
		{"/users/{+id}", `"a//b"`, "empty segment"},
		{"/users/{+id}", `"a/"`, "empty segment"},
		{"/users/{+id}", `"a/../b"`, "another path"},
		{"/users/{+id}/x", `"a/.."`, "another path"},
	} {
		p, err := ParsePath(c.text, Options{MultiSegment: true})
		if err != nil {
			t.Fatal(err)
		}
		got, err := p.Append([]byte("GET "), from(c.value))
		var e *ValueError
		if !errors.As(err, &e) || e.Code() != "BAD_USER_INPUT" || !strings.Contains(e.Reason, c.reason) {
			t.Errorf("%s with %.40s: %s, %v", c.text, c.value, got, err)
			continue
		}
		if string(got) != "GET " {
			t.Errorf("%s with %.40s: left %q", c.text, c.value, got)
		}
		if e.Where != p.wheres[0] {
			t.Errorf("%s with %.40s: blames %s", c.text, c.value, e.Where)
		}
	}
}

func TestPathDoesNotAllocate(t *testing.T) {
	p, err := ParsePath("/users/{id}/songs/{$args.page}", Options{})
	if err != nil {
		t.Fatal(err)
	}
	values := from(`"1.5 % of ü"`, `12`)
	dst := make([]byte, 0, 1024)
	if n := testing.AllocsPerRun(100, func() { dst, _ = p.Append(dst[:0], values) }); n > 2 { // the test's own []byte(string)
		t.Errorf("%v allocations", n)
	}
}

// Whatever the values: the path has as many segments as the template, none of
// which leads elsewhere, and each decodes to what the value was.
func FuzzPath(f *testing.F) {
	f.Add("/users/{id}/x{$args.y}z", `"a/b"`, `12`)
	f.Add("/users/{id}/{y}", `"%2e%2e"`, `".."`)
	f.Add("/a/.{id}{y}/", `"."`, `";"`)
	f.Add("/{$batch.id}/{y}", `["a",1]`, `"\ud83d\ude00"`)
	f.Add("/%41/{a}{b}", `"%"`, `"25"`)
	f.Fuzz(func(t *testing.T, text, a, b string) {
		p, err := ParsePath(text, Options{})
		if err != nil {
			var e *SyntaxError
			if !errors.As(err, &e) || e.Offset < 0 || e.Offset > len(text) {
				t.Fatalf("%q: %v", text, err)
			}
			return
		}
		base, err := ParseBase("https://api.example:8443/v1")
		if err != nil {
			t.Fatal(err)
		}
		values := func(i int) ([]byte, bool) {
			if i%2 == 0 {
				return []byte(a), true
			}
			return []byte(b), true
		}
		target, err := base.Append(nil, p, values)
		if err != nil {
			var e *ValueError
			if !errors.As(err, &e) {
				t.Fatalf("%v", err)
			}
			return
		}
		if err := base.Check(target); err != nil {
			t.Fatalf("%q with %q, %q: %q: %v", text, a, b, target, err)
		}
		u, err := url.Parse(base.Origin() + string(target))
		if err != nil {
			t.Fatalf("%q: %v", target, err)
		}
		if u.Scheme != "https" || u.Host != "api.example:8443" || u.User != nil || u.RawQuery != "" || u.Fragment != "" {
			t.Fatalf("%q with %q, %q leads to %s", text, a, b, u)
		}
		// Braces hold no slash.
		if got, want := strings.Count(u.EscapedPath(), "/"), strings.Count(text, "/")+1; got != want {
			t.Fatalf("%q with %q, %q: %q has %d segments, not %d", text, a, b, target, got, want)
		}
		if clean := u.JoinPath(); clean.EscapedPath() != u.EscapedPath() {
			t.Fatalf("%q with %q, %q: %q is in truth %q", text, a, b, target, clean.EscapedPath())
		}
	})
}
