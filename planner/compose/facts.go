package compose

import "github.com/weft-graphql/weft/planner/schema"

// derive works out, for each field, what directives
// elsewhere make of it: external or not, shareable, used, provided.
func (sg *subgraph) derive() {
	sg.used = make(map[*field]bool)
	sg.provided = make(map[*field]bool)
	for _, t := range sg.order {
		if t.kind != schema.Object && t.kind != schema.Interface {
			continue
		}
		// Federation 1 knows @external on fields only.
		onType := sg.fed2 && t.kind == schema.Object && has(t.applied, "external")
		shared := make(map[int]bool)
		for _, d := range all(t.applied, "shareable") {
			shared[d.part] = true
		}
		for _, f := range t.fields {
			f.external = has(f.applied, "external") || onType
			f.shareable = has(f.applied, "shareable") || shared[f.part]
			f.keyField = false
		}
	}
	for _, t := range sg.order {
		if t.kind != schema.Object && t.kind != schema.Interface {
			continue
		}
		extends := has(t.applied, "extends")
		for _, key := range all(t.applied, "key") {
			sg.eachField(t, fieldSetOf(key), true, func(f *field, _ *schema.Selection) {
				f.keyField, f.shareable = true, true
				sg.used[f] = true
			})
			// The key fields of an extension are marked @external by the
			// habit of Federation 1, though the subgraph has them.
			if key.extension || extends {
				sg.eachField(t, fieldSetOf(key), false, func(f *field, _ *schema.Selection) {
					if has(f.applied, "external") {
						f.external = false
					}
				})
			}
		}
		for _, f := range t.fields {
			if d := find(f.applied, "requires"); d != nil {
				sg.eachField(t, fieldSetOf(d), true, func(f *field, _ *schema.Selection) { sg.used[f] = true })
			}
			if d := find(f.applied, "provides"); d != nil {
				sg.eachField(sg.types[f.typ.Named()], fieldSetOf(d), true, func(f *field, _ *schema.Selection) {
					sg.used[f], sg.provided[f] = true, true
					if f.external {
						f.shareable = true // the owner shares it on this path
					}
				})
			}
			for _, i := range t.interfaces {
				if it := sg.types[i.Name]; it != nil && it.field(f.name) != nil {
					sg.used[f] = true
				}
			}
		}
	}
}

// fullyExternal reports whether the subgraph can never give the field, not
// even on a path that provides it.
func (sg *subgraph) fullyExternal(f *field) bool { return f.external && !sg.provided[f] }
