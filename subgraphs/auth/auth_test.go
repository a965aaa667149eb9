package auth

import (
	"bytes"
	"context"
	"crypto/hmac"
	"crypto/sha256"
	"crypto/sha512"
	"encoding/base64"
	"encoding/hex"
	"encoding/json"
	"fmt"
	"log/slog"
	"net/url"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/google/go-cmp/cmp/cmpopts"

	"github.com/weft-graphql/weft/subgraphs"
)

var noon = time.Date(2026, 11, 21, 12, 0, 0, 0, time.UTC)

func apply(t *testing.T, s Settings, r *Request) {
	t.Helper()
	p := Pool{Now: func() time.Time { return noon }}
	h, err := p.Acquire(s)
	if err != nil {
		t.Fatal(err)
	}
	defer h.Release()
	if err := h.Apply(context.Background(), r); err != nil {
		t.Fatal(err)
	}
	if h.Rejected(context.Background(), r) {
		t.Error("fixed credentials are worth a repetition")
	}
}

func TestFixedCredentials(t *testing.T) {
	type fields = []subgraphs.HeaderField
	for name, c := range map[string]struct {
		settings Settings
		header   fields // before
		target   string
		want     fields
	}{
		"nothing": {Settings{}, fields{{Name: "A", Value: "b"}}, "/x", fields{{Name: "A", Value: "b"}}},
		"basic":   {Settings{Basic: &Basic{"Aladdin", "open sesame"}}, nil, "/x", fields{{Name: "Authorization", Value: "Basic QWxhZGRpbjpvcGVuIHNlc2FtZQ=="}}},
		"bearer": {Settings{Bearer: "t"}, fields{{Name: "authorization", Value: "Bearer client's"}, {Name: "A", Value: "b"}, {Name: "AUTHORIZATION", Value: "x"}}, "/x",
			fields{{Name: "Authorization", Value: "Bearer t"}, {Name: "A", Value: "b"}}},
		"key in header": {Settings{APIKey: &APIKey{InHeader, "X-Key", "k"}}, nil, "/x", fields{{Name: "X-Key", Value: "k"}}},
		"key in cookie": {Settings{APIKey: &APIKey{InCookie, "sid", "k"}}, fields{{Name: "cookie", Value: "a=b; sid=forged; c=d"}}, "/x",
			fields{{Name: "Cookie", Value: "sid=k; a=b; c=d"}}},
		"key in query": {Settings{APIKey: &APIKey{InQuery, "api key", "a&b c"}}, nil, "/x?api%20key=a%26b%20c", nil},
		"both":         {Settings{APIKey: &APIKey{InQuery, "k", "v"}, Bearer: "t"}, nil, "/x?k=v", fields{{Name: "Authorization", Value: "Bearer t"}}},
	} {
		t.Run(name, func(t *testing.T) {
			r := &Request{Method: "GET", Host: "h", Target: "/x", Header: c.header}
			apply(t, c.settings, r)
			if r.Target != c.target {
				t.Errorf("target %s", r.Target)
			}
			if diff := cmp.Diff(c.want, r.Header, cmpopts.EquateEmpty()); diff != "" {
				t.Errorf("(-want +got):\n%s", diff)
			}
			// A repetition looks the same.
			apply(t, c.settings, r)
			if r.Target != c.target {
				t.Errorf("target %s after a repetition", r.Target)
			}
			if diff := cmp.Diff(c.want, r.Header, cmpopts.EquateEmpty()); diff != "" {
				t.Errorf("after a repetition (-want +got):\n%s", diff)
			}
		})
	}
	r := &Request{Target: "/x?a=b"}
	apply(t, Settings{APIKey: &APIKey{InQuery, "k", "v"}}, r)
	if u, err := url.Parse(r.Target); err != nil || u.Query().Get("k") != "v" || u.Query().Get("a") != "b" {
		t.Errorf("target %s", r.Target)
	}
}

func TestSettingsThatCannotBe(t *testing.T) {
	sign := func(change func(*HMAC)) Settings {
		h := &HMAC{Secret: "s", Header: "X-Signature", Sign: []string{"path"}}
		change(h)
		return Settings{HMAC: h}
	}
	for name, s := range map[string]Settings{
		"colon":        {Basic: &Basic{"a:b", "hunter2"}},
		"line break":   {Bearer: "hunter2\r\nX: y"},
		"key name":     {APIKey: &APIKey{Value: "hunter2"}},
		"key value":    {APIKey: &APIKey{InHeader, "k", "hunter2\n"}},
		"cookie":       {APIKey: &APIKey{InCookie, "k", "hunter2; b=c"}},
		"token url":    {OAuth2: &OAuth2{TokenURL: "ftp://x", ClientSecret: "hunter2"}},
		"no secret":    sign(func(h *HMAC) { h.Secret = "" }),
		"no header":    sign(func(h *HMAC) { h.Header = "" }),
		"nothing":      sign(func(h *HMAC) { h.Sign = nil }),
		"unknown part": sign(func(h *HMAC) { h.Sign = []string{"pth"} }),
		"no name":      sign(func(h *HMAC) { h.Sign = []string{"header:"} }),
		"date header":  sign(func(h *HMAC) { h.Sign = []string{"date"} }),
		"date format":  sign(func(h *HMAC) { h.DateFormat = "iso8601" }),
		"key header":   sign(func(h *HMAC) { h.KeyID = "k" }),
		"prefix":       sign(func(h *HMAC) { h.Prefix = "a\n" }),
	} {
		var p Pool
		_, err := p.Acquire(s)
		if err == nil {
			t.Errorf("%s: no error", name)
		} else if strings.Contains(err.Error(), "hunter2") {
			t.Errorf("%s: %v", name, err)
		}
		if p.Len() != 0 {
			t.Errorf("%s: a source is left", name)
		}
	}
}

