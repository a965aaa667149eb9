package main

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"slices"
	"strconv"
	"strings"
	"unicode/utf8"

	"github.com/spf13/cobra"

	"github.com/weft-graphql/weft/subgraphs/rest/mapping"
)

// mapFlags are the flags of the map command.
type mapFlags struct {
	args, this, batch, config, status string
	value, shape, compact             bool
}

// maxMapInput bounds what the map command reads.
const maxMapInput = 64 << 20

func (a *app) mapCommand() *cobra.Command {
	var flags mapFlags
	cmd := &cobra.Command{
		Use:   "map selection",
		Short: "Run a mapping over JSON from standard input",
		Long: "Applies a selection of the mapping language, as it stands in select, types, query\n" +
			"and other keys of a REST upstream, to the JSON on standard input and prints what\n" +
			"comes out. What the input lacks is told on standard error. $env has the\n" +
			"environment; other variables come from flags.",
		Example: "  curl -s http://localhost:8080/songs | weft map 'id title artists: artist_ids { id: $ }'\n" +
			"  weft map --value --args '{\"id\": 7}' '$args.id' < /dev/null\n" +
			"  weft map --shape 'name: user.full_name'",
	}
	cmd.Flags().StringVar(&flags.args, "args", "", "value of $args, as `JSON`")
	cmd.Flags().StringVar(&flags.this, "this", "", "value of $this, as `JSON`")
	cmd.Flags().StringVar(&flags.batch, "batch", "", "value of $batch, as `JSON`")
	cmd.Flags().StringVar(&flags.config, "config", "", "value of $config, as `JSON`")
	cmd.Flags().StringVar(&flags.status, "status", "", "value of $status, as `JSON`")
	cmd.Flags().BoolVar(&flags.value, "value", false, "read the selection as a value, as in at and query: a single name is that field, not an object with it")
	cmd.Flags().BoolVar(&flags.shape, "shape", false, "print what is known of the output without any input, and read none")
	cmd.Flags().BoolVar(&flags.compact, "compact", false, "print the output in one line")
	cmd.Args = func(cmd *cobra.Command, args []string) error {
		if len(args) != 1 {
			return usagef("%s takes one selection, got %d; put it in quotes", cmd.CommandPath(), len(args))
		}
		return nil
	}
	cmd.RunE = func(_ *cobra.Command, args []string) error { return a.runMapping(&flags, args[0]) }
	return cmd
}

func (a *app) runMapping(flags *mapFlags, text string) error {
	parse := mapping.Parse
	if flags.value {
		parse = mapping.ParseValue
	}
	sel, err := parse(text)
	var faults mapping.Errors
	if err != nil {
		if !errors.As(err, &faults) {
			return err
		}
		for _, f := range faults {
			a.reportIn(text, problem{source: "selection", line: f.Line, column: f.Column, message: f.Message, code: f.Code, hint: f.Hint})
		}
		if sel == nil || flags.shape {
			return errReported
		}
		// A configuration with it would be refused; here one may still look at what
		// the rest of it does.
	}
	if flags.shape {
		var out strings.Builder
		printShape(&out, sel.Shape(), "")
		_, err := fmt.Fprintln(a.out, out.String())
		return err
	}
	vars, err := flags.variables(sel, a.environ)
	if err != nil {
		return err
	}
	input, err := io.ReadAll(io.LimitReader(a.in, maxMapInput+1))
	switch {
	case err != nil:
		return fmt.Errorf("standard input cannot be read: %w", err)
	case len(input) > maxMapInput:
		return fmt.Errorf("standard input is longer than %d MiB", maxMapInput>>20)
	}
	var doc mapping.Document
	if len(bytes.TrimSpace(input)) > 0 {
		if err := doc.Parse(input, 0); err != nil {
			return a.badInput(string(input), err)
		}
	}
	var issues []mapping.Issue
	out, ok := sel.Append(nil, doc.Root(), vars, &issues)
	gaveUp := false
	for _, i := range issues {
		if slices.ContainsFunc(faults, func(f *mapping.Error) bool { return f.Line == i.Line && f.Column == i.Column }) {
			continue // it is told already
		}
		gaveUp = gaveUp || i.Limit
		message := i.Message
		if i.Path != "" {
			message = i.Path + ": " + message
		}
		a.reportIn(text, problem{source: "selection", line: i.Line, column: i.Column, message: message})
	}
	if !ok || gaveUp {
		fmt.Fprintln(a.err, "nothing comes out")
		return errReported
	}
	if !flags.compact {
		var indented bytes.Buffer
		if err := json.Indent(&indented, out, "", "  "); err != nil {
			return fmt.Errorf("the output is not JSON: %w", err)
		}
		out = indented.Bytes()
	}
	if _, err = a.out.Write(append(out, '\n')); err == nil && len(faults) > 0 {
		return errReported
	}
	return err
}

