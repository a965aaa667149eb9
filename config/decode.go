package config

import (
	"fmt"
	"maps"
	"path/filepath"
	"reflect"
	"slices"
	"strconv"
	"strings"

	"go.yaml.in/yaml/v3"
)

// decoder writes layers into one Config, the weakest first, and remembers where
// each value came from. All problems are collected; a bad value leaves what the
// layers below said.
type decoder struct {
	errs     Errors
	warnings Errors
	// at is the place of each value given, by dotted path. What is not in it is a
	// default.
	at map[string]Position
	// secrets are the paths of values that must not be shown.
	secrets map[string]bool
	// alone are the paths of lists that are written as their only entry.
	alone map[string]bool
}

func newDecoder() *decoder {
	return &decoder{at: map[string]Position{}, secrets: map[string]bool{}, alone: map[string]bool{}}
}

// layer decodes one document over what is in c.
func (d *decoder) layer(n *node, c *Config) {
	d.structure(n, reflect.ValueOf(c).Elem(), "")
}

func (d *decoder) fail(p Position, code, path, message, hint string) {
	d.errs = append(d.errs, errorAt(p, code, path, message, hint))
}

// value decodes n into v, a field described by k.
func (d *decoder) value(n *node, v reflect.Value, k key, path string) {
	if n.err != nil {
		d.errs = append(d.errs, *n.err)
		d.errs[len(d.errs)-1].Path = path
		return
	}
	if n.kind == nullNode {
		// A key without a value says "as if it were not there".
		d.forget(path)
		v.SetZero()
		setDefault(v, k)
		return
	}
	if v.Kind() == reflect.Pointer {
		fresh := reflect.New(v.Type().Elem())
		if v.IsNil() {
			setDefaults(fresh.Elem())
		} else {
			fresh.Elem().Set(v.Elem())
		}
		before := len(d.errs)
		d.value(n, fresh.Elem(), key{name: k.name, typ: k.typ.Elem(), enum: k.enum, format: k.format, min: k.min, secret: k.secret}, path)
		if len(d.errs) == before || fresh.Elem().Kind() == reflect.Struct {
			v.Set(fresh)
		}
		return
	}
	if own, ok := v.Addr().Interface().(ownForm); ok {
		own.decode(d, n, k, path)
		return
	}
	switch {
	case isScalar(v.Type()):
		d.scalar(n, v, k, path)
	case v.Kind() == reflect.Struct:
		d.structure(n, v, path)
	case isListMap(v.Type()):
		d.listMap(n, v, k, path)
	case v.Kind() == reflect.Map:
		d.mapping(n, v, k, path)
	case isNamedList(v.Type()):
		d.namedList(n, v, path)
	default:
		d.list(n, v, k, path)
	}
}

func (d *decoder) structure(n *node, v reflect.Value, path string) {
	n = unquoted(n, v.Type())
	if form, ok := scalarForms[v.Type()]; ok && n.kind == scalarNode {
		if !d.fitsForm(n, form, path) {
			return
		}
		if form.reset {
			d.forget(path)
			v.SetZero()
			setDefaults(v)
		}
		n = form.long(n)
	}
	if n.kind != mappingNode {
		want := "a mapping"
		if form, ok := scalarForms[v.Type()]; ok {
			want = scalarNames[form.kind] + " or a mapping"
		}
		d.wrongType(n, path, want)
		return
	}
	// An overlay adds to a mapping; the mapping stays where it was begun.
	if _, ok := d.at[path]; !ok {
		d.at[path] = n.pos
	}
	keys := keysOf(v.Type())
	for _, f := range n.fields {
		at := join(path, f.key)
		i := slices.IndexFunc(keys, func(k key) bool { return k.name == f.key })
		if i < 0 {
			d.unknownKey(f, v.Type(), at)
			continue
		}
		d.value(f.value, v.Field(keys[i].index), keys[i], at)
	}
	for _, k := range keys {
		given := n.get(k.name)
		if k.required && (given == nil || given.kind == nullNode) && v.Field(k.index).IsZero() {
			d.fail(n.pos, CodeMissing, join(path, k.name), fmt.Sprintf("%q is required", k.name), "")
		}
	}
}

func (d *decoder) fitsForm(n *node, form scalarForm, path string) bool {
	if n.err != nil {
		d.errs = append(d.errs, *n.err)
		d.errs[len(d.errs)-1].Path = path
		return false
	}
	ok := false
	switch form.kind {
	case reflect.Bool:
		_, err := strconv.ParseBool(n.text)
		ok = n.tag == "!!bool" || n.tag == "" && err == nil
	case reflect.String:
		ok = n.tag == "!!str" || n.tag == ""
	}
	if !ok {
		d.wrongType(n, path, scalarNames[form.kind]+" or a mapping")
		return false
	}
	if form.check != nil {
		if fault, hint := form.check(n.text); fault != "" {
			d.fail(n.pos, CodeInvalidValue, path, shown(n)+" "+fault, hint)
			return false
		}
	}
	return true
}

