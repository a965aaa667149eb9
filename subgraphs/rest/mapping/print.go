package mapping

// String returns the selection as canonical text: Parse reads it to an equal one.
func (s *Selection) String() string {
	if s.top.bare() && s.top.sub != nil {
		return string(appendEntries(nil, s.top.sub))
	}
	return string(appendPath(nil, s.top, true))
}

// appendEntries writes what stands between the braces of a sub-selection.
func appendEntries(dst []byte, o *object) []byte {
	for i := range o.entries {
		if i > 0 {
			dst = append(dst, ' ')
		}
		e := &o.entries[i]
		p := e.value.path
		if e.spread {
			dst = appendPath(append(dst, "..."...), p, false)
			continue
		}
		if key, ok := p.single(); ok && key == e.key {
			dst = appendPath(dst, p, false)
			continue
		}
		dst = append(appendKey(dst, e.key), ':', ' ')
		if p.bare() && p.sub != nil {
			dst = appendBraces(dst, p.sub)
			continue
		}
		dst = appendPath(dst, p, false)
	}
	return dst
}

func appendBraces(dst []byte, o *object) []byte {
	if len(o.entries) == 0 {
		return append(dst, "{ }"...)
	}
	return append(appendEntries(append(dst, '{', ' '), o), ' ', '}')
}

func appendKey(dst []byte, key string) []byte {
	if isName(key) {
		return append(dst, key...)
	}
	return AppendQuoted(dst, key)
}

// appendPath writes a path. explicit: with $ even before a key.
func appendPath(dst []byte, p *path, explicit bool) []byte {
	bare := false
	switch r := &p.root; r.kind {
	case rootInput:
		bare = !explicit && len(p.steps) > 0 && p.steps[0].kind == stepKey
		if !bare {
			dst = append(dst, '$')
		}
	case rootCurrent:
		dst = append(dst, '@')
	case rootVariable:
		dst = append(append(dst, '$'), variableNames[r.variable]...)
	case rootLocal, rootUnknown:
		dst = append(append(dst, '$'), r.name...)
	case rootExpr:
		dst = append(appendExpr(append(dst, '$', '('), r.expr), ')')
	}
	for i := range p.steps {
		st := &p.steps[i]
		switch st.kind {
		case stepKey:
			if !bare || i > 0 {
				dst = append(dst, '.')
			}
			dst = appendKey(dst, st.key)
		case stepOptional:
			dst = append(dst, '?')
		case stepBelow:
			dst = append(dst, "->map("...)
			dst = append(appendPath(dst, st.below, true), ')')
		case stepMethod:
			dst = appendMethod(append(dst, '-', '>'), st)
		}
	}
	if p.sub != nil {
		dst = appendBraces(append(dst, ' '), p.sub)
	}
	return dst
}

func appendMethod(dst []byte, st *step) []byte {
	if st.method == methodAs && st.bad == "" {
		dst = append(append(dst, "as($"...), st.name...)
		if len(st.args) > 0 {
			dst = appendExpr(append(dst, ',', ' '), &st.args[0])
		}
		return append(dst, ')')
	}
	dst = append(dst, st.name...)
	if len(st.args) == 0 {
		return dst
	}
	return append(appendList(append(dst, '('), st.args), ')')
}

func appendList(dst []byte, items []expr) []byte {
	for i := range items {
		if i > 0 {
			dst = append(dst, ',', ' ')
		}
		dst = appendExpr(dst, &items[i])
	}
	return dst
}

func appendExpr(dst []byte, e *expr) []byte {
	switch e.kind {
	case exprPath:
		return appendPath(dst, e.path, true)
	case exprLiteral:
		return e.value.AppendJSON(dst)
	case exprArray:
		return append(appendList(append(dst, '['), e.items), ']')
	case exprObject:
		dst = append(dst, '{')
		for i := range e.object.entries {
			if i > 0 {
				dst = append(dst, ',', ' ')
			}
			if en := &e.object.entries[i]; en.spread {
				dst = append(dst, "..."...)
				dst = appendExpr(dst, &en.value)
			} else {
				dst = append(appendKey(dst, en.key), ':', ' ')
				dst = appendExpr(dst, &en.value)
			}
		}
		return append(dst, '}')
	default:
		for i := range e.items {
			if i > 0 {
				dst = append(append(append(dst, ' '), e.op.String()...), ' ')
			}
			if e.items[i].kind == exprChain {
				dst = append(appendExpr(append(dst, '$', '('), &e.items[i]), ')')
			} else {
				dst = appendExpr(dst, &e.items[i])
			}
		}
		return dst
	}
}
