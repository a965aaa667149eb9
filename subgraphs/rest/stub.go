package rest

import (
	"regexp"

	"github.com/weft-graphql/weft/planner/schema"
	"github.com/weft-graphql/weft/subgraphs/rest/mapping"
)

// Foreign keys are what mappings are written for most: `{ id: created_by }` and
// `artist_ids { id: $ }`. Objects that hold nothing but such a key are written
// straight from it, with no object made in between. The outcome is the same as
// that of the mapping, which the tests compare.
type stub struct {
	// from is the member that holds the key or the keys.
	from string
	// mapped: the braces stand behind it, so that a list of keys is a list of
	// objects.
	mapped bool
}

var (
	stubOne  = regexp.MustCompile(`^\s*\{\s*([A-Za-z_]\w*)\s*:\s*([A-Za-z_]\w*)\s*\}\s*$`)
	stubMany = regexp.MustCompile(`^\s*([A-Za-z_]\w*)\s*\{\s*([A-Za-z_]\w*)\s*:\s*\$\s*\}\s*$`)
)

// stubOf recognizes a field whose value is a foreign key and nothing else.
func stubOf(g *given) *stub {
	n := g.below
	if g.expr == nil || n == nil || !n.built || n.typ.kind != schema.Object || len(n.fields) != 1 || len(n.typ.keys) == 0 {
		return nil
	}
	only := n.fields[0].field.name
	set := n.typ.keys[0].set
	if n.fields[0].below != nil || len(set) != 1 || set[0].Name != only {
		return nil
	}
	if m := stubOne.FindStringSubmatch(g.expr.text); m != nil && m[1] == only {
		return &stub{from: m[2]}
	}
	if m := stubMany.FindStringSubmatch(g.expr.text); m != nil && m[2] == only {
		return &stub{from: m[1], mapped: true}
	}
	return nil
}

// stub writes a foreign key as an object, or a list of them as a list.
func (w *writer) stub(st *step, wrap *schema.TypeExpr, in mapping.Value) {
	mapped := st.stub.mapped
	switch kind := in.Kind(); {
	case kind == mapping.KindMissing && mapped && wrap.NonNull:
		w.absent()
	case kind == mapping.KindMissing || kind == mapping.KindNull:
		w.null()
	case wrap.Elem != nil && (!mapped || kind != mapping.KindList):
		w.mismatch("the upstream answered with %s where the schema has a list", article(mapping.KindObject))
	case wrap.Elem != nil:
		w.body = append(w.body, '[')
		w.path = append(w.path, pathElement{})
		top := len(w.path) - 1
		i := 0
		for it := in.Iterate(); it.Next(); i++ {
			if i > 0 {
				w.body = append(w.body, ',')
			}
			w.path[top].index = i
			w.stub(st, wrap.Elem, it.Value())
		}
		w.path = w.path[:top]
		w.body = append(w.body, ']')
	case mapped && kind == mapping.KindList:
		w.mismatch("the upstream answered with %s where the schema has an object", article(kind))
	default:
		w.stubObject(st.below, in)
	}
}

func (w *writer) stubObject(p *projection, key mapping.Value) {
	w.body = append(w.body, '{')
	for i := range p.steps {
		st := &p.steps[i]
		if !w.begin(&st.member) {
			continue
		}
		w.write(&st.value, st.wrap, key)
		w.path = w.path[:len(w.path)-1]
	}
	w.body = append(w.body, '}')
}