// unquoted turns a mapping that is a scalar without its quotes into that scalar.
func unquoted(n *node, t reflect.Type) *node {
	if n.kind != mappingNode || !scalarForms[t].pair || len(n.fields) != 1 {
		return n
	}
	f := n.fields[0]
	if f.value.kind != scalarNode || !strings.Contains(f.key, ".") {
		return n
	}
	c := *f.value
	c.pos = f.at
	if c.err == nil {
		c.text, c.tag = f.key+": "+f.value.text, "!!str"
	}
	return &c
}

func (d *decoder) unknownKey(f member, t reflect.Type, path string) {
	if slices.Contains(reserved[t], f.key) {
		d.fail(f.at, CodeNotSupported, path, fmt.Sprintf("%q is not supported yet", f.key), "remove it; a later version of Weft will know it")
		return
	}
	hint := didYouMean(f.key, keyNames(t))
	if hint == "" {
		if homes := homesOf(f.key); len(homes) > 0 {
			hint = fmt.Sprintf("%q belongs under %q", f.key, homes[0])
		}
	}
	if hint == "" {
		names := keyNames(t)
		slices.Sort(names)
		hint = "known keys: " + strings.Join(names, ", ")
	}
	d.fail(f.at, CodeUnknownKey, path, fmt.Sprintf("unknown key %q", f.key), hint)
}

func (d *decoder) list(n *node, v reflect.Value, k key, path string) {
	if n.kind != sequenceNode {
		d.wrongType(n, path, "a list")
		return
	}
	d.forget(path)
	d.at[path] = n.pos
	list := reflect.MakeSlice(v.Type(), len(n.items), len(n.items))
	for i, item := range n.items {
		at := join(path, strconv.Itoa(i))
		if item.kind == nullNode {
			d.wrongType(item, at, typeName(v.Type().Elem()))
			continue
		}
		setDefaults(list.Index(i))
		d.value(item, list.Index(i), key{name: k.name, typ: v.Type().Elem(), secret: k.secret, format: k.format}, at)
	}
	v.Set(list)
}

// namedList merges entries by name into those of lower layers.
func (d *decoder) namedList(n *node, v reflect.Value, path string) {
	if n.kind != sequenceNode {
		d.wrongType(n, path, "a list")
		return
	}
	if _, ok := d.at[path]; !ok {
		d.at[path] = n.pos
	}
	seen := map[string]Position{}
	for i, item := range n.items {
		if item.kind != mappingNode {
			d.wrongType(item, join(path, strconv.Itoa(i)), "a mapping")
			continue
		}
		nameNode := item.get("name")
		name, at := "", join(path, strconv.Itoa(i))
		if nameNode != nil && nameNode.kind == scalarNode && nameNode.err == nil && nameNode.text != "" {
			name = nameNode.text
			at = join(path, name)
			if first, ok := seen[name]; ok {
				d.fail(nameNode.pos, CodeDuplicateName, join(at, "name"), fmt.Sprintf("the name %q is given twice in %s", name, path),
					fmt.Sprintf("first given at line %d; names must be unique", first.Line))
				// It is decoded for its own problems only; what is known of the first stays.
				spare := newDecoder()
				spare.structure(item, d.fresh(v), at)
				d.errs = append(d.errs, spare.errs...)
				continue
			}
			seen[name] = nameNode.pos
		}
		if name == "" {
			d.structure(item, d.fresh(v), at) // reports what is wrong with it
			continue
		}
		target, named := reflect.Value{}, nameNode.pos
		for j := range v.Len() {
			if v.Index(j).FieldByName("Name").String() == name {
				target, named = v.Index(j), d.at[join(at, "name")]
			}
		}
		if !target.IsValid() {
			v.Set(reflect.Append(v, d.fresh(v)))
			target = v.Index(v.Len() - 1)
		}
		d.structure(item, target, at)
		d.at[join(at, "name")] = named
	}
}

// fresh returns a new entry for the list v, with defaults.
func (d *decoder) fresh(v reflect.Value) reflect.Value {
	e := reflect.New(v.Type().Elem()).Elem()
	setDefaults(e)
	return e
}

