package supergraph

import (
	"fmt"
	"slices"
	"strings"

	"github.com/weft-graphql/weft/planner/schema"
)

// defaultReason is what @deprecated says when it says nothing.
const defaultReason = "No longer supported"

// Read reads a supergraph text from any composer: join v0.2 to v0.5. The
// source names the text in errors. The Definition is nil exactly if there are
// errors; it carries no positions.
//
// What other composers leave out is filled in as the join specification says:
// a type without join__type is in every subgraph, a member without
// join__unionMember wherever both types are.
func Read(source, text string) (*Definition, []Error) {
	doc, faults := schema.Parse(source, text)
	if len(faults) > 0 {
		errs := make([]Error, len(faults))
		for i, f := range faults {
			errs[i] = Error{Code: CodeInvalidGraphQL, Message: f.Message, Source: f.Source, Pos: f.Pos}
		}
		return nil, errs
	}
	r := reader{doc: doc, def: &Definition{}, types: make(map[string]*TypeDefinition), graphs: make(map[string]int)}
	r.read()
	if len(r.errs) > 0 {
		return nil, r.errs
	}
	return r.def, nil
}

type reader struct {
	doc    *schema.Document
	def    *Definition
	errs   []Error
	words  *vocabulary
	types  map[string]*TypeDefinition
	graphs map[string]int
	// join and link are what these specifications are called in the text.
	join, link string
	weft       bool // the weft specification is linked
	// at is the coordinate being read.
	at string
}

func (r *reader) fail(code string, pos schema.Position, format string, args ...any) {
	r.errs = append(r.errs, Error{Code: code, Message: fmt.Sprintf(format, args...), Coordinate: r.at, Source: r.doc.Source, Pos: pos})
}

func (r *reader) read() {
	if !r.readLinks() {
		return
	}
	r.readGraphs()
	for _, d := range r.doc.Directives {
		if !r.ownDirective(d.Name) {
			r.def.Directives = append(r.def.Directives, r.directiveDefinition(d))
		}
	}
	slices.SortStableFunc(r.def.Directives, func(a, b *schema.DirectiveDefinition) int { return strings.Compare(a.Name, b.Name) })
	for _, t := range r.doc.Types {
		r.at = t.Name
		if r.generated(t) {
			continue
		}
		if t.Extension {
			r.fail(CodeInvalidJoin, t.Pos, "a supergraph has no type extensions")
			continue
		}
		if r.types[t.Name] != nil {
			r.fail(CodeInvalidDefinition, t.Pos, "the type is defined twice")
			continue
		}
		out := r.typeDefinition(t)
		r.types[t.Name] = out
		r.def.Types = append(r.def.Types, out)
	}
	slices.SortFunc(r.def.Types, func(a, b *TypeDefinition) int { return strings.Compare(a.Name, b.Name) })
	r.at = ""
	r.readSchema()
}

