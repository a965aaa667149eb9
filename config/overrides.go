package config

import (
	"fmt"
	"reflect"
	"slices"
	"strings"
)

// Environment variables and flags are layers like files: each is turned into the
// YAML tree it stands for and decoded with the same checks. A general-purpose
// configuration library would fold the names of subgraphs to lower case and
// could not say which variable a bad value came from.

// envPrefix begins the environment variables that set keys.
const envPrefix = "WEFT_"

// override is one value from outside the files.
type override struct {
	// origin is the environment variable or flag, as shown in messages.
	origin string
	// path is split at its separator: "__" or ".".
	path []string
	// sep is that separator; names that hold it are put together again.
	sep   string
	value string
	// warn takes what is odd, but no error.
	warn func(path, message, hint string)
}

// envOverrides picks the variables that set keys out of an environment. Other
// WEFT_ variables may serve other ends, so that an unknown one is refused only
// if it is written as a path; a likely misspelling is a warning.
func envOverrides(environ []string) (list []override, warnings Errors) {
	top := keyNames(reflect.TypeFor[Config]())
	for _, entry := range environ {
		name, value, _ := strings.Cut(entry, "=")
		rest, ok := strings.CutPrefix(name, envPrefix)
		if !ok || rest == "" || value == "" {
			continue
		}
		path := strings.Split(rest, "__")
		if len(path) == 1 && !slices.ContainsFunc(top, func(k string) bool { return strings.EqualFold(k, rest) }) {
			if meant := meantVariable(rest, top); meant != "" {
				warnings = append(warnings, Error{Code: CodeUnknownKey, File: name, Message: "the environment variable sets nothing", Hint: fmt.Sprintf("did you mean %s?", meant)})
			}
			continue
		}
		list = append(list, override{origin: name, path: path, sep: "__", value: value})
	}
	slices.SortFunc(list, func(a, b override) int { return strings.Compare(a.origin, b.origin) })
	slices.SortFunc(warnings, func(a, b Error) int { return strings.Compare(a.File, b.File) })
	return list, warnings
}

// meantVariable finds the variable of which name is a misspelling: levels
// separated by one underscore only, or a letter wrong.
func meantVariable(name string, top []string) string {
	for _, k := range keysOf(reflect.TypeFor[Config]()) {
		t := indirect(k.typ)
		if t.Kind() != reflect.Struct {
			continue
		}
		for _, below := range keysOf(t) {
			if strings.EqualFold(name, k.name+"_"+below.name) {
				return envPrefix + strings.ToUpper(k.name+"__"+below.name)
			}
		}
	}
	if len(name) > 100 {
		return ""
	}
	if k := nearest(name, top); k != "" {
		return envPrefix + strings.ToUpper(k)
	}
	return ""
}

func flagOverrides(flags map[string]string) []override {
	var list []override
	for path, value := range flags {
		list = append(list, override{origin: "--" + path, path: strings.Split(path, "."), sep: ".", value: value})
	}
	slices.SortFunc(list, func(a, b override) int { return strings.Compare(a.origin, b.origin) })
	return list
}

// override decodes one override over what is in c.
func (d *decoder) override(o override, c *Config) {
	o.warn = func(path, message, hint string) {
		d.warnings = append(d.warnings, Error{Code: CodeUnknownName, File: o.origin, Path: path, Message: message, Hint: hint})
	}
	n, err := o.node(reflect.ValueOf(c).Elem(), o.path, nil)
	if err != nil {
		err.File, err.Line, err.Column = o.origin, 0, 0
		d.errs = append(d.errs, *err)
		return
	}
	d.layer(n, c)
}

