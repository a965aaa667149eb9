package main

import "testing"

func TestProgramPages(t *testing.T) {
	for _, c := range []struct {
		line       string
		from, size uintptr
	}{
		{"00400000-0132d000 r-xp 00000000 fe:00 1234    /bin/we ft\n", 0x400000, 0xf2d000},
		{"0132d000-02150000 r--p 00f2d000 fe:00 1234    /bin/we ft\n", 0x132d000, 0xe23000},
		{"02150000-021ce000 rw-p 01d50000 fe:00 1234    /bin/we ft\n", 0, 0},
		{"00400000-0132d000 r-xp 00000000 fe:00 1234    /lib/libc.so.6\n", 0, 0},
		{"7fff0000-7fff1000 r-xp 00000000 00:00 0 \n", 0, 0},
		{"0132d000-00400000 r-xp 00000000 fe:00 1234    /bin/we ft\n", 0, 0},
		{"x-y r-xp 00000000 fe:00 1234    /bin/we ft\n", 0, 0},
		{"\n", 0, 0},
	} {
		from, size, ok := programPages(c.line, "/bin/we ft")
		if from != c.from || size != c.size || ok != (c.size > 0) {
			t.Errorf("%q: %x, %x, %v", c.line, from, size, ok)
		}
	}
	dropProgramPages() // the test goes on
}
