package generation

import (
	"maps"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/weft-graphql/weft/config"
	"github.com/weft-graphql/weft/subgraphs/auth"
	"github.com/weft-graphql/weft/subgraphs/rest"
	"github.com/weft-graphql/weft/subgraphs/transport"
)

// RestSpec turns what the configuration says of a REST upstream into the
// upstream's own terms; nil if it says nothing. position finds where a value was
// given, as [config.Loaded.Position] does; it may be nil.
func RestSpec(s *config.Subgraph, position func(path string) (config.Position, bool)) *rest.Spec {
	r := s.Rest
	if r == nil {
		return nil
	}
	m := restMapper{subgraph: "subgraphs." + s.Name, position: position}
	const at = "rest"
	out := &rest.Spec{
		URL: r.URL, Forward: slices.Clone(r.Headers.Forward), Headers: m.headers(at+".headers.set", r.Headers.Set),
		Timeout: duration(r.Timeout), Names: r.Names, Lists: r.Lists, At: r.At,
		Cache: restCache(rest.CacheSpec{}, r.Cache), Retry: restRetry(rest.RetrySpec{}, r.Retry),
		Errors: m.errors(at+".errors", rest.ErrorSpec{}, r.Errors),
		MaxURL: int(r.MaxURL.Bytes()), MaxBody: r.MaxBody.Bytes(), Unprimed: !r.Prime, Config: restValues(r.Config),
		Strict: r.Strict == "error", WarnOfConversions: r.Strict == "warn",
		Env: func(name string) (string, bool) {
			value, ok := r.Env[name]
			return value, ok
		},
	}
	for _, t := range r.Types {
		path := memberPath(at+".types", t.Type)
		spec := rest.TypeSpec{Type: t.Type, At: m.at(path)}
		for _, f := range t.Fields {
			spec.Fields = append(spec.Fields, rest.FieldSpec{Field: f.Field, Select: f.Select, At: m.at(memberPath(path, f.Field))})
		}
		if n := t.Typename; n != nil {
			spec.Typename = &rest.TypenameSpec{By: n.By, Map: restTexts(n.Map), Present: restTexts(n.Present)}
		}
		out.Types = append(out.Types, spec)
	}
	for _, e := range r.Enums {
		out.Enums = append(out.Enums, rest.EnumSpec{Enum: e.Enum, Values: restValues(e.Values), At: m.at(memberPath(at+".enums", e.Enum))})
	}
	for _, name := range slices.Sorted(maps.Keys(r.Formats)) {
		out.Formats = append(out.Formats, rest.FormatSpec{Scalar: name, Format: r.Formats[name], At: m.at(at + ".formats." + name)})
	}
	for _, coordinate := range slices.Sorted(maps.Keys(r.Fetch)) {
		path := memberPath(at+".fetch", coordinate)
		for i := range r.Fetch[coordinate] {
			out.Endpoints = append(out.Endpoints, m.endpoint(path+"."+strconv.Itoa(i), coordinate, &r.Fetch[coordinate][i], out))
		}
	}
	return out
}

// memberPath is the path of an entry, as package config names it.
func memberPath(path, name string) string {
	if strings.Contains(name, ".") {
		return path + "[" + name + "]"
	}
	return path + "." + name
}

type restMapper struct {
	// subgraph is the path of the subgraph.
	subgraph string
	position func(string) (config.Position, bool)
}

func (m *restMapper) at(path string) rest.Place {
	p := rest.Place{Key: path}
	if m.position != nil {
		at, _ := m.position(m.subgraph + "." + path)
		p.Line, p.Column = at.Line, at.Column
	}
	return p
}

// isExpression: what mentions a variable is computed; all else is what it is.
func isExpression(text string) bool { return strings.Contains(text, "$") }

func (m *restMapper) headers(path string, list config.RestParams) []rest.Header {
	var out []rest.Header
	for _, p := range list {
		out = append(out, rest.Header{Name: p.Name, Value: p.Value, Expression: isExpression(p.Value), At: m.at(memberPath(path, p.Name))})
	}
	return out
}

