package introspection

import (
	"encoding/json"
	"fmt"
	"slices"
)

// Selection is one element of a selection set: a field, or, with Field empty,
// a fragment.
type Selection struct {
	// Key is the response key of a field.
	Key string
	// Field is the field's name.
	Field string
	// Arguments are the field's arguments, variables replaced.
	Arguments []Argument
	// On is the type condition of a fragment; empty for none.
	On string
	// Selections are what is selected below.
	Selections []Selection
}

// Argument is an argument with its value as JSON.
type Argument struct {
	Name  string
	Value []byte
}

// CodeInvalidQuery is the code of errors in the query itself. They do not
// occur when the operation was validated.
const CodeInvalidQuery = "INVALID_INTROSPECTION_QUERY"

// CodeTooLarge is the code of answers over the limit.
const CodeTooLarge = "INTROSPECTION_TOO_LARGE"

// Error is a coded error.
type Error struct {
	Code    string
	Message string
}

// Error implements error.
func (e *Error) Error() string { return e.Message + " (" + e.Code + ")" }

func invalid(format string, args ...any) error {
	return &Error{Code: CodeInvalidQuery, Message: fmt.Sprintf(format, args...)}
}

// Query is a compiled selection on the query root. It is immutable and bound
// to no Model.
type Query struct{ nodes []node }

// op says what a node writes.
type op uint8

const (
	opTypename op = iota
	opSchema
	opType // __type(name:)
	opDescription
	opTypes
	opQueryType
	opMutationType
	opSubscriptionType
	opDirectives
	opKind
	opName
	opSpecifiedBy
	opFields
	opInterfaces
	opPossibleTypes
	opEnumValues
	opInputFields
	opOfType
	opOneOf
	opArgs
	opFieldType
	opIsDeprecated
	opDeprecationReason
	opDefaultValue
	opRepeatable
	opLocations
)

// field is one field of an introspection type.
type field struct {
	op         op
	of         string // the type selected from; empty for leaves
	deprecated bool   // has the argument includeDeprecated
}

// vocabulary are the fields by type. The query root is called "".
var vocabulary = map[string]map[string]field{
	"": {
		"__schema": {op: opSchema, of: "__Schema"},
		"__type":   {op: opType, of: "__Type"},
	},
	"__Schema": {
		"description":      {op: opDescription},
		"types":            {op: opTypes, of: "__Type"},
		"queryType":        {op: opQueryType, of: "__Type"},
		"mutationType":     {op: opMutationType, of: "__Type"},
		"subscriptionType": {op: opSubscriptionType, of: "__Type"},
		"directives":       {op: opDirectives, of: "__Directive"},
	},
	"__Type": {
		"kind":           {op: opKind},
		"name":           {op: opName},
		"description":    {op: opDescription},
		"specifiedByURL": {op: opSpecifiedBy},
		"fields":         {op: opFields, of: "__Field", deprecated: true},
		"interfaces":     {op: opInterfaces, of: "__Type"},
		"possibleTypes":  {op: opPossibleTypes, of: "__Type"},
		"enumValues":     {op: opEnumValues, of: "__EnumValue", deprecated: true},
		"inputFields":    {op: opInputFields, of: "__InputValue", deprecated: true},
		"ofType":         {op: opOfType, of: "__Type"},
		"isOneOf":        {op: opOneOf},
	},
	"__Field": {
		"name":              {op: opName},
		"description":       {op: opDescription},
		"args":              {op: opArgs, of: "__InputValue", deprecated: true},
		"type":              {op: opFieldType, of: "__Type"},
		"isDeprecated":      {op: opIsDeprecated},
		"deprecationReason": {op: opDeprecationReason},
	},
	"__InputValue": {
		"name":              {op: opName},
		"description":       {op: opDescription},
		"type":              {op: opFieldType, of: "__Type"},
		"defaultValue":      {op: opDefaultValue},
		"isDeprecated":      {op: opIsDeprecated},
		"deprecationReason": {op: opDeprecationReason},
	},
	"__EnumValue": {
		"name":              {op: opName},
		"description":       {op: opDescription},
		"isDeprecated":      {op: opIsDeprecated},
		"deprecationReason": {op: opDeprecationReason},
	},
	"__Directive": {
		"name":         {op: opName},
		"description":  {op: opDescription},
		"isRepeatable": {op: opRepeatable},
		"locations":    {op: opLocations},
		"args":         {op: opArgs, of: "__InputValue", deprecated: true},
	},
}

