package config

import (
	"fmt"
	"strings"

	"github.com/agnivade/levenshtein"
)

// nearest returns the candidate that was probably meant, or "".
func nearest(word string, candidates []string) string {
	plain := foldKey(word)
	best, bestDistance := "", len(plain)/3+1
	for _, c := range candidates {
		if d := levenshtein.ComputeDistance(plain, foldKey(c)); d < bestDistance || d == 0 {
			best, bestDistance = c, d
		}
	}
	return best
}

func didYouMean(word string, candidates []string) string {
	if len(word) > 100 {
		return ""
	}
	if c := nearest(word, candidates); c != "" {
		return fmt.Sprintf("did you mean %q?", c)
	}
	return ""
}

// foldKey takes maxDepth, max-depth and MAX_DEPTH for the same.
func foldKey(s string) string {
	return strings.Map(func(r rune) rune {
		if r == '_' || r == '-' {
			return -1
		}
		return r
	}, strings.ToLower(s))
}
