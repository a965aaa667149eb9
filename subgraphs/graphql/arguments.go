package graphql

import (
	"bytes"
	"fmt"
	"slices"
	"strings"

	"github.com/weft-graphql/weft/subgraphs"
)

// rowMark ends the step of an argument's path that is a list with one element for
// each row, when there are steps below it: "keys[].id".
const rowMark = "[]"

// fieldMark ends the step of a lookup's path that takes the arguments, when it is
// not the last: "users()", "nodes".
const fieldMark = "()"

// argument is an argument of a lookup's field, or a field of an input object
// within one: a variable, or an object of such fields.
type argument struct {
	name     string
	fields   []argument
	variable int
}

// lookupVariable is one variable of a lookup by a field.
type lookupVariable struct {
	// suffix ends its name, which begins with the entry's.
	suffix string
	typ    string
	value  rowValue
	// fill is set for an argument of a filled field instead.
	fill *filling
}

// rowValue says what one row gives to a variable: the value at a path of the row,
// or an object of such values.
type rowValue struct {
	from   []string
	object []rowField
}

type rowField struct {
	name  string
	value rowValue
}

// bind compiles the arguments of a lookup.
func (e *entry) bind(list []subgraphs.LookupArgument) error {
	for i := range list {
		a := &list[i]
		path := strings.Split(a.Name, ".")
		rows := slices.IndexFunc(path, func(s string) bool { return strings.HasSuffix(s, rowMark) })
		inline, below := path, []string(nil)
		if rows >= 0 {
			if e.growing {
				return fmt.Errorf("argument %s takes many rows, but the lookup one", a.Name)
			}
			inline, below = slices.Clone(path[:rows+1]), path[rows+1:]
			inline[rows] = strings.TrimSuffix(inline[rows], rowMark)
			if len(below) == 0 || !isListType(a.Type) {
				return fmt.Errorf("argument %s has no list of objects", a.Name)
			}
		}
		for _, step := range append(slices.Clone(inline), below...) {
			if !isName(step) {
				return fmt.Errorf("%q is not a GraphQL name", step)
			}
		}
		v, err := e.place(&e.args, inline, a.Type)
		if err != nil {
			return err
		}
		if !v.value.put(below, a.From) {
			return fmt.Errorf("argument %s is filled twice", a.Name)
		}
	}
	return nil
}

// place finds the variable at a path of arguments, or adds it.
func (e *entry) place(args *[]argument, path []string, typ string) (*lookupVariable, error) {
	i := slices.IndexFunc(*args, func(a argument) bool { return a.name == path[0] })
	if i < 0 {
		i = len(*args)
		*args = append(*args, argument{name: path[0], variable: -1})
		if len(path) == 1 {
			(*args)[i].variable = e.newVariable(strings.Join(append(e.placing, path[0]), "_"), typ)
		}
	}
	a := &(*args)[i]
	if len(path) > 1 {
		if a.variable >= 0 {
			return nil, fmt.Errorf("argument %s is both a value and an object", path[0])
		}
		e.placing = append(e.placing, path[0])
		defer func() { e.placing = e.placing[:len(e.placing)-1] }()
		return e.place(&a.fields, path[1:], typ)
	}
	if a.variable < 0 || e.vars[a.variable].typ != typ {
		return nil, fmt.Errorf("argument %s has two types", path[0])
	}
	return &e.vars[a.variable], nil
}

// newVariable adds a variable with a name of its own.
func (e *entry) newVariable(suffix, typ string) int {
	name := suffix
	for n := 2; slices.ContainsFunc(e.vars, func(v lookupVariable) bool { return v.suffix == name }); n++ {
		name = suffix + "_" + string(appendInt(nil, n))
	}
	e.vars = append(e.vars, lookupVariable{suffix: name, typ: typ})
	return len(e.vars) - 1
}

