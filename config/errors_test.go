package config

import (
	"errors"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/google/go-cmp/cmp/cmpopts"
)

// ok is a line that makes a document valid but for what a test adds.
const ok = "supergraph: {path: s.graphql}\n"

const subgraph = "subgraphs: [{name: a, url: http://a/graphql}]\n"

func at(line, column int, code, path string) Error {
	return Error{Code: code, File: "router.yaml", Line: line, Column: column, Path: path}
}

// Each document gives exactly these errors, at exactly these places.
func TestErrors(t *testing.T) {
	tests := map[string]struct {
		yaml string
		want []Error
		hint string // contained in the hint of the first error
	}{
		"unknown key":            {ok + "limits: {max_dept: 3}\n", []Error{at(2, 10, CodeUnknownKey, "limits.max_dept")}, `did you mean "max_depth"?`},
		"unknown key, camelCase": {ok + "schemaCache: {dir: x}\n", []Error{at(2, 1, CodeUnknownKey, "schemaCache")}, `did you mean "schema_cache"?`},
		"unknown key, elsewhere": {ok + "max_depth: 3\n", []Error{at(2, 1, CodeUnknownKey, "max_depth")}, `"max_depth" belongs under "limits"`},
		"unknown key, no idea":   {ok + "graphql: {zzzzzzz: 3}\n", []Error{at(2, 11, CodeUnknownKey, "graphql.zzzzzzz")}, "known keys: path"},
		"unknown key, in list":   {"subgraphs:\n  - name: a\n    url: http://a/\n    urll: x\n", []Error{at(4, 5, CodeUnknownKey, "subgraphs.a.urll")}, `"url"`},

		"wrong type: int":            {ok + "limits:\n  max_depth: deep\n", []Error{at(3, 14, CodeWrongType, "limits.max_depth")}, ""},
		"wrong type: float":          {ok + "limits: {max_depth: 1.5}\n", []Error{at(2, 21, CodeWrongType, "limits.max_depth")}, ""},
		"wrong type: bool":           {ok + "health: {enabled: yes please}\n", []Error{at(2, 19, CodeWrongType, "health.enabled")}, ""},
		"wrong type: address":        {ok + "listen: 4000\n", []Error{at(2, 9, CodeWrongType, "listen")}, "127.0.0.1:4000"},
		"wrong type: list":           {"subgraphs: {a: {url: http://a/}}\n", []Error{at(1, 12, CodeWrongType, "subgraphs")}, "- {name: …}"},
		"wrong type: text":           {ok + "log: {level: 3}\n", []Error{at(2, 14, CodeWrongType, "log.level")}, "put it in quotes"},
		"wrong type: entry":          {"subgraphs: [a]\n", []Error{at(1, 13, CodeWrongType, "subgraphs.0")}, ""},
		"wrong type: mapping":        {ok + "limits: 3\n", []Error{at(2, 9, CodeWrongType, "limits")}, ""},
		"wrong type: scalar form":    {ok + "playground: maybe\n", []Error{at(2, 13, CodeWrongType, "playground")}, ""},
		"wrong type: schema":         {"subgraphs:\n  - {name: a, url: http://a/, schema: [x]}\n", []Error{at(2, 39, CodeWrongType, "subgraphs.a.schema")}, ""},
		"wrong type: duration":       {ok + "grace_period: [1]\n", []Error{at(2, 15, CodeWrongType, "grace_period")}, ""},
		"wrong type: duration, bool": {ok + "grace_period: true\n", []Error{at(2, 15, CodeWrongType, "grace_period")}, ""},
		"wrong type: document":       {"- a\n", []Error{at(1, 1, CodeWrongType, "")}, ""},
		"wrong type: null entry":     {ok + "headers:\n  forward:\n    - \n", []Error{at(4, 6, CodeWrongType, "headers.forward.0")}, ""},

		"duration without unit": {ok + "grace_period: 30\n", []Error{at(2, 15, CodeInvalidValue, "grace_period")}, "did you mean 30s?"},
		"negative duration":     {ok + "grace_period: -3s\n", []Error{at(2, 15, CodeInvalidValue, "grace_period")}, "negative"},
		"zero timeout":          {ok + "traffic_shaping: {all: {request_timeout: 0s}}\n", []Error{at(2, 42, CodeInvalidValue, "traffic_shaping.all.request_timeout")}, "1ms"},
		"size":                  {ok + "caches: {plans: 3 bananas}\n", []Error{at(2, 17, CodeInvalidValue, "caches.plans")}, "2MB"},
		"negative limit":        {ok + "limits: {max_depth: -1}\n", []Error{at(2, 21, CodeInvalidValue, "limits.max_depth")}, "the least is 0"},
		"huge number":           {ok + "limits: {max_depth: 99999999999999999999}\n", []Error{at(2, 21, CodeWrongType, "limits.max_depth")}, ""},
		"enum":                  {ok + "limits: {mode: enforced}\n", []Error{at(2, 16, CodeInvalidValue, "limits.mode")}, `did you mean "enforce"?`},
		"enum, no idea":         {ok + "log: {format: xml}\n", []Error{at(2, 15, CodeInvalidValue, "log.format")}, "one of: json, console"},
		"listen":                {ok + "listen: localhost\n", []Error{at(2, 9, CodeInvalidValue, "listen")}, "host:port"},
		"listen port":           {ok + "listen: :70000\n", []Error{at(2, 9, CodeInvalidValue, "listen")}, ""},
		"listen socket":         {ok + "listen: unix://run/x\n", []Error{at(2, 9, CodeInvalidValue, "listen")}, "unix:///"},
		"path":                  {ok + "graphql: {path: graphql}\n", []Error{at(2, 17, CodeInvalidValue, "graphql.path")}, "starts with"},
		"paths collide":         {ok + "graphql: {path: /x}\nhealth: {path: /x}\n", []Error{at(3, 16, CodeConflict, "health.path")}, ""},
		"name":                  {"subgraphs: [{name: 1st, url: http://a/}]\n", []Error{at(1, 20, CodeInvalidValue, "subgraphs.1st.name")}, "a letter"},
		"url scheme":            {"subgraphs: [{name: a, url: ftp://a/}]\n", []Error{at(1, 28, CodeInvalidValue, "subgraphs.a.url")}, "h2c://"},
		"url without scheme":    {"subgraphs: [{name: a, url: localhost/graphql}]\n", []Error{at(1, 28, CodeInvalidValue, "subgraphs.a.url")}, "http://"},
		"url without host":      {"subgraphs: [{name: a, url: 'http:///x'}]\n", []Error{at(1, 28, CodeInvalidValue, "subgraphs.a.url")}, ""},
		"url port":              {"subgraphs: [{name: a, url: 'http://a:99999/'}]\n", []Error{at(1, 28, CodeInvalidValue, "subgraphs.a.url")}, ""},
		"url socket":            {"subgraphs: [{name: a, url: 'unix:///x?p=/q'}]\n", []Error{at(1, 28, CodeInvalidValue, "subgraphs.a.url")}, "?path="},
		"header name":           {ok + "headers: {forward: [a b]}\n", []Error{at(2, 21, CodeInvalidValue, "headers.forward.0")}, ""},
		"connection header":     {ok + "headers: {forward: [x, Content-Length]}\n", []Error{at(2, 24, CodeInvalidValue, "headers.forward.1")}, ""},
		"header value":          {ok + "headers: {all: {request: [{insert: {name: a, value: \"x\\r\\ny: z\"}}]}}\n", []Error{at(2, 53, CodeInvalidValue, "headers.all.request.0.insert.value")}, ""},
		"header pattern":        {ok + "headers: {all: {request: [{propagate: {matching: '('}}]}}\n", []Error{at(2, 50, CodeInvalidValue, "headers.all.request.0.propagate.matching")}, "missing closing )"},

		"unset variable":       {ok + "listen: ${env.NOPE}\n", []Error{at(2, 9, CodeUnsetVariable, "listen")}, "${env.NOPE:-default}"},
		"unset variable, form": {ok + "playground: ${env.NOPE}\n", []Error{at(2, 13, CodeUnsetVariable, "playground")}, ""},
		"unset variable, name": {"subgraphs:\n  - name: ${env.NOPE}\n    url: http://a/\n", []Error{at(2, 11, CodeUnsetVariable, "subgraphs.0.name")}, ""},
		"unclosed variable":    {ok + "listen: ${env.NOPE\n", []Error{at(2, 9, CodeInvalidValue, "listen")}, "$${"},
		"unknown variable":     {ok + "listen: ${vault.x}\n", []Error{at(2, 9, CodeInvalidValue, "listen")}, "${file.path}"},
		"missing file":         {ok + "listen: ${file.nope.txt}\n", []Error{at(2, 9, CodeFile, "listen")}, ""},
		"variable, wrong type": {ok + "limits: {max_depth: \"${env.SECRET}\"}\n", []Error{at(2, 21, CodeInvalidValue, "limits.max_depth")}, ""},

		"duplicate key":           {ok + "limits:\n  max_depth: 1\n  max_depth: 2\n", []Error{at(4, 3, CodeDuplicateKey, "limits.max_depth")}, "line 3"},
		"duplicate key, in list":  {"subgraphs:\n  - name: a\n    url: http://a/\n    url: http://b/\n", []Error{at(4, 5, CodeDuplicateKey, "subgraphs.a.url")}, "line 3"},
		"duplicate subgraph":      {"subgraphs:\n  - {name: a, url: http://a/}\n  - {name: b, url: http://b/}\n  - {name: a, url: http://c/}\n", []Error{at(4, 12, CodeDuplicateName, "subgraphs.a.name")}, "line 2"},
		"unknown subgraph":        {subgraph + "traffic_shaping:\n  subgraphs: [{name: b}]\n", []Error{at(3, 22, CodeUnknownName, "traffic_shaping.subgraphs.b.name")}, "one of: a"},
		"unknown subgraph, far":   {"subgraphs: [{name: accounts, url: http://a/}, {name: b, url: http://b/}]\nheaders: {subgraphs: [{name: x}]}\n", []Error{at(2, 30, CodeUnknownName, "headers.subgraphs.x.name")}, "one of: accounts, b"},
		"unknown subgraph, join":  {subgraph + "joins: [\"A.b: aa.B by c\"]\n", []Error{at(2, 9, CodeUnknownName, "joins.0.subgraph")}, "one of: a"},
		"unknown subgraph, close": {"subgraphs: [{name: accounts, url: http://a/}]\nheaders: {subgraphs: [{name: acounts}]}\n", []Error{at(2, 30, CodeUnknownName, "headers.subgraphs.acounts.name")}, `did you mean "accounts"?`},

		"conflict: timeout":           {"subgraphs: [{name: a, url: http://a/, timeout: 1s}]\ntraffic_shaping: {subgraphs: [{name: a, request_timeout: 2s}]}\n", []Error{at(1, 48, CodeConflict, "subgraphs.a.timeout")}, "router.yaml:2:58"},
		"conflict: headers":           {"subgraphs: [{name: a, url: http://a/, headers: {forward: [x]}}]\nheaders: {subgraphs: [{name: a}]}\n", []Error{at(1, 48, CodeConflict, "subgraphs.a.headers")}, "router.yaml:2:23"},
		"conflict: schema":            {ok + "subgraphs: [{name: a, schema: auto}]\n", []Error{at(2, 31, CodeConflict, "subgraphs.a.schema")}, ""},
		"conflict: file and source":   {"subgraphs: [{name: a, url: http://a/, schema: {source: service, file: x}}]\n", []Error{at(1, 71, CodeConflict, "subgraphs.a.schema.file")}, ""},
		"conflict: file and url":      {"subgraphs: [{name: a, url: http://a/, schema: {file: x, url: http://b/}}]\n", []Error{at(1, 62, CodeConflict, "subgraphs.a.schema.url")}, ""},
		"conflict: supergraph":        {"supergraph: {path: a, url: http://a/}\n", []Error{at(1, 28, CodeConflict, "supergraph.url")}, ""},
		"conflict: rule":              {ok + "headers: {all: {request: [{remove: {named: a}, insert: {name: b, value: c}}]}}\n", []Error{at(2, 27, CodeConflict, "headers.all.request.0")}, ""},
		"conflict: selector":          {ok + "headers: {all: {request: [{remove: {named: a, matching: b}}]}}\n", []Error{at(2, 57, CodeConflict, "headers.all.request.0.remove.matching")}, ""},
		"conflict: rename":            {ok + "headers: {all: {request: [{propagate: {matching: a, rename: b}}]}}\n", []Error{at(2, 61, CodeConflict, "headers.all.request.0.propagate.rename")}, ""},
		"schema file is a URL":        {"subgraphs: [{name: a, url: http://a/, schema: {file: http://a/sdl}}]\n", []Error{at(1, 54, CodeInvalidValue, "subgraphs.a.schema.file")}, "url"},
		"secret: listen":              {ok + "listen: ${env.SECRET}\n", []Error{at(2, 9, CodeInvalidValue, "listen")}, ""},
		"secret: enum":                {ok + "log: {level: \"${env.SECRET}\"}\n", []Error{at(2, 14, CodeInvalidValue, "log.level")}, ""},
		"secret: path":                {ok + "graphql: {path: \"${env.SECRET}\"}\n", []Error{at(2, 17, CodeInvalidValue, "graphql.path")}, ""},
		"secret: duration":            {ok + "grace_period: ${env.SECRET}\n", []Error{at(2, 15, CodeInvalidValue, "grace_period")}, ""},
		"secret: number":              {ok + "grace_period: ${file.testdata/secrets/number}\n", []Error{at(2, 15, CodeInvalidValue, "grace_period")}, ""},
		"secret: form":                {ok + "playground: ${env.SECRET}\n", []Error{at(2, 13, CodeWrongType, "playground")}, ""},
		"secret: list":                {ok + "headers: {forward: \"${env.SECRET}\"}\n", []Error{at(2, 20, CodeWrongType, "headers.forward")}, ""},
		"secret: pattern":             {ok + "headers: {all: {request: [{propagate: {matching: \"(${env.SECRET}\"}}]}}\n", []Error{at(2, 50, CodeInvalidValue, "headers.all.request.0.propagate.matching")}, ""},
		"secret: header":              {ok + "headers: {forward: [\" ${env.SECRET}\"]}\n", []Error{at(2, 21, CodeInvalidValue, "headers.forward.0")}, ""},
		"missing: everything":         {"listen: :1\n", []Error{at(1, 1, CodeMissing, "subgraphs")}, "subgraphs:"},
		"missing: empty":              {"# nothing\n", []Error{at(1, 1, CodeMissing, "subgraphs")}, ""},
		"missing: name":               {"subgraphs:\n  - url: http://a/\n", []Error{at(2, 5, CodeMissing, "subgraphs.0.name")}, ""},
		"missing: url":                {"subgraphs:\n  - name: a\n", []Error{at(2, 5, CodeMissing, "subgraphs.a.url")}, "url: http"},
		"missing: schema file":        {"subgraphs: [{name: a, url: http://a/, schema: {source: file}}]\n", []Error{at(1, 47, CodeMissing, "subgraphs.a.schema.file")}, ""},
		"missing: supergraph path":    {"supergraph: {source: file}\n", []Error{at(1, 13, CodeMissing, "supergraph.path")}, ""},
		"missing: supergraph url":     {"supergraph: {source: url}\n", []Error{at(1, 13, CodeMissing, "supergraph.url")}, ""},
		"missing: insert value":       {ok + "headers: {all: {request: [{insert: {name: a}}]}}\n", []Error{at(2, 36, CodeMissing, "headers.all.request.0.insert.value")}, ""},
		"missing: rule":               {ok + "headers: {all: {request: [{}]}}\n", []Error{at(2, 27, CodeMissing, "headers.all.request.0")}, "propagate"},
		"missing: selector":           {ok + "headers: {all: {request: [{remove: {}}]}}\n", []Error{at(2, 36, CodeMissing, "headers.all.request.0.remove")}, ""},
		"not supported":               {"subgraphs: [{name: a, schema: a.graphql, rest: {url: http://a/, fetch: {Query.a: {GET: /a, poll: {}}}}}]\n", []Error{at(1, 92, CodeNotSupported, "subgraphs.a.rest.fetch.\"Query.a\".poll")}, "later version"},
		"syntax":                      {"listen: [\n", []Error{at(1, 1, CodeSyntax, "")}, ""},
		"syntax: tab":                 {ok + "limits:\n\tmax_depth: 3\n", []Error{at(3, 1, CodeSyntax, "")}, ""},
		"syntax: braces":              {ok + "subgraphs:\n  - name: a\n    rest: {fetch: {Query.a: {GET: /a/{id}}}}\n", []Error{at(4, 1, CodeSyntax, "")}, `{GET: "/users/{id}"}`},
		"syntax: no space":            {ok + "listen:127.0.0.1:1\ngraphql: {path: /x}\n", []Error{at(2, 1, CodeSyntax, "")}, "a space after the colon of listen"},
		"syntax: indentation":         {ok + "subgraphs:\n  - name: a\n   url: x\n", []Error{at(4, 4, CodeSyntax, "")}, "indentation"},
		"syntax: colon":               {ok + "subgraphs:\n  - name: a\n    url: a: b\n", []Error{at(4, 1, CodeSyntax, "")}, "quotes"},
		"syntax: two documents":       {ok + "---\nlisten: :1\n", []Error{at(2, 1, CodeSyntax, "")}, "one document"},
		"syntax: key is a list":       {ok + "? [a]\n: b\n", []Error{at(2, 3, CodeSyntax, "")}, ""},
		"syntax: undefined anchor":    {ok + "listen: *nope\n", []Error{at(1, 1, CodeSyntax, "")}, ""},
		"syntax: merge of a scalar":   {ok + "limits: {<<: 3}\n", []Error{at(2, 14, CodeSyntax, "")}, ""},
		"syntax: contains itself":     {"a: &a [*a]\n", []Error{at(1, 4, CodeSyntax, "")}, ""},
		"everything at once, ordered": {"lisen: :1\nlimits: {mode: x, max_depth: y}\nsubgraphs: [{name: a}, {name: a, url: u}]\n", []Error{at(1, 1, CodeUnknownKey, "lisen"), at(2, 16, CodeInvalidValue, "limits.mode"), at(2, 30, CodeWrongType, "limits.max_depth"), at(3, 13, CodeMissing, "subgraphs.a.url"), at(3, 31, CodeDuplicateName, "subgraphs.a.name")}, `"listen"`},
	}
	for name, test := range tests {
		t.Run(name, func(t *testing.T) {
			l, err := Load(Options{Sources: []Source{{Name: "router.yaml", Data: []byte(test.yaml)}}, Environ: []string{"SECRET=hunter2"}})
			var got Errors
			if !errors.As(err, &got) {
				t.Fatalf("got %v, want %v", err, test.want)
			}
			if diff := cmp.Diff(Errors(test.want), got, cmpopts.IgnoreFields(Error{}, "Message", "Hint")); diff != "" {
				t.Errorf("(-want +got):\n%s\n%v", diff, got)
			}
			if !strings.Contains(got[0].Hint, test.hint) {
				t.Errorf("hint %q, want %q in it", got[0].Hint, test.hint)
			}
			for _, e := range got {
				if e.Message == "" {
					t.Errorf("no message: %+v", e)
				}
				if strings.Contains(e.Error(), "hunter2") || strings.Contains(e.Error(), "987654") {
					t.Errorf("shows a secret: %v", e)
				}
			}
			if l == nil || l.Config == nil {
				t.Error("nothing is returned beside the error")
			}
		})
	}
}

