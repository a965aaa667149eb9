package execute

import (
	"context"
	"fmt"
	"strings"
	"testing"

	"github.com/weft-graphql/weft/planner/plan"
)

// Two targets of one entry send equal rows; each reads what it asked for.
func TestSharedRowsKeepPositionsApart(t *testing.T) {
	b := newBuilder()
	root := b.shape("Query")
	a, c := b.shape("User"), b.shape("User")
	b.field(root, "a", "[User]", a)
	b.field(root, "c", "User", c)
	b.field(a, "(id)", "ID", nil)
	b.field(a, "first", "String", nil)
	b.field(c, "(id)", "ID", nil)
	b.field(c, "last", "String", nil)
	b.collect(a, c)
	first := b.rootFetch(body(`{"data":{"a":[{"id":"1"},{"id":"1"},{"id":"2"}],"c":{"id":"1"}}}`),
		b.decode(root, sub{"a", b.decode(a, "id")}, sub{"c", b.decode(c, "id")}))
	b.lookup(byRow(t, map[string]string{
		`{"__typename":"User","id":"1"}`: `{"last":"L1","first":"F1"}`,
		`{"__typename":"User","id":"2"}`: `{"first":"F2","last":"L2"}`,
	}), []plan.Target{
		target(representation(a, "User", "id"), b.decode(a, "first")),
		target(representation(c, "User", "id"), b.decode(c, "last")),
	}, first)
	got, result := execute(t, &Request{Plan: b.plan})
	if want := `{"data":{"a":[{"first":"F1"},{"first":"F1"},{"first":"F2"}],"c":{"last":"L1"}}}`; got != want {
		t.Errorf("got  %s\nwant %s", got, want)
	}
	if result.Rows != 2 {
		t.Errorf("%d rows", result.Rows)
	}
}

// Aliases with other arguments are other slots, whatever is shared.
func TestAliasesWithOtherArguments(t *testing.T) {
	b := newBuilder()
	root := b.shape("Query")
	user := b.shape("User")
	small, large := b.shape("Image"), b.shape("Image")
	b.field(root, "users", "[User]", user)
	b.field(user, "(id)", "ID", nil)
	b.field(user, "small", "Image", small)
	b.field(user, "large", "Image", large)
	b.field(small, "url", "String", nil)
	b.field(large, "url", "String", nil)
	b.collect(user)
	first := b.rootFetch(body(`{"data":{"users":[{"id":"1"},{"id":"1"}]}}`), b.decode(root, sub{"users", b.decode(user, "id")}))
	b.lookup(rows(func(string) string { return `{"_0":{"url":"s"},"_1":{"url":"l"}}` }),
		[]plan.Target{target(representation(user, "User", "id"), b.decode(user,
			sub{"_0:small", b.decode(small, "url")}, sub{"_1:large", b.decode(large, "url")}))}, first)
	expect(t, b.plan, `{"data":{"users":[{"small":{"url":"s"},"large":{"url":"l"}},{"small":{"url":"s"},"large":{"url":"l"}}]}}`)
}

// valuePlan has users whose value object is filled by two fetches with
// different keys, and a third that looks it up by what both brought.
func valuePlan(t *testing.T, users, byID, byMail string) *plan.Plan {
	b := newBuilder()
	root := b.shape("Query")
	user := b.shape("User")
	profile := b.shape("Profile")
	tag := b.shape("Tag")
	b.field(root, "users", "[User]", user)
	b.field(user, "(id)", "ID", nil)
	b.field(user, "(mail)", "ID", nil)
	b.field(user, "profile", "Profile", profile)
	user.Slots[2].Merge = true
	profile.Merged, tag.Merged = true, true
	b.field(profile, "a", "String", nil)
	b.field(profile, "b", "String!", nil)
	b.field(profile, "tags", "[Tag]", tag)
	profile.Slots[2].Merge = true
	b.field(profile, "sum", "String", nil)
	b.field(tag, "x", "String", nil)
	b.field(tag, "y", "String", nil)
	b.collect(user)
	first := b.rootFetch(body(users), b.decode(root, sub{"users", b.decode(user, "id", "mail")}))
	one := b.lookup(rows(func(row string) string { return strings.ReplaceAll(byID, "$", digits(row)) }),
		[]plan.Target{target(representation(user, "User", "id"), b.decode(user,
			sub{"profile", b.decode(profile, "a", sub{"tags", b.decode(tag, "x")})}))}, first)
	two := b.lookup(rows(func(row string) string { return strings.ReplaceAll(byMail, "$", digits(row)) }),
		[]plan.Target{target(representation(user, "User", "mail"), b.decode(user,
			sub{"profile", b.decode(profile, "b", sub{"tags", b.decode(tag, "y")})}))}, first)
	b.lookup(rows(func(row string) string { return fmt.Sprintf(`{"sum":%q}`, digits(row)) }),
		[]plan.Target{target(representation(profile, "Profile", "a", "b?"), b.decode(profile, "sum"), 0, 2)}, one, two)
	return b.plan
}

