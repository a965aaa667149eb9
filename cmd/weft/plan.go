package main

import (
	"context"
	"encoding/json"
	"fmt"
	"io"
	"slices"
	"strconv"
	"strings"

	"github.com/spf13/cobra"

	"github.com/weft-graphql/weft/config"
	"github.com/weft-graphql/weft/planner"
	"github.com/weft-graphql/weft/planner/operation"
	"github.com/weft-graphql/weft/planner/plan"
	"github.com/weft-graphql/weft/planner/supergraph"
	"github.com/weft-graphql/weft/router/generation"
	"github.com/weft-graphql/weft/subgraphs"
	"github.com/weft-graphql/weft/subgraphs/graphql"
)

// planFlags are the flags of the plan command.
type planFlags struct {
	config        configFlags
	supergraph    string
	operationName string
	variables     string
	format        string
	explain       bool
	labels        []string
}

func (a *app) planCommand() *cobra.Command {
	var flags planFlags
	cmd := &cobra.Command{
		Use:   "plan operation.graphql",
		Short: "Show which requests an operation comes to",
		Long: "Plans an operation and prints the requests to subgraphs, what each waits for and\n" +
			"what it sends. No operation is sent anywhere; the schemas are loaded as the\n" +
			"configuration says, unless --supergraph names a composed one. The file - is\n" +
			"standard input.",
		Example: "  weft plan --config router.yaml operation.graphql\n" +
			"  echo '{ me { name } }' | weft plan --supergraph supergraph.graphql -",
	}
	flags.config.add(cmd, false)
	cmd.Flags().StringVar(&flags.supergraph, "supergraph", "", "plan over this supergraph `file` (join-spec SDL) instead of the configured upstreams")
	cmd.Flags().StringVar(&flags.operationName, "operation-name", "", "which operation to plan, if the document has several")
	cmd.Flags().StringVar(&flags.variables, "variables", "", "variables as a `JSON` object: they are checked, and what they skip is marked")
	cmd.Flags().StringVar(&flags.format, "format", "text", "text or json")
	cmd.Flags().BoolVar(&flags.explain, "explain", false, "say for every request why it is there, and what else there was")
	cmd.Flags().StringArrayVar(&flags.labels, "label", nil, "plan as if this override `label` were active, beside those that the configuration makes active for every request; may be repeated")
	cmd.Args = func(cmd *cobra.Command, args []string) error {
		if len(args) != 1 {
			return usagef("%s takes one file with an operation, got %d", cmd.CommandPath(), len(args))
		}
		return nil
	}
	cmd.RunE = func(cmd *cobra.Command, args []string) error {
		switch {
		case flags.format != "text" && flags.format != "json":
			return usagef("--format %s: there are text and json", flags.format)
		case flags.supergraph != "" && len(flags.config.files)+len(flags.config.set) > 0:
			return usagef("the graph comes from --supergraph or from the configuration, not both")
		case flags.supergraph == "-" && args[0] == "-":
			return usagef("standard input cannot be both the supergraph and the operation")
		}
		return a.plan(cmd.Context(), &flags, args[0])
	}
	return cmd
}

func (a *app) plan(ctx context.Context, flags *planFlags, file string) error {
	// Whoever plans a file means it: limits are for strangers.
	options := planner.Options{Timeout: config.Default().QueryPlanning.Timeout.Std(), Explain: flags.explain}
	c := config.Default()
	var (
		def *supergraph.Definition
		err error
	)
	if flags.supergraph != "" {
		def, err = a.readSupergraph(flags.supergraph)
	} else {
		var loaded *config.Loaded
		if loaded, err = a.loadFlags(&flags.config); err == nil {
			c = loaded.Config
			options.Timeout = c.QueryPlanning.Timeout.Std()
			def, err = a.definition(ctx, c)
		}
		if err == nil {
			def, err = served(c, def)
		}
	}
	if err != nil {
		return err
	}
	text, ferr := readText(file, a.in)
	if ferr != nil {
		return config.Errors{*ferr}
	}
	p, err := newPlanning(def, options)
	if err != nil {
		return err
	}
	labels, err := p.labels(c, flags.labels)
	if err != nil {
		return err
	}
	out, err := p.plan(ctx, text, flags.operationName, flags.variables, labels)
	if err != nil {
		return &located{sourceName(file), err}
	}
	if flags.format == "json" {
		return writeJSON(a.out, out)
	}
	_, err = io.WriteString(a.out, out.text())
	return err
}

