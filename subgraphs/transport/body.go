package transport

import (
	"bufio"
	"errors"
	"io"
)

type bodyKind uint8

const (
	sized   bodyKind = iota // by Content-Length
	chunked                 // by chunks
	unsized                 // up to the end of the connection
)

// body reads the content of an HTTP/1.1 message off its connection and not a
// byte more.
type body struct {
	br *bufio.Reader
	// in is what br reads. A long chunk is read from it, together with the line
	// that follows: past br, whose buffer is empty.
	in   *source
	kind bodyKind
	// left is what is still to come, of the content or of the chunk.
	left int64
	// inside says that a chunk's data ended and its line break is due.
	inside bool
	done   bool
}

var errChunk = errors.New("the response is not well chunked")

// ended reports whether the whole content was read, so that another response
// may follow.
func (b *body) ended() bool {
	return b.kind == sized && b.left == 0 || b.kind == chunked && b.done
}

// Read implements io.Reader.
func (b *body) Read(p []byte) (int, error) {
	if len(p) == 0 {
		return 0, nil
	}
	switch b.kind {
	case sized:
		if b.left == 0 {
			return 0, io.EOF
		}
	case chunked:
		if err := b.chunk(); err != nil {
			return 0, err
		}
	case unsized:
		return b.br.Read(p)
	}
	ahead := 0
	if int64(len(p)) > b.left {
		if b.kind == chunked && b.left >= maxHead && b.br.Buffered() == 0 {
			ahead = min(len(p)-int(b.left), len(b.in.ahead))
		}
		p = p[:int(b.left)+ahead]
	}
	var n int
	var err error
	if ahead > 0 {
		if n, err = b.in.Read(p); int64(n) > b.left {
			b.in.unread(p[b.left:n])
			n = int(b.left)
		}
	} else {
		n, err = b.br.Read(p)
	}
	b.left -= int64(n)
	if err == io.EOF {
		err = io.ErrUnexpectedEOF
	}
	return n, err
}

// ReadByte implements io.ByteReader, which spares decompression a buffer.
func (b *body) ReadByte() (byte, error) {
	if b.kind == unsized {
		return b.br.ReadByte()
	}
	if b.kind == chunked {
		if err := b.chunk(); err != nil {
			return 0, err
		}
	} else if b.left == 0 {
		return 0, io.EOF
	}
	c, err := b.br.ReadByte()
	if err == nil {
		b.left--
	} else if err == io.EOF {
		err = io.ErrUnexpectedEOF
	}
	return c, err
}

// chunk makes sure that there is data of a chunk to read; after the last one it
// returns io.EOF.
func (b *body) chunk() error {
	if b.done {
		return io.EOF
	}
	if b.left > 0 {
		return nil
	}
	if b.inside {
		line, err := b.line()
		if err != nil {
			return err
		}
		if len(line) != 0 {
			return errChunk
		}
		b.inside = false
	}
	line, err := b.line()
	if err != nil {
		return err
	}
	size, ok := chunkSize(line)
	if !ok {
		return errChunk
	}
	if size > 0 {
		b.left, b.inside = size, true
		return nil
	}
	for total := 0; ; { // trailers
		line, err := b.line()
		if err != nil {
			return err
		}
		if len(line) == 0 {
			b.done = true
			return io.EOF
		}
		if total += len(line); total > maxHead {
			return errChunk
		}
	}
}

// line reads a line; the result is valid until the next read.
func (b *body) line() ([]byte, error) {
	line, err := b.br.ReadSlice('\n')
	if err != nil {
		if err == io.EOF {
			return nil, io.ErrUnexpectedEOF
		}
		if err == bufio.ErrBufferFull {
			return nil, errChunk
		}
		return nil, err
	}
	if len(line) < 2 || line[len(line)-2] != '\r' {
		return nil, errChunk
	}
	return line[:len(line)-2], nil
}

// chunkSize reads the size of a chunk; extensions are skipped.
func chunkSize(line []byte) (int64, bool) {
	var size int64
	for i, c := range line {
		var d byte
		switch {
		case '0' <= c && c <= '9':
			d = c - '0'
		case 'a' <= c && c <= 'f':
			d = c - 'a' + 10
		case 'A' <= c && c <= 'F':
			d = c - 'A' + 10
		case i > 0 && (c == ';' || c == ' ' || c == '\t'):
			return size, true
		default:
			return 0, false
		}
		if i == 15 {
			return 0, false
		}
		size = size<<4 | int64(d)
	}
	return size, len(line) > 0
}
