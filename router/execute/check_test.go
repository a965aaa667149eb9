package execute

import (
	"strings"
	"testing"

	"github.com/weft-graphql/weft/planner/plan"
)

func TestCheck(t *testing.T) {
	if err := Check(heavyPlan()); err != nil {
		t.Errorf("heavy: %v", err)
	}
	for name, c := range map[string]struct {
		spoil func(p *plan.Plan)
		want  string
	}{
		"no root":    {func(p *plan.Plan) { p.Root = nil }, "no root"},
		"id":         {func(p *plan.Plan) { p.Shapes[1].ID = 7 }, "shape 1 has id 7"},
		"collection": {func(p *plan.Plan) { p.Shapes[1].Collect = 9 }, "collection 9"},
		"class":      {func(p *plan.Plan) { p.Shapes[1].Types[0].Class = 3 }, "class 3"},
		"no class":   {func(p *plan.Plan) { p.Shapes[1].Classes = nil }, "no classes"},
		"child":      {func(p *plan.Plan) { p.Root.Slots[0].Child = &plan.Shape{} }, "not a shape of the plan"},
		"output":     {func(p *plan.Plan) { p.Root.Classes[0][0].Slot = 5 }, "slot 5"},
		"fetch id":   {func(p *plan.Plan) { p.Fetches[1].ID = 0 }, "fetch 1 has id 0"},
		"order":      {func(p *plan.Plan) { p.Fetches[0].Deps = []int{1} }, "does not come before"},
		"one-sided":  {func(p *plan.Plan) { p.Fetches[0].Dependants = nil }, "dependency 0 does not agree"},
		"other side": {func(p *plan.Plan) { p.Fetches[1].Deps = nil }, "dependant 1 does not agree"},
		"empty":      {func(p *plan.Plan) { p.Fetches[1].Entries = nil }, "either a root or entries"},
		"root":       {func(p *plan.Plan) { p.Fetches[0].Root.Shape = p.Shapes[1] }, "not that of the plan"},
		"path":       {func(p *plan.Plan) { p.Fetches[1].Entries[0].Targets[0].Collected = false }, "leads elsewhere"},
		"nowhere": {func(p *plan.Plan) {
			tg := &p.Fetches[1].Entries[0].Targets[0]
			tg.Collected = false
			tg.Path = []int{0, 9}
		}, "leads nowhere"},
		"not collected": {func(p *plan.Plan) { p.Shapes[1].Collect = -1 }, "not collected"},
		"quoted":        {func(p *plan.Plan) { p.Fetches[0].Root.Fields[0].Quoted = nil }, "quoted"},
		"twice":         {func(p *plan.Plan) { d := p.Fetches[0].Root; d.Fields = append(d.Fields, d.Fields[0]) }, "comes twice"},
		"slot":          {func(p *plan.Plan) { p.Fetches[0].Root.Fields[0].Slot = 3 }, "slot 3"},
		"static":        {func(p *plan.Plan) { p.Fetches[0].Root.Static = 1 }, "type 1"},
		"leaf":          {func(p *plan.Plan) { p.Fetches[0].Root.Fields[0].Child = nil }, "does not fit"},
		"row":           {func(p *plan.Plan) { p.Fetches[1].Entries[0].Targets[0].Types[0].Representation.Fields[1].Slot = 8 }, "does not fit"},
		"names": {func(p *plan.Plan) {
			p.Fetches[1].Entries[0].Targets[0].Types[0].Representation.Names = []string{"a", "b"}
		}, "2 names"},
		"target": {func(p *plan.Plan) { p.Fetches[1].Entries[0].Targets[0].Types[0].Decode = nil }, "type 0"},
		"sure":   {func(p *plan.Plan) { p.Fetches[0].Root.Sure = 2 }, "0 fields are sure, not 2"},
		"no condition": {func(p *plan.Plan) {
			d := sure(p.Fetches[0].Root)
			d.Fields[0].Cond = 1
		}, "condition 0 is out of place"},
		"condition of no use": {func(p *plan.Plan) {
			d := p.Fetches[0].Root
			d.Fields[0].Cond, _ = d.Condition(ifA)
		}, "condition 0 is out of place"},
		"nil condition": {func(p *plan.Plan) { p.Fetches[0].Root.Conds = make([]plan.Condition, 1) }, "condition 0 of a decoding is none"},
		"verbatim": {func(p *plan.Plan) {
			d := sure(p.Fetches[0].Root)
			d.Fields[0].Cond, _ = d.Condition(ifA)
			d.Verbatim = 12
		}, "written as it comes"},
		"copied": {func(p *plan.Plan) {
			d := p.Fetches[0].Root
			d.Copies = make([]plan.CopyField, len(d.Fields))
		}, "written as it comes"},
	} {
		p := usersPlan(nil, nil)
		if err := Check(p); err != nil {
			t.Fatal(err)
		}
		c.spoil(p)
		if err := Check(p); err == nil || !strings.Contains(err.Error(), c.want) {
			t.Errorf("%s: got %v, want %q", name, err, c.want)
		}
	}
}
