package operation_test

import (
	"testing"

	"github.com/weft-graphql/weft/planner/operation"
)

func BenchmarkParseHeavy(b *testing.B) {
	front, text := shop(b), heavyQuery(b)
	b.ReportAllocs()
	b.SetBytes(int64(len(text)))
	for b.Loop() {
		if _, errs := front.Parse(text, ""); errs != nil {
			b.Fatal(errs)
		}
	}
}

func BenchmarkParseDuplicates(b *testing.B) {
	front := newFront(b, shopSDL, operation.Limits{})
	for _, name := range []string{"duplicated scalars", "duplicated objects"} {
		text := costly[name]()
		b.Run(name, func(b *testing.B) {
			b.ReportAllocs()
			for b.Loop() {
				if _, errs := front.Parse(text, ""); errs != nil {
					b.Fatal(errs)
				}
			}
		})
	}
}

func BenchmarkCoerce(b *testing.B) {
	front := newFront(b, coercionSDL, operation.Limits{})
	op := mustParse(b, front, `query ($a: Int!, $b: E, $c: Strict!, $d: JSON, $s: String, $f: [Int]) {
		f(int: $a, enum: $b, json: $d, string: $s, ints: $f, float: 2.5) strict(in: $c) }`)
	raw := []byte(`{"a":1,"b":"LONG_VALUE","c":{"a":1,"b":2},"d":{"x":[1,2,{"y":null}]},"s":"some text","f":[1,2,3]}`)
	var values operation.Values
	b.ReportAllocs()
	b.SetBytes(int64(len(raw)))
	for b.Loop() {
		if errs := op.Coerce(raw, &values); errs != nil {
			b.Fatal(errs)
		}
	}
}
