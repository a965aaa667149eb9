package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"maps"
	"net/http"
	"net/url"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"time"

	"github.com/spf13/cobra"

	"github.com/weft-graphql/weft/subgraphs/openapi"
)

// importFlags are the flags of import openapi.
type importFlags struct {
	name, dir, url, trust, maps string
	entities, links             []string
	operations, types           map[string]string
	headers                     []string
	only, except                openapi.Filter
	timeout                     time.Duration
	notes, force                bool
}

func (a *app) importCommand() *cobra.Command {
	cmd := &cobra.Command{
		Use:   "import",
		Short: "Make the schema and the configuration of a subgraph of something else",
	}
	cmd.AddCommand(a.importOpenAPICommand())
	cmd.Args = func(cmd *cobra.Command, args []string) error {
		if len(args) > 0 {
			return usagef("%s %s: there is openapi", cmd.CommandPath(), args[0])
		}
		return nil
	}
	cmd.RunE = func(cmd *cobra.Command, _ []string) error { return cmd.Help() }
	return cmd
}

func (a *app) importOpenAPICommand() *cobra.Command {
	var flags importFlags
	cmd := &cobra.Command{
		Use:   "openapi file-or-url",
		Short: "Write the schema and the configuration that an OpenAPI document makes",
		Long: "Writes what a subgraph with `openapi:` is made of: its schema as NAME.graphql, and its\n" +
			"part of the configuration as NAME.router.yaml, for whoever wants to go on by hand.\n" +
			"The document is OpenAPI 2, 3.0 or 3.1, in JSON or YAML.\n\n" +
			"What had to be left out is counted on standard error; --notes tells all of it.",
		Example: "  weft import openapi http://localhost:8000/openapi.json --name users\n" +
			"  weft import openapi petstore.yaml -o subgraphs --link Order.pet=Pet:id=petId\n" +
			"  weft import openapi api.json --except-path '/internal/*' --operation getUserById=user",
	}
	f := cmd.Flags()
	f.StringVar(&flags.name, "name", "", "name of the subgraph (default: that of the file, or the title of the document)")
	f.StringVarP(&flags.dir, "output", "o", ".", "`folder` to write to; - writes both to standard output")
	f.StringVar(&flags.url, "url", "", "where the service is, instead of what the document says")
	f.StringVar(&flags.trust, "trust", "nothing", "nothing, or required: what the document requires in answers is never null")
	f.StringVar(&flags.maps, "maps", "json", "what an object with free keys becomes: json or entries")
	f.StringArrayVar(&flags.entities, "entity", nil, "key of a type, as `Type=field field`; without fields the type is no entity")
	f.StringArrayVar(&flags.links, "link", nil, "field that leads to a type by its key, as `Order.user=User:id=user_id`")
	f.StringToStringVar(&flags.operations, "operation", nil, "name of a root field, as `operationId=name`; without a name the operation is left out")
	f.StringToStringVar(&flags.types, "type", nil, "name of a type, as `Component=Name`")
	f.StringSliceVar(&flags.only.Methods, "only-method", nil, "import operations of these methods")
	f.StringSliceVar(&flags.only.Paths, "only-path", nil, "import operations of these paths; * stands for any characters")
	f.StringSliceVar(&flags.only.Tags, "only-tag", nil, "import operations with these tags")
	f.StringSliceVar(&flags.except.Methods, "except-method", nil, "leave out operations of these methods")
	f.StringSliceVar(&flags.except.Paths, "except-path", nil, "leave out operations of these paths")
	f.StringSliceVar(&flags.except.Tags, "except-tag", nil, "leave out operations with these tags")
	f.StringArrayVar(&flags.headers, "header", nil, "header to send when the document is at a URL, as `Name: value`")
	f.DurationVar(&flags.timeout, "timeout", 30*time.Second, "longest time to load the document")
	f.BoolVar(&flags.notes, "notes", false, "tell everything that was left out or changed, with its place")
	f.BoolVar(&flags.force, "force", false, "write over files that are there")
	cmd.Args = func(cmd *cobra.Command, args []string) error {
		if len(args) != 1 {
			return usagef("%s takes one file or URL, got %d", cmd.CommandPath(), len(args))
		}
		return nil
	}
	cmd.RunE = func(cmd *cobra.Command, args []string) error { return a.importOpenAPI(cmd.Context(), &flags, args[0]) }
	return cmd
}

