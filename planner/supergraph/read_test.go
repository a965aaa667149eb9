package supergraph

import (
	"flag"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/weft-graphql/weft/planner/schema"
)

var update = flag.Bool("update", false, "write golden files")

var testdata = filepath.Join("..", "..", "testdata", "supergraph")

func mustRead(t testing.TB, name, text string) *Definition {
	t.Helper()
	def, errs := Read(name, text)
	if len(errs) > 0 {
		t.Fatalf("%v", errs)
	}
	return def
}

func TestPrintReadIdentity(t *testing.T) {
	for seed := range uint64(400) {
		def := generate(seed)
		text := Print(def)
		again, errs := Read("generated", text)
		if len(errs) > 0 {
			t.Fatalf("seed %d: %v\n%s", seed, errs, text)
		}
		if diff := cmp.Diff(def, again); diff != "" {
			t.Fatalf("seed %d: %s\n%s", seed, diff, text)
		}
		if Print(again) != text {
			t.Fatalf("seed %d: printed differently the second time", seed)
		}
	}
}

// Texts of other composers, and what Weft prints for them. Both must say the
// same, and build.
func TestGolden(t *testing.T) {
	files, err := filepath.Glob(filepath.Join(testdata, "composed", "*.graphql"))
	if err != nil || len(files) == 0 {
		t.Fatal("no files to read", err)
	}
	for _, file := range files {
		t.Run(filepath.Base(file), func(t *testing.T) {
			text, err := os.ReadFile(file)
			if err != nil {
				t.Fatal(err)
			}
			def := mustRead(t, file, string(text))
			mustBuild(t, def)
			got := Print(def)
			golden(t, filepath.Join("printed", filepath.Base(file)), got)
			if diff := cmp.Diff(def, mustRead(t, "printed", got)); diff != "" {
				t.Error(diff)
			}
		})
	}
}

