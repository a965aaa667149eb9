package load

import (
	"errors"
	"fmt"
	"strings"

	"github.com/vektah/gqlparser/v2/ast"
	"github.com/vektah/gqlparser/v2/parser"
)

// sdlPrinter prints an introspected schema. Everything the upstream tells is
// kept: interfaces of interfaces, repeatable directives, deprecated arguments,
// @specifiedBy, @oneOf. What introspection does not tell, the applications of other
// directives, is lost.
type sdlPrinter struct {
	strings.Builder
	err error
}

// printSchema prints the schema as SDL that parses.
func printSchema(s *schemaInfo) (string, error) {
	p := &sdlPrinter{}
	p.roots(s)
	for i := range s.Directives {
		if !builtInDirective(s.Directives[i].Name) {
			p.directive(&s.Directives[i])
		}
	}
	for i := range s.Types {
		t := &s.Types[i]
		if strings.HasPrefix(t.Name, "__") || t.Kind == "SCALAR" && builtInScalar(t.Name) {
			continue
		}
		p.typ(t)
	}
	if p.err != nil {
		return "", p.err
	}
	// Default values are copied as text; find out here if one is broken.
	doc, err := parser.ParseSchema(&ast.Source{Name: "introspection", Input: p.String()})
	if err != nil {
		return "", err
	}
	if len(doc.Definitions) == 0 {
		return "", errors.New("it has no types")
	}
	return p.String(), nil
}

func builtInScalar(name string) bool {
	switch name {
	case "Int", "Float", "String", "Boolean", "ID":
		return true
	}
	return false
}

func builtInDirective(name string) bool {
	switch name {
	case "skip", "include", "deprecated", "specifiedBy", "oneOf", "defer", "stream":
		return true
	}
	return false
}

func (p *sdlPrinter) text(parts ...string) {
	for _, s := range parts {
		p.WriteString(s)
	}
}

func (p *sdlPrinter) name(s string) {
	for i := 0; i < len(s); i++ {
		c := s[i]
		if c != '_' && (c < 'a' || c > 'z') && (c < 'A' || c > 'Z') && (i == 0 || c < '0' || c > '9') {
			s = ""
		}
	}
	if s == "" && p.err == nil {
		p.err = errors.New("it has a name that is none")
	}
	p.WriteString(s)
}

func (p *sdlPrinter) roots(s *schemaInfo) {
	usual := true
	roots := []struct {
		keyword, usual string
		typ            *typeName
	}{{"query", "Query", s.QueryType}, {"mutation", "Mutation", s.MutationType}, {"subscription", "Subscription", s.SubscriptionType}}
	for _, r := range roots {
		if r.typ != nil {
			usual = usual && r.typ.Name == r.usual
			continue
		}
		for i := range s.Types {
			// A type that has the name of a root, but is none.
			usual = usual && s.Types[i].Name != r.usual
		}
	}
	if usual {
		return
	}
	p.text("schema {\n")
	for _, r := range roots {
		if r.typ != nil {
			p.text("  ", r.keyword, ": ")
			p.name(r.typ.Name)
			p.text("\n")
		}
	}
	p.text("}\n\n")
}

func (p *sdlPrinter) typ(t *typeInfo) {
	p.description("", t.Description)
	switch t.Kind {
	case "SCALAR":
		p.text("scalar ")
		p.name(t.Name)
		if t.SpecifiedByURL != nil {
			p.text(" @specifiedBy(url: ", quote(*t.SpecifiedByURL), ")")
		}
		p.text("\n\n")
	case "OBJECT", "INTERFACE":
		if t.Kind == "OBJECT" {
			p.text("type ")
		} else {
			p.text("interface ")
		}
		p.name(t.Name)
		p.refs(" implements ", " & ", t.Interfaces)
		p.text(" {\n")
		for i := range t.Fields {
			p.field(&t.Fields[i])
		}
		p.text("}\n\n")
	case "UNION":
		p.text("union ")
		p.name(t.Name)
		p.refs(" = ", " | ", t.PossibleTypes)
		p.text("\n\n")
	case "ENUM":
		p.text("enum ")
		p.name(t.Name)
		p.text(" {\n")
		for i := range t.EnumValues {
			v := &t.EnumValues[i]
			p.description("  ", v.Description)
			p.text("  ")
			p.name(v.Name)
			p.deprecated(v.deprecation)
			p.text("\n")
		}
		p.text("}\n\n")
	case "INPUT_OBJECT":
		p.text("input ")
		p.name(t.Name)
		if t.IsOneOf {
			p.text(" @oneOf")
		}
		p.text(" {\n")
		for i := range t.InputFields {
			f := &t.InputFields[i]
			p.description("  ", f.Description)
			p.text("  ")
			p.input(f)
			p.text("\n")
		}
		p.text("}\n\n")
	default:
		if p.err == nil {
			p.err = fmt.Errorf("type %q has the unknown kind %q", t.Name, t.Kind)
		}
	}
}

