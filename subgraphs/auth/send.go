package auth

import (
	"context"
	"net/http"
	"slices"

	"github.com/weft-graphql/weft/subgraphs/transport"
)

// Send carries out a request that an Authenticator completes first; with nil, as
// it is. A request that the upstream answers with 401 is sent once more if there
// are other credentials by then. The request's headers are copied before they are
// added to.
func Send(ctx context.Context, a Authenticator, t *transport.Transport, req *transport.Request, resp *transport.Response) error {
	if a == nil {
		return t.Do(ctx, req, resp)
	}
	r := Request{Method: req.Method, Host: req.Host, Target: req.Target, Header: slices.Clone(req.Header), Body: req.Body}
	for {
		if err := a.Apply(ctx, &r); err != nil {
			return err
		}
		req.Target, req.Header = r.Target, r.Header
		if err := t.Do(ctx, req, resp); err != nil || resp.Status != http.StatusUnauthorized || !a.Rejected(ctx, &r) {
			return err
		}
		resp.Release()
		*resp = transport.Response{}
	}
}
