package httpcache

import (
	"testing"
	"time"

	"github.com/weft-graphql/weft/subgraphs"
)

// TestFreshness has the lifetime and the age at receipt of responses to a shared
// cache.
func TestFreshness(t *testing.T) {
	now := newClock().now()
	for _, tt := range []struct {
		name     string
		lines    []string
		by       rules
		lifetime time.Duration
		age      time.Duration
	}{
		{"nothing said", nil, rules{}, 0, 0},
		{"max-age", []string{"Cache-Control: max-age=60"}, rules{}, 60, 0},
		{"two lines", []string{"Cache-Control: max-age=60", "Cache-Control: s-maxage=1"}, rules{}, 1, 0},
		{"s-maxage wins", []string{"Cache-Control: max-age=0, s-maxage=60", "Expires: {-10}"}, rules{}, 60, 0},
		{"max-age wins over Expires", []string{"Cache-Control: max-age=60", "Expires: {-7200}", "Date: {0}"}, rules{}, 60, 0},
		{"max-age=0 wins over Expires", []string{"Cache-Control: max-age=0", "Expires: {7200}", "Date: {0}"}, rules{}, 0, 0},
		{"Expires", []string{"Expires: {100}", "Date: {0}"}, rules{}, 100, 0},
		{"Expires without Date", []string{"Expires: {100}"}, rules{}, 100, 0},
		{"Expires with a Date that is none", []string{"Expires: {100}", "Date: foo"}, rules{}, 100, 0},
		{"Expires before Date", []string{"Expires: {300}", "Date: {400}"}, rules{}, 0, 0},
		{"Expires that is none", []string{"Expires: 0", "Date: {0}"}, rules{ttl: time.Hour}, 0, 0},
		{"Expires twice the same", []string{"Expires: {100}", "Expires: {100}"}, rules{}, 100, 0},
		{"Expires twice", []string{"Expires: {100}", "Expires: {200}"}, rules{}, 0, 0},
		{"Expires in another time zone", []string{"Expires: Thu, 18 Aug 2050 02:01:18 UTC"}, rules{}, 0, 0},
		{"Date long ago", []string{"Cache-Control: max-age=60", "Date: {-20}"}, rules{}, 60, 20},
		{"Date to come", []string{"Cache-Control: max-age=60", "Date: {20}"}, rules{}, 60, 0},
		{"Age", []string{"Cache-Control: max-age=60", "Age: 40", "Date: {-20}"}, rules{}, 60, 40},
		{"Age list", []string{"Age: 0,7200"}, rules{}, 0, 0},
		{"Age list, old first", []string{"Age: 7200, 0"}, rules{}, 0, 7200},
		{"Age repeats itself", []string{"Age: 5, 5"}, rules{}, 0, maxDelta / time.Second},
		{"Age in two lines", []string{"Age: 0", "Age: 0"}, rules{}, 0, maxDelta / time.Second},
		{"Age that is none", []string{"Age: -5"}, rules{}, 0, maxDelta / time.Second},
		{"Age with parameter", []string{"Age: 5;a=b"}, rules{}, 0, maxDelta / time.Second},
		{"Date of another century", []string{"Date: Mon, 01 Jan 0001 00:00:00 GMT"}, rules{}, 0, maxDelta / time.Second},
		{"default", nil, rules{ttl: time.Minute}, 60, 0},
		{"default loses", []string{"Cache-Control: max-age=5"}, rules{ttl: time.Minute}, 5, 0},
		{"heuristic off", []string{"Last-Modified: {-1000}", "Date: {0}"}, rules{}, 0, 0},
		{"heuristic on", []string{"Last-Modified: {-1000}", "Date: {0}"}, rules{heuristic: true}, 100, 0},
		{"heuristic is bounded", []string{"Last-Modified: {-100000000}", "Date: {0}"}, rules{heuristic: true}, 86400, 0},
		{"heuristic of the future", []string{"Last-Modified: {1000}", "Date: {0}"}, rules{heuristic: true}, 0, 0},
	} {
		tt.by.shared = true
		r := &Response{Status: 200, Header: fields(now, tt.lines...)}
		got := termsOf(r, now, now, tt.by)
		if got.lifetime != tt.lifetime*time.Second || got.age != tt.age*time.Second {
			t.Errorf("%s: lifetime %v, age %v", tt.name, got.lifetime, got.age)
		}
	}
	r := &Response{Status: 200, Header: fields(now, "Age: 3", "Cache-Control: s-maxage=9, max-age=60")}
	if got := termsOf(r, now.Add(-2*time.Second), now, rules{}); got.age != 5*time.Second || got.lifetime != time.Minute || got.strict {
		t.Errorf("a private cache, after 2 s on the way: %+v", got)
	}
}

