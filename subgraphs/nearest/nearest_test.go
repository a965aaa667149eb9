package nearest

import (
	"strings"
	"testing"
)

func TestName(t *testing.T) {
	long := strings.Repeat("a", maxName+1)
	for _, c := range []struct {
		word  string
		names []string
		want  string
	}{
		{"idd", []string{"name", "id"}, "id"},
		{"USERS", []string{"user", "users"}, "users"},
		{"ab", []string{"ac", "ad"}, ""},
		{"abc", []string{"abd", "abe"}, "abd"},
		{"x", []string{"y"}, ""},
		{"x", nil, ""},
		{long, []string{long}, ""},
		{"a", []string{long}, ""},
	} {
		if got := Name(c.word, c.names); got != c.want {
			t.Errorf("%.20s among %.30v: %q, want %q", c.word, c.names, got, c.want)
		}
	}
}
