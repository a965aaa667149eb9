package main

import (
	"bufio"
	"errors"
	"fmt"
	"os"
	"strconv"
	"strings"

	"github.com/weft-graphql/weft/config"
	"github.com/weft-graphql/weft/planner"
	"github.com/weft-graphql/weft/planner/compose"
	"github.com/weft-graphql/weft/planner/operation"
	"github.com/weft-graphql/weft/planner/supergraph"
	"github.com/weft-graphql/weft/router/generation"
	"github.com/weft-graphql/weft/subgraphs"
	"github.com/weft-graphql/weft/subgraphs/load"
)

// problem is one thing that is wrong, in the form in which it is shown.
type problem struct {
	// source is a file, a subgraph, an environment variable or a flag; it may be
	// empty. Line and column count from 1 and are 0 where there is no such place.
	source       string
	line, column int
	// subgraph is the name of the subgraph at fault, if one is.
	subgraph string
	// elsewhere says that the place is not in the SDL of that subgraph.
	elsewhere bool
	message   string
	code      string
	hint      string
	// coordinate is the schema coordinate of the element at fault, if known.
	coordinate string
	// file holds the text at line and column; it is empty where the text cannot be
	// read again, or had better not be shown.
	file string
}

// text is the problem as source:line:column: message (CODE). What a message
// has in further lines (queries that show the fault) follows, indented.
func (p problem) text() string {
	var b strings.Builder
	if p.source != "" {
		b.WriteString(p.source)
		if p.line > 0 {
			fmt.Fprintf(&b, ":%d:%d", p.line, p.column)
		}
		b.WriteString(": ")
	}
	first, rest, more := strings.Cut(strings.TrimSpace(p.message), "\n")
	b.WriteString(first)
	if p.code != "" {
		b.WriteString(" (" + p.code + ")")
	}
	if more {
		b.WriteString("\n    " + strings.ReplaceAll(rest, "\n", "\n    "))
	}
	return b.String()
}

// report writes problems to standard error.
func (a *app) report(problems ...problem) {
	for i := range problems {
		fmt.Fprintln(a.err, problems[i].text())
		fmt.Fprint(a.err, problems[i].excerpt())
		a.hint(problems[i].hint)
	}
}

// maxExcerpt bounds the line that an excerpt shows.
const maxExcerpt = 200

// excerpt is the line of the file that a problem is about, with a caret below the
// column.
func (p problem) excerpt() string {
	if p.file == "" || p.line < 1 {
		return ""
	}
	f, err := os.Open(p.file)
	if err != nil {
		return "" // the problem is told without it
	}
	defer f.Close()
	lines := bufio.NewScanner(f)
	lines.Buffer(nil, maxSchemaFile)
	for n := 1; lines.Scan(); n++ {
		if n < p.line {
			continue
		}
		line := []rune(strings.ReplaceAll(strings.TrimPrefix(lines.Text(), "\ufeff"), "\t", " "))
		if len(line) > maxExcerpt || p.column < 1 || p.column > len(line)+1 {
			return ""
		}
		number := strconv.Itoa(n)
		return fmt.Sprintf("    %s | %s\n    %s | %s^\n", number, string(line), strings.Repeat(" ", len(number)), strings.Repeat(" ", p.column-1))
	}
	return ""
}

// warn writes what is worth knowing, but no reason to stop.
func (a *app) warn(problems ...problem) {
	for i := range problems {
		fmt.Fprintln(a.err, "warning: "+problems[i].text())
		a.hint(problems[i].hint)
	}
}

func (a *app) hint(hint string) {
	if hint != "" {
		fmt.Fprintln(a.err, "  hint: "+hint)
	}
}

// located is an error about a text that came from a file, or from a named source.
type located struct {
	source string
	err    error
}

func (e *located) Error() string { return e.source + ": " + e.err.Error() }
func (e *located) Unwrap() error { return e.err }

// notComposed are the errors of a composition and the files that hold the
// subgraphs' schemas, by subgraph.
type notComposed struct {
	errors compose.Errors
	files  map[string]string
}

func (e *notComposed) Error() string { return e.errors.Error() }

