package execute

import (
	"context"
	"encoding/json"
	"fmt"
	"strings"
	"testing"

	"github.com/weft-graphql/weft/planner/plan"
	"github.com/weft-graphql/weft/planner/schema"
	"github.com/weft-graphql/weft/subgraphs"
)

// builder makes plans by hand.
type builder struct {
	plan   *plan.Plan
	fields map[*plan.Shape][]slotInfo
}

// slotInfo is what the builder knows of a slot.
type slotInfo struct {
	wrap schema.Wrap
	leaf plan.LeafKind
	enum []string
}

func newBuilder() *builder {
	return &builder{plan: &plan.Plan{}, fields: map[*plan.Shape][]slotInfo{}}
}

// shape adds a shape; the first one is the root's.
func (b *builder) shape(types ...string) *plan.Shape {
	s := &plan.Shape{ID: len(b.plan.Shapes), Collect: -1}
	for i, name := range types {
		class := i
		s.Types = append(s.Types, plan.ConcreteType{Name: name, Class: class})
		s.Classes = append(s.Classes, nil)
	}
	b.plan.Shapes = append(b.plan.Shapes, s)
	if b.plan.Root == nil {
		b.plan.Root = s
	}
	return s
}

// collect makes a shape's objects a collection.
func (b *builder) collect(shapes ...*plan.Shape) {
	for _, s := range shapes {
		s.Collect = b.plan.Collections
		b.plan.Collections++
	}
}

// parseType reads a type such as `[Int!]!`.
func parseType(text string) (schema.Wrap, string) {
	nonNull := strings.HasSuffix(text, "!")
	text = strings.TrimSuffix(text, "!")
	if strings.HasPrefix(text, "[") {
		w, name := parseType(text[1 : len(text)-1])
		return w.List(nonNull), name
	}
	return schema.WrapNamed(nonNull), text
}

// field adds a slot and, for the named types (all when there are none), its
// output. A key in parentheses is hidden.
func (b *builder) field(s *plan.Shape, key, typ string, child *plan.Shape, types ...string) int {
	wrap, name := parseType(typ)
	hidden := strings.HasPrefix(key, "(")
	key = strings.Trim(key, "()")
	n := len(s.Slots)
	owner := "Query"
	if len(s.Types) > 0 {
		owner = s.Types[0].Name
	}
	coordinate := owner + "." + key
	s.Slots = append(s.Slots, plan.Slot{Key: key, Coordinate: coordinate, Hidden: hidden, Child: child})
	info := slotInfo{wrap: wrap}
	switch name {
	case "Int":
		info.leaf = plan.LeafInt
	case "Float":
		info.leaf = plan.LeafFloat
	case "String":
		info.leaf = plan.LeafString
	case "Boolean":
		info.leaf = plan.LeafBoolean
	case "ID":
		info.leaf = plan.LeafID
	case "Color":
		info.leaf = plan.LeafEnum
		info.enum = []string{"RED", "GREEN"}
	}
	b.fields[s] = append(b.fields[s], info)
	if hidden {
		return n
	}
	for c := range s.Classes {
		if len(types) > 0 {
			wanted := false
			for _, t := range types {
				wanted = wanted || s.Types[c].Name == t
			}
			if !wanted {
				continue
			}
		}
		s.Classes[c] = append(s.Classes[c], plan.Output{
			Key: key, Prefix: []byte(`"` + key + `":`), Slot: n, Wrap: wrap, Child: child, Coordinate: coordinate,
		})
	}
	return n
}

// typename adds a __typename output.
func (b *builder) typename(s *plan.Shape, key string) {
	for c := range s.Classes {
		s.Classes[c] = append(s.Classes[c], plan.Output{
			Kind: plan.Typename, Key: key, Prefix: []byte(`"` + key + `":`), Wrap: schema.WrapNamed(true), Coordinate: "X.__typename",
		})
	}
}

func slotOf(s *plan.Shape, key string) int {
	for i := range s.Slots {
		if s.Slots[i].Key == key {
			return i
		}
	}
	panic("no slot " + key)
}

// sub is a composite field of a decode.
type sub struct {
	key string
	dec *plan.Decode
}

// decode makes a Decode. Fields are keys, or `upstream:key` where the answer
// calls it otherwise, or subs; "__typename" reads the type.
func (b *builder) decode(s *plan.Shape, fields ...any) *plan.Decode {
	d := &plan.Decode{Shape: s, Static: -1}
	if len(s.Types) == 1 {
		d.Static = 0
	}
	for _, f := range fields {
		var key string
		var child *plan.Decode
		switch f := f.(type) {
		case string:
			key = f
		case sub:
			key, child = f.key, f.dec
		}
		name := key
		if up, down, ok := strings.Cut(key, ":"); ok {
			name, key = up, down
		}
		df := plan.DecodeField{Key: name, Quoted: []byte(`"` + name + `"`), Slot: -1, Wrap: schema.WrapNamed(true), Leaf: plan.LeafString}
		if key == "__typename" {
			if len(s.Types) > 1 {
				d.Static = -1
				for i, t := range s.Types {
					d.Names = append(d.Names, plan.TypeName{Name: t.Name, Type: i})
				}
			}
		} else {
			df.Slot = slotOf(s, key)
			info := b.fields[s][df.Slot]
			df.Wrap, df.Leaf, df.Enum, df.Child = info.wrap, info.leaf, info.enum, child
		}
		d.Fields = append(d.Fields, df)
	}
	return d
}

