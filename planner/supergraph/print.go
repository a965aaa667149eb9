package supergraph

import (
	"slices"
	"strings"

	"github.com/weft-graphql/weft/planner/schema"
)

// Print writes a Definition as a supergraph text in the lowest version of the
// join specification that can say it. [Read] gives the same Definition back.
// Equal Definitions give equal texts.
//
// Specifications whose directives are applied but not linked are linked.
// Directives of linked specifications are defined.
func Print(def *Definition) string {
	w := writer{def: def}
	w.custom = make(map[string]bool, len(def.Directives))
	for _, d := range def.Directives {
		w.custom[d.Name] = true
	}
	links := completeLinks(def)
	w.words = newVocabulary(links, func(name string) bool { return w.custom[name] })
	doc := &schema.Document{}
	doc.Types = append(doc.Types, w.graphEnum())
	for _, t := range def.Types {
		doc.Types = append(doc.Types, w.typeDefinition(t))
	}
	w.facets()
	join := w.joinVersion()
	doc.Schemas = []*schema.SchemaDefinition{w.schemaDefinition(links, join)}
	for _, d := range def.Directives {
		if !w.words.owns(d.Name) {
			doc.Directives = append(doc.Directives, d)
		}
	}
	specs := joinDefinitions(join)
	for i := range w.words.links {
		if link := &w.words.links[i]; link.spec != nil {
			defined := link.spec.define(link)
			specs.Directives = append(specs.Directives, defined.Directives...)
			specs.Types = append(specs.Types, defined.Types...)
		}
	}
	// Readers older than the directive know it only by its definition.
	if slices.ContainsFunc(def.Types, func(t *TypeDefinition) bool { return t.OneOf }) {
		specs.Directives = append(specs.Directives, directive("oneOf", false, locations("INPUT_OBJECT")))
	}
	doc.Directives = append(doc.Directives, specs.Directives...)
	doc.Types = append(doc.Types, specs.Types...)
	slices.SortStableFunc(doc.Directives, func(a, b *schema.DirectiveDefinition) int { return strings.Compare(a.Name, b.Name) })
	slices.SortStableFunc(doc.Types, func(a, b *schema.TypeDefinition) int { return strings.Compare(a.Name, b.Name) })
	return schema.Print(doc)
}

// Portable reports whether other routers can serve the graph: whether the join
// specification alone says all of it.
func Portable(def *Definition) bool {
	for i := range def.Subgraphs {
		if len(def.Subgraphs[i].Facets) > 0 {
			return false
		}
	}
	for _, t := range def.Types {
		for i := range t.In {
			if len(t.In[i].Lookups) > 0 || t.In[i].Name != "" {
				return false
			}
		}
		for _, f := range t.Fields {
			for i := range f.In {
				if in := &f.In[i]; in.Name != "" || len(in.Join) > 0 || in.Namespace || len(in.ArgumentsFrom) > 0 {
					return false
				}
			}
		}
	}
	return true
}

type writer struct {
	def    *Definition
	words  *vocabulary
	custom map[string]bool
	// used notes what the join version must be able to say.
	directive, context, label bool
	// schemaLevel are join__directive applications that have to sit on the schema.
	schemaLevel []*schema.Directive
}

// joinVersion is called when everything else was written.
func (w *writer) joinVersion() string {
	for _, d := range w.def.SchemaDirectives {
		w.directive = w.directive || d.Name == "join__directive"
	}
	switch {
	case w.context:
		return "v0.5"
	case w.directive || w.label:
		return "v0.4"
	}
	return "v0.3"
}

