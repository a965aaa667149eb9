package config

// The doc comment of each field below is also its text in the JSON schema and in
// docs/config.md, so it speaks to the person who writes router.yaml.
//
// Struct tags:
//
//	yaml      the key
//	default   the default, written as in YAML
//	enum      the values allowed, comma-separated
//	format    file: a path, resolved against the file that names it
//	          url, listen, path: checked as such
//	min       the smallest value allowed
//	required  must be given
//	secret    always masked when printed
//	short     "moved": a short form, emptied by Expand in favour of the long one
//
// A map from names to lists takes a single entry in place of a list of one.
//
// A list whose element type has a Name field merges by name over several files.

// Config is everything router.yaml can say. The Config of a [Loaded] is in long
// form: short forms have been moved to where their long form lives.
type Config struct {
	// Place finds where a value was given, for messages; nil in a configuration that Load did not make.
	Place func(path string) (Position, bool) `yaml:"-"`
	// Written gives a path as it is written in YAML; nil in a configuration that Load did not make. See KeyPath.
	Written func(path string) string `yaml:"-"`
	// Address the router serves on: host:port, or unix:///path/to.sock for a unix socket.
	Listen string `yaml:"listen" default:"127.0.0.1:4000" format:"listen"`
	// The GraphQL endpoint.
	GraphQL GraphQL `yaml:"graphql"`
	// The upstreams that make up the graph. Beside `supergraph`, an entry only overrides url, headers and timeout of the subgraph of that name.
	Subgraphs []Subgraph `yaml:"subgraphs"`
	// Fields that lead from a type of one subgraph to a type of another, made of key values the first one has.
	Joins []Join `yaml:"joins"`
	// Filtered views of the graph, by `@tag`.
	Contracts []Contract `yaml:"contracts"`
	// Name of the contract that clients get; the whole graph if none is named.
	Contract string `yaml:"contract"`
	// A supergraph composed beforehand (join spec), from any composer, instead of composing `subgraphs` at start.
	Supergraph *Supergraph `yaml:"supergraph"`
	// Where the last good schemas of the upstreams are kept.
	SchemaCache SchemaCache `yaml:"schema_cache"`
	// Which labels of `@override(from:, label:)` are active. A label `percent(N)` is active for N percent of the requests without an entry here; every other one that is not listed is off. At most 64.
	OverrideLabels []OverrideLabel `yaml:"override_labels"`
	// Which headers travel from clients to subgraphs. Nothing is forwarded unless a rule says so.
	Headers Headers `yaml:"headers"`
	// Time limits, body sizes, connections and request de-duplication.
	TrafficShaping TrafficShaping `yaml:"traffic_shaping"`
	// What one operation may ask for. 0 turns a single limit off.
	Limits Limits `yaml:"limits"`
	// How operations are planned.
	QueryPlanning QueryPlanning `yaml:"query_planning"`
	// Memory for the router's caches.
	Caches Caches `yaml:"caches"`
	// Introspection by clients (`__schema`, `__type`); `true` is short for `{enabled: true}`.
	Introspection Introspection `yaml:"introspection"`
	// The GraphiQL page; `true` is short for `{enabled: true}`.
	Playground Playground `yaml:"playground"`
	// What responses tell in `extensions.warnings`; `true` is short for `{enabled: true}`.
	Warnings Warnings `yaml:"warnings"`
	// Files that come with operations; `true` is short for `{enabled: true}`.
	Uploads Uploads `yaml:"uploads"`
	// Health endpoints; `false` is short for `{enabled: false}`.
	Health Health `yaml:"health"`
	// Logging.
	Log Log `yaml:"log"`
	// Reload when a file of the configuration changes; `false` is short for `{enabled: false}`.
	Watch WatchSettings `yaml:"watch"`
	// Time between the signal to stop and the closing of the listener, during which `/health/ready` already answers 503 so that load balancers can leave.
	ShutdownDelay Duration `yaml:"shutdown_delay" default:"0s"`
	// Longest time that requests in flight may take after the listener has closed; what still runs then is cancelled.
	GracePeriod Duration `yaml:"grace_period" default:"30s"`
}

