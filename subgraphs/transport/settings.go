package transport

import (
	"crypto/sha256"
	"crypto/tls"
	"crypto/x509"
	"errors"
	"fmt"
	"net"
	"net/url"
	"os"
	"strings"
	"time"
)

// Protocol selects the version of HTTP.
type Protocol uint8

const (
	// Auto speaks HTTP/1.1 on http:// and unix://, HTTP/2 on h2c://, and lets
	// https:// negotiate.
	Auto Protocol = iota
	// HTTP1 speaks HTTP/1.1, also over TLS.
	HTTP1
	// HTTP2 speaks HTTP/2 only.
	HTTP2
)

// Endpoint is a parsed upstream URL.
type Endpoint struct {
	// Scheme is http, https, h2c or unix.
	Scheme string
	// Address is host:port, or the path of a socket.
	Address string
	// Host is the value of the Host header.
	Host string
	// Target is the request target: path and query.
	Target string
}

// ParseURL reads the URL of an upstream: http://, https://, h2c://, or
// unix:///path/of.sock?path=/graphql.
func ParseURL(raw string) (Endpoint, error) {
	u, err := url.Parse(raw)
	if err != nil {
		// url.Error repeats the whole URL, which may hold credentials.
		var ue *url.Error
		if errors.As(err, &ue) {
			err = ue.Err
		}
		return Endpoint{}, fmt.Errorf("not a URL: %w", err)
	}
	if u.User != nil {
		return Endpoint{}, errors.New("credentials in a URL are not supported; send an authorization header")
	}
	e := Endpoint{Scheme: strings.ToLower(u.Scheme)}
	port := "80"
	switch e.Scheme {
	case "unix":
		if u.Host != "" || u.Path == "" {
			return Endpoint{}, errors.New("a unix URL has three slashes and a path: unix:///run/x.sock?path=/graphql")
		}
		e.Address, e.Host, e.Target = u.Path, "localhost", "/"
		if p := u.Query().Get("path"); p != "" {
			t, err := url.ParseRequestURI(p)
			if err != nil || !strings.HasPrefix(p, "/") {
				return Endpoint{}, errors.New("the path of a unix URL must begin with a slash")
			}
			e.Target = t.RequestURI()
		}
		return e, nil
	case "https":
		port = "443"
	case "http", "h2c":
	case "":
		return Endpoint{}, errors.New("the URL has no scheme; use http://, https://, h2c:// or unix://")
	default:
		return Endpoint{}, fmt.Errorf("scheme %q is not supported; use http, https, h2c or unix", u.Scheme)
	}
	if u.Hostname() == "" {
		return Endpoint{}, errors.New("the URL has no host")
	}
	if u.Port() != "" {
		port = u.Port()
	}
	e.Address = net.JoinHostPort(u.Hostname(), port)
	e.Host = u.Host
	e.Target = u.RequestURI()
	return e, nil
}

// TLS are the settings of a TLS connection. Files are PEM.
type TLS struct {
	CAFile, CertFile, KeyFile string
	// ServerName replaces the host of the URL in verification.
	ServerName string
	// InsecureSkipVerify accepts any certificate.
	InsecureSkipVerify bool
}

// Settings say how to reach an upstream. They are the identity of a transport:
// equal settings share one.
type Settings struct {
	// Scheme and Address are those of an [Endpoint].
	Scheme, Address string
	Protocol        Protocol
	TLS             TLS
	// DialTimeout limits connecting, the TLS handshake included; 0 is 5 s.
	DialTimeout time.Duration
	// IdleTimeout is how long an unused connection is kept; 0 is 50 s.
	IdleTimeout time.Duration
	// MaxConnAge is how long a connection is used before a new one takes its
	// place, so that connections follow changes of DNS; 0 is 5 min.
	MaxConnAge time.Duration
	// MaxConns limits the connections to the upstream; requests beyond wait.
	// 0 is 1024.
	MaxConns int
}

func (s Settings) withDefaults() Settings {
	if s.DialTimeout <= 0 {
		s.DialTimeout = 5 * time.Second
	}
	if s.IdleTimeout <= 0 {
		s.IdleTimeout = 50 * time.Second
	}
	if s.MaxConnAge <= 0 {
		s.MaxConnAge = 5 * time.Minute
	}
	if s.MaxConns <= 0 {
		s.MaxConns = 1024
	}
	return s
}

// key identifies a transport: its settings and what its files hold, so that a
// renewed certificate makes a new one.
type key struct {
	settings Settings
	files    [sha256.Size]byte
}

// load reads the files that the settings name.
func (s Settings) load() (key, *tls.Config, error) {
	k := key{settings: s}
	if s.Scheme != "https" {
		return k, nil, nil
	}
	conf := &tls.Config{
		ServerName:         s.TLS.ServerName,
		InsecureSkipVerify: s.TLS.InsecureSkipVerify, //nolint:gosec // asked for by the operator
		MinVersion:         tls.VersionTLS12,
	}
	if conf.ServerName == "" {
		host, _, err := net.SplitHostPort(s.Address)
		if err != nil {
			return k, nil, err
		}
		conf.ServerName = host
	}
	sum := sha256.New()
	if f := s.TLS.CAFile; f != "" {
		pem, err := os.ReadFile(f)
		if err != nil {
			return k, nil, err
		}
		conf.RootCAs = x509.NewCertPool()
		if !conf.RootCAs.AppendCertsFromPEM(pem) {
			return k, nil, fmt.Errorf("%s holds no PEM certificate", f)
		}
		sum.Write(pem)
	}
	if s.TLS.CertFile != "" || s.TLS.KeyFile != "" {
		cert, err := os.ReadFile(s.TLS.CertFile)
		if err != nil {
			return k, nil, err
		}
		secret, err := os.ReadFile(s.TLS.KeyFile)
		if err != nil {
			return k, nil, err
		}
		pair, err := tls.X509KeyPair(cert, secret)
		if err != nil {
			return k, nil, err
		}
		conf.Certificates = []tls.Certificate{pair}
		sum.Write([]byte{0})
		sum.Write(cert)
		sum.Write([]byte{0})
		sum.Write(secret)
	}
	sum.Sum(k.files[:0])
	return k, conf, nil
}
