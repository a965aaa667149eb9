package openapi

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"regexp"
	"slices"
	"strconv"
	"strings"

	"github.com/getkin/kin-openapi/openapi2"
	"github.com/getkin/kin-openapi/openapi2conv"
	"github.com/getkin/kin-openapi/openapi3"
	"go.yaml.in/yaml/v3"
)

// defaultMaxBytes bounds a document: the largest public one has 78 MB.
const defaultMaxBytes = 128 << 20

// maxDocumentDepth bounds how deep a document nests.
const maxDocumentDepth = 500

// document is a loaded document.
type document struct {
	*openapi3.T
	// swagger: it was written as version 2, and has been converted.
	swagger bool
}

// load reads a document. References within it are resolved; it is not
// validated further, since many documents in use do not hold to the letter.
func load(ctx context.Context, text []byte, o *Options, f *findings) (doc *document) {
	limit := o.MaxBytes
	if limit <= 0 {
		limit = defaultMaxBytes
	}
	if len(text) > limit {
		f.fail(CodeTooLarge, "#", "", "the document has %d bytes, and %d are allowed", len(text), limit)
		return nil
	}
	text = bytes.TrimPrefix(text, []byte("\xef\xbb\xbf"))
	data, ok := toJSON(text, limit, f)
	if !ok {
		return nil
	}
	var head struct {
		Swagger any             `json:"swagger"`
		OpenAPI any             `json:"openapi"`
		Paths   json.RawMessage `json:"paths"`
	}
	if err := json.Unmarshal(data, &head); err != nil {
		f.fail(CodeUnreadable, "#", "", "the document is not an object with openapi and paths")
		return nil
	}
	// What a document makes the library do is not in our hands.
	defer func() {
		if p := recover(); p != nil {
			doc = nil
			f.fail(CodeUnreadable, "#", "", "the document cannot be read: %v", p)
		}
	}()
	version := fmt.Sprint(head.OpenAPI)
	switch {
	case head.OpenAPI != nil && strings.HasPrefix(version, "3."):
		doc = &document{T: &openapi3.T{}}
		if err := doc.UnmarshalJSON(data); err != nil {
			unreadable(data, err, f)
			return nil
		}
	case head.OpenAPI == nil && strings.HasPrefix(fmt.Sprint(head.Swagger), "2"):
		var two openapi2.T
		if err := two.UnmarshalJSON(data); err != nil {
			unreadable(data, err, f)
			return nil
		}
		three, err := openapi2conv.ToV3WithLoader(&two, loader(ctx), nil)
		if err != nil {
			unresolved(data, err, f)
			return nil
		}
		return &document{T: three, swagger: true}
	case head.OpenAPI == nil && head.Swagger == nil:
		f.fail(CodeVersion, "#", "", "the document has neither openapi nor swagger, the version of the format").Hint = "Point openapi: at an OpenAPI 2, 3.0 or 3.1 document"
		return nil
	default:
		at := "#/openapi"
		if head.OpenAPI == nil {
			at, version = "#/swagger", fmt.Sprint(head.Swagger)
		}
		f.fail(CodeVersion, at, "", "there is no OpenAPI version %q; 2.0, 3.0 and 3.1 are known", version)
		return nil
	}
	if err := loader(ctx).ResolveRefsIn(doc.T, nil); err != nil {
		unresolved(data, err, f)
		return nil
	}
	return doc
}

func loader(ctx context.Context) *openapi3.Loader {
	l := openapi3.NewLoader()
	l.Context = ctx
	l.IsExternalRefsAllowed = false
	return l
}

// mistyped finds in an error of the library what it could not take, and where.
var mistyped = regexp.MustCompile(`cannot unmarshal (\w+) into (?:Go struct )?field \w+\.([\w.$]+) of type`)

func unreadable(data []byte, err error, f *findings) {
	e := f.fail(CodeUnreadable, "#", "", "the document cannot be read: %s", firstLine(err.Error()))
	if m := mistyped.FindStringSubmatch(err.Error()); m != nil {
		kind, name := m[1], m[2][strings.LastIndexByte(m[2], '.')+1:]
		if at := find(data, func(key string, value any) bool { return key == name && kindOf(value) == kind }); at != "" {
			e.At.Pointer = at
		}
	}
}

