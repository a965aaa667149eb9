package dataserver

import (
	"net/http"
	"strconv"
)

// Fault damages the answer to one request. The fields apply in this order:
// wait, close, then status, headers and body, then truncation.
type Fault struct {
	// Wait, if set, delays the answer until the channel is closed or the
	// request's context is done.
	Wait <-chan struct{}
	// Hang delays until the request's context is done and answers nothing.
	Hang bool
	// Close drops the connection without an answer.
	Close bool
	// Status replaces the HTTP status.
	Status int
	// Header is added to the answer's headers.
	Header http.Header
	// Body replaces the answer if it is not nil; the operation does not run.
	Body []byte
	// Truncate, if above zero, announces the whole length, sends that many
	// bytes and drops the connection.
	Truncate int
}

// before reports whether the request goes on after the faults that come
// before any answer.
func (f *Fault) before(r *http.Request) bool {
	if f == nil {
		return true
	}
	if f.Hang {
		<-r.Context().Done()
		panic(http.ErrAbortHandler)
	}
	if f.Wait != nil {
		select {
		case <-f.Wait:
		case <-r.Context().Done():
			panic(http.ErrAbortHandler)
		}
	}
	if f.Close {
		panic(http.ErrAbortHandler)
	}
	return f.Body == nil
}

// write sends an answer as the fault (nil for none) wants it.
func (f *Fault) write(w http.ResponseWriter, status int, body []byte) {
	if f == nil {
		w.WriteHeader(status)
		_, _ = w.Write(body)
		return
	}
	for name, values := range f.Header {
		w.Header()[name] = append([]string(nil), values...)
	}
	if f.Status != 0 {
		status = f.Status
	}
	if f.Body != nil {
		body = f.Body
	}
	if f.Truncate > 0 && f.Truncate < len(body) {
		w.Header().Set("Content-Length", strconv.Itoa(len(body)))
		w.WriteHeader(status)
		_, _ = w.Write(body[:f.Truncate])
		if flusher, ok := w.(http.Flusher); ok {
			flusher.Flush()
		}
		panic(http.ErrAbortHandler)
	}
	w.WriteHeader(status)
	_, _ = w.Write(body)
}
