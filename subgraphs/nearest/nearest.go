// Package nearest finds what a misspelt name was probably meant to be, for hints.
//
// A word and the names there are go in, one of the names comes out, or nothing. It
// keeps nothing and may be used by any number of goroutines.
package nearest

import (
	"strings"

	"github.com/agnivade/levenshtein"
)

// maxName bounds what is compared: the work grows with the square of the length.
const maxName = 100

// Name returns the name that differs least from the word, case aside; empty if all
// differ in more than a third of the word. Of equals it is the first.
func Name(word string, names []string) string {
	if len(word) > maxName {
		return ""
	}
	word = strings.ToLower(word)
	best, distance := "", len(word)/3+1
	for _, n := range names {
		if len(n) > maxName {
			continue
		}
		if d := levenshtein.ComputeDistance(word, strings.ToLower(n)); d < distance {
			best, distance = n, d
		}
	}
	return best
}
