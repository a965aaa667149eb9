package config

import (
	"bytes"
	"errors"
	"fmt"
	"io"
	"regexp"
	"strconv"
	"strings"

	"go.yaml.in/yaml/v3"
)

// Bounds of one document. They stop alias bombs and runaway nesting; no
// configuration comes near.
const (
	maxNodes = 200_000
	maxNest  = 64
)

type kind uint8

const (
	scalarNode kind = iota
	nullNode
	mappingNode
	sequenceNode
)

// node is a YAML node that knows where it came from. Aliases and merge keys are
// resolved, variables expanded.
type node struct {
	kind kind
	text string // of a scalar
	// tag is the YAML tag of a scalar (!!int, !!str, ...), or empty for text whose
	// type its reader decides: variables, environment and flags.
	tag    string
	pos    Position
	fields []member
	items  []*node
	// dir is what relative paths in this node are relative to.
	dir string
	// secret: the value came from ${env.} or ${file.}.
	secret bool
	// err is the variable in this scalar that could not be expanded.
	err *Error
}

type member struct {
	key   string
	at    Position
	value *node
}

func (n *node) get(key string) *node {
	for i := range n.fields {
		if n.fields[i].key == key {
			return n.fields[i].value
		}
	}
	return nil
}

// reader turns one document into nodes.
type reader struct {
	file string
	dir  string
	// vars expands variables; nil where they have no meaning, as in flags.
	vars  *variables
	errs  Errors
	count int
}

var yamlLine = regexp.MustCompile(`^yaml: (?:line (\d+): )?`)

// parse reads one YAML document. A nil node means that there is nothing to
// decode: the document is empty, or not YAML.
func (r *reader) parse(data []byte) *node {
	dec := yaml.NewDecoder(bytes.NewReader(data))
	var doc, more yaml.Node
	if err := dec.Decode(&doc); err != nil {
		if !errors.Is(err, io.EOF) {
			r.syntax(err, data)
		}
		return nil
	}
	switch err := dec.Decode(&more); {
	case err == nil:
		r.fail(Position{r.file, more.Line, more.Column}, "the file holds more than one YAML document", "keep one document, or pass several files")
	case !errors.Is(err, io.EOF):
		r.syntax(err, data)
		return nil
	}
	if len(doc.Content) == 0 {
		return nil
	}
	n := r.convert(doc.Content[0], "", 0)
	if n == nil || n.kind == nullNode || r.count > maxNodes {
		return nil
	}
	return n
}

// syntax reports what the YAML parser says. It counts the lines of its own findings,
// other than those of its scanner, from 0; where something does not end, it names the
// line on which that began, if it is not the first.
func (r *reader) syntax(err error, data []byte) {
	message := err.Error()
	pos := Position{File: r.file, Line: 1, Column: 1}
	if m := yamlLine.FindStringSubmatch(message); m != nil {
		message = message[len(m[0]):]
		if line, err := strconv.Atoi(m[1]); err == nil && line > 0 {
			pos.Line = line
		}
	}
	hint := ""
	switch {
	case strings.Contains(message, "did not find expected ',' or"):
		pos.Line++
		hint = "a brace or bracket from here on does not close, or a text within needs quotes, as in {GET: \"/users/{id}\"}"
	case strings.HasPrefix(message, "did not find expected"):
		pos.Line++
		hint = "look at the indentation from here on, and for a colon or quotes that are missing"
		// It names where the list or mapping begins; what does not fit is below.
		if line, column := breaks(data, pos.Line); line > pos.Line {
			message = fmt.Sprintf("this line does not go on with what begins at line %d: %s", pos.Line, message)
			hint = "give it the indentation of the lines that it belongs to, and look above for a colon or quotes that are missing"
			pos.Line, pos.Column = line, column
		}
	case strings.Contains(message, "mapping values are not allowed"), strings.Contains(message, "could not find expected ':'"):
		hint = "a key is followed by a colon and a space; put a text with a colon and a space in quotes"
		if line, column, key := unspaced(data, pos.Line); line > 0 {
			pos.Line, pos.Column = line, column
			hint = "put a space after the colon of " + key
		}
	case strings.Contains(message, "tab character"), strings.Contains(message, "cannot start any token"):
		hint = "indent with spaces, not tabs, and put a text that begins with @, ` or % in quotes"
	}
	if last := bytes.Count(bytes.TrimRight(data, "\n"), []byte("\n")) + 1; pos.Line > last {
		pos.Line = last
	}
	r.fail(pos, "not well-formed YAML: "+message, hint)
}

// maxSyntaxWork bounds the bytes that are read again to find a line.
const maxSyntaxWork = 16 << 20

// breaks finds the first line, from a given one on, with which the document is no
// longer well-formed, and its first column that is not blank; 0 if there is none.
func breaks(data []byte, from int) (line, column int) {
	lines := bytes.SplitAfter(data, []byte("\n"))
	end, work, good := 0, 0, 0
	for i, text := range lines {
		end += len(text)
		if i+1 < from {
			continue
		}
		if work += end; work > maxSyntaxWork {
			break
		}
		var doc yaml.Node
		if yaml.Unmarshal(data[:end], &doc) == nil {
			good = i + 1
		}
	}
	if good == 0 || good >= len(lines) {
		return 0, 0
	}
	text := lines[good]
	return good + 1, len(text) - len(bytes.TrimLeft(text, " \t")) + 1
}

