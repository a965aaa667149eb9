package supergraph

import (
	"slices"
	"strconv"

	"github.com/weft-graphql/weft/planner/schema"
)

// ListSize is what is known beforehand of the length of a list (@listSize of
// the cost specification).
type ListSize struct {
	// Assumed is the length where no argument tells it; 0 when it is not known.
	Assumed int
	// Slicing are the arguments that tell it.
	Slicing []string
	// Sized are the fields of the returned object that the length is about; empty
	// when it is the field itself.
	Sized []string
}

// slicingNames are arguments that tell the length of a list by convention.
var slicingNames = []string{"first", "last", "limit", "pageSize", "page_size", "perPage", "per_page"}

// listSizes collects what is declared, by FieldID, and what arguments of a usual
// name tell of list fields that declare nothing.
func (b *builder) listSizes() {
	b.out.ListSizes = make([]*ListSize, len(b.schema.Fields))
	for _, t := range b.def.Types {
		if t.Kind != schema.Object && t.Kind != schema.Interface {
			continue
		}
		id := b.schema.TypeByName(t.Name)
		for _, f := range t.Fields {
			at := b.schema.FieldByName(id, f.Name)
			if size := listSize(f); size != nil && at != schema.NoField {
				b.out.ListSizes[at] = size
			}
		}
	}
}

func listSize(f *FieldDefinition) *ListSize {
	for _, d := range f.Applied.Directives {
		if d.Name != "listSize" {
			continue
		}
		out := &ListSize{}
		for _, a := range d.Arguments {
			switch a.Name {
			case "assumedSize":
				if n, err := strconv.Atoi(a.Value.Raw); err == nil && n > 0 {
					out.Assumed = n
				}
			case "slicingArguments":
				for _, v := range a.Value.Items {
					out.Slicing = append(out.Slicing, v.Raw)
				}
			case "sizedFields":
				for _, v := range a.Value.Items {
					out.Sized = append(out.Sized, v.Raw)
				}
			}
		}
		return out
	}
	for _, a := range f.Args {
		if slices.Contains(slicingNames, a.Name) && a.Type.Named() == "Int" {
			return &ListSize{Slicing: []string{a.Name}}
		}
	}
	return nil
}
