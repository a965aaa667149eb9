package selectionmap

import (
	"errors"
	"fmt"
	"strings"
)

// MaxNesting bounds how deep objects and lists of a map nest.
const MaxNesting = 32

// Value is a map: one of several alternatives.
type Value struct {
	Alternatives []Entry
	// NonNull values must not be null; see the package.
	NonNull bool
}

// Entry is a path, and below it perhaps an object or a list. Without any of them it
// is the item of the list around it.
type Entry struct {
	// On restricts the entry to one concrete type; empty when it does not.
	On   string
	Path []Step
	// Object says that an input object is made, of Fields.
	Object bool
	Fields []Field
	// List is what each item of a list is mapped to.
	List *Value
}

// Step is a field of a path.
type Step struct {
	Name string
	// On is the concrete type to which the field's value is narrowed; may be empty.
	On string
}

// Field is one field of an input object.
type Field struct {
	Name  string
	Value Value
}

// Parse reads a map.
func Parse(text string) (Value, error) {
	p := &parser{text: text}
	v, err := p.value(0)
	if p.peek(); err == nil && p.at < len(p.text) {
		err = p.unexpected("the end")
	}
	return v, err
}

type parser struct {
	text string
	at   int
}

func (p *parser) peek() byte {
	for p.at < len(p.text) && strings.IndexByte(" \t\r\n,", p.text[p.at]) >= 0 {
		p.at++
	}
	if p.at < len(p.text) {
		return p.text[p.at]
	}
	return 0
}

func (p *parser) take(c byte) bool {
	if p.peek() == c && p.at < len(p.text) {
		p.at++
		return true
	}
	return false
}

func (p *parser) unexpected(want string) error {
	if p.peek(); p.at >= len(p.text) {
		return fmt.Errorf("%s is missing at the end", want)
	}
	return fmt.Errorf("%s is expected at %q", want, p.text[p.at:])
}

func (p *parser) name(what string) (string, error) {
	p.peek()
	start := p.at
	for p.at < len(p.text) {
		c := p.text[p.at]
		letter := c == '_' || c >= 'a' && c <= 'z' || c >= 'A' && c <= 'Z'
		if !letter && (p.at == start || c < '0' || c > '9') {
			break
		}
		p.at++
	}
	if p.at == start {
		return "", p.unexpected(what)
	}
	return p.text[start:p.at], nil
}

func (p *parser) value(depth int) (v Value, err error) {
	if depth > MaxNesting {
		return v, errors.New("the selection nests too deep")
	}
	for {
		e, err := p.entry(depth)
		if err != nil {
			return v, err
		}
		v.Alternatives = append(v.Alternatives, e)
		if !p.take('|') {
			v.NonNull = p.take('!')
			return v, nil
		}
	}
}

func (p *parser) entry(depth int) (e Entry, err error) {
	switch p.peek() {
	case '{':
		return p.body(e, depth)
	case '<':
		if e.On, err = p.typeName(); err != nil {
			return e, err
		}
		if !p.take('.') {
			return e, p.unexpected("a dot")
		}
	}
	for {
		if c := p.peek(); c == '{' && len(e.Path) > 0 {
			return p.body(e, depth)
		}
		name, err := p.name("a field")
		if err != nil {
			return e, err
		}
		step := Step{Name: name}
		if p.peek() == '<' {
			if step.On, err = p.typeName(); err != nil {
				return e, err
			}
		}
		e.Path = append(e.Path, step)
		if p.peek() == '[' {
			return p.body(e, depth)
		}
		if !p.take('.') {
			return e, nil
		}
	}
}

// body reads the object or list at the end of an entry.
func (p *parser) body(e Entry, depth int) (Entry, error) {
	if p.take('[') {
		v, err := p.item(depth + 1)
		e.List = &v
		return e, err
	}
	p.take('{')
	e.Object = true
	for !p.take('}') {
		name, err := p.name("a field or }")
		if err != nil {
			return e, err
		}
		for i := range e.Fields {
			if e.Fields[i].Name == name {
				return e, errors.New("the field " + name + " is given twice")
			}
		}
		f := Field{Name: name}
		if p.take(':') {
			if f.Value, err = p.value(depth + 1); err != nil {
				return e, err
			}
		} else {
			f.Value.Alternatives = []Entry{{Path: []Step{{Name: name}}}}
		}
		e.Fields = append(e.Fields, f)
	}
	if len(e.Fields) == 0 {
		return e, errors.New("an object selects no field")
	}
	return e, nil
}

// item reads what a list holds, which may be a list again, or the items as they
// are.
func (p *parser) item(depth int) (v Value, err error) {
	switch p.peek() {
	case '!':
		p.at++
		v = Value{Alternatives: []Entry{{}}, NonNull: true}
	case '[':
		if depth > MaxNesting {
			return v, errors.New("the selection nests too deep")
		}
		e, err := p.body(Entry{}, depth)
		if err != nil {
			return v, err
		}
		v.Alternatives = []Entry{e}
		v.NonNull = p.take('!')
	default:
		if v, err = p.value(depth); err != nil {
			return v, err
		}
	}
	if !p.take(']') {
		return v, p.unexpected("]")
	}
	return v, nil
}

func (p *parser) typeName() (string, error) {
	p.take('<')
	name, err := p.name("a type")
	if err == nil && !p.take('>') {
		err = p.unexpected(">")
	}
	return name, err
}

// String prints the map in its own language.
func (v Value) String() string {
	parts := make([]string, len(v.Alternatives))
	for i, e := range v.Alternatives {
		parts[i] = e.String()
	}
	out := strings.Join(parts, " | ")
	if v.NonNull {
		out += "!"
	}
	return out
}

// String prints the entry in the language of maps.
func (e Entry) String() string {
	var steps []string
	if e.On != "" {
		steps = append(steps, "<"+e.On+">")
	}
	for _, s := range e.Path {
		name := s.Name
		if s.On != "" {
			name += "<" + s.On + ">"
		}
		steps = append(steps, name)
	}
	if e.Object {
		fields := make([]string, len(e.Fields))
		for i, f := range e.Fields {
			fields[i] = f.Name + ": " + f.Value.String()
		}
		steps = append(steps, "{ "+strings.Join(fields, ", ")+" }")
	}
	out := strings.Join(steps, ".")
	if e.List != nil {
		out += "[" + e.List.String() + "]"
	}
	return out
}