// endpoint maps one endpoint; of does not hold endpoints that follow yet.
func (m *restMapper) endpoint(path, coordinate string, e *config.RestEndpoint, of *rest.Spec) rest.EndpointSpec {
	out := rest.EndpointSpec{
		Coordinate: coordinate, Headers: m.headers(path+".headers", e.Headers), Body: e.Body, Encode: e.Encode,
		SelectAt: e.At, Each: e.Each, Select: e.Select, JQ: e.JQ, Omit: e.Omit, Provides: e.Provides,
		OK: e.OK, NotFound: e.NotFound, Missing: e.Missing, Timeout: duration(e.Timeout), Latency: duration(e.Latency),
		Invalidates: slices.Clone(e.Invalidates), Lists: e.Lists, MultiSegment: e.MultiSegment, At: m.at(path),
	}
	methods, paths := e.Methods()
	if len(methods) > 0 {
		out.Method, out.Path = methods[0], paths[0]
	}
	if e.Idempotent != nil {
		out.Idempotent = *e.Idempotent
	}
	if e.Cost != nil {
		out.Cost = *e.Cost
	}
	for _, p := range e.Query {
		out.Query = append(out.Query, rest.Param{
			Name: p.Name, Value: p.Value, Expression: isExpression(p.Value), Lists: p.Lists, At: m.at(memberPath(path+".query", p.Name)),
		})
	}
	if e.Match != nil {
		out.Match, out.MatchItem, out.MatchRow = e.Match.By, e.Match.Item, e.Match.Row
	}
	if b := e.Batch; b != nil {
		out.Batch.Max = b.Max
		// A form to post in is what allows a request to become POST.
		if b.Post != nil {
			out.Batch.Post, out.Batch.PostAs = *b.Post, b.PostAs
		}
	}
	if e.Page != nil {
		out.Page = restPage(e.Page, m.at(path+".page"))
	}
	if e.Errors != nil {
		errs := m.errors(path+".errors", of.Errors, e.Errors)
		out.Errors = &errs
	}
	if e.Item != nil {
		item := m.errors(path+".item", rest.ErrorSpec{}, &e.Item.Errors)
		item.OK = e.Item.OK
		out.Item = &item
	}
	if e.Cache != nil {
		cache := restCache(of.Cache, e.Cache)
		out.Cache = &cache
	}
	if e.Retry != nil {
		retry := restRetry(of.Retry, e.Retry)
		out.Retry = &retry
	}
	return out
}

func restPage(p *config.RestPage, at rest.Place) *rest.PageSpec {
	out := &rest.PageSpec{
		Style: p.Style, Page: p.Page, Size: p.Size, Offset: p.Offset, Limit: p.Limit, First: p.First, After: p.After,
		PageParam: p.PageParam, SizeParam: p.SizeParam, OffsetParam: p.OffsetParam, LimitParam: p.LimitParam, CursorParam: p.CursorParam,
		Items: p.Items, Next: p.Next, Total: p.Total, More: p.More, Into: p.Into, Default: p.Default, Max: p.Max, At: at,
	}
	if p.All != nil {
		out.All = p.All.MaxPages
	}
	if p.Start != nil {
		if out.Start = *p.Start; out.Start == 0 {
			out.Start = -1
		}
	}
	return out
}

// errors puts what an endpoint says over what is said for all.
func (m *restMapper) errors(path string, base rest.ErrorSpec, e *config.RestErrors) rest.ErrorSpec {
	if e == nil {
		return base
	}
	base.At = m.at(path)
	replaceText(&base.Message, e.Message)
	replaceText(&base.Code, e.Code)
	replaceText(&base.Extensions, e.Extensions)
	if e.Expose != nil {
		base.Expose = *e.Expose
	}
	return base
}

func replaceText(to *string, from string) {
	if from != "" {
		*to = from
	}
}

// restCache puts what an endpoint says over what is said for all.
func restCache(base rest.CacheSpec, c *config.RestCache) rest.CacheSpec {
	if c == nil {
		return base
	}
	if c.Enabled != nil {
		base.Off = !*c.Enabled
	}
	if c.Scope != "" {
		base.Scope = c.Scope
		if c.Scope == "user" {
			base.Revalidate = "" // an answer for one user needs no proof
		}
	}
	replaceText(&base.Revalidate, c.Revalidate)
	if c.TTL != nil {
		base.TTL = c.TTL.Std()
	}
	if c.StaleWhileRevalidate != nil {
		base.StaleWhileRevalidate = c.StaleWhileRevalidate.Std()
	}
	if c.StaleIfError != nil {
		base.StaleIfError = c.StaleIfError.Std()
	}
	// Who asks for caching without saying for whom gets what is safe.
	if base.Scope == "" && !base.Off {
		base.Scope = "user"
	}
	return base
}

