package mapping

import (
	"bytes"
	"strconv"
)

// Kind is what a Value is.
type Kind uint8

// The kinds of values. Missing is no value at all, as a key that is absent.
const (
	KindMissing Kind = iota
	KindNull
	KindBool
	KindNumber
	KindString
	KindObject
	KindList
)

// String returns the name of the kind as ->typeof has it.
func (k Kind) String() string {
	return [...]string{"missing", "null", "boolean", "number", "string", "object", "array"}[k]
}

// Value is a value of a Document, or one that was computed. It is small and
// passed by value; its zero value is a missing one.
type Value struct {
	doc  *Document
	own  *computed
	node uint32
	kind Kind
}

// computed is a value that is not in a document, or a list or object made of
// such. It is never changed after it was made.
type computed struct {
	raw     []byte // text of a scalar
	items   []Value
	members []member
}

type member struct {
	key   string
	value Value
}

// ParseValueJSON parses a JSON text into a Value of its own Document.
func ParseValueJSON(text []byte) (Value, error) {
	d := new(Document)
	if err := d.Parse(text, 0); err != nil {
		return Value{}, err
	}
	return d.Root(), nil
}

var (
	ownNull  = &computed{raw: []byte("null")}
	ownTrue  = &computed{raw: []byte("true")}
	ownFalse = &computed{raw: []byte("false")}
)

// Null returns the value null.
func Null() Value { return Value{kind: KindNull, own: ownNull} }

// Bool returns the value true or false.
func Bool(b bool) Value {
	if b {
		return Value{kind: KindBool, own: ownTrue}
	}
	return Value{kind: KindBool, own: ownFalse}
}

// Int returns n as a value.
func Int(n int64) Value { return numberValue(strconv.AppendInt(nil, n, 10)) }

// String returns s as a value.
func String(s string) Value {
	return Value{kind: KindString, own: &computed{raw: AppendQuoted(nil, s)}}
}

func numberValue(raw []byte) Value { return Value{kind: KindNumber, own: &computed{raw: raw}} }

func listValue(items []Value) Value { return Value{kind: KindList, own: &computed{items: items}} }

func objectValue(members []member) Value {
	return Value{kind: KindObject, own: &computed{members: members}}
}

// Kind returns what the value is.
func (v Value) Kind() Kind { return v.kind }

// IsTrue reports whether the value is true.
func (v Value) IsTrue() bool { return v.kind == KindBool && v.Raw()[0] == 't' }

// Raw returns the JSON text of a scalar, or of anything in a Document; nil for
// a computed list or object and for a missing value. It must not be changed.
func (v Value) Raw() []byte {
	if v.doc != nil {
		return v.doc.raw(v.node)
	}
	if v.own != nil {
		return v.own.raw
	}
	return nil
}

// AppendJSON appends the JSON text of the value to dst: the very bytes of a
// document, the shortest form of what was computed. A missing value is null.
func (v Value) AppendJSON(dst []byte) []byte {
	if raw := v.Raw(); raw != nil {
		return append(dst, raw...)
	}
	return v.appendComputed(dst)
}

func (v Value) appendComputed(dst []byte) []byte {
	switch v.kind {
	case KindList:
		dst = append(dst, '[')
		for i, item := range v.own.items {
			if i > 0 {
				dst = append(dst, ',')
			}
			dst = item.AppendJSON(dst)
		}
		return append(dst, ']')
	case KindObject:
		dst = append(dst, '{')
		for i := range v.own.members {
			if i > 0 {
				dst = append(dst, ',')
			}
			dst = append(AppendQuoted(dst, v.own.members[i].key), ':')
			dst = v.own.members[i].value.AppendJSON(dst)
		}
		return append(dst, '}')
	default:
		return append(dst, "null"...)
	}
}

// appendCompact appends the JSON text of the value without needless space.
func (v Value) appendCompact(dst []byte) []byte {
	if v.kind != KindList && v.kind != KindObject {
		return v.AppendJSON(dst)
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
		dst = it.Value().appendCompact(dst)
	}
	return append(dst, end)
}

// AppendText appends what a scalar says to dst: the content of a string, the
// text of a number or boolean; the JSON text of all else.
func (v Value) AppendText(dst []byte) []byte {
	if v.kind != KindString {
		return v.AppendJSON(dst)
	}
	raw := v.Raw()
	if !v.escaped() {
		return append(dst, raw[1:len(raw)-1]...)
	}
	return unquote(dst, raw)
}

