//go:build race

package satisfiability_test

// raceEnabled says that times are not those of the code alone.
const raceEnabled = true
