package openapi

import (
	"slices"
	"strings"

	"github.com/getkin/kin-openapi/openapi3"
)

// scalarName is the scalar that holds all values of a scalar or an enum.
func (v *view) scalarName() string {
	if v.kind == viewEnum {
		return "String"
	}
	return v.scalar
}

// commonScalar is the scalar that holds the values of both; empty if none does.
func commonScalar(a, b string) string {
	number := map[string]int{"Int": 1, "Long": 2, "Float": 3}
	switch {
	case a == b:
		return a
	case number[a] > 0 && number[b] > 0:
		if number[a] > number[b] {
			return a
		}
		return b
	case isText(a) && isText(b):
		return "String"
	}
	return ""
}

// isText reports whether the values of a scalar are JSON strings.
func isText(scalar string) bool {
	switch scalar {
	case "", "Int", "Long", "Float", "Boolean", scalarJSON:
		return false
	}
	return true
}

// unify is the view of several types at once.
func unify(types []string, format string) *view {
	name := ""
	for i, t := range types {
		v := scalar(t, &openapi3.Schema{Format: format})
		if v.kind != viewScalar {
			return &view{kind: viewAny}
		}
		if i == 0 {
			name = v.scalar
		} else {
			name = commonScalar(name, v.scalar)
		}
	}
	if name == "" {
		return &view{kind: viewAny}
	}
	return &view{kind: viewScalar, scalar: name}
}

// enum is the view of a list of values.
func enum(schema *openapi3.Schema, types []string) *view {
	v := &view{kind: viewEnum}
	texts, whole, number, boolean := 0, 0, 0, 0
	for _, e := range schema.Enum {
		switch value := e.(type) {
		case nil:
			v.nullable = true
		case string:
			texts++
			if !slices.Contains(v.values, value) {
				v.values = append(v.values, value)
			}
		case bool:
			boolean++
		case float64:
			if value == float64(int64(value)) {
				whole++
			} else {
				number++
			}
		default:
			number++
		}
	}
	n := texts + whole + number + boolean
	switch {
	case n == 0:
		return &view{kind: viewAny, nullable: true}
	case len(types) == 1 && types[0] != "string" && types[0] != "object" && types[0] != "array":
		o := scalar(types[0], schema)
		o.nullable = v.nullable
		return o
	case texts == n && (len(types) == 0 || slices.Contains(types, "string")):
		if schema.Format != "" && scalar("string", schema).scalar != "String" {
			o := scalar("string", schema)
			o.nullable = v.nullable
			return o
		}
		return v
	case len(types) == 1 && types[0] == "string":
		return &view{kind: viewScalar, scalar: "String", nullable: v.nullable}
	case whole == n:
		return &view{kind: viewScalar, scalar: "Int", nullable: v.nullable}
	case whole+number == n:
		return &view{kind: viewScalar, scalar: "Float", nullable: v.nullable}
	case boolean == n:
		return &view{kind: viewScalar, scalar: "Boolean", nullable: v.nullable}
	}
	return &view{kind: viewAny, nullable: v.nullable}
}

func constant(value any) *view {
	switch value := value.(type) {
	case string:
		return &view{kind: viewScalar, scalar: "String"}
	case bool:
		return &view{kind: viewScalar, scalar: "Boolean"}
	case float64:
		if value == float64(int64(value)) {
			return &view{kind: viewScalar, scalar: "Int"}
		}
		return &view{kind: viewScalar, scalar: "Float"}
	}
	return &view{kind: viewAny}
}

// scalar is the view of a plain type.
func scalar(name string, schema *openapi3.Schema) *view {
	v := &view{kind: viewScalar}
	switch name {
	case "integer":
		v.scalar = "Int"
		if schema.Format == "int64" || schema.Format == "uint32" || schema.Format == "uint64" || beyondInt(schema.Min) || beyondInt(schema.Max) {
			v.scalar = "Long"
		}
	case "number":
		v.scalar = "Float"
		switch schema.Format {
		case "int32":
			v.scalar = "Int"
		case "int64":
			v.scalar = "Long"
		}
	case "boolean":
		v.scalar = "Boolean"
	case "file":
		v.scalar, v.binary = "String", true
	case "string":
		v.scalar = "String"
		switch strings.ToLower(schema.Format) {
		case "date-time", "datetime":
			v.scalar = "DateTime"
		case "date":
			v.scalar = "Date"
		case "time":
			v.scalar = "Time"
		case "duration":
			v.scalar = "Duration"
		case "uuid":
			v.scalar = "UUID"
		case "uri", "url":
			v.scalar = "URL"
		case "binary":
			v.binary = true
		}
		if schema.ContentMediaType == "application/octet-stream" && schema.ContentEncoding == "" {
			v.binary = true
		}
	default:
		return &view{kind: viewAny}
	}
	return v
}

func beyondInt(n *float64) bool { return n != nil && (*n > 1<<31 || *n < -1<<31) }
