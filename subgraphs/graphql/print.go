package graphql

import (
	"fmt"
	"slices"
	"strconv"

	"github.com/weft-graphql/weft/subgraphs"
)

// printer prints the operation of a fetch: compact, and the same for the same
// spec. It refuses names that are none, so that nothing in a spec can change
// the structure of the text.
type printer struct {
	spec *subgraphs.FetchSpec
	b    []byte
	err  error
	// entry is the lookup whose fields are printed, and pieces is what its filled
	// fields cut the text into; below is how many fields are around, on and include
	// are the types and conditions of the fragments around.
	entry   *entry
	pieces  []piece
	below   int
	on      []string
	include []subgraphs.Condition
	// uses are, by variable of the spec, where it is used: nil where that does not
	// matter. At is the entry with filled fields that is being printed, within such a
	// field of it; -1 for none.
	uses       [][]use
	at, within int
}

func (p *printer) fail(format string, args ...any) {
	if p.err == nil {
		p.err = fmt.Errorf(format, args...)
	}
}

func (p *printer) name(s string) {
	if !isName(s) {
		p.fail("%q is not a GraphQL name", s)
	}
	p.b = append(p.b, s...)
}

func (p *printer) text(s string) { p.b = append(p.b, s...) }

func (p *printer) typ(s string) {
	if !isType(s) {
		p.fail("%q is not a GraphQL type", s)
	}
	p.b = append(p.b, s...)
}

// variable prints the reference to a variable of the spec.
func (p *printer) variable(i int) {
	if i < 0 || i >= len(p.spec.Variables) {
		p.fail("variable %d is not declared", i)
		return
	}
	if p.uses != nil {
		p.uses[i] = append(p.uses[i], use{p.at, p.within})
	}
	p.text("$")
	p.name(p.spec.Variables[i].Name)
}

// declare prints `$name:Type`, after a comma unless it is the first.
func (p *printer) declare(first *bool, name, typ string) {
	if !*first {
		p.text(",")
	}
	*first = false
	p.text("$")
	p.name(name)
	p.text(":")
	p.typ(typ)
}

// selections prints `{…}`.
func (p *printer) selections(list []subgraphs.Selection) {
	p.text("{")
	p.list(list)
	p.text("}")
}

func (p *printer) list(list []subgraphs.Selection) {
	for i := range list {
		p.selection(&list[i])
	}
}

func (p *printer) selection(s *subgraphs.Selection) {
	if s.Field == "" && s.On == "" && len(s.Include) == 0 {
		p.list(s.Selections)
		return
	}
	filled := -1
	if s.Field != "" && hasFrom(s.Arguments) {
		if filled = p.begin(s); filled < 0 {
			return
		}
	}
	on, wraps := p.conditions(s.Include)
	for _, w := range wraps {
		p.space()
		p.text("...")
		p.condition(w)
		p.text("{")
	}
	if s.Field == "" {
		p.text("...")
		if s.On != "" {
			p.text("on ")
			p.name(s.On)
		}
		if len(s.Selections) == 0 {
			p.fail("an inline fragment selects nothing")
		}
	} else {
		p.space()
		if s.Key != "" && s.Key != s.Field {
			p.name(s.Key)
			p.text(":")
		}
		p.name(s.Field)
		p.arguments(s.Arguments)
	}
	for _, c := range on {
		p.condition(c)
	}
	if len(s.Selections) > 0 {
		p.inside(s)
	}
	for range wraps {
		p.text("}")
	}
	p.end(filled)
}

// inside prints the selections of a field or fragment.
func (p *printer) inside(s *subgraphs.Selection) {
	types, conditions := len(p.on), len(p.include)
	switch {
	case s.Field != "":
		p.below++
	case s.On != "":
		p.on = append(p.on, s.On)
	}
	p.include = append(p.include, s.Include...)
	p.selections(s.Selections)
	p.on, p.include = p.on[:types], p.include[:conditions]
	if s.Field != "" {
		p.below--
	}
}

// space separates a name from one before it.
func (p *printer) space() {
	if n := len(p.b); n > 0 && isNameByte(p.b[n-1]) {
		p.text(" ")
	}
}

// conditions splits conditions into those that one selection can carry, at most
// one @include and one @skip, and those that need a fragment around it.
func (p *printer) conditions(all []subgraphs.Condition) (on, wraps []subgraphs.Condition) {
	for i, c := range all {
		switch {
		case slices.Contains(all[:i], c):
		case slices.ContainsFunc(on, func(o subgraphs.Condition) bool { return o.Negate == c.Negate }):
			wraps = append(wraps, c)
		default:
			on = append(on, c)
		}
	}
	return on, wraps
}

func (p *printer) condition(c subgraphs.Condition) {
	if c.Negate {
		p.text("@skip(if:")
	} else {
		p.text("@include(if:")
	}
	p.variable(c.Variable)
	p.text(")")
}

func (p *printer) arguments(args []subgraphs.ArgumentSpec) {
	if len(args) == 0 {
		return
	}
	p.text("(")
	p.fields(args)
	p.text(")")
}

func (p *printer) fields(args []subgraphs.ArgumentSpec) {
	for i := range args {
		if i > 0 {
			p.text(",")
		}
		p.name(args[i].Name)
		p.text(":")
		if args[i].Value.From != "" || args[i].Value.Context > 0 {
			p.from(&args[i])
			continue
		}
		p.value(&args[i].Value)
	}
}

func (p *printer) value(v *subgraphs.ArgumentValue) {
	switch {
	case v.Object || len(v.Fields) > 0:
		p.text("{")
		p.fields(v.Fields)
		p.text("}")
	case v.List || len(v.Items) > 0:
		p.text("[")
		for i := range v.Items {
			if i > 0 {
				p.text(",")
			}
			p.value(&v.Items[i])
		}
		p.text("]")
	case v.Variable >= 0 && v.Constant == "":
		p.variable(v.Variable)
	default:
		if v.Constant == "" {
			p.fail("an argument has no value")
		}
		p.text(v.Constant)
	}
}

func isNameByte(c byte) bool {
	return c == '_' || 'a' <= c && c <= 'z' || 'A' <= c && c <= 'Z' || '0' <= c && c <= '9'
}

func isName(s string) bool {
	for i := 0; i < len(s); i++ {
		if !isNameByte(s[i]) {
			return false
		}
	}
	return s != "" && (s[0] < '0' || s[0] > '9')
}

// isType reports whether s is a type reference such as [ID!]!.
func isType(s string) bool {
	if n := len(s); n > 0 && s[n-1] == '!' {
		s = s[:n-1]
	}
	if n := len(s); n > 1 && s[0] == '[' && s[n-1] == ']' {
		return isType(s[1 : n-1])
	}
	return isName(s)
}

func isListType(s string) bool { return s != "" && s[0] == '[' }

// appendQuoted writes s as a JSON string.
func appendQuoted(dst []byte, s string) []byte {
	dst = append(dst, '"')
	dst = appendEscaped(dst, s)
	return append(dst, '"')
}

func appendEscaped[T string | []byte](dst []byte, s T) []byte {
	const hex = "0123456789abcdef"
	for i := 0; i < len(s); i++ {
		switch c := s[i]; {
		case c == '"' || c == '\\':
			dst = append(dst, '\\', c)
		case c == '\n':
			dst = append(dst, '\\', 'n')
		case c < ' ':
			dst = append(dst, '\\', 'u', '0', '0', hex[c>>4], hex[c&15])
		default:
			dst = append(dst, c)
		}
	}
	return dst
}

func appendInt(dst []byte, i int) []byte { return strconv.AppendInt(dst, int64(i), 10) }
