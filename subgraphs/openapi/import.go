package openapi

import (
	"context"
	"fmt"
	"slices"
	"strings"

	"github.com/weft-graphql/weft/subgraphs/nearest"
	"github.com/weft-graphql/weft/subgraphs/rest"
)

// Options say how a document is imported. They belong to the caller and are
// only read.
type Options struct {
	// Subgraph is the name of the subgraph, for errors.
	Subgraph string
	// Source is the URL or path of the document: relative servers lie beside it.
	Source string
	// URL is where the service is, instead of what the document says.
	URL string
	// TrustRequired makes required properties of answers non-null. Otherwise only
	// the keys of entities are: real payloads lie.
	TrustRequired bool
	// Entries makes an object with free keys a list of key and value, instead of
	// a JSON scalar.
	Entries bool
	// Entities are keys beside those that are found: by type of the schema.
	Entities []Entity
	// Links add fields that lead to types by their keys.
	Links []Link
	// Operations are the names of root fields by operationId or "GET /path": a
	// name, or a coordinate (Query.search) which also chooses the root type. An
	// empty name leaves the operation out.
	Operations map[string]string
	// Types are the names of types by component schema or, for a schema that is
	// none, by its JSON pointer.
	Types map[string]string
	// Only and Except choose operations; an empty Only means all.
	Only, Except Filter
	// MaxBytes bounds the document; 0 is 128 MiB.
	MaxBytes int
}

// Entity is the key of a type.
type Entity struct {
	Type string
	// Key are the names of fields, divided by spaces. Empty: the type is none,
	// though one is found.
	Key string
}

// Link adds a field that leads to a type, by the fields its key comes from.
type Link struct {
	// Field is the coordinate of the new field, Type what it leads to.
	Field, Type string
	By          []LinkKey
}

// LinkKey says that a field of a key comes from a property.
type LinkKey struct{ Key, From string }

// Filter chooses operations: one that has a listed method, path or tag.
type Filter struct {
	// Methods are get, post, put, patch and delete, in any case.
	Methods []string
	// Paths are as the document has them; * stands for any characters.
	Paths []string
	Tags  []string
}

func (f *Filter) empty() bool { return len(f.Methods)+len(f.Paths)+len(f.Tags) == 0 }

func (f *Filter) matches(method, path string, tags []string) bool {
	return slices.ContainsFunc(f.Methods, func(m string) bool { return strings.EqualFold(m, method) }) ||
		slices.ContainsFunc(f.Paths, func(p string) bool { return wildcard(p, path) }) ||
		slices.ContainsFunc(f.Tags, func(t string) bool { return slices.Contains(tags, t) })
}

// wildcard matches a text against a pattern in which * stands for anything.
func wildcard(pattern, text string) bool {
	parts := strings.Split(pattern, "*")
	if len(parts) == 1 {
		return pattern == text
	}
	rest, ok := strings.CutPrefix(text, parts[0])
	if !ok {
		return false
	}
	last := len(parts) - 1
	for _, p := range parts[1:last] {
		at := strings.Index(rest, p)
		if at < 0 {
			return false
		}
		rest = rest[at+len(p):]
	}
	return strings.HasSuffix(rest, parts[last])
}

// Result is an imported document.
type Result struct {
	// Title and Version are the document's own.
	Title, Version string
	// SDL is the schema of the subgraph.
	SDL string
	// Spec says how the service answers for it.
	Spec *rest.Spec
	// Examples are those of the document in the names of the schema, as JSON by
	// coordinate (`Type`, `Query.field`), for answers that are made up.
	Examples map[string]string
	// Operations and Skipped are how many root fields there are, and how many
	// operations have none.
	Operations, Skipped int
	// Security are the ways in which clients prove who they are, as far as the
	// operations ask for them. Importing does not configure them.
	Security []Security
	// Warnings are what was left out or changed, in the order of the document.
	Warnings []Note
}

// Import turns a document into a subgraph. The context is looked at between
// operations; reading a document is not interrupted. The error is an [Errors], or the
// context's.
func Import(ctx context.Context, text []byte, o Options) (*Result, error) {
	if o.Subgraph == "" {
		o.Subgraph = "openapi"
	}
	f := &findings{subgraph: o.Subgraph}
	doc := load(ctx, text, &o, f)
	if err := ctx.Err(); err != nil {
		return nil, err
	}
	var out *Result
	if doc != nil {
		im := newImporter(ctx, doc, &o, f)
		out = im.run()
		if err := ctx.Err(); err != nil {
			return nil, err
		}
	}
	if len(f.errs) > 0 {
		return nil, f.located(text, doc)
	}
	out.Warnings = f.notes
	for i := range out.Warnings {
		out.Warnings[i].At.Pointer = doc.written(out.Warnings[i].At.Pointer)
	}
	return out, nil
}

// located are the errors with their places in the text.
func (f *findings) located(text []byte, doc *document) Errors {
	places := make([]*Place, len(f.errs))
	for i, e := range f.errs {
		e.At.Pointer = doc.written(e.At.Pointer)
		places[i] = &e.At
	}
	locate(text, places)
	return f.errs
}