// problemsOf takes an error of any package apart.
func problemsOf(err error) []problem {
	var (
		source  string
		in      *located
		conf    config.Errors
		comp    *notComposed
		ops     operation.Errors
		super   supergraph.Error
		planned *planner.Error
		fetch   *subgraphs.FetchError
		loading *load.Error
		built   generation.Errors
		coded   interface{ Code() string }
	)
	if errors.As(err, &in) {
		source = in.source
	}
	var list []problem
	if joined, ok := unlocated(err).(interface{ Unwrap() []error }); ok && !errors.As(err, &conf) && !errors.As(err, &built) {
		for _, e := range joined.Unwrap() {
			if in != nil {
				e = &located{in.source, e}
			}
			list = append(list, problemsOf(e)...)
		}
		return list
	}
	switch {
	case errors.As(err, &conf):
		for _, e := range conf {
			list = append(list, configProblem(e))
		}
	case errors.As(err, &comp):
		for _, e := range comp.errors {
			list = append(list, compositionProblem(e, comp.files))
		}
	case errors.As(err, &ops):
		for _, e := range ops {
			p := problem{source: source, message: e.Message, code: string(e.Code)}
			if len(e.Locations) > 0 {
				p.line, p.column = int(e.Locations[0].Line), int(e.Locations[0].Column)
			}
			list = append(list, p)
		}
	case errors.As(err, &super):
		list = append(list, supergraphProblem(super, source))
	case errors.As(err, &planned):
		bare := *planned
		bare.Code = ""
		list = append(list, problem{source: source, message: strings.TrimSuffix(bare.Error(), " ()"), code: planned.Code})
	case errors.As(err, &built):
		for _, e := range built {
			list = append(list, generationProblem(e))
		}
	case errors.As(err, &loading):
		p := problem{source: source, elsewhere: true, subgraph: loading.Subgraph, message: "schema of " + loading.Subgraph + ": " + loading.Message, code: loading.Code, hint: loading.Hint}
		if loading.Err != nil {
			p.message += ": " + loading.Err.Error()
		}
		list = append(list, p)
	case errors.As(err, &fetch):
		list = append(list, problem{source: source, subgraph: fetch.Subgraph, message: "subgraph " + fetch.Subgraph + ": " + fetch.Message, code: fetch.Code})
	case errors.As(err, &coded):
		list = append(list, problem{source: source, message: err.Error(), code: coded.Code()})
	default:
		message := err.Error()
		if in != nil {
			message = in.err.Error()
		}
		list = append(list, problem{source: source, message: message})
	}
	return list
}

// unlocated is an error without the place it was given.
func unlocated(err error) error {
	if in, ok := err.(*located); ok {
		return in.err
	}
	return err
}

func configProblem(e config.Error) problem {
	p := problem{source: e.File, line: e.Line, column: e.Column, message: e.Message, code: e.Code, hint: e.Hint}
	if e.Path != "" {
		p.message = e.Path + ": " + p.message
	}
	// Keys that come from the command line are known there by another name.
	if key, ok := strings.CutPrefix(e.File, "--"); ok {
		p.source = "--set " + key
		for _, s := range shortFlags {
			if s.key == key {
				p.source = "--" + s.flag
			}
		}
	}
	return p
}

// compositionProblem locates an error in the file of its subgraph, if there is one.
func compositionProblem(e *compose.Error, files map[string]string) problem {
	p := problem{source: e.Subgraph, line: e.Line, column: e.Column, subgraph: e.Subgraph, message: e.Message, code: e.Code, hint: e.Hint, coordinate: e.Coordinate}
	switch file := files[e.Subgraph]; {
	case e.File != "":
		// Configuration is not shown: it may hold secrets.
		p.source, p.elsewhere = e.File, true
	case file != "":
		p.source, p.file = file, file
	}
	return p
}

func generationProblem(e *generation.Error) problem {
	p := problem{source: e.File, line: e.Line, column: e.Column, subgraph: e.Subgraph, message: e.Message, code: e.Code, hint: e.Hint}
	switch {
	case p.source != "":
	case e.Line > 0:
		p.source = e.Subgraph
	case e.Subgraph != "":
		p.message = "subgraph " + e.Subgraph + ": " + p.message
	}
	if e.Err != nil {
		p.message += ": " + e.Err.Error()
	}
	return p
}

func supergraphProblem(e supergraph.Error, source string) problem {
	p := problem{source: source, subgraph: e.Subgraph, message: e.Message, code: e.Code}
	if e.Coordinate != "" {
		p.message = e.Coordinate + ": " + p.message
	}
	if e.Source != "" && e.Pos.Known() {
		p.source, p.line, p.column = e.Source, e.Pos.Line, e.Pos.Column
		p.file = e.Source
	}
	return p
}
