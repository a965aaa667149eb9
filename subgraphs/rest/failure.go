package rest

import (
	"context"
	"errors"
	"strconv"
	"strings"

	"github.com/weft-graphql/weft/subgraphs/rest/mapping"
	"github.com/weft-graphql/weft/subgraphs/transport"
)

// The codes of failed requests. They reach the client as extensions.code.
const (
	CodeBadRequest      = "BAD_UPSTREAM_REQUEST"     // 400
	CodeUnauthenticated = "UNAUTHENTICATED"          // 401
	CodeForbidden       = "FORBIDDEN"                // 403
	CodeNotFound        = "NOT_FOUND"                // 404, or a row that an answer lacks
	CodeConflict        = "CONFLICT"                 // 409
	CodeGone            = "GONE"                     // 410
	CodeUnprocessable   = "UNPROCESSABLE"            // 422
	CodeRateLimited     = "RATE_LIMITED"             // 429
	CodeClientError     = "UPSTREAM_CLIENT_ERROR"    // other 4xx
	CodeUpstream        = "UPSTREAM_ERROR"           // 5xx, and all that is no answer
	CodeTimeout         = "UPSTREAM_TIMEOUT"         // no answer in time
	CodeUnreachable     = "UPSTREAM_UNREACHABLE"     // no connection
	CodeOpen            = "UPSTREAM_CIRCUIT_OPEN"    // no request is sent for a while, since too many failed
	CodeDecode          = "UPSTREAM_DECODE"          // not JSON, too long, too deep
	CodeMismatch        = "UPSTREAM_SCHEMA_MISMATCH" // not what the schema says
	CodeBadInput        = "BAD_USER_INPUT"           // a value that must not be sent
	CodeItem            = "UPSTREAM_ITEM_ERROR"      // an element of a batch says so
	CodeCancelled       = "REQUEST_CANCELLED"        // the client left
)

// failure is why a request or a row has no value.
type failure struct {
	code    string
	message string
	status  int
	// extensions are members of an object, JSON text without its braces.
	extensions []byte
}

// object is the failure's extensions as a JSON object, or nil.
func (f *failure) object() []byte {
	if f.status == 0 && len(f.extensions) == 0 {
		return nil
	}
	b := []byte{'{'}
	if f.status != 0 {
		b = append(b, `"http":{"status":`...)
		b = strconv.AppendInt(b, int64(f.status), 10)
		b = append(b, '}')
	}
	if len(f.extensions) > 0 {
		if len(b) > 1 {
			b = append(b, ',')
		}
		b = append(b, f.extensions...)
	}
	return append(b, '}')
}

// statusCode is the code of a status that is not a success.
func statusCode(status int) string {
	switch status {
	case 400:
		return CodeBadRequest
	case 401:
		return CodeUnauthenticated
	case 403:
		return CodeForbidden
	case 404:
		return CodeNotFound
	case 409:
		return CodeConflict
	case 410:
		return CodeGone
	case 422:
		return CodeUnprocessable
	case 429:
		return CodeRateLimited
	}
	if status >= 400 && status < 500 {
		return CodeClientError
	}
	return CodeUpstream
}

// maxProblem bounds what is passed on of an upstream's error body.
const maxProblem = 16 << 10

// fromStatus is the failure of an answer that is not good.
func fromStatus(rule *errorRule, x *exchange) *failure {
	f := &failure{code: statusCode(x.status), status: x.status}
	if x.status >= 200 && x.status < 300 {
		f.code, f.message = CodeUpstream, "the upstream answered with an error"
	} else {
		f.message = "the upstream answered with status " + strconv.Itoa(x.status)
	}
	if seconds := x.retryAfter(); seconds != "" && (x.status == 429 || x.status == 503) {
		f.extensions = append(append(f.extensions, `"retryAfter":`...), seconds...)
	}
	f.refine(rule, x.root, &x.vars)
	return f
}

