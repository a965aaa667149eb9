package rest

import (
	"time"
)

// Spec is what the configuration says of one REST upstream: the `rest:` section
// of a subgraph, by value. It is plain data; whoever made it owns it until it is
// handed to [Compile]. Zero values mean the default named at each field.
type Spec struct {
	// URL is the base of all paths: scheme, host and an optional path.
	URL string
	// Headers are sent with every request.
	Headers []Header
	// Forward are the names of client headers that are passed on.
	Forward []string
	// Timeout limits one request; 0 is the subgraph's.
	Timeout time.Duration
	// Names tells how the upstream spells fields, parameters of pages, fields of
	// input objects and enum values that nothing else maps: "asis" (default),
	// "snake", "kebab" or "camel". Enum values are understood as the schema has
	// them, too.
	Names string
	// Lists tells how a list becomes query parameters: "repeat" (default),
	// "comma", "brackets", "index", "pipe", "space" or "json".
	Lists string
	// At is where the payload lies in every answer (an envelope), as a mapping
	// path; an endpoint's own At replaces it.
	At string
	// Types map fields, by type; what is not listed is found by name.
	Types []TypeSpec
	// Enums map enum values to what the upstream writes, by enum.
	Enums []EnumSpec
	// Formats tell how the upstream writes a scalar, by scalar.
	Formats []FormatSpec
	// Endpoints are the ways to ask, in the order of the configuration; several
	// may serve one coordinate.
	Endpoints []EndpointSpec
	// Cache is the default of the endpoints.
	Cache CacheSpec
	// Retry is the default of the endpoints.
	Retry RetrySpec
	// Errors map failures, unless an endpoint does.
	Errors ErrorSpec
	// MaxURL is the length of a URL beyond which a request with a declared POST
	// form turns into it; 0 is 4 KiB.
	MaxURL int
	// MaxBody limits an answer's decompressed size in bytes; 0 is 8 MiB.
	MaxBody int64
	// Strict makes a value of another type than the schema's an error even where
	// it could be converted.
	Strict bool
	// WarnOfConversions tells [Options.OnConversion] of values that were converted.
	WarnOfConversions bool
	// Config are the values of `$config`.
	Config []Value
	// Env finds the environment variables that `$env` mentions, when the upstream
	// is compiled; nil means the process's.
	Env func(name string) (string, bool)
	// Unprimed says that what one answer holds never stands for a lookup of the
	// same operation.
	Unprimed bool
	// Partial says that something else answers for root fields without an endpoint
	// and for fields that no endpoint gives; otherwise they are faults.
	Partial bool
}

// Value is a name with its value, JSON text.
type Value struct{ Name, JSON string }

// Header is one header with its value: an expression of the mapping language
// when Expression is set, text otherwise.
type Header struct {
	Name       string
	Value      string
	Expression bool
	At         Place
}

// Place is where in the configuration something stands, for errors.
type Place struct {
	// Key is the path of keys below the subgraph, as "rest.fetch.Query.users".
	Key    string
	Line   int
	Column int
}

// TypeSpec maps fields of one type.
type TypeSpec struct {
	Type   string
	Fields []FieldSpec
	// Typename tells the concrete type of a value of an abstract type.
	Typename *TypenameSpec
	At       Place
}

// FieldSpec says how one field is made of the upstream's object: a selection of
// the mapping language (usually a path).
type FieldSpec struct {
	Field  string
	Select string
	At     Place
}

// TypenameSpec tells the concrete type by the value at a path, or by which
// fields are there.
type TypenameSpec struct {
	// By is the path of the discriminator.
	By string
	// Map are the types by value; a value that is not listed is the type's name.
	Map []Value
	// Present are, by concrete type (Name), the path that is there for it alone (JSON holds the path).
	Present []Value
}

// EnumSpec maps the values of one enum.
type EnumSpec struct {
	Enum   string
	Values []Value // Name in the schema, JSON text upstream
	At     Place
}

// FormatSpec tells how a scalar is written: "iso" (default), "epoch_s",
// "epoch_ms", "string", "number".
type FormatSpec struct {
	Scalar string
	Format string
	At     Place
}

