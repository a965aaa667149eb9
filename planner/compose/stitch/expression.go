package stitch

import (
	"errors"
	"fmt"
	"strings"
)

// maxNesting bounds how deep the values of an expression nest.
const maxNesting = 32

// expression is a parsed lookup: `admin.users(where: {ids: $key.id}).nodes`, or
// `admin.users(where: {ids: $key.id}) { nodes }`.
type expression struct {
	path []string
	args []namedTemplate
	// below are the fields from the one that takes the arguments to the objects.
	below []string
}

type namedTemplate struct {
	name  string
	value template
}

// template says where an argument's value comes from: the path of a leaf in the
// key, an object of templates, or a list with one element for each row.
type template struct {
	key    []string
	whole  bool // `$key` alone
	fields []namedTemplate
	object bool
	item   *template
}

// parseExpression reads a lookup.
func parseExpression(text string) (*expression, error) {
	s := &tokens{text: text}
	e := &expression{}
	for {
		name, err := s.name("a field")
		if err != nil {
			return nil, err
		}
		e.path = append(e.path, name)
		if !s.take('.') {
			break
		}
	}
	if s.take('(') {
		var err error
		if e.args, err = s.named(')', 0); err != nil {
			return nil, err
		}
		if len(e.args) == 0 {
			return nil, errors.New("the brackets hold no argument")
		}
		if e.below, err = s.result(); err != nil {
			return nil, err
		}
	}
	if s.space(); s.at < len(s.text) {
		return nil, s.unexpected("the end")
	}
	return e, nil
}

// result reads the fields behind the arguments: `.edges.node` or `{ edges { node } }`.
func (s *tokens) result() ([]string, error) {
	var out []string
	open := 0
	for {
		switch {
		case s.take('{'):
			open++
		case open == 0 && s.take('.'):
		default:
			for ; open > 0; open-- {
				if !s.take('}') {
					return nil, s.unexpected("}")
				}
			}
			return out, nil
		}
		name, err := s.name("a field")
		if err != nil {
			return nil, err
		}
		if out = append(out, name); len(out) > maxNesting {
			return nil, errors.New("the lookup nests too deep")
		}
	}
}

// tokens scans the small languages of rules: names, punctuation, and space or
// commas between them.
type tokens struct {
	text string
	at   int
}

func (s *tokens) space() {
	for s.at < len(s.text) && strings.IndexByte(" \t\r\n,", s.text[s.at]) >= 0 {
		s.at++
	}
}

func (s *tokens) peek() byte {
	if s.space(); s.at < len(s.text) {
		return s.text[s.at]
	}
	return 0
}

func (s *tokens) take(c byte) bool {
	if s.peek() == c {
		s.at++
		return true
	}
	return false
}

func (s *tokens) unexpected(want string) error {
	if s.space(); s.at >= len(s.text) {
		return fmt.Errorf("%s is missing at the end", want)
	}
	return fmt.Errorf("%s is expected at %q", want, s.text[s.at:])
}

func (s *tokens) name(what string) (string, error) {
	s.space()
	start := s.at
	for s.at < len(s.text) {
		c := s.text[s.at]
		letter := c == '_' || c >= 'a' && c <= 'z' || c >= 'A' && c <= 'Z'
		if !letter && (s.at == start || c < '0' || c > '9') {
			break
		}
		s.at++
	}
	if s.at == start {
		return "", s.unexpected(what)
	}
	return s.text[start:s.at], nil
}

// named reads `name: template` up to a closing character.
func (s *tokens) named(end byte, depth int) ([]namedTemplate, error) {
	var out []namedTemplate
	for !s.take(end) {
		name, err := s.name("an argument or " + string(end))
		if err != nil {
			return nil, err
		}
		for _, o := range out {
			if o.name == name {
				return nil, fmt.Errorf("%q is given twice", name)
			}
		}
		if !s.take(':') {
			return nil, s.unexpected("a colon")
		}
		value, err := s.template(depth)
		if err != nil {
			return nil, err
		}
		out = append(out, namedTemplate{name, value})
	}
	return out, nil
}

func (s *tokens) template(depth int) (template, error) {
	if depth > maxNesting {
		return template{}, errors.New("the values nest too deep")
	}
	switch {
	case s.take('{'):
		fields, err := s.named('}', depth+1)
		return template{object: true, fields: fields}, err
	case s.take('['):
		item, err := s.template(depth + 1)
		if err == nil && !s.take(']') {
			err = s.unexpected("]")
		}
		return template{item: &item}, err
	case s.take('$'):
		name, err := s.name("key")
		if err != nil {
			return template{}, err
		}
		if name != "key" {
			return template{}, fmt.Errorf("there is no $%s; values come from $key", name)
		}
		t := template{whole: true}
		for s.take('.') {
			step, err := s.name("a field of the key")
			if err != nil {
				return template{}, err
			}
			t.key, t.whole = append(t.key, step), false
		}
		return t, nil
	}
	return template{}, s.unexpected("a value from the key, such as $key.id,")
}
