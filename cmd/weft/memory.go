package main

import (
	"path"
	"runtime/debug"
	"strconv"
	"strings"
)

// collectEarly has the garbage collector begin when the heap has grown by less than
// Go's default. Most of what is in use is memory of requests in flight, which is
// pooled and has no pointers in it, so collecting costs next to nothing and the
// garbage in between is what counts. GOGC goes before it.
func collectEarly(env func(string) (string, bool)) {
	if _, set := env("GOGC"); !set {
		debug.SetGCPercent(90)
	}
}

// limitMemory tells the garbage collector about the memory limit of the control
// group the process runs in, as it already knows its share of CPUs: a tenth is
// left for what the collector does not manage. GOMEMLIMIT goes before it. Where
// there are no control groups (version 2), nothing happens.
func limitMemory(env func(string) (string, bool), readFile func(string) ([]byte, error)) {
	if _, set := env("GOMEMLIMIT"); set {
		return
	}
	if limit := cgroupLimit(readFile); limit > 0 {
		debug.SetMemoryLimit(limit / 10 * 9)
	}
}

// trimMemory gives back the memory that loading a graph took and serving it does
// not need: garbage, and the pages of the program itself (parsers of
// configuration and schemas, composition, importers), which are a large part of
// what an idle router holds. Those that are needed come back by themselves.
func trimMemory() {
	debug.FreeOSMemory()
	dropProgramPages()
}

// cgroupLimit returns the smallest limit on the way from the process's group to
// the root, 0 if there is none.
func cgroupLimit(readFile func(string) ([]byte, error)) int64 {
	groups, err := readFile("/proc/self/cgroup")
	if err != nil {
		return 0
	}
	var limit int64
	for line := range strings.Lines(string(groups)) {
		group, ok := strings.CutPrefix(strings.TrimSpace(line), "0::")
		if !ok {
			continue
		}
		// In a container the name may be that of the host's hierarchy, of which
		// only the root is mounted; Clean keeps it below the mount point.
		for group = path.Clean("/" + group); ; group = path.Dir(group) {
			if text, err := readFile(path.Join("/sys/fs/cgroup", group, "memory.max")); err == nil {
				if n, err := strconv.ParseInt(strings.TrimSpace(string(text)), 10, 64); err == nil && n > 0 && (limit == 0 || n < limit) {
					limit = n
				}
			}
			if group == "/" {
				break
			}
		}
	}
	return limit
}
