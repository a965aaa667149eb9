package stitch

import (
	"slices"
	"strings"

	"github.com/weft-graphql/weft/planner/schema"
	"github.com/weft-graphql/weft/planner/supergraph"
)

// Prepared is a stitched subgraph: a document for composition, and what is to be
// written into the Definition afterwards.
type Prepared struct {
	// Name is the subgraph's name.
	Name string
	// Document is what to compose. It is the given document itself where there is
	// nothing to stitch.
	Document *schema.Document
	work     *work
}

// Prepare stitches one subgraph by itself, without joins.
func Prepare(doc *schema.Document, rules Rules) (*Prepared, []Error) {
	prepared, errs := PrepareAll([]Input{{Name: doc.Source, Doc: doc, Rules: rules}}, nil)
	if len(errs) > 0 {
		return nil, errs
	}
	return prepared[0], nil
}

// PrepareAll stitches all subgraphs of a graph with the joins between them. The
// results are in the order of the inputs. All faults are reported; there are no
// results then.
func PrepareAll(inputs []Input, joins []Join) ([]*Prepared, []Error) {
	// Without joins and requirements, a subgraph has to do with its own rules only,
	// and one without rules with nothing.
	alone := len(joins) == 0 && !slices.ContainsFunc(inputs, func(in Input) bool { return speaksComposite(in.Doc) })
	works := make([]*work, 0, len(inputs))
	out := make([]*Prepared, len(inputs))
	for i, in := range inputs {
		out[i] = &Prepared{Name: in.Name, Document: in.Doc}
		if alone && in.Rules.Empty() {
			continue
		}
		w := newWork(in.Name, in.Doc)
		w.changed = !in.Rules.Empty()
		w.classify()
		w.dropMachinery()
		w.transform(in.Rules.Transforms)
		w.readKeys()
		w.composite()
		w.entities(in.Rules.Entities)
		works = append(works, w)
		out[i].work = w
	}
	// Ties are decided by name, not by the order in which subgraphs are given.
	ordered := slices.Clone(works)
	slices.SortStableFunc(ordered, func(a, b *work) int { return strings.Compare(a.subgraph, b.subgraph) })
	if len(works) > 0 {
		for _, j := range joins {
			placeJoin(ordered, j)
		}
	}
	var errs []Error
	for _, w := range works {
		w.checkOwnTypes(ordered)
		w.require(ordered)
		w.markKeys()
		w.prune()
		errs = append(errs, w.errs...)
	}
	if len(errs) > 0 {
		return nil, sorted(errs)
	}
	for _, p := range out {
		if p.work != nil && p.work.changed {
			p.work.emit()
			p.Document = p.work.doc
		}
	}
	return out, nil
}

// markKeys marks what keys need, so that hiding does not take it away.
func (w *work) markKeys() {
	var mark func(t *typ, set []schema.Selection)
	mark = func(t *typ, set []schema.Selection) {
		for _, s := range set {
			if t == nil {
				return
			}
			f := t.field(s.Name)
			if f == nil {
				continue
			}
			f.needed = true
			mark(w.typeByName(f.def.Type.Named()), s.Selections)
		}
	}
	for _, t := range w.types {
		if t.hidden {
			continue
		}
		for _, k := range t.keys {
			mark(t, k.set)
		}
	}
}

// FinishAll finishes a Definition composed of the stitched documents, whose
// subgraphs have the names of the inputs.
func FinishAll(def *supergraph.Definition, prepared []*Prepared) {
	for _, p := range prepared {
		for i := range def.Subgraphs {
			if def.Subgraphs[i].Name == p.Name {
				p.Finish(def, i)
			}
		}
	}
}
