package operation

import (
	"fmt"
	"math/rand/v2"
	"os"
	"strings"
	"testing"

	"github.com/vektah/gqlparser/v2/ast"
	"github.com/vektah/gqlparser/v2/parser"
	"github.com/vektah/gqlparser/v2/validator"
	"github.com/vektah/gqlparser/v2/validator/rules"

	"github.com/weft-graphql/weft/planner/schema"
)

// documentMaker writes random documents that are valid but for merging: few
// response keys, many ways to say the same.
type documentMaker struct {
	*rand.Rand
	api       *ast.Schema
	fragments []string // types of the fragments F0, F1, …
}

func (m *documentMaker) document() string {
	composite := []string{"Dog", "Cat", "Human", "Pet", "Node", "CatOrDog", "Query"}
	m.fragments = nil
	for range m.IntN(4) {
		m.fragments = append(m.fragments, composite[m.IntN(len(composite))])
	}
	var sb strings.Builder
	sb.WriteString("query ($v: DogCommand!) " + m.set("Query", 3, 0))
	for i, on := range m.fragments {
		fmt.Fprintf(&sb, " fragment F%d on %s %s", i, on, m.set(on, 2, i+1))
	}
	return sb.String()
}

// set writes a selection set; it spreads the fragments from the given one on,
// so that there are no cycles.
func (m *documentMaker) set(on string, depth, from int) string {
	def := m.api.Types[on]
	var sb strings.Builder
	sb.WriteString("{ __typename")
	for range 1 + m.IntN(4) {
		switch n := m.IntN(10); {
		case n < 2 && depth > 0:
			types := []string{"Dog", "Cat", "Pet", "Node", "Human", "CatOrDog"}
			condition := types[m.IntN(len(types))]
			if on != "Query" {
				sb.WriteString(" ... on " + condition + " " + m.set(condition, depth-1, from))
			}
		case n < 4 && from < len(m.fragments):
			sb.WriteString(fmt.Sprintf(" ...F%d", from+m.IntN(len(m.fragments)-from)))
		case len(def.Fields) > 0:
			field := def.Fields[m.IntN(len(def.Fields))]
			below := m.api.Types[field.Type.Name()]
			if strings.HasPrefix(field.Name, "__") || field.Type.Name() == "Arguments" || !below.IsLeafType() && depth == 0 {
				continue
			}
			sb.WriteByte(' ')
			if m.IntN(2) == 0 {
				sb.WriteString([]string{"a", "b"}[m.IntN(2)] + ": ")
			}
			sb.WriteString(field.Name)
			switch {
			case field.Name == "knows" && on == "Dog":
				sb.WriteString("(command: " + []string{"SIT", "HEEL", "$v"}[m.IntN(3)] + ")")
			case field.Name == "knows":
				sb.WriteString("(command: JUMP)")
			case field.Name == "human" && m.IntN(2) == 0, field.Name == "node":
				sb.WriteString(fmt.Sprintf("(id: %d)", m.IntN(2)))
			}
			if !below.IsLeafType() {
				sb.WriteString(" " + m.set(below.Name, depth-1, from))
			}
		}
	}
	return sb.String() + " }"
}

// TestMergingAgreesWithTheQuadraticRule compares the verdicts with those of
// the rule that compares all pairs.
func TestMergingAgreesWithTheQuadraticRule(t *testing.T) {
	sdl, err := os.ReadFile("../../testdata/validation/schema.graphql")
	if err != nil {
		t.Fatal(err)
	}
	doc, errs := schema.Parse("test", string(sdl))
	if len(errs) > 0 {
		t.Fatal(errs)
	}
	s, err := schema.FromDocument(doc)
	if err != nil {
		t.Fatal(err)
	}
	front, err := NewFront(string(sdl), s, Limits{})
	if err != nil {
		t.Fatal(err)
	}
	const seed = 20250903
	m := documentMaker{Rand: rand.New(rand.NewPCG(seed, 1)), api: front.api}
	verdicts := [2]int{}
	for i := range 4000 {
		text := m.document()
		doc, err := parser.ParseQuery(&ast.Source{Input: text})
		if err != nil {
			t.Fatalf("%s: %v", text, err)
		}
		reference := reporter{max: maxReports}
		reference.run(func() {
			var events validator.Events
			rules.OverlappingFieldsCanBeMergedRule.RuleFunc(&events, reference.add)
			validator.Walk(front.api, doc, &events)
		})
		got := front.fieldsCanMerge(doc)
		// Fragments that nothing spreads are checked by the other rule only.
		if unused(doc) {
			continue
		}
		if (got == nil) != (len(reference.errs) == 0) {
			t.Fatalf("seed %d, case %d: got %v, want %v\n%s", seed, i, got, reference.errs, text)
		}
		verdicts[min(len(got), 1)]++
	}
	if verdicts[0] < 300 || verdicts[1] < 300 {
		t.Errorf("%d valid and %d invalid documents prove little", verdicts[0], verdicts[1])
	}
}

func unused(doc *ast.QueryDocument) bool {
	graph := newFragmentGraph(doc)
	reached := make([]bool, len(doc.Fragments))
	_, stack := extentOf(doc.Operations[0].SelectionSet, graph.index)
	for len(stack) > 0 {
		i := stack[len(stack)-1]
		stack = stack[:len(stack)-1]
		if !reached[i] {
			reached[i] = true
			stack = append(stack, graph.spreads[i]...)
		}
	}
	for _, r := range reached {
		if !r {
			return true
		}
	}
	return false
}
