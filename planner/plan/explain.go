package plan

import (
	"fmt"
	"slices"
	"strconv"
	"strings"
)

// Explain says why a fetch is there: what was asked of its subgraph and what
// else could have given that, by which key the subgraph is entered and which
// keys there are beside it, and what forced each field that its rows read.
// docs/plans.md is about the two forms in which it is printed.
type Explain struct {
	// Predicted is what the fetch is expected to take.
	Predicted Prediction `json:"predicted"`
	// Fields are the leaves the fetch was chosen for, and objects of which no more
	// than their being there is asked.
	Fields []ExplainField `json:"fields,omitempty"`
	// Lookups are the keys by which the subgraph is entered.
	Lookups []ExplainLookup `json:"lookups,omitempty"`
	// Needs are the fields that its rows read, with the fetch that fills them.
	Needs []ExplainNeed `json:"needs,omitempty"`
}

// Prediction is what a fetch is expected to take, lists having the length that
// arguments, @listSize or the default say.
type Prediction struct {
	// Requests are requests to the upstream, Rows the objects that a lookup is
	// asked for; before equal ones are sent once.
	Requests int `json:"requests"`
	Rows     int `json:"rows,omitempty"`
}

// ExplainCost is what a way adds to all that was decided before it. Ways are
// compared by these numbers in the order in which they stand here; of two that
// are equal in all of them the subgraph that comes first is taken.
type ExplainCost struct {
	// Lists are lists that would be put together from two answers by index.
	Lists int `json:"lists,omitempty"`
	// Waves is by how much the longest chain of requests grows.
	Waves int `json:"waves"`
	// Requests are further requests. One that has to be sent for each object of a
	// list counts ten times.
	Requests int `json:"requests"`
	// Merges are objects that would be put together from two answers.
	Merges int `json:"merges,omitempty"`
	// Wave is the one in which the value would arrive.
	Wave int `json:"wave,omitempty"`
	// Serves is how many fields that were not decided yet could come with it; more
	// are better.
	Serves int `json:"serves,omitempty"`
	// Fields are fields that would be asked for on the way.
	Fields int `json:"fields,omitempty"`
}

// ExplainField is one leaf and the choice there was.
type ExplainField struct {
	// Path is the response path, lists left out.
	Path string `json:"path"`
	// Coordinate is the field, as Type.field.
	Coordinate string `json:"coordinate"`
	// Subgraph was chosen, at Cost.
	Subgraph string      `json:"subgraph"`
	Cost     ExplainCost `json:"cost"`
	// Anyway says that there was nothing to choose, for a key or a requirement
	// had the field asked for before.
	Anyway bool `json:"anyway,omitempty"`
	// Below says that no field of the fetch was chosen for its own sake: what was
	// chosen below the objects led there. Costs are then those of the end.
	Below bool `json:"below,omitempty"`
	// Providers are the subgraphs that have the field at all.
	Providers []string `json:"providers"`
	// Alternatives are the other ways to it, and the other subgraphs that have it.
	Alternatives []ExplainWay `json:"alternatives,omitempty"`
}

// ExplainWay is a way that was not taken. One that is possible has a cost.
type ExplainWay struct {
	Subgraph string `json:"subgraph"`
	*ExplainCost
	// Decided names the first number of the cost that speaks against the way;
	// "order" if there is none.
	Decided string `json:"decided_by,omitempty"`
	// Impossible says why there is no such way.
	Impossible string `json:"impossible,omitempty"`
}

// ExplainLookup is the key by which objects of a type are looked up.
type ExplainLookup struct {
	// Path is where the objects are in the response, lists left out; Types are
	// those of which objects are looked up so.
	Path  string   `json:"path"`
	Types []string `json:"types"`
	ExplainKey
	// From is the number of the fetch that the objects come from, Subgraph that
	// fetch's.
	From     int    `json:"from"`
	Subgraph string `json:"subgraph"`
	// Others are the other keys by which the subgraph can be entered.
	Others []ExplainKey `json:"others,omitempty"`
}

// ExplainKey is a key with what it takes to have its fields, beyond the objects.
type ExplainKey struct {
	// Key are the fields, as in @key.
	Key string `json:"key"`
	// Nullable keys are the last to be used.
	Nullable bool `json:"nullable,omitempty"`
	*ExplainHops
	Impossible string `json:"impossible,omitempty"`
}

// ExplainHops is what it takes to have a field of an object: requests beyond
// those that give the object, and waves after it.
type ExplainHops struct {
	Waves    int `json:"waves"`
	Requests int `json:"requests"`
}

// ExplainNeed is one field that a row reads.
type ExplainNeed struct {
	// Coordinate is the field, as Type.field; Key tells keys from requirements, and
	// Context says that it is one of an object around the one that is looked up.
	Coordinate string `json:"coordinate"`
	Key        bool   `json:"key"`
	Context    bool   `json:"context,omitempty"`
	// For are the fields that require it (of the fetch's subgraph), as Type.field;
	// empty for keys.
	For []string `json:"for,omitempty"`
	// From is the number of the fetch that fills it, Subgraph that fetch's.
	From     int    `json:"from"`
	Subgraph string `json:"subgraph"`
	// Anyway says that it is read from there since it is asked for there for other
	// reasons; it costs nothing then.
	Anyway bool `json:"anyway,omitempty"`
	ExplainHops
	// Alternatives are the other subgraphs that have the field.
	Alternatives []ExplainSource `json:"alternatives,omitempty"`
}

