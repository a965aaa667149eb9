package socket

import "net"

// Read reads the socket of a connection, or the connection itself if s is nil.
func Read(s *Socket, nc net.Conn, p []byte) (int, error) {
	if s != nil {
		return s.Read(p)
	}
	return nc.Read(p)
}

// Write writes two pieces, of which the second may be empty, to the socket of a
// connection, or to the connection itself if s is nil.
func Write(s *Socket, nc net.Conn, first, second []byte) (int, error) {
	if s != nil {
		return s.Write(first, second)
	}
	if len(second) == 0 {
		return nc.Write(first)
	}
	pieces := net.Buffers{first, second}
	n, err := pieces.WriteTo(nc)
	return int(n), err
}
