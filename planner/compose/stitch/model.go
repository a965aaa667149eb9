package stitch

import (
	"fmt"
	"regexp"
	"slices"
	"strings"

	"github.com/weft-graphql/weft/planner/compose"
	"github.com/weft-graphql/weft/planner/schema"
	"github.com/weft-graphql/weft/subgraphs/nearest"
)

// typ is a type of the working copy: a definition with its extensions.
type typ struct {
	kind     schema.Kind
	name     string // now
	original string // in the subgraph
	parts    []*schema.TypeDefinition
	fields   []*field
	// root says that it is a root operation type, which is always visible under
	// its default name.
	root bool
	// hidden types are left out of the result, because of the rule hiddenBy.
	hidden   bool
	hiddenBy string
	// lostValues says that values of the enum are hidden.
	lostValues bool
	// keys are the entity keys that rules or lookups give the type.
	keys []*entityKey
	// stub marks a type made for a join.
	stub bool
}

// field is a field of an object, interface or input object.
type field struct {
	parent   *typ
	def      *schema.FieldDefinition
	original string
	hidden   bool
	hiddenBy string
	// needed marks a field that a key or a join uses: hidden from clients, it
	// still takes part in composition.
	needed bool
	// hiddenArgs are the arguments left out, with the rules that say so.
	hiddenArgs map[string]string
	// join is set for a field that a join made.
	join *placedJoin
	// mirrored marks a field that only other subgraphs have, named here because a
	// key or a requirement names it.
	mirrored bool
	// requires are the arguments that other subgraphs fill.
	requires []*requirement
	// requirement is the field set of all that they read.
	requirement string
	// namespace marks a root field that leads to the subgraph's own root fields.
	namespace bool
}

func (f *field) coordinate() string { return f.parent.name + "." + f.def.Name }

// entityKey is a key of a type that lookups take.
type entityKey struct {
	set  []schema.Selection
	text string // normalised
	// synthetic keys are not in the subgraph's own SDL.
	synthetic bool
	// unresolvable keys only name an entity that other subgraphs resolve.
	unresolvable bool
	lookups      []*lookup
}

// work is the working copy of one subgraph.
type work struct {
	subgraph string
	doc      *schema.Document
	types    []*typ
	// byPart finds the type of a definition or extension.
	byPart map[*schema.TypeDefinition]*typ
	// index finds types by their present names; nil when it must be made anew.
	index map[string][]*typ
	errs  []Error
	style style
	// names are the local names of the federation directives.
	names map[string]string
	// changed says that there is anything to do at all.
	changed bool
	// requires are the arguments that other subgraphs fill; filled are the same with
	// those of interfaces, which only their objects require.
	requires []*requirement
	filled   []*schema.ArgumentDefinition
	// remarks are hints for whoever wrote the document.
	remarks []compose.Hint
	// ownTypes are the subgraph's own types that joins lead to.
	ownTypes []ownType
}

func (w *work) fail(code, rule, coordinate, hint, format string, args ...any) {
	w.failAt(schema.Position{}, code, rule, coordinate, hint, format, args...)
}

func (w *work) failAt(pos schema.Position, code, rule, coordinate, hint, format string, args ...any) {
	w.errs = append(w.errs, Error{Code: code, Message: fmt.Sprintf(format, args...), Hint: hint, Subgraph: w.subgraph, Rule: rule, Coordinate: coordinate, Pos: pos})
}

// newWork copies a document and indexes it.
func newWork(subgraph string, doc *schema.Document) *work {
	w := &work{subgraph: subgraph, doc: copyDocument(doc), byPart: make(map[*schema.TypeDefinition]*typ)}
	byName := make(map[string]*typ)
	for _, part := range w.doc.Types {
		t := byName[part.Name]
		if t == nil {
			t = &typ{kind: part.Kind, name: part.Name, original: part.Name}
			byName[part.Name] = t
			w.types = append(w.types, t)
		}
		w.byPart[part] = t
		t.parts = append(t.parts, part)
		for _, f := range part.Fields {
			t.fields = append(t.fields, &field{parent: t, def: f, original: f.Name})
		}
	}
	w.normalizeRoots(byName)
	return w
}

var rootNames = [3]string{"Query", "Mutation", "Subscription"}