// written is a pointer into the document as it was written: version 2 has its
// components elsewhere.
func (d *document) written(p string) string {
	if d == nil || !d.swagger {
		return p
	}
	for _, m := range [][2]string{
		{"#/components/schemas/", "#/definitions/"}, {"#/components/parameters/", "#/parameters/"},
		{"#/components/responses/", "#/responses/"}, {"#/components/requestBodies/", "#/parameters/"},
		{"#/servers", "#/host"},
	} {
		if rest, ok := strings.CutPrefix(p, m[0]); ok {
			return m[1] + rest
		}
	}
	return p
}

// importer turns one document into a subgraph. It belongs to one goroutine.
type importer struct {
	*schemas
	ctx context.Context
	doc *document
	// base is where the service is.
	base server
	ops  []*operation
	// entities are the objects with keys that can be looked up.
	entities []*entity
	// fields are the operations by coordinate.
	fields map[string]*operation
	// usedOperation are the keys of Options.Operations that name one.
	usedOperation map[string]bool
}

func newImporter(ctx context.Context, doc *document, o *Options, f *findings) *importer {
	im := &importer{ctx: ctx, doc: doc, fields: map[string]*operation{}, usedOperation: map[string]bool{}}
	im.schemas = newSchemas(doc, o, f)
	return im
}

func (im *importer) run() *Result {
	im.server()
	im.collect()
	im.usedOptions()
	for _, op := range im.ops {
		if im.ctx.Err() != nil {
			return nil
		}
		im.convert(op)
	}
	im.ops = slices.DeleteFunc(im.ops, func(op *operation) bool { return op.skip })
	if len(im.ops) == 0 && len(im.errs) == 0 {
		im.fail(CodeEmpty, "#/paths", "", "the document has no operation that could be asked").Hint =
			"What was left out, and why, is in the notes: " + im.noteSummary()
	}
	im.reach()
	im.nameTypes()
	im.findEntities()
	im.links()
	for _, s := range im.scalars {
		s.marked = false // keys have become IDs
	}
	im.reach()
	if im.work > maxWork {
		im.fail(CodeTooLarge, "#/components/schemas", "", "the schemas are merged of too many parts")
	}
	if len(im.errs) > 0 {
		return nil
	}
	out := &Result{Security: im.security(), Operations: len(im.ops), Skipped: im.skipped()}
	if im.doc.Info != nil {
		out.Title, out.Version = im.doc.Info.Title, im.doc.Info.Version
	}
	out.SDL = im.sdl(out)
	out.Spec, out.Examples = im.spec(), im.examples()
	return out
}

// reach marks the types that the root fields lead to.
func (im *importer) reach() {
	for _, op := range im.ops {
		op.field.typ.innermost().mark()
		for _, a := range op.field.args {
			a.typ.innermost().mark()
		}
	}
	for _, t := range im.all {
		if t.marked {
			for _, f := range t.fields {
				f.typ.innermost().mark()
			}
		}
	}
}

// noteSummary counts the notes by code.
func (im *importer) noteSummary() string {
	count := map[string]int{}
	var codes []string
	for _, n := range im.notes {
		if count[n.Code]++; count[n.Code] == 1 {
			codes = append(codes, n.Code)
		}
	}
	slices.Sort(codes)
	for i, c := range codes {
		codes[i] = fmt.Sprintf("%s %d", c, count[c])
	}
	if len(codes) == 0 {
		return "none"
	}
	return strings.Join(codes, ", ")
}

// skipped is how many operations of the document have no field.
func (im *importer) skipped() int {
	n := 0
	for _, item := range im.doc.Paths.Map() {
		if item != nil {
			n += len(item.Operations())
		}
	}
	return n - len(im.ops)
}

// usedOptions reports options that name what the document does not have.
func (im *importer) usedOptions() {
	for _, key := range sortedKeys(im.o.Operations) {
		if !im.usedOperation[key] {
			e := im.fail(CodeUnknown, "#/paths", key, "the document has no operation %s", key).of("operations", key)
			e.Hint = "Operations are named in openapi.operations by operationId, or as in \"GET /path\""
			if near := nearest.Name(key, im.operationNames()); near != "" {
				e.Hint = fmt.Sprintf("Did you mean %q? ", near) + e.Hint
			}
		}
	}
	for _, key := range sortedKeys(im.o.Types) {
		name := im.o.Types[key]
		if !validName(name) {
			im.fail(CodeName, "#/components/schemas", key, "%q is not a name of GraphQL", name).of("types", key)
			continue
		}
		if strings.HasPrefix(key, "#/") {
			continue
		}
		if im.doc.Components == nil || im.doc.Components.Schemas[key] == nil {
			im.fail(CodeUnknown, "#/components/schemas", key, "the document has no component schema %s", key).of("types", key).Hint =
				"Types are named in openapi.types by component schema. " + meant(key, im.components())
		}
	}
}

func sortedKeys[V any](m map[string]V) []string {
	keys := make([]string, 0, len(m))
	for k := range m {
		keys = append(keys, k)
	}
	slices.Sort(keys)
	return keys
}

// refPointer is where a reference leads, or at for what is none.
func refPointer(ref, at string) string {
	if strings.HasPrefix(ref, "#/") {
		return ref
	}
	return at
}
