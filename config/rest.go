package config

// The doc comments below are texts of the reference and the JSON schema, like
// those in types.go.
//
// Keys that take "an expression" take a selection or path of the mapping
// language. It is neither parsed here nor changed: what is known of it is its
// place, by [Loaded.Position], and the environment variables it names.

// Rest says how a REST service answers for a schema.
type Rest struct {
	// Address below which all paths lie: http://, https://, h2c:// or unix:///run/x.sock?path=/api. Required unless `openapi` knows it.
	URL string `yaml:"url" format:"url"`
	// Headers of every request.
	Headers RestHeaders `yaml:"headers"`
	// Longest time one request may take; the subgraph's if it is not given.
	Timeout *Duration `yaml:"timeout" min:"1ms"`
	// How the service spells fields, arguments and enum values that nothing else maps: `asis` (streamUrl), `snake` (stream_url), `kebab` (stream-url) or `camel` (streamUrl for stream_url).
	Names string `yaml:"names" default:"asis" enum:"asis,snake,kebab,camel"`
	// How a list becomes query parameters: `repeat` (a=1&a=2), `comma` (a=1,2), `brackets` (a[]=1&a[]=2), `index` (a[0]=1&a[1]=2), `pipe` (a=1|2), `space` (a=1 2) or `json` (a=[1,2]).
	Lists string `yaml:"lists" default:"repeat" enum:"repeat,comma,brackets,index,pipe,space,json"`
	// Path to the payload within every answer, such as `data`, if the service wraps it.
	At string `yaml:"at"`
	// How the fields of a type are made of what the service sends, for those that `names` cannot guess: by type and field, an expression. `typename: {by: kind, map: {song: Song}}` or `typename: {present: {Song: title}}` tells the concrete type of a value of an interface or union.
	Types RestTypes `yaml:"types"`
	// How the service writes the values of an enum, for those that `names` cannot guess: `State: {SUCCESS: success}`.
	Enums RestEnums `yaml:"enums"`
	// How the service writes a scalar: `iso`, `epoch_s`, `epoch_ms`, `string` or `number`, as in `DateTime: epoch_s`.
	Formats map[string]string `yaml:"formats"`
	// The endpoints, by what they answer: `Query.x`, `Mutation.x`, `Type.field`, `Type` (finds objects by the first key of the type; of an interface, those of all its types) or `Type(a b)` (by another key). Each is one endpoint or a list of alternatives from which the cheapest is taken.
	Fetch map[string][]RestEndpoint `yaml:"fetch"`
	// How answers are cached.
	Cache *RestCache `yaml:"cache"`
	// Whether an object that one answer holds need not be looked up again in the same operation. Switch it off for a service whose lists say something else of an object than its lookups do; `omit` on an endpoint does so for some fields.
	Prime bool `yaml:"prime" default:"true"`
	// When a request is repeated.
	Retry *RestRetry `yaml:"retry"`
	// How failures are told to clients.
	Errors *RestErrors `yaml:"errors"`
	// Longest URL; a request with a longer one is sent as POST if `batch.post` allows it, and refused otherwise.
	MaxURL Size `yaml:"max_url" default:"4KiB" min:"256B"`
	// Largest answer taken, after decompression.
	MaxBody Size `yaml:"max_body" default:"8MiB" min:"1"`
	// What becomes of a value of another type than the schema's that can be converted without loss, such as the text "12" for an Int. `off`: it is converted. `warn`: it is converted, and the log says where. `error`: it is an error of its field.
	Strict string `yaml:"strict" default:"off" enum:"off,warn,error"`
	// Most requests to the service at the same time; more wait for their turn, within their timeouts. 0: only connections are limited.
	MaxConcurrent int `yaml:"max_concurrent" default:"0" min:"0"`
	// When lookups are sent: `wave`, once all objects are known that one request can ask for.
	Coalesce string `yaml:"coalesce" default:"wave" enum:"wave,eager"`
	// When the service is left alone for a while because it fails; never if this is not given.
	CircuitBreaker *CircuitBreaker `yaml:"circuit_breaker"`
	// Values that expressions use as `$config.name`.
	Config RestValues `yaml:"config"`
	// Env are the environment variables that expressions name as $env.X, found by Load.
	Env map[string]string `yaml:"-"`
}

