package config

import (
	"errors"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/google/go-cmp/cmp/cmpopts"
)

const stitched = `
subgraphs:
  - name: accounts
    url: http://accounts/graphql
    transforms:
      - rename: {types: {Account: User}, fields: {Query.getUser: user, Account.owner_id: ownerId}}
      - prefix: {value: Acc_, except: [User, "Money*"]}
      - hide: ["Query.internal*", User.secret, "Query.users(debug)"]
      - namespace: accounts
    entities:
      User: {key: id, lookup: "users(ids: $key.id)", batch: {max: 100}}
      Invoice:
        - {key: number region, lookup: "invoice(number: $key.number, region: $key.region)"}
        - {key: id, lookup: "invoices(ids: $key.id)", match: position}
  - {name: reviews, url: http://reviews/graphql}
joins:
  - "Review.author: accounts.User by authorId"
  - Review.invoice: accounts.Invoice by place.number, region
  - {field: User.reviews, type: Review, by: {id: reviewIds}, subgraph: reviews, list: true, nullable: false}
contracts:
  - {name: public, include_tags: [public], exclude_tags: [internal]}
contract: public
`

func TestStitching(t *testing.T) {
	l := load(t, stitched)
	c := l.Config
	want := []Transform{
		{Rename: &Rename{Types: map[string]string{"Account": "User"}, Fields: map[string]string{"Query.getUser": "user", "Account.owner_id": "ownerId"}}},
		{Prefix: &Prefix{Value: "Acc_", Types: true, Except: []string{"User", "Money*"}}},
		{Hide: []string{"Query.internal*", "User.secret", "Query.users(debug)"}},
		{Namespace: "accounts"},
	}
	if diff := cmp.Diff(want, c.Subgraph("accounts").Transforms); diff != "" {
		t.Errorf("transforms (-want +got):\n%s", diff)
	}
	entities := map[string][]Entity{
		"User": {{Key: "id", Lookup: "users(ids: $key.id)", Batch: Batch{Max: 100}, Match: "key"}},
		"Invoice": {
			{Key: "number region", Lookup: "invoice(number: $key.number, region: $key.region)", Match: "key"},
			{Key: "id", Lookup: "invoices(ids: $key.id)", Match: "position"},
		},
	}
	if diff := cmp.Diff(entities, c.Subgraph("accounts").Entities); diff != "" {
		t.Errorf("entities (-want +got):\n%s", diff)
	}
	yes := true
	joins := []Join{
		{Field: "Review.author", Type: "User", Subgraph: "accounts", From: []string{"authorId"}, Nullable: true},
		{Field: "Review.invoice", Type: "Invoice", Subgraph: "accounts", From: []string{"place.number", "region"}, Nullable: true},
		{Field: "User.reviews", Type: "Review", Subgraph: "reviews", By: map[string]string{"id": "reviewIds"}, List: &yes},
	}
	if diff := cmp.Diff(joins, c.Joins); diff != "" {
		t.Errorf("joins (-want +got):\n%s", diff)
	}
	if diff := cmp.Diff([]Contract{{Name: "public", IncludeTags: []string{"public"}, ExcludeTags: []string{"internal"}}}, c.Contracts); diff != "" || c.Contract != "public" {
		t.Errorf("contract %q of (-want +got):\n%s", c.Contract, diff)
	}
	for path, line := range map[string]int{
		"subgraphs.accounts.transforms.0.rename.types.Account": 6, "subgraphs.accounts.transforms.2.hide.1": 8,
		"subgraphs.accounts.entities.User.0.lookup": 11, "subgraphs.accounts.entities.Invoice.1.match": 14,
		"joins.0.from.0": 17, "joins.1.type": 18, "joins.2.by.id": 19, "contract": 22,
	} {
		if p, _ := l.Position(path); p.Line != line {
			t.Errorf("%s is said to be at %v, not in line %d", path, p, line)
		}
	}
	out, err := l.Print()
	if err != nil {
		t.Fatal(err)
	}
	golden(t, "testdata/stitching.printed.yaml", out)
	if diff := cmp.Diff(c, load(t, string(out)).Config, cmpopts.EquateEmpty(), cmpopts.IgnoreFields(Config{}, "Place", "Written")); diff != "" {
		t.Errorf("printed and loaded again (-want +got):\n%s", diff)
	}
}