// options turns the flags into those of the import.
func (flags *importFlags) options(source string) (openapi.Options, error) {
	o := openapi.Options{
		Subgraph: flags.name, Source: source, URL: flags.url, Operations: flags.operations, Types: flags.types,
		Only: flags.only, Except: flags.except, MaxBytes: maxDocument,
	}
	switch flags.trust {
	case "nothing":
	case "required":
		o.TrustRequired = true
	default:
		return o, usagef("--trust %s: there are nothing and required", flags.trust)
	}
	switch flags.maps {
	case "json":
	case "entries":
		o.Entries = true
	default:
		return o, usagef("--maps %s: there are json and entries", flags.maps)
	}
	for _, e := range flags.entities {
		typ, key, _ := strings.Cut(e, "=")
		o.Entities = append(o.Entities, openapi.Entity{Type: typ, Key: key})
	}
	for _, l := range flags.links {
		field, to, _ := strings.Cut(l, "=")
		typ, by, ok := strings.Cut(to, ":")
		link := openapi.Link{Field: field, Type: typ}
		for _, pair := range strings.Split(by, ",") {
			key, from, found := strings.Cut(pair, "=")
			ok = ok && found
			link.By = append(link.By, openapi.LinkKey{Key: key, From: from})
		}
		if !ok {
			return o, usagef("--link %s: expected Type.field=Type:key=property", l)
		}
		o.Links = append(o.Links, link)
	}
	return o, nil
}

// maxDocument bounds a document.
const maxDocument = 256 << 20

func (a *app) importOpenAPI(ctx context.Context, flags *importFlags, source string) error {
	o, err := flags.options(source)
	if err != nil {
		return err
	}
	if flags.name != "" && !subgraphName(flags.name) {
		return usagef("--name %s: a name is a letter, then letters, digits, _ or -; at most 64 characters", flags.name)
	}
	text, err := a.document(ctx, flags, source)
	if err != nil {
		return err
	}
	result, err := openapi.Import(ctx, text, o)
	var list openapi.Errors
	if errors.As(err, &list) {
		for _, e := range list {
			p := problem{source: source, line: e.At.Line, column: e.At.Column, message: e.At.Pointer + ": " + e.Message, code: e.Code, hint: e.Hint, coordinate: e.Coordinate}
			if !isURL(source) {
				p.file = source
			}
			a.report(p)
		}
		return errReported
	}
	if err != nil {
		return err
	}
	name := flags.name
	if name == "" {
		name = nameOf(source, result.Title)
	}
	schema := name + ".graphql"
	yaml := result.YAML(name, schema)
	if flags.dir == "-" {
		_, err = fmt.Fprintf(a.out, "%s\n%s", result.SDL, yaml)
	} else {
		err = a.writeImport(flags, name, result.SDL, yaml)
	}
	if err != nil {
		return err
	}
	a.importNotes(flags, source, text, result)
	return nil
}

// writeImport writes both files, or neither if one is there.
func (a *app) writeImport(flags *importFlags, name, sdl string, yaml []byte) error {
	if err := os.MkdirAll(flags.dir, 0o755); err != nil {
		return err
	}
	files := []struct {
		path string
		text []byte
	}{{filepath.Join(flags.dir, name+".graphql"), []byte(sdl)}, {filepath.Join(flags.dir, name+".router.yaml"), yaml}}
	for _, f := range files {
		if _, err := os.Stat(f.path); err == nil && !flags.force {
			return fmt.Errorf("%s is there already; --force writes over it", f.path)
		}
	}
	for _, f := range files {
		if err := os.WriteFile(f.path, f.text, 0o644); err != nil {
			return err
		}
		fmt.Fprintln(a.out, f.path)
	}
	return nil
}