// mapping decodes a map of strings, merged by key.
func (d *decoder) mapping(n *node, v reflect.Value, k key, path string) {
	if n.kind != mappingNode {
		d.wrongType(n, path, "a mapping")
		return
	}
	d.at[path] = n.pos
	// A new map: the one in v may be shared with a value that was copied.
	merged := map[string]string{}
	maps.Copy(merged, v.Interface().(map[string]string))
	for _, f := range n.fields {
		s := reflect.New(reflect.TypeFor[string]()).Elem()
		at := join(path, f.key)
		if f.value.kind == nullNode {
			delete(merged, f.key)
			d.forget(at)
			continue
		}
		before := len(d.errs)
		d.value(f.value, s, key{name: f.key, typ: s.Type(), secret: k.secret}, at)
		if len(d.errs) == before {
			merged[f.key] = s.String()
		}
	}
	v.Set(reflect.ValueOf(merged))
}

// listMap decodes a map of lists, merged by key. A single entry stands for a list
// of one.
func (d *decoder) listMap(n *node, v reflect.Value, k key, path string) {
	if n.kind != mappingNode {
		d.wrongType(n, path, "a mapping")
		return
	}
	if _, ok := d.at[path]; !ok {
		d.at[path] = n.pos
	}
	merged := reflect.MakeMap(v.Type())
	for _, name := range v.MapKeys() {
		merged.SetMapIndex(name, v.MapIndex(name))
	}
	for _, f := range n.fields {
		at, name := memberPath(path, f.key), reflect.ValueOf(f.key)
		if f.value.kind == nullNode {
			merged.SetMapIndex(name, reflect.Value{})
			d.forget(at)
			continue
		}
		items := f.value
		delete(d.alone, at)
		if _, short := scalarForms[v.Type().Elem().Elem()]; items.kind == mappingNode || short && items.kind == scalarNode {
			items = &node{kind: sequenceNode, pos: f.value.pos, dir: f.value.dir, items: []*node{f.value}}
			d.alone[at] = true
		}
		list := reflect.New(v.Type().Elem()).Elem()
		d.value(items, list, key{name: f.key, typ: v.Type().Elem(), secret: k.secret}, at)
		merged.SetMapIndex(name, list)
	}
	v.Set(merged)
}

func (d *decoder) scalar(n *node, v reflect.Value, k key, path string) {
	if n.kind != scalarNode {
		want := typeName(v.Type())
		if len(k.enum) > 0 {
			want = "one of " + strings.Join(k.enum, ", ")
		}
		d.wrongType(n, path, want)
		return
	}
	if !d.setScalar(n, v, path) {
		return
	}
	if k.format == "file" && strings.Contains(n.text, "://") {
		d.fail(n.pos, CodeInvalidValue, path, "a file path is expected, not a URL", "give a URL as url")
		return
	}
	if k.format == "file" && v.String() != "" && !filepath.IsAbs(v.String()) {
		v.SetString(filepath.Join(n.dir, v.String()))
	}
	// A value of a stronger layer makes a variable of a weaker one irrelevant.
	d.errs = slices.DeleteFunc(d.errs, func(e Error) bool {
		return e.Code == CodeUnsetVariable && e.Path == path && e.File != n.pos.File
	})
	d.at[path] = n.pos
	delete(d.secrets, path)
	if n.secret || k.secret {
		d.secrets[path] = true
	}
	if len(k.enum) > 0 && !slices.Contains(k.enum, v.String()) {
		d.fail(n.pos, CodeInvalidValue, path, fmt.Sprintf("%s is not a value of %q", shown(n), k.name), oneOf(v.String(), k.enum))
	}
	if k.min != "" {
		least := reflect.New(v.Type()).Elem()
		mustSet(k.min, least)
		if v.Int() < least.Int() {
			d.fail(n.pos, CodeInvalidValue, path, fmt.Sprintf("%s is too small", shown(n)), "the least is "+k.min)
		}
	}
}

// setScalar parses the text of n as the type of v.
func (d *decoder) setScalar(n *node, v reflect.Value, path string) bool {
	if u, ok := v.Addr().Interface().(interface{ UnmarshalText([]byte) error }); ok {
		if n.tag == "!!bool" {
			d.wrongType(n, path, typeName(v.Type()))
			return false
		}
		if err := u.UnmarshalText([]byte(n.text)); err != nil {
			hint := err.Error()
			if n.secret {
				hint = "" // it may quote the value
			}
			d.fail(n.pos, CodeInvalidValue, path, fmt.Sprintf("%s is not %s", shown(n), typeName(v.Type())), hint)
			return false
		}
		return true
	}
	switch v.Kind() {
	case reflect.String:
		if n.tag != "!!str" && n.tag != "" {
			d.wrongType(n, path, "text")
			return false
		}
		v.SetString(n.text)
	case reflect.Bool:
		b, err := strconv.ParseBool(n.text)
		if n.tag != "!!bool" && (n.tag != "" || err != nil) {
			d.wrongType(n, path, typeName(v.Type()))
			return false
		}
		// YAML's own spellings: true, True and TRUE.
		v.SetBool(b || strings.EqualFold(n.text, "true"))
	case reflect.Int:
		if n.tag != "!!int" && n.tag != "" {
			d.wrongType(n, path, typeName(v.Type()))
			return false
		}
		i, err := strconv.ParseInt(strings.ReplaceAll(n.text, "_", ""), 0, strconv.IntSize)
		if err != nil {
			d.fail(n.pos, CodeInvalidValue, path, fmt.Sprintf("%s is not a whole number", shown(n)), "")
			return false
		}
		v.SetInt(i)
	}
	return true
}

