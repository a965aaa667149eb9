//go:build darwin || (linux && race)

package socket

import "syscall"

// The race detector sees what crosses a socket only if package syscall is asked
// for it; Darwin wants its calls made by its own library.

func read(fd uintptr, p []byte) (int, error) {
	for {
		n, err := syscall.Read(int(fd), p)
		if err != syscall.EINTR {
			return n, err
		}
	}
}

func write(fd uintptr, first, second []byte) (int, error) {
	if len(first) == 0 {
		first = second
	}
	for {
		n, err := syscall.Write(int(fd), first)
		if err != syscall.EINTR {
			return n, err
		}
	}
}
