package compose

import (
	"cmp"
	"maps"
	"slices"
	"strconv"

	"github.com/weft-graphql/weft/planner/schema"
	"github.com/weft-graphql/weft/planner/supergraph"
)

// source is what one subgraph applies to an element.
type source struct {
	sg      *subgraph
	applied []applied
	pos     schema.Position
}

// specOrder are the directives of specifications that reach the supergraph as
// applications, in printing order, with how their arguments merge.
var specOrder = []string{"authenticated", "requiresScopes", "policy", "cost", "listSize", "context", "cacheTag"}

// mergeApplied joins the directive applications of one element.
func (m *merger) mergeApplied(sources []source, coordinate string) (supergraph.Applied, *supergraph.Deprecation) {
	var out supergraph.Applied
	byName := make(map[string][]*applied)
	composed := make(map[string][]*applied)
	var composedNames []string
	for _, s := range sources {
		for i := range s.applied {
			a := &s.applied[i]
			if a.spec {
				if a.name == "context" {
					a = a.inSubgraph(s.sg)
				}
				byName[a.name] = append(byName[a.name], a)
				continue
			}
			if name, ok := m.composed.name(s.sg, a.Directive.Name); ok {
				if composed[name] == nil {
					composedNames = append(composedNames, name)
				}
				composed[name] = append(composed[name], a)
			}
		}
	}
	if len(byName)+len(composed) == 0 {
		return out, nil
	}
	out.Inaccessible = len(byName["inaccessible"]) > 0
	for _, tag := range byName["tag"] {
		if name, ok := tag.stringArg("name"); ok {
			out.Tags = append(out.Tags, name)
		}
	}
	slices.Sort(out.Tags)
	out.Tags = slices.Compact(out.Tags)
	for _, name := range specOrder {
		if list := byName[name]; len(list) > 0 {
			out.Directives = append(out.Directives, m.mergeSpecDirective(name, list, sources, coordinate)...)
		}
	}
	slices.Sort(composedNames)
	for _, name := range composedNames {
		out.Directives = append(out.Directives, m.mergeCustom(name, composed[name], m.composed.repeatable(name), sources, coordinate)...)
	}
	return out, m.mergeDeprecation(byName["deprecated"], sources, coordinate)
}

// inSubgraph returns a @context under the name it has in the supergraph:
// contexts of different subgraphs have nothing to do with each other.
func (a *applied) inSubgraph(sg *subgraph) *applied {
	name, ok := a.stringArg("name")
	if !ok {
		return a
	}
	d := *a.Directive
	d.Arguments = []schema.Argument{{Name: "name", Value: &schema.Value{Kind: schema.StringValue, Raw: sg.name + "__" + name}}}
	out := *a
	out.Directive = &d
	return &out
}

func (m *merger) mergeDeprecation(list []*applied, sources []source, coordinate string) *supergraph.Deprecation {
	if len(list) == 0 {
		return nil
	}
	d := m.mostUsed(list, "deprecated", sources, coordinate)
	if reason, ok := d.stringArg("reason"); ok {
		return &supergraph.Deprecation{Reason: reason}
	}
	return &supergraph.Deprecation{Reason: "No longer supported"}
}

// mostUsed picks the application that most subgraphs agree on.
func (m *merger) mostUsed(list []*applied, name string, sources []source, coordinate string) *applied {
	best, count := list[0], 0
	differ := false
	for _, a := range list {
		n := 0
		for _, b := range list {
			if m.sameApplication(a, b) {
				n++
			} else {
				differ = true
			}
		}
		if n > count {
			best, count = a, n
		}
	}
	if differ {
		m.hint("INCONSISTENT_NON_REPEATABLE_DIRECTIVE_ARGUMENTS", coordinate, applying(sources, name), "Use the same arguments in every subgraph.",
			"The directive @%s is applied to %q with different arguments: the supergraph has %s.", name, coordinate, best.Directive)
	}
	return best
}

// sameApplication compares applications of one directive. An argument that is
// not given has its default.
func (m *merger) sameApplication(a, b *applied) bool {
	def := m.definition(a)
	return sameArguments(completed(a.Arguments, def), completed(b.Arguments, def))
}

