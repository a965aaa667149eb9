package satisfiability

import (
	"encoding/binary"

	"github.com/weft-graphql/weft/planner/schema"
	"github.com/weft-graphql/weft/planner/supergraph"
)

// maxContexts is how many different contexts are told apart; any more count as
// carried everywhere.
const maxContexts = 64

// contexts says which contexts fields need and types carry, one bit each.
type contexts struct {
	needs   map[*supergraph.Provider]uint64
	carried map[schema.TypeID]uint64
}

// everyContext is all contexts.
const everyContext = ^uint64(0)

func newContexts(s *supergraph.Supergraph) contexts {
	var c contexts
	var known map[string]int
	for f := range s.Providers {
		for i := range s.Providers[f] {
			p := &s.Providers[f][i]
			for j := range p.Contexts {
				if known == nil {
					known = make(map[string]int)
					c.needs, c.carried = make(map[*supergraph.Provider]uint64), make(map[schema.TypeID]uint64)
				}
				// Contexts that the same types carry are as good as one.
				var key []byte
				for _, on := range p.Contexts[j].On {
					key = binary.AppendUvarint(key, uint64(on.Type))
				}
				bit, ok := known[string(key)]
				if !ok {
					bit = len(known)
					known[string(key)] = bit
				}
				if bit >= maxContexts {
					continue
				}
				c.needs[p] |= 1 << bit
				for _, on := range p.Contexts[j].On {
					c.carried[on.Type] |= 1 << bit
				}
			}
		}
	}
	return c
}
