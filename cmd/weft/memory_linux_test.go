package main

import (
	"slices"
	"testing"
)

func TestProgramPages(t *testing.T) {
	const clean = "Size: 16 kB\nPrivate_Clean:        8 kB\nAnonymous:             0 kB\nSwap:                  0 kB\nVmFlags: rd ex mr\n"
	const changed = "Size: 16 kB\nAnonymous:             4 kB\nSwap:                  0 kB\n"
	const swapped = "Size: 16 kB\nAnonymous:             0 kB\nSwap:                  4 kB\n"
	const silent = "Size: 16 kB\n"
	const code, constants = "00400000-0132d000 r-xp 00000000 fe:00 1234    ", "0132d000-02150000 r--p 00f2d000 fe:00 1234    "
	for _, c := range []struct {
		name, maps string
		want       []pages
	}{
		{"both", code + "/bin/we ft\n" + clean + constants + "/bin/we ft\n" + clean,
			[]pages{{0x400000, 0xf2d000}, {0x132d000, 0xe23000}}},
		{"relocated", code + "/bin/we ft\n" + clean + constants + "/bin/we ft\n" + changed, []pages{{0x400000, 0xf2d000}}},
		{"relocated first", code + "/bin/we ft\n" + changed + constants + "/bin/we ft\n" + clean, []pages{{0x132d000, 0xe23000}}},
		{"swapped out", code + "/bin/we ft\n" + swapped, nil},
		{"unknown", code + "/bin/we ft\n" + silent + constants + "/bin/we ft\n" + clean, []pages{{0x132d000, 0xe23000}}},
		{"writable", "02150000-021ce000 rw-p 01d50000 fe:00 1234    /bin/we ft\n" + clean, nil},
		{"of another", code + "/lib/libc.so.6\n" + clean, nil},
		{"replaced", code + "/bin/we ft (deleted)\n" + clean, nil},
		{"of none", "7fff0000-7fff1000 r-xp 00000000 00:00 0 \n" + clean, nil},
		{"backward", "0132d000-00400000 r-xp 00000000 fe:00 1234    /bin/we ft\n" + clean, nil},
		{"no numbers", "x-y r-xp 00000000 fe:00 1234    /bin/we ft\n" + clean, nil},
		{"nothing", "\n", nil},
	} {
		if got := programPages(c.maps, "/bin/we ft"); !slices.Equal(got, c.want) {
			t.Errorf("%s: %x, want %x", c.name, got, c.want)
		}
	}
	dropProgramPages() // the test goes on
}