func (w *writer) schemaDefinition(links []Link, join string) *schema.SchemaDefinition {
	s := &schema.SchemaDefinition{Description: w.def.Description}
	all := []Link{{URL: linkURL}, {URL: apolloSpecs + "join/" + join, Purpose: "EXECUTION"}}
	all = append(all, links...)
	if !Portable(w.def) {
		all = append(all, Link{URL: weftURL, Purpose: "EXECUTION"})
	}
	for _, l := range all {
		s.Directives = append(s.Directives, linkDirective(l))
	}
	for _, d := range w.def.SchemaDirectives {
		s.Directives = append(s.Directives, w.applied(d))
	}
	s.Directives = append(s.Directives, w.schemaLevel...)
	for kind, name := range [...]string{"Query", "Mutation", "Subscription"} {
		if slices.ContainsFunc(w.def.Types, func(t *TypeDefinition) bool { return t.Name == name && t.Kind == schema.Object }) {
			s.Roots = append(s.Roots, schema.RootDefinition{Operation: schema.OperationKind(kind), Type: name})
		}
	}
	return s
}

func linkDirective(l Link) *schema.Directive {
	d := apply("link", "url", stringValue(l.URL))
	if l.As != "" {
		d.Arguments = append(d.Arguments, schema.Argument{Name: "as", Value: stringValue(l.As)})
	}
	if l.Purpose != "" {
		d.Arguments = append(d.Arguments, schema.Argument{Name: "for", Value: enumValue(l.Purpose)})
	}
	if len(l.Import) > 0 {
		imports := &schema.Value{Kind: schema.ListValue}
		for _, i := range l.Import {
			item := stringValue(i.Name)
			if i.As != "" {
				item = objectValue("name", stringValue(i.Name), "as", stringValue(i.As))
			}
			imports.Items = append(imports.Items, item)
		}
		d.Arguments = append(d.Arguments, schema.Argument{Name: "import", Value: imports})
	}
	return d
}

func (w *writer) graph(subgraph int) *schema.Value { return enumValue(w.def.Subgraphs[subgraph].Enum) }

func (w *writer) graphEnum() *schema.TypeDefinition {
	t := &schema.TypeDefinition{Kind: schema.Enum, Name: "join__Graph"}
	for _, sg := range w.def.Subgraphs {
		t.Values = append(t.Values, &schema.EnumValueDefinition{
			Name:       sg.Enum,
			Directives: []*schema.Directive{apply("join__graph", "name", stringValue(sg.Name), "url", stringValue(sg.URL))},
		})
	}
	return t
}

func (w *writer) typeDefinition(t *TypeDefinition) *schema.TypeDefinition {
	out := &schema.TypeDefinition{Kind: t.Kind, Name: t.Name, Description: t.Description}
	onType := t.Kind == schema.Object || t.Kind == schema.Interface
	for i := range t.In {
		out.Directives = append(out.Directives, w.joinType(&t.In[i])...)
	}
	for _, m := range t.Implements {
		out.Interfaces = append(out.Interfaces, schema.NamedRef{Name: m.Type})
		for _, sg := range m.Subgraphs {
			out.Directives = append(out.Directives, apply("join__implements", "graph", w.graph(sg), "interface", stringValue(m.Type)))
		}
	}
	for _, m := range t.Members {
		out.Members = append(out.Members, schema.NamedRef{Name: m.Type})
		for _, sg := range m.Subgraphs {
			out.Directives = append(out.Directives, apply("join__unionMember", "graph", w.graph(sg), "member", stringValue(m.Type)))
		}
	}
	for i := range t.In {
		in := &t.In[i]
		for j := range in.Lookups {
			d := w.weft(in.Subgraph, weftLookup, lookupArguments(&in.Lookups[j]))
			if onType {
				out.Directives = append(out.Directives, d)
			} else {
				// The join specification allows @join__directive on objects and
				// interfaces only.
				d.Arguments[2].Value.Fields = append([]schema.Argument{{Name: "of", Value: stringValue(t.Name)}}, d.Arguments[2].Value.Fields...)
				w.schemaLevel = append(w.schemaLevel, d)
			}
		}
		if in.Name != "" {
			w.renamed(in.Subgraph, t.Name, in.Name)
		}
	}
	if t.SpecifiedBy != "" {
		out.Directives = append(out.Directives, apply("specifiedBy", "url", stringValue(t.SpecifiedBy)))
	}
	if t.OneOf {
		out.Directives = append(out.Directives, apply("oneOf"))
	}
	out.Directives = append(out.Directives, w.applications(&t.Applied, nil)...)
	for _, f := range t.Fields {
		out.Fields = append(out.Fields, w.field(t, f))
	}
	for _, v := range t.Values {
		value := &schema.EnumValueDefinition{Name: v.Name, Description: v.Description}
		for _, sg := range v.Subgraphs {
			value.Directives = append(value.Directives, apply("join__enumValue", "graph", w.graph(sg)))
		}
		value.Directives = append(value.Directives, w.applications(&v.Applied, v.Deprecated)...)
		out.Values = append(out.Values, value)
	}
	return out
}

