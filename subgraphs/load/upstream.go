package load

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"net/http"
	"strings"

	"github.com/weft-graphql/weft/subgraphs"
	"github.com/weft-graphql/weft/subgraphs/auth"
	"github.com/weft-graphql/weft/subgraphs/transport"
)

// upstream is a source that is asked over HTTP.
type upstream struct {
	source    *Source
	transport *transport.Transport
	endpoint  transport.Endpoint
	maxSize   int64
}

func dial(s *Source, o *Options) (*upstream, *Error) {
	e, err := transport.ParseURL(s.URL)
	if err != nil {
		return nil, &Error{Code: CodeInvalid, Message: err.Error()}
	}
	t, err := o.Pool.Acquire(transport.Settings{Scheme: e.Scheme, Address: e.Address, Protocol: s.Protocol, TLS: s.TLS})
	if err != nil {
		return nil, &Error{Code: CodeInvalid, Message: "the connection cannot be set up", Err: err}
	}
	return &upstream{source: s, transport: t, endpoint: e, maxSize: o.MaxSize}, nil
}

// do sends a request and returns a copy of the body.
func (u *upstream) do(ctx context.Context, method string, body []byte, header []subgraphs.HeaderField) (status int, got []byte, etag string, fault *Error) {
	lines, err := transport.NewLines(append(header, u.source.Header...)...)
	if err != nil {
		return 0, nil, "", &Error{Code: CodeInvalid, Message: err.Error()}
	}
	req := transport.Request{
		Method: method, Target: u.endpoint.Target, Host: u.endpoint.Host, Static: lines, Body: body,
		MaxBody: u.maxSize, Retry: true, Collect: []string{"Etag"},
	}
	var resp transport.Response
	if err := auth.Send(ctx, u.source.Auth, u.transport, &req, &resp); err != nil {
		return 0, nil, "", transportError(err)
	}
	defer resp.Release()
	for _, h := range resp.Header {
		etag = h.Value
	}
	return resp.Status, bytes.Clone(resp.Body), etag, nil
}

func statusError(status int) *Error {
	e := &Error{Code: CodeStatus, Message: fmt.Sprintf("answered with HTTP status %d", status)}
	switch {
	case status >= 300 && status < 400:
		e.Hint = "redirects are not followed: use the URL it redirects to"
	case status == http.StatusUnauthorized || status == http.StatusForbidden:
		e.Hint = "it may want headers, see schema.headers"
	case status == http.StatusNotFound || status == http.StatusMethodNotAllowed:
		e.Hint = "check the path of the URL"
	}
	return e
}

// graphqlErrors are the errors of a response, as an error.
type graphqlErrors []struct {
	Message string `json:"message"`
}

func (e graphqlErrors) Error() string {
	var messages []string
	for i, one := range e {
		if i == 3 {
			messages = append(messages, fmt.Sprintf("and %d more", len(e)-i))
			break
		}
		m := one.Message
		if len(m) > 200 {
			m = strings.ToValidUTF8(m[:200], "") + "…"
		}
		messages = append(messages, m)
	}
	return strings.Join(messages, "; ")
}

// query asks a GraphQL query and decodes its data. CodeNotOffered means that
// the upstream speaks GraphQL and refused.
func (u *upstream) query(ctx context.Context, query string, data any) *Error {
	body, err := json.Marshal(map[string]string{"query": query})
	if err != nil {
		return &Error{Code: CodeInvalid, Message: "the query cannot be sent", Err: err}
	}
	status, b, _, fault := u.do(ctx, http.MethodPost, body, []subgraphs.HeaderField{
		{Name: "Content-Type", Value: "application/json"},
		{Name: "Accept", Value: "application/graphql-response+json, application/json"},
		{Name: "Accept-Encoding", Value: "gzip"},
		{Name: "User-Agent", Value: "weft"},
	})
	if fault != nil {
		return fault
	}
	good := status >= 200 && status < 300
	var answer struct {
		Data   json.RawMessage `json:"data"`
		Errors graphqlErrors   `json:"errors"`
	}
	if err := json.Unmarshal(b, &answer); err != nil {
		if !good {
			return statusError(status)
		}
		return &Error{
			Code: CodeMalformed, Message: "the answer is not a GraphQL response: " + describe(b), Err: err,
			Hint: "check the path of the URL",
		}
	}
	if len(answer.Errors) > 0 {
		return &Error{Code: CodeNotOffered, Message: "the upstream does not tell its schema", Err: answer.Errors}
	}
	if len(answer.Data) == 0 || string(answer.Data) == "null" {
		if !good {
			return statusError(status)
		}
		return &Error{Code: CodeMalformed, Message: "the answer is JSON, but holds no data"}
	}
	if err := json.Unmarshal(answer.Data, data); err != nil {
		return &Error{Code: CodeMalformed, Message: "the data does not have the shape of a schema", Err: err}
	}
	return nil
}

// describe says in a word what a body is that is not what was expected.
func describe(b []byte) string {
	b = bytes.TrimSpace(b)
	switch {
	case len(b) == 0:
		return "it is empty"
	case b[0] == '<':
		return "it looks like HTML or XML"
	case b[0] == '{' || b[0] == '[':
		return "its JSON is broken"
	}
	return "it is not JSON"
}

// service asks for the SDL of a federated subgraph.
func (u *upstream) service(ctx context.Context) (string, *Error) {
	var data struct {
		Service *struct {
			SDL *string `json:"sdl"`
		} `json:"_service"`
	}
	if err := u.query(ctx, "{_service{sdl}}", &data); err != nil {
		return "", err
	}
	if data.Service == nil || data.Service.SDL == nil || strings.TrimSpace(*data.Service.SDL) == "" {
		return "", &Error{Code: CodeNotOffered, Message: "`_service { sdl }` is empty", Err: errors.New("`_service { sdl }` is empty")}
	}
	return *data.Service.SDL, nil
}

// document gets SDL from a URL.
func (u *upstream) document(ctx context.Context) (Result, *Error) {
	header := []subgraphs.HeaderField{
		{Name: "Accept", Value: "application/graphql, text/plain, */*"},
		{Name: "Accept-Encoding", Value: "gzip"},
		{Name: "User-Agent", Value: "weft"},
	}
	previous := u.source.Previous
	if previous != nil && previous.ETag != "" && previous.SDL != "" {
		header = append(header, subgraphs.HeaderField{Name: "If-None-Match", Value: previous.ETag})
	}
	status, b, etag, err := u.do(ctx, http.MethodGet, nil, header)
	switch {
	case err != nil:
		return Result{}, err
	case status == http.StatusNotModified && previous != nil:
		return Result{SDL: previous.SDL, From: Document, ETag: previous.ETag}, nil
	case status < 200 || status >= 300:
		return Result{}, statusError(status)
	}
	b = bytes.TrimPrefix(b, []byte("\xef\xbb\xbf"))
	if text := bytes.TrimSpace(b); len(text) == 0 || text[0] == '<' || text[0] == '[' {
		return Result{}, &Error{Code: CodeMalformed, Message: "the document is no SDL: " + describe(b)}
	}
	return Result{SDL: string(b), From: Document, ETag: etag}, nil
}
