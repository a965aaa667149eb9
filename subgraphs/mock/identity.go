package mock

import (
	"encoding/binary"
	"encoding/hex"
	"net/url"
	"slices"
	"strconv"
	"strings"

	"github.com/cespare/xxhash/v2"

	"github.com/weft-graphql/weft/planner/schema"
)

// The identity of an entity is a text from which all its keys are made, and which
// is found again from each of them. Usually it is the id itself: of identity 3 the
// id is "3", the upc "upc-3", the email "user3@example.com". Keys that were not
// made here and name no identity stand in the identity themselves, in the form of
// a query string: "upc=table&region=eu". It is the same in every subgraph.

const (
	// pool is how many entities of a type others refer to.
	pool = 10
	// beside is where those begin that stand in for ones that examples show.
	beside = 10_000_000
	// maxChain bounds keys that lie in objects whose keys lie in objects.
	maxChain = 4
	// firstNew is where the ids of created objects begin.
	firstNew = 1000
)

// hash mixes texts into a hash. Lengths keep ("a","bc") and ("ab","c") apart.
func hash(base uint64, parts ...string) uint64 {
	var d xxhash.Digest
	d.Reset()
	var word [8]byte
	put := func(n uint64) {
		binary.LittleEndian.PutUint64(word[:], n)
		_, _ = d.Write(word[:])
	}
	put(base)
	for _, p := range parts {
		put(uint64(len(p)))
		_, _ = d.WriteString(p)
	}
	return d.Sum64()
}

// object is an object of the answer in the making.
type object struct {
	typ *typ
	// identity of an entity.
	identity string
	hash     uint64
	// given are values that stand: from a row, from the identity.
	given []*node
	// echo are the arguments of a mutation, for the fields that are named alike.
	echo *node
	// examples come next, then the example of the field, and one of what objects
	// of the type look like; at last what is generated.
	examples []*node
	sample   *node
	// list is the hash of the list that a value object is an element of, index its
	// place there: what the elements refer to is then distinct.
	list   uint64
	index  int
	inList bool
	// limit is passed on by a connection to its lists.
	limit *limit
	// chain counts the keys that are being made within keys.
	chain int
}

// entity makes the object of an identity.
func (c *client) entity(t *typ, identity string, chain int, given ...*node) *object {
	o := &object{typ: t, identity: identity, hash: hash(c.seed, "entity", t.name, identity), given: given, chain: chain}
	if n := parseIdentity(t, identity); n != nil {
		o.given = append(o.given, n)
	}
	o.examples, o.sample = c.examples.entities[t][identity], c.examples.sample(t, identity)
	return o
}

// resolve finds the identity of an object of which keys are known. It reports
// false when the values say nothing.
func (c *client) resolve(t *typ, known *node, chain int) (string, bool) {
	leaves := knownKey(t, known)
	if len(leaves) == 0 {
		return "", false
	}
	for _, path := range leaves {
		if len(path) != 1 {
			continue
		}
		candidate := decodeKey(t, path[0], known.get(path[0]))
		o := c.entity(t, candidate, chain)
		if candidate != "" && !slices.ContainsFunc(leaves, func(p []string) bool { return !sameLeaf(c.keyLeaf(o, p), known.at(p)) }) {
			return candidate, true
		}
	}
	return formatIdentity(leaves, known), true
}

// knownKey returns the paths of the first key of which all is known, or else some,
// or else of all there is.
func knownKey(t *typ, known *node) key {
	present := func(path []string) bool {
		n := known.at(path)
		return n != nil && n.kind != objectNode && n.kind != nullNode
	}
	for _, k := range t.keys {
		if !slices.ContainsFunc(k, func(path []string) bool { return !present(path) }) {
			return k
		}
	}
	for _, k := range t.keys {
		if slices.ContainsFunc(k, present) {
			return slices.DeleteFunc(slices.Clone(k), func(path []string) bool { return !present(path) })
		}
	}
	var all key
	leafPaths(known, nil, &all)
	return slices.DeleteFunc(all, func(path []string) bool { return !leafField(t, path) || !present(path) })
}