// importNotes says what was imported and what was not.
func (a *app) importNotes(flags *importFlags, source string, text []byte, r *openapi.Result) {
	fmt.Fprintf(a.err, "operations: %d imported as root fields", r.Operations)
	if r.Skipped > 0 {
		fmt.Fprintf(a.err, ", %d left out", r.Skipped)
	}
	fmt.Fprintln(a.err)
	for _, s := range r.Security {
		if s.Operations == 0 {
			continue
		}
		how := s.Auth
		if how != "" && s.About != "" {
			how += ", "
		}
		fmt.Fprintf(a.err, "%d ask for %s (%s): %s\n", s.Operations, s.Name, s.Type, how+s.About)
	}
	if flags.notes {
		openapi.Locate(text, r.Warnings)
		for _, n := range r.Warnings {
			a.warn(problem{source: source, line: n.At.Line, column: n.At.Column, message: n.Message, code: n.Code, hint: n.Hint, coordinate: n.Coordinate})
		}
		return
	}
	count := map[string]int{}
	for _, n := range r.Warnings {
		count[n.Code]++
	}
	for _, code := range slices.Sorted(maps.Keys(count)) {
		fmt.Fprintf(a.err, "notes of %s: %d\n", code, count[code])
	}
	if len(count) > 0 {
		a.hint("--notes tells them")
	}
}

func isURL(source string) bool {
	return strings.HasPrefix(source, "http://") || strings.HasPrefix(source, "https://")
}

// document reads the document from where it is.
func (a *app) document(ctx context.Context, flags *importFlags, source string) ([]byte, error) {
	if !isURL(source) {
		f, err := os.Open(source)
		if err != nil {
			return nil, err
		}
		defer f.Close()
		return limited(f, source)
	}
	ctx, cancel := context.WithTimeout(ctx, flags.timeout)
	defer cancel()
	req, err := http.NewRequestWithContext(ctx, http.MethodGet, source, nil)
	if err != nil {
		return nil, usagef("%s is not a URL", source)
	}
	req.Header.Set("Accept", "application/json, application/yaml;q=0.9, */*;q=0.5")
	for _, h := range flags.headers {
		name, value, ok := strings.Cut(h, ":")
		if !ok || strings.TrimSpace(name) == "" {
			return nil, usagef("--header %s: expected Name: value", h)
		}
		req.Header.Set(strings.TrimSpace(name), strings.TrimSpace(value))
	}
	resp, err := http.DefaultClient.Do(req)
	if err != nil {
		return nil, err
	}
	defer resp.Body.Close()
	if resp.StatusCode != http.StatusOK {
		return nil, fmt.Errorf("%s answers with %s", source, resp.Status)
	}
	return limited(resp.Body, source)
}

func limited(r io.Reader, source string) ([]byte, error) {
	text, err := io.ReadAll(io.LimitReader(r, maxDocument+1))
	if err != nil {
		return nil, fmt.Errorf("%s cannot be read: %w", source, err)
	}
	if len(text) > maxDocument {
		return nil, fmt.Errorf("%s is longer than %d MiB", source, maxDocument>>20)
	}
	return text, nil
}

// subgraphName reports whether a subgraph may have the name.
func subgraphName(s string) bool {
	for i, r := range s {
		letter := r >= 'a' && r <= 'z' || r >= 'A' && r <= 'Z'
		if !letter && (i == 0 || (r < '0' || r > '9') && r != '_' && r != '-') {
			return false
		}
	}
	return s != "" && len(s) <= 64
}

// nameOf is a name for a subgraph: that of the file, unless it only says what
// kind of file it is, or else of the document's title.
func nameOf(source, title string) string {
	base := source
	if u, err := url.Parse(source); err == nil && isURL(source) {
		base = u.Path
	}
	base = filepath.Base(base)
	base = strings.TrimSuffix(base, filepath.Ext(base))
	base = strings.TrimSuffix(strings.TrimSuffix(base, ".openapi"), ".swagger")
	for _, s := range []string{base, title} {
		switch s = slug(s); s {
		case "openapi", "swagger", "api-docs", "docs", "":
		default:
			return s
		}
	}
	return "api"
}

// slug is a text as a name: small letters and digits, with - between words.
func slug(s string) string {
	words := strings.FieldsFunc(strings.ToLower(s), func(r rune) bool { return (r < 'a' || r > 'z') && (r < '0' || r > '9') })
	name := strings.TrimLeft(strings.Join(words, "-"), "0123456789-")
	return strings.TrimRight(name[:min(len(name), 64)], "-")
}
