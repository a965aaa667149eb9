package rest

import (
	"cmp"
	"errors"
	"os"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/weft-graphql/weft/planner/schema"
	"github.com/weft-graphql/weft/subgraphs"
	"github.com/weft-graphql/weft/subgraphs/rest/mapping"
	"github.com/weft-graphql/weft/subgraphs/rest/template"
)

// Upstream is a compiled REST upstream. It is immutable and may be used from
// any goroutine.
type Upstream struct {
	subgraph  string
	spec      *Spec
	model     *model
	base      *template.Base
	endpoints []*endpoint
	byName    map[string]*endpoint
	// lookedUp are the types that lookups give.
	lookedUp map[*typ]bool
	enums    map[string]*enumMap
	formats  map[string]string
	config   mapping.Value
	env      mapping.Value
	// usesRequest and usesResponse: some expression mentions the variable, which
	// costs something to make.
	usesRequest, usesResponse bool
}

// Facets are the ways of entering the upstream, for composition and planning:
// one for each endpoint, named by its coordinate; further endpoints of the same
// coordinate are named "#2" and so on behind it.
func (u *Upstream) Facets() []subgraphs.Facet {
	out := make([]subgraphs.Facet, len(u.endpoints))
	for i, e := range u.endpoints {
		out[i] = e.facet
	}
	return out
}

// compiler turns a Spec into an Upstream.
type compiler struct {
	*faults
	*model
	up   *Upstream
	spec *Spec
	// types are the type mappings by type.
	types map[string]*typeMapping
	// resolved are the fields that have endpoints of their own.
	resolved map[*field]bool
	// lookedUp are the types that lookups give.
	lookedUp map[*typ]bool
	raws     map[*typ]*node
	envNames map[string]bool
	env      []Value
}

// Compile checks a configuration against the subgraph's schema and compiles
// it. The Upstream is nil exactly if there are errors; all are reported at once.
func Compile(subgraph string, doc *schema.Document, spec *Spec) (*Upstream, []*Error) {
	c := &compiler{faults: &faults{subgraph: subgraph}, spec: spec}
	if c.model = newModel(doc, c.faults); c.model.badKeys {
		return nil, c.list // what lookups by such keys lack is the same fault in other words
	}
	c.types = map[string]*typeMapping{}
	c.resolved = map[*field]bool{}
	c.lookedUp = map[*typ]bool{}
	c.raws = map[*typ]*node{}
	c.envNames = map[string]bool{}
	c.up = &Upstream{
		subgraph: subgraph, spec: spec, model: c.model, byName: map[string]*endpoint{},
		enums: map[string]*enumMap{}, formats: map[string]string{},
	}
	c.options()
	c.scalars()
	c.configuration()

	var eps []*endpoint
	for i := range spec.Endpoints {
		for _, s := range c.ofEachType(&spec.Endpoints[i]) {
			if e := c.declare(s); e != nil {
				eps = append(eps, e)
			}
		}
	}
	c.typeMappings()
	for _, e := range eps {
		c.endpoint(e)
	}
	c.environment()
	if len(c.list) == 0 {
		for _, e := range eps {
			c.gives(e)
		}
		c.complete(eps)
	}
	if len(c.list) > 0 {
		return nil, c.list
	}
	c.up.endpoints = eps
	c.up.lookedUp = c.lookedUp
	for _, e := range eps {
		c.up.byName[e.name] = e
	}
	return c.up, nil
}

// options checks what holds for the whole upstream.
func (c *compiler) options() {
	base, err := template.ParseBase(c.spec.URL)
	if err != nil {
		c.add(CodeInvalidURL, Place{Key: "rest.url"}, "", "the URL cannot be used: %v", err)
	}
	c.up.base = base
	switch c.spec.Names {
	case "", namesAsIs, namesSnake, namesKebab, namesCamel:
	default:
		e := c.add(CodeInvalidOption, Place{Key: "rest.names"}, "", "there is no style of names %q", c.spec.Names)
		e.Hint = didYouMean(c.spec.Names, []string{namesAsIs, namesSnake, namesKebab, namesCamel})
	}
	c.style(c.spec.Lists, Place{Key: "rest.lists"}, "")
	c.headerNames(c.spec.Headers)
	for _, name := range c.spec.Forward {
		if err := template.CheckHeaderName(name); err != nil {
			c.add(CodeInvalidHeader, Place{Key: "rest.headers.forward"}, "", "%v", err)
		}
	}
	c.cacheSpec(&c.spec.Cache, Place{Key: "rest.cache"}, "")
}

