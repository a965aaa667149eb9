package plan

import (
	"encoding/binary"

	"github.com/weft-graphql/weft/planner/schema"
)

// MarkCopied finds out which fields are [DecodeField.Copied]. The planner calls it
// when a plan is complete.
func MarkCopied(p *Plan) {
	m := copying{read: make([]bool, len(p.Shapes))}
	for _, s := range p.Shapes {
		m.read[s.ID] = s.Merged || s.Collect >= 0
	}
	for _, f := range p.Fetches {
		if f.At != nil {
			m.target(p, f.At)
		}
		for i := range f.Entries {
			for j := range f.Entries[i].Targets {
				m.target(p, &f.Entries[i].Targets[j])
			}
		}
	}
	each(p, m.made)
	each(p, m.mark)
	if m.fields > 0 {
		m.fill()
	}
}

// each calls a function for the decodings that answers and rows begin with.
func each(p *Plan, do func(*Decode)) {
	for _, f := range p.Fetches {
		if f.Root != nil {
			do(f.Root)
		}
		for i := range f.Entries {
			for j := range f.Entries[i].Targets {
				t := &f.Entries[i].Targets[j]
				for _, typ := range t.Types {
					if typ != nil {
						do(typ.Decode)
					}
				}
				if t.Untyped != nil {
					do(t.Untyped.Decode)
				}
			}
		}
	}
}

type copying struct {
	// read says, by shape, that somebody but the writer looks into its objects.
	read []bool
	// list are the decodings that are closed, fields how many fields they have.
	list   []*Decode
	fields int
}

// copies says what is known of a decoding's being written as it comes.
type copies uint8

const (
	copiesUnknown copies = iota
	copiesNot
	copiesAll
)

func (m *copying) target(p *Plan, t *Target) {
	m.read[t.Shape.ID] = true
	at := p.Root
	for _, slot := range t.Path {
		at = at.Slots[slot].Child
		m.read[at.ID] = true
	}
	for _, typ := range t.Types {
		if typ != nil {
			m.representation(typ.Representation, t.Shape)
		}
	}
	if t.Untyped != nil {
		m.representation(t.Untyped.Representation, t.Shape)
	}
	if t.Around == nil {
		return
	}
	for i := range t.Around.Contexts {
		c := &t.Around.Contexts[i]
		for _, r := range c.Types {
			m.representation(r, c.Shape)
		}
	}
}

func (m *copying) representation(r *Representation, s *Shape) {
	if r == nil {
		return
	}
	m.read[s.ID] = true
	for i := range r.Fields {
		if f := &r.Fields[i]; f.Slot >= 0 && s.Slots[f.Slot].Child != nil {
			m.read[s.Slots[f.Slot].Child.ID] = true
			m.representation(f.Child, s.Slots[f.Slot].Child)
		}
	}
}

// made marks what objects are made of.
func (m *copying) made(d *Decode) {
	for i := range d.Made {
		for _, part := range d.Made[i].Parts {
			at := d.Shape
			for _, slot := range part.From {
				m.read[at.ID] = true
				if at = at.Slots[slot].Child; at == nil {
					break
				}
			}
		}
	}
	for i := range d.Fields {
		if d.Fields[i].Child != nil {
			m.made(d.Fields[i].Child)
		}
	}
}

func (m *copying) mark(d *Decode) {
	for i := range d.Fields {
		f := &d.Fields[i]
		if f.Child == nil {
			continue
		}
		shape := d.Shape
		if f.Into != 0 {
			shape = shape.Slots[f.Into-1].Child
		}
		if f.Copied = m.written(f, shape); f.Copied == 0 || !m.closed(f.Child) {
			f.Copied = 0
			m.mark(f.Child)
		}
	}
}

// written finds how a field is wrapped where it is written; 0 when that depends on
// something.
func (m *copying) written(f *DecodeField, shape *Shape) (wrap schema.Wrap) {
	if f.Slot < 0 || shape.Slots[f.Slot].Merge {
		return 0
	}
	for _, class := range shape.Classes {
		for i := range class {
			o := &class[i]
			if o.Kind != FromSlot || o.Slot != f.Slot {
				continue
			}
			if o.Drop || wrap != 0 && wrap != o.Wrap || o.Wrap.Depth() != f.Wrap.Depth() {
				return 0
			}
			wrap = o.Wrap
		}
	}
	return wrap
}

// closed reports whether objects that come as they are expected to are written as
// they come, and whether nobody else looks into them or into what is below.
func (m *copying) closed(d *Decode) bool {
	if d.copies == copiesUnknown {
		d.copies = copiesNot
		if m.objects(d) {
			d.copies = copiesAll
		}
	}
	return d.copies == copiesAll
}

func (m *copying) objects(d *Decode) bool {
	if m.read[d.Shape.ID] || !d.asWritten() {
		return false
	}
	outputs := d.Shape.Classes[d.Shape.Types[d.Static].Class]
	for i := range d.Fields {
		f, o := &d.Fields[i], &outputs[i]
		if o.Wrap.Depth() != f.Wrap.Depth() || d.Shape.Slots[f.Slot].Merge || f.Child != nil && !m.closed(f.Child) {
			return false
		}
	}
	for i := range d.Fields {
		if d.Fields[i].Child != nil {
			d.Fields[i].Copied = outputs[i].Wrap
		}
	}
	m.list = append(m.list, d)
	m.fields += len(d.Fields)
	return true
}

// fill makes the Copies of what was found to be closed, in one piece: plans are
// made of many small objects.
func (m *copying) fill() {
	fields := make([]CopyField, m.fields)
	for _, d := range m.list {
		n := len(d.Fields)
		d.Copies, fields = fields[:n:n], fields[n:]
		outputs := d.Shape.Classes[d.Shape.Types[d.Static].Class]
		for i := range d.Fields {
			f := &d.Fields[i]
			c := &d.Copies[i]
			*c = CopyField{Before: ',', Prefix: outputs[i].Prefix, Wrap: outputs[i].Wrap, Leaf: f.Leaf, Enum: f.Enum, Child: f.Child}
			if i == 0 {
				c.Before = '{'
			}
			c.words()
		}
	}
}

// CopyField is one key of an object that is written as it comes.
type CopyField struct {
	// Before and Prefix are what comes before the value: a brace or comma, and the
	// key with its colon. Where these are not more than 16 bytes, Length says how
	// many, and they are also there as words, little endian, with masks of the bits
	// that count.
	Before            byte
	Length            uint8
	Prefix            []byte
	Low, High         uint64
	LowMask, HighMask uint64
	// Wrap is how the value is wrapped where it is written.
	Wrap schema.Wrap
	// Leaf, Enum and Child are the [DecodeField]'s.
	Leaf  LeafKind
	Enum  []string
	Child *Decode
}

func (c *CopyField) words() {
	n := 1 + len(c.Prefix)
	if n > 16 {
		return
	}
	c.Length = uint8(n)
	var word, mask [16]byte
	word[0] = c.Before
	copy(word[1:], c.Prefix)
	for i := range n {
		mask[i] = 0xFF
	}
	c.Low, c.High = binary.LittleEndian.Uint64(word[:]), binary.LittleEndian.Uint64(word[8:])
	c.LowMask, c.HighMask = binary.LittleEndian.Uint64(mask[:]), binary.LittleEndian.Uint64(mask[8:])
}
