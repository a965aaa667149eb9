package mapping

import (
	"fmt"
	"sort"
	"strings"
	"unicode/utf8"
)

const (
	maxText    = 256 << 10 // bytes of a selection
	maxNesting = 64        // of braces, brackets and parentheses in it
)

// Parse reads a selection: fields, or one path. The error is of type Errors.
//
// A text that is well-formed but names methods or variables that do not exist,
// or gives a method the wrong arguments, has errors and a Selection too, for
// tools: it evaluates, with an Issue at these places.
func Parse(text string) (*Selection, error) {
	return parseText(text, (*parser).selection)
}

// ParseValue reads what may stand behind an alias: one path, braces or
// brackets. Other than with Parse, a single name is the value of that field and
// not an object with it.
func ParseValue(text string) (*Selection, error) {
	return parseText(text, (*parser).value)
}

// MustParse is Parse for texts known to be good. It panics on an error.
func MustParse(text string) *Selection {
	s, err := Parse(text)
	if err != nil {
		panic("mapping: " + text + ": " + err.Error())
	}
	return s
}

func parseText(text string, rule func(*parser) *path) (s *Selection, err error) {
	p := &parser{text: text, seen: position{1, 1}}
	defer func() {
		if r := recover(); r != nil {
			syntax, ok := r.(*Error)
			if !ok {
				panic(r)
			}
			s, err = nil, append(p.sorted(), syntax)
		}
	}()
	if len(text) > maxText {
		p.fail(CodeLimit, 0, "", "selection is longer than %d bytes", maxText)
	}
	if !utf8.ValidString(text) {
		p.fail(CodeSyntax, 0, "", "selection is not UTF-8")
	}
	p.space()
	top := rule(p)
	if p.i < len(text) {
		p.fail(CodeSyntax, p.i, p.slip(), "unexpected %s", p.here())
	}
	s = &Selection{top: top, locals: p.locals}
	if errs := p.sorted(); len(errs) > 0 {
		return s, errs
	}
	return s, nil
}

// parser is a parser by recursive descent. Syntax errors panic with an *Error,
// caught in parseText; all other errors are collected.
type parser struct {
	text   string
	i      int
	depth  int
	scope  []string // locals that are visible, by slot
	locals int      // most slots in use at once
	errs   Errors

	// counted and seen are the last offset whose position was asked for.
	counted int
	seen    position
}

func (p *parser) sorted() Errors {
	sort.SliceStable(p.errs, func(i, j int) bool {
		a, b := p.errs[i], p.errs[j]
		return a.Line < b.Line || a.Line == b.Line && a.Column < b.Column
	})
	return p.errs
}

func (p *parser) position(offset int) position {
	if offset < p.counted {
		p.counted, p.seen = 0, position{1, 1}
	}
	for _, c := range p.text[p.counted:offset] {
		p.seen.column++
		if c == '\n' {
			p.seen = position{p.seen.line + 1, 1}
		}
	}
	p.counted = offset
	return p.seen
}

func (p *parser) makeError(code string, offset int, hint, format string, args ...any) *Error {
	pos := p.position(offset)
	return &Error{Code: code, Message: fmt.Sprintf(format, args...), Line: int(pos.line), Column: int(pos.column), Hint: hint}
}

func (p *parser) fail(code string, offset int, hint, format string, args ...any) {
	panic(p.makeError(code, offset, hint, format, args...))
}

func (p *parser) report(code string, offset int, hint, format string, args ...any) {
	p.errs = append(p.errs, p.makeError(code, offset, hint, format, args...))
}

// here describes the text at hand.
func (p *parser) here() string {
	rest := p.text[p.i:]
	if rest == "" {
		return "end"
	}
	n := 0
	for n < len(rest) && isNameChar(rest[n]) {
		n++
	}
	if n == 0 {
		_, n = utf8.DecodeRuneInString(rest)
	}
	return fmt.Sprintf("%q", rest[:min(n, 40)])
}

