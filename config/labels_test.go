package config

import (
	"errors"
	"fmt"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/google/go-cmp/cmp/cmpopts"
)

func TestOverrideLabels(t *testing.T) {
	l := load(t, ok+`
override_labels:
  - {name: new-prices, enabled: true}
  - {name: "team:stock/v2.1", enabled: false}
  - {name: half, percent: 12.5}
  - {name: percent(10), percent: 100}
`)
	yes, no, some, all := true, false, Percent(12.5), Percent(100)
	want := []OverrideLabel{
		{Name: "new-prices", Enabled: &yes}, {Name: "team:stock/v2.1", Enabled: &no},
		{Name: "half", Percent: &some}, {Name: "percent(10)", Percent: &all},
	}
	if diff := cmp.Diff(want, l.Config.OverrideLabels); diff != "" {
		t.Errorf("(-want +got):\n%s", diff)
	}
	out, err := l.Print()
	if err != nil || !strings.Contains(string(out), "percent: 12.5\n") || !strings.Contains(string(out), "enabled: false\n") {
		t.Errorf("%v\n%s", err, out)
	}
}

func TestOverrideLabelErrors(t *testing.T) {
	many := ok + "override_labels:\n"
	for i := range 65 {
		many += fmt.Sprintf("  - {name: l%d, enabled: true}\n", i)
	}
	for name, tc := range map[string]struct {
		yaml string
		want Error
	}{
		"neither":           {"override_labels: [{name: a}]\n", at(2, 19, CodeMissing, "override_labels.a")},
		"both":              {"override_labels: [{name: a, enabled: true, percent: 3}]\n", at(2, 53, CodeConflict, "override_labels.a.percent")},
		"no name":           {"override_labels: [{enabled: true}]\n", at(2, 19, CodeMissing, "override_labels.0.name")},
		"twice":             {"override_labels: [{name: a, enabled: true}, {name: a, percent: 3}]\n", at(2, 52, CodeDuplicateName, "override_labels.a.name")},
		"not a label":       {"override_labels: [{name: 1a, enabled: true}]\n", at(2, 26, CodeInvalidValue, "override_labels.1a.name")},
		"percent too large": {"override_labels: [{name: a, percent: 100.5}]\n", at(2, 38, CodeInvalidValue, "override_labels.a.percent")},
		"percent negative":  {"override_labels: [{name: a, percent: -1}]\n", at(2, 38, CodeInvalidValue, "override_labels.a.percent")},
		"percent as text":   {"override_labels: [{name: a, percent: half}]\n", at(2, 38, CodeInvalidValue, "override_labels.a.percent")},
		"percent not true":  {"override_labels: [{name: a, percent: true}]\n", at(2, 38, CodeWrongType, "override_labels.a.percent")},
		"enabled as number": {"override_labels: [{name: a, enabled: 1}]\n", at(2, 38, CodeWrongType, "override_labels.a.enabled")},
		"unknown key":       {"override_labels: [{name: a, percentage: 1}]\n", at(2, 29, CodeUnknownKey, "override_labels.a.percentage")},
		"too many":          {strings.TrimPrefix(many, ok), at(3, 3, CodeInvalidValue, "override_labels")},
	} {
		t.Run(name, func(t *testing.T) {
			_, err := Load(Options{Sources: []Source{{Name: "router.yaml", Data: []byte(ok + tc.yaml)}}, Environ: noEnv})
			var got Errors
			if !errors.As(err, &got) {
				t.Fatalf("no error: %v", err)
			}
			if diff := cmp.Diff(tc.want, got[0], cmpopts.IgnoreFields(Error{}, "Message", "Hint")); diff != "" {
				t.Errorf("(-want +got):\n%s", diff)
			}
		})
	}
	if _, err := Load(Options{Sources: []Source{{Name: "router.yaml", Data: []byte(strings.TrimSuffix(many, "  - {name: l64, enabled: true}\n"))}}, Environ: noEnv}); err != nil {
		t.Errorf("64 labels: %v", err)
	}
}
