package supergraph

import (
	"strconv"
	"strings"

	"github.com/weft-graphql/weft/planner/schema"
)

// The directives that travel in @join__directive under the weft link.
const (
	// weftLookup is a lookup by a field; its arguments are a LookupDefinition's.
	// It sits on the type, or on the schema with the type's name in `of`.
	weftLookup = "weft__lookup"
	// weftName gives the name that a type or field (`of`) has in a subgraph.
	weftName = "weft__name"
	// weftJoin says of what the objects of a joined field (`of`) are made.
	weftJoin = "weft__join"
	// weftNamespace says that a field (`of`) holds the root fields of a subgraph.
	weftNamespace = "weft__namespace"
	// weftFacet is one way of entering a subgraph that has no other than such.
	weftFacet = "weft__facet"
	// weftArgument says how an argument of a field (`of`) is made of other fields.
	weftArgument = "weft__argument"
)

// weft makes an application of one of them for one subgraph. Its third
// argument is the object of arguments.
func (w *writer) weft(subgraph int, name string, args *schema.Value) *schema.Directive {
	w.directive = true
	return apply("join__directive", "graphs", listValue(w.graph(subgraph)), "name", stringValue(name), "args", args)
}

func (w *writer) renamed(subgraph int, coordinate, name string) {
	w.schemaLevel = append(w.schemaLevel, w.weft(subgraph, weftName, objectValue("of", stringValue(coordinate), "name", stringValue(name))))
}

// beyondJoin writes what join__field cannot say of a field in one subgraph.
func (w *writer) beyondJoin(coordinate string, in *FieldIn) {
	if in.Name != "" {
		w.renamed(in.Subgraph, coordinate, in.Name)
	}
	if len(in.Join) > 0 {
		parts := listValue()
		for _, part := range in.Join {
			parts.Items = append(parts.Items, objectValue("key", stringValue(part.Key), "from", stringValue(part.From)))
		}
		w.schemaLevel = append(w.schemaLevel, w.weft(in.Subgraph, weftJoin, objectValue("of", stringValue(coordinate), "parts", parts)))
	}
	for _, a := range in.ArgumentsFrom {
		w.schemaLevel = append(w.schemaLevel, w.weft(in.Subgraph, weftArgument, objectValue(
			"of", stringValue(coordinate), "argument", stringValue(a.Argument), "type", stringValue(a.Type), "from", stringValue(a.Selection))))
	}
	if in.Namespace {
		w.schemaLevel = append(w.schemaLevel, w.weft(in.Subgraph, weftNamespace, objectValue("of", stringValue(coordinate))))
	}
}

func lookupArguments(l *LookupDefinition) *schema.Value {
	path := listValue()
	for _, step := range l.Path {
		path.Items = append(path.Items, stringValue(step))
	}
	out := objectValue("key", stringValue(l.Key), "path", path)
	set := func(name string, value *schema.Value) {
		out.Fields = append(out.Fields, schema.Argument{Name: name, Value: value})
	}
	if len(l.Arguments) > 0 {
		list := listValue()
		for _, a := range l.Arguments {
			item := objectValue("argument", stringValue(a.Argument), "from", stringValue(a.From))
			if a.Type != "" {
				item.Fields = append(item.Fields, schema.Argument{Name: "type", Value: stringValue(a.Type)})
			}
			list.Items = append(list.Items, item)
		}
		set("arguments", list)
	}
	if l.Batch {
		set("batch", trueValue())
	}
	if l.Match == ByPosition {
		set("match", stringValue("position"))
	}
	if l.Max != 0 {
		set("max", &schema.Value{Kind: schema.IntValue, Raw: strconv.Itoa(l.Max)})
	}
	if l.Internal {
		set("internal", trueValue())
	}
	return out
}

// lookup reads what lookupArguments wrote.
func (r *reader) lookup(pos schema.Position, args *schema.Value) LookupDefinition {
	var l LookupDefinition
	for _, f := range args.Fields {
		switch f.Name {
		case "of":
		case "key":
			l.Key = NormalizeFieldSet(r.text(f.Name, f.Value))
		case "path":
			for _, step := range r.items(f.Value) {
				l.Path = append(l.Path, r.text(f.Name, step))
			}
		case "arguments":
			for _, item := range r.items(f.Value) {
				a := LookupArgument{
					Argument: r.text("argument", member(item, "argument")), From: r.text("from", member(item, "from")),
					Type: r.text("type", member(item, "type")),
				}
				if _, ok := parseType(a.Type); a.Type != "" && !ok {
					r.fail(CodeInvalidJoin, item.Pos, "%q is not a type", a.Type)
				}
				l.Arguments = append(l.Arguments, a)
			}
		case "batch":
			l.Batch = r.flag(f.Name, f.Value)
		case "match":
			switch match := r.text(f.Name, f.Value); match {
			case "position":
				l.Match = ByPosition
			case "key":
			default:
				r.fail(CodeInvalidJoin, f.Pos, "unknown match %q of a lookup", match)
			}
		case "max":
			n, err := strconv.Atoi(f.Value.Raw)
			if f.Value.Kind != schema.IntValue || err != nil || n < 0 {
				r.fail(CodeInvalidJoin, f.Pos, "the argument max of a lookup must be a natural number")
			}
			l.Max = n
		case "internal":
			l.Internal = r.flag(f.Name, f.Value)
		default:
			r.fail(CodeInvalidJoin, f.Pos, "unknown argument %q of a lookup", f.Name)
		}
	}
	if l.Key == "" || len(l.Path) == 0 {
		r.fail(CodeInvalidJoin, pos, "a lookup needs a key and a path")
	}
	return l
}

