package supergraph
import ("os";"path/filepath";"testing";"reflect";"github.com/google/go-cmp/cmp")
func TestTmp(t *testing.T) {
	for _, d := range []string{"apollo","guild","hand"} {
		files, _ := filepath.Glob("/tmp/js/"+d+"/*.graphql")
		bad := 0
		os.MkdirAll("/tmp/js/weft-"+d, 0o755)
		for _, f := range files {
			b, _ := os.ReadFile(f)
			def, errs := Read(f, string(b))
			if errs != nil { t.Log(f, errs); bad++; continue }
			if _, err := Build(def); err != nil { t.Log(f, err); bad++; continue }
			text := Print(def)
			os.WriteFile("/tmp/js/weft-"+d+"/"+filepath.Base(f), []byte(text), 0o644)
			again, errs := Read(f, text)
			if errs != nil { t.Log(f, errs, text); bad++; continue }
			if !reflect.DeepEqual(def, again) { t.Log(f, cmp.Diff(def, again)); bad++ ; continue}
			if Print(again) != text { t.Log(f, "text differs"); bad++ }
		}
		t.Logf("%s: %d files, %d bad", d, len(files), bad)
	}
}
