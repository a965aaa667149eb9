package operation

import (
	"fmt"
	"math"
	"strconv"

	"github.com/weft-graphql/weft/planner/schema"
)

// Values are the coerced variables of one request. They refer to the bytes
// they were made of, which must not change while they are in use. A Values may
// be used again for another request; it is not safe for concurrent use.
type Values struct {
	// Raw are the values as JSON by variable index; nil where the client gave
	// none and there is no default.
	Raw [][]byte

	tape  jsonTape
	buf   []byte   // rewritten values
	given []uint32 // tape nodes by declared variable, 0 for none
	last  []int32  // stack of tape nodes by input field
	text  []byte
}

// The memory kept for the next request is bounded: one large request must not
// be remembered for ever by a pool.
const (
	maxKeptBytes = 1 << 20
	maxKeptNodes = 1 << 15
)

// Reset lets go of the request's bytes and keeps the memory for the next one.
func (v *Values) Reset() {
	clear(v.Raw)
	v.Raw = v.Raw[:0]
	v.tape.input = nil
	v.buf = v.buf[:0]
	if cap(v.buf) > maxKeptBytes {
		v.buf = nil
	}
	if cap(v.text) > maxKeptBytes {
		v.text = nil
	}
	if cap(v.tape.nodes) > maxKeptNodes {
		v.tape.nodes = nil
	}
	if cap(v.last) > maxKeptNodes {
		v.last = nil
	}
}

// Coerce coerces the client's variables (section 6.1.2): raw is the JSON object
// of the request, or empty or null when it has none. Values that need no change
// are parts of raw. On errors dst is of no use.
func (op *Operation) Coerce(raw []byte, dst *Values) Errors {
	dst.Reset()
	if cap(dst.Raw) < len(op.Variables) {
		dst.Raw = make([][]byte, 0, len(op.Variables))
	}
	dst.Raw = dst.Raw[:len(op.Variables)]
	for i := op.Declared; i < len(op.Variables); i++ {
		dst.Raw[i] = op.Variables[i].Const
	}
	if err := op.readVariables(raw, dst); err != nil {
		return Errors{err}
	}
	c := coercer{front: op.front, values: dst}
	var errs Errors
	for i := range op.Variables[:op.Declared] {
		v := &op.Variables[i]
		value, err := c.variable(v, dst.given[i])
		if err != nil {
			if len(errs) == op.front.limits.maxErrors() {
				break
			}
			err.Variable = "$" + v.Name + err.Variable
			err.Message = fmt.Sprintf("Variable %q: %s", err.Variable, err.Message)
			errs = append(errs, err)
			continue
		}
		dst.Raw[i] = value
	}
	if errs != nil {
		return errs
	}
	for i := op.Declared; i < len(op.Variables); i++ {
		if of := op.Variables[i].Guards - 1; of >= 0 {
			if dst.Raw[i] = jsonTrueText; isNull(dst.Raw[of]) {
				dst.Raw[i] = jsonFalseText
			}
		}
	}
	// A nullable variable with a default may stand for a condition; null may not.
	for _, i := range op.Conditions {
		if isNull(dst.Raw[i]) {
			name := "$" + op.Variables[i].Name
			errs = append(errs, &Error{
				Code: CodeBadUserInput, Variable: name,
				Message: fmt.Sprintf("Variable %q: null cannot decide @skip or @include.", name),
			})
		}
	}
	return errs
}

var jsonTrueText, jsonFalseText = []byte("true"), []byte("false")

func isNull(value []byte) bool { return len(value) == 4 && value[0] == 'n' }

// Natural is the natural number that a variable holds, -1 if it holds none. Values
// that were never coerced hold constants and defaults only.
func (op *Operation) Natural(values *Values, variable int) int {
	raw := op.Variables[variable].Const
	switch {
	case raw != nil:
	case variable < len(values.Raw):
		raw = values.Raw[variable]
	default:
		raw = op.Variables[variable].Default
	}
	n, err := strconv.Atoi(string(raw))
	if err != nil || n < 0 {
		return -1
	}
	return n
}

// Bits returns the condition bits for coerced values.
func (op *Operation) Bits(values *Values) uint64 {
	var bits uint64
	for bit, i := range op.Conditions {
		if value := values.Raw[i]; len(value) == 4 && value[0] == 't' {
			bits |= 1 << bit
		}
	}
	return bits
}