// GraphQL is the endpoint clients send operations to.
type GraphQL struct {
	// URL path of the GraphQL endpoint.
	Path string `yaml:"path" default:"/graphql" format:"path"`
}

// Subgraph is one upstream.
type Subgraph struct {
	// Name of the subgraph: a letter, then letters, digits, `_` or `-`; at most 64 characters. It appears in plans, errors and logs.
	Name string `yaml:"name" required:"true"`
	// Where operations are sent: http://, https://, h2c:// (HTTP/2 without TLS), or unix:///run/x.sock?path=/graphql. Required but with `supergraph`, `rest`, `openapi` or `mock: all`.
	URL string `yaml:"url" format:"url"`
	// Where the schema comes from: a file path, `auto`, or the long form.
	Schema Schema `yaml:"schema"`
	// Longest time one request to this subgraph may take: short form of `traffic_shaping.subgraphs[].request_timeout`.
	Timeout *Duration `yaml:"timeout" min:"1ms" short:"moved"`
	// Headers of requests to this subgraph, such as `{forward: [authorization]}`: short form of `headers.subgraphs[]`.
	Headers *HeaderRules `yaml:"headers" short:"moved"`
	// Changes to this subgraph's schema before it becomes part of the graph. They apply in order: each sees the names that those before it left.
	Transforms []Transform `yaml:"transforms"`
	// How objects of this subgraph's types are looked up by their keys, for services that know nothing of federation: by type, one lookup or a list of them, in the names that `transforms` left.
	Entities map[string][]Entity `yaml:"entities"`
	// A REST service as upstream: how its endpoints answer for the schema. `url` then stands in here.
	Rest *Rest `yaml:"rest"`
	// An OpenAPI document that schema and endpoints are made from; what `rest` says as well wins.
	OpenAPI *OpenAPI `yaml:"openapi"`
	// Fields that lead from this subgraph's types to types by their keys, as in `Order.user: {User: {id: user_id}}`; only with `openapi`.
	Links Links `yaml:"links"`
	// How the router proves to the upstream who it is.
	Auth *Auth `yaml:"auth"`
	// Answers without the service.
	Mock *Mock `yaml:"mock"`
}

// Transform is one rule; exactly one of its keys is given.
type Transform struct {
	// Give types and fields other names.
	Rename *Rename `yaml:"rename"`
	// Put a text before names.
	Prefix *Prefix `yaml:"prefix"`
	// Leave parts of the schema out: `Type`, `Type.field`, `Type.field(argument)` or `Enum.VALUE`; `*` stands for any characters. What entities and joins need can be hidden all the same.
	Hide []string `yaml:"hide"`
	// Name of a root field under which all query and mutation fields of the subgraph move.
	Namespace string `yaml:"namespace"`
}

// Rename gives types and fields other names.
type Rename struct {
	// New names by type. All names in a rule are those before it.
	Types map[string]string `yaml:"types"`
	// New field names by `Type.field`. A field of an interface is renamed in all types that implement it.
	Fields map[string]string `yaml:"fields"`
}

// Prefix puts a text before names.
type Prefix struct {
	// The text.
	Value string `yaml:"value" required:"true"`
	// Whether it is put before the names of types.
	Types bool `yaml:"types" default:"true"`
	// Whether it is put before the names of root fields.
	Fields bool `yaml:"fields" default:"false"`
	// Types and root fields that keep their names; `*` stands for any characters.
	Except []string `yaml:"except"`
}

// Entity is a lookup of a type. As a plain string, with `openapi` only: the key.
type Entity struct {
	// Fields that identify an object, such as `id` or `number region`.
	Key string `yaml:"key" required:"true"`
	// The root field that finds objects, with what its arguments take from the key, such as `users(ids: $key.id)`. Required unless the subgraph has `openapi`, which finds one. A field that takes a list and returns a list is asked for many objects at once.
	Lookup string `yaml:"lookup"`
	// What one request may ask for, where the lookup takes a list.
	Batch Batch `yaml:"batch"`
	// How the answers to a list of keys find their objects: by comparing `key` fields, or by `position` for a service that returns exactly one entry for each key, in order.
	Match string `yaml:"match" default:"key" enum:"key,position"`
}