func (p *sdlPrinter) refs(before, between string, list []typeRef) {
	for i := range list {
		if i == 0 {
			p.text(before)
		} else {
			p.text(between)
		}
		p.name(list[i].Name)
	}
}

func (p *sdlPrinter) field(f *fieldInfo) {
	p.description("  ", f.Description)
	p.text("  ")
	p.name(f.Name)
	p.inputs(f.Args)
	p.text(": ")
	p.ref(&f.Type)
	p.deprecated(f.deprecation)
	p.text("\n")
}

// inputs prints arguments, on one line unless they are described.
func (p *sdlPrinter) inputs(list []inputInfo) {
	if len(list) == 0 {
		return
	}
	p.text("(")
	for i := range list {
		if i > 0 {
			p.text(", ")
		}
		if d := list[i].Description; d != "" {
			p.text(quote(d), " ")
		}
		p.input(&list[i])
	}
	p.text(")")
}

func (p *sdlPrinter) input(f *inputInfo) {
	p.name(f.Name)
	p.text(": ")
	p.ref(&f.Type)
	if f.DefaultValue != nil {
		p.text(" = ", *f.DefaultValue)
	}
	p.deprecated(f.deprecation)
}

func (p *sdlPrinter) ref(t *typeRef) {
	switch t.Kind {
	case "LIST", "NON_NULL":
		if t.OfType == nil {
			if p.err == nil {
				p.err = errors.New("a type is wrapped more deeply than was asked for")
			}
			return
		}
		if t.Kind == "NON_NULL" {
			p.ref(t.OfType)
			p.text("!")
			return
		}
		p.text("[")
		p.ref(t.OfType)
		p.text("]")
	default:
		p.name(t.Name)
	}
}

func (p *sdlPrinter) directive(d *directiveInfo) {
	p.description("", d.Description)
	p.text("directive @")
	p.name(d.Name)
	p.inputs(d.Args)
	if d.IsRepeatable {
		p.text(" repeatable")
	}
	p.text(" on ")
	for i, l := range d.Locations {
		if i > 0 {
			p.text(" | ")
		}
		p.name(l)
	}
	p.text("\n\n")
}

func (p *sdlPrinter) deprecated(d deprecation) {
	switch {
	case !d.IsDeprecated:
	case d.DeprecationReason == nil:
		p.text(" @deprecated")
	default:
		p.text(" @deprecated(reason: ", quote(*d.DeprecationReason), ")")
	}
}

func (p *sdlPrinter) description(indent, s string) {
	if s != "" {
		p.text(indent, quote(s), "\n")
	}
}

// quote writes a string value (specification, section 2.9.4).
func quote(s string) string {
	var b strings.Builder
	b.WriteByte('"')
	for _, r := range s {
		switch {
		case r == '"' || r == '\\':
			b.WriteByte('\\')
			b.WriteRune(r)
		case r == '\n':
			b.WriteString(`\n`)
		case r < ' ' || r == 0x7f || r == 0xfeff:
			fmt.Fprintf(&b, `\u%04x`, r)
		default:
			b.WriteRune(r)
		}
	}
	b.WriteByte('"')
	return b.String()
}
