package config

// The doc comments below are texts of the reference and the JSON schema, like
// those in types.go.
//
// A value that is nothing but $env.NAME is that environment variable, as
// ${env.NAME} is.

// Auth says how the router proves to an upstream who it is. Several ways can be
// combined as long as they do not set the same header.
type Auth struct {
	// User and password (HTTP basic authentication).
	Basic *AuthBasic `yaml:"basic"`
	// A token that does not change.
	Bearer *AuthBearer `yaml:"bearer"`
	// A key in a header, a query parameter or a cookie.
	APIKey *AuthAPIKey `yaml:"api_key"`
	// A token that the router gets for itself (OAuth 2.0 client credentials).
	OAuth2 *AuthOAuth2 `yaml:"oauth2"`
	// A signature of each request.
	HMAC *AuthHMAC `yaml:"hmac"`
	// A client certificate.
	MTLS *AuthMTLS `yaml:"mtls"`
}

// AuthBasic is HTTP basic authentication.
type AuthBasic struct {
	// Name of the user.
	User string `yaml:"user" required:"true"`
	// Password of the user.
	Password string `yaml:"password" required:"true" secret:"true"`
}

// AuthBearer is a token. As a plain string: the token.
type AuthBearer struct {
	// The token, sent as `Authorization: Bearer`.
	Token string `yaml:"token" required:"true" secret:"true"`
}

// AuthAPIKey is a key; exactly one of header, query and cookie says where it is
// sent.
type AuthAPIKey struct {
	// Name of the header.
	Header string `yaml:"header"`
	// Name of the query parameter.
	Query string `yaml:"query"`
	// Name of the cookie.
	Cookie string `yaml:"cookie"`
	// The key.
	Value string `yaml:"value" required:"true" secret:"true"`
}

// AuthOAuth2 gets tokens with client credentials (RFC 6749, section 4.4).
type AuthOAuth2 struct {
	// Where tokens are asked for.
	TokenURL string `yaml:"token_url" required:"true" format:"url"`
	// Name of the client.
	ClientID string `yaml:"client_id" required:"true"`
	// Secret of the client.
	ClientSecret string `yaml:"client_secret" required:"true" secret:"true"`
	// Scopes to ask for.
	Scopes []string `yaml:"scopes"`
	// What the token is for, sent as the parameter `audience`.
	Audience string `yaml:"audience"`
	// Further parameters of the token request.
	Params map[string]string `yaml:"params" secret:"true"`
	// How the client proves itself: in the `header` (basic authentication), or in the `params` of the request.
	Style string `yaml:"style" default:"header" enum:"header,params"`
	// How long before its end a token is renewed.
	RenewBefore Duration `yaml:"renew_before" default:"30s"`
	// Longest time one request for a token may take.
	Timeout Duration `yaml:"timeout" default:"10s" min:"1ms"`
}

// AuthHMAC signs requests with a secret that both sides know.
type AuthHMAC struct {
	// The secret.
	Secret string `yaml:"secret" required:"true" secret:"true"`
	// Name of the header with the signature.
	Header string `yaml:"header" default:"X-Signature"`
	// Text put before the signature in its header, such as `HMAC-SHA256 `.
	Prefix string `yaml:"prefix"`
	// Hash function of the signature and of the digest of the body.
	Algorithm string `yaml:"algorithm" default:"sha256" enum:"sha256,sha512"`
	// How the signature and the digest are written.
	Encoding string `yaml:"encoding" default:"hex" enum:"hex,base64"`
	// What is signed, one line for each, in the order given: `method`, `host`, `path`, `query` (as sent), `date` (the value of its header), `digest` (of the body), or `header:name`.
	Sign []string `yaml:"sign" default:"[method, path, query, date, digest]"`
	// Name of the header with the time of the request; sent if `date` is signed.
	DateHeader string `yaml:"date_header" default:"X-Date"`
	// How the time is written: `http` (RFC 9110), `iso` (RFC 3339) or `unix` (seconds).
	DateFormat string `yaml:"date_format" default:"iso" enum:"http,iso,unix"`
	// Name of a header with the digest of the body; it is not sent if no name is given.
	DigestHeader string `yaml:"digest_header"`
	// Name of the key, sent in `key_header`, for services that know several.
	KeyID string `yaml:"key_id"`
	// Name of the header with `key_id`.
	KeyHeader string `yaml:"key_header" default:"X-Key-Id"`
}

// AuthMTLS is a client certificate. Files are PEM.
type AuthMTLS struct {
	// The certificate, and those that lead from it to the root.
	CertFile string `yaml:"cert_file" required:"true" format:"file"`
	// The key of the certificate.
	KeyFile string `yaml:"key_file" required:"true" format:"file"`
	// The roots that the upstream's certificate is checked against; those of the system if no file is given.
	CAFile string `yaml:"ca_file" format:"file"`
	// Name that the upstream's certificate must have, if it is not the host of the URL.
	ServerName string `yaml:"server_name"`
}
