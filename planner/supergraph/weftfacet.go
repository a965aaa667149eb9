package supergraph

import (
	"strconv"
	"time"

	"github.com/weft-graphql/weft/planner/schema"
	"github.com/weft-graphql/weft/subgraphs"
)

// facets writes the facets of all subgraphs, each as one application on the schema.
func (w *writer) facets() {
	for i := range w.def.Subgraphs {
		for k := range w.def.Subgraphs[i].Facets {
			w.schemaLevel = append(w.schemaLevel, w.weft(i, weftFacet, facetArguments(&w.def.Subgraphs[i].Facets[k])))
		}
	}
}

func facetArguments(f *subgraphs.Facet) *schema.Value {
	out := objectValue("name", stringValue(f.Name))
	set := func(name string, value *schema.Value) {
		out.Fields = append(out.Fields, schema.Argument{Name: name, Value: value})
	}
	integer := func(name string, n int) {
		if n != 0 {
			set(name, &schema.Value{Kind: schema.IntValue, Raw: strconv.Itoa(n)})
		}
	}
	if f.RootField != "" {
		set("root", stringValue(f.RootType))
		set("field", stringValue(f.RootField))
	} else {
		set("of", stringValue(f.Type))
		set("key", stringValue(f.Key))
		if f.Provides != "" {
			set("provides", stringValue(f.Provides))
		}
	}
	if f.Batch {
		set("batch", trueValue())
	}
	integer("max", f.Max)
	integer("cost", f.Cost)
	if f.Latency != 0 {
		set("latency", stringValue(f.Latency.String()))
	}
	if f.Drop {
		set("drop", trueValue())
	}
	if f.Primes {
		set("primes", trueValue())
	}
	gives := listValue()
	for _, t := range f.Gives {
		fields := listValue()
		for _, field := range t.Fields {
			item := objectValue("name", stringValue(field.Name))
			if field.Provides != "" {
				item.Fields = append(item.Fields, schema.Argument{Name: "provides", Value: stringValue(field.Provides)})
			}
			if field.External {
				item.Fields = append(item.Fields, schema.Argument{Name: "external", Value: trueValue()})
			}
			if field.Primes {
				item.Fields = append(item.Fields, schema.Argument{Name: "primes", Value: trueValue()})
			}
			fields.Items = append(fields.Items, item)
		}
		gives.Items = append(gives.Items, objectValue("type", stringValue(t.Type), "fields", fields))
	}
	set("gives", gives)
	return out
}

// facet reads what facetArguments wrote.
func (r *reader) facet(pos schema.Position, subgraph int, args *schema.Value) {
	var f subgraphs.Facet
	for _, a := range args.Fields {
		switch a.Name {
		case "name":
			f.Name = r.text(a.Name, a.Value)
		case "root":
			f.RootType = r.text(a.Name, a.Value)
		case "field":
			f.RootField = r.text(a.Name, a.Value)
		case "of":
			f.Type = r.text(a.Name, a.Value)
		case "key":
			f.Key = NormalizeFieldSet(r.text(a.Name, a.Value))
		case "provides":
			f.Provides = NormalizeFieldSet(r.text(a.Name, a.Value))
		case "batch":
			f.Batch = r.flag(a.Name, a.Value)
		case "drop":
			f.Drop = r.flag(a.Name, a.Value)
		case "primes":
			f.Primes = r.flag(a.Name, a.Value)
		case "max":
			f.Max = r.natural(a)
		case "cost":
			f.Cost = r.natural(a)
		case "latency":
			d, err := time.ParseDuration(r.text(a.Name, a.Value))
			if err != nil || d < 0 {
				r.fail(CodeInvalidJoin, a.Pos, "the argument latency of a facet must be a duration")
			}
			f.Latency = d
		case "gives":
			for _, item := range r.items(a.Value) {
				t := subgraphs.FacetType{Type: r.text("type", member(item, "type"))}
				for _, field := range r.items(member(item, "fields")) {
					given := subgraphs.FacetField{Name: r.text("name", member(field, "name"))}
					if v := member(field, "provides"); v != nil {
						given.Provides = NormalizeFieldSet(r.text("provides", v))
					}
					if v := member(field, "external"); v != nil {
						given.External = r.flag("external", v)
					}
					if v := member(field, "primes"); v != nil {
						given.Primes = r.flag("primes", v)
					}
					t.Fields = append(t.Fields, given)
				}
				f.Gives = append(f.Gives, t)
			}
		default:
			r.fail(CodeInvalidJoin, a.Pos, "unknown argument %q of a facet", a.Name)
		}
	}
	if f.Name == "" || (f.RootField == "" || f.RootType == "") == (f.Type == "" || f.Key == "") {
		r.fail(CodeInvalidJoin, pos, "a facet needs a name and one way to enter it: a root field, or a type and a key")
		return
	}
	r.def.Subgraphs[subgraph].Facets = append(r.def.Subgraphs[subgraph].Facets, f)
}

func (r *reader) natural(a schema.Argument) int {
	n, err := strconv.Atoi(a.Value.Raw)
	if a.Value.Kind != schema.IntValue || err != nil || n < 0 {
		r.fail(CodeInvalidJoin, a.Pos, "the argument %s must be a natural number", a.Name)
	}
	return n
}
