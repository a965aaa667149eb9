package plan

import (
	"encoding/json"
	"strings"

	"github.com/weft-graphql/weft/subgraphs"
)

// The JSON form of a plan. Field names are part of the interface of
// `weft plan --format json` and of the plan in a response's extensions.
type (
	planJSON struct {
		Operation string      `json:"operation"`
		Name      string      `json:"name,omitempty"`
		Requests  int         `json:"requests"`
		Waves     int         `json:"waves"`
		Fetches   []fetchJSON `json:"fetches"`
	}
	fetchJSON struct {
		ID        int            `json:"id"`
		Subgraph  string         `json:"subgraph"`
		Facet     string         `json:"facet,omitempty"`
		Wave      int            `json:"wave"`
		After     []int          `json:"after,omitempty"`
		Primers   []int          `json:"primers,omitempty"`
		Awaits    []int          `json:"awaits,omitempty"`
		If        string         `json:"if,omitempty"`
		Variables []variableJSON `json:"variables,omitempty"`
		At        string         `json:"at,omitempty"`
		Root      []string       `json:"selection,omitempty"`
		Lookups   []entryJSON    `json:"lookups,omitempty"`
		Request   string         `json:"request,omitempty"`
		Explain   *Explain       `json:"explain,omitempty"`
	}
	variableJSON struct {
		Name string `json:"name"`
		Type string `json:"type"`
	}
	entryJSON struct {
		Alias     string       `json:"alias"`
		Targets   []targetJSON `json:"targets"`
		Selection []string     `json:"selection"`
	}
	targetJSON struct {
		Path            string   `json:"path"`
		If              string   `json:"if,omitempty"`
		Contexts        []string `json:"contexts,omitempty"`
		Representations []string `json:"representations"`
	}
)

// MarshalJSON prints the plan for programs. Equal plans give equal bytes.
func (p *Plan) MarshalJSON() ([]byte, error) {
	out := planJSON{Operation: p.Kind.String(), Name: p.Name, Requests: len(p.Fetches), Waves: p.Waves, Fetches: []fetchJSON{}}
	for _, f := range p.Fetches {
		j := fetchJSON{ID: f.ID + 1, Subgraph: f.Name, Facet: f.Spec.Facet, Wave: f.Wave, Explain: f.Explain}
		for _, d := range f.Deps {
			j.After = append(j.After, d+1)
		}
		for _, d := range f.Primers {
			j.Primers = append(j.Primers, d+1)
		}
		for _, d := range f.Awaits {
			j.Awaits = append(j.Awaits, d+1)
		}
		if f.Cond != nil {
			j.If = f.Cond.String()
		}
		for _, v := range f.Spec.Variables {
			j.Variables = append(j.Variables, variableJSON{v.Name, v.Type})
		}
		if f.At != nil {
			j.At = f.At.pathText(p)
		}
		j.Root = selectionLines(f.Spec, f.Spec.Root)
		for i := range f.Entries {
			e := entryJSON{Alias: f.Entries[i].Alias, Selection: selectionLines(f.Spec, f.Spec.Entries[i].Selections)}
			for t := range f.Entries[i].Targets {
				target := &f.Entries[i].Targets[t]
				tj := targetJSON{Path: target.pathText(p), Contexts: target.contextLines(p)}
				if target.Cond != nil {
					tj.If = target.Cond.String()
				}
				for _, tt := range append([]*TargetType{target.Untyped}, target.Types...) {
					if tt != nil {
						tj.Representations = append(tj.Representations, tt.Representation.text(target.Shape))
					}
				}
				e.Targets = append(e.Targets, tj)
			}
			j.Lookups = append(j.Lookups, e)
		}
		if f.Prepared != nil {
			j.Request = f.Prepared.Text()
		}
		out.Fetches = append(out.Fetches, j)
	}
	return json.Marshal(out)
}

// selectionLines prints selections one a line, indented by depth.
func selectionLines(spec *subgraphs.FetchSpec, sels []subgraphs.Selection) []string {
	if len(sels) == 0 {
		return nil
	}
	var b strings.Builder
	printSelections(&b, spec, sels, "")
	return strings.Split(strings.TrimSuffix(b.String(), "\n"), "\n")
}