func digits(row string) string {
	return strings.Map(func(r rune) rune {
		if r >= '0' && r <= '9' {
			return r
		}
		return -1
	}, row)
}

func TestTwoFetchesFillOneValueObject(t *testing.T) {
	const users = `{"data":{"users":[{"id":"1","mail":"8"},{"id":"1","mail":"9"},{"id":"2","mail":"9"},{"id":"1","mail":"8"}]}}`
	for range 20 { // both orders of arrival
		expect(t, valuePlan(t, users,
			`{"profile":{"a":"$","tags":[{"x":"x$"},null]}}`,
			`{"profile":{"b":"$","tags":[{"y":"y$"},{"y":"-"}]}}`),
			`{"data":{"users":[`+
				`{"profile":{"a":"1","b":"8","tags":[{"x":"x1","y":"y8"},{"x":null,"y":"-"}],"sum":"18"}},`+
				`{"profile":{"a":"1","b":"9","tags":[{"x":"x1","y":"y9"},{"x":null,"y":"-"}],"sum":"19"}},`+
				`{"profile":{"a":"2","b":"9","tags":[{"x":"x2","y":"y9"},{"x":null,"y":"-"}],"sum":"29"}},`+
				`{"profile":{"a":"1","b":"8","tags":[{"x":"x1","y":"y8"},{"x":null,"y":"-"}],"sum":"18"}}]}}`)
	}
}

func TestListsOfDifferentLengths(t *testing.T) {
	expect(t, valuePlan(t, `{"data":{"users":[{"id":"1","mail":"8"}]}}`,
		`{"profile":{"a":"$","tags":[{"x":"x$"}]}}`, `{"profile":{"b":"$","tags":[]}}`),
		`{"data":{"users":[{"profile":{"a":"1","b":"8","tags":null,"sum":"18"}}]},"errors":[{`+
			`"message":"Subgraphs returned lists of different lengths for Profile.tags","path":["users",0,"profile","tags"],`+
			`"extensions":{"code":"SUBGRAPHS_INCONSISTENT"}}]}`)
}

func TestOneHalfOfAValueObjectIsNull(t *testing.T) {
	// What one subgraph knows stands.
	expect(t, valuePlan(t, `{"data":{"users":[{"id":"1","mail":"8"},{"id":"2","mail":"9"}]}}`,
		`{"profile":null}`, `{"profile":{"b":"$","tags":null}}`),
		`{"data":{"users":[{"profile":{"a":null,"b":"8","tags":null,"sum":null}},{"profile":{"a":null,"b":"9","tags":null,"sum":null}}]}}`)
	// The missing half has a field that may not be null.
	expect(t, valuePlan(t, `{"data":{"users":[{"id":"1","mail":"8"}]}}`,
		`{"profile":{"a":"1"}}`, `{"profile":null}`),
		`{"data":{"users":[{"profile":null}]},"errors":[{"message":"Cannot return null for non-nullable field Profile.b.",`+
			`"path":["users",0,"profile","b"],"extensions":{"code":"NON_NULL_VIOLATION"}}]}`)
}