func leafPaths(n *node, above []string, out *key) {
	for i := range n.members {
		m := &n.members[i]
		path := append(slices.Clone(above), m.name)
		if m.value.kind == objectNode {
			leafPaths(m.value, path, out)
		} else if !slices.ContainsFunc(*out, func(p []string) bool { return slices.Equal(p, path) }) {
			*out = append(*out, path)
		}
	}
}

// fieldAt follows a path of fields that are no lists; nil if it leads nowhere.
func fieldAt(t *typ, path []string) *field {
	for i, name := range path {
		f := t.field(name)
		switch {
		case f == nil:
			return nil
		case i == len(path)-1:
			return f
		case f.typ.Elem != nil:
			return nil
		}
		t = f.named
	}
	return nil
}

func leafField(t *typ, path []string) bool {
	f := fieldAt(t, path)
	return f != nil && !f.named.kind.Composite()
}

func sameLeaf(a, b *node) bool {
	if a.scalar() && b.scalar() {
		return a.text == b.text
	}
	return a != nil && b != nil && string(a.canonical(nil)) == string(b.canonical(nil))
}

// formatIdentity writes values of keys as an identity.
func formatIdentity(leaves key, known *node) string {
	var b strings.Builder
	for i, path := range leaves {
		if i > 0 {
			b.WriteByte('&')
		}
		n := known.at(path)
		text := n.text
		if !n.scalar() {
			text = string(n.append(nil))
		}
		b.WriteString(strings.Join(path, ".") + "=" + url.QueryEscape(text))
	}
	return b.String()
}

// parseIdentity is the reverse; nil for an identity that is not of this form.
func parseIdentity(t *typ, identity string) *node {
	if !strings.Contains(identity, "=") {
		return nil
	}
	out := &node{kind: objectNode}
	for part := range strings.SplitSeq(identity, "&") {
		name, value, found := strings.Cut(part, "=")
		text, err := url.QueryUnescape(value)
		path := strings.Split(name, ".")
		if !found || err != nil || url.QueryEscape(text) != value || !leafField(t, path) || out.at(path) != nil {
			return nil
		}
		f := fieldAt(t, path)
		leaf := &node{kind: stringNode, text: text}
		if f.typ.Elem != nil || formatOf(f.named).number() || f.named.name == "Boolean" {
			n, err := parseNode([]byte(text))
			if err == nil {
				leaf = n
			}
		}
		out.put(path, leaf)
	}
	return out
}

// keyLeaf is the value of a leaf of a key.
func (c *client) keyLeaf(o *object, path []string) *node {
	for _, g := range o.given {
		if n := g.at(path); n != nil && n.kind != nullNode && n.kind != objectNode {
			return n
		}
	}
	f := o.typ.field(path[0])
	if f == nil || f.typ.Elem != nil && f.typ.Elem.Elem != nil {
		return nil
	}
	if len(path) > 1 {
		child := c.child(o, &slot{field: f, start: c.startOf(o, f, noArguments)}, nil, 0, false)
		if child == nil {
			return nil
		}
		return c.keyLeaf(child, path[1:])
	}
	text := c.leaf(nil, o, f, f.typ, hash(o.hash, f.name, noArguments.canonical), 0)
	n, err := parseNode(text)
	if err != nil {
		return nil
	}
	return n
}

// keyField reports whether a field is, by itself, part of a key.
func (t *typ) keyField(name string) bool {
	for _, k := range t.keys {
		for _, path := range k {
			if len(path) == 1 && path[0] == name {
				return true
			}
		}
	}
	return false
}

// encodeKey makes the value of a key of an identity. It reports false for a type
// whose values no identity can be put in.
func encodeKey(dst []byte, f *field, identity string) ([]byte, bool) {
	number := decimal(identity)
	switch format := formatOf(f.named); {
	case f.typ.Elem != nil:
		return dst, false
	case format.number():
		if n, err := strconv.ParseInt(identity, 10, 32); err == nil && strconv.FormatInt(n, 10) == identity {
			return append(dst, identity...), true
		}
		// Beyond what the pool and new objects have.
		return strconv.AppendUint(dst, 1<<30+hash(0, identity)%(1<<30), 10), true
	case format == formatEmail || format == formatText && strings.HasSuffix(plain(f.name), "email"):
		if !number {
			identity = "x" + hex.EncodeToString([]byte(identity))
		}
		return appendQuoted(dst, emailBefore+identity+emailAfter), true
	case format == formatUUID || format == formatText && plain(f.name) == "uuid":
		if number && len(identity) <= 12 {
			return appendQuoted(dst, uuidBefore+strings.Repeat("0", 12-len(identity))+identity), true
		}
		return dst, false
	case format == formatID || format == formatText && idName(f.name):
		return appendQuoted(dst, identity), true
	case format == formatText:
		return appendQuoted(dst, f.name+"-"+identity), true
	}
	return dst, false
}

