package shop

import (
	"bytes"
	"encoding/json"
	"testing"
)

// TestHeavy keeps the answer about as large as in the public benchmark, so that
// figures stay comparable.
func TestHeavy(t *testing.T) {
	w, err := New()
	if err != nil {
		t.Fatal(err)
	}
	out := w.Whole(Body(Heavy))
	if !json.Valid(out) || bytes.Contains(out, []byte(`"errors"`)) {
		t.Fatalf("%.400s", out)
	}
	if len(out) < 70_000 || len(out) > 110_000 {
		t.Errorf("the answer has %d bytes", len(out))
	}
}

func TestAnswers(t *testing.T) {
	w, err := New()
	if err != nil {
		t.Fatal(err)
	}
	body := []byte(`{"query":"query($r:[_Any!]!){_entities(representations:$r){...on Product{shippingEstimate inStock}}}",` +
		`"variables":{"r":[{"__typename":"Product","upc":"1","price":15,"weight":20}]}}`)
	for range 2 {
		if got, want := string(w.Answer("inventory", body)), `{"data":{"_entities":[{"shippingEstimate":10,"inStock":true}]}}`; got != want {
			t.Errorf("got  %s\nwant %s", got, want)
		}
	}
}

func TestAtMostFive(t *testing.T) {
	for in, want := range map[string]string{
		`{"variables":{"first":123}}`:              `{"variables":{"first":5}}`,
		`{"variables":{"first":3}}`:                `{"variables":{"first":3}}`,
		`{"query":"{topProducts{name}}"}`:          `{"query":"{topProducts{name}}"}`,
		`{"variables":{"r":[{"upc":"17"}]}}`:       `{"variables":{"r":[{"upc":"17"}]}}`,
		`{"variables":{"a":"x","first":5},"b":{}}`: `{"variables":{"a":"x","first":5},"b":{}}`,
	} {
		if got := string(atMostFive([]byte(in))); got != want {
			t.Errorf("%s becomes %s", in, got)
		}
	}
}