func TestErrorsBelowSharedObjectsShowAtEachPath(t *testing.T) {
	b := newBuilder()
	root := b.shape("Query")
	user := b.shape("User")
	pet := b.shape("Pet")
	b.field(root, "users", "[User]", user)
	b.field(user, "(id)", "ID", nil)
	b.field(user, "pets", "[Pet]", pet)
	b.field(pet, "name", "String!", nil)
	b.field(pet, "age", "Int", nil)
	b.collect(user)
	first := b.rootFetch(body(`{"data":{"users":[{"id":"1"},{"id":"1"}]}}`), b.decode(root, sub{"users", b.decode(user, "id")}))
	b.lookup(body(`{"errors":[{"message":"no name","path":["_entities",0,"p",1,"n"],"locations":[{"line":1,"column":1}],`+
		`"extensions":{"code":"X","secret":1}}],"data":{"_entities":[{"p":[{"n":"a","age":"old"},{"n":null,"age":1}]}]}}`),
		[]plan.Target{target(representation(user, "User", "id"), b.decode(user, sub{"p:pets", b.decode(pet, "n:name", "age")}))}, first)
	pets := `[{"name":"a","age":null},null]`
	want := `{"data":{"users":[{"pets":` + pets + `},{"pets":` + pets + `}]},"errors":[`
	for i := range 2 {
		want += fmt.Sprintf(`{"message":"A subgraph returned a value of the wrong type for Pet.age","path":["users",%d,"pets",0,"age"],`+
			`"extensions":{"code":"SUBGRAPH_INVALID_VALUE","service":"s1"}},`+
			`{"message":"no name","path":["users",%d,"pets",1,"name"],"extensions":{"code":"X","service":"s1"}},`, i, i)
	}
	expect(t, b.plan, strings.TrimSuffix(want, ",")+"]}")
}

// chain makes a plan whose objects refer twice to the next level, each level
// one shared object: 2^levels objects in the response.
func chain(levels int, leaf string) *plan.Plan {
	b := newBuilder()
	root := b.shape("Query")
	shapes := []*plan.Shape{root}
	for range levels {
		s := b.shape("Node")
		b.field(s, "(id)", "ID", nil)
		b.collect(s)
		shapes = append(shapes, s)
	}
	b.field(root, "both", "[Node]", shapes[1])
	last := shapes[levels]
	b.field(last, "name", "String!", nil)
	for i := 1; i < levels; i++ {
		b.field(shapes[i], "both", "[Node]", shapes[i+1])
	}
	const two = `[{"id":"1"},{"id":"1"}]`
	f := b.rootFetch(body(`{"data":{"both":`+two+`}}`), b.decode(root, sub{"both", b.decode(shapes[1], "id")}))
	for i := 1; i < levels; i++ {
		f = b.lookup(body(`{"data":{"_entities":[{"both":`+two+`}]}}`),
			[]plan.Target{target(representation(shapes[i], "Node", "id"), b.decode(shapes[i], sub{"both", b.decode(shapes[i+1], "id")}))}, f)
	}
	b.lookup(body(leaf), []plan.Target{target(representation(last, "Node", "id"), b.decode(last, "name"))}, f)
	return b.plan
}

func TestSharingGrowsTheOutputOnly(t *testing.T) {
	got, result := execute(t, &Request{Plan: chain(10, `{"data":{"_entities":[{"name":"x"}]}}`)})
	if n := strings.Count(got, `"x"`); n != 1<<10 {
		t.Errorf("%d leaves", n)
	}
	if result.Rows != 10 {
		t.Errorf("%d rows", result.Rows)
	}
}

func TestExponentialSharingIsBounded(t *testing.T) {
	p := chain(60, `{"data":{"_entities":[{"name":"x"}]}}`)
	got, result := execute(t, &Request{Plan: p, Limits: Limits{MaxResponseSize: 1 << 20}})
	want := `{"data":null,"errors":[{"message":"The response is larger than allowed","extensions":{"code":"RESPONSE_TOO_LARGE"}}]}`
	if got != want || !result.TooLarge || !result.NoData {
		t.Errorf("got %.200s, %+v", got, result)
	}
}

func TestExponentialErrorsAreBounded(t *testing.T) {
	// The innermost object is null, so the output stays small until there are
	// no errors left to write; they are then counted, not walked to.
	for _, leaf := range []string{
		`{"data":{"_entities":[{"name":null}]}}`,
		`{"data":{"_entities":[{"name":null}]},"errors":[{"message":"m","path":["_entities",0,"name"]}]}`,
		`no`,
	} {
		got, result := execute(t, &Request{Plan: chain(12, leaf), Limits: Limits{MaxErrors: 50}})
		if n := strings.Count(got, `"message"`); n != 51 {
			t.Errorf("%d errors", n)
		}
		if result.Errors != 1<<12 {
			t.Errorf("%d errors counted", result.Errors)
		}
		data, _, _ := strings.Cut(got, `"errors"`)
		if n := strings.Count(data, "null"); n != 1<<12 {
			t.Errorf("%d nulls", n)
		}
		got, _ = execute(t, &Request{Plan: chain(60, leaf), Limits: Limits{MaxErrors: 50, MaxResponseSize: 1 << 20}})
		if !strings.Contains(got, CodeTooLarge) {
			t.Errorf("got %.200s", got)
		}
	}
}