// node builds the tree that sets o.value at path inside v.
func (o override) node(v reflect.Value, path []string, done []string) (*node, *Error) {
	pos := Position{File: o.origin}
	wrap := func(key string, value *node) *node {
		return &node{kind: mappingNode, pos: pos, dir: value.dir, fields: []member{{key, pos, value}}}
	}
	if len(path) == 0 {
		return o.leaf(v.Type())
	}
	t := v.Type()
	if t.Kind() == reflect.Pointer {
		if v.IsNil() {
			v = reflect.New(t.Elem())
		}
		v, t = v.Elem(), t.Elem()
	}
	switch {
	case isListMap(t) && len(path) > 1:
		return nil, o.unknown(append(done, path[0]), path[1], nil, "the entries here have no names; set the whole list, as YAML")
	case isListMap(t):
		value, err := o.leaf(t.Elem())
		if err != nil {
			return nil, err
		}
		return wrap(path[0], value), nil
	case t.Kind() == reflect.Map:
		name := strings.Join(path, o.sep)
		return wrap(name, &node{text: o.value, pos: pos}), nil
	case isNamedList(t):
		name, rest := o.entry(v, path, strings.Join(done, "."))
		if len(rest) == 0 {
			return nil, o.unknown(done, path[0], nil, fmt.Sprintf("say which key of %q to set", name))
		}
		entry, err := o.node(reflect.New(t.Elem()).Elem(), rest, append(done, name))
		if err != nil {
			return nil, err
		}
		if entry.get("name") == nil {
			entry.fields = append([]member{{"name", pos, &node{text: name, pos: pos}}}, entry.fields...)
		}
		return &node{kind: sequenceNode, pos: pos, items: []*node{entry}}, nil
	case t.Kind() == reflect.Slice:
		return nil, o.unknown(done, path[0], nil, "entries of this list have no names; set the whole list, as YAML")
	case isScalar(t):
		return nil, o.unknown(done, path[0], nil, "there is nothing below this key")
	}
	for _, k := range keysOf(t) {
		if strings.EqualFold(k.name, path[0]) {
			child, err := o.node(v.Field(k.index), path[1:], append(done, k.name))
			if err != nil {
				return nil, err
			}
			return wrap(k.name, child), nil
		}
	}
	if slices.Contains(reserved[t], strings.ToLower(path[0])) {
		return wrap(strings.ToLower(path[0]), &node{pos: pos}), nil // the decoder says why not
	}
	return nil, o.unknown(done, path[0], keyNames(t), "")
}

// entry finds which entry of a named list the path goes to. Names may hold the
// separator themselves, and an entry that exists is preferred to a new one.
func (o override) entry(list reflect.Value, path []string, at string) (string, []string) {
	var names []string
	for j := range list.Len() {
		names = append(names, list.Index(j).FieldByName("Name").String())
	}
	for _, same := range []func(a, b string) bool{func(a, b string) bool { return a == b }, strings.EqualFold} {
		for i := len(path) - 1; i > 0; i-- {
			name := strings.Join(path[:i], o.sep)
			for _, have := range names {
				if same(have, name) {
					return have, path[i:]
				}
			}
		}
	}
	// A new entry is as good as an old one, unless its name is a slip.
	if hint := didYouMean(path[0], names); hint != "" {
		o.warn(join(at, path[0]), fmt.Sprintf("adds %q to %s", path[0], at), hint)
	}
	return path[0], path[1:]
}

func (o override) unknown(done []string, segment string, candidates []string, hint string) *Error {
	if hint == "" {
		hint = didYouMean(segment, candidates)
	}
	return &Error{Code: CodeUnknownKey, Path: strings.Join(append(slices.Clone(done), strings.ToLower(segment)), "."),
		Message: fmt.Sprintf("unknown key %q", segment), Hint: hint}
}

// leaf turns the value into a node for a key of type t: text for scalars and
// short forms, YAML for the rest, a, b, c for lists of text.
func (o override) leaf(t reflect.Type) (*node, *Error) {
	t = indirect(t)
	pos := Position{File: o.origin}
	text := &node{text: o.value, pos: pos}
	trimmed := strings.TrimSpace(o.value)
	_, hasForm := scalarForms[t]
	switch {
	case isScalar(t), hasForm && !strings.HasPrefix(trimmed, "{"):
		return text, nil
	case t == reflect.TypeFor[[]string]() && !strings.HasPrefix(trimmed, "["):
		list := &node{kind: sequenceNode, pos: pos}
		for item := range strings.SplitSeq(o.value, ",") {
			list.items = append(list.items, &node{text: strings.TrimSpace(item), pos: pos})
		}
		return list, nil
	}
	r := reader{file: o.origin}
	n := r.parse([]byte(o.value))
	if len(r.errs) > 0 {
		return nil, &r.errs[0]
	}
	if n == nil {
		return &node{kind: nullNode, pos: pos}, nil
	}
	n.locate(pos)
	return n, nil
}

// locate gives a whole tree one place.
func (n *node) locate(pos Position) {
	n.pos = pos
	for i := range n.fields {
		n.fields[i].at = pos
		n.fields[i].value.locate(pos)
	}
	for _, item := range n.items {
		item.locate(pos)
	}
}
