package mock

import (
	"errors"
	"fmt"
	"slices"
	"strconv"
	"strings"

	"github.com/weft-graphql/weft/planner/schema"
	"github.com/weft-graphql/weft/subgraphs"
	"github.com/weft-graphql/weft/subgraphs/selectionmap"
)

// argument is a compiled argument of a field, or a part of one.
type argument struct {
	name     string
	constant *node
	// variable is an index into the call's variables, or -1.
	variable int
	list     bool
	parts    []argument
	// from makes the value of the row.
	from *selectionmap.Value
}

func (p *prepared) argument(a *subgraphs.ArgumentSpec, depth int) (argument, error) {
	return p.argumentValue(a.Name, &a.Value, depth)
}

func (p *prepared) argumentValue(name string, v *subgraphs.ArgumentValue, depth int) (argument, error) {
	out := argument{name: name, variable: -1}
	if depth > maxNesting {
		return out, errors.New("an argument is nested too deeply")
	}
	switch {
	case v.From != "":
		value, err := selectionmap.Parse(v.From)
		if err != nil {
			return out, fmt.Errorf("argument %s: %w", name, err)
		}
		out.from = &value
	case v.Context > 0:
		// Values are made up of the row and what the client gave.
		out.constant = &node{}
	case v.Object || len(v.Fields) > 0:
		for i := range v.Fields {
			part, err := p.argument(&v.Fields[i], depth+1)
			if err != nil {
				return out, err
			}
			out.parts = append(out.parts, part)
		}
	case v.List || len(v.Items) > 0:
		out.list = true
		for i := range v.Items {
			part, err := p.argumentValue("", &v.Items[i], depth+1)
			if err != nil {
				return out, err
			}
			out.parts = append(out.parts, part)
		}
	case v.Variable >= 0 && v.Constant == "":
		if v.Variable >= p.variables {
			return out, fmt.Errorf("variable %d is not declared", v.Variable)
		}
		out.variable = v.Variable
	default:
		n, err := constant(v.Constant)
		if err != nil {
			return out, fmt.Errorf("argument %s: %w", name, err)
		}
		out.constant = n
	}
	return out, nil
}

// constant reads a GraphQL constant.
func constant(text string) (*node, error) {
	set, err := schema.ParseSelections("{f(v:" + text + "\n)}")
	if err != nil {
		return nil, err
	}
	if len(set) != 1 || len(set[0].Arguments) != 1 || len(set[0].Selections) > 0 || set[0].Name != "f" {
		return nil, errors.New("the constant is not a GraphQL value")
	}
	return nodeOf(set[0].Arguments[0].Value), nil
}

// value is the argument's value for a call and row; nil if it is not given.
func (a *argument) value(variables []*node, row *node) *node {
	switch {
	case a.constant != nil:
		return a.constant
	case a.variable >= 0:
		if a.variable < len(variables) {
			return variables[a.variable]
		}
		return nil
	case a.from != nil:
		if row == nil {
			return nil
		}
		text, result, err := a.from.Append(nil, row.append(nil))
		if err != nil || result == selectionmap.Absent {
			return nil
		}
		n, err := parseNode(text)
		if err != nil {
			return nil
		}
		return n
	}
	out := &node{kind: objectNode}
	if a.list {
		out.kind = listNode
	}
	for i := range a.parts {
		n := a.parts[i].value(variables, row)
		switch {
		case a.list && n == nil:
			out.items = append(out.items, &node{})
		case a.list:
			out.items = append(out.items, n)
		case n != nil:
			out.members = append(out.members, member{a.parts[i].name, n})
		}
	}
	return out
}

// limit bounds a list.
type limit struct {
	n int
	// asked: the request says it, not the schema.
	asked bool
}

// arguments are the evaluated arguments of a field.
type arguments struct {
	node *node
	// canonical is equal for equal arguments. Limits are not part of it: a shorter
	// list is the beginning of a longer one.
	canonical string
	limit     *limit
	// key are the keys of the field's type that they name, see keyed.
	key *node
}

// maxCanonical is how long the canonical form may be before a hash stands for it,
// since it goes into the hash of every object.
const maxCanonical = 64

var noArguments = &arguments{node: &node{kind: objectNode}, canonical: "{}"}

func limitName(name string) bool {
	switch plain(name) {
	case "first", "last", "limit", "take", "top", "pagesize", "perpage", "maxresults":
		return true
	}
	return false
}

// arguments evaluates the arguments of a field, defaults included.
func (s *selection) arguments(f *field, variables []*node, row *node) *arguments {
	out := &arguments{node: &node{kind: objectNode}}
	hashed := &node{kind: objectNode}
	for _, def := range f.args {
		var v *node
		if i := slices.IndexFunc(s.args, func(a argument) bool { return a.name == def.name }); i >= 0 {
			v = s.args[i].value(variables, row)
		}
		asked := v != nil
		if v == nil {
			v = def.value
		}
		if v == nil || v.kind == nullNode {
			continue
		}
		out.node.members = append(out.node.members, member{def.name, v})
		if n, ok := v.integer(); ok && limitName(def.name) {
			if out.limit == nil || asked && (!out.limit.asked || n < int64(out.limit.n)) {
				out.limit = &limit{int(max(0, min(n, 1<<30))), asked}
			}
			continue
		}
		hashed.members = append(hashed.members, member{def.name, v})
	}
	out.canonical = string(hashed.canonical(nil))
	if len(out.canonical) > maxCanonical {
		out.canonical = strconv.FormatUint(hash(0, out.canonical), 16)
	}
	out.key = keyed(f.named, out.node)
	return out
}

// keyed finds the keys of a type among arguments: an object with the key fields
// for one object, a list of such for several, nil if there are none.
func keyed(t *typ, args *node) *node {
	if !t.entity() || args == nil {
		return nil
	}
	one := &node{kind: objectNode}
	var many *node
	look := func(name string, v *node) {
		for _, k := range t.keys {
			for _, path := range k {
				if many != nil || one.at(path) != nil || !namesKey(t, path, name, v.kind == listNode) {
					continue
				}
				switch {
				case v.scalar():
					one.put(path, v)
				case v.kind == listNode:
					many = &node{kind: listNode}
					for _, item := range v.items {
						o := &node{kind: objectNode}
						if item.scalar() {
							o.put(path, item)
						}
						many.items = append(many.items, o)
					}
				}
			}
		}
	}
	for i := range args.members {
		look(args.members[i].name, args.members[i].value)
	}
	for i := range args.members {
		v := args.members[i].value
		switch {
		case v.kind == objectNode:
			for j := range v.members {
				look(v.members[j].name, v.members[j].value)
			}
		case v.kind == listNode && many == nil && len(v.items) > 0 && !slices.ContainsFunc(v.items, func(n *node) bool { return !knownKeyIn(t, n) }):
			many = v
		}
	}
	switch {
	case len(one.members) > 0:
		return one
	case many != nil:
		return many
	}
	return nil
}

// knownKeyIn reports whether a value is an object with a leaf of a key of the type.
func knownKeyIn(t *typ, n *node) bool {
	return n != nil && n.kind == objectNode && knownLeaf(t, n)
}

// namesKey reports whether an argument is named like a leaf of a key: id, ids,
// todoID, todo_ids.
func namesKey(t *typ, path []string, name string, list bool) bool {
	name = plain(name)
	leaf := plain(strings.Join(path, ""))
	for _, want := range []string{leaf, plain(t.name) + leaf} {
		if name == want || list && (name == want+"s" || name == want+"in" || name == want+"list") {
			return true
		}
	}
	return false
}