// joinType returns one join__type for each key, or one without a key.
func (w *writer) joinType(in *TypeIn) []*schema.Directive {
	keys := in.Keys
	if len(keys) == 0 {
		keys = []Key{{Resolvable: true}}
	}
	var out []*schema.Directive
	for _, key := range keys {
		d := apply("join__type", "graph", w.graph(in.Subgraph))
		if len(in.Keys) > 0 {
			d.Arguments = append(d.Arguments, schema.Argument{Name: "key", Value: stringValue(key.Fields)})
		}
		if in.Extension {
			d.Arguments = append(d.Arguments, schema.Argument{Name: "extension", Value: trueValue()})
		}
		if !key.Resolvable {
			d.Arguments = append(d.Arguments, schema.Argument{Name: "resolvable", Value: falseValue()})
		}
		if in.InterfaceObject {
			d.Arguments = append(d.Arguments, schema.Argument{Name: "isInterfaceObject", Value: trueValue()})
		}
		out = append(out, d)
	}
	return out
}

func (w *writer) field(t *TypeDefinition, f *FieldDefinition) *schema.FieldDefinition {
	out := &schema.FieldDefinition{Name: f.Name, Description: f.Description, Type: f.Type, Default: f.Default}
	for _, a := range f.Args {
		out.Arguments = append(out.Arguments, &schema.ArgumentDefinition{
			Name: a.Name, Description: a.Description, Type: a.Type, Default: a.Default,
			Directives: w.applications(&a.Applied, a.Deprecated),
		})
	}
	if f.Indirect {
		out.Directives = append(out.Directives, apply("join__field"))
	}
	for i := range f.In {
		in := &f.In[i]
		out.Directives = append(out.Directives, w.joinField(in))
		w.beyondJoin(t.Name+"."+f.Name, in)
	}
	out.Directives = append(out.Directives, w.applications(&f.Applied, f.Deprecated)...)
	return out
}

func (w *writer) joinField(in *FieldIn) *schema.Directive {
	d := apply("join__field", "graph", w.graph(in.Subgraph))
	text := func(name, value string) {
		if value != "" {
			d.Arguments = append(d.Arguments, schema.Argument{Name: name, Value: stringValue(value)})
		}
	}
	flag := func(name string, set bool) {
		if set {
			d.Arguments = append(d.Arguments, schema.Argument{Name: name, Value: trueValue()})
		}
	}
	text("requires", in.Requires)
	text("provides", in.Provides)
	if in.Type != nil {
		text("type", in.Type.String())
	}
	flag("external", in.External)
	text("override", in.Override)
	flag("usedOverridden", in.UsedOverridden)
	text("overrideLabel", in.OverrideLabel)
	w.label = w.label || in.OverrideLabel != ""
	if len(in.ContextArguments) > 0 {
		w.context = true
		list := &schema.Value{Kind: schema.ListValue}
		for _, a := range in.ContextArguments {
			list.Items = append(list.Items, objectValue("context", stringValue(a.Context), "name", stringValue(a.Name),
				"type", stringValue(a.Type), "selection", stringValue(a.Selection)))
		}
		d.Arguments = append(d.Arguments, schema.Argument{Name: "contextArguments", Value: list})
	}
	return d
}

