package template

import (
	"net/url"
	"strconv"
	"strings"
)

// Style is how a list becomes parameters.
type Style uint8

// The styles, for the parameter a with the list [1, 2].
const (
	Repeat   Style = iota // a=1&a=2
	Comma                 // a=1,2
	Brackets              // a[]=1&a[]=2
	Index                 // a[0]=1&a[1]=2
	Pipe                  // a=1|2
	Space                 // a=1 2
	JSON                  // a=[1,2]
)

var styleNames = [...]string{Repeat: "repeat", Comma: "comma", Brackets: "brackets", Index: "index", Pipe: "pipe", Space: "space", JSON: "json"}

// String returns the name of the style.
func (s Style) String() string { return styleNames[s] }

// ParseStyle finds a style by its name; the empty name is [Repeat].
func ParseStyle(name string) (Style, bool) {
	if name == "" {
		return Repeat, true
	}
	for i, n := range styleNames {
		if n == name {
			return Style(i), true
		}
	}
	return Repeat, false
}

// separators divide elements within one value, encoded as they are sent.
var separators = [...]string{Comma: ",", Pipe: "%7C", Space: "%20"}

// Pairs writes name=value pairs, for a query or for a form.
type Pairs struct {
	// Buf is what has been written.
	Buf []byte
	// Separator stands before the next pair, unless it is 0: '?' for the query
	// that follows a path, 0 at the start of a form. It is '&' after the first pair.
	Separator byte

	name []byte // room for an encoded name
}

// Add writes a parameter whose value is raw JSON. Null, and what is not there,
// is left out, also within lists and objects; a string is written without its
// quotes, numbers and booleans are byte by byte as they came. An object's
// members become a[k]; an object or list within a list is a[0][k] (with
// [Brackets]: a[][k]). The error is a [*ValueError]; nothing of the parameter
// has been written then.
func (p *Pairs) Add(name string, value []byte, style Style) error {
	if len(trimSpace(value)) == 0 {
		return nil
	}
	w := p.writer(name, style)
	reason := w.value(value, 0)
	p.name = w.name[:0]
	if reason != "" {
		p.Buf = w.out[:len(p.Buf)]
		return &ValueError{name, reason}
	}
	p.Buf, p.Separator = w.out, w.separator
	return nil
}

// AddText writes a parameter with a text for its value.
func (p *Pairs) AddText(name, value string) {
	w := p.writer(name, Repeat)
	w.begin()
	from := len(w.out)
	w.out = escapeTail(append(w.out, value...), from, &unreserved)
	p.Buf, p.Separator, p.name = w.out, w.separator, w.name[:0]
}

func (p *Pairs) writer(name string, style Style) pairWriter {
	return pairWriter{
		out: p.Buf, separator: p.Separator, style: style,
		name: escapeTail(append(p.name[:0], name...), 0, &unreserved),
	}
}

type pairWriter struct {
	out       []byte
	separator byte
	style     Style
	// name is the encoded name of what is written now, brackets included.
	name []byte
}

const (
	reasonDeep = "nests too deeply"
	reasonList = "holds objects or lists within a list, which this list style cannot write"
)

// begin writes the separator and name=.
func (w *pairWriter) begin() {
	if w.separator != 0 {
		w.out = append(w.out, w.separator)
	}
	w.separator = '&'
	w.out = append(w.out, w.name...)
	w.out = append(w.out, '=')
}

func (w *pairWriter) value(value []byte, depth int) string {
	value = trimSpace(value)
	switch {
	case depth > maxNesting:
		return reasonDeep
	case len(value) == 0:
		return reasonJSON
	case string(value) == "null":
		return ""
	case value[0] != '[' && value[0] != '{':
		w.begin()
		return w.scalar(value)
	}
	if w.style == JSON {
		if end, ok := endOf(value, 0); !ok || end != len(value) {
			return reasonJSON
		}
		w.begin()
		from := len(w.out)
		w.out = escapeTail(append(w.out, value...), from, &unreserved)
		return ""
	}
	if value[0] == '[' && int(w.style) < len(separators) && separators[w.style] != "" {
		return w.joined(value)
	}
	list := items{json: value}
	name := len(w.name)
	for i := 0; list.next(); i++ {
		nested := list.item[0] == '{' || list.item[0] == '['
		if list.key != nil {
			w.name = append(w.name, "%5B"...)
			from := len(w.name)
			var ok bool
			if w.name, ok = appendUnquoted(w.name, list.key); !ok {
				return reasonJSON
			}
			w.name = append(escapeTail(w.name, from, &unreserved), "%5D"...)
		} else if w.style == Brackets {
			w.name = append(w.name, "%5B%5D"...)
		} else if w.style == Index || nested {
			w.name = append(w.name, "%5B"...)
			w.name = append(strconv.AppendInt(w.name, int64(i), 10), "%5D"...)
		}
		if reason := w.value(list.item, depth+1); reason != "" {
			return reason
		}
		w.name = w.name[:name]
	}
	if list.bad {
		return reasonJSON
	}
	return ""
}