// refine applies an error rule, and what is known of common error bodies.
func (f *failure) refine(rule *errorRule, body mapping.Value, vars *mapping.Variables) {
	if rule.expose {
		if message := problemMessage(body); message != "" {
			f.message = message
			if raw := body.AppendJSON(nil); len(raw) <= maxProblem {
				f.extend("problem", raw)
			}
		}
		if rule.message != nil {
			if v, ok := rule.message.sel.Evaluate(body, vars, nil); ok && v.Kind() != mapping.KindNull {
				f.message = v.Text()
			}
		}
	}
	if rule.code != nil {
		if v, ok := rule.code.sel.Evaluate(body, vars, nil); ok && v.Kind() == mapping.KindString {
			f.code = v.Text()
		}
	}
	if rule.extensions != nil {
		if v, ok := rule.extensions.sel.Evaluate(body, vars, nil); ok && v.Kind() == mapping.KindObject {
			for it := v.Iterate(); it.Next(); {
				if key := it.Key(); key != "http" && key != "code" && key != "service" {
					f.extend(key, it.Value().AppendJSON(nil))
				}
			}
		}
	}
}

func (f *failure) extend(key string, json []byte) {
	if len(f.extensions) > 0 {
		f.extensions = append(f.extensions, ',')
	}
	f.extensions = append(mapping.AppendQuoted(f.extensions, key), ':')
	f.extensions = append(f.extensions, json...)
}

// problemMessage is what an error body says: problem details (RFC 9457), and
// FastAPI's detail, a text or a list of validation errors.
func problemMessage(body mapping.Value) string {
	if body.Kind() != mapping.KindObject {
		return ""
	}
	text := func(key string) string {
		if v, ok := body.Get(key); ok && v.Kind() == mapping.KindString {
			return v.Text()
		}
		return ""
	}
	detail, _ := body.Get("detail")
	switch detail.Kind() {
	case mapping.KindString:
		return detail.Text()
	case mapping.KindList:
		var parts []string
		for it := detail.Iterate(); it.Next() && len(parts) < 10; {
			if part := validationError(it.Value()); part != "" {
				parts = append(parts, part)
			}
		}
		if len(parts) > 0 {
			return strings.Join(parts, "; ")
		}
	}
	if title := text("title"); title != "" {
		return title
	}
	if message := text("message"); message != "" {
		return message
	}
	return text("error")
}

// validationError is one element of FastAPI's detail: {loc, msg, type}.
func validationError(v mapping.Value) string {
	msg, ok := v.Get("msg")
	if !ok {
		return ""
	}
	loc, _ := v.Get("loc")
	var path []string
	for it := loc.Iterate(); it.Next(); {
		path = append(path, it.Value().Text())
	}
	if len(path) == 0 {
		return msg.Text()
	}
	return strings.Join(path, ".") + ": " + msg.Text()
}

// fromTransport is the failure of a request without an answer.
func fromTransport(ctx context.Context, err error) *failure {
	var te *transport.Error
	switch {
	case errors.Is(ctx.Err(), context.Canceled):
		return &failure{code: CodeCancelled, message: "the request was cancelled"}
	case errors.Is(err, ErrOpen):
		return &failure{code: CodeOpen, message: "the upstream has been failing, and is not asked for a while"}
	case errors.As(err, &te):
		switch te.Kind {
		case transport.Timeout:
			return &failure{code: CodeTimeout, message: "no answer in time"}
		case transport.Lost:
			return &failure{code: CodeUpstream, message: "the connection was closed before the answer was complete"}
		case transport.TooLarge:
			return &failure{code: CodeDecode, message: "the answer is larger than allowed", status: te.Status}
		case transport.Malformed:
			return &failure{code: CodeDecode, message: "the answer is not valid HTTP", status: te.Status}
		case transport.Cancelled:
			return &failure{code: CodeCancelled, message: "the request was cancelled"}
		case transport.Invalid:
			return &failure{code: CodeBadInput, message: "the request could not be built"}
		}
	case errors.Is(err, context.DeadlineExceeded):
		return &failure{code: CodeTimeout, message: "no answer in time"}
	}
	return &failure{code: CodeUnreachable, message: "no connection could be made"}
}