// AppendValue appends a value as JSON. It reports false, and appends nothing,
// for a variable that is absent: the argument is then not given.
func (op *Operation) AppendValue(dst []byte, v *Value, values *Values) ([]byte, bool) {
	switch v.Kind {
	case ValueList:
		dst = append(dst, '[')
		for i := range v.Items {
			if i > 0 {
				dst = append(dst, ',')
			}
			var given bool
			if dst, given = op.AppendValue(dst, &v.Items[i], values); !given {
				dst = append(dst, "null"...)
			}
		}
		return append(dst, ']'), true
	case ValueObject:
		dst = append(dst, '{')
		first := true
		for i := range v.Fields {
			field := &v.Fields[i]
			mark := len(dst)
			if !first {
				dst = append(dst, ',')
			}
			dst = append(dst, '"')
			dst = append(dst, field.Name...)
			dst = append(dst, '"', ':')
			var given bool
			if dst, given = op.AppendValue(dst, &field.Value, values); !given {
				dst = dst[:mark]
				continue
			}
			first = false
		}
		return append(dst, '}'), true
	}
	if raw := values.Raw[v.Variable]; raw != nil {
		return append(dst, raw...), true
	}
	if v.Default >= 0 {
		return append(dst, values.Raw[v.Default]...), true
	}
	return dst, false
}

// readVariables reads the JSON object and finds the declared variables in it.
func (op *Operation) readVariables(raw []byte, dst *Values) *Error {
	if cap(dst.given) < op.Declared {
		dst.given = make([]uint32, op.Declared)
	}
	dst.given = dst.given[:op.Declared]
	clear(dst.given)
	blank := true
	for _, c := range raw {
		if c != ' ' && c != '\t' && c != '\n' && c != '\r' {
			blank = false
			break
		}
	}
	if blank {
		return nil
	}
	tape := &dst.tape
	if !tape.read(raw) {
		return &Error{Code: CodeBadUserInput, Message: fmt.Sprintf("The variables are not valid JSON: %s at offset %d.", tape.fault, tape.faultAt)}
	}
	switch tape.nodes[0].kind {
	case jsonNull:
		return nil
	case jsonObject:
	default:
		return &Error{Code: CodeBadUserInput, Message: fmt.Sprintf("The variables must be a JSON object, not %s.", tape.nodes[0].kind)}
	}
	for key := uint32(1); key < uint32(len(tape.nodes)); {
		value := tape.nodes[key].next
		dst.text = tape.appendText(dst.text[:0], key)
		if i, ok := op.declared[string(dst.text)]; ok {
			dst.given[i] = value
		}
		key = tape.nodes[value].next
	}
	return nil
}

// coercer coerces values on the tape of values.
type coercer struct {
	front  *Front
	values *Values
}

func (c *coercer) variable(v *Variable, node uint32) ([]byte, *Error) {
	if node == 0 {
		if v.Default == nil && v.Type.Wrap.NonNull() {
			return nil, badInput("a value of type %s is required, but it was not provided.", c.typeString(v.Type))
		}
		return v.Default, nil
	}
	return c.coerce(node, v.Type)
}

// coerce returns the coerced bytes of a node: its own, or rewritten ones.
func (c *coercer) coerce(node uint32, typ schema.TypeRef) ([]byte, *Error) {
	c.values.last = c.values.last[:0]
	rewrite, err := c.check(node, typ)
	if err != nil {
		return nil, err
	}
	if !rewrite {
		return c.values.tape.bytes(node), nil
	}
	// Earlier values keep their bytes when buf grows into new memory.
	from := len(c.values.buf)
	c.values.buf = c.write(c.values.buf, node, typ)
	return c.values.buf[from:len(c.values.buf):len(c.values.buf)], nil
}

// check reports whether a node fits a type, and whether it must be rewritten to
// be a value of it.
func (c *coercer) check(node uint32, typ schema.TypeRef) (rewrite bool, err *Error) {
	tape := &c.values.tape
	n := &tape.nodes[node]
	if n.kind == jsonNull {
		if typ.Wrap.NonNull() {
			return false, badInput("expected %s, found null.", c.typeString(typ))
		}
		return false, nil
	}
	if typ.Wrap.IsList() {
		elem := schema.TypeRef{Type: typ.Type, Wrap: typ.Wrap.Elem()}
		if n.kind != jsonArray {
			_, err = c.check(node, elem)
			return true, err
		}
		index := 0
		for item := node + 1; item < n.next; item = tape.nodes[item].next {
			again, err := c.check(item, elem)
			if err != nil {
				err.Variable = "[" + strconv.Itoa(index) + "]" + err.Variable
				return false, err
			}
			rewrite = rewrite || again
			index++
		}
		return rewrite, nil
	}
	if in := c.front.inputs[typ.Type]; in != nil {
		if n.kind != jsonObject {
			return false, c.mismatch(typ, n.kind)
		}
		return c.checkObject(node, typ, in)
	}
	if values := c.front.enums[typ.Type]; values != nil {
		if n.kind != jsonString {
			return false, c.mismatch(typ, n.kind)
		}
		c.values.text = tape.appendText(c.values.text[:0], node)
		if _, ok := values[string(c.values.text)]; !ok {
			return false, badInput("the value does not exist in enum %s.", c.front.schema.Type(typ.Type).Name)
		}
		return false, nil
	}
	return c.checkScalar(n, typ)
}

