package compose

import (
	"cmp"
	"fmt"
	"slices"
	"strings"

	"github.com/weft-graphql/weft/planner/schema"
)

// Error is one reason why schemas do not compose.
type Error struct {
	// Code is stable; see the Code constants.
	Code    string
	Message string
	// Subgraph is the subgraph at fault; empty when the fault is between several.
	Subgraph string
	// Line and Column are a place in that subgraph's SDL; 0 when not known.
	Line, Column int
	// File is the file of that place where it is not the SDL but what else is said
	// of the subgraph: its configuration.
	File string
	// Rule is the path of the stitching rule at fault, as package stitch names it;
	// empty if it is none.
	Rule string
	// Coordinate is the schema coordinate of the element at fault.
	Coordinate string
	// Hint says what to change; may be empty.
	Hint string
}

// Error implements error.
func (e *Error) Error() string {
	var b strings.Builder
	if source := cmp.Or(e.File, e.Subgraph); source != "" {
		b.WriteString(source)
		if e.Line > 0 {
			fmt.Fprintf(&b, ":%d:%d", e.Line, e.Column)
		}
		b.WriteString(": ")
	}
	b.WriteString(e.Message)
	b.WriteString(" (" + e.Code + ")")
	return b.String()
}

// Errors are all errors of one composition, in a stable order.
type Errors []*Error

// Error implements error.
func (e Errors) Error() string {
	lines := make([]string, len(e))
	for i, one := range e {
		lines[i] = one.Error()
	}
	return strings.Join(lines, "\n")
}

// Codes returns the distinct codes, sorted.
func (e Errors) Codes() []string {
	codes := make([]string, 0, len(e))
	for _, one := range e {
		codes = append(codes, one.Code)
	}
	slices.Sort(codes)
	return slices.Compact(codes)
}

