package dataserver

import (
	"os"
	"path/filepath"
	"strings"
	"testing"
)

// TestAuditSubgraphs asks single subgraphs what a router has to ask them in
// the suites where that is not obvious.
func TestAuditSubgraphs(t *testing.T) {
	if _, err := os.Stat(auditCorpus); err != nil {
		t.Skip("the conformance data is not here")
	}
	entities := func(selection string) string { return entitiesQuery(selection) }
	for _, tc := range []struct{ suite, subgraph, query, reps, want string }{
		{"complex-entity-call", "products", `{topProducts{products{id category{id tag mainProduct{id}}}}}`, ``,
			`{"topProducts":{"products":[{"id":"1","category":{"id":"c1","tag":"t1","mainProduct":{"id":"1"}}},{"id":"2","category":{"id":"c2","tag":"t2","mainProduct":{"id":"2"}}}]}}`},
		{"complex-entity-call", "link", entities(`...on Product{pid}`), `{"__typename":"Product","id":"2"}`, `{"_entities":[{"pid":"p2"}]}`},
		{"complex-entity-call", "list", entities(`...on ProductList{selected{id}first{id}}`),
			`{"__typename":"ProductList","products":[{"__typename":"Product","id":"1","pid":"p1"},{"__typename":"Product","id":"2","pid":"p2"}]}`,
			`{"_entities":[{"selected":{"id":"2"},"first":{"id":"1"}}]}`},
		{"complex-entity-call", "list", entities(`...on ProductList{selected{id}}`), `{"__typename":"ProductList","products":[{"id":"1","pid":"p1"}]}`, `{"_entities":[null]}`},
		{"complex-entity-call", "price", entities(`...on ProductList{products{price{price}}}`),
			`{"__typename":"ProductList","products":[{"id":"1","pid":"p1","category":{"id":"c1","tag":"t1"}},{"id":"2","pid":"p2","category":{"id":"c2","tag":"t2"}}],"selected":{"id":"2"}}`,
			`{"_entities":[{"products":[{"price":{"price":100}},{"price":{"price":200}}]}]}`},
		{"abstract-types", "inventory", entities(`...on Book{delivery(zip:"1"){fastestDelivery}}`),
			`{"__typename":"Book","id":"p1","dimensions":{"size":"small","weight":0.5}}`, `{"_entities":[{"delivery":{"fastestDelivery":"same day"}}]}`},
		{"abstract-types", "inventory", entities(`...on Book{delivery(zip:"1"){fastestDelivery}}`), `{"__typename":"Book","id":"p1"}`, `REQUIRES_NOT_MET`},
		{"abstract-types", "reviews", entities(`...on Book{reviewsOfSimilar{id} reviews{product{__typename id}}}`),
			`{"__typename":"Book","id":"p3","similar":[{"__typename":"Book","id":"p1"}]}`, `{"_entities":[{"reviewsOfSimilar":[{"id":1},{"id":2}],"reviews":[]}]}`},
		{"requires-with-argument", "d", entities(`...on Post{author{id name}}`),
			`{"__typename":"Post","id":"p1","comments":[{"authorId":"a1"},{"authorId":"a1"},{"authorId":"a2"}]}`, `{"_entities":[{"author":{"id":"a2","name":"a2-name"}}]}`},
		{"requires-with-argument", "d", entities(`...on Post{comments(limit:1){id}}`), `{"__typename":"Post","id":"p2"}`, `{"_entities":[{"comments":[{"id":"c4"}]}]}`},
		{"requires-with-argument", "b", `{products{price(currency:"USD") category{averagePrice(currency:"EUR")}}}`, ``,
			`{"products":[{"price":11,"category":{"averagePrice":22}},{"price":22,"category":{"averagePrice":44}}]}`},
		{"requires-with-argument-conflict", "a", entities(`...on Product{shippingEstimateEUR isExpensiveCategory}`),
			`{"__typename":"Product","upc":"p1","price":22,"weight":1,"category":{"averagePrice":11}}`, `{"_entities":[{"shippingEstimateEUR":220,"isExpensiveCategory":false}]}`},
		{"requires-with-argument-conflict", "a", entities(`...on Product{shippingEstimate shippingEstimateEUR}`),
			`{"__typename":"Product","upc":"p1","price":22,"weight":1}`, `one representation cannot hold`},
		{"requires-with-fragments", "b", entities(`...on Entity{requirer requirer2}`),
			`{"__typename":"Entity","id":"e2","data":{"__typename":"Qux","foo":"q1-foo","bar":"b","qux":"q"}}`, `{"_entities":[{"requirer":"q1-foo_requirer","requirer2":"q1-foo_requirer2"}]}`},
		{"requires-with-fragments", "b", entities(`...on Entity{requirer}`),
			`{"__typename":"Entity","id":"e2","data":{"__typename":"Qux","foo":"q1-foo","bar":"b"}}`, `field qux is missing`},
		{"requires-circular", "b", entities(`...on Post{byNovice author{id}}`),
			`{"__typename":"Post","id":"p1","author":{"yearsOfExperience":5}}`, `{"_entities":[{"byNovice":true,"author":{"id":"a1"}}]}`},
		{"requires-requires", "d", entities(`...on Product{canAfford canAffordWithDiscount}`),
			`{"__typename":"Product","id":"p1","isExpensive":true,"isExpensiveWithDiscount":false}`, `{"_entities":[{"canAfford":false,"canAffordWithDiscount":true}]}`},
		{"include-skip", "c", entities(`...on Product{neverCalledInclude}`), `{"__typename":"Product","id":"p1","isExpensive":true}`, `never included`},
		{"override-with-requires", "c", entities(`...on User{cName}`), `{"__typename":"User","id":"u3","name":"other"}`, `{"_entities":[{"cName":"c__other"}]}`},
		{"simple-override", "a", `{feed{id createdAt}}`, ``, `overridden`},
		{"simple-override", "b", entities(`...on Post{createdAt}`), `{"__typename":"Post","id":"p2"}`, `{"_entities":[{"createdAt":"p2-createdAt"}]}`},
		{"unavailable-override", "a", `{aFeed{createdAt}}`, ``, `{"aFeed":[{"createdAt":"p2-createdAt"}]}`},
		{"override-type-interface", "b", `{anotherFeed{__typename id createdAt}}`, ``,
			`{"anotherFeed":[{"__typename":"ImagePost","id":"i1","createdAt":"i1-createdAt"},{"__typename":"ImagePost","id":"i2","createdAt":"i2-createdAt"}]}`},
		{"enum-intersection", "a", `{users{id type}}`, ``, `"data":{"users":[{"id":"u1","type":"REGULAR"},{"id":"u2","type":null}]}`},
		{"enum-intersection", "b", `{usersB{type}}`, ``, `{"usersB":[{"type":"REGULAR"},{"type":"ANONYMOUS"}]}`},
		{"fed1-external-extends", "a", `{randomUser{id rid name}}`, ``, `EXTERNAL_FIELD`},
		{"fed1-external-extends", "a", `{providedRandomUser{id rid name}}`, ``, `{"providedRandomUser":{"id":"u1","rid":"u1-rid","name":"u1-name"}}`},
		{"fed2-external-extension", "a", `{providedRandomUser{name}}`, ``, `{"providedRandomUser":{"name":"u1-name"}}`},
		{"fed1-external-extends-resolvable", "b", entities(`...on Product{upc price}`), `{"__typename":"Product","id":"p1","name":"p1-name"}`, `{"_entities":[{"upc":"upc1","price":12.3}]}`},
		{"fed1-external-extends-resolvable", "b", entities(`...on Product{upc}`), `{"__typename":"Product","id":"p1"}`, `fits no key`},
		{"union-interface-distributed", "a", `{node(id:"oven1"){id}}`, ``, `"data":{"node":null}`},
		{"union-interface-distributed", "a", `{products{__typename ...on Node{id}}}`, ``,
			`{"products":[{"__typename":"Oven"},{"__typename":"Oven"},{"__typename":"Toaster","id":"toaster1"},{"__typename":"Toaster","id":"toaster2"}]}`},
		{"union-intersection", "b", `{book{...on Book{bTitle}} bMedia{__typename} viewer{bMedia{...on Movie{bTitle}}}}`, ``,
			`{"book":{"bTitle":"B: The Lord of the Rings"},"bMedia":{"__typename":"Movie"},"viewer":{"bMedia":{"bTitle":"B Movie Title"}}}`},
		{"interface-object-indirect-extension", "c", `{playlist{media{__typename id}}}`, ``, `{"playlist":{"media":{"__typename":"Media","id":"1"}}}`},
		{"interface-object-indirect-extension", "a", entities(`...on Media{__typename title}`), `{"__typename":"Media","id":"1"}`, `{"_entities":[{"__typename":"Video","title":"title for 1"}]}`},
		{"interface-object-indirect-extension", "b", entities(`...on Video{authorName}`), `{"__typename":"Video","id":"1"}`, `{"_entities":[{"authorName":"John Doe"}]}`},
		{"non-resolvable-interface-object", "a", `{product{__typename id}}`, ``, `{"product":{"__typename":"Product","id":"p1"}}`},
		{"non-resolvable-interface-object", "a", `{a{id}}`, ``, `"data":{"a":null}`},
		{"non-resolvable-interface-object", "b", `{b{id field}}`, ``, `{"b":{"id":"n1","field":"foo"}}`},
		{"non-resolvable-interface-object", "b", entities(`...on Product{__typename id}`), `{"__typename":"Product","id":"p1"}`, `{"_entities":[{"__typename":"Bread","id":"p1"}]}`},
		{"non-resolvable-interface-object", "b", entities(`__typename`), `{"__typename":"Node","id":"n1"}`, `no resolvable key`},
		{"corrupted-supergraph-node-id", "a", `{node(id:"c1"){__typename id ...on Chat{account{username}}}}`, ``, `{"node":{"__typename":"Chat","id":"c1","account":{"username":"a1-username"}}}`},
		{"parent-entity-call", "c", entities(`...on Product{category{details{products}}}`), `{"__typename":"Product","id":"p3","pid":"p3-pid"}`, `{"_entities":[{"category":{"details":{"products":2}}}]}`},
		{"parent-entity-call-complex", "a", entities(`...on Product{category{details}}`), `{"__typename":"Product","id":"1"}`, `{"_entities":[{"category":{"details":"Details for Product#1"}}]}`},
		{"node", "types", entities(`...on Product{name price}`), `{"__typename":"Product","id":"p-1"}`, `{"_entities":[{"name":"Product 1","price":10}]}`},
	} {
		data, err := LoadData(filepath.Join(auditData, tc.suite+".json"))
		if err != nil {
			t.Fatal(err)
		}
		s := newServer(t, tc.subgraph, readSDLs(t, tc.suite)[tc.subgraph], data)
		got := ask(t, s, tc.query, `{"r":[`+tc.reps+`]}`)
		ok := strings.Contains(got, tc.want)
		if strings.HasPrefix(tc.want, "{") {
			ok = got == `{"data":`+tc.want+`}`
		}
		if !ok {
			t.Errorf("%s/%s %s\ngot  %s\nwant %s", tc.suite, tc.subgraph, tc.query, got, tc.want)
		}
	}
}