// CircuitBreaker leaves a service that fails alone for a while. Failures are
// requests without an answer, and statuses from 500 on.
type CircuitBreaker struct {
	// Share of requests in the last ten seconds that must fail before no more are sent.
	ErrorThreshold Percent `yaml:"error_threshold" default:"50"`
	// Number of requests in that time below which the share counts for nothing.
	VolumeThreshold int `yaml:"volume_threshold" default:"20" min:"1"`
	// Time for which no requests are sent. After it some are, to see how the service does.
	ResetTimeout Duration `yaml:"reset_timeout" default:"30s" min:"1ms"`
	// How many requests are sent then; if all succeed, everything is sent again.
	HalfOpenAttempts int `yaml:"half_open_attempts" default:"1" min:"1"`
}

// RestHeaders are headers of requests to a REST service.
type RestHeaders struct {
	// Names of client headers that are sent on.
	Forward []string `yaml:"forward"`
	// Headers with their values: text or, if there is a `$` in it, an expression.
	Set RestParams `yaml:"set" secret:"true"`
}

// RestEndpoint is one way to ask a REST service; exactly one of the methods is
// given. As a plain string: method and path.
type RestEndpoint struct {
	// Path below `url`, with values in braces: `{id}` (an argument or a field of the parent), `{$args.id}`, `{$this.id}`, `{$batch.id}`. `?a={$args.a}` is short for `query`.
	Get string `yaml:"GET"`
	// Path, as for `GET`.
	Post string `yaml:"POST"`
	// Path, as for `GET`.
	Put string `yaml:"PUT"`
	// Path, as for `GET`.
	Patch string `yaml:"PATCH"`
	// Path, as for `GET`.
	Delete string `yaml:"DELETE"`
	// Whether `{+x}` may stand in the path: a value that may hold slashes, and so several segments. `false` if it is not given.
	MultiSegment bool `yaml:"multi_segment"`
	// Parameters with their values: text or, if there is a `$` in it, an expression. Null leaves a parameter out. `{value: $batch.id, lists: comma}` chooses the style of a list. With `$batch` one request serves many objects.
	Query RestParams `yaml:"query"`
	// Headers with their values, as for `query`, besides those of the service.
	Headers RestParams `yaml:"headers" secret:"true"`
	// What is sent, an expression: `$args.todo`, or `name: $args.title`.
	Body string `yaml:"body"`
	// How `body` is written; `json` if it is not given.
	Encode string `yaml:"encode" enum:"json,form,multipart,text"`
	// Path to the payload within the answer, instead of the service's `at`.
	At string `yaml:"at"`
	// Path to the payload within each element of a batch.
	Each string `yaml:"each"`
	// How the object is made of the payload, an expression, instead of `types`.
	Select string `yaml:"select"`
	// A jq program that makes the payload, instead of `at`; `provides` says which fields it yields.
	JQ string `yaml:"jq"`
	// Fields that this endpoint does not give, though `types` or `names` would find them, such as `createdBy artists`.
	Omit string `yaml:"omit"`
	// The only fields that this endpoint gives.
	Provides string `yaml:"provides"`
	// How the elements of an answer find the objects they are for: `key` (the default: by the fields of the key), `position` (the i-th answers the i-th), `map` (an object by key), or `{path in the element: field of the object}`, which also groups a flat list.
	Match *RestMatch `yaml:"match"`
	// Bounds of a batch.
	Batch *RestBatch `yaml:"batch"`
	// How the service divides long lists into pages.
	Page *RestPage `yaml:"page"`
	// What counts as success: a range of statuses such as `200..299` (which it is if nothing is given), or an expression over `$status` and the payload.
	OK string `yaml:"ok"`
	// What 404 means. By default it is null for lookups and for fields that may be null, otherwise an error.
	NotFound string `yaml:"not_found" enum:"null,error"`
	// What becomes of an object that the service does not know: `null` (the default), an `error`, or `drop`: elements of lists that would be null because of it are left out.
	Missing string `yaml:"missing" enum:"null,error,drop"`
	// How failures are told to clients.
	Errors *RestErrors `yaml:"errors"`
	// How failures of single elements of a batch are recognized and told.
	Item *RestItem `yaml:"item"`
	// What differs from the service's `cache`.
	Cache *RestCache `yaml:"cache"`
	// What differs from the service's `retry`.
	Retry *RestRetry `yaml:"retry"`
	// Longest time one request may take; the service's if it is not given.
	Timeout *Duration `yaml:"timeout" min:"1ms"`
	// Whether the request may be repeated though its method does not say so; it then has an `Idempotency-Key`. `false` if it is not given.
	Idempotent *bool `yaml:"idempotent"`
	// Cost of a request, for choosing among alternatives: the one whose requests cost less in all is taken. 1 if it is not given.
	Cost *int `yaml:"cost" min:"0"`
	// Time a request usually takes, for `limits.latency_budget`.
	Latency *Duration `yaml:"latency"`
	// What is no longer valid in the cache after this request, by coordinate: `Query.todos`, `Todo`.
	Invalidates []string `yaml:"invalidates"`
	// How a list becomes query parameters, instead of the service's `lists`.
	Lists string `yaml:"lists" enum:"repeat,comma,brackets,index,pipe,space,json"`
}

