package dataserver

import (
	"bytes"
	"encoding/json"
	"fmt"
	"maps"
	"os"
	"slices"
	"strings"
	"sync"

	"github.com/vektah/gqlparser/v2/ast"
)

// Data is a world of entities that servers answer from. It is safe for
// concurrent use; mutations change it for every server that shares it.
type Data struct {
	mu     sync.RWMutex
	file   *dataFile
	shared map[string][]*record
	state  map[string]any
	// version changes with every write; indexes are built for one version.
	version uint64
	views   []*view
	shapes  worldShape
}

// worldShape holds the compiled parts of a data file, which never change.
type worldShape struct {
	roots    map[string]*root
	computed map[string]expr
	parts    map[string]*partShape
}

type partShape struct {
	roots    map[string]*root
	computed map[string]expr
}

type dataFile struct {
	Comment    string                      `json:"comment"`
	Types      map[string][]map[string]any `json:"types"`
	Interfaces map[string][]string         `json:"interfaces"`
	Roots      map[string]any              `json:"roots"`
	Computed   map[string]any              `json:"computed"`
	State      map[string]any              `json:"state"`
	Subgraphs  map[string]*partFile        `json:"subgraphs"`
}

type partFile struct {
	Types    map[string][]map[string]any `json:"types"`
	Patch    map[string][]patchFile      `json:"patch"`
	Hide     map[string][]map[string]any `json:"hide"`
	Roots    map[string]any              `json:"roots"`
	Computed map[string]any              `json:"computed"`
}

type patchFile struct {
	Match map[string]any `json:"match"`
	Set   map[string]any `json:"set"`
}

// record is one entity.
type record struct {
	typ    string
	fields map[string]any
}

// ParseData reads a data file. All its expressions and root fields are
// checked, so that a mistake shows here and not in an answer.
func ParseData(text []byte) (*Data, error) {
	dec := json.NewDecoder(bytes.NewReader(text))
	dec.UseNumber()
	dec.DisallowUnknownFields()
	file := &dataFile{}
	if err := dec.Decode(file); err != nil {
		return nil, fmt.Errorf("data: %w", err)
	}
	d := &Data{file: file}
	var err error
	if d.shapes.roots, err = compileRoots(file.Roots); err != nil {
		return nil, fmt.Errorf("data: %w", err)
	}
	if d.shapes.computed, err = compileComputed(file.Computed); err != nil {
		return nil, fmt.Errorf("data: %w", err)
	}
	d.shapes.parts = map[string]*partShape{}
	for name, part := range file.Subgraphs {
		if part == nil {
			part = &partFile{}
			file.Subgraphs[name] = part
		}
		shape := &partShape{}
		if shape.roots, err = compileRoots(part.Roots); err != nil {
			return nil, fmt.Errorf("data: subgraph %q: %w", name, err)
		}
		if shape.computed, err = compileComputed(part.Computed); err != nil {
			return nil, fmt.Errorf("data: subgraph %q: %w", name, err)
		}
		d.shapes.parts[name] = shape
	}
	d.load()
	return d, nil
}

// LoadData reads a data file from disk.
func LoadData(path string) (*Data, error) {
	text, err := os.ReadFile(path)
	if err != nil {
		return nil, err
	}
	d, err := ParseData(text)
	if err != nil {
		return nil, fmt.Errorf("%s: %w", path, err)
	}
	return d, nil
}

// Reset undoes all mutations.
func (d *Data) Reset() {
	d.mu.Lock()
	defer d.mu.Unlock()
	d.load()
}

// load fills the mutable state from the file.
func (d *Data) load() {
	d.shared = newRecords(d.file.Types)
	d.state = map[string]any{}
	for k, v := range d.file.State {
		d.state[k] = copyValue(v)
	}
	d.version++
	for _, v := range d.views {
		v.load()
	}
}

func newRecords(types map[string][]map[string]any) map[string][]*record {
	out := map[string][]*record{}
	for typ, list := range types {
		records := make([]*record, len(list))
		for i, fields := range list {
			records[i] = &record{typ: typ, fields: copyValue(fields).(map[string]any)}
		}
		out[typ] = records
	}
	return out
}

// copyValue copies a decoded JSON value, with numbers in this package's types.
func copyValue(v any) any {
	switch v := v.(type) {
	case map[string]any:
		out := make(map[string]any, len(v))
		for k, item := range v {
			out[k] = copyValue(item)
		}
		return out
	case []any:
		out := make([]any, len(v))
		for i, item := range v {
			out[i] = copyValue(item)
		}
		return out
	}
	return plainNumbers(v)
}

// view is the world as one server sees it. What it holds is guarded by the
// data's lock, except the index, which readers build while sharing that lock.
type view struct {
	data   *Data
	name   string
	schema *ast.Schema

	own    map[string][]*record // entity lists that replace the shared ones
	patch  map[*record]map[string]any
	hidden map[*record]bool

	indexMu sync.Mutex
	index   map[string]map[string]*record
	indexed uint64
}

