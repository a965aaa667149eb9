package main

import (
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"strings"

	"github.com/spf13/cobra"

	"github.com/weft-graphql/weft/config"
	"github.com/weft-graphql/weft/planner/compose"
	"github.com/weft-graphql/weft/planner/schema"
	"github.com/weft-graphql/weft/planner/supergraph"
	"github.com/weft-graphql/weft/router/generation"
)

func (a *app) composeCommand() *cobra.Command {
	var (
		flags  configFlags
		format string
		old    string
		view   string
		level  string
		about  string
		batch  bool
	)
	cmd := &cobra.Command{
		Use:   "compose [schema.graphql ...]",
		Short: "Compose the schemas of subgraphs into one supergraph",
		Long: "Composes subgraphs and prints the supergraph as join-spec SDL. The subgraphs are\n" +
			"those of the configuration, or SDL files: then a subgraph has the name of its\n" +
			"file without the extension. Every error is reported at once.\n\n" +
			"With --batch, each line of standard input is one composition,\n" +
			"  {\"id\": …, \"services\": [{\"name\": …, \"url\": …, \"typeDefs\": …}]}\n" +
			"and each line of standard output its result as with --format json, with its id.",
		Example: "  weft compose --config router.yaml > supergraph.graphql\n" +
			"  weft compose accounts.graphql products.graphql --format api\n" +
			"  weft compose --explain Product.price\n" +
			"  weft compose --diff deployed.graphql",
	}
	flags.add(cmd, false)
	cmd.Flags().StringVar(&format, "format", "supergraph", "what to print: supergraph (join-spec SDL), api (the schema that clients see) or json (both)")
	cmd.Flags().StringVar(&old, "diff", "", "say what changes for clients since this `file` (API schema or supergraph) instead of printing; exit code 1 if something breaks")
	cmd.Flags().StringVar(&view, "contract", "", "with --format api: print the schema of the configured contract of this `name`")
	cmd.Flags().StringVar(&about, "explain", "", "say how a type or a field (`coordinate`: Type or Type.field) was merged, who answers it and why; without one, what the graph is made of. With --format json for tools")
	cmd.Flags().Lookup("explain").NoOptDefVal = wholeGraph
	cmd.Flags().BoolVar(&batch, "batch", false, "compose what each line of standard input says")
	cmd.Flags().StringVar(&level, "hints", "info", "remarks on a graph that composes, on standard error: those of this level and above (debug, info, warn) or none")
	cmd.RunE = func(cmd *cobra.Command, args []string) error {
		shown, ok := hintLevels[level]
		if !ok {
			return usagef("--hints %s: there are debug, info, warn and none", level)
		}
		out := &composeOutput{Writer: a.err, level: shown, keep: format == "json"}
		a := &app{in: a.in, out: a.out, err: out, environ: a.environ, reload: a.reload}
		fromConfig := len(flags.files)+len(flags.set) > 0
		explains := cmd.Flags().Changed("explain")
		var coordinates []string
		if explains {
			coordinates, args = coordinatesIn(args)
			if about != wholeGraph {
				coordinates = append([]string{about}, coordinates...)
			}
		}
		switch {
		case explains && (old != "" || view != "" || batch || cmd.Flags().Changed("format") && format != "json"):
			return usagef("--explain goes with --format json, and with neither --diff, --contract nor --batch")
		case format != "supergraph" && format != "api" && format != "json":
			return usagef("--format %s: there are supergraph, api and json", format)
		case old != "" && (batch || cmd.Flags().Changed("format")):
			return usagef("--diff goes with neither --batch nor --format")
		case view != "" && (format != "api" || len(args) > 0):
			return usagef("--contract goes with --format api and with a configuration")
		case batch && (fromConfig || len(args) > 0):
			return usagef("--batch reads standard input and takes neither files nor a configuration")
		case batch && cmd.Flags().Changed("format"):
			return usagef("--batch always prints json")
		case fromConfig && len(args) > 0:
			return usagef("subgraphs come from the configuration or from SDL files, not both")
		case batch:
			return a.composeBatch(shown)
		}
		if explains {
			return a.explain(cmd.Context(), &flags, coordinates, args, format == "json")
		}
		if view != "" {
			return a.composeContract(cmd.Context(), &flags, view)
		}
		def, err := a.composed(cmd.Context(), &flags, args)
		if format == "json" {
			r := resultOf(def, err)
			r.Hints = resultHints(out.kept)
			if err := writeJSON(a.out, r); err != nil {
				return err
			}
			if err != nil {
				return errReported
			}
			return nil
		}
		if err != nil {
			return err
		}
		if old != "" {
			return a.diff(old, def)
		}
		text := supergraph.Print(def)
		switch {
		case format == "api":
			text = supergraph.PrintAPI(def)
		case !supergraph.Portable(def):
			fmt.Fprintln(a.err, "note: other routers cannot serve this supergraph: it has lookups or names that federation has no word for")
		}
		_, err = io.WriteString(a.out, text)
		return err
	}
	return cmd
}