// Batch bounds the requests of a lookup that takes a list.
type Batch struct {
	// Most keys in one request; 0 means no limit.
	Max int `yaml:"max" default:"0" min:"0"`
}

// Join adds a field to a type that leads to a type of another subgraph. As a
// plain string: Review.author: accounts.User by authorId.
type Join struct {
	// The new field: `Review.author`.
	Field string `yaml:"field" required:"true"`
	// The type it leads to.
	Type string `yaml:"type" required:"true"`
	// The subgraph that looks the type up.
	Subgraph string `yaml:"subgraph" required:"true"`
	// Where each field of the type's key comes from, such as `{id: authorId}`.
	By map[string]string `yaml:"by"`
	// Instead of `by`: the fields the key comes from, in the order of the key's fields.
	From []string `yaml:"from"`
	// Whether the field is a list. If it is not said, it is one exactly if what it comes from is one.
	List *bool `yaml:"list"`
	// Whether the field may be null, as it is when the key is. An object that the other subgraph does not find has its key and nulls.
	Nullable bool `yaml:"nullable" default:"true"`
}

// Contract is a filtered view of the graph.
type Contract struct {
	// Name of the contract.
	Name string `yaml:"name" required:"true"`
	// Only fields of objects and interfaces, and unions, that have one of these tags (fields have those of their type as well) are part of the view. If none are given, all are.
	IncludeTags []string `yaml:"include_tags"`
	// What has one of these tags is not part of the view, whatever other tags it has.
	ExcludeTags []string `yaml:"exclude_tags"`
}

// OverrideLabel switches one label; exactly one of enabled and percent is given.
type OverrideLabel struct {
	// Name of the label, as `@override` has it: a letter, then letters, digits, `_`, `-`, `:`, `.` or `/`; or `percent(N)`, whose share this entry then says instead.
	Name string `yaml:"name" required:"true"`
	// Whether the label is active.
	Enabled *bool `yaml:"enabled"`
	// Share of the requests, from 0 to 100, for which the label is active. It is drawn for each request and each label by itself; within a request a label is either active everywhere or nowhere.
	Percent *Percent `yaml:"percent"`
}

// Schema says where a subgraph's schema comes from. As a plain string: `auto`, or
// the path of an SDL file.
type Schema struct {
	// `auto`: ask the subgraph for `_service { sdl }`, else introspect it. `service`: only the former. `introspection`: only the latter. `file`: an SDL file (implied when `file` is given). `url`: SDL that `url` answers with.
	Source string `yaml:"source" default:"auto" enum:"auto,file,url,service,introspection"`
	// Path of the SDL file, relative to the file that names it.
	File string `yaml:"file" format:"file"`
	// URL to ask for the schema, if it is not the subgraph's `url`.
	URL string `yaml:"url" format:"url"`
	// Headers sent when the schema is asked for, such as an API key.
	Headers map[string]string `yaml:"headers" secret:"true"`
	// How often to look for a changed schema; 0 means only at start and at reload.
	PollInterval Duration `yaml:"poll_interval" default:"0s"`
	// If the schema cannot be loaded: `fail` the load (a running router keeps its graph), go on with the `last_good` schema, or `omit` the subgraph from the graph.
	OnUnavailable string `yaml:"on_unavailable" default:"fail" enum:"fail,last_good,omit"`
	// Longest time one attempt to load the schema may take.
	Timeout Duration `yaml:"timeout" default:"10s" min:"1ms"`
}

