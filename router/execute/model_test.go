package execute

import (
	"encoding/json"
	"fmt"
	"sort"
	"strconv"
	"strings"

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
	void  bool // there only to carry errors
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
				if !ok {
					fillFailed(o, tt.Decode)
					o.errs = append(o.errs, failed(tt.Decode, CodeRequirement))
					continue
				}
				if key == 1 {
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

// fillFailed marks as failed what a lookup would have filled.
func fillFailed(o *mObject, d *plan.Decode) {
	for _, f := range d.Fields {
		if f.Slot >= 0 && o.slots[f.Slot] == nil {
			o.slots[f.Slot] = &mValue{kind: kindFailed}
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
	if v == nil {
		v = &mValue{kind: kindNull}
	}
	switch v.kind {
	case kindFailed:
		return "", false
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
		u.result.void = true
	}
	u.result.errs = append(u.result.errs, failed(u.decode, code))
}

// failed is the error of an object for which nothing of a decoding came.
func failed(d *plan.Decode, code string) mError {
	visible := map[int]bool{}
	for _, f := range d.Fields {
		if f.Slot >= 0 && !d.Shape.Slots[f.Slot].Hidden {
			visible[f.Slot] = true
		}
	}
	e := mError{slot: -1, code: code, covers: d}
	if len(visible) == 1 {
		for s := range visible {
			e.slot, e.covers = s, nil
		}
	}
	return e
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
		u.result.void = true
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
		} else if d.Expects(f, m.bits) {
			o.slots[f.Slot] = &mValue{kind: kindFailed}
			o.errs = append(o.errs, mError{slot: f.Slot, code: CodeInvalidValue})
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
	if from.void {
		fillFailed(to, d)
		to.errs = append(to.errs, from.errs...)
		return
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
			covered := (v == nil || v.kind == kindFailed) && len(o.errs) > 0
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
