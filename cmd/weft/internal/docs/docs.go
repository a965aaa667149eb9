// Package docs writes the reference of error codes, docs/errors.md, from the
// constants in the module's source.
//
// In goes the module's root folder, out comes Markdown, or an error that names
// what has no explanation yet. The package is used by its own test, which keeps
// the committed file up to date; it is no part of the binary.
package docs

import (
	"bytes"
	"fmt"
	"go/ast"
	"go/parser"
	"go/token"
	"io/fs"
	"path/filepath"
	"regexp"
	"slices"
	"strconv"
	"strings"
)

// section is a part of the reference: the codes of some folders.
type section struct {
	title   string
	intro   string
	folders []string // relative to the root; those below belong to them, too
}

var sections = []section{
	{"Configuration", "Reported by every command that reads `router.yaml`, with file, line and column. A running router that is told to load a broken configuration reports them in its log and at `/health/ready`, and goes on as it was.", []string{"config"}},
	{"Loading of schemas", "Reported when the schema of an upstream cannot be had, at start, at a reload and by `weft compose`.", []string{"subgraphs/load"}},
	{"Composition", "Reported when the schemas of subgraphs do not make one graph, with subgraph, line and column. Most codes are those of Apollo's composition, so that what is written about them elsewhere holds here, too.", []string{"planner/compose"}},
	{"Hints of composition", "The schemas compose, but something in them is worth a look. `weft compose` writes hints to standard error.", []string{"planner/compose" + hints}},
	{"Supergraph", "Reported when a composed supergraph is read, when one is made ready for planning, and when introspection is answered.", []string{"planner/supergraph", "planner/schema"}},
	{"Starting and reloading", "Reported when a configuration is put to work, beside the codes above. At a reload, what ran before goes on.", []string{"router/generation", "router/headers"}},
	{"Requests", "Answers to requests that never get as far as being executed. In responses, codes are at `errors[].extensions.code`.", []string{"router"}},
	{"Operations", "The operation, or its variables, are refused; nothing was sent to a subgraph.", []string{"planner/operation"}},
	{"Planning", "The operation is valid, but there is no plan for it.", []string{"planner"}},
	{"Calls to subgraphs", "A call to a subgraph failed. What other subgraphs gave is in the response.", []string{"subgraphs"}},
	{"Execution", "What subgraphs answered cannot be put together as asked.", []string{"router/execute"}},
	{"Commands", "Reported by `weft` itself.", []string{"cmd", "subgraphs/demo"}},
}

// changes is the folder whose codes are kinds of schema changes, not errors.
const changes = "/planner/schema/diff"

// hints is put behind a folder for the codes of its hints, which are no errors.
const hints = " (hints)"

// Code is one error code.
type Code struct {
	Name    string // as users see it
	Meaning string // Markdown
}

// Errors returns docs/errors.md for the module at root.
func Errors(root string) ([]byte, error) {
	byFolder, err := collect(root)
	if err != nil {
		return nil, err
	}
	bySection := make([][]Code, len(sections))
	var missing []string
	for _, folder := range sortedKeys(byFolder) {
		s := sectionOf(folder)
		if s < 0 {
			missing = append(missing, folder+" belongs to no section")
			continue
		}
		for _, c := range byFolder[folder] {
			if c.Meaning == "" {
				missing = append(missing, folder+": "+c.Name+" has no comment")
			}
			if !slices.ContainsFunc(bySection[s], func(o Code) bool { return o.Name == c.Name }) {
				bySection[s] = append(bySection[s], c)
			}
		}
	}
	if len(missing) > 0 {
		return nil, fmt.Errorf("error codes without explanation:\n%s", strings.Join(missing, "\n"))
	}
	var b bytes.Buffer
	b.WriteString("# Error codes\n\n<!-- Generated from the code: go test ./cmd/weft/internal/docs -run Golden -update -->\n\n" +
		"Every error has a code. Codes are stable: tools may rely on them, messages may change.\n")
	for i, s := range sections {
		if len(bySection[i]) == 0 {
			continue
		}
		fmt.Fprintf(&b, "\n## %s\n\n%s\n\n| Code | Meaning |\n|---|---|\n", s.title, s.intro)
		for _, c := range bySection[i] {
			fmt.Fprintf(&b, "| `%s` | %s |\n", c.Name, strings.ReplaceAll(c.Meaning, "|", `\|`))
		}
	}
	return b.Bytes(), nil
}

// sectionOf returns the section with the longest folder that holds this one, -1
// if there is none.
func sectionOf(folder string) int {
	best, length := -1, -1
	for i, s := range sections {
		for _, f := range s.folders {
			if strings.HasSuffix(folder, hints) && !strings.HasSuffix(f, hints) {
				continue
			}
			if (folder == f || strings.HasPrefix(folder, f+"/")) && len(f) > length {
				best, length = i, len(f)
			}
		}
	}
	return best
}

