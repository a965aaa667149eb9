package operation

import (
	"github.com/vektah/gqlparser/v2/ast"

	"github.com/weft-graphql/weft/planner/schema"
)

// guard notes that a variable is used where null is an error, unless its type
// rules that out.
func (b *builder) guard(variable int, typ schema.TypeRef, at *ast.Position) {
	if b.untyped > 0 || !typ.Wrap.NonNull() || b.op.Variables[variable].Type.Wrap.NonNull() {
		return
	}
	own, known := b.guarded[variable]
	if !known {
		own = len(b.op.Variables)
		b.op.Variables = append(b.op.Variables, Variable{
			Name: b.prefix + "has_" + b.op.Variables[variable].Name, Guards: variable + 1,
			Type: schema.TypeRef{Type: b.front.schema.TypeByName("Boolean"), Wrap: schema.WrapNamed(true)},
		})
		if b.guarded == nil {
			b.guarded = map[int]int{}
		}
		b.guarded[variable] = own
	}
	if bit, ok := b.bit(own, at); ok {
		b.guards = append(b.guards, &Guard{Bit: bit, Variable: variable})
	}
}
