package compose

import (
	"slices"
	"strings"

	"github.com/weft-graphql/weft/planner/schema"
)

// upgrade turns Federation 1 models (and plain schemas, which are read alike)
// into Federation 2 terms, so that the merge knows one version only. What
// Federation 1 tolerated is repaired here: it must go on composing.
func upgrade(subgraphs []*subgraph, r *reporter) {
	if !slices.ContainsFunc(subgraphs, func(sg *subgraph) bool { return !sg.fed2 }) {
		return
	}
	before := survey(subgraphs)
	checkKeysOfInterfaceObjects(subgraphs, r)
	var upgraded []*subgraph
	for _, sg := range subgraphs {
		if sg.fed2 {
			continue
		}
		one := &reporter{}
		sg.checkExtensionsHaveBase(one, before)
		sg.upgrade(one, before)
		if !one.failed() {
			upgraded = append(upgraded, sg)
		}
		r.errors = append(r.errors, one.errors...)
		r.hints = append(r.hints, one.hints...)
	}
	for _, sg := range upgraded {
		one := &reporter{}
		sg.indexImplementations()
		sg.derive()
		sg.checkFederation(one)
		r.errors = append(r.errors, one.errors...)
	}
}

// checkKeysOfInterfaceObjects reports interface objects whose interface has its
// key in a Federation 1 subgraph: such a key cannot tell which type an entity is.
func checkKeysOfInterfaceObjects(subgraphs []*subgraph, r *reporter) {
	keyed := make(map[string]string)
	for _, sg := range subgraphs {
		for _, t := range sg.order {
			if !sg.fed2 && t.kind == schema.Interface && t.isEntity() && keyed[t.name] == "" {
				keyed[t.name] = sg.name
			}
		}
	}
	for _, sg := range subgraphs {
		for _, t := range sg.order {
			if from := keyed[t.name]; from != "" && sg.fed2 && t.isInterfaceObject() {
				r.at(CodeInterfaceObjectUsage, sg, t.pos, t.name, "Make \""+from+"\" a Federation 2 subgraph, or remove the @key of its interface.",
					"The @interfaceObject directive is used on type %q, which requires other subgraphs to resolve its type name via an interface @key; the key in subgraph %q, a Federation 1 subgraph, does not do that.", t.name, from)
			}
		}
	}
}

// facts about all subgraphs before any is changed.
type facts struct {
	subgraphs []*subgraph
	// declares lists the subgraphs that have a type; defines those that do not
	// only extend it.
	declares, defines map[string][]int
	// resolves lists, by coordinate, the subgraphs that can give a field of an
	// object, if only on some path.
	resolves map[string][]int
	// firstKeys are the field sets of the first @key of a type, by subgraph.
	firstKeys map[string][]subgraphKey
}

type subgraphKey struct {
	subgraph int
	set      []schema.Selection
}

func survey(subgraphs []*subgraph) *facts {
	f := &facts{
		subgraphs: subgraphs,
		declares:  make(map[string][]int), defines: make(map[string][]int),
		resolves: make(map[string][]int), firstKeys: make(map[string][]subgraphKey),
	}
	for _, sg := range subgraphs {
		if !sg.fed2 {
			sg.repairFieldSetArguments()
			sg.derive()
		}
		for _, t := range sg.order {
			f.declares[t.name] = append(f.declares[t.name], sg.index)
			if t.hasDefinition {
				f.defines[t.name] = append(f.defines[t.name], sg.index)
			}
			if key := find(t.applied, "key"); key != nil {
				f.firstKeys[t.name] = append(f.firstKeys[t.name], subgraphKey{sg.index, fieldSetOf(key)})
			}
			if t.kind != schema.Object {
				continue
			}
			for _, fd := range t.fields {
				if !sg.fullyExternal(fd) {
					f.resolves[fd.coordinate()] = append(f.resolves[fd.coordinate()], sg.index)
				}
			}
		}
	}
	return f
}

