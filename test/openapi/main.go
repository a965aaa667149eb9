// Command openapi imports all OpenAPI documents below folders and says how many
// could be, and why the others could not. Each import goes through rest.Compile,
// runs in bounded time, and is repeated to see that it gives the same bytes. It
// ends with 1 if a document panics, fails without a place, differs, or if too few
// are imported.
package main

import (
	"bytes"
	"cmp"
	"context"
	"errors"
	"flag"
	"fmt"
	"io/fs"
	"maps"
	"os"
	"path/filepath"
	"runtime"
	"slices"
	"strings"
	"sync"
	"time"

	"github.com/getkin/kin-openapi/openapi3"

	"github.com/weft-graphql/weft/planner/compose"
	"github.com/weft-graphql/weft/planner/schema"
	"github.com/weft-graphql/weft/subgraphs/openapi"
	"github.com/weft-graphql/weft/subgraphs/rest"
)

type settings struct {
	limit   time.Duration
	compose bool
	dump    string
	root    string
}

// outcome is what became of one document.
type outcome struct {
	path string
	// codes of the errors, without repetition; empty if it was imported.
	codes              []string
	message            string
	notes              map[string]int
	operations, leaves int
	took               time.Duration
	// broken says what must never happen.
	broken string
}

func main() {
	var s settings
	minimum := flag.Float64("minimum", 98, "percent of the documents that must be imported")
	workers := flag.Int("workers", runtime.GOMAXPROCS(0), "documents at a time")
	verbose := flag.Bool("v", false, "name each document that fails")
	timing := flag.String("time", "", "instead: compare importing this `file` with loading it")
	rounds := flag.Int("rounds", 3, "with -time: how often; the fastest counts")
	flag.DurationVar(&s.limit, "limit", 60*time.Second, "longest time for one document")
	flag.BoolVar(&s.compose, "compose", false, "compose a graph of each document too")
	flag.StringVar(&s.dump, "dump", "", "write SDL and YAML of each document into this `folder`")
	flag.Parse()
	if *timing != "" {
		if err := compare(*timing, *rounds); err != nil {
			fmt.Fprintln(os.Stderr, err)
			os.Exit(1)
		}
		return
	}
	if !run(&s, flag.Args(), *workers, *minimum, *verbose) {
		os.Exit(1)
	}
}

func run(s *settings, roots []string, workers int, minimum float64, verbose bool) bool {
	var files []string
	for _, root := range roots {
		s.root = root
		err := filepath.WalkDir(root, func(path string, d fs.DirEntry, err error) error {
			if err == nil && !d.IsDir() && slices.Contains([]string{".json", ".yaml", ".yml"}, filepath.Ext(path)) {
				files = append(files, path)
			}
			return err
		})
		if err != nil {
			fmt.Fprintln(os.Stderr, err)
			return false
		}
	}
	slices.Sort(files)
	outcomes := make([]outcome, len(files))
	var wg sync.WaitGroup
	next := make(chan int)
	for range max(workers, 1) {
		wg.Go(func() {
			for i := range next {
				outcomes[i] = s.document(files[i])
			}
		})
	}
	start := time.Now()
	for i := range files {
		next <- i
	}
	close(next)
	wg.Wait()
	return report(outcomes, time.Since(start), minimum, verbose)
}

// document imports one document twice.
func (s *settings) document(path string) (out outcome) {
	out = outcome{path: path, notes: map[string]int{}}
	text, err := os.ReadFile(path)
	if err != nil {
		out.broken = err.Error()
		return out
	}
	defer func() {
		if p := recover(); p != nil {
			out.broken = fmt.Sprintf("panic: %v", p)
		}
	}()
	ctx, cancel := context.WithTimeout(context.Background(), s.limit)
	defer cancel()
	start := time.Now()
	first, codes, err := s.once(ctx, text, &out)
	out.took = time.Since(start)
	if out.took > s.limit {
		out.broken = "took " + out.took.String()
	}
	out.codes = codes
	if err != nil {
		out.message = err.Error()
	}
	again, cancelAgain := context.WithTimeout(context.Background(), s.limit)
	defer cancelAgain()
	second, _, err2 := s.once(again, text, &outcome{notes: map[string]int{}})
	if !bytes.Equal(first, second) || fmt.Sprint(err) != fmt.Sprint(err2) {
		out.broken = "two imports differ"
	}
	if s.dump != "" && len(first) > 0 {
		name, _ := filepath.Rel(s.root, path)
		name = filepath.Join(s.dump, strings.ReplaceAll(name, string(filepath.Separator), "_"))
		if err := os.WriteFile(name+".txt", first, 0o644); err != nil {
			out.broken = err.Error()
		}
	}
	return out
}

