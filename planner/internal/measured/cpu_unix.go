//go:build unix

package measured

import (
	"syscall"
	"time"
)

// CPU is the processor time that the tests have used so far: what else the
// machine does is not in it.
func CPU() time.Duration {
	var u syscall.Rusage
	if err := syscall.Getrusage(syscall.RUSAGE_SELF, &u); err != nil {
		return 0
	}
	return time.Duration(u.Utime.Nano() + u.Stime.Nano())
}
