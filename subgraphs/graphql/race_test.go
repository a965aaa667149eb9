//go:build race

package graphql

const raceEnabled = true
