//go:build linux && !race

package socket

import (
	"syscall"
	"unsafe"
)

func read(fd uintptr, p []byte) (int, error) {
	for {
		n, _, errno := syscall.RawSyscall(syscall.SYS_READ, fd, uintptr(unsafe.Pointer(unsafe.SliceData(p))), uintptr(len(p)))
		if errno == 0 {
			return int(n), nil
		}
		if errno != syscall.EINTR {
			return -1, errno
		}
	}
}

// write writes what it can of both.
func write(fd uintptr, first, second []byte) (int, error) {
	if len(first) == 0 {
		first, second = second, nil
	}
	var vector [2]syscall.Iovec
	vector[0].Base, vector[1].Base = unsafe.SliceData(first), unsafe.SliceData(second)
	vector[0].SetLen(len(first))
	vector[1].SetLen(len(second))
	for {
		var n uintptr
		var errno syscall.Errno
		if len(second) == 0 {
			n, _, errno = syscall.RawSyscall(syscall.SYS_WRITE, fd, uintptr(unsafe.Pointer(unsafe.SliceData(first))), uintptr(len(first)))
		} else {
			n, _, errno = syscall.RawSyscall(syscall.SYS_WRITEV, fd, uintptr(unsafe.Pointer(&vector)), uintptr(len(vector)))
		}
		if errno == 0 {
			return int(n), nil
		}
		if errno != syscall.EINTR {
			return -1, errno
		}
	}
}