func TestErrorsOfOverrides(t *testing.T) {
	for name, test := range map[string]struct {
		env   []string
		flags map[string]string
		want  Error
	}{
		"value":        {[]string{"WEFT_LIMITS__MAX_DEPTH=x"}, nil, Error{Code: CodeInvalidValue, File: "WEFT_LIMITS__MAX_DEPTH", Path: "limits.max_depth"}},
		"key":          {[]string{"WEFT_LIMITS__MAX_DEPHT=1"}, nil, Error{Code: CodeUnknownKey, File: "WEFT_LIMITS__MAX_DEPHT", Path: "limits.max_depht", Hint: `did you mean "max_depth"?`}},
		"below scalar": {[]string{"WEFT_LISTEN__PORT=1"}, nil, Error{Code: CodeUnknownKey, File: "WEFT_LISTEN__PORT", Path: "listen.port", Hint: "there is nothing below this key"}},
		"no key":       {[]string{"WEFT_SUBGRAPHS__a=1"}, nil, Error{Code: CodeUnknownKey, File: "WEFT_SUBGRAPHS__a", Path: "subgraphs.a", Hint: `say which key of "a" to set`}},
		"unnamed list": {[]string{"WEFT_HEADERS__ALL__REQUEST__0=1"}, nil, Error{Code: CodeUnknownKey, File: "WEFT_HEADERS__ALL__REQUEST__0", Path: "headers.all.request.0", Hint: "entries of this list have no names; set the whole list, as YAML"}},
		"yaml":         {[]string{"WEFT_HEADERS__ALL__REQUEST=["}, nil, Error{Code: CodeSyntax, File: "WEFT_HEADERS__ALL__REQUEST"}},
		"yaml inside":  {[]string{"WEFT_HEADERS__ALL__REQUEST=[{drop: x}]"}, nil, Error{Code: CodeUnknownKey, File: "WEFT_HEADERS__ALL__REQUEST", Path: "headers.all.request.0.drop"}},
		"list map":     {[]string{"WEFT_SUBGRAPHS__a__ENTITIES__User={key: id}"}, nil, Error{Code: CodeMissing, File: "WEFT_SUBGRAPHS__a__ENTITIES__User", Path: "subgraphs.a.entities.User.0.lookup"}},
		"in list map":  {[]string{"WEFT_SUBGRAPHS__a__ENTITIES__User__0=x"}, nil, Error{Code: CodeUnknownKey, File: "WEFT_SUBGRAPHS__a__ENTITIES__User__0", Path: "subgraphs.a.entities.User.0", Hint: "the entries here have no names; set the whole list, as YAML"}},
		"flag":         {nil, map[string]string{"limits.mode": "off"}, Error{Code: CodeInvalidValue, File: "--limits.mode", Path: "limits.mode"}},
		"flag key":     {nil, map[string]string{"lisen": "off"}, Error{Code: CodeUnknownKey, File: "--lisen", Path: "lisen", Hint: `did you mean "listen"?`}},
	} {
		t.Run(name, func(t *testing.T) {
			env := test.env
			if env == nil {
				env = noEnv
			}
			_, err := Load(Options{Sources: []Source{{Name: "router.yaml", Data: []byte(subgraph)}}, Environ: env, Flags: test.flags})
			var got Errors
			if !errors.As(err, &got) || len(got) != 1 {
				t.Fatalf("got %v", err)
			}
			if test.want.Hint == "" {
				got[0].Hint = ""
			}
			if diff := cmp.Diff(test.want, got[0], cmpopts.IgnoreFields(Error{}, "Message")); diff != "" {
				t.Errorf("(-want +got):\n%s", diff)
			}
		})
	}
}