// EndpointSpec is one way to ask, keyed by a coordinate.
type EndpointSpec struct {
	// Coordinate is "Query.x", "Mutation.x", "Type.field", "Type" (a lookup by
	// the type's first key) or "Type(a b)" (by another).
	Coordinate string
	Method     string // GET, POST, PUT, PATCH, DELETE
	// Path is relative to the URL, with templates in braces: {x}, {$args.x}, {$this.x}, {$batch.x}.
	Path string
	// MultiSegment allows {+x} in it: a value that may hold slashes.
	MultiSegment bool
	Query        []Param
	Headers      []Header
	// Body is a selection whose output is the body; Encode is how: "json"
	// (default), "form", "multipart" or "text".
	Body   string
	Encode string
	// SelectAt is where the payload lies (`at:`); Each is where it lies in each
	// element of a batch (`each:`).
	SelectAt string
	Each     string
	// Select makes the object of the payload, instead of the type's mapping.
	Select string
	// JQ is a program in jq that makes the payload, instead of SelectAt; Provides
	// are then the fields the result has, in the schema's own names. With Select
	// the result is an upstream's payload as any other.
	JQ string
	// Omit are fields that the payload lacks; Provides the only ones it has. Both
	// are field sets of the returned type.
	Omit     string
	Provides string
	// Match tells how a batch's elements find their rows: "" or "key",
	// "position", "map", or with MatchItem and MatchRow by two paths.
	Match     string
	MatchItem string
	MatchRow  string
	Batch     BatchSpec
	Page      *PageSpec
	// OK is a range of statuses ("200..299") or an expression over $status and
	// the payload.
	OK string
	// NotFound is "null" (default for lookups and nullable fields) or "error".
	NotFound string
	// Missing is what becomes of a row that a batch's answer lacks: "null"
	// (default), "error" or "drop".
	Missing string
	Errors  *ErrorSpec
	// Item maps errors of single elements of a batch.
	Item        *ErrorSpec
	Cache       *CacheSpec
	Retry       *RetrySpec
	Timeout     time.Duration
	Idempotent  bool
	Cost        int
	Latency     time.Duration // expected; for limits.latency_budget
	Invalidates []string
	Lists       string
	// Stream is "poll" or "sse" where the configuration asks for one: [Compile]
	// refuses both, they wait for subscriptions.
	Stream string
	At     Place
}

// Param is a query parameter: the value is an expression of the mapping language
// when Expression is set, text otherwise. Null and missing values leave it out.
type Param struct {
	Name       string
	Value      string
	Expression bool
	Lists      string
	At         Place
}

// BatchSpec bounds the rows of one request.
type BatchSpec struct {
	// Max splits longer batches; 0 means no bound.
	Max int
	// Post turns GET into POST above so many rows; 0 means by URL length only,
	// and -1 never. PostAs is how the parameters travel then: "form" (default) or
	// "json".
	Post   int
	PostAs string
}

// PageSpec maps pagination.
type PageSpec struct {
	// Style is "page", "offset", "cursor" or "link".
	Style string
	// Arguments of the field that say what to get, by the names of the schema.
	Page, Size, Offset, Limit, First, After string
	// Parameters by which the upstream is asked; default by Names.
	PageParam, SizeParam, OffsetParam, LimitParam, CursorParam string
	// Items is where the elements lie; Next where the next cursor or URL does;
	// Total where the number of all elements; More where a flag says that there are more.
	Items, Next, Total, More string
	// Into is "list" (default) or "connection".
	Into string
	// Default is the size asked for when the client names none; Max caps it.
	Default, Max int
	// All follows pages until the end or so many of them; 0 does not follow.
	All int
	// Start is the first page's number for Style page; 0 is 1, and -1 is 0.
	Start int
	At    Place
}

// ErrorSpec maps failures; each is an expression.
type ErrorSpec struct {
	OK         string
	Message    string
	Code       string
	Extensions string
	// Expose shows the upstream's message to the client.
	Expose bool
	At     Place
}

// CacheSpec says how answers are cached.
type CacheSpec struct {
	// Scope is "" (not cached), "user" or "shared".
	Scope string
	// Revalidate is "" or "always".
	Revalidate string
	// TTL is the lifetime of answers that state none; 0 gives them none.
	TTL time.Duration
	// StaleWhileRevalidate and StaleIfError are windows for answers that state
	// none and do not forbid being used stale; 0 gives them none.
	StaleWhileRevalidate time.Duration
	StaleIfError         time.Duration
	Off                  bool
}

// RetrySpec says how often a safe request is repeated.
type RetrySpec struct {
	// Attempts is the number of repetitions; 0 is 2, -1 none.
	Attempts int
	// Backoff is the first pause; 0 is 50 ms. It doubles, with full jitter.
	Backoff time.Duration
	// Budget is the share of requests that may be repetitions, in percent; 0 is 10.
	Budget int
	Set    bool
}