// once imports and compiles; it gives all output as bytes, and the codes of what
// went wrong.
func (s *settings) once(ctx context.Context, text []byte, out *outcome) ([]byte, []string, error) {
	result, err := openapi.Import(ctx, text, openapi.Options{Subgraph: "api", Source: "https://service.example/openapi.json"})
	if err != nil {
		var list openapi.Errors
		if !errors.As(err, &list) || len(list) == 0 {
			out.broken = "an error without a code: " + err.Error()
			return nil, []string{"?"}, err
		}
		var codes []string
		for _, e := range list {
			if e.Code == "" || !strings.HasPrefix(e.At.Pointer, "#") {
				out.broken = "an error without a place: " + e.Error()
			}
			if !slices.Contains(codes, e.Code) {
				codes = append(codes, e.Code)
			}
		}
		return nil, codes, err
	}
	for _, n := range result.Warnings {
		out.notes[n.Code]++
	}
	out.operations, out.leaves = result.Operations, result.Skipped
	doc, faults := schema.Parse("api.graphql", result.SDL)
	if len(faults) > 0 {
		return nil, []string{"SDL"}, &faults[0]
	}
	_, errs := rest.Compile("api", doc, result.Spec)
	if len(errs) > 0 {
		var codes []string
		for _, e := range errs {
			if !slices.Contains(codes, e.Code) {
				codes = append(codes, e.Code)
			}
		}
		return nil, codes, errs[0]
	}
	if s.compose {
		input := compose.Input{Name: "api", Doc: doc}
		if r := compose.Compose([]compose.Input{input}); len(r.Errors) > 0 && !strings.Contains(r.Errors[0].Error(), "NO_QUERIES") {
			return nil, []string{"COMPOSE"}, r.Errors[0]
		}
	}
	return append([]byte(result.SDL), result.YAML("api", "api.graphql")...), nil, nil
}

func report(outcomes []outcome, took time.Duration, minimum float64, verbose bool) bool {
	good, operations, leaves := 0, 0, 0
	codes, notes := map[string]int{}, map[string]int{}
	ok := true
	var slowest outcome
	for _, o := range outcomes {
		if o.took > slowest.took {
			slowest = o
		}
		for _, c := range o.codes {
			codes[c]++
		}
		for code, n := range o.notes {
			notes[code] += n
		}
		operations += o.operations
		leaves += o.leaves
		if len(o.codes) == 0 && o.broken == "" {
			good++
		} else if verbose {
			message := o.message
			if len(message) > 400 {
				message = message[:400] + "…"
			}
			fmt.Printf("%s: %s\n", o.path, message)
		}
		if o.broken != "" {
			ok = false
			fmt.Printf("%s: BROKEN: %s\n", o.path, o.broken)
		}
	}
	share := 100 * float64(good) / float64(max(len(outcomes), 1))
	fmt.Printf("%d documents, %d imported (%.2f %%), in %s; the slowest took %s (%s)\n", len(outcomes), good, share, took.Round(time.Second), slowest.took.Round(time.Millisecond), slowest.path)
	fmt.Printf("%d operations are root fields, %d are left out\n", operations, leaves)
	table("documents that fail, by code", codes)
	table("notes, by code", notes)
	if share < minimum {
		fmt.Printf("fewer than %.1f %%\n", minimum)
		ok = false
	}
	return ok
}

func table(title string, count map[string]int) {
	fmt.Println(title)
	keys := slices.SortedFunc(maps.Keys(count), func(a, b string) int {
		return cmp.Or(cmp.Compare(count[b], count[a]), cmp.Compare(a, b))
	})
	for _, k := range keys {
		fmt.Printf("  %6d  %s\n", count[k], k)
	}
}

// compare times the import of one document beside the library's loading of it.
func compare(path string, rounds int) error {
	text, err := os.ReadFile(path)
	if err != nil {
		return err
	}
	best := func(what func() error) (time.Duration, error) {
		least := time.Duration(1<<63 - 1)
		for range max(rounds, 1) {
			runtime.GC()
			start := time.Now()
			if err := what(); err != nil {
				return 0, err
			}
			least = min(least, time.Since(start))
		}
		return least, nil
	}
	load, err := best(func() error {
		_, err := openapi3.NewLoader().LoadFromData(text)
		return err
	})
	if err != nil {
		return err
	}
	var result *openapi.Result
	imported, err := best(func() error {
		var err error
		result, err = openapi.Import(context.Background(), text, openapi.Options{Subgraph: "api"})
		return err
	})
	if err != nil {
		return err
	}
	doc, faults := schema.Parse("api.graphql", result.SDL)
	if len(faults) > 0 {
		return &faults[0]
	}
	compiled, err := best(func() error {
		_, errs := rest.Compile("api", doc, result.Spec)
		if len(errs) > 0 {
			return errs[0]
		}
		return nil
	})
	if err != nil {
		return err
	}
	ratio := float64(imported) / float64(load)
	fmt.Printf("%s: %d bytes, %d operations; loaded in %s, imported in %s (%.2f times that), compiled in %s more\n",
		path, len(text), result.Operations, load.Round(time.Millisecond), imported.Round(time.Millisecond), ratio, compiled.Round(time.Millisecond))
	if ratio > 2 {
		return errors.New("importing takes more than twice the time of loading")
	}
	return nil
}
