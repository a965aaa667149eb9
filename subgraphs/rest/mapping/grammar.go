package mapping

import "strings"

// selection is the rule of Parse: fields, or one path that stands alone.
func (p *parser) selection() *path {
	if p.peek() == '{' {
		return (&path{sub: p.braces()}).finish()
	}
	sub, alone := p.entries(true)
	if alone != nil {
		return alone
	}
	return (&path{sub: sub}).finish()
}

// value is the rule of ParseValue and of what stands behind an alias. Only what
// cannot be mistaken for a path is an expression there without $( ): lists,
// numbers and chains of operators.
func (p *parser) value() *path {
	start := p.i
	pos := p.position(start)
	var e expr
	switch c := p.peek(); {
	case c == '{':
		return (&path{sub: p.braces()}).finish()
	case c == '[' || isDigit(c) || c == '-':
		e = p.expr()
	default:
		q := p.path()
		if p.operator() == opNone {
			return q
		}
		if c == '"' || c == '\'' {
			p.fail(CodeSyntax, start, `write $."key" for the field, $("text") for the literal`, "a quoted key before an operator may be mistaken for a literal")
		}
		e = p.chain(q.expression())
	}
	if e.kind == exprPath {
		return e.path
	}
	return (&path{root: root{kind: rootExpr, expr: &e, pos: pos}}).finish()
}

// braces reads a sub-selection.
func (p *parser) braces() *object {
	p.enter()
	p.expect("{", "here")
	sub, _ := p.entries(false)
	p.expect("}", "at the end of the sub-selection")
	p.depth--
	return sub
}

// entries reads the fields of a selection up to } or the end. If it is the
// whole selection and just one path without a name, it returns that alone.
func (p *parser) entries(top bool) (sub *object, alone *path) {
	sub = new(object)
	nameless := -1
	for p.i < len(p.text) && p.peek() != '}' {
		start := p.i
		e, q, named := p.entry()
		if q != nil {
			alone = q
		}
		if !named && nameless < 0 {
			nameless = start
		}
		sub.entries = append(sub.entries, e)
		p.accept(",")
	}
	if top && len(sub.entries) == 1 && alone != nil {
		return nil, alone
	}
	if nameless >= 0 {
		p.fail(CodeSyntax, nameless, "write name: path, or give it braces to take fields from it", "path has no name in the output")
	}
	return sub.finish(), nil
}

// entry reads one field. q is set if it is a path that might stand alone, named
// is false if only that would do.
func (p *parser) entry() (e entry, q *path, named bool) {
	start := p.i
	e.pos = p.position(start)
	if p.accept("...") {
		e.spread = true
		e.value = p.path().asExpr()
		return e, nil, true
	}
	if p.atKey() {
		key := p.key("")
		if p.accept(":") {
			e.key, e.value = key, p.value().asExpr()
			return e, nil, true
		}
		p.i = start
	}
	if p.peek() != '$' && p.peek() != '@' && !p.atKey() {
		hint := p.slip()
		if p.operator() != opNone {
			hint = "operators work behind an alias, in $(…) and in arguments"
		}
		p.fail(CodeSyntax, start, hint, "a field is expected, not %s", p.here())
	}
	explicit := p.peek() == '$'
	q = p.path()
	e.value = q.asExpr()
	key, single := q.single()
	switch {
	case single && !explicit:
		e.key = key
		return e, nil, true
	case q.sub != nil:
		e.spread = true
		return e, q, true
	case single:
		e.key = key
		return e, q, true
	}
	return e, q, false
}

// asExpr wraps a path as it is: the value of a field stays a path.
func (p *path) asExpr() expr { return expr{kind: exprPath, path: p} }

// single returns the only key of a path from $.
func (p *path) single() (key string, ok bool) {
	if p.root.kind != rootInput || len(p.steps) == 0 || p.steps[0].kind != stepKey {
		return "", false
	}
	for _, s := range p.steps[1:] {
		if s.kind != stepOptional {
			return "", false
		}
	}
	return p.steps[0].key, true
}

