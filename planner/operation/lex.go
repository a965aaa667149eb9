package operation

import (
	"fmt"
	"unicode/utf8"
)

// tokenKind is what the lexer tells tokens apart by.
type tokenKind uint8

const (
	tokenEnd tokenKind = iota // behind the last token, or at a fault
	tokenPunctuator
	tokenName
	tokenNumber
	tokenString
	tokenBlock
)

// lexer reads the tokens of a document exactly as section 2 of the
// specification words them. Every text goes through it before the parsing
// library sees it, since the library's own lexer accepts some texts that are no
// documents, refuses some that are, and reads some block strings otherwise.
//
// The text must be valid UTF-8.
type lexer struct {
	text string
	// The token is text[from:to].
	from, to int
	kind     tokenKind
	// strange says that the library would read the token otherwise.
	strange bool

	// odd is set once anything, comments and line ends included, is met that the
	// library reads otherwise, wide once there is a character beyond the basic
	// multilingual plane.
	odd, wide bool

	// fault says why the text is no document; it is empty as long as it may be.
	fault   string
	faultAt int
}

// byteClass is what a token that begins with a byte is.
type byteClass uint8

const (
	classOther byteClass = iota
	classBlank
	classReturn
	classComment
	classMark // perhaps a byte order mark
	className
	classNumber
	classQuote
	classDot
	classPunctuator
)

var byteClasses = func() (classes [256]byteClass) {
	set := func(class byteClass, bytes string) {
		for i := range len(bytes) {
			classes[bytes[i]] = class
		}
	}
	set(classBlank, " \t\n,")
	set(classReturn, "\r")
	set(classComment, "#")
	set(classMark, "\xEF")
	set(className, "_abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ")
	set(classNumber, "-0123456789")
	set(classQuote, `"`)
	set(classDot, ".")
	set(classPunctuator, "!$&():=@[]{|}")
	return classes
}()

// next reads a token; false when there is none, at the end or at a fault.
func (l *lexer) next() bool {
	text, i := l.text, l.to
	l.strange = false
	for i < len(text) {
		switch byteClasses[text[i]] {
		case classBlank:
			i++
			continue
		case classReturn:
			l.odd = true
			i++
			continue
		case classComment:
			i = l.comment(i)
			continue
		case classMark:
			if len(text) > i+2 && text[i+1] == 0xBB && text[i+2] == 0xBF {
				i += 3
				continue
			}
			return l.unexpected(i)
		case className:
			l.from, l.kind = i, tokenName
			for i++; i < len(text) && nameByte(text[i]); i++ {
			}
			l.to = i
			return true
		case classNumber:
			l.from, l.kind = i, tokenNumber
			return l.number(i)
		case classQuote:
			l.from, l.kind = i, tokenString
			if len(text) > i+2 && text[i+1] == '"' && text[i+2] == '"' {
				l.kind = tokenBlock
				return l.block(i + 3)
			}
			return l.str(i + 1)
		case classDot:
			if len(text) > i+2 && text[i+1] == '.' && text[i+2] == '.' {
				l.from, l.to, l.kind = i, i+3, tokenPunctuator
				return true
			}
			return l.unexpected(i)
		case classPunctuator:
			l.from, l.to, l.kind = i, i+1, tokenPunctuator
			return true
		default:
			return l.unexpected(i)
		}
	}
	l.from, l.to, l.kind = i, i, tokenEnd
	return false
}

func (l *lexer) fail(at int, why string) bool {
	l.from, l.to, l.kind = at, at, tokenEnd
	l.fault, l.faultAt = why, at
	return false
}

func (l *lexer) unexpected(at int) bool {
	if l.text[at] == '\'' {
		return l.fail(at, `Unexpected single quote character ('), did you mean to use a double quote (")?`)
	}
	return l.fail(at, "Unexpected character: "+l.describe(at)+".")
}

// describe names the character at an offset for a message.
func (l *lexer) describe(at int) string {
	if at >= len(l.text) {
		return "<EOF>"
	}
	r, _ := utf8.DecodeRuneInString(l.text[at:])
	if r < ' ' || r >= 0x7F {
		return fmt.Sprintf("U+%04X", r)
	}
	return fmt.Sprintf("%q", string(r))
}

// comment returns where a comment ends.
func (l *lexer) comment(i int) int {
	for ; i < len(l.text); i++ {
		switch c := l.text[i]; {
		case c == '\n' || c == '\r':
			return i
		case c < ' ' && c != '\t':
			l.odd = true
		case c >= 0xF0:
			l.wide = true
		}
	}
	return i
}

// number reads an IntValue or a FloatValue from its first character on.
func (l *lexer) number(i int) bool {
	text := l.text
	if text[i] == '-' {
		i++
	}
	if i < len(text) && text[i] == '0' {
		if i++; i < len(text) && isDigit(text[i]) {
			return l.fail(i, "Invalid number, unexpected digit after 0: "+l.describe(i)+".")
		}
	} else if i = digits(text, i); !isDigit(text[i-1]) {
		return l.digitExpected(i)
	}
	if i < len(text) && text[i] == '.' {
		if i = digits(text, i+1); text[i-1] == '.' {
			return l.digitExpected(i)
		}
	}
	if i < len(text) && text[i]|0x20 == 'e' {
		if i++; i < len(text) && (text[i] == '+' || text[i] == '-') {
			i++
		}
		if i = digits(text, i); !isDigit(text[i-1]) {
			return l.digitExpected(i)
		}
	}
	if i < len(text) && (text[i] == '.' || nameByte(text[i])) {
		return l.digitExpected(i)
	}
	l.to = i
	return true
}