// Supergraph is a precomposed supergraph.
type Supergraph struct {
	// `file`: read `path`. `url`: fetch `url`. Implied by whichever of the two is given.
	Source string `yaml:"source" enum:"file,url"`
	// Path of the supergraph SDL, relative to the file that names it.
	Path string `yaml:"path" format:"file"`
	// http(s) URL of the supergraph SDL.
	URL string `yaml:"url" format:"url"`
	// Headers sent when the supergraph is fetched, such as an API key.
	Headers map[string]string `yaml:"headers" secret:"true"`
	// How often to look for a changed supergraph; 0 means only at start and at reload.
	PollInterval Duration `yaml:"poll_interval" default:"0s"`
	// Longest time one attempt to fetch the supergraph may take.
	Timeout Duration `yaml:"timeout" default:"10s" min:"1ms"`
}

// SchemaCache keeps schemas over restarts.
type SchemaCache struct {
	// Folder where the last good schema of each upstream is kept for `on_unavailable: last_good`, relative to the file that names it. Empty: kept in memory only, lost at restart.
	Dir string `yaml:"dir" format:"file"`
}

// Headers says which headers reach the subgraphs.
type Headers struct {
	// Short form: names of client headers sent on to every subgraph. Expands to `propagate` rules ahead of those in `all.request`.
	Forward []string `yaml:"forward" short:"moved"`
	// Rules for every subgraph.
	All AllHeaders `yaml:"all"`
	// Rules for single subgraphs, applied after those in `all`.
	Subgraphs []SubgraphHeaders `yaml:"subgraphs"`
}

// AllHeaders are the header rules of every subgraph.
type AllHeaders struct {
	// Rules for the requests to subgraphs, applied in order.
	Request []HeaderRule `yaml:"request"`
}

// SubgraphHeaders are the header rules of one subgraph.
type SubgraphHeaders struct {
	// Name of the subgraph.
	Name string `yaml:"name" required:"true"`
	// Rules for the requests to this subgraph, applied in order.
	Request []HeaderRule `yaml:"request"`
}

// HeaderRules are the header rules written beside a subgraph.
type HeaderRules struct {
	// Names of client headers sent on to this subgraph. Expands to `propagate` rules ahead of those in `request`.
	Forward []string `yaml:"forward"`
	// Rules for the requests to this subgraph, applied in order.
	Request []HeaderRule `yaml:"request"`
}

// HeaderRule is one rule; exactly one of its keys is given.
type HeaderRule struct {
	// Send a header of the client's request on.
	Propagate *PropagateHeader `yaml:"propagate"`
	// Drop headers that earlier rules set.
	Remove *RemoveHeader `yaml:"remove"`
	// Set a header to a fixed value.
	Insert *InsertHeader `yaml:"insert"`
}

// PropagateHeader sends client headers on; exactly one of named and matching is given.
type PropagateHeader struct {
	// Name of the header; case does not matter.
	Named string `yaml:"named"`
	// Regular expression (RE2) over header names in lower case. Headers that belong to one connection (such as Connection or Content-Length) never match.
	Matching string `yaml:"matching"`
	// Name under which the subgraph gets the header; only with `named`.
	Rename string `yaml:"rename"`
	// Value sent if the client did not send the header; only with `named`.
	Default *string `yaml:"default"`
}

// RemoveHeader drops headers; exactly one of named and matching is given.
type RemoveHeader struct {
	// Name of the header; case does not matter.
	Named string `yaml:"named"`
	// Regular expression (RE2) over header names in lower case.
	Matching string `yaml:"matching"`
}

// InsertHeader sets a header.
type InsertHeader struct {
	// Name of the header.
	Name string `yaml:"name" required:"true"`
	// Value of the header.
	Value string `yaml:"value" required:"true" secret:"true"`
}

// TrafficShaping is about time, size and connections.
type TrafficShaping struct {
	// Requests to every subgraph.
	All Traffic `yaml:"all"`
	// What differs for single subgraphs.
	Subgraphs []SubgraphTraffic `yaml:"subgraphs"`
	// Requests from clients.
	Router RouterTraffic `yaml:"router"`
}

