package config

import (
	"bytes"
	"encoding/json"
	"fmt"
	"reflect"
	"strconv"
)

// object is a JSON object that keeps the order of its members: the schema is
// read by people and compared byte by byte.
type object []any

func (o object) MarshalJSON() ([]byte, error) {
	var b bytes.Buffer
	b.WriteByte('{')
	for i := 0; i < len(o); i += 2 {
		if i > 0 {
			b.WriteByte(',')
		}
		k, err := json.Marshal(o[i])
		if err != nil {
			return nil, err
		}
		v, err := marshalPlain(o[i+1])
		if err != nil {
			return nil, err
		}
		b.Write(k)
		b.WriteByte(':')
		b.Write(v)
	}
	b.WriteByte('}')
	return b.Bytes(), nil
}

// marshalPlain leaves <, > and & as they are.
func marshalPlain(v any) ([]byte, error) {
	var b bytes.Buffer
	enc := json.NewEncoder(&b)
	enc.SetEscapeHTML(false)
	err := enc.Encode(v)
	return bytes.TrimSpace(b.Bytes()), err
}

// variablePattern matches text with a variable in it, which stands for a value
// of any scalar type.
const variablePattern = `\$\{(env|file)\.`

// formatPatterns are loose: they help while typing; Load has the last word.
var formatPatterns = map[string]string{
	"url":    `^(https?|h2c|unix)://`,
	"listen": `^unix:///|:[0-9]+$`,
	"path":   `^/`,
}

// JSONSchema returns the JSON schema (draft 2020-12) of router.yaml, long and
// short forms. Editors use it through a `# yaml-language-server: $schema=` line.
func JSONSchema() []byte {
	g := schemaGenerator{done: map[string]bool{}}
	root := g.structure(reflect.TypeFor[Config]())
	s := append(object{
		"$schema", "https://json-schema.org/draft/2020-12/schema",
		"title", "Weft router.yaml",
		"description", "Configuration of the Weft router.",
	}, root...)
	g.defs = append(g.defs,
		"variable", object{"type", "string", "pattern", variablePattern, "description", "${env.NAME:-default} or ${file.path}"},
		"duration", object{"type", []string{"string", "integer"}, "maximum", 0, "pattern", `^([0-9]+(\.[0-9]+)?(ns|us|µs|ms|s|m|h))+$|^0$|` + variablePattern, "description", "A number with its unit (ms, s, m, h), such as 30s or 1m30s."},
		"size", object{"type", []string{"integer", "string"}, "minimum", 0, "pattern", `^[0-9]+(\.[0-9]+)? ?([KMGTkmgt][Ii]?[Bb]|[Bb])?$|` + variablePattern, "description", "A number of bytes, plain or with a unit (KB, MB, GB, KiB, MiB, GiB), such as 2MB."},
	)
	s = append(s, "$defs", g.defs)
	compact, err := marshalPlain(s)
	if err != nil {
		panic(fmt.Sprintf("config: JSON schema: %v", err))
	}
	var out bytes.Buffer
	if err := json.Indent(&out, compact, "", "  "); err != nil {
		panic(fmt.Sprintf("config: JSON schema: %v", err))
	}
	out.WriteByte('\n')
	return out.Bytes()
}

type schemaGenerator struct {
	defs object
	done map[string]bool
}

func (g *schemaGenerator) structure(t reflect.Type) object {
	var properties object
	var required []string
	for _, k := range keysOf(t) {
		properties = append(properties, k.name, g.property(t, k))
		if k.required {
			required = append(required, k.name)
		}
	}
	o := object{"type", "object", "additionalProperties", false, "properties", properties}
	if len(required) > 0 {
		o = append(o, "required", required)
	}
	switch t {
	case reflect.TypeFor[HeaderRule](), reflect.TypeFor[Transform]():
		o = append(o, "minProperties", 1, "maxProperties", 1)
	case reflect.TypeFor[OverrideLabel]():
		o = append(o, "minProperties", 2, "maxProperties", 2)
	}
	return o
}

func (g *schemaGenerator) property(parent reflect.Type, k key) object {
	var o object
	if doc := docOf(parent, k); doc != "" {
		o = append(o, "description", doc)
	}
	o = append(o, g.typ(indirect(k.typ), k)...)
	if k.hasDef {
		o = append(o, "default", defaultValue(k))
	}
	return o
}

// typ is the schema of one type; k gives the constraints of its key.
func (g *schemaGenerator) typ(t reflect.Type, k key) object {
	variable := object{"$ref", "#/$defs/variable"}
	if hasOwnForm(t) {
		return ownFormOf(t).schema()
	}
	switch t {
	case durationType:
		return object{"$ref", "#/$defs/duration"}
	case sizeType:
		return object{"$ref", "#/$defs/size"}
	case percentType:
		return object{"oneOf", []object{{"type", "number", "minimum", 0, "maximum", 100}, variable}}
	}
	switch t.Kind() {
	case reflect.Bool:
		return object{"oneOf", []object{{"type", "boolean"}, variable}}
	case reflect.Int:
		number := object{"type", "integer"}
		if k.min != "" {
			number = append(number, "minimum", json.RawMessage(k.min))
		}
		return object{"oneOf", []object{number, variable}}
	case reflect.String:
		switch {
		case len(k.enum) > 0:
			return object{"anyOf", []object{{"enum", k.enum}, variable}}
		case formatPatterns[k.format] != "":
			return object{"type", "string", "pattern", formatPatterns[k.format] + "|" + variablePattern}
		}
		return object{"type", "string"}
	case reflect.Slice:
		list := object{"type", "array", "items", g.typ(t.Elem(), key{})}
		if t.Elem() == reflect.TypeFor[OverrideLabel]() {
			list = append(list, "maxItems", maxOverrideLabels)
		}
		return list
	case reflect.Map:
		if isListMap(t) {
			one := g.typ(t.Elem().Elem(), key{})
			return object{"type", "object", "additionalProperties", object{"oneOf", []object{one, {"type", "array", "items", one}}}}
		}
		return object{"type", "object", "additionalProperties", object{"type", "string"}}
	}
	name := t.Name()
	if !g.done[name] {
		g.done[name] = true
		at := len(g.defs)
		g.defs = append(g.defs, name, nil)
		g.defs[at+1] = g.structure(t)
	}
	long := object{"$ref", "#/$defs/" + name}
	form, ok := scalarForms[t]
	switch {
	case ok && form.kind == reflect.Bool:
		return object{"oneOf", []object{{"type", "boolean"}, variable, long}}
	case ok && form.pair:
		unquoted := object{"type", "object", "patternProperties", object{`\.`, object{"type", "string"}}, "additionalProperties", false, "minProperties", 1, "maxProperties", 1}
		return object{"oneOf", []object{{"type", "string"}, unquoted, long}}
	case ok:
		return object{"oneOf", []object{{"type", "string"}, long}}
	}
	return long
}

// defaultValue is a key's default as JSON.
func defaultValue(k key) any {
	v := reflect.New(k.typ).Elem()
	mustSet(k.def, v)
	switch {
	case k.typ == durationType, k.typ == sizeType && k.def != "0":
		return k.def
	case v.Kind() == reflect.Int64:
		return json.RawMessage(strconv.FormatInt(v.Int(), 10))
	}
	return v.Interface()
}
