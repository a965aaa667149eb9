// Package music is the REST half of the demo: two services as teams really
// write them, one with endpoints for many ids and many pages at a time, one
// that knows nothing but ids of the other's objects.
//
// A [Service] is an http.Handler. It counts what it is asked: GET /-/requests
// answers {"GET /path": n}, DELETE forgets. Its data are made up, the same in
// every process. Handlers may be used from any goroutine.
package music

import _ "embed"

// Schema1 and Schema2 are the schemas of the services, for a router.
var (
	//go:embed service1.graphql
	Schema1 string
	//go:embed service2.graphql
	Schema2 string
)