// Traffic shapes the requests to a subgraph.
type Traffic struct {
	// Longest time one request to a subgraph may take, body included.
	RequestTimeout Duration `yaml:"request_timeout" default:"30s" min:"1ms"`
	// Send equal queries (same URL, body and headers) that are in flight at the same time only once.
	DedupeEnabled bool `yaml:"dedupe_enabled" default:"true"`
	// Largest answer taken from a subgraph, after decompression.
	MaxResponseBodySize Size `yaml:"max_response_body_size" default:"50MB" min:"1"`
	// Most HTTP/1.1 connections kept to one host.
	MaxConnectionsPerHost int `yaml:"max_connections_per_host" default:"512" min:"1"`
	// Time after which an unused connection is closed.
	PoolIdleTimeout Duration `yaml:"pool_idle_timeout" default:"30s" min:"1ms"`
}

// SubgraphTraffic overrides [Traffic] for one subgraph; a key not given keeps
// the value of `all`.
type SubgraphTraffic struct {
	// Name of the subgraph.
	Name string `yaml:"name" required:"true"`
	// Longest time one request to this subgraph may take, body included.
	RequestTimeout *Duration `yaml:"request_timeout" min:"1ms"`
	// Send equal queries (same URL, body and headers) that are in flight at the same time only once.
	DedupeEnabled *bool `yaml:"dedupe_enabled"`
	// Largest answer taken from this subgraph, after decompression.
	MaxResponseBodySize *Size `yaml:"max_response_body_size" min:"1"`
	// Most HTTP/1.1 connections kept to one host.
	MaxConnectionsPerHost *int `yaml:"max_connections_per_host" min:"1"`
	// Time after which an unused connection is closed.
	PoolIdleTimeout *Duration `yaml:"pool_idle_timeout" min:"1ms"`
}

// RouterTraffic shapes the requests from clients.
type RouterTraffic struct {
	// Longest time one client request may take in all. A client that has not taken in its answer after twice this time (10 minutes at least) is cut off; this second bound keeps the value it had when the address was opened.
	RequestTimeout Duration `yaml:"request_timeout" default:"60s" min:"1ms"`
	// Largest request body taken from a client, after decompression.
	MaxRequestBodySize Size `yaml:"max_request_body_size" default:"2MB" min:"1"`
	// Answering equal client queries that are in flight at the same time once.
	Dedupe RouterDedupe `yaml:"dedupe"`
}

// RouterDedupe is the de-duplication of whole client operations; mutations are
// never shared.
type RouterDedupe struct {
	// Whether equal queries in flight are answered once.
	Enabled bool `yaml:"enabled" default:"false"`
	// Client headers that may differ between two queries that are taken as equal; all others must be the same.
	IgnoreHeaders []string `yaml:"ignore_headers" default:"[baggage, content-length, traceparent, tracestate, user-agent, x-request-id]"`
}

// Limits bound what one operation may ask for.
type Limits struct {
	// Deepest nesting of fields.
	MaxDepth int `yaml:"max_depth" default:"20" min:"0"`
	// Most aliases in an operation, fragments expanded.
	MaxAliases int `yaml:"max_aliases" default:"30" min:"0"`
	// Most fields at the root of an operation, fragments expanded.
	MaxRootFields int `yaml:"max_root_fields" default:"20" min:"0"`
	// Most fields in an operation, fragments expanded.
	MaxFields int `yaml:"max_fields" default:"2000" min:"0"`
	// Most tokens in the operation's text.
	MaxTokens int `yaml:"max_tokens" default:"15000" min:"0"`
	// Most directives in an operation, fragments expanded.
	MaxDirectives int `yaml:"max_directives" default:"50" min:"0"`
	// Largest response written to a client, before compression.
	MaxResponseSize Size `yaml:"max_response_size" default:"64MB" min:"0"`
	// Most errors in one response; further ones are counted, not written.
	MaxErrors int `yaml:"max_errors" default:"100" min:"0"`
	// Most requests to upstreams that an operation may be expected to take; 0 means no limit. A request for many keys counts once. Lengths of lists are taken from arguments such as `first`, `limit` and `pageSize`, from `@listSize`, and else to be 10.
	MaxUpstreamRequests int `yaml:"max_upstream_requests" default:"0" min:"0"`
	// Most requests to upstreams that may have to wait for each other, one after the other; 0 means no limit.
	MaxWaves int `yaml:"max_waves" default:"0" min:"0"`
	// Longest time that requests to upstreams may be expected to take, by the `latency` of their endpoints; 0 means no limit.
	LatencyBudget Duration `yaml:"latency_budget" default:"0s"`
	// `enforce` refuses what is over a limit; `measure` lets it pass and only reports it. `max_response_size` and `max_errors` are always enforced.
	Mode string `yaml:"mode" default:"enforce" enum:"measure,enforce"`
}

