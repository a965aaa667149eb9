package compose

import (
	"github.com/weft-graphql/weft/planner/supergraph"
)

// checkExternalDirectives reports directives that would reach the supergraph
// from a field the subgraph does not own.
func (m *merger) checkExternalDirectives(sources []*field) {
	for _, f := range sources {
		if !f.external {
			continue
		}
		for i := range f.applied {
			a := &f.applied[i]
			_, composed := m.composed.name(f.parent.sg, a.Directive.Name)
			merged := a.spec && (a.name == "deprecated" || a.name == "tag" || a.name == "inaccessible" || a.name == "authenticated" || a.name == "requiresScopes" || a.name == "policy" || a.name == "cost" || a.name == "listSize" || a.name == "cacheTag")
			if merged || composed && !a.spec {
				m.at(CodeMergedDirectiveOnExternal, f.parent.sg, a.Pos, f.coordinate(), "Apply the directive where the field is resolved.",
					"Cannot apply merged directive %s to external field %q", a.Directive, f.coordinate())
			}
		}
	}
}

// checkExternals compares external declarations with the merged field.
func (m *merger) checkExternals(out *supergraph.FieldDefinition, sources []*field, coordinate string) {
	for _, f := range sources {
		if !f.external {
			continue
		}
		sg := f.parent.sg
		// Subgraphs may declare a field differently: agreeing with one is enough.
		agrees := out.Type.Equal(f.typ)
		for _, o := range sources {
			agrees = agrees || !o.external && o.typ.Equal(f.typ)
		}
		if !agrees {
			m.at(CodeExternalTypeMismatch, sg, f.pos, coordinate, "Declare the type as the owner does.",
				"Type of field %q is incompatible across subgraphs (where marked @external): it has type %q but type %q in subgraph %q", coordinate, out.Type, f.typ, sg.name)
		}
		for _, a := range out.Args {
			at := coordinate + "(" + a.Name + ":)"
			b := f.argument(a.Name)
			switch {
			case b == nil:
				m.at(CodeExternalArgumentMissing, sg, f.pos, at, "Add the argument.", "Field %q is missing argument %q in some subgraphs where it is marked @external", coordinate, at)
			case !a.Type.Equal(b.typ) && !m.isSubtype(a.Type, b.typ):
				m.at(CodeExternalArgumentTypeMismatch, sg, b.pos, at, "", "Type of argument %q is incompatible across subgraphs (where %q is marked @external): it has type %q but type %q in subgraph %q", at, coordinate, a.Type, b.typ, sg.name)
			case !valueEqual(a.Default, b.def):
				m.at(CodeExternalArgumentDefaultMismatch, sg, b.pos, at, "", "Argument %q has incompatible defaults across subgraphs (where %q is marked @external)", at, coordinate)
			}
		}
	}
}
