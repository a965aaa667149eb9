package config

import (
	"context"
	"os"
	"path/filepath"
	"runtime"
	"testing"
	"time"
)

// watching starts a watcher and returns a channel that gets one value for each
// call of onChange.
func watching(t *testing.T, files ...string) (*Watcher, <-chan struct{}) {
	t.Helper()
	w, err := NewWatcher(files, 10*time.Millisecond)
	if err != nil {
		t.Fatal(err)
	}
	ctx, cancel := context.WithCancel(context.Background())
	calls, done := make(chan struct{}, 100), make(chan error, 1)
	go func() { done <- w.Run(ctx, func() { calls <- struct{}{} }) }()
	t.Cleanup(func() {
		cancel()
		if err := <-done; err != nil {
			t.Error(err)
		}
	})
	return w, calls
}

func expectChange(t *testing.T, calls <-chan struct{}, what string) {
	t.Helper()
	select {
	case <-calls:
	case <-time.After(10 * time.Second):
		t.Fatalf("%s went unnoticed", what)
	}
}

// settle drops further calls for one change: a slow one may be seen in two parts.
func settle(calls <-chan struct{}) {
	for {
		select {
		case <-calls:
		default:
			return
		}
	}
}

func write(t *testing.T, path, text string) {
	t.Helper()
	if err := os.MkdirAll(filepath.Dir(path), 0o755); err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(path, []byte(text), 0o644); err != nil {
		t.Fatal(err)
	}
}

func rename(t *testing.T, from, to string) {
	t.Helper()
	if err := os.Rename(from, to); err != nil {
		t.Fatal(err)
	}
}

func symlink(t *testing.T, target, link string) {
	t.Helper()
	if err := os.Symlink(target, link); err != nil {
		if runtime.GOOS == "windows" {
			t.Skip("symbolic links need a privilege here: ", err)
		}
		t.Fatal(err)
	}
}

func TestWatchSaves(t *testing.T) {
	dir := t.TempDir()
	file, other := filepath.Join(dir, "router.yaml"), filepath.Join(dir, "other")
	write(t, file, "1")
	_, calls := watching(t, file)
	for _, step := range []struct {
		what string
		do   func()
	}{
		{"a write", func() { write(t, file, "22") }},
		{"a write of the same size", func() { write(t, file, "33") }},
		{"a save by renaming", func() {
			write(t, other, "444")
			rename(t, other, file)
		}},
		{"a write after a save by renaming", func() { write(t, file, "5555") }},
		{"a save that moves the old file away first", func() {
			rename(t, file, file+"~")
			write(t, file, "66666")
		}},
		{"a removal", func() {
			if err := os.Remove(file); err != nil {
				t.Fatal(err)
			}
		}},
		{"a return", func() { write(t, file, "7") }},
	} {
		settle(calls)
		step.do()
		expectChange(t, calls, step.what)
	}
}

// Kubernetes mounts a ConfigMap as links into ..data, itself a link, which an
// update replaces by renaming another link over it.
func TestWatchKubernetesSwap(t *testing.T) {
	dir := t.TempDir()
	file := filepath.Join(dir, "router.yaml")
	write(t, filepath.Join(dir, "..2026_01", "router.yaml"), "1")
	symlink(t, "..2026_01", filepath.Join(dir, "..data"))
	symlink(t, filepath.Join("..data", "router.yaml"), file)
	_, calls := watching(t, file)
	for _, version := range []string{"..2026_02", "..2026_03", "..2026_04"} {
		settle(calls)
		write(t, filepath.Join(dir, version, "router.yaml"), "1") // same size, same content
		symlink(t, version, filepath.Join(dir, "..data_tmp"))
		rename(t, filepath.Join(dir, "..data_tmp"), filepath.Join(dir, "..data"))
		expectChange(t, calls, "the swap to "+version)
		if err := os.RemoveAll(filepath.Join(dir, "..2026_01")); err != nil {
			t.Fatal(err)
		}
	}
}

func TestWatchLinkToAnotherFolder(t *testing.T) {
	dir := t.TempDir()
	real, link := filepath.Join(dir, "real", "router.yaml"), filepath.Join(dir, "etc", "router.yaml")
	write(t, real, "1")
	write(t, filepath.Join(dir, "etc", "x"), "")
	symlink(t, real, link)
	_, calls := watching(t, link)
	write(t, real, "22")
	expectChange(t, calls, "a write behind a link")
}

// The folder itself goes and comes back, as a checkout of another branch does.
func TestWatchFolderReplaced(t *testing.T) {
	dir := t.TempDir()
	file := filepath.Join(dir, "a", "b", "router.yaml")
	_, calls := watching(t, file)
	write(t, file, "1")
	expectChange(t, calls, "a file in folders that were not there")
	settle(calls)
	rename(t, filepath.Join(dir, "a", "b"), filepath.Join(dir, "old"))
	expectChange(t, calls, "the folder's going")
	settle(calls)
	write(t, file, "1")
	expectChange(t, calls, "the folder's return")
	settle(calls)
	write(t, file, "22")
	expectChange(t, calls, "a write in the folder that returned")
}

func TestWatchSetFiles(t *testing.T) {
	dir := t.TempDir()
	first, second := filepath.Join(dir, "1", "a"), filepath.Join(dir, "2", "b")
	write(t, first, "1")
	write(t, second, "1")
	w, calls := watching(t, first)
	if err := w.SetFiles([]string{second}); err != nil {
		t.Fatal(err)
	}
	// A change of the first file would be reported ahead of that of the second.
	write(t, first, "22")
	write(t, second, "22")
	expectChange(t, calls, "a write to the file set later")
	w.mu.Lock()
	defer w.mu.Unlock()
	if w.dirs[filepath.Dir(first)] {
		t.Error("the folder of the first file is still watched")
	}
}

// Many changes in a row are one reload.
func TestWatchDebounce(t *testing.T) {
	file := filepath.Join(t.TempDir(), "router.yaml")
	write(t, file, "0")
	w, err := NewWatcher([]string{file}, time.Hour)
	if err != nil {
		t.Fatal(err)
	}
	ctx, cancel := context.WithCancel(context.Background())
	done := make(chan error, 1)
	go func() { done <- w.Run(ctx, func() { t.Error("called before the quiet time was over") }) }()
	for range 20 {
		write(t, file, "1")
	}
	cancel()
	if err := <-done; err != nil {
		t.Error(err)
	}
}

func TestWatchEndsWithContext(t *testing.T) {
	ctx, cancel := context.WithCancel(context.Background())
	cancel()
	file := filepath.Join(t.TempDir(), "router.yaml")
	if err := Watch(ctx, []string{file}, time.Millisecond, func() {}); err != nil {
		t.Error(err)
	}
}