// unspacedKey is a key whose value follows the colon without a space.
var unspacedKey = regexp.MustCompile(`^[ ]*(?:- )?([A-Za-z_][\w.]*):[^\s:/]`)

// unspaced finds a key without a space after its colon in a line or the one above,
// which YAML then takes for a text that goes on.
func unspaced(data []byte, at int) (line, column int, key string) {
	lines := bytes.Split(data, []byte("\n"))
	for i := min(at, len(lines)) - 1; i >= 0; i-- {
		text := bytes.TrimSpace(lines[i])
		if len(text) == 0 || text[0] == '#' {
			continue
		}
		if m := unspacedKey.FindSubmatchIndex(lines[i]); m != nil {
			return i + 1, m[2] + 1, string(lines[i][m[2]:m[3]])
		}
		if i+1 < at {
			break
		}
	}
	return 0, 0, ""
}

func (r *reader) fail(pos Position, message, hint string) {
	r.errs = append(r.errs, errorAt(pos, CodeSyntax, "", message, hint))
}

func (r *reader) convert(y *yaml.Node, path string, depth int) *node {
	pos := Position{r.file, y.Line, y.Column}
	r.count++
	if r.count > maxNodes || depth > maxNest {
		if r.count <= maxNodes+1 {
			r.fail(pos, fmt.Sprintf("the document nests deeper than %d levels or, aliases expanded, holds more than %d values", maxNest, maxNodes), "")
		}
		r.count = maxNodes + 1 // report once, and convert no more
		return nil
	}
	n := &node{pos: pos, dir: r.dir}
	switch y.Kind {
	case yaml.AliasNode:
		return r.convert(y.Alias, path, depth+1)
	case yaml.MappingNode:
		n.kind = mappingNode
		r.mapping(n, y, path, depth)
	case yaml.SequenceNode:
		n.kind = sequenceNode
		for i, item := range y.Content {
			if c := r.convert(item, join(path, entryName(item, i)), depth+1); c != nil {
				n.items = append(n.items, c)
			}
		}
	default:
		n.kind, n.text, n.tag = scalarNode, y.Value, y.ShortTag()
		if n.tag == "!!null" {
			n.kind = nullNode
			return n
		}
		if r.vars != nil && n.tag == "!!str" && strings.Contains(n.text, "${") {
			r.vars.expand(n, path)
		}
	}
	return n
}

// entryName is what paths call an entry of a list: its name, or else its number.
func entryName(item *yaml.Node, i int) string {
	if item.Kind == yaml.MappingNode {
		for k := 0; k+1 < len(item.Content); k += 2 {
			if name := item.Content[k+1]; item.Content[k].Value == "name" && name.Kind == yaml.ScalarNode && subgraphName.MatchString(name.Value) {
				return name.Value
			}
		}
	}
	return strconv.Itoa(i)
}

func (r *reader) mapping(n *node, y *yaml.Node, path string, depth int) {
	seen := map[string]Position{}
	var merged []*yaml.Node
	for i := 0; i+1 < len(y.Content); i += 2 {
		k, v := y.Content[i], y.Content[i+1]
		at := Position{r.file, k.Line, k.Column}
		switch {
		case k.ShortTag() == "!!merge":
			merged = append(merged, v)
			continue
		case k.Kind != yaml.ScalarNode:
			r.fail(at, "a key must be plain text", "")
			continue
		}
		if first, ok := seen[k.Value]; ok {
			r.errs = append(r.errs, errorAt(at, CodeDuplicateKey, join(path, k.Value),
				fmt.Sprintf("the key %q is given twice", k.Value), fmt.Sprintf("first given at line %d", first.Line)))
			continue
		}
		seen[k.Value] = at
		if c := r.convert(v, join(path, k.Value), depth+1); c != nil {
			n.fields = append(n.fields, member{k.Value, at, c})
		}
	}
	for _, m := range merged {
		r.merge(n, m, seen, path, depth+1)
	}
}

// merge carries out `<<:`; keys written out win over merged ones.
func (r *reader) merge(n *node, y *yaml.Node, seen map[string]Position, path string, depth int) {
	c := r.convert(y, path, depth)
	if c == nil {
		return
	}
	sources := []*node{c}
	if c.kind == sequenceNode {
		sources = c.items
	}
	for _, s := range sources {
		if s.kind != mappingNode {
			r.fail(s.pos, "only mappings can be merged with <<", "")
			continue
		}
		for _, f := range s.fields {
			if _, ok := seen[f.key]; !ok {
				seen[f.key] = f.at
				n.fields = append(n.fields, f)
			}
		}
	}
}

func join(path, key string) string {
	if path == "" {
		return key
	}
	return path + "." + key
}