// Methods returns the methods that are given, with their paths.
func (e *RestEndpoint) Methods() (methods, paths []string) {
	for _, m := range []struct{ name, path string }{
		{"GET", e.Get}, {"POST", e.Post}, {"PUT", e.Put}, {"PATCH", e.Patch}, {"DELETE", e.Delete},
	} {
		if m.path != "" {
			methods, paths = append(methods, m.name), append(paths, m.path)
		}
	}
	return methods, paths
}

// RestBatch bounds the requests of a batched endpoint.
type RestBatch struct {
	// Most objects in one request; more are sent in further requests at the same time. 0, or not given, means no limit.
	Max int `yaml:"max" min:"0"`
	// Number of objects above which GET becomes POST. 0: only when the URL is too long. If `post` is not given, it never does.
	Post *int `yaml:"post" min:"0"`
	// How the parameters are written in the body of such a POST.
	PostAs string `yaml:"post_as" default:"form" enum:"form,json"`
}

// RestPage says how a service divides long lists into pages. Which keys matter
// depends on the style.
type RestPage struct {
	// How a page is asked for: by its number, by an offset, by a cursor, or by following the `Link` header.
	Style string `yaml:"style" required:"true" enum:"page,offset,cursor,link"`
	// Argument of the field with the number of the page.
	Page string `yaml:"page"`
	// Argument of the field with the size of a page.
	Size string `yaml:"size"`
	// Argument of the field with the number of elements to pass over.
	Offset string `yaml:"offset"`
	// Argument of the field with the most elements wanted.
	Limit string `yaml:"limit"`
	// Argument of a connection field with the number of elements wanted.
	First string `yaml:"first"`
	// Argument of a connection field with the cursor to go on from.
	After string `yaml:"after"`
	// Parameter for the number of the page; by `names` if it is not given, as for those below.
	PageParam string `yaml:"page_param"`
	// Parameter for the size of a page.
	SizeParam string `yaml:"size_param"`
	// Parameter for the offset.
	OffsetParam string `yaml:"offset_param"`
	// Parameter for the most elements wanted.
	LimitParam string `yaml:"limit_param"`
	// Parameter for the cursor.
	CursorParam string `yaml:"cursor_param"`
	// Path to the elements within the payload.
	Items string `yaml:"items"`
	// Path to the next cursor or URL.
	Next string `yaml:"next"`
	// Path to the number of all elements.
	Total string `yaml:"total"`
	// Path to a flag that says that there are more.
	More string `yaml:"more"`
	// What the field is: a list, or a connection with `edges` and `pageInfo`.
	Into string `yaml:"into" default:"list" enum:"list,connection"`
	// Size asked for if the client names none; if it is not given, none is sent and the service chooses.
	Default int `yaml:"default" min:"0"`
	// Largest size asked for, whatever the client names; 0 or not given: no limit.
	Max int `yaml:"max" min:"0"`
	// Follow the pages and answer with all elements, for small lists.
	All *RestAllPages `yaml:"all"`
	// Number of the first page, for the style `page`; 1 if it is not given.
	Start *int `yaml:"start" min:"0"`
}

