package config

import (
	"reflect"
	"regexp"
	"strings"
	"sync"
)

// key is what a struct field of types.go says about one key of router.yaml.
type key struct {
	name     string // as in YAML
	goName   string
	index    int
	typ      reflect.Type
	def      string
	hasDef   bool
	enum     []string
	format   string
	min      string
	required bool
	secret   bool
	moved    bool
}

var keyCache sync.Map // reflect.Type -> []key

// keysOf lists the keys of a struct in the order of its fields.
func keysOf(t reflect.Type) []key {
	if c, ok := keyCache.Load(t); ok {
		return c.([]key)
	}
	var keys []key
	for i := range t.NumField() {
		f := t.Field(i)
		if f.Tag.Get("yaml") == "-" {
			continue // not from YAML
		}
		k := key{name: f.Tag.Get("yaml"), goName: f.Name, index: i, typ: f.Type,
			format: f.Tag.Get("format"), min: f.Tag.Get("min"),
			required: f.Tag.Get("required") == "true", secret: f.Tag.Get("secret") == "true", moved: f.Tag.Get("short") == "moved"}
		k.def, k.hasDef = f.Tag.Lookup("default")
		if e := f.Tag.Get("enum"); e != "" {
			k.enum = strings.Split(e, ",")
		}
		keys = append(keys, k)
	}
	c, _ := keyCache.LoadOrStore(t, keys)
	return c.([]key)
}

func findKey(t reflect.Type, name string) (key, bool) {
	for _, k := range keysOf(t) {
		if k.name == name {
			return k, true
		}
	}
	return key{}, false
}

func keyNames(t reflect.Type) []string {
	var names []string
	for _, k := range keysOf(t) {
		names = append(names, k.name)
	}
	return names
}

var (
	durationType = reflect.TypeFor[Duration]()
	sizeType     = reflect.TypeFor[Size]()
	rateType     = reflect.TypeFor[Rate]()
	percentType  = reflect.TypeFor[Percent]()
	schemaType   = reflect.TypeFor[Schema]()
	matchType    = reflect.TypeFor[RestMatch]()
)

// indirect returns what a pointer type points to; pointers mean "may be absent".
func indirect(t reflect.Type) reflect.Type {
	if t.Kind() == reflect.Pointer {
		return t.Elem()
	}
	return t
}

// isScalar reports whether values of t are written as one scalar.
func isScalar(t reflect.Type) bool {
	switch indirect(t) {
	case rateType, matchType:
		return true
	}
	switch indirect(t).Kind() {
	case reflect.Struct, reflect.Slice, reflect.Map:
		return false
	}
	return true
}

// isNamedList reports whether t is a list whose entries are told apart by name.
func isNamedList(t reflect.Type) bool {
	if t.Kind() != reflect.Slice || t.Elem().Kind() != reflect.Struct {
		return false
	}
	_, ok := findKey(t.Elem(), "name")
	return ok
}

// scalarForm is how a struct may be written as one scalar.
type scalarForm struct {
	// kind is the scalar's type.
	kind reflect.Kind
	// reset: the scalar says all there is to say, so lower layers are forgotten.
	reset bool
	// long returns the same in long form.
	long func(n *node) *node
	// check says what is wrong with a scalar, and what is right; nil if any will do.
	check func(text string) (fault, hint string)
	// pair: a mapping of one key with a dot in it is the scalar written without
	// quotes, which YAML takes for a mapping because of its colon.
	pair bool
	// doc is for the reference.
	doc string
}

var enabledForm = scalarForm{
	kind: reflect.Bool,
	long: func(n *node) *node { return mappingOf(n, "enabled", n) },
	doc:  "`true` or `false` sets `enabled`.",
}

var scalarForms = map[reflect.Type]scalarForm{
	reflect.TypeFor[Introspection](): enabledForm,
	reflect.TypeFor[Playground]():    enabledForm,
	reflect.TypeFor[Health]():        enabledForm,
	reflect.TypeFor[Warnings]():      enabledForm,
	reflect.TypeFor[Uploads]():       enabledForm,
	reflect.TypeFor[WatchSettings](): enabledForm,
	schemaType: {
		kind:  reflect.String,
		reset: true,
		long: func(n *node) *node {
			source := *n
			if n.text == "auto" {
				return mappingOf(n, "source", &source)
			}
			source.text, source.tag = "file", "!!str"
			if strings.Contains(n.text, "://") {
				source.text = "url"
				return mappingOf(n, "source", &source, "url", n)
			}
			return mappingOf(n, "source", &source, "file", n)
		},
		doc: "A plain string is `auto`, the path of an SDL file, or the URL of one.",
	},
	reflect.TypeFor[Join](): {
		kind:  reflect.String,
		check: checkJoin,
		pair:  true,
		long:  longJoin,
		doc:   "`Review.author: accounts.User by authorId`, in quotes or without; several fields are separated by commas.",
	},
}

// joinPattern is the short form of a join.
var joinPattern = regexp.MustCompile(`^\s*([_A-Za-z]\w*\.[_A-Za-z]\w*)\s*:\s*([A-Za-z][A-Za-z0-9_-]*)\.([_A-Za-z]\w*)\s+by\s+([_A-Za-z][\w.]*(?:\s*,\s*[_A-Za-z][\w.]*)*)\s*$`)

func checkJoin(text string) (fault, hint string) {
	if joinPattern.MatchString(text) {
		return "", ""
	}
	return "is not a join", "such as: Review.author: accounts.User by authorId"
}

func longJoin(n *node) *node {
	part := func(text string) *node {
		c := *n
		c.text, c.tag = text, "!!str"
		return &c
	}
	m := joinPattern.FindStringSubmatch(n.text)
	from := &node{kind: sequenceNode, pos: n.pos}
	for name := range strings.SplitSeq(m[4], ",") {
		from.items = append(from.items, part(strings.TrimSpace(name)))
	}
	return mappingOf(n, "field", part(m[1]), "type", part(m[3]), "subgraph", part(m[2]), "from", from)
}

// isListMap reports whether t maps names to lists.
func isListMap(t reflect.Type) bool {
	return t.Kind() == reflect.Map && t.Elem().Kind() == reflect.Slice
}

// below returns the type of the mappings that a key of type t holds, and the path
// they have in documentation.
func below(t reflect.Type, path string) (reflect.Type, string) {
	t = indirect(t)
	if hasOwnForm(t) {
		return t, path
	}
	if isListMap(t) {
		t, path = t.Elem(), join(path, "<name>")
	}
	if t.Kind() == reflect.Slice {
		t, path = t.Elem(), path+"[]"
	}
	return t, path
}

// reserved are keys that later versions will have. Naming them tells a user that
// the key is right and the version is not.
var reserved = map[reflect.Type][]string{
	reflect.TypeFor[RestEndpoint](): {"poll", "sse"},
}

// mappingOf builds a mapping at the place of n from keys and their values.
func mappingOf(n *node, pairs ...any) *node {
	m := &node{kind: mappingNode, pos: n.pos, dir: n.dir}
	for i := 0; i < len(pairs); i += 2 {
		m.fields = append(m.fields, member{pairs[i].(string), n.pos, pairs[i+1].(*node)})
	}
	return m
}
