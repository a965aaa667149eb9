package plan

// MarkVerbatim finds out which decodings are [Decode.Verbatim]. The planner calls
// it when a plan is complete.
func MarkVerbatim(p *Plan) { each(p, (*Decode).mark) }

func (d *Decode) mark() {
	if d == nil {
		return
	}
	for i := range d.Fields {
		d.Fields[i].Child.mark()
	}
	d.Verbatim = d.verbatim()
}

// asWritten reports whether what is asked for is what is written, in the same
// order and under the same keys, whatever the request's variables are.
func (d *Decode) asWritten() bool {
	if d.Static < 0 || len(d.Names) > 0 || len(d.Made) > 0 || d.Sure != len(d.Fields) || len(d.Conds) > 0 || len(d.Fields) == 0 {
		return false
	}
	class := d.Shape.Types[d.Static].Class
	if class < 0 || len(d.Shape.Classes[class]) != len(d.Fields) {
		return false
	}
	for i := range d.Fields {
		f, o := &d.Fields[i], &d.Shape.Classes[class][i]
		if f.Into != 0 || f.Slot < 0 || o.Kind != FromSlot || o.Slot != f.Slot || o.Cond != nil || o.Drop ||
			len(o.Prefix) != len(f.Quoted)+1 || string(o.Prefix[:len(f.Quoted)]) != string(f.Quoted) || o.Prefix[len(f.Quoted)] != ':' {
			return false
		}
	}
	return true
}

// verbatim returns the length of an object without its values, 0 if objects are
// not written as they come or have more than leaves.
func (d *Decode) verbatim() int {
	if !d.asWritten() {
		return 0
	}
	size := len(`{}`) + len(d.Fields) - 1
	for i := range d.Fields {
		f := &d.Fields[i]
		if f.Child != nil || f.Wrap.IsList() {
			return 0
		}
		size += len(f.Quoted) + len(`:`)
	}
	return size
}