// normalizeRoots gives the root types their default names, under which rules and
// composition know them.
func (w *work) normalizeRoots(byName map[string]*typ) {
	var given [3]string
	defined := false
	for _, s := range w.doc.Schemas {
		defined = defined || !s.Extension
		for _, r := range s.Roots {
			given[r.Operation] = r.Type
		}
	}
	rename := make(map[string]string)
	for op, name := range rootNames {
		switch {
		case given[op] == "" && defined:
			continue
		case given[op] == "":
			given[op] = name
		}
		t := byName[given[op]]
		if t == nil || t.kind != schema.Object {
			continue
		}
		if t.name != name && byName[name] != nil {
			continue // composition reports it
		}
		t.root = true
		if t.name != name {
			rename[t.name] = name
		}
	}
	w.renameTypes(rename)
}

// renameTypes changes names everywhere in the document.
func (w *work) renameTypes(names map[string]string) {
	if len(names) == 0 {
		return
	}
	w.index = nil
	expr := func(t *schema.TypeExpr) {
		for t.Elem != nil {
			t = t.Elem
		}
		if to, ok := names[t.Name]; ok {
			t.Name = to
		}
	}
	refs := func(list []schema.NamedRef) {
		for i := range list {
			if to, ok := names[list[i].Name]; ok {
				list[i].Name = to
			}
		}
	}
	for _, t := range w.types {
		if to, ok := names[t.name]; ok {
			t.name = to
		}
		for _, part := range t.parts {
			part.Name = t.name
			refs(part.Interfaces)
			refs(part.Members)
		}
		for _, f := range t.fields {
			expr(f.def.Type)
			for _, a := range f.def.Arguments {
				expr(a.Type)
			}
		}
	}
	for _, d := range w.doc.Directives {
		for _, a := range d.Arguments {
			expr(a.Type)
		}
	}
	for _, s := range w.doc.Schemas {
		for i := range s.Roots {
			if to, ok := names[s.Roots[i].Type]; ok {
				s.Roots[i].Type = to
			}
		}
	}
}

// typeByName finds a type by its present name, one that is visible first.
func (w *work) typeByName(name string) *typ {
	if w.index == nil {
		w.index = make(map[string][]*typ, len(w.types))
		for _, t := range w.types {
			w.index[t.name] = append(w.index[t.name], t)
		}
	}
	list := w.index[name]
	for _, t := range list {
		if !t.hidden {
			return t
		}
	}
	if len(list) > 0 {
		return list[0]
	}
	return nil
}

func (w *work) typeByOriginal(name string) *typ {
	for _, t := range w.types {
		if t.original == name && !t.stub {
			return t
		}
	}
	return nil
}

// addType adds a type that the subgraph does not have.
func (w *work) addType(def *schema.TypeDefinition) *typ {
	t := &typ{kind: def.Kind, name: def.Name, original: def.Name, parts: []*schema.TypeDefinition{def}}
	w.types = append(w.types, t)
	w.byPart[def] = t
	w.doc.Types = append(w.doc.Types, def)
	w.index = nil
	return t
}

// addField adds a field that the subgraph does not have.
func (t *typ) addField(def *schema.FieldDefinition) *field {
	f := &field{parent: t, def: def, original: def.Name}
	t.fields = append(t.fields, f)
	return f
}

func (w *work) root(op schema.OperationKind) *typ {
	if t := w.typeByName(rootNames[op]); t != nil && t.root {
		return t
	}
	return nil
}

func (t *typ) field(name string) *field {
	var hidden *field
	for _, f := range t.fields {
		if f.def.Name == name && !f.hidden {
			return f
		}
		if f.def.Name == name {
			hidden = f
		}
	}
	return hidden
}

func (t *typ) fieldByOriginal(name string) *field {
	for _, f := range t.fields {
		if f.original == name {
			return f
		}
	}
	return nil
}

func (f *field) argument(name string) *schema.ArgumentDefinition {
	for _, a := range f.def.Arguments {
		if a.Name == name {
			return a
		}
	}
	return nil
}

func (t *typ) implements(name string) bool {
	for _, part := range t.parts {
		for _, i := range part.Interfaces {
			if i.Name == name {
				return true
			}
		}
	}
	return false
}