// The codes of errors.
const (
	CodeInvalidGraphQL                    = "INVALID_GRAPHQL"
	CodeInvalidSubgraphName               = "INVALID_SUBGRAPH_NAME"
	CodeInvalidLinkUsage                  = "INVALID_LINK_DIRECTIVE_USAGE"
	CodeInvalidLinkIdentifier             = "INVALID_LINK_IDENTIFIER"
	CodeUnknownFederationLinkVersion      = "UNKNOWN_FEDERATION_LINK_VERSION"
	CodeUnknownLinkVersion                = "UNKNOWN_LINK_VERSION"
	CodeUnsupportedLinkedFeature          = "UNSUPPORTED_LINKED_FEATURE"
	CodeLinkImportNameMismatch            = "LINK_IMPORT_NAME_MISMATCH"
	CodeDirectiveDefinitionInvalid        = "DIRECTIVE_DEFINITION_INVALID"
	CodeTypeDefinitionInvalid             = "TYPE_DEFINITION_INVALID"
	CodeRootQueryUsed                     = "ROOT_QUERY_USED"
	CodeRootMutationUsed                  = "ROOT_MUTATION_USED"
	CodeRootSubscriptionUsed              = "ROOT_SUBSCRIPTION_USED"
	CodeNoQueries                         = "NO_QUERIES"
	CodeKeyFieldsHasArgs                  = "KEY_FIELDS_HAS_ARGS"
	CodeProvidesFieldsHasArgs             = "PROVIDES_FIELDS_HAS_ARGS"
	CodeKeyMissingExternal                = "KEY_FIELDS_MISSING_EXTERNAL"
	CodeProvidesMissingExternal           = "PROVIDES_FIELDS_MISSING_EXTERNAL"
	CodeRequiresMissingExternal           = "REQUIRES_FIELDS_MISSING_EXTERNAL"
	CodeKeyUnsupportedOnInterface         = "KEY_UNSUPPORTED_ON_INTERFACE"
	CodeProvidesUnsupportedOnInterface    = "PROVIDES_UNSUPPORTED_ON_INTERFACE"
	CodeRequiresUnsupportedOnInterface    = "REQUIRES_UNSUPPORTED_ON_INTERFACE"
	CodeExternalOnInterface               = "EXTERNAL_ON_INTERFACE"
	CodeKeyDirectiveInFields              = "KEY_DIRECTIVE_IN_FIELDS_ARG"
	CodeProvidesDirectiveInFields         = "PROVIDES_DIRECTIVE_IN_FIELDS_ARG"
	CodeRequiresDirectiveInFields         = "REQUIRES_DIRECTIVE_IN_FIELDS_ARG"
	CodeKeyInvalidFieldsType              = "KEY_INVALID_FIELDS_TYPE"
	CodeProvidesInvalidFieldsType         = "PROVIDES_INVALID_FIELDS_TYPE"
	CodeRequiresInvalidFieldsType         = "REQUIRES_INVALID_FIELDS_TYPE"
	CodeKeyInvalidFields                  = "KEY_INVALID_FIELDS"
	CodeProvidesInvalidFields             = "PROVIDES_INVALID_FIELDS"
	CodeRequiresInvalidFields             = "REQUIRES_INVALID_FIELDS"
	CodeKeyFieldsSelectInvalidType        = "KEY_FIELDS_SELECT_INVALID_TYPE"
	CodeProvidesOnNonObject               = "PROVIDES_ON_NON_OBJECT_FIELD"
	CodeExternalUnused                    = "EXTERNAL_UNUSED"
	CodeExternalCollision                 = "EXTERNAL_COLLISION_WITH_ANOTHER_DIRECTIVE"
	CodeExternalMissingOnBase             = "EXTERNAL_MISSING_ON_BASE"
	CodeExternalTypeMismatch              = "EXTERNAL_TYPE_MISMATCH"
	CodeExternalArgumentMissing           = "EXTERNAL_ARGUMENT_MISSING"
	CodeExternalArgumentTypeMismatch      = "EXTERNAL_ARGUMENT_TYPE_MISMATCH"
	CodeExternalArgumentDefaultMismatch   = "EXTERNAL_ARGUMENT_DEFAULT_MISMATCH"
	CodeTypeWithOnlyUnusedExternal        = "TYPE_WITH_ONLY_UNUSED_EXTERNAL"
	CodeInvalidShareable                  = "INVALID_SHAREABLE_USAGE"
	CodeInvalidFieldSharing               = "INVALID_FIELD_SHARING"
	CodeShareableMismatchedRuntimeTypes   = "SHAREABLE_HAS_MISMATCHED_RUNTIME_TYPES"
	CodeExtensionWithNoBase               = "EXTENSION_WITH_NO_BASE"
	CodeTypeKindMismatch                  = "TYPE_KIND_MISMATCH"
	CodeFieldTypeMismatch                 = "FIELD_TYPE_MISMATCH"
	CodeFieldArgumentTypeMismatch         = "FIELD_ARGUMENT_TYPE_MISMATCH"
	CodeFieldArgumentDefaultMismatch      = "FIELD_ARGUMENT_DEFAULT_MISMATCH"
	CodeInputFieldDefaultMismatch         = "INPUT_FIELD_DEFAULT_MISMATCH"
	CodeRequiredArgumentMissing           = "REQUIRED_ARGUMENT_MISSING_IN_SOME_SUBGRAPH"
	CodeRequiredInputFieldMissing         = "REQUIRED_INPUT_FIELD_MISSING_IN_SOME_SUBGRAPH"
	CodeEmptyMergedInputType              = "EMPTY_MERGED_INPUT_TYPE"
	CodeEmptyMergedEnumType               = "EMPTY_MERGED_ENUM_TYPE"
	CodeEnumValueMismatch                 = "ENUM_VALUE_MISMATCH"
	CodeInterfaceFieldNoImplementation    = "INTERFACE_FIELD_NO_IMPLEM"
	CodeInterfaceObjectUsage              = "INTERFACE_OBJECT_USAGE_ERROR"
	CodeInterfaceKeyNotOnImplementation   = "INTERFACE_KEY_NOT_ON_IMPLEMENTATION"
	CodeInterfaceKeyMissingImplementation = "INTERFACE_KEY_MISSING_IMPLEMENTATION_TYPE"
	CodeOverrideFromSelf                  = "OVERRIDE_FROM_SELF_ERROR"
	CodeOverrideSourceHasOverride         = "OVERRIDE_SOURCE_HAS_OVERRIDE"
	CodeOverrideCollision                 = "OVERRIDE_COLLISION_WITH_ANOTHER_DIRECTIVE"
	CodeOverrideOnInterface               = "OVERRIDE_ON_INTERFACE"
	CodeOverrideLabelInvalid              = "OVERRIDE_LABEL_INVALID"
	CodeDirectiveComposition              = "DIRECTIVE_COMPOSITION_ERROR"
	CodeMergedDirectiveOnExternal         = "MERGED_DIRECTIVE_APPLICATION_ON_EXTERNAL"
	CodeInvalidTagName                    = "INVALID_TAG_NAME"
	CodeDisallowedInaccessible            = "DISALLOWED_INACCESSIBLE"
	CodeQueryRootInaccessible             = "QUERY_ROOT_TYPE_INACCESSIBLE"
	CodeReferencedInaccessible            = "REFERENCED_INACCESSIBLE"
	CodeImplementedByInaccessible         = "IMPLEMENTED_BY_INACCESSIBLE"
	CodeRequiredInaccessible              = "REQUIRED_INACCESSIBLE"
	CodeDefaultValueUsesInaccessible      = "DEFAULT_VALUE_USES_INACCESSIBLE"
	CodeOnlyInaccessibleChildren          = "ONLY_INACCESSIBLE_CHILDREN"
	CodeSatisfiability                    = "SATISFIABILITY_ERROR"
	CodeAuthOnInterface                   = "AUTH_REQUIREMENTS_APPLIED_ON_INTERFACE"
	CodeMissingTransitiveAuth             = "MISSING_TRANSITIVE_AUTH_REQUIREMENTS"
	CodeCostOnInterface                   = "COST_APPLIED_TO_INTERFACE_FIELD"
	CodeListSizeNonList                   = "LIST_SIZE_APPLIED_TO_NON_LIST"
	CodeListSizeAssumedSize               = "LIST_SIZE_INVALID_ASSUMED_SIZE"
	CodeListSizeSlicingArgument           = "LIST_SIZE_INVALID_SLICING_ARGUMENT"
	CodeListSizeSizedField                = "LIST_SIZE_INVALID_SIZED_FIELD"
	CodeContextNameInvalid                = "CONTEXT_NAME_INVALID"
	CodeContextNotSet                     = "CONTEXT_NOT_SET"
	CodeNoContextInSelection              = "NO_CONTEXT_IN_SELECTION" // a @fromContext names no context, or selects nothing of it
	CodeContextNoResolvableKey            = "CONTEXT_NO_RESOLVABLE_KEY"
	CodeContextInvalidSelection           = "CONTEXT_INVALID_SELECTION"
	CodeContextualArgumentNotInAll        = "CONTEXTUAL_ARGUMENT_NOT_CONTEXTUAL_IN_ALL_SUBGRAPHS"
	CodeCompositionTooComplex             = "MAX_VALIDATION_SUBGRAPH_PATHS_EXCEEDED"
)

