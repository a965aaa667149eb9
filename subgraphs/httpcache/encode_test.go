package httpcache

import (
	"bytes"
	"errors"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/google/go-cmp/cmp/cmpopts"
)

// byFields leaves out what an entry takes, which depends on where it came from.
var byFields = cmp.Options{cmp.AllowUnexported(Entry{}, varying{}), cmpopts.IgnoreFields(Entry{}, "text")}

func samples() []*Entry {
	return []*Entry{
		{received: time.Unix(0, 0)},
		{
			response: Response{Status: 200, Header: []Field{{Name: "Content-Type", Value: "text/plain"}, {Name: "X", Value: ""}}, Body: []byte("body")},
			mark:     3, flags: flagStrict | flagStated, received: time.Unix(1900000000, 5), age: time.Second, lifetime: time.Minute,
			swr: 1, sie: maxDelta, vary: &varying{names: []string{"A", "B"}, chosen: Key{1, 31: 2}, epoch: 1 << 63},
		},
		{received: time.Unix(5, 0), vary: &varying{variants: [][]string{{"A"}, nil, {"B", "C"}}, epoch: 7}},
	}
}

func TestEncoding(t *testing.T) {
	for i, e := range samples() {
		b, err := e.AppendBinary([]byte("before"))
		if err != nil {
			t.Fatal(err)
		}
		b = b[len("before"):]
		got, err := DecodeEntry(b)
		if err != nil {
			t.Fatal(err)
		}
		if e.response.Body == nil {
			got.response.Body = nil
		}
		if diff := cmp.Diff(e, got, byFields); diff != "" {
			t.Errorf("%d: %s", i, diff)
		}
		// Cut off anywhere before the body, it is nothing.
		for n := range len(b) - len(e.response.Body) {
			if _, err := DecodeEntry(b[:n]); !errors.Is(err, ErrEncoding) {
				t.Errorf("%d cut to %d: %v", i, n, err)
			}
		}
		b[0]++
		if _, err := DecodeEntry(b); !errors.Is(err, ErrEncoding) {
			t.Errorf("another version: %v", err)
		}
	}
}

func FuzzDecodeEntry(f *testing.F) {
	for _, e := range samples() {
		b, _ := e.AppendBinary(nil)
		f.Add(b)
	}
	f.Add([]byte{encodingVersion, 0, 0, 200, 1, 0, 0, 0, 0, 0})
	f.Fuzz(func(t *testing.T, data []byte) {
		e, err := DecodeEntry(data)
		if err != nil {
			return
		}
		// What was read can be used and written again.
		now := time.Now()
		if age := e.ageAt(now); age < 0 {
			t.Fatalf("age %v", age)
		}
		e.policyAt(0)
		e.keepFor(time.Hour)
		s := selection{request: []Field{{Name: "A", Value: "1"}}}
		s.matches(e)
		if e.Cost() < int64(len(e.response.Body)) {
			t.Fatalf("costs %d", e.Cost())
		}
		b, err := e.AppendBinary(nil)
		if err != nil {
			t.Fatal(err)
		}
		again, err := DecodeEntry(b)
		if err != nil || !bytes.Equal(again.response.Body, e.response.Body) || !cmp.Equal(e, again, byFields) {
			t.Fatalf("%v: %s", err, cmp.Diff(e, again, byFields))
		}
	})
}

func FuzzConditions(f *testing.F) {
	f.Add(`"a", W/"b"`, `"a"`, "bytes=0-1", "Accept-Language", "en, de")
	f.Add(`*`, `W/"`, "bytes=-5", "*", "\t,")
	f.Add(`"`, `"`, "bytes=5-", "a,,b", `"x`)
	f.Fuzz(func(t *testing.T, match, tag, ranges, vary, text string) {
		body := []byte("0123456789")
		stored := &Response{Status: 200, Header: []Field{{Name: "Etag", Value: tag}, {Name: "Vary", Value: vary}, {Name: "Cache-Control", Value: text}, {Name: "Age", Value: text},
			{Name: "Expires", Value: text}, {Name: "Date", Value: text}, {Name: "Connection", Value: text}}, Body: body}
		request := []Field{{Name: "If-None-Match", Value: match}, {Name: "Range", Value: ranges}, {Name: "Accept-Language", Value: text}}
		notModified(request, stored)
		if p := partial(request, stored); p != nil && p.Status == 206 && (len(p.Body) == 0 || !bytes.Contains(body, p.Body)) {
			t.Fatalf("%q: %q", ranges, p.Body)
		}
		now := time.Now()
		terms := termsOf(stored, now, now, rules{shared: true, heuristic: true})
		if terms.age < 0 || terms.lifetime < 0 {
			t.Fatalf("%+v", terms)
		}
		names := varyNames(stored.Header)
		if !sameSelection(names, request, request) {
			t.Fatalf("%q does not select itself", vary)
		}
		s := selection{request: request}
		if !s.matches(&Entry{vary: &varying{names: names, chosen: chosenBy(names, request)}}) {
			t.Fatalf("%q does not match itself", vary)
		}
		endToEnd(stored.Header)
		resolved("http://a.test/b", text)
	})
}
