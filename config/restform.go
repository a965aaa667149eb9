package config

import (
	"encoding/json"
	"fmt"
	"reflect"
	"slices"
	"strings"

	"go.yaml.in/yaml/v3"
)

// ownForm is implemented by types whose YAML is neither a scalar nor a mapping
// of known keys.
type ownForm interface {
	// decode reads n over what the value holds.
	decode(d *decoder, n *node, k key, path string)
	// yaml returns the value as it is printed.
	yaml(p *printer, k key, path string) *yaml.Node
	// schema returns the JSON schema.
	schema() object
	// cell names the type in the reference.
	cell() string
}

var ownFormType = reflect.TypeFor[ownForm]()

// hasOwnForm reports whether values of t, or what it points to, are an [ownForm].
func hasOwnForm(t reflect.Type) bool {
	return reflect.PointerTo(indirect(t)).Implements(ownFormType)
}

// ownFormOf returns the zero value of such a type.
func ownFormOf(t reflect.Type) ownForm { return reflect.New(indirect(t)).Interface().(ownForm) }

// schemaless reports whether v is a subgraph whose schema is not loaded by itself.
func schemaless(v reflect.Value) bool {
	s, ok := v.Addr().Interface().(*Subgraph)
	return ok && s.OpenAPI != nil
}

// members calls each for every entry of a mapping that has a value, and drop for
// those without.
func (d *decoder) members(n *node, path string, drop func(name string), each func(f member, at string)) {
	if n.kind != mappingNode {
		d.wrongType(n, path, "a mapping")
		return
	}
	if _, ok := d.at[path]; !ok {
		d.at[path] = n.pos
	}
	for _, f := range n.fields {
		at := memberPath(path, f.key)
		if f.value.kind == nullNode {
			d.forget(at)
			drop(f.key)
			continue
		}
		each(f, at)
	}
}

// memberPath is the path of an entry of a mapping whose keys are users' names. A
// name with a dot in it is set in brackets, so that no other begins like it.
func memberPath(path, name string) string {
	if strings.Contains(name, ".") {
		return path + "[" + name + "]"
	}
	return join(path, name)
}

// anyText decodes a scalar of any type as its text.
func (d *decoder) anyText(n *node, k key, path string) (string, bool) {
	if n.err != nil {
		d.errs = append(d.errs, *n.err)
		d.errs[len(d.errs)-1].Path = path
		return "", false
	}
	c := *n
	if c.kind == scalarNode {
		c.tag = ""
	}
	v := reflect.New(reflect.TypeFor[string]()).Elem()
	before := len(d.errs)
	d.scalar(&c, v, key{name: k.name, typ: v.Type(), secret: k.secret}, path)
	return v.String(), len(d.errs) == before
}

func mappingNodeOf(pairs ...*yaml.Node) *yaml.Node {
	return &yaml.Node{Kind: yaml.MappingNode, Content: pairs}
}

var anyScalar = object{"type", []string{"string", "number", "boolean"}}

// RestParams are named values, in their order.
type RestParams []RestParam

// RestParam is a named value.
type RestParam struct {
	Name string
	// Value is text or, if there is a $ in it, an expression.
	Value string
	// Lists is the style of a list; empty for the default.
	Lists string
}

func (r *RestParams) drop(name string) {
	*r = slices.DeleteFunc(slices.Clone(*r), func(p RestParam) bool { return p.Name == name })
}

func (r *RestParams) decode(d *decoder, n *node, k key, path string) {
	*r = slices.Clone(*r) // what was copied may share it
	d.members(n, path, r.drop, func(f member, at string) {
		param := RestParam{Name: f.key}
		ok := true
		if f.value.kind == mappingNode {
			d.at[at] = f.value.pos
			d.members(f.value, at, func(string) {}, func(g member, below string) {
				switch g.key {
				case "value":
					var good bool
					param.Value, good = d.param(g.value, k, below)
					ok = ok && good
				case "lists":
					style := reflect.ValueOf(&param.Lists).Elem()
					d.value(g.value, style, key{name: "lists", typ: style.Type(), enum: listStyles}, below)
				default:
					d.fail(g.at, CodeUnknownKey, below, fmt.Sprintf("unknown key %q", g.key), "known keys: lists, value")
				}
			})
			if f.value.get("value") == nil {
				d.fail(f.value.pos, CodeMissing, at+".value", `"value" is required`, "")
			}
		} else {
			param.Value, ok = d.param(f.value, k, at)
		}
		if !ok {
			return
		}
		if i := slices.IndexFunc(*r, func(p RestParam) bool { return p.Name == f.key }); i >= 0 {
			(*r)[i] = param
			return
		}
		*r = append(*r, param)
	})
}

