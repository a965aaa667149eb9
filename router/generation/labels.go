package generation

import (
	"fmt"
	"hash/fnv"
	"slices"
	"strings"

	"github.com/jensneuse/abstractlogger"

	"github.com/weft-graphql/weft/config"
	"github.com/weft-graphql/weft/planner/operation"
	"github.com/weft-graphql/weft/planner/schema"
	"github.com/weft-graphql/weft/planner/supergraph"
)

// maxLabels is how many labels have a bit.
const maxLabels = 64

// labelUses tells which override labels can matter to the plan of an operation.
type labelUses struct {
	// fields are, by FieldID, the labels of the field itself and of those that
	// are asked for in its place on implementing types and interfaces. It is nil
	// when the graph has no labels.
	fields []uint64
	// needed are the labels of fields that keys and requirements name: they are
	// fetched without being selected.
	needed uint64
}

func labelUsesOf(s *supergraph.Supergraph) labelUses {
	var uses labelUses
	if len(s.Labels) == 0 {
		return uses
	}
	own := make([]uint64, len(s.Schema.Fields))
	for f := range own {
		for i := range s.Providers[f] {
			if l := s.Providers[f][i].Label; l >= 0 && l < maxLabels {
				own[f] |= 1 << l
			}
		}
	}
	uses.fields = make([]uint64, len(own))
	for f := range uses.fields {
		field := &s.Schema.Fields[f]
		add := func(t schema.TypeID) {
			if id := s.Schema.FieldByName(t, field.Name); id != schema.NoField {
				uses.fields[f] |= own[id]
			}
		}
		add(field.Parent)
		parent := s.Schema.Type(field.Parent)
		for _, t := range parent.Interfaces {
			add(t)
		}
		for _, t := range parent.Possible {
			add(t)
			for _, u := range s.Schema.Type(t).Interfaces {
				add(u)
			}
		}
	}
	for f := range s.Providers {
		for i := range s.Providers[f] {
			uses.needed |= uses.of(s.Providers[f][i].Requires) | uses.of(s.Providers[f][i].JoinFrom)
		}
	}
	for t := range s.Views {
		for i := range s.Views[t] {
			for k := range s.Views[t][i].Lookups {
				uses.needed |= uses.of(s.Views[t][i].Lookups[k].Key)
			}
		}
	}
	return uses
}

func (u *labelUses) of(set supergraph.FieldSet) uint64 {
	var out uint64
	for i := range set {
		if set[i].Field != schema.NoField {
			out |= u.fields[set[i].Field]
		}
		out |= u.of(set[i].Selections)
	}
	return out
}

// in returns the labels that can change the fetches of an operation.
func (u *labelUses) in(op *operation.Operation) uint64 {
	out := u.needed
	for _, set := range op.Sets {
		for i := range set.Selections {
			if s := &set.Selections[i]; s.Kind == operation.SelectField {
				out |= u.fields[s.Field]
			}
		}
	}
	return out
}

// labelTable says which labels are active.
type labelTable struct {
	// fixed are active for every request, drawn for a share of them: a number
	// made of the request's seed and the label's hash is below shares[bit].
	fixed, drawn uint64
	hashes       []uint64
	shares       []uint64
}

// shareBits is how finely shares are told apart: as many bits as a float holds.
const shareBits = 53

// labelTableOf reads the configuration and the labels that say for themselves
// for which share they are active. unknown are entries that the graph has no use
// for.
func labelTableOf(c *config.Config, s *supergraph.Supergraph) (t labelTable, unknown []string, errs Errors) {
	t.hashes = make([]uint64, min(len(s.Labels), maxLabels))
	t.shares = make([]uint64, len(t.hashes))
	for i, name := range s.Labels {
		share := selfShare(name)
		if k := slices.IndexFunc(c.OverrideLabels, func(l config.OverrideLabel) bool { return l.Name == name }); k >= 0 {
			share = shareOf(&c.OverrideLabels[k])
		}
		switch {
		case share <= 0:
		case i >= maxLabels:
			errs = append(errs, &Error{
				Code: CodeLabels, Message: fmt.Sprintf("the label %q cannot be switched on: the supergraph has %d labels", name, len(s.Labels)),
				Hint: fmt.Sprintf("at most %d can be told apart; give fields that move together the same label", maxLabels),
			})
		case share >= 100:
			t.fixed |= 1 << i
		default:
			t.drawn |= 1 << i
			h := fnv.New64a()
			_, _ = h.Write([]byte(name))
			t.hashes[i] = h.Sum64()
			t.shares[i] = uint64(share / 100 * (1 << shareBits))
		}
	}
	for i := range c.OverrideLabels {
		if name := c.OverrideLabels[i].Name; !slices.Contains(s.Labels, name) {
			unknown = append(unknown, name)
		}
	}
	return t, unknown, errs
}

func shareOf(l *config.OverrideLabel) float64 {
	switch {
	case l.Percent != nil:
		return float64(*l.Percent)
	case l.Enabled != nil && *l.Enabled:
		return 100
	}
	return 0
}

// selfShare is the N of a label `percent(N)`, 0 for others.
func selfShare(label string) float64 {
	text, ok := strings.CutPrefix(label, "percent(")
	if !ok || !strings.HasSuffix(text, ")") {
		return 0
	}
	p, err := config.ParsePercent(strings.TrimSuffix(text, ")"))
	if err != nil {
		return 0
	}
	return float64(p)
}

// warnUnknown tells of configured labels that do nothing, unless the generation
// before had the same.
func (g *Generation) warnUnknown(log abstractlogger.Logger, previous *Generation) {
	if previous != nil && slices.Equal(previous.unknownLabels, g.unknownLabels) {
		return
	}
	for _, name := range g.unknownLabels {
		log.Warn("an override label is configured that no field of the graph has", abstractlogger.String("label", name))
	}
}

// Labels returns the override labels that are active for an operation and can
// change its plan, as bits for [Generation.Plan]: those active for every
// request, and those of which [Generation.Draw] is to decide.
func (g *Generation) Labels(op *operation.Operation) (fixed, drawn uint64) {
	if g.labels.fixed|g.labels.drawn == 0 {
		return 0, 0
	}
	uses := g.engine.uses.in(op)
	return g.labels.fixed & uses, g.labels.drawn & uses
}

// Draw decides which of the labels are active for the request with this seed, a
// random number. The same seed gives the same bits, whatever other labels there
// are.
func (g *Generation) Draw(labels, seed uint64) uint64 {
	var out uint64
	for i := range g.labels.hashes {
		if labels>>i&1 != 0 && mix(seed+g.labels.hashes[i])>>(64-shareBits) < g.labels.shares[i] {
			out |= 1 << i
		}
	}
	return out
}

// mix spreads what sets two numbers apart over all bits (the finalizer of
// SplitMix64).
func mix(z uint64) uint64 {
	z = (z ^ z>>30) * 0xbf58476d1ce4e5b9
	z = (z ^ z>>27) * 0x94d049bb133111eb
	return z ^ z>>31
}

// LabelsOf returns, as bits by index into Supergraph.Labels, the override labels
// that can change the plan of an operation; those above the 64th are left out.
// It is for tools: a [Generation] has looked at the graph beforehand.
func LabelsOf(s *supergraph.Supergraph, op *operation.Operation) uint64 {
	uses := labelUsesOf(s)
	if uses.fields == nil {
		return 0
	}
	return uses.in(op)
}

// AlwaysActive returns the override labels that a configuration makes active for
// every request.
func AlwaysActive(c *config.Config, s *supergraph.Supergraph) uint64 {
	t, _, _ := labelTableOf(c, s)
	return t.fixed
}
