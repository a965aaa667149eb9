package equivalence

import (
	"encoding/json"
	"fmt"
	"os"
	"path/filepath"
	"strings"
)

// files are what a person needs to look at a failing case.
func (c *Case) files(f *Failure, notes string) (map[string]string, error) {
	out := map[string]string{}
	for s, name := range c.Subgraphs {
		out[name+".graphql"] = c.SDL(s)
	}
	whole, err := json.Marshal(c)
	if err != nil {
		return nil, err
	}
	out["case.json"] = string(whole) + "\n"
	data, err := c.Text()
	if err != nil {
		return nil, err
	}
	out["monolith.graphqls"] = c.Monolith()
	out["data.json"] = string(data) + "\n"
	out["op.graphql"] = c.Op.Text()
	out["vars.json"] = string(c.Op.Values()) + "\n"
	out["notes.txt"] = fmt.Sprintf("%s\n%s\n\ngot  %s\nwant %s\n\n%s", notes, f, f.Got, f.Want, f.Plan)
	return out, nil
}

// print is the case as one text.
func (c *Case) print(f *Failure, notes string) string {
	files, err := c.files(f, notes)
	if err != nil {
		return err.Error()
	}
	var b strings.Builder
	show := func(name string) { fmt.Fprintf(&b, "---- %s\n%s\n", name, strings.TrimSpace(files[name])) }
	for _, name := range c.Subgraphs {
		show(name + ".graphql")
	}
	for _, name := range []string{"data.json", "op.graphql", "vars.json", "notes.txt"} {
		show(name)
	}
	return b.String()
}

// save writes the case into a folder.
func (c *Case) save(dir string, f *Failure, notes string) error {
	files, err := c.files(f, notes)
	if err != nil {
		return err
	}
	if err := os.MkdirAll(dir, 0o755); err != nil {
		return err
	}
	for name, text := range files {
		if err := os.WriteFile(filepath.Join(dir, name), []byte(text), 0o644); err != nil {
			return err
		}
	}
	return nil
}
