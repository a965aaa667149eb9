package openapi

import (
	"encoding/json"
	"maps"
	"slices"
	"strings"

	"github.com/getkin/kin-openapi/openapi3"
)

// examples are the examples of the document in the names of the schema, as JSON by
// coordinate: `Type` for what schemas show, `Query.x` for what answers show. What of
// them does not fit the schema is for whoever uses them to see.
func (im *importer) examples() map[string]string {
	out := map[string]string{}
	put := func(coordinate string, value any) {
		if text, err := json.Marshal(value); err == nil && value != nil {
			out[coordinate] = string(text)
		}
	}
	for _, t := range im.all {
		if t.kind == objectType && t.marked {
			if shown := im.shownObject(t); len(shown) > 0 {
				put(t.name, shown)
			}
		}
	}
	for _, op := range im.ops {
		if value := op.shown(); value != nil {
			put(op.coordinate(), op.field.typ.shown(value))
		}
	}
	return out
}

// shownObject is what a schema shows of an object: its own example, and those of its
// properties.
func (im *importer) shownObject(t *gtype) map[string]any {
	out := map[string]any{}
	if t.view == nil {
		return out
	}
	for _, f := range t.fields {
		p := t.view.root().property(f.prop)
		if p == nil || p.schema == nil || len(f.args) > 0 {
			continue
		}
		if value := f.typ.shown(exampleOf(p.schema.Value)); value != nil {
			out[f.name] = value
		}
	}
	if im.doc.Components == nil {
		return out
	}
	if c := im.doc.Components.Schemas[t.component]; c != nil && t.component != "" {
		if whole, ok := t.shown(exampleOf(c.Value)).(map[string]any); ok {
			maps.Copy(out, whole)
		}
	}
	return out
}

func exampleOf(s *openapi3.Schema) any {
	switch {
	case s == nil:
		return nil
	case s.Example != nil:
		return s.Example
	case len(s.Examples) > 0:
		return s.Examples[0]
	}
	return nil
}

// shown is the example of the answer that the operation takes, out of its envelope.
func (op *operation) shown() any {
	if op.op.Responses == nil {
		return nil
	}
	responses := op.op.Responses.Map()
	for _, status := range slices.Sorted(maps.Keys(responses)) {
		r := responses[status]
		if !strings.HasPrefix(status, "2") || r == nil || r.Value == nil {
			continue
		}
		media := r.Value.Content.Get("application/json")
		if media == nil {
			continue
		}
		value := media.Example
		for _, name := range slices.Sorted(maps.Keys(media.Examples)) {
			if e := media.Examples[name]; value == nil && e != nil && e.Value != nil {
				value = e.Value.Value
			}
		}
		for _, step := range strings.FieldsFunc(op.endpoint.SelectAt, func(r rune) bool { return r == '.' }) {
			object, _ := value.(map[string]any)
			value = object[step]
		}
		return value
	}
	return nil
}

// shown is an example in the names of the schema; nil if it is of another shape.
func (t *texpr) shown(value any) any {
	if t.elem == nil {
		return t.named.shown(value)
	}
	list, ok := value.([]any)
	if !ok {
		return nil
	}
	out := make([]any, 0, len(list))
	for _, item := range list {
		if shown := t.elem.shown(item); shown != nil {
			out = append(out, shown)
		}
	}
	return out
}

func (t *gtype) shown(value any) any {
	switch t.kind {
	case scalarType:
		return value
	case enumType:
		for _, v := range t.values {
			if v.text == value {
				return v.name
			}
		}
	case objectType:
		object, ok := value.(map[string]any)
		if !ok {
			return nil
		}
		out := map[string]any{}
		for _, f := range t.fields {
			if member := f.typ.shown(object[f.prop]); member != nil {
				out[f.name] = member
			}
		}
		return out
	}
	return nil
}
