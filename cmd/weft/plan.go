package main

import (
	"context"
	"encoding/json"
	"fmt"
	"io"
	"slices"

	"github.com/spf13/cobra"

	"github.com/weft-graphql/weft/config"
	"github.com/weft-graphql/weft/planner"
	"github.com/weft-graphql/weft/planner/operation"
	"github.com/weft-graphql/weft/planner/plan"
	"github.com/weft-graphql/weft/planner/supergraph"
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
	var (
		def *supergraph.Definition
		err error
	)
	if flags.supergraph != "" {
		def, err = a.readSupergraph(flags.supergraph)
	} else {
		var loaded *config.Loaded
		if loaded, err = a.loadFlags(&flags.config); err == nil {
			options.Timeout = loaded.Config.QueryPlanning.Timeout.Std()
			def, err = a.definition(ctx, loaded.Config)
		}
		if err == nil {
			def, err = served(loaded.Config, def)
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
	out, err := p.plan(ctx, text, flags.operationName, flags.variables)
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
	// The clients print requests and never send one.
	clients := make([]subgraphs.Client, len(s.Subgraphs))
	for i, sg := range s.Subgraphs {
		if clients[i], err = graphql.New(graphql.Options{Subgraph: sg.Name, URL: "http://localhost/graphql"}); err != nil {
			return nil, err
		}
	}
	return &planning{planner: planner.New(s, clients, options), front: front}, nil
}

// planned is a plan as --format json prints it.
type planned struct {
	Operation string         `json:"operation"`
	Name      string         `json:"name,omitempty"`
	Requests  int            `json:"requests"`
	Waves     int            `json:"waves"`
	Fetches   []plannedFetch `json:"fetches"`

	plan *plan.Plan
}

type plannedFetch struct {
	ID       int    `json:"id"`
	Subgraph string `json:"subgraph"`
	Wave     int    `json:"wave"`
	After    []int  `json:"after"`
	// Condition is empty for a fetch that always runs.
	Condition string `json:"condition,omitempty"`
	// Skipped says that the variables given leave it out.
	Skipped bool `json:"skipped,omitempty"`
	// Paths are the places of the response that a lookup fills.
	Paths   []string `json:"paths,omitempty"`
	Request string   `json:"request"`
	// Explain says why the request is there, with --explain.
	Explain *plan.Explain `json:"explain,omitempty"`
}

func (p *planning) plan(ctx context.Context, text, name, variables string) (*planned, error) {
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
	made, err := p.planner.Plan(ctx, op, 0)
	if err != nil {
		return nil, err
	}
	out := &planned{Operation: made.Kind.String(), Name: made.Name, Requests: len(made.Fetches), Waves: made.Waves, Fetches: []plannedFetch{}, plan: made}
	skipped := make([]bool, len(made.Fetches))
	for _, f := range made.Fetches {
		pf := plannedFetch{ID: f.ID + 1, Subgraph: f.Name, Wave: f.Wave, After: []int{}, Request: f.Prepared.Text(), Explain: f.Explain}
		// Without any of the requests it waits for, a lookup has nothing to look up.
		pf.Skipped = len(f.Deps) > 0
		for _, d := range f.Deps {
			pf.After = append(pf.After, d+1)
			pf.Skipped = pf.Skipped && skipped[d]
		}
		if f.Cond != nil {
			pf.Condition = f.Cond.String()
			pf.Skipped = pf.Skipped || variables != "" && !f.Cond.Holds(op.Bits(&values))
		}
		skipped[f.ID] = pf.Skipped
		for i := range f.Entries {
			for j := range f.Entries[i].Targets {
				if at := responsePath(made, &f.Entries[i].Targets[j]); !slices.Contains(pf.Paths, at) {
					pf.Paths = append(pf.Paths, at)
				}
			}
		}
		out.Fetches = append(out.Fetches, pf)
	}
	return out, nil
}

// text is the plan for people, with a line for each request that the variables
// leave out.
func (p *planned) text() string {
	out := p.plan.Text()
	for _, f := range p.Fetches {
		if f.Skipped {
			out += fmt.Sprintf("\nwith these variables #%d is not sent\n", f.ID)
		}
	}
	return out
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
