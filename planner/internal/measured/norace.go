//go:build !race

package measured

// Race says that the race detector is on: times are not those of the code alone.
const Race = false