// RestAllPages follows pages.
type RestAllPages struct {
	// Most pages that are asked for.
	MaxPages int `yaml:"max_pages" default:"10" min:"1"`
}

// RestErrors says how failures are told to clients.
type RestErrors struct {
	// Expression for the message.
	Message string `yaml:"message"`
	// Expression for the code.
	Code string `yaml:"code"`
	// Expression for further `extensions`.
	Extensions string `yaml:"extensions"`
	// Whether clients see the message of the service; `false` if it is not given.
	Expose *bool `yaml:"expose"`
}

// RestItem recognizes failures of single elements of a batch.
type RestItem struct {
	// Expression over an element that is true if it is good.
	OK string `yaml:"ok" required:"true"`
	// How such a failure is told.
	Errors RestErrors `yaml:"errors"`
}

// RestCache says how answers are cached.
type RestCache struct {
	// Whether answers are cached; they are if `cache` is given.
	Enabled *bool `yaml:"enabled"`
	// Who shares a cached answer: those with the same forwarded headers (`user`), or everybody (`shared`), as far as the answer allows it. `user` if it is not given.
	Scope string `yaml:"scope" enum:"user,shared"`
	// `always`: every use of a cached answer is confirmed by the service, with the client's own headers.
	Revalidate string `yaml:"revalidate" enum:"always"`
	// How long an answer is fresh, instead of what it says itself.
	TTL *Duration `yaml:"ttl"`
	// How long a stale answer may be used while a new one is fetched, instead of what it says itself.
	StaleWhileRevalidate *Duration `yaml:"stale_while_revalidate"`
	// How long a stale answer may be used if the service fails, instead of what it says itself.
	StaleIfError *Duration `yaml:"stale_if_error"`
}

// RestRetry says when a request is repeated: only if that does no harm (GET, PUT,
// DELETE, or `idempotent`), and only for failures that may pass.
type RestRetry struct {
	// Most repetitions; 0 means none. 2 if it is not given.
	Attempts *int `yaml:"attempts" min:"0"`
	// Pause before the first repetition, at most; it doubles each time. 50ms if it is not given. `Retry-After` is honoured.
	Backoff *Duration `yaml:"backoff" min:"1ms"`
	// Share of all requests to the service that may be repetitions. 10 if it is not given.
	Budget *Percent `yaml:"budget"`
}

// OpenAPI takes schema and endpoints from an OpenAPI document. As a plain string:
// where it is.
type OpenAPI struct {
	// Path or URL of the document (OpenAPI 2, 3.0 or 3.1, JSON or YAML); a path is relative to the file that names it.
	Source FileOrURL `yaml:"source" required:"true"`
	// Headers sent when the document is asked for, such as an API key.
	Headers map[string]string `yaml:"headers" secret:"true"`
	// Longest time one attempt to load the document may take.
	Timeout Duration `yaml:"timeout" default:"10s" min:"1ms"`
	// How often to look for a changed document; 0 means only at start and at reload.
	PollInterval Duration `yaml:"poll_interval" default:"0s"`
	// What may be relied on for non-null fields: `nothing` (fields of answers may be null), or `required` (what the document requires is never null).
	Trust string `yaml:"trust" default:"nothing" enum:"nothing,required"`
	// What an object with free keys becomes: `json`, a scalar, or `entries`, a list of key and value.
	Maps string `yaml:"maps" default:"json" enum:"json,entries"`
	// Names of root fields by operation, `operationId` or `GET /path`; an empty name leaves the operation out.
	Operations map[string]string `yaml:"operations"`
	// Names of types by component schema.
	Types map[string]string `yaml:"types"`
}

// Mock answers instead of a service. As a plain string: the mode.
type Mock struct {
	// `none`: the service answers. `missing`: what has no endpoint is made up, and so is what is asked while no connection to the service can be made. `all`: everything is made up and the service is never asked.
	Mode string `yaml:"mode" default:"none" enum:"none,missing,all"`
	// What is made up depends on this number and the request alone.
	Seed int `yaml:"seed" default:"1"`
}
