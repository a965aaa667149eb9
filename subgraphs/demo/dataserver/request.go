package dataserver

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"mime"
	"net/http"
	"strings"

	"github.com/vektah/gqlparser/v2"
	"github.com/vektah/gqlparser/v2/ast"
	"github.com/vektah/gqlparser/v2/gqlerror"
	"github.com/vektah/gqlparser/v2/validator"
	"github.com/vektah/gqlparser/v2/validator/rules"
)

const (
	mediaJSON     = "application/json"
	mediaResponse = "application/graphql-response+json"
)

// cacheLimit bounds the number of parsed documents; the cache starts over
// when it is reached, which keeps it simple and is rare enough.
const cacheLimit = 8192

// document is a parsed and validated query text.
type document struct {
	doc  *ast.QueryDocument
	errs gqlerror.List
}

// request is a GraphQL request body.
type request struct {
	Query         string         `json:"query"`
	OperationName string         `json:"operationName"`
	Variables     map[string]any `json:"variables"`
}

// decodeRequest reads a GraphQL request body. Numbers become int64 where they
// are written as integers that fit, else float64.
func decodeRequest(body []byte) (*request, error) {
	var req struct {
		Query         *string         `json:"query"`
		OperationName *string         `json:"operationName"`
		Variables     json.RawMessage `json:"variables"`
	}
	if err := json.Unmarshal(body, &req); err != nil {
		return nil, fmt.Errorf("the request body is not a GraphQL request: %w", err)
	}
	if req.Query == nil || *req.Query == "" {
		return nil, errors.New("the request body has no query")
	}
	out := &request{Query: *req.Query}
	if req.OperationName != nil {
		out.OperationName = *req.OperationName
	}
	if len(req.Variables) > 0 {
		value, err := decodeJSON(req.Variables)
		if err != nil {
			return nil, fmt.Errorf("variables: %w", err)
		}
		switch value := value.(type) {
		case nil:
		case map[string]any:
			out.Variables = value
		default:
			return nil, errors.New("variables is not an object")
		}
	}
	return out, nil
}

// decodeJSON decodes one JSON value with this package's number types.
func decodeJSON(text []byte) (any, error) {
	dec := json.NewDecoder(bytes.NewReader(text))
	dec.UseNumber()
	var value any
	if err := dec.Decode(&value); err != nil {
		return nil, err
	}
	if _, err := dec.Token(); !errors.Is(err, io.EOF) {
		return nil, errors.New("more than one JSON value")
	}
	return plainNumbers(value), nil
}

// plainNumbers replaces json.Number in place by int64 or float64.
func plainNumbers(value any) any {
	switch value := value.(type) {
	case json.Number:
		if !strings.ContainsAny(value.String(), ".eE") {
			if n, err := value.Int64(); err == nil {
				return n
			}
		}
		f, err := value.Float64()
		if err != nil {
			// Out of float64's range: kept as text, which no number type accepts.
			return value.String()
		}
		return f
	case []any:
		for i := range value {
			value[i] = plainNumbers(value[i])
		}
	case map[string]any:
		for k := range value {
			value[k] = plainNumbers(value[k])
		}
	}
	return value
}

// ServeHTTP answers GraphQL over HTTP: POST with a JSON body, GET for queries.
// Errors of a request that never ran are status 400 for clients that accept
// application/graphql-response+json, and 200 for others.
func (s *Server) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	s.requests.Add(1)
	media := mediaJSON
	if strings.Contains(r.Header.Get("Accept"), mediaResponse) {
		media = mediaResponse
	}
	w.Header().Set("Content-Type", media+"; charset=utf-8")

	req, status, err := s.receive(w, r)
	if err == nil && s.opts.KeepLog {
		s.logMu.Lock()
		s.log = append(s.log, LogEntry{Query: req.Query, OperationName: req.OperationName, Variables: req.Variables, Header: r.Header.Clone()})
		s.logMu.Unlock()
	}
	var fault *Fault
	if s.opts.Fault != nil {
		fault = s.opts.Fault(r)
	}
	if !fault.before(r) {
		fault.write(w, http.StatusOK, nil)
		return
	}
	if err != nil {
		fault.write(w, status, failed(requestError("BAD_REQUEST", err.Error())).encode())
		return
	}
	ans := s.run(req, r.Method == http.MethodGet)
	status = http.StatusOK
	if !ans.ran && media == mediaResponse {
		status = http.StatusBadRequest
	}
	fault.write(w, status, ans.encode())
}

