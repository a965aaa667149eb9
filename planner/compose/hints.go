package compose

import (
	"cmp"
	"fmt"
	"slices"
	"strings"

	"github.com/weft-graphql/weft/planner/schema"
)

// Level says how much a hint matters.
type Level uint8

// The levels of hints.
const (
	// Debug hints are about what is common and meant in most graphs.
	Debug Level = iota + 1
	// Info hints are about work that is left, or about a choice that was made.
	Info
	// Warn hints are about what is probably a mistake.
	Warn
)

// String returns the level's name as it is configured.
func (l Level) String() string {
	switch l {
	case Debug:
		return "debug"
	case Info:
		return "info"
	case Warn:
		return "warn"
	}
	return "none"
}

// Place is a place in the SDL of one subgraph.
type Place struct {
	Subgraph string
	// Line and Column are 0 when not known.
	Line, Column int
}

// Hint is a remark on schemas that compose all the same.
type Hint struct {
	Code    string
	Level   Level
	Message string
	// Coordinate is the schema coordinate of the element.
	Coordinate string
	// Places are where the element is in the subgraphs that the hint is about, in
	// order of subgraphs; the first is the one to look at first.
	Places []Place
	// Advice says what to change; may be empty.
	Advice string
}

// infoHints and debugHints are the codes of hints that are not warnings.
var (
	infoHints = map[string]bool{
		"INCONSISTENT_BUT_COMPATIBLE_FIELD_TYPE": true, "INCONSISTENT_BUT_COMPATIBLE_ARGUMENT_TYPE": true,
		"INCONSISTENT_ENTITY": true, "OVERRIDDEN_FIELD_CAN_BE_REMOVED": true, "OVERRIDE_DIRECTIVE_CAN_BE_REMOVED": true,
		"OVERRIDE_MIGRATION_IN_PROGRESS": true, "MERGED_NON_REPEATABLE_DIRECTIVE_ARGUMENTS": true,
		"DIRECTIVE_COMPOSITION_INFO": true, "IMPLICITLY_UPGRADED_FEDERATION_VERSION": true,
		"CONTEXTUAL_ARGUMENT_NOT_CONTEXTUAL_IN_ALL_SUBGRAPHS": true, "UNUSED_EXTERNAL": true,
	}
	debugHints = map[string]bool{
		"INCONSISTENT_OBJECT_VALUE_TYPE_FIELD": true, "INCONSISTENT_INTERFACE_VALUE_TYPE_FIELD": true,
		"INCONSISTENT_UNION_MEMBER": true, "INCONSISTENT_ENUM_VALUE_FOR_OUTPUT_ENUM": true,
		"UNUSED_ENUM_TYPE": true, "SIMILAR_TYPE_NAMES": true, "TYPE_ONLY_IN_ONE_SUBGRAPH": true,
	}
)

func levelOf(code string) Level {
	switch {
	case infoHints[code]:
		return Info
	case debugHints[code]:
		return Debug
	}
	return Warn
}

// hint notes a remark. Advice says what to change.
func (r *reporter) hint(code, coordinate string, places []Place, advice, format string, args ...any) {
	r.hints = append(r.hints, Hint{
		Code: code, Level: levelOf(code), Coordinate: coordinate, Places: places,
		Message: fmt.Sprintf(format, args...), Advice: advice,
	})
}

// sortedHints puts hints in an order that does not depend on how they were
// found, and drops repetitions.
func sortedHints(list []Hint) []Hint {
	slices.SortStableFunc(list, compareHints)
	return slices.CompactFunc(list, func(a, b Hint) bool { return compareHints(a, b) == 0 })
}

func compareHints(a, b Hint) int {
	return cmp.Or(
		cmp.Compare(b.Level, a.Level), strings.Compare(a.Coordinate, b.Coordinate),
		strings.Compare(a.Code, b.Code), strings.Compare(a.Message, b.Message),
	)
}

func (sg *subgraph) place(pos schema.Position) Place {
	return Place{Subgraph: sg.name, Line: pos.Line, Column: pos.Column}
}

func typePlaces(list []*typ) []Place {
	out := make([]Place, len(list))
	for i, t := range list {
		out[i] = t.sg.place(t.pos)
	}
	return out
}

func fieldPlaces(list []*field) []Place {
	out := make([]Place, len(list))
	for i, f := range list {
		out[i] = f.parent.sg.place(f.pos)
	}
	return out
}

func sourcePlaces(list []source) []Place {
	out := make([]Place, len(list))
	for i, s := range list {
		out[i] = s.sg.place(s.pos)
	}
	return out
}

// names lists the subgraphs of places.
func namesOf(places []Place) string {
	names := make([]string, len(places))
	for i, p := range places {
		names[i] = p.Subgraph
	}
	return printSubgraphs(names)
}
