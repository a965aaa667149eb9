package openapi

import (
	"encoding/json"
	"fmt"
	"slices"
	"strings"
)

// typeKind is the kind of a type of the schema that is made.
type typeKind uint8

const (
	scalarType typeKind = iota
	objectType
	inputType
	enumType
	unionType
)

// gtype is one type. Its name is known only when all types are: see nameTypes.
type gtype struct {
	kind typeKind
	name string
	// component is the schema's name in the document; a type without one is named
	// after where it is used: parent and suffix, or base.
	component string
	parent    *gtype
	base      string
	suffix    string
	at        string
	about     string

	fields  []*gfield
	values  []enumValue
	members []*gtype
	view    *view
	// key are the fields of @key; lookup tells whether there is one.
	key    []string
	lookup bool
	marked bool // reached from a root field
	// renames: what is sent differs from the schema's names, in it or below;
	// 0 is not known yet, 1 no, 2 yes.
	renames uint8
}

// gfield is a field, an input field or an argument.
type gfield struct {
	name string
	prop string // as the document calls it
	// mapping makes the value; empty where the property has the field's name.
	mapping    string
	typ        *texpr
	args       []*gfield
	about      string
	deprecated bool
}

// enumValue is a value of an enum with what the service writes.
type enumValue struct{ name, text string }

// texpr is a type with its wrappers.
type texpr struct {
	named   *gtype
	elem    *texpr
	nonNull bool
}

func (t *texpr) innermost() *gtype {
	for t.elem != nil {
		t = t.elem
	}
	return t.named
}

func (t *texpr) String() string {
	s := ""
	if t.elem != nil {
		s = "[" + t.elem.String() + "]"
	} else {
		s = t.named.name
	}
	if t.nonNull {
		s += "!"
	}
	return s
}

// place is what a type without a component is named after.
type place struct {
	parent *gtype
	base   string
	suffix string
}

const (
	scalarJSON = "JSON"
	scalarLong = "Long"
	// scalarUpload is a file that comes with the operation.
	scalarUpload = "Upload"
)

// typeMaker makes types of views.
type typeMaker struct {
	*findings
	o       *Options
	schemas *schemas
	scalars map[string]*gtype
	outputs map[*view]*gtype
	inputs  map[*view]*gtype
	enums   map[*view]*gtype
	// all are the types but scalars, in the order of their making.
	all []*gtype
	// open are the objects that have no fields yet.
	open []*gtype
	// claims are the types by name, once they are named.
	claims map[string]*gtype
	noted  map[string]bool
}

func newTypeMaker(s *schemas, o *Options, f *findings) *typeMaker {
	return &typeMaker{
		findings: f, o: o, schemas: s, scalars: map[string]*gtype{}, outputs: map[*view]*gtype{},
		inputs: map[*view]*gtype{}, enums: map[*view]*gtype{}, claims: map[string]*gtype{}, noted: map[string]bool{},
	}
}

func (m *typeMaker) scalar(name string) *gtype {
	t := m.scalars[name]
	if t == nil {
		t = &gtype{kind: scalarType, name: name}
		m.scalars[name] = t
	}
	return t
}

func (m *typeMaker) json() *texpr { return &texpr{named: m.scalar(scalarJSON)} }

// noteOnce notes something about a schema that is used in many places.
func (m *typeMaker) noteOnce(code, at, hint, format string, args ...any) {
	if key := code + at; !m.noted[key] {
		m.noted[key] = true
		m.note(code, at, "", hint, format, args...)
	}
}

func (m *typeMaker) new(kind typeKind, v *view, p place) *gtype {
	t := &gtype{kind: kind, component: v.component, parent: p.parent, base: p.base, suffix: p.suffix, at: v.at, about: v.about, view: v}
	m.all = append(m.all, t)
	return t
}

// output is the type of what the service answers with. It may be null.
func (m *typeMaker) output(v *view, p place) *texpr {
	switch v.kind {
	case viewScalar:
		return &texpr{named: m.scalar(v.scalar)}
	case viewEnum:
		return m.enum(v, p)
	case viewList:
		elem := m.output(v.item, p)
		elem.nonNull = m.o.TrustRequired && !v.item.nullable
		return &texpr{elem: elem}
	case viewObject:
		if t := m.outputObject(v.root(), p); t != nil {
			return &texpr{named: t}
		}
	case viewUnion:
		if t := m.union(v.root(), p); t != nil {
			return &texpr{named: t}
		}
	}
	return m.json()
}

