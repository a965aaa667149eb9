package locate

import (
	"unicode/utf8"

	"github.com/weft-graphql/weft/planner/operation"
)

// token is what the lexer is at: a punctuator's first byte, or one of these.
type token byte

const (
	eof    token = 0
	name   token = 'a'
	value  token = '0' // a number or a string
	dots   token = '.'
	unlike token = 1 // what is no token
)

// lexer reads tokens with their places. It is as strict as it needs to be: the
// text has been parsed before.
type lexer struct {
	text string
	pos  int // after the token
	// line and start are the current line and the offset it begins at; wide is how
	// many more bytes it has so far than UTF-16 code units, which columns count
	// (see [operation.Location]).
	line, start, wide int

	tok  token
	from int // where the token begins
	at   operation.Location
}

// next reads a token.
func (l *lexer) next() {
	l.blank()
	l.from = l.pos
	l.at = operation.Location{Line: int32(l.line), Column: int32(l.pos - l.start - l.wide + 1)}
	if l.pos >= len(l.text) {
		l.tok = eof
		return
	}
	switch c := l.text[l.pos]; {
	case nameByte(c) && (c < '0' || c > '9'):
		l.tok = name
		for l.pos < len(l.text) && nameByte(l.text[l.pos]) {
			l.pos++
		}
	case c == '-' || c >= '0' && c <= '9':
		l.tok = value
		for l.pos++; l.pos < len(l.text); l.pos++ {
			if c := l.text[l.pos]; !nameByte(c) && c != '.' && c != '+' && c != '-' {
				break
			}
		}
	case c == '"':
		l.tok = value
		l.str()
	case c == '.':
		l.tok = dots
		for l.pos < len(l.text) && l.text[l.pos] == '.' && l.pos < l.from+3 {
			l.pos++
		}
	case c > ' ' && c < utf8.RuneSelf:
		l.tok = token(c)
		l.pos++
	default:
		l.tok = unlike
		l.step()
	}
}

// blank skips what has no meaning.
func (l *lexer) blank() {
	for l.pos < len(l.text) {
		switch c := l.text[l.pos]; {
		case c == ' ' || c == '\t' || c == ',' || c == '\n' || c == '\r':
			l.step()
		case c == '#':
			for l.pos < len(l.text) && l.text[l.pos] != '\n' && l.text[l.pos] != '\r' {
				l.step()
			}
		case c == 0xEF && len(l.text) > l.pos+2 && l.text[l.pos+1] == 0xBB && l.text[l.pos+2] == 0xBF:
			l.pos += 3
			l.wide += 2
		default:
			return
		}
	}
}

// step goes over one byte.
func (l *lexer) step() {
	c := l.text[l.pos]
	l.pos++
	switch {
	case c == '\n', c == '\r' && (l.pos == len(l.text) || l.text[l.pos] != '\n'):
		l.line++
		l.start, l.wide = l.pos, 0
	case c&0xC0 == 0x80:
		l.wide++
	case c >= 0xF0: // four bytes, two units
		l.wide--
	}
}

// str goes over a string or a block string.
func (l *lexer) str() {
	if block(l.text[l.pos:]) {
		for l.pos += 3; l.pos < len(l.text); {
			switch {
			case l.text[l.pos] == '\\' && block(l.text[l.pos+1:]):
				l.pos += 4
			case block(l.text[l.pos:]):
				l.pos += 3
				return
			default:
				l.step()
			}
		}
		return
	}
	for l.pos++; l.pos < len(l.text); {
		switch l.text[l.pos] {
		case '\\':
			l.pos++
			if l.pos < len(l.text) {
				l.step()
			}
		case '"':
			l.pos++
			return
		case '\n', '\r':
			return
		default:
			l.step()
		}
	}
}

func block(s string) bool { return len(s) >= 3 && s[:3] == `"""` }

func nameByte(c byte) bool {
	return c >= 'a' && c <= 'z' || c >= 'A' && c <= 'Z' || c >= '0' && c <= '9' || c == '_'
}

// parser builds the nodes.
type parser struct {
	lexer
	op   *Operation
	name string // of the operation looked for
}

