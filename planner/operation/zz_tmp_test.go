package operation

import (
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/vektah/gqlparser/v2"
	"github.com/vektah/gqlparser/v2/ast"
	"github.com/vektah/gqlparser/v2/parser"
	"github.com/vektah/gqlparser/v2/validator"
	"go.yaml.in/yaml/v3"
	"github.com/weft-graphql/weft/planner/schema"
)

func TestZZ(t *testing.T) {
	dir := "/root/go/pkg/mod/github.com/vektah/gqlparser/v2@v2.5.64/validator/"
	var raw []string
	b, _ := os.ReadFile(dir + "imported/spec/schemas.yml")
	if err := yaml.Unmarshal(b, &raw); err != nil { t.Fatal(err) }
	files, _ := filepath.Glob(dir + "imported/spec/*.yml")
	more, _ := filepath.Glob(dir + "spec/*.yml")
	n := 0
	for _, file := range append(files, more...) {
		base := filepath.Base(file)
		rule := strings.Split(base, ".")[0]
		rule = strings.TrimSuffix(rule, "Rule")
		switch rule { case "OverlappingFieldsCanBeMerged", "ValuesOfCorrectType", "PossibleFragmentSpreads", "SingleFieldSubscriptions": default: continue }
		b, _ := os.ReadFile(file)
		var specs []struct{ Name, Rule, Query string; Schema any; Errors []map[string]any }
		if err := yaml.Unmarshal(b, &specs); err != nil { t.Log(file, err); continue }
		for _, s := range specs {
			sdl, ok := s.Schema.(string)
			if i, isInt := s.Schema.(int); isInt { sdl = raw[i]; ok = true }
			if !ok { continue }
			func() {
				defer func() { if p := recover(); p != nil { t.Logf("%s/%s panic %v", rule, s.Name, p) } }()
				api, err := gqlparser.LoadSchema(&ast.Source{Input: sdl})
				if err != nil { t.Logf("schema %s: %v", s.Name, err); return }
				d, errs := schema.Parse("x", sdl)
				if len(errs) > 0 { t.Logf("schema2 %s: %v", s.Name, errs); return }
				sc, err2 := schema.FromDocument(d)
				if err2 != nil { t.Logf("schema3 %s: %v", s.Name, err2); return }
				f := &Front{api: api, schema: sc}
				f.visible = make([]bool, len(sc.Types))
				for i := range f.visible { f.visible[i] = true }
				doc, err3 := parser.ParseQuery(&ast.Source{Input: s.Query})
				if err3 != nil { t.Logf("query %s: %v", s.Name, err3); return }
				r := reporter{max: 100}
				var events validator.Events
				switch rule {
				case "ValuesOfCorrectType": f.valuesOfCorrectType(&events, r.add)
				case "PossibleFragmentSpreads": f.possibleFragmentSpreads(&events, r.add)
				case "SingleFieldSubscriptions": f.singleFieldSubscriptions(&events, r.add)
				}
				r.run(func() { validator.Walk(api, doc, &events) })
				if rule == "OverlappingFieldsCanBeMerged" {
					m := merger{front: f, fieldIDs: map[string]int{}, setIDs: map[string]int{}, fragments: map[*ast.FragmentDefinition]int{}, report: reporter{max: 100}}
					m.report.run(func() {
						for _, op := range doc.Operations { root := []int{m.set(op.SelectionSet, f.rootDefinition(op.Operation))}; m.sameShape(root); m.sameField(root) }
						for _, fr := range doc.Fragments { root := []int{m.set(fr.SelectionSet, api.Types[fr.TypeCondition])}; m.sameShape(root); m.sameField(root) }
					})
					r = m.report
				}
				n++
				if (len(r.errs) > 0) != (len(s.Errors) > 0) {
					t.Errorf("%s/%s: want %v\ngot %v\n%s", rule, s.Name, s.Errors, r.errs, s.Query)
				}
			}()
		}
	}
	fmt.Println("checked", n)
}
