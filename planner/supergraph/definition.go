package supergraph

import (
	"github.com/weft-graphql/weft/planner/schema"
	"github.com/weft-graphql/weft/subgraphs"
)

// Definition is a composed graph by name, with everything the join
// specification (v0.3 to v0.5) can say of it, and with the lookups that
// federation has no word for. It is plain data: whoever builds it owns it
// until it is handed to [Build], and must not change it afterwards.
//
// The order of every list is part of the value; composition sorts what has no
// natural order, so equal inputs give equal Definitions.
type Definition struct {
	// Description is the schema's description.
	Description string
	Subgraphs   []SubgraphDefinition
	// Types are all types but the built-in scalars, sorted by name. The root
	// types are always called Query, Mutation and Subscription.
	Types []*TypeDefinition
	// Directives are the directive definitions of the supergraph besides those
	// the specifications define: executable ones and those composed by
	// @composeDirective. Sorted by name.
	Directives []*schema.DirectiveDefinition
	// Links are the specifications linked beside `link` and `join`
	// (inaccessible, tag, cost, …, and those of @composeDirective).
	Links []Link
	// SchemaDirectives are applications of composed directives on the schema.
	SchemaDirectives []*schema.Directive
}

// SubgraphDefinition names one upstream.
type SubgraphDefinition struct {
	// Name is the subgraph's name as the user gave it.
	Name string
	// Enum is its value in the enum join__Graph.
	Enum string
	// URL is the routing URL; empty when unknown.
	URL string
	// Facets are the only ways into the subgraph, with what each gives, where it
	// has such; then its keys are not resolvable but through them. Empty for a
	// GraphQL subgraph.
	Facets []subgraphs.Facet
}

// Link is one `@link` of the supergraph's schema definition.
type Link struct {
	URL     string
	As      string
	Import  []LinkImport
	Purpose string // SECURITY, EXECUTION or empty
}

// LinkImport is one imported element, perhaps under another name.
type LinkImport struct {
	Name string
	As   string
}

// Applied are the directive applications every schema element can carry.
type Applied struct {
	Inaccessible bool
	Tags         []string // sorted, without duplicates
	// Directives are all other applications that reach the supergraph
	// (@deprecated excepted), in printing order: @cost, @listSize,
	// @authenticated, @requiresScopes, @policy, @context and those of
	// @composeDirective.
	Directives []*schema.Directive
}

// TypeDefinition is one merged type.
type TypeDefinition struct {
	Kind        schema.Kind
	Name        string
	Description string
	Applied     Applied
	// In says which subgraphs define the type, in order of subgraphs.
	In []TypeIn
	// Implements are the interfaces with the subgraphs in which it does so.
	Implements []Membership
	// Members are a union's members with the subgraphs that have them.
	Members []Membership
	// Fields are the fields of objects, interfaces and input objects.
	Fields []*FieldDefinition
	// Values are the values of enums.
	Values []*EnumValueDefinition
	// SpecifiedBy is a scalar's @specifiedBy URL.
	SpecifiedBy string
	// OneOf marks an input object declared @oneOf.
	OneOf bool
}

// Membership is a type named in some subgraphs.
type Membership struct {
	Type      string
	Subgraphs []int // indices into Definition.Subgraphs, ascending
}

// TypeIn is what one subgraph says of a type; several keys are one TypeIn.
type TypeIn struct {
	Subgraph int
	// Name is the type's name in that subgraph when a transform renamed it.
	Name string
	// Keys are the type's @key directives there, in source order.
	Keys []Key
	// Extension says that the subgraph only extends the type (join__type(extension: true)).
	Extension bool
	// InterfaceObject says that the subgraph defines the interface as an object.
	InterfaceObject bool
	// Lookups are ways into the subgraph at this type besides `_entities` by Keys.
	Lookups []LookupDefinition
}

// Key is one @key.
type Key struct {
	// Fields is the field set as text, normalised to single spaces, by the names
	// of the supergraph.
	Fields     string
	Resolvable bool
}