func TestStorable(t *testing.T) {
	for _, tt := range []struct {
		name        string
		status      int
		control     string
		vary        string
		private     bool // as a private cache
		credentials bool
		want        bool
	}{
		{"plain", 200, "", "", false, false, true},
		{"unknown status", 599, "", "", false, false, false},
		{"unknown status, public", 599, "public", "", false, false, true},
		{"unknown status, max-age", 599, "max-age=1", "", false, false, true},
		{"201", 201, "", "", false, false, false},
		{"partial", 206, "max-age=1", "", false, false, false},
		{"not modified", 304, "max-age=1", "", false, false, false},
		{"no-store", 200, "max-age=1, no-store", "", false, false, false},
		{"no-store, understood", 200, "max-age=1, no-store, must-understand", "", false, false, true},
		{"not understood", 599, "max-age=1, must-understand", "", false, false, false},
		{"private", 200, "private, max-age=1", "", false, false, false},
		{"private of the user", 200, "private, max-age=1", "", true, true, true},
		{"private field", 200, `private="a", max-age=1`, "", false, false, true},
		{"vary *", 200, "max-age=1", "*", false, false, false},
		{"vary a, *", 200, "max-age=1", "a , *", false, false, false},
		{"credentials", 200, "max-age=1", "", false, true, false},
		{"credentials of the user", 200, "max-age=1", "", true, true, true},
		{"credentials, public", 200, "max-age=1, public", "", false, true, true},
		{"credentials, must-revalidate", 200, "max-age=1, must-revalidate", "", false, true, true},
		{"credentials, s-maxage", 200, "s-maxage=1", "", false, true, true},
		{"credentials, proxy-revalidate", 200, "max-age=1, proxy-revalidate", "", false, true, false},
	} {
		r := &Response{Status: tt.status}
		if tt.control != "" {
			r.Header = append(r.Header, Field{Name: "Cache-Control", Value: tt.control})
		}
		if tt.vary != "" {
			r.Header = append(r.Header, Field{Name: "Vary", Value: tt.vary})
		}
		by := rules{shared: !tt.private}
		now := newClock().now()
		terms := termsOf(r, now, now, by)
		if got := terms.storable(r, by, tt.credentials); got != tt.want {
			t.Errorf("%s: %v", tt.name, got)
		}
	}
}

func TestPolicyOf(t *testing.T) {
	now := newClock().now()
	for _, tt := range []struct {
		lines []string
		want  subgraphs.CachePolicy
	}{
		{nil, subgraphs.CachePolicy{MaxAge: -1}},
		{[]string{"Cache-Control: max-age=60", "Age: 10"}, subgraphs.CachePolicy{MaxAge: 50 * time.Second}},
		{[]string{"Cache-Control: max-age=60, s-maxage=5"}, subgraphs.CachePolicy{MaxAge: 5 * time.Second}},
		{[]string{"Cache-Control: max-age=60, no-cache"}, subgraphs.CachePolicy{MaxAge: 0}},
		{[]string{"Cache-Control: private, max-age=60"}, subgraphs.CachePolicy{MaxAge: time.Minute, Private: true}},
		{[]string{"Cache-Control: no-store"}, subgraphs.CachePolicy{MaxAge: -1, NoStore: true}},
		{[]string{"Expires: {30}", "Date: {0}"}, subgraphs.CachePolicy{MaxAge: 30 * time.Second}},
		{[]string{"Expires: 0"}, subgraphs.CachePolicy{MaxAge: 0}},
	} {
		if got := PolicyOf(&Response{Status: 200, Header: fields(now, tt.lines...)}, now); got != tt.want {
			t.Errorf("%q: %+v, want %+v", tt.lines, got, tt.want)
		}
	}
}
