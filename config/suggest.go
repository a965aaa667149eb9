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

// maxListed is how many names a hint lists before it counts the rest.
const maxListed = 20

// oneOf says which of the candidates was probably meant, or else which there are.
func oneOf(word string, candidates []string) string {
	if hint := didYouMean(word, candidates); hint != "" {
		return hint
	}
	if more := len(candidates) - maxListed; more > 0 {
		return fmt.Sprintf("one of: %s, and %d more", strings.Join(candidates[:maxListed], ", "), more)
	}
	return "one of: " + strings.Join(candidates, ", ")
}

// UnknownSubgraph is what a message says of a name that is none of the subgraphs,
// and the hint that goes with it.
func UnknownSubgraph(name string, known []string) (message, hint string) {
	message = fmt.Sprintf("there is no subgraph %q", name)
	if len(known) == 0 {
		return message, "no subgraphs are configured"
	}
	return message, oneOf(name, known)
}
