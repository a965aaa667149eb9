package pitfalls

import "testing"

// The tests of this file are about what lies below entities that are fetched once
// for several places: what a later fetch adds has to be a function of the shared
// object alone, or the places must not share it.

const twice = `"Query.ps": {"value": [{"$ref": {"__typename": "P", "id": "1"}}, {"$ref": {"__typename": "P", "id": "2"}}, {"$ref": {"__typename": "P", "id": "1"}}]}`

// TestSharing_ParentProvidedRequirements has one user whose required name is what
// the path provides, a different one on each.
func TestSharing_ParentProvidedRequirements(t *testing.T) {
	w := start(t, `{
		"types": {
			"P": [{"id": "1", "reviews": [
					{"author": {"id": "u1", "name": "Ada"}, "stars": 5},
					{"author": {"id": "u1", "name": "Countess"}, "stars": 4}]},
				{"id": "2", "reviews": [{"author": {"id": "u1", "name": "Ada"}, "stars": 3}]}],
			"U": [{"id": "u1", "name": "Ada", "mail": "a@b"}]},
		"roots": {`+twice+`},
		"computed": {"U.greeting": ["concat", "Hello ", ["path", "name"]]}}`,
		sdl{"a", `type Query { ps: [P] } type P @key(fields: "id") { id: ID! }`},
		sdl{"b", `type P @key(fields: "id") { id: ID! reviews: [R] } type R { stars: Int author: U @provides(fields: "name") }
			type U @key(fields: "id") { id: ID! name: String @external }`},
		sdl{"c", `type U @key(fields: "id") { id: ID! name: String @external greeting: String @requires(fields: "name") }`},
		sdl{"d", `type U @key(fields: "id") { id: ID! name: String @shareable mail: String }`})
	const p1 = `{"reviews":[{"stars":5,"author":{"greeting":"Hello Ada","mail":"a@b"}},{"stars":4,"author":{"greeting":"Hello Countess","mail":"a@b"}}]}`
	w.do(t, `{ps{reviews{stars author{greeting mail}}}}`).
		gives(`{"ps":[`+p1+`,{"reviews":[{"stars":3,"author":{"greeting":"Hello Ada","mail":"a@b"}}]},`+p1+`]}`).asked("a b c d").
		represents("b", `{"__typename":"P","id":"1"}`, `{"__typename":"P","id":"2"}`).
		represents("c", `{"__typename":"U","id":"u1","name":"Ada"}`, `{"__typename":"U","id":"u1","name":"Countess"}`).
		represents("d", `{"__typename":"U","id":"u1"}`)
}

// TestSharing_TwoFetchesFillOneValueObject puts value objects, and lists of them,
// together from two lookups of a shared entity.
func TestSharing_TwoFetchesFillOneValueObject(t *testing.T) {
	w := start(t, `{
		"types": {"P": [
			{"id": "1", "dims": {"w": 2, "h": 3, "unit": {"cm": 1, "inch": 2}}, "parts": [{"x": 1, "y": 2}, null, {"x": 3, "y": 4}]},
			{"id": "2", "dims": {"w": 4, "h": 5, "unit": null}, "parts": []}]},
		"roots": {`+twice+`},
		"computed": {"P.area": ["*", ["path", "dims", "w"], ["path", "dims", "h"]]}}`,
		sdl{"a", `type Query { ps: [P] } type P @key(fields: "id") { id: ID! }`},
		sdl{"b", `type P @key(fields: "id") { id: ID! dims: Dims @shareable parts: [Part] @shareable } type Dims { w: Int unit: Unit @shareable } type Unit { cm: Int } type Part { x: Int }`},
		sdl{"c", `type P @key(fields: "id") { id: ID! dims: Dims @shareable parts: [Part] @shareable } type Dims { h: Int unit: Unit @shareable } type Unit { inch: Int } type Part { y: Int }`},
		sdl{"d", `type P @key(fields: "id") { id: ID! dims: Dims @external area: Int @requires(fields: "dims { w h }") } type Dims { w: Int @external h: Int @external }`})
	const p1 = `{"dims":{"w":2,"h":3,"unit":{"inch":2,"cm":1}},"area":6,"parts":[{"y":2,"x":1},null,{"y":4,"x":3}]}`
	w.do(t, `{ps{dims{w h unit{inch cm}} area parts{y x}}}`).
		gives(`{"ps":[`+p1+`,{"dims":{"w":4,"h":5,"unit":null},"area":20,"parts":[]},`+p1+`]}`).asked("a b c d").waves(3).
		represents("d", `{"__typename":"P","id":"1","dims":{"w":2,"h":3}}`, `{"__typename":"P","id":"2","dims":{"w":4,"h":5}}`)
	// Lists of different lengths do not fit together: an error wherever they show.
	w.answerWith("c", `{"data":{"_entities":[{"parts":[{"y":2}]},{"parts":[]}]}}`)
	a := w.do(t, `{ps{id parts{x y}}}`)
	a.failsAlso("ps.0.parts SUBGRAPHS_INCONSISTENT").failsAlso("ps.2.parts SUBGRAPHS_INCONSISTENT")
	for _, e := range a.failures() {
		if fits(e, "ps.1.parts") {
			a.errorf("an error for the one that fits")
		}
	}
}

