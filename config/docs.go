package config

import (
	"embed"
	"go/ast"
	"go/parser"
	"go/token"
	"reflect"
	"strings"
	"sync"
)

// typeSources are the files that declare keys.
//
//go:embed types.go rest.go auth.go
var typeSources embed.FS

// fieldDocs maps Type.Field to the field's doc comment, so that the reference
// and the schema say what the code says.
var fieldDocs = sync.OnceValue(func() map[string]string {
	docs := map[string]string{}
	for _, name := range []string{"types.go", "rest.go", "auth.go"} {
		source, err := typeSources.ReadFile(name)
		if err != nil {
			panic("config: " + err.Error()) // it has been embedded
		}
		file, err := parser.ParseFile(token.NewFileSet(), name, source, parser.ParseComments)
		if err != nil {
			panic("config: " + name + " does not parse: " + err.Error()) // it has been compiled
		}
		ast.Inspect(file, func(n ast.Node) bool {
			spec, ok := n.(*ast.TypeSpec)
			if !ok {
				return true
			}
			if s, ok := spec.Type.(*ast.StructType); ok {
				for _, f := range s.Fields.List {
					for _, name := range f.Names {
						docs[spec.Name.Name+"."+name.Name] = strings.Join(strings.Fields(f.Doc.Text()), " ")
					}
				}
			}
			return true
		})
	}
	return docs
})

// docOf returns the documentation of a key of the struct t.
func docOf(t reflect.Type, k key) string { return fieldDocs()[t.Name()+"."+k.goName] }
