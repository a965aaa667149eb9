package subgraphs

import (
	"context"
	"time"

	"github.com/weft-graphql/weft/planner/schema"
)

// Client carries out the fetches of one subgraph. It lives longer than the
// plans prepared with it.
type Client interface {
	// Prepare compiles a fetch. It is called at planning and may be slow.
	Prepare(spec *FetchSpec) (Prepared, error)
}

// Prepared is one compiled fetch.
type Prepared interface {
	// Fetch carries out the call. It never returns nil; a failure is an Answer
	// with Err set. It returns early when ctx ends, unless it carries out a call
	// that others wait for. It must not keep ctx: see package callctx.
	Fetch(ctx context.Context, call *Call) *Answer
	// Text describes the request for people: for GraphQL the printed operation.
	Text() string
}

// FetchSpec is one fetch as the planner wants it. Names are those of the
// subgraph, so a client needs no schema to carry it out.
type FetchSpec struct {
	// Subgraph is the name of the subgraph.
	Subgraph string
	// Facet is the name of the facet that is entered; empty where the subgraph has
	// none.
	Facet string
	// Kind is the kind of operation; lookups are queries.
	Kind schema.OperationKind
	// OperationName is the client's operation name, for upstream logs; may be empty.
	OperationName string
	// Root is the selection on the root type; nil for a fetch of lookups.
	Root []Selection
	// Entries are the lookups of the fetch; empty for a root fetch.
	Entries []Entry
	// Variables are the values the fetch needs besides its rows, in the order
	// of [Call.Variables].
	Variables []VariableSpec
}

// Entry is one lookup of a fetch; a fetch with several entries asks them in
// one request where the protocol can.
type Entry struct {
	// Alias is the key under which a GraphQL answer carries the entry's rows.
	Alias string
	// Lookup says how to enter.
	Lookup *Lookup
	// Selections are what is asked of the looked-up objects: inline fragments
	// on concrete types where there are several.
	Selections []Selection
}

// LookupKind tells the ways of entering a subgraph.
type LookupKind uint8

// The ways of entering a subgraph at an object.
const (
	// EntitiesLookup is `_entities(representations:)`.
	EntitiesLookup LookupKind = iota
	// FieldLookup is a path of fields from the query root.
	FieldLookup
	// FacetLookup is the facet's own way of entering: rows are JSON objects with
	// the fields of its key (and __typename).
	FacetLookup
)

// Lookup is one way into a subgraph at a type, by a key.
type Lookup struct {
	Kind LookupKind
	// Type is the name of the type in the subgraph.
	Type string
	// Path are the fields from the root to the looked-up objects (FieldLookup).
	Path []string
	// Arguments fill the last field's arguments from the row (FieldLookup).
	Arguments []LookupArgument
	// Batch says that one request takes many rows.
	Batch bool
	// ByPosition says that the answers of a batch come in the order of the rows;
	// otherwise they are matched by Key.
	ByPosition bool
	// Key are the response paths of the key's leaves, for matching by key.
	Key [][]string
	// Max caps the rows of one request; 0 means no cap.
	Max int
}

// LookupArgument fills one argument of a lookup field.
type LookupArgument struct {
	// Name is the argument's name.
	Name string
	// Type is the argument's type in the subgraph, as SDL.
	Type string
	// From is the path in the row.
	From []string
}

// Selection is a field or an inline fragment of a fetch.
type Selection struct {
	// Key is the response key; it differs from Field when aliased.
	Key string
	// Field is the field's name in the subgraph; empty for an inline fragment.
	Field string
	// On is the type condition of an inline fragment; may be empty when the
	// fragment only carries conditions.
	On string
	// Arguments of the field.
	Arguments []ArgumentSpec
	// Include are the conditions of an inline fragment or field: all must hold.
	Include []Condition
	// Selections below.
	Selections []Selection
}

// Condition is one @include or @skip by variable.
type Condition struct {
	// Variable is an index into FetchSpec.Variables.
	Variable int
	// Negate makes it a @skip.
	Negate bool
}

// ArgumentSpec is an argument of a field: a constant text with the places of
// variables in it.
type ArgumentSpec struct {
	Name string
	// Value is the argument's value.
	Value ArgumentValue
	// Type is the argument's type in the subgraph, as SDL, for a value From the
	// row or its Context.
	Type string
}

