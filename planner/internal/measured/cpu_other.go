//go:build !unix

package measured

import "time"

var started = time.Now()

// CPU is the time since the start where processor time is not known.
func CPU() time.Duration { return time.Since(started) }