// readLinks finds what is linked; false when the text cannot be read further.
func (r *reader) readLinks() bool {
	type found struct {
		resolvedLink
		pos schema.Position
	}
	var links []found
	r.link = "link"
	for _, d := range r.schemaDirectives() {
		url := d.Argument("url")
		if d.Name == "core" && d.Argument("feature") != nil {
			r.fail(CodeUnsupportedLink, d.Pos, "the supergraph was composed for Federation v1 (@core); compose it with a tool for Federation v2")
			return false
		}
		if url == nil || url.Kind != schema.StringValue {
			continue
		}
		l := resolveLink(Link{URL: url.Raw})
		if l.identity == apolloSpecs+"link" {
			r.link = d.Name
		}
	}
	for _, d := range r.schemaDirectives() {
		if d.Name == r.link {
			links = append(links, found{resolveLink(r.linkOf(d)), d.Pos})
		}
	}
	weft := resolveLink(Link{URL: weftURL})
	for i := range links {
		l := &links[i]
		switch {
		case l.identity == apolloSpecs+"link":
		case l.identity == apolloSpecs+"join":
			if !slices.Contains([]string{"v0.2", "v0.3", "v0.4", "v0.5"}, l.version) {
				r.fail(CodeUnsupportedLink, l.pos, "join %s cannot be read; v0.2 to v0.5 can", l.version)
				return false
			}
			r.join = l.namespace()
		case l.identity == weft.identity:
			r.weft = true
			if l.version != weft.version {
				r.fail(CodeUnsupportedLink, l.pos, "weft %s cannot be read; %s can", l.version, weft.version)
			}
		case l.spec == nil && l.Purpose != "":
			r.fail(CodeUnsupportedLink, l.pos, "the supergraph needs %s (for: %s), which is not supported", l.URL, l.Purpose)
		default:
			r.importBare(&l.resolvedLink)
			r.def.Links = append(r.def.Links, l.Link)
		}
	}
	if r.join == "" {
		r.fail(CodeUnsupportedLink, schema.Position{}, "the schema does not link %sjoin: it is not a supergraph", apolloSpecs)
		return false
	}
	r.words = newVocabulary(r.def.Links, func(string) bool { return false })
	r.words = newVocabulary(r.def.Links, func(name string) bool { return r.defines(name) && !r.words.owns(name) })
	return true
}

// importBare mends links of composers that define a directive of a
// specification under its bare name without importing it.
func (r *reader) importBare(l *resolvedLink) {
	if l.spec == nil {
		return
	}
	for _, name := range l.spec.directives {
		if printed := l.directive(name); printed != name && r.defines(name) && !r.defines(printed) {
			l.Import = append(l.Import, LinkImport{Name: "@" + name})
		}
	}
}

func (r *reader) defines(directive string) bool {
	return slices.ContainsFunc(r.doc.Directives, func(d *schema.DirectiveDefinition) bool { return d.Name == directive })
}

func (r *reader) schemaDirectives() []*schema.Directive {
	var out []*schema.Directive
	for _, s := range r.doc.Schemas {
		out = append(out, s.Directives...)
	}
	return out
}

func (r *reader) linkOf(d *schema.Directive) Link {
	l := Link{URL: r.text("url", d.Argument("url")), As: r.text("as", d.Argument("as"))}
	if purpose := d.Argument("for"); purpose != nil && purpose.Kind != schema.NullValue {
		if purpose.Kind != schema.EnumValue || purpose.Raw != "SECURITY" && purpose.Raw != "EXECUTION" {
			r.fail(CodeInvalidJoin, purpose.Pos, "the argument for must be SECURITY or EXECUTION")
		}
		l.Purpose = purpose.Raw
	}
	for _, item := range r.items(d.Argument("import")) {
		i := LinkImport{}
		if item.Kind == schema.ObjectValue {
			i.Name, i.As = r.text("name", member(item, "name")), r.text("as", member(item, "as"))
			if i.As == i.Name {
				i.As = ""
			}
		} else {
			i.Name = r.text("import", item)
		}
		name, directive := strings.CutPrefix(i.Name, "@")
		as, asDirective := strings.CutPrefix(i.As, "@")
		if !isName(name) || i.As != "" && (!isName(as) || directive != asDirective) {
			r.fail(CodeInvalidJoin, item.Pos, "%s cannot be imported", item.GraphQL())
			continue
		}
		l.Import = append(l.Import, i)
	}
	if l.As != "" && !isName(l.As) {
		r.fail(CodeInvalidJoin, d.Pos, "%q is not a name", l.As)
	}
	return l
}

