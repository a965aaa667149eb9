package openapi

import (
	"bytes"
	"encoding/json"
	"strings"

	"go.yaml.in/yaml/v3"

	"github.com/weft-graphql/weft/subgraphs/rest"
)

// YAML prints an imported subgraph as a part of router.yaml. schema is the path
// of the file with the SDL, as the configuration is to name it.
func (r *Result) YAML(name, schema string) []byte {
	section := mapping()
	put(section, "url", text(r.Spec.URL))
	if n := typesNode(r.Spec.Types); len(n.Content) > 0 {
		put(section, "types", n)
	}
	if n := enumsNode(r.Spec.Enums); len(n.Content) > 0 {
		put(section, "enums", n)
	}
	fetch := mapping()
	for _, e := range r.Spec.Endpoints {
		put(fetch, e.Coordinate, endpointNode(&e))
	}
	put(section, "fetch", fetch)

	subgraph := mapping()
	put(subgraph, "name", text(name))
	put(subgraph, "schema", text(schema))
	put(subgraph, "rest", section)
	subgraph.FootComment = r.securityComment()
	root := mapping()
	put(root, "subgraphs", &yaml.Node{Kind: yaml.SequenceNode, Content: []*yaml.Node{subgraph}})

	var out bytes.Buffer
	enc := yaml.NewEncoder(&out)
	enc.SetIndent(2)
	// Nodes of our own making always can be written, and a buffer takes all.
	_ = enc.Encode(root)
	_ = enc.Close()
	return out.Bytes()
}

// securityComment tells how to prove to the service who the router is.
func (r *Result) securityComment() string {
	var lines []string
	for _, s := range r.Security {
		if s.Operations == 0 {
			continue
		}
		line := "The service knows " + oneLine(s.Name) + " (" + oneLine(s.Type) + "): "
		switch {
		case s.Auth != "" && s.About != "":
			line += s.Auth + ", " + s.About
		default:
			line += s.Auth + s.About
		}
		lines = append(lines, line)
	}
	return strings.Join(lines, "\n")
}

func mapping() *yaml.Node { return &yaml.Node{Kind: yaml.MappingNode} }

func put(n *yaml.Node, key string, value *yaml.Node) {
	n.Content = append(n.Content, text(key), value)
}

// text is a string, in quotes where it would be read as something else. The
// configuration replaces ${…}, which is written as $${…} to stay.
func text(s string) *yaml.Node {
	n := &yaml.Node{Kind: yaml.ScalarNode, Tag: "!!str", Value: strings.ReplaceAll(s, "${", "$${")}
	if strings.ContainsAny(s, "\n\r'") {
		n.Style = yaml.DoubleQuotedStyle
	}
	return n
}

// flowText is a string as it stands within braces on one line.
func flowText(s string) string {
	if s != "" && !strings.ContainsAny(s, "{}[],:#&*!|>'\"%@`? \n\t\\") && !strings.HasPrefix(s, "-") {
		return s
	}
	quoted, _ := json.Marshal(s) // a string always can be
	return string(quoted)
}

func flow(n *yaml.Node) *yaml.Node {
	n.Style = yaml.FlowStyle
	return n
}

func typesNode(list []rest.TypeSpec) *yaml.Node {
	n := mapping()
	for _, t := range list {
		fields := mapping()
		for _, f := range t.Fields {
			put(fields, f.Field, text(f.Select))
		}
		if name := t.Typename; name != nil {
			how := mapping()
			if name.By != "" {
				put(how, "by", text(name.By))
			}
			for _, l := range []struct {
				key    string
				values []rest.Value
			}{{"map", name.Map}, {"present", name.Present}} {
				if len(l.values) == 0 {
					continue
				}
				values := mapping()
				for _, v := range l.values {
					put(values, v.Name, text(v.JSON))
				}
				put(how, l.key, flow(values))
			}
			put(fields, "typename", how)
		}
		put(n, t.Type, fields)
	}
	return n
}

func enumsNode(list []rest.EnumSpec) *yaml.Node {
	n := mapping()
	for _, e := range list {
		values := mapping()
		for _, v := range e.Values {
			var s string
			_ = json.Unmarshal([]byte(v.JSON), &s) // imported enums are of strings
			put(values, v.Name, text(s))
		}
		put(n, e.Enum, values)
	}
	return n
}

// maxFlow is how long an endpoint on one line may be.
const maxFlow = 110

func endpointNode(e *rest.EndpointSpec) *yaml.Node {
	n := mapping()
	put(n, e.Method, text(e.Path))
	if len(e.Query) > 0 {
		query := mapping()
		for _, p := range e.Query {
			value := text(p.Value)
			if p.Lists != "" {
				value = mapping()
				put(value, "value", text(p.Value))
				put(value, "lists", text(p.Lists))
				flow(value)
			}
			put(query, p.Name, value)
		}
		put(n, "query", query)
	}
	if len(e.Headers) > 0 {
		headers := mapping()
		for _, h := range e.Headers {
			put(headers, h.Name, text(h.Value))
		}
		put(n, "headers", headers)
	}
	for _, o := range [][2]string{{"body", e.Body}, {"encode", e.Encode}, {"at", e.SelectAt}, {"select", e.Select}, {"not_found", e.NotFound}} {
		if o[1] != "" {
			put(n, o[0], text(o[1]))
		}
	}
	if len(n.Content) == 2 {
		return text(e.Method + " " + e.Path)
	}
	length := len(e.Coordinate)
	if measure(n, &length); length <= maxFlow {
		for _, c := range n.Content {
			if c.Kind == yaml.MappingNode {
				flow(c)
			}
		}
		flow(n)
	}
	return n
}

func measure(n *yaml.Node, length *int) {
	*length += len(n.Value) + 2
	for _, c := range n.Content {
		measure(c, length)
	}
}
