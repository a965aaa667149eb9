package dataserver

import (
	"strings"

	"github.com/vektah/gqlparser/v2/ast"
)

// directiveDefinitions gives, for each specification directive a subgraph may
// use, its arguments and locations. "FS" stands for the field set scalar.
var directiveDefinitions = map[string]string{
	"key":              "(fields: FS!, resolvable: Boolean = true) repeatable on OBJECT | INTERFACE",
	"requires":         "(fields: FS!) on FIELD_DEFINITION",
	"provides":         "(fields: FS!) on FIELD_DEFINITION",
	"external":         "(reason: String) on OBJECT | FIELD_DEFINITION",
	"shareable":        "repeatable on OBJECT | FIELD_DEFINITION",
	"extends":          "on OBJECT | INTERFACE",
	"override":         "(from: String!, label: String) on FIELD_DEFINITION",
	"inaccessible":     "on FIELD_DEFINITION | OBJECT | INTERFACE | UNION | ARGUMENT_DEFINITION | SCALAR | ENUM | ENUM_VALUE | INPUT_OBJECT | INPUT_FIELD_DEFINITION",
	"tag":              "(name: String!) repeatable on FIELD_DEFINITION | OBJECT | INTERFACE | UNION | ARGUMENT_DEFINITION | SCALAR | ENUM | ENUM_VALUE | INPUT_OBJECT | INPUT_FIELD_DEFINITION | SCHEMA",
	"interfaceObject":  "on OBJECT",
	"composeDirective": "(name: String) repeatable on SCHEMA",
	"authenticated":    "on FIELD_DEFINITION | OBJECT | INTERFACE | SCALAR | ENUM",
	"requiresScopes":   "(scopes: [[AnyScalar!]!]!) on FIELD_DEFINITION | OBJECT | INTERFACE | SCALAR | ENUM",
	"policy":           "(policies: [[AnyScalar!]!]!) on FIELD_DEFINITION | OBJECT | INTERFACE | SCALAR | ENUM",
	"context":          "(name: String!) repeatable on INTERFACE | OBJECT | UNION",
	"fromContext":      "(field: AnyScalar) on ARGUMENT_DEFINITION",
	"cost":             "(weight: Int!) on ARGUMENT_DEFINITION | ENUM | FIELD_DEFINITION | INPUT_FIELD_DEFINITION | OBJECT | SCALAR",
	"listSize":         "(assumedSize: Int, slicingArguments: [String!], sizedFields: [String!], requireOneSlicingArgument: Boolean = true) on FIELD_DEFINITION",
	"cacheTag":         "(format: String!) repeatable on FIELD_DEFINITION | OBJECT",
	"link":             "(url: String, as: String, for: AnyScalar, import: [AnyScalar]) repeatable on SCHEMA",
	"lookup":           "on FIELD_DEFINITION",
	"internal":         "on OBJECT | FIELD_DEFINITION",
	"is":               "(field: FS!) on ARGUMENT_DEFINITION",
	"require":          "(field: FS!) on ARGUMENT_DEFINITION",
}

// directiveNames maps the names of directives in one SDL to the names the
// specification gives them.
type directiveNames map[string]string

// readLinks derives the directive names in use from the @link applications:
// imported ones under their imported name, all of them under the prefix, and,
// where nothing else claims the name, under the plain one as in federation v1.
func readLinks(doc *ast.SchemaDocument) directiveNames {
	names := directiveNames{}
	declared := map[string]bool{}
	for _, d := range doc.Directives {
		declared[d.Name] = true
	}
	linked := false
	prefix := "federation"
	for _, list := range [][]*ast.SchemaDefinition{doc.Schema, doc.SchemaExtension} {
		for _, def := range list {
			for _, dir := range def.Directives {
				if dir.Name != "link" {
					continue
				}
				url := argumentText(dir, "url")
				if !strings.Contains(url, "specs.apollo.dev/federation/") {
					continue
				}
				linked = true
				if as := argumentText(dir, "as"); as != "" {
					prefix = as
				}
				arg := dir.Arguments.ForName("import")
				if arg == nil {
					continue
				}
				for _, child := range arg.Value.Children {
					name, as := importEntry(child.Value)
					if strings.HasPrefix(name, "@") {
						names[strings.TrimPrefix(as, "@")] = name[1:]
					}
				}
			}
		}
	}
	for name := range directiveDefinitions {
		if linked {
			names[prefix+"__"+name] = name
		}
		if _, taken := names[name]; !taken && (!linked || !declared[name]) {
			names[name] = name
		}
	}
	return names
}

func importEntry(v *ast.Value) (name, as string) {
	if v.Kind != ast.ObjectValue {
		return v.Raw, v.Raw
	}
	for _, c := range v.Children {
		switch c.Name {
		case "name":
			name = c.Value.Raw
		case "as":
			as = c.Value.Raw
		}
	}
	if as == "" {
		as = name
	}
	return name, as
}

func argumentText(dir *ast.Directive, name string) string {
	if arg := dir.Arguments.ForName(name); arg != nil && arg.Value != nil {
		return arg.Value.Raw
	}
	return ""
}

// has reports whether the list holds the specification directive of that name.
func (n directiveNames) has(list ast.DirectiveList, name string) bool {
	return n.first(list, name) != nil
}

func (n directiveNames) first(list ast.DirectiveList, name string) *ast.Directive {
	for _, d := range list {
		if n[d.Name] == name {
			return d
		}
	}
	return nil
}

// usedDirectives lists the directive names applied anywhere in the document.
func usedDirectives(doc *ast.SchemaDocument) map[string]bool {
	used := map[string]bool{}
	note := func(list ast.DirectiveList) {
		for _, d := range list {
			used[d.Name] = true
		}
	}
	for _, list := range [][]*ast.SchemaDefinition{doc.Schema, doc.SchemaExtension} {
		for _, d := range list {
			note(d.Directives)
		}
	}
	for _, list := range []ast.DefinitionList{doc.Definitions, doc.Extensions} {
		for _, d := range list {
			note(d.Directives)
			for _, f := range d.Fields {
				note(f.Directives)
				for _, a := range f.Arguments {
					note(a.Directives)
				}
			}
			for _, v := range d.EnumValues {
				note(v.Directives)
			}
		}
	}
	for _, d := range doc.Directives {
		for _, a := range d.Arguments {
			note(a.Directives)
		}
	}
	return used
}