// Text returns what AppendText appends.
func (v Value) Text() string { return string(v.AppendText(nil)) }

// escaped reports whether the text of a string differs from its content.
func (v Value) escaped() bool {
	if v.doc != nil {
		return v.doc.nodes[v.node].meta&metaEscaped != 0
	}
	return bytes.IndexByte(v.own.raw, '\\') >= 0
}

// text returns the content of a string, which may share memory with v.
func (v Value) text() []byte {
	raw := v.Raw()
	if !v.escaped() {
		return raw[1 : len(raw)-1]
	}
	return unquote(nil, raw)
}

// Len returns the number of items or members, 0 for all that has none.
func (v Value) Len() int {
	switch {
	case v.kind != KindList && v.kind != KindObject:
		return 0
	case v.doc != nil:
		return v.doc.count(v.node)
	case v.kind == KindList:
		return len(v.own.items)
	default:
		return len(v.own.members)
	}
}

// Get returns the member with the key. ok is false if there is none.
func (v Value) Get(key string) (member Value, ok bool) {
	member, _, ok = v.find(key)
	return member, ok
}

// find is Get, and tells how many members were looked at.
func (v Value) find(key string) (found Value, scanned int, ok bool) {
	if v.kind != KindObject {
		return Value{}, 0, false
	}
	if v.doc != nil {
		n, scanned, ok := v.doc.find(v.node, key)
		if !ok {
			return Value{}, scanned, false
		}
		return v.doc.value(n), scanned, true
	}
	for i := range v.own.members {
		if v.own.members[i].key == key {
			return v.own.members[i].value, i + 1, true
		}
	}
	return Value{}, len(v.own.members), false
}

// Item returns the i-th item of a list. It looks at all items before it; use
// Iterate for many.
func (v Value) Item(i int) (item Value, ok bool) {
	if v.kind != KindList || i < 0 || i >= v.Len() {
		return Value{}, false
	}
	if v.doc == nil {
		return v.own.items[i], true
	}
	n := v.node + 1
	for ; i > 0; i-- {
		n = v.doc.nodes[n].next
	}
	return v.doc.value(n), true
}

// Iter walks through the items of a list or the members of an object.
//
//	for it := v.Iterate(); it.Next(); {
//		use(it.Value())
//	}
type Iter struct {
	of Value
	// next is the node to come in a document, or the index of the item to come.
	next, at uint32
}

// Iterate begins a walk. There is nothing to walk through in scalars.
func (v Value) Iterate() Iter {
	if v.doc != nil {
		return Iter{of: v, next: v.node + 1}
	}
	return Iter{of: v}
}

// Next goes to the next item or member, to the first one at its first call.
func (it *Iter) Next() bool {
	switch d := it.of.doc; {
	case it.of.kind != KindList && it.of.kind != KindObject:
		return false
	case d != nil:
		if it.next >= d.nodes[it.of.node].next {
			return false
		}
		it.at = it.next
		if it.of.kind == KindObject {
			it.at++
		}
		it.next = d.nodes[it.at].next
	default:
		if int(it.next) >= it.of.Len() {
			return false
		}
		it.at = it.next
		it.next++
	}
	return true
}

// Value returns the item or the value of the member.
func (it *Iter) Value() Value {
	switch {
	case it.of.doc != nil:
		return it.of.doc.value(it.at)
	case it.of.kind == KindList:
		return it.of.own.items[it.at]
	default:
		return it.of.own.members[it.at].value
	}
}

// Key returns the key of the member, "" in a list.
func (it *Iter) Key() string {
	switch {
	case it.of.kind != KindObject:
		return ""
	case it.of.doc != nil:
		return it.of.doc.value(it.at - 1).Text()
	default:
		return it.of.own.members[it.at].key
	}
}

func (it *Iter) appendKeyJSON(dst []byte) []byte {
	if it.of.doc != nil {
		return append(dst, it.of.doc.raw(it.at-1)...)
	}
	return AppendQuoted(dst, it.of.own.members[it.at].key)
}

// key returns the key of the member as a value.
func (it *Iter) key() Value {
	if it.of.doc != nil {
		return it.of.doc.value(it.at - 1)
	}
	return String(it.of.own.members[it.at].key)
}
