package compose

import (
	"slices"
	"strconv"
	"strings"

	"github.com/weft-graphql/weft/planner/schema"
)

// load makes the model of a subgraph from its document. What it reports are
// faults that leave no model to check.
func load(in Input, index int, r *reporter) *subgraph {
	sg := &subgraph{
		index: index, name: in.Name, url: in.URL, doc: in.Doc,
		canonical:    make(map[string]string),
		origin:       make(map[string]string),
		local:        make(map[string]string),
		specTypes:    make(map[string]string),
		directives:   make(map[string]*schema.DirectiveDefinition),
		types:        make(map[string]*typ, len(in.Doc.Types)),
		renamedRoots: make(map[string]string),
	}
	for name, d := range builtinDefinitions() {
		sg.directives[name] = d
	}
	sg.readLinks(r)
	sg.resolveNames(r)
	if r.failed() {
		return nil // names cannot be resolved: everything else would be noise
	}
	sg.loadDirectives(r)
	rename := sg.readRoots(r)
	for i, def := range in.Doc.Types {
		sg.loadType(r, def, i, rename)
	}
	for _, s := range in.Doc.Schemas {
		sg.schemaDirectives = append(sg.schemaDirectives, s.Directives...)
		if !sg.schemaPos.Known() {
			sg.schemaPos = s.Pos
		}
	}
	sg.dropMachinery(r)
	sg.indexImplementations()
	return sg
}

// indexImplementations fills the lookup tables that follow from the types.
func (sg *subgraph) indexImplementations() {
	sg.implementations = make(map[string][]*typ)
	for _, t := range sg.order {
		for _, i := range t.interfaces {
			sg.implementations[i.Name] = append(sg.implementations[i.Name], t)
		}
	}
}

func (sg *subgraph) loadDirectives(r *reporter) {
	seen := make(map[string]bool)
	for _, d := range sg.doc.Directives {
		if seen[d.Name] {
			r.at(CodeInvalidGraphQL, sg, d.Pos, "@"+d.Name, "", "There can be only one directive named \"@%s\".", d.Name)
			continue
		}
		seen[d.Name] = true
		if !sg.fed2 && slices.Contains(federation2Habits, d.Name) {
			// A schema without @link that defines the directive itself means it.
			sg.canonical[d.Name], sg.local[d.Name] = d.Name, d.Name
			sg.origin[d.Name] = federationIdentity
			sg.directives[d.Name] = definitionAt(d.Name, newestFederation2)
		}
		if canonical, ok := sg.canonical[d.Name]; ok {
			sg.checkSpecDefinition(r, d, canonical)
			continue
		}
		if strings.HasPrefix(d.Name, "__") {
			r.at(CodeInvalidGraphQL, sg, d.Pos, "@"+d.Name, "", "Name %q must not begin with \"__\", which is reserved by GraphQL introspection.", d.Name)
		}
		sg.directives[d.Name] = d
		if _, builtin := builtinDefinitions()[d.Name]; !builtin {
			sg.own = append(sg.own, d)
		}
	}
}

// checkSpecDefinition checks a subgraph's own definition of a directive that a
// specification defines: it may leave out optional parts, but not differ.
func (sg *subgraph) checkSpecDefinition(r *reporter, d *schema.DirectiveDefinition, canonical string) {
	if canonical == "link" {
		return
	}
	spec := sg.directives[d.Name]
	fail := func(pos schema.Position, format string, args ...any) {
		r.at(CodeDirectiveDefinitionInvalid, sg, pos, "@"+d.Name, "Remove the definition: the specification brings it.",
			"Invalid definition for directive \"@"+d.Name+"\": "+format, args...)
	}
	given := make(map[string]*schema.ArgumentDefinition)
	for _, a := range d.Arguments {
		given[a.Name] = a
	}
	for _, want := range spec.Arguments {
		a := given[want.Name]
		delete(given, want.Name)
		if a == nil {
			if want.Type.NonNull && want.Default == nil {
				fail(d.Pos, "missing required argument %q", want.Name)
			}
			continue
		}
		if want.Type.NonNull && !a.Type.NonNull || !sg.compatibleSpecType(a.Type, want.Type) {
			fail(a.Pos, "argument %q should have type %q but found type %q", a.Name, want.Type, a.Type)
		}
		if want.Default != nil && a.Default != nil && !valueEqual(want.Default, a.Default) {
			fail(a.Pos, "argument %q should have default value %s but found default value %s", a.Name, want.Default.GraphQL(), a.Default.GraphQL())
		}
	}
	for _, a := range d.Arguments {
		if given[a.Name] != nil {
			fail(a.Pos, "unknown/unsupported argument %q", a.Name)
		}
	}
	if d.Repeatable && !spec.Repeatable {
		fail(d.Pos, "\"@%s\" should not be repeatable", d.Name)
	}
	for _, l := range d.Locations {
		if !slices.Contains(spec.Locations, l) {
			fail(d.Pos, "\"@%s\" should have locations %s, but found (non-subset) %s", d.Name, strings.Join(spec.Locations, ", "), strings.Join(d.Locations, ", "))
			break
		}
	}
}