func (r *reader) readGraphs() {
	for _, t := range r.doc.Types {
		if t.Name != r.join+"__Graph" || t.Kind != schema.Enum {
			continue
		}
		for _, v := range t.Values {
			if _, taken := r.graphs[v.Name]; taken {
				r.fail(CodeInvalidJoin, v.Pos, "the subgraph %s is listed twice", v.Name)
				continue
			}
			sg := SubgraphDefinition{Name: v.Name, Enum: v.Name}
			for _, d := range v.Directives {
				if d.Name == r.join+"__graph" {
					sg.Name, sg.URL = r.text("name", d.Argument("name")), r.text("url", d.Argument("url"))
				}
			}
			r.graphs[v.Name] = len(r.def.Subgraphs)
			r.def.Subgraphs = append(r.def.Subgraphs, sg)
		}
	}
	if len(r.def.Subgraphs) == 0 {
		r.fail(CodeInvalidJoin, schema.Position{}, "the supergraph names no subgraphs in %s__Graph", r.join)
	}
}

// readSchema reads the roots and what is applied to the schema. It runs last:
// join__directives on the schema talk about types.
func (r *reader) readSchema() {
	for _, s := range r.doc.Schemas {
		if s.Description != "" {
			r.def.Description = s.Description
		}
		for _, root := range s.Roots {
			if want := [...]string{"Query", "Mutation", "Subscription"}[root.Operation]; root.Type != want {
				r.fail(CodeInvalidDefinition, root.Pos, "the %s root of a supergraph must be called %s, not %s", root.Operation, want, root.Type)
			}
		}
		for _, d := range s.Directives {
			switch {
			case d.Name == r.link:
			case d.Name == r.join+"__directive":
				if !r.weftDirective(d, nil) {
					r.def.SchemaDirectives = append(r.def.SchemaDirectives, r.application(d))
				}
			default:
				r.def.SchemaDirectives = append(r.def.SchemaDirectives, r.application(d))
			}
		}
	}
}

// ownDirective reports whether a directive definition belongs to GraphQL or to
// a linked specification.
func (r *reader) ownDirective(name string) bool {
	switch name {
	case "skip", "include", "deprecated", "specifiedBy", "oneOf", r.link:
		return true
	}
	return strings.HasPrefix(name, r.join+"__") || r.words.owns(name)
}

// generated reports whether a type is part of a specification rather than of
// the graph. Composers disagree on which specifications' types they write; a
// name with a namespace on a type that no subgraph has is one of them.
func (r *reader) generated(t *schema.TypeDefinition) bool {
	if t.Kind == schema.Scalar && schema.BuiltinScalar(t.Name) || strings.HasPrefix(t.Name, r.join+"__") ||
		strings.HasPrefix(t.Name, r.link+"__") || r.words.generated(t.Name) {
		return true
	}
	return strings.Contains(t.Name, "__") && !slices.ContainsFunc(t.Directives, func(d *schema.Directive) bool {
		return d.Name == r.join+"__type"
	})
}

func (r *reader) typeDefinition(t *schema.TypeDefinition) *TypeDefinition {
	out := &TypeDefinition{Kind: t.Kind, Name: t.Name, Description: t.Description}
	for _, ref := range t.Interfaces {
		out.Implements = append(out.Implements, Membership{Type: ref.Name})
	}
	for _, ref := range t.Members {
		out.Members = append(out.Members, Membership{Type: ref.Name})
	}
	var rest []*schema.Directive
	notExtended := make(map[int]bool)
	for _, d := range t.Directives {
		switch name := strings.TrimPrefix(d.Name, r.join+"__"); {
		case name == d.Name:
			rest = append(rest, d)
		case name == "type":
			r.joinType(d, out, notExtended)
		case name == "implements":
			r.membership(d, out.Implements, "interface")
		case name == "unionMember":
			r.membership(d, out.Members, "member")
		case name == "directive":
			rest = append(rest, d)
		default:
			r.fail(CodeInvalidJoin, d.Pos, "@%s cannot be used on a type", d.Name)
		}
	}
	if len(out.In) == 0 {
		for sg := range r.def.Subgraphs {
			out.In = append(out.In, TypeIn{Subgraph: sg})
		}
	}
	slices.SortStableFunc(out.In, func(a, b TypeIn) int { return a.Subgraph - b.Subgraph })
	for i := range out.In {
		out.In[i].Extension = out.In[i].Extension && !notExtended[out.In[i].Subgraph]
	}
	sortMemberships(out.Implements)
	sortMemberships(out.Members)
	out.Applied, _ = r.applied(rest, out)
	for _, f := range t.Fields {
		r.at = t.Name + "." + f.Name
		out.Fields = append(out.Fields, r.field(f))
	}
	for _, v := range t.Values {
		r.at = t.Name + "." + v.Name
		out.Values = append(out.Values, r.enumValue(v))
	}
	r.at = t.Name
	return out
}