func (c *coercer) checkScalar(n *jsonNode, typ schema.TypeRef) (rewrite bool, err *Error) {
	text := c.values.tape.input[n.start:n.end]
	switch c.front.scalars[typ.Type] {
	case scalarInt:
		if n.kind != jsonNumber {
			break
		}
		_, fits, plain := intValue(text, n.integer)
		if !fits {
			return false, badInput("Int cannot represent a number that is not a 32-bit signed integer.")
		}
		return !plain, nil
	case scalarFloat:
		if n.kind != jsonNumber {
			break
		}
		if !finite(text, n.integer) {
			return false, badInput("Float cannot represent a number beyond the double precision range.")
		}
		return false, nil
	case scalarString:
		if n.kind != jsonString {
			break
		}
		return false, nil
	case scalarBoolean:
		if n.kind != jsonTrue && n.kind != jsonFalse {
			break
		}
		return false, nil
	case scalarID:
		if n.kind != jsonString && !(n.kind == jsonNumber && n.integer) {
			break
		}
		return false, nil
	default:
		return false, nil // custom scalars are the upstream's business
	}
	return false, c.mismatch(typ, n.kind)
}

// intValue reads a number as an Int; plain is false when the text is not in
// integer form (JSON does not tell 5.0 from 5).
func intValue(text []byte, integer bool) (value int64, fits, plain bool) {
	if integer {
		if len(text) > 11 {
			return 0, false, true
		}
		negative := text[0] == '-'
		digits := text
		if negative {
			digits = text[1:]
		}
		for _, d := range digits {
			value = value*10 + int64(d-'0')
		}
		if negative {
			value = -value
		}
		return value, value >= math.MinInt32 && value <= math.MaxInt32, true
	}
	value, fits = wholeValue(text)
	return value, fits, false
}

// wholeValue reads a number with a fraction or an exponent that is a 32-bit
// integer all the same. It reads digits, since a double would take what is next
// to an integer for one.
func wholeValue(text []byte) (value int64, ok bool) {
	mantissa, exponent := text, 0
	for i, c := range text {
		if c|0x20 == 'e' {
			mantissa = text[:i]
			// The longest texts are out of range by far; they must not overflow.
			negative := text[i+1] == '-'
			for _, d := range text[i+1:] {
				if isDigit(d) {
					exponent = min(exponent*10+int(d-'0'), 1<<40)
				}
			}
			if negative {
				exponent = -exponent
			}
			break
		}
	}
	// point is how many digits stand before the decimal point.
	point, count, last, fraction := 0, 0, 0, false
	for _, c := range mantissa {
		switch {
		case c == '.':
			fraction = true
		case isDigit(c):
			if !fraction {
				point++
			}
			if count++; c != '0' {
				last = count
			}
		}
	}
	point += exponent
	if last == 0 {
		return 0, true
	}
	if last > point {
		return 0, false // a digit behind the point
	}
	count = 0
	for _, c := range mantissa {
		if isDigit(c) && count < last {
			count++
			if value = value*10 + int64(c-'0'); value > 1<<31 {
				return 0, false
			}
		}
	}
	for ; count < point; count++ {
		if value *= 10; value > 1<<31 {
			return 0, false
		}
	}
	if text[0] == '-' {
		value = -value
	}
	return value, value <= math.MaxInt32
}

// finite reports whether a number is a finite double. Only long numbers and
// those with an exponent can fail to be.
func finite(text []byte, integer bool) bool {
	if len(text) < 300 {
		exponent := false
		if !integer {
			for _, c := range text {
				if c == 'e' || c == 'E' {
					exponent = true
					break
				}
			}
		}
		if !exponent {
			return true
		}
	}
	f, err := strconv.ParseFloat(string(text), 64)
	return err == nil && !math.IsInf(f, 0)
}

