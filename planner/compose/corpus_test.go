package compose_test

import (
	"bufio"
	"encoding/json"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/weft-graphql/weft/planner/compose"
	"github.com/weft-graphql/weft/planner/supergraph"
)

type corpusCase struct {
	ID       string `json:"id"`
	Category string `json:"category"`
	Kind     string `json:"kind"`
	Test     string `json:"test"`
	Services []struct {
		Name     string  `json:"name"`
		URL      *string `json:"url"`
		TypeDefs string  `json:"typeDefs"`
	} `json:"services"`
	Expect struct {
		OK        bool      `json:"ok"`
		APISchema string    `json:"apiSchema"`
		Codes     []*string `json:"codes"`
	} `json:"expect"`
}

// TestCorpus composes the conformance corpus, which is not part of the
// repository: WEFT_CORPUS names its folder.
func TestCorpus(t *testing.T) {
	folder := os.Getenv("WEFT_CORPUS")
	if folder == "" {
		t.Skip("WEFT_CORPUS is not set: set it to the folder that holds compose.jsonl")
	}
	file, err := os.Open(filepath.Join(folder, "compose.jsonl"))
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = file.Close() }()
	good, total := make(map[string]int), make(map[string]int)
	sum, goodSum := 0, 0
	lines := bufio.NewScanner(file)
	lines.Buffer(nil, 16<<20)
	for lines.Scan() {
		var c corpusCase
		if err := json.Unmarshal(lines.Bytes(), &c); err != nil {
			t.Fatal(err)
		}
		start := time.Now()
		fault := c.run()
		if took := time.Since(start); took > time.Second {
			t.Errorf("%s took %v", c.ID, took)
		}
		total[c.Category]++
		sum++
		if fault == "" {
			good[c.Category]++
			goodSum++
		} else {
			t.Logf("%s [%s] %s: %s", c.ID, c.Category, c.Test, fault)
		}
	}
	if err := lines.Err(); err != nil {
		t.Fatal(err)
	}
	var categories []string
	for name := range total {
		categories = append(categories, name)
	}
	slices.Sort(categories)
	for _, name := range categories {
		t.Logf("%4d of %4d  %s", good[name], total[name], name)
	}
	score := 100 * float64(goodSum) / float64(sum)
	t.Logf("%d of %d agree: %.2f %%", goodSum, sum, score)
	if score < 98 {
		t.Errorf("score %.2f %% is under 98 %%", score)
	}
}

// run returns what differs, or an empty text.
func (c *corpusCase) run() (fault string) {
	defer func() {
		if r := recover(); r != nil {
			fault = fmt.Sprintf("panic: %v", r)
		}
	}()
	var sources []compose.Source
	for _, s := range c.Services {
		src := compose.Source{Name: s.Name, SDL: s.TypeDefs}
		if s.URL != nil {
			src.URL = *s.URL
		}
		sources = append(sources, src)
	}
	result := compose.ComposeSDL(sources)
	if ok := len(result.Errors) == 0; ok != c.Expect.OK {
		return fmt.Sprintf("ok is %v\n%v", ok, result.Errors)
	}
	if c.Expect.OK {
		got := strings.TrimSpace(supergraph.PrintAPI(result.Definition))
		if want := strings.TrimSpace(c.Expect.APISchema); got != want {
			return "API schema differs:\n" + got + "\nwant:\n" + want
		}
		return ""
	}
	var want []string
	for _, code := range c.Expect.Codes {
		if code == nil {
			return "" // any error
		}
		want = append(want, *code)
	}
	slices.Sort(want)
	if got := result.Errors.Codes(); !slices.Equal(got, want) {
		return fmt.Sprintf("codes %v, want %v\n%v", got, want, result.Errors)
	}
	return ""
}
