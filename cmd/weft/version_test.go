package main

import (
	"runtime"
	"runtime/debug"
	"strings"
	"testing"
)

func TestBuildVersion(t *testing.T) {
	setting := func(pairs ...string) *debug.BuildInfo {
		info := &debug.BuildInfo{}
		for i := 0; i < len(pairs); i += 2 {
			info.Settings = append(info.Settings, debug.BuildSetting{Key: pairs[i], Value: pairs[i+1]})
		}
		return info
	}
	tagged := setting("vcs.revision", "0123456789abcdef", "vcs.modified", "false")
	tagged.Main.Version = "v1.2.3"
	for _, tc := range []struct {
		info           *debug.BuildInfo
		name, revision string
	}{
		{nil, "devel", ""},
		{setting("vcs.revision", "0123456789abcdef", "vcs.modified", "true"), "devel", "0123456789ab, modified"},
		{tagged, "v1.2.3", "0123456789ab"},
	} {
		if name, revision := buildVersion(tc.info); name != tc.name || revision != tc.revision {
			t.Errorf("%q %q, want %q %q", name, revision, tc.name, tc.revision)
		}
	}
	version = "v9.9.9"
	defer func() { version = "" }()
	if name, _ := buildVersion(tagged); name != "v9.9.9" {
		t.Errorf("the linker's version does not win: %q", name)
	}
}

func TestVersionCommand(t *testing.T) {
	got := weft(t, "", "version")
	if got.code != 0 || !strings.HasPrefix(got.out, "weft ") || !strings.Contains(got.out, runtime.Version()) {
		t.Errorf("%d %q", got.code, got.out)
	}
}
