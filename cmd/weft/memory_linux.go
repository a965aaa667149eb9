package main

import (
	"os"
	"strconv"
	"strings"
	"syscall"
)

// dropProgramPages takes the pages of the program's file that cannot be written
// (code and constants) out of the process. They stay in the page cache, and the
// next access to one puts it back.
//
// That is true only of pages that are still those of the file. In a position
// independent executable the constants with addresses in them were filled in when
// it was loaded and cannot be written since; without these the process would
// crash. So a mapping that has pages of the process's own is left alone.
func dropProgramPages() {
	program, err := os.Executable()
	if err != nil {
		return
	}
	maps, err := os.ReadFile("/proc/self/smaps")
	if err != nil {
		return
	}
	for _, p := range programPages(string(maps), program) {
		// An error leaves the pages where they are.
		_, _, _ = syscall.Syscall(syscall.SYS_MADVISE, p.from, p.size, syscall.MADV_DONTNEED)
	}
}

// pages are a part of the process's address space.
type pages struct{ from, size uintptr }

// programPages finds the mappings of the program's file in the text of
// /proc/self/smaps that cannot be written and of which no page was ever changed.
func programPages(maps, program string) []pages {
	var found []pages
	var last pages // the mapping that the lines are about; size 0 for another's
	// Older kernels, and those of sandboxes, may not say what was changed.
	told, changed := false, false
	end := func() {
		if last.size > 0 && told && !changed {
			found = append(found, last)
		}
		last, told, changed = pages{}, false, false
	}
	for line := range strings.Lines(maps) {
		name, value, _ := strings.Cut(line, ":")
		switch name {
		case "Anonymous":
			told = true
			fallthrough
		case "Swap":
			changed = changed || strings.TrimSpace(value) != "0 kB"
			continue
		}
		f := strings.Fields(line)
		if len(f) == 0 || strings.HasSuffix(f[0], ":") {
			continue // something else about the mapping
		}
		end()
		last = programMapping(f, program)
	}
	end()
	return found
}

// programMapping reads the first line about a mapping. The size is 0 if it is not
// of the program's file or can be written.
func programMapping(f []string, program string) pages {
	if len(f) < 6 || strings.Join(f[5:], " ") != program || len(f[1]) < 4 || f[1][1] != '-' {
		return pages{}
	}
	first, last, found := strings.Cut(f[0], "-")
	a, err := strconv.ParseUint(first, 16, 64)
	b, errLast := strconv.ParseUint(last, 16, 64)
	if !found || err != nil || errLast != nil || b <= a {
		return pages{}
	}
	return pages{uintptr(a), uintptr(b - a)}
}
