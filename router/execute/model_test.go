package execute

import (
	"context"
	"encoding/json"
	"flag"
	"fmt"
	"hash/fnv"
	"math/rand"
	"sort"
	"strconv"
	"strings"
	"testing"

	"github.com/weft-graphql/weft/planner/plan"
	"github.com/weft-graphql/weft/planner/schema"
	"github.com/weft-graphql/weft/subgraphs"
)

// The model executes plans the plain way: a tree of objects in which nothing is
// shared, answers parsed by encoding/json, one target after the other. The
// executor must give the same data and the same errors.

type mObject struct {
	shape *plan.Shape
	typ   int
	slots []*mValue
	errs  []mError
}

type mValue struct {
	kind   kind
	raw    string
	object *mObject
	list   []*mValue
}

type mError struct {
	slot   int
	rest   string
	code   string
	covers *plan.Decode
}

type model struct {
	plan *plan.Plan
	bits uint64
	ask  func(f *plan.Fetch, rows [][]string) string
	root *mObject
	errs []string
}

func newObject(s *plan.Shape, typ int) *mObject {
	return &mObject{shape: s, typ: typ, slots: make([]*mValue, len(s.Slots))}
}

func (m *model) run() (data string, errs []string) {
	m.root = newObject(m.plan.Root, 0)
	done := map[int]bool{}
	for len(done) < len(m.plan.Fetches) {
		for _, f := range m.plan.Fetches {
			ready := !done[f.ID]
			for _, d := range f.Deps {
				ready = ready && done[d]
			}
			if ready {
				m.fetch(f)
				done[f.ID] = true
			}
		}
	}
	text, ok := m.object(m.root, nil)
	if !ok {
		text = "null"
	}
	sort.Strings(m.errs)
	return text, m.errs
}

// mUse is an object that waits, and how its row is read.
type mUse struct {
	object *mObject
	decode *plan.Decode
	row    int
	result *mObject
}

func (m *model) fetch(f *plan.Fetch) {
	if !f.Cond.Holds(m.bits) {
		return
	}
	var uses [][]*mUse
	var rows [][]string
	if f.Root != nil {
		uses = [][]*mUse{{{object: m.root, decode: f.Root}}}
	}
	total := 0
	for e := range f.Entries {
		var list []*mUse
		var texts []string
		for t := range f.Entries[e].Targets {
			target := &f.Entries[e].Targets[t]
			if !target.Cond.Holds(m.bits) {
				continue
			}
			path := target.Path
			if path == nil {
				path = pathTo(m.plan.Root, target.Shape)
			}
			for _, o := range m.find(&mValue{kind: kindObject, object: m.root}, path) {
				tt := target.Types[max(o.typ, 0)]
				if tt == nil {
					continue
				}
				key := 0
				text, ok := m.row(o, tt.Representation, false, &key)
				if !ok || key == 1 {
					continue
				}
				at := -1
				for i := range texts {
					if texts[i] == text {
						at = i
					}
				}
				if at < 0 {
					at = len(texts)
					texts = append(texts, text)
				}
				list = append(list, &mUse{object: o, decode: tt.Decode, row: at})
			}
		}
		total += len(texts)
		uses, rows = append(uses, list), append(rows, texts)
	}
	if f.Root == nil && total == 0 {
		return
	}
	m.answer(f, uses, rows, m.ask(f, rows))
	for _, list := range uses {
		for _, u := range list {
			if u.result != nil {
				m.attach(u.object, u.result, u.decode)
			}
		}
	}
}

func pathTo(from, to *plan.Shape) []int {
	if from == to {
		return []int{}
	}
	for i := range from.Slots {
		if c := from.Slots[i].Child; c != nil {
			if p := pathTo(c, to); p != nil {
				return append([]int{i}, p...)
			}
		}
	}
	return nil
}

func (m *model) find(v *mValue, path []int) []*mObject {
	if v == nil {
		return nil
	}
	switch v.kind {
	case kindObject:
		if len(path) == 0 {
			return []*mObject{v.object}
		}
		return m.find(v.object.slots[path[0]], path[1:])
	case kindList:
		var out []*mObject
		for _, e := range v.list {
			out = append(out, m.find(e, path)...)
		}
		return out
	}
	return nil
}