func TestWarnings(t *testing.T) {
	l, err := Load(Options{
		Sources: []Source{{Name: "router.yaml", Data: []byte("subgraphs: [{name: accounts, url: http://a/, schema: {on_unavailable: last_good}}]\n")}},
		Environ: []string{"WEFT_LIMITS_MAX_DEPTH=3", "WEFT_LISTN=:1", "WEFT_CORPUS=x", "OTHER=1", "WEFT_SUBGRAPHS__acounts__URL=http://aa/", "WEFT_SUBGRAPHS__different__URL=http://aa/"},
	})
	if err != nil {
		t.Fatal(err)
	}
	var got []string
	for _, w := range l.Warnings {
		got = append(got, w.Position().String()+" "+w.Hint)
	}
	want := []string{"WEFT_LIMITS_MAX_DEPTH did you mean WEFT_LIMITS__MAX_DEPTH?", "WEFT_LISTN did you mean WEFT_LISTEN?", "WEFT_SUBGRAPHS__acounts__URL did you mean \"accounts\"?", "router.yaml:1:71 set schema_cache.dir"}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("(-want +got):\n%s", diff)
	}
}

// A problem in one file does not hide those of another.
func TestErrorsOfSeveralFiles(t *testing.T) {
	dir := t.TempDir()
	var files []string
	for _, f := range []struct{ name, text string }{{"z.yaml", "lisen: x\n"}, {"broken.yaml", "a: ]\n"}, {"a.yaml", subgraph + "limits: []\n"}} {
		path := filepath.Join(dir, f.name)
		if err := os.WriteFile(path, []byte(f.text), 0o644); err != nil {
			t.Fatal(err)
		}
		files = append(files, path)
	}
	files = append(files, filepath.Join(dir, "absent.yaml"), dir)
	_, err := Load(Options{Files: files, Environ: noEnv})
	var got Errors
	if !errors.As(err, &got) {
		t.Fatal(err)
	}
	var codes, from []string
	for _, e := range got {
		codes = append(codes, e.Code)
		from = append(from, e.File)
	}
	if diff := cmp.Diff([]string{CodeUnknownKey, CodeSyntax, CodeWrongType, CodeFile, CodeFile}, codes); diff != "" {
		t.Errorf("codes (-want +got):\n%s\n%v", diff, got)
	}
	if diff := cmp.Diff(files, from); diff != "" {
		t.Errorf("files (-want +got):\n%s", diff)
	}
}

func TestErrorText(t *testing.T) {
	for want, e := range map[string]Error{
		"r.yaml:2:9: listen: no (hint) [C]": {Code: "C", File: "r.yaml", Line: 2, Column: 9, Path: "listen", Message: "no", Hint: "hint"},
		"--listen: listen: no [C]":          {Code: "C", File: "--listen", Path: "listen", Message: "no"},
		"no [C]":                            {Code: "C", Message: "no"},
	} {
		if got := e.Error(); got != want {
			t.Errorf("got %q, want %q", got, want)
		}
	}
	var single Error
	if !errors.As(error(Errors{{Code: "C"}}), &single) || single.Code != "C" {
		t.Error("errors.As does not reach single problems")
	}
}

// Every code in use is documented, and the other way round.
func TestCodesAreListed(t *testing.T) {
	source, err := os.ReadFile("errors.go")
	if err != nil {
		t.Fatal(err)
	}
	if n := strings.Count(string(source), ` = "CONFIG_`); n != len(Codes()) {
		t.Errorf("%d codes declared, %d listed", n, len(Codes()))
	}
}