// served is the graph as the configured contract shows it.
func served(c *config.Config, def *supergraph.Definition) (*supergraph.Definition, error) {
	contract := c.ServedContract()
	if contract == nil {
		return def, nil
	}
	view, errs := supergraph.Contract(def, contract.IncludeTags, contract.ExcludeTags)
	if len(errs) > 0 {
		return nil, &located{"contract " + contract.Name, joinErrors(errs)}
	}
	return view, nil
}

func (a *app) readSupergraph(file string) (*supergraph.Definition, error) {
	text, ferr := readText(file, a.in)
	if ferr != nil {
		return nil, config.Errors{*ferr}
	}
	def, errs := supergraph.Read(sourceName(file), text)
	if len(errs) > 0 {
		return nil, &located{sourceName(file), joinErrors(errs)}
	}
	return def, nil
}

// sourceName is what a file is called in messages.
func sourceName(file string) string {
	if file == "-" {
		return "standard input"
	}
	return file
}

// planning plans operations over one graph.
type planning struct {
	super   *supergraph.Supergraph
	planner *planner.Planner
	front   *operation.Front
}

func newPlanning(def *supergraph.Definition, options planner.Options) (*planning, error) {
	s, err := supergraph.Build(def)
	if err != nil {
		return nil, err
	}
	front, err := operation.NewFront(supergraph.PrintAPI(def), s.Schema, operation.Limits{Suggestions: true})
	if err != nil {
		return nil, err
	}
	// The clients print requests and never send one. What an endpoint is sent
	// depends on the rows, so that its fetches stay as they are.
	clients := make([]subgraphs.Client, len(def.Subgraphs))
	for i, sg := range def.Subgraphs {
		if len(sg.Facets) > 0 {
			continue
		}
		if clients[i], err = graphql.New(graphql.Options{Subgraph: sg.Name, URL: "http://localhost/graphql"}); err != nil {
			return nil, err
		}
	}
	return &planning{super: s, planner: planner.New(s, clients, options), front: front}, nil
}

// labels are the active override labels: those that the configuration makes
// active for every request, and those named.
func (p *planning) labels(c *config.Config, named []string) (uint64, error) {
	out := generation.AlwaysActive(c, p.super)
	for _, name := range named {
		i := slices.Index(p.super.Labels, name)
		if i < 0 || i >= 64 {
			known := "the graph has none"
			if len(p.super.Labels) > 0 {
				known = "the graph has " + strings.Join(p.super.Labels, ", ")
			}
			return 0, usagef("--label %s: there is no such override label; %s", name, known)
		}
		out |= 1 << i
	}
	return out, nil
}

// planned is a plan as --format json prints it: the plan as it is shown to
// clients, with what only this command can tell.
type planned struct {
	Operation string `json:"operation"`
	Name      string `json:"name,omitempty"`
	// Requests are the requests of the plan and Waves the longest chain of them;
	// how long lists are changes neither.
	Requests int `json:"requests"`
	Waves    int `json:"waves"`
	// Predicted is how many requests are really sent, with --explain: lookups with
	// a cap take several for long lists. The lengths are those that arguments say,
	// or assumed. It is not known while the variables of conditions are not.
	Predicted *int `json:"predicted,omitempty"`
	// PredictedWaves is the longest chain of those.
	PredictedWaves *int `json:"predicted_waves,omitempty"`
	// AtMost is, where Predicted is not known, what it is if no condition leaves
	// anything out.
	AtMost *int `json:"predicted_at_most,omitempty"`
	// Sent is how many requests are left with the variables given.
	Sent *int `json:"sent,omitempty"`
	// Chain is a longest chain of requests that wait for each other, with --explain.
	Chain []int `json:"chain,omitempty"`
	// Labels are the override labels that the plan depends on.
	Labels  []plannedLabel `json:"labels,omitempty"`
	Fetches []plannedFetch `json:"fetches"`

	plan *plan.Plan
}

type plannedLabel struct {
	Name   string `json:"name"`
	Active bool   `json:"active"`
}

type plannedFetch struct {
	ID       int    `json:"id"`
	Subgraph string `json:"subgraph"`
	Facet    string `json:"facet,omitempty"`
	Wave     int    `json:"wave"`
	After    []int  `json:"after"`
	// Primers are requests whose answers may hold what this one looks up; Awaits
	// those of After that are waited for just because of that.
	Primers []int `json:"primers,omitempty"`
	Awaits  []int `json:"awaits,omitempty"`
	// If is empty for a fetch that always runs.
	If string `json:"if,omitempty"`
	// Skipped says that the variables given leave it out.
	Skipped bool `json:"skipped,omitempty"`
	// Paths are the places of the response that a lookup fills.
	Paths []string `json:"paths,omitempty"`
	// What the fetch sends and asks, as in the plan's own JSON.
	Variables json.RawMessage `json:"variables,omitempty"`
	Selection json.RawMessage `json:"selection,omitempty"`
	Lookups   json.RawMessage `json:"lookups,omitempty"`
	Request   string          `json:"request,omitempty"`
	// Explain says why the request is there, with --explain.
	Explain *plan.Explain `json:"explain,omitempty"`
	// NeededBy says which requests are made of what this one gives, with --explain.
	NeededBy []plannedNeed `json:"needed_by,omitempty"`
	// Objects are, with --explain and for a request that gives no leaf and that no
	// other needs, the places whose objects, or their types, it is there for.
	Objects []string `json:"objects,omitempty"`
}