// row: key is 0 for no key seen, 1 for nulls only, 2 for a value.
func (m *model) row(o *mObject, r *plan.Representation, inKey bool, key *int) (string, bool) {
	var parts []string
	if r.Names != nil {
		parts = append(parts, `"__typename":"`+r.Names[o.typ]+`"`)
	}
	for _, f := range r.Fields {
		if f.Types != nil && !f.Types[o.typ] {
			continue
		}
		if f.Slot < 0 {
			parts = append(parts, string(f.Prefix)+string(f.Constant))
			continue
		}
		v, ok := m.rowValue(o.slots[f.Slot], f.Child, inKey || f.Key, key)
		if !ok {
			return "", false
		}
		parts = append(parts, string(f.Prefix)+v)
	}
	return "{" + strings.Join(parts, ",") + "}", true
}

func (m *model) rowValue(v *mValue, child *plan.Representation, inKey bool, key *int) (string, bool) {
	if v == nil || v.kind == kindFailed {
		return "", false
	}
	switch v.kind {
	case kindNull:
		if inKey {
			*key = max(*key, 1)
		}
		return "null", true
	case kindObject:
		return m.row(v.object, child, inKey, key)
	case kindList:
		var parts []string
		if inKey && len(v.list) == 0 {
			*key = 2
		}
		for _, e := range v.list {
			p, ok := m.rowValue(e, child, inKey, key)
			if !ok {
				return "", false
			}
			parts = append(parts, p)
		}
		return "[" + strings.Join(parts, ",") + "]", true
	}
	if inKey {
		*key = 2
	}
	return v.raw, true
}

func (m *model) failAll(u *mUse, code string) {
	if u.result == nil {
		u.result = newObject(u.decode.Shape, -1)
	}
	visible := map[int]bool{}
	for _, f := range u.decode.Fields {
		if f.Slot >= 0 && !u.decode.Shape.Slots[f.Slot].Hidden {
			visible[f.Slot] = true
		}
	}
	e := mError{slot: -1, code: code, covers: u.decode}
	if len(visible) == 1 {
		for s := range visible {
			e.slot, e.covers = s, nil
		}
	}
	u.result.errs = append(u.result.errs, e)
}

func (m *model) answer(f *plan.Fetch, uses [][]*mUse, rows [][]string, text string) {
	all := func(code string) {
		for _, list := range uses {
			for _, u := range list {
				u.result = nil
				m.failAll(u, code)
			}
		}
	}
	if text == "" {
		all(subgraphs.CodeUnreachable)
		return
	}
	var answer struct {
		Data   map[string]json.RawMessage
		Errors []struct {
			Path []any
		}
	}
	if json.Unmarshal([]byte(text), &answer) != nil {
		all(subgraphs.CodeMalformed)
		return
	}
	if answer.Data == nil {
		for _, e := range answer.Errors {
			_ = e
			for _, list := range uses {
				for _, u := range list {
					m.failAll(u, CodeUpstream)
				}
			}
		}
		return
	}
	if f.Root != nil {
		whole, _ := json.Marshal(answer.Data)
		uses[0][0].result, _ = m.decode(f.Root, whole)
		for _, e := range answer.Errors {
			m.place(uses[0][0], e.Path)
		}
		return
	}
	for e := range f.Entries {
		if len(rows[e]) == 0 {
			continue
		}
		var items []json.RawMessage
		if err := json.Unmarshal(answer.Data[f.Entries[e].Alias], &items); err != nil || len(items) != len(rows[e]) {
			for _, u := range uses[e] {
				m.failAll(u, CodeEntities)
			}
			continue
		}
		for _, u := range uses[e] {
			item := items[u.row]
			if string(item) == "null" {
				continue
			}
			if item[0] != '{' {
				m.failAll(u, CodeInvalidValue)
				continue
			}
			var ok bool
			if u.result, ok = m.decode(u.decode, item); !ok {
				u.result = nil
				m.failAll(u, CodeInvalidValue)
			}
		}
		for _, err := range answer.Errors {
			if err.Path[0] != f.Entries[e].Alias {
				continue
			}
			var known []*mUse
			var row []*mUse
			for _, u := range uses[e] {
				if float64(u.row) != err.Path[1] {
					continue
				}
				row = append(row, u)
				if len(err.Path) > 2 && mField(u.decode, err.Path[2]) != nil {
					known = append(known, u)
				}
			}
			if len(known) > 0 {
				row = known
			} else if len(err.Path) > 2 {
				row = newest(row)
			}
			for _, u := range row {
				m.place(u, err.Path[2:])
			}
		}
	}
}

// newest keeps the uses of the decoding that came last.
func newest(uses []*mUse) []*mUse {
	var seen []*plan.Decode
	for _, u := range uses {
		known := false
		for _, d := range seen {
			known = known || d == u.decode
		}
		if !known {
			seen = append(seen, u.decode)
		}
	}
	var out []*mUse
	for _, u := range uses {
		if u.decode == seen[len(seen)-1] {
			out = append(out, u)
		}
	}
	return out
}

