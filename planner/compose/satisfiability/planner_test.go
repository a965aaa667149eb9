package satisfiability_test

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"math/rand/v2"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/weft-graphql/weft/planner"
	"github.com/weft-graphql/weft/planner/compose"
	"github.com/weft-graphql/weft/planner/compose/satisfiability"
	"github.com/weft-graphql/weft/planner/operation"
	"github.com/weft-graphql/weft/planner/schema"
	"github.com/weft-graphql/weft/planner/supergraph"
)

// crossCheck asks the planner for every path of a graph up to some length and
// compares with what satisfiability says of the same path.
type crossCheck struct {
	t       testing.TB
	super   *supergraph.Supergraph
	front   *operation.Front
	planner *planner.Planner
	labels  uint64
	proof   *satisfiability.Tracer

	// agreed and refused count the paths on which both verdicts are the same;
	// blocked are those that the proof refuses.
	agreed, refused, blocked int
	differ                   []string
}

func newCrossCheck(t testing.TB, def *supergraph.Definition, labels uint64) *crossCheck {
	t.Helper()
	s, err := supergraph.Build(def)
	if err != nil {
		t.Fatal(err)
	}
	front, err := operation.NewFront(schema.Print(supergraph.APISchema(def)), s.Schema, operation.Limits{})
	if err != nil {
		t.Fatal(err)
	}
	active := make([]bool, len(s.Labels))
	for i := range active {
		active[i] = labels>>i&1 == 1
	}
	return &crossCheck{
		t: t, super: s, front: front, labels: labels,
		planner: planner.New(s, nil, planner.Options{}),
		proof:   satisfiability.NewTracer(s, active),
	}
}

// visit is a path on the way of the breadth first search.
type visit struct {
	proof satisfiability.Trace
	path  []string // field names, and "... on T"
}

// run follows all paths of at most depth fields, and at most limit of them.
func (c *crossCheck) run(depth, limit int) {
	var queue []visit
	for _, kind := range []schema.OperationKind{schema.Query, schema.Mutation} {
		if root := c.super.Schema.Roots[kind]; root != schema.NoType && !c.super.Schema.Type(root).Hidden {
			queue = append(queue, visit{c.proof.Root(root), []string{kind.String()}})
		}
	}
	for ; len(queue) > 0 && limit > 0; queue = queue[1:] {
		v := queue[0]
		t := c.super.Schema.Type(v.proof.Type)
		if t.Kind.Abstract() {
			if !c.proof.Known(v.proof) {
				continue
			}
			for _, o := range t.Possible {
				if proof, ok := c.proof.On(v.proof, o); ok && !c.super.Schema.Type(o).Hidden {
					queue = append(queue, visit{proof, append(slices.Clone(v.path), "... on "+c.super.Schema.Type(o).Name)})
				}
			}
			continue
		}
		for _, f := range t.Fields {
			field := c.super.Schema.Field(f)
			if field.Hidden || c.super.Schema.Type(field.Type.Type).Hidden {
				continue
			}
			limit--
			composite := c.super.Schema.Type(field.Type.Type).Kind.Composite()
			proof, ok := c.proof.Field(v.proof, f)
			if !ok {
				c.blocked++
			}
			path := append(slices.Clone(v.path), field.Name+c.arguments(field))
			c.compare(path, composite, ok)
			if ok && composite && len(path) <= depth {
				queue = append(queue, visit{proof, path})
			}
		}
	}
}

// compare plans the operation that asks for one path, which is to be possible
// exactly if the proof says so.
func (c *crossCheck) compare(path []string, composite, want bool) {
	c.t.Helper()
	text := strings.Join(path, " { ")
	if composite {
		text += " { __typename }"
	}
	text += strings.Repeat(" }", len(path)-1)
	err := c.ask(text)
	switch {
	case (err == nil) != want:
		c.differ = append(c.differ, fmt.Sprintf("%s\nsatisfiable: %v, planner: %v", text, want, err))
	case want:
		c.agreed++
	default:
		c.refused++
	}
}

