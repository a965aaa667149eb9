package mapping

// appendPath evaluates p and writes the output as it comes, without building
// it first where that can be.
func (e *evaluator) appendPath(dst []byte, p *path, in, at Value) ([]byte, bool) {
	v, ok := e.root(p, in, at)
	if !ok {
		return dst, false
	}
	return e.appendSteps(dst, p, 0, v, in)
}

// appendSteps writes what the steps of p from i on and its sub-selection make
// of v.
func (e *evaluator) appendSteps(dst []byte, p *path, i int, v, in Value) ([]byte, bool) {
	for ; i < len(p.steps); i++ {
		if v.kind == KindList && i >= p.plain {
			return e.appendMapped(dst, p, i, v, in)
		}
		var ok bool
		if v, ok = e.step(&p.steps[i], v, in); !ok {
			return dst, false
		}
	}
	if p.sub != nil {
		return e.appendObject(dst, p.sub, v)
	}
	return e.appendValue(dst, v)
}

// appendMapped writes the list of what the steps of p from i on make of each
// item.
func (e *evaluator) appendMapped(dst []byte, p *path, i int, list, in Value) ([]byte, bool) {
	dst = append(dst, '[')
	e.trail = append(e.trail, mark{})
	n := 0
	for it := list.Iterate(); it.Next(); n++ {
		if n > 0 {
			dst = append(dst, ',')
		}
		e.trail[len(e.trail)-1].index = n
		var ok bool
		if dst, ok = e.appendSteps(dst, p, i, it.Value(), in); !ok {
			dst = append(dst, "null"...)
		}
		if !e.room(dst) {
			break
		}
	}
	e.trail = e.trail[:len(e.trail)-1]
	return append(dst, ']'), !e.failed
}

// appendObject writes what a sub-selection makes of v.
func (e *evaluator) appendObject(dst []byte, o *object, v Value) ([]byte, bool) {
	if !e.spend(1) {
		return dst, false
	}
	switch {
	case v.kind == KindList:
		return e.appendObjects(dst, o, v)
	case v.kind == KindNull && o.quiet:
		return append(dst, "null"...), true
	case !o.direct:
		out, ok := e.object(o, v)
		if !ok {
			return dst, false
		}
		return e.appendValue(dst, out)
	}
	start := len(dst)
	dst = append(dst, '{')
	e.trail = append(e.trail, mark{index: -1})
	for i := range o.entries {
		en := &o.entries[i]
		before := len(dst)
		if before > start+1 {
			dst = append(dst, ',')
		}
		dst = append(dst, en.json...)
		e.trail[len(e.trail)-1].key = en.key
		var ok bool
		if dst, ok = e.appendPath(dst, en.value.path, v, v); !ok {
			dst = dst[:before]
		}
		if !e.room(dst) {
			break
		}
	}
	e.trail = e.trail[:len(e.trail)-1]
	if len(dst) == start+1 && v.kind != KindObject {
		return e.appendValue(dst[:start], v)
	}
	return append(dst, '}'), !e.failed
}

func (e *evaluator) appendObjects(dst []byte, o *object, list Value) ([]byte, bool) {
	dst = append(dst, '[')
	e.trail = append(e.trail, mark{})
	n := 0
	for it := list.Iterate(); it.Next(); n++ {
		if n > 0 {
			dst = append(dst, ',')
		}
		e.trail[len(e.trail)-1].index = n
		var ok bool
		if dst, ok = e.appendObject(dst, o, it.Value()); !ok {
			dst = append(dst, "null"...)
		}
		if !e.room(dst) {
			break
		}
	}
	e.trail = e.trail[:len(e.trail)-1]
	return append(dst, ']'), !e.failed
}

// room reports whether the output may go on.
func (e *evaluator) room(dst []byte) bool {
	if len(dst)-e.base > e.most {
		e.stop("bytes")
	}
	return !e.failed
}

// appendValue writes a value, if it still fits.
func (e *evaluator) appendValue(dst []byte, v Value) ([]byte, bool) {
	raw := v.Raw()
	if raw != nil {
		if len(dst)+len(raw)-e.base > e.most {
			e.stop("bytes")
			return dst, false
		}
		return append(dst, raw...), true
	}
	open, end := byte('['), byte(']')
	if v.kind == KindObject {
		open, end = '{', '}'
	}
	dst = append(dst, open)
	for it, first := v.Iterate(), true; it.Next(); first = false {
		if !first {
			dst = append(dst, ',')
		}
		if v.kind == KindObject {
			dst = append(it.appendKeyJSON(dst), ':')
		}
		var ok bool
		if dst, ok = e.appendValue(dst, it.Value()); !ok || !e.spend(1) {
			return dst, false
		}
	}
	return append(dst, end), e.room(dst)
}