// TestSharing_AliasesWithOtherArguments has one field of a shared entity under
// several arguments, with lookups below.
func TestSharing_AliasesWithOtherArguments(t *testing.T) {
	w := start(t, `{
		"types": {"P": [{"id": "1", "base": 10}, {"id": "2", "base": 20}],
			"S": [{"id": "EUR", "name": "Europe"}, {"id": "USD", "name": "States"}]},
		"roots": {`+twice+`},
		"computed": {"P.shop": ["find", "S", {"id": "$in"}], "P.price": ["*", ["stored", "base"], ["if", ["=", "$in", "EUR"], 2, 3]]}}`,
		sdl{"a", `type Query { ps: [P] } type P @key(fields: "id") { id: ID! }`},
		sdl{"b", `type P @key(fields: "id") { id: ID! price(in: String): Int shop(in: String): S } type S @key(fields: "id") { id: ID! }`},
		sdl{"c", `type S @key(fields: "id") { id: ID! name: String }`})
	item := func(eur, usd string) string {
		return `{"e":` + eur + `,"price":` + usd + `,"eu":{"name":"Europe"},"us":{"n":"States"}}`
	}
	w.do(t, `query($usd:String){ps{e: price(in:"EUR") price(in:$usd) eu: shop(in:"EUR"){name} us: shop(in:$usd){n: name}}}`, `{"usd":"USD"}`).
		gives(`{"ps":[`+item("20", "30")+`,`+item("40", "60")+`,`+item("20", "30")+`]}`).asked("a b c").
		represents("b", `{"__typename":"P","id":"1"}`, `{"__typename":"P","id":"2"}`)
	// The same entities under two root aliases that ask different things.
	w.do(t, `{x: ps{price(in:"EUR") shop(in:"USD"){name}} y: ps{price(in:"USD") shop(in:"EUR"){name}}}`).
		gives(`{"x":[{"price":20,"shop":{"name":"States"}},{"price":40,"shop":{"name":"States"}},{"price":20,"shop":{"name":"States"}}],` +
			`"y":[{"price":30,"shop":{"name":"Europe"}},{"price":60,"shop":{"name":"Europe"}},{"price":30,"shop":{"name":"Europe"}}]}`)
}

// TestSharing_ErrorsBelowSharedNodes: an error of a shared object has a path for
// every place that shows it, at any depth, and a null rises at each of them by
// the types there.
func TestSharing_ErrorsBelowSharedNodes(t *testing.T) {
	w := start(t, `{
		"types": {"P": [{"id": "1", "maker": {"$ref": {"__typename": "M", "id": "m1"}}}, {"id": "2", "maker": {"$ref": {"__typename": "M", "id": "m2"}}}],
			"M": [{"id": "m1", "name": {"$error": "no name"}, "sure": {"$error": "not sure"}}, {"id": "m2", "name": "Weft", "sure": "yes"}]},
		"roots": {`+twice+`, "Query.strict": {"value": [{"$ref": {"__typename": "P", "id": "1"}}]}}}`,
		sdl{"a", `type Query { ps: [P] strict: [P!] } type P @key(fields: "id") { id: ID! }`},
		sdl{"b", `type P @key(fields: "id") { id: ID! maker: M } type M @key(fields: "id") { id: ID! }`},
		sdl{"c", `type M @key(fields: "id") { id: ID! name: String sure: String! }`})
	w.do(t, `{ps{maker{name}}}`).
		gives(`{"ps":[{"maker":{"name":null}},{"maker":{"name":"Weft"}},{"maker":{"name":null}}]}`, "ps.0.maker.name", "ps.2.maker.name").
		represents("c", `{"__typename":"M","id":"m1"}`, `{"__typename":"M","id":"m2"}`)
	w.do(t, `{ps{id maker{sure}} s: strict{m: maker{n: sure}}}`).
		gives(`{"ps":[{"id":"1","maker":null},{"id":"2","maker":{"sure":"yes"}},{"id":"1","maker":null}],"s":[{"m":null}]}`,
			"ps.0.maker.sure", "ps.2.maker.sure", "s.0.m.n")
	// The lookup below the shared objects fails as a whole.
	w.answerWith("c", `<html>`)
	a := w.do(t, `{ps{id maker{id name}}}`)
	a.has(`{"ps":[{"id":"1","maker":{"id":"m1","name":null}},{"id":"2","maker":{"id":"m2","name":null}},{"id":"1","maker":{"id":"m1","name":null}}]}`)
	a.failsAlso("ps.0.maker.name").failsAlso("ps.1.maker.name").failsAlso("ps.2.maker.name")
}