// param decodes the value of a parameter. What is computed is no secret, unless
// some of it was put in from outside.
func (d *decoder) param(n *node, k key, path string) (string, bool) {
	value, ok := d.anyText(n, key{name: k.name}, path)
	if k.secret && !strings.Contains(value, "$") {
		d.secrets[path] = true
	}
	return value, ok
}

var listStyles = []string{"repeat", "comma", "brackets", "index", "pipe", "space", "json"}

func (r *RestParams) yaml(p *printer, _ key, path string) *yaml.Node {
	n := mappingNodeOf()
	for _, param := range *r {
		at := memberPath(path, param.Name)
		if param.Lists == "" {
			n.Content = append(n.Content, text(param.Name), p.scalar(reflect.ValueOf(param.Value), key{}, at))
			continue
		}
		n.Content = append(n.Content, text(param.Name), mappingNodeOf(
			text("value"), p.scalar(reflect.ValueOf(param.Value), key{}, at+".value"), text("lists"), text(param.Lists)))
	}
	return n
}

func (r *RestParams) schema() object {
	long := object{"type", "object", "additionalProperties", false, "required", []string{"value"},
		"properties", object{
			"value", object{"description", "Text or, if there is a $ in it, an expression.", "type", []string{"string", "number", "boolean", "null"}},
			"lists", object{"description", "How a list is written.", "enum", listStyles},
		}}
	return object{"type", "object", "additionalProperties", object{"oneOf", []object{anyScalar, long}}}
}

func (r *RestParams) cell() string { return "mapping of text" }

// RestTypes are mappings of types, in their order.
type RestTypes []RestType

// RestType says how the fields of a type are made.
type RestType struct {
	Type   string
	Fields []RestField
	// Typename tells the concrete type of a value; nil if nothing does.
	Typename *RestTypename
}

// RestField is a field with the expression that makes it.
type RestField struct{ Field, Select string }

// RestTypename tells the concrete type of a value of an interface or union, by
// the value at a path or by what is there.
type RestTypename struct {
	By string
	// Map are the types by value, Present the paths by type.
	Map, Present []RestText
}

// RestText is a named text.
type RestText struct{ Name, Text string }

func (r *RestTypes) find(name string) int {
	return slices.IndexFunc(*r, func(t RestType) bool { return t.Type == name })
}

func (r *RestTypes) decode(d *decoder, n *node, _ key, path string) {
	*r = slices.Clone(*r)
	drop := func(name string) {
		if i := r.find(name); i >= 0 {
			*r = slices.Delete(*r, i, i+1)
		}
	}
	d.members(n, path, drop, func(f member, at string) {
		i := r.find(f.key)
		if i < 0 {
			i = len(*r)
			*r = append(*r, RestType{Type: f.key})
		}
		t := &(*r)[i]
		t.Fields = slices.Clone(t.Fields)
		find := func(name string) int {
			return slices.IndexFunc(t.Fields, func(f RestField) bool { return f.Field == name })
		}
		drop := func(name string) {
			if i := find(name); i >= 0 {
				t.Fields = slices.Delete(t.Fields, i, i+1)
			} else if name == "typename" {
				t.Typename = nil
			}
		}
		d.members(f.value, at, drop, func(g member, at string) {
			if g.key == "typename" && g.value.kind == mappingNode {
				drop(g.key)
				t.Typename = d.typename(g.value, at)
				return
			}
			value, ok := d.anyText(g.value, key{name: g.key}, at)
			if g.key == "typename" {
				t.Typename = nil // it is a field after all
			}
			switch i := find(g.key); {
			case !ok:
			case i >= 0:
				t.Fields[i].Select = value
			default:
				t.Fields = append(t.Fields, RestField{g.key, value})
			}
		})
	})
}

func (d *decoder) typename(n *node, path string) *RestTypename {
	t := &RestTypename{}
	texts := func(n *node, path string) (list []RestText) {
		d.members(n, path, func(string) {}, func(f member, at string) {
			if value, ok := d.anyText(f.value, key{name: f.key}, at); ok {
				list = append(list, RestText{f.key, value})
			}
		})
		return list
	}
	d.members(n, path, func(string) {}, func(f member, at string) {
		switch f.key {
		case "by":
			t.By, _ = d.anyText(f.value, key{name: "by"}, at)
		case "map":
			t.Map = texts(f.value, at)
		case "present":
			t.Present = texts(f.value, at)
		default:
			hint := didYouMean(f.key, []string{"by", "map", "present"})
			if hint == "" {
				hint = "known keys: by, map, present"
			}
			d.fail(f.at, CodeUnknownKey, at, fmt.Sprintf("unknown key %q", f.key), hint)
		}
	})
	return t
}

