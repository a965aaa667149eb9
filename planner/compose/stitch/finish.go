package stitch

import (
	"github.com/weft-graphql/weft/planner/supergraph"
)

// RequireArgument is an argument that the API does not have: its value is made of
// other fields of the object (`@require`). The fields are in the FieldIn.Requires
// of the field.
type RequireArgument struct {
	// Type and Field are the coordinate of the field, by the names of the
	// supergraph.
	Type, Field string
	// Argument is the argument's name.
	Argument string
	// ArgumentType is its type as SDL, by the names of the subgraph.
	ArgumentType string
	// Selection is the field selection map that makes the value of the row of a
	// lookup: its fields and types have the names of the subgraph where it has them,
	// else those of the supergraph. What must not be null is marked.
	Selection string
}

// RequireArguments are the arguments of the subgraph that are filled from
// elsewhere, in source order.
func (p *Prepared) RequireArguments() []RequireArgument {
	var out []RequireArgument
	if p.work == nil {
		return nil
	}
	for _, r := range p.work.requires {
		out = append(out, RequireArgument{
			Type: r.field.parent.name, Field: r.field.def.Name,
			Argument: r.arg.Name, ArgumentType: r.typ, Selection: r.row.String(),
		})
	}
	return out
}

// Finish writes into a composed Definition what composition could not know of the
// subgraph with the given index: the names that types and fields have there, the
// lookups that its keys stand for, arguments that others fill, joins and namespaces.
func (p *Prepared) Finish(def *supergraph.Definition, subgraph int) {
	if p.work == nil || !p.work.changed {
		return
	}
	types := make(map[string]*supergraph.TypeDefinition, len(def.Types))
	for _, t := range def.Types {
		types[t.Name] = t
	}
	for _, t := range p.work.types {
		if t.hidden || types[t.name] == nil {
			continue
		}
		finishType(t, types[t.name], subgraph)
	}
}

func finishType(t *typ, def *supergraph.TypeDefinition, subgraph int) {
	in := typeIn(def, subgraph)
	if in == nil {
		return
	}
	if t.original != t.name {
		in.Name = t.original
	}
	for _, k := range t.keys {
		for i := range in.Keys {
			if k.synthetic && in.Keys[i].Fields == k.text {
				in.Keys[i].Resolvable = false
			}
		}
		for _, l := range k.lookups {
			in.Lookups = append(in.Lookups, l.definition(k.text))
		}
	}
	fields := make(map[string]*supergraph.FieldDefinition, len(def.Fields))
	for _, f := range def.Fields {
		fields[f.Name] = f
	}
	for _, f := range t.fields {
		renamed := f.original != f.def.Name
		fd := fields[f.def.Name]
		if fd == nil || f.hidden && !f.needed || !renamed && f.join == nil && !f.namespace && len(f.requires) == 0 {
			continue
		}
		fi := fieldIn(def, fd, subgraph)
		if fi == nil {
			continue
		}
		if renamed {
			fi.Name = f.original
		}
		if f.join != nil {
			fi.Join = f.join.parts
		}
		fi.Namespace = f.namespace
		if len(f.requires) > 0 {
			fi.Requires = f.requirement
		}
		for _, r := range f.requires {
			fi.ArgumentsFrom = append(fi.ArgumentsFrom, supergraph.ArgumentFrom{Argument: r.arg.Name, Type: r.typ, Selection: r.row.String()})
		}
	}
}

func typeIn(t *supergraph.TypeDefinition, subgraph int) *supergraph.TypeIn {
	for i := range t.In {
		if t.In[i].Subgraph == subgraph {
			return &t.In[i]
		}
	}
	return nil
}

// fieldIn returns what a subgraph says of a field, nil if it does not have it. A
// list that stands for all subgraphs of the type is written out first.
func fieldIn(t *supergraph.TypeDefinition, f *supergraph.FieldDefinition, subgraph int) *supergraph.FieldIn {
	if f.Indirect {
		return nil
	}
	if len(f.In) == 0 {
		for _, in := range t.In {
			f.In = append(f.In, supergraph.FieldIn{Subgraph: in.Subgraph})
		}
	}
	for i := range f.In {
		if f.In[i].Subgraph == subgraph {
			return &f.In[i]
		}
	}
	return nil
}
