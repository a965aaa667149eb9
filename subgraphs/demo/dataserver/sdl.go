package dataserver

import (
	"fmt"
	"slices"
	"sort"
	"strings"

	"github.com/vektah/gqlparser/v2/ast"
	"github.com/vektah/gqlparser/v2/gqlerror"
	"github.com/vektah/gqlparser/v2/parser"
	"github.com/vektah/gqlparser/v2/validator"
)

// federation is what the federation directives of one SDL say, by the
// specification's names. It never changes once built.
type federation struct {
	// keys holds each entity's keys, resolvable or not.
	keys map[string][]key
	// external holds the coordinates (Type.field) that this SDL does not own:
	// @external ones that are part of no key.
	external map[string]bool
	requires map[string]*requirement
	provides map[string]ast.SelectionSet
	// interfaceObject holds the object types marked so.
	interfaceObject map[string]bool
}

type key struct {
	fields     ast.SelectionSet
	text       string
	resolvable bool
}

type requirement struct {
	fields ast.SelectionSet
	// arguments gives, for each path that has arguments, their text; two
	// requirements that disagree cannot share a representation.
	arguments map[string]string
}

// buildSchema makes an executable schema from a subgraph's SDL.
func buildSchema(sdl string, mode Mode) (*ast.Schema, *federation, error) {
	source := &ast.Source{Name: "schema.graphql", Input: sdl}
	doc, err := parser.ParseSchema(source)
	if err != nil {
		return nil, nil, plainError(err)
	}
	names := readLinks(doc)
	extra, err := parser.ParseSchema(&ast.Source{Name: "federation.graphql", Input: federationSDL(doc, names, mode)})
	if err != nil {
		return nil, nil, fmt.Errorf("federation definitions: %w", err)
	}
	prelude, err := parser.ParseSchema(validator.Prelude)
	if err != nil {
		return nil, nil, fmt.Errorf("prelude: %w", err)
	}
	for _, d := range prelude.Definitions {
		d.BuiltIn = true
	}
	// Incremental delivery is not served, so it must not be announced.
	prelude.Directives = slices.DeleteFunc(prelude.Directives, func(d *ast.DirectiveDefinition) bool { return d.Name == "defer" })
	prelude.Merge(doc)
	prelude.Merge(extra)
	schema, err := validator.ValidateSchemaDocument(prelude)
	if err != nil {
		return nil, nil, plainError(err)
	}
	if schema.Query == nil {
		return nil, nil, fmt.Errorf("the schema has no query type")
	}
	fed, err := readFederation(schema, names)
	if err != nil {
		return nil, nil, err
	}
	return schema, fed, nil
}

// plainError keeps a nil *gqlerror.Error from becoming a non-nil error.
func plainError(err error) error {
	if e, ok := err.(*gqlerror.Error); ok && e == nil {
		return nil
	}
	return err
}

// federationSDL prints the definitions the SDL leaves to the server.
func federationSDL(doc *ast.SchemaDocument, names directiveNames, mode Mode) string {
	var b strings.Builder
	defined := map[string]bool{}
	kinds := map[string]ast.DefinitionKind{}
	for _, list := range []ast.DefinitionList{doc.Definitions, doc.Extensions} {
		for _, d := range list {
			defined[d.Name] = true
			kinds[d.Name] = d.Kind
		}
	}
	declared := map[string]bool{}
	for _, d := range doc.Directives {
		declared[d.Name] = true
	}
	// A plain service shows its directives to introspection, so it gets only
	// those it uses.
	used := usedDirectives(doc)
	var locals []string
	for local := range names {
		if !declared[local] && used[local] && directiveDefinitions[names[local]] != "" {
			locals = append(locals, local)
		}
	}
	sort.Strings(locals)
	needFS, needAny := false, false
	for _, local := range locals {
		def := directiveDefinitions[names[local]]
		needFS = needFS || strings.Contains(def, "FS!")
		needAny = needAny || strings.Contains(def, "AnyScalar")
		def = strings.ReplaceAll(def, "FS!", "federation__FieldSet!")
		def = strings.ReplaceAll(def, "AnyScalar", "federation__Value")
		fmt.Fprintf(&b, "directive @%s%s\n", local, afterName(def))
	}
	scalar := func(name string) {
		if !defined[name] {
			defined[name] = true
			fmt.Fprintf(&b, "scalar %s\n", name)
		}
	}
	if needFS {
		scalar("federation__FieldSet")
	}
	if needAny {
		scalar("federation__Value")
	}
	// Own directive declarations may name the field set scalar without
	// defining it, under whatever name they import it.
	for _, d := range doc.Directives {
		for _, a := range d.Arguments {
			if name := a.Type.Name(); strings.HasSuffix(name, "FieldSet") || strings.HasPrefix(name, "link__") || strings.HasPrefix(name, "federation__") {
				scalar(name)
			}
		}
	}
	if mode != Federated {
		return b.String()
	}
	scalar("_Any")
	if !defined["_Service"] {
		b.WriteString("type _Service { sdl: String }\n")
	}
	entities := entityTypes(doc, names)
	if len(entities) > 0 && !defined["_Entity"] {
		fmt.Fprintf(&b, "union _Entity = %s\n", strings.Join(entities, " | "))
	}
	root, declaredRoot := queryRoot(doc)
	if !declaredRoot && len(doc.Schema) > 0 {
		fmt.Fprintf(&b, "extend schema { query: %s }\n", root)
	}
	has := func(field string) bool {
		for _, list := range []ast.DefinitionList{doc.Definitions, doc.Extensions} {
			for _, d := range list {
				if d.Name == root && d.Fields.ForName(field) != nil {
					return true
				}
			}
		}
		return false
	}
	var fields []string
	if !has("_service") {
		fields = append(fields, "_service: _Service!")
	}
	if len(entities) > 0 && !has("_entities") {
		fields = append(fields, "_entities(representations: [_Any!]!): [_Entity]!")
	}
	if len(fields) > 0 {
		fmt.Fprintf(&b, "extend type %s { %s }\n", root, strings.Join(fields, " "))
	}
	return b.String()
}