func (r *RestTypes) yaml(p *printer, _ key, path string) *yaml.Node {
	n := mappingNodeOf()
	texts := func(list []RestText, path string) *yaml.Node {
		n := mappingNodeOf()
		for _, e := range list {
			n.Content = append(n.Content, text(e.Name), p.scalar(reflect.ValueOf(e.Text), key{}, memberPath(path, e.Name)))
		}
		return n
	}
	for _, t := range *r {
		at := memberPath(path, t.Type)
		fields := mappingNodeOf()
		for _, f := range t.Fields {
			fields.Content = append(fields.Content, text(f.Field), p.scalar(reflect.ValueOf(f.Select), key{}, memberPath(at, f.Field)))
		}
		if name := t.Typename; name != nil {
			at += ".typename"
			how := mappingNodeOf()
			if name.By != "" {
				how.Content = append(how.Content, text("by"), p.scalar(reflect.ValueOf(name.By), key{}, at+".by"))
			}
			if len(name.Map) > 0 {
				how.Content = append(how.Content, text("map"), texts(name.Map, at+".map"))
			}
			if len(name.Present) > 0 {
				how.Content = append(how.Content, text("present"), texts(name.Present, at+".present"))
			}
			fields.Content = append(fields.Content, text("typename"), how)
		}
		n.Content = append(n.Content, text(t.Type), fields)
	}
	return n
}

func (r *RestTypes) schema() object {
	texts := func(description string) object {
		return object{"description", description, "type", "object", "additionalProperties", anyScalar}
	}
	typename := object{"description", "How the concrete type of a value is told, if this is an interface or a union.",
		"type", "object", "additionalProperties", false,
		"properties", object{
			"by", object{"description", "Path to what names the type within the value, such as kind.", "type", "string"},
			"map", texts("The type for each value at that path, such as song: Song."),
			"present", texts("Instead of by: for each type, a path that only its values have, such as Song: title."),
		}}
	return object{"type", "object", "additionalProperties", object{"type", "object",
		"properties", object{"typename", object{"anyOf", []object{anyScalar, typename}}},
		"additionalProperties", anyScalar}}
}

func (r *RestTypes) cell() string { return "mapping of mappings" }

// RestEnums are the values of enums, in their order.
type RestEnums []RestEnum

// RestEnum says what a service writes for the values of an enum.
type RestEnum struct {
	Enum   string
	Values RestValues
}

func (r *RestEnums) decode(d *decoder, n *node, k key, path string) {
	*r = slices.Clone(*r)
	find := func(name string) int {
		return slices.IndexFunc(*r, func(e RestEnum) bool { return e.Enum == name })
	}
	drop := func(name string) {
		if i := find(name); i >= 0 {
			*r = slices.Delete(*r, i, i+1)
		}
	}
	d.members(n, path, drop, func(f member, at string) {
		i := find(f.key)
		if i < 0 {
			i = len(*r)
			*r = append(*r, RestEnum{Enum: f.key})
		}
		(*r)[i].Values.decode(d, f.value, k, at)
	})
}

func (r *RestEnums) yaml(p *printer, k key, path string) *yaml.Node {
	n := mappingNodeOf()
	for i := range *r {
		e := &(*r)[i]
		n.Content = append(n.Content, text(e.Enum), e.Values.yaml(p, k, memberPath(path, e.Enum)))
	}
	return n
}

func (r *RestEnums) schema() object {
	return object{"type", "object", "additionalProperties", object{"type", "object", "additionalProperties", anyScalar}}
}

func (r *RestEnums) cell() string { return "mapping of mappings" }

// RestValues are named values of any kind, in their order.
type RestValues []RestValue

// RestValue is a named value, JSON text.
type RestValue struct{ Name, JSON string }

