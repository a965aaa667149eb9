package template

import (
	"strings"
)

// Root is where a reference begins.
type Root uint8

// The roots.
const (
	Bare   Root = iota // {x}: an argument or a field of the parent, whichever has the name
	Args               // {$args.x}: an argument of the field
	This               // {$this.x}: a field of the parent
	Batch              // {$batch.x}: a field of all rows, a list
	Config             // {$config.x}: a value of the configuration
	Env                // {$env.X}: an environment variable
)

var rootNames = [...]string{Bare: "", Args: "$args", This: "$this", Batch: "$batch", Config: "$config", Env: "$env"}

// String returns the root as it is written: "$args"; empty for [Bare].
func (r Root) String() string { return rootNames[r] }

// Reference is one value that a template asks for.
type Reference struct {
	Root Root
	// Path are the names below the root, at least one.
	Path []string
	// Multi: the value may hold several segments, divided by slashes.
	Multi bool
	// Offset and Length are the place in the template, braces included.
	Offset, Length int
}

// String returns the reference as the mapping language has it: $this.a.b.
func (r Reference) String() string {
	s := strings.Join(r.Path, ".")
	if r.Root == Bare {
		return s
	}
	return r.Root.String() + "." + s
}

// Options are choices of whoever wrote the template.
type Options struct {
	// MultiSegment allows {+x}, whose value may hold slashes.
	MultiSegment bool
}

// Path is the parsed template of a path. It is immutable.
type Path struct {
	text  string
	parts []part
	refs  []Reference
	// wheres are the references as errors name them.
	wheres []string
}

// part is a literal, already encoded, or a reference.
type part struct {
	literal string
	ref     int // -1 for a literal
}

// ParsePath reads the template of a path, without a query (see [Split]). It
// begins with a slash; a trailing slash is kept. The error is a [*SyntaxError].
func ParsePath(text string, o Options) (*Path, error) {
	p := &Path{text: text}
	fail := func(at int, message, hint string) (*Path, error) {
		return nil, &SyntaxError{Text: text, Offset: at, Message: message, Hint: hint}
	}
	if !strings.HasPrefix(text, "/") {
		hint := "such as /users/{id}"
		if strings.Contains(text, "://") {
			hint = "host and scheme stand in url"
		}
		return fail(0, "a path begins with a slash", hint)
	}
	var literal []byte
	flush := func() {
		if len(literal) > 0 {
			p.parts = append(p.parts, part{string(literal), -1})
			literal = literal[:0]
		}
	}
	segment, start := 0, 0 // start of the segment in the text; whether it has references
	hasRef := false
	end := func(i int) *SyntaxError {
		s := text[start:i]
		// The last segment may be empty: a trailing slash.
		if s == "" && i < len(text) && segment > 0 {
			return &SyntaxError{Text: text, Offset: i, Message: "a segment of the path is empty"}
		}
		if !hasRef && dotted([]byte(s)) {
			return &SyntaxError{Text: text, Offset: start, Message: "a segment of the path leads elsewhere", Hint: "write the path without . and .."}
		}
		return nil
	}
	for i := 0; i < len(text); i++ {
		switch c := text[i]; {
		case c == '/':
			if err := end(i); err != nil {
				return nil, err
			}
			segment, start, hasRef = segment+1, i+1, false
			literal = append(literal, c)
		case c == '{':
			ref, err := parseReference(text, i, o)
			if err != nil {
				return nil, err
			}
			flush()
			hasRef = true
			p.parts = append(p.parts, part{ref: len(p.refs)})
			p.refs = append(p.refs, ref)
			p.wheres = append(p.wheres, text[i:i+ref.Length])
			i += ref.Length - 1
		case c == '}':
			return fail(i, "a } without its {", "write %7D for the character itself")
		case c == '?':
			return fail(i, "a path has no query", "")
		case c == '#':
			return fail(i, "a path has no fragment", "write %23 for the character itself")
		case c == '\\':
			return fail(i, "a path has no backslash", "write %5C for the character itself")
		case c < ' ' || c == 0x7f:
			return fail(i, "a path has no control characters", "")
		case c == '%':
			if i+2 >= len(text) || hexValue(text[i+1]) < 0 || hexValue(text[i+2]) < 0 {
				return fail(i, "a % is followed by two hexadecimal digits", "write %25 for the character itself")
			}
			literal = append(literal, text[i:i+3]...)
			i += 2
		case pathByte[c]:
			literal = append(literal, c)
		default:
			literal = appendEscaped(literal, c)
		}
	}
	if err := end(len(text)); err != nil {
		return nil, err
	}
	flush()
	return p, nil
}