func (l *lexer) digitExpected(at int) bool {
	return l.fail(at, "Invalid number, expected digit but got: "+l.describe(at)+".")
}

func isDigit(c byte) bool { return c >= '0' && c <= '9' }

// digits returns the offset behind the digits at i.
func digits(text string, i int) int {
	for i < len(text) && isDigit(text[i]) {
		i++
	}
	return i
}

// str reads a string from behind its opening quote.
func (l *lexer) str(i int) bool {
	text := l.text
	for i < len(text) {
		switch c := text[i]; {
		case c == '"':
			l.to = i + 1
			return true
		case c == '\\':
			size := l.escape(i)
			if size == 0 {
				return false
			}
			i += size
			continue
		case c == '\n' || c == '\r':
			return l.fail(i, "Unterminated string.")
		case c < ' ' && c != '\t':
			// Any character may stand in a string.
			l.strange, l.odd = true, true
		case c >= 0xF0:
			l.wide = true
		}
		i++
	}
	return l.fail(i, "Unterminated string.")
}

// escape returns the length of the escape sequence at i; 0, and a fault, when
// it is none.
func (l *lexer) escape(i int) int {
	rest := l.text[i+1:]
	if rest == "" {
		l.fail(i+1, "Unterminated string.")
		return 0
	}
	switch rest[0] {
	case '"', '\\', '/', 'b', 'f', 'n', 'r', 't':
		return 2
	case 'u':
		if len(rest) > 1 && rest[1] == '{' {
			return l.bracedEscape(i)
		}
		switch first, ok := hex4(rest[1:]); {
		case !ok:
		case first < 0xD800 || first > 0xDFFF:
			return 6
		case first < 0xDC00 && len(rest) > 6 && rest[5] == '\\' && rest[6] == 'u':
			if second, ok := hex4(rest[7:]); ok && second >= 0xDC00 && second <= 0xDFFF {
				return 12
			}
		}
		l.fail(i, "Invalid Unicode escape sequence: "+l.excerpt(i, 6)+".")
		return 0
	}
	l.fail(i, "Invalid character escape sequence: "+l.excerpt(i, 2)+".")
	return 0
}

// bracedEscape is escape for those with a variable number of digits.
func (l *lexer) bracedEscape(i int) int {
	const maxLibrary = 8 // the digits that the library reads
	value, at := rune(0), i+3
	for ; at < len(l.text); at++ {
		digit, ok := hexDigit(l.text[at])
		if !ok {
			break
		}
		value = min(value<<4|digit, utf8.MaxRune+1)
	}
	if at == i+3 || at == len(l.text) || l.text[at] != '}' || !utf8.ValidRune(value) {
		l.fail(i, "Invalid Unicode escape sequence: "+l.excerpt(i, at+1-i)+".")
		return 0
	}
	if at-i-3 > maxLibrary {
		l.strange, l.odd = true, true
	}
	return at + 1 - i
}

// excerpt quotes up to size bytes of the line at an offset.
func (l *lexer) excerpt(at, size int) string {
	end := at
	for end < len(l.text) && end < at+min(size, 20) && l.text[end] >= ' ' && l.text[end] != '"' && l.text[end] < 0x7F {
		end++
	}
	return `"` + l.text[at:end] + `"`
}

// block reads a block string from behind its opening quotes. The library takes
// the first line for one that can be indented, and more than three quotes at
// the end for a part of the string.
func (l *lexer) block(i int) bool {
	text := l.text
	l.strange, l.odd = true, true
	for ; i < len(text); i++ {
		switch c := text[i]; {
		case c == '"' && tripleQuote(text[i:]):
			l.to = i + 3
			return true
		case c == '\\' && tripleQuote(text[i+1:]):
			i += 3
		case c >= 0xF0:
			l.wide = true
		}
	}
	return l.fail(i, "Unterminated string.")
}

func tripleQuote(s string) bool { return len(s) >= 3 && s[:3] == `"""` }

func nameByte(c byte) bool {
	return c >= 'a' && c <= 'z' || c >= 'A' && c <= 'Z' || c >= '0' && c <= '9' || c == '_'
}

func hexDigit(c byte) (rune, bool) {
	switch {
	case c >= '0' && c <= '9':
		return rune(c - '0'), true
	case c >= 'a' && c <= 'f':
		return rune(c - 'a' + 10), true
	case c >= 'A' && c <= 'F':
		return rune(c - 'A' + 10), true
	}
	return 0, false
}

func hex4[T string | []byte](in T) (r rune, ok bool) {
	if len(in) < 4 {
		return 0, false
	}
	for i := range 4 {
		digit, ok := hexDigit(in[i])
		if !ok {
			return 0, false
		}
		r = r<<4 | digit
	}
	return r, true
}