// Lookups merge by type over several files; all else of stitching is replaced.
func TestStitchingLayers(t *testing.T) {
	l, err := Load(Options{Environ: []string{`WEFT_SUBGRAPHS__a__ENTITIES__Env={key: e, lookup: "es(e: $key)"}`}, Sources: []Source{
		{Name: "1", Data: []byte(`subgraphs: [{name: a, url: 'http://a/', transforms: [{namespace: x}, {hide: [T]}], entities: {A: {key: a, lookup: "a(a: $key)"}, B: {key: b, lookup: "b(b: $key)"}}}]` + "\njoins: ['A.b: a.B by c']\n")},
		{Name: "2", Data: []byte(`subgraphs: [{name: a, transforms: [{namespace: y}], entities: {A: [{key: aa, lookup: "aa(a: $key)"}], B: , C: {key: c, lookup: "c(c: $key)"}}}]` + "\njoins: [{field: X.y, type: A, from: [z], subgraph: a}]\n")},
	}})
	if err != nil {
		t.Fatal(err)
	}
	s := l.Config.Subgraph("a")
	if len(s.Entities) != 3 || s.Entities["A"][0].Key != "aa" || s.Entities["C"][0].Key != "c" || s.Entities["Env"][0].Key != "e" {
		t.Errorf("entities %+v", s.Entities)
	}
	if len(s.Transforms) != 1 || s.Transforms[0].Namespace != "y" || len(l.Config.Joins) != 1 || l.Config.Joins[0].Field != "X.y" {
		t.Errorf("transforms %+v, joins %+v", s.Transforms, l.Config.Joins)
	}
}