// joined writes a list as one value.
func (w *pairWriter) joined(value []byte) string {
	list := items{json: value}
	first := true
	for list.next() {
		switch {
		case list.item[0] == '{' || list.item[0] == '[':
			return reasonList
		case string(list.item) == "null":
			continue
		case first:
			w.begin()
		default:
			w.out = append(w.out, separators[w.style]...)
		}
		first = false
		if reason := w.scalar(list.item); reason != "" {
			return reason
		}
	}
	if list.bad {
		return reasonJSON
	}
	return ""
}

func (w *pairWriter) scalar(value []byte) string {
	from := len(w.out)
	out, reason := appendText(w.out, value)
	if reason != "" {
		return reason
	}
	w.out = escapeTail(out, from, &unreserved)
	return ""
}

// Param is a parameter written into the path of a template.
type Param struct {
	// Name is the decoded name.
	Name string
	// Value is the decoded text or, if Expression is set, what stood in the braces:
	// an expression of the mapping language.
	Value      string
	Expression bool
	// Bare: the expression is a plain name (or names divided by dots), which means
	// the argument or the field of the parent that has it, as in a path.
	Bare bool
	// Offset is the place of the value in the template, without its brace.
	Offset int
}

// Split divides a template such as /users?ids={$batch.id}&state=open into its
// path and its parameters. A value is a text or one expression in braces. The
// error is a [*SyntaxError].
func Split(text string) (path string, params []Param, err error) {
	mark := strings.IndexByte(text, '?')
	if open := strings.IndexByte(text, '{'); open >= 0 && open < mark {
		// A question mark in braces belongs to what is in them.
		mark = -1
		for i := 0; i < len(text) && mark < 0; i++ {
			switch text[i] {
			case '{':
				if n := strings.IndexByte(text[i:], '}'); n > 0 {
					i += n
				}
			case '?':
				mark = i
			}
		}
	}
	if mark < 0 {
		return text, nil, nil
	}
	fail := func(at int, message, hint string) (string, []Param, error) {
		return "", nil, &SyntaxError{Text: text, Offset: at, Message: message, Hint: hint}
	}
	i := mark + 1
	if i == len(text) {
		return fail(mark, "nothing follows the ?", "")
	}
	for {
		start := i
		for i < len(text) && text[i] != '=' && text[i] != '&' {
			switch text[i] {
			case '{', '}':
				return fail(i, "the name of a parameter has no braces", "")
			case '#':
				return fail(i, "a query has no fragment", "write %23 for the character itself")
			}
			i++
		}
		name, bad := url.QueryUnescape(text[start:i])
		switch {
		case bad != nil:
			return fail(start, "the name of the parameter is not well encoded", "write %25 for a percent sign")
		case name == "":
			return fail(start, "a parameter has no name", "")
		case i == len(text) || text[i] == '&':
			return fail(i, "the parameter "+name+" has no value", "write "+name+"=")
		}
		i++
		param := Param{Name: name, Offset: i}
		if i < len(text) && text[i] == '{' {
			end := closingBrace(text, i)
			if end < 0 {
				return fail(i, "a { without its }", "write %7B for the character itself")
			}
			param.Offset++
			param.Value, param.Expression = text[i+1:end], true
			if strings.TrimSpace(param.Value) == "" {
				return fail(i, "the braces are empty", "such as {$args.id}")
			}
			param.Bare = bareName(param.Value)
			i = end + 1
			if i < len(text) && text[i] != '&' {
				return fail(i, "a value is either text or one expression in braces", "write the parameter under query:")
			}
		} else {
			start = i
			for i < len(text) && text[i] != '&' {
				switch text[i] {
				case '{', '}':
					return fail(i, "a value is either text or one expression in braces", "write the parameter under query:")
				case '#':
					return fail(i, "a query has no fragment", "write %23 for the character itself")
				}
				i++
			}
			if param.Value, bad = url.QueryUnescape(text[start:i]); bad != nil {
				return fail(start, "the value of "+name+" is not well encoded", "write %25 for a percent sign")
			}
		}
		params = append(params, param)
		if i == len(text) {
			return text[:mark], params, nil
		}
		i++
		if i == len(text) {
			return fail(i-1, "nothing follows the &", "")
		}
	}
}

func bareName(s string) bool {
	for {
		head, rest, more := strings.Cut(s, ".")
		if !validName(head) {
			return false
		}
		if !more {
			return true
		}
		s = rest
	}
}

// closingBrace finds the brace that closes the one at i; braces in quotes do not count.
func closingBrace(text string, i int) int {
	depth := 0
	for ; i < len(text); i++ {
		switch c := text[i]; c {
		case '{':
			depth++
		case '}':
			if depth--; depth == 0 {
				return i
			}
		case '"', '\'':
			for i++; i < len(text) && text[i] != c; i++ {
				if text[i] == '\\' {
					i++
				}
			}
		}
	}
	return -1
}
