package operation

import (
	"fmt"
	"strings"
)

// source is the text of a document, read once.
type source struct {
	text string
	// plain is what the parsing library gets: the same tokens in a form that it
	// reads as the specification does. Mostly it is text itself.
	plain string
	// moved says that fields stand elsewhere in plain than in text, as the library
	// counts.
	moved bool

	tokens, directives int
}

// read reads the text to its end, or until it has seen more than limit tokens
// (0: never), which costs next to nothing beside parsing it.
func (s *source) read(text string, limit int) Errors {
	s.text, s.plain = text, text
	l := lexer{text: text}
	for l.next() {
		if l.kind == tokenPunctuator && text[l.from] == '@' {
			s.directives++
		}
		if s.tokens++; limit > 0 && s.tokens > limit {
			return one(CodeMaxTokens, fmt.Sprintf("The document has more than %d tokens.", limit))
		}
	}
	if l.fault != "" {
		return one(CodeParseFailed, "Syntax error: "+l.fault, placeOf(text, l.faultAt))
	}
	if s.tokens == 0 {
		return one(CodeParseFailed, "Syntax error: the document is empty.", placeOf(text, len(text)))
	}
	s.moved = l.wide
	if l.odd {
		s.rewrite()
	}
	return nil
}

// rewrite makes plain of a text that the library would read otherwise. Its
// tokens are those of the text, one by one.
func (s *source) rewrite() {
	out := make([]byte, 0, len(s.text)+64)
	l := lexer{text: s.text}
	for at := 0; ; at = l.to {
		more := l.next()
		out = appendIgnored(out, s.text[at:l.from])
		if !more {
			break
		}
		token := s.text[l.from:l.to]
		switch {
		case !l.strange:
			out = append(out, token...)
			continue
		case l.kind == tokenBlock:
			out = appendString(out, blockValue(token[3:len(token)-3]))
		default:
			out = appendCommonString(out, token)
		}
		// Another string may follow at once.
		out = append(out, ' ')
		s.moved = true
	}
	s.plain = string(out)
}

// appendIgnored appends what stands between tokens, each line terminator as a
// line feed. Characters that only comments can have become spaces.
func appendIgnored(dst []byte, text string) []byte {
	for i := range len(text) {
		switch c := text[i]; {
		case c == '\r':
			if i+1 == len(text) || text[i+1] != '\n' {
				dst = append(dst, '\n')
			}
		case c < ' ' && c != '\t' && c != '\n':
			dst = append(dst, ' ')
		default:
			dst = append(dst, c)
		}
	}
	return dst
}

// appendString appends a value as a string.
func appendString(dst []byte, value string) []byte {
	dst = append(dst, '"')
	for i := range len(value) {
		switch c := value[i]; {
		case c == '"' || c == '\\':
			dst = append(dst, '\\', c)
		case c < ' ':
			dst = fmt.Appendf(dst, `\u%04x`, c)
		default:
			dst = append(dst, c)
		}
	}
	return append(dst, '"')
}

// appendCommonString appends a string token with escapes for its control
// characters and without needless digits in its escapes.
func appendCommonString(dst []byte, token string) []byte {
	for i := 0; i < len(token); i++ {
		switch c := token[i]; {
		case c == '\\' && strings.HasPrefix(token[i:], `\u{`):
			end := i + strings.IndexByte(token[i:], '}')
			number := strings.TrimLeft(token[i+3:end], "0")
			dst = append(dst, `\u{0`...)
			dst = append(dst, number...)
			dst = append(dst, '}')
			i = end
		case c == '\\':
			dst = append(dst, c, token[i+1])
			i++
		case c < ' ':
			dst = fmt.Appendf(dst, `\u%04x`, c)
		default:
			dst = append(dst, c)
		}
	}
	return dst
}

