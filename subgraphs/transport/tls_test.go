package transport

import (
	"context"
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/tls"
	"crypto/x509"
	"encoding/pem"
	"math/big"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"testing"
	"time"
)

func writePEM(t *testing.T, path, kind string, der []byte) {
	t.Helper()
	if err := os.WriteFile(path, pem.EncodeToMemory(&pem.Block{Type: kind, Bytes: der}), 0o600); err != nil {
		t.Fatal(err)
	}
}

// clientCertificate writes a certificate and its key.
func clientCertificate(t *testing.T, certFile, keyFile string) {
	t.Helper()
	secret, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	if err != nil {
		t.Fatal(err)
	}
	template := &x509.Certificate{SerialNumber: big.NewInt(1), NotAfter: time.Now().Add(time.Hour)}
	der, err := x509.CreateCertificate(rand.Reader, template, template, secret.Public(), secret)
	if err != nil {
		t.Fatal(err)
	}
	writePEM(t, certFile, "CERTIFICATE", der)
	if der, err = x509.MarshalECPrivateKey(secret); err != nil {
		t.Fatal(err)
	}
	writePEM(t, keyFile, "EC PRIVATE KEY", der)
}

func TestOwnAuthorityAndClientCertificate(t *testing.T) {
	dir := t.TempDir()
	ca, cert, secret := filepath.Join(dir, "ca.pem"), filepath.Join(dir, "c.pem"), filepath.Join(dir, "k.pem")
	clientCertificate(t, cert, secret)
	var shown int
	u := serve(t, func(s *httptest.Server) {
		s.TLS = &tls.Config{ClientAuth: tls.RequireAnyClientCert}
		s.EnableHTTP2 = true
		s.StartTLS()
	}, func(_ http.ResponseWriter, r *http.Request) { shown = len(r.TLS.PeerCertificates) })
	writePEM(t, ca, "CERTIFICATE", u.Certificate().Raw)
	files := TLS{CAFile: ca, CertFile: cert, KeyFile: secret}
	for _, proto := range []Protocol{Auto, HTTP1, HTTP2} {
		shown = 0
		tr, req := acquire(t, u.URL+"/", func(s *Settings) { s.TLS, s.Protocol = files, proto })
		if err := tr.Do(context.Background(), req, new(Response)); err != nil || shown != 1 {
			t.Errorf("protocol %d: %v, %d certificates", proto, err, shown)
		}
	}

	// A renewed certificate makes a new transport.
	e, _ := ParseURL(u.URL)
	var pool Pool
	s := Settings{Scheme: e.Scheme, Address: e.Address, TLS: files}
	use := func() *Transport {
		tr, err := pool.Acquire(s)
		if err != nil {
			t.Fatal(err)
		}
		t.Cleanup(tr.Release)
		return tr
	}
	first := use()
	if use() != first {
		t.Error("the same files made two transports")
	}
	clientCertificate(t, cert, secret)
	if use() == first {
		t.Error("a renewed certificate is not used")
	}
	if err := os.WriteFile(ca, []byte("nothing"), 0o600); err != nil {
		t.Fatal(err)
	}
	if _, err := pool.Acquire(s); err == nil {
		t.Error("a CA file without certificates was taken")
	}
}

func TestTransportsThatCannotBe(t *testing.T) {
	for _, s := range []Settings{
		{Scheme: "ftp", Address: "a:1"},
		{Scheme: "h2c", Address: "a:1", Protocol: HTTP1},
		{Scheme: "https", Address: "a:1", TLS: TLS{CertFile: "/nowhere"}},
	} {
		if _, err := new(Pool).Acquire(s); err == nil {
			t.Errorf("%+v was taken", s)
		}
	}
}