func (p *parser) path() *path {
	q := new(path)
	visible := len(p.scope)
	q.root.pos = p.position(p.i)
	switch {
	case p.peek() == '$':
		p.dollar(q)
	case p.accept("@"):
		q.root.kind = rootCurrent
	case p.atKey():
		pos := p.position(p.i)
		q.steps = append(q.steps, step{kind: stepKey, key: p.key(""), pos: pos})
	default:
		p.fail(CodeSyntax, p.i, "", "a path is expected, not %s", p.here())
	}
	p.steps(q)
	if p.peek() == '{' {
		q.sub = p.braces()
	}
	p.scope = p.scope[:visible]
	return q.finish()
}

// dollar reads $, $name or $( ).
func (p *parser) dollar(q *path) {
	start := p.i
	p.i++
	if !isNameStart(p.peek()) {
		p.space()
		if p.peek() == '(' {
			p.enter()
			p.accept("(")
			e := p.expr()
			p.expect(")", "at the end of the expression")
			p.depth--
			q.root.kind, q.root.expr = rootExpr, &e
		}
		return
	}
	name := p.name()
	for slot := len(p.scope) - 1; slot >= 0; slot-- {
		if p.scope[slot] == name {
			q.root.kind, q.root.slot, q.root.name = rootLocal, slot, name
			return
		}
	}
	if id, ok := variableByName(name); ok {
		q.root.kind, q.root.variable = rootVariable, id
		return
	}
	q.root.kind, q.root.name = rootUnknown, name
	known := append(append([]string(nil), p.scope...), variableNames[:]...)
	hint := "variables are $" + strings.Join(known, ", $")
	if like := nearest(name, known); like != "" {
		hint = "did you mean $" + like + "?"
	}
	p.report(CodeUnknownVariable, start, hint, "unknown variable $%s", name)
}

// steps reads what follows the root of a path.
func (p *parser) steps(q *path) {
	for {
		switch start := p.i; {
		case p.is("...") || p.is("??") || p.is("?!"):
			return
		case p.accept("?"):
			n := len(q.steps)
			if n > 0 && q.steps[n-1].kind == stepOptional {
				continue // once is enough
			}
			if n > 0 {
				q.steps[n-1].quiet = true
			}
			q.steps = append(q.steps, step{kind: stepOptional, pos: p.position(start)})
		case p.accept("."):
			pos := p.position(p.i)
			q.steps = append(q.steps, step{kind: stepKey, key: p.key("after the dot"), pos: pos})
		case p.accept("->"):
			q.steps = append(q.steps, p.method())
		default:
			return
		}
	}
}

// method reads the name and the arguments of a method.
func (p *parser) method() step {
	start := p.i
	st := step{kind: stepMethod, pos: p.position(start)}
	st.name = p.name()
	if st.name == "" {
		p.fail(CodeSyntax, start, "", "the name of a method is expected, not %s", p.here())
	}
	st.method = methodByName(st.name)
	if st.method == methodUnknown {
		hint := "methods are " + strings.Join(Methods(), ", ")
		if like := nearest(st.name, Methods()); like != "" {
			hint = "did you mean ->" + like + "?"
		}
		p.report(CodeUnknownMethod, start, hint, "unknown method ->%s", st.name)
	}
	if st.method == methodAs {
		p.binding(&st)
	} else {
		st.args = p.arguments()
		if st.method != methodUnknown {
			st.bad = st.method.arity(len(st.args))
		}
	}
	if st.method == methodMatch || st.method == methodMatchIf {
		for i := range st.args {
			rest := st.method == methodMatch && i == len(st.args)-1
			if n := st.args[i].length(); n != 2 && !(rest && n == 1) && st.bad == "" {
				st.bad = "Method ->" + st.name + " requires arguments of the form [a, b]"
			}
		}
	}
	if st.bad != "" {
		p.report(CodeArguments, start, "", "%s", st.bad)
	}
	return st
}

