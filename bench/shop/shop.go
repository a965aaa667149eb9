// Package shop is the graph that the benchmarks ask: four federated subgraphs
// (accounts, inventory, products, reviews) with the types of the public
// federation benchmark, and a world of made-up rows behind them.
//
// Out come schemas, an operation and answers: [World.Answer] is what a subgraph
// says to a request body, [World.Whole] what the whole graph says to an
// operation, which is what a router has to say, too. A World remembers answers
// by body, so that subgraphs cost next to nothing while something else is
// measured. It may be used by any number of goroutines and starts none.
package shop

import (
	"bytes"
	"embed"
	_ "embed" // for the operation
	"encoding/json"
	"fmt"
	"slices"
	"strconv"
	"strings"
	"sync"

	"github.com/weft-graphql/weft/subgraphs/demo/dataserver"
)

//go:embed schemas
var schemas embed.FS

// Heavy is the operation of the public benchmark: users and products with their
// reviews, and again below.
//
//go:embed heavy.graphql
var Heavy string

// Names are the subgraphs.
var Names = []string{"accounts", "inventory", "products", "reviews"}

// Schema returns the schema of a subgraph; it is empty if there is none of the
// name.
func Schema(name string) string {
	if name == Bulk {
		return BulkSchema
	}
	text, err := schemas.ReadFile("schemas/" + name + ".graphql")
	if err != nil {
		return ""
	}
	return string(text)
}

// maxKept bounds the answers that are remembered for each subgraph.
const maxKept = 2048

// World is the rows of the shop and the subgraphs over them.
type World struct {
	servers map[string]*dataserver.Server
	whole   *dataserver.Server
	bulk    map[string][]byte

	mu   sync.RWMutex
	kept map[string]map[string][]byte // by subgraph and request body
}

// New returns the world.
func New() (*World, error) {
	data, err := dataserver.ParseData(rows())
	if err != nil {
		return nil, err
	}
	w := &World{servers: map[string]*dataserver.Server{}, kept: map[string]map[string][]byte{}, bulk: bulk()}
	for _, name := range Names {
		s, err := dataserver.New(dataserver.Options{Name: name, SDL: Schema(name), Data: data})
		if err != nil {
			return nil, err
		}
		w.servers[name] = s
		w.kept[name] = map[string][]byte{}
	}
	w.whole, err = dataserver.New(dataserver.Options{Name: "whole", SDL: wholeSchema, Data: data, Mode: dataserver.Plain})
	return w, err
}

// Answer returns what a subgraph answers to a request body. The caller must not
// change it.
func (w *World) Answer(subgraph string, body []byte) []byte {
	if subgraph == Bulk {
		return w.bulkAnswer(body)
	}
	if subgraph == "products" {
		body = atMostFive(body)
	}
	w.mu.RLock()
	out, ok := w.kept[subgraph][string(body)]
	w.mu.RUnlock()
	if ok {
		return out
	}
	out = w.servers[subgraph].Answer(body)
	w.mu.Lock()
	if kept := w.kept[subgraph]; len(kept) < maxKept {
		kept[string(body)] = out
	}
	w.mu.Unlock()
	return out
}

// atMostFive replaces a last variable that is a larger number by 5, as first of
// topProducts can be: the answer is the same, and need not be made again.
func atMostFive(body []byte) []byte {
	end := len(bytes.TrimRight(body, "}"))
	begin := len(bytes.TrimRight(body[:end], "0123456789"))
	if begin == end || begin == 0 || body[begin-1] != ':' || end-begin == 1 && body[begin] < '5' {
		return body
	}
	return slices.Concat(body[:begin], []byte{'5'}, body[end:])
}

// bulkAnswer looks for the root field only: routers ask for what the benchmarks
// ask them for.
func (w *World) bulkAnswer(body []byte) []byte {
	for field, out := range w.bulk {
		if bytes.Contains(body, []byte(field)) {
			return out
		}
	}
	return []byte(`{"errors":[{"message":"there is no such field"}]}`)
}

