package config

import (
	"regexp"
	"strings"
)

// bracketed is a key with a dot in it, as memberPath names it.
var bracketed = regexp.MustCompile(`\[([^\[\]]+)\]`)

// writtenPath is a path as it is written in YAML: what stands alone where a list
// could stand has no index, and a key with a dot in it is quoted.
func writtenPath(path string, alone map[string]bool) string {
	// Of an entry, only its own list can be left out, and such lists are not nested.
	for i := strings.Index(path, ".0"); i >= 0; {
		rest := path[i+len(".0"):]
		if alone[path[:i]] && (rest == "" || rest[0] == '.') {
			path = path[:i] + rest
			break
		}
		next := strings.Index(rest, ".0")
		if next < 0 {
			break
		}
		i += len(".0") + next
	}
	return bracketed.ReplaceAllString(path, `."$1"`)
}

// KeyPath returns the path of a value as messages name it: as it is written in
// YAML, list entries by name (subgraphs.songs.rest.fetch."Query.song".GET).
func (c *Config) KeyPath(path string) string {
	if c.Written == nil {
		return writtenPath(path, nil)
	}
	return c.Written(path)
}
