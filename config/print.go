package config

import (
	"bytes"
	"encoding"
	"fmt"
	"net/url"
	"reflect"
	"slices"
	"strconv"
	"strings"

	"go.yaml.in/yaml/v3"
)

// masked stands where a secret would.
const masked = "********"

// Print returns the whole configuration as YAML, in long form and with every
// default. Secrets, and whatever came from ${env.} or ${file.}, are masked.
func (l *Loaded) Print() ([]byte, error) {
	p := printer{secrets: l.secrets, precomposed: l.Config.Supergraph != nil}
	var out bytes.Buffer
	enc := yaml.NewEncoder(&out)
	enc.SetIndent(2)
	if err := enc.Encode(p.structure(reflect.ValueOf(l.Config).Elem(), "")); err != nil {
		return nil, fmt.Errorf("printing the configuration: %w", err)
	}
	if err := enc.Close(); err != nil {
		return nil, fmt.Errorf("printing the configuration: %w", err)
	}
	return out.Bytes(), nil
}

type printer struct {
	secrets map[string]bool
	// precomposed: subgraphs have no schema of their own.
	precomposed bool
}

func (p *printer) structure(v reflect.Value, path string) *yaml.Node {
	n := &yaml.Node{Kind: yaml.MappingNode}
	for _, k := range keysOf(v.Type()) {
		f := v.Field(k.index)
		if k.moved || f.IsZero() && !k.hasDef && !hasDefaults(k.typ) || k.typ == schemaType && (p.precomposed || schemaless(v)) {
			continue
		}
		n.Content = append(n.Content, text(k.name), p.value(f, k, join(path, k.name)))
	}
	return n
}

// hasDefaults reports whether a zero value of t still says something.
func hasDefaults(t reflect.Type) bool {
	switch t.Kind() {
	case reflect.Struct:
		return slices.ContainsFunc(keysOf(t), func(k key) bool { return k.hasDef || hasDefaults(k.typ) })
	case reflect.Pointer, reflect.Slice, reflect.Map, reflect.String:
		return false
	}
	return true
}

func (p *printer) value(v reflect.Value, k key, path string) *yaml.Node {
	if v.Kind() == reflect.Pointer {
		v = v.Elem()
	}
	if hasOwnForm(v.Type()) {
		return v.Addr().Interface().(ownForm).yaml(p, k, path)
	}
	if isScalar(v.Type()) {
		return p.scalar(v, k, path)
	}
	switch v.Kind() {
	case reflect.Struct:
		return p.structure(v, path)
	case reflect.Map:
		n := &yaml.Node{Kind: yaml.MappingNode}
		if isListMap(v.Type()) {
			names := v.MapKeys()
			slices.SortFunc(names, func(a, b reflect.Value) int { return strings.Compare(a.String(), b.String()) })
			for _, name := range names {
				n.Content = append(n.Content, text(name.String()), p.value(v.MapIndex(name), k, memberPath(path, name.String())))
			}
			return n
		}
		entries := v.Interface().(map[string]string)
		for _, name := range sortedKeys(entries) {
			n.Content = append(n.Content, text(name), p.scalar(reflect.ValueOf(entries[name]), k, join(path, name)))
		}
		return n
	}
	n := &yaml.Node{Kind: yaml.SequenceNode}
	if v.Len() == 0 || isScalar(v.Type().Elem()) {
		n.Style = yaml.FlowStyle
	}
	for i := range v.Len() {
		name := strconv.Itoa(i)
		if isNamedList(v.Type()) {
			name = v.Index(i).FieldByName("Name").String()
		}
		n.Content = append(n.Content, p.value(v.Index(i), key{secret: k.secret, format: k.format}, join(path, name)))
	}
	return n
}

func (p *printer) scalar(v reflect.Value, k key, path string) *yaml.Node {
	if k.secret || p.secrets[path] {
		return text(masked)
	}
	if m, ok := v.Interface().(encoding.TextMarshaler); ok {
		b, err := m.MarshalText()
		if err == nil {
			return plain(string(b))
		}
	}
	switch v.Kind() {
	case reflect.Bool:
		return plain(strconv.FormatBool(v.Bool()))
	case reflect.Int:
		return plain(strconv.FormatInt(v.Int(), 10))
	}
	if k.format == "url" {
		return text(withoutPassword(v.String()))
	}
	return text(v.String())
}

// withoutPassword masks the password in a URL.
func withoutPassword(s string) string {
	u, err := url.Parse(s)
	if err != nil {
		return masked
	}
	if _, has := u.User.Password(); !has {
		return s
	}
	// The authority ends at the first slash after "//", its user part at the last
	// @ before that. Redacted() would rewrite the rest of the URL as well.
	scheme, rest, _ := strings.Cut(s, "//")
	authority, path := rest, ""
	if i := strings.IndexAny(rest, "/?#"); i >= 0 {
		authority, path = rest[:i], rest[i:]
	}
	host := authority[strings.LastIndexByte(authority, '@')+1:]
	return scheme + "//" + url.User(u.User.Username()).String() + ":" + masked + "@" + host + path
}

func text(s string) *yaml.Node {
	n := &yaml.Node{}
	n.SetString(escapeVariables(s))
	return n
}

// plain is a scalar whose type YAML tells from its text.
func plain(s string) *yaml.Node { return &yaml.Node{Kind: yaml.ScalarNode, Value: s} }

// escapeVariables makes printed text mean the same when it is read again.
func escapeVariables(s string) string { return strings.ReplaceAll(s, "${", "$${") }

func sortedKeys[V any](m map[string]V) []string {
	keys := make([]string, 0, len(m))
	for k := range m {
		keys = append(keys, k)
	}
	slices.Sort(keys)
	return keys
}
