package main

import (
	"fmt"
	"strconv"
	"strings"

	"github.com/weft-graphql/weft/bench/home"
	"github.com/weft-graphql/weft/bench/shop"
)

// scenario is one kind of load.
type scenario struct {
	name string
	// unique gives each request an Authorization of its own, which routers pass on,
	// so that no two requests can share anything.
	unique bool
	// dedupe turns de-duplication of whole operations on in Weft.
	dedupe bool
	// connections are as many as the flag says unless set.
	connections int
	// body appends the n-th request; query is what it comes to, for the right answer.
	body  func(dst []byte, n int64) []byte
	query string
	// varies is what stands in the answer before digits that differ.
	varies string
	// proxied is the subgraph that could answer alone; empty when there is none, and
	// floors are measured instead.
	proxied string
	// peers says that other routers are measured as well.
	peers bool
	// rest says that the operation is the one over REST services; cached lets Weft
	// cache what they answer.
	rest, cached bool
}

// floors says whether there is anything to compare with that makes the same
// requests.
func (s *scenario) floors() bool { return s.proxied == "" && !s.cached }

// cold is how requests with a text of their own differ.
const cold = "n00000000"

func scenarios() []scenario {
	heavy := shop.Body(shop.Heavy)
	same := func(body []byte) func([]byte, int64) []byte {
		return func(dst []byte, _ int64) []byte { return append(dst, body...) }
	}
	coldQuery := strings.Replace(shop.Heavy, "users {", cold+": __typename users {", 1)
	before, after, _ := strings.Cut(string(shop.Body(coldQuery)), cold)
	withVariable := strings.Replace(strings.Replace(shop.Heavy, "query Heavy", "query Heavy($first: Int)", 1), "topProducts", "topProducts(first: $first)", 1)
	variables := strings.TrimSuffix(string(shop.Body(withVariable)), "}") + `,"variables":{"first":`
	all := []scenario{
		{name: "distinct", unique: true, body: same(heavy), query: shop.Heavy, peers: true},
		{name: "variables", unique: true, query: shop.Heavy, body: func(dst []byte, n int64) []byte {
			dst = append(dst, variables...)
			dst = strconv.AppendInt(dst, 5+n, 10)
			return append(dst, "}}"...)
		}},
		{name: "cold-plans", unique: true, query: coldQuery, varies: `{"data":{"n`, body: func(dst []byte, n int64) []byte {
			dst = append(dst, before...)
			dst = fmt.Appendf(dst, "n%08d", n)
			return append(dst, after...)
		}},
		{name: "identical", dedupe: true, body: same(heavy), query: shop.Heavy},
		{name: "small", unique: true, query: "{topProducts{name}}", body: same(shop.Body("{topProducts{name}}")), proxied: "products"},
	}
	for i, field := range shop.BulkFields {
		query := "{" + field + "}"
		all = append(all, scenario{
			name: []string{"1-MB", "10-MB", "short-fields"}[i], unique: true, connections: []int{16, 4, 50}[i],
			query: query, body: same(shop.Body(query)), proxied: shop.Bulk,
		})
	}
	overREST := scenario{name: "home", unique: true, query: home.Query, body: same(shop.Body(home.Query)), rest: true, peers: true}
	users := overREST
	users.name, users.cached, users.peers = "home-users", true, false
	fresh := users
	fresh.name, fresh.unique = "home-cached", false
	return append(all, overREST, users, fresh)
}

// bodyOf returns the request whose answer is the right one for a scenario.
func bodyOf(s *scenario) []byte { return shop.Body(s.query) }
