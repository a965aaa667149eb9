package load

import (
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"time"
)

// kept is a schema on disk.
type kept struct {
	Name     string    `json:"name"`
	From     From      `json:"from"`
	LoadedAt time.Time `json:"loadedAt"`
	Hash     string    `json:"hash"`
	ETag     string    `json:"etag,omitempty"`
	SDL      string    `json:"sdl"`
}

var errNoCache = errors.New("no schema cache is configured")

// Keep writes schemas to the cache as the last good ones. Call it when they have
// been composed: what does not compose is not good. Results that failed, that
// came from the cache, or that are there already are left alone.
func Keep(dir string, results []Result) error {
	if dir == "" {
		return nil
	}
	var errs []error
	for i := range results {
		r := &results[i]
		if r.Err != nil || r.FromCache || r.Omitted || r.From == File {
			continue
		}
		if old, err := lastGood(dir, r.Name); err == nil && old.Hash == r.Hash {
			continue
		}
		if err := keep(dir, r); err != nil {
			errs = append(errs, fmt.Errorf("schema of %s: %w", r.Name, err))
		}
	}
	return errors.Join(errs...)
}

func keep(dir string, r *Result) (err error) {
	b, err := json.Marshal(kept{Name: r.Name, From: r.From, LoadedAt: r.LoadedAt, Hash: r.Hash, ETag: r.ETag, SDL: r.SDL})
	if err != nil {
		return err
	}
	if err := os.MkdirAll(dir, 0o700); err != nil {
		return err
	}
	// Readers see the old file or the new one, never half of it. CreateTemp
	// gives it mode 0600.
	f, err := os.CreateTemp(dir, "."+fileName(r.Name)+".*")
	if err != nil {
		return err
	}
	defer func() {
		if err != nil {
			_ = os.Remove(f.Name())
		}
	}()
	_, err = f.Write(b)
	if err == nil {
		err = f.Sync()
	}
	if e := f.Close(); err == nil {
		err = e
	}
	if err != nil {
		return err
	}
	return os.Rename(f.Name(), filepath.Join(dir, fileName(r.Name)))
}

// lastGood reads a schema from the cache.
func lastGood(dir, name string) (Result, error) {
	if dir == "" {
		return Result{}, errNoCache
	}
	b, err := os.ReadFile(filepath.Join(dir, fileName(name)))
	if err != nil {
		return Result{}, err
	}
	var k kept
	if err := json.Unmarshal(b, &k); err != nil {
		return Result{}, fmt.Errorf("the cached schema is damaged: %w", err)
	}
	if k.Name != name || k.Hash != hash(k.SDL) {
		return Result{}, errors.New("the cached schema is damaged")
	}
	return Result{Name: name, SDL: k.SDL, From: k.From, LoadedAt: k.LoadedAt, Hash: k.Hash, ETag: k.ETag, FromCache: true}, nil
}

// fileName returns the name of a subgraph's file: readable, and different for
// different names even where case does not count.
func fileName(name string) string {
	readable := strings.Map(func(r rune) rune {
		if r == '-' || r == '_' || '0' <= r && r <= '9' || 'a' <= r && r <= 'z' || 'A' <= r && r <= 'Z' {
			return r
		}
		return '_'
	}, name)
	if len(readable) > 40 {
		readable = readable[:40]
	}
	sum := sha256.Sum256([]byte(name))
	return readable + "-" + hex.EncodeToString(sum[:8]) + ".json"
}