func (sg *subgraph) compatibleSpecType(got, want *schema.TypeExpr) bool {
	if (got.Elem == nil) != (want.Elem == nil) {
		return false
	}
	if got.Elem != nil {
		return sg.compatibleSpecType(got.Elem, want.Elem)
	}
	if got.Name == want.Name {
		return true
	}
	if _, special := federationTypes[want.Name]; special {
		// Older schemas write String or their own scalar for a field set.
		kind, ok := sg.kindOf(got.Name)
		if !ok {
			kind = schema.Scalar
		}
		return kind == schema.Scalar
	}
	return false
}

var defaultRoots = [3]string{"Query", "Mutation", "Subscription"}

// readRoots finds the root types and returns the renaming that gives them
// their default names.
func (sg *subgraph) readRoots(r *reporter) map[string]string {
	rename := make(map[string]string)
	defined := false
	var given [3]*schema.RootDefinition
	for _, s := range sg.doc.Schemas {
		defined = defined || !s.Extension
		for i := range s.Roots {
			root := &s.Roots[i]
			if old := given[root.Operation]; old != nil && old.Type != root.Type {
				r.at(CodeInvalidGraphQL, sg, root.Pos, "", "", "There can be only one %s type in schema.", root.Operation)
				continue
			}
			given[root.Operation] = root
		}
	}
	kinds := make(map[string]schema.Kind)
	for _, t := range sg.doc.Types {
		kinds[t.Name] = t.Kind
	}
	for op, root := range given {
		name := defaultRoots[op]
		if root == nil {
			continue
		}
		kind, ok := kinds[root.Type]
		switch {
		case !ok:
			r.at(CodeInvalidGraphQL, sg, root.Pos, "", "", "Cannot set schema %s root to unknown type %s", root.Operation, root.Type)
		case kind != schema.Object:
			r.at(CodeInvalidGraphQL, sg, root.Pos, "", "", "%s root type must be an Object type, it cannot be set to %s.", name, root.Type)
		case root.Type != name:
			rename[root.Type] = name
			sg.renamedRoots[name] = root.Type
		}
	}
	for op, root := range given {
		if root != nil || defined {
			sg.rootsGiven[op] = true
		}
		if root != nil {
			sg.rootNames[op] = root.Type
		}
	}
	return rename
}