func TestStitchingErrors(t *testing.T) {
	// sub is a document whose line 2 is one key of the subgraph a, from column 5 on.
	sub := func(key string) string { return "subgraphs: [{name: a, url: http://a/,\n    " + key + "}]\n" }
	top := func(key string) string { return subgraph + key + "\n" }
	tests := map[string]struct {
		yaml string
		want []Error
		hint string
	}{
		"transform: unknown":        {sub("transforms: [{renam: {}}]"), []Error{at(2, 19, CodeUnknownKey, "subgraphs.a.transforms.0.renam")}, `"rename"`},
		"transform: nothing":        {sub("transforms: [{}]"), []Error{at(2, 18, CodeMissing, "subgraphs.a.transforms.0")}, "one of"},
		"transform: two":            {sub("transforms: [{hide: [A], namespace: a}]"), []Error{at(2, 18, CodeConflict, "subgraphs.a.transforms.0")}, "one list entry"},
		"transform: no list":        {sub("transforms: {hide: [A]}"), []Error{at(2, 17, CodeWrongType, "subgraphs.a.transforms")}, ""},
		"rename: nothing":           {sub("transforms: [{rename: {}}]"), []Error{at(2, 27, CodeMissing, "subgraphs.a.transforms.0.rename")}, ""},
		"rename: new name":          {sub("transforms: [{rename: {types: {A: B-C}}}]"), []Error{at(2, 39, CodeInvalidValue, "subgraphs.a.transforms.0.rename.types.A")}, "letters"},
		"rename: coordinate":        {sub("transforms: [{rename: {fields: {a: b}}}]"), []Error{at(2, 40, CodeInvalidValue, "subgraphs.a.transforms.0.rename.fields.a")}, "Type.field"},
		"rename: value":             {sub("transforms: [{rename: {types: {A: [b]}}}]"), []Error{at(2, 39, CodeWrongType, "subgraphs.a.transforms.0.rename.types.A")}, ""},
		"prefix: value":             {sub("transforms: [{prefix: {types: true}}]"), []Error{at(2, 27, CodeMissing, "subgraphs.a.transforms.0.prefix.value")}, ""},
		"prefix: name":              {sub("transforms: [{prefix: {value: 1_}}]"), []Error{at(2, 35, CodeWrongType, "subgraphs.a.transforms.0.prefix.value")}, "quotes"},
		"prefix: nothing":           {sub("transforms: [{prefix: {value: A_, types: false}}]"), []Error{at(2, 27, CodeConflict, "subgraphs.a.transforms.0.prefix")}, "types or fields"},
		"hide: nothing":             {sub("transforms: [{hide: []}]"), []Error{at(2, 25, CodeMissing, "subgraphs.a.transforms.0.hide")}, ""},
		"hide: empty":               {sub("transforms: [{hide: [A, '']}]"), []Error{at(2, 29, CodeInvalidValue, "subgraphs.a.transforms.0.hide.1")}, ""},
		"namespace: name":           {sub("transforms: [{namespace: a.b}]"), []Error{at(2, 30, CodeInvalidValue, "subgraphs.a.transforms.0.namespace")}, ""},
		"entity: key":               {sub("entities: {User: {lookup: 'u(i: $key)'}}"), []Error{at(2, 22, CodeMissing, "subgraphs.a.entities.User.key")}, ""},
		"entity: lookup":            {sub("entities: {User: [{key: id, lookup: users}]}"), []Error{at(2, 41, CodeInvalidValue, "subgraphs.a.entities.User.0.lookup")}, "$key.id"},
		"entity: scalar":            {sub("entities: {User: id}"), []Error{at(2, 22, CodeMissing, "subgraphs.a.entities.User.lookup")}, "users(ids: $key.id)"},
		"entity: none":              {sub("entities: {User: []}"), []Error{at(2, 22, CodeMissing, "subgraphs.a.entities.User")}, ""},
		"entity: type":              {sub("entities: {a-b: {key: id, lookup: 'u(i: $key)'}}"), []Error{at(2, 21, CodeInvalidValue, "subgraphs.a.entities.a-b")}, ""},
		"entity: match":             {sub("entities: {U: {key: id, lookup: 'u(i: $key)', match: index}}"), []Error{at(2, 58, CodeInvalidValue, "subgraphs.a.entities.U.match")}, "key, position"},
		"entity: batch":             {sub("entities: {U: {key: id, lookup: 'u(i: $key)', batch: {max: -1}}}"), []Error{at(2, 64, CodeInvalidValue, "subgraphs.a.entities.U.batch.max")}, ""},
		"entities: list":            {sub("entities: [User]"), []Error{at(2, 15, CodeWrongType, "subgraphs.a.entities")}, ""},
		"join: text":                {top("joins: [Review author]"), []Error{at(2, 9, CodeInvalidValue, "joins.0")}, "Review.author: accounts.User by authorId"},
		"join: without by":          {top("joins:\n  - Review.author: a.User"), []Error{at(3, 5, CodeInvalidValue, "joins.0")}, "by authorId"},
		"join: variable":            {top("joins: ['${env.SECRET}']"), []Error{at(2, 9, CodeInvalidValue, "joins.0")}, ""},
		"join: unset variable":      {top("joins: ['${env.NOPE}']"), []Error{at(2, 9, CodeUnsetVariable, "joins.0")}, ""},
		"join: unset, unquoted":     {top("joins: [{A.b: '${env.NOPE}'}]"), []Error{at(2, 15, CodeUnsetVariable, "joins.0")}, ""},
		"join: number":              {top("joins: [3]"), []Error{at(2, 9, CodeWrongType, "joins.0")}, ""},
		"join: subgraph":            {top("joins: ['A.b: x.B by c']"), []Error{at(2, 9, CodeUnknownName, "joins.0.subgraph")}, ""},
		"join: missing":             {top("joins: [{by: {id: c}}]"), []Error{at(2, 9, CodeMissing, "joins.0.field"), at(2, 9, CodeMissing, "joins.0.type"), at(2, 9, CodeMissing, "joins.0.subgraph")}, ""},
		"join: neither by nor from": {top("joins: [{field: A.b, type: B, subgraph: a}]"), []Error{at(2, 9, CodeMissing, "joins.0.by")}, "by: {id: authorId}"},
		"join: both":                {top("joins: [{field: A.b, type: B, subgraph: a, by: {id: c}, from: [c]}]"), []Error{at(2, 63, CodeConflict, "joins.0.from")}, ""},
		"join: coordinate":          {top("joins: [{field: A, type: B, subgraph: a, from: [c]}]"), []Error{at(2, 17, CodeInvalidValue, "joins.0.field")}, "Type.field"},
		"join: elsewhere":           {sub("joins: []"), []Error{at(2, 5, CodeUnknownKey, "subgraphs.a.joins")}, "known keys"},
		"entities: elsewhere":       {top("entities: {}"), []Error{at(2, 1, CodeUnknownKey, "entities")}, `belongs under "subgraphs[]"`},
		"contract: unknown":         {top("contract: x\ncontracts: [{name: xy, include_tags: [a]}]"), []Error{at(2, 11, CodeUnknownName, "contract")}, ""},
		"contract: all":             {top("contracts: [{name: x}]"), []Error{at(2, 13, CodeMissing, "contracts.x")}, ""},
		"contract: name":            {top("contracts: [{name: a b, include_tags: [a]}]"), []Error{at(2, 20, CodeInvalidValue, "contracts.a b.name")}, ""},
		"contract: both":            {top("contracts: [{name: x, include_tags: [a], exclude_tags: [b, a]}]"), []Error{at(2, 60, CodeConflict, "contracts.x.exclude_tags.1")}, ""},
		"contract: twice":           {top("contracts: [{name: x, include_tags: [a]}, {name: x, include_tags: [b]}]"), []Error{at(2, 50, CodeDuplicateName, "contracts.x.name")}, ""},
		"beside supergraph":         {ok + "joins: ['A.b: a.B by c']\nsubgraphs: [{name: a, transforms: [{hide: [A]}], entities: {}}]\n", []Error{at(2, 8, CodeConflict, "joins"), at(3, 35, CodeConflict, "subgraphs.a.transforms"), at(3, 60, CodeConflict, "subgraphs.a.entities")}, ""},
	}
	for name, test := range tests {
		t.Run(name, func(t *testing.T) {
			_, err := Load(Options{Sources: []Source{{Name: "router.yaml", Data: []byte(test.yaml)}}, Environ: []string{"SECRET=hunter2"}})
			var got Errors
			if !errors.As(err, &got) {
				t.Fatalf("got %v, want %v", err, test.want)
			}
			if diff := cmp.Diff(Errors(test.want), got, cmpopts.IgnoreFields(Error{}, "Message", "Hint")); diff != "" {
				t.Errorf("(-want +got):\n%s\n%v", diff, got)
			}
			if !strings.Contains(got[0].Hint, test.hint) || strings.Contains(err.Error(), "hunter2") {
				t.Errorf("hint %q, want %q in it: %v", got[0].Hint, test.hint, err)
			}
		})
	}
}