func TestHMAC(t *testing.T) {
	body := []byte(`{"a":1}`)
	r := &Request{Method: "POST", Host: "API.example", Target: "/a%20b?c=d&e", Body: body, Header: []subgraphs.HeaderField{{Name: "x-tenant", Value: " t "}}}
	apply(t, Settings{HMAC: &HMAC{Secret: "key", Header: "X-Signature", Prefix: "v1=", DateHeader: "X-Date", DigestHeader: "X-Digest", KeyID: "id", KeyHeader: "X-Key-Id",
		Sign: []string{"method", "host", "path", "query", "date", "digest", "header:X-Tenant"}}}, r)
	sum := sha256.Sum256(body)
	digest := hex.EncodeToString(sum[:])
	mac := hmac.New(sha256.New, []byte("key"))
	mac.Write([]byte("POST\napi.example\n/a%20b\nc=d&e\n2026-11-21T12:00:00Z\n" + digest + "\nt"))
	want := []subgraphs.HeaderField{{Name: "x-tenant", Value: " t "}, {Name: "X-Key-Id", Value: "id"}, {Name: "X-Date", Value: "2026-11-21T12:00:00Z"},
		{Name: "X-Digest", Value: digest}, {Name: "X-Signature", Value: "v1=" + hex.EncodeToString(mac.Sum(nil))}}
	if diff := cmp.Diff(want, r.Header); diff != "" {
		t.Errorf("(-want +got):\n%s", diff)
	}

	r = &Request{Method: "GET", Host: "h", Target: "/x", Header: []subgraphs.HeaderField{{Name: "date", Value: "forged"}}}
	apply(t, Settings{APIKey: &APIKey{InQuery, "k", "v"}, HMAC: &HMAC{Secret: "key", Header: "Authorization", SHA512: true, Base64: true, DateHeader: "Date", DateFormat: "http", Sign: []string{"query", "date"}}}, r)
	mac = hmac.New(sha512.New, []byte("key"))
	mac.Write([]byte("k=v\nSat, 21 Nov 2026 12:00:00 GMT"))
	if got, want := r.get("Authorization"), base64.StdEncoding.EncodeToString(mac.Sum(nil)); got != want {
		t.Errorf("%s, not %s", got, want)
	}

	r = &Request{Method: "GET", Target: "/x"}
	apply(t, Settings{HMAC: &HMAC{Secret: "key", Header: "S", DateHeader: "Date", DateFormat: "unix", Sign: []string{"date", "digest"}}}, r)
	empty := sha256.Sum256(nil)
	mac = hmac.New(sha256.New, []byte("key"))
	mac.Write([]byte("1795262400\n" + hex.EncodeToString(empty[:])))
	if got := r.get("S"); got != hex.EncodeToString(mac.Sum(nil)) || r.get("Date") != "1795262400" {
		t.Errorf("%v", r.Header)
	}
}

// No way of printing shows a secret.
func TestSecretsAreMasked(t *testing.T) {
	s := Settings{
		Basic: &Basic{"u", "hunter2"}, Bearer: "hunter2", APIKey: &APIKey{Value: "hunter2"},
		OAuth2: &OAuth2{ClientSecret: "hunter2", Params: []Param{{"p", "hunter2"}}}, HMAC: &HMAC{Secret: "hunter2"},
	}
	var log bytes.Buffer
	slog.New(slog.NewJSONHandler(&log, nil)).Info("x", "settings", s, "secret", s.Bearer)
	slog.New(slog.NewTextHandler(&log, nil)).Info("x", "secret", s.Bearer)
	text, err := json.Marshal(s)
	if err != nil {
		t.Fatal(err)
	}
	for _, shown := range []string{
		fmt.Sprintf("%v %+v %#v %s %q %x %d", s.Bearer, s.Bearer, s.Bearer, s.Bearer, s.Bearer, s.Bearer, s.Bearer),
		fmt.Sprintf("%v %+v %#v", *s.Basic, *s.Basic, *s.Basic), fmt.Sprintf("%v %+v %#v", *s.OAuth2, *s.OAuth2, *s.OAuth2),
		string(text), log.String(), s.Bearer.String(), s.Bearer.GoString(),
	} {
		if strings.Contains(shown, "hunter2") || strings.Contains(shown, hex.EncodeToString([]byte("hunter2"))) {
			t.Errorf("shown: %s", shown)
		}
	}
}
