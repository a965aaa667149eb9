package openapi

import (
	"fmt"
	"strings"
	"unicode"
)

// nameStart and namePart are what GraphQL's names are made of.
func nameStart(r rune) bool {
	return r == '_' || r >= 'a' && r <= 'z' || r >= 'A' && r <= 'Z'
}

func namePart(r rune) bool { return nameStart(r) || r >= '0' && r <= '9' }

// validName reports whether a text is a name that a schema may use: two
// underscores in front are introspection's.
func validName(s string) bool {
	for i, r := range s {
		if i == 0 && !nameStart(r) || !namePart(r) {
			return false
		}
	}
	return s != "" && !strings.HasPrefix(s, "__")
}

// signs have names, so that +1 and -1 stay two fields.
var signs = map[rune]string{'+': "plus", '-': "minus", '<': "lt", '>': "gt", '=': "eq", '!': "not", '*': "star", '%': "percent", '&': "and", '|': "or", '/': "slash"}

// memberName is the name of a field, argument or enum value for what the
// document calls s. A valid name stays as it is; otherwise what is between its
// words becomes one underscore, a sign in front is spelled out, and letters
// beyond ASCII are written by their code points.
func memberName(s string) string {
	if validName(s) {
		return s
	}
	var b strings.Builder
	gap := false
	put := func(text string) {
		if gap && b.Len() > 0 {
			b.WriteByte('_')
		}
		gap = false
		b.WriteString(text)
	}
	runes := []rune(s)
	for i, r := range runes {
		switch {
		case namePart(r):
			put(string(r))
		case b.Len() == 0 && signs[r] != "" && (i+1 == len(runes) || r == '+' || r == '-' || r == '<' || r == '>' || r == '!' || r == '='):
			put(signs[r])
			gap = i+1 < len(runes) && !unicode.IsDigit(runes[i+1])
		case unicode.IsLetter(r) || unicode.IsNumber(r):
			gap = b.Len() > 0
			put(fmt.Sprintf("u%04X", r))
			gap = true
		default:
			gap = true
		}
	}
	name := b.String()
	for strings.HasPrefix(name, "__") {
		name = name[1:]
	}
	switch {
	case name == "":
		for _, r := range runes {
			name += fmt.Sprintf("u%04X", r)
		}
		if name == "" {
			name = "empty"
		}
	case !nameStart(rune(name[0])):
		name = "_" + name
	}
	return name
}

// pascalName is the name of a type for a component: words that a name cannot
// join are joined by a capital letter, so that Item-Input is ItemInput.
func pascalName(s string) string {
	var b strings.Builder
	up := true
	for _, r := range s {
		switch {
		case namePart(r):
			if up {
				r = unicode.ToUpper(r)
			}
			up = false
			b.WriteRune(r)
		case unicode.IsLetter(r) || unicode.IsNumber(r):
			fmt.Fprintf(&b, "U%04X", r)
			up = true
		default:
			up = true
		}
	}
	name := strings.TrimRight(strings.TrimLeft(b.String(), "_"), "_")
	switch {
	case name == "":
		return "Type_" + memberName(s)
	case name[0] >= '0' && name[0] <= '9':
		return "_" + name
	}
	return string(unicode.ToUpper(rune(name[0]))) + name[1:]
}

// camelName is the name of a root field for an operation: get_user, get-user and
// users/getUser are getUser and usersGetUser.
func camelName(s string) string {
	var b strings.Builder
	up := false
	for _, r := range s {
		switch {
		case r != '_' && namePart(r):
			if up && b.Len() > 0 {
				r = unicode.ToUpper(r)
			}
			up = false
			b.WriteRune(r)
		case unicode.IsLetter(r) || unicode.IsNumber(r):
			fmt.Fprintf(&b, "U%04X", r)
			up = true
		default:
			up = true
		}
	}
	name := b.String()
	if name == "" {
		return ""
	}
	if name[0] >= '0' && name[0] <= '9' {
		return "_" + name
	}
	return lowerFirst(name)
}

