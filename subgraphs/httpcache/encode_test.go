package httpcache

import (
	"bytes"
	"errors"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
)

var byFields = cmp.AllowUnexported(Entry{})

func samples() []*Entry {
	return []*Entry{
		{received: time.Unix(0, 0)},
		{
			response: Response{Status: 200, Header: []Field{{Name: "Content-Type", Value: "text/plain"}, {Name: "X", Value: ""}}, Body: []byte("body")},
			mark:     3, flags: flagStrict | flagStated, received: time.Unix(1900000000, 5), age: time.Second, lifetime: time.Minute,
			swr: 1, sie: maxDelta, varyNames: []string{"A", "B"}, vary: []Field{{Name: "A", Value: "1"}}, epoch: 1 << 63,
		},
		{received: time.Unix(5, 0), variants: [][]string{{"A"}, nil, {"B", "C"}}, epoch: 7},
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
		e.matches([]Field{{Name: "A", Value: "1"}})
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
		e := &Entry{varyNames: names, vary: selectingFields(names, request)}
		if !e.matches(request) {
			t.Fatalf("%q does not match itself", vary)
		}
		endToEnd(stored.Header)
		resolved("http://a.test/b", text)
	})
}
