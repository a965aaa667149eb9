package mapping

// position is a place in the text, from 1; zero if there is none.
type position struct{ line, column int32 }

// Selection is a parsed selection. It is immutable and safe for use by many
// goroutines.
type Selection struct {
	// top is the whole selection; a naked one is a sub-selection of $.
	top    *path
	locals int
	limits Limits
}

// path is a root, steps from there and what is applied to the end of it.
type path struct {
	root  root
	steps []step
	sub   *object
	// plain is the first step from which on all are keys that need no care:
	// mapping a list through them is mapping each element through all of them.
	plain int
}

type rootKind uint8

const (
	rootInput    rootKind = iota // $, or a key without it
	rootCurrent                  // @
	rootVariable                 // $args and its like
	rootLocal                    // bound by ->as
	rootExpr                     // $( )
	rootUnknown                  // a variable that does not exist
)

type root struct {
	kind     rootKind
	variable variable
	slot     int
	name     string // of a local or unknown variable, without $
	expr     *expr
	pos      position
}

type stepKind uint8

const (
	stepKey stepKind = iota
	stepMethod
	stepOptional // ?
	stepBelow    // another selection for the value, as Object has it
)

type step struct {
	kind stepKind
	key  string
	// quiet: an optional step follows, so that a lack is no issue.
	quiet  bool
	method methodID
	name   string // of an unknown method
	args   []expr
	bad    string // what is wrong with the arguments
	slot   int    // of ->as
	below  *path
	pos    position
}

// object is a sub-selection or an object literal.
type object struct {
	entries []entry
	// quiet: null passes without an issue, as Object promises.
	quiet bool
	// direct: keys are distinct and there is no spread, so that the output can
	// be written as it is evaluated.
	direct bool
}

type entry struct {
	key    string
	json   []byte // "key":
	spread bool
	value  expr
	pos    position
}

type exprKind uint8

const (
	exprPath exprKind = iota
	exprLiteral
	exprObject
	exprArray
	exprChain
)

type chainOp uint8

const (
	opNone    chainOp = iota
	opNull            // ??
	opMissing         // ?!
)

func (op chainOp) String() string {
	if op == opNull {
		return "??"
	}
	return "?!"
}

type expr struct {
	kind   exprKind
	op     chainOp
	path   *path
	value  Value // literal
	object *object
	items  []expr // of an array or a chain
}

// expression makes a path an expression, without needless $( ).
func (p *path) expression() expr {
	if p.root.kind == rootExpr && len(p.steps) == 0 && p.sub == nil {
		return *p.root.expr
	}
	return expr{kind: exprPath, path: p}
}

// finish computes what is derived from the steps.
func (p *path) finish() *path {
	p.plain = len(p.steps)
	for p.plain > 0 && p.steps[p.plain-1].kind == stepKey && !p.steps[p.plain-1].quiet {
		p.plain--
	}
	return p
}

// finish computes what is derived from the entries.
func (o *object) finish() *object {
	o.direct = true
	seen := make(map[string]bool, len(o.entries))
	for i := range o.entries {
		e := &o.entries[i]
		if e.spread || seen[e.key] {
			o.direct = false
		}
		seen[e.key] = true
		if !e.spread && e.json == nil {
			e.json = append(AppendQuoted(nil, e.key), ':')
		}
	}
	return o
}

// bare reports whether p is $ itself: no steps, any sub-selection.
func (p *path) bare() bool { return p.root.kind == rootInput && len(p.steps) == 0 }

// variable is one of the variables that exist everywhere.
type variable uint8

const (
	varArgs variable = iota
	varThis
	varBatch
	varConfig
	varEnv
	varStatus
	varRequest
	varResponse
	varContext
	variableCount
)

var variableNames = [variableCount]string{"args", "this", "batch", "config", "env", "status", "request", "response", "context"}

func variableByName(name string) (variable, bool) {
	for i, n := range variableNames {
		if n == name {
			return variable(i), true
		}
	}
	return 0, false
}

// Variables are the values of $args and its like. One that is not set is
// missing: using it is an issue.
type Variables struct {
	Args, This, Batch, Config, Env, Status, Request, Response, Context Value
}

func (v *Variables) get(id variable) Value {
	if v == nil {
		return Value{}
	}
	switch id {
	case varArgs:
		return v.Args
	case varThis:
		return v.This
	case varBatch:
		return v.Batch
	case varConfig:
		return v.Config
	case varEnv:
		return v.Env
	case varStatus:
		return v.Status
	case varRequest:
		return v.Request
	case varResponse:
		return v.Response
	default:
		return v.Context
	}
}
