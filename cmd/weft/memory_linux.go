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
func dropProgramPages() {
	program, err := os.Executable()
	if err != nil {
		return
	}
	maps, err := os.ReadFile("/proc/self/maps")
	if err != nil {
		return
	}
	for line := range strings.Lines(string(maps)) {
		if from, size, ok := programPages(line, program); ok {
			// An error leaves the pages where they are.
			_, _, _ = syscall.Syscall(syscall.SYS_MADVISE, from, size, syscall.MADV_DONTNEED)
		}
	}
}

// programPages reads a line of /proc/self/maps. It reports false for a mapping
// that is not of the program's file or that can be written.
func programPages(line, program string) (from, size uintptr, ok bool) {
	f := strings.Fields(line)
	if len(f) < 6 || strings.Join(f[5:], " ") != program || len(f[1]) < 4 || f[1][1] != '-' {
		return 0, 0, false
	}
	first, last, found := strings.Cut(f[0], "-")
	a, err := strconv.ParseUint(first, 16, 64)
	b, errLast := strconv.ParseUint(last, 16, 64)
	if !found || err != nil || errLast != nil || b <= a {
		return 0, 0, false
	}
	return uintptr(a), uintptr(b - a), true
}
