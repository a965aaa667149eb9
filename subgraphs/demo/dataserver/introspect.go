package dataserver

import (
	"slices"
	"sort"
	"strings"

	"github.com/vektah/gqlparser/v2/ast"
)

// introspection answers __schema and __type over one schema.
type introspection struct{ schema *ast.Schema }

func introspectSchema(schema *ast.Schema) any {
	return introspection{schema}.root()
}

// introspectNamed returns the type of that name, nil if there is none.
func introspectNamed(schema *ast.Schema, name string) any {
	if schema.Types[name] == nil {
		return nil
	}
	return introspection{schema}.named(name)
}

// text gives null for an empty description.
func text(s string) any {
	if s == "" {
		return nil
	}
	return s
}

func withDeprecated(args map[string]any) bool { return args["includeDeprecated"] == true }

// deprecation returns the reason, nil if the element is not deprecated.
func deprecation(list ast.DirectiveList) any {
	d := list.ForName("deprecated")
	if d == nil {
		return nil
	}
	if a := d.Arguments.ForName("reason"); a != nil {
		return a.Value.Raw
	}
	return "No longer supported"
}

func (in introspection) root() metaSource {
	s := in.schema
	rootType := func(def *ast.Definition) any {
		if def == nil {
			return nil
		}
		return in.named(def.Name)
	}
	return metaSource{func(field string, args map[string]any) any {
		switch field {
		case "description":
			return text(s.Description)
		case "types":
			names := make([]string, 0, len(s.Types))
			for name := range s.Types {
				names = append(names, name)
			}
			sort.Strings(names)
			out := make([]any, len(names))
			for i, name := range names {
				out[i] = in.named(name)
			}
			return out
		case "queryType":
			return rootType(s.Query)
		case "mutationType":
			return rootType(s.Mutation)
		case "subscriptionType":
			return rootType(s.Subscription)
		case "directives":
			names := make([]string, 0, len(s.Directives))
			for name := range s.Directives {
				names = append(names, name)
			}
			sort.Strings(names)
			out := make([]any, len(names))
			for i, name := range names {
				out[i] = in.directive(s.Directives[name])
			}
			return out
		}
		return nil
	}}
}

// typ describes a type reference.
func (in introspection) typ(t *ast.Type) any {
	wrapped := func(kind string, inner any) any {
		return metaSource{func(field string, _ map[string]any) any {
			switch field {
			case "kind":
				return kind
			case "ofType":
				return inner
			}
			return nil
		}}
	}
	if t.NonNull {
		bare := *t
		bare.NonNull = false
		return wrapped("NON_NULL", in.typ(&bare))
	}
	if t.Elem != nil {
		return wrapped("LIST", in.typ(t.Elem))
	}
	return in.named(t.NamedType)
}

func (in introspection) named(name string) any {
	def := in.schema.Types[name]
	return metaSource{func(field string, args map[string]any) any {
		switch field {
		case "kind":
			return string(def.Kind)
		case "name":
			return def.Name
		case "description":
			return text(def.Description)
		case "specifiedByURL":
			if d := def.Directives.ForName("specifiedBy"); d != nil && d.Arguments.ForName("url") != nil {
				return d.Arguments.ForName("url").Value.Raw
			}
			return nil
		case "isOneOf":
			if def.Kind != ast.InputObject {
				return nil
			}
			return def.Directives.ForName("oneOf") != nil
		case "fields":
			if def.Kind != ast.Object && def.Kind != ast.Interface {
				return nil
			}
			out := []any{}
			for _, f := range def.Fields {
				if strings.HasPrefix(f.Name, "__") || (deprecation(f.Directives) != nil && !withDeprecated(args)) {
					continue
				}
				out = append(out, in.field(f))
			}
			return out
		case "inputFields":
			if def.Kind != ast.InputObject {
				return nil
			}
			out := []any{}
			for _, f := range def.Fields {
				if deprecation(f.Directives) == nil || withDeprecated(args) {
					out = append(out, in.input(f.Name, f.Description, f.Type, f.DefaultValue, f.Directives))
				}
			}
			return out
		case "interfaces":
			if def.Kind != ast.Object && def.Kind != ast.Interface {
				return nil
			}
			out := []any{}
			for _, i := range def.Interfaces {
				out = append(out, in.named(i))
			}
			return out
		case "possibleTypes":
			if !def.IsAbstractType() {
				return nil
			}
			return in.possible(def)
		case "enumValues":
			if def.Kind != ast.Enum {
				return nil
			}
			out := []any{}
			for _, v := range def.EnumValues {
				if deprecation(v.Directives) == nil || withDeprecated(args) {
					out = append(out, element(v.Name, v.Description, v.Directives, nil))
				}
			}
			return out
		}
		return nil
	}}
}

// possible lists object types only; gqlparser counts implementing interfaces
// among an interface's possible types.
func (in introspection) possible(def *ast.Definition) []any {
	var names []string
	for _, t := range in.schema.PossibleTypes[def.Name] {
		if t != nil && t.Kind == ast.Object && !slices.Contains(names, t.Name) {
			names = append(names, t.Name)
		}
	}
	out := make([]any, len(names))
	for i, name := range names {
		out[i] = in.named(name)
	}
	return out
}

// element describes what has a name, a description and a deprecation, and
// leaves other fields to more.
func element(name, description string, directives ast.DirectiveList, more func(field string, args map[string]any) any) metaSource {
	return metaSource{func(field string, args map[string]any) any {
		switch field {
		case "name":
			return name
		case "description":
			return text(description)
		case "isDeprecated":
			return deprecation(directives) != nil
		case "deprecationReason":
			return deprecation(directives)
		}
		if more == nil {
			return nil
		}
		return more(field, args)
	}}
}

func (in introspection) field(f *ast.FieldDefinition) metaSource {
	return element(f.Name, f.Description, f.Directives, func(field string, args map[string]any) any {
		switch field {
		case "args":
			return in.arguments(f.Arguments, args)
		case "type":
			return in.typ(f.Type)
		}
		return nil
	})
}

func (in introspection) arguments(list ast.ArgumentDefinitionList, args map[string]any) any {
	out := []any{}
	for _, a := range list {
		if deprecation(a.Directives) == nil || withDeprecated(args) {
			out = append(out, in.input(a.Name, a.Description, a.Type, a.DefaultValue, a.Directives))
		}
	}
	return out
}

func (in introspection) input(name, description string, typ *ast.Type, value *ast.Value, directives ast.DirectiveList) metaSource {
	return element(name, description, directives, func(field string, _ map[string]any) any {
		switch field {
		case "type":
			return in.typ(typ)
		case "defaultValue":
			if value == nil {
				return nil
			}
			return value.String()
		}
		return nil
	})
}

func (in introspection) directive(d *ast.DirectiveDefinition) metaSource {
	return element(d.Name, d.Description, nil, func(field string, args map[string]any) any {
		switch field {
		case "isRepeatable":
			return d.IsRepeatable
		case "locations":
			out := make([]any, len(d.Locations))
			for i, l := range d.Locations {
				out[i] = string(l)
			}
			return out
		case "args":
			return in.arguments(d.Arguments, args)
		}
		return nil
	})
}
