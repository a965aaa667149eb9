package compose

import (
	"fmt"
	"slices"
	"strings"

	"github.com/weft-graphql/weft/planner/schema"
	"github.com/weft-graphql/weft/planner/supergraph"
)

// merger joins the models of all subgraphs, which are in Federation 2 terms by
// now.
type merger struct {
	*reporter
	subgraphs []*subgraph
	byName    map[string]*subgraph
	// sources are the types of one name, in order of subgraphs.
	sources map[string][]*typ
	names   []string // sorted
	kinds   map[string]schema.Kind
	// interfaces and members are the merged subtypings.
	interfaces map[string]map[string]bool
	members    map[string]map[string]bool
	// implementations are the merged object types of each interface, sorted.
	implementations map[string][]string
	// injected are the interface objects' fields by interface.
	injected map[string][]*field

	types    map[string]*supergraph.TypeDefinition
	composed *composedDirectives
	// inputUse and outputUse are an example of how each enum is used.
	inputUse, outputUse map[string]string
}

func newMerger(subgraphs []*subgraph, r *reporter) *merger {
	m := &merger{
		reporter: r, subgraphs: subgraphs,
		byName:          make(map[string]*subgraph),
		sources:         make(map[string][]*typ),
		kinds:           make(map[string]schema.Kind),
		interfaces:      make(map[string]map[string]bool),
		members:         make(map[string]map[string]bool),
		implementations: make(map[string][]string),
		injected:        make(map[string][]*field),
		types:           make(map[string]*supergraph.TypeDefinition),
		inputUse:        make(map[string]string),
		outputUse:       make(map[string]string),
	}
	for _, sg := range subgraphs {
		m.byName[sg.name] = sg
		for _, t := range sg.order {
			m.sources[t.name] = append(m.sources[t.name], t)
		}
	}
	for name := range m.sources {
		m.names = append(m.names, name)
	}
	slices.Sort(m.names)
	return m
}

func (m *merger) merge() *supergraph.Definition {
	def := &supergraph.Definition{}
	enums := enumNames(m.subgraphs)
	for i, sg := range m.subgraphs {
		def.Subgraphs = append(def.Subgraphs, supergraph.SubgraphDefinition{Name: sg.name, Enum: enums[i], URL: sg.url})
	}
	m.checkLinkImports()
	if m.composed = m.composeDirectives(); m.failed() {
		return nil // directives have no one name to merge under
	}
	for _, name := range m.names {
		m.shell(name)
	}
	m.findInjected()
	m.hintVersions()
	m.hintLonely()
	for _, name := range m.names {
		t := m.types[name]
		if t == nil {
			continue
		}
		switch t.Kind {
		case schema.Object, schema.Interface:
			m.mergeFields(t)
		case schema.InputObject:
			m.mergeInputFields(t)
		}
	}
	m.checkQueries()
	m.injectInterfaceObjectFields()
	m.checkInterfaceObjects()
	def.Directives = m.mergeExecutableDirectives()
	for _, d := range m.composed.definitions() {
		for _, a := range d.Arguments {
			m.noteUse(m.inputUse, a.Type, "@"+d.Name+"("+a.Name+":)")
		}
	}
	// Enums last: how they merge depends on how fields and arguments use them.
	for _, name := range m.names {
		if t := m.types[name]; t != nil && t.Kind == schema.Enum {
			m.mergeEnum(t)
		}
	}
	for _, name := range m.names {
		if t := m.types[name]; t != nil {
			def.Types = append(def.Types, t)
		}
	}
	def.Directives = append(def.Directives, m.composed.definitions()...)
	slices.SortFunc(def.Directives, func(a, b *schema.DirectiveDefinition) int { return strings.Compare(a.Name, b.Name) })
	if !m.failed() {
		// A field lost to another error would be reported twice.
		m.checkInterfaceFields()
	}
	def.SchemaDirectives = m.mergeSchemaDirectives()
	def.Description = m.mergeSchemaDescription()
	def.Links = m.supergraphLinks(def)
	return def
}

// checkQueries reports a graph that cannot be asked anything.
func (m *merger) checkQueries() {
	for _, s := range m.sources["Query"] {
		if len(s.fields) > 0 {
			return
		}
	}
	m.across(CodeNoQueries, "Query", "Define a query root type in one of the subgraphs.", "No queries found in any subgraph: a supergraph must have a query root type.")
}

// enumNames gives each subgraph its value of the enum join__Graph.
func enumNames(subgraphs []*subgraph) []string {
	out := make([]string, len(subgraphs))
	count := make(map[string]int)
	for i, sg := range subgraphs {
		var b strings.Builder
		for j, c := range strings.ToUpper(sg.name) {
			switch {
			case c >= 'A' && c <= 'Z', c == '_', c >= '0' && c <= '9' && j > 0:
				b.WriteRune(c)
			case c >= '0' && c <= '9':
				b.WriteByte('_')
				b.WriteRune(c)
			default:
				b.WriteByte('_')
			}
		}
		out[i] = b.String()
		count[out[i]]++
	}
	// Names that differ in other characters only are told apart by number; the
	// suffix follows the order of names, so it is stable.
	taken := make(map[string]bool)
	for _, name := range out {
		if count[name] == 1 {
			taken[name] = true
		}
	}
	next := make(map[string]int)
	for i, name := range out {
		if count[name] == 1 {
			continue
		}
		for {
			next[name]++
			if try := fmt.Sprintf("%s_%d", name, next[name]); !taken[try] {
				taken[try] = true
				out[i] = try
				break
			}
		}
	}
	return out
}

