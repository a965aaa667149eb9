//go:build race

package execute

const raceDetector = true