// Non-null fields that make every level null: nothing is written, and the walk
// must not be exponential either.
func TestExponentialNullsAreBounded(t *testing.T) {
	p := chain(60, `{"data":{"_entities":[{"name":"x"}]}}`)
	for _, s := range p.Shapes {
		for c := range s.Classes {
			if s != p.Root {
				s.Classes[c] = append(s.Classes[c], plan.Output{
					Key: "id", Prefix: []byte(`"id":`), Slot: len(s.Slots), Wrap: 5, Coordinate: "Node.never",
				})
				s.Slots = append(s.Slots, plan.Slot{Key: "never"})
			}
		}
	}
	got, result := execute(t, &Request{Plan: p, Limits: Limits{MaxErrors: 10, MaxResponseSize: 1 << 20}})
	if !result.TooLarge || !strings.Contains(got, CodeTooLarge) {
		t.Errorf("got %.300s", got)
	}
}

func TestListItemsPropagateNull(t *testing.T) {
	for _, c := range []struct{ typ, want string }{
		{"[[Int]]", `{"l":[[1,null],null]}`},
		{"[[Int!]]", `{"l":[null,null]}`},
		{"[[Int!]!]", `{"l":null}`},
		{"[[Int!]!]!", `null`},
		{"[[Int]!]", `{"l":null}`},
		{"[[Int]]!", `{"l":[[1,null],null]}`},
	} {
		b := newBuilder()
		root := b.shape("Query")
		b.field(root, "l", c.typ, nil)
		b.rootFetch(body(`{"data":{"l":[[1,null],null]}}`), b.decode(root, "l"))
		got, _ := execute(t, &Request{Plan: b.plan})
		if !strings.HasPrefix(got, `{"data":`+c.want) {
			t.Errorf("%s: got %s", c.typ, got)
		}
		if wantErr := c.want != `{"l":[[1,null],null]}`; strings.Contains(got, CodeNonNull) != wantErr {
			t.Errorf("%s: got %s", c.typ, got)
		}
	}
}

func TestCoveredNullsAreNotReportedTwice(t *testing.T) {
	b := newBuilder()
	root := b.shape("Query")
	b.field(root, "l", "[Int!]", nil)
	b.rootFetch(body(`{"data":{"l":[1,null]},"errors":[{"message":"m","path":["l",1]}]}`), b.decode(root, "l"))
	expect(t, b.plan, `{"data":{"l":null},"errors":[{"message":"m","path":["l",1],"extensions":{"code":"DOWNSTREAM_SERVICE_ERROR","service":"s0"}}]}`)
	// an error of another item covers nothing
	b.plan.Fetches[0].Prepared = body(`{"data":{"l":[null,1]},"errors":[{"message":"m","path":["l",1]}]}`)
	got, _ := execute(t, &Request{Plan: b.plan})
	if strings.Count(got, `"path":["l",0]`) != 1 || strings.Count(got, `"path":["l",1]`) != 1 {
		t.Errorf("got %s", got)
	}
}

// Objects that share both halves of a value object share what is put together
// from them, too: the store does not grow with their number.
func TestMergedObjectsStayShared(t *testing.T) {
	size := func(n int) int {
		users := `{"data":{"users":[` + strings.Repeat(`{"id":"1","mail":"8"},`, n-1) + `{"id":"1","mail":"8"}]}}`
		p := valuePlan(t, users, `{"profile":{"a":"$","tags":[{"x":"x$"},{"x":"-"}]}}`, `{"profile":{"b":"$","tags":[{"y":"y$"},{"y":"-"}]}}`)
		x := &state{workers: new(workers)}
		x.begin(&Request{Plan: p})
		x.run(context.Background())
		out := x.write(nil)
		if strings.Count(string(out), `{"profile":{"a":"1","b":"8","tags":[{"x":"x1","y":"y8"},{"x":"-","y":"-"}],"sum":"18"}}`) != n {
			t.Errorf("got %s", out)
		}
		if len(x.memos) == 0 {
			t.Error("nothing was copied while writing")
		}
		return len(x.words)
	}
	// Each further user costs its own slots and its place in the list.
	if a, b := size(10), size(20); b-a != 10*(headerWords+3+1) {
		t.Errorf("%d words for 10, %d for 20", a, b)
	}
}