// node is one field to write.
type node struct {
	key      []byte // `"key":`
	op       op
	name     string // the argument of __type
	typename []byte // of the parent, for __typename
	// deprecated includes deprecated elements.
	deprecated bool
	below      []node
}

// Compile resolves selections on the query root: __schema, __type and
// __typename. Fields of one response key are merged; fragments apply when their
// type condition is the parent type (introspection types are all objects), on
// the root always.
func Compile(selections []Selection, queryType string) (*Query, error) {
	nodes, err := compile("", queryType, selections)
	if err != nil {
		return nil, err
	}
	return &Query{nodes: nodes}, nil
}

// collected are the fields of one selection set, by response key.
type collected struct {
	order []*merged
	byKey map[string]*merged
}

// merged is a response key with everything selected below it.
type merged struct {
	key   string
	first *Selection
	below []Selection
}

func (c *collected) add(typeName string, selections []Selection) {
	for i := range selections {
		sel := &selections[i]
		if sel.Field == "" {
			if typeName == "" || sel.On == "" || sel.On == typeName {
				c.add(typeName, sel.Selections)
			}
			continue
		}
		if seen := c.byKey[sel.Key]; seen != nil {
			// Clipped: the first selections belong to the caller.
			seen.below = append(slices.Clip(seen.below), sel.Selections...)
			continue
		}
		m := &merged{key: sel.Key, first: sel, below: sel.Selections}
		c.order = append(c.order, m)
		c.byKey[sel.Key] = m
	}
}

func compile(typeName, queryType string, selections []Selection) ([]node, error) {
	parent := typeName
	if typeName == "" {
		parent = queryType
	}
	set := collected{byKey: make(map[string]*merged)}
	set.add(typeName, selections)
	nodes := make([]node, 0, len(set.order))
	for _, c := range set.order {
		n := node{key: append(quoted(c.key), ':')}
		if c.first.Field == "__typename" {
			n.op, n.typename = opTypename, quoted(parent)
			nodes = append(nodes, n)
			continue
		}
		f, ok := vocabulary[typeName][c.first.Field]
		if !ok {
			return nil, invalid("type %s has no introspection field %s", parent, c.first.Field)
		}
		n.op = f.op
		if err := n.arguments(f, c.first.Arguments); err != nil {
			return nil, err
		}
		if f.of == "" && len(c.below) > 0 {
			return nil, invalid("field %s.%s has no fields to select", parent, c.first.Field)
		}
		if f.of != "" {
			below, err := compile(f.of, queryType, c.below)
			if err != nil {
				return nil, err
			}
			n.below = below
		}
		nodes = append(nodes, n)
	}
	return nodes, nil
}

func (n *node) arguments(f field, args []Argument) error {
	named := false
	for _, a := range args {
		switch {
		case f.op == opType && a.Name == "name":
			var name *string
			if err := json.Unmarshal(a.Value, &name); err != nil || name == nil {
				return invalid("the argument name of __type must be a string")
			}
			n.name, named = *name, true
		case f.deprecated && a.Name == "includeDeprecated":
			var include *bool
			if err := json.Unmarshal(a.Value, &include); err != nil {
				return invalid("the argument includeDeprecated must be a boolean")
			}
			n.deprecated = include != nil && *include
		default:
			return invalid("unknown argument %s", a.Name)
		}
	}
	if f.op == opType && !named {
		return invalid("__type needs the argument name")
	}
	return nil
}