// FieldDefinition is a field of an object, interface or input object.
type FieldDefinition struct {
	Name        string
	Description string
	Type        *schema.TypeExpr
	Args        []*ArgumentDefinition
	Default     *schema.Value // input fields only
	Deprecated  *Deprecation
	Applied     Applied
	// In says which subgraphs have the field, in order of subgraphs. An empty
	// list means: every subgraph of the type has it, with nothing to add.
	In []FieldIn
	// Indirect says that no subgraph has the field on this very type: it is
	// given by interface objects of the type's interfaces alone (a join__field
	// that names no graph). In is empty then.
	Indirect bool
}

// FieldIn is what one subgraph says of a field (one @join__field).
type FieldIn struct {
	Subgraph int
	// Name is the field's name there when a transform renamed it.
	Name     string
	External bool
	// Requires and Provides are field sets as text, normalised to single spaces,
	// by the names of the supergraph; empty when absent.
	Requires string
	Provides string
	// Type is the type as declared there when it differs from the merged one, by
	// the names of the supergraph.
	Type *schema.TypeExpr
	// Override is the name of the subgraph this one takes the field from.
	Override string
	// OverrideLabel makes the override progressive.
	OverrideLabel string
	// UsedOverridden says that the field was overridden away from this subgraph
	// but is still used there (by a key, a requires or an interface).
	UsedOverridden bool
	// ContextArguments are arguments filled by @fromContext.
	ContextArguments []ContextArgument
	// ArgumentsFrom are arguments that the API does not have and that are filled
	// from other fields of the object, those of Requires (Composite Schemas'
	// @require).
	ArgumentsFrom []ArgumentFrom
	// Join says that the subgraph has no such field: its value is an object of
	// the field's type, or a list of such objects, made of sibling fields with no
	// request. The object has the key fields named here and nothing else; what
	// more is asked of it comes from other subgraphs by that key.
	Join []JoinPart
	// Namespace says that the subgraph has no such field: its value is an object
	// that is always there, and whose fields are the subgraph's root fields of the
	// same operation.
	Namespace bool
}

// JoinPart fills one key field of a joined object.
type JoinPart struct {
	// Key is the path of a leaf in the joined type's key, for example "id" or
	// "org.id".
	Key string
	// From is the path of the sibling that gives the value, from the type that
	// has the joined field. A list there makes a list of objects.
	From string
}

// ArgumentFrom is one argument of a subgraph's field that is filled from the
// object the field is on.
type ArgumentFrom struct {
	// Argument is its name, Type its type as SDL, both as the subgraph has them.
	Argument string
	Type     string
	// Selection is the field selection map (Composite Schemas, appendix A) that
	// makes the value of the fields in FieldIn.Requires.
	Selection string
}

// ContextArgument is one argument filled from a context.
type ContextArgument struct {
	Name      string
	Type      string
	Context   string
	Selection string
}

// ArgumentDefinition is an argument of a merged field.
type ArgumentDefinition struct {
	Name        string
	Description string
	Type        *schema.TypeExpr
	Default     *schema.Value
	Deprecated  *Deprecation
	Applied     Applied
}

// EnumValueDefinition is a merged enum value.
type EnumValueDefinition struct {
	Name        string
	Description string
	Deprecated  *Deprecation
	Applied     Applied
	Subgraphs   []int
}

// Deprecation is an @deprecated.
type Deprecation struct{ Reason string }

// LookupDefinition is a lookup by a field of the subgraph (stitching YAML or
// `@lookup`).
type LookupDefinition struct {
	// Key is the field set on the type whose values fill the arguments.
	Key string
	// Path is the field path from Query, for example ["users"].
	Path []string
	// Arguments map argument paths of the last field to paths in the key.
	Arguments []LookupArgument
	// Batch says that the arguments take lists and the field returns a list.
	Batch bool
	// Match says how a batch's answers belong to its rows: by key (default),
	// or by position.
	Match Correlation
	// Max caps the rows of one request; 0 means no cap.
	Max int
	// Internal lookups are not part of the API schema.
	Internal bool
}

// LookupArgument fills one argument of a lookup field.
type LookupArgument struct {
	Argument string
	// Type is the argument's type as SDL, by the names of the subgraph.
	Type string
	From string
}

// Correlation says how the rows of an answer find the rows of the request.
type Correlation uint8

// The correlations of a batch.
const (
	ByKey Correlation = iota
	ByPosition
)
