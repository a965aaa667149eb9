package mapping

// Plain reports whether the selection does no more than pick and arrange parts
// of its input: by keys, braces and constants, without methods, operators and
// variables. What its output has, the input had, and where the input lacks
// something, so does the output. The one exception is through, which says that
// some path goes through more than one key: if the first of them holds a list,
// elements that lack the next are null in the output.
func (s *Selection) Plain() (plain, through bool) {
	return s.top.picks()
}

func (p *path) picks() (plain, through bool) {
	switch {
	case p.root.kind == rootExpr:
		if plain, through = p.root.expr.picks(); !plain {
			return false, false
		}
		// What is taken of a value that an expression made counts as a second key.
		through = through || len(p.steps) > 0
	case p.root.kind != rootInput:
		return false, false
	}
	through = through || len(p.steps) > 1
	for i := range p.steps {
		st := &p.steps[i]
		switch st.kind {
		case stepKey:
		case stepBelow:
			below, more := st.below.picks()
			if !below {
				return false, false
			}
			through = through || more
		default:
			return false, false
		}
	}
	if p.sub == nil {
		return true, through
	}
	below, more := p.sub.picks()
	return below, through || more
}

func (o *object) picks() (plain, through bool) {
	if !o.direct {
		return false, false // one entry can stand in for another
	}
	for i := range o.entries {
		below, more := o.entries[i].value.picks()
		if !below {
			return false, false
		}
		through = through || more
	}
	return true, through
}

func (e *expr) picks() (plain, through bool) {
	switch e.kind {
	case exprPath:
		return e.path.picks()
	case exprLiteral:
		return true, false
	case exprObject:
		return e.object.picks()
	}
	return false, false
}
