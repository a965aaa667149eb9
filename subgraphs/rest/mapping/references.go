package mapping

// Reference is one use of a variable.
type Reference struct {
	// Variable is its name with the dollar sign, as $args.
	Variable string
	// Path are the keys that follow it, as far as they are fixed.
	Path []string
	// Line and Column are where it stands, 0 if the selection was not made
	// from text.
	Line, Column int
}

// References returns every use of a variable, in the order of the text. $ and @
// and what ->as binds are not among them.
func (s *Selection) References() []Reference {
	var refs []Reference
	walkPath(s.top, func(p *path) {
		r := Reference{Line: int(p.root.pos.line), Column: int(p.root.pos.column)}
		switch p.root.kind {
		case rootVariable:
			r.Variable = "$" + variableNames[p.root.variable]
		case rootUnknown:
			r.Variable = "$" + p.root.name
		default:
			return
		}
		for _, st := range p.steps {
			if st.kind == stepKey {
				r.Path = append(r.Path, st.key)
			} else if st.kind != stepOptional {
				break
			}
		}
		refs = append(refs, r)
	})
	return refs
}

// walkPath visits p and all paths in it.
func walkPath(p *path, visit func(*path)) {
	visit(p)
	if p.root.kind == rootExpr {
		walkExpr(p.root.expr, visit)
	}
	for i := range p.steps {
		for j := range p.steps[i].args {
			walkExpr(&p.steps[i].args[j], visit)
		}
		if p.steps[i].below != nil {
			walkPath(p.steps[i].below, visit)
		}
	}
	if p.sub != nil {
		walkObject(p.sub, visit)
	}
}

func walkObject(o *object, visit func(*path)) {
	for i := range o.entries {
		walkExpr(&o.entries[i].value, visit)
	}
}

func walkExpr(e *expr, visit func(*path)) {
	switch e.kind {
	case exprPath:
		walkPath(e.path, visit)
	case exprObject:
		walkObject(e.object, visit)
	case exprArray, exprChain:
		for i := range e.items {
			walkExpr(&e.items[i], visit)
		}
	}
}
