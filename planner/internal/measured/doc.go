// Package measured tells the tests of package planner and those below it what
// they need to judge how long something takes: the processor time used, and
// whether the race detector is on. Its functions may be called from any goroutine.
package measured