// shell merges what a type is, without its fields and values.
func (m *merger) shell(name string) {
	sources := m.sources[name]
	m.checkBase(name, sources)
	kind, ok := m.mergedKind(name, sources)
	if !ok {
		return
	}
	t := &supergraph.TypeDefinition{Kind: kind, Name: name}
	m.types[name] = t
	m.kinds[name] = kind
	implements, members := make(map[string]int), make(map[string]int)
	for _, s := range sources {
		in := supergraph.TypeIn{
			Subgraph: s.sg.index, InterfaceObject: s.isInterfaceObject(),
			Extension: !s.hasDefinition || has(s.applied, "extends"),
		}
		for _, key := range all(s.applied, "key") {
			in.Keys = append(in.Keys, supergraph.Key{Fields: schema.PrintSelections(fieldSetOf(key)), Resolvable: resolvable(key)})
		}
		t.In = append(t.In, in)
		for _, i := range s.interfaces {
			t.Implements = join(t.Implements, implements, i.Name, s.sg.index)
			if m.interfaces[name] == nil {
				m.interfaces[name] = make(map[string]bool)
			}
			m.interfaces[name][i.Name] = true
		}
		for _, u := range s.members {
			t.Members = join(t.Members, members, u.Name, s.sg.index)
			if m.members[name] == nil {
				m.members[name] = make(map[string]bool)
			}
			m.members[name][u.Name] = true
		}
	}
	if kind == schema.Object {
		for _, i := range t.Implements {
			m.implementations[i.Type] = append(m.implementations[i.Type], name)
		}
	}
	if kind == schema.Union {
		m.hintUnionMembers(t, sources)
	}
	descriptions := make([]string, len(sources))
	var lists []source
	for i, s := range sources {
		descriptions[i] = s.description
		lists = append(lists, source{s.sg, s.applied, s.pos})
	}
	t.Description = m.mergeDescription(descriptions, lists, name)
	t.Applied, _ = m.mergeApplied(lists, name) // types cannot be deprecated
	var specified []*applied
	for _, s := range sources {
		if d := find(s.applied, "specifiedBy"); d != nil {
			specified = append(specified, d)
		}
		if kind == schema.InputObject && has(s.applied, "oneOf") {
			t.OneOf = true
		}
	}
	if len(specified) > 0 {
		t.SpecifiedBy, _ = m.mostUsed(specified, "specifiedBy", lists, name).stringArg("url")
	}
}

func resolvable(key *applied) bool {
	v := key.Argument("resolvable")
	return v == nil || v.Raw != "false"
}

// join notes that a subgraph has a membership; at says where each name is in
// the list.
func join(list []supergraph.Membership, at map[string]int, name string, index int) []supergraph.Membership {
	if i, ok := at[name]; ok {
		list[i].Subgraphs = append(list[i].Subgraphs, index)
		return list
	}
	at[name] = len(list)
	return append(list, supergraph.Membership{Type: name, Subgraphs: []int{index}})
}

func (m *merger) mergedKind(name string, sources []*typ) (schema.Kind, bool) {
	var kind schema.Kind
	objects := 0 // interface objects
	found, differ := false, false
	for _, s := range sources {
		k := s.kind
		if s.isInterfaceObject() {
			objects++
			k = schema.Interface
		}
		if found && k != kind {
			differ = true
		}
		if !found {
			kind, found = k, true
		}
	}
	if differ {
		var parts []string
		for _, s := range sources {
			k := strings.ReplaceAll(strings.ToLower(s.kind.String()), "_", " ")
			if s.isInterfaceObject() {
				k = "interface object"
			}
			parts = append(parts, fmt.Sprintf("%s in subgraph %q", k, s.sg.name))
		}
		m.across(CodeTypeKindMismatch, name, "Rename one of the types, or make them the same kind.",
			"Type %q has mismatched kind: it is defined as %s", name, strings.Join(parts, " but as "))
		return 0, false
	}
	if objects == len(sources) {
		var in []string
		for _, s := range sources {
			in = append(in, s.sg.name)
		}
		m.across(CodeInterfaceObjectUsage, name, "Define it as an interface in one subgraph.",
			"Type %q is declared with @interfaceObject in all the subgraphs in which it is defined (it is defined in %s but should be defined as an interface in at least one subgraph)", name, printSubgraphs(in))
		// It goes on as an object, so that its fields raise no second error.
		return schema.Object, true
	}
	return kind, true
}

// checkBase reports a type that is only ever extended.
func (m *merger) checkBase(name string, sources []*typ) {
	if isRootName(name) {
		return
	}
	for _, s := range sources {
		if s.hasDefinition {
			return
		}
	}
	for _, s := range sources {
		m.at(CodeExtensionWithNoBase, s.sg, s.pos, name, "Define the type in one of the subgraphs.",
			"Type %q is an extension type, but there is no type definition for %q in any subgraph.", name, name)
	}
}

// across reports an error that is between subgraphs.
func (m *merger) across(code, coordinate, hint, format string, args ...any) {
	m.at(code, nil, schema.Position{}, coordinate, hint, format, args...)
}

// printSubgraphs lists subgraph names in a message.
func printSubgraphs(names []string) string {
	if len(names) == 1 {
		return fmt.Sprintf("subgraph %q", names[0])
	}
	quoted := make([]string, len(names))
	for i, n := range names {
		quoted[i] = fmt.Sprintf("%q", n)
	}
	return "subgraphs " + strings.Join(quoted[:len(quoted)-1], ", ") + " and " + quoted[len(quoted)-1]
}

// isSubtype compares types of the merged schema.
func (m *merger) isSubtype(maybe, super *schema.TypeExpr) bool {
	return subtype(maybe, super, func(maybe, super string) bool {
		return m.interfaces[maybe][super] || m.members[super][maybe]
	})
}
