package planner

import "github.com/weft-graphql/weft/planner/schema"

// names are texts that plans are full of, made once for each schema.
type names struct {
	// text holds Type.field for each field, then Type.__typename for each type;
	// quoted holds "field": for each field, then "Type" for each type. The offsets
	// are where each begins.
	text     string
	at       []int
	quoted   []byte
	quotedAt []int
	fields   int
}

func newNames(s *schema.Schema) names {
	n := names{fields: len(s.Fields)}
	size, quotedSize := 0, 0
	parent := func(f *schema.Field) string {
		if f.Parent == schema.NoType {
			return ""
		}
		return s.Type(f.Parent).Name
	}
	for i := range s.Fields {
		f := &s.Fields[i]
		size += len(parent(f)) + 1 + len(f.Name)
		quotedSize += len(f.Name) + 3
	}
	for i := range s.Types {
		size += len(s.Types[i].Name) + len(typenameSuffix)
		quotedSize += len(s.Types[i].Name) + 2
	}
	text := make([]byte, 0, size)
	n.quoted = make([]byte, 0, quotedSize)
	n.at = make([]int, 0, len(s.Fields)+len(s.Types)+1)
	n.quotedAt = make([]int, 0, len(s.Fields)+len(s.Types)+1)
	for i := range s.Fields {
		f := &s.Fields[i]
		n.at, n.quotedAt = append(n.at, len(text)), append(n.quotedAt, len(n.quoted))
		text = append(append(append(text, parent(f)...), '.'), f.Name...)
		n.quoted = append(appendQuoted(n.quoted, f.Name), ':')
	}
	for i := range s.Types {
		n.at, n.quotedAt = append(n.at, len(text)), append(n.quotedAt, len(n.quoted))
		text = append(append(text, s.Types[i].Name...), typenameSuffix...)
		n.quoted = appendQuoted(n.quoted, s.Types[i].Name)
	}
	n.at, n.quotedAt = append(n.at, len(text)), append(n.quotedAt, len(n.quoted))
	n.text = string(text)
	return n
}

const typenameSuffix = ".__typename"

// coordinate is Type.field.
func (n *names) coordinate(f schema.FieldID) string { return n.text[n.at[f]:n.at[f+1]] }

// typename is the coordinate of a type's __typename.
func (n *names) typename(t schema.TypeID) string {
	return n.text[n.at[n.fields+int(t)]:n.at[n.fields+int(t)+1]]
}

// prefix is a field's name as the key of a JSON object with its colon.
func (n *names) prefix(f schema.FieldID) []byte {
	from, to := n.quotedAt[f], n.quotedAt[f+1]
	return n.quoted[from:to:to]
}

// typeConstant is the JSON string of the name that a type has in a subgraph.
func (n *names) typeConstant(s *schema.Schema, t schema.TypeID, name string) []byte {
	if t == schema.NoType || s.Type(t).Name != name {
		return appendQuoted(make([]byte, 0, len(name)+2), name)
	}
	from, to := n.quotedAt[n.fields+int(t)], n.quotedAt[n.fields+int(t)+1]
	return n.quoted[from:to:to]
}

// appendQuoted appends a name as a JSON string. GraphQL names need no escapes.
func appendQuoted(dst []byte, name string) []byte {
	dst = append(dst, '"')
	dst = append(dst, name...)
	return append(dst, '"')
}
