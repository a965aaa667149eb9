package openapi

import (
	"fmt"
	"slices"
	"strings"

	"github.com/weft-graphql/weft/subgraphs/nearest"
)

// maxSuggested is how many names a hint lists.
const maxSuggested = 10

// meant says which of the names was probably meant, or else which there are; it is
// empty if there are none.
func meant(word string, names []string) string {
	if best := nearest.Name(word, names); best != "" {
		return fmt.Sprintf("Did you mean %q?", best)
	}
	switch more := len(names) - maxSuggested; {
	case len(names) == 0:
		return ""
	case more > 0:
		return "There are " + strings.Join(names[:maxSuggested], ", ") + fmt.Sprintf(" and %d more", more)
	}
	return "There are " + strings.Join(names, ", ")
}

// objectTypes are the names of the object types there are.
func (im *importer) objectTypes() []string {
	var out []string
	for name, t := range im.claims {
		if t.kind == objectType {
			out = append(out, name)
		}
	}
	slices.Sort(out)
	return out
}

// properties are the names by which links can take the type's values.
func (t *gtype) properties() []string {
	var out []string
	for _, f := range t.fields {
		if f.prop != "" {
			out = append(out, f.prop)
		}
	}
	return out
}

// keyFields are the names of the fields that can be in a key.
func (t *gtype) keyFields() []string {
	var out []string
	for _, f := range t.fields {
		if canBeKey(f) {
			out = append(out, f.name)
		}
	}
	return out
}

// components are the names of the document's schemas.
func (im *importer) components() []string {
	if im.doc.Components == nil {
		return nil
	}
	return sortedKeys(im.doc.Components.Schemas)
}

// operationNames are what options can call the operations.
func (im *importer) operationNames() []string {
	var out []string
	for _, o := range im.ops {
		if out = append(out, o.key); o.op.OperationID != "" {
			out = append(out, o.op.OperationID)
		}
	}
	return out
}