// lowerFirst makes the first word of a name begin small: GetUser is getUser,
// APIKeys apiKeys, and ID id.
func lowerFirst(s string) string {
	n := 0
	for n < len(s) && s[n] >= 'A' && s[n] <= 'Z' {
		n++
	}
	if n > 1 && n < len(s) && s[n] >= 'a' && s[n] <= 'z' {
		n--
	}
	return strings.ToLower(s[:n]) + s[n:]
}

// upperFirst makes a field's name the beginning of a type's.
func upperFirst(s string) string {
	if s == "" {
		return s
	}
	return string(unicode.ToUpper(rune(s[0]))) + s[1:]
}

// wordsOf takes a name apart, in small letters: userId, user_id and user-id are
// the same two words.
func wordsOf(s string) []string {
	var out []string
	var word []rune
	cut := func() {
		if len(word) > 0 {
			out = append(out, strings.ToLower(string(word)))
			word = word[:0]
		}
	}
	runes := []rune(s)
	for i, r := range runes {
		switch {
		case !unicode.IsLetter(r) && !unicode.IsDigit(r):
			cut()
			continue
		case unicode.IsUpper(r) && i > 0 && (unicode.IsLower(runes[i-1]) || unicode.IsDigit(runes[i-1]) || i+1 < len(runes) && unicode.IsLower(runes[i+1]) && unicode.IsUpper(runes[i-1])):
			cut()
		}
		word = append(word, r)
	}
	cut()
	return out
}

// operationName is the name of an operation's root field.
func operationName(id, method, path string) string {
	if id == "" {
		return pathName(method, path)
	}
	// FastAPI names an operation after its function, its path and its method.
	if base, ok := strings.CutSuffix(id, underscored(path)+"_"+method); ok && base != "" {
		id = base
	}
	if name := camelName(id); name != "" {
		return name
	}
	return pathName(method, path)
}

// underscored is a path with an underscore for all that is not part of a word.
func underscored(path string) string {
	return strings.Map(func(r rune) rune {
		if r == '_' || unicode.IsLetter(r) || unicode.IsDigit(r) {
			return r
		}
		return '_'
	}, path)
}

// pathName names an operation without an id: GET /users/{id}/posts is
// getUsersByIdPosts.
func pathName(method, path string) string {
	var b strings.Builder
	b.WriteString(method)
	for _, segment := range strings.Split(path, "/") {
		for segment != "" {
			open := strings.IndexByte(segment, '{')
			end := strings.IndexByte(segment, '}')
			if open < 0 || end < open {
				b.WriteString(upperFirst(camelName(segment)))
				break
			}
			b.WriteString(upperFirst(camelName(segment[:open])))
			b.WriteString("By" + upperFirst(camelName(segment[open+1:end])))
			segment = segment[end+1:]
		}
	}
	if name := b.String(); name != method {
		return name
	}
	return method + "Root"
}

// quoteKey is a property as the mapping language names it.
func quoteKey(s string) string {
	plain := s != ""
	for i, r := range s {
		if i == 0 && !nameStart(r) || !namePart(r) {
			plain = false
		}
	}
	if plain {
		return s
	}
	var b strings.Builder
	b.WriteByte('\'')
	for _, r := range s {
		switch {
		case r == '\'' || r == '\\':
			b.WriteByte('\\')
			b.WriteRune(r)
		case r == '\n':
			b.WriteString(`\n`)
		case r == '\r':
			b.WriteString(`\r`)
		case r == '\t':
			b.WriteString(`\t`)
		default:
			b.WriteRune(r)
		}
	}
	b.WriteByte('\'')
	return b.String()
}

// pointer joins the parts of a JSON pointer.
func pointer(base string, parts ...string) string {
	var b strings.Builder
	b.WriteString(base)
	for _, p := range parts {
		b.WriteByte('/')
		b.WriteString(escapePointer(p))
	}
	return b.String()
}

func escapePointer(s string) string {
	if !strings.ContainsAny(s, "~/") {
		return s
	}
	return strings.ReplaceAll(strings.ReplaceAll(s, "~", "~0"), "/", "~1")
}

func unescapePointer(s string) string {
	if !strings.Contains(s, "~") {
		return s
	}
	return strings.ReplaceAll(strings.ReplaceAll(s, "~1", "/"), "~0", "~")
}