// elsewhere reports whether the list names a subgraph besides this one.
func (sg *subgraph) elsewhere(list []int) bool {
	return len(list) > 1 || len(list) == 1 && list[0] != sg.index
}

// extends reports whether the type is an extension in the sense of Federation
// 1: written as one, with no definition beside it in the same subgraph.
func (t *typ) extends() bool {
	if t.kind != schema.Object && t.kind != schema.Interface {
		return false
	}
	return has(t.applied, "extends") || t.hasExtension && !t.hasDefinition
}

func (sg *subgraph) checkExtensionsHaveBase(r *reporter, before *facts) {
	for _, t := range sg.order {
		if !t.extends() || isRootName(t.name) || sg.elsewhere(before.defines[t.name]) {
			continue
		}
		r.at(CodeExtensionWithNoBase, sg, t.pos, t.name, "Define the type in one of the subgraphs, or remove \"extend\" here.",
			"Type %q is an extension type, but there is no type definition for %q in any subgraph.", t.name, t.name)
	}
}

func (sg *subgraph) upgrade(r *reporter, before *facts) {
	sg.dropExternalWhereMeaningless(before)
	sg.dropInactiveFieldSets()
	sg.definitionsForExtensions()
	sg.dropDirectivesOnInterfaces()
	sg.dropUnusedExternals(r)
	sg.addShareable(before)
	sg.dropTagsOnExternal(before)
	sg.fed2, sg.version = true, newestFederation2
}

// repairFieldSetArguments accepts `fields: id` and `fields: ["a", "b"]`.
func (sg *subgraph) repairFieldSetArguments() {
	repair := func(list []applied) {
		for i := range list {
			switch list[i].name {
			case "key", "requires", "provides":
			default:
				continue
			}
			v := list[i].Argument("fields")
			if !list[i].spec || v == nil {
				continue
			}
			text, ok := fieldSetText(v)
			if !ok || v.Kind == schema.StringValue {
				continue
			}
			d := *list[i].Directive
			d.Arguments = slices.Clone(d.Arguments)
			for j := range d.Arguments {
				if d.Arguments[j].Name == "fields" {
					d.Arguments[j].Value = &schema.Value{Pos: v.Pos, Kind: schema.StringValue, Raw: text}
				}
			}
			list[i].Directive = &d
		}
	}
	for _, t := range sg.order {
		repair(t.applied)
		for _, f := range t.fields {
			repair(f.applied)
		}
	}
}

func fieldSetText(v *schema.Value) (string, bool) {
	switch v.Kind {
	case schema.StringValue, schema.EnumValue:
		return v.Raw, true
	case schema.ListValue:
		var parts []string
		for _, item := range v.Items {
			text, ok := fieldSetText(item)
			if !ok {
				return "", false
			}
			parts = append(parts, text)
		}
		return strings.Join(parts, " "), true
	}
	return "", false
}

// dropExternalWhereMeaningless removes @external from interfaces, from whole
// types, and from the key fields of extensions, which the subgraph has.
func (sg *subgraph) dropExternalWhereMeaningless(before *facts) {
	for _, t := range sg.order {
		t.applied = without(t.applied, "external")
		if t.kind == schema.Interface {
			for _, f := range t.fields {
				f.applied = without(f.applied, "external")
			}
		}
	}
	drop := func(f *field, _ *schema.Selection) { f.applied = without(f.applied, "external") }
	for _, t := range sg.order {
		if !t.extends() {
			continue
		}
		if keys := all(t.applied, "key"); len(keys) > 0 {
			for _, key := range keys {
				sg.eachField(t, fieldSetOf(key), false, drop)
			}
			continue
		}
		// Without a key of its own, the extension gives the first key of the
		// type's owner.
		for _, key := range before.firstKeys[t.name] {
			if key.subgraph != sg.index {
				sg.eachField(t, key.set, false, drop)
			}
		}
	}
}

