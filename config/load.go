package config

import (
	"fmt"
	"os"
	"path/filepath"
	"reflect"
	"slices"
	"strings"
)

// maxConfigFile bounds one configuration file.
const maxConfigFile = 16 << 20

// DefaultFiles are looked for in this order when no file is named.
var DefaultFiles = []string{"router.yaml", "router.yml"}

// Source is a configuration document in memory.
type Source struct {
	// Name stands in messages where a file name would.
	Name string
	// Data is the YAML text.
	Data []byte
	// Dir is what relative paths in Data are relative to; empty means the working directory.
	Dir string
}

// Options says where the configuration comes from.
type Options struct {
	// Sources are documents in memory; Files win over them.
	Sources []Source
	// Files are merged in this order; later ones win. If Files and Sources are
	// both empty, the first of [DefaultFiles] that exists is read.
	Files []string
	// Environ are the variables, as from [os.Environ]; nil means those of the
	// process. WEFT_ variables set keys, and all may be used as ${env.NAME}.
	Environ []string
	// Flags maps dotted paths (subgraphs.accounts.url) to values; they win over everything.
	Flags map[string]string
}

// Loaded is a configuration with what is known about its making.
type Loaded struct {
	// Config is complete and in long form.
	Config *Config
	// Files are the absolute paths of all files the configuration was read from
	// or that it names (schemas, supergraph, ${file.}), sorted: what a watcher watches.
	Files []string
	// Warnings are no reason to refuse the configuration, but worth showing.
	Warnings Errors

	at      map[string]Position
	secrets map[string]bool
}

// Default returns the configuration of an empty file.
func Default() *Config {
	c := &Config{}
	setDefaults(reflect.ValueOf(c).Elem())
	return c
}

// Load reads and merges all layers, validates the result and expands its short
// forms. A non-nil error is of type [Errors] and holds every problem; the
// [Loaded] returned beside it is good for its Files and Warnings only.
func Load(o Options) (*Loaded, error) {
	environ := o.Environ
	if environ == nil {
		environ = os.Environ()
	}
	l := &loader{
		decoder: newDecoder(),
		config:  Default(),
		vars:    &variables{lookupEnv: lookupIn(environ), readFile: readSecretFile},
	}
	files := o.Files
	if len(files) == 0 && len(o.Sources) == 0 {
		files = l.find()
	}
	for _, s := range o.Sources {
		l.order = append(l.order, s.Name)
		l.document(s.Name, s.Dir, s.Data)
	}
	for _, f := range files {
		l.order = append(l.order, f)
		l.files = append(l.files, f)
		data, err := readRegular(f, maxConfigFile)
		if err != nil {
			l.decoder.fail(Position{File: f}, CodeFile, "", "the file cannot be read: "+withoutPath(err), "")
			continue
		}
		l.document(f, filepath.Dir(f), data)
	}
	env, warnings := envOverrides(environ)
	for _, v := range append(env, flagOverrides(o.Flags)...) {
		l.decoder.override(v, l.config)
	}
	l.environment()
	out := &Loaded{Config: l.config, Warnings: append(warnings, l.decoder.warnings...), at: l.decoder.at, secrets: l.decoder.secrets}
	errs := l.decoder.errs
	v := &validator{config: l.config, at: l.decoder.at, secrets: l.decoder.secrets, bad: errs}
	v.validate()
	errs = append(errs, v.errs...)
	out.Warnings = append(out.Warnings, v.warnings...)
	out.apply(l.config.expand())
	out.Files = absolute(append(append(l.files, l.vars.files...), l.config.namedFiles()...))
	l.config.Place = out.Position
	l.config.Written = func(path string) string { return writtenPath(path, l.decoder.alone) }
	for _, list := range []Errors{errs, out.Warnings} {
		for i := range list {
			if list[i].Line > 0 { // a flag or variable is a dotted path itself
				list[i].Path = l.config.KeyPath(list[i].Path)
			}
		}
	}
	if len(errs) > 0 {
		return out, errs.sorted(l.order)
	}
	return out, nil
}

// loader is the state of one Load.
type loader struct {
	decoder *decoder
	config  *Config
	vars    *variables
	files   []string // read
	order   []string // names of documents, weakest first
}

func (l *loader) find() []string {
	for _, name := range DefaultFiles {
		if _, err := os.Stat(name); err == nil {
			return []string{name}
		}
	}
	// Watching for the file to appear is what makes it possible to start before it.
	l.files = append(l.files, DefaultFiles...)
	l.decoder.fail(Position{File: DefaultFiles[0]}, CodeFile, "", "there is no configuration file here", "create router.yaml, or name a file with --config")
	return nil
}

func (l *loader) document(name, dir string, data []byte) {
	r := reader{file: name, dir: dir, vars: l.vars}
	n := r.parse(data)
	l.decoder.errs = append(l.decoder.errs, r.errs...)
	if n == nil {
		if _, ok := l.decoder.at[""]; !ok {
			l.decoder.at[""] = Position{name, 1, 1} // for what is missing
		}
		return
	}
	if n.kind != mappingNode {
		l.decoder.wrongType(n, "", "a mapping")
		return
	}
	l.decoder.layer(n, l.config)
}

// Position returns where the value at a dotted path (subgraphs.accounts.url)
// was given, or the nearest value around it; false means that it is a default.
func (l *Loaded) Position(path string) (Position, bool) {
	return positionIn(l.at, path)
}

func positionIn(at map[string]Position, path string) (Position, bool) {
	p, exact := at[path]
	for !exact && path != "" {
		i := strings.LastIndexByte(path, '.')
		path = path[:max(i, 0)]
		if p, ok := at[path]; ok && path != "" {
			return p, false
		}
	}
	return p, exact
}

// apply renames what is known of values that moved.
func (l *Loaded) apply(moves []move) {
	l.at = renamed(l.at, moves)
	l.secrets = renamed(l.secrets, moves)
}

func lookupIn(environ []string) func(string) (string, bool) {
	values := make(map[string]string, len(environ))
	for _, entry := range environ {
		if name, value, ok := strings.Cut(entry, "="); ok {
			values[name] = value
		}
	}
	return func(name string) (string, bool) {
		v, ok := values[name]
		return v, ok
	}
}

// namedFiles are the files that the configuration names as input.
func (c *Config) namedFiles() []string {
	var files []string
	for _, s := range c.Subgraphs {
		if s.Schema.File != "" {
			files = append(files, s.Schema.File)
		}
		files = append(files, s.furtherFiles()...)
	}
	if c.Supergraph != nil && c.Supergraph.Path != "" {
		files = append(files, c.Supergraph.Path)
	}
	return files
}

func absolute(files []string) []string {
	var out []string
	for _, f := range files {
		if a, err := filepath.Abs(f); err == nil {
			f = a
		}
		out = append(out, f)
	}
	slices.Sort(out)
	return slices.Compact(out)
}

// withoutPath drops the file name that os errors repeat.
func withoutPath(err error) string {
	if p, ok := err.(*os.PathError); ok {
		return p.Err.Error()
	}
	return fmt.Sprint(err)
}
