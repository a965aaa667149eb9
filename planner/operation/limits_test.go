package operation_test

import (
	"os"
	"strings"
	"testing"

	"github.com/vektah/gqlparser/v2/ast"
	"github.com/vektah/gqlparser/v2/lexer"

	"github.com/weft-graphql/weft/planner/operation"
)

func introspectionQuery(t testing.TB) string {
	t.Helper()
	text, err := os.ReadFile("testdata/introspection.graphql")
	if err != nil {
		t.Fatal(err)
	}
	return string(text)
}

func TestDefaultLimitsAdmitUsualTools(t *testing.T) {
	front := shop(t)
	heavy := mustParse(t, front, heavyQuery(t))
	if heavy.Introspects || heavy.Measured.Depth != 8 || heavy.Measured.RootFields != 2 {
		t.Errorf("measured %+v", heavy.Measured)
	}
	op := mustParse(t, front, introspectionQuery(t))
	if !op.Introspects || op.Measured.Depth != 1 || op.Measured.IntrospectionDepth != 15 {
		t.Errorf("measured %+v", op.Measured)
	}
	schemaField := op.Root.Selections[0]
	if schemaField.Kind != operation.SelectIntrospection || schemaField.Introspection == nil || schemaField.Set != nil {
		t.Errorf("%+v", schemaField)
	}
}

func TestLimits(t *testing.T) {
	const text = `query ($a: Boolean!) {
		users { id b: name ...F @skip(if: $a) }
		other: users { ...F }
		__typename
	} fragment F on User { reviews { product { n: name } } }`
	want := operation.Measured{
		Depth: 4, Aliases: 4, RootFields: 3, Fields: 11, Directives: 1, Tokens: 50,
	}
	measured := mustParse(t, newFront(t, shopSDL, operation.Limits{MaxDepth: 1, MaxFields: 1, MaxTokens: 1}), text).Measured
	if measured != want {
		t.Errorf("measured %+v\nwant     %+v", measured, want)
	}
	for code, set := range map[operation.Code]func(*operation.Limits, int){
		operation.CodeMaxDepth:      func(l *operation.Limits, less int) { l.MaxDepth = want.Depth - less },
		operation.CodeMaxAliases:    func(l *operation.Limits, less int) { l.MaxAliases = want.Aliases - less },
		operation.CodeMaxRootFields: func(l *operation.Limits, less int) { l.MaxRootFields = want.RootFields - less },
		operation.CodeMaxFields:     func(l *operation.Limits, less int) { l.MaxFields = want.Fields - less },
		operation.CodeMaxTokens:     func(l *operation.Limits, less int) { l.MaxTokens = want.Tokens - less },
	} {
		limits := operation.Limits{Enforce: true}
		set(&limits, 0)
		if _, errs := newFront(t, shopSDL, limits).Parse(text, ""); errs != nil {
			t.Errorf("%s: at the limit: %v", code, errs)
		}
		set(&limits, 1)
		if _, errs := newFront(t, shopSDL, limits).Parse(text, ""); len(errs) != 1 || errs[0].Code != code {
			t.Errorf("%s: beyond the limit: %v", code, errs)
		}
		limits.Enforce = false
		mustParse(t, newFront(t, shopSDL, limits), text)
	}
	directives := newFront(t, shopSDL, operation.Limits{Enforce: true, MaxDirectives: 9})
	if _, errs := directives.Parse(`{ __typename @a`+strings.Repeat("@a", 9)+` }`, ""); len(errs) != 1 || errs[0].Code != operation.CodeMaxDirectives {
		t.Errorf("directives: %v", errs)
	}
	introspection := newFront(t, shopSDL, operation.Limits{Enforce: true, MaxDepth: 2, MaxIntrospectionDepth: 14})
	if _, errs := introspection.Parse(introspectionQuery(t), ""); len(errs) != 1 || errs[0].Code != operation.CodeMaxIntrospection {
		t.Errorf("introspection: %v", errs)
	}
}

// TestTokensAreCountedAsTheParserDoes compares the quick count with the tokens
// the parser's lexer finds.
func TestTokensAreCountedAsTheParserDoes(t *testing.T) {
	front := newFront(t, validationSDL(t), operation.Limits{})
	compared := 0
	validationCases(t, func(_ string, c validationCase) {
		op, errs := front.Parse(c.Query, c.Operation)
		if errs != nil {
			return
		}
		compared++
		l := lexer.New(&ast.Source{Input: c.Query})
		tokens := 0
		for {
			token, err := l.ReadToken()
			if err != nil || token.Kind == lexer.EOF {
				break
			}
			if token.Kind != lexer.Comment {
				tokens++
			}
		}
		if op.Measured.Tokens != tokens {
			t.Errorf("%s: counted %d, the parser reads %d", c.Query, op.Measured.Tokens, tokens)
		}
	})
	if compared < 80 {
		t.Errorf("only %d compared", compared)
	}
	for text, want := range map[string]int{
		`{ a(x: -1.5e+3, y: "a \" # b", z: """ " \""" "") """) } # comment ( ( (`: 14,
		"\uFEFF{a,,,b}":    4,
		"{ a(x:[1,2,3]) }": 12,
	} {
		loose := newFront(t, shopSDL, operation.Limits{Enforce: true, MaxTokens: want})
		tight := newFront(t, shopSDL, operation.Limits{Enforce: true, MaxTokens: want - 1})
		if _, errs := loose.Parse(text, ""); errs[0].Code == operation.CodeMaxTokens {
			t.Errorf("%s: more than %d tokens", text, want)
		}
		if _, errs := tight.Parse(text, ""); errs[0].Code != operation.CodeMaxTokens {
			t.Errorf("%s: fewer than %d tokens", text, want)
		}
	}
}
