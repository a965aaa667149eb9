package template

import (
	"bytes"
	"errors"
	"fmt"
	"net"
	"net/url"
	"strings"
)

// Base is the URL below which all requests of an upstream lie. It is immutable.
type Base struct {
	scheme, host, port string
	// origin is scheme://host:port, in lower case; for unix:// the socket.
	origin string
	// path has no slash at its end; it is empty for the root.
	path string
}

// ParseBase reads a base URL: http, https, h2c, or unix:///path/of.sock?path=/api.
func ParseBase(raw string) (*Base, error) {
	u, err := url.Parse(raw)
	if err != nil {
		// url.Error repeats the URL, which may hold credentials.
		var ue *url.Error
		if errors.As(err, &ue) {
			err = ue.Err
		}
		return nil, fmt.Errorf("not a URL: %w", err)
	}
	b := &Base{scheme: strings.ToLower(u.Scheme), host: strings.ToLower(u.Hostname()), port: u.Port(), path: u.EscapedPath()}
	switch {
	case u.User != nil:
		return nil, errors.New("credentials in a URL are not supported; use auth")
	case u.Fragment != "":
		return nil, errors.New("a base URL has no fragment")
	case b.scheme == "unix":
		if u.Host != "" || u.Path == "" {
			return nil, errors.New("a unix URL has three slashes and a path: unix:///run/x.sock?path=/api")
		}
		b.origin = "unix://" + u.Path
		p, err := url.Parse(u.Query().Get("path"))
		if err != nil || p.Host != "" || p.RawQuery != "" || p.Path != "" && p.Path[0] != '/' {
			return nil, errors.New("the path of a unix URL begins with a slash and has no query")
		}
		b.path = p.EscapedPath()
	case b.scheme == "http" || b.scheme == "https" || b.scheme == "h2c":
		if b.host == "" {
			return nil, errors.New("the URL has no host")
		}
		if u.RawQuery != "" || u.ForceQuery {
			return nil, errors.New("a base URL has no query; parameters stand at the endpoints")
		}
		if b.port == "" {
			b.port = defaultPort(b.scheme)
		}
		b.origin = b.scheme + "://" + net.JoinHostPort(b.host, b.port)
	case b.scheme == "":
		return nil, errors.New("the URL has no scheme; use http://, https://, h2c:// or unix://")
	default:
		return nil, fmt.Errorf("scheme %q is not supported; use http, https, h2c or unix", u.Scheme)
	}
	b.path = strings.TrimRight(b.path, "/")
	if dotted([]byte(b.path)) {
		return nil, errors.New("the path of a base URL has no . or .. segments")
	}
	return b, nil
}

func defaultPort(scheme string) string {
	if scheme == "https" {
		return "443"
	}
	return "80"
}

// Origin returns scheme, host and port: what no request can change.
func (b *Base) Origin() string { return b.origin }

// Path returns the path of the base, without a slash at its end.
func (b *Base) Path() string { return b.path }

// Append writes the target of a request: the path of the base with the rendered
// path behind it. The error is a [*ValueError]; dst comes back as it was then.
func (b *Base) Append(dst []byte, p *Path, values func(ref int) (json []byte, ok bool)) ([]byte, error) {
	begin := len(dst)
	dst = append(dst, b.path...)
	dst, err := p.Append(dst, values)
	if err != nil {
		return dst[:begin], err
	}
	return dst, nil
}

var errOutside = errors.New("the request leads out of the base URL")

// Check asserts that a request target (path and query) stays with the base: it
// is below the base's path, also for a server that decodes it twice, and cannot
// be taken for anything else than a target.
func (b *Base) Check(target []byte) error {
	path := target
	if i := bytes.IndexByte(path, '?'); i >= 0 {
		path = path[:i]
	}
	if len(path) <= len(b.path) || string(path[:len(b.path)]) != b.path || path[len(b.path)] != '/' ||
		b.path == "" && len(path) > 1 && path[1] == '/' {
		return errOutside
	}
	for _, c := range target {
		if c <= ' ' || c >= 0x7f || c == '#' || c == '\\' {
			return errOutside
		}
	}
	if bytes.IndexByte(path, '.') < 0 && bytes.IndexByte(path, '%') < 0 {
		return nil
	}
	if dotted(path) {
		return errOutside
	}
	return nil
}

// Follow resolves a link that an answer to the request target held, such as the
// next page. It must lead to the same scheme, host and port; what comes back is
// the target of the request, which is not bound to the base's path.
func (b *Base) Follow(target, link string) (string, error) {
	from, err := url.Parse(target)
	if err != nil {
		return "", errors.New("the target of the request is not a URL")
	}
	if b.scheme != "unix" {
		from.Scheme, from.Host = b.scheme, net.JoinHostPort(b.host, b.port)
	}
	l, err := url.Parse(link)
	if err != nil {
		return "", errors.New("the link is not a URL")
	}
	to := from.ResolveReference(l)
	port := to.Port()
	if port == "" {
		port = defaultPort(strings.ToLower(to.Scheme))
	}
	switch {
	case to.User != nil || to.Opaque != "":
		return "", errors.New("the link leads to another origin")
	case b.scheme == "unix":
		if to.Host != "" || to.Scheme != "" {
			return "", errors.New("the link leads to another origin")
		}
	case !sameScheme(to.Scheme, b.scheme), !strings.EqualFold(to.Hostname(), b.host), port != b.port:
		return "", errors.New("the link leads to another origin")
	}
	path := to.EscapedPath()
	if path == "" {
		path = "/"
	}
	out := path
	if to.RawQuery != "" {
		out += "?" + to.RawQuery
	}
	root := Base{}
	if root.Check([]byte(out)) != nil {
		return "", errors.New("the link is not a request target")
	}
	return out, nil
}

// sameScheme takes h2c for http: servers know nothing of the former name.
func sameScheme(a, b string) bool {
	plain := func(s string) string {
		if s = strings.ToLower(s); s == "h2c" {
			return "http"
		}
		return s
	}
	return plain(a) == plain(b)
}
