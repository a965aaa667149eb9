// Package auth proves to upstreams who the router is: basic authentication,
// bearer tokens, API keys, OAuth 2.0 client credentials and HMAC signatures, the
// same for REST and GraphQL upstreams. (Client certificates belong to the
// connection; they are settings of package transport.)
//
// In go [Settings] and, for each upstream request, a [Request]: what is about
// to be sent, which an [Authenticator] completes. A [Pool] owns the tokens. They
// live as long as somebody has acquired equal settings, so that a new generation
// of the router, which acquires its own before the old one releases, goes on
// with the token there is.
//
// A token is renewed before it ends, by one request at a time, while requests
// go on with the old one; a failed renewal keeps a token that is still valid.
//
// Pool, and what it hands out, may be used from any goroutine. A Request belongs
// to the goroutine that sends it. Secrets are of type [Secret], which no way of
// printing shows, and are not part of any error.
package auth