// weftDirective reads one @join__directive if it is one of ours. On is the
// type it sits on, nil for the schema.
func (r *reader) weftDirective(d *schema.Directive, on *TypeDefinition) bool {
	if !r.weft {
		return false
	}
	name := r.text("name", d.Argument("name"))
	switch name {
	case weftLookup, weftName, weftJoin, weftNamespace, weftFacet, weftArgument:
	default:
		return false
	}
	args := d.Argument("args")
	if args == nil || args.Kind != schema.ObjectValue {
		r.fail(CodeInvalidJoin, d.Pos, "%s has no arguments", name)
		return true
	}
	for _, graph := range r.items(d.Argument("graphs")) {
		subgraph, ok := r.graph(graph)
		if !ok {
			continue
		}
		switch name {
		case weftName:
			r.rename(d.Pos, subgraph, r.text("of", member(args, "of")), r.text("name", member(args, "name")))
			continue
		case weftJoin, weftNamespace, weftArgument:
			r.made(d.Pos, subgraph, name, args)
			continue
		case weftFacet:
			r.facet(d.Pos, subgraph, args)
			continue
		}
		target := on
		if target == nil {
			target = r.types[r.text("of", member(args, "of"))]
		}
		in := typeIn(target, subgraph)
		if in == nil {
			r.fail(CodeInvalidJoin, d.Pos, "the lookup is on a type the subgraph does not have")
			continue
		}
		in.Lookups = append(in.Lookups, r.lookup(d.Pos, args))
	}
	return true
}

func (r *reader) rename(pos schema.Position, subgraph int, coordinate, name string) {
	typeName, fieldName, isField := strings.Cut(coordinate, ".")
	t := r.types[typeName]
	if in := typeIn(t, subgraph); in != nil && !isField && name != "" {
		in.Name = name
		return
	}
	if in := fieldIn(t, fieldName, subgraph); in != nil && isField && name != "" {
		in.Name = name
		return
	}
	r.fail(CodeInvalidJoin, pos, "%s names nothing the subgraph has: %q", weftName, coordinate)
}

// made reads of what the value of a field is made that the subgraph does not have.
func (r *reader) made(pos schema.Position, subgraph int, name string, args *schema.Value) {
	coordinate := r.text("of", member(args, "of"))
	typeName, fieldName, _ := strings.Cut(coordinate, ".")
	in := fieldIn(r.types[typeName], fieldName, subgraph)
	if in == nil {
		r.fail(CodeInvalidJoin, pos, "%s names nothing the subgraph has: %q", name, coordinate)
		return
	}
	switch name {
	case weftNamespace:
		in.Namespace = true
		return
	case weftArgument:
		a := ArgumentFrom{
			Argument: r.text("argument", member(args, "argument")), Type: r.text("type", member(args, "type")),
			Selection: r.text("from", member(args, "from")),
		}
		if _, ok := parseType(a.Type); !ok || a.Argument == "" || a.Selection == "" {
			r.fail(CodeInvalidJoin, pos, "%s needs an argument, its type and what it is from", name)
			return
		}
		in.ArgumentsFrom = append(in.ArgumentsFrom, a)
		return
	}
	for _, item := range r.items(member(args, "parts")) {
		part := JoinPart{Key: r.text("key", member(item, "key")), From: r.text("from", member(item, "from"))}
		if part.Key == "" || part.From == "" {
			r.fail(CodeInvalidJoin, item.Pos, "a part of a join needs a key and where its value is from")
			continue
		}
		in.Join = append(in.Join, part)
	}
	if len(in.Join) == 0 {
		r.fail(CodeInvalidJoin, pos, "%s has no parts", name)
	}
}

func fieldIn(t *TypeDefinition, name string, subgraph int) *FieldIn {
	if t == nil {
		return nil
	}
	for _, f := range t.Fields {
		if f.Name != name {
			continue
		}
		for i := range f.In {
			if f.In[i].Subgraph == subgraph {
				return &f.In[i]
			}
		}
	}
	return nil
}

func typeIn(t *TypeDefinition, subgraph int) *TypeIn {
	if t == nil {
		return nil
	}
	for i := range t.In {
		if t.In[i].Subgraph == subgraph {
			return &t.In[i]
		}
	}
	return nil
}

// member returns a field of an object value, or nil.
func member(v *schema.Value, name string) *schema.Value {
	if v == nil {
		return nil
	}
	for _, f := range v.Fields {
		if f.Name == name {
			return f.Value
		}
	}
	return nil
}