// plannedNeed is a request that reads fields which another gives.
type plannedNeed struct {
	ID     int            `json:"id"`
	Fields []plannedField `json:"fields"`
}

type plannedField struct {
	Coordinate string `json:"coordinate"`
	Key        bool   `json:"key"`
}

func (p *planning) plan(ctx context.Context, text, name, variables string, labels uint64) (*planned, error) {
	op, errs := p.front.Parse(text, name)
	if len(errs) > 0 {
		return nil, errs
	}
	var values operation.Values
	if variables != "" {
		if !json.Valid([]byte(variables)) {
			return nil, operation.Errors{{Code: operation.CodeBadUserInput, Message: "--variables is not JSON"}}
		}
		if errs := op.Coerce([]byte(variables), &values); len(errs) > 0 {
			return nil, errs
		}
	}
	made, err := p.planner.Plan(ctx, op, labels)
	if err != nil {
		return nil, err
	}
	out := &planned{Operation: made.Kind.String(), Name: made.Name, Requests: len(made.Fetches), Waves: made.Waves, Fetches: []plannedFetch{}, plan: made}
	uses := generation.LabelsOf(p.super, op)
	for i, label := range p.super.Labels {
		if i < 64 && uses>>i&1 != 0 {
			out.Labels = append(out.Labels, plannedLabel{label, labels>>i&1 != 0})
		}
	}
	var own struct {
		Fetches []struct{ Variables, Selection, Lookups json.RawMessage }
	}
	if text, err := made.MarshalJSON(); err != nil {
		return nil, err
	} else if err := json.Unmarshal(text, &own); err != nil {
		return nil, err
	}
	skipped := make([]bool, len(made.Fetches))
	sent := 0
	for k, f := range made.Fetches {
		pf := plannedFetch{
			ID: f.ID + 1, Subgraph: f.Name, Facet: f.Spec.Facet, Wave: f.Wave, After: []int{}, Explain: f.Explain,
			Variables: own.Fetches[k].Variables, Selection: own.Fetches[k].Selection, Lookups: own.Fetches[k].Lookups,
		}
		if f.Prepared != nil { // an endpoint's request is made of its rows
			pf.Request = f.Prepared.Text()
		}
		// Without any of the requests it waits for, a lookup has nothing to look up.
		pf.Skipped = len(f.Deps) > len(f.Awaits) && (f.Root == nil || f.At != nil)
		for _, d := range f.Deps {
			pf.After = append(pf.After, d+1)
			pf.Skipped = pf.Skipped && (skipped[d] || slices.Contains(f.Awaits, d))
		}
		for _, d := range f.Primers {
			pf.Primers = append(pf.Primers, d+1)
		}
		for _, d := range f.Awaits {
			pf.Awaits = append(pf.Awaits, d+1)
		}
		if f.Cond != nil {
			pf.If = f.Cond.String()
			pf.Skipped = pf.Skipped || variables != "" && !f.Cond.Holds(op.Bits(&values))
		}
		skipped[f.ID] = pf.Skipped
		if !pf.Skipped {
			sent++
		}
		if f.At != nil {
			pf.Paths = append(pf.Paths, responsePath(made, f.At))
		}
		for i := range f.Entries {
			for j := range f.Entries[i].Targets {
				if at := responsePath(made, &f.Entries[i].Targets[j]); !slices.Contains(pf.Paths, at) {
					pf.Paths = append(pf.Paths, at)
				}
			}
		}
		out.Fetches = append(out.Fetches, pf)
	}
	if variables != "" {
		out.Sent = &sent
	}
	if out.connect(); out.Chain != nil {
		out.predict(op, &values, variables != "")
	}
	return out, nil
}

// predict says how many requests an explained plan takes, for the variables given.
func (p *planned) predict(op *operation.Operation, values *operation.Values, given bool) {
	length := func(i int) int { return op.Natural(values, i) }
	known := given || len(op.Conditions) == 0
	n := 0
	for i := range p.Fetches {
		f := p.plan.Fetches[i]
		// The plan was made for this command alone.
		f.Explain.Predicted = f.Demand.Predict(length)
		if !known || f.Cond.Holds(op.Bits(values)) {
			n += f.Explain.Predicted.Requests
		}
	}
	if !known {
		p.AtMost = &n
		return
	}
	waves, _ := p.plan.Depth(op.Bits(values))
	p.Predicted, p.PredictedWaves = &n, &waves
}