// outputObject is the type of an object; nil if nothing of it can be read.
func (m *typeMaker) outputObject(v *view, p place) *gtype {
	if t := m.outputs[v]; t != nil {
		return t
	}
	if !m.readable(v) {
		return nil
	}
	t := m.new(objectType, v, p)
	m.outputs[v] = t
	m.open = append(m.open, t)
	return t
}

// readable reports whether an object has a property that answers hold.
func (m *typeMaker) readable(v *view) bool {
	return slices.ContainsFunc(v.props, func(p property) bool { return !m.schemas.view(p.schema, p.at).writeOnly })
}

// finish gives the objects their fields. New types come up meanwhile.
func (m *typeMaker) finish() {
	for len(m.open) > 0 {
		t := m.open[0]
		m.open = m.open[1:]
		if t.kind == objectType {
			m.outputFields(t)
		} else {
			m.inputFields(t)
		}
	}
}

func (m *typeMaker) outputFields(t *gtype) {
	for _, p := range m.named(t, func(v *view) bool { return v.writeOnly }) {
		v := m.schemas.view(p.schema, p.at)
		f := &gfield{name: memberName(p.name), prop: p.name, deprecated: v.deprecated, about: aboutUse(v)}
		if f.name != p.name {
			f.mapping = quoteKey(p.name)
		}
		where := place{parent: t, suffix: f.name}
		if v.kind == viewMap && m.o.Entries {
			f.typ = &texpr{elem: &texpr{named: m.entry(v, where), nonNull: true}}
			f.mapping = quoteKey(p.name) + "->entries"
		} else {
			f.typ = m.output(v, where)
		}
		f.typ.nonNull = m.o.TrustRequired && p.required && !v.nullable
		t.fields = append(t.fields, f)
	}
}

// aboutUse is what a document says of a property: a component's description is
// that of its type.
func aboutUse(v *view) string {
	if v.same != nil && v.about != v.same.about {
		return v.about
	}
	if v.component != "" {
		return ""
	}
	return v.about
}

// entry is the type of the entries of an object with free keys.
func (m *typeMaker) entry(v *view, p place) *gtype {
	v = v.root()
	if t := m.outputs[v]; t != nil {
		return t
	}
	// The component is the whole map, so the entry is named after its place.
	t := &gtype{kind: objectType, parent: p.parent, base: p.base, suffix: p.suffix + "_entry", at: v.at, view: v}
	if v.component != "" {
		t.parent, t.base, t.suffix = nil, pascalName(v.component), "entry"
	}
	m.all = append(m.all, t)
	m.outputs[v] = t
	value := m.output(v.item, place{parent: t, suffix: "value"})
	t.fields = []*gfield{
		{name: "key", prop: "key", typ: &texpr{named: m.scalar("String"), nonNull: true}},
		{name: "value", prop: "value", typ: value},
	}
	return t
}

// named are the properties of an object that have a field, each with a name of
// its own: of several with one name the one that is spelled like it.
func (m *typeMaker) named(t *gtype, without func(*view) bool) []property {
	taken := map[string]string{}
	for _, p := range t.view.props {
		name := memberName(p.name)
		if have, ok := taken[name]; !ok || p.name == name && have != name {
			taken[name] = p.name
		}
	}
	var out []property
	for _, p := range t.view.props {
		v := m.schemas.view(p.schema, p.at)
		if without(v) {
			continue
		}
		if name := memberName(p.name); taken[name] != p.name {
			m.noteOnce(NoteProperty, p.at, "Map it under rest.types in a schema of your own",
				"the properties %q and %q would both be the field %s; the first has none", p.name, taken[name], name)
			continue
		}
		out = append(out, p)
	}
	return out
}

// enum is the type of an enum, a String where its values cannot be names.
func (m *typeMaker) enum(v *view, p place) *texpr {
	v = v.root()
	if t := m.enums[v]; t != nil {
		return &texpr{named: t}
	}
	values := make([]enumValue, 0, len(v.values))
	taken := map[string]string{}
	for _, text := range v.values {
		name := memberName(text)
		switch name {
		case "true", "false", "null":
			name = "_" + name
		}
		if other, ok := taken[name]; ok {
			m.noteOnce(NoteEnum, v.at, "", "the values %q and %q of an enum would both be %s, so it is a String", other, text, name)
			return &texpr{named: m.scalar("String")}
		}
		taken[name] = text
		values = append(values, enumValue{name, text})
	}
	t := m.new(enumType, v, p)
	t.values = values
	m.enums[v] = t
	return &texpr{named: t}
}

