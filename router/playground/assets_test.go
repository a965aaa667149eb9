package playground

import (
	"bytes"
	"compress/gzip"
	"io/fs"
	"strings"
	"testing"
	"testing/fstest"
)

// maxAssetBytes bounds what the assets add to the repository with every rebuild
// and to the binary.
const maxAssetBytes = 700 << 10

func TestEmbeddedAssetsStaySmall(t *testing.T) {
	total := 0
	err := fs.WalkDir(assetFS, "assets", func(name string, d fs.DirEntry, err error) error {
		if err != nil || d.IsDir() {
			return err
		}
		content, err := fs.ReadFile(assetFS, name)
		total += len(content)
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	if total == 0 || total > maxAssetBytes {
		t.Errorf("%d bytes of assets, want between 1 and %d", total, maxAssetBytes)
	}
}

// TestManifestNamesEveryAsset catches files of an earlier build left behind.
func TestManifestNamesEveryAsset(t *testing.T) {
	files := embedded()
	named := map[string]bool{
		files.manifest.Icon:   true,
		files.manifest.Script: true,
		files.manifest.Style:  true,
		licencesFile:          true,
	}
	for name := range files.byName {
		if !named[name] {
			t.Errorf("%s is embedded but no page loads it", name)
		}
	}
}

func TestLoadAssetsRefusesBrokenBuilds(t *testing.T) {
	zip := func(s string) []byte {
		var b bytes.Buffer
		zw := gzip.NewWriter(&b)
		if _, err := zw.Write([]byte(s)); err != nil {
			t.Fatal(err)
		}
		if err := zw.Close(); err != nil {
			t.Fatal(err)
		}
		return b.Bytes()
	}
	whole := func() fstest.MapFS {
		return fstest.MapFS{
			"manifest.json": {Data: []byte(`{"icon":"i.svg","script":"s.js","style":"s.css"}`)},
			"LICENSES.txt":  {Data: []byte("text")},
			"i.svg.gz":      {Data: zip("<svg/>")},
			"s.js.gz":       {Data: zip("code")},
			"s.css.gz":      {Data: zip("style")},
		}
	}
	if _, err := loadAssets(whole()); err != nil {
		t.Fatalf("a whole build: %v", err)
	}
	for name, tc := range map[string]struct {
		damage func(fstest.MapFS)
		want   string
	}{
		"no manifest":    {func(m fstest.MapFS) { delete(m, "manifest.json") }, "manifest.json"},
		"bad manifest":   {func(m fstest.MapFS) { m["manifest.json"].Data = []byte("{") }, "manifest.json"},
		"missing script": {func(m fstest.MapFS) { delete(m, "s.js.gz") }, `"s.js"`},
		"no licences":    {func(m fstest.MapFS) { delete(m, "LICENSES.txt") }, "LICENSES.txt"},
		"unknown kind":   {func(m fstest.MapFS) { m["x.wasm.gz"] = &fstest.MapFile{Data: zip("x")} }, "x.wasm.gz"},
		"not gzip":       {func(m fstest.MapFS) { m["s.js.gz"].Data = []byte("plain text") }, "s.js.gz"},
		"cut short":      {func(m fstest.MapFS) { m["s.js.gz"].Data = m["s.js.gz"].Data[:20] }, "s.js.gz"},
	} {
		t.Run(name, func(t *testing.T) {
			m := whole()
			tc.damage(m)
			if _, err := loadAssets(m); err == nil || !strings.Contains(err.Error(), tc.want) {
				t.Errorf("error %v, want one that names %s", err, tc.want)
			}
		})
	}
}