// dropInactiveFieldSets removes from @provides and @requires what the subgraph
// gives anyway, and the directives when nothing is left.
func (sg *subgraph) dropInactiveFieldSets() {
	for _, t := range sg.order {
		if t.kind != schema.Object && t.kind != schema.Interface {
			continue
		}
		for _, f := range t.fields {
			for _, name := range []string{"provides", "requires"} {
				parent := t
				if name == "provides" {
					parent = sg.types[f.typ.Named()]
				}
				sg.pruneFieldSet(f, name, parent)
			}
		}
	}
}

func (sg *subgraph) pruneFieldSet(f *field, name string, parent *typ) {
	d := find(f.applied, name)
	if d == nil || parent == nil {
		return
	}
	text, ok := d.stringArg("fields")
	if !ok {
		return
	}
	set, err := schema.ParseSelections(text)
	if err != nil {
		return // the rules report it after the upgrade
	}
	pruned, changed := sg.pruneSelections(parent, set, false)
	if !changed {
		return
	}
	if len(pruned) == 0 {
		f.applied = without(f.applied, name)
		return
	}
	list := slices.Clone(f.applied)
	for i := range list {
		if list[i].spec && list[i].name == name {
			c := *list[i].Directive
			c.Arguments = []schema.Argument{{Pos: d.Pos, Name: "fields", Value: &schema.Value{Pos: d.Pos, Kind: schema.StringValue, Raw: schema.PrintSelections(pruned)}}}
			list[i].Directive = &c
		}
	}
	f.applied = list
}

func (sg *subgraph) pruneSelections(parent *typ, set []schema.Selection, external bool) (out []schema.Selection, changed bool) {
	for _, s := range set {
		if s.Fragment {
			on := parent
			if s.On != "" {
				on = sg.types[s.On]
			}
			if on == nil {
				out = append(out, s)
				continue
			}
			below, c := sg.pruneSelections(on, s.Selections, external)
			changed = changed || c
			if len(below) > 0 {
				s.Selections = below
				out = append(out, s)
			}
			continue
		}
		if s.Name == "__typename" {
			if external {
				out = append(out, s)
			} else {
				changed = true
			}
			continue
		}
		f := parent.field(s.Name)
		next := (*typ)(nil)
		if f != nil {
			next = sg.types[f.typ.Named()]
		}
		if f == nil || (len(s.Selections) > 0) != (next != nil && next.kind.Composite()) {
			out = append(out, s) // a fault that the rules report
			continue
		}
		isExternal := external || has(f.applied, "external") || sg.externalInImplementation(parent, f)
		if len(s.Selections) == 0 {
			if isExternal {
				out = append(out, s)
			} else {
				changed = true
			}
			continue
		}
		below, c := sg.pruneSelections(next, s.Selections, isExternal)
		changed = changed || c
		if len(below) > 0 {
			s.Selections = below
			out = append(out, s)
		}
	}
	return out, changed
}

// externalInImplementation reports whether an interface's field is external in
// one of the types that implement it here.
func (sg *subgraph) externalInImplementation(parent *typ, f *field) bool {
	if parent.kind != schema.Interface {
		return false
	}
	for _, t := range sg.implementations[parent.name] {
		if g := t.field(f.name); g != nil && has(g.applied, "external") {
			return true
		}
	}
	return false
}

func (sg *subgraph) definitionsForExtensions() {
	for _, t := range sg.order {
		if !t.extends() {
			continue
		}
		t.hasDefinition, t.hasExtension = true, false
		t.applied = slices.Clone(without(t.applied, "extends"))
		for i := range t.applied {
			t.applied[i].extension = false
		}
		for _, f := range t.fields {
			f.extension = false
		}
	}
}