// union is the type of a choice of objects; nil if nothing tells them apart.
func (m *typeMaker) union(v *view, p place) *gtype {
	if t := m.outputs[v]; t != nil {
		return t
	}
	var variants []*view
	for _, o := range v.variants {
		if o = o.root(); !slices.Contains(variants, o) {
			variants = append(variants, o)
		}
	}
	for _, o := range variants {
		if !m.readable(o) {
			m.noteOnce(NoteUnion, v.at, "", "one of the schemas to choose from has no properties, so the value is a JSON scalar")
			return nil
		}
	}
	if !discriminated(v, variants) && m.presence(variants) == nil {
		m.noteOnce(NoteUnion, v.at, "Give the schemas a discriminator, or each a required property of its own",
			"nothing tells the schemas to choose from apart, so the value is a JSON scalar")
		return nil
	}
	t := m.new(unionType, v, p)
	m.outputs[v] = t
	for i, o := range variants {
		suffix := "option" + itoa(i+1)
		if o.title != "" && validName(pascalName(o.title)) {
			suffix = pascalName(o.title)
		}
		t.members = append(t.members, m.outputObject(o, place{parent: t, suffix: suffix}))
	}
	return t
}

// discriminated reports whether the discriminator tells all variants.
func discriminated(v *view, variants []*view) bool {
	d := v.discriminator
	if d == nil || d.PropertyName == "" {
		return false
	}
	for _, o := range variants {
		if o.component == "" {
			return false
		}
	}
	return true
}

// presence is, for each variant, a property that it requires and no other has;
// nil if one has none.
func (m *typeMaker) presence(variants []*view) []string {
	var out []string
	for _, o := range variants {
		found := ""
		for _, p := range o.props {
			if !p.required || m.schemas.view(p.schema, p.at).writeOnly {
				continue
			}
			if !slices.ContainsFunc(variants, func(other *view) bool { return other != o && other.property(p.name) != nil }) {
				found = p.name
				break
			}
		}
		if found == "" {
			return nil
		}
		out = append(out, found)
	}
	return out
}

// input is the type of what is sent. It is nil where only a file would do.
func (m *typeMaker) input(v *view, p place) *texpr {
	switch v.kind {
	case viewScalar:
		if v.binary {
			return nil
		}
		return &texpr{named: m.scalar(v.scalar)}
	case viewEnum:
		return m.enum(v, p)
	case viewList:
		elem := m.input(v.item, p)
		if elem == nil {
			return nil
		}
		elem.nonNull = !v.item.nullable
		return &texpr{elem: elem}
	case viewObject:
		if t := m.inputObject(v.root(), p); t != nil {
			return &texpr{named: t}
		}
	}
	return m.json()
}

func (m *typeMaker) inputObject(v *view, p place) *gtype {
	if t := m.inputs[v]; t != nil {
		return t
	}
	if !slices.ContainsFunc(v.props, func(p property) bool { return !m.schemas.view(p.schema, p.at).readOnly }) {
		return nil
	}
	t := m.new(inputType, v, p)
	m.inputs[v] = t
	m.open = append(m.open, t)
	return t
}

func (m *typeMaker) inputFields(t *gtype) {
	for _, p := range m.named(t, func(v *view) bool { return v.readOnly }) {
		v := m.schemas.view(p.schema, p.at)
		f := &gfield{name: memberName(p.name), prop: p.name, about: aboutUse(v)}
		if f.typ = m.input(v, place{parent: t, suffix: f.name}); f.typ == nil && t.view.root().form {
			f.typ = m.upload(v)
		}
		if f.typ == nil {
			m.noteOnce(NoteUpload, p.at, "", "the property %s is a file, which can be sent in multipart forms only; it has no field", p.name)
			continue
		}
		f.typ.nonNull = p.required && !v.deflt && !v.nullable
		f.deprecated = v.deprecated && !f.typ.nonNull
		t.fields = append(t.fields, f)
	}
	if len(t.fields) == 0 {
		// Only files: whoever uses it sees that it requires them.
		t.fields = []*gfield{{name: "_", prop: "_", typ: &texpr{named: m.scalar("Boolean")}, about: "Nothing can be sent."}}
	}
}

// upload is the type of a file, or of a list of files; nil if it is neither.
func (m *typeMaker) upload(v *view) *texpr {
	switch {
	case v.binary:
		return &texpr{named: m.scalar(scalarUpload)}
	case v.kind == viewList && v.item.binary:
		return &texpr{elem: &texpr{named: m.scalar(scalarUpload), nonNull: true}}
	}
	return nil
}

