// Package locate finds where the fields of a response are written in the text of
// the client's operation, for the locations of errors.
//
// Plans are shared by operations that differ in layout only, so that neither a
// plan nor what is executed knows places in a text. In goes the text of one
// request, after it has been validated, and response paths; out come lines and
// columns, or nothing where they cannot be told for certain: a field selected
// several times under different conditions has the places of those selections
// only that surely took part.
//
// An [Operation] belongs to one goroutine. It is made only when there is an
// error to tell, and bounds its own work.
package locate

import (
	"slices"
	"strings"

	"github.com/weft-graphql/weft/planner/operation"
)

// maxSteps bounds the search for all paths of one response: fragments can
// multiply selections without bound.
const maxSteps = 100_000

// Operation is the text of an operation with the places of its selections.
type Operation struct {
	nodes     []node
	root      int32 // the operation's node, -1 if it was not found
	fragments map[string]int32
	variables map[string]operation.Location

	left int
	// The path found last, with what was found.
	last  []string
	found []operation.Location

	now, below []candidate
	visited    map[visit]bool
}

// none stands for no node.
const none = int32(-1)

// node is a selection, or the top of a definition.
type node struct {
	at operation.Location
	// key is the response key of a field, the name of a fragment spread.
	key string
	// on is the type condition of a fragment.
	on         string
	kind       kind
	guarded    bool // by @skip or @include
	child, end int32
	next       int32
}

type kind uint8

const (
	field kind = iota
	inline
	spread
	definition
)

// candidate is a field that a path may lead to, with the conditions on the way.
type candidate struct {
	node int32
	// when are the type conditions in order, with a slash for each step of the
	// path; empty when there are none.
	when string
	// guarded says that @skip or @include decides as well.
	guarded bool
}

type visit struct {
	node    int32
	when    string
	guarded bool
}

// Parse reads the text of a document. operationName selects one of its
// operations; it may be empty when there is one only. What is not GraphQL gives
// an Operation that finds nothing, or too little.
func Parse(text, operationName string) *Operation {
	o := &Operation{root: none, left: maxSteps, fragments: map[string]int32{}}
	p := parser{lexer: lexer{text: text, line: 1}, op: o, name: operationName}
	p.document()
	return o
}

// Variable returns where the operation defines a variable, named without the
// dollar sign.
func (o *Operation) Variable(name string) (operation.Location, bool) {
	l, ok := o.variables[name]
	return l, ok
}

// Field returns where the field at the end of a path of response keys (list
// indices left out) is written; nothing if that is not certain. The result is
// good until the next call.
func (o *Operation) Field(path []string) []operation.Location {
	if len(path) == 0 || o.root == none {
		return nil
	}
	if o.last != nil && slices.Equal(o.last, path) {
		return o.found
	}
	o.found = o.found[:0]
	o.last = append(o.last[:0], path...)
	o.now = append(o.now[:0], candidate{node: o.root})
	for i, key := range path {
		if i > 0 && o.leaves() {
			break // the path goes on inside a custom scalar
		}
		o.below = o.below[:0]
		o.visited = map[visit]bool{}
		for _, c := range o.now {
			if c.when != "" {
				c.when += "/" // what follows is asked of another object
			}
			o.collect(o.nodes[c.node].child, key, c.when, c.guarded)
		}
		o.now, o.below = o.below, o.now
		if len(o.now) == 0 || o.left <= 0 {
			return nil
		}
	}
	o.decide()
	return o.found
}

// leaves reports whether nothing is selected below the candidates.
func (o *Operation) leaves() bool {
	for _, c := range o.now {
		if o.nodes[c.node].child != none {
			return false
		}
	}
	return true
}

// collect adds the fields of a key in a list of selections and their fragments.
func (o *Operation) collect(at int32, key, when string, guarded bool) {
	for ; at != none; at = o.nodes[at].next {
		if o.left--; o.left <= 0 {
			return
		}
		n := &o.nodes[at]
		switch n.kind {
		case field:
			if n.key == key {
				o.add(candidate{node: at, when: when, guarded: guarded || n.guarded})
			}
		case inline:
			o.collect(n.child, key, and(when, n.on), guarded || n.guarded)
		case spread:
			f, ok := o.fragments[n.key]
			if !ok {
				continue
			}
			v := visit{f, and(when, o.nodes[f].on), guarded || n.guarded}
			if !o.visited[v] {
				o.visited[v] = true
				o.collect(o.nodes[f].child, key, v.when, v.guarded)
			}
		}
	}
}

// add adds a candidate; one selection that is reached in two ways counts with
// the weaker condition.
func (o *Operation) add(c candidate) {
	for i := range o.below {
		if b := &o.below[i]; b.node == c.node {
			switch {
			case b.when == c.when && !b.guarded, b.when == "" && !b.guarded:
			case b.when == c.when && !c.guarded, c.when == "" && !c.guarded:
				*b = c
			default:
				// Neither way is surely the one, so keep what holds in both cases.
				b.guarded = true
			}
			return
		}
	}
	o.below = append(o.below, c)
}

// and is a condition with one more type condition. A type that has been asked
// for is not asked for again.
func and(when, on string) string {
	if on == "" || when == on || strings.HasSuffix(when, " "+on) {
		return when
	}
	if when == "" {
		return on
	}
	return when + " " + on
}

// decide keeps, of the candidates for a field that is in the response, those
// that are certain: a lone one, those under no condition, or those under one
// condition that all share, since at least one of them applied.
func (o *Operation) decide() {
	same, certain := true, 0
	for _, c := range o.now {
		same = same && c.when == o.now[0].when && !c.guarded
		if c.when == "" && !c.guarded {
			certain++
		}
	}
	all := same || len(o.now) == 1
	for _, c := range o.now {
		if all || certain > 0 && c.when == "" && !c.guarded {
			o.found = append(o.found, o.nodes[c.node].at)
		}
	}
}
