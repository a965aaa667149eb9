package main

import (
	"fmt"
	"runtime"
	"runtime/debug"
	"strings"

	"github.com/spf13/cobra"
)

// version is set by releases: -ldflags "-X main.version=v1.2.3".
var version string

// buildVersion says which build this is, in the fewest words: what the linker
// was told, else the version of the module, else that of the sources.
func buildVersion(info *debug.BuildInfo) (name, revision string) {
	name = version
	modified := false
	if info != nil {
		if name == "" && info.Main.Version != "(devel)" {
			name = info.Main.Version
		}
		for _, s := range info.Settings {
			switch s.Key {
			case "vcs.revision":
				revision = s.Value[:min(len(s.Value), 12)]
			case "vcs.modified":
				modified = s.Value == "true"
			}
		}
	}
	if name == "" {
		name = "devel"
	}
	if revision != "" && modified {
		revision += ", modified"
	}
	return name, revision
}

func versionText() string {
	info, _ := debug.ReadBuildInfo()
	name, revision := buildVersion(info)
	parts := []string{"weft", name}
	if revision != "" {
		parts = append(parts, "("+revision+")")
	}
	return strings.Join(append(parts, runtime.Version(), runtime.GOOS+"/"+runtime.GOARCH), " ")
}

func (a *app) versionCommand() *cobra.Command {
	return &cobra.Command{
		Use:   "version",
		Short: "Print version, commit and platform",
		Args:  noArgs,
		RunE: func(*cobra.Command, []string) error {
			_, err := fmt.Fprintln(a.out, versionText())
			return err
		},
	}
}
