package stitch

import (
	"cmp"
	"fmt"
	"slices"
	"strings"

	"github.com/weft-graphql/weft/planner/schema"
)

// The codes of errors in rules.
const (
	CodeInvalidRule     = "STITCH_INVALID_RULE"     // a rule that cannot be read
	CodeInvalidName     = "STITCH_INVALID_NAME"     // a new name that GraphQL does not allow
	CodeUnknownType     = "STITCH_UNKNOWN_TYPE"     // a type the subgraph does not have
	CodeUnknownField    = "STITCH_UNKNOWN_FIELD"    // a field the type does not have
	CodeUnknownArgument = "STITCH_UNKNOWN_ARGUMENT" // an argument the field does not have
	CodeUnknownSubgraph = "STITCH_UNKNOWN_SUBGRAPH" // a subgraph that does not exist
	CodeNameCollision   = "STITCH_NAME_COLLISION"   // two elements would have one name
	CodeHiddenRequired  = "STITCH_HIDDEN_REQUIRED"  // what is hidden is needed by what is not
	CodeInvalidKey      = "STITCH_INVALID_KEY"      // a key that is no key
	CodeInvalidLookup   = "STITCH_INVALID_LOOKUP"   // a lookup that cannot find an entity
	CodeTypeMismatch    = "STITCH_TYPE_MISMATCH"    // values that do not fit where they go
	CodeNoLookup        = "STITCH_NO_LOOKUP"        // a joined type that cannot be looked up
)

// The codes of errors in Composite Schemas directives, as the specification
// names them.
const (
	// CodeRequireNotSupported is a @require on an argument of a root field.
	CodeRequireNotSupported       = "REQUIRE_NOT_SUPPORTED"
	CodeLookupReturnsList         = "LOOKUP_RETURNS_LIST"
	CodeTypeDefinitionInvalid     = "TYPE_DEFINITION_INVALID"
	CodeKeyInvalidFieldsType      = "KEY_INVALID_FIELDS_TYPE"
	CodeKeyInvalidSyntax          = "KEY_INVALID_SYNTAX"
	CodeProvidesInvalidFieldsType = "PROVIDES_INVALID_FIELDS_TYPE"
	CodeProvidesInvalidSyntax     = "PROVIDES_INVALID_SYNTAX"
	CodeProvidesOnNonComposite    = "PROVIDES_ON_NON_COMPOSITE_FIELD"
	CodeExternalCollision         = "EXTERNAL_COLLISION_WITH_ANOTHER_DIRECTIVE"
	CodeOverrideFromSelf          = "OVERRIDE_FROM_SELF"
	CodeIsInvalidFieldType        = "IS_INVALID_FIELD_TYPE"
	CodeIsInvalidSyntax           = "IS_INVALID_SYNTAX"
	CodeIsInvalidFields           = "IS_INVALID_FIELDS"
	CodeIsInvalidUsage            = "IS_INVALID_USAGE"
	CodeRequireInvalidFieldType   = "REQUIRE_INVALID_FIELD_TYPE"
	CodeRequireInvalidSyntax      = "REQUIRE_INVALID_SYNTAX"
	CodeRequireInvalidFields      = "REQUIRE_INVALID_FIELDS"
)

// CodeInfo describes one error code for reference documentation.
type CodeInfo struct {
	// Code is the stable code.
	Code string
	// Meaning says in a sentence what is wrong.
	Meaning string
}

