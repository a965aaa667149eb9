package auth

import (
	"crypto/hmac"
	"crypto/sha256"
	"crypto/sha512"
	"encoding/base64"
	"encoding/hex"
	"errors"
	"fmt"
	"hash"
	"net/http"
	"slices"
	"strconv"
	"strings"
	"time"
)

// signer signs requests as [HMAC] says.
type signer struct {
	settings HMAC
	secret   []byte
	now      func() time.Time
}

var parts = []string{"method", "host", "path", "query", "date", "digest"}

func newSigner(s HMAC, now func() time.Time) (*signer, error) {
	switch {
	case s.Secret == "":
		return nil, errors.New("there is no secret to sign with")
	case s.Header == "":
		return nil, errors.New("the signature has no header")
	case len(s.Sign) == 0:
		return nil, errors.New("nothing is signed")
	case slices.Contains(s.Sign, "date") && s.DateHeader == "":
		return nil, errors.New("the date has no header")
	case s.KeyID != "" && s.KeyHeader == "":
		return nil, errors.New("the name of the key has no header")
	case !validValue(s.Prefix + s.KeyID):
		return nil, errors.New("prefix and name of the key hold no control characters")
	}
	switch s.DateFormat {
	case "", "http", "iso", "unix":
	default:
		return nil, fmt.Errorf("there is no date format %q", s.DateFormat)
	}
	for _, p := range s.Sign {
		if !slices.Contains(parts, p) && (!strings.HasPrefix(p, "header:") || p == "header:") {
			return nil, fmt.Errorf("%q cannot be signed", p)
		}
	}
	return &signer{settings: s, secret: []byte(s.Secret), now: now}, nil
}

// sign sets the headers that belong to the signature, and the signature.
func (s *signer) sign(r *Request) {
	set := &s.settings
	if set.KeyID != "" {
		r.set(set.KeyHeader, set.KeyID)
	}
	if slices.Contains(set.Sign, "date") {
		r.set(set.DateHeader, s.date())
	}
	digest := ""
	if set.DigestHeader != "" || slices.Contains(set.Sign, "digest") {
		h := s.hash()
		h.Write(r.Body)
		digest = s.encode(h.Sum(nil))
	}
	if set.DigestHeader != "" {
		r.set(set.DigestHeader, digest)
	}
	mac := hmac.New(s.hash, s.secret)
	mac.Write(s.canonical(nil, r, digest))
	r.set(set.Header, set.Prefix+s.encode(mac.Sum(nil)))
}

// canonical is the text that is signed.
func (s *signer) canonical(dst []byte, r *Request, digest string) []byte {
	path, query, _ := strings.Cut(r.Target, "?")
	for i, p := range s.settings.Sign {
		if i > 0 {
			dst = append(dst, '\n')
		}
		switch p {
		case "method":
			dst = append(dst, r.Method...)
		case "host":
			dst = append(dst, strings.ToLower(r.Host)...)
		case "path":
			dst = append(dst, path...)
		case "query":
			dst = append(dst, query...)
		case "date":
			dst = append(dst, r.get(s.settings.DateHeader)...)
		case "digest":
			dst = append(dst, digest...)
		default:
			dst = append(dst, strings.TrimSpace(r.get(strings.TrimPrefix(p, "header:")))...)
		}
	}
	return dst
}

func (s *signer) hash() hash.Hash {
	if s.settings.SHA512 {
		return sha512.New()
	}
	return sha256.New()
}

func (s *signer) encode(sum []byte) string {
	if s.settings.Base64 {
		return base64.StdEncoding.EncodeToString(sum)
	}
	return hex.EncodeToString(sum)
}

func (s *signer) date() string {
	now := s.now().UTC()
	switch s.settings.DateFormat {
	case "http":
		return now.Format(http.TimeFormat)
	case "unix":
		return strconv.FormatInt(now.Unix(), 10)
	}
	return now.Format(time.RFC3339)
}