func sortMemberships(list []Membership) {
	for i := range list {
		slices.Sort(list[i].Subgraphs)
		list[i].Subgraphs = slices.Compact(list[i].Subgraphs)
	}
}

// joinType reads one join__type. A type is an extension in a subgraph when
// none of its keys there is of a definition.
func (r *reader) joinType(d *schema.Directive, t *TypeDefinition, notExtended map[int]bool) {
	subgraph, ok := r.graphArgument(d)
	if !ok {
		return
	}
	in := typeIn(t, subgraph)
	if in == nil {
		t.In = append(t.In, TypeIn{Subgraph: subgraph})
		in = &t.In[len(t.In)-1]
	}
	if key := r.text("key", d.Argument("key")); key != "" {
		resolvable := true
		if v := d.Argument("resolvable"); v != nil {
			resolvable = r.flag("resolvable", v)
		}
		in.Keys = append(in.Keys, Key{Fields: NormalizeFieldSet(key), Resolvable: resolvable})
	}
	if r.flag("extension", d.Argument("extension")) {
		in.Extension = true
	} else {
		notExtended[subgraph] = true
	}
	if r.flag("isInterfaceObject", d.Argument("isInterfaceObject")) {
		in.InterfaceObject = true
	}
}

func (r *reader) membership(d *schema.Directive, list []Membership, argument string) {
	subgraph, ok := r.graphArgument(d)
	if !ok {
		return
	}
	name := r.text(argument, d.Argument(argument))
	for i := range list {
		if list[i].Type == name {
			list[i].Subgraphs = append(list[i].Subgraphs, subgraph)
			return
		}
	}
	r.fail(CodeInvalidJoin, d.Pos, "@%s names %q, which the type itself does not", d.Name, name)
}

func (r *reader) field(f *schema.FieldDefinition) *FieldDefinition {
	out := &FieldDefinition{Name: f.Name, Description: f.Description, Type: bareType(f.Type), Default: bareValue(f.Default)}
	for _, a := range f.Arguments {
		arg := &ArgumentDefinition{Name: a.Name, Description: a.Description, Type: bareType(a.Type), Default: bareValue(a.Default)}
		arg.Applied, arg.Deprecated = r.applied(a.Directives, nil)
		out.Args = append(out.Args, arg)
	}
	var rest []*schema.Directive
	for _, d := range f.Directives {
		if d.Name != r.join+"__field" {
			rest = append(rest, d)
			continue
		}
		if graph := d.Argument("graph"); graph == nil || graph.Kind == schema.NullValue {
			out.Indirect = true
			continue
		}
		if in, ok := r.joinField(d); ok {
			if slices.ContainsFunc(out.In, func(o FieldIn) bool { return o.Subgraph == in.Subgraph }) {
				r.fail(CodeInvalidJoin, d.Pos, "@%s names a subgraph twice", d.Name)
				continue
			}
			out.In = append(out.In, in)
		}
	}
	out.Indirect = out.Indirect && len(out.In) == 0
	slices.SortStableFunc(out.In, func(a, b FieldIn) int { return a.Subgraph - b.Subgraph })
	out.Applied, out.Deprecated = r.applied(rest, nil)
	return out
}