// reporter gathers errors and hints.
type reporter struct {
	errors Errors
	hints  []Hint
}

func (r *reporter) failed() bool { return len(r.errors) > 0 }

// at reports an error at a place in one subgraph.
func (r *reporter) at(code string, sg *subgraph, pos schema.Position, coordinate, hint, format string, args ...any) {
	e := &Error{Code: code, Message: fmt.Sprintf(format, args...), Line: pos.Line, Column: pos.Column, Coordinate: coordinate, Hint: hint}
	if sg != nil {
		e.Subgraph = sg.name
	} else {
		e.Line, e.Column = 0, 0
	}
	r.errors = append(r.errors, e)
}

// sorted puts errors in an order that does not depend on how they were found,
// and drops repetitions.
func (e Errors) sorted() Errors {
	slices.SortStableFunc(e, func(a, b *Error) int {
		return cmp.Or(
			strings.Compare(a.Subgraph, b.Subgraph), cmp.Compare(a.Line, b.Line), cmp.Compare(a.Column, b.Column),
			strings.Compare(a.Code, b.Code), strings.Compare(a.Coordinate, b.Coordinate), strings.Compare(a.Message, b.Message),
		)
	})
	return slices.CompactFunc(e, func(a, b *Error) bool { return *a == *b })
}
