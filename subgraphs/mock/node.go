package mock

import (
	"encoding/json"
	"errors"
	"fmt"
	"slices"
	"strconv"
	"strings"

	"github.com/weft-graphql/weft/planner/schema"
)

// maxNesting bounds the nesting of JSON that is read and of selections.
const maxNesting = 256

type nodeKind uint8

const (
	nullNode nodeKind = iota
	boolNode
	numberNode
	stringNode
	listNode
	objectNode
)

// node is a JSON value. It does not change once it is read, except that the
// identities of examples are noted before they are used.
type node struct {
	kind nodeKind
	// text is the text of a number or Boolean, or the decoded text of a string.
	text    string
	items   []*node
	members []member
	// identity is the identity of the entity that an example shows.
	identity string
}

type member struct {
	name  string
	value *node
}

var errNesting = errors.New("the JSON is nested too deeply")

// parseNode reads JSON.
func parseNode(text []byte) (*node, error) {
	depth := 0
	inString := false
	for i := 0; i < len(text); i++ {
		switch c := text[i]; {
		case inString && c == '\\':
			i++
		case c == '"':
			inString = !inString
		case inString:
		case c == '{' || c == '[':
			if depth++; depth > maxNesting {
				return nil, errNesting
			}
		case c == '}' || c == ']':
			depth--
		}
	}
	if !json.Valid(text) {
		return nil, errors.New("the text is not JSON")
	}
	d := json.NewDecoder(strings.NewReader(string(text)))
	d.UseNumber()
	return readNode(d)
}

func readNode(d *json.Decoder) (*node, error) {
	token, err := d.Token()
	if err != nil {
		return nil, err
	}
	switch v := token.(type) {
	case nil:
		return &node{}, nil
	case bool:
		return &node{kind: boolNode, text: strconv.FormatBool(v)}, nil
	case json.Number:
		return &node{kind: numberNode, text: v.String()}, nil
	case string:
		return &node{kind: stringNode, text: v}, nil
	case json.Delim:
		n := &node{kind: listNode}
		if v == '{' {
			n.kind = objectNode
		}
		for d.More() {
			name := ""
			if n.kind == objectNode {
				key, err := d.Token()
				if err != nil {
					return nil, err
				}
				name, _ = key.(string)
			}
			value, err := readNode(d)
			if err != nil {
				return nil, err
			}
			if n.kind == objectNode {
				n.members = append(n.members, member{name, value})
			} else {
				n.items = append(n.items, value)
			}
		}
		_, err := d.Token()
		return n, err
	}
	return nil, fmt.Errorf("unexpected %v", token)
}

// nodeOf makes a node of a constant in SDL.
func nodeOf(v *schema.Value) *node {
	switch v.Kind {
	case schema.IntValue, schema.FloatValue:
		return &node{kind: numberNode, text: v.Raw}
	case schema.BooleanValue:
		return &node{kind: boolNode, text: v.Raw}
	case schema.StringValue, schema.EnumValue:
		return &node{kind: stringNode, text: v.Raw}
	case schema.ListValue:
		n := &node{kind: listNode}
		for _, item := range v.Items {
			n.items = append(n.items, nodeOf(item))
		}
		return n
	case schema.ObjectValue:
		n := &node{kind: objectNode}
		for i := range v.Fields {
			n.members = append(n.members, member{v.Fields[i].Name, nodeOf(v.Fields[i].Value)})
		}
		return n
	}
	return &node{}
}

// get returns a member of an object, or nil.
func (n *node) get(name string) *node {
	if n == nil || n.kind != objectNode {
		return nil
	}
	for i := range n.members {
		if n.members[i].name == name {
			return n.members[i].value
		}
	}
	return nil
}

// at follows a path of members.
func (n *node) at(path []string) *node {
	for _, name := range path {
		n = n.get(name)
	}
	return n
}

// put sets the value at a path, making the objects on the way.
func (n *node) put(path []string, v *node) {
	for _, name := range path[:len(path)-1] {
		next := n.get(name)
		if next == nil || next.kind != objectNode {
			next = &node{kind: objectNode}
			n.members = append(n.members, member{name, next})
		}
		n = next
	}
	n.members = append(n.members, member{path[len(path)-1], v})
}

// scalar reports whether the value is a string, a number or a Boolean.
func (n *node) scalar() bool {
	return n != nil && (n.kind == stringNode || n.kind == numberNode || n.kind == boolNode)
}

// integer returns the value of a whole number that is a JSON number.
func (n *node) integer() (int64, bool) {
	if n == nil || n.kind != numberNode {
		return 0, false
	}
	i, err := strconv.ParseInt(n.text, 10, 64)
	return i, err == nil
}

// append writes the value as JSON.
func (n *node) append(dst []byte) []byte {
	switch n.kind {
	case boolNode, numberNode:
		return append(dst, n.text...)
	case stringNode:
		return appendQuoted(dst, n.text)
	case listNode:
		dst = append(dst, '[')
		for i, item := range n.items {
			if i > 0 {
				dst = append(dst, ',')
			}
			dst = item.append(dst)
		}
		return append(dst, ']')
	case objectNode:
		dst = append(dst, '{')
		for i := range n.members {
			if i > 0 {
				dst = append(dst, ',')
			}
			dst = append(appendQuoted(dst, n.members[i].name), ':')
			dst = n.members[i].value.append(dst)
		}
		return append(dst, '}')
	}
	return append(dst, "null"...)
}

// canonical writes the value such that inputs that mean the same are equal: the
// order of an object's fields, fields that are null, and whether an ID comes as a
// number make no difference.
func (n *node) canonical(dst []byte) []byte {
	switch n.kind {
	case listNode:
		dst = append(dst, '[')
		for _, item := range n.items {
			dst = append(item.canonical(dst), ',')
		}
		return append(dst, ']')
	case objectNode:
		sorted := slices.Clone(n.members)
		slices.SortStableFunc(sorted, func(a, b member) int { return strings.Compare(a.name, b.name) })
		dst = append(dst, '{')
		for i := range sorted {
			if sorted[i].value.kind == nullNode {
				continue
			}
			dst = append(appendQuoted(dst, sorted[i].name), ':')
			dst = append(sorted[i].value.canonical(dst), ',')
		}
		return append(dst, '}')
	case nullNode:
		return append(dst, "null"...)
	}
	return appendQuoted(dst, n.text)
}

// appendQuoted writes s, which is UTF-8, as a JSON string.
func appendQuoted(dst []byte, s string) []byte {
	const hex = "0123456789abcdef"
	dst = append(dst, '"')
	for i := 0; i < len(s); i++ {
		switch c := s[i]; {
		case c == '"' || c == '\\':
			dst = append(dst, '\\', c)
		case c < ' ':
			dst = append(dst, '\\', 'u', '0', '0', hex[c>>4], hex[c&15])
		default:
			dst = append(dst, c)
		}
	}
	return append(dst, '"')
}