func (c *crossCheck) ask(text string) error {
	c.t.Helper()
	op, errs := c.front.Parse(text, "")
	if len(errs) > 0 {
		c.t.Fatalf("%s: %v", text, errs)
	}
	_, err := c.planner.Plan(c.t.Context(), op, c.labels)
	var fault *planner.Error
	if err != nil && (!errors.As(err, &fault) || fault.Code != planner.CodeUnreachable) {
		c.t.Fatalf("%s: %v", text, err)
	}
	return err
}

// arguments are values for the arguments that a field cannot do without.
func (c *crossCheck) arguments(f *schema.Field) string {
	var out []string
	for i := range f.Args {
		if a := &f.Args[i]; a.Type.Wrap.NonNull() && a.Default == "" {
			out = append(out, a.Name+": "+c.literal(a.Type))
		}
	}
	if len(out) == 0 {
		return ""
	}
	return "(" + strings.Join(out, ", ") + ")"
}

func (c *crossCheck) literal(t schema.TypeRef) string {
	typ := c.super.Schema.Type(t.Type)
	switch {
	case t.Wrap.IsList():
		return "[]"
	case typ.Kind == schema.Enum:
		return typ.Values[0]
	case typ.Kind == schema.InputObject:
		var out []string
		for _, f := range typ.Fields {
			if field := c.super.Schema.Field(f); field.Type.Wrap.NonNull() && field.Default == "" {
				out = append(out, field.Name+": "+c.literal(field.Type))
			}
		}
		return "{" + strings.Join(out, ", ") + "}"
	case typ.Name == "String", typ.Name == "ID":
		return `"x"`
	case typ.Name == "Boolean":
		return "true"
	}
	return "1"
}

// problems are the problems of a graph; each path in them must end where the
// tracer says that it does.
func (c *crossCheck) problems() []satisfiability.Problem {
	c.t.Helper()
	out := satisfiability.Check(c.super)
	for _, p := range out {
		if p.Code != satisfiability.CodeUnreachable || len(p.Labels) > 0 {
			continue
		}
		if !strings.HasSuffix(p.Path[len(p.Path)-1], p.Coordinate) {
			continue // of what type a value is
		}
		if n := c.proof.Follow(p.Path); n != len(p.Path)-1 {
			c.t.Errorf("%s\nthe path can be followed for %d steps", p.Message, n)
		}
	}
	return out
}

func sourcesText(sources []compose.Source) string {
	var b strings.Builder
	for _, s := range sources {
		fmt.Fprintf(&b, "# %s\n%s\n", s.Name, strings.TrimPrefix(s.SDL, fed))
	}
	return b.String()
}

// TestAuditGraphsPlan: all fields of the audit's graphs can be reached, and
// every path to them plans. WEFT_CORPUS names the folder.
func TestAuditGraphsPlan(t *testing.T) {
	corpus := os.Getenv("WEFT_CORPUS")
	if corpus == "" {
		t.Skip("WEFT_CORPUS names no folder with the audit's suites")
	}
	dirs, err := filepath.Glob(filepath.Join(corpus, "audit", "*", "subgraphs"))
	if err != nil || len(dirs) == 0 {
		t.Fatalf("no suites: %v", err)
	}
	for _, dir := range dirs {
		t.Run(filepath.Base(filepath.Dir(dir)), func(t *testing.T) {
			files, err := filepath.Glob(filepath.Join(dir, "*.graphql"))
			if err != nil {
				t.Fatal(err)
			}
			var sources []compose.Source
			for _, f := range files {
				text, err := os.ReadFile(f)
				if err != nil {
					t.Fatal(err)
				}
				sources = append(sources, compose.Source{Name: strings.TrimSuffix(filepath.Base(f), ".graphql"), SDL: string(text)})
			}
			result := compose.ComposeSDL(sources, compose.WithoutSatisfiability())
			if len(result.Errors) > 0 {
				t.Fatal(result.Errors)
			}
			c := newCrossCheck(t, result.Definition, 0)
			if problems := c.problems(); len(problems) > 0 {
				t.Errorf("%+v", problems)
			}
			c.run(4, 400)
			for _, d := range c.differ {
				t.Error(d)
			}
			if c.refused > 0 || c.agreed == 0 {
				t.Errorf("%d agreed, %d refused", c.agreed, c.refused)
			}
		})
	}
}