// ExplainSource is where a required field was not taken from.
type ExplainSource struct {
	Subgraph string `json:"subgraph"`
	*ExplainHops
	Impossible string `json:"impossible,omitempty"`
}

// Decided names the first number in which a cost is more than another, or
// "order" when there is none.
func (c ExplainCost) Decided(than ExplainCost) string {
	switch {
	case c.Lists != than.Lists:
		return "lists"
	case c.Waves != than.Waves:
		return "waves"
	case c.Requests != than.Requests:
		return "requests"
	case c.Merges != than.Merges:
		return "merges"
	case c.Wave != than.Wave:
		return "wave"
	case c.Serves != than.Serves:
		return "serves"
	case c.Fields != than.Fields:
		return "fields"
	}
	return "order"
}

// Less reports whether a way of this cost is taken rather than the other.
func (c ExplainCost) Less(than ExplainCost) bool {
	a := [...]int{c.Lists, c.Waves, c.Requests, c.Merges, c.Wave, -c.Serves, c.Fields}
	b := [...]int{than.Lists, than.Waves, than.Requests, than.Merges, than.Wave, -than.Serves, than.Fields}
	return slices.Compare(a[:], b[:]) < 0
}

func (c ExplainCost) String() string {
	out := "+" + count(c.Requests, "request") + ", +" + count(c.Waves, "wave")
	if c.Lists > 0 {
		out += ", " + count(c.Lists, "list") + " merged"
	}
	if c.Merges > 0 {
		out += ", " + count(c.Merges, "object") + " merged"
	}
	return out
}

func (h ExplainHops) String() string {
	return "+" + count(h.Requests, "request") + ", +" + count(h.Waves, "wave")
}

// against says what speaks against a way.
func (w *ExplainWay) against(chosen ExplainCost) string {
	switch w.Decided {
	case "lists":
		return "more lists to merge"
	case "waves":
		return "more waves"
	case "requests":
		return "more requests"
	case "merges":
		return "more objects to merge"
	case "wave":
		return "it comes in wave " + strconv.Itoa(w.Wave) + " instead of " + strconv.Itoa(chosen.Wave)
	case "serves":
		return "it could serve " + count(w.Serves, "open field") + " instead of " + strconv.Itoa(chosen.Serves)
	case "fields":
		return "more fields on the way"
	}
	return "equal, and later in the order of subgraphs"
}

func (p Prediction) String() string {
	out := count(p.Requests, "request")
	if p.Rows > 0 {
		out += " for " + count(p.Rows, "row")
	}
	return out
}

func (e *Explain) text(b *strings.Builder) {
	fmt.Fprintf(b, "  predicted: %s\n", e.Predicted)
	for i := range e.Fields {
		x := &e.Fields[i]
		fmt.Fprintf(b, "  why %s: %s from %s (%s)", x.Path, x.Coordinate, x.Subgraph, x.Cost)
		if x.Anyway {
			b.WriteString("; it is asked for as a key or requirement anyway")
		}
		if x.Below {
			b.WriteString("; what is below it was decided first")
		}
		if len(x.Alternatives) == 0 {
			b.WriteString("; nobody else has it")
		}
		b.WriteByte('\n')
		for j := range x.Alternatives {
			w := &x.Alternatives[j]
			switch {
			case w.Impossible != "":
				fmt.Fprintf(b, "    not %s: %s\n", w.Subgraph, w.Impossible)
			case w.Decided == "":
				fmt.Fprintf(b, "    or %s (%s)\n", w.Subgraph, w.ExplainCost)
			default:
				fmt.Fprintf(b, "    or %s (%s): %s\n", w.Subgraph, w.ExplainCost, w.against(x.Cost))
			}
		}
	}
	for i := range e.Lookups {
		l := &e.Lookups[i]
		fmt.Fprintf(b, "  by key %s: %s at %s from #%d %s", l.text(), strings.Join(l.Types, ", "), l.Path, l.From, l.Subgraph)
		if len(l.Others) == 0 {
			b.WriteString("; no other key")
		}
		b.WriteByte('\n')
		for j := range l.Others {
			if o := &l.Others[j]; o.Impossible != "" {
				fmt.Fprintf(b, "    not key %s: %s\n", o.Key, o.Impossible)
			} else {
				fmt.Fprintf(b, "    or key %s\n", o.text())
			}
		}
	}
	for i := range e.Needs {
		n := &e.Needs[i]
		what := "key"
		if !n.Key {
			what = "requirement"
			if n.Context {
				what = "context"
			}
			if len(n.For) > 0 {
				what += " of " + strings.Join(n.For, ", ")
			}
		}
		fmt.Fprintf(b, "  needs %s (%s) from #%d %s (%s)", n.Coordinate, what, n.From, n.Subgraph, n.ExplainHops)
		if n.Anyway {
			b.WriteString("; it is asked for there anyway")
		}
		if len(n.Alternatives) == 0 {
			b.WriteString("; nobody else has it")
		}
		b.WriteByte('\n')
		for j := range n.Alternatives {
			if s := &n.Alternatives[j]; s.Impossible != "" {
				fmt.Fprintf(b, "    not %s: %s\n", s.Subgraph, s.Impossible)
			} else {
				fmt.Fprintf(b, "    or %s (%s)\n", s.Subgraph, s.ExplainHops)
			}
		}
	}
}

func (k *ExplainKey) text() string {
	out := k.Key
	if k.Nullable {
		out += ", which can be null"
	}
	if k.ExplainHops != nil {
		out += " (" + k.ExplainHops.String() + ")"
	}
	return out
}
