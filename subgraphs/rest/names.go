package rest

import (
	"strings"
	"unicode"
)

// The styles of names.
const (
	namesAsIs  = "asis"
	namesSnake = "snake"
	namesKebab = "kebab"
	namesCamel = "camel"
)

// styled is how an upstream of a style spells a name of the schema.
func styled(style, name string) string {
	switch style {
	case namesSnake:
		return separated(name, '_')
	case namesKebab:
		return separated(name, '-')
	case namesCamel:
		return camel(name)
	}
	return name
}

// words takes a name apart: streamUrl, stream_url and StreamURL are all two
// words, and digits stay with what is before them.
func words(name string) []string {
	var out []string
	runes := []rune(name)
	start := 0
	cut := func(i int) {
		if i > start {
			out = append(out, strings.ToLower(string(runes[start:i])))
		}
		start = i
	}
	for i, r := range runes {
		switch {
		case r == '_':
			cut(i)
			start = i + 1
		case unicode.IsUpper(r) && i > start:
			before := runes[i-1]
			next := i+1 < len(runes) && unicode.IsLower(runes[i+1])
			if !unicode.IsUpper(before) || next {
				cut(i)
			}
		}
	}
	cut(len(runes))
	return out
}

// separated keeps leading and trailing underscores: they are part of the name.
func separated(name string, sep byte) string {
	core := strings.Trim(name, "_")
	at := strings.Index(name, core)
	return name[:at] + strings.Join(words(core), string(sep)) + name[at+len(core):]
}

func camel(name string) string {
	core := strings.Trim(name, "_")
	at := strings.Index(name, core)
	parts := words(core)
	for i := 1; i < len(parts); i++ {
		r := []rune(parts[i])
		r[0] = unicode.ToUpper(r[0])
		parts[i] = string(r)
	}
	return name[:at] + strings.Join(parts, "") + name[at+len(core):]
}
