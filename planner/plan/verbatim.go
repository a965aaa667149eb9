package plan

// MarkVerbatim finds out which decodings are [Decode.Verbatim]. The planner calls
// it when a plan is complete.
func MarkVerbatim(p *Plan) {
	for _, f := range p.Fetches {
		if f.Root != nil {
			f.Root.mark()
		}
		for i := range f.Entries {
			for j := range f.Entries[i].Targets {
				t := &f.Entries[i].Targets[j]
				for _, typ := range t.Types {
					if typ != nil {
						typ.Decode.mark()
					}
				}
				if t.Untyped != nil {
					t.Untyped.Decode.mark()
				}
			}
		}
	}
}

func (d *Decode) mark() {
	if d == nil {
		return
	}
	for i := range d.Fields {
		d.Fields[i].Child.mark()
	}
	d.Verbatim = d.verbatim()
}

// verbatim returns the length of an object without its values, 0 if objects are
// not written as they come.
func (d *Decode) verbatim() int {
	if d.Static < 0 || len(d.Names) > 0 || len(d.Made) > 0 || d.Sure != len(d.Fields) || len(d.Fields) == 0 {
		return 0
	}
	class := d.Shape.Types[d.Static].Class
	if class < 0 || len(d.Shape.Classes[class]) != len(d.Fields) {
		return 0
	}
	size := len(`{}`) + len(d.Fields) - 1
	for i := range d.Fields {
		f, o := &d.Fields[i], &d.Shape.Classes[class][i]
		if f.Child != nil || f.Into != 0 || f.Slot < 0 || f.Wrap.IsList() ||
			o.Kind != FromSlot || o.Slot != f.Slot || o.Cond != nil || o.Drop ||
			len(o.Prefix) != len(f.Quoted)+1 || string(o.Prefix[:len(f.Quoted)]) != string(f.Quoted) || o.Prefix[len(f.Quoted)] != ':' {
			return 0
		}
		size += len(o.Prefix)
	}
	return size
}
