package generation

import (
	"unsafe"

	"github.com/weft-graphql/weft/planner/operation"
	"github.com/weft-graphql/weft/planner/plan"
	"github.com/weft-graphql/weft/subgraphs"
)

// weigh.go estimates the memory of what the caches hold. The estimates count
// each shared part once; a test compares them with the memory in use.

// rounded adds what the allocator rounds sizes up by and what has no length of
// its own here.
func rounded(w int64) int64 { return w + w/8 }

func sizeOf[T any](n int) int64 {
	var zero T
	return int64(n) * int64(unsafe.Sizeof(zero))
}

// weighParsed leaves the text out: the cache counts it as its key, and nothing
// of it is kept elsewhere.
func weighParsed(p *Parsed) int64 {
	w := sizeOf[Parsed](1)
	for _, e := range p.Errors {
		w += sizeOf[operation.Error](1) + int64(len(e.Message)) + sizeOf[operation.Location](len(e.Locations))
	}
	op := p.Operation
	if op == nil {
		return w
	}
	w += sizeOf[operation.Operation](1) + int64(len(op.Normalized)) + 64*int64(op.Declared)
	for i := range op.Variables {
		v := &op.Variables[i]
		w += sizeOf[operation.Variable](1) + int64(len(v.Name)+len(v.Const)+len(v.Default))
	}
	seen := map[*operation.IntrospectionSet]bool{}
	for _, set := range op.Sets {
		w += sizeOf[operation.SelectionSet](1) + sizeOf[operation.Selection](len(set.Selections))
		for i := range set.Selections {
			w += weighArgs(set.Selections[i].Args) + weighIntrospection(set.Selections[i].Introspection, seen)
		}
	}
	return rounded(w)
}

func weighArgs(args []operation.Arg) int64 {
	w := sizeOf[operation.Arg](len(args))
	for i := range args {
		w += weighValue(&args[i].Value)
	}
	return w
}

func weighValue(v *operation.Value) int64 {
	w := weighArgs(v.Fields) + sizeOf[operation.Value](len(v.Items))
	for i := range v.Items {
		w += weighValue(&v.Items[i])
	}
	return w
}

func weighIntrospection(set *operation.IntrospectionSet, seen map[*operation.IntrospectionSet]bool) int64 {
	if set == nil || seen[set] {
		return 0
	}
	seen[set] = true
	w := sizeOf[operation.IntrospectionSet](1) + sizeOf[operation.IntrospectionSelection](len(set.Selections))
	for i := range set.Selections {
		w += weighArgs(set.Selections[i].Args) + weighIntrospection(set.Selections[i].Set, seen)
	}
	return w
}

// planWeigher adds up a plan, whose parts refer to each other in many ways.
type planWeigher struct {
	decodes         map[*plan.Decode]bool
	representations map[*plan.Representation]bool
}

func weighPlan(p *plan.Plan) int64 {
	pw := planWeigher{map[*plan.Decode]bool{}, map[*plan.Representation]bool{}}
	w := sizeOf[plan.Plan](1) + sizeOf[plan.LocalField](len(p.Local))
	for _, s := range p.Shapes {
		w += sizeOf[plan.Shape](1) + sizeOf[plan.Slot](len(s.Slots)) + sizeOf[plan.ConcreteType](len(s.Types))
		for _, slot := range s.Slots {
			w += int64(len(slot.Key) + len(slot.Coordinate))
		}
		for _, class := range s.Classes {
			w += sizeOf[plan.Output](len(class))
			for i := range class {
				w += int64(len(class[i].Prefix)+len(class[i].Coordinate)) + sizeOf[plan.Term](len(class[i].Cond))
			}
		}
	}
	for _, m := range p.Messages {
		w += sizeOf[string](1) + int64(len(m))
	}
	for _, f := range p.Fetches {
		w += pw.fetch(f)
	}
	return rounded(w)
}

func (pw *planWeigher) fetch(f *plan.Fetch) int64 {
	w := sizeOf[plan.Fetch](1) + sizeOf[int](len(f.Deps)+len(f.Dependants)+len(f.Variables)+len(f.Primers)+len(f.Awaits)) + pw.decode(f.Root)
	for i := range f.Entries {
		w += sizeOf[plan.Entry](1)
		for j := range f.Entries[i].Targets {
			w += pw.place(&f.Entries[i].Targets[j])
		}
	}
	if f.At != nil {
		w += pw.place(f.At)
	}
	if f.Spec != nil {
		w += sizeOf[subgraphs.FetchSpec](1) + weighSelections(f.Spec.Root)
		for i := range f.Spec.Entries {
			w += sizeOf[subgraphs.Entry](1) + weighSelections(f.Spec.Entries[i].Selections)
		}
	}
	if f.Prepared != nil {
		// The text, and the request around it, which holds it again.
		w += 512 + 3*int64(len(f.Prepared.Text()))
	}
	return w
}

func (pw *planWeigher) place(t *plan.Target) int64 {
	w := sizeOf[plan.Target](1) + sizeOf[int](len(t.Path)) + sizeOf[*plan.TargetType](len(t.Types)) + pw.target(t.Untyped)
	for _, tt := range t.Types {
		w += pw.target(tt)
	}
	if t.Around == nil {
		return w
	}
	w += sizeOf[plan.Around](1)
	for i := range t.Around.Contexts {
		c := &t.Around.Contexts[i]
		w += sizeOf[plan.Context](1) + sizeOf[*plan.Representation](len(c.Types))
		for _, r := range c.Types {
			w += pw.representation(r)
		}
	}
	return w
}

func (pw *planWeigher) target(t *plan.TargetType) int64 {
	if t == nil {
		return 0
	}
	return sizeOf[plan.TargetType](1) + pw.decode(t.Decode) + pw.representation(t.Representation)
}

func (pw *planWeigher) decode(d *plan.Decode) int64 {
	if d == nil || pw.decodes[d] {
		return 0
	}
	pw.decodes[d] = true
	w := sizeOf[plan.Decode](1) + sizeOf[plan.DecodeField](len(d.Fields)) + sizeOf[plan.TypeName](len(d.Names)) + sizeOf[plan.CopyField](len(d.Copies)) + sizeOf[plan.Condition](cap(d.Conds))
	for _, c := range d.Conds {
		w += sizeOf[plan.Term](len(c))
	}
	for i := range d.Fields {
		w += int64(len(d.Fields[i].Quoted)+len(d.Fields[i].Key)) + pw.decode(d.Fields[i].Child)
	}
	return w
}

func (pw *planWeigher) representation(r *plan.Representation) int64 {
	if r == nil || pw.representations[r] {
		return 0
	}
	pw.representations[r] = true
	w := sizeOf[plan.Representation](1) + sizeOf[plan.RepresentationField](len(r.Fields)) + sizeOf[string](len(r.Names))
	for i := range r.Fields {
		f := &r.Fields[i]
		w += int64(len(f.Prefix)+len(f.Constant)+len(f.Types)) + pw.representation(f.Child)
	}
	return w
}

func weighSelections(list []subgraphs.Selection) int64 {
	w := sizeOf[subgraphs.Selection](len(list))
	for i := range list {
		s := &list[i]
		w += sizeOf[subgraphs.ArgumentSpec](len(s.Arguments)) + sizeOf[subgraphs.Condition](len(s.Include)) + weighSelections(s.Selections)
	}
	return w
}
