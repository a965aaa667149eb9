package compose

import (
	"fmt"

	"github.com/weft-graphql/weft/planner/schema"
	"github.com/weft-graphql/weft/planner/supergraph"
)

// transitiveAuth checks that a field which reads others through @requires or
// @fromContext demands at least what they demand: it could leak them otherwise.
func (c *mergedCheck) transitiveAuth() {
	for _, t := range c.def.Types {
		// Of interfaces, those fields count that interface objects resolve.
		if t.Kind != schema.Object && len(c.m.injected[t.Name]) == 0 {
			continue
		}
		for _, f := range t.Fields {
			have := c.requirements(&f.Applied, &t.Applied, nil)
			for i := range f.In {
				c.transitiveRequires(t, f, &f.In[i], have)
				c.transitiveContexts(t, f, &f.In[i], have)
			}
		}
	}
}

func (c *mergedCheck) transitiveRequires(t *supergraph.TypeDefinition, f *supergraph.FieldDefinition, in *supergraph.FieldIn, have demand) {
	set, err := schema.ParseSelections(in.Requires)
	if in.Requires == "" || err != nil {
		return
	}
	if missing := c.firstUncovered(t, set, have); missing != "" {
		c.fail(CodeMissingTransitiveAuth, t.Name+"."+f.Name, "Repeat the auth directives of the required field.",
			"Field %q does not specify necessary @authenticated, @requiresScopes and/or @policy auth requirements to access the transitive field %q data from @requires selection set.", t.Name+"."+f.Name, missing)
	}
}

func (c *mergedCheck) transitiveContexts(t *supergraph.TypeDefinition, f *supergraph.FieldDefinition, in *supergraph.FieldIn, have demand) {
	for _, a := range in.ContextArguments {
		set, err := schema.ParseSelections(a.Selection)
		if err != nil {
			continue
		}
		for _, on := range c.def.Types {
			if !setsContext(on, a.Context) {
				continue
			}
			var need demand
			need.add(&on.Applied)
			if !have.covers(&need) || c.firstUncovered(on, set, have) != "" {
				c.fail(CodeMissingTransitiveAuth, t.Name+"."+f.Name, "Repeat the auth directives of the types and fields that the context reads.",
					"Field %q does not specify necessary @authenticated, @requiresScopes and/or @policy auth requirements to access the transitive data in context %q of type %q from @fromContext selection set.", t.Name+"."+f.Name, a.Context, on.Name)
			}
		}
	}
}

func setsContext(t *supergraph.TypeDefinition, name string) bool {
	for _, d := range t.Applied.Directives {
		if v := d.Argument("name"); d.Name == "context" && v != nil && v.Raw == name {
			return true
		}
	}
	return false
}

// demand is what a field demands of its reader.
type demand struct {
	authenticated    bool
	scopes, policies [][]string
}

func (d *demand) add(a *supergraph.Applied) {
	for _, dir := range a.Directives {
		switch dir.Name {
		case "authenticated":
			d.authenticated = true
		case "requiresScopes":
			d.scopes = conjoin(d.scopes, stringSets(dir.Argument("scopes")))
		case "policy":
			d.policies = conjoin(d.policies, stringSets(dir.Argument("policies")))
		}
	}
}

func stringSets(v *schema.Value) [][]string {
	var out [][]string
	for _, s := range listItems(v) {
		var one []string
		for _, item := range listItems(s) {
			one = append(one, item.Raw)
		}
		out = append(out, one)
	}
	return out
}

func (c *mergedCheck) requirements(field, parent, result *supergraph.Applied) demand {
	var d demand
	d.add(field)
	if parent != nil {
		d.add(parent)
	}
	if result != nil {
		d.add(result)
	}
	return d
}

// covers reports whether whoever may read under d may read under o.
func (d *demand) covers(o *demand) bool {
	return (d.authenticated || !o.authenticated) && implies(d.scopes, o.scopes) && implies(d.policies, o.policies)
}

// implies: each way to satisfy have satisfies one way of want.
func implies(have, want [][]string) bool {
	if len(want) == 0 {
		return true
	}
	if len(have) == 0 {
		return false
	}
	for _, h := range have {
		ok := false
		for _, w := range want {
			ok = ok || containsAll(h, w)
		}
		if !ok {
			return false
		}
	}
	return true
}

// firstUncovered returns the coordinate of a selected field that demands more.
func (c *mergedCheck) firstUncovered(t *supergraph.TypeDefinition, set []schema.Selection, have demand) string {
	for i := range set {
		s := &set[i]
		if s.Fragment {
			on := t
			if s.On != "" {
				on = c.types[s.On]
			}
			if on == nil {
				continue
			}
			var need demand
			need.add(&on.Applied)
			if !have.covers(&need) {
				return on.Name
			}
			if missing := c.firstUncovered(on, s.Selections, have); missing != "" {
				return missing
			}
			continue
		}
		targets := []*supergraph.TypeDefinition{t}
		if t.Kind == schema.Interface {
			for _, impl := range c.m.implementations[t.Name] {
				targets = append(targets, c.types[impl])
			}
		}
		for _, on := range targets {
			f := mergedField(on, s.Name)
			if f == nil {
				continue
			}
			var result *supergraph.Applied
			next := c.types[f.Type.Named()]
			if next != nil {
				result = &next.Applied
			}
			need := c.requirements(&f.Applied, nil, result)
			if !have.covers(&need) {
				return fmt.Sprintf("%s.%s", t.Name, f.Name)
			}
			if next != nil && on == t {
				if missing := c.firstUncovered(next, s.Selections, have); missing != "" {
					return missing
				}
			}
		}
	}
	return ""
}