// requiresFile reports whether an object cannot be sent without a file.
func (m *typeMaker) requiresFile(v *view) bool {
	for _, p := range v.props {
		pv := m.schemas.view(p.schema, p.at)
		if !p.required || pv.readOnly {
			continue
		}
		if pv.kind == viewList {
			pv = pv.item
		}
		if pv.binary {
			return true
		}
	}
	return false
}

// mark finds the types that are reached.
func (t *gtype) mark() {
	for open := []*gtype{t}; len(open) > 0; {
		t, open = open[len(open)-1], open[:len(open)-1]
		if t.marked {
			continue
		}
		t.marked = true
		open = append(open, t.members...)
		for _, f := range t.fields {
			open = append(open, f.typ.innermost())
		}
	}
}

// reservedNames are types that no component can be.
var reservedNames = []string{"Query", "Mutation", "Subscription", "String", "Int", "Float", "Boolean", "ID"}

// nameTypes names the types. Two of one name are an error: a number behind the
// second would change its meaning when a third comes.
func (m *typeMaker) nameTypes() {
	m.all = slices.DeleteFunc(m.all, func(t *gtype) bool { return !t.marked })
	for _, t := range m.all {
		m.nameType(t)
	}
	for _, name := range sortedKeys(m.scalars) {
		s := m.scalars[name]
		t := m.claims[name]
		if t == nil || !s.marked {
			continue
		}
		switch name {
		case scalarJSON:
			m.collision(t, "the scalar for what has no fixed shape, and "+described(t), name)
		case scalarLong:
			s.name = "Float"
		default:
			s.name = "String"
		}
		if name != scalarJSON {
			m.note(NoteFormat, t.at, name, "Name the type differently in openapi.types",
				"the document has a type %s, so values of that format are of the type %s", name, s.name)
		}
	}
	m.breakCycles()
}

func (m *typeMaker) nameType(t *gtype) {
	name := m.o.Types[t.at]
	switch {
	case name != "":
	case t.component != "" && m.o.Types[t.component] != "":
		name = m.o.Types[t.component]
		if t.kind == inputType && m.alsoOutput(t) {
			name = name + "Input"
		}
	case t.component != "":
		// FastAPI has two components for a model that is read and written.
		base, isOutput := strings.CutSuffix(t.component, "-Output")
		name = pascalName(t.component)
		if isOutput && base != "" {
			name = pascalName(base)
		}
		if t.kind == inputType && m.alsoOutput(t) {
			name = name + "Input"
		}
	case t.parent != nil:
		name = t.parent.name + "_" + t.suffix
	default:
		name = t.base
		if t.suffix != "" {
			name += "_" + t.suffix
		}
	}
	if slices.Contains(reservedNames, name) {
		m.note(NoteReserved, t.at, name+"Object", "Name the type in openapi.types", "GraphQL has a %s of its own, so this is %sObject", name, name)
		name += "Object"
	}
	t.name = name
	if other := m.claims[name]; other != nil {
		m.collision(t, described(other)+" and "+described(t), name)
		return
	}
	m.claims[name] = t
}

func (m *typeMaker) alsoOutput(t *gtype) bool {
	o := m.outputs[t.view]
	return o != nil && o.marked
}

// described is a type as messages name it.
func described(t *gtype) string {
	role := ""
	if t.kind == inputType {
		role = " as input"
	}
	if t.component != "" {
		return "the component " + t.component + role
	}
	return "the schema at " + t.at + role
}

func (m *typeMaker) collision(t *gtype, both, name string) {
	key := t.component
	if key == "" {
		key = t.at
	}
	quoted, _ := json.Marshal(key)
	e := m.fail(CodeCollision, t.at, name, "%s would both be the type %s", both, name)
	e.Hint = fmt.Sprintf("Name one of them in openapi.types, as in types: {%s: %sOther}", quoted, name)
}

// breakCycles makes an input field nullable where inputs that require each other
// could never be written.
func (m *typeMaker) breakCycles() {
	state := map[*gtype]uint8{} // 1: being visited, 2: done
	var visit func(t *gtype, depth int)
	visit = func(t *gtype, depth int) {
		state[t] = 1
		for _, f := range t.fields {
			if to := f.typ.named; f.typ.nonNull && to != nil && to.kind == inputType {
				if state[to] == 1 || depth > maxDocumentDepth {
					f.typ.nonNull = false
				} else if state[to] == 0 {
					visit(to, depth+1)
				}
			}
		}
		state[t] = 2
	}
	for _, t := range m.all {
		if t.kind == inputType && state[t] == 0 {
			visit(t, 0)
		}
	}
}
