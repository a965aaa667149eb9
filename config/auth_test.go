package config

import (
	"strings"
	"testing"
)

func TestAuthErrors(t *testing.T) {
	for auth, want := range map[string]string{
		"{}":                                  "auth CONFIG_MISSING",
		"{basic: {user: a}}":                  "auth.basic.password CONFIG_MISSING",
		"{basic: {user: 'a:b', password: c}}": "auth.basic.user CONFIG_INVALID_VALUE",
		"{basic: {user: a, password: b}, bearer: c}": "auth.bearer CONFIG_CONFLICT",
		"{bearer: 'a b'}":                                                                        "auth.bearer.token CONFIG_INVALID_VALUE",
		"{bearer: $env.NOPE}":                                                                    "auth.bearer.token CONFIG_UNSET_VARIABLE",
		"{api_key: {value: a}}":                                                                  "auth.api_key CONFIG_MISSING",
		"{api_key: {header: a, query: b, value: c}}":                                             "auth.api_key CONFIG_CONFLICT",
		"{api_key: {header: Content-Length, value: c}}":                                          "auth.api_key.header CONFIG_INVALID_VALUE",
		"{api_key: {cookie: 'a b', value: c}}":                                                   "auth.api_key.cookie CONFIG_INVALID_VALUE",
		"{api_key: {cookie: a, value: 'c; d=e'}}":                                                "auth.api_key.value CONFIG_INVALID_VALUE",
		"{api_key: {header: Authorization, value: c}, bearer: d}":                                "auth.api_key CONFIG_CONFLICT",
		"{oauth2: {token_url: 'http://a/', client_id: b}}":                                       "auth.oauth2.client_secret CONFIG_MISSING",
		"{oauth2: {token_url: 'ftp://a/', client_id: b, client_secret: c}}":                      "auth.oauth2.token_url CONFIG_INVALID_VALUE",
		"{oauth2: {token_url: 'http://a/', client_id: b, client_secret: c, params: {scope: d}}}": "auth.oauth2.params.scope CONFIG_CONFLICT",
		"{hmac: {secret: a, sign: [methd]}}":                                                     "auth.hmac.sign.0 CONFIG_INVALID_VALUE",
		"{hmac: {secret: a, sign: [path, path]}}":                                                "auth.hmac.sign.1 CONFIG_CONFLICT",
		"{hmac: {secret: a, sign: []}}":                                                          "auth.hmac.sign CONFIG_MISSING",
		"{hmac: {secret: a, sign: ['header:a b']}}":                                              "auth.hmac.sign.0 CONFIG_INVALID_VALUE",
		"{hmac: {secret: a, header: Host}}":                                                      "auth.hmac.header CONFIG_INVALID_VALUE",
		"{hmac: {secret: a, algorithm: md5}}":                                                    "auth.hmac.algorithm CONFIG_INVALID_VALUE",
		"{mtls: {cert_file: a}}":                                                                 "auth.mtls.key_file CONFIG_MISSING",
		"{mtls: {cert_file: a, key_file: b}}":                                                    "auth.mtls CONFIG_CONFLICT",
		"{hmac: {secret: c}, bearer: d}":                                                         "",
		"{bearer: $env.TOKEN}":                                                                   "",
	} {
		l, err := Load(Options{Sources: []Source{{Name: "r", Data: []byte("subgraphs: [{name: a, url: http://a/, auth: " + auth + "}]\n")}}, Environ: []string{"TOKEN=hunter2"}})
		var got []string
		if errs, ok := err.(Errors); ok {
			for _, e := range errs {
				got = append(got, strings.TrimPrefix(e.Path, "subgraphs.a.")+" "+e.Code)
			}
		}
		if strings.Join(got, ", ") != want {
			t.Errorf("%s: %v", auth, err)
		}
		if err != nil {
			continue
		}
		if out, err := l.Print(); err != nil || strings.Contains(string(out), "hunter2") || !strings.Contains(string(out), masked) {
			t.Errorf("%s prints as %s, %v", auth, out, err)
		}
	}
}