// variables reads the flags, and the environment as far as the selection asks.
func (f *mapFlags) variables(sel *mapping.Selection, environ []string) (*mapping.Variables, error) {
	vars := &mapping.Variables{}
	for _, v := range []struct {
		flag, text string
		to         *mapping.Value
	}{{"args", f.args, &vars.Args}, {"this", f.this, &vars.This}, {"batch", f.batch, &vars.Batch}, {"config", f.config, &vars.Config}, {"status", f.status, &vars.Status}} {
		if v.text == "" {
			continue
		}
		value, err := mapping.ParseValueJSON([]byte(v.text))
		if err != nil {
			return nil, usagef("--%s: %v", v.flag, err)
		}
		*v.to = value
	}
	if slices.ContainsFunc(sel.References(), func(r mapping.Reference) bool { return r.Variable == "$env" }) {
		env := map[string]string{}
		for _, entry := range environ {
			if name, value, ok := strings.Cut(entry, "="); ok {
				env[name] = value
			}
		}
		text, err := json.Marshal(env)
		if err != nil {
			return nil, err
		}
		if vars.Env, err = mapping.ParseValueJSON(text); err != nil {
			return nil, fmt.Errorf("the environment cannot be used: %w", err)
		}
	}
	return vars, nil
}

// badInput tells where standard input is not JSON.
func (a *app) badInput(input string, err error) error {
	p := problem{source: "standard input", message: err.Error()}
	var fault *mapping.SyntaxError
	if errors.As(err, &fault) {
		before := input[:min(fault.Offset, len(input))]
		p.line = strings.Count(before, "\n") + 1
		p.column = utf8.RuneCountInString(before[strings.LastIndexByte(before, '\n')+1:]) + 1
		p.message = "not JSON: " + fault.Message
	}
	a.reportIn(input, p)
	return errReported
}

// reportIn writes a problem with the line of the text it is about, and a caret
// below the column.
func (a *app) reportIn(text string, p problem) {
	fmt.Fprintln(a.err, p.text())
	if lines := strings.Split(text, "\n"); p.line > 0 && p.line <= len(lines) {
		line := []rune(strings.ReplaceAll(strings.TrimSuffix(lines[p.line-1], "\r"), "\t", " "))
		if column := p.column; column > 0 && column <= len(line)+1 {
			// Of a long line, what is around the column.
			if from := column - maxExcerpt/2; len(line) > maxExcerpt && from > 0 {
				line, column = line[from:], column-from
			}
			line = line[:min(len(line), maxExcerpt)]
			number := strconv.Itoa(p.line)
			fmt.Fprintf(a.err, "    %s | %s\n    %s | %s^\n", number, string(line), strings.Repeat(" ", len(number)), strings.Repeat(" ", column-1))
		}
	}
	a.hint(p.hint)
}

// printShape writes a shape: fields in braces, a ? behind those that may be
// missing, and for what is copied the place it is copied from.
func printShape(out *strings.Builder, s *mapping.Shape, indent string) {
	switch s.Kind {
	case mapping.ShapeAny:
		if s.Root == "" {
			out.WriteString("any")
			return
		}
		out.WriteString(s.Root)
		for _, key := range s.Input {
			out.WriteString("." + key)
		}
	case mapping.ShapeList:
		out.WriteByte('[')
		printShape(out, s.Item, indent)
		out.WriteByte(']')
	case mapping.ShapeOneOf:
		for i, o := range s.Options {
			if i > 0 {
				out.WriteString(" | ")
			}
			printShape(out, o, indent)
		}
	case mapping.ShapeObject:
		out.WriteByte('{')
		if s.Mapped {
			out.WriteString(" # for each element, if the input is a list")
		}
		out.WriteByte('\n')
		for _, f := range s.Fields {
			out.WriteString(indent + "  " + f.Name)
			if f.Optional {
				out.WriteByte('?')
			}
			out.WriteString(": ")
			printShape(out, f.Shape, indent+"  ")
			out.WriteByte('\n')
		}
		if s.Open {
			out.WriteString(indent + "  ...\n")
		}
		out.WriteString(indent + "}")
	default:
		out.WriteString(s.Kind.String())
	}
}