func (c *compiler) cacheSpec(s *CacheSpec, at Place, coordinate string) {
	if s == nil {
		return
	}
	switch s.Scope {
	case "", "user", "shared":
	default:
		e := c.add(CodeInvalidOption, at, coordinate, "there is no cache scope %q", s.Scope)
		e.Hint = "The scopes are user and shared."
	}
	if s.Revalidate != "" && s.Revalidate != "always" {
		c.add(CodeInvalidOption, at, coordinate, "revalidate is always, or it is left out")
	}
}

func (c *compiler) style(name string, at Place, coordinate string) template.Style {
	style, ok := template.ParseStyle(name)
	if !ok {
		e := c.add(CodeInvalidOption, at, coordinate, "there is no list style %q", name)
		e.Hint = didYouMean(name, []string{"repeat", "comma", "brackets", "index", "pipe", "space", "json"})
	}
	return style
}

func (c *compiler) headerNames(list []Header) {
	for _, h := range list {
		if err := template.CheckHeaderName(h.Name); err != nil {
			c.add(CodeInvalidHeader, h.At, "", "%v", err)
		}
	}
}

// scalars reads the maps of enum values and the formats of scalars.
func (c *compiler) scalars() {
	for _, s := range c.spec.Enums {
		t := c.model.types[s.Enum]
		if t == nil || t.kind != schema.Enum {
			e := c.add(CodeUnknownType, s.At, s.Enum, "the schema has no enum %s", s.Enum)
			e.Hint = didYouMean(s.Enum, c.typeNames(func(t *typ) bool { return t.kind == schema.Enum }))
			continue
		}
		m := newEnumMap(t, c.spec.Names)
		for _, v := range s.Values {
			if !slices.Contains(t.values, v.Name) {
				e := c.add(CodeUnknownValue, s.At, s.Enum+"."+v.Name, "the enum %s has no value %s", s.Enum, v.Name)
				e.Hint = didYouMean(v.Name, t.values)
				continue
			}
			if err := m.set(v.Name, v.JSON); err != nil {
				c.add(CodeInvalidOption, s.At, s.Enum+"."+v.Name, "what the upstream writes for %s.%s must be a JSON scalar", s.Enum, v.Name)
			}
		}
		c.up.enums[s.Enum] = m
	}
	for _, t := range c.order {
		if t.kind == schema.Enum && c.up.enums[t.name] == nil {
			c.up.enums[t.name] = newEnumMap(t, c.spec.Names)
		}
	}
	for _, s := range c.spec.Formats {
		t := c.model.types[s.Scalar]
		if t == nil || t.kind != schema.Scalar {
			e := c.add(CodeUnknownType, s.At, s.Scalar, "the schema has no scalar %s", s.Scalar)
			e.Hint = didYouMean(s.Scalar, c.typeNames(func(t *typ) bool { return t.kind == schema.Scalar }))
			continue
		}
		switch s.Format {
		case formatISO, formatEpochS, formatEpochMS, formatString, formatNumber:
			c.up.formats[s.Scalar] = s.Format
		default:
			e := c.add(CodeInvalidOption, s.At, s.Scalar, "there is no format %q", s.Format)
			e.Hint = didYouMean(s.Format, []string{formatISO, formatEpochS, formatEpochMS, formatString, formatNumber})
		}
	}
}

// configuration makes $config.
func (c *compiler) configuration() {
	v, err := objectOf(c.spec.Config)
	if err != nil {
		c.add(CodeInvalidOption, Place{Key: "rest.config"}, "", "a value of config is not JSON: %v", err)
	}
	c.up.config = v
}

// environment resolves the environment variables that expressions mention.
func (c *compiler) environment() {
	v, err := objectOf(c.env)
	if err != nil {
		c.add(CodeInvalidOption, Place{Key: "rest"}, "", "the environment cannot be read: %v", err)
	}
	c.up.env = v
}

func (c *compiler) lookupEnv(name string, at Place) {
	if c.envNames[name] {
		return
	}
	c.envNames[name] = true
	lookup := c.spec.Env
	if lookup == nil {
		lookup = os.LookupEnv
	}
	text, ok := lookup(name)
	if !ok {
		c.add(CodeUnknownEnvironment, at, "", "the environment variable %s is not set", name)
		return
	}
	c.env = append(c.env, Value{Name: name, JSON: string(mapping.AppendQuoted(nil, text))})
}