// view returns a new view for a server.
func (d *Data) view(name string, schema *ast.Schema) *view {
	d.mu.Lock()
	defer d.mu.Unlock()
	v := &view{data: d, name: name, schema: schema}
	v.load()
	d.views = append(d.views, v)
	return v
}

func (v *view) load() {
	v.own, v.patch, v.hidden = nil, nil, nil
	part := v.data.file.Subgraphs[v.name]
	if part == nil {
		return
	}
	v.own = newRecords(part.Types)
	patches := map[*record]map[string]any{}
	for typ, list := range part.Patch {
		for _, p := range list {
			match := copyValue(p.Match).(map[string]any)
			for _, r := range v.records(typ) {
				if !v.matches(&object{typ: typ, rec: r, fields: r.fields}, match) {
					continue
				}
				if patches[r] == nil {
					patches[r] = map[string]any{}
				}
				maps.Copy(patches[r], copyValue(p.Set).(map[string]any))
			}
		}
	}
	hidden := map[*record]bool{}
	for typ, list := range part.Hide {
		for _, h := range list {
			match := copyValue(h).(map[string]any)
			for _, r := range v.records(typ) {
				if v.matches(&object{typ: typ, rec: r, fields: r.fields}, match) {
					hidden[r] = true
				}
			}
		}
	}
	v.patch, v.hidden = patches, hidden
}

func (v *view) root(coordinate string) *root {
	if part := v.data.shapes.parts[v.name]; part != nil {
		if r := part.roots[coordinate]; r != nil {
			return r
		}
	}
	return v.data.shapes.roots[coordinate]
}

func (v *view) computed(coordinate string, own bool) expr {
	if own {
		if part := v.data.shapes.parts[v.name]; part != nil {
			return part.computed[coordinate]
		}
		return nil
	}
	return v.data.shapes.computed[coordinate]
}

// records lists the entities of one concrete type.
func (v *view) records(typ string) []*record {
	list, ok := v.own[typ]
	if !ok {
		list = v.data.shared[typ]
	}
	if len(v.hidden) == 0 {
		return list
	}
	out := make([]*record, 0, len(list))
	for _, r := range list {
		if !v.hidden[r] {
			out = append(out, r)
		}
	}
	return out
}

// concrete lists the concrete types that a type name stands for: itself, its
// possible types in the schema, and those the data names for it.
func (v *view) concrete(typ string) []string {
	var out []string
	add := func(name string) {
		if !slices.Contains(out, name) {
			out = append(out, name)
		}
	}
	def := v.schema.Types[typ]
	if def == nil || !def.IsAbstractType() {
		add(typ)
	} else {
		for _, t := range v.schema.PossibleTypes[typ] {
			if t != nil && t.Kind == ast.Object {
				add(t.Name)
			}
		}
	}
	for _, name := range v.data.file.Interfaces[typ] {
		add(name)
	}
	return out
}

func (v *view) isMember(typ, member string) bool {
	return slices.Contains(v.data.file.Interfaces[typ], member)
}

func (v *view) newObject(r *record) *object {
	return &object{typ: r.typ, rec: r, fields: r.fields}
}

// find returns the first entity that matches, nil if there is none.
func (v *view) find(types []string, match map[string]any) *object {
	for _, typ := range types {
		for _, name := range v.concrete(typ) {
			if r, ok := v.findIndexed(name, match); ok {
				if r != nil {
					return v.newObject(r)
				}
				continue
			}
			for _, r := range v.records(name) {
				if o := v.newObject(r); v.matches(o, match) {
					return o
				}
			}
		}
	}
	return nil
}

// findIndexed answers a search by plain stored values from an index; ok is
// false where a scan is needed.
func (v *view) findIndexed(typ string, match map[string]any) (r *record, ok bool) {
	if len(match) == 0 {
		return nil, false
	}
	names := make([]string, 0, len(match))
	for name, want := range match {
		switch want.(type) {
		case string, int64:
		default:
			return nil, false
		}
		names = append(names, name)
	}
	slices.Sort(names)
	indexName := typ + "(" + strings.Join(names, ",") + ")"

	v.indexMu.Lock()
	defer v.indexMu.Unlock()
	if v.index == nil || v.indexed != v.data.version {
		v.index, v.indexed = map[string]map[string]*record{}, v.data.version
	}
	index, built := v.index[indexName]
	if !built {
		index = map[string]*record{}
		for _, rec := range v.records(typ) {
			o := v.newObject(rec)
			if k, ok := indexKey(names, func(name string) any { return v.stored(o, name) }); ok && index[k] == nil {
				index[k] = rec
			}
		}
		v.index[indexName] = index
	}
	k, _ := indexKey(names, func(name string) any { return match[name] })
	return index[k], true
}

// indexKey joins the values' texts; text and number of one spelling are equal,
// as they are for ID.
func indexKey(names []string, value func(string) any) (string, bool) {
	var b strings.Builder
	for _, name := range names {
		text, ok := scalarText(value(name))
		if !ok {
			return "", false
		}
		fmt.Fprintf(&b, "%d:%s", len(text), text)
	}
	return b.String(), true
}
