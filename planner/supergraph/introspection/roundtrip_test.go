package introspection

import (
	"slices"
	"strings"

	"github.com/weft-graphql/weft/planner/schema"
)

// The types below are the answer to the standard query.

type jsonSchema struct {
	Description                               *string
	QueryType, MutationType, SubscriptionType *jsonRef
	Types                                     []jsonType
	Directives                                []jsonDirective
}

type jsonRef struct {
	Kind   string
	Name   *string
	OfType *jsonRef
}

type jsonType struct {
	Kind           string
	Name           string
	Description    *string
	SpecifiedByURL *string
	IsOneOf        *bool
	Fields         []jsonField
	InputFields    []jsonInput
	Interfaces     []jsonRef
	EnumValues     []jsonValue
	PossibleTypes  []jsonRef
}

type jsonField struct {
	Name              string
	Description       *string
	Args              []jsonInput
	Type              jsonRef
	IsDeprecated      bool
	DeprecationReason *string
}

type jsonInput struct {
	Name              string
	Description       *string
	Type              jsonRef
	DefaultValue      *string
	IsDeprecated      bool
	DeprecationReason *string
}

type jsonValue struct {
	Name              string
	Description       *string
	IsDeprecated      bool
	DeprecationReason *string
}

type jsonDirective struct {
	Name         string
	Description  *string
	IsRepeatable bool
	Locations    []string
	Args         []jsonInput
}

func literal(s string) string {
	return (&schema.Value{Kind: schema.StringValue, Raw: s}).GraphQL()
}

func description(s *string) string {
	if s == nil {
		return ""
	}
	return literal(*s) + "\n"
}

func deprecatedSDL(is bool, reason *string) string {
	if !is {
		return ""
	}
	return " @deprecated(reason: " + literal(*reason) + ")"
}

func (r *jsonRef) sdl() string {
	switch r.Kind {
	case "NON_NULL":
		return r.OfType.sdl() + "!"
	case "LIST":
		return "[" + r.OfType.sdl() + "]"
	}
	return *r.Name
}

func inputsSDL(list []jsonInput) string {
	var sb strings.Builder
	for _, in := range list {
		sb.WriteString(description(in.Description) + in.Name + ": " + in.Type.sdl())
		if in.DefaultValue != nil {
			sb.WriteString(" = " + *in.DefaultValue)
		}
		sb.WriteString(deprecatedSDL(in.IsDeprecated, in.DeprecationReason) + "\n")
	}
	return sb.String()
}

func arguments(list []jsonInput) string {
	if len(list) == 0 {
		return ""
	}
	return "(\n" + inputsSDL(list) + ")"
}

// sdl writes the schema an answer describes, without what is built in.
func (s *jsonSchema) sdl() string {
	var sb strings.Builder
	sb.WriteString(description(s.Description) + "schema {\nquery: " + *s.QueryType.Name + "\n")
	if s.MutationType != nil {
		sb.WriteString("mutation: " + *s.MutationType.Name + "\n")
	}
	if s.SubscriptionType != nil {
		sb.WriteString("subscription: " + *s.SubscriptionType.Name + "\n")
	}
	sb.WriteString("}\n")
	for _, d := range s.Directives {
		if slices.Contains([]string{"skip", "include", "deprecated", "specifiedBy", "oneOf"}, d.Name) {
			continue
		}
		sb.WriteString(description(d.Description) + "directive @" + d.Name + arguments(d.Args))
		if d.IsRepeatable {
			sb.WriteString(" repeatable")
		}
		sb.WriteString(" on " + strings.Join(d.Locations, " | ") + "\n")
	}
	keywords := map[string]string{"SCALAR": "scalar", "OBJECT": "type", "INTERFACE": "interface", "UNION": "union", "ENUM": "enum", "INPUT_OBJECT": "input"}
	for _, t := range s.Types {
		if strings.HasPrefix(t.Name, "__") || schema.BuiltinScalar(t.Name) {
			continue
		}
		sb.WriteString(description(t.Description) + keywords[t.Kind] + " " + t.Name)
		names := func(refs []jsonRef) string {
			var out []string
			for _, r := range refs {
				out = append(out, *r.Name)
			}
			return strings.Join(out, " & ")
		}
		if len(t.Interfaces) > 0 {
			sb.WriteString(" implements " + names(t.Interfaces))
		}
		if t.SpecifiedByURL != nil {
			sb.WriteString(" @specifiedBy(url: " + literal(*t.SpecifiedByURL) + ")")
		}
		if t.IsOneOf != nil && *t.IsOneOf {
			sb.WriteString(" @oneOf")
		}
		if t.Kind == "UNION" {
			sb.WriteString(" = " + strings.ReplaceAll(names(t.PossibleTypes), "&", "|"))
		}
		if len(t.Fields)+len(t.InputFields)+len(t.EnumValues) > 0 {
			sb.WriteString(" {\n")
			for _, f := range t.Fields {
				sb.WriteString(description(f.Description) + f.Name + arguments(f.Args) + ": " + f.Type.sdl() + deprecatedSDL(f.IsDeprecated, f.DeprecationReason) + "\n")
			}
			sb.WriteString(inputsSDL(t.InputFields))
			for _, v := range t.EnumValues {
				sb.WriteString(description(v.Description) + v.Name + deprecatedSDL(v.IsDeprecated, v.DeprecationReason) + "\n")
			}
			sb.WriteString("}")
		}
		sb.WriteString("\n")
	}
	return sb.String()
}

// explicit gives every @deprecated its reason, as introspection does.
func explicit(doc *schema.Document) *schema.Document {
	fill := func(list []*schema.Directive) {
		for _, d := range list {
			if d.Name == "deprecated" && d.Argument("reason") == nil {
				d.Arguments = []schema.Argument{{Name: "reason", Value: &schema.Value{Kind: schema.StringValue, Raw: "No longer supported"}}}
			}
		}
	}
	args := func(list []*schema.ArgumentDefinition) {
		for _, a := range list {
			fill(a.Directives)
		}
	}
	for _, t := range doc.Types {
		for _, f := range t.Fields {
			fill(f.Directives)
			args(f.Arguments)
		}
		for _, v := range t.Values {
			fill(v.Directives)
		}
	}
	for _, d := range doc.Directives {
		args(d.Arguments)
	}
	return doc
}