// afterName separates a definition without arguments from the directive's name.
func afterName(def string) string {
	if strings.HasPrefix(def, "(") {
		return def
	}
	return " " + def
}

func queryRoot(doc *ast.SchemaDocument) (name string, declared bool) {
	for _, list := range [][]*ast.SchemaDefinition{doc.Schema, doc.SchemaExtension} {
		for _, def := range list {
			for _, op := range def.OperationTypes {
				if op.Operation == ast.Query {
					return op.Type, true
				}
			}
		}
	}
	return "Query", false
}

// entityTypes lists the object types that have a resolvable key.
func entityTypes(doc *ast.SchemaDocument, names directiveNames) []string {
	seen := map[string]bool{}
	var out []string
	for _, list := range []ast.DefinitionList{doc.Definitions, doc.Extensions} {
		for _, d := range list {
			if d.Kind != ast.Object || seen[d.Name] {
				continue
			}
			for _, dir := range d.Directives {
				if names[dir.Name] == "key" && argumentText(dir, "resolvable") != "false" {
					seen[d.Name] = true
				}
			}
			if seen[d.Name] {
				out = append(out, d.Name)
			}
		}
	}
	sort.Strings(out)
	return out
}

func readFederation(schema *ast.Schema, names directiveNames) (*federation, error) {
	f := &federation{
		keys:            map[string][]key{},
		external:        map[string]bool{},
		requires:        map[string]*requirement{},
		provides:        map[string]ast.SelectionSet{},
		interfaceObject: map[string]bool{},
	}
	inKey := map[string]bool{}
	for _, def := range schema.Types {
		if def.Kind != ast.Object && def.Kind != ast.Interface {
			continue
		}
		if names.has(def.Directives, "interfaceObject") {
			f.interfaceObject[def.Name] = true
		}
		for _, dir := range def.Directives {
			if names[dir.Name] != "key" {
				continue
			}
			text := argumentText(dir, "fields")
			fields, err := parseFieldSet(text)
			if err != nil {
				return nil, fmt.Errorf("@key of %s: %w", def.Name, err)
			}
			if err := walkFieldSet(schema, def, fields, func(owner *ast.Definition, field *ast.Field) {
				inKey[owner.Name+"."+field.Name] = true
			}); err != nil {
				return nil, fmt.Errorf("@key of %s: %w", def.Name, err)
			}
			f.keys[def.Name] = append(f.keys[def.Name], key{fields: fields, text: text, resolvable: argumentText(dir, "resolvable") != "false"})
		}
		for _, field := range def.Fields {
			coordinate := def.Name + "." + field.Name
			if dir := names.first(field.Directives, "requires"); dir != nil {
				r, err := newRequirement(schema, def, argumentText(dir, "fields"))
				if err != nil {
					return nil, fmt.Errorf("@requires of %s: %w", coordinate, err)
				}
				f.requires[coordinate] = r
			}
			if dir := names.first(field.Directives, "provides"); dir != nil {
				fields, err := parseFieldSet(argumentText(dir, "fields"))
				if err == nil {
					err = walkFieldSet(schema, schema.Types[field.Type.Name()], fields, nil)
				}
				if err != nil {
					return nil, fmt.Errorf("@provides of %s: %w", coordinate, err)
				}
				f.provides[coordinate] = fields
			}
		}
	}
	for _, def := range schema.Types {
		if def.Kind != ast.Object && def.Kind != ast.Interface {
			continue
		}
		whole := names.has(def.Directives, "external")
		for _, field := range def.Fields {
			coordinate := def.Name + "." + field.Name
			if (whole || names.has(field.Directives, "external")) && !inKey[coordinate] {
				f.external[coordinate] = true
			}
		}
	}
	return f, nil
}

func newRequirement(schema *ast.Schema, def *ast.Definition, text string) (*requirement, error) {
	fields, err := parseFieldSet(text)
	if err != nil {
		return nil, err
	}
	if err := walkFieldSet(schema, def, fields, nil); err != nil {
		return nil, err
	}
	r := &requirement{fields: fields, arguments: map[string]string{}}
	var walk func(prefix string, set ast.SelectionSet)
	walk = func(prefix string, set ast.SelectionSet) {
		for _, sel := range set {
			switch sel := sel.(type) {
			case *ast.Field:
				path := prefix + "." + sel.Name
				if len(sel.Arguments) > 0 {
					args := make([]string, len(sel.Arguments))
					for i, a := range sel.Arguments {
						args[i] = a.Name + ":" + a.Value.String()
					}
					sort.Strings(args)
					r.arguments[path] = strings.Join(args, ",")
				}
				walk(path, sel.SelectionSet)
			case *ast.InlineFragment:
				walk(prefix, sel.SelectionSet)
			}
		}
	}
	walk("", fields)
	return r, nil
}
