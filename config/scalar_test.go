package config

import (
	"strings"
	"testing"
	"time"
)

func TestDuration(t *testing.T) {
	for text, want := range map[string]time.Duration{
		"30s": 30 * time.Second, "1m30s": 90 * time.Second, "250ms": 250 * time.Millisecond, "0": 0, "0s": 0, "1.5h": 90 * time.Minute, "1h": time.Hour, "1h1s": time.Hour + time.Second, "10m": 10 * time.Minute,
	} {
		got, err := ParseDuration(text)
		if err != nil || got.Std() != want {
			t.Errorf("%s: %v, %v", text, got, err)
		}
		if again, err := ParseDuration(got.String()); err != nil || again != got {
			t.Errorf("%s prints as %s", text, got)
		}
	}
	for text, want := range map[string]string{"1m": "1m", "60m": "1h", "61m": "1h1m", "20h": "20h", "10m0s": "10m"} {
		if d, err := ParseDuration(text); err != nil || d.String() != want {
			t.Errorf("%s prints as %s, want %s", text, d, want)
		}
	}
	for text, want := range map[string]string{"30": "30s", "-3s": "negative", "": "unit", "soon": "unit", "1y": "unit", "99999999999h": "unit"} {
		if _, err := ParseDuration(text); err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("%q: %v, want %q in it", text, err, want)
		}
	}
}

func TestSize(t *testing.T) {
	for text, want := range map[string]int64{
		"0": 0, "1": 1, "1024": 1024, "2MB": 2e6, "2 mb": 2e6, "512KiB": 512 << 10, "1.5GiB": 3 << 29, "7B": 7, "1TB": 1e12, "9223372036854775807": 1<<63 - 1, "0.5KB": 500,
	} {
		got, err := ParseSize(text)
		if err != nil || got.Bytes() != want {
			t.Errorf("%s: %d, %v", text, got, err)
		}
		if again, err := ParseSize(got.String()); err != nil || again != got {
			t.Errorf("%s prints as %s", text, got)
		}
	}
	for size, want := range map[Size]string{0: "0", 1: "1B", 2e6: "2MB", 1 << 20: "1MiB", 1500: "1500B", 64e6: "64MB"} {
		if got := size.String(); got != want {
			t.Errorf("%d prints as %s, want %s", int64(size), got, want)
		}
	}
	for text, want := range map[string]string{"-1": "negative", "-2MB": "negative", "MB": "bytes", "": "bytes", "2XB": "bytes", "1.5": "whole", "0.3B": "whole", "9223372036854775808": "63 bits", "1e9": "bytes", "1.2.3MB": "bytes", ".5MB": "bytes", "1/2": "bytes", "9999999999TB": "63 bits"} {
		if _, err := ParseSize(text); err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("%q: %v, want %q in it", text, err, want)
		}
	}
}

func TestRate(t *testing.T) {
	for text, want := range map[string]Rate{"100/s": {100, time.Second}, "5/m": {5, time.Minute}, "1/d": {1, 24 * time.Hour}, "10/250ms": {10, 250 * time.Millisecond}} {
		got, err := ParseRate(text)
		if err != nil || got != want || got.String() != text {
			t.Errorf("%s: %v, %v", text, got, err)
		}
	}
	for _, text := range []string{"", "100", "100/", "/s", "0/s", "-1/s", "1.5/s", "1/0s", "1/-1s", "1/x", "99999999999999999999/s"} {
		if got, err := ParseRate(text); err == nil {
			t.Errorf("%q: %v", text, got)
		}
	}
}

func FuzzScalars(f *testing.F) {
	for _, s := range []string{"30s", "1m30s", "2MB", "512 KiB", "1.5GB", "100/s", "10/250ms", "-1", "9223372036854775807", "1e400", ".", ""} {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, s string) {
		if d, err := ParseDuration(s); err == nil {
			if again, err := ParseDuration(d.String()); err != nil || again != d || d < 0 {
				t.Errorf("duration %q: %v, then %v (%v)", s, d, again, err)
			}
		}
		if size, err := ParseSize(s); err == nil {
			if again, err := ParseSize(size.String()); err != nil || again != size || size < 0 {
				t.Errorf("size %q: %v, then %v (%v)", s, size, again, err)
			}
		}
		if r, err := ParseRate(s); err == nil {
			if again, err := ParseRate(r.String()); err != nil || again != r || r.Count <= 0 || r.Per <= 0 {
				t.Errorf("rate %q: %v, then %v (%v)", s, r, again, err)
			}
		}
	})
}