// Whole returns what the whole graph answers to a request body.
func (w *World) Whole(body []byte) []byte {
	for field, out := range w.bulk {
		if bytes.Contains(body, []byte(field)) {
			return out
		}
	}
	return w.whole.Answer(body)
}

const wholeSchema = `
type Query { me: User user(id: ID!): User users: [User] topProducts(first: Int = 5): [Product] }
type User { id: ID! name: String username: String birthday: Int reviews: [Review] }
type Product { upc: String! name: String price: Int weight: Int inStock: Boolean shippingEstimate: Int reviews: [Review] }
type Review { id: ID! body: String author: User product: Product }
`

// Body returns the request body for an operation.
func Body(query string) []byte {
	body, err := json.Marshal(map[string]string{"query": query})
	if err != nil {
		panic(err) // a string always has a JSON form
	}
	return body
}

// rows makes the world: as many rows, and texts as long, as the public benchmark
// has, so that the answer to Heavy is about as large.
func rows() []byte {
	type object = map[string]any
	ref := func(typ, key string, n int) object {
		return object{"$ref": object{"__typename": typ, key: strconv.Itoa(n)}}
	}
	var users, products, reviews []object
	for i, name := range []string{"Ada Archer", "Bela Brand", "Cleo Castor", "Dora Dietz", "Emil Eskin", "Fay Flores"} {
		first, last, _ := strings.Cut(name, " ")
		users = append(users, object{"id": strconv.Itoa(i + 1), "name": name, "username": strings.ToLower(first + last), "birthday": 400_000_000 + i})
	}
	for i, name := range []string{"Table", "Couch", "Glass", "Chair", "Desk", "Lamp", "Carpet", "Mirror", "Shelf"} {
		price := 15 + 191*i
		products = append(products, object{"upc": strconv.Itoa(i + 1), "name": name, "price": price, "weight": 20 + 110*i, "inStock": i%3 != 1})
	}
	for i, sentences := range []int{5, 3, 3, 2, 5, 3, 3, 2, 2, 2, 9} {
		author := 1
		switch i {
		case 0, 4, 8:
			author = 2 + i/4
		}
		reviews = append(reviews, object{
			"id": strconv.Itoa(i + 1), "body": text(i, sentences),
			"author": ref("User", "id", author), "product": ref("Product", "upc", i%len(products)+1),
		})
	}
	written := func(field, key string) []any {
		return []any{"where", "Review", object{field: object{key: []any{"path", key}}}}
	}
	out, err := json.Marshal(object{
		"types": object{"User": users, "Product": products, "Review": reviews},
		"roots": object{
			"Query.me":    object{"find": "User", "by": object{"id": "1"}},
			"Query.user":  object{"find": "User", "by": object{"id": "$id"}},
			"Query.users": object{"list": "User"},
			// Five at most, so that any larger value of first gives the same answer.
			"Query.topProducts": object{"list": "Product", "limit": []any{"if", []any{"<", "$first", 5}, "$first", 5}},
		},
		"computed": object{
			"User.reviews":    written("author", "id"),
			"Product.reviews": written("product", "upc"),
			// It is free above 1000, else half the weight: wrong unless both were sent.
			"Product.shippingEstimate": []any{"if", []any{">", []any{"path", "price"}, 1000}, 0, []any{"int", []any{"/", []any{"path", "weight"}, 2}}},
		},
	})
	if err != nil {
		panic(err) // made of plain values
	}
	return out
}

// text makes a review of so many sentences.
func text(seed, sentences int) string {
	words := strings.Fields("table sits well in the corner and carries more weight than one would think while its surface stays clean for weeks on end")
	var sb strings.Builder
	for i := range sentences {
		if i > 0 {
			sb.WriteByte(' ')
		}
		fmt.Fprintf(&sb, "Sentence %d of review %d:", i+1, seed+1)
		for j := range 15 {
			sb.WriteByte(' ')
			sb.WriteString(words[(seed*7+i*5+j*3)%len(words)])
		}
		sb.WriteByte('.')
	}
	return sb.String()
}
