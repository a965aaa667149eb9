package stitch

import (
	"github.com/weft-graphql/weft/planner/schema"
	"github.com/weft-graphql/weft/planner/supergraph"
)

// Rules say how one subgraph is stitched. Transforms apply in order: each sees
// the names that those before it left. Entities and joins use the names that the
// transforms left.
type Rules struct {
	Transforms []Transform
	Entities   []Entity
}

// Empty reports whether the rules change nothing.
func (r Rules) Empty() bool { return len(r.Transforms) == 0 && len(r.Entities) == 0 }

// Transform is one rule; exactly one of its fields is set.
type Transform struct {
	Rename *Rename
	Prefix *Prefix
	// Hide lists coordinates: Type, Type.field, Type.field(argument), Enum.VALUE.
	// A star stands for any characters of a name.
	Hide []string
	// Namespace is the root field that all root fields of the subgraph move under.
	Namespace string
}

// Rename gives types and fields other names. All names are those before the rule.
type Rename struct {
	// Types maps names of types to new names.
	Types map[string]string
	// Fields maps coordinates (Type.field) to new field names. A field of an
	// interface is renamed in all types that implement it.
	Fields map[string]string
}

// Prefix puts a text before names.
type Prefix struct {
	Value string
	// Types prefixes all types but the root types and built-in scalars.
	Types bool
	// Fields prefixes the root fields.
	Fields bool
	// Except lists names of types, names of root fields, or coordinates that stay
	// as they are. A star stands for any characters.
	Except []string
}

// Entity is one way to look a type up.
type Entity struct {
	Type string
	// Key is the field set that identifies an object, for example "id" or
	// "number region".
	Key string
	// Lookup is a root field with its arguments: "users(ids: $key.id)".
	Lookup string
	// Max caps the rows of one request; 0 means no cap.
	Max int
	// Match says how the answers of a batch find their rows.
	Match supergraph.Correlation
	// Rule names the rule in errors, relative to the subgraph's configuration
	// (entities.User.0).
	Rule string
}

// Join adds a field to a type of one subgraph that leads to a type of another.
type Join struct {
	// Field is the coordinate of the new field: Review.author.
	Field string
	// Type is the joined type.
	Type string
	// Subgraph is the one that looks the joined type up.
	Subgraph string
	// By maps the leaves of the joined type's key (id, org.id) to fields of the
	// type that gets the new field.
	By map[string]string
	// From are the fields instead of By, in the order of the key's leaves.
	From []string
	// List says that the field is a list; nil means: if its source is one.
	List *bool
	// Nullable says that the field may be null.
	Nullable bool
	// Rule names the rule in errors (joins.0).
	Rule string
}

// Input is one subgraph to stitch.
type Input struct {
	Name  string
	Doc   *schema.Document
	Rules Rules
}
