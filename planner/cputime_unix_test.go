//go:build unix

package planner_test

import (
	"syscall"
	"time"
)

// cpuTime is the processor time that the tests have used so far: what else the
// machine does is not in it.
func cpuTime() time.Duration {
	var u syscall.Rusage
	if err := syscall.Getrusage(syscall.RUSAGE_SELF, &u); err != nil {
		return 0
	}
	return time.Duration(u.Utime.Nano() + u.Stime.Nano())
}