func mField(d *plan.Decode, key any) *plan.DecodeField {
	if d != nil {
		for i := range d.Fields {
			if d.Fields[i].Key == key {
				return &d.Fields[i]
			}
		}
	}
	return nil
}

func (m *model) place(u *mUse, path []any) {
	if len(path) == 0 {
		m.failAll(u, CodeUpstream)
		return
	}
	if u.result == nil {
		u.result = newObject(u.decode.Shape, -1)
	}
	anchor, e := u.result, mError{slot: -1, code: CodeUpstream}
	d := u.decode
	v := &mValue{kind: kindObject, object: u.result}
	hidden := false
	for _, p := range path {
		var place **mValue
		switch p := p.(type) {
		case string:
			f := mField(d, p)
			if f == nil || f.Slot < 0 {
				goto stop
			}
			slot := d.Shape.Slots[f.Slot]
			hidden = hidden || slot.Hidden
			if v != nil && v.kind == kindObject {
				place = &v.object.slots[f.Slot]
				if !hidden {
					e.slot = f.Slot
				}
			} else if !hidden {
				e.rest += "," + strconv.Quote(slot.Key)
			}
			d = f.Child
		case float64:
			if !hidden {
				e.rest += "," + strconv.Itoa(int(p))
			}
			if v != nil && v.kind == kindList && int(p) < len(v.list) {
				place = &v.list[int(p)]
			}
		}
		v = nil
		if place != nil && *place != nil {
			if (*place).kind == kindNull {
				*place = &mValue{kind: kindFailed}
			}
			v = *place
			if v.kind == kindObject && !hidden {
				anchor, e.slot, e.rest = v.object, -1, ""
			}
		}
	}
stop:
	anchor.errs = append(anchor.errs, e)
}

func (m *model) decode(d *plan.Decode, raw []byte) (*mObject, bool) {
	var members map[string]json.RawMessage
	if err := json.Unmarshal(raw, &members); err != nil {
		panic(err)
	}
	o := newObject(d.Shape, d.Static)
	if len(d.Names) > 0 {
		var name string
		_ = json.Unmarshal(members["__typename"], &name)
		found := false
		for _, n := range d.Names {
			if n.Name == name {
				o.typ, found = n.Type, true
			}
		}
		if !found {
			return nil, false
		}
	}
	for i := range d.Fields {
		f := &d.Fields[i]
		if raw, ok := members[f.Key]; ok && f.Slot >= 0 {
			o.slots[f.Slot] = m.value(f, f.Wrap, raw, o, "")
		}
	}
	return o, true
}

func (m *model) value(f *plan.DecodeField, wrap schema.Wrap, raw []byte, o *mObject, rest string) *mValue {
	if string(raw) == "null" {
		return &mValue{kind: kindNull}
	}
	bad := func() *mValue {
		o.errs = append(o.errs, mError{slot: f.Slot, rest: rest, code: CodeInvalidValue})
		return &mValue{kind: kindFailed}
	}
	if wrap.IsList() {
		var items []json.RawMessage
		if json.Unmarshal(raw, &items) != nil {
			return bad()
		}
		v := &mValue{kind: kindList}
		for i, item := range items {
			v.list = append(v.list, m.value(f, wrap.Elem(), item, o, fmt.Sprintf("%s,%d", rest, i)))
		}
		return v
	}
	if f.Child != nil {
		if raw[0] != '{' {
			return bad()
		}
		child, ok := m.decode(f.Child, raw)
		if !ok {
			return bad()
		}
		return &mValue{kind: kindObject, object: child}
	}
	good := true
	var text string
	isText := json.Unmarshal(raw, &text) == nil
	switch f.Leaf {
	case plan.LeafInt:
		_, err := strconv.ParseInt(string(raw), 10, 32)
		good = err == nil
	case plan.LeafFloat:
		_, err := strconv.ParseFloat(string(raw), 64)
		good = err == nil
	case plan.LeafString:
		good = isText
	case plan.LeafBoolean:
		good = string(raw) == "true" || string(raw) == "false"
	case plan.LeafID:
		_, err := strconv.ParseInt(string(raw), 10, 64)
		good = isText || err == nil
	case plan.LeafEnum:
		good = false
		for _, name := range f.Enum {
			good = good || isText && name == text
		}
	}
	if !good {
		return bad()
	}
	return &mValue{kind: kindScalar, raw: string(raw)}
}

