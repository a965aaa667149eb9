package transport

import (
	"errors"
	"io"
	"sync"
)

// buffer is a pooled piece of memory. Buffers come in a few sizes; larger ones
// are left to the garbage collector at once, the others when nothing has used
// them for a while.
type buffer struct {
	b     []byte
	class int
}

var classes = [...]int{
	4 << 10, 16 << 10, 64 << 10, 96 << 10, 128 << 10, 192 << 10, 256 << 10, 384 << 10, 512 << 10, 768 << 10,
	1 << 20, 3 << 19, 2 << 20, 3 << 20, 4 << 20, 6 << 20, 8 << 20, 12 << 20,
}

const (
	// largest is up to where an announced length is believed.
	largest = 1 << 20
	// kept is the largest size that is used again; a longer body of unknown length
	// is gathered in pieces of a part.
	kept = 12 << 20
	part = 4 << 20
)

var buffers [len(classes)]sync.Pool

func newBuffer(n int) *buffer {
	for i, size := range classes {
		if n <= size {
			if b, _ := buffers[i].Get().(*buffer); b != nil {
				return b
			}
			return &buffer{b: make([]byte, size), class: i}
		}
	}
	return &buffer{b: make([]byte, n), class: -1}
}

func (b *buffer) free() {
	if b.class >= 0 {
		buffers[b.class].Put(b)
	}
}

var errTooLarge = errors.New("the body is over the limit")

// read fills resp with all of r. length is the announced length or -1. What is
// announced is not believed: memory grows with what has arrived.
func (resp *Response) read(r io.Reader, length, limit int64, hint int) error {
	if limit > 0 && length > limit {
		return errTooLarge
	}
	if limit <= 0 {
		limit = int64(^uint64(0)>>1) - 1
	}
	if length == 0 {
		return nil
	}
	size := hint
	if length > 0 {
		size = int(min(length, largest))
	} else {
		// One byte more, so that the end is seen without growing.
		size = int(min(int64(max(size, 8<<10)), limit, largest-1)) + 1
	}
	resp.buf = newBuffer(size)
	n := 0
	for {
		have := resp.buf.b
		if length > 0 {
			have = have[:min(int64(len(have)), length)]
		} else {
			have = have[:min(int64(len(have)), limit+1)]
		}
		m, err := readFull(r, have[n:])
		n += m
		switch {
		case err == nil && int64(n) == length, err == io.EOF && length < 0:
			resp.Body = resp.buf.b[:n:n]
			return nil
		case err == io.EOF:
			return io.ErrUnexpectedEOF
		case err != nil:
			return err
		case length < 0 && int64(n) > limit:
			return errTooLarge
		}
		// The buffer is full and there is more.
		switch {
		case n < largest:
			resp.grow(n, int(min(int64(4*n), largest)))
		case length < 0 && n < kept:
			resp.grow(n, int(min(int64(3*n), limit+1, kept)))
		case length > 0:
			bigger := newBuffer(int(length))
			whole := bigger.b[:length:length]
			copy(whole, have)
			resp.Release()
			resp.buf = bigger
			m, err := readFull(r, whole[n:])
			if err == io.EOF {
				err = io.ErrUnexpectedEOF
			}
			if err == nil && m == len(whole)-n {
				resp.Body = whole
			}
			return err
		default:
			return resp.gather(r, n, limit)
		}
	}
}

// grow moves the first n bytes to a larger buffer.
func (resp *Response) grow(n, size int) {
	bigger := newBuffer(size)
	copy(bigger.b, resp.buf.b[:n])
	resp.buf.free()
	resp.buf = bigger
}

// gather reads the rest of a long body of unknown length in pieces and joins
// them at its end: one over the limit never costs much more than the limit.
func (resp *Response) gather(r io.Reader, n int, limit int64) error {
	parts := [][]byte{resp.buf.b[:n]}
	total := int64(n)
	for {
		p := make([]byte, min(part, limit+1-total))
		m, err := readFull(r, p)
		total += int64(m)
		parts = append(parts, p[:m])
		if total > limit {
			return errTooLarge
		}
		if err == io.EOF {
			break
		}
		if err != nil {
			return err
		}
	}
	whole := make([]byte, 0, total)
	for _, p := range parts {
		whole = append(whole, p...)
	}
	resp.Release()
	resp.Body = whole
	return nil
}

// readFull fills p. It returns io.EOF, with what there was, when r ends before.
func readFull(r io.Reader, p []byte) (int, error) {
	n := 0
	for n < len(p) {
		m, err := r.Read(p[n:])
		n += m
		if err != nil {
			if err == io.EOF && n == len(p) {
				return n, nil
			}
			return n, err
		}
		if m == 0 {
			return n, io.ErrNoProgress
		}
	}
	return n, nil
}
