package auth

import (
	"crypto/sha256"
	"encoding/json"
	"fmt"
	"log/slog"
	"time"
)

// Secret is a text that is not to be shown.
type Secret string

const masked = "********"

// Format implements [fmt.Formatter]: it shows nothing, whatever the verb.
func (Secret) Format(f fmt.State, _ rune) { _, _ = f.Write([]byte(masked)) }

// String returns a mask.
func (Secret) String() string { return masked }

// GoString returns a mask.
func (Secret) GoString() string { return masked }

// MarshalText returns a mask, also for JSON and YAML.
func (Secret) MarshalText() ([]byte, error) { return []byte(masked), nil }

// LogValue returns a mask.
func (Secret) LogValue() slog.Value { return slog.StringValue(masked) }

// Settings say how to authenticate at an upstream. Several ways may be combined;
// of two that set the same header the later in this order holds. The zero value
// does nothing.
type Settings struct {
	Basic  *Basic
	Bearer Secret
	APIKey *APIKey
	OAuth2 *OAuth2
	HMAC   *HMAC
}

// Basic is HTTP basic authentication.
type Basic struct {
	User     string
	Password Secret
}

// Place is where an API key is sent.
type Place uint8

// The places.
const (
	InHeader Place = iota
	InQuery
	InCookie
)

// APIKey is a fixed key.
type APIKey struct {
	Place Place
	Name  string
	Value Secret
}

// OAuth2 gets tokens with client credentials (RFC 6749, section 4.4).
type OAuth2 struct {
	TokenURL     string
	ClientID     string
	ClientSecret Secret
	Scopes       []string
	Audience     string
	// Params are further parameters of the token request.
	Params []Param
	// InParams sends the credentials in the body, not as basic authentication.
	InParams bool
	// RenewBefore is how long before its end a token is renewed; 0 is 30 s. A
	// token that lives less than three times as long is renewed after two thirds.
	RenewBefore time.Duration
	// Timeout limits one token request; 0 is 10 s.
	Timeout time.Duration
}

// Param is a parameter of a token request.
type Param struct {
	Name  string
	Value Secret
}

// HMAC signs requests. The text that is signed has one line for each of Sign, in
// that order, joined by "\n" without one at the end:
//
//	method       GET
//	host         the Host header, in lower case
//	path         the path as it is sent, encoded
//	query        the query as it is sent, encoded, without its question mark
//	date         the value of DateHeader, which is set to the time of the request
//	digest       the hash of the body, in Encoding; an empty body has one too
//	header:name  the value of that header, empty if it is not sent
//
// The signature is HMAC(Secret, text) in Encoding; it is sent in Header behind
// Prefix.
type HMAC struct {
	Secret Secret
	Header string
	Prefix string
	SHA512 bool // SHA-256 otherwise
	Base64 bool // hexadecimal otherwise
	Sign   []string
	// DateHeader is set if Sign has the date. DateFormat is "http", "iso"
	// (default) or "unix".
	DateHeader, DateFormat string
	// DigestHeader is set to the hash of the body, unless it is empty.
	DigestHeader string
	// KeyHeader is set to KeyID, unless that is empty.
	KeyID, KeyHeader string
}

// key identifies a token source: equal settings share one.
type key [sha256.Size]byte

func (o *OAuth2) key() key {
	// Secrets would be masked, so that all would be equal.
	type param struct{ Name, Value string }
	params := make([]param, len(o.Params))
	for i, p := range o.Params {
		params[i] = param{p.Name, string(p.Value)}
	}
	text, err := json.Marshal([]any{o.TokenURL, o.ClientID, string(o.ClientSecret), o.Scopes, o.Audience, params, o.InParams, o.RenewBefore, o.Timeout})
	if err != nil {
		panic("auth: " + err.Error()) // plain values can be marshalled
	}
	return sha256.Sum256(text)
}