func (sg *subgraph) loadType(r *reporter, def *schema.TypeDefinition, part int, rename map[string]string) {
	if defaultNameTaken(def.Name, rename) {
		return // checkDefaultRootNames reports it
	}
	name := renamed(def.Name, rename)
	if builtinScalar(name) {
		if def.Extension {
			r.at(CodeInvalidGraphQL, sg, def.Pos, name, "", "Cannot extend built-in type %q", name)
		} else if def.Kind != schema.Scalar {
			r.at(CodeInvalidGraphQL, sg, def.Pos, name, "", "Type %s is built in and cannot be defined.", name)
		}
		return
	}
	if strings.HasPrefix(name, "__") {
		r.at(CodeInvalidGraphQL, sg, def.Pos, name, "", "Name %q must not begin with \"__\", which is reserved by GraphQL introspection.", name)
	}
	t := sg.types[name]
	if t == nil {
		t = &typ{sg: sg, kind: def.Kind, name: name, pos: def.Pos, byName: make(map[string]*field, len(def.Fields))}
		sg.types[name] = t
		sg.order = append(sg.order, t)
	}
	if t.kind != def.Kind {
		if def.Extension || !t.hasDefinition {
			r.at(CodeInvalidGraphQL, sg, def.Pos, name, "", "Cannot extend type %q, which is of another kind.", name)
		} else {
			r.at(CodeInvalidGraphQL, sg, def.Pos, name, "", "There can be only one type named %q", name)
		}
		return
	}
	if def.Extension {
		t.hasExtension = true
	} else {
		if t.hasDefinition {
			r.at(CodeInvalidGraphQL, sg, def.Pos, name, "Merge the two definitions, or make one an extension.", "There can be only one type named %q", name)
			return
		}
		t.hasDefinition = true
		t.pos = def.Pos
		t.description = def.Description
	}
	t.applied = append(t.applied, sg.applications(def.Directives, part, def.Extension)...)
	for _, i := range def.Interfaces {
		if !t.implements(i.Name) {
			t.interfaces = append(t.interfaces, i)
		} else {
			r.at(CodeInvalidGraphQL, sg, i.Pos, name, "", "Type %s can only implement %s once.", name, i.Name)
		}
	}
	// The text may come from anywhere: names are looked up, not searched for.
	seen := make(map[string]bool, len(t.members)+len(t.values))
	for _, m := range t.members {
		seen[m.Name] = true
	}
	for _, v := range t.values {
		seen[v.name] = true
	}
	for _, m := range def.Members {
		if seen[renamed(m.Name, rename)] {
			r.at(CodeInvalidGraphQL, sg, m.Pos, name, "", "Union type %s can only include type %s once.", name, m.Name)
			continue
		}
		seen[renamed(m.Name, rename)] = true
		t.members = append(t.members, schema.NamedRef{Pos: m.Pos, Name: renamed(m.Name, rename)})
	}
	for _, f := range def.Fields {
		if t.byName[f.Name] != nil || name == "Query" && f.Name == "__typename" {
			r.at(CodeInvalidGraphQL, sg, f.Pos, name+"."+f.Name, "", "Field %s already exists on %s", f.Name, name)
			continue
		}
		nf := &field{
			parent: t, name: f.Name, description: f.Description, pos: f.Pos, part: part, extension: def.Extension,
			typ: renamedType(f.Type, rename), def: f.Default,
			applied: sg.applications(f.Directives, part, def.Extension),
		}
		given := make(map[string]bool, len(f.Arguments))
		for _, a := range f.Arguments {
			if given[a.Name] {
				r.at(CodeInvalidGraphQL, sg, a.Pos, nf.coordinate(), "", "Argument \"%s(%s:)\" can only be defined once.", nf.coordinate(), a.Name)
				continue
			}
			given[a.Name] = true
			nf.args = append(nf.args, &argument{
				name: a.Name, description: a.Description, pos: a.Pos, typ: renamedType(a.Type, rename), def: a.Default,
				applied: sg.applications(a.Directives, part, def.Extension),
			})
		}
		t.fields = append(t.fields, nf)
		t.byName[f.Name] = nf
	}
	for _, v := range def.Values {
		if seen[v.Name] {
			r.at(CodeInvalidGraphQL, sg, v.Pos, name+"."+v.Name, "", "Enum value \"%s.%s\" can only be defined once.", name, v.Name)
			continue
		}
		seen[v.Name] = true
		t.values = append(t.values, &value{name: v.Name, description: v.Description, pos: v.Pos, applied: sg.applications(v.Directives, part, def.Extension)})
	}
}

func (sg *subgraph) applications(list []*schema.Directive, part int, extension bool) []applied {
	if len(list) == 0 {
		return nil
	}
	out := make([]applied, 0, len(list))
	for _, d := range list {
		a := applied{Directive: d, name: d.Name, part: part, extension: extension}
		if canonical, ok := sg.canonical[d.Name]; ok {
			a.name, a.spec = canonical, true
		} else if _, ok := builtinDefinitions()[d.Name]; ok {
			a.spec = true
		}
		out = append(out, a)
	}
	return out
}

// defaultNameTaken reports whether another type is renamed to this name.
func defaultNameTaken(name string, rename map[string]string) bool {
	if _, ok := rename[name]; ok || !isRootName(name) {
		return false
	}
	for _, to := range rename {
		if to == name {
			return true
		}
	}
	return false
}