// definition finds the definition of a merged directive.
func (m *merger) definition(a *applied) *schema.DirectiveDefinition {
	if !a.spec {
		if d := m.composed.byName[a.Directive.Name]; d != nil {
			return d.def
		}
		return nil
	}
	if d := builtinDefinitions()[a.name]; d != nil {
		return d
	}
	return specDefinitions()[a.name]
}

// completed adds the defaults of the arguments that are not given.
func completed(args []schema.Argument, def *schema.DirectiveDefinition) []schema.Argument {
	if def == nil {
		return args
	}
	out := slices.Clone(args)
	for _, d := range def.Arguments {
		if d.Default != nil && !slices.ContainsFunc(args, func(a schema.Argument) bool { return a.Name == d.Name }) {
			out = append(out, schema.Argument{Name: d.Name, Value: d.Default})
		}
	}
	return out
}

func sameArguments(a, b []schema.Argument) bool {
	if len(a) != len(b) {
		return false
	}
	for _, x := range a {
		i := slices.IndexFunc(b, func(y schema.Argument) bool { return x.Name == y.Name })
		if i < 0 || !valueEqual(x.Value, b[i].Value) {
			return false
		}
	}
	return true
}

// applying are the places where the sources apply a directive.
func applying(sources []source, name string) []Place {
	var out []Place
	for _, s := range sources {
		for i := range s.applied {
			if s.applied[i].name == name {
				out = append(out, s.sg.place(s.applied[i].Pos))
				break
			}
		}
	}
	return out
}

func (m *merger) mergeCustom(name string, list []*applied, repeatable bool, sources []source, coordinate string) []*schema.Directive {
	if !repeatable {
		d := *m.mostUsed(list, name, sources, coordinate).Directive
		d.Name = name
		return []*schema.Directive{&d}
	}
	var out []*schema.Directive
	for i, a := range list {
		if !slices.ContainsFunc(list[:i], func(b *applied) bool { return m.sameApplication(a, b) }) {
			d := *a.Directive
			d.Name = name
			out = append(out, &d)
		}
	}
	return out
}

func (m *merger) mergeSpecDirective(name string, list []*applied, sources []source, coordinate string) []*schema.Directive {
	if name == "context" || name == "cacheTag" {
		return m.mergeCustom(name, list, true, sources, coordinate)
	}
	d := &schema.Directive{Name: name}
	if differ := slices.ContainsFunc(list, func(a *applied) bool { return !m.sameApplication(a, list[0]) }); !differ {
		d.Arguments = list[0].Arguments
		if name != "requiresScopes" && name != "policy" {
			return []*schema.Directive{d}
		}
		d.Arguments = nil // these are put in order
	} else {
		for i, a := range list {
			whole := *a.Directive
			whole.Arguments = completed(a.Arguments, m.definition(a))
			c := *a
			c.Directive = &whole
			list[i] = &c
		}
		defer func() {
			m.hint("MERGED_NON_REPEATABLE_DIRECTIVE_ARGUMENTS", coordinate, applying(sources, name), "Use the same arguments in every subgraph, if that is what you mean.",
				"The directive @%s is applied to %q with different arguments, which are merged to %s.", name, coordinate, d)
		}()
	}
	switch name {
	case "cost":
		d.Arguments = maxArgument(d.Arguments, list, "weight")
	case "listSize":
		d.Arguments = maxArgument(d.Arguments, list, "assumedSize")
		d.Arguments = unionArgument(d.Arguments, list, "slicingArguments")
		d.Arguments = unionArgument(d.Arguments, list, "sizedFields")
		d.Arguments = andArgument(d.Arguments, list, "requireOneSlicingArgument")
	case "requiresScopes":
		d.Arguments = conjunction(list, "scopes")
	case "policy":
		d.Arguments = conjunction(list, "policies")
	}
	return []*schema.Directive{d}
}

func maxArgument(args []schema.Argument, list []*applied, name string) []schema.Argument {
	var best *schema.Value
	bestInt := 0
	for _, a := range list {
		v := a.Argument(name)
		if v == nil || v.Kind != schema.IntValue {
			continue
		}
		n, err := strconv.Atoi(v.Raw)
		if err == nil && (best == nil || n > bestInt) {
			best, bestInt = v, n
		}
	}
	if best != nil {
		args = append(args, schema.Argument{Name: name, Value: best})
	}
	return args
}