func (r *reader) joinField(d *schema.Directive) (FieldIn, bool) {
	subgraph, ok := r.graphArgument(d)
	if !ok {
		return FieldIn{}, false
	}
	in := FieldIn{
		Subgraph:       subgraph,
		External:       r.flag("external", d.Argument("external")),
		Override:       r.text("override", d.Argument("override")),
		OverrideLabel:  r.text("overrideLabel", d.Argument("overrideLabel")),
		UsedOverridden: r.flag("usedOverridden", d.Argument("usedOverridden")),
	}
	if text := r.text("requires", d.Argument("requires")); text != "" {
		in.Requires = NormalizeFieldSet(text)
	}
	if text := r.text("provides", d.Argument("provides")); text != "" {
		in.Provides = NormalizeFieldSet(text)
	}
	if v := d.Argument("type"); v != nil && v.Kind != schema.NullValue {
		var ok bool
		if in.Type, ok = parseType(r.text("type", v)); !ok {
			r.fail(CodeInvalidJoin, v.Pos, "%q is not a type", v.Raw)
		}
	}
	for _, item := range r.items(d.Argument("contextArguments")) {
		in.ContextArguments = append(in.ContextArguments, ContextArgument{
			Name: r.text("name", member(item, "name")), Type: r.text("type", member(item, "type")),
			Context: r.text("context", member(item, "context")), Selection: r.text("selection", member(item, "selection")),
		})
	}
	return in, true
}

func (r *reader) enumValue(v *schema.EnumValueDefinition) *EnumValueDefinition {
	out := &EnumValueDefinition{Name: v.Name, Description: v.Description}
	var rest []*schema.Directive
	for _, d := range v.Directives {
		if d.Name != r.join+"__enumValue" {
			rest = append(rest, d)
			continue
		}
		if subgraph, ok := r.graphArgument(d); ok {
			out.Subgraphs = append(out.Subgraphs, subgraph)
		}
	}
	slices.Sort(out.Subgraphs)
	out.Subgraphs = slices.Compact(out.Subgraphs)
	out.Applied, out.Deprecated = r.applied(rest, nil)
	return out
}

// applied sorts the applications on one element. On is the type they are
// applied to, nil for other elements.
func (r *reader) applied(list []*schema.Directive, on *TypeDefinition) (Applied, *Deprecation) {
	var out Applied
	var deprecated *Deprecation
	for _, d := range list {
		switch r.words.read(d.Name) {
		case "inaccessible":
			out.Inaccessible = true
		case "tag":
			out.Tags = append(out.Tags, r.text("name", d.Argument("name")))
		case "deprecated":
			deprecated = &Deprecation{Reason: defaultReason}
			if v := d.Argument("reason"); v != nil && v.Kind != schema.NullValue {
				deprecated.Reason = r.text("reason", v)
			}
		case "specifiedBy":
			if on != nil {
				on.SpecifiedBy = r.text("url", d.Argument("url"))
			}
		case "oneOf":
			if on != nil {
				on.OneOf = true
			}
		case r.join + "__directive":
			if on == nil || !r.weftDirective(d, on) {
				out.Directives = append(out.Directives, r.application(d))
			}
		default:
			out.Directives = append(out.Directives, r.application(d))
		}
	}
	slices.Sort(out.Tags)
	out.Tags = slices.Compact(out.Tags)
	return out, deprecated
}

// application copies an application under its specification's name.
func (r *reader) application(d *schema.Directive) *schema.Directive {
	out := bareDirective(d)
	if d.Name == r.join+"__directive" {
		out.Name = "join__directive"
	} else {
		out.Name = r.words.read(d.Name)
	}
	return out
}

func (r *reader) directiveDefinition(d *schema.DirectiveDefinition) *schema.DirectiveDefinition {
	out := &schema.DirectiveDefinition{Name: d.Name, Description: d.Description, Repeatable: d.Repeatable, Locations: d.Locations}
	for _, a := range d.Arguments {
		arg := &schema.ArgumentDefinition{Name: a.Name, Description: a.Description, Type: bareType(a.Type), Default: bareValue(a.Default)}
		for _, applied := range a.Directives {
			arg.Directives = append(arg.Directives, bareDirective(applied))
		}
		out.Arguments = append(out.Arguments, arg)
	}
	return out
}
