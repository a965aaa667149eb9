package config

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"maps"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"time"

	"github.com/fsnotify/fsnotify"
)

// Watch calls onChange after any of the files has changed and then nothing has
// for the time of debounce. It returns nil when ctx ends, or what kept it from
// watching. onChange runs on the calling goroutine; changes during it lead to
// another call.
func Watch(ctx context.Context, files []string, debounce time.Duration, onChange func()) error {
	w, err := NewWatcher(files, debounce)
	if err != nil {
		return err
	}
	return w.Run(ctx, onChange)
}

// Watcher notices changes of a set of files. It watches the folders that hold
// them, and those that hold the symbolic links on the way to them: editors save
// by renaming, and Kubernetes swaps a link to a folder, so that a watch on the
// file itself would go on looking at a file nobody uses any more. Files need not
// exist yet. (A folder further up that is moved away, with all in it, goes unnoticed.)
type Watcher struct {
	debounce time.Duration
	fs       *fsnotify.Watcher

	mu    sync.Mutex
	files []string
	// names are the paths whose coming, going or change matters.
	names map[string]bool
	// dirs are the folders watched.
	dirs map[string]bool
	// state is what the files looked like when they were last judged.
	state map[string]fingerprint
	// changed wakes Run when SetFiles finds a change.
	changed chan struct{}
}

// fingerprint tells two versions of a file apart.
type fingerprint struct {
	path  string // links resolved; empty if there is no file
	size  int64
	mtime time.Time
}

// NewWatcher begins to watch; Run reports what has changed since.
func NewWatcher(files []string, debounce time.Duration) (*Watcher, error) {
	f, err := fsnotify.NewWatcher()
	if err != nil {
		return nil, fmt.Errorf("watching files: %w", err)
	}
	w := &Watcher{debounce: debounce, fs: f, dirs: map[string]bool{}, changed: make(chan struct{}, 1)}
	if err := w.SetFiles(files); err != nil {
		return nil, errors.Join(err, f.Close())
	}
	// What SetFiles saw for the first time is no change.
	select {
	case <-w.changed:
	default:
	}
	return w, nil
}

// SetFiles replaces the files watched, after a reload that reads others. It may
// be called from any goroutine. If it fails, some files are not watched.
func (w *Watcher) SetFiles(files []string) error {
	w.mu.Lock()
	defer w.mu.Unlock()
	before := w.state
	w.files = make([]string, len(files))
	for i, f := range files {
		abs, err := filepath.Abs(f)
		if err != nil {
			return fmt.Errorf("watching %s: %w", f, err)
		}
		w.files[i] = abs
	}
	err := w.refresh()
	for f, now := range w.state {
		if old, known := before[f]; known && old != now {
			w.wake()
		}
	}
	return err
}

func (w *Watcher) wake() {
	select {
	case w.changed <- struct{}{}:
	default:
	}
}

// Run calls onChange for changes until ctx ends, then stops watching. It is
// called once.
func (w *Watcher) Run(ctx context.Context, onChange func()) error {
	defer w.fs.Close()
	timer := time.NewTimer(time.Hour)
	timer.Stop()
	for {
		select {
		case <-ctx.Done():
			return nil
		case e, ok := <-w.fs.Events:
			if !ok {
				return errors.New("watching files: the watcher was closed")
			}
			if w.judge(e) {
				timer.Reset(w.debounce)
			}
		case err, ok := <-w.fs.Errors:
			if !ok {
				return errors.New("watching files: the watcher was closed")
			}
			if !errors.Is(err, fsnotify.ErrEventOverflow) {
				return fmt.Errorf("watching files: %w", err)
			}
			// Events were lost; one of them may have been ours.
			w.judge(fsnotify.Event{})
			timer.Reset(w.debounce)
		case <-w.changed:
			timer.Reset(w.debounce)
		case <-timer.C:
			onChange()
		}
	}
}

// judge reports whether an event changes one of the files.
func (w *Watcher) judge(e fsnotify.Event) bool {
	w.mu.Lock()
	defer w.mu.Unlock()
	lost := e.Name == "" // nobody knows what happened
	if !w.names[e.Name] && !w.dirs[e.Name] && !lost {
		return false // some other file in the same folder
	}
	changed := w.names[e.Name] && e.Op != fsnotify.Chmod
	if (e.Has(fsnotify.Remove) || e.Has(fsnotify.Rename)) && w.dirs[e.Name] {
		// The folder is gone, and another may be in its place already.
		delete(w.dirs, e.Name)
		_ = w.fs.Remove(e.Name) // the system may have dropped the watch itself
	}
	before := w.state
	// A folder that cannot be watched now may be gone for a moment only; its
	// return is seen by the watch on the folder above.
	_ = w.refresh()
	return changed || !maps.Equal(before, w.state)
}

// refresh follows the files anew: links may point elsewhere, folders may have
// come or gone.
func (w *Watcher) refresh() error {
	var errs []error
	// Watching a folder takes a moment in which it may change, hence once more
	// until the ways to the files stay the same.
	for range 5 {
		names, dirs := map[string]bool{}, map[string]bool{}
		for _, f := range w.files {
			for _, name := range trace(f) {
				names[name] = true
				dirs[filepath.Dir(name)] = true
			}
		}
		stable := maps.Equal(names, w.names)
		w.names = names
		errs = nil
		for dir := range dirs {
			if w.dirs[dir] {
				continue
			}
			stable = false
			if err := w.fs.Add(dir); err != nil {
				errs = append(errs, fmt.Errorf("watching %s: %w", dir, err))
				continue
			}
			w.dirs[dir] = true
		}
		for dir := range w.dirs {
			if !dirs[dir] {
				delete(w.dirs, dir)
				_ = w.fs.Remove(dir) // it may be gone already
			}
		}
		if stable {
			break
		}
	}
	w.state = make(map[string]fingerprint, len(w.files))
	for _, f := range w.files {
		w.state[f] = look(f)
	}
	return errors.Join(errs...)
}

// look returns the fingerprint of a file, the zero one if there is none.
func look(file string) fingerprint {
	path, err := filepath.EvalSymlinks(file)
	if err != nil {
		return fingerprint{}
	}
	info, err := os.Stat(path)
	if err != nil {
		return fingerprint{}
	}
	return fingerprint{path, info.Size(), info.ModTime().Round(0)}
}

// trace lists the paths that decide what a file is: every symbolic link on the
// way, and where the way ends: at the file, or at the first part that is missing.
func trace(file string) []string {
	volume := filepath.VolumeName(file)
	at := volume + string(filepath.Separator)
	rest := split(file[len(volume):])
	var names []string
	for links := 0; len(rest) > 0; {
		next := filepath.Join(at, rest[0])
		rest = rest[1:]
		info, err := os.Lstat(next)
		if err != nil || info.Mode()&fs.ModeSymlink == 0 {
			at = next
			if err != nil {
				break
			}
			continue
		}
		names = append(names, next)
		target, err := os.Readlink(next)
		if links++; err != nil || links > 40 {
			return names
		}
		if filepath.IsAbs(target) {
			volume = filepath.VolumeName(target)
			at = volume + string(filepath.Separator)
			target = target[len(volume):]
		}
		rest = append(split(target), rest...)
	}
	return append(names, at)
}

func split(path string) []string {
	return strings.FieldsFunc(path, func(r rune) bool { return r == filepath.Separator || r == '/' })
}