// blockValue is BlockStringValue of the specification (section 2.9.4) for what
// stands between the quotes.
func blockValue(raw string) string {
	raw = strings.NewReplacer("\r\n", "\n", "\r", "\n", `\"""`, `"""`).Replace(raw)
	lines := strings.Split(raw, "\n")
	indentOf := func(line string) int { return len(line) - len(strings.TrimLeft(line, " \t")) }
	common := -1
	for _, line := range lines[1:] {
		if indent := indentOf(line); indent < len(line) && (common < 0 || indent < common) {
			common = indent
		}
	}
	for i := range lines[1:] {
		line := &lines[i+1]
		*line = (*line)[min(max(common, 0), len(*line)):]
	}
	blank := func(line string) bool { return indentOf(line) == len(line) }
	for len(lines) > 0 && blank(lines[0]) {
		lines = lines[1:]
	}
	for len(lines) > 0 && blank(lines[len(lines)-1]) {
		lines = lines[:len(lines)-1]
	}
	return strings.Join(lines, "\n")
}

// cursor tells the places of offsets in a text, which must not go back.
type cursor struct {
	text string
	pos  int
	at   Location // of pos
	// runes counts columns in characters, as the library does.
	runes bool
}

func newCursor(text string, runes bool) cursor {
	return cursor{text: text, at: Location{Line: 1, Column: 1}, runes: runes}
}

func (c *cursor) place(offset int) Location {
	for ; c.pos < offset; c.pos++ {
		switch b := c.text[c.pos]; {
		case b == '\n', b == '\r' && (c.pos+1 == len(c.text) || c.text[c.pos+1] != '\n'):
			c.at.Line++
			c.at.Column = 1
		case b&0xC0 == 0x80: // not the first byte of a character
		case b >= 0xF0 && !c.runes:
			c.at.Column += 2
		default:
			c.at.Column++
		}
	}
	return c.at
}

// placeOf returns the place of one offset.
func placeOf(text string, offset int) Location {
	c := newCursor(text, false)
	return c.place(offset)
}

// places finds where in the text those places are that the library tells. The
// values of the map are set; what is no place of a token is left out.
//
// The library counts from behind a string's quote. It also has the places of
// fragments and directives behind their first token; whole says that elements
// are meant and not the tokens themselves.
func (s *source) places(want map[Location]Location, whole bool) {
	ours, theirs := newCursor(s.text, false), newCursor(s.plain, true)
	a, b := lexer{text: s.text}, lexer{text: s.plain}
	var before Location // of a token that the next one is told as
	for more := true; more; {
		more = a.next()
		b.next()
		at := ours.place(a.from)
		told := theirs.place(b.from)
		if b.kind == tokenString {
			told.Column++
		}
		real := at
		if whole && before.Line > 0 {
			real = before
		}
		if _, wanted := want[told]; wanted {
			want[told] = real
		}
		before = Location{}
		if a.kind == tokenPunctuator && (s.text[a.from] == '.' || s.text[a.from] == '@') {
			before = at
		}
	}
}

// locate puts the real places into errors that have the library's.
func (s *source) locate(errs Errors) {
	want := map[Location]Location{}
	whole := true
	for _, err := range errs {
		whole = whole && err.Code != CodeParseFailed
		for _, l := range err.Locations {
			want[l] = l
		}
	}
	if len(want) == 0 {
		return
	}
	s.places(want, whole)
	for _, err := range errs {
		for i, l := range err.Locations {
			err.Locations[i] = want[l]
		}
	}
}

// locateSelections does the same for an operation.
func (s *source) locateSelections(op *Operation) {
	want := map[Location]Location{}
	for _, set := range op.Sets {
		for i := range set.Selections {
			want[set.Selections[i].Pos] = set.Selections[i].Pos
		}
	}
	s.places(want, true)
	for _, set := range op.Sets {
		for i := range set.Selections {
			set.Selections[i].Pos = want[set.Selections[i].Pos]
		}
	}
}
