package main

import (
	"context"
	"encoding/json"
	"fmt"
	"io"
	"os"
	"regexp"

	"github.com/weft-graphql/weft/planner/compose/explain"
	"github.com/weft-graphql/weft/planner/schema"
	"github.com/weft-graphql/weft/planner/supergraph"
)

// wholeGraph is the value of --explain without one.
const wholeGraph = "."

var coordinatePattern = regexp.MustCompile(`^[_A-Za-z][_0-9A-Za-z]*(\.[_A-Za-z][_0-9A-Za-z]*)?$`)

// coordinatesIn takes the coordinates out of the arguments of `compose --explain`:
// what could be one and is no file.
func coordinatesIn(args []string) (coordinates, files []string) {
	for _, arg := range args {
		if _, err := os.Stat(arg); err != nil && coordinatePattern.MatchString(arg) {
			coordinates = append(coordinates, arg)
		} else {
			files = append(files, arg)
		}
	}
	return coordinates, files
}

// explain says how elements of a graph came about, or what the graph is made of.
func (a *app) explain(ctx context.Context, flags *configFlags, coordinates, files []string, inJSON bool) error {
	def, err := a.composed(ctx, flags, files)
	if err != nil {
		return err
	}
	var contracts []explain.Contract
	if len(files) == 0 {
		loaded, err := a.loadFlags(flags)
		if err != nil {
			return err
		}
		for _, c := range loaded.Config.Contracts {
			if view, errs := supergraph.Contract(def, c.IncludeTags, c.ExcludeTags); len(errs) == 0 {
				contracts = append(contracts, explain.Contract{Name: c.Name, View: view})
			}
		}
	}
	var list []fmt.Stringer
	for _, c := range coordinates {
		element, err := explain.Element(def, c, contracts...)
		if err != nil {
			return usagef("--explain %s: %v", c, err)
		}
		list = append(list, element)
	}
	if len(list) == 0 {
		list = append(list, explain.Summary(def))
	}
	for i, element := range list {
		if inJSON {
			enc := json.NewEncoder(a.out)
			enc.SetEscapeHTML(false)
			enc.SetIndent("", "  ")
			if err := enc.Encode(element); err != nil {
				return err
			}
			continue
		}
		text := element.String()
		if i > 0 {
			text = "\n" + text
		}
		if _, err := io.WriteString(a.out, text); err != nil {
			return err
		}
	}
	return nil
}

// contractProblems are the faults of a contract, each at the first place in a
// file that defines the element. A schema that was not loaded from a file has no
// place to show.
func contractProblems(errs []supergraph.Error, def *supergraph.Definition, files map[string]string) error {
	places := definitionPlaces{}
	for i := range errs {
		e := &errs[i]
		for _, s := range def.Subgraphs {
			file := files[s.Name]
			if file == "" || e.Coordinate == "" {
				continue
			}
			if pos := places.of(file)[e.Coordinate]; pos.Known() {
				e.Source, e.Pos, e.Subgraph = file, pos, s.Name
				break
			}
		}
	}
	return joinErrors(errs)
}

// definitionPlaces are the places of elements, by file and coordinate.
type definitionPlaces map[string]map[string]schema.Position

func (p definitionPlaces) of(file string) map[string]schema.Position {
	if known, ok := p[file]; ok {
		return known
	}
	out := map[string]schema.Position{}
	p[file] = out
	text, ferr := readText(file, nil)
	if ferr != nil {
		return out
	}
	doc, errs := schema.Parse(file, text)
	if len(errs) > 0 {
		return out
	}
	note := func(coordinate string, pos schema.Position) {
		if !out[coordinate].Known() {
			out[coordinate] = pos
		}
	}
	for _, t := range doc.Types {
		note(t.Name, t.Pos)
		for _, f := range t.Fields {
			note(t.Name+"."+f.Name, f.Pos)
			for _, arg := range f.Arguments {
				note(t.Name+"."+f.Name+"("+arg.Name+":)", arg.Pos)
			}
		}
		for _, v := range t.Values {
			note(t.Name+"."+v.Name, v.Pos)
		}
	}
	return out
}