func (m *model) attach(to, from *mObject, d *plan.Decode) {
	if to.typ < 0 {
		to.typ = from.typ
	}
	for _, f := range d.Fields {
		if f.Slot >= 0 {
			to.slots[f.Slot] = m.combine(to.slots[f.Slot], clone(from.slots[f.Slot]), &d.Shape.Slots[f.Slot], f.Slot, to, "")
		}
	}
	to.errs = append(to.errs, from.errs...)
}

func clone(v *mValue) *mValue {
	if v == nil {
		return nil
	}
	c := *v
	if v.object != nil {
		o := *v.object
		o.slots = nil
		for _, s := range v.object.slots {
			o.slots = append(o.slots, clone(s))
		}
		o.errs = append([]mError(nil), v.object.errs...)
		c.object = &o
	}
	c.list = nil
	for _, e := range v.list {
		c.list = append(c.list, clone(e))
	}
	return &c
}

func (m *model) combine(a, b *mValue, slot *plan.Slot, n int, o *mObject, rest string) *mValue {
	bad := func() *mValue {
		o.errs = append(o.errs, mError{slot: n, rest: rest, code: CodeInconsistent})
		return &mValue{kind: kindFailed}
	}
	isNull := func(v *mValue) bool { return v.kind == kindNull || v.kind == kindFailed }
	switch {
	case b == nil:
		return a
	case a == nil:
		return b
	case isNull(a):
		if isNull(b) && a.kind == kindFailed {
			return a
		}
		return b
	case isNull(b) || !slot.Merge:
		return a
	case a.kind == kindObject && b.kind == kindObject:
		if a.object.typ != b.object.typ {
			return bad()
		}
		for i := range a.object.slots {
			a.object.slots[i] = m.combine(a.object.slots[i], b.object.slots[i], &a.object.shape.Slots[i], i, a.object, "")
		}
		a.object.errs = append(a.object.errs, b.object.errs...)
		return a
	case a.kind == kindList && b.kind == kindList:
		if len(a.list) != len(b.list) {
			return bad()
		}
		for i := range a.list {
			a.list[i] = m.combine(a.list[i], b.list[i], slot, n, o, fmt.Sprintf("%s,%d", rest, i))
		}
		return a
	}
	return bad()
}

func (m *model) report(path []string, code string) {
	m.errs = append(m.errs, "["+strings.Join(path, ",")+"] "+code)
}

func (m *model) object(o *mObject, path []string) (string, bool) {
	for _, e := range o.errs {
		p := path
		if e.slot >= 0 && !o.shape.Slots[e.slot].Hidden {
			p = append(append([]string(nil), path...), strconv.Quote(o.shape.Slots[e.slot].Key))
			if e.rest != "" {
				p = append(p, strings.Split(e.rest[1:], ",")...)
			}
		}
		m.report(p, e.code)
	}
	var parts []string
	class := 0
	if len(o.shape.Classes) > 1 {
		class = o.shape.Types[o.typ].Class
	}
	for i := range o.shape.Classes[class] {
		out := &o.shape.Classes[class][i]
		if !out.Cond.Holds(m.bits) {
			continue
		}
		v, ok := `"`+o.shape.Types[max(o.typ, 0)].Name+`"`, true
		if out.Kind == plan.FromSlot {
			below := append(append([]string(nil), path...), strconv.Quote(out.Key))
			v, ok = m.write(o, out, out.Wrap, o.slots[out.Slot], below, "")
		}
		if !ok {
			if out.Wrap.NonNull() {
				return "", false
			}
			v = "null"
		}
		parts = append(parts, string(out.Prefix)+v)
	}
	return "{" + strings.Join(parts, ",") + "}", true
}

func (m *model) write(o *mObject, out *plan.Output, wrap schema.Wrap, v *mValue, path []string, rest string) (string, bool) {
	if v == nil || v.kind == kindNull || v.kind == kindFailed {
		if wrap.NonNull() {
			covered := v == nil && len(o.errs) > 0
			for _, e := range o.errs {
				if e.slot == out.Slot && (e.rest == rest || strings.HasPrefix(e.rest, rest+",")) {
					covered = true
				}
				if e.slot < 0 && e.covers != nil {
					for _, f := range e.covers.Fields {
						covered = covered || f.Slot == out.Slot
					}
				}
			}
			if !covered {
				m.report(path, CodeNonNull)
			}
		}
		return "", false
	}
	switch v.kind {
	case kindObject:
		return m.object(v.object, path)
	case kindList:
		var parts []string
		for i, e := range v.list {
			p, ok := m.write(o, out, wrap.Elem(), e, append(append([]string(nil), path...), strconv.Itoa(i)), fmt.Sprintf("%s,%d", rest, i))
			if !ok {
				if wrap.Elem().NonNull() {
					return "", false
				}
				p = "null"
			}
			parts = append(parts, p)
		}
		return "[" + strings.Join(parts, ",") + "]", true
	}
	return v.raw, true
}