// objectOf makes a mapping value of named ones.
func objectOf(values []Value) (mapping.Value, error) {
	b := []byte{'{'}
	for i, v := range values {
		if i > 0 {
			b = append(b, ',')
		}
		b = mapping.AppendQuoted(b, v.Name)
		b = append(b, ':')
		if _, err := mapping.ParseValueJSON([]byte(v.JSON)); err != nil {
			return mapping.Value{}, errors.New(v.Name + ": " + err.Error())
		}
		b = append(b, v.JSON...)
	}
	return mapping.ParseValueJSON(append(b, '}'))
}

// ofEachType makes of a lookup of an interface one for each of its types that has
// the key: an object is looked up as what it is. Types with a lookup of their own
// keep to that.
func (c *compiler) ofEachType(spec *EndpointSpec) []*EndpointSpec {
	name, key, _ := strings.Cut(strings.TrimSpace(spec.Coordinate), "(")
	t := c.model.types[strings.TrimSpace(name)]
	if t == nil || t.kind != schema.Interface {
		return []*EndpointSpec{spec}
	}
	var out []*EndpointSpec
	for _, p := range t.possible {
		own := func(o EndpointSpec) bool {
			name, _, _ := strings.Cut(strings.TrimSpace(o.Coordinate), "(")
			return strings.TrimSpace(name) == p.name
		}
		if key == "" && len(p.keys) == 0 || slices.ContainsFunc(c.spec.Endpoints, own) {
			continue
		}
		one := *spec
		one.Coordinate = p.name
		if key != "" {
			one.Coordinate += "(" + key
		}
		out = append(out, &one)
	}
	if len(out) == 0 {
		c.add(CodeInvalidKey, spec.At, spec.Coordinate, "%s is an interface, and none of its types is looked up by it", t.name).Hint =
			"Its types need a @key, and no lookup of their own."
	}
	return out
}

// declare reads an endpoint's coordinate.
func (c *compiler) declare(spec *EndpointSpec) *endpoint {
	e := &endpoint{spec: spec, name: spec.Coordinate}
	coordinate := strings.TrimSpace(spec.Coordinate)
	name, rest, isField := strings.Cut(coordinate, ".")
	if open := strings.IndexByte(coordinate, '('); open > 0 {
		if !strings.HasSuffix(coordinate, ")") {
			c.coordinateFault(spec)
			return nil
		}
		name, rest, isField = strings.TrimSpace(coordinate[:open]), coordinate[open+1:len(coordinate)-1], false
		set, err := schema.ParseSelections(rest)
		if err != nil {
			c.add(CodeInvalidKey, spec.At, spec.Coordinate, "the key of %s cannot be read: %v", spec.Coordinate, err)
			return nil
		}
		e.key = set
	}
	if name == "" || isField && rest == "" {
		c.coordinateFault(spec)
		return nil
	}
	if kind, root, ok := c.rootNamed(name); ok {
		if !isField {
			c.coordinateFault(spec)
			return nil
		}
		if kind == schema.Subscription {
			err := c.add(CodeUnsupported, spec.At, spec.Coordinate, "%s: subscriptions of REST upstreams (polling and server-sent events) are not supported yet", spec.Coordinate)
			err.Hint = "Leave the endpoint out, or ask for the value by a query."
			return nil
		}
		e.kind, e.operation = rootEndpoint, kind
		e.typ = root
		if root == nil {
			c.add(CodeUnknownType, spec.At, spec.Coordinate, "the schema has no %s type", kind)
			return nil
		}
		return c.declareField(e, rest)
	}
	t := c.model.types[name]
	if t == nil || t.kind != schema.Object {
		err := c.add(CodeUnknownType, spec.At, spec.Coordinate, "the schema has no object type %s", name)
		if t != nil {
			err.Message = "an endpoint belongs to an object type, and " + name + " is none"
		} else {
			err.Hint = didYouMean(name, append(c.typeNames(func(t *typ) bool { return t.kind == schema.Object }), rootNames[:2]...))
		}
		return nil
	}
	e.typ = t
	if isField {
		e.kind = fieldEndpoint
		return c.declareField(e, rest)
	}
	e.kind = lookupEndpoint
	c.lookedUp[t] = true
	if e.key == nil {
		if len(t.keys) == 0 {
			err := c.add(CodeInvalidKey, spec.At, spec.Coordinate, "%s is looked up by its @key, and has none", t.name)
			err.Hint = "Add @key(fields: …) to the type, or name the key here: " + t.name + "(id)."
			return nil
		}
		e.key = t.keys[0].set
	} else if !c.checkSet(e.key, t, spec.At, spec.Coordinate, false) {
		return nil
	}
	c.number(e)
	return e
}

