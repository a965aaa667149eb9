package operation_test

import (
	"encoding/json"
	"testing"

	"github.com/vektah/gqlparser/v2/ast"
	"github.com/vektah/gqlparser/v2/parser"

	"github.com/weft-graphql/weft/planner/operation"
)

// FuzzOperation: whatever the text, there is an operation whose normalized text
// and constants are well formed, or coded errors, and none is internal.
func FuzzOperation(f *testing.F) {
	validationCases(f, func(_ string, c validationCase) { f.Add(c.Query) })
	f.Add(introspectionQuery(f))
	front := newFront(f, validationSDL(f), operation.DefaultLimits())
	f.Fuzz(func(t *testing.T, text string) {
		op, errs := front.Parse(text, "")
		if op == nil {
			if len(errs) == 0 || len(errs) > 20 {
				t.Fatalf("%d errors", len(errs))
			}
			for _, err := range errs {
				if err.Code == "" || err.Message == "" || err.Code == operation.CodeInternal {
					t.Fatalf("error %+v", err)
				}
			}
			return
		}
		if errs != nil {
			t.Fatalf("an operation and %v", errs)
		}
		if _, err := parser.ParseQuery(&ast.Source{Input: op.Normalized}); err != nil {
			t.Fatalf("normalized to %s: %v", op.Normalized, err)
		}
		for _, v := range op.Variables[op.Declared:] {
			if !json.Valid(v.Const) {
				t.Fatalf("constant %s is %q", v.Name, v.Const)
			}
		}
		var values operation.Values
		if errs := op.Coerce(nil, &values); errs == nil {
			_ = op.Bits(&values)
			for i := range op.Root.Selections {
				args := op.Root.Selections[i].Args
				for j := range args {
					if got, given := op.AppendValue(nil, &args[j].Value, &values); given && !json.Valid(got) {
						t.Fatalf("argument %s is %q", args[j].Name, got)
					}
				}
			}
		}
	})
}

// FuzzVariables: whatever the variables, the values are valid JSON that is
// accepted again and does not change any more, or there are errors.
func FuzzVariables(f *testing.F) {
	for _, seed := range []string{
		``, `null`, `{}`, `[]`, `{"i":1,"in":{}}`, `{"i":1.0,"in":{"items":{"qty":2,"sub":{"e":"A","json":[{}]}},"e":"B"}}`,
		`{"i":-2147483648,"s":"\u0041","e":"\u0041","l":[[1],2,null],"j":{"a":[1e400]},"o":{"c":{}},"in":{"name":"a","name":null}}`,
		`{"i":null}`, `{"i":1,"o":{"a":1,"b":"x"}}`, `{"i":1,"fl":1e308,"b":true,"id":99999999999999999999}`,
	} {
		f.Add([]byte(seed))
	}
	front := newFront(f, coercionSDL, operation.Limits{})
	op := mustParse(f, front, `query ($i: Int!, $in: In = {e: B}, $s: String = "d", $e: E, $l: [[Int!]], $j: JSON, $o: One, $fl: Float, $b: Boolean, $id: ID) {
		f(int: $i, input: $in, string: $s, enum: $e, matrix: $l, json: $j, one: $o, float: $fl, boolean: $b, id: $id) }`)
	f.Fuzz(func(t *testing.T, raw []byte) {
		var values, again operation.Values
		if errs := op.Coerce(raw, &values); errs != nil {
			for _, err := range errs {
				if err.Code != operation.CodeBadUserInput || err.Message == "" {
					t.Fatalf("error %+v", err)
				}
			}
			return
		}
		coerced := []byte{'{'}
		for i := range op.Variables[:op.Declared] {
			value := values.Raw[i]
			if value == nil {
				continue
			}
			if !json.Valid(value) {
				t.Fatalf("%s is %q", op.Variables[i].Name, value)
			}
			if len(coerced) > 1 {
				coerced = append(coerced, ',')
			}
			coerced = append(coerced, `"`+op.Variables[i].Name+`":`...)
			coerced = append(coerced, value...)
		}
		coerced = append(coerced, '}')
		if errs := op.Coerce(coerced, &again); errs != nil {
			t.Fatalf("%s: %v", coerced, errs)
		}
		for i := range values.Raw {
			if string(values.Raw[i]) != string(again.Raw[i]) {
				t.Fatalf("%s changes from %s to %s", op.Variables[i].Name, values.Raw[i], again.Raw[i])
			}
		}
	})
}