// generator makes random plans.
type generator struct {
	*builder
	r     *rand.Rand
	count int
	salt  uint64
	calm  bool // no faults
}

func (g *generator) chance(p float64) bool { return g.r.Float64() < p }

var leafTypes = []string{"Int", "Float", "String", "Boolean", "ID", "Color", "JSON"}

func (g *generator) wrap(name string) string {
	if g.chance(0.3) {
		name += "!"
	}
	for g.chance(0.3) {
		name = "[" + name + "]"
		if g.chance(0.3) {
			name += "!"
		}
	}
	return name
}

func (g *generator) key(prefix string) string {
	g.count++
	return fmt.Sprintf("%s%d", prefix, g.count)
}

func (g *generator) add(d *plan.Decode, s *plan.Shape, key string, child *plan.Decode) {
	info := g.fields[s][slotOf(s, key)]
	d.Fields = append(d.Fields, plan.DecodeField{
		Key: key, Quoted: []byte(`"` + key + `"`), Slot: slotOf(s, key),
		Wrap: info.wrap, Leaf: info.leaf, Enum: info.enum, Child: child,
	})
}

// fill makes the fields of a shape whose objects the given fetches make (more
// than one when they are merged) and returns what each of them reads.
func (g *generator) fill(s *plan.Shape, depth int, makers, above []*plan.Fetch) []*plan.Decode {
	root := s == g.plan.Root
	key := ""
	if !root {
		key = g.key("k")
		g.field(s, "("+key+")", "ID", nil)
	}
	var decodes []*plan.Decode
	for range makers {
		d := &plan.Decode{Shape: s, Static: 0}
		if len(s.Types) > 1 {
			d.Static = -1
			d.Fields = append(d.Fields, plan.DecodeField{Key: "__typename", Quoted: []byte(`"__typename"`), Slot: -1})
			for i, t := range s.Types {
				d.Names = append(d.Names, plan.TypeName{Name: t.Name, Type: i})
			}
		}
		decodes = append(decodes, d)
	}
	if !root {
		g.add(decodes[0], s, key, nil)
	}
	upper := append(append([]*plan.Fetch(nil), above...), makers...)
	providers := append([]*plan.Fetch(nil), makers...)
	if !root {
		if len(makers) == 1 && g.chance(0.5) && !g.merged(s) {
			g.collect(s)
		}
		for range g.r.Intn(3) {
			d := &plan.Decode{Shape: s, Static: 0}
			t := target(representation(s, "E", key), d)
			if s.Collect < 0 || g.chance(0.3) {
				t.Collected, t.Path = false, nil
			}
			if n := len(t.Types); n > 1 && g.chance(0.3) {
				t.Types[g.r.Intn(n)] = nil
			}
			if g.chance(0.1) {
				t.Cond = plan.Condition{{Mask: 1, Value: uint64(g.r.Intn(2))}}
			}
			f := g.provider(t, upper)
			if g.chance(0.05) {
				f.Cond = plan.Condition{{Mask: 1, Value: uint64(g.r.Intn(2))}}
			}
			providers = append(providers, f)
			decodes = append(decodes, d)
		}
	}
	if g.chance(0.2) {
		g.typename(s, g.key("t"))
	}
	for range 1 + g.r.Intn(4) {
		p := g.r.Intn(len(providers))
		if depth > 0 && g.chance(0.6) {
			types := []string{g.key("T")}
			for g.chance(0.3) && len(types) < 3 {
				types = append(types, g.key("T"))
			}
			child := g.shape(types...)
			name := g.key("o")
			slot := g.field(s, name, g.wrap("X"), child)
			child.Merged = s.Merged
			if q := g.r.Intn(len(providers)); providers[q] != providers[p] && g.chance(0.6) {
				s.Slots[slot].Merge, child.Merged = true, true
				below := g.fill(child, depth-1, []*plan.Fetch{providers[p], providers[q]}, upper)
				g.add(decodes[p], s, name, below[0])
				g.add(decodes[q], s, name, below[1])
			} else {
				below := g.fill(child, depth-1, []*plan.Fetch{providers[p]}, upper)
				g.add(decodes[p], s, name, below[0])
			}
			continue
		}
		name := g.key("f")
		var only []string
		if len(s.Types) > 1 && g.chance(0.4) {
			only = []string{s.Types[g.r.Intn(len(s.Types))].Name}
		}
		g.field(s, name, g.wrap(leafTypes[g.r.Intn(len(leafTypes))]), nil, only...)
		if g.chance(0.15) {
			for c := range s.Classes {
				if n := len(s.Classes[c]); n > 0 && s.Classes[c][n-1].Key == name {
					s.Classes[c][n-1].Cond = plan.Condition{{Mask: 1, Value: uint64(g.r.Intn(2))}}
				}
			}
		}
		g.add(decodes[p], s, name, nil)
	}
	return decodes[:len(makers)]
}

