package router

import (
	"crypto/rand"
	"encoding/hex"
	"errors"
	"fmt"
	"io"
	"mime"
	"mime/multipart"
	"net/http"
	"strconv"
	"strings"

	"github.com/valyala/fastjson"

	"github.com/weft-graphql/weft/subgraphs"
)

// preflight are headers that a page of another origin can send only if a preflight
// request allowed it. A form can be posted from anywhere without one.
var preflight = []string{"Graphql-Require-Preflight", "Apollo-Require-Preflight", "X-Apollo-Operation-Name"}

// maxMap bounds the parts of a form that are no files.
const maxMap = 64 << 10

// readForm takes in a request that brings files (GraphQL multipart request
// specification): the operation, where in its variables the files belong, and the
// files. In the variables a text stands for each file.
func (rq *request) readForm(w http.ResponseWriter, r *http.Request, contentType string) bool {
	if !rq.gen.Config.Uploads.Enabled {
		return rq.fail(fault{
			status: http.StatusUnsupportedMediaType, code: CodeUnsupportedMediaType,
			message: "The body must have the content type application/json; files are not taken.",
		})
	}
	asked := false
	for _, name := range preflight {
		asked = asked || r.Header.Get(name) != ""
	}
	if !asked {
		return rq.badRequest("A form needs the header GraphQL-Require-Preflight, which shows that it is not sent by a page of another origin.")
	}
	_, params, err := mime.ParseMediaType(contentType)
	if err != nil || params["boundary"] == "" {
		return rq.badRequest("The form has no boundary.")
	}
	if r.Header.Get("Content-Encoding") != "" {
		return rq.fail(fault{status: http.StatusUnsupportedMediaType, code: CodeUnsupportedMediaType, message: "A form is not compressed."})
	}
	limit := rq.gen.Config.TrafficShaping.Router.MaxRequestBodySize.Bytes()
	form := multipart.NewReader(http.MaxBytesReader(w, r.Body, limit), params["boundary"])
	files, err := rq.form(form, rq.gen.Config.Uploads.MaxFiles)
	var over *http.MaxBytesError
	var wrong *formError
	switch {
	case errors.As(err, &over):
		return rq.tooLarge()
	case errors.As(err, &wrong):
		return rq.badRequest(wrong.message)
	case err != nil:
		return rq.badRequest("The form cannot be read.")
	}
	rq.files = files
	return true
}

type formError struct{ message string }

func (e *formError) Error() string { return e.message }

func formFault(format string, args ...any) error { return &formError{fmt.Sprintf(format, args...)} }

// form reads the parts: operations, map, then the files.
func (rq *request) form(form *multipart.Reader, maxFiles int) (map[string]*subgraphs.File, error) {
	operations, err := field(form, "operations", 1<<62)
	if err != nil {
		return nil, err
	}
	where, err := field(form, "map", maxMap)
	if err != nil {
		return nil, err
	}
	var parser, places fastjson.Parser
	doc, err := parser.ParseBytes(operations)
	if err != nil || doc.Type() != fastjson.TypeObject {
		return nil, formFault("The part \"operations\" must be a JSON object.")
	}
	mapped, err := places.ParseBytes(where)
	if err != nil || mapped.Type() != fastjson.TypeObject {
		return nil, formFault("The part \"map\" must be a JSON object.")
	}
	var random [16]byte
	_, _ = rand.Read(random[:]) // never fails
	prefix := "weft-file:" + hex.EncodeToString(random[:]) + ":"
	tokens, files := map[string]string{}, map[string]*subgraphs.File{}
	object := mapped.GetObject()
	if object.Len() > maxFiles {
		return nil, formFault("The request has more than %d files.", maxFiles)
	}
	var arena fastjson.Arena
	object.Visit(func(key []byte, paths *fastjson.Value) {
		token := prefix + strconv.Itoa(len(tokens))
		tokens[string(key)] = token
		if paths.Type() != fastjson.TypeArray {
			err = formFault("The part \"map\" has no list of places for %q.", key)
			return
		}
		for _, p := range paths.GetArray() {
			path := string(p.GetStringBytes())
			if !put(doc, strings.Split(path, "."), arena.NewString(token)) {
				err = formFault("There is no null at %q for a file to stand for.", path)
			}
		}
	})
	if err != nil {
		return nil, err
	}
	for range tokens {
		part, err := form.NextPart()
		if errors.Is(err, io.EOF) {
			return nil, formFault("The form lacks files that its part \"map\" names.")
		}
		if err != nil {
			return nil, err
		}
		token := tokens[part.FormName()]
		if token == "" || files[token] != nil {
			return nil, formFault("The form has a file %q that its part \"map\" does not name, or has it twice.", part.FormName())
		}
		content, err := io.ReadAll(part)
		if err != nil {
			return nil, err
		}
		files[token] = &subgraphs.File{Name: part.FileName(), ContentType: part.Header.Get("Content-Type"), Content: content}
	}
	rq.in = doc.MarshalTo(rq.in[:0])
	return files, nil
}

// field reads the next part, which must have the name.
func field(form *multipart.Reader, name string, limit int64) ([]byte, error) {
	part, err := form.NextPart()
	if err != nil && !errors.Is(err, io.EOF) {
		return nil, err
	}
	if err != nil || part.FormName() != name {
		return nil, formFault("The form's parts are \"operations\", \"map\" and the files, in this order; %q is missing.", name)
	}
	text, err := io.ReadAll(io.LimitReader(part, limit))
	if err == nil && int64(len(text)) == limit {
		return nil, formFault("The part %q is too long.", name)
	}
	return text, err
}

// put sets a variable, or a place within one, that must be null before.
func put(doc *fastjson.Value, path []string, v *fastjson.Value) bool {
	if len(path) < 2 || path[0] != "variables" {
		return false
	}
	last := len(path) - 1
	at := doc.Get(path[:last]...)
	if at == nil {
		return false
	}
	switch at.Type() {
	case fastjson.TypeObject:
		if old := at.Get(path[last]); old != nil && old.Type() != fastjson.TypeNull {
			return false
		}
		at.Set(path[last], v)
		return true
	case fastjson.TypeArray:
		i, err := strconv.Atoi(path[last])
		if err != nil || i < 0 || i >= len(at.GetArray()) || at.GetArray()[i].Type() != fastjson.TypeNull {
			return false
		}
		at.SetArrayItem(i, v)
		return true
	}
	return false
}
