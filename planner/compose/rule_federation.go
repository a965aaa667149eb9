package compose

import (
	"strings"

	"github.com/weft-graphql/weft/planner/schema"
)

// checkFederation applies the rules on federation directives to one subgraph.
// The model is in Federation 2 terms.
func (sg *subgraph) checkFederation(r *reporter) {
	if sg.checkCollisions(r); r.failed() {
		return
	}
	sg.checkContexts(r) // an @external field may be there for a context to select
	for _, t := range sg.order {
		if t.kind != schema.Object && t.kind != schema.Interface {
			continue
		}
		sg.checkKeys(r, t)
		for _, f := range t.fields {
			sg.checkRequires(r, f)
			sg.checkProvides(r, f)
			sg.checkExternalField(r, f)
			if t.kind == schema.Interface {
				if d := find(f.applied, "shareable"); d != nil {
					r.at(CodeInvalidShareable, sg, d.Pos, f.coordinate(), "Mark the fields of the implementing types.", "Invalid use of @shareable on field %q: only object type fields can be marked with @shareable", f.coordinate())
				}
			}
		}
		sg.checkRepeatedShareable(r, t)
		if d := find(t.applied, "interfaceObject"); d != nil && !t.isEntity() {
			r.at(CodeInterfaceObjectUsage, sg, d.Pos, t.name, "Give the type a @key.", "The @interfaceObject directive can only be applied to entity types but type %q has no @key in this subgraph.", t.name)
		}
		if t.kind == schema.Interface {
			sg.checkInterfaceKeys(r, t)
		}
	}
	sg.checkAuth(r)
	sg.checkCosts(r)
}

// checkCollisions reports @provides where nothing can be provided, and fields
// that give and do not give at once. What else such directives say has no
// meaning, so it runs before the other rules.
func (sg *subgraph) checkCollisions(r *reporter) {
	for _, t := range sg.order {
		for _, f := range t.fields {
			d := find(f.applied, "provides")
			if kind, ok := sg.kindOf(f.typ.Named()); d != nil && ok && !kind.Composite() {
				r.at(CodeProvidesOnNonObject, sg, d.Pos, f.coordinate(), "Remove @provides.", "Invalid @provides directive on field %q: field has type %q which is not a Composite Type", f.coordinate(), f.typ)
			}
		}
	}
	if r.failed() {
		return
	}
	for _, t := range sg.order {
		for _, f := range t.fields {
			if d := find(f.applied, "provides"); d != nil && f.external {
				r.at(CodeExternalCollision, sg, d.Pos, f.coordinate(), "Remove one of the two.", "Cannot have both @provides and @external on field %q", f.coordinate())
			}
		}
	}
}

func (sg *subgraph) checkExternalField(r *reporter, f *field) {
	d := find(f.applied, "external")
	if f.parent.kind == schema.Interface {
		if d != nil {
			r.at(CodeExternalOnInterface, sg, d.Pos, f.coordinate(), "Remove @external.", "Interface type field %q is marked @external but @external is not allowed on interface fields.", f.coordinate())
		}
	}
	if f.external && !sg.used[f] {
		r.at(CodeExternalUnused, sg, f.pos, f.coordinate(), "Remove the field, or its @external.",
			"Field %q is marked @external but is not used in any federation directive (@key, @provides, @requires) or to satisfy an interface; the field declaration has no use and should be removed (or the field should not be @external).", f.coordinate())
	}
}

func (sg *subgraph) checkRepeatedShareable(r *reporter, t *typ) {
	repeated := func(list []applied, coordinate string) {
		seen := make(map[int]bool)
		for _, d := range all(list, "shareable") {
			if seen[d.part] {
				r.at(CodeInvalidShareable, sg, d.Pos, coordinate, "Write it once.", "Invalid duplicate application of @shareable on the same type declaration of %q: @shareable is only repeatable on types so it can be used simultaneously on a type definition and its extensions, but it should not be duplicated on the same definition/extension declaration", coordinate)
			}
			seen[d.part] = true
		}
	}
	repeated(t.applied, t.name)
	for _, f := range t.fields {
		repeated(f.applied, f.coordinate())
	}
}

// checkInterfaceKeys: each implementation has each key of its interface.
func (sg *subgraph) checkInterfaceKeys(r *reporter, t *typ) {
	for _, key := range all(t.applied, "key") {
		set := fieldSetOf(key)
		if !sg.meaningful(t, set) {
			continue // another rule reports it
		}
		var without, unresolvable []string
		for _, o := range sg.implementations[t.name] {
			if o.kind != schema.Object {
				continue
			}
			found, canResolve := false, false
			for _, k := range all(o.applied, "key") {
				if !sg.meaningful(o, fieldSetOf(k)) {
					found, canResolve = true, true // it may have been meant for this one
				}
				if !found && sameFieldSet(set, fieldSetOf(k)) {
					found, canResolve = true, resolvable(k)
				}
			}
			switch {
			case !found:
				without = append(without, o.name)
			case resolvable(key) && !canResolve:
				unresolvable = append(unresolvable, o.name)
			}
		}
		if len(without) > 0 {
			r.at(CodeInterfaceKeyNotOnImplementation, sg, key.Pos, t.name, "Add the key to these types.", "Key %s on interface type %q is missing on implementation types %s.", key.Directive, t.name, strings.Join(without, ", "))
		} else if len(unresolvable) > 0 {
			r.at(CodeInterfaceKeyNotOnImplementation, sg, key.Pos, t.name, "Make the keys resolvable.", "Key %s on interface type %q should be resolvable on all implementation types, but is declared with argument \"@key(resolvable:)\" set to false in types %s.", key.Directive, t.name, strings.Join(unresolvable, ", "))
		}
	}
}

// checkAuth: access rules belong on what is returned, not on interfaces.
func (sg *subgraph) checkAuth(r *reporter) {
	for _, t := range sg.order {
		object := t.isInterfaceObject()
		if t.kind != schema.Interface && !object {
			continue
		}
		report := func(list []applied, what, coordinate string) {
			for i := range list {
				d := &list[i]
				if d.spec && (d.name == "authenticated" || d.name == "requiresScopes" || d.name == "policy") {
					r.at(CodeAuthOnInterface, sg, d.Pos, coordinate, "Apply it to the implementing object types.",
						"Invalid use of @%s on %s %q: @%s cannot be applied on interfaces, interface fields and interface objects", d.Directive.Name, what, coordinate, d.Directive.Name)
				}
			}
		}
		what := "interface"
		if object {
			what = "interface object"
		}
		report(t.applied, what, t.name)
		if object {
			continue // its fields are fields of objects once merged
		}
		for _, f := range t.fields {
			report(f.applied, "field", f.coordinate())
		}
	}
}