// parseReference reads what stands in the braces that open at text[at].
func parseReference(text string, at int, o Options) (Reference, *SyntaxError) {
	fail := func(at int, message, hint string) (Reference, *SyntaxError) {
		return Reference{}, &SyntaxError{Text: text, Offset: at, Message: message, Hint: hint}
	}
	length := strings.IndexByte(text[at:], '}') + 1
	if length == 0 {
		return fail(at, "a { without its }", "write %7B for the character itself")
	}
	r := Reference{Offset: at, Length: length}
	inside := text[at+1 : at+length-1]
	name := inside
	at++
	if rest, ok := strings.CutPrefix(name, "+"); ok {
		if !o.MultiSegment {
			return fail(at, "{+…} takes values of several segments, which is not allowed here", "write {…}, which encodes slashes, or allow it with multi_segment")
		}
		r.Multi = true
		name = rest
		at++
	}
	if strings.HasPrefix(name, "$") {
		root, rest, ok := strings.Cut(name, ".")
		found := false
		for i, n := range rootNames {
			if n == root && Root(i) != Bare {
				r.Root, found = Root(i), true
			}
		}
		switch {
		case !found:
			return fail(at, "unknown variable "+root, "there are $args, $this, $batch, $config and $env")
		case !ok || rest == "":
			return fail(at, root+" is followed by a name", "such as {"+root+".id}")
		}
		name = rest
		at += len(root) + 1
	}
	for {
		head, rest, more := strings.Cut(name, ".")
		if !validName(head) {
			if inside == "" {
				return fail(at, "the braces are empty", "such as {id}")
			}
			return fail(at, "not a name", "a reference is names divided by dots, such as {id} or {$args.id}; expressions stand in query")
		}
		r.Path = append(r.Path, head)
		if !more {
			return r, nil
		}
		at += len(head) + 1
		name = rest
	}
}

func validName(s string) bool {
	for i := 0; i < len(s); i++ {
		c := s[i]
		if c != '_' && (c < 'a' || c > 'z') && (c < 'A' || c > 'Z') && (i == 0 || c < '0' || c > '9') {
			return false
		}
	}
	return s != ""
}

// References are the values that the template asks for, in the order of the
// text; one that is named twice is in it twice. The result is not to be changed.
func (p *Path) References() []Reference { return p.refs }

// String returns the template as it was written.
func (p *Path) String() string { return p.text }

// maxPathValue bounds one value in a path, in bytes before encoding.
const maxPathValue = 2 << 10

// Append renders the path. values gives the raw JSON of a reference by its index
// in [Path.References]: a string, a number or a boolean; for [Batch] also a list
// of them, which is written with commas. The error is a [*ValueError]; dst comes
// back as it was then.
func (p *Path) Append(dst []byte, values func(ref int) (json []byte, ok bool)) ([]byte, error) {
	begin := len(dst)
	segment := begin // where the segment that is being written starts
	checked := false // whether it is to be checked: it holds a value that could make it special
	for i := range p.parts {
		s := &p.parts[i]
		if s.ref < 0 {
			if slash := strings.IndexByte(s.literal, '/'); slash >= 0 {
				dst = append(dst, s.literal[:slash]...)
				if checked && dotted(dst[segment:]) {
					return dst[:begin], &ValueError{p.near(i), reasonDots}
				}
				dst = append(dst, s.literal[slash:]...)
				segment, checked = begin+lastSlash(dst[begin:])+1, false
				continue
			}
			dst = append(dst, s.literal...)
			continue
		}
		value, ok := values(s.ref)
		if !ok {
			return dst[:begin], &ValueError{p.wheres[s.ref], "is missing"}
		}
		var reason string
		var special bool
		dst, special, reason = appendPathValue(dst, value, &p.refs[s.ref])
		if reason != "" {
			return dst[:begin], &ValueError{p.wheres[s.ref], reason}
		}
		checked = checked || special
	}
	if checked && dotted(dst[segment:]) {
		return dst[:begin], &ValueError{p.near(len(p.parts)), reasonDots}
	}
	return dst, nil
}