// length makes a literal list an array expression and returns how many items an
// array has, -1 for what is none.
func (e *expr) length() int {
	if e.kind == exprLiteral && e.value.kind == KindList {
		items := make([]expr, 0, 2)
		for it := e.value.Iterate(); it.Next(); {
			items = append(items, expr{kind: exprLiteral, value: it.Value()})
		}
		*e = expr{kind: exprArray, items: items}
	}
	if e.kind != exprArray {
		return -1
	}
	return len(e.items)
}

func (p *parser) arguments() (args []expr) {
	if p.peek() != '(' {
		return nil
	}
	p.enter()
	p.accept("(")
	for p.peek() != ')' {
		args = append(args, p.expr())
		if !p.accept(",") {
			break
		}
	}
	p.expect(")", "at the end of the arguments")
	p.depth--
	return args
}

// binding reads the arguments of ->as and makes the variable visible.
func (p *parser) binding(st *step) {
	start, errs := p.i, len(p.errs)
	name := ""
	if p.accept("(") && p.peek() == '$' {
		p.i++
		if name = p.name(); name != "" && !p.accept(",") && p.peek() != ')' {
			name = ""
		}
	}
	p.i = start
	args := p.arguments()
	_, reserved := variableByName(name)
	switch {
	case len(args) < 1 || len(args) > 2:
		st.bad = methodAs.arity(len(args))
	case name == "":
		st.bad = "First argument to ->as must be a single $variable name"
	case reserved:
		st.bad = "->as cannot give another value to $" + name
	default:
		st.args = args[1:]
	}
	// The variable is unknown where it is bound: the first complaint about it is
	// not meant.
	for i, err := range p.errs[errs:] {
		if err.Code == CodeUnknownVariable && err.Message == "unknown variable $"+name {
			p.errs = append(p.errs[:errs+i], p.errs[errs+i+1:]...)
			break
		}
	}
	if st.bad != "" {
		st.args = args
		return
	}
	st.slot, st.bad = len(p.scope), ""
	st.name = name
	p.scope = append(p.scope, name)
	p.locals = max(p.locals, len(p.scope))
}

// expr reads an expression: operands joined by one of the operators.
func (p *parser) expr() expr { return p.chain(p.operand()) }

// chain reads the operators and operands that follow the first one.
func (p *parser) chain(first expr) expr {
	op := p.operator()
	if op == opNone {
		return first
	}
	chain := expr{kind: exprChain, op: op, items: []expr{first}}
	for next := op; next != opNone; next = p.operator() {
		if next != op {
			p.fail(CodeSyntax, p.i, "put one of them in $(…)", "?? and ?! cannot be mixed")
		}
		p.accept(op.String())
		chain.items = append(chain.items, p.operand())
	}
	return chain
}

// operator tells the operator at hand without taking it.
func (p *parser) operator() chainOp {
	switch {
	case p.is("??"):
		return opNull
	case p.is("?!"):
		return opMissing
	}
	return opNone
}

func (p *parser) operand() expr {
	pos := p.position(p.i)
	var e expr
	switch c := p.peek(); {
	case c == '"' || c == '\'':
		e = expr{kind: exprLiteral, value: String(p.string())}
	case isDigit(c) || c == '-' || c == '.' && !p.is("..."):
		e = expr{kind: exprLiteral, value: p.number()}
	case c == '{':
		e = p.object()
	case c == '[':
		e = p.array()
	case c == '$' || c == '@':
		return p.path().expression()
	case isNameStart(c):
		start := p.i
		switch p.name() {
		case "true":
			e = expr{kind: exprLiteral, value: Bool(true)}
		case "false":
			e = expr{kind: exprLiteral, value: Bool(false)}
		case "null":
			e = expr{kind: exprLiteral, value: Null()}
		default:
			p.i = start
			return p.path().expression()
		}
	case c == '(':
		p.fail(CodeSyntax, p.i, "write $(…)", "parentheses need a dollar sign")
	default:
		p.fail(CodeSyntax, p.i, "", "an expression is expected, not %s", p.here())
	}
	visible := len(p.scope)
	q := &path{root: root{kind: rootExpr, expr: &e, pos: pos}}
	if p.steps(q); len(q.steps) == 0 {
		return e
	}
	if p.peek() == '{' {
		q.sub = p.braces()
	}
	p.scope = p.scope[:visible]
	return expr{kind: exprPath, path: q.finish()}
}