func (g *generator) merged(s *plan.Shape) bool { return s.Merged }

// provider adds a target to a lookup: a new one, or one that does not come
// before what the target needs.
func (g *generator) provider(t plan.Target, upper []*plan.Fetch) *plan.Fetch {
	if g.chance(0.5) {
		for _, f := range g.plan.Fetches {
			if f.Root != nil || g.chance(0.3) {
				continue
			}
			before := false
			for _, u := range upper {
				before = before || g.reaches(f, u)
			}
			if before {
				continue
			}
			for _, u := range upper {
				f.Deps = append(f.Deps, u.ID)
				u.Dependants = append(u.Dependants, f.ID)
			}
			if g.chance(0.5) {
				f.Entries = append(f.Entries, plan.Entry{Alias: fmt.Sprintf("e%d", len(f.Entries)), Targets: []plan.Target{t}})
			} else {
				e := &f.Entries[g.r.Intn(len(f.Entries))]
				e.Targets = append(e.Targets, t)
			}
			return f
		}
	}
	return g.lookup(nil, []plan.Target{t}, upper...)
}

// reaches reports whether b is a or comes after a.
func (g *generator) reaches(a, b *plan.Fetch) bool {
	if a == b {
		return true
	}
	for _, d := range b.Deps {
		if g.reaches(a, g.plan.Fetches[d]) {
			return true
		}
	}
	return false
}

func (g *generator) hash(parts ...any) *rand.Rand {
	h := fnv.New64a()
	fmt.Fprint(h, g.salt, parts)
	return rand.New(rand.NewSource(int64(h.Sum64())))
}

// answer is the answer of a fetch: a function of it and its rows. An empty one
// stands for a failed connection.
func (g *generator) answer(f *plan.Fetch, rows [][]string) string {
	r := g.hash(f.ID, rows)
	if !g.calm {
		switch r.Intn(25) {
		case 0:
			return ""
		case 1:
			return `{"errors":[{"message":"no"},{"message":"never","path":["x"]}],"data":null}`
		case 2:
			return `{"data":{"a":[}}`
		}
	}
	var errs []string
	fail := func(path string) { errs = append(errs, `{"message":"m","path":[`+path+`]}`) }
	var data string
	if f.Root != nil {
		data = g.render([]*plan.Decode{f.Root}, fmt.Sprint(f.ID), f.ID, nil, "", func(p string) { fail(p[1:]) })
	} else {
		var entries []string
		for e, list := range rows {
			var items []string
			// Where there are too many rows, errors of single rows have no place.
			uneven := !g.calm && r.Intn(20) == 0
			fail := func(path string) {
				if !uneven {
					fail(path)
				}
			}
			for n, row := range list {
				item := "null"
				rr := g.hash(f.ID, e, row)
				at := fmt.Sprintf("%q,%d", f.Entries[e].Alias, n)
				if g.calm || rr.Intn(12) > 0 {
					var ds []*plan.Decode
					for t := range f.Entries[e].Targets {
						for _, tt := range f.Entries[e].Targets[t].Types {
							if tt != nil {
								ds = append(ds, tt.Decode)
								break
							}
						}
					}
					item = g.render(ds, fmt.Sprint(f.ID, e, row), f.ID, nil, "", func(p string) { fail(at + p) })
				} else if rr.Intn(2) == 0 {
					fail(at)
				} else if rr.Intn(4) == 0 {
					item = "17"
				}
				items = append(items, item)
			}
			if uneven {
				items = append(items, "null")
			}
			entries = append(entries, fmt.Sprintf("%q:[%s]", f.Entries[e].Alias, strings.Join(items, ",")))
		}
		r.Shuffle(len(entries), func(i, j int) { entries[i], entries[j] = entries[j], entries[i] })
		data = "{" + strings.Join(entries, ",") + "}"
	}
	out := `"data":` + data
	if len(errs) > 0 {
		if r.Intn(2) == 0 {
			out += `,"errors":[` + strings.Join(errs, ",") + "]"
		} else {
			out = `"errors" : [` + strings.Join(errs, " , ") + "], " + out
		}
	}
	return "{" + out + "}"
}