func golden(t *testing.T, name, got string) {
	t.Helper()
	path := filepath.Join(testdata, name)
	if *update {
		if err := os.MkdirAll(filepath.Dir(path), 0o755); err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(path, []byte(got), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	want, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff(string(want), got); diff != "" {
		t.Error(diff)
	}
}

func TestPrintLookupsGolden(t *testing.T) {
	users := key(1, "id")
	users.Name = "Users_User"
	users.Keys[0].Resolvable = false
	users.Lookups = []LookupDefinition{
		{Key: "id", Path: []string{"users"}, Arguments: []LookupArgument{{Argument: "ids", Type: "[ID!]!", From: "id"}}, Batch: true, Max: 50},
		{Key: "org { id } name", Path: []string{"admin", "user"}, Arguments: []LookupArgument{{Argument: "by.org", From: "org.id"}, {Argument: "by.name", From: "name"}}, Internal: true},
	}
	def := &Definition{
		Subgraphs: subgraphDefinitions("posts", "users"),
		Types: []*TypeDefinition{
			queryType(TypeIn{Subgraph: 0}, TypeIn{Subgraph: 1}),
			{Kind: schema.Union, Name: "Thing", In: []TypeIn{{Subgraph: 1, Lookups: []LookupDefinition{{Key: "__typename", Path: []string{"thing"}, Match: ByPosition, Batch: true}}}}, Members: []Membership{{Type: "User", Subgraphs: []int{1}}}},
			{Kind: schema.Object, Name: "User", In: []TypeIn{key(0, "id"), users}, Fields: []*FieldDefinition{
				field("id", "ID!"), field("name", "String", FieldIn{Subgraph: 1, Name: "fullName"}), field("org", "User", FieldIn{Subgraph: 1}),
				field("rank", "Int", FieldIn{Subgraph: 1, Requires: "org { name }", ArgumentsFrom: []ArgumentFrom{{Argument: "in", Type: "OrgInput!", Selection: "{ name: org.name }"}}}),
				field("boss", "User", FieldIn{Subgraph: 1, Join: []JoinPart{{Key: "id", From: "bossId"}}}), field("bossId", "ID", FieldIn{Subgraph: 1}),
			}},
		},
	}
	mustBuild(t, def)
	if Portable(def) {
		t.Error("a graph with lookups by fields is not portable")
	}
	text := Print(def)
	golden(t, filepath.Join("printed", "weft-lookups.graphql"), text)
	if diff := cmp.Diff(def, mustRead(t, "printed", text)); diff != "" {
		t.Error(diff)
	}
}

// Each thing that only Weft understands makes a graph its own.
func TestPortable(t *testing.T) {
	for name, in := range map[string]FieldIn{
		"renamed": {Name: "x"}, "joined": {Join: []JoinPart{{Key: "id", From: "x"}}}, "namespace": {Namespace: true},
	} {
		def := &Definition{Subgraphs: subgraphDefinitions("a"), Types: []*TypeDefinition{queryType(TypeIn{})}}
		if !Portable(def) {
			t.Error("a plain graph is not portable")
		}
		def.Types[0].Fields = append(def.Types[0].Fields, field("extra", "Int", in))
		if Portable(def) {
			t.Errorf("%s: portable", name)
		}
		if diff := cmp.Diff(def, mustRead(t, name, Print(def))); diff != "" {
			t.Errorf("%s: %s", name, diff)
		}
	}
}

func TestPrintVersion(t *testing.T) {
	with := func(in FieldIn) *Definition {
		return &Definition{Subgraphs: subgraphDefinitions("a"), Types: []*TypeDefinition{
			{Kind: schema.Object, Name: "Query", In: []TypeIn{{}}, Fields: []*FieldDefinition{field("f", "Int", in)}},
		}}
	}
	for _, c := range []struct {
		name string
		in   FieldIn
		want string
	}{
		{"plain", FieldIn{Override: "b"}, "v0.3"},
		{"label", FieldIn{Override: "b", OverrideLabel: "x"}, "v0.4"},
		{"rename", FieldIn{Name: "x"}, "v0.4"},
		{"context", FieldIn{OverrideLabel: "x", ContextArguments: []ContextArgument{{Name: "a", Type: "Int", Context: "c", Selection: "x"}}}, "v0.5"},
	} {
		text := Print(with(c.in))
		if !strings.Contains(text, `"https://specs.apollo.dev/join/`+c.want+`"`) {
			t.Errorf("%s: want join %s in\n%s", c.name, c.want, text)
		}
		mustRead(t, c.name, text)
	}
}

func TestPrintLinksWhatIsApplied(t *testing.T) {
	def := &Definition{Subgraphs: subgraphDefinitions("a"), Types: []*TypeDefinition{queryType(TypeIn{})}}
	def.Types[0].Fields[0].Applied = Applied{Inaccessible: true, Tags: []string{"t"}, Directives: []*schema.Directive{apply("listSize"), apply("authenticated")}}
	got := mustRead(t, "printed", Print(def))
	want := []Link{
		{URL: apolloSpecs + "tag/v0.3"},
		{URL: apolloSpecs + "inaccessible/v0.2", Purpose: "SECURITY"},
		{URL: apolloSpecs + "authenticated/v0.1", Purpose: "SECURITY"},
		{URL: apolloSpecs + "cost/v0.1", Import: []LinkImport{{Name: "@listSize"}}},
	}
	if diff := cmp.Diff(want, got.Links); diff != "" {
		t.Error(diff)
	}
	if diff := cmp.Diff(def.Types, got.Types); diff != "" {
		t.Error(diff)
	}
}

// A directive of the graph's own may bear the name of a specification's that
// was renamed.
func TestCustomDirectiveWithKnownName(t *testing.T) {
	def := &Definition{
		Subgraphs:  subgraphDefinitions("a"),
		Links:      []Link{{URL: apolloSpecs + "cost/v0.1", Import: []LinkImport{{Name: "@cost", As: "@price"}}}},
		Directives: []*schema.DirectiveDefinition{{Name: "cost", Locations: []string{"FIELD_DEFINITION"}}},
		Types:      []*TypeDefinition{queryType(TypeIn{})},
	}
	def.Types[0].Fields[0].Applied.Directives = []*schema.Directive{apply("cost"), apply("price", "weight", &schema.Value{Kind: schema.IntValue, Raw: "1"})}
	if diff := cmp.Diff(def, mustRead(t, "printed", Print(def))); diff != "" {
		t.Error(diff)
	}
}

const header = `schema @link(url: "https://specs.apollo.dev/link/v1.0") @link(url: "https://specs.apollo.dev/join/v0.3", for: EXECUTION) { query: Query }
enum join__Graph { A @join__graph(name: "a", url: "http://a") B @join__graph(name: "b", url: "") }
`

func TestReadLenient(t *testing.T) {
	def := mustRead(t, "text", header+`
scalar federation__Scope
scalar String
directive @deprecated(reason: String) on FIELD_DEFINITION
type Query @join__type(graph: B) @join__type(graph: A) { a: [Int!]! @join__field(graph: B) @join__field(graph: A, type: "[Int]!") b: U @join__field c: Int @deprecated }
union U = Query
enum E { X }
type P @join__type(graph: A, key: "{ id  }", extension: true) @join__type(graph: A, key: "x", resolvable: false) { id: ID! }
`)
	want := &Definition{
		Subgraphs: []SubgraphDefinition{{Name: "a", Enum: "A", URL: "http://a"}, {Name: "b", Enum: "B"}},
		Types: []*TypeDefinition{
			{Kind: schema.Enum, Name: "E", In: []TypeIn{{Subgraph: 0}, {Subgraph: 1}}, Values: []*EnumValueDefinition{{Name: "X"}}},
			{Kind: schema.Object, Name: "P", In: []TypeIn{{Subgraph: 0, Keys: []Key{{Fields: "id", Resolvable: true}, {Fields: "x"}}}}, Fields: []*FieldDefinition{field("id", "ID!")}},
			{Kind: schema.Object, Name: "Query", In: []TypeIn{{Subgraph: 0}, {Subgraph: 1}}, Fields: []*FieldDefinition{
				field("a", "[Int!]!", FieldIn{Subgraph: 0, Type: expr("[Int]!")}, FieldIn{Subgraph: 1}),
				{Name: "b", Type: expr("U"), Indirect: true},
				{Name: "c", Type: expr("Int"), Deprecated: &Deprecation{Reason: "No longer supported"}},
			}},
			{Kind: schema.Union, Name: "U", In: []TypeIn{{Subgraph: 0}, {Subgraph: 1}}, Members: []Membership{{Type: "Query"}}},
		},
	}
	if diff := cmp.Diff(want, def); diff != "" {
		t.Error(diff)
	}
}

func TestReadVersions(t *testing.T) {
	for _, version := range []string{"v0.2", "v0.3", "v0.4", "v0.5"} {
		text := strings.Replace(header, "join/v0.3", "join/"+version, 1) + "type Query @join__type(graph: A) { a: Int }"
		mustBuild(t, mustRead(t, version, text))
	}
}

// The join specification may be linked under another name.
func TestReadRenamedSpecifications(t *testing.T) {
	def := mustRead(t, "text", `schema @lnk(url: "https://specs.apollo.dev/link/v1.0", as: "lnk") @lnk(url: "https://specs.apollo.dev/join/v0.3", as: "j", for: EXECUTION) { query: Query }
enum j__Graph { A @j__graph(name: "a", url: "http://a") }
scalar lnk__Import
directive @lnk(url: String!) on SCHEMA
directive @j__graph(name: String!) on ENUM_VALUE
type Query @j__type(graph: A, key: "a") { a: Int @j__field(graph: A) }`)
	want := &Definition{
		Subgraphs: subgraphDefinitions("a"),
		Types:     []*TypeDefinition{{Kind: schema.Object, Name: "Query", In: []TypeIn{key(0, "a")}, Fields: []*FieldDefinition{field("a", "Int", FieldIn{})}}},
	}
	if diff := cmp.Diff(want, def); diff != "" {
		t.Error(diff)
	}
}

func TestReadErrors(t *testing.T) {
	const query = "type Query @join__type(graph: A) { a: Int }\n"
	for _, c := range []struct{ name, text, code, message string }{
		{"not GraphQL", "type {", CodeInvalidGraphQL, "Expected"},
		{"no supergraph", "type Query { a: Int }", CodeUnsupportedLink, "not a supergraph"},
		{"federation v1 supergraph", `schema @core(feature: "https://specs.apollo.dev/core/v0.2") @core(feature: "https://specs.apollo.dev/join/v0.1") { query: Query }`, CodeUnsupportedLink, "Federation v1"},
		{"old join", `schema @link(url: "https://specs.apollo.dev/join/v0.1") { query: Query }`, CodeUnsupportedLink, "join v0.1"},
		{"new join", `schema @link(url: "https://specs.apollo.dev/join/v1.0") { query: Query }`, CodeUnsupportedLink, "join v1.0"},
		{"unknown and needed", header + query + `extend schema @link(url: "https://example.com/magic/v1.0", for: SECURITY)`, CodeUnsupportedLink, "magic"},
		{"import of no name", header + query + `extend schema @link(url: "https://example.com/magic/v1.0", import: [{name: "@a", as: "@ b"}])`, CodeInvalidJoin, "cannot be imported"},
		{"import of another kind", header + query + `extend schema @link(url: "https://example.com/magic/v1.0", import: [{name: "@a", as: "b"}])`, CodeInvalidJoin, "cannot be imported"},
		{"link as no name", header + query + `extend schema @link(url: "https://example.com/magic/v1.0", as: "a b")`, CodeInvalidJoin, "is not a name"},
		{"unknown purpose", header + query + `extend schema @link(url: "https://example.com/magic/v1.0", for: FUN)`, CodeInvalidJoin, "SECURITY or EXECUTION"},
		{"no graphs", `schema @link(url: "https://specs.apollo.dev/join/v0.3") { query: Query } type Query { a: Int }`, CodeInvalidJoin, "no subgraphs"},
		{"unknown graph", header + "type Query @join__type(graph: C) { a: Int }", CodeInvalidJoin, "no subgraph C"},
		{"graph as string", header + `type Query @join__type(graph: "A") { a: Int }`, CodeInvalidJoin, "no subgraph"},
		{"no graph", header + "type Query @join__type { a: Int }", CodeInvalidJoin, "names no graph"},
		{"key of the wrong type", header + "type Query @join__type(graph: A, key: 3) { a: Int }", CodeInvalidJoin, "must be a string"},
		{"flag of the wrong type", header + "type Query @join__type(graph: A, extension: 3) { a: Int }", CodeInvalidJoin, "true or false"},
		{"type that is none", header + `type Query @join__type(graph: A) { a: Int @join__field(graph: A, type: "[Int") }`, CodeInvalidJoin, "not a type"},
		{"field twice", header + `type Query @join__type(graph: A) { a: Int @join__field(graph: A) @join__field(graph: A) }`, CodeInvalidJoin, "twice"},
		{"interface it does not implement", header + `type Query @join__type(graph: A) @join__implements(graph: A, interface: "I") { a: Int }`, CodeInvalidJoin, "which the type itself does not"},
		{"field directive on a type", header + `type Query @join__type(graph: A) @join__field(graph: A) { a: Int }`, CodeInvalidJoin, "cannot be used on a type"},
		{"extension", header + query + "extend type Query { b: Int }", CodeInvalidJoin, "no type extensions"},
		{"type twice", header + query + query, CodeInvalidDefinition, "twice"},
		{"other root name", strings.Replace(header, "query: Query", "query: Root", 1) + "type Root @join__type(graph: A) { a: Int }", CodeInvalidDefinition, "must be called Query"},
		{"weft of the future", header + query + `extend schema @link(url: "https://github.com/weft-graphql/weft/v9.0", for: EXECUTION)`, CodeUnsupportedLink, "weft v9.0"},
		{"lookup without a path", header + `extend schema @link(url: "` + weftURL + `") type Query @join__type(graph: A) @join__directive(graphs: [A], name: "weft__lookup", args: {key: "id"}) { a: Int }`, CodeInvalidJoin, "needs a key and a path"},
		{"lookup elsewhere", header + `extend schema @link(url: "` + weftURL + `") type Query @join__type(graph: A) @join__directive(graphs: [B], name: "weft__lookup", args: {key: "id", path: "x"}) { a: Int }`, CodeInvalidJoin, "does not have"},
		{"argument type that is none", header + `extend schema @link(url: "` + weftURL + `") type Query @join__type(graph: A) @join__directive(graphs: [A], name: "weft__lookup", args: {key: "id", path: "x", arguments: [{argument: "a", from: "id", type: "[ID"}]}) { a: Int }`, CodeInvalidJoin, "not a type"},
		{"join of nothing", header + query + `extend schema @link(url: "` + weftURL + `") @join__directive(graphs: [A], name: "weft__join", args: {of: "Query.z", parts: [{key: "id", from: "x"}]})`, CodeInvalidJoin, "names nothing"},
		{"join without parts", header + `type Query @join__type(graph: A) { a: Int @join__field(graph: A) } extend schema @link(url: "` + weftURL + `") @join__directive(graphs: [A], name: "weft__join", args: {of: "Query.a"})`, CodeInvalidJoin, "no parts"},
		{"join without a source", header + `type Query @join__type(graph: A) { a: Int @join__field(graph: A) } extend schema @link(url: "` + weftURL + `") @join__directive(graphs: [A], name: "weft__join", args: {of: "Query.a", parts: [{key: "id"}]})`, CodeInvalidJoin, "needs a key"},
		{"namespace of nothing", header + query + `extend schema @link(url: "` + weftURL + `") @join__directive(graphs: [A], name: "weft__namespace", args: {of: "Query.z"})`, CodeInvalidJoin, "names nothing"},
		{"name of nothing", header + query + `extend schema @link(url: "` + weftURL + `") @join__directive(graphs: [A], name: "weft__name", args: {of: "Query.z", name: "x"})`, CodeInvalidJoin, "names nothing"},
	} {
		t.Run(c.name, func(t *testing.T) {
			def, errs := Read("text", c.text)
			if len(errs) == 0 || def != nil {
				t.Fatalf("got %+v", def)
			}
			if errs[0].Code != c.code || !strings.Contains(errs[0].Message, c.message) || errs[0].Source != "text" {
				t.Errorf("got %v", errs)
			}
		})
	}
}

func FuzzRead(f *testing.F) {
	files, err := filepath.Glob(filepath.Join(testdata, "*", "*.graphql"))
	if err != nil || len(files) == 0 {
		f.Fatal("no seeds", err)
	}
	for _, file := range files {
		text, err := os.ReadFile(file)
		if err != nil {
			f.Fatal(err)
		}
		f.Add(string(text))
	}
	f.Add(header + "type Query @join__type(graph: A) { a: Int @join__field(graph: A, requires: \"b { c }\") }")
	f.Fuzz(func(t *testing.T, text string) {
		def, errs := Read("fuzz", text)
		if (def == nil) != (len(errs) > 0) {
			t.Fatal("a Definition or errors, not both")
		}
		if def == nil {
			return
		}
		// What could be read and makes a graph can be printed and read again.
		if _, err := Build(def); err != nil {
			return
		}
		printed := Print(def)
		again, errs := Read("printed", printed)
		if len(errs) > 0 {
			t.Fatalf("%v\n%s", errs, printed)
		}
		if Print(again) != printed {
			t.Fatalf("printed differently the second time:\n%s\n%s", printed, Print(again))
		}
	})
}
