package demo

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"io"
	"net"
	"net/http"
	"strconv"
	"strings"
	"testing"
)

func start(t *testing.T) *Demo {
	t.Helper()
	d, err := Start(t.Context(), Options{})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		// The test's context is done by now.
		if err := d.Close(context.Background()); err != nil {
			t.Error(err)
		}
		if err := d.Wait(); err != nil {
			t.Error(err)
		}
	})
	return d
}

func post(t *testing.T, d *Demo, name, query string, vars map[string]any) string {
	t.Helper()
	body, err := json.Marshal(map[string]any{"query": query, "variables": vars})
	if err != nil {
		t.Fatal(err)
	}
	for _, u := range d.Upstreams() {
		if u.Name != name {
			continue
		}
		resp, err := http.Post(u.URL, "application/json", bytes.NewReader(body))
		if err != nil {
			t.Fatal(err)
		}
		defer resp.Body.Close()
		text, err := io.ReadAll(resp.Body)
		if err != nil {
			t.Fatal(err)
		}
		return string(text)
	}
	t.Fatalf("no upstream %s", name)
	return ""
}

func TestUpstreamsAnswer(t *testing.T) {
	d := start(t)
	reps := func(list ...map[string]any) map[string]any { return map[string]any{"r": list} }
	product := func(extra map[string]any) map[string]any {
		extra["__typename"] = "Product"
		return extra
	}
	for _, tc := range []struct {
		name, upstream, query string
		vars                  map[string]any
		want                  string
	}{
		{"me", "accounts", `{me{id username role address{city}}}`, nil,
			`{"data":{"me":{"id":"1","username":"ada","role":"ADMIN","address":{"city":"London"}}}}`},
		{"second key", "accounts", `query($r:[_Any!]!){_entities(representations:$r){...on User{id}}}`,
			reps(map[string]any{"__typename": "User", "email": "ken@example.com"}),
			`{"data":{"_entities":[{"id":"6"}]}}`},
		{"argument", "accounts", `{users(role:CUSTOMER,first:2){id}}`, nil, `{"data":{"users":[{"id":"3"},{"id":"4"}]}}`},
		{"top products", "products", `{topProducts(first:2){upc name brand{name}}}`, nil,
			`{"data":{"topProducts":[{"upc":"1","name":"Table","brand":{"name":"Nordwood"}},{"upc":"2","name":"Couch","brand":{"name":"Nordwood"}}]}}`},
		{"union", "products", `{search(text:"TA"){__typename ...on Named{name}}}`, nil,
			`{"data":{"search":[{"__typename":"Product","name":"Table"},{"__typename":"Brand","name":"Voltara"}]}}`},
		{"filter", "products", `{catalog(filter:{category:LIVING,maxPrice:500}){upc}}`, nil,
			`{"data":{"catalog":[{"upc":"4"},{"upc":"6"}]}}`},
		{"no filter", "products", `{catalog(first:1){upc}}`, nil, `{"data":{"catalog":[{"upc":"1"}]}}`},
		{"provides", "reviews", `{review(id:"r1"){author{id username}}}`, nil,
			`{"data":{"review":{"author":{"id":"1","username":"ada"}}}}`},
		{"latest", "reviews", `{latestReviews(first:1){id product{upc averageRating}}}`, nil,
			`{"data":{"latestReviews":[{"id":"r12","product":{"upc":"1","averageRating":4}}]}}`},
		{"shipping", "inventory", `query($r:[_Any!]!){_entities(representations:$r){...on Product{shippingEstimate inStock}}}`,
			reps(product(map[string]any{"upc": "1", "price": 899, "weight": 100}), product(map[string]any{"upc": "2", "price": 1299, "weight": 1000}), product(map[string]any{"upc": "3", "price": 15, "weight": 21})),
			`{"data":{"_entities":[{"shippingEstimate":50,"inStock":true},{"shippingEstimate":0,"inStock":false},{"shippingEstimate":10,"inStock":true}]}}`},
		{"delivery", "inventory", `query($r:[_Any!]!){_entities(representations:$r){...on Product{a:delivery b:delivery(express:true)}}}`,
			reps(product(map[string]any{"upc": "1", "weight": 100})),
			`{"data":{"_entities":[{"a":"SLOW","b":"SAME_DAY"}]}}`},
		{"todos", "todo", `{todos(done:false){id title}}`, nil,
			`{"data":{"todos":[{"id":"1","title":"Water the plants"},{"id":"3","title":"Fix the squeaky door"}]}}`},
		{"todo", "todo", `{todo(todoID:2){priority tags}}`, nil, `{"data":{"todo":{"priority":"HIGH","tags":["work","joy"]}}}`},
	} {
		t.Run(tc.name, func(t *testing.T) {
			if got := post(t, d, tc.upstream, tc.query, tc.vars); got != tc.want {
				t.Errorf("got  %s\nwant %s", got, tc.want)
			}
		})
	}
}

func TestExternalFieldIsRefused(t *testing.T) {
	d := start(t)
	got := post(t, d, "reviews", `query($r:[_Any!]!){_entities(representations:$r){...on User{username}}}`,
		map[string]any{"r": []any{map[string]any{"__typename": "User", "id": "1"}}})
	if !strings.Contains(got, "EXTERNAL_FIELD") {
		t.Error(got)
	}
}

