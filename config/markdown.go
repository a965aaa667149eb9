package config

import (
	"bytes"
	"fmt"
	"reflect"
	"strings"
)

const referenceHead = `# Configuration

<!-- Generated from config/types.go: go test ./config -run Golden -update -->

Weft reads ` + "`router.yaml`" + `. Every key is below, with its default; ` + "`weft config print`" + ` shows
what a given file comes to, ` + "`weft config validate`" + ` checks it, and ` + "`weft config schema`" + ` prints the
JSON schema that editors use for completion:

` + "```yaml" + `
# yaml-language-server: $schema=./router.schema.json
subgraphs:
  - {name: products, url: http://products:4001/graphql}
  - {name: reviews, url: http://reviews:4002/graphql, schema: ./reviews.graphql}
headers: {forward: [authorization]}
` + "```" + `

## Layers

Each layer wins over those before it:

1. defaults;
2. files, in the order named. Mappings merge key by key, lists whose entries have a ` + "`name`" + ` merge by
   name, other lists are replaced. A relative path is relative to the file that names it. A key without
   a value goes back to its default;
3. environment variables: ` + "`WEFT_`" + ` and the path of the key, levels separated by two underscores, list
   entries addressed by name: ` + "`WEFT_LISTEN`, `WEFT_LIMITS__MAX_DEPTH`, `WEFT_SUBGRAPHS__accounts__URL`" + `.
   Upper and lower case are the same. Lists of text may be written ` + "`a, b, c`" + `, other lists and
   mappings as YAML. An empty variable counts as not set;
4. flags.

## Variables

` + "`${env.NAME}`" + ` is the environment variable, ` + "`${env.NAME:-default}`" + ` has a default for when it is unset or
empty, ` + "`${file.path}`" + ` is the content of a file without its last line break. They are expanded in values,
never in keys or across values, so what they hold cannot change the structure of the file. ` + "`$${`" + ` is a
literal ` + "`${`" + `. A variable that is not set and has no default is an error. What came from a variable is
masked in ` + "`weft config print`" + `.

## Values

| Type | Written as |
|---|---|
| duration | a number with its unit (` + "`ms`, `s`, `m`, `h`): `30s`, `1m30s`" + ` |
| size | a number of bytes, plain or with a unit (` + "`KB`, `MB`, `GB`, `KiB`, `MiB`, `GiB`): `2MB`" + ` |
| percentage | a number from 0 to 100: ` + "`25`, `12.5`" + ` |
| file | a path, relative to the file that names it |

Unknown keys, wrong types, unset variables and contradictions are errors; all of them are reported at
once, each with file, line, column and a stable code.

## Keys
`

// Markdown returns the reference of every key, as docs/config.md holds it.
func Markdown() []byte {
	var b bytes.Buffer
	b.WriteString(referenceHead)
	r := reference{out: &b, shown: map[reflect.Type]string{}}
	r.section(reflect.TypeFor[Config](), "")
	b.WriteString("\n## Error codes\n\n| Code | Meaning |\n|---|---|\n")
	for _, c := range Codes() {
		fmt.Fprintf(&b, "| `%s` | %s |\n", c.Code, c.Meaning)
	}
	return b.Bytes()
}

// reference writes the tables of keys.
type reference struct {
	out *bytes.Buffer
	// shown is where the keys of a type have been listed.
	shown map[reflect.Type]string
}

// section writes the table of one mapping, then the mappings below it.
func (r *reference) section(t reflect.Type, path string) {
	b := r.out
	if path != "" {
		fmt.Fprintf(b, "\n### `%s`\n\n", path)
		if form, ok := scalarForms[t]; ok {
			fmt.Fprintf(b, "Short form: %s\n\n", form.doc)
		}
		if first, ok := r.shown[t]; ok {
			fmt.Fprintf(b, "The same keys as `%s`.\n", first)
			return
		}
		r.shown[t] = path
	} else {
		b.WriteByte('\n')
	}
	b.WriteString("| Key | Type | Default | Meaning |\n|---|---|---|---|\n")
	type section struct {
		t    reflect.Type
		path string
	}
	var next []section
	for _, k := range keysOf(t) {
		fmt.Fprintf(b, "| `%s` | %s | %s | %s |\n", k.name, typeCell(k), defaultCell(k), strings.ReplaceAll(docOf(t, k), "|", `\|`))
		child, at := below(k.typ, join(path, k.name))
		if child.Kind() == reflect.Struct && !isScalar(child) {
			next = append(next, section{child, at})
		}
	}
	for _, n := range next {
		r.section(n.t, n.path)
	}
}

func typeCell(k key) string {
	t := indirect(k.typ)
	switch {
	case hasOwnForm(t):
		return ownFormOf(t).cell()
	case len(k.enum) > 0:
		return "`" + strings.Join(k.enum, "`, `") + "`"
	case k.format == "file":
		return "file"
	case k.format == "url":
		return "URL"
	}
	switch t {
	case durationType:
		return "duration"
	case sizeType:
		return "size"
	case percentType:
		return "percentage"
	}
	switch t.Kind() {
	case reflect.Bool:
		return "`true`, `false`"
	case reflect.Int:
		return "number"
	case reflect.String:
		return "text"
	case reflect.Map:
		if isListMap(t) {
			return "mapping of lists"
		}
		return "mapping of text"
	case reflect.Slice:
		if t.Elem().Kind() == reflect.String {
			return "list of text"
		}
		return "list"
	}
	return "mapping"
}

func defaultCell(k key) string {
	switch {
	case k.required:
		return "required"
	case k.hasDef:
		return "`" + k.def + "`"
	}
	return ""
}
