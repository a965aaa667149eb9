package template

import (
	"errors"
	"net/textproto"
	"strings"
	"testing"
)

func TestBase(t *testing.T) {
	for _, c := range []struct{ raw, origin, path string }{
		{"http://API.example", "http://api.example:80", ""},
		{"https://api.example/", "https://api.example:443", ""},
		{"https://api.example:8443/v1/", "https://api.example:8443", "/v1"},
		{"h2c://[::1]:80/a%20b", "h2c://[::1]:80", "/a%20b"},
		{"unix:///run/x.sock?path=/api/", "unix:///run/x.sock", "/api"},
		{"unix:///run/x.sock", "unix:///run/x.sock", ""},
	} {
		b, err := ParseBase(c.raw)
		if err != nil || b.Origin() != c.origin || b.Path() != c.path {
			t.Errorf("%s: %+v, %v", c.raw, b, err)
		}
	}
	for _, raw := range []string{"", "api.example/x", "ftp://x", "http://", "http://u:secret@x", "http://x?a=b", "http://x#f", "http://x/a/../b", "http://x/%2e%2e", "unix://x/y", "unix:///x?path=y", "http://x/\n", "http://u:secret@x/%zz"} {
		_, err := ParseBase(raw)
		if err == nil {
			t.Errorf("%q is a base", raw)
		} else if strings.Contains(err.Error(), "secret") {
			t.Errorf("%q: %v", raw, err)
		}
	}
}

func TestBaseCheck(t *testing.T) {
	b, err := ParseBase("https://api.example/v1")
	if err != nil {
		t.Fatal(err)
	}
	for target, want := range map[string]bool{
		"/v1/":                        true,
		"/v1/users?x=../..":           true,
		"/v1/a%2Fb":                   true,
		"/v1/a.b/c":                   true,
		"/v1":                         false,
		"/v10/x":                      false,
		"/v2/x":                       false,
		"/v1/../v2":                   false,
		"/v1/%2e%2e/v2":               false,
		"/v1/%252e%252e/v2":           false,
		"/v1/a%2f..%2f..%2f..%2fv2":   false,
		"/v1/a%252f%252e%252e%252fb":  false,
		"/v1/x y":                     false,
		"/v1/x\r\nHost: evil":         false,
		"/v1/x#y":                     false,
		"/v1/x\\..\\y":                false,
		"https://evil.example/v1/x":   false,
		"//evil.example/v1/x":         false,
		"@evil.example/v1/x":          false,
		"/v1/..;/admin":               false,
		"/v1/%2e%2e%3b/admin":         false,
		"/v1/x/%E2%80%AE/y?z=%0d%0aQ": true,
	} {
		if got := b.Check([]byte(target)) == nil; got != want {
			t.Errorf("%q: %v", target, got)
		}
	}
	root, err := ParseBase("https://api.example")
	if err != nil {
		t.Fatal(err)
	}
	if root.Check([]byte("//evil.example/x")) == nil {
		t.Error("a target may begin with two slashes")
	}
}

func TestFollow(t *testing.T) {
	b, err := ParseBase("https://api.example:443/v1")
	if err != nil {
		t.Fatal(err)
	}
	for link, want := range map[string]string{
		"/v1/users?page=2":                    "/v1/users?page=2",
		"?page=2":                             "/v1/users?page=2",
		"https://api.example/v1/users?page=2": "/v1/users?page=2",
		"https://API.example:443":             "/",
		"/internal/users":                     "/internal/users",
		"http://api.example/v1/users":         "",
		"https://api.example:8443/v1/users":   "",
		"https://evil.example/v1/users":       "",
		"//evil.example/v1/users":             "",
		"https://u:p@api.example/v1/users":    "",
		"mailto:a@b":                          "",
		"javascript:1":                        "",
		"%zz":                                 "",
		"/v1/%2e%2e/x":                        "",
	} {
		got, err := b.Follow("/v1/users?page=1", link)
		if got != want || (err == nil) != (want != "") {
			t.Errorf("%s leads to %q, %v", link, got, err)
		}
	}
	unix, err := ParseBase("unix:///run/x.sock?path=/api")
	if err != nil {
		t.Fatal(err)
	}
	if got, err := unix.Follow("/api/a", "/api/b?c=d"); got != "/api/b?c=d" || err != nil {
		t.Errorf("%q, %v", got, err)
	}
	if got, err := unix.Follow("/api/a", "http://x/api/b"); err == nil {
		t.Errorf("leads to %q", got)
	}
}

func TestHeader(t *testing.T) {
	for _, c := range []struct{ value, want string }{
		{`"a b"`, "a b"}, {`12`, "12"}, {`true`, "true"}, {`null`, ""}, {``, ""}, {`"é"`, "é"},
		{`"  a\t"`, "a"}, {`["a", null, 2]`, "a, 2"}, {`[]`, ""}, {`"a,b"`, "a,b"},
	} {
		got, err := AppendHeader([]byte("x: "), "x", []byte(c.value))
		if err != nil || string(got) != "x: "+c.want {
			t.Errorf("%s: %q, %v", c.value, got, err)
		}
	}
	for _, value := range []string{`"a\r\nEvil: 1"`, `"a\nb"`, `"\u0000"`, `"\u007f"`, `{"a":1}`, `["a,b"]`, `["a\"b"]`, `[[1]]`, `[1`, `x`} {
		got, err := AppendHeader([]byte("x: "), "x", []byte(value))
		var e *ValueError
		if !errors.As(err, &e) || string(got) != "x: " {
			t.Errorf("%s: %q, %v", value, got, err)
		}
	}
	for name, want := range map[string]bool{
		"authorization": true, "X-Api-Key": true, "": false, "a b": false, "a:b": false, "a\r\nb": false, "é": false,
		"Host": false, "content-LENGTH": false, "Transfer-Encoding": false, "connection": false, "content-encoding": false, "te": false,
	} {
		if got := CheckHeaderName(name) == nil; got != want {
			t.Errorf("%q may be set: %v", name, got)
		}
	}
}

// A value never ends its line.
func FuzzHeader(f *testing.F) {
	f.Add(`"a"`)
	f.Add(`["a", "\r\n"]`)
	f.Fuzz(func(t *testing.T, value string) {
		got, err := AppendHeader(nil, "x", []byte(value))
		if err != nil {
			return
		}
		if strings.ContainsAny(string(got), "\r\n\x00") || textproto.TrimString(string(got)) != string(got) {
			t.Fatalf("%q became %q", value, got)
		}
	})
}
