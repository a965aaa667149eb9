//go:build !linux && !darwin

package socket

import (
	"errors"
	"net"
)

// Socket exists where sockets can be used without the net package.
type Socket struct{}

// New returns nil.
func New(net.Conn) *Socket { return nil }

// Read is never called.
func (*Socket) Read([]byte) (int, error) { return 0, errors.ErrUnsupported }

// Exchange is never called.
func (*Socket) Exchange(_, _ []byte) (sent, n int, err error) { return 0, 0, errors.ErrUnsupported }

// Write is never called.
func (*Socket) Write(_, _ []byte) (int, error) { return 0, errors.ErrUnsupported }
