package execute

import (
	"fmt"

	"github.com/weft-graphql/weft/planner/plan"
)

// Check reports what makes a plan unfit for execution: places that do not
// exist, dependencies that do not agree, more types or shapes than the store
// can tell apart. It is meant to be called once, when a plan has been made;
// executing a plan that does not pass may panic.
func Check(p *plan.Plan) error {
	if p.Root == nil {
		return fmt.Errorf("the plan has no root")
	}
	if len(p.Shapes) > shapeMask+1 {
		return fmt.Errorf("%d shapes are too many", len(p.Shapes))
	}
	for i, s := range p.Shapes {
		if s.ID != i {
			return fmt.Errorf("shape %d has id %d", i, s.ID)
		}
	}
	for i, s := range p.Shapes {
		if err := checkShape(p, s); err != nil {
			return fmt.Errorf("shape %d: %w", i, err)
		}
	}
	for i, f := range p.Fetches {
		if f.ID != i {
			return fmt.Errorf("fetch %d has id %d", i, f.ID)
		}
		if err := checkFetch(p, f); err != nil {
			return fmt.Errorf("fetch %d: %w", i, err)
		}
	}
	return nil
}

func checkShape(p *plan.Plan, s *plan.Shape) error {
	if len(s.Types) >= typeMask {
		return fmt.Errorf("%d types are too many", len(s.Types))
	}
	if len(s.Classes) == 0 {
		return fmt.Errorf("there are no classes")
	}
	if s.Collect >= p.Collections {
		return fmt.Errorf("collection %d does not exist", s.Collect)
	}
	for _, t := range s.Types {
		if t.Class < 0 || t.Class >= len(s.Classes) {
			return fmt.Errorf("type %s: class %d does not exist", t.Name, t.Class)
		}
	}
	for i := range s.Slots {
		if c := s.Slots[i].Child; c != nil && !known(p, c) {
			return fmt.Errorf("slot %d: its child is not a shape of the plan", i)
		}
	}
	for _, class := range s.Classes {
		for i := range class {
			if o := &class[i]; o.Kind == plan.FromSlot && (o.Slot < 0 || o.Slot >= len(s.Slots)) {
				return fmt.Errorf("output %s: slot %d does not exist", o.Key, o.Slot)
			} else if o.Kind == plan.Refused && (o.Local < 0 || o.Local >= len(p.Messages)) {
				return fmt.Errorf("output %s: message %d does not exist", o.Key, o.Local)
			}
		}
	}
	return nil
}

func known(p *plan.Plan, s *plan.Shape) bool {
	return s != nil && s.ID >= 0 && s.ID < len(p.Shapes) && p.Shapes[s.ID] == s
}

func checkFetch(p *plan.Plan, f *plan.Fetch) error {
	for _, d := range f.Deps {
		if d < 0 || d >= f.ID {
			return fmt.Errorf("dependency %d does not come before", d)
		}
		if count(p.Fetches[d].Dependants, f.ID) != 1 || count(f.Deps, d) != 1 {
			return fmt.Errorf("dependency %d does not agree", d)
		}
	}
	for _, d := range f.Dependants {
		if d < 0 || d >= len(p.Fetches) || count(p.Fetches[d].Deps, f.ID) != 1 {
			return fmt.Errorf("dependant %d does not agree", d)
		}
	}
	for _, d := range f.Primers {
		if d < 0 || d >= f.ID || !p.Fetches[d].Primes {
			return fmt.Errorf("primer %d does not agree", d)
		}
	}
	if (f.Root != nil) == (len(f.Entries) > 0) {
		return fmt.Errorf("it must have either a root or entries")
	}
	if f.Root != nil {
		if f.At != nil {
			if f.Root.Shape != f.At.Shape {
				return fmt.Errorf("its root is not of the place where it belongs")
			}
			return checkTarget(p, f.At)
		}
		if f.Root.Shape != p.Root {
			return fmt.Errorf("its root is not that of the plan")
		}
		return checkDecode(p, f.Root)
	}
	for e := range f.Entries {
		for t := range f.Entries[e].Targets {
			if err := checkTarget(p, &f.Entries[e].Targets[t]); err != nil {
				return fmt.Errorf("entry %d, target %d: %w", e, t, err)
			}
		}
	}
	return nil
}

