package router

import (
	"strconv"
	"strings"
)

// media is the media type of a response.
type media uint8

const (
	mediaJSON media = iota
	mediaGraphQL
)

// The values of Content-Type, ready for a header map; they are never changed.
var contentTypes = [...][]string{
	mediaJSON:    {"application/json; charset=utf-8"},
	mediaGraphQL: {"application/graphql-response+json; charset=utf-8"},
}

// negotiate picks the media type of the response. Clients that do not say what
// they take, or take anything, get application/json, as they did before there
// was another type; false means that they take neither.
func negotiate(accept []string) (media, bool) {
	if len(accept) == 0 {
		return mediaJSON, true
	}
	if len(accept) == 1 {
		// What nearly every client sends.
		switch accept[0] {
		case "", "*/*", "application/json":
			return mediaJSON, true
		case "application/graphql-response+json", "application/graphql-response+json, application/json":
			return mediaGraphQL, true
		}
	}
	graphql, json := -1.0, -1.0 // the quality of the most specific range
	graphqlRank, jsonRank := -1, -1
	for _, line := range accept {
		for part := range strings.SplitSeq(line, ",") {
			name, params, _ := strings.Cut(part, ";")
			q := quality(params)
			rank := 2
			forGraphQL, forJSON := false, false
			switch strings.ToLower(strings.TrimSpace(name)) {
			case "application/graphql-response+json":
				forGraphQL = true
			case "application/json":
				forJSON = true
			case "application/*":
				rank, forGraphQL, forJSON = 1, true, true
			case "*/*":
				rank, forGraphQL, forJSON = 0, true, true
			}
			if forGraphQL && rank >= graphqlRank {
				graphql, graphqlRank = q, rank
			}
			if forJSON && rank >= jsonRank {
				json, jsonRank = q, rank
			}
		}
	}
	switch {
	case graphql <= 0 && json <= 0:
		return mediaJSON, false
	case graphql > json, graphql == json && graphqlRank > jsonRank, graphql == json && graphqlRank == 2:
		return mediaGraphQL, true
	}
	return mediaJSON, true
}

func quality(params string) float64 {
	for p := range strings.SplitSeq(params, ";") {
		name, value, ok := strings.Cut(strings.TrimSpace(p), "=")
		if !ok || !strings.EqualFold(strings.TrimSpace(name), "q") {
			continue
		}
		if q, err := strconv.ParseFloat(strings.TrimSpace(value), 64); err == nil {
			return q
		}
	}
	return 1
}

// isJSON reports whether a Content-Type says application/json in UTF-8.
func isForm(contentType string) bool {
	media, _, _ := strings.Cut(contentType, ";")
	return strings.EqualFold(strings.TrimSpace(media), "multipart/form-data")
}

func isJSON(contentType string) bool {
	if contentType == "application/json" {
		return true
	}
	name, params, _ := strings.Cut(contentType, ";")
	if !strings.EqualFold(strings.TrimSpace(name), "application/json") {
		return false
	}
	for p := range strings.SplitSeq(params, ";") {
		key, value, ok := strings.Cut(strings.TrimSpace(p), "=")
		if ok && strings.EqualFold(key, "charset") && !strings.EqualFold(strings.Trim(value, `"`), "utf-8") {
			return false
		}
	}
	return true
}
