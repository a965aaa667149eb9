package operation

import (
	"strconv"
	"strings"

	"github.com/weft-graphql/weft/planner/schema"
)

// normalize prints the operation as the planner sees it: literals are
// variables, fragments are inlined, arguments stand in the order of their
// declaration. A set that is used more than once is printed once, as a
// fragment, so the text is never longer than the client's by more than a
// factor. The operation's name is left out, for it changes nothing.
func normalize(op *Operation, s *schema.Schema, introspection []*IntrospectionSet) string {
	p := printer{op: op, schema: s, uses: make([]int, len(op.Sets)), introUses: map[*IntrospectionSet]int{}, introIDs: map[*IntrospectionSet]int{}}
	for i, set := range introspection {
		p.introIDs[set] = i
		for j := range set.Selections {
			if below := set.Selections[j].Set; below != nil {
				p.introUses[below]++
			}
		}
	}
	for _, set := range op.Sets {
		for i := range set.Selections {
			if below := set.Selections[i].Set; below != nil {
				p.uses[below.ID]++
			}
			if below := set.Selections[i].Introspection; below != nil {
				p.introUses[below]++
			}
		}
	}
	p.WriteString(op.Kind.String())
	p.variables()
	p.selections(op.Root)
	for _, set := range op.Sets {
		if p.shared(set) {
			p.WriteString(" fragment S" + strconv.Itoa(set.ID) + " on " + s.Type(set.Type).Name)
			p.selections(set)
		}
	}
	for i, set := range introspection {
		if p.introShared(set) {
			p.WriteString(" fragment I" + strconv.Itoa(i) + " on " + set.Type)
			p.introSelections(set)
		}
	}
	return p.String()
}

type printer struct {
	strings.Builder
	op        *Operation
	schema    *schema.Schema
	uses      []int // by SelectionSet.ID
	introUses map[*IntrospectionSet]int
	introIDs  map[*IntrospectionSet]int
}

// shared reports whether a set is printed as a fragment: all that are used more
// than once, but for single leaves.
func (p *printer) shared(set *SelectionSet) bool {
	return p.uses[set.ID] > 1 && (len(set.Selections) > 1 || len(set.Selections) == 1 && set.Selections[0].Set != nil)
}

func (p *printer) introShared(set *IntrospectionSet) bool {
	return p.introUses[set] > 1 && (len(set.Selections) > 1 || len(set.Selections) == 1 && set.Selections[0].Set != nil)
}

func (p *printer) variables() {
	for i := range p.op.Variables {
		v := &p.op.Variables[i]
		p.WriteByte("(,"[min(i, 1)])
		p.WriteString("$" + v.Name + ":" + p.schema.TypeString(v.Type))
		if v.Default != nil {
			// The plan may depend on there being a default, never on its value.
			p.WriteString("=null")
		}
	}
	if len(p.op.Variables) > 0 {
		p.WriteByte(')')
	}
}

// set prints a set where it is used.
func (p *printer) set(set *SelectionSet) {
	if p.shared(set) {
		p.WriteString("{...S" + strconv.Itoa(set.ID) + "}")
		return
	}
	p.selections(set)
}

func (p *printer) selections(set *SelectionSet) {
	p.WriteByte('{')
	for i := range set.Selections {
		s := &set.Selections[i]
		if i > 0 {
			p.WriteByte(' ')
		}
		if s.Kind == SelectFragment {
			p.WriteString("...on " + p.schema.Type(s.Type).Name)
		} else {
			p.field(s.Key, s.Name, s.Args)
		}
		p.when(s.When)
		if s.Set != nil {
			p.set(s.Set)
		}
		if s.Introspection != nil {
			p.introSet(s.Introspection)
		}
	}
	p.closeSet(len(set.Selections))
}

func (p *printer) introSet(set *IntrospectionSet) {
	if p.introShared(set) {
		p.WriteString("{...I" + strconv.Itoa(p.introIDs[set]) + "}")
		return
	}
	p.introSelections(set)
}

func (p *printer) introSelections(set *IntrospectionSet) {
	p.WriteByte('{')
	for i := range set.Selections {
		s := &set.Selections[i]
		if i > 0 {
			p.WriteByte(' ')
		}
		if s.Name == "" {
			p.WriteString("...on " + set.Type)
		} else {
			p.field(s.Key, s.Name, s.Args)
		}
		p.when(s.When)
		if s.Set != nil {
			p.introSet(s.Set)
		}
	}
	p.closeSet(len(set.Selections))
}

// closeSet ends a set. An empty one is no GraphQL; what is printed instead
// cannot come from an operation, where literal conditions are folded.
func (p *printer) closeSet(selections int) {
	if selections == 0 {
		p.WriteString("__typename@skip(if:true)")
	}
	p.WriteByte('}')
}

func (p *printer) field(key, name string, args []Arg) {
	if key != name {
		p.WriteString(key + ":")
	}
	p.WriteString(name)
	for i := range args {
		p.WriteByte("(,"[min(i, 1)])
		p.WriteString(args[i].Name + ":")
		p.value(&args[i].Value)
	}
	if len(args) > 0 {
		p.WriteByte(')')
	}
}

// when prints the condition of one selection, which has at most one variable
// for each directive.
func (p *printer) when(c Condition) {
	for bit, i := range p.op.Conditions {
		if c.True>>bit&1 != 0 {
			p.WriteString("@include(if:$" + p.op.Variables[i].Name + ")")
		}
		if c.False>>bit&1 != 0 {
			p.WriteString("@skip(if:$" + p.op.Variables[i].Name + ")")
		}
	}
}

func (p *printer) value(v *Value) {
	switch v.Kind {
	case ValueList:
		p.WriteByte('[')
		for i := range v.Items {
			if i > 0 {
				p.WriteByte(',')
			}
			p.value(&v.Items[i])
		}
		p.WriteByte(']')
	case ValueObject:
		p.WriteByte('{')
		for i := range v.Fields {
			if i > 0 {
				p.WriteByte(',')
			}
			p.WriteString(v.Fields[i].Name + ":")
			p.value(&v.Fields[i].Value)
		}
		p.WriteByte('}')
	default:
		p.WriteString("$" + p.op.Variables[v.Variable].Name)
	}
}