// restRetry puts what an endpoint says over what is said for all.
func restRetry(base rest.RetrySpec, r *config.RestRetry) rest.RetrySpec {
	if r == nil {
		return base
	}
	base.Set = true
	if r.Attempts != nil {
		if base.Attempts = *r.Attempts; base.Attempts == 0 {
			base.Attempts = -1
		}
	}
	if r.Backoff != nil {
		base.Backoff = r.Backoff.Std()
	}
	if r.Budget != nil {
		switch budget := float64(*r.Budget); {
		case budget == 0:
			base.Attempts = -1
		default:
			base.Budget = max(int(budget), 1)
		}
	}
	return base
}

func restValues(list config.RestValues) []rest.Value {
	var out []rest.Value
	for _, v := range list {
		out = append(out, rest.Value{Name: v.Name, JSON: v.JSON})
	}
	return out
}

func restTexts(list []config.RestText) []rest.Value {
	var out []rest.Value
	for _, t := range list {
		out = append(out, rest.Value{Name: t.Name, JSON: t.Text})
	}
	return out
}

func duration(d *config.Duration) time.Duration {
	if d == nil {
		return 0
	}
	return d.Std()
}

// AuthSettings turns what the configuration says of authentication, at a REST or
// GraphQL upstream alike, into the terms of package auth; false if nothing is to
// be added to requests. Client certificates are in [AuthTLS].
func AuthSettings(a *config.Auth) (auth.Settings, bool) {
	var out auth.Settings
	if a == nil {
		return out, false
	}
	if b := a.Basic; b != nil {
		out.Basic = &auth.Basic{User: b.User, Password: auth.Secret(b.Password)}
	}
	if a.Bearer != nil {
		out.Bearer = auth.Secret(a.Bearer.Token)
	}
	if k := a.APIKey; k != nil {
		out.APIKey = &auth.APIKey{Place: auth.InHeader, Name: k.Header, Value: auth.Secret(k.Value)}
		switch {
		case k.Query != "":
			out.APIKey.Place, out.APIKey.Name = auth.InQuery, k.Query
		case k.Cookie != "":
			out.APIKey.Place, out.APIKey.Name = auth.InCookie, k.Cookie
		}
	}
	if o := a.OAuth2; o != nil {
		out.OAuth2 = &auth.OAuth2{
			TokenURL: o.TokenURL, ClientID: o.ClientID, ClientSecret: auth.Secret(o.ClientSecret), Scopes: slices.Clone(o.Scopes),
			Audience: o.Audience, InParams: o.Style == "params", RenewBefore: o.RenewBefore.Std(), Timeout: o.Timeout.Std(),
		}
		for _, name := range slices.Sorted(maps.Keys(o.Params)) {
			out.OAuth2.Params = append(out.OAuth2.Params, auth.Param{Name: name, Value: auth.Secret(o.Params[name])})
		}
	}
	if h := a.HMAC; h != nil {
		out.HMAC = &auth.HMAC{
			Secret: auth.Secret(h.Secret), Header: h.Header, Prefix: h.Prefix, SHA512: h.Algorithm == "sha512", Base64: h.Encoding == "base64",
			Sign: slices.Clone(h.Sign), DateHeader: h.DateHeader, DateFormat: h.DateFormat, DigestHeader: h.DigestHeader, KeyID: h.KeyID, KeyHeader: h.KeyHeader,
		}
	}
	return out, out != (auth.Settings{})
}

// AuthTLS is the part of authentication that belongs to the connection.
func AuthTLS(a *config.Auth) transport.TLS {
	if a == nil || a.MTLS == nil {
		return transport.TLS{}
	}
	t := a.MTLS
	return transport.TLS{CAFile: t.CAFile, CertFile: t.CertFile, KeyFile: t.KeyFile, ServerName: t.ServerName}
}