// slip is a hint for what people write who think of another language, "" if the
// text at hand looks like nothing of the kind.
func (p *parser) slip() string {
	from, to := p.i, p.i
	switch c := p.peek(); {
	case c == '-' || isDigit(c) || c >= utf8.RuneSelf:
		// task-types, 2fa, straße: the whole word.
		word := func(c byte) bool { return isNameChar(c) || c == '-' || c >= utf8.RuneSelf }
		for from > 0 && word(p.text[from-1]) {
			from--
		}
		for to < len(p.text) && word(p.text[to]) && !strings.HasPrefix(p.text[to:], "->") {
			to++
		}
		if name := p.text[from:to]; strings.Trim(name, "-") != "" {
			root := "$"
			if from > 0 && p.text[from-1] == '.' {
				root = ""
			}
			return "quote names that are not letters, digits and _, as in " + root + ".'" + name + "'"
		}
	case c == '[':
		return "lists map by themselves; one element is ->get(0), ->first or ->last"
	case c == '(' && from > 0 && isNameChar(p.text[from-1]):
		return "methods stand behind an arrow, as in items->size"
	case c == '|':
		return "there are no pipes: methods follow each other, as in items->filter(@.open)->first"
	case c == '.':
		return "a path begins with a name or with $"
	case c == ':' && from > 0:
		return "before a colon stands one name; quote it if it has other characters than letters, digits and _"
	}
	return ""
}

// space skips white space and comments.
func (p *parser) space() {
	for p.i < len(p.text) {
		switch p.text[p.i] {
		case ' ', '\t', '\n', '\r':
			p.i++
		case '#':
			if end := strings.IndexByte(p.text[p.i:], '\n'); end >= 0 {
				p.i += end + 1
			} else {
				p.i = len(p.text)
			}
		default:
			return
		}
	}
}

func (p *parser) peek() byte {
	if p.i < len(p.text) {
		return p.text[p.i]
	}
	return 0
}

func (p *parser) is(token string) bool { return strings.HasPrefix(p.text[p.i:], token) }

// accept takes the token if it is at hand, and the space behind it.
func (p *parser) accept(token string) bool {
	if !p.is(token) {
		return false
	}
	p.i += len(token)
	p.space()
	return true
}

func (p *parser) expect(token, where string) {
	if !p.accept(token) {
		p.fail(CodeSyntax, p.i, "", "%q is expected %s, not %s", token, where, p.here())
	}
}

// enter counts nesting. The caller subtracts from p.depth when it leaves.
func (p *parser) enter() {
	if p.depth++; p.depth > maxNesting {
		p.fail(CodeLimit, p.i, "", "selection is nested more than %d levels deep", maxNesting)
	}
}

func isNameStart(c byte) bool {
	return c >= 'a' && c <= 'z' || c >= 'A' && c <= 'Z' || c == '_'
}

func isDigit(c byte) bool { return c >= '0' && c <= '9' }

func isNameChar(c byte) bool { return isNameStart(c) || isDigit(c) }

func isName(s string) bool {
	for i := range len(s) {
		if !isNameChar(s[i]) || i == 0 && !isNameStart(s[i]) {
			return false
		}
	}
	return s != ""
}

// name reads an identifier, "" if there is none, and the space behind it.
func (p *parser) name() string {
	start := p.i
	if !isNameStart(p.peek()) {
		return ""
	}
	for isNameChar(p.peek()) {
		p.i++
	}
	name := p.text[start:p.i]
	p.space()
	return name
}

func (p *parser) atKey() bool { return isNameStart(p.peek()) || p.atString() }

func (p *parser) atString() bool { return p.peek() == '"' || p.peek() == '\'' }

// key reads an identifier or a quoted key.
func (p *parser) key(after string) string {
	if p.atString() {
		return p.string()
	}
	start := p.i
	name := p.name()
	if name == "" {
		p.fail(CodeSyntax, start, p.slip(), "a key is expected %s, not %s", after, p.here())
	}
	return name
}

// string reads a string in either quotes and the space behind it.
func (p *parser) string() string {
	start, quote := p.i, p.peek()
	var out []byte
	for p.i++; p.i < len(p.text); {
		switch c := p.text[p.i]; c {
		case quote:
			p.i++
			p.space()
			return string(out)
		case '\\':
			if r, width := unescape([]byte(p.text[p.i:min(len(p.text), p.i+12)])); width > 0 {
				out = utf8.AppendRune(out, r)
				p.i += width
				continue
			}
			if p.i++; p.peek() == 'u' {
				p.fail(CodeSyntax, p.i-1, "", "incomplete \\u escape")
			}
			// Any other character stands for itself: \' above all.
		default:
			out = append(out, c)
			p.i++
			continue
		}
		if p.i < len(p.text) {
			_, width := utf8.DecodeRuneInString(p.text[p.i:])
			out = append(out, p.text[p.i:p.i+width]...)
			p.i += width
		}
	}
	p.fail(CodeSyntax, start, "", "string has no end")
	return ""
}
