package pitfalls

import (
	"strings"
	"testing"
)

// wantCode checks that composition failed with a code.
func wantCode(t *testing.T, err error, code string) {
	t.Helper()
	if err == nil || !strings.Contains(err.Error(), code) {
		t.Errorf("composition should fail with %s, got %v", code, err)
	}
}