// fieldsOf pushes the value node of each field of an input object (-1 for
// absent ones), the last one where a key repeats.
func (c *coercer) fieldsOf(node uint32, in *inputObject) (base int, repeated bool, unknown uint32) {
	v := c.values
	base = len(v.last)
	for range in.fields {
		v.last = append(v.last, -1)
	}
	end := v.tape.nodes[node].next
	for key := node + 1; key < end; {
		value := v.tape.nodes[key].next
		v.text = v.tape.appendText(v.text[:0], key)
		i, ok := in.byName[string(v.text)]
		if !ok {
			return base, false, key
		}
		repeated = repeated || v.last[base+i] >= 0
		v.last[base+i] = int32(value)
		key = v.tape.nodes[value].next
	}
	return base, repeated, 0
}

func (c *coercer) checkObject(node uint32, typ schema.TypeRef, in *inputObject) (rewrite bool, err *Error) {
	v := c.values
	base, rewrite, unknown := c.fieldsOf(node, in)
	defer func() { v.last = v.last[:base] }()
	if unknown != 0 {
		name := string(v.tape.appendText(nil, unknown))
		return false, badInput("field %q is not defined by type %s.", truncate(name, 64), c.front.schema.Type(typ.Type).Name)
	}
	given := 0
	for i := range in.fields {
		field := &in.fields[i]
		at := v.last[base+i]
		if at < 0 {
			switch {
			case field.value != nil:
				rewrite = true
			case field.typ.Wrap.NonNull():
				return false, badInput("field %q of required type %s was not provided.", field.name, c.typeString(field.typ))
			}
			continue
		}
		given++
		if in.oneOf && v.tape.nodes[at].kind == jsonNull {
			err := badInput("the field of a oneOf input object must not be null.")
			err.Variable = "." + field.name
			return false, err
		}
		again, err := c.check(uint32(at), field.typ)
		if err != nil {
			err.Variable = "." + field.name + err.Variable
			return false, err
		}
		rewrite = rewrite || again
	}
	if in.oneOf && given != 1 {
		return false, badInput("exactly one field of the oneOf input object %s must be given.", c.front.schema.Type(typ.Type).Name)
	}
	return rewrite, nil
}

// write appends the coerced form of a node that check accepted.
func (c *coercer) write(dst []byte, node uint32, typ schema.TypeRef) []byte {
	tape := &c.values.tape
	n := &tape.nodes[node]
	if n.kind == jsonNull {
		return append(dst, "null"...)
	}
	if typ.Wrap.IsList() {
		elem := schema.TypeRef{Type: typ.Type, Wrap: typ.Wrap.Elem()}
		dst = append(dst, '[')
		if n.kind != jsonArray {
			dst = c.write(dst, node, elem)
		} else {
			for item := node + 1; item < n.next; item = tape.nodes[item].next {
				if item > node+1 {
					dst = append(dst, ',')
				}
				dst = c.write(dst, item, elem)
			}
		}
		return append(dst, ']')
	}
	if in := c.front.inputs[typ.Type]; in != nil {
		return c.writeObject(dst, node, in)
	}
	if c.front.scalars[typ.Type] == scalarInt {
		if value, _, plain := intValue(tape.input[n.start:n.end], n.integer); !plain {
			return strconv.AppendInt(dst, value, 10)
		}
	}
	return append(dst, tape.bytes(node)...)
}

// writeObject writes the fields in the order of the type.
func (c *coercer) writeObject(dst []byte, node uint32, in *inputObject) []byte {
	v := c.values
	base, _, _ := c.fieldsOf(node, in)
	dst = append(dst, '{')
	first := true
	for i := range in.fields {
		field := &in.fields[i]
		at := v.last[base+i]
		if at < 0 && field.value == nil {
			continue
		}
		if !first {
			dst = append(dst, ',')
		}
		first = false
		dst = append(dst, '"')
		dst = append(dst, field.name...)
		dst = append(dst, '"', ':')
		if at < 0 {
			dst = append(dst, field.value...)
		} else {
			dst = c.write(dst, uint32(at), field.typ)
		}
	}
	v.last = v.last[:base]
	return append(dst, '}')
}

func (c *coercer) typeString(typ schema.TypeRef) string { return c.front.schema.TypeString(typ) }

func (c *coercer) mismatch(typ schema.TypeRef, found jsonKind) *Error {
	return badInput("expected %s, found %s.", c.typeString(typ), found)
}

func badInput(format string, args ...any) *Error {
	return &Error{Code: CodeBadUserInput, Message: fmt.Sprintf(format, args...)}
}