// composeContract prints the API schema of a contract.
func (a *app) composeContract(ctx context.Context, flags *configFlags, name string) error {
	loaded, err := a.loadFlags(flags)
	if err != nil {
		return err
	}
	contract := loaded.Config.FindContract(name)
	if contract == nil {
		return usagef("--contract %s: the configuration has no contract of this name", name)
	}
	def, err := a.definition(ctx, loaded.Config)
	if err != nil {
		return err
	}
	doc, errs := supergraph.ContractSchema(def, contract.IncludeTags, contract.ExcludeTags)
	if len(errs) > 0 {
		var files map[string]string
		if out, ok := a.err.(*composeOutput); ok {
			files = out.files
		}
		return contractProblems(errs, def, files)
	}
	_, err = io.WriteString(a.out, schema.PrintCanonical(doc))
	return err
}

// composed composes the SDL files, or the configured subgraphs if there are none.
func (a *app) composed(ctx context.Context, flags *configFlags, files []string) (*supergraph.Definition, error) {
	if len(files) == 0 {
		loaded, err := a.loadFlags(flags)
		if err != nil {
			return nil, err
		}
		return a.definition(ctx, loaded.Config)
	}
	sources, names, err := readSources(files)
	if err != nil {
		return nil, err
	}
	return a.compose(generation.Compose(&config.Config{}, sources).Result, names)
}

// compose hands on the result of a composition, its hints written to standard error.
func (a *app) compose(r *compose.Result, files map[string]string) (*supergraph.Definition, error) {
	a.composeHints(r.Hints, files)
	if len(r.Errors) > 0 {
		return nil, &notComposed{r.Errors, files}
	}
	return r.Definition, nil
}

// maxSchemaFile bounds one SDL file.
const maxSchemaFile = 64 << 20

// readSources reads SDL files; each is the subgraph of its name. It also returns
// the files by subgraph.
func readSources(files []string) ([]compose.Source, map[string]string, error) {
	var (
		sources []compose.Source
		errs    config.Errors
		names   = map[string]string{}
	)
	for _, file := range files {
		text, err := readText(file, nil)
		if err != nil {
			errs = append(errs, *err)
			continue
		}
		name := strings.TrimSuffix(filepath.Base(file), filepath.Ext(file))
		if names[name] == "" {
			names[name] = file
		}
		sources = append(sources, compose.Source{Name: name, SDL: text})
	}
	if len(errs) > 0 {
		return nil, nil, errs
	}
	return sources, names, nil
}

// readText reads a file, or stdin if the file is "-" and there is one.
func readText(file string, stdin io.Reader) (string, *config.Error) {
	fail := func(message string) (string, *config.Error) {
		return "", &config.Error{Code: config.CodeFile, File: file, Message: message}
	}
	source := stdin
	if file != "-" || stdin == nil {
		f, err := os.Open(file)
		if err != nil {
			return fail(withoutPath(err))
		}
		defer f.Close()
		source = f
	}
	text, err := io.ReadAll(io.LimitReader(source, maxSchemaFile+1))
	if err != nil {
		return fail(withoutPath(err))
	}
	if len(text) > maxSchemaFile {
		return fail(fmt.Sprintf("larger than %d MiB", maxSchemaFile>>20))
	}
	return string(bytes.TrimPrefix(text, []byte("\ufeff"))), nil
}

// withoutPath drops the file name that os errors repeat.
func withoutPath(err error) string {
	if p, ok := err.(*os.PathError); ok {
		return p.Err.Error()
	}
	return err.Error()
}

// result is what --format json prints.
type result struct {
	// ID is that of the line, with --batch.
	ID         json.RawMessage `json:"id,omitempty"`
	OK         bool            `json:"ok"`
	APISchema  *string         `json:"apiSchema,omitempty"`
	Supergraph *string         `json:"supergraph,omitempty"`
	// Portable says that other routers can serve the supergraph.
	Portable *bool         `json:"portable,omitempty"`
	Errors   []resultError `json:"errors,omitempty"`
	Hints    []resultHint  `json:"hints,omitempty"`
}

type resultError struct {
	Code     string `json:"code"`
	Message  string `json:"message"`
	Subgraph string `json:"subgraph"`
	Line     int    `json:"line"`
	Column   int    `json:"column"`
	// Coordinate is the schema coordinate of the element at fault.
	Coordinate string `json:"coordinate,omitempty"`
	// Hint says what to change.
	Hint string `json:"hint,omitempty"`
}

func resultOf(def *supergraph.Definition, err error) result {
	if err == nil {
		return result{OK: true, APISchema: new(supergraph.PrintAPI(def)), Supergraph: new(supergraph.Print(def)), Portable: new(supergraph.Portable(def))}
	}
	var r result
	for _, p := range problemsOf(err) {
		e := resultError{Code: p.code, Message: p.message, Subgraph: p.subgraph, Line: p.line, Column: p.column, Coordinate: p.coordinate, Hint: p.hint}
		if p.source != "" && (p.subgraph == "" || p.elsewhere) {
			// Line and column are places in a subgraph's SDL; what is wrong elsewhere
			// says so itself.
			p.code = ""
			e.Message, e.Line, e.Column = p.text(), 0, 0
		}
		r.Errors = append(r.Errors, e)
	}
	return r
}

// writeJSON writes one line.
func writeJSON(w io.Writer, v any) error {
	enc := json.NewEncoder(w)
	enc.SetEscapeHTML(false)
	return enc.Encode(v)
}
