package playground

import (
	"bytes"
	"compress/gzip"
	"crypto/sha256"
	"embed"
	"encoding/base64"
	"encoding/json"
	"fmt"
	"io"
	"io/fs"
	"net/http"
	"path"
	"strconv"
	"strings"
	"sync"
)

// assetPrefix stands between a page's path and the name of an asset.
const assetPrefix = "/assets/"

// licencesFile holds the licences of the bundled packages. It is stored plain,
// so that it can be read in the repository.
const licencesFile = "LICENSES.txt"

//go:embed assets
var assetFS embed.FS

// contentTypes are the kinds of files the build may emit. A fixed list, since
// the table behind mime.TypeByExtension differs between machines.
var contentTypes = map[string]string{
	".css": "text/css; charset=utf-8",
	".js":  "text/javascript; charset=utf-8",
	".svg": "image/svg+xml",
	".txt": "text/plain; charset=utf-8",
}

// manifest names the assets that the page loads; the build writes it.
type manifest struct {
	Icon   string `json:"icon"`
	Script string `json:"script"`
	Style  string `json:"style"`
}

// assetFiles are the embedded assets by the name that clients ask for.
type assetFiles struct {
	manifest manifest
	byName   map[string]*asset
}

// embedded reads the assets on first use, so that a router without a playground
// spends nothing on them. What it may fail on is fixed when the binary is
// built, and the package's tests load it: hence a panic, not an error.
var embedded = sync.OnceValue(func() *assetFiles {
	sub, err := fs.Sub(assetFS, "assets")
	if err != nil {
		panic("playground: " + err.Error())
	}
	files, err := loadAssets(sub)
	if err != nil {
		panic("playground: embedded assets: " + err.Error())
	}
	return files
})

// loadAssets reads what the build wrote: gzipped files named by their content
// hash, the manifest, and the licences.
func loadAssets(fsys fs.FS) (*assetFiles, error) {
	files := &assetFiles{byName: make(map[string]*asset)}
	raw, err := fs.ReadFile(fsys, "manifest.json")
	if err != nil {
		return nil, err
	}
	if err := json.Unmarshal(raw, &files.manifest); err != nil {
		return nil, fmt.Errorf("manifest.json: %w", err)
	}

	zipped, err := fs.Glob(fsys, "*.gz")
	if err != nil {
		return nil, err
	}
	for _, file := range zipped {
		content, err := fs.ReadFile(fsys, file)
		if err != nil {
			return nil, err
		}
		name := strings.TrimSuffix(file, ".gz")
		contentType, ok := contentTypes[path.Ext(name)]
		if !ok {
			return nil, fmt.Errorf("%s: no content type for this kind of file", file)
		}
		size, err := inflatedSize(content)
		if err != nil {
			return nil, fmt.Errorf("%s: %w", file, err)
		}
		files.byName[name] = storedAsset(contentType, "public, max-age=31536000, immutable", content, size)
	}
	for _, name := range []string{files.manifest.Icon, files.manifest.Script, files.manifest.Style} {
		if files.byName[name] == nil {
			return nil, fmt.Errorf("manifest.json names %q, which is not there", name)
		}
	}

	licences, err := fs.ReadFile(fsys, licencesFile)
	if err != nil {
		return nil, err
	}
	files.byName[licencesFile] = newAsset(contentTypes[".txt"], "no-cache", licences)
	return files, nil
}

// asset is one thing to serve, held only in its gzipped form.
type asset struct {
	contentType  string
	cacheControl string
	gzipped      []byte
	size         int64 // of the decompressed bytes
	// A strong ETag stands for the exact bytes, so each encoding has its own.
	etag     string
	etagGzip string
}

func storedAsset(contentType, cacheControl string, gzipped []byte, size int64) *asset {
	sum := sha256.Sum256(gzipped)
	hash := base64.RawURLEncoding.EncodeToString(sum[:16])
	return &asset{
		contentType:  contentType,
		cacheControl: cacheControl,
		gzipped:      gzipped,
		size:         size,
		etag:         `"` + hash + `"`,
		etagGzip:     `"` + hash + `-gzip"`,
	}
}