// number reads a number literal and gives it JSON's form.
func (p *parser) number() Value {
	start := p.i
	sign := ""
	if p.accept("-") {
		sign = "-"
	}
	digits := func() string {
		from := p.i
		for isDigit(p.peek()) {
			p.i++
		}
		return p.text[from:p.i]
	}
	whole := digits()
	fraction := ""
	if rest := p.text[p.i:]; strings.HasPrefix(rest, ".") && !strings.HasPrefix(rest, "..") && (len(rest) == 1 || !isNameStart(rest[1])) {
		p.i++
		if fraction = digits(); fraction == "" && whole == "" {
			p.fail(CodeSyntax, start, "", "a number has no digits")
		}
		fraction = "." + fraction
		if fraction == "." {
			fraction = ".0"
		}
	}
	if whole == "" && fraction == "" {
		p.fail(CodeSyntax, start, "", "a number has no digits")
	}
	exponent := ""
	if c := p.peek(); c == 'e' || c == 'E' {
		p.i++
		exponent = "e"
		if c := p.peek(); c == '+' || c == '-' {
			exponent += string(c)
			p.i++
		}
		power := digits()
		if power == "" {
			p.fail(CodeSyntax, start, "", "the exponent of a number has no digits")
		}
		exponent += power
	}
	if isNameStart(p.peek()) {
		p.fail(CodeSyntax, start, "a name cannot begin with a digit; quote the key", "unexpected %s behind a number", p.here())
	}
	p.space()
	if whole = strings.TrimLeft(whole, "0"); whole == "" {
		whole = "0"
	}
	return numberValue([]byte(sign + whole + fraction + exponent))
}

func (p *parser) array() expr {
	e := expr{kind: exprArray}
	p.enter()
	p.expect("[", "here")
	constant := true
	for p.peek() != ']' {
		e.items = append(e.items, p.expr())
		constant = constant && e.items[len(e.items)-1].kind == exprLiteral
		if !p.accept(",") {
			break
		}
	}
	p.expect("]", "at the end of the list")
	p.depth--
	if !constant {
		return e
	}
	items := make([]Value, len(e.items))
	for i := range e.items {
		items[i] = e.items[i].value
	}
	return expr{kind: exprLiteral, value: listValue(items)}
}

// object reads an object literal.
func (p *parser) object() expr {
	o := new(object)
	constant := true
	p.enter()
	p.expect("{", "here")
	for p.peek() != '}' {
		e := p.property()
		constant = constant && !e.spread && e.value.kind == exprLiteral
		o.entries = append(o.entries, e)
		if !p.accept(",") && !p.is("...") && !p.atKey() {
			break
		}
	}
	p.expect("}", "at the end of the object")
	p.depth--
	if o.finish(); !constant || !o.direct {
		return expr{kind: exprObject, object: o}
	}
	members := make([]member, len(o.entries))
	for i, e := range o.entries {
		members[i] = member{e.key, e.value.value}
	}
	return expr{kind: exprLiteral, value: objectValue(members)}
}

// property reads key: expression, a spread, or a field under its own name.
func (p *parser) property() (e entry) {
	start := p.i
	e.pos = p.position(start)
	if p.accept("...") {
		e.spread, e.value = true, p.operand()
		return e
	}
	if !p.atKey() && p.peek() != '$' && p.peek() != '@' {
		p.fail(CodeSyntax, start, "", "a key is expected, not %s", p.here())
	}
	if p.atKey() {
		if e.key = p.key(""); p.accept(":") {
			e.value = p.expr()
			return e
		}
		p.i = start
	}
	q := p.path()
	e.value = q.asExpr()
	key, single := q.single()
	switch {
	case single:
		e.key = key
	case q.sub != nil:
		e.key, e.spread = "", true
	default:
		p.fail(CodeSyntax, start, "write key: value", "value has no key")
	}
	return e
}
