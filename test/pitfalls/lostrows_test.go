package pitfalls

import "testing"

// An error that names one row says nothing of the others; when no rows came at
// all, none of them is null, and none is sent on as a requirement.
func TestPitfall06_RowsThatNeverCame(t *testing.T) {
	w := start(t, `{
		"types": {"P": [{"id": "1", "size": 2}, {"id": "2", "size": 3}]},
		"roots": {"Query.ps": {"list": "P"}},
		"computed": {"P.tag": ["concat", "t", ["path", "size"]]}}`,
		sdl{"a", `type Query { ps: [P] } type P @key(fields: "id") { id: ID! }`},
		sdl{"b", `type P @key(fields: "id") { id: ID! size: Int }`},
		sdl{"c", `type P @key(fields: "id") { id: ID! size: Int @external tag: String @requires(fields: "size") }`})
	w.do(t, `{ps{tag}}`).gives(`{"ps":[{"tag":"t2"},{"tag":"t3"}]}`)
	for _, body := range []string{
		`{"errors":[{"message":"no","path":["_entities",0]}]}`,
		`{"data":null,"errors":[{"message":"no","path":["_entities",0,"size"]}]}`,
		`{"data":{"_entities":null},"errors":[{"message":"no","path":["_entities",1]}]}`,
	} {
		w.answerWith("b", body)
		w.do(t, `{ps{tag}}`).has(`{"ps":[{"tag":null},{"tag":null}]}`).failsAlso("ps.0.tag").failsAlso("ps.1.tag").asked("a b")
	}
}