// possible returns the object types that a value of the type may have.
func (w *work) possible(t *typ) []*typ {
	switch t.kind {
	case schema.Object:
		return []*typ{t}
	case schema.Interface:
		var out []*typ
		for _, o := range w.types {
			if o.kind == schema.Object && o.implements(t.name) {
				out = append(out, o)
			}
		}
		return out
	case schema.Union:
		var out []*typ
		for _, part := range t.parts {
			for _, m := range part.Members {
				if o := w.typeByName(m.Name); o != nil {
					out = append(out, o)
				}
			}
		}
		return out
	}
	return nil
}

func (w *work) kindOf(name string) (schema.Kind, bool) {
	if t := w.typeByName(name); t != nil {
		return t.kind, true
	}
	return schema.Scalar, schema.BuiltinScalar(name)
}

func (w *work) leaf(name string) bool {
	kind, ok := w.kindOf(name)
	return ok && (kind == schema.Scalar || kind == schema.Enum)
}

func (w *work) typeNames() []string {
	var out []string
	for _, t := range w.types {
		if !t.hidden {
			out = append(out, t.name)
		}
	}
	return out
}

func (t *typ) fieldNames() []string {
	var out []string
	for _, f := range t.fields {
		if !f.hidden {
			out = append(out, f.def.Name)
		}
	}
	return out
}

// needType returns a type or reports that it does not exist.
func (w *work) needType(name, rule string) *typ {
	t := w.typeByName(name)
	if t == nil {
		w.fail(CodeUnknownType, rule, name, w.meant(name, w.typeNames()), "the subgraph has no type %q", name)
	}
	return t
}

// needField returns a field by its coordinate or reports what does not exist.
func (w *work) needField(coordinate, rule string) *field {
	typeName, name, ok := strings.Cut(coordinate, ".")
	if !ok || typeName == "" || name == "" {
		w.fail(CodeInvalidRule, rule, coordinate, "write Type.field", "%q is not the coordinate of a field", coordinate)
		return nil
	}
	t := w.needType(typeName, rule)
	if t == nil {
		return nil
	}
	f := t.field(name)
	if f == nil {
		w.fail(CodeUnknownField, rule, coordinate, w.meant(name, t.fieldNames()), "the type %q has no field %q", typeName, name)
	}
	return f
}

// maxListed is how many names a hint lists.
const maxListed = 10

// meant names what a wrong name may have been meant for. Rules use the names that
// earlier rules left, so the name something had before is a hint as well.
func (w *work) meant(name string, known []string) string {
	for _, t := range w.types {
		if t.original == name && t.name != name {
			return fmt.Sprintf("an earlier rule renamed it to %q", t.name)
		}
		for _, f := range t.fields {
			if f.original == name && f.def.Name != name && slices.Contains(known, f.def.Name) {
				return fmt.Sprintf("an earlier rule renamed it to %q", f.def.Name)
			}
		}
	}
	best := nearest.Name(name, known)
	switch {
	case best != "":
		return fmt.Sprintf("did you mean %q?", best)
	case len(known) == 0 || len(known) > maxListed:
		return ""
	}
	return "there are: " + strings.Join(known, ", ")
}

var namePattern = regexp.MustCompile(`^[_A-Za-z][_0-9A-Za-z]*$`)

func validName(name string) bool {
	return namePattern.MatchString(name) && !strings.HasPrefix(name, "__")
}

func (w *work) checkName(name, rule, coordinate string) bool {
	if validName(name) {
		return true
	}
	w.fail(CodeInvalidName, rule, coordinate, "letters, digits and _, not beginning with a digit or __", "%q cannot be a name", name)
	return false
}

// matcher returns a test of names against one with stars.
func matcher(pattern string) func(string) bool {
	parts := strings.Split(pattern, "*")
	last := parts[len(parts)-1]
	return func(name string) bool {
		rest, ok := strings.CutPrefix(name, parts[0])
		if len(parts) == 1 {
			return ok && rest == ""
		}
		for _, part := range parts[1 : len(parts)-1] {
			if ok {
				_, rest, ok = strings.Cut(rest, part)
			}
		}
		return ok && strings.HasSuffix(rest, last)
	}
}
