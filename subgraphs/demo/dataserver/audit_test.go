package dataserver

import (
	"encoding/json"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/vektah/gqlparser/v2/ast"
	"github.com/vektah/gqlparser/v2/formatter"
	"github.com/vektah/gqlparser/v2/parser"
)

const (
	auditCorpus = "../../../../shared/corpus/audit"
	auditData   = "../../../testdata/audit"
)

// notMonolithic lists the cases whose answer comes from how a graph is
// distributed, so that one server with all the data answers otherwise.
var notMonolithic = map[string][]int{
	"corrupted-supergraph-node-id":    {0, 5},                // the supergraph lacks Node.id
	"non-resolvable-interface-object": {0, 1, 2, 3, 4, 5, 6}, // an interface without implementations
	"union-interface-distributed":     {7, 8},                // only one subgraph's Oven is a Node
}

type auditCase struct {
	Query     string
	Variables map[string]any
	Expected  struct {
		Data   any
		Errors any
	}
}

func readSDLs(t *testing.T, suite string) map[string]string {
	t.Helper()
	files, err := filepath.Glob(filepath.Join(auditCorpus, suite, "subgraphs", "*.graphql"))
	if err != nil || len(files) == 0 {
		t.Fatal(err, files)
	}
	out := map[string]string{}
	for _, file := range files {
		text, err := os.ReadFile(file)
		if err != nil {
			t.Fatal(err)
		}
		out[strings.TrimSuffix(filepath.Base(file), ".graphql")] = string(text)
	}
	return out
}

// TestAuditData checks each suite's data file: every subgraph starts on it,
// and one plain server over the merged schema gives the expected answers.
func TestAuditData(t *testing.T) {
	suites, err := os.ReadDir(auditCorpus)
	if err != nil {
		t.Skip("the conformance data is not here")
	}
	for _, suite := range suites {
		t.Run(suite.Name(), func(t *testing.T) {
			data, err := LoadData(filepath.Join(auditData, suite.Name()+".json"))
			if err != nil {
				t.Fatal(err)
			}
			sdls := readSDLs(t, suite.Name())
			for name, sdl := range sdls {
				if _, err := New(Options{Name: name, SDL: sdl, Data: data}); err != nil {
					t.Error(err)
				}
			}
			for name := range data.file.Subgraphs {
				if sdls[name] == "" {
					t.Errorf("the data overrides an unknown subgraph %q", name)
				}
			}
			s, err := New(Options{SDL: mergeSDL(t, sdls), Data: data, Mode: Plain})
			if err != nil {
				t.Fatal(err)
			}
			text, err := os.ReadFile(filepath.Join(auditCorpus, suite.Name(), "cases.json"))
			if err != nil {
				t.Fatal(err)
			}
			var cases []auditCase
			if err := json.Unmarshal(text, &cases); err != nil {
				t.Fatal(err)
			}
			for i, c := range cases {
				if slices.Contains(notMonolithic[suite.Name()], i) {
					continue
				}
				data.Reset()
				var got struct {
					Data   any
					Errors []any
				}
				answer := s.run(&request{Query: c.Query, Variables: c.Variables}, false).encode()
				if err := json.Unmarshal(answer, &got); err != nil {
					t.Fatal(err)
				}
				if diff := cmp.Diff(c.Expected.Data, got.Data); diff != "" {
					t.Errorf("case %d: %s\n%s\nerrors %v", i, c.Query, diff, got.Errors)
				}
				if c.Expected.Errors == true && len(got.Errors) == 0 {
					t.Errorf("case %d: errors were expected", i)
				}
			}
		})
	}
}

// mergeSDL makes one plain schema of subgraphs that are known to compose. It
// is no composition: it only unites what the conformance suites use.
func mergeSDL(t *testing.T, sdls map[string]string) string {
	t.Helper()
	merged := map[string]*ast.Definition{}
	hidden := map[string]bool{}
	objectForInterface := map[string]ast.FieldList{}
	abstract := map[string]bool{}
	var order []string
	names := make([]string, 0, len(sdls))
	for name := range sdls {
		names = append(names, name)
	}
	slices.Sort(names)
	for _, name := range names {
		doc, err := parser.ParseSchema(&ast.Source{Name: name, Input: sdls[name]})
		if err != nil {
			t.Fatal(err)
		}
		dirs := readLinks(doc)
		for _, def := range append(append(ast.DefinitionList{}, doc.Definitions...), doc.Extensions...) {
			if dirs.has(def.Directives, "inaccessible") {
				hidden[def.Name] = true
			}
			abstract[def.Name] = abstract[def.Name] || def.IsAbstractType()
			if dirs.has(def.Directives, "interfaceObject") {
				objectForInterface[def.Name] = append(objectForInterface[def.Name], def.Fields...)
				continue
			}
			m := merged[def.Name]
			if m == nil {
				m = &ast.Definition{Kind: def.Kind, Name: def.Name}
				merged[def.Name] = m
				order = append(order, def.Name)
			}
			mergeDefinition(m, def, dirs, abstract)
		}
	}
	for name, fields := range objectForInterface {
		for _, m := range merged {
			if m.Name == name || slices.Contains(m.Interfaces, name) {
				mergeDefinition(m, &ast.Definition{Fields: fields}, directiveNames{}, abstract)
			}
		}
	}
	doc := &ast.SchemaDocument{}
	for _, name := range order {
		if !hidden[name] {
			doc.Definitions = append(doc.Definitions, merged[name])
		}
	}
	var b strings.Builder
	formatter.NewFormatter(&b).FormatSchemaDocument(doc)
	return b.String()
}

func mergeDefinition(m, def *ast.Definition, dirs directiveNames, abstract map[string]bool) {
	for _, f := range def.Fields {
		if dirs.has(f.Directives, "inaccessible") {
			continue
		}
		if have := m.Fields.ForName(f.Name); have != nil {
			if abstract[f.Type.Name()] && !abstract[have.Type.Name()] {
				have.Type = f.Type
			}
			if !f.Type.NonNull {
				loose := *have.Type
				loose.NonNull = false
				have.Type = &loose
			}
			continue
		}
		m.Fields = append(m.Fields, &ast.FieldDefinition{Name: f.Name, Type: f.Type, DefaultValue: f.DefaultValue, Arguments: f.Arguments})
	}
	for _, i := range def.Interfaces {
		if !slices.Contains(m.Interfaces, i) {
			m.Interfaces = append(m.Interfaces, i)
		}
	}
	for _, name := range def.Types {
		if !slices.Contains(m.Types, name) {
			m.Types = append(m.Types, name)
		}
	}
	for _, v := range def.EnumValues {
		if !dirs.has(v.Directives, "inaccessible") && m.EnumValues.ForName(v.Name) == nil {
			m.EnumValues = append(m.EnumValues, &ast.EnumValueDefinition{Name: v.Name})
		}
	}
}