// put says where the value at a path comes from. It fails if there is one already.
func (v *rowValue) put(path, from []string) bool {
	if len(path) == 0 {
		if v.from != nil || v.object != nil {
			return false
		}
		v.from = from
		if v.from == nil {
			v.from = []string{} // the row itself
		}
		return true
	}
	if v.from != nil {
		return false
	}
	i := slices.IndexFunc(v.object, func(f rowField) bool { return f.name == path[0] })
	if i < 0 {
		i = len(v.object)
		v.object = append(v.object, rowField{name: path[0]})
	}
	return v.object[i].value.put(path[1:], from)
}

// appendTo writes what a row gives.
func (v *rowValue) appendTo(b, row []byte) ([]byte, error) {
	if v.object == nil {
		value, err := valueAt(row, v.from)
		return append(b, value...), err
	}
	b = append(b, '{')
	for i := range v.object {
		if i > 0 {
			b = append(b, ',')
		}
		b = append(b, '"')
		b = append(b, v.object[i].name...)
		b = append(b, `":`...)
		var err error
		if b, err = v.object[i].value.appendTo(b, row); err != nil {
			return b, err
		}
	}
	return append(b, '}'), nil
}

// appendArguments writes arguments as the text of the operation has them. Row is
// the row they are for, -1 for one field for all rows.
func (e *entry) appendArguments(b []byte, args []argument, row int) []byte {
	for i := range args {
		if i > 0 {
			b = append(b, ',')
		}
		a := &args[i]
		b = append(b, a.name...)
		b = append(b, ':')
		if a.variable < 0 {
			b = append(b, '{')
			b = e.appendArguments(b, a.fields, row)
			b = append(b, '}')
			continue
		}
		b = append(b, '$')
		b = e.appendVariable(b, row, a.variable)
	}
	return b
}

// appendVariable writes the name of a variable; see appendArguments for row.
func (e *entry) appendVariable(b []byte, row, variable int) []byte {
	b = append(b, e.variable...)
	b = append(b, '_')
	if row >= 0 {
		b = appendInt(b, row)
		b = append(b, '_')
	}
	return append(b, e.vars[variable].suffix...)
}

// appendValues writes the values of the variables of a lookup by a field.
func (e *entry) appendValues(b []byte, rows [][]byte, comma bool) ([]byte, error) {
	next := func(row, variable int) {
		if comma {
			b = append(b, ',')
		}
		comma = true
		b = append(b, '"')
		b = e.appendVariable(b, row, variable)
		b = append(b, `":`...)
	}
	var err error
	if e.growing {
		for row := range rows {
			for i := range e.vars {
				next(row, i)
				if b, err = e.vars[i].value.appendTo(b, rows[row]); err != nil {
					return b, err
				}
			}
		}
		return b, nil
	}
	for i := range e.vars {
		next(-1, i)
		if b, err = e.appendValue(b, &e.vars[i], rows); err != nil {
			return b, err
		}
	}
	return b, nil
}

// appendValue writes the value of one variable for the rows of one field.
func (e *entry) appendValue(b []byte, v *lookupVariable, rows [][]byte) ([]byte, error) {
	if e.growing {
		return v.value.appendTo(b, rows[0])
	}
	if !isListType(v.typ) {
		return v.appendCommon(b, rows)
	}
	var err error
	b = append(b, '[')
	for row := range rows {
		if row > 0 {
			b = append(b, ',')
		}
		if b, err = v.value.appendTo(b, rows[row]); err != nil {
			return b, err
		}
	}
	return append(b, ']'), nil
}

// appendCommon writes the one value that all rows of a request give.
func (v *lookupVariable) appendCommon(b []byte, rows [][]byte) ([]byte, error) {
	if len(rows) == 0 {
		return append(b, "null"...), nil
	}
	start := len(b)
	b, err := v.value.appendTo(b, rows[0])
	if err != nil {
		return b, err
	}
	end := len(b)
	for _, row := range rows[1:] {
		if b, err = v.value.appendTo(b, row); err != nil {
			return b, err
		}
		if !bytes.Equal(b[start:end], b[end:]) {
			return b, fmt.Errorf("argument %s differs between the rows of one request", v.suffix)
		}
		b = b[:end]
	}
	return b, nil
}