func renamed(name string, rename map[string]string) string {
	if to, ok := rename[name]; ok {
		return to
	}
	return name
}

func renamedType(t *schema.TypeExpr, rename map[string]string) *schema.TypeExpr {
	if len(rename) == 0 {
		return t
	}
	if to, ok := rename[t.Named()]; ok {
		return withNamed(t, to)
	}
	return t
}

// withNamed copies a type with another innermost name.
func withNamed(t *schema.TypeExpr, name string) *schema.TypeExpr {
	c := *t
	if t.Elem != nil {
		c.Elem = withNamed(t.Elem, name)
	} else {
		c.Name = name
	}
	return &c
}

// dropMachinery removes what a federated server adds to its schema by itself
// and some publish with it: `_service`, `_entities` and their types.
func (sg *subgraph) dropMachinery(r *reporter) {
	machinery := map[string]schema.Kind{"_Any": schema.Scalar, "_FieldSet": schema.Scalar, "_Service": schema.Object, "_Entity": schema.Union}
	for name := range sg.specTypes {
		machinery[name] = schema.Scalar
		if t := sg.types[name]; t != nil && t.kind == schema.Enum {
			machinery[name] = schema.Enum // link__Purpose
		}
	}
	kept := sg.order[:0]
	for _, t := range sg.order {
		kind, ok := machinery[t.name]
		if !ok {
			kept = append(kept, t)
			continue
		}
		if kind != t.kind {
			r.at(CodeTypeDefinitionInvalid, sg, t.pos, t.name, "", "Invalid definition for type %s: it is of another kind than the specification says.", t.name)
		}
		delete(sg.types, t.name)
		if kind == schema.Scalar {
			sg.specTypes[t.name] = t.name
		}
	}
	sg.order = kept
	if q := sg.types["Query"]; q != nil && q.kind == schema.Object {
		for _, name := range []string{"_service", "_entities"} {
			if f := q.field(name); f != nil {
				q.removeField(f)
			}
		}
		// A subgraph without queries may still name its query root: the
		// machinery is what it would hold.
		if len(q.fields) == 0 {
			sg.removeType(q)
		}
	}
}

func (sg *subgraph) removeType(t *typ) {
	delete(sg.types, t.name)
	sg.order = slices.DeleteFunc(sg.order, func(o *typ) bool { return o == t })
}

// valueEqual compares constant values; the fields of objects in any order.
func valueEqual(a, b *schema.Value) bool {
	if a == nil || b == nil {
		return a == b
	}
	number := func(v *schema.Value) bool { return v.Kind == schema.IntValue || v.Kind == schema.FloatValue }
	if number(a) && number(b) && a.Raw != b.Raw {
		x, errX := strconv.ParseFloat(a.Raw, 64)
		y, errY := strconv.ParseFloat(b.Raw, 64)
		return errX == nil && errY == nil && x == y
	}
	if a.Kind != b.Kind || a.Raw != b.Raw || len(a.Items) != len(b.Items) || len(a.Fields) != len(b.Fields) {
		return false
	}
	for i := range a.Items {
		if !valueEqual(a.Items[i], b.Items[i]) {
			return false
		}
	}
	for _, f := range a.Fields {
		found := false
		for _, g := range b.Fields {
			if f.Name == g.Name {
				found = valueEqual(f.Value, g.Value)
				break
			}
		}
		if !found {
			return false
		}
	}
	return true
}

// checkDefaultRootNames reports types that have the default name of a root
// operation type without being it: they would collide with the root, which has
// that name in the supergraph.
func (sg *subgraph) checkDefaultRootNames(r *reporter) {
	codes := [3]string{CodeRootQueryUsed, CodeRootMutationUsed, CodeRootSubscriptionUsed}
	for _, def := range sg.doc.Types {
		for op, name := range defaultRoots {
			if def.Name != name || !sg.rootsGiven[op] || sg.rootNames[op] == name {
				continue
			}
			other := "none"
			if sg.rootNames[op] != "" {
				other = strconv.Quote(sg.rootNames[op])
			}
			r.at(codes[op], sg, def.Pos, name, "Rename the type, or make it the root type.",
				"The schema has a type named %q but it is not set as the %s root type (%s is instead): this is not supported by federation. If a root type does not use its default name, there should be no other type with that default name.",
				name, schema.OperationKind(op), other)
		}
	}
}
