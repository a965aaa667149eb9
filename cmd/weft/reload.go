package main

import (
	"context"
	"errors"
	"os"

	"github.com/jensneuse/abstractlogger"

	"github.com/weft-graphql/weft/config"
	"github.com/weft-graphql/weft/router"
)

// reloader loads the configuration again when something asks for it, one load at
// a time. Requests that come meanwhile become one, since a load that begins
// later sees all that they were about.
type reloader struct {
	app     *app
	serving serving
	router  *router.Router
	log     *logger
	// watcher is told which files matter now; nil if none are watched.
	watcher *config.Watcher
	wake    chan struct{}
}

// request asks for a reload. It does not wait.
func (l *reloader) request() {
	select {
	case l.wake <- struct{}{}:
	default:
	}
}

// run reloads until ctx ends: at requests, and at signals.
func (l *reloader) run(ctx context.Context, signals <-chan os.Signal) {
	for {
		select {
		case <-ctx.Done():
			return
		case <-l.wake:
		case <-signals:
		}
		l.reload(ctx)
	}
}

func (l *reloader) reload(ctx context.Context) {
	loaded, err := l.app.read(l.serving.options)
	if l.watcher != nil && loaded != nil {
		// Also those of a broken configuration: its repair is to be noticed.
		if err := l.watcher.SetFiles(loaded.Files); err != nil {
			l.log.Warn("some files are not watched", abstractlogger.Error(err))
		}
	}
	if err != nil {
		l.router.Fail(err)
		var all config.Errors
		if !errors.As(err, &all) {
			all = config.Errors{{Message: err.Error()}}
		}
		for _, e := range all {
			l.log.Error("the configuration is refused; the one before stays", abstractlogger.String("code", e.Code), abstractlogger.Error(e))
		}
		return
	}
	for _, w := range loaded.Warnings {
		l.log.Warn("configuration", abstractlogger.String("code", w.Code), abstractlogger.Error(w))
	}
	// A failure has been logged by the router.
	if l.router.Reload(ctx, loaded.Config) == nil {
		l.log.apply(loaded.Config.Log)
	}
}
