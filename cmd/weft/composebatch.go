package main

import (
	"bufio"
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"io"

	"github.com/weft-graphql/weft/planner/compose"
)

// Codes of what can be wrong with a line of --batch besides what it composes.
const (
	codeBatchLine     = "BATCH_LINE_INVALID"    // a line that is not a composition
	codeBatchInternal = "INTERNAL_SERVER_ERROR" // a composition that failed for a fault of ours
)

// maxBatchLine bounds one line of --batch.
const maxBatchLine = 128 << 20

// batchLine is one composition of --batch.
type batchLine struct {
	ID       json.RawMessage `json:"id"`
	Services []struct {
		Name     string `json:"name"`
		URL      string `json:"url"`
		TypeDefs string `json:"typeDefs"`
	} `json:"services"`
}

// composeBatch answers each line of standard input with one line. A line that
// is no good gets an error like any other; the end of the input is the end.
func (a *app) composeBatch(hints compose.Level) error {
	in := bufio.NewReaderSize(a.in, 1<<20)
	out := bufio.NewWriter(a.out)
	for {
		line, err := readLine(in)
		if len(line) > 0 || errors.Is(err, errLineTooLong) {
			var r result
			if err != nil && !errors.Is(err, io.EOF) {
				r = badLine(nil, err.Error())
			} else {
				r = composeLine(line, hints)
			}
			if err := writeJSON(out, r); err != nil {
				return err
			}
			if err := out.Flush(); err != nil {
				return err
			}
		}
		switch {
		case err == nil, errors.Is(err, errLineTooLong):
		case errors.Is(err, io.EOF):
			return nil
		default:
			return err
		}
	}
}

var errLineTooLong = fmt.Errorf("a line is longer than %d MiB", maxBatchLine>>20)

// readLine returns the next line without the space around it. A line that is
// too long is read to its end, but not kept.
func readLine(in *bufio.Reader) ([]byte, error) {
	var line []byte
	tooLong := false
	for {
		part, err := in.ReadSlice('\n')
		if !tooLong {
			line = append(line, part...)
			if len(line) > maxBatchLine {
				line, tooLong = nil, true
			}
		}
		switch {
		case errors.Is(err, bufio.ErrBufferFull):
		case tooLong && err == nil:
			return nil, errLineTooLong
		default:
			return bytes.TrimSpace(line), err
		}
	}
}

func badLine(id json.RawMessage, message string) result {
	if id == nil {
		id = json.RawMessage("null")
	}
	return result{ID: id, Errors: []resultError{{Code: codeBatchLine, Message: message}}}
}

func composeLine(line []byte, hints compose.Level) (r result) {
	var in batchLine
	if err := json.Unmarshal(line, &in); err != nil {
		// The id may be good all the same.
		var only struct {
			ID json.RawMessage `json:"id"`
		}
		_ = json.Unmarshal(line, &only) // without an id the answer says null
		return badLine(only.ID, "the line is not a composition: "+err.Error())
	}
	if in.Services == nil {
		return badLine(in.ID, "the line has no services")
	}
	defer func() {
		// One line must not end the others.
		if p := recover(); p != nil {
			r = result{Errors: []resultError{{Code: codeBatchInternal, Message: fmt.Sprintf("the composition failed: %v", p)}}}
		}
		r.ID = in.ID
		if r.ID == nil {
			r.ID = json.RawMessage("null")
		}
	}()
	sources := make([]compose.Source, len(in.Services))
	for i, s := range in.Services {
		sources[i] = compose.Source{Name: s.Name, URL: s.URL, SDL: s.TypeDefs}
	}
	composed := compose.ComposeSDL(sources)
	if len(composed.Errors) > 0 {
		r = resultOf(nil, &notComposed{errors: composed.Errors})
	} else {
		r = resultOf(composed.Definition, nil)
	}
	r.Hints = resultHints(atLevel(composed.Hints, hints))
	return r
}
