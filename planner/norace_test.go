//go:build !race

package planner_test

// raceEnabled says whether the race detector slows everything down.
const raceEnabled = false
