package config

import (
	"path/filepath"
	"reflect"
	"slices"
	"strings"

	"go.yaml.in/yaml/v3"
)

// Links are fields that lead to types of other subgraphs, in their order.
type Links []Link

// Link adds a field that leads to a type, by the fields its key comes from.
type Link struct {
	// Field is the coordinate of the new field, Type what it leads to.
	Field, Type string
	// By are the fields of the key with what they come from.
	By []RestText
}

func (l *Links) decode(d *decoder, n *node, _ key, path string) {
	*l = slices.Clone(*l)
	find := func(name string) int {
		return slices.IndexFunc(*l, func(e Link) bool { return e.Field == name })
	}
	drop := func(name string) {
		if i := find(name); i >= 0 {
			*l = slices.Delete(*l, i, i+1)
		}
	}
	const hint = "such as: Order.user: {User: {id: user_id}}"
	d.members(n, path, drop, func(f member, at string) {
		if f.value.kind != mappingNode || len(f.value.fields) != 1 {
			d.fail(f.value.pos, CodeWrongType, at, "expected a mapping of one type", hint)
			return
		}
		to := f.value.fields[0]
		link := Link{Field: f.key, Type: to.key}
		d.at[at] = f.value.pos
		d.members(to.value, memberPath(at, to.key), func(string) {}, func(g member, at string) {
			if value, ok := d.anyText(g.value, key{name: g.key}, at); ok {
				link.By = append(link.By, RestText{g.key, value})
			}
		})
		if i := find(f.key); i >= 0 {
			(*l)[i] = link
			return
		}
		*l = append(*l, link)
	})
}

func (l *Links) yaml(*printer, key, string) *yaml.Node {
	n := mappingNodeOf()
	for _, link := range *l {
		by := mappingNodeOf()
		for _, b := range link.By {
			by.Content = append(by.Content, text(b.Name), text(b.Text))
		}
		n.Content = append(n.Content, text(link.Field), mappingNodeOf(text(link.Type), by))
	}
	return n
}

func (l *Links) schema() object {
	return object{"type", "object", "additionalProperties", object{"type", "object", "minProperties", 1, "maxProperties", 1,
		"additionalProperties", object{"type", "object", "additionalProperties", object{"type", "string"}}}}
}

func (l *Links) cell() string { return "mapping of mappings" }

// FileOrURL is the path of a file or a URL.
type FileOrURL string

// IsURL reports whether it is a URL.
func (f FileOrURL) IsURL() bool { return strings.Contains(string(f), "://") }

func (f *FileOrURL) decode(d *decoder, n *node, k key, path string) {
	v := reflect.New(reflect.TypeFor[string]()).Elem()
	before := len(d.errs)
	d.scalar(n, v, key{name: k.name, typ: v.Type()}, path)
	if len(d.errs) > before {
		return
	}
	*f = FileOrURL(v.String())
	if *f != "" && !f.IsURL() && !filepath.IsAbs(string(*f)) {
		*f = FileOrURL(filepath.Join(n.dir, string(*f)))
	}
}

func (f *FileOrURL) yaml(p *printer, k key, path string) *yaml.Node {
	if f.IsURL() {
		k.format = "url"
	}
	return p.scalar(reflect.ValueOf(string(*f)), k, path)
}

func (f *FileOrURL) schema() object { return object{"type", "string"} }

func (f *FileOrURL) cell() string { return "file or URL" }