// Answer runs one request body without HTTP and returns the response body. It
// is not counted, logged or damaged.
func (s *Server) Answer(body []byte) []byte {
	req, err := decodeRequest(body)
	if err != nil {
		return failed(requestError("BAD_REQUEST", err.Error())).encode()
	}
	return s.run(req, false).encode()
}

// receive reads the GraphQL request; status goes with an error.
func (s *Server) receive(w http.ResponseWriter, r *http.Request) (req *request, status int, err error) {
	switch r.Method {
	case http.MethodGet:
		req, err = requestFromQuery(r)
		return req, http.StatusBadRequest, err
	case http.MethodPost:
	default:
		return nil, http.StatusMethodNotAllowed, errors.New("only GET and POST are served")
	}
	body, err := io.ReadAll(http.MaxBytesReader(w, r.Body, s.opts.MaxBody))
	if err != nil {
		var tooLarge *http.MaxBytesError
		if errors.As(err, &tooLarge) {
			return nil, http.StatusRequestEntityTooLarge, err
		}
		return nil, http.StatusBadRequest, err
	}
	if media, _, _ := mime.ParseMediaType(r.Header.Get("Content-Type")); media != mediaJSON {
		return nil, http.StatusUnsupportedMediaType, errors.New("the request body must be application/json")
	}
	req, err = decodeRequest(body)
	return req, http.StatusBadRequest, err
}

func requestFromQuery(r *http.Request) (*request, error) {
	values := r.URL.Query()
	req := &request{Query: values.Get("query"), OperationName: values.Get("operationName")}
	if req.Query == "" {
		return nil, errors.New("the URL has no query")
	}
	if text := values.Get("variables"); text != "" {
		value, err := decodeJSON([]byte(text))
		if err != nil {
			return nil, fmt.Errorf("variables: %w", err)
		}
		object, ok := value.(map[string]any)
		if !ok && value != nil {
			return nil, errors.New("variables is not an object")
		}
		req.Variables = object
	}
	return req, nil
}

// parse returns the document for a query text, from the cache if it is there.
func (s *Server) parse(query string) *document {
	s.cacheMu.RLock()
	d := s.cache[query]
	s.cacheMu.RUnlock()
	if d != nil {
		return d
	}
	d = &document{}
	d.doc, d.errs = gqlparser.LoadQueryWithRules(s.schema, query, rules.NewDefaultRules())
	s.cacheMu.Lock()
	if len(s.cache) >= cacheLimit {
		clear(s.cache)
	}
	s.cache[query] = d
	s.cacheMu.Unlock()
	return d
}

// run executes one request against the data.
func (s *Server) run(req *request, readOnly bool) *answer {
	d := s.parse(req.Query)
	if len(d.errs) > 0 {
		errs := make([]*Error, len(d.errs))
		for i, e := range d.errs {
			errs[i] = &Error{Message: e.Message, Extensions: map[string]any{"code": "GRAPHQL_VALIDATION_FAILED"}}
			for _, l := range e.Locations {
				errs[i].Locations = append(errs[i].Locations, Location{Line: l.Line, Column: l.Column})
			}
		}
		return failed(errs...)
	}
	op := d.doc.Operations.ForName(req.OperationName)
	if op == nil {
		return failed(requestError("OPERATION_RESOLUTION_FAILURE", "the document has no such operation, or several and no operationName"))
	}
	if op.Operation == ast.Subscription {
		return failed(requestError("SUBSCRIPTIONS_NOT_SERVED", "subscriptions are not served"))
	}
	if readOnly && op.Operation != ast.Query {
		return failed(requestError("BAD_REQUEST", "GET serves queries only"))
	}
	vars, err := coerceVariables(s.schema, op, req.Variables)
	if err == nil {
		// gqlparser's own check is the second opinion; it lets some values
		// through that the specification refuses, such as text for Int, and it
		// writes into what it checks, hence the copy.
		_, err = validator.VariableValues(s.schema, op, copyValue(req.Variables).(map[string]any))
	}
	if err != nil {
		return failed(requestError("BAD_USER_INPUT", err.Error()))
	}
	data := s.opts.Data
	if op.Operation == ast.Mutation {
		data.mu.Lock()
		defer data.mu.Unlock()
	} else {
		data.mu.RLock()
		defer data.mu.RUnlock()
	}
	return execute(s, d.doc, op, vars)
}