// collect finds the codes of every folder: string constants called Code… or
// code…, what the method Code of an error type returns, and the codes that a
// function called hint is given.
func collect(root string) (map[string][]Code, error) {
	found := map[string][]Code{}
	err := filepath.WalkDir(root, func(path string, d fs.DirEntry, err error) error {
		if err != nil {
			return err
		}
		if d.IsDir() {
			if name := d.Name(); path != root && (strings.HasPrefix(name, ".") || name == "testdata" || name == "node_modules" || changes == filepath.ToSlash(path[len(root):])) {
				return filepath.SkipDir
			}
			return nil
		}
		if !strings.HasSuffix(path, ".go") || strings.HasSuffix(path, "_test.go") {
			return nil
		}
		file, err := parser.ParseFile(token.NewFileSet(), path, nil, parser.ParseComments)
		if err != nil {
			return err
		}
		folder, err := filepath.Rel(root, filepath.Dir(path))
		if err != nil {
			return err
		}
		errors, remarks := codesIn(file)
		for suffix, codes := range map[string][]Code{"": errors, hints: remarks} {
			if len(codes) > 0 {
				at := filepath.ToSlash(folder) + suffix
				found[at] = append(found[at], codes...)
			}
		}
		return nil
	})
	return found, err
}

// code is what a code looks like; other constants may be called Code…, too.
var code = regexp.MustCompile(`^[A-Z][A-Z0-9]*(_[A-Z0-9]+)+$`)

// codesIn returns the codes of errors and those of hints.
func codesIn(file *ast.File) (errors, remarks []Code) {
	listed := listedIn(file)
	for _, decl := range file.Decls {
		switch d := decl.(type) {
		case *ast.GenDecl:
			for _, spec := range d.Specs {
				v, ok := spec.(*ast.ValueSpec)
				if !ok || d.Tok != token.CONST {
					continue
				}
				for i, name := range v.Names {
					if strings.HasPrefix(strings.ToLower(name.Name), "code") && i < len(v.Values) {
						errors = appendCode(errors, v.Values[i], listed[name.Name], sentence(name.Name, v.Doc.Text()), sentence(name.Name, v.Comment.Text()))
					}
				}
			}
		case *ast.FuncDecl:
			if d.Body == nil {
				continue
			}
			returnsCode := d.Name.Name == "Code" && d.Recv != nil
			ast.Inspect(d.Body, func(n ast.Node) bool {
				switch n := n.(type) {
				case *ast.ReturnStmt:
					if returnsCode && len(n.Results) == 1 {
						errors = appendCode(errors, n.Results[0])
					}
				case *ast.CallExpr:
					if f, ok := n.Fun.(*ast.SelectorExpr); ok && f.Sel.Name == "hint" && len(n.Args) > 0 {
						remarks = appendCode(remarks, n.Args[0])
					}
				}
				return true
			})
		}
	}
	return errors, remarks
}

// listedIn returns the sentences that a function Codes gives constants of its
// file, as {CodeX, "What it means."}.
func listedIn(file *ast.File) map[string]string {
	listed := map[string]string{}
	for _, decl := range file.Decls {
		d, ok := decl.(*ast.FuncDecl)
		if !ok || d.Name.Name != "Codes" || d.Recv != nil || d.Body == nil {
			continue
		}
		ast.Inspect(d.Body, func(n ast.Node) bool {
			lit, ok := n.(*ast.CompositeLit)
			if !ok || len(lit.Elts) != 2 {
				return true
			}
			name, isName := lit.Elts[0].(*ast.Ident)
			text, isText := lit.Elts[1].(*ast.BasicLit)
			if isName && isText && text.Kind == token.STRING {
				if s, err := strconv.Unquote(text.Value); err == nil {
					listed[name.Name] = s
				}
			}
			return true
		})
	}
	return listed
}

// appendCode adds the code that a literal is, with the first explanation there is.
func appendCode(codes []Code, value ast.Expr, explanations ...string) []Code {
	lit, ok := value.(*ast.BasicLit)
	if !ok || lit.Kind != token.STRING {
		return codes
	}
	text, err := strconv.Unquote(lit.Value)
	if err != nil || !code.MatchString(text) {
		return codes
	}
	c := Code{Name: text, Meaning: meanings[text]}
	for _, e := range explanations {
		if c.Meaning == "" {
			c.Meaning = e
		}
	}
	return append(codes, c)
}

// sentence turns a constant's comment into a sentence about the code.
func sentence(name, comment string) string {
	s := strings.Join(strings.Fields(comment), " ")
	for _, verb := range []string{": ", " is ", " means that ", " means ", " says that ", " stands for "} {
		s = strings.TrimPrefix(s, name+verb)
	}
	s = strings.TrimSuffix(strings.TrimSpace(s), ".")
	if s == "" {
		return ""
	}
	return strings.ToUpper(s[:1]) + s[1:] + "."
}

func sortedKeys[V any](m map[string]V) []string {
	keys := make([]string, 0, len(m))
	for k := range m {
		keys = append(keys, k)
	}
	slices.Sort(keys)
	return keys
}
