package operation_test

import (
	"bytes"
	"encoding/json"
	"fmt"
	"strings"
	"testing"
	"time"
	"unicode/utf16"

	"github.com/vektah/gqlparser/v2/ast"
	"github.com/vektah/gqlparser/v2/parser"

	"github.com/weft-graphql/weft/planner/operation"
)

// FuzzParse: whatever the text, there is an operation, or there are coded errors
// with places inside the text, none of them internal; all within bounds. An
// operation's normalized text is a document that means the same: it is accepted
// and gives itself again. Layout never changes anything.
func FuzzParse(f *testing.F) {
	validationCases(f, func(_ string, c validationCase) { f.Add(c.Query) })
	for _, c := range lexicalCases {
		f.Add(documentOf(c.value))
	}
	f.Add(introspectionQuery(f))
	front := newFront(f, validationSDL(f), operation.DefaultLimits())
	f.Fuzz(func(t *testing.T, text string) {
		start := time.Now()
		op, errs := front.Parse(text, "")
		if took := time.Since(start); took > 20*time.Second {
			t.Fatalf("%d bytes took %v", len(text), took)
		}
		checkLayout(t, front, text, op, errs)
		if op == nil {
			if len(errs) == 0 || len(errs) > 20 {
				t.Fatalf("%d errors", len(errs))
			}
			for _, err := range errs {
				if err.Code == "" || err.Message == "" || err.Code == operation.CodeInternal {
					t.Fatalf("error %+v", err)
				}
				for _, l := range err.Locations {
					if !inside(text, l) {
						t.Fatalf("%+v: %v is no place of the text", err, l)
					}
				}
				if len(err.Locations) == 0 && (err.Code == operation.CodeParseFailed || err.Code == operation.CodeValidationFailed) {
					t.Fatalf("%+v has no place", err)
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
			if v.Guards > 0 {
				continue
			}
			if !json.Valid(v.Const) {
				t.Fatalf("constant %s is %q", v.Name, v.Const)
			}
		}
		for _, set := range op.Sets {
			for i := range set.Selections {
				if !inside(text, set.Selections[i].Pos) {
					t.Fatalf("a selection at %v", set.Selections[i].Pos)
				}
			}
		}
		checkNormalized(t, front, op)
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

// checkNormalized parses the normalized text again: it means the same. It is no
// valid document if it has defaults, since their values are left out.
func checkNormalized(t *testing.T, front *operation.Front, op *operation.Operation) {
	t.Helper()
	for i := range op.Variables {
		if op.Variables[i].Default != nil {
			return
		}
	}
	if strings.Contains(op.Normalized, emptied) {
		return
	}
	again, errs := front.Parse(op.Normalized, "")
	if errs != nil {
		for _, err := range errs {
			if err.Code != operation.CodeParseFailed && err.Code != operation.CodeValidationFailed {
				return // beyond a limit
			}
			if strings.Contains(err.Message, "is never used") {
				return // what used the variable was dropped
			}
		}
		t.Fatalf("normalized to %s: %v", op.Normalized, errs)
	}
	// A variable for a field that has a default gets a constant to fall back on.
	if a, b := meaning(op, len(op.Variables)), meaning(again, again.Declared); a != b {
		t.Fatalf("normalized to %s, which means\n%s\nand not\n%s", op.Normalized, b, a)
	}
}

// emptied is what stands in normalized texts for sets of which literal
// conditions left nothing; parsing drops it as well.
const emptied = "__typename@skip(if:true)"

// meaning prints an operation without those fragments that change nothing; or
// nothing if that would be too long.
func meaning(op *operation.Operation, variables int) string {
	const maxLength = 1 << 18
	sb := []byte(op.Kind.String())
	for i := range op.Variables[:variables] {
		sb = fmt.Appendf(sb, " $%s %v", op.Variables[i].Name, op.Variables[i].Type)
	}
	var value func(*operation.Value)
	value = func(v *operation.Value) {
		switch v.Kind {
		case operation.ValueList:
			sb = append(sb, '[')
			for i := range v.Items {
				value(&v.Items[i])
			}
			sb = append(sb, ']')
		case operation.ValueObject:
			sb = append(sb, '{')
			for i := range v.Fields {
				sb = append(append(sb, v.Fields[i].Name...), ':')
				value(&v.Fields[i].Value)
			}
			sb = append(sb, '}')
		default:
			sb = append(append(sb, '$'), op.Variables[v.Variable].Name...)
		}
	}
	field := func(key, name string, args []operation.Arg, when operation.Condition) {
		sb = fmt.Appendf(sb, " %s:%s(", key, name)
		for i := range args {
			sb = append(append(sb, args[i].Name...), ':')
			value(&args[i].Value)
		}
		sb = append(sb, ')')
		for bit, i := range op.Conditions {
			sb = fmt.Appendf(sb, "%d%d", when.True>>bit&1, when.False>>bit&1)
			sb = append(sb, op.Variables[i].Name...)
		}
	}
	var intro func(*operation.IntrospectionSet)
	intro = func(set *operation.IntrospectionSet) {
		for i := range set.Selections {
			s := &set.Selections[i]
			if len(sb) > maxLength {
				return
			}
			if s.Name == "" && s.When.Always() {
				intro(s.Set)
				continue
			}
			field(s.Key, s.Name, s.Args, s.When)
			if s.Set != nil {
				sb = append(sb, '{')
				intro(s.Set)
				sb = append(sb, '}')
			}
		}
	}
	var walk func(*operation.SelectionSet)
	walk = func(set *operation.SelectionSet) {
		for i := range set.Selections {
			s := &set.Selections[i]
			if len(sb) > maxLength {
				return
			}
			if s.Kind == operation.SelectFragment && s.Type == set.Type && s.When.Always() {
				walk(s.Set)
				continue
			}
			field(s.Key, s.Name, s.Args, s.When)
			if s.Kind == operation.SelectFragment {
				sb = fmt.Appendf(sb, " on %d", s.Type)
			}
			if s.Set != nil {
				sb = append(sb, '{')
				walk(s.Set)
				sb = append(sb, '}')
			}
			if s.Introspection != nil {
				sb = append(sb, '{')
				intro(s.Introspection)
				sb = append(sb, '}')
			}
		}
	}
	walk(op.Root)
	if len(sb) > maxLength {
		return ""
	}
	return string(sb)
}

// checkLayout compares with what a text gives whose lines end otherwise.
func checkLayout(t *testing.T, front *operation.Front, text string, op *operation.Operation, errs operation.Errors) {
	t.Helper()
	if strings.Contains(text, "\r") {
		return
	}
	other, otherErrs := front.Parse(strings.ReplaceAll(text, "\n", "\r\n"), "")
	if (op == nil) != (other == nil) || len(errs) != len(otherErrs) {
		t.Fatalf("line ends decide: %v, %v", errs, otherErrs)
	}
	for i, err := range errs {
		// A message may show the line terminator itself.
		if e := otherErrs[i]; e.Code != err.Code || fmt.Sprint(e.Locations) != fmt.Sprint(err.Locations) {
			t.Fatalf("line ends move %+v to %+v", err, e)
		}
	}
	if op == nil {
		return
	}
	if other.Normalized != op.Normalized {
		t.Fatalf("line ends make %s of %s", other.Normalized, op.Normalized)
	}
	for i, set := range op.Sets {
		for j := range set.Selections {
			if a, b := set.Selections[j].Pos, other.Sets[i].Selections[j].Pos; a != b {
				t.Fatalf("line ends move a selection from %v to %v", a, b)
			}
		}
	}
	for i := op.Declared; i < len(op.Variables); i++ {
		if string(op.Variables[i].Const) != string(other.Variables[i].Const) {
			t.Fatalf("line ends make %s of %s", other.Variables[i].Const, op.Variables[i].Const)
		}
	}
}

// inside reports whether a text has a place, its end included.
func inside(text string, l operation.Location) bool {
	lines := strings.Split(strings.NewReplacer("\r\n", "\n", "\r", "\n").Replace(text), "\n")
	if l.Line < 1 || int(l.Line) > len(lines) || l.Column < 1 {
		return false
	}
	return int(l.Column) <= len(utf16.Encode([]rune(lines[l.Line-1])))+1
}

// FuzzCoerce: whatever the variables, the values are valid JSON that is
// accepted again and does not change any more, or there are errors.
func FuzzCoerce(f *testing.F) {
	for _, seed := range []string{
		``, `null`, `{}`, `[]`, `{"i":1,"in":{}}`, `{"i":1.0,"in":{"items":{"qty":2,"sub":{"e":"A","json":[{}]}},"e":"B"}}`,
		`{"i":-2147483648,"s":"\u0041","e":"\u0041","l":[[1],2,null],"j":{"a":[1e400]},"o":{"c":{}},"in":{"name":"a","name":null}}`,
		`{"i":1,"s":"\ud83d\ude00","j":"\ud83d"}`, `{"i":12.50e1,"j":[1e400,-0,9007199254740993,{"a":1,"a":2}],"id":9007199254740993,"fl":1e400}`,
		`{"i":1,"i":2.0,"in":{"nested":{"sub":{"nested":{"qty":1e0}}},"nested":{}},"o":{"c":{"tags":"x"}},"l":5}`, `{"i":1e99999999999,"l":[[[1]]]}`,
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
			if op.Variables[i].Name == "j" && !bytes.Contains(raw, value) {
				t.Fatalf("a custom scalar changes to %s", value)
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
