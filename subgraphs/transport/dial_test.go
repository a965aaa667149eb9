package transport

import (
	"context"
	"encoding/binary"
	"net"
	"net/http"
	"net/netip"
	"sync"
	"testing"
	"time"
)

// nameServer answers every question with the addresses set last.
type nameServer struct {
	mu        sync.Mutex
	addresses []netip.Addr
}

func (s *nameServer) set(addresses ...string) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.addresses = nil
	for _, a := range addresses {
		s.addresses = append(s.addresses, netip.MustParseAddr(a))
	}
}

// start returns a resolver that asks the server.
func (s *nameServer) start(t *testing.T) *net.Resolver {
	pc, err := net.ListenPacket("udp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	var wg sync.WaitGroup
	wg.Go(func() {
		buf := make([]byte, 1500)
		for {
			n, from, err := pc.ReadFrom(buf)
			if err != nil {
				return
			}
			if a := s.answer(buf[:n]); a != nil {
				_, _ = pc.WriteTo(a, from)
			}
		}
	})
	t.Cleanup(func() { pc.Close(); wg.Wait() })
	return &net.Resolver{PreferGo: true, Dial: func(ctx context.Context, _, _ string) (net.Conn, error) {
		var d net.Dialer
		return d.DialContext(ctx, "udp", pc.LocalAddr().String())
	}}
}

// answer writes a DNS response (RFC 1035) to a query with one question.
func (s *nameServer) answer(q []byte) []byte {
	end := 12
	for end < len(q) && q[end] != 0 {
		end += int(q[end]) + 1
	}
	end += 5
	if end > len(q) {
		return nil
	}
	kind := binary.BigEndian.Uint16(q[end-4:])
	a := append([]byte(nil), q[:end]...)
	a[2], a[3] = 0x85, 0x80
	clear(a[6:12])
	s.mu.Lock()
	defer s.mu.Unlock()
	for _, addr := range s.addresses {
		if addr.Is4() != (kind == 1) || kind != 1 && kind != 28 {
			continue
		}
		a[7]++
		a = append(a, 0xc0, 12)
		a = binary.BigEndian.AppendUint16(a, kind)
		a = append(a, 0, 1, 0, 0, 0, 0)
		raw := addr.AsSlice()
		a = binary.BigEndian.AppendUint16(a, uint16(len(raw)))
		a = append(a, raw...)
	}
	return a
}

// viaDNS makes the transport of the request resolve with the server.
func viaDNS(t *testing.T, tr *Transport, s *nameServer) {
	tr.rt.(*lean).conns.dialer.Resolver = s.start(t)
}

func TestDualStack(t *testing.T) {
	u := serve(t, plain, func(http.ResponseWriter, *http.Request) {})
	_, port, _ := net.SplitHostPort(u.Listener.Addr().String())
	tr, req := acquire(t, "http://service.test:"+port+"/", nil)
	// Nothing listens on the IPv6 address; the IPv4 one has to be tried.
	dns := &nameServer{}
	dns.set("::1", "127.0.0.1")
	viaDNS(t, tr, dns)
	if err := tr.Do(context.Background(), req, new(Response)); err != nil {
		t.Fatal(err)
	}
}

func TestConnectionsFollowDNS(t *testing.T) {
	first := serve(t, plain, func(http.ResponseWriter, *http.Request) {})
	_, port, _ := net.SplitHostPort(first.Listener.Addr().String())
	l, err := net.Listen("tcp", "127.0.0.2:"+port)
	if err != nil {
		t.Skipf("no second loopback address here: %v", err)
	}
	second := make(chan struct{}, 1)
	srv := &http.Server{ReadHeaderTimeout: time.Minute, Handler: http.HandlerFunc(func(http.ResponseWriter, *http.Request) {
		second <- struct{}{}
	})}
	go func() { _ = srv.Serve(l) }()
	t.Cleanup(func() { srv.Close() })

	tr, req := acquire(t, "http://service.test:"+port+"/", nil)
	dns := &nameServer{}
	dns.set("127.0.0.1")
	viaDNS(t, tr, dns)
	use := func() {
		t.Helper()
		if err := tr.Do(context.Background(), req, new(Response)); err != nil {
			t.Fatal(err)
		}
	}
	use()
	dns.set("127.0.0.2")
	use() // the connection is still good
	if len(second) != 0 {
		t.Fatal("the connection was not kept")
	}
	// The connection grows old while it is used without a pause.
	tr.rt.(*lean).conns.maxAge = time.Nanosecond
	use()
	if len(second) != 1 {
		t.Error("the connection did not follow the name")
	}
}
