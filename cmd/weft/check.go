package main

import (
	"context"
	"fmt"
	"maps"
	"net/http"
	"slices"
	"strings"

	"github.com/spf13/cobra"

	"github.com/weft-graphql/weft/config"
	"github.com/weft-graphql/weft/router/generation"
	"github.com/weft-graphql/weft/subgraphs"
)

// checkFlags are the flags of the check command.
type checkFlags struct {
	config  configFlags
	live    bool
	headers []string
	only    []string
}

func (a *app) checkCommand() *cobra.Command {
	var flags checkFlags
	cmd := &cobra.Command{
		Use:   "check",
		Short: "Check that the graph can be made, and that REST services answer as they are described",
		Long: "Loads the configuration and the schemas and composes them. With --live, it then asks\n" +
			"each REST service: endpoints by GET that need no arguments, and lookups and fields of\n" +
			"the objects that these give. Answers are compared with the schema; fields that no\n" +
			"object has are named, since the service may spell them otherwise. Ends with 1 if\n" +
			"something is wrong.",
		Example: "  weft check --config router.yaml\n" +
			"  weft check --config router.yaml --live --header 'Authorization: Bearer abc'",
		Args: noArgs,
	}
	flags.config.add(cmd, false)
	cmd.Flags().BoolVar(&flags.live, "live", false, "ask the REST services")
	cmd.Flags().StringArrayVar(&flags.headers, "header", nil, "with --live: a `header` that a client sends, as 'Name: value'; those that the configuration forwards reach the services; may be repeated")
	cmd.Flags().StringArrayVar(&flags.only, "subgraph", nil, "with --live: ask this `subgraph` only; may be repeated")
	cmd.RunE = func(cmd *cobra.Command, _ []string) error { return a.check(cmd.Context(), &flags) }
	return cmd
}

func (a *app) check(ctx context.Context, flags *checkFlags) error {
	client := http.Header{}
	for _, h := range flags.headers {
		name, value, ok := strings.Cut(h, ":")
		if !ok || strings.TrimSpace(name) == "" {
			return usagef("--header %q: write it as 'Name: value'", h)
		}
		client.Add(strings.TrimSpace(name), strings.TrimSpace(value))
	}
	if !flags.live && len(flags.headers)+len(flags.only) > 0 {
		return usagef("--header and --subgraph go with --live")
	}
	loaded, err := a.loadFlags(&flags.config)
	if err != nil {
		return err
	}
	c := loaded.Config
	def, ups, err := a.definitionOf(ctx, c)
	if err != nil {
		return err
	}
	if _, err := served(c, def); err != nil {
		return err
	}
	if errs := generation.UnknownNames(c, def); len(errs) > 0 {
		return errs
	}
	for _, name := range flags.only {
		if up := ups[name]; up != nil && up.Rest != nil {
			continue
		}
		if c.Subgraph(name) != nil {
			return usagef("--subgraph %s: the subgraph is no REST service; there is nothing to compare its answers with", name)
		}
		var rest []string
		for _, known := range slices.Sorted(maps.Keys(ups)) {
			if ups[known].Rest != nil {
				rest = append(rest, known)
			}
		}
		message, hint := config.UnknownSubgraph(name, rest)
		return usagef("--subgraph %s: %s that is a REST service; %s", name, message, hint)
	}
	count := fmt.Sprintf("%d subgraphs", len(def.Subgraphs))
	if len(def.Subgraphs) == 1 {
		count = "1 subgraph"
	}
	fmt.Fprintln(a.out, "the graph is good: "+count)
	if !flags.live {
		return nil
	}
	good := true
	for _, name := range slices.Sorted(maps.Keys(ups)) {
		if ups[name].Rest == nil || len(flags.only) > 0 && !slices.Contains(flags.only, name) {
			continue
		}
		var header []subgraphs.HeaderField
		var forward []string
		if r := c.Subgraph(name).Rest; r != nil {
			forward = r.Headers.Forward
		}
		for _, field := range forward {
			for _, value := range client.Values(field) {
				header = append(header, subgraphs.HeaderField{Name: http.CanonicalHeaderKey(field), Value: value})
			}
		}
		findings, err := generation.CheckRest(ctx, c, name, ups[name], header)
		if err != nil {
			return err
		}
		for i := range findings {
			good = good && len(findings[i].Errors) == 0 && len(findings[i].Absent) == 0
			fmt.Fprintln(a.out, name+" "+findings[i].String())
		}
	}
	if !good {
		fmt.Fprintln(a.err, "services answer otherwise than they are described")
		return errReported
	}
	return nil
}