func (r *RestValues) decode(d *decoder, n *node, k key, path string) {
	*r = slices.Clone(*r)
	find := func(name string) int {
		return slices.IndexFunc(*r, func(v RestValue) bool { return v.Name == name })
	}
	drop := func(name string) {
		if i := find(name); i >= 0 {
			*r = slices.Delete(*r, i, i+1)
		}
	}
	d.members(n, path, drop, func(f member, at string) {
		d.forget(at)
		d.at[at] = f.value.pos
		value, ok := d.json(f.value, at)
		switch i := find(f.key); {
		case !ok:
		case i >= 0:
			(*r)[i].JSON = value
		default:
			*r = append(*r, RestValue{f.key, value})
		}
	})
}

// json turns any YAML value into JSON. at is the path of the named value that it
// is part of: one secret in it makes all of it one.
func (d *decoder) json(n *node, at string) (string, bool) {
	if n.err != nil {
		d.errs = append(d.errs, *n.err)
		d.errs[len(d.errs)-1].Path = at
		return "", false
	}
	quote := func(s string) string {
		out, _ := marshalPlain(s) // a string always can be
		return string(out)
	}
	switch n.kind {
	case nullNode:
		return "null", true
	case mappingNode:
		var parts []string
		for _, f := range n.fields {
			value, ok := d.json(f.value, at)
			if !ok {
				return "", false
			}
			parts = append(parts, quote(f.key)+":"+value)
		}
		return "{" + strings.Join(parts, ",") + "}", true
	case sequenceNode:
		var parts []string
		for _, item := range n.items {
			value, ok := d.json(item, at)
			if !ok {
				return "", false
			}
			parts = append(parts, value)
		}
		return "[" + strings.Join(parts, ",") + "]", true
	}
	if n.secret {
		d.secrets[at] = true
	}
	switch n.tag {
	case "!!bool":
		return strings.ToLower(n.text), true
	case "!!int", "!!float":
		if json.Valid([]byte(n.text)) {
			return n.text, true
		}
		d.fail(n.pos, CodeInvalidValue, at, shown(n)+" is not a JSON number", "put it in quotes")
		return "", false
	}
	return quote(n.text), true
}

func (r *RestValues) yaml(p *printer, k key, path string) *yaml.Node {
	n := mappingNodeOf()
	for _, v := range *r {
		if p.secrets[memberPath(path, v.Name)] || k.secret {
			n.Content = append(n.Content, text(v.Name), text(masked))
			continue
		}
		var doc yaml.Node
		if err := yaml.Unmarshal([]byte(escapeVariables(v.JSON)), &doc); err != nil || len(doc.Content) != 1 {
			n.Content = append(n.Content, text(v.Name), text(v.JSON)) // JSON is YAML: not reached
			continue
		}
		n.Content = append(n.Content, text(v.Name), doc.Content[0])
	}
	return n
}

func (r *RestValues) schema() object { return object{"type", "object"} }

func (r *RestValues) cell() string { return "mapping" }

// RestMatch says how elements find the objects they are for.
type RestMatch struct {
	// By is "key", "position", "map", or empty if Item and Row are given.
	By string
	// Item is the path in the element, Row the field of the object.
	Item, Row string
}

var matchings = []string{"key", "position", "map"}

func (r *RestMatch) decode(d *decoder, n *node, k key, path string) {
	switch n.kind {
	case scalarNode:
		by := reflect.New(reflect.TypeFor[string]()).Elem()
		before := len(d.errs)
		d.scalar(n, by, key{name: k.name, typ: by.Type(), enum: matchings}, path)
		if len(d.errs) == before {
			*r = RestMatch{By: by.String()}
		}
	case mappingNode:
		if len(n.fields) != 1 || n.fields[0].value.kind == nullNode {
			d.fail(n.pos, CodeInvalidValue, path, "an element is matched by one path and one field", "such as {user_id: id}")
			return
		}
		d.forget(path)
		d.at[path] = n.pos
		f := n.fields[0]
		if row, ok := d.anyText(f.value, key{name: f.key}, memberPath(path, f.key)); ok {
			*r = RestMatch{Item: f.key, Row: row}
		}
	default:
		d.wrongType(n, path, "text or a mapping")
	}
}

func (r *RestMatch) yaml(*printer, key, string) *yaml.Node {
	if r.By != "" {
		return text(r.By)
	}
	return mappingNodeOf(text(r.Item), text(r.Row))
}

func (r *RestMatch) schema() object {
	return object{"oneOf", []object{{"enum", matchings},
		{"type", "object", "additionalProperties", object{"type", "string"}, "minProperties", 1, "maxProperties", 1}}}
}

func (r *RestMatch) cell() string { return "`key`, `position`, `map` or mapping" }