func (d *decoder) wrongType(n *node, path, want string) {
	hint := ""
	switch {
	case path == "listen" && n.kind == scalarNode:
		hint = "write host:port, such as 127.0.0.1:" + n.text
	case want == "text" && n.kind == scalarNode:
		hint = "put it in quotes"
	case n.kind == sequenceNode && len(n.items) == 1 && n.items[0].kind == scalarNode:
		hint = "write the value without a dash or brackets"
	case want == "a list" && n.kind == mappingNode:
		hint = "put a dash and a space before each entry: - {name: …}"
	case want == "a mapping" && n.kind == sequenceNode:
		hint = "write key: value, without a dash"
	}
	d.fail(n.pos, CodeWrongType, path, fmt.Sprintf("expected %s, got %s", want, describe(n)), hint)
}

// forget drops what is known of a path and everything below it.
func (d *decoder) forget(path string) {
	below := path + "."
	maps.DeleteFunc(d.at, func(p string, _ Position) bool { return p == path || strings.HasPrefix(p, below) })
	maps.DeleteFunc(d.secrets, func(p string, _ bool) bool { return p == path || strings.HasPrefix(p, below) })
}

var scalarNames = map[reflect.Kind]string{reflect.Bool: "true or false", reflect.String: "text"}

func typeName(t reflect.Type) string {
	switch t {
	case durationType:
		return "a duration"
	case sizeType:
		return "a size"
	case rateType:
		return "a rate"
	case percentType:
		return "a percentage"
	}
	switch t.Kind() {
	case reflect.String:
		return "text"
	case reflect.Bool:
		return "true or false"
	case reflect.Int:
		return "a whole number"
	case reflect.Slice:
		return "a list"
	}
	return "a mapping"
}

// shown quotes a scalar for a message, unless it must not be shown.
func shown(n *node) string {
	if n.secret {
		return "the value"
	}
	text := n.text
	if len(text) > 60 {
		text = strings.ToValidUTF8(text[:60], "") + "…"
	}
	return strconv.Quote(text)
}

func describe(n *node) string {
	switch n.kind {
	case mappingNode:
		return "a mapping"
	case sequenceNode:
		return "a list"
	case nullNode:
		return "nothing"
	}
	switch n.tag {
	case "!!int", "!!float":
		return "the number " + n.text
	case "!!bool":
		return n.text
	}
	if n.secret {
		return "other text"
	}
	return "the text " + shown(n)
}

// homesOf lists where else in the configuration a key exists.
func homesOf(name string) []string {
	var homes []string
	var walk func(t reflect.Type, path string)
	walk = func(t reflect.Type, path string) {
		for _, k := range keysOf(t) {
			if k.name == name && path != "" {
				homes = append(homes, path)
			}
			next, at := below(k.typ, join(path, k.name))
			if next.Kind() == reflect.Struct && next != rateType {
				walk(next, at)
			}
		}
	}
	walk(reflect.TypeFor[Config](), "")
	return homes
}

// setDefaults writes the defaults of a struct's keys.
func setDefaults(v reflect.Value) {
	if v.Kind() != reflect.Struct || v.Type() == rateType {
		return
	}
	for _, k := range keysOf(v.Type()) {
		setDefault(v.Field(k.index), k)
	}
}

func setDefault(v reflect.Value, k key) {
	if k.hasDef {
		mustSet(k.def, v)
		return
	}
	setDefaults(v)
}

// mustSet writes a value that stands in a struct tag. A mistake there is a bug
// that every test shows.
func mustSet(text string, v reflect.Value) {
	if _, isList := v.Interface().([]string); isList {
		var list []string
		if err := yaml.Unmarshal([]byte(text), &list); err != nil {
			panic(fmt.Sprintf("config: default %q: %v", text, err))
		}
		v.Set(reflect.ValueOf(list))
		return
	}
	d := newDecoder()
	if !d.setScalar(&node{text: text}, v, "") {
		panic(fmt.Sprintf("config: default %q: %v", text, d.errs))
	}
}
