package httpcache

import (
	"crypto/sha256"
	"net/textproto"
	"slices"
	"strings"
)

// varyNames are the canonical names in Vary, sorted, each once.
func varyNames(h []Field) []string {
	list, ok := combined(h, "Vary")
	if !ok {
		return nil
	}
	var names []string
	for list != "" {
		var name string
		name, list, _ = strings.Cut(list, ",")
		if name = strings.Trim(name, " \t"); name != "" {
			names = append(names, textproto.CanonicalMIMEHeaderKey(name))
		}
	}
	slices.Sort(names)
	return slices.Compact(names)
}

// varyStar tells whether the response was chosen by more than header fields, so
// that no later request can be known to match.
func varyStar(h []Field) bool {
	list, ok := combined(h, "Vary")
	return ok && listHas(list, "*")
}

// selecting is the value of a request field in the form in which two requests
// are compared (RFC 9111, section 4.1), and whether there is one. Lines are
// joined; beyond that a value is only touched where the syntax of the field is
// known to allow it.
func selecting(h []Field, name string) (string, bool) {
	v, ok := combined(h, name)
	if !ok {
		return "", false
	}
	v = strings.Trim(v, " \t")
	switch name {
	case "Accept", "Accept-Charset", "Accept-Encoding":
		return normalList(v, false), true
	case "Accept-Language":
		return normalList(v, true), true
	}
	return v, true
}

// normalList writes a list of values and weights without optional space, in
// lower case where case makes no difference, and sorted: preference is in the
// weights, not in the order.
func normalList(v string, sorted bool) string {
	if strings.IndexByte(v, '"') >= 0 {
		return v
	}
	plain := true
	for i := range len(v) {
		if c := v[i]; c == ' ' || c == '\t' || c == ',' || 'A' <= c && c <= 'Z' {
			plain = false
			break
		}
	}
	if plain {
		return v
	}
	v = strings.NewReplacer(" ", "", "\t", "").Replace(v)
	if !sorted {
		return v
	}
	items := strings.Split(strings.ToLower(v), ",")
	slices.Sort(items)
	return strings.Join(items, ",")
}

// appendSelection adds what a request selects by some fields; absent ones are
// told from empty ones.
func appendSelection(b []byte, names []string, request []Field) []byte {
	for _, name := range names {
		b = appendText(b, name)
		if v, ok := selecting(request, name); ok {
			b = append(b, 1)
			b = appendText(b, v)
		} else {
			b = append(b, 0)
		}
	}
	return b
}

// chosenBy is what an object has that was chosen for a request by some fields.
func chosenBy(names []string, request []Field) Key {
	var room [512]byte
	return sha256.Sum256(appendSelection(append(room[:0], keyOfSelection), names, request))
}

// selection tells which objects were made for requests like one of them.
type selection struct {
	request []Field
	// names and chosen are those of the last object; mostly all have the same.
	names  []string
	chosen Key
}

func (s *selection) matches(e *Entry) bool {
	if e.vary == nil {
		return true
	}
	if s.names == nil || !slices.Equal(s.names, e.vary.names) {
		s.names, s.chosen = e.vary.names, chosenBy(e.vary.names, s.request)
	}
	return s.chosen == e.vary.chosen
}

// sameSelection tells whether two requests agree in all fields named.
func sameSelection(names []string, a, b []Field) bool {
	for _, name := range names {
		x, given := selecting(a, name)
		y, also := selecting(b, name)
		if x != y || given != also {
			return false
		}
	}
	return true
}