// Codes lists every code that an [Error] of this package may carry.
func Codes() []CodeInfo {
	return []CodeInfo{
		{CodeInvalidRule, "A stitching rule cannot be read."},
		{CodeInvalidName, "A stitching rule gives a name that GraphQL does not allow."},
		{CodeUnknownType, "A stitching rule names a type the subgraph does not have."},
		{CodeUnknownField, "A stitching rule names a field the type does not have."},
		{CodeUnknownArgument, "A stitching rule names an argument the field does not have."},
		{CodeUnknownSubgraph, "A join names a subgraph that does not exist."},
		{CodeNameCollision, "After a stitching rule, two elements would have the same name."},
		{CodeHiddenRequired, "A rule hides something that something visible cannot do without."},
		{CodeInvalidKey, "The key of an entity or join is not a field set of leaves of the type."},
		{CodeInvalidLookup, "The field of a lookup cannot find an entity by its key."},
		{CodeTypeMismatch, "A key or source field does not have the type that is needed where its value goes."},
		{CodeNoLookup, "A join leads to a type that the other subgraph cannot look up by that key."},
		{CodeRequireNotSupported, "A @require is on an argument of a root field, where there is no object whose fields it could require."},
		{CodeLookupReturnsList, "A @lookup field returns a list; it must return one entity."},
		{CodeTypeDefinitionInvalid, "A type of the Composite Schemas specification is defined as something else."},
		{CodeKeyInvalidFieldsType, "The fields of a @key are not a string."},
		{CodeKeyInvalidSyntax, "The fields of a @key are not a selection set."},
		{CodeProvidesInvalidFieldsType, "The fields of a @provides are not a string."},
		{CodeProvidesInvalidSyntax, "The fields of a @provides are not a selection set."},
		{CodeProvidesOnNonComposite, "@provides is on a field that returns neither an object nor an interface."},
		{CodeExternalCollision, "A field is @external and says at the same time how it is resolved."},
		{CodeOverrideFromSelf, "@override names the schema it is in."},
		{CodeIsInvalidFieldType, "The argument of @is is not a string."},
		{CodeIsInvalidSyntax, "The argument of @is is not a field selection map."},
		{CodeIsInvalidFields, "The field selection map of @is does not fit the entity or the argument."},
		{CodeIsInvalidUsage, "@is is used on an argument of a field that is not a lookup."},
		{CodeRequireInvalidFieldType, "The argument of @require is not a string."},
		{CodeRequireInvalidSyntax, "The argument of @require is not a field selection map."},
		{CodeRequireInvalidFields, "The field selection map of @require names fields that no other subgraph has, or does not fit the argument."},
	}
}

// Error is one reason why a subgraph cannot be stitched.
type Error struct {
	// Code is stable; see the Code constants.
	Code    string
	Message string
	// Hint says what to change; may be empty.
	Hint string
	// Subgraph is the subgraph whose rules or schema are at fault.
	Subgraph string
	// Rule is the path of the rule in the subgraph's configuration
	// (transforms.0.hide.1), or in the whole for joins (joins.0); empty for faults
	// in the schema itself.
	Rule string
	// Coordinate is the schema coordinate of the element at fault.
	Coordinate string
	// Pos is a place in the subgraph's SDL, if known.
	Pos schema.Position
}

// Error implements error.
func (e Error) Error() string {
	var b strings.Builder
	b.WriteString(e.Subgraph)
	if e.Pos.Known() {
		fmt.Fprintf(&b, ":%d:%d", e.Pos.Line, e.Pos.Column)
	}
	b.WriteString(": ")
	if e.Rule != "" {
		b.WriteString(e.Rule + ": ")
	}
	b.WriteString(e.Message)
	if e.Hint != "" {
		b.WriteString(" (" + e.Hint + ")")
	}
	b.WriteString(" [" + e.Code + "]")
	return b.String()
}

// sorted puts errors in an order that does not depend on how they were found.
func sorted(errs []Error) []Error {
	slices.SortStableFunc(errs, func(a, b Error) int {
		return cmp.Or(strings.Compare(a.Subgraph, b.Subgraph), compareRules(a.Rule, b.Rule),
			cmp.Compare(a.Pos.Line, b.Pos.Line), cmp.Compare(a.Pos.Column, b.Pos.Column),
			strings.Compare(a.Coordinate, b.Coordinate), strings.Compare(a.Code, b.Code))
	})
	return errs
}

// compareRules orders transforms.2 before transforms.10.
func compareRules(a, b string) int {
	x, y := strings.Split(a, "."), strings.Split(b, ".")
	for i := range min(len(x), len(y)) {
		if c := cmp.Or(cmp.Compare(len(x[i]), len(y[i]))*bothNumbers(x[i], y[i]), strings.Compare(x[i], y[i])); c != 0 {
			return c
		}
	}
	return cmp.Compare(len(x), len(y))
}

func bothNumbers(a, b string) int {
	number := func(s string) bool { return s != "" && strings.Trim(s, "0123456789") == "" }
	if number(a) && number(b) {
		return 1
	}
	return 0
}
