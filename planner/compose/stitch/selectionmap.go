package stitch

import (
	"errors"
	"strings"

	"github.com/weft-graphql/weft/planner/schema"
)

// A field selection map (Composite Schemas specification, appendix A) says how an
// argument's value is made of fields of an output type.

// selectedValue is a map: one of several alternatives.
type selectedValue struct {
	alternatives []selectedEntry
}

// selectedEntry is a path, and below it perhaps an object or a list.
type selectedEntry struct {
	// on restricts the entry to one concrete type; empty when it does not.
	on     string
	path   []selectedStep
	object bool
	fields []selectedField
	list   *selectedValue
}

// selectedStep is a field of a path, with the type it is narrowed to.
type selectedStep struct {
	name string
	on   string
}

type selectedField struct {
	name  string
	value selectedValue
}

// parseSelectedValue reads a field selection map.
func parseSelectedValue(text string) (selectedValue, error) {
	s := &tokens{text: text}
	v, err := s.selected(0)
	if err == nil && s.peek() != 0 {
		err = s.unexpected("the end")
	}
	return v, err
}

func (s *tokens) selected(depth int) (selectedValue, error) {
	var out selectedValue
	if depth > maxNesting {
		return out, errors.New("the selection nests too deep")
	}
	for {
		e, err := s.selectedEntry(depth)
		if err != nil {
			return out, err
		}
		out.alternatives = append(out.alternatives, e)
		if !s.take('|') {
			return out, nil
		}
	}
}

func (s *tokens) selectedEntry(depth int) (e selectedEntry, err error) {
	switch s.peek() {
	case '{':
		return s.selectedBody(e, depth)
	case '<':
		if e.on, err = s.typeName(); err != nil {
			return e, err
		}
		if !s.take('.') {
			return e, s.unexpected("a dot")
		}
	}
	for {
		if c := s.peek(); c == '{' && len(e.path) > 0 {
			return s.selectedBody(e, depth)
		}
		name, err := s.name("a field")
		if err != nil {
			return e, err
		}
		step := selectedStep{name: name}
		if s.peek() == '<' {
			if step.on, err = s.typeName(); err != nil {
				return e, err
			}
		}
		e.path = append(e.path, step)
		if s.peek() == '[' {
			return s.selectedBody(e, depth)
		}
		if !s.take('.') {
			return e, nil
		}
	}
}

// selectedBody reads the object or list at the end of an entry.
func (s *tokens) selectedBody(e selectedEntry, depth int) (selectedEntry, error) {
	if s.take('[') {
		v, err := s.listItem(depth + 1)
		e.list = &v
		return e, err
	}
	s.take('{')
	e.object = true
	for !s.take('}') {
		name, err := s.name("a field or }")
		if err != nil {
			return e, err
		}
		for _, f := range e.fields {
			if f.name == name {
				return e, errors.New("the field " + name + " is given twice")
			}
		}
		f := selectedField{name: name}
		if s.take(':') {
			if f.value, err = s.selected(depth + 1); err != nil {
				return e, err
			}
		} else {
			f.value.alternatives = []selectedEntry{{path: []selectedStep{{name: name}}}}
		}
		e.fields = append(e.fields, f)
	}
	if len(e.fields) == 0 {
		return e, errors.New("an object selects no field")
	}
	return e, nil
}

// listItem reads what a list holds, which may be a list again.
func (s *tokens) listItem(depth int) (v selectedValue, err error) {
	if s.peek() == '[' {
		e, err := s.selectedBody(selectedEntry{}, depth)
		if err != nil {
			return v, err
		}
		v.alternatives = []selectedEntry{e}
	} else if v, err = s.selected(depth); err != nil {
		return v, err
	}
	if !s.take(']') {
		return v, s.unexpected("]")
	}
	return v, nil
}

func (s *tokens) typeName() (string, error) {
	s.take('<')
	name, err := s.name("a type")
	if err == nil && !s.take('>') {
		err = s.unexpected(">")
	}
	return name, err
}

// selections are the fields of the output type that a map reads.
func (v selectedValue) selections() []schema.Selection {
	var out []schema.Selection
	for _, e := range v.alternatives {
		var below []schema.Selection
		for _, f := range e.fields {
			below = mergeSelections(below, f.value.selections())
		}
		if e.list != nil {
			below = mergeSelections(below, e.list.selections())
		}
		for i := len(e.path) - 1; i >= 0; i-- {
			if on := e.path[i].on; on != "" {
				below = []schema.Selection{{Fragment: true, On: on, Selections: below}}
			}
			name := e.path[i].name
			below = []schema.Selection{{Alias: name, Name: name, Selections: below}}
		}
		if e.on != "" {
			below = []schema.Selection{{Fragment: true, On: e.on, Selections: below}}
		}
		out = mergeSelections(out, below)
	}
	return out
}

// mergeSelections joins two field sets, each field once.
func mergeSelections(a, b []schema.Selection) []schema.Selection {
	for _, s := range b {
		merged := false
		for i := range a {
			if a[i].Name == s.Name && a[i].Fragment == s.Fragment && a[i].On == s.On {
				a[i].Selections = mergeSelections(a[i].Selections, s.Selections)
				merged = true
			}
		}
		if !merged {
			a = append(a, s)
		}
	}
	return a
}

// String prints the map in its own language.
func (v selectedValue) String() string {
	parts := make([]string, len(v.alternatives))
	for i, e := range v.alternatives {
		parts[i] = e.String()
	}
	return strings.Join(parts, " | ")
}

func (e selectedEntry) String() string {
	var steps []string
	if e.on != "" {
		steps = append(steps, "<"+e.on+">")
	}
	for _, s := range e.path {
		name := s.name
		if s.on != "" {
			name += "<" + s.on + ">"
		}
		steps = append(steps, name)
	}
	if e.object {
		fields := make([]string, len(e.fields))
		for i, f := range e.fields {
			fields[i] = f.name + ": " + f.value.String()
		}
		steps = append(steps, "{ "+strings.Join(fields, ", ")+" }")
	}
	out := strings.Join(steps, ".")
	if e.list != nil {
		out += "[" + e.list.String() + "]"
	}
	return out
}
