package mock

import (
	"fmt"
	"maps"
	"slices"
	"strconv"
	"strings"

	"github.com/weft-graphql/weft/planner/schema"
)

// Examples are JSON texts by coordinate, used instead of what would be generated:
//
//   - `Query.user`, `Type.field`: the value of the field, wherever it is asked for.
//   - `Type`: what objects of the type look like; a list shows several.
//
// Names are those of the subgraph's schema. Of an example only what is selected is
// used; fields it does not have, or that do not fit the schema, are generated. A
// null stands if the field may be null. An entity in an example, at whatever
// depth, is known by its key from then on: it looks like that wherever it is met,
// and lists prefer it. One without a key gets one. If a type has no examples of its
// own, the objects in the examples of fields serve for it. Coordinates that the
// schema does not have are not used.
type Examples map[string]string

// examples are the examples of a client, sorted out.
type examples struct {
	fields map[*field]*node
	// types are the examples of a type: its own, or else those met in others.
	types map[*typ][]*node
	// entities are the examples of single entities, by identity.
	entities map[*typ]map[string][]*node
	order    map[*typ][]string
}

// sample chooses one of the examples of a type.
func (e *examples) sample(t *typ, identity string) *node {
	list := e.types[t]
	if len(list) == 0 {
		return nil
	}
	if n, err := strconv.ParseUint(identity, 10, 64); err == nil && n > 0 {
		return list[int((n-1)%uint64(len(list)))]
	}
	return list[int(hash(0, identity)%uint64(len(list)))]
}

// known are the identities of the entities that examples show.
func (e *examples) known(t *typ) []string { return e.order[t] }

func (c *client) readExamples(in Examples) error {
	e := &c.examples
	e.fields = map[*field]*node{}
	e.types, e.entities, e.order = map[*typ][]*node{}, map[*typ]map[string][]*node{}, map[*typ][]string{}
	type found struct {
		n     *node
		t     *typ
		field *field
	}
	var all []found
	for _, coordinate := range slices.Sorted(maps.Keys(in)) {
		n, err := parseNode([]byte(in[coordinate]))
		if err != nil {
			return fmt.Errorf("the example of %s: %w", coordinate, err)
		}
		name, fieldName, isField := strings.Cut(coordinate, ".")
		t := c.model.types[name]
		switch {
		case t == nil:
		case isField:
			if f := t.field(fieldName); f != nil {
				e.fields[f] = n
				all = append(all, found{n, f.named, f})
			}
		case t.kind.Composite():
			all = append(all, found{n, t, nil})
			if t.kind != schema.Object {
				break
			}
			if n.kind == objectNode {
				e.types[t] = append(e.types[t], n)
			}
			for _, item := range n.items {
				if item.kind == objectNode {
					e.types[t] = append(e.types[t], item)
				}
			}
		}
	}
	// Entities with a key come first, so that the keys given to the others are new.
	met := map[*typ][]*node{}
	var nameless []found
	for _, f := range all {
		c.walk(f.t, f.n, func(t *typ, n *node) {
			if _, own := e.types[t]; !own {
				met[t] = append(met[t], n)
			}
			if !t.entity() {
				return
			}
			if knownLeaf(t, n) {
				if identity, ok := c.resolve(t, n, 0); ok {
					e.note(t, identity, n)
					return
				}
			}
			nameless = append(nameless, found{n, t, nil})
		})
	}
	for _, f := range nameless {
		if slices.Contains(e.types[f.t], f.n) {
			continue // it is what all the objects look like, and no single one
		}
		for i := 0; ; i++ {
			identity := c.canonical(f.t, numbered(f.t, i), 0)
			if e.entities[f.t][identity] == nil || i > 10_000 {
				e.note(f.t, identity, f.n)
				break
			}
		}
	}
	for t, list := range met {
		e.types[t] = list
	}
	return nil
}

func (e *examples) note(t *typ, identity string, n *node) {
	n.identity = identity
	if e.entities[t] == nil {
		e.entities[t] = map[string][]*node{}
	}
	if e.entities[t][identity] == nil {
		e.order[t] = append(e.order[t], identity)
	}
	e.entities[t][identity] = append(e.entities[t][identity], n)
}

// walk calls f with each object of an example and its concrete type.
func (c *client) walk(t *typ, n *node, f func(*typ, *node)) {
	if !t.kind.Composite() {
		return
	}
	for _, item := range n.items {
		c.walk(t, item, f)
	}
	if n.kind != objectNode {
		return
	}
	o := exampleType(t, n)
	if o == nil {
		return
	}
	f(o, n)
	for i := range n.members {
		if below := o.field(n.members[i].name); below != nil {
			c.walk(below.named, n.members[i].value, f)
		}
	}
}

// exampleType is the concrete type of a JSON object: the one it names, or the only
// one that has all its fields; nil if that cannot be told.
func exampleType(t *typ, n *node) *typ {
	if t.kind == schema.Object {
		return t
	}
	if name := n.get("__typename"); name != nil {
		for _, o := range t.possible {
			if o.name == name.text {
				return o
			}
		}
		return nil
	}
	var fit *typ
	for _, o := range t.possible {
		if !slices.ContainsFunc(n.members, func(m member) bool { return o.field(m.name) == nil }) {
			if fit != nil {
				return nil
			}
			fit = o
		}
	}
	return fit
}

// knownLeaf reports whether an object has a leaf of one of the keys.
func knownLeaf(t *typ, n *node) bool {
	for _, k := range t.keys {
		for _, path := range k {
			if v := n.at(path); v.scalar() {
				return true
			}
		}
	}
	return false
}
