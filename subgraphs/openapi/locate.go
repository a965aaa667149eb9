package openapi

import (
	"bytes"
	"encoding/json"
	"io"
	"strconv"
	"strings"

	"go.yaml.in/yaml/v3"
)

// Locate finds the lines of notes in the document that they are about.
func Locate(document []byte, notes []Note) {
	places := make([]*Place, len(notes))
	for i := range notes {
		places[i] = &notes[i].At
	}
	locate(document, places)
}

// locate finds the lines of places. A pointer that leads further than the
// document goes has the line of the last part that is there.
func locate(document []byte, places []*Place) {
	var root wanted
	for _, p := range places {
		if p.Line == 0 {
			root.add(p)
		}
	}
	if len(root.below) == 0 && len(root.places) == 0 {
		return
	}
	if looksLikeJSON(document) {
		f := jsonFinder{dec: json.NewDecoder(bytes.NewReader(document)), text: document, line: 1}
		f.dec.UseNumber()
		f.value(&root)
		return
	}
	var doc yaml.Node
	if yaml.Unmarshal(document, &doc) == nil && len(doc.Content) == 1 {
		root.mark(1, 1)
		root.node(doc.Content[0], 0)
	}
}

// wanted is a tree of pointers.
type wanted struct {
	places []*Place
	below  map[string]*wanted
}

func (w *wanted) add(p *Place) {
	rest, ok := strings.CutPrefix(p.Pointer, "#")
	if !ok {
		return
	}
	at := w
	for _, part := range strings.Split(strings.TrimPrefix(rest, "/"), "/") {
		if part == "" && rest == "" {
			break
		}
		part = unescapePointer(part)
		next := at.below[part]
		if next == nil {
			if at.below == nil {
				at.below = map[string]*wanted{}
			}
			next = &wanted{}
			at.below[part] = next
		}
		at = next
	}
	at.places = append(at.places, p)
}

// mark sets the lines of all places at and below: deeper ones are set again
// where they are found.
func (w *wanted) mark(line, column int) {
	for _, p := range w.places {
		p.Line, p.Column = line, column
	}
	for _, b := range w.below {
		b.mark(line, column)
	}
}

const maxLocateDepth = 1000

func (w *wanted) node(n *yaml.Node, depth int) {
	if len(w.below) == 0 || depth > maxLocateDepth {
		return
	}
	switch n.Kind {
	case yaml.AliasNode:
		w.node(n.Alias, depth+1)
	case yaml.MappingNode:
		for i := 0; i+1 < len(n.Content); i += 2 {
			if b := w.below[n.Content[i].Value]; b != nil {
				b.mark(n.Content[i].Line, n.Content[i].Column)
				b.node(n.Content[i+1], depth+1)
			}
		}
	case yaml.SequenceNode:
		for i, item := range n.Content {
			if b := w.below[strconv.Itoa(i)]; b != nil {
				b.mark(item.Line, item.Column)
				b.node(item, depth+1)
			}
		}
	}
}

// jsonFinder walks a JSON text once.
type jsonFinder struct {
	dec  *json.Decoder
	text []byte
	// line is the line of the offset seen, lineStart where it begins.
	seen, lineStart, line int
}

func (f *jsonFinder) position() (line, column int) {
	at := int(f.dec.InputOffset())
	for at < len(f.text) && (f.text[at] == ' ' || f.text[at] == '\n' || f.text[at] == '\r' || f.text[at] == '\t' || f.text[at] == ',' || f.text[at] == ':') {
		at++
	}
	for ; f.seen < at; f.seen++ {
		if f.text[f.seen] == '\n' {
			f.line++
			f.lineStart = f.seen + 1
		}
	}
	return f.line, at - f.lineStart + 1
}

// value reads one value; w is nil where nothing in it is wanted.
func (f *jsonFinder) value(w *wanted) bool {
	if w != nil && len(w.below) == 0 {
		w = nil
	}
	if w == nil {
		var skip json.RawMessage
		return f.dec.Decode(&skip) == nil
	}
	token, err := f.dec.Token()
	if err != nil {
		return false
	}
	delim, ok := token.(json.Delim)
	if !ok {
		return true
	}
	for i := 0; f.dec.More(); i++ {
		line, column := f.position()
		name := strconv.Itoa(i)
		if delim == '{' {
			key, err := f.dec.Token()
			if err != nil && err != io.EOF {
				return false
			}
			name, _ = key.(string)
		}
		b := w.below[name]
		if b != nil {
			b.mark(line, column)
		}
		if !f.value(b) {
			return false
		}
	}
	_, err = f.dec.Token()
	return err == nil
}
