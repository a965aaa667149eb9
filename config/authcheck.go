package config

import (
	"fmt"
	"reflect"
	"slices"
	"strconv"
	"strings"
)

func init() {
	scalarForms[reflect.TypeFor[AuthBearer]()] = scalarForm{
		kind: reflect.String,
		long: func(n *node) *node { return mappingOf(n, "token", n) },
		doc:  "A plain string is the `token`.",
	}
}

// signed is what a signature can cover, besides header:name.
var signed = []string{"method", "host", "path", "query", "date", "digest"}

func (v *validator) auth(path string, s *Subgraph) {
	a := s.Auth
	if a == nil {
		return
	}
	address := s.URL
	if s.Rest != nil {
		address = s.Rest.URL
	}
	if a.MTLS != nil && v.ok(path+".mtls") && address != "" && !strings.HasPrefix(strings.ToLower(address), "https://") {
		v.fail(CodeConflict, path+".mtls", "a client certificate is shown on TLS connections only", "use an https:// URL")
	}
	var authorization []string // the keys that set this header
	if b := a.Basic; b != nil {
		authorization = append(authorization, "basic")
		if strings.Contains(b.User, ":") {
			v.fail(CodeInvalidValue, path+".basic.user", "the name of a user has no colon", "")
		}
		v.secretValue(path+".basic.user", b.User)
		v.secretValue(path+".basic.password", b.Password)
	}
	if b := a.Bearer; b != nil {
		authorization = append(authorization, "bearer")
		if strings.ContainsAny(b.Token, " \t") || !validHeaderValue(b.Token) {
			v.fail(CodeInvalidValue, path+".bearer.token", "not a token", "it holds no spaces, line breaks or control characters")
		}
	}
	if k := a.APIKey; k != nil {
		v.apiKey(path+".api_key", k)
		if strings.EqualFold(k.Header, "authorization") {
			authorization = append(authorization, "api_key")
		}
	}
	if o := a.OAuth2; o != nil {
		authorization = append(authorization, "oauth2")
		v.url(path+".oauth2.token_url", o.TokenURL, "http", "https")
		v.noneEmpty(path+".oauth2.scopes", o.Scopes)
		for _, reserved := range []string{"grant_type", "scope", "client_id", "client_secret", "audience"} {
			if _, ok := o.Params[reserved]; ok {
				v.fail(CodeConflict, join(path+".oauth2.params", reserved), fmt.Sprintf("the parameter %q is set by a key of its own", reserved), "remove it")
			}
		}
	}
	if h := a.HMAC; h != nil {
		v.hmac(path+".hmac", h)
		if strings.EqualFold(h.Header, "authorization") {
			authorization = append(authorization, "hmac")
		}
	}
	if len(authorization) > 1 {
		v.fail(CodeConflict, join(path, authorization[1]), fmt.Sprintf("%s and %s both set the header authorization", authorization[0], authorization[1]), "remove one of them")
	}
	if *a == (Auth{}) && v.ok(path) {
		v.fail(CodeMissing, path, "auth says nothing", "one of: basic, bearer, api_key, oauth2, hmac, mtls")
	}
}

func (v *validator) secretValue(path, value string) {
	if !validHeaderValue(value) {
		v.fail(CodeInvalidValue, path, "the value holds line breaks or control characters", "")
	}
}

func (v *validator) apiKey(path string, k *AuthAPIKey) {
	count := 0
	for _, name := range []string{k.Header, k.Query, k.Cookie} {
		if name != "" {
			count++
		}
	}
	switch {
	case count == 0 && v.ok(path):
		v.fail(CodeMissing, path, "it is not said where the key is sent", "one of: header, query, cookie")
	case count > 1:
		v.fail(CodeConflict, path, "a key is sent in one place", "give one of header, query and cookie")
	}
	if k.Header != "" {
		v.sentHeader(path+".header", k.Header)
	}
	if k.Cookie != "" && !validHeaderName(k.Cookie) {
		v.fail(CodeInvalidValue, path+".cookie", v.quoted(path+".cookie", k.Cookie)+" is not the name of a cookie", "")
	}
	v.secretValue(path+".value", k.Value)
	if k.Cookie != "" && strings.ContainsAny(k.Value, "; ,\"\\") {
		v.fail(CodeInvalidValue, path+".value", "not the value of a cookie", "it holds no spaces, quotes, commas, semicolons or backslashes")
	}
}

func (v *validator) hmac(path string, h *AuthHMAC) {
	v.sentHeader(path+".header", h.Header)
	v.sentHeader(path+".date_header", h.DateHeader)
	v.sentHeader(path+".key_header", h.KeyHeader)
	if h.DigestHeader != "" {
		v.sentHeader(path+".digest_header", h.DigestHeader)
	}
	v.secretValue(path+".key_id", h.KeyID)
	v.secretValue(path+".prefix", h.Prefix)
	if len(h.Sign) == 0 && v.ok(path+".sign") {
		v.fail(CodeMissing, path+".sign", "nothing is signed", "such as: sign: [method, path, date]")
	}
	for i, part := range h.Sign {
		at := join(path+".sign", strconv.Itoa(i))
		if name, ok := strings.CutPrefix(part, "header:"); ok {
			v.headerName(at, name)
			continue
		}
		if !slices.Contains(signed, part) {
			hint := didYouMean(part, signed)
			if hint == "" {
				hint = "one of: " + strings.Join(signed, ", ") + ", header:name"
			}
			v.fail(CodeInvalidValue, at, v.quoted(at, part)+" cannot be signed", hint)
		}
		if slices.Contains(h.Sign[:i], part) {
			v.fail(CodeConflict, at, v.quoted(at, part)+" is given twice", "remove it")
		}
	}
}
