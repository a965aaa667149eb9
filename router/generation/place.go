package generation

import (
	"fmt"
	"net/url"
	"strings"

	"github.com/weft-graphql/weft/config"
	"github.com/weft-graphql/weft/planner/compose"
	"github.com/weft-graphql/weft/planner/schema"
	"github.com/weft-graphql/weft/subgraphs/openapi"
	"github.com/weft-graphql/weft/subgraphs/rest"
)

// placed gives an error the place of a key of the configuration, or of the nearest
// one above that is there, and has its message begin with the key.
func placed(c *config.Config, path string, e *compose.Error) *compose.Error {
	e.Message = c.KeyPath(path) + ": " + e.Message
	if c.Place == nil {
		return e
	}
	// Of a key that is not there itself, Place gives the one above.
	if at, _ := c.Place(path); at.Line > 0 || at.File != "" {
		e.File, e.Line, e.Column = at.File, at.Line, at.Column
	}
	return e
}

// SchemaPlace is where the configuration says of a subgraph (subgraphs.NAME), or of
// the supergraph, where its schema is; or else where it says what has the schema.
func SchemaPlace(c *config.Config, path string) (config.Position, bool) {
	if c.Place == nil {
		return config.Position{}, false
	}
	for _, key := range []string{".schema", ".openapi", ".path", ".url", ""} {
		if at, ok := c.Place(path + key); ok {
			return at, true
		}
	}
	return config.Position{}, false
}

// openapiError is why a document cannot be imported as an error of composition.
// Its place is what in the configuration asked for it; that in the document is
// part of the message.
func openapiError(c *config.Config, s *config.Subgraph, e *openapi.Error) *compose.Error {
	path := "subgraphs." + s.Name + "."
	switch e.Option {
	case "":
		path += "openapi"
	case "links":
		path = memberPath(path+e.Option, e.Entry)
	case "entities":
		path += e.Option + "." + e.Entry
	default:
		path += "openapi." + e.Option + "." + e.Entry
	}
	message := strings.TrimPrefix(e.Message, e.Option+": ") + ", in " + documentName(s)
	if e.At.Line > 0 {
		message += fmt.Sprintf(":%d:%d", e.At.Line, e.At.Column)
	}
	if e.At.Pointer != "#" {
		message += " (" + e.At.Pointer + ")"
	}
	return placed(c, path, &compose.Error{Code: e.Code, Subgraph: s.Name, Coordinate: e.Coordinate, Message: message, Hint: e.Hint})
}

// documentName is where the document of a subgraph is, without what may be secret.
func documentName(s *config.Subgraph) string {
	source := string(s.OpenAPI.Source)
	if !s.OpenAPI.Source.IsURL() {
		return source
	}
	u, err := url.Parse(source)
	if err != nil {
		return "the document"
	}
	u.User, u.RawQuery, u.Fragment = nil, "", ""
	return u.String()
}

// place finds the places of errors that are not in a text that people have: of
// stitching rules, and of schemas made of OpenAPI documents.
func (r *Composition) place(c *config.Config) {
	for _, e := range r.Errors {
		s := c.Subgraph(e.Subgraph)
		switch {
		case e.File != "":
		case e.Rule != "":
			path := e.Rule
			if !strings.HasPrefix(path, "joins.") {
				path = "subgraphs." + e.Subgraph + "." + path
			}
			e.Message = strings.TrimPrefix(e.Message, e.Rule+": ")
			placed(c, path, e)
		case s != nil && s.OpenAPI != nil:
			e.Line, e.Column = 0, 0 // of the schema that was made
			e.Message += ", in the schema made of " + documentName(s)
			placed(c, "subgraphs."+s.Name+".openapi", e)
		}
	}
}

// restErrors are the faults of a REST upstream as errors of composition. Their
// places are those of their keys in the configuration, or in the schema of what
// else they are about. A fault of one key that several endpoints have is told once.
func restErrors(c *config.Config, name string, doc *schema.Document, faults []*rest.Error) compose.Errors {
	same := func(e *rest.Error) rest.Error {
		return rest.Error{Code: e.Code, Place: e.Place, Message: strings.TrimPrefix(e.Message, e.Coordinate+": ")}
	}
	count := map[rest.Error]int{}
	for _, e := range faults {
		count[same(e)]++
	}
	var out compose.Errors
	for _, e := range faults {
		to := &compose.Error{Code: e.Code, Subgraph: name, Coordinate: e.Coordinate, Message: e.Message, Hint: e.Hint}
		switch n := count[same(e)]; {
		case e.Place.Key == "":
			at := inDocument(doc, e.Coordinate)
			to.Line, to.Column = at.Line, at.Column
			if s := c.Subgraph(name); s != nil && s.OpenAPI != nil {
				to.Line, to.Column = 0, 0 // of the schema that was made
				to = placed(c, "subgraphs."+name+".openapi", to)
			}
			out = append(out, to)
			continue
		case n == 0:
			continue // told already
		case n > 1:
			to.Message, to.Coordinate = same(e).Message, ""
			count[same(e)] = 0
		}
		out = append(out, placed(c, "subgraphs."+name+"."+e.Place.Key, to))
	}
	return out
}

// inDocument is where a document defines a type or field.
func inDocument(doc *schema.Document, coordinate string) schema.Position {
	typeName, fieldName, isField := strings.Cut(coordinate, ".")
	for _, t := range doc.Types {
		if t.Name != typeName {
			continue
		}
		if !isField {
			return t.Pos
		}
		for _, f := range t.Fields {
			if f.Name == fieldName {
				return f.Pos
			}
		}
	}
	return schema.Position{}
}