func count(ids []int, id int) (n int) {
	for _, other := range ids {
		if other == id {
			n++
		}
	}
	return n
}

func checkTarget(p *plan.Plan, t *plan.Target) error {
	if !known(p, t.Shape) {
		return fmt.Errorf("its shape is not one of the plan")
	}
	if t.Collected {
		if t.Shape.Collect < 0 {
			return fmt.Errorf("its shape is not collected")
		}
	} else {
		at := p.Root
		for _, slot := range t.Path {
			if at == nil || slot < 0 || slot >= len(at.Slots) {
				return fmt.Errorf("path %v leads nowhere", t.Path)
			}
			at = at.Slots[slot].Child
		}
		if at != t.Shape {
			return fmt.Errorf("path %v leads elsewhere", t.Path)
		}
	}
	if err := checkContexts(p, t); err != nil {
		return err
	}
	if len(t.Types) > len(t.Shape.Types) {
		return fmt.Errorf("it has more types than its shape")
	}
	for i, tt := range append(t.Types[:len(t.Types):len(t.Types)], t.Untyped) {
		if tt == nil {
			continue
		}
		if tt.Decode == nil || tt.Representation == nil || tt.Decode.Shape != t.Shape {
			return fmt.Errorf("type %d does not fit", i)
		}
		if err := checkDecode(p, tt.Decode); err != nil {
			return err
		}
		if err := checkRepresentation(tt.Representation, t.Shape); err != nil {
			return err
		}
	}
	return nil
}

func checkContexts(p *plan.Plan, t *plan.Target) error {
	if t.Around == nil {
		return nil
	}
	last := 0
	for i := range t.Around.Contexts {
		c := &t.Around.Contexts[i]
		if t.Collected || c.Depth < last || c.Depth >= len(t.Path) || c.Value < 0 || c.Value >= t.Around.Values {
			return fmt.Errorf("context %d is out of place", i)
		}
		last = c.Depth
		at := p.Root
		for _, slot := range t.Path[:c.Depth] {
			at = at.Slots[slot].Child
		}
		if at != c.Shape || len(c.Types) != len(at.Types) {
			return fmt.Errorf("context %d is of another shape", i)
		}
		for _, r := range c.Types {
			if r == nil {
				continue
			}
			if len(r.Fields) > 1 || len(r.Fields) == 1 && r.Fields[0].Slot < 0 {
				return fmt.Errorf("context %d selects more than one field", i)
			}
			if err := checkRepresentation(r, at); err != nil {
				return err
			}
		}
	}
	return nil
}

func checkDecode(p *plan.Plan, d *plan.Decode) error {
	if !known(p, d.Shape) {
		return fmt.Errorf("a decoding's shape is not one of the plan")
	}
	if d.Static >= len(d.Shape.Types) {
		return fmt.Errorf("type %d does not exist", d.Static)
	}
	for _, n := range d.Names {
		if n.Type < -1 || n.Type >= len(d.Shape.Types) {
			return fmt.Errorf("type %d does not exist", n.Type)
		}
	}
	for i := range d.Made {
		if err := checkMade(p, d, &d.Made[i]); err != nil {
			return err
		}
	}
	if err := checkSure(d); err != nil {
		return err
	}
	for i := range d.Fields {
		f := &d.Fields[i]
		if string(f.Quoted) != `"`+f.Key+`"` {
			return fmt.Errorf("field %s is quoted as %s", f.Key, f.Quoted)
		}
		for k := range i {
			if d.Fields[k].Key == f.Key {
				return fmt.Errorf("field %s comes twice", f.Key)
			}
		}
		if f.Slot < 0 {
			continue
		}
		shape := d.Shape
		if f.Into != 0 {
			if shape = namespace(d, f.Into-1); shape == nil {
				return fmt.Errorf("field %s: there is no namespace in slot %d", f.Key, f.Into-1)
			}
		}
		if f.Slot >= len(shape.Slots) {
			return fmt.Errorf("field %s: slot %d does not exist", f.Key, f.Slot)
		}
		child := shape.Slots[f.Slot].Child
		if (child != nil) != (f.Child != nil) || f.Child != nil && f.Child.Shape != child {
			return fmt.Errorf("field %s: its child does not fit the slot's", f.Key)
		}
		if f.Copied != 0 && (f.Child == nil || len(f.Child.Copies) != len(f.Child.Fields) || f.Copied.Depth() != f.Wrap.Depth()) {
			return fmt.Errorf("field %s: it cannot be copied", f.Key)
		}
		if f.Child != nil {
			if err := checkDecode(p, f.Child); err != nil {
				return err
			}
		}
	}
	return nil
}