// kindOf is a JSON value's kind as package json names it in errors.
func kindOf(value any) string {
	switch value.(type) {
	case string:
		return "string"
	case float64:
		return "number"
	case bool:
		return "bool"
	case map[string]any:
		return "object"
	case []any:
		return "array"
	}
	return "null"
}

// find is the pointer of the first member that fits; empty if none does.
func find(data []byte, fits func(key string, value any) bool) string {
	var root any
	if json.Unmarshal(data, &root) != nil {
		return ""
	}
	var walk func(at string, v any) string
	walk = func(at string, v any) string {
		switch v := v.(type) {
		case map[string]any:
			for _, key := range sortedKeys(v) {
				here := pointer(at, key)
				if fits(key, v[key]) {
					return here
				}
				if found := walk(here, v[key]); found != "" {
					return found
				}
			}
		case []any:
			for i := range v {
				if found := walk(pointer(at, itoa(i)), v[i]); found != "" {
					return found
				}
			}
		}
		return ""
	}
	return walk("#", root)
}

// referenceIn finds the reference that an error of the library names.
var referenceIn = regexp.MustCompile(`"([^"\s]*(?:#|\.json|\.ya?ml|://)[^"\s]*)"|#/[^\s"']+`)

func unresolved(data []byte, err error, f *findings) {
	message := firstLine(err.Error())
	at := "#"
	if m := referenceIn.FindStringSubmatch(message); m != nil {
		ref := m[1]
		if ref == "" {
			ref = strings.TrimRight(m[0], ".,:;)")
		}
		if strings.HasPrefix(ref, "#/") {
			at = ref
		}
		if from := find(data, func(key string, value any) bool { return key == "$ref" && value == any(ref) }); from != "" {
			at = from
		}
	}
	e := f.fail(CodeReference, at, "", "a reference cannot be resolved: %s", message)
	if strings.Contains(message, "disallowed external reference") {
		e.Hint = "Bundle the document into one file: references to other documents are not followed"
	}
}

func firstLine(s string) string {
	s, _, _ = strings.Cut(s, "\n")
	const limit = 500
	if len(s) > limit {
		s = s[:limit] + "…"
	}
	return s
}

func looksLikeJSON(text []byte) bool {
	text = bytes.TrimLeft(bytes.TrimPrefix(text, []byte("\xef\xbb\xbf")), " \t\r\n")
	return len(text) > 0 && (text[0] == '{' || text[0] == '[')
}

// toJSON is the document in JSON.
func toJSON(text []byte, limit int, f *findings) ([]byte, bool) {
	if looksLikeJSON(text) {
		if json.Valid(text) {
			if !shallow(text) {
				f.fail(CodeTooLarge, "#", "", "the document nests deeper than %d levels", maxDocumentDepth)
				return nil, false
			}
			return text, true
		}
	}
	var root yaml.Node
	err := yaml.Unmarshal(text, &root)
	switch {
	case err != nil && looksLikeJSON(text):
		e := f.fail(CodeUnreadable, "#", "", "the document is not JSON")
		var syntax *json.SyntaxError
		var any json.RawMessage
		if err := json.Unmarshal(text, &any); errors.As(err, &syntax) {
			e.Message += ": " + syntax.Error()
			e.At.Line, e.At.Column = lineOf(text, int(syntax.Offset)-1)
		}
		return nil, false
	case err != nil:
		message := firstLine(err.Error())
		line := yamlLine.FindStringSubmatch(message)
		if line != nil {
			message = message[len(line[0]):]
		}
		e := f.fail(CodeUnreadable, "#", "", "the document is neither JSON nor YAML: %s", message)
		if line != nil {
			e.At.Line, _ = strconv.Atoi(line[1])
			e.At.Column = 1
		}
		return nil, false
	case len(root.Content) != 1 || root.Content[0].Kind != yaml.MappingNode:
		f.fail(CodeUnreadable, "#", "", "the document is empty, or not a mapping")
		return nil, false
	}
	c := yamlConverter{limit: 4*len(text) + 1<<20, most: limit}
	if err := c.node(root.Content[0], 0); err != nil {
		f.fail(CodeTooLarge, "#", "", "the document cannot be read: %v", err)
		return nil, false
	}
	return c.out, true
}