func (sg *subgraph) dropDirectivesOnInterfaces() {
	for _, t := range sg.order {
		if t.kind == schema.Interface {
			t.applied = without(t.applied, "key")
			for _, f := range t.fields {
				f.applied = without(without(f.applied, "provides"), "requires")
			}
			continue
		}
		for _, f := range t.fields {
			if kind, ok := sg.kindOf(f.typ.Named()); ok && !kind.Composite() {
				f.applied = without(f.applied, "provides")
			}
		}
	}
}

// dropUnusedExternals removes external fields that nothing needs, and types
// left without fields.
func (sg *subgraph) dropUnusedExternals(r *reporter) {
	sg.derive()
	for _, t := range slices.Clone(sg.order) {
		if t.kind != schema.Object && t.kind != schema.Interface || len(t.fields) == 0 {
			continue
		}
		for _, f := range slices.Clone(t.fields) {
			if f.external && !sg.used[f] {
				r.hint("UNUSED_EXTERNAL", f.coordinate(), []Place{sg.place(f.pos)}, "Remove the field.",
					"Field %q is @external in subgraph %q, but nothing there uses it.", f.coordinate(), sg.name)
				t.removeField(f)
			}
		}
		if len(t.fields) > 0 || t.name == "Query" {
			continue // a query root stays: every subgraph has its machinery there
		}
		if sg.referenced(t) || isRootName(t.name) {
			r.at(CodeTypeWithOnlyUnusedExternal, sg, t.pos, t.name, "Remove the type, or give it a field of its own.",
				"Type %s contains only external fields and all those fields are all unused (they do not appear in any @key, @provides or @requires).", t.name)
			continue
		}
		sg.removeType(t)
	}
	sg.indexImplementations()
	sg.derive()
}

func (sg *subgraph) referenced(t *typ) bool {
	if t.isEntity() {
		return true // by the union of all entities
	}
	for _, o := range sg.order {
		if slices.ContainsFunc(o.members, func(m schema.NamedRef) bool { return m.Name == t.name }) || o.implements(t.name) {
			return true
		}
		for _, f := range o.fields {
			if f.typ.Named() == t.name {
				return true
			}
		}
	}
	return false
}

// addShareable marks what Federation 1 shared without saying so: value types
// that others have as well, and fields of entities that others resolve.
func (sg *subgraph) addShareable(before *facts) {
	mark := func(list []applied, part int) []applied {
		return append(slices.Clone(list), applied{Directive: &schema.Directive{Name: "shareable"}, name: "shareable", spec: true, part: part})
	}
	for _, t := range sg.order {
		if t.kind != schema.Object || t.name == "Subscription" {
			continue
		}
		whole := !t.isEntity() && !isRootName(t.name)
		if whole && !sg.elsewhere(before.declares[t.name]) {
			continue
		}
		for _, f := range t.fields {
			// A whole value type is shared by its definition; what extensions
			// in the same text add is not part of it.
			if !f.shareable && (whole && !f.extension || !whole && sg.elsewhere(before.resolves[f.coordinate()])) {
				f.applied = mark(f.applied, f.part)
			}
		}
	}
}

// dropTagsOnExternal removes tags from external fields where the subgraph that
// has the field tags it alike.
func (sg *subgraph) dropTagsOnExternal(before *facts) {
	for _, t := range sg.order {
		for _, f := range t.fields {
			if !f.external || !has(f.applied, "tag") {
				continue
			}
			for _, other := range before.resolves[f.coordinate()] {
				o := before.subgraphs[other].types[t.name]
				if o == nil || o.field(f.name) == nil || o == t {
					continue
				}
				owned := o.field(f.name).applied
				f.applied = slices.DeleteFunc(slices.Clone(f.applied), func(a applied) bool {
					return a.spec && a.name == "tag" && slices.ContainsFunc(all(owned, "tag"), func(b *applied) bool { return sameArguments(a.Arguments, b.Arguments) })
				})
			}
		}
	}
}
