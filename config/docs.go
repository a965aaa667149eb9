package config

import (
	_ "embed"
	"go/ast"
	"go/parser"
	"go/token"
	"reflect"
	"strings"
	"sync"
)

//go:embed types.go
var typesSource string

// fieldDocs maps Type.Field to the field's doc comment, so that the reference
// and the schema say what the code says.
var fieldDocs = sync.OnceValue(func() map[string]string {
	file, err := parser.ParseFile(token.NewFileSet(), "types.go", typesSource, parser.ParseComments)
	if err != nil {
		panic("config: types.go does not parse: " + err.Error()) // it has been compiled
	}
	docs := map[string]string{}
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
	return docs
})

// docOf returns the documentation of a key of the struct t.
func docOf(t reflect.Type, k key) string { return fieldDocs()[t.Name()+"."+k.goName] }