// TestAuditMutations crosses two subgraphs that share the world.
func TestAuditMutations(t *testing.T) {
	if _, err := os.Stat(auditCorpus); err != nil {
		t.Skip("the conformance data is not here")
	}
	data, err := LoadData(filepath.Join(auditData, "mutations.json"))
	if err != nil {
		t.Fatal(err)
	}
	sdls := readSDLs(t, "mutations")
	servers := map[string]*Server{}
	for name, sdl := range sdls {
		servers[name] = newServer(t, name, sdl, data)
	}
	for _, step := range []struct{ subgraph, query, rep, want string }{
		{"a", `mutation{addProduct(input:{name:"new",price:599.99}){id name price}}`, ``, `{"addProduct":{"id":"p-added-3","name":"new","price":599.99}}`},
		{"b", entitiesQuery(`...on Product{isExpensive isAvailable}`), `{"__typename":"Product","id":"p-added-3","price":599.99}`, `{"_entities":[{"isExpensive":true,"isAvailable":true}]}`},
		{"a", `mutation{addCategory(name:"new",requestId:"r"){id}}`, ``, `{"addCategory":{"id":"c-added-r"}}`},
		{"b", entitiesQuery(`...on Category{name}`), `{"__typename":"Category","id":"c-added-r"}`, `{"_entities":[{"name":"new"}]}`},
		{"c", `mutation{add(num:5,requestId:"r")}`, ``, `{"add":5}`},
		{"a", `mutation{multiply(by:2,requestId:"r")}`, ``, `{"multiply":10}`},
		{"c", `mutation{add(num:2,requestId:"r")}`, ``, `{"add":12}`},
		{"c", `mutation{add(num:1,requestId:"other")}`, ``, `{"add":1}`},
		{"b", `mutation{delete(requestId:"r")}`, ``, `{"delete":12}`},
		{"c", `mutation{add(num:1,requestId:"r")}`, ``, `{"add":1}`},
	} {
		if got := ask(t, servers[step.subgraph], step.query, `{"r":[`+step.rep+`]}`); got != `{"data":`+step.want+`}` {
			t.Errorf("%s %s: %s", step.subgraph, step.query, got)
		}
	}
}