// render writes an object for several decodings at once.
func (g *generator) render(ds []*plan.Decode, seed string, fetch int, types []plan.ConcreteType, path string, fail func(string)) string {
	r := g.hash(seed)
	var members []string
	for _, d := range ds {
		for i := range d.Fields {
			f := &d.Fields[i]
			if f.Slot < 0 {
				tr := g.hash("type", seed[strings.IndexByte(seed, '|')+1:])
				name := d.Shape.Types[tr.Intn(len(d.Shape.Types))].Name
				if !g.calm && r.Intn(30) == 0 {
					name = "Unknown"
				}
				members = append(members, `"__typename":"`+name+`"`)
				continue
			}
			if !g.calm && r.Intn(25) == 0 {
				continue
			}
			below := seed + "/" + f.Key
			if d.Shape.Slots[f.Slot].Merge {
				// All fetches agree on what is merged, most of the time.
				below = "|" + f.Key
				if !g.calm && r.Intn(10) == 0 {
					below += seed
				}
			}
			at := path + `,"` + f.Key + `"`
			members = append(members, string(f.Quoted)+":"+g.value(f, f.Wrap, below, fetch, at, fail))
			if !g.calm && r.Intn(20) == 0 {
				fail(at)
			}
		}
	}
	if r.Intn(3) == 0 {
		r.Shuffle(len(members), func(i, j int) { members[i], members[j] = members[j], members[i] })
	}
	if r.Intn(10) == 0 {
		members = append(members, `"unknown": {"a" : [1,"\u00e9",{}]}`)
	}
	return "{" + strings.Join(members, ",") + "}"
}

func (g *generator) value(f *plan.DecodeField, wrap schema.Wrap, seed string, fetch int, path string, fail func(string)) string {
	r := g.hash("value", seed)
	if n := r.Intn(100); n < 8 && !(g.calm && wrap.NonNull()) {
		if n < 2 {
			fail(path)
		}
		return "null"
	} else if n < 10 && !g.calm {
		return []string{"1", `"no"`, "[]", "{}", "true", "1.5", "[[null]]", "3000000000"}[r.Intn(8)]
	}
	if wrap.IsList() {
		var items []string
		for i := range r.Intn(4) {
			items = append(items, g.value(f, wrap.Elem(), fmt.Sprintf("%s.%d", seed, i), fetch, fmt.Sprintf("%s,%d", path, i), fail))
		}
		return "[" + strings.Join(items, ",") + "]"
	}
	if f.Child != nil {
		return g.render([]*plan.Decode{f.Child}, seed, fetch, nil, path, fail)
	}
	switch f.Leaf {
	case plan.LeafInt:
		return strconv.Itoa(r.Intn(100) - 50)
	case plan.LeafFloat:
		return "1.5e3"
	case plan.LeafString:
		return []string{`"text"`, `"a\nb"`, `"ünï"`, `""`}[r.Intn(4)]
	case plan.LeafBoolean:
		return strconv.FormatBool(r.Intn(2) == 0)
	case plan.LeafID:
		return []string{`"1"`, `"2"`, "3", "null"}[r.Intn(4)]
	case plan.LeafEnum:
		return []string{`"RED"`, `"GREEN"`, `"GR\u0045EN"`}[r.Intn(3)]
	}
	return []string{`{"any":1}`, "12345678901234567890", "true"}[r.Intn(3)]
}

func generate(seed int64) (*generator, uint64) {
	r := rand.New(rand.NewSource(seed))
	g := &generator{builder: newBuilder(), r: r, salt: uint64(seed), calm: r.Intn(4) == 0}
	root := g.shape("Query")
	var roots []*plan.Fetch
	for range 1 + r.Intn(2) {
		roots = append(roots, g.rootFetch(nil, nil))
	}
	for i, d := range g.fill(root, 3, roots, nil) {
		roots[i].Root = d
	}
	for _, f := range g.plan.Fetches {
		for e := range f.Entries {
			for t := range f.Entries[e].Targets {
				if target := &f.Entries[e].Targets[t]; !target.Collected {
					target.Path = pathTo(root, target.Shape)
				}
			}
		}
		dedupeDeps(g.plan, f)
	}
	return g, uint64(r.Intn(2))
}