// ArgumentValue is a variable, a constant, or a composed value.
type ArgumentValue struct {
	// Variable is an index into FetchSpec.Variables, or -1.
	Variable int
	// Constant is GraphQL text; used when Variable is -1 and there are no
	// Fields or Items.
	Constant string
	// From is a field selection map (Composite Schemas, appendix A) over the row
	// of the lookup that the argument is below; the value is another for each row.
	From string
	// List and Items: a list value. Fields: an object value.
	List   bool
	Object bool
	// Context, when not 0, is one more than the index of the value in the contexts of
	// the row that the argument is below (see [Call.Contexts]).
	Context uint16
	Items   []ArgumentValue
	Fields  []ArgumentSpec
}

// VariableSpec is one value of a fetch that comes from the client's variables.
type VariableSpec struct {
	// Name is the variable's name in the fetch, unique within it.
	Name string
	// Type is its type in the subgraph, as SDL.
	Type string
}

// Call is one run of a Prepared.
type Call struct {
	// Rows are, by entry of the spec, the distinct rows to look up, each as one
	// JSON object (for `_entities` the representation).
	Rows [][][]byte
	// Contexts are, by entry and row, values that belong to the row but are not part
	// of it, as a JSON list; nil for entries, or at all, where no argument has one.
	// Two rows may differ in these only.
	Contexts [][][]byte
	// Variables are the raw JSON values in the order of FetchSpec.Variables; nil
	// means "not given" and leaves the variable out.
	Variables [][]byte
	// Header are the headers to send, by canonical name.
	Header []HeaderField
	// Keep says that later fetches of the operation may find in this one's answer
	// what they look up: the client then sets [Answer.Kept].
	Keep bool
	// Primers are answers of earlier fetches of the operation, to the same
	// subgraph, that were kept for this one. What they hold need not be asked for.
	// They are valid until Fetch returns; other calls may read them meanwhile.
	Primers []*Answer
}

// HeaderField is one header line.
type HeaderField struct {
	Name  string
	Value string
}

// Layout tells how the rows of an answer lie in its body.
type Layout uint8

const (
	// LayoutGraphQL is a GraphQL response: {"data":{alias: [rows…]},"errors":[…]}.
	LayoutGraphQL Layout = iota
	// LayoutRows has one byte range for each row, in Answer.Rows.
	LayoutRows
)

// RowStatus is what became of one row.
type RowStatus uint8

// The states of a row of a LayoutRows answer.
const (
	RowOK RowStatus = iota
	RowNull
	RowMissing
	RowError
)

// Row is one row of a LayoutRows answer.
type Row struct {
	Status     RowStatus
	Start, End int // bytes of Answer.Body
}

// CachePolicy is what an answer allows.
type CachePolicy struct {
	// MaxAge is how long the answer may be kept; negative when nothing was said.
	MaxAge time.Duration
	// Private answers belong to one user.
	Private bool
	NoStore bool
}

// RowErr is an error of one row or of the whole call.
type RowErr struct {
	Entry, Row int // Row is -1 for the whole call
	// Path is the path below the row, field names and indices, as JSON text.
	Path    []byte
	Message string
	Code    string
	// Public says that the message holds nothing of the upstream's that its client
	// has not decided to show.
	Public bool
	// Extensions are further members of the error's `extensions`, as JSON text of
	// an object; may be nil.
	Extensions []byte
}

// Answer is what came back. Its bytes are valid until the last Release.
type Answer struct {
	// Err is set when there is no body to read: no connection, time-out, a
	// status that says so, a body over the limit.
	Err *FetchError
	// Status is the HTTP status, 0 when there was none.
	Status int
	Layout Layout
	// Body are the bytes of the answer.
	Body []byte
	// Rows and Errs describe a LayoutRows answer, by entry.
	Rows [][]Row
	Errs []RowErr
	// Header are the response headers that rules may pass on.
	Header []HeaderField
	Cache  CachePolicy
	// Kept is what the client wants to find again when the answer is one of
	// [Call.Primers]; only the client that set it knows what it is. It must not
	// change any more, but for what the client itself guards.
	Kept any

	refs    refs
	release func(*Answer)
}