// QueryPlanning is about planning.
type QueryPlanning struct {
	// Longest time the planning of one operation may take; 0 means no limit.
	Timeout Duration `yaml:"timeout" default:"2s"`
	// Whether a client gets the plan of its operation when it asks for it with the header `Weft-Query-Plan`: with the value `json` as an object, with `text` as text, in the response's `extensions.queryPlan`. Plans show subgraphs and what they are asked.
	Expose bool `yaml:"expose" default:"false"`
}

// Caches are the router's caches, each bounded by the bytes it holds.
type Caches struct {
	// Parsed and validated operations.
	Operations Size `yaml:"operations" default:"32MB" min:"0"`
	// Answers of upstreams, where `cache` of a REST upstream says so. 0 keeps none.
	HTTP HTTPCache `yaml:"http"`
	// Query plans.
	Plans Size `yaml:"plans" default:"64MB" min:"0"`
}

// HTTPCache keeps answers of upstreams, as a shared cache of RFC 9111.
type HTTPCache struct {
	// Bytes it holds in memory; 0 keeps nothing.
	Memory Size `yaml:"memory" default:"64MB" min:"0"`
	// Keep answers in Redis instead, for all routers that use the same: redis://[user:password@]host:port/db, rediss://, or unix:///path.sock.
	Redis string `yaml:"redis" secret:"true"`
	// What the keys in Redis begin with. Routers of one prefix share what they keep.
	Prefix string `yaml:"prefix" default:"weft:http:"`
	// Longest time that one look into Redis may take; after it the upstream is asked.
	Timeout Duration `yaml:"timeout" default:"50ms" min:"1ms"`
}

// Introspection by clients.
type Introspection struct {
	// Whether clients may introspect the graph.
	Enabled bool `yaml:"enabled" default:"false"`
}

// Warnings are what responses tell that is no error.
type Warnings struct {
	// Whether responses say where list elements were left out because of `missing: drop`.
	Enabled bool `yaml:"enabled" default:"false"`
}

// Uploads are files that come with operations, by the GraphQL multipart request
// specification. `max_request_body_size` bounds them all together.
type Uploads struct {
	// Whether requests may bring files. They need the header `GraphQL-Require-Preflight` (or `Apollo-Require-Preflight`), since any page can post a form.
	Enabled bool `yaml:"enabled" default:"false"`
	// Most files in one request.
	MaxFiles int `yaml:"max_files" default:"10" min:"1"`
}

// Playground is the GraphiQL page.
type Playground struct {
	// Whether the page is served.
	Enabled bool `yaml:"enabled" default:"false"`
	// URL path of the page.
	Path string `yaml:"path" default:"/" format:"path"`
}

// Health endpoints.
type Health struct {
	// Whether the health endpoints are served.
	Enabled bool `yaml:"enabled" default:"true"`
	// URL path of the endpoints; `/live` and `/ready` are below it.
	Path string `yaml:"path" default:"/health" format:"path"`
}

// Log is the router's own log, on standard error.
type Log struct {
	// Least important level that is written.
	Level string `yaml:"level" default:"info" enum:"debug,info,warn,error"`
	// `json`: one object a line; `console`: for people.
	Format string `yaml:"format" default:"json" enum:"json,console"`
	// Whether each request is logged.
	Access bool `yaml:"access" default:"true"`
}

// WatchSettings is about reloading when files change.
type WatchSettings struct {
	// Whether files are watched.
	Enabled bool `yaml:"enabled" default:"true"`
	// Quiet time after the last change before the reload begins.
	Debounce Duration `yaml:"debounce" default:"200ms" min:"1ms"`
}