func (c *compiler) coordinateFault(spec *EndpointSpec) {
	e := c.add(CodeInvalidCoordinate, spec.At, spec.Coordinate, "%q is not the coordinate of an endpoint", spec.Coordinate)
	e.Hint = "Endpoints are named Query.field, Mutation.field, Type.field, Type, or Type(key)."
}

func (c *compiler) declareField(e *endpoint, name string) *endpoint {
	e.field = e.typ.byName[name]
	if e.field == nil {
		err := c.add(CodeUnknownField, e.spec.At, e.spec.Coordinate, "%s has no field %s", e.typ.name, name)
		err.Hint = didYouMean(name, e.typ.fieldNames())
		return nil
	}
	c.resolved[e.field] = true
	c.number(e)
	return e
}

// number tells alternatives of one coordinate apart.
func (c *compiler) number(e *endpoint) {
	base := e.typ.name
	switch {
	case e.kind == rootEndpoint:
		base = rootNames[e.operation] + "." + e.field.name
	case e.field != nil:
		base = e.field.coordinate()
	case len(e.typ.keys) == 0 || schema.PrintSelections(e.key) != e.typ.keys[0].text:
		base += "(" + schema.PrintSelections(e.key) + ")"
	}
	e.name = base
	for n := 2; c.up.byName[e.name] != nil; n++ {
		e.name = base + "#" + strconv.Itoa(n)
	}
	c.up.byName[e.name] = e
}

// checkSet checks a field set against a type.
// Where whole is set, an object may stand for all its fields.
func (c *compiler) checkSet(set []schema.Selection, t *typ, at Place, coordinate string, whole bool) bool {
	ok := true
	for i := range set {
		s := &set[i]
		if s.Fragment {
			if on := c.model.types[s.On]; on != nil {
				ok = c.checkSet(s.Selections, on, at, coordinate, whole) && ok
			}
			continue
		}
		f := t.byName[s.Name]
		switch {
		case f == nil:
			e := c.add(CodeUnknownField, at, coordinate, "%s has no field %s", t.name, s.Name)
			e.Hint = didYouMean(s.Name, t.fieldNames())
			ok = false
		case f.named.kind.Composite() && len(s.Selections) == 0:
			if whole {
				continue
			}
			c.add(CodeInvalidKey, at, coordinate, "%s is an object: its fields must be named", f.coordinate())
			ok = false
		case !f.named.kind.Composite() && len(s.Selections) > 0:
			c.add(CodeInvalidKey, at, coordinate, "%s has no fields", f.coordinate())
			ok = false
		default:
			ok = c.checkSet(s.Selections, f.named, at, coordinate, whole) && ok
		}
	}
	return ok
}

// complete checks that every field of the schema comes from somewhere.
func (c *compiler) complete(eps []*endpoint) {
	if c.spec.Partial {
		return
	}
	given := map[string]bool{}
	for _, e := range eps {
		for _, g := range e.facet.Gives {
			for _, f := range g.Fields {
				given[g.Type+"."+f.Name] = true
			}
		}
	}
	for _, t := range c.order {
		if t.kind != schema.Object || strings.HasPrefix(t.name, "_") {
			continue
		}
		root := c.isRoot(t)
		for _, f := range t.fields {
			if f.external || given[f.coordinate()] || strings.HasPrefix(f.name, "_") {
				continue
			}
			if root {
				if t == c.roots[schema.Subscription] {
					c.add(CodeUnsupported, Place{Key: "rest.fetch"}, f.coordinate(), "%s: subscriptions of REST upstreams (polling and server-sent events) are not supported yet", f.coordinate())
					continue
				}
				e := c.add(CodeNoEndpoint, Place{Key: "rest.fetch"}, f.coordinate(), "%s has no endpoint", f.coordinate())
				e.Hint = "Add it to fetch, as in \"" + f.coordinate() + ": GET /" + f.name + "\"."
				continue
			}
			if c.resolved[f] {
				continue // reported at its endpoint
			}
			e := c.add(CodeFieldNotProvided, Place{Key: "rest.types." + t.name}, f.coordinate(), "no endpoint gives %s", f.coordinate())
			switch {
			case len(f.args) > 0:
				e.Hint = "A field with arguments needs an endpoint of its own: " + f.coordinate() + "."
			default:
				e.Hint = "Map it under types." + t.name + ", give it an endpoint of its own, or mark it @external if another subgraph resolves it."
			}
		}
	}
}

// timeoutOf is the time one request of an endpoint may take; 0 leaves it to
// the context.
func (cl *client) timeoutOf(e *endpoint) time.Duration {
	return cmp.Or(max(e.spec.Timeout, 0), max(cl.up.spec.Timeout, 0), max(cl.options.Timeout, 0))
}