// yamlLine is how errors of YAML begin that know the line.
var yamlLine = regexp.MustCompile(`^yaml: line (\d+): `)

func lineOf(text []byte, offset int) (line, column int) {
	offset = max(0, min(offset, len(text)))
	before := text[:offset]
	return bytes.Count(before, []byte("\n")) + 1, offset - (bytes.LastIndexByte(before, '\n') + 1) + 1
}

// shallow reports whether valid JSON nests no deeper than is allowed.
func shallow(text []byte) bool {
	depth, quoted := 0, false
	for i := 0; i < len(text); i++ {
		switch c := text[i]; {
		case quoted && c == '\\':
			i++
		case c == '"':
			quoted = !quoted
		case quoted:
		case c == '{' || c == '[':
			if depth++; depth > maxDocumentDepth {
				return false
			}
		case c == '}' || c == ']':
			depth--
		}
	}
	return true
}

// yamlConverter writes YAML as JSON. Aliases are written out, so the output is
// bounded.
type yamlConverter struct {
	out         []byte
	limit, most int
}

var (
	errYAMLDeep = errors.New("it nests too deeply, or an alias holds itself")
	errYAMLLong = errors.New("its aliases make it too long")
)

func (c *yamlConverter) node(n *yaml.Node, depth int) error {
	switch {
	case depth > maxDocumentDepth:
		return errYAMLDeep
	case len(c.out) > c.limit || len(c.out) > c.most:
		return errYAMLLong
	}
	switch n.Kind {
	case yaml.AliasNode:
		return c.node(n.Alias, depth+1)
	case yaml.MappingNode:
		c.out = append(c.out, '{')
		if err := c.members(n, depth, new(bool)); err != nil {
			return err
		}
		c.out = append(c.out, '}')
	case yaml.SequenceNode:
		c.out = append(c.out, '[')
		for i, item := range n.Content {
			if i > 0 {
				c.out = append(c.out, ',')
			}
			if err := c.node(item, depth+1); err != nil {
				return err
			}
		}
		c.out = append(c.out, ']')
	case yaml.ScalarNode:
		c.scalar(n)
	default:
		c.out = append(c.out, "null"...)
	}
	return nil
}

// texts are the keys whose values are texts, though 3.0 looks like a number.
var texts = []string{"openapi", "swagger", "version", "description", "title", "summary", "operationId"}

func (c *yamlConverter) members(n *yaml.Node, depth int, more *bool) error {
	if depth > maxDocumentDepth {
		return errYAMLDeep
	}
	for i := 0; i+1 < len(n.Content); i += 2 {
		key, value := n.Content[i], n.Content[i+1]
		if key.Tag == "!!merge" {
			merged := []*yaml.Node{value}
			if value.Kind == yaml.SequenceNode {
				merged = value.Content
			}
			for _, m := range merged {
				if m.Kind == yaml.AliasNode {
					m = m.Alias
				}
				if m.Kind == yaml.MappingNode {
					if err := c.members(m, depth+1, more); err != nil {
						return err
					}
				}
			}
			continue
		}
		if *more {
			c.out = append(c.out, ',')
		}
		*more = true
		c.text(key.Value)
		c.out = append(c.out, ':')
		if value.Kind == yaml.ScalarNode && value.ShortTag() != "!!null" && slices.Contains(texts, key.Value) {
			c.text(value.Value)
			continue
		}
		if err := c.node(value, depth+1); err != nil {
			return err
		}
	}
	return nil
}

func (c *yamlConverter) scalar(n *yaml.Node) {
	switch n.ShortTag() {
	case "!!null":
		c.out = append(c.out, "null"...)
		return
	case "!!bool":
		var b bool
		if n.Decode(&b) == nil {
			c.out = fmt.Append(c.out, b)
			return
		}
	case "!!int", "!!float":
		if json.Valid([]byte(n.Value)) {
			c.out = append(c.out, n.Value...)
			return
		}
		var number float64
		if n.Decode(&number) == nil {
			if text, err := json.Marshal(number); err == nil {
				c.out = append(c.out, text...)
				return
			}
		}
	}
	c.text(n.Value)
}

func (c *yamlConverter) text(s string) {
	text, _ := json.Marshal(s) // a string always can be
	c.out = append(c.out, text...)
}