func dedupeDeps(p *plan.Plan, f *plan.Fetch) {
	uniq := func(ids []int) []int {
		sort.Ints(ids)
		var out []int
		for i, id := range ids {
			if i == 0 || id != ids[i-1] {
				out = append(out, id)
			}
		}
		return out
	}
	f.Deps, f.Dependants = uniq(f.Deps), uniq(f.Dependants)
}

func callTexts(call *subgraphs.Call) [][]string {
	var rows [][]string
	for _, list := range call.Rows {
		texts := []string(nil)
		for _, r := range list {
			texts = append(texts, string(r))
		}
		rows = append(rows, texts)
	}
	return rows
}

func checkModel(t *testing.T, seed int64) (size int) {
	g, bits := generate(seed)
	m := &model{plan: g.plan, bits: bits, ask: g.answer}
	wantData, wantErrs := m.run()
	for _, f := range g.plan.Fetches {
		f.Prepared = stub(func(_ context.Context, call *subgraphs.Call) *subgraphs.Answer {
			text := g.answer(f, callTexts(call))
			if text == "" {
				return subgraphs.Failed(&subgraphs.FetchError{Code: subgraphs.CodeUnreachable, Message: "gone"})
			}
			a := subgraphs.NewAnswer(nil)
			a.Body = []byte(text)
			return a
		})
	}
	out, _ := New().Execute(context.Background(), &Request{Plan: g.plan, Bits: bits, Limits: Limits{MaxErrors: 1 << 20}}, nil)
	var response struct {
		Data   json.RawMessage
		Errors []struct {
			Path       []json.RawMessage
			Extensions struct{ Code string }
		}
	}
	if err := json.Unmarshal(out, &response); err != nil {
		t.Fatalf("seed %d: %v in %s", seed, err, out)
	}
	var errs []string
	for _, e := range response.Errors {
		var path []string
		for _, p := range e.Path {
			path = append(path, string(p))
		}
		errs = append(errs, "["+strings.Join(path, ",")+"] "+e.Extensions.Code)
	}
	sort.Strings(errs)
	if string(response.Data) != wantData {
		t.Fatalf("seed %d: data\n got %s\nwant %s", seed, response.Data, wantData)
	}
	if strings.Join(errs, "\n") != strings.Join(wantErrs, "\n") {
		t.Fatalf("seed %d: errors\n got %s\nwant %s\ndata %s", seed, strings.Join(errs, "\n     "), strings.Join(wantErrs, "\n     "), wantData)
	}
	return len(out)
}

var (
	modelCases = flag.Int64("model.cases", 1200, "how many random plans TestModel tries")
	modelSeed  = flag.Int64("model.seed", 1, "the first seed of TestModel")
)

func TestModel(t *testing.T) {
	total := 0
	for n := range *modelCases {
		total += checkModel(t, *modelSeed+n)
	}
	t.Logf("%d cases, %d bytes", *modelCases, total)
}

// Answers with random bytes changed, dropped or doubled: whatever comes of it is
// well-formed, and nothing panics.
func TestMangledAnswers(t *testing.T) {
	e := New()
	for seed := range int64(600) {
		g, bits := generate(seed + 1)
		for _, f := range g.plan.Fetches {
			f.Prepared = stub(func(_ context.Context, call *subgraphs.Call) *subgraphs.Answer {
				text := []byte(g.answer(f, callTexts(call)))
				r := g.hash("mangle", f.ID, string(text))
				for range r.Intn(3) {
					if len(text) == 0 {
						break
					}
					i := r.Intn(len(text))
					j := min(len(text), i+1+r.Intn(8))
					switch r.Intn(4) {
					case 0:
						text[i] = byte(r.Intn(256))
					case 1:
						text = append(text[:i:i], text[j:]...)
					case 2:
						text = append(text[:j:j], text[i:]...)
					case 3:
						text[i] = `{}[],:"0n\`[r.Intn(10)]
					}
				}
				a := subgraphs.NewAnswer(nil)
				a.Body = text
				return a
			})
		}
		limits := Limits{MaxErrors: 1 + int(seed%20), MaxResponseSize: 500 << (seed % 8), MaxWords: 200 << (seed % 6)}
		out, _ := e.Execute(context.Background(), &Request{Plan: g.plan, Bits: bits, Limits: limits, Policy: open}, nil)
		if !json.Valid(out) {
			t.Fatalf("seed %d: not JSON: %s", seed+1, out)
		}
	}
}