// connect says, for a plan that is explained, which requests need which, and
// finds a longest chain.
func (p *planned) connect() {
	explained := false
	for i := range p.Fetches {
		f := &p.Fetches[i]
		if f.Explain == nil {
			continue
		}
		explained = true
		for _, n := range f.Explain.Needs {
			from := &p.Fetches[n.From-1]
			if k := len(from.NeededBy); k == 0 || from.NeededBy[k-1].ID != f.ID {
				from.NeededBy = append(from.NeededBy, plannedNeed{ID: f.ID})
			}
			last := &from.NeededBy[len(from.NeededBy)-1]
			last.Fields = append(last.Fields, plannedField{n.Coordinate, n.Key})
		}
	}
	if !explained || len(p.Fetches) == 0 {
		return
	}
	for i := range p.Fetches {
		f := &p.Fetches[i]
		if len(f.Explain.Fields)+len(f.NeededBy) > 0 {
			continue
		}
		f.Objects = f.Paths
		for _, s := range p.plan.Fetches[i].Spec.Root {
			if !slices.Contains(f.Objects, s.Key) {
				f.Objects = append(f.Objects, s.Key)
			}
		}
	}
	at := slices.IndexFunc(p.Fetches, func(f plannedFetch) bool { return f.Wave == p.Waves })
	for at >= 0 {
		f := &p.Fetches[at]
		p.Chain = append(p.Chain, f.ID)
		at = slices.IndexFunc(p.Fetches, func(o plannedFetch) bool {
			return o.Wave == f.Wave-1 && slices.Contains(f.After, o.ID) && !slices.Contains(f.Awaits, o.ID)
		})
	}
	slices.Reverse(p.Chain)
}

// text is the plan for people, with what only this command can tell at its end.
func (p *planned) text() string {
	var b strings.Builder
	b.WriteString(p.plan.Text())
	if len(p.Chain) > 0 {
		b.WriteByte('\n')
		for i := range p.Fetches {
			f := &p.Fetches[i]
			for _, n := range f.NeededBy {
				fmt.Fprintf(&b, "#%d is needed by #%d for", f.ID, n.ID)
				for j, field := range n.Fields {
					what := "requirement"
					if field.Key {
						what = "key"
					}
					fmt.Fprintf(&b, "%s %s (%s)", ","[:min(j, 1)], field.Coordinate, what)
				}
				b.WriteByte('\n')
			}
			if len(f.Objects) > 0 {
				fmt.Fprintf(&b, "#%d is there for the objects, or their types, at %s\n", f.ID, strings.Join(f.Objects, ", "))
			}
		}
		b.WriteString("longest chain:")
		for i, id := range p.Chain {
			fmt.Fprintf(&b, "%s #%d", ","[:min(i, 1)], id)
		}
		b.WriteByte('\n')
		if p.Predicted != nil {
			fmt.Fprintf(&b, "predicted: %s in %s\n", number(*p.Predicted, "request"), number(*p.PredictedWaves, "wave"))
		}
		if p.AtMost != nil {
			fmt.Fprintf(&b, "predicted: at most %s in %s, less what @skip and @include leave out\n", number(*p.AtMost, "request"), number(p.Waves, "wave"))
		}
	}
	if len(p.Labels) > 0 {
		b.WriteByte('\n')
	}
	for _, l := range p.Labels {
		state := "off"
		if l.Active {
			state = "active"
		}
		fmt.Fprintf(&b, "the override label %s is %s\n", l.Name, state)
	}
	if p.Sent != nil && *p.Sent < p.Requests {
		b.WriteByte('\n')
		for _, f := range p.Fetches {
			if f.Skipped {
				fmt.Fprintf(&b, "with these variables #%d is not sent\n", f.ID)
			}
		}
		fmt.Fprintf(&b, "with these variables %d of %d requests are sent\n", *p.Sent, p.Requests)
	}
	return b.String()
}

func number(n int, what string) string {
	if n == 1 {
		return "1 " + what
	}
	return strconv.Itoa(n) + " " + what + "s"
}

// responsePath is the place of the response that a lookup fills.
func responsePath(p *plan.Plan, t *plan.Target) string {
	at := ""
	shape := p.Root
	for i, slot := range t.Path {
		if i > 0 {
			at += "."
		}
		at += shape.Slots[slot].Key
		shape = shape.Slots[slot].Child
	}
	return at
}
