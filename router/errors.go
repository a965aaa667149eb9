package router

import (
	"net/http"
	"unicode/utf8"

	"github.com/weft-graphql/weft/planner/operation"
	"github.com/weft-graphql/weft/router/body"
	"github.com/weft-graphql/weft/router/generation"
)

// The codes of errors made here. They reach the client as extensions.code.
const (
	CodeBadRequest            = "BAD_REQUEST"                   // not a GraphQL request
	CodeUnsupportedMediaType  = "UNSUPPORTED_MEDIA_TYPE"        // a body that is not JSON
	CodeNotAcceptable         = "NOT_ACCEPTABLE"                // Accept excludes JSON
	CodeMethodNotAllowed      = "METHOD_NOT_ALLOWED"            // neither GET nor POST, or a mutation by GET
	CodeBodyTooLarge          = "REQUEST_TOO_LARGE"             // over max_request_body_size
	CodeNotReady              = "NOT_READY"                     // no graph has been loaded yet
	CodeIntrospectionDisabled = "INTROSPECTION_DISABLED"        // introspection is off
	CodeRequestTimeout        = "REQUEST_TIMEOUT"               // traffic_shaping.router.request_timeout passed
	CodeMaxUpstreamRequests   = "LIMIT_MAX_UPSTREAM_REQUESTS"   // over limits.max_upstream_requests
	CodeMaxWaves              = "LIMIT_MAX_WAVES"               // over limits.max_waves
	CodeLatencyBudget         = "LIMIT_LATENCY_BUDGET"          // over limits.latency_budget
	CodeInternal              = "INTERNAL_SERVER_ERROR"         // a fault of the router
	CodePersistedQuery        = "PERSISTED_QUERY_NOT_SUPPORTED" // automatic persisted queries
)

// Codes lists the codes made here, with those of reading a request's body.
func Codes() []generation.CodeInfo {
	return []generation.CodeInfo{
		{Code: CodeBadRequest, Meaning: "The request is not a GraphQL request: a body that is not JSON, a missing query, a parameter of the wrong type."},
		{Code: body.CodeBatch, Meaning: "The body is a JSON array; send one operation a request."},
		{Code: CodeUnsupportedMediaType, Meaning: "The body's content type is not application/json, or its content encoding is not supported."},
		{Code: CodeNotAcceptable, Meaning: "The Accept header excludes every type the router can answer with."},
		{Code: CodeMethodNotAllowed, Meaning: "The method is neither GET nor POST, or a mutation was sent by GET."},
		{Code: CodeBodyTooLarge, Meaning: "The body is larger than traffic_shaping.router.max_request_body_size."},
		{Code: CodeNotReady, Meaning: "The graph has not been loaded yet; try again."},
		{Code: CodeIntrospectionDisabled, Meaning: "The operation introspects and introspection is off."},
		{Code: CodeMaxUpstreamRequests, Meaning: "The operation would take more upstream requests than limits.max_upstream_requests; the message names the path that takes most of them."},
		{Code: CodeMaxWaves, Meaning: "The operation takes more upstream requests one after the other than limits.max_waves; the message names the path that the longest chain ends at."},
		{Code: CodeLatencyBudget, Meaning: "The operation is expected to take longer than limits.latency_budget, by the latency of its endpoints."},
		{Code: CodeRequestTimeout, Meaning: "traffic_shaping.router.request_timeout passed before the operation began."},
		{Code: CodePersistedQuery, Meaning: "Automatic persisted queries are not supported; send the query."},
		{Code: CodeListen, Meaning: "The address to listen on is taken or not allowed."},
		{Code: CodeInternal, Meaning: "A fault of the router; the log has the cause under the request's id."},
	}
}

// fault is a request that ends without data.
type fault struct {
	// status is the HTTP status; with graded, it is 200 for clients that accept
	// application/json only, since the request was well-formed.
	status    int
	graded    bool
	code      string
	message   string
	locations []operation.Location
	variable  string
	// allow is the Allow header of a 405.
	allow string
}

func (f *fault) statusFor(m media) int {
	if f.graded && m == mediaJSON {
		return http.StatusOK
	}
	return f.status
}

func appendFaults(dst []byte, faults []fault) []byte {
	dst = append(dst, `{"errors":[`...)
	for i := range faults {
		f := &faults[i]
		if i > 0 {
			dst = append(dst, ',')
		}
		dst = append(dst, `{"message":`...)
		dst = appendString(dst, f.message)
		dst = append(dst, ',')
		if start := len(dst); len(f.locations) > 0 {
			if dst = appendLocations(dst, f.locations); len(dst) > start {
				dst = append(dst, ',')
			}
		}
		dst = append(dst, `"extensions":{"code":`...)
		dst = appendString(dst, f.code)
		if f.variable != "" {
			dst = append(dst, `,"variable":`...)
			dst = appendString(dst, f.variable)
		}
		dst = append(dst, `}}`...)
	}
	return append(dst, `]}`...)
}

// appendString appends s as a JSON string; bytes that are not UTF-8 become U+FFFD.
func appendString(dst []byte, s string) []byte {
	const hex = "0123456789abcdef"
	dst = append(dst, '"')
	for i := 0; i < len(s); {
		c := s[i]
		switch {
		case c == '"' || c == '\\':
			dst = append(dst, '\\', c)
		case c == '\n':
			dst = append(dst, '\\', 'n')
		case c < ' ' || c == 0x7f:
			dst = append(dst, '\\', 'u', '0', '0', hex[c>>4], hex[c&15])
		case c < utf8.RuneSelf:
			dst = append(dst, c)
		default:
			r, size := utf8.DecodeRuneInString(s[i:])
			dst = utf8.AppendRune(dst, r)
			i += size
			continue
		}
		i++
	}
	return append(dst, '"')
}