const (
	emailBefore, emailAfter = "user", "@example.com"
	uuidBefore              = "00000000-0000-4000-8000-"
)

// decodeKey guesses the identity that a key was made from; "" for none. The guess
// is right if encodeKey gives the value again.
func decodeKey(t *typ, name string, v *node) string {
	f := t.field(name)
	if f == nil || !v.scalar() {
		return ""
	}
	text := v.text
	switch format := formatOf(f.named); {
	case format == formatEmail || format == formatText && strings.HasSuffix(plain(name), "email"):
		text, found := strings.CutPrefix(strings.TrimSuffix(text, emailAfter), emailBefore)
		if !found || decimal(text) {
			return text
		}
		raw, err := hex.DecodeString(strings.TrimPrefix(text, "x"))
		if err != nil {
			return ""
		}
		return string(raw)
	case format == formatUUID || format == formatText && plain(name) == "uuid":
		return strings.TrimLeft(strings.TrimPrefix(text, uuidBefore), "0")
	case format == formatText && !idName(name):
		text, _ = strings.CutPrefix(text, name+"-")
	}
	return text
}

// decimal reports whether the text is a whole number from 1 without zeros before it.
func decimal(s string) bool {
	if s == "" || len(s) > 18 || s[0] == '0' {
		return false
	}
	for i := range len(s) {
		if s[i] < '0' || s[i] > '9' {
			return false
		}
	}
	return true
}

// pick is the identity of an entity that nobody named: the i-th of a list whose
// place in the pool a hash decides. Those of one list are distinct.
func (c *client) pick(t *typ, start uint64, i, chain int) string {
	known := c.examples.known(t)
	if i < len(known) {
		return known[int((start+uint64(i))%uint64(len(known)))]
	}
	n := i - len(known)
	if n < pool {
		n = int((start + uint64(n)) % pool)
	}
	identity := c.canonical(t, numbered(t, n), chain)
	if slices.Contains(known, identity) {
		identity = c.canonical(t, numbered(t, n+beside), chain)
	}
	return identity
}

// numbered is the n-th identity of a type, from 0. The types of an interface with
// a key take turns, so that a key of the interface has one type only.
func numbered(t *typ, n int) string {
	if t.family != nil {
		if i := slices.Index(t.family.possible, t); i >= 0 {
			n = n*len(t.family.possible) + i
		}
	}
	return strconv.Itoa(n + 1)
}

// created is the identity of an object that a mutation makes.
func (c *client) created(t *typ, start uint64) string {
	return c.canonical(t, numbered(t, firstNew+int(start%1_000_000)), 0)
}

// canonical is the identity that the keys made of an identity lead to; it is
// another one if the keys cannot be led back.
func (c *client) canonical(t *typ, identity string, chain int) string {
	if len(t.keys) == 0 || chain >= maxChain {
		return identity
	}
	o := c.entity(t, identity, chain+1)
	known := &node{kind: objectNode}
	for _, path := range t.keys[0] {
		if n := c.keyLeaf(o, path); n != nil {
			known.put(path, n)
		}
	}
	if found, ok := c.resolve(t, known, chain+1); ok {
		return found
	}
	return identity
}

// concrete is the type of the object that an interface's key, or nothing but a
// hash, leads to.
func concrete(t *typ, identity string, start uint64, i int) *typ {
	if t.kind == schema.Object {
		return t
	}
	count := uint64(len(t.possible))
	if count == 0 {
		return nil
	}
	if identity != "" {
		if n, err := strconv.ParseUint(identity, 10, 64); err == nil && decimal(identity) {
			return t.possible[(n-1)%count]
		}
		return t.possible[hash(0, t.name, identity)%count]
	}
	return t.possible[(start+uint64(i))%count]
}
