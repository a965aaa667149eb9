package main

import (
	"fmt"
	"io"

	"github.com/weft-graphql/weft/planner/compose"
)

// hintLevels are the values of --hints. One above all levels shows none.
var hintLevels = map[string]compose.Level{
	"debug": compose.Debug, "info": compose.Info, "warn": compose.Warn, "none": compose.Warn + 1,
}

// composeOutput is the standard error of `weft compose`: it takes the hints of a
// composition, to write them or to hand them on.
type composeOutput struct {
	io.Writer
	// level is the least level of the hints that are wanted.
	level compose.Level
	// keep says that the hints are not written, but kept.
	keep bool
	kept []compose.Hint
	// files hold the schemas of the subgraphs that come from files.
	files map[string]string
}

// composeHints writes the hints of a composition, or keeps them. Commands other
// than compose only warn.
func (a *app) composeHints(hints []compose.Hint, files map[string]string) {
	level := compose.Warn
	out, ours := a.err.(*composeOutput)
	if ours {
		level, out.files = out.level, files
	}
	for _, h := range atLevel(hints, level) {
		if ours && out.keep {
			out.kept = append(out.kept, h)
			continue
		}
		p := hintProblem(h, files)
		fmt.Fprintln(a.err, h.Level.String()+": "+p.text())
		a.hint(p.hint)
	}
}

func atLevel(hints []compose.Hint, level compose.Level) []compose.Hint {
	var out []compose.Hint
	for _, h := range hints {
		if h.Level >= level {
			out = append(out, h)
		}
	}
	return out
}

// resultHint is a hint as JSON.
type resultHint struct {
	Code       string        `json:"code"`
	Level      string        `json:"level"`
	Message    string        `json:"message"`
	Coordinate string        `json:"coordinate,omitempty"`
	Hint       string        `json:"hint,omitempty"`
	Places     []resultPlace `json:"places,omitempty"`
}

type resultPlace struct {
	Subgraph string `json:"subgraph"`
	Line     int    `json:"line"`
	Column   int    `json:"column"`
}

func resultHints(hints []compose.Hint) []resultHint {
	var out []resultHint
	for _, h := range hints {
		r := resultHint{Code: h.Code, Level: h.Level.String(), Message: h.Message, Coordinate: h.Coordinate, Hint: h.Advice}
		for _, p := range h.Places {
			r.Places = append(r.Places, resultPlace(p))
		}
		out = append(out, r)
	}
	return out
}

// hintProblem shows a hint at the first of its places.
func hintProblem(h compose.Hint, files map[string]string) problem {
	e := compose.Error{Code: h.Code, Message: h.Message, Hint: h.Advice}
	if len(h.Places) > 0 {
		e.Subgraph, e.Line, e.Column = h.Places[0].Subgraph, h.Places[0].Line, h.Places[0].Column
	}
	p := compositionProblem(&e, files)
	p.file = "" // one line a hint is enough
	return p
}