func unionArgument(args []schema.Argument, list []*applied, name string) []schema.Argument {
	var out *schema.Value
	for _, a := range list {
		for _, item := range listItems(a.Argument(name)) {
			if out == nil {
				out = &schema.Value{Kind: schema.ListValue}
			}
			if !slices.ContainsFunc(out.Items, func(o *schema.Value) bool { return valueEqual(o, item) }) {
				out.Items = append(out.Items, item)
			}
		}
	}
	if out != nil {
		args = append(args, schema.Argument{Name: name, Value: out})
	}
	return args
}

func andArgument(args []schema.Argument, list []*applied, name string) []schema.Argument {
	var out *schema.Value
	for _, a := range list {
		v := a.Argument(name)
		if v != nil && v.Kind == schema.BooleanValue && (out == nil || v.Raw == "false") {
			out = v
		}
	}
	if out != nil {
		args = append(args, schema.Argument{Name: name, Value: out})
	}
	return args
}

// listItems reads a value as a list, as GraphQL coerces it.
func listItems(v *schema.Value) []*schema.Value {
	switch {
	case v == nil || v.Kind == schema.NullValue:
		return nil
	case v.Kind == schema.ListValue:
		return v.Items
	}
	return []*schema.Value{v}
}

// conjunction joins requirements in disjunctive normal form: what several
// subgraphs demand must all hold.
func conjunction(list []*applied, name string) []schema.Argument {
	var sum [][]string
	for i, a := range list {
		var sets [][]string
		for _, s := range listItems(a.Argument(name)) {
			var one []string
			for _, item := range listItems(s) {
				one = append(one, item.Raw)
			}
			sets = append(sets, one)
		}
		if i == 0 {
			sum = sets
			continue
		}
		sum = conjoin(sum, sets)
	}
	sum = normalizeDNF(sum)
	out := &schema.Value{Kind: schema.ListValue}
	for _, one := range sum {
		set := &schema.Value{Kind: schema.ListValue}
		for _, s := range one {
			set.Items = append(set.Items, &schema.Value{Kind: schema.StringValue, Raw: s})
		}
		out.Items = append(out.Items, set)
	}
	return []schema.Argument{{Name: name, Value: out}}
}

// maxDNF bounds how far joined requirements may grow.
const maxDNF = 4096

func conjoin(a, b [][]string) [][]string {
	if len(a) == 0 {
		return b
	}
	if len(b) == 0 {
		return a
	}
	var out [][]string
	for _, x := range a {
		for _, y := range b {
			if len(out) >= maxDNF {
				return normalizeDNF(out)
			}
			out = append(out, append(slices.Clone(x), y...))
		}
	}
	return normalizeDNF(out)
}

// normalizeDNF sorts and drops sets that a smaller one implies.
func normalizeDNF(sets [][]string) [][]string {
	for i := range sets {
		sets[i] = slices.Clone(sets[i])
		slices.Sort(sets[i])
		sets[i] = slices.Compact(sets[i])
	}
	slices.SortFunc(sets, func(a, b []string) int {
		return cmp.Or(cmp.Compare(len(a), len(b)), slices.Compare(a, b))
	})
	var out [][]string
	for _, s := range sets {
		if !slices.ContainsFunc(out, func(o []string) bool { return containsAll(s, o) }) {
			out = append(out, s)
		}
	}
	return out
}

func containsAll(set, subset []string) bool {
	for _, s := range subset {
		if !slices.Contains(set, s) {
			return false
		}
	}
	return true
}

// mergeSchemaDirectives joins the composed directives applied to schemas.
func (m *merger) mergeSchemaDirectives() []*schema.Directive {
	var lists []source
	for _, sg := range m.subgraphs {
		lists = append(lists, source{sg, sg.applications(sg.schemaDirectives, 0, false), sg.schemaPos})
	}
	a, _ := m.mergeApplied(lists, "schema")
	return a.Directives
}

// mergeSchemaDescription joins the descriptions of the schema definitions.
func (m *merger) mergeSchemaDescription() string {
	var list []string
	var sources []source
	for _, sg := range m.subgraphs {
		for _, s := range sg.doc.Schemas {
			if s.Description != "" {
				list, sources = append(list, s.Description), append(sources, source{sg: sg, pos: s.Pos})
				break
			}
		}
	}
	return m.mergeDescription(list, sources, "schema")
}