// newAsset is for content that is not stored gzipped.
func newAsset(contentType, cacheControl string, content []byte) *asset {
	var b bytes.Buffer
	// Neither call can fail: the level is valid and a Buffer takes every write.
	zw, _ := gzip.NewWriterLevel(&b, gzip.BestCompression)
	_, _ = zw.Write(content)
	_ = zw.Close()
	return storedAsset(contentType, cacheControl, b.Bytes(), int64(len(content)))
}

// inflatedSize also proves that the file is whole, so that serving it cannot
// fail half-way.
func inflatedSize(gzipped []byte) (int64, error) {
	zr, err := gzip.NewReader(bytes.NewReader(gzipped))
	if err != nil {
		return 0, err
	}
	return io.Copy(io.Discard, zr)
}

// serve answers a GET or HEAD request.
func (a *asset) serve(w http.ResponseWriter, r *http.Request) {
	zipped := acceptsGzip(r.Header.Values("Accept-Encoding"))
	etag := a.etag
	if zipped {
		etag = a.etagGzip
	}
	header := w.Header()
	header.Set("Vary", "Accept-Encoding")
	header.Set("Cache-Control", a.cacheControl)
	header.Set("ETag", etag)
	if a.matches(r.Header.Values("If-None-Match")) {
		w.WriteHeader(http.StatusNotModified)
		return
	}

	header.Set("Content-Type", a.contentType)
	size := a.size
	if zipped {
		size = int64(len(a.gzipped))
		header.Set("Content-Encoding", "gzip")
	}
	header.Set("Content-Length", strconv.FormatInt(size, 10))
	w.WriteHeader(http.StatusOK)
	if r.Method == http.MethodHead {
		return
	}

	// From here on only the client's going away can fail, which is its affair.
	if zipped {
		_, _ = w.Write(a.gzipped)
		return
	}
	zr, err := gzip.NewReader(bytes.NewReader(a.gzipped))
	if err != nil {
		// Loading read it to the end; the short body tells the client.
		return
	}
	_, _ = io.Copy(w, zr)
}

// matches reports whether the client already holds this asset. Both encodings
// have the same meaning, so a copy of either will do (If-None-Match compares
// weakly, RFC 9110 section 13.1.2).
func (a *asset) matches(ifNoneMatch []string) bool {
	for _, value := range ifNoneMatch {
		for tag := range strings.SplitSeq(value, ",") {
			tag = strings.TrimPrefix(strings.TrimSpace(tag), "W/")
			if tag == "*" || tag == a.etag || tag == a.etagGzip {
				return true
			}
		}
	}
	return false
}

// acceptsGzip reads Accept-Encoding as RFC 9110 section 12.5.3 has it: a weight
// of zero refuses, and "*" speaks for gzip only where gzip is not named.
func acceptsGzip(values []string) bool {
	wildcard := false
	for _, value := range values {
		for item := range strings.SplitSeq(value, ",") {
			coding, params, _ := strings.Cut(item, ";")
			switch strings.ToLower(strings.TrimSpace(coding)) {
			case "gzip", "x-gzip":
				return weight(params) > 0
			case "*":
				wildcard = weight(params) > 0
			}
		}
	}
	return wildcard
}

// weight returns the q parameter; 1 if there is none, 0 if it makes no sense.
func weight(params string) float64 {
	for param := range strings.SplitSeq(params, ";") {
		name, value, _ := strings.Cut(param, "=")
		if !strings.EqualFold(strings.TrimSpace(name), "q") {
			continue
		}
		q, err := strconv.ParseFloat(strings.TrimSpace(value), 64)
		if err != nil || q < 0 || q > 1 {
			return 0
		}
		return q
	}
	return 1
}