func (w *writer) applications(a *Applied, deprecated *Deprecation) []*schema.Directive {
	var out []*schema.Directive
	if deprecated != nil {
		out = append(out, apply("deprecated", "reason", stringValue(deprecated.Reason)))
	}
	if a.Inaccessible {
		out = append(out, apply(w.words.print("inaccessible")))
	}
	for _, tag := range a.Tags {
		out = append(out, apply(w.words.print("tag"), "name", stringValue(tag)))
	}
	for _, d := range a.Directives {
		out = append(out, w.applied(d))
	}
	return out
}

// applied gives an application its name in the text.
func (w *writer) applied(d *schema.Directive) *schema.Directive {
	w.directive = w.directive || d.Name == "join__directive"
	name := d.Name
	if !w.custom[name] {
		name = w.words.print(name)
	}
	if name == d.Name {
		return d
	}
	return &schema.Directive{Name: name, Arguments: d.Arguments}
}

// apply makes a directive application; args are names and values in turn.
func apply(name string, args ...any) *schema.Directive {
	return &schema.Directive{Name: name, Arguments: arguments(args)}
}

func arguments(args []any) []schema.Argument {
	var out []schema.Argument
	for i := 0; i < len(args); i += 2 {
		out = append(out, schema.Argument{Name: args[i].(string), Value: args[i+1].(*schema.Value)})
	}
	return out
}

func stringValue(s string) *schema.Value {
	return &schema.Value{Kind: schema.StringValue, Raw: s}
}

func enumValue(name string) *schema.Value {
	return &schema.Value{Kind: schema.EnumValue, Raw: name}
}

func trueValue() *schema.Value  { return &schema.Value{Kind: schema.BooleanValue, Raw: "true"} }
func falseValue() *schema.Value { return &schema.Value{Kind: schema.BooleanValue, Raw: "false"} }

func objectValue(args ...any) *schema.Value {
	return &schema.Value{Kind: schema.ObjectValue, Fields: arguments(args)}
}

func listValue(items ...*schema.Value) *schema.Value {
	return &schema.Value{Kind: schema.ListValue, Items: items}
}

// typeExpr makes a type of text this package wrote itself.
func typeExpr(text string) *schema.TypeExpr {
	t, ok := parseType(text)
	if !ok {
		panic("supergraph: " + text + " is not a type")
	}
	return t
}

// maxListDepth bounds the lists in one type; a schema.Wrap holds as many.
const maxListDepth = 14

// parseType parses a type as SDL writes it.
func parseType(text string) (*schema.TypeExpr, bool) {
	return parseTypeAt(strings.TrimSpace(text), 0)
}

func parseTypeAt(text string, depth int) (*schema.TypeExpr, bool) {
	t := &schema.TypeExpr{}
	if inner, ok := strings.CutSuffix(text, "!"); ok {
		t.NonNull = true
		text = strings.TrimSpace(inner)
	}
	if inner, ok := strings.CutPrefix(text, "["); ok && depth < maxListDepth {
		inner, ok = strings.CutSuffix(inner, "]")
		if !ok {
			return nil, false
		}
		t.Elem, ok = parseTypeAt(strings.TrimSpace(inner), depth+1)
		return t, ok
	}
	t.Name = text
	return t, isName(text)
}

// isName reports whether s is a GraphQL name.
func isName(s string) bool {
	for i := 0; i < len(s); i++ {
		c := s[i]
		letter := c == '_' || c >= 'a' && c <= 'z' || c >= 'A' && c <= 'Z'
		if !letter && (i == 0 || c < '0' || c > '9') {
			return false
		}
	}
	return s != ""
}