// near is the last reference before a part.
func (p *Path) near(i int) string {
	for i--; i >= 0; i-- {
		if r := p.parts[i].ref; r >= 0 {
			return p.wheres[r]
		}
	}
	return p.text
}

func lastSlash(b []byte) int {
	for i := len(b) - 1; i >= 0; i-- {
		if b[i] == '/' {
			return i
		}
	}
	return -1
}

const (
	reasonEmpty   = "is empty"
	reasonNull    = "is null"
	reasonDots    = "leads to another path"
	reasonControl = "holds control characters"
	reasonLong    = "is longer than 2 KiB"
	reasonScalar  = "is an object or a list"
	reasonJSON    = "is not JSON"
)

// appendPathValue writes one value. special tells that the segment must be
// looked at as a whole.
func appendPathValue(dst, value []byte, r *Reference) (_ []byte, special bool, reason string) {
	value = trimSpace(value)
	if r.Root != Batch || len(value) == 0 || value[0] != '[' {
		return appendPathScalar(dst, value, r)
	}
	list := items{json: value}
	first := true
	for list.next() {
		if !first {
			dst = append(dst, ',')
		}
		first = false
		var s bool
		dst, s, reason = appendPathScalar(dst, list.item, r)
		if reason != "" {
			return dst, false, reason
		}
		special = special || s
	}
	switch {
	case list.bad:
		return dst, false, reasonJSON
	case first:
		return dst, false, reasonEmpty
	}
	return dst, special, ""
}

func appendPathScalar(dst, value []byte, r *Reference) (_ []byte, special bool, reason string) {
	from := len(dst)
	dst, reason = appendText(dst, value)
	if reason != "" {
		return dst, false, reason
	}
	text := dst[from:]
	switch {
	case len(text) == 0:
		return dst, false, reasonEmpty
	case len(text) > maxPathValue:
		return dst, false, reasonLong
	}
	empty := true // the part of the value since the last slash
	for _, c := range text {
		switch {
		case c < ' ' || c == 0x7f:
			return dst, false, reasonControl
		case c == '/' && r.Multi && empty:
			return dst, false, "has an empty segment"
		case c == '.' || c == '%' || c == '/' || c == '\\' || c == ';':
			special = true
		}
		empty = c == '/'
	}
	switch {
	case r.Multi && empty:
		return dst, false, "has an empty segment"
	case text[0] == '.' && (len(text) == 1 || len(text) == 2 && text[1] == '.'):
		return dst, false, reasonDots
	}
	keep := &unreserved
	if r.Multi {
		keep = &unreservedSlash
	}
	return escapeTail(dst, from, keep), special, ""
}

// dotted reports whether an encoded stretch of a path has a segment that is . or
// .., even for a server that decodes it several times, takes a backslash for a
// slash, or drops what follows a semicolon.
func dotted(encoded []byte) bool {
	if hasDots(encoded) {
		return true
	}
	var scratch [256]byte
	b := append(scratch[:0], encoded...)
	for range 3 {
		n := unescape(b)
		if n == len(b) {
			return false
		}
		b = b[:n]
		if hasDots(b) {
			return true
		}
	}
	return false
}

func hasDots(b []byte) bool {
	for len(b) > 0 {
		n := 0
		for n < len(b) && b[n] != '/' && b[n] != '\\' {
			n++
		}
		s := b[:n]
		for i, c := range s {
			if c == ';' {
				s = s[:i]
				break
			}
		}
		if len(s) == 1 && s[0] == '.' || len(s) == 2 && s[0] == '.' && s[1] == '.' {
			return true
		}
		if n == len(b) {
			break
		}
		b = b[n+1:]
	}
	return false
}