// TestGeneratedGraphs compares, on generated graphs, each path with the
// planner, and the verdict on the whole with those on the paths. WEFT_GRAPHS
// can say which graphs: "first,count".
func TestGeneratedGraphs(t *testing.T) {
	from, count := 0, 150
	if v := os.Getenv("WEFT_GRAPHS"); v != "" {
		if _, err := fmt.Sscanf(v, "%d,%d", &from, &count); err != nil {
			t.Fatal(err)
		}
	}
	composed, satisfiable, agreed, refused := 0, 0, 0, 0
	for seed := range count {
		g := &generator{rng: rand.New(rand.NewPCG(7, uint64(from+seed)))}
		sources := g.graph()
		result := compose.ComposeSDL(sources, compose.WithoutSatisfiability())
		if len(result.Errors) > 0 {
			continue // broken rules are not the matter here
		}
		composed++
		problems := newCrossCheck(t, result.Definition, 0).problems()
		if len(problems) == 0 {
			satisfiable++
		}
		for labels := range 1 + uint64(strings.Count(sourcesText(sources), "label:")) {
			c := newCrossCheck(t, result.Definition, labels)
			c.run(4, 100)
			if len(problems) == 0 && c.blocked > 0 {
				t.Errorf("seed %d: no problem is found, but %d paths cannot be followed\n%s", from+seed, c.blocked, sourcesText(sources))
			}
			if len(c.differ) > 0 {
				t.Errorf("seed %d: %s\n%s", from+seed, c.differ[0], sourcesText(sources))
			}
			agreed, refused = agreed+c.agreed, refused+c.refused
		}
	}
	t.Logf("%d graphs composed, %d satisfiable; %d paths agreed, %d refused", composed, satisfiable, agreed, refused)
	if satisfiable == 0 || satisfiable == composed || composed < count/4 || refused == 0 {
		t.Error("the generator does not cover both verdicts")
	}
}

// TestCorpusGraphsPlan: what composes in the conformance corpus plans, on every
// path. WEFT_CORPUS names the folder.
func TestCorpusGraphsPlan(t *testing.T) {
	corpus := os.Getenv("WEFT_CORPUS")
	if corpus == "" {
		t.Skip("WEFT_CORPUS names no folder with compose.jsonl")
	}
	text, err := os.ReadFile(filepath.Join(corpus, "compose.jsonl"))
	if err != nil {
		t.Fatal(err)
	}
	graphs, agreed, refused := 0, 0, 0
	for _, line := range bytes.Split(bytes.TrimSpace(text), []byte("\n")) {
		var c struct {
			ID       string `json:"id"`
			Services []struct {
				Name     string `json:"name"`
				TypeDefs string `json:"typeDefs"`
			} `json:"services"`
		}
		if err := json.Unmarshal(line, &c); err != nil {
			t.Fatal(err)
		}
		var sources []compose.Source
		for _, s := range c.Services {
			sources = append(sources, compose.Source{Name: s.Name, SDL: s.TypeDefs})
		}
		result := compose.ComposeSDL(sources, compose.WithoutSatisfiability())
		if len(result.Errors) > 0 {
			continue
		}
		graphs++
		check := newCrossCheck(t, result.Definition, 0)
		problems := check.problems()
		check.run(4, 300)
		if len(problems) == 0 && check.blocked > 0 {
			t.Errorf("%s: no problem is found, but %d paths cannot be followed", c.ID, check.blocked)
		}
		for _, d := range check.differ {
			t.Errorf("%s: %s", c.ID, d)
		}
		agreed, refused = agreed+check.agreed, refused+check.refused
	}
	t.Logf("%d graphs; %d paths agreed, %d refused", graphs, agreed, refused)
}