// word is the text of a name.
func (p *parser) word() string { return p.text[p.from:p.pos] }

// document reads all definitions.
func (p *parser) document() {
	for p.next(); p.tok != eof; {
		switch {
		case p.tok == '{':
			p.operation("")
		case p.tok == name && p.word() == "fragment":
			p.fragment()
		case p.tok == name:
			called := ""
			if p.next(); p.tok == name {
				called = p.word()
				p.next()
			}
			p.operation(called)
		default: // a description
			p.next()
		}
	}
}

// operation reads an operation from behind its name.
func (p *parser) operation(called string) {
	wanted := p.op.root == none && (p.name == "" || p.name == called)
	if p.tok == '(' {
		p.definitions(wanted)
	}
	p.directives()
	if p.tok != '{' {
		return
	}
	top := p.node(node{kind: definition})
	if wanted {
		p.op.root = top
	}
	p.selections(top)
}

// definitions reads the definitions of variables.
func (p *parser) definitions(wanted bool) {
	depth := 0
	for p.tok != eof {
		switch p.tok {
		case '(', '[', '{':
			depth++
		case ')', ']', '}':
			depth--
		case '$':
			at := p.at
			if p.next(); p.tok == name && wanted {
				if p.op.variables == nil {
					p.op.variables = map[string]operation.Location{}
				}
				p.op.variables[p.word()] = at
			}
			continue
		}
		p.next()
		if depth == 0 {
			return
		}
	}
}

func (p *parser) fragment() {
	called, on := "", ""
	if p.next(); p.tok == name {
		called = p.word()
		p.next()
	}
	if p.tok == name { // on
		if p.next(); p.tok == name {
			on = p.word()
			p.next()
		}
	}
	p.directives()
	if p.tok != '{' {
		return
	}
	top := p.node(node{kind: definition, on: on})
	if _, dup := p.op.fragments[called]; !dup {
		p.op.fragments[called] = top
	}
	p.selections(top)
}

// node adds a node and returns its index.
func (p *parser) node(n node) int32 {
	n.child, n.end, n.next = none, none, none
	p.op.nodes = append(p.op.nodes, n)
	return int32(len(p.op.nodes) - 1)
}

// selections reads a selection set and all below it, from its opening brace to
// behind its closing one. It does not recurse: how deep a text nests is up to
// clients.
func (p *parser) selections(top int32) {
	open := []int32{top}
	p.next()
	for len(open) > 0 && p.tok != eof {
		if p.tok == '}' {
			open = open[:len(open)-1]
			p.next()
			continue
		}
		n := node{at: p.at}
		switch p.tok {
		case name:
			n.key = p.word()
			if p.next(); p.tok == ':' {
				p.next() // the field's name
				p.next()
			}
			if p.tok == '(' {
				p.parentheses()
			}
		case dots:
			n.kind = inline
			if p.next(); p.tok == name {
				n.kind, n.key = spread, p.word()
				p.next()
				if n.key == "on" && p.tok == name {
					n.kind, n.key, n.on = inline, "", p.word()
					p.next()
				}
			}
		default: // not GraphQL
			p.next()
			continue
		}
		n.guarded = p.directives()
		i := p.node(n)
		parent := &p.op.nodes[open[len(open)-1]]
		if parent.child == none {
			parent.child = i
		} else {
			p.op.nodes[parent.end].next = i
		}
		parent.end = i
		if p.tok == '{' {
			open = append(open, i)
			p.next()
		}
	}
}

// directives goes over directives and reports whether @skip or @include is
// among them.
func (p *parser) directives() (guarded bool) {
	for p.tok == '@' {
		if p.next(); p.tok == name {
			guarded = guarded || p.word() == "skip" || p.word() == "include"
			p.next()
		}
		if p.tok == '(' {
			p.parentheses()
		}
	}
	return guarded
}

// parentheses goes over everything up to the closing parenthesis.
func (p *parser) parentheses() {
	depth := 0
	for p.tok != eof {
		switch p.tok {
		case '(', '[', '{':
			depth++
		case ')', ']', '}':
			depth--
		}
		p.next()
		if depth <= 0 {
			return
		}
	}
}