func TestMutations(t *testing.T) {
	d := start(t)
	for _, step := range []struct{ upstream, query, want string }{
		{"reviews", `mutation{createReview(input:{upc:"9",authorID:"2",body:"Rocks gently."}){id rating author{username} product{upc reviews{id}}}}`,
			`{"data":{"createReview":{"id":"r13","rating":5,"author":{"username":"alan"},"product":{"upc":"9","reviews":[{"id":"r11"},{"id":"r13"}]}}}}`},
		{"accounts", `mutation{renameUser(id:"2",username:"turing"){username}}`, `{"data":{"renameUser":{"username":"turing"}}}`},
		{"reviews", `{review(id:"r13"){author{username}}}`, `{"data":{"review":{"author":{"username":"turing"}}}}`},
		{"reviews", `mutation{deleteReview(id:"r13"){body}}`, `{"data":{"deleteReview":{"body":"Rocks gently."}}}`},
		{"reviews", `{review(id:"r13"){id}}`, `{"data":{"review":null}}`},
		{"inventory", `mutation{a:restock(upc:"9",count:3){stock inStock} b:restock(upc:"9",count:-5){stock inStock}}`,
			`{"data":{"a":{"stock":3,"inStock":true},"b":{"stock":0,"inStock":false}}}`},
		{"todo", `mutation{createTodo(todo:{title:"Rest"}){id done priority tags} toggleTodo(todoID:"4"){done}}`,
			`{"data":{"createTodo":{"id":"4","done":false,"priority":"NORMAL","tags":[]},"toggleTodo":{"done":true}}}`},
		{"todo", `mutation{deleteTodo(todoID:"4"){title} again:deleteTodo(todoID:"4"){title}}`,
			`{"data":{"deleteTodo":{"title":"Rest"},"again":null}}`},
	} {
		if got := post(t, d, step.upstream, step.query, nil); got != step.want {
			t.Errorf("%s\ngot  %s\nwant %s", step.query, got, step.want)
		}
	}
	if got := post(t, d, "reviews", `mutation{createReview(input:{upc:"9",authorID:"2",body:"",rating:9}){id}}`, nil); !strings.Contains(got, "from 1 to 5") || !strings.Contains(got, `"data":null`) {
		t.Error(got)
	}
}

// Two demos must not share their data.
func TestDemosAreSeparate(t *testing.T) {
	a, b := start(t), start(t)
	post(t, a, "todo", `mutation{deleteTodo(todoID:"1"){id}}`, nil)
	if got, want := post(t, b, "todo", `{todo(todoID:"1"){id}}`, nil), `{"data":{"todo":{"id":"1"}}}`; got != want {
		t.Errorf("got %s", got)
	}
	if n := b.Server("todo").Requests(); n != 1 {
		t.Errorf("%d requests counted", n)
	}
}

func TestSchemas(t *testing.T) {
	d := start(t)
	kinds := map[string]Kind{}
	for _, u := range d.Upstreams() {
		kinds[u.Name] = u.Kind
		if u.Kind == REST {
			if got := get(t, u.URL+"/schema.graphql"); got != u.SDL {
				t.Errorf("%s: %s", u.Name, got)
			}
			continue
		}
		got := post(t, d, u.Name, `{_service{sdl}}`, nil)
		if u.Kind == GraphQL {
			if !strings.Contains(got, "errors") {
				t.Errorf("%s: a plain service has no _service: %s", u.Name, got)
			}
			continue
		}
		var answer struct {
			Data struct {
				Service struct{ SDL string } `json:"_service"`
			}
		}
		if err := json.Unmarshal([]byte(got), &answer); err != nil || answer.Data.Service.SDL != u.SDL {
			t.Errorf("%s: %v %s", u.Name, err, got)
		}
	}
	if len(kinds) != 8 || kinds["accounts"] != Federated || kinds["todo"] != GraphQL || kinds["service1"] != REST {
		t.Errorf("%v", kinds)
	}
}

func get(t *testing.T, url string) string {
	t.Helper()
	response, err := http.Get(url)
	if err != nil {
		t.Fatal(err)
	}
	defer response.Body.Close()
	body, err := io.ReadAll(response.Body)
	if err != nil {
		t.Fatal(err)
	}
	return string(body)
}

func TestTakenPortIsNamed(t *testing.T) {
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	defer l.Close()
	port := l.Addr().(*net.TCPAddr).Port
	_, err = Start(t.Context(), Options{FirstPort: port})
	var portErr *PortError
	if !errors.As(err, &portErr) || portErr.Port != port || portErr.Upstream != "accounts" || portErr.Code() == "" {
		t.Fatalf("%v", err)
	}
	if !strings.Contains(err.Error(), strconv.Itoa(port)) {
		t.Errorf("the message does not name the port: %v", err)
	}
}

func TestClosedUpstreamsAreGone(t *testing.T) {
	d, err := Start(t.Context(), Options{})
	if err != nil {
		t.Fatal(err)
	}
	if err := d.Close(t.Context()); err != nil {
		t.Fatal(err)
	}
	for _, u := range d.Upstreams() {
		if resp, err := http.Get(u.URL + "?query={__typename}"); err == nil {
			resp.Body.Close()
			t.Errorf("%s still answers", u.Name)
		}
	}
}