// representation makes a row template with a constant __typename. Keys with a
// trailing ? are requirements, not part of the key.
func representation(s *plan.Shape, typename string, fields ...string) *plan.Representation {
	r := &plan.Representation{Fields: []plan.RepresentationField{{
		Prefix: []byte(`"__typename":`), Constant: []byte(`"` + typename + `"`), Slot: -1,
	}}}
	for _, f := range fields {
		key, required := strings.CutSuffix(f, "?")
		name := key
		if up, down, ok := strings.Cut(key, ":"); ok {
			name, key = up, down
		}
		r.Fields = append(r.Fields, plan.RepresentationField{Prefix: []byte(`"` + name + `":`), Slot: slotOf(s, key), Key: !required})
	}
	return r
}

// target makes a target for all types of a shape.
func target(r *plan.Representation, d *plan.Decode, path ...int) plan.Target {
	t := plan.Target{Shape: d.Shape, Path: path, Collected: d.Shape.Collect >= 0 && path == nil}
	for range d.Shape.Types {
		t.Types = append(t.Types, &plan.TargetType{Representation: r, Decode: d})
	}
	return t
}

func (b *builder) fetch(f *plan.Fetch, deps []*plan.Fetch) *plan.Fetch {
	f.ID = len(b.plan.Fetches)
	f.Wave = 1
	f.Name = fmt.Sprintf("s%d", f.ID)
	for _, d := range deps {
		f.Deps = append(f.Deps, d.ID)
		d.Dependants = append(d.Dependants, f.ID)
		f.Wave = max(f.Wave, d.Wave+1)
	}
	b.plan.Fetches = append(b.plan.Fetches, f)
	return f
}

// rootFetch adds a root fetch answered by p.
func (b *builder) rootFetch(p subgraphs.Prepared, d *plan.Decode, deps ...*plan.Fetch) *plan.Fetch {
	return b.fetch(&plan.Fetch{Root: d, Prepared: p}, deps)
}

// lookup adds a lookup with one entry.
func (b *builder) lookup(p subgraphs.Prepared, targets []plan.Target, deps ...*plan.Fetch) *plan.Fetch {
	return b.fetch(&plan.Fetch{Entries: []plan.Entry{{Alias: "_entities", Targets: targets}}, Prepared: p}, deps)
}

// stub is a Prepared made of a function.
type stub func(ctx context.Context, call *subgraphs.Call) *subgraphs.Answer

func (s stub) Fetch(ctx context.Context, call *subgraphs.Call) *subgraphs.Answer { return s(ctx, call) }
func (s stub) Text() string                                                      { return "stub" }

// body answers with a fixed text.
func body(text string) stub {
	return func(context.Context, *subgraphs.Call) *subgraphs.Answer {
		a := subgraphs.NewAnswer(nil)
		a.Status = 200
		a.Body = []byte(text)
		return a
	}
}

// rows answers the rows of entry 0 by a function from representation to JSON.
func rows(f func(row string) string) stub {
	return func(_ context.Context, call *subgraphs.Call) *subgraphs.Answer {
		var out []string
		for _, r := range call.Rows[0] {
			out = append(out, f(string(r)))
		}
		a := subgraphs.NewAnswer(nil)
		a.Body = []byte(`{"data":{"_entities":[` + strings.Join(out, ",") + `]}}`)
		return a
	}
}

// byRow answers rows from a table; a row that is not in it fails the test.
func byRow(t *testing.T, table map[string]string) stub {
	return rows(func(row string) string {
		out, ok := table[row]
		if !ok {
			t.Errorf("unexpected row %s", row)
			return "null"
		}
		return out
	})
}

var open = ErrorPolicy{ExposeMessages: true, ExposeSubgraph: true, AllowExtensions: []string{"code"}}

// execute runs a plan and returns the response, which must be valid JSON.
func execute(t testing.TB, r *Request) (string, Result) {
	t.Helper()
	out, result := New().Execute(context.Background(), r, nil)
	if !json.Valid(out) {
		t.Fatalf("not JSON: %s", out)
	}
	return string(out), result
}

func expect(t *testing.T, p *plan.Plan, want string) {
	t.Helper()
	got, _ := execute(t, &Request{Plan: p, Policy: open})
	if got != want {
		t.Errorf("got  %s\nwant %s", got, want)
	}
}