// checkSure checks what is said of fields that are always asked for, or under a
// condition.
func checkSure(d *plan.Decode) error {
	sure := 0
	for i := range d.Fields {
		f := &d.Fields[i]
		if f.Sure {
			sure++
		}
		if int(f.Cond) > len(d.Conds) || f.Cond != 0 && !f.Sure {
			return fmt.Errorf("field %s: condition %d is out of place", f.Key, int(f.Cond)-1)
		}
	}
	if sure != d.Sure {
		return fmt.Errorf("%d fields are sure, not %d", sure, d.Sure)
	}
	for i, c := range d.Conds {
		if c == nil {
			return fmt.Errorf("condition %d of a decoding is none", i)
		}
	}
	if (d.Verbatim > 0 || len(d.Copies) > 0) && (sure != len(d.Fields) || len(d.Conds) > 0) {
		return fmt.Errorf("a decoding with fields that can be absent is marked to be written as it comes")
	}
	return nil
}

// namespace is the shape of the namespace object that a decoding makes in a
// slot; nil when it makes none.
func namespace(d *plan.Decode, slot int) *plan.Shape {
	for i := range d.Made {
		if d.Made[i].Namespace && d.Made[i].Slot == slot {
			return d.Made[i].Shape
		}
	}
	return nil
}

func checkMade(p *plan.Plan, d *plan.Decode, m *plan.Made) error {
	if m.Slot < 0 || m.Slot >= len(d.Shape.Slots) {
		return fmt.Errorf("made object: slot %d does not exist", m.Slot)
	}
	if !known(p, m.Shape) || d.Shape.Slots[m.Slot].Child != m.Shape || m.Static >= len(m.Shape.Types) {
		return fmt.Errorf("made object: its shape does not fit slot %d", m.Slot)
	}
	for _, part := range m.Parts {
		if err := checkLeaf(d.Shape, part.From); err != nil {
			return err
		}
		if len(part.To) > 0 {
			if err := checkLeaf(m.Shape, part.To); err != nil {
				return err
			}
		}
	}
	return nil
}

// checkLeaf checks that a path of slots leads to a leaf.
func checkLeaf(s *plan.Shape, path []int) error {
	for _, slot := range path {
		if s == nil || slot < 0 || slot >= len(s.Slots) {
			return fmt.Errorf("made object: path %v leads nowhere", path)
		}
		s = s.Slots[slot].Child
	}
	if s != nil {
		return fmt.Errorf("made object: path %v does not lead to a leaf", path)
	}
	return nil
}

func checkRepresentation(r *plan.Representation, s *plan.Shape) error {
	if r.Names != nil && len(r.Names) != len(s.Types) {
		return fmt.Errorf("a representation has %d names for %d types", len(r.Names), len(s.Types))
	}
	for i := range r.Fields {
		f := &r.Fields[i]
		if f.Slot < 0 {
			continue
		}
		if f.Slot >= len(s.Slots) || f.Types != nil && len(f.Types) != len(s.Types) {
			return fmt.Errorf("field %s does not fit", f.Prefix)
		}
		child := s.Slots[f.Slot].Child
		if (child != nil) != (f.Child != nil) {
			return fmt.Errorf("field %s: its child does not fit the slot's", f.Prefix)
		}
		if child != nil {
			if err := checkRepresentation(f.Child, child); err != nil {
				return err
			}
		}
	}
	return nil
}