// linkPurpose are the specifications a supergraph links, by directive.
var linkPurpose = []struct {
	directives []string
	url        string
	purpose    string
}{
	{[]string{"inaccessible"}, "https://specs.apollo.dev/inaccessible/v0.2", "SECURITY"},
	{[]string{"tag"}, "https://specs.apollo.dev/tag/v0.3", ""},
	{[]string{"authenticated"}, "https://specs.apollo.dev/authenticated/v0.1", "SECURITY"},
	{[]string{"requiresScopes"}, "https://specs.apollo.dev/requiresScopes/v0.1", "SECURITY"},
	{[]string{"policy"}, "https://specs.apollo.dev/policy/v0.1", "SECURITY"},
	{[]string{"cost", "listSize"}, "https://specs.apollo.dev/cost/v0.1", ""},
	{[]string{"context"}, "https://specs.apollo.dev/context/v0.1", "SECURITY"},
	{[]string{"cacheTag"}, "https://specs.apollo.dev/cacheTag/v0.1", ""},
}

func (m *merger) supergraphLinks(def *supergraph.Definition) []supergraph.Link {
	used := make(map[string]bool)
	note := func(a *supergraph.Applied) {
		used["inaccessible"] = used["inaccessible"] || a.Inaccessible
		used["tag"] = used["tag"] || len(a.Tags) > 0
		for _, d := range a.Directives {
			used[d.Name] = true
		}
	}
	for _, t := range def.Types {
		note(&t.Applied)
		for _, f := range t.Fields {
			note(&f.Applied)
			for _, a := range f.Args {
				note(&a.Applied)
			}
		}
		for _, v := range t.Values {
			note(&v.Applied)
		}
	}
	var out []supergraph.Link
	for _, l := range linkPurpose {
		if slices.ContainsFunc(l.directives, func(d string) bool { return used[d] }) {
			link := supergraph.Link{URL: l.url, Purpose: l.purpose}
			if len(l.directives) > 1 {
				for _, d := range l.directives {
					if used[d] {
						link.Import = append(link.Import, supergraph.LinkImport{Name: "@" + d})
					}
				}
			}
			out = append(out, link)
		}
	}
	return append(out, m.composed.links()...)
}

// checkLinkImports reports directives that subgraphs apply under different
// names, since the supergraph has one name for each.
func (m *merger) checkLinkImports() {
	type element struct{ identity, name string }
	type use struct{ local, sg string }
	first := make(map[element]use)
	reported := make(map[element]bool)
	for _, sg := range m.subgraphs {
		locals := sg.appliedNames()
		for _, local := range slices.Sorted(maps.Keys(locals)) {
			name := sg.canonical[local]
			if !slices.Contains(mergedDirectives, name) {
				continue
			}
			e := element{sg.origin[local], name}
			before, ok := first[e]
			switch {
			case !ok:
				first[e] = use{local, sg.name}
			case before.local != local && !reported[e]:
				reported[e] = true
				m.across(CodeLinkImportNameMismatch, "@"+name, "Import the directive under one name in every subgraph that applies it.",
					"The \"@%s\" directive is imported with mismatched name between subgraphs: it is imported as \"@%s\" in subgraph %q but \"@%s\" in subgraph %q", name, before.local, before.sg, local, sg.name)
			}
		}
	}
}

// mergedDirectives are the directives of specifications that reach the
// supergraph under a name of their own.
var mergedDirectives = []string{"tag", "inaccessible", "authenticated", "requiresScopes", "policy", "cost", "listSize", "cacheTag"}

// appliedNames returns the names under which the subgraph applies directives.
func (sg *subgraph) appliedNames() map[string]bool {
	names := make(map[string]bool)
	note := func(list []applied) {
		for i := range list {
			if list[i].spec {
				names[list[i].Directive.Name] = true
			}
		}
	}
	for _, t := range sg.order {
		note(t.applied)
		for _, f := range t.fields {
			note(f.applied)
			for _, a := range f.args {
				note(a.applied)
			}
		}
		for _, v := range t.values {
			note(v.applied)
		}
	}
	for _, d := range sg.schemaDirectives {
		if _, ok := sg.canonical[d.Name]; ok {
			names[d.Name] = true
		}
	}
	return names
}
