package pitfalls

import "testing"

const deviceData = `{
	"types": {
		"Phone": [{"id": "1", "serial": "s1", "mass": 2, "brand": "Nok", "owner": "Ada", "rank": 1}],
		"Radio": [{"id": "2", "serial": "s2", "mass": 9, "brand": null, "owner": "Bob", "rank": 2}]},
	"interfaces": {"Device": ["Phone", "Radio"]},
	"roots": {
		"Query.all": {"value": [{"$ref": {"__typename": "Phone", "id": "1"}}, {"$ref": {"__typename": "Radio", "id": "2"}}]},
		"Query.used": {"value": [{"$ref": {"__typename": "Radio", "id": "2"}}, {"$ref": {"__typename": "Phone", "id": "1"}}]}},
	"computed": {
		"Phone.fee": ["*", ["path", "mass"], 10], "Radio.fee": ["*", ["path", "mass"], 10],
		"Phone.label": ["upper", ["path", "brand"]], "Radio.label": ["if", ["=", ["path", "brand"], null], "?", "!"],
		"Phone.toll": ["+", ["path", "fee"], 1]}}`

const devices = `type Query { all: [Device] } interface Device @key(fields: "id") { id: ID! mass: Int! brand: String }
	type Phone implements Device @key(fields: "id") { id: ID! mass: Int! brand: String }
	type Radio implements Device @key(fields: "id") { id: ID! mass: Int! brand: String }`

// An interface object can be entered by another key than the one at hand: where
// only the interface has it, that is where the way leads, types asked for or not.
func TestPitfall19_KeysBetweenInterfaceObjects(t *testing.T) {
	w := start(t, deviceData,
		sdl{"a", `type Query { all: [Device] } interface Device @key(fields: "id") @key(fields: "serial") { id: ID! serial: ID! }
			type Phone implements Device @key(fields: "id") @key(fields: "serial") { id: ID! serial: ID! }
			type Radio implements Device @key(fields: "id") @key(fields: "serial") { id: ID! serial: ID! }`},
		sdl{"b", `type Query { used: [Device] } type Device @key(fields: "id") @interfaceObject { id: ID! owner: String }`},
		sdl{"c", `type Device @key(fields: "serial") @interfaceObject { serial: ID! rank: Int }`})
	w.do(t, `{used{rank}}`).gives(`{"used":[{"rank":2},{"rank":1}]}`).asked("a b c").waves(3).
		represents("c", `{"__typename":"Device","serial":"s2"}`, `{"__typename":"Device","serial":"s1"}`)
	w.do(t, `{used{owner ... on Phone{rank}}}`).gives(`{"used":[{"owner":"Bob"},{"owner":"Ada","rank":1}]}`).asked("a b c")
	w.do(t, `{used{owner id}}`).gives(`{"used":[{"owner":"Bob","id":"2"},{"owner":"Ada","id":"1"}]}`).asked("b")
}

// Types of which the same is selected in another order are no reason to ask for
// types, and no reason for null either.
func TestPitfall07_OrderOfUnknownTypes(t *testing.T) {
	w := start(t, deviceData, sdl{"a", devices},
		sdl{"b", `type Query { used: [Device] } type Device @key(fields: "id") @interfaceObject { id: ID! owner: String }`})
	r := w.do(t, `{used{... on Phone{owner} id owner}}`).asked("b")
	if got := string(member(r.r.Raw, "data")); got != `{"used":[{"owner":"Bob","id":"2"},{"owner":"Ada","id":"1"}]}` &&
		got != `{"used":[{"id":"2","owner":"Bob"},{"id":"1","owner":"Ada"}]}` {
		r.errorf("data %s", got)
	}
	// Under which condition a field is shown can depend on the type, which matters.
	w.do(t, `query($x:Boolean!){used{id ... on Phone{owner} owner @include(if:$x)}}`, `{"x":false}`).
		gives(`{"used":[{"id":"2"},{"id":"1","owner":"Ada"}]}`).asked("a b")
}

// Where a subgraph knows the interface object only, what one type requires is
// not asked of the others, which do not send it.
func TestPitfall08_TypesThatRequireDifferently(t *testing.T) {
	w := start(t, deviceData, sdl{"a", devices},
		sdl{"b", `type Query { used: [Device] } type Device @key(fields: "id") @interfaceObject { id: ID! owner: String mass: Int! @external
			brand: String @external fee: Int @requires(fields: "mass") label: String @requires(fields: "brand") }`})
	phone, radio := `{"__typename":"Device","id":"1","mass":2}`, `{"__typename":"Device","id":"2","brand":null}`
	w.do(t, `{all{... on Phone{fee} ... on Radio{label}}}`).gives(`{"all":[{"fee":20},{"label":"?"}]}`).asked("a b").
		represents("b", phone, radio)
	w.do(t, `{used{... on Phone{fee} ... on Radio{label}}}`).gives(`{"used":[{"label":"?"},{"fee":20}]}`).asked("a b b").
		represents("b", phone, radio)
	w.do(t, `{used{fee ... on Phone{mass} ... on Radio{label}}}`).gives(`{"used":[{"fee":90,"label":"?"},{"fee":20,"mass":2}]}`).asked("a b b")
	// One type's condition is not the other's.
	w.do(t, `query($x:Boolean!){used{... on Phone{label} label @include(if:$x) fee}}`, `{"x":false}`).
		gives(`{"used":[{"fee":90},{"label":"NOK","fee":20}]}`).asked("a b b")
}

// An implementation may require a field that only an interface object resolves.
func TestPitfall08_ExternalFieldOfAnInterfaceObject(t *testing.T) {
	w := start(t, deviceData, sdl{"a", devices},
		sdl{"b", `type Device @key(fields: "id") @interfaceObject { id: ID! mass: Int! @external fee: Int @requires(fields: "mass") }`},
		sdl{"c", `type Phone @key(fields: "id") { id: ID! fee: Int @external toll: Int @requires(fields: "fee") }`})
	w.do(t, `{all{fee ... on Phone{toll}}}`).gives(`{"all":[{"fee":20,"toll":21},{"fee":90}]}`).asked("a b c").
		represents("c", `{"__typename":"Phone","id":"1","fee":20}`)
	_, err := compose(t, deviceData, sdl{"a", devices},
		sdl{"c", `type Phone @key(fields: "id") { id: ID! fee: Int @external toll: Int @requires(fields: "fee") }`})
	if err == nil {
		t.Error("a field that is external everywhere composes")
	}
}
