package main

import (
	"context"
	"errors"
	"fmt"
	"net"
	"runtime/debug"
	"strings"
	"sync"

	"github.com/jensneuse/abstractlogger"
	"github.com/spf13/cobra"

	"github.com/weft-graphql/weft/config"
	"github.com/weft-graphql/weft/router"
)

func (a *app) serveCommand() *cobra.Command {
	var (
		flags       configFlags
		exitOnError bool
	)
	cmd := &cobra.Command{
		Use:   "serve",
		Short: "Serve the graph (what weft does without a command)",
		Long: "Serves the graph that router.yaml describes. It is loaded anew when a file of the\n" +
			"configuration changes, at SIGHUP, and when polling finds another schema; if that\n" +
			"fails, what ran before goes on. SIGTERM and Ctrl+C let requests end first.\n\n" +
			"If an upstream cannot be reached at the start, Weft answers 503 and tries again.",
		Args: noArgs,
	}
	flags.add(cmd, true)
	cmd.Flags().BoolVar(&exitOnError, "exit-on-error", false, "end if the graph cannot be loaded at the start, instead of trying again")
	cmd.RunE = func(cmd *cobra.Command, _ []string) error {
		o, err := flags.options(config.Options{})
		if err != nil {
			return err
		}
		return a.serve(cmd.Context(), serving{
			options: o, exitOnError: exitOnError,
			listenHint: "choose another address with --listen, such as --listen 127.0.0.1:4010, or with listen: in router.yaml",
		})
	}
	return cmd
}

// serving is one run of a router.
type serving struct {
	// options say where the configuration comes from, now and at each reload.
	options config.Options
	// exitOnError ends the run if the graph cannot be loaded at first.
	exitOnError bool
	// ready is called once the graph is loaded; it implies exitOnError. May be nil.
	ready func(c *config.Config, address net.Addr)
	// listenHint says what to do about an address that is taken.
	listenHint string
}

// serve runs a router until ctx ends.
func (a *app) serve(ctx context.Context, s serving) error {
	loaded, err := a.load(s.options)
	if err != nil {
		a.report(problemsOf(err)...)
		if len(s.options.Files)+len(s.options.Sources) == 0 && isMissingFile(err) {
			a.hint("to see Weft at work without one: weft demo; to begin with the demo's: weft demo --config > router.yaml")
		}
		return errReported
	}
	log := newLogger(loaded.Config.Log, a.err)
	info, _ := debug.ReadBuildInfo()
	name, _ := buildVersion(info)
	r, err := router.New(router.Options{Config: loaded.Config, Logger: log, ExitOnError: s.exitOnError, Version: name, Loaded: trimMemory})
	if err != nil {
		return err
	}
	if s.ready != nil {
		if err := r.Reload(ctx, loaded.Config); err != nil {
			r.Close()
			if ctx.Err() != nil {
				return nil // told to stop before it began
			}
			return err
		}
	}
	if err := r.Listen(); err != nil {
		r.Close()
		return a.listenProblem(err, s.listenHint)
	}
	if s.ready != nil {
		// The address is taken, and connections wait for Serve.
		s.ready(loaded.Config, r.Addr())
	}

	background, stop := context.WithCancel(ctx)
	defer stop()
	l := &reloader{app: a, serving: s, router: r, log: log, wake: make(chan struct{}, 1)}
	var running sync.WaitGroup
	running.Go(func() { l.run(background, a.reload) })
	if loaded.Config.Watch.Enabled && len(loaded.Files) > 0 {
		w, err := config.NewWatcher(loaded.Files, loaded.Config.Watch.Debounce.Std())
		if err != nil {
			log.Error("files are not watched: a change takes effect at SIGHUP only", abstractlogger.Error(err))
		} else {
			l.watcher = w
			running.Go(func() {
				if err := w.Run(background, l.request); err != nil {
					log.Error("files are no longer watched: a change takes effect at SIGHUP only", abstractlogger.Error(err))
				}
			})
		}
	}
	err = r.Serve(ctx)
	stop()
	running.Wait()
	return err
}

// listenProblem reports an address that cannot be listened on.
func (a *app) listenProblem(err error, hint string) error {
	var failed *router.ListenError
	if !errors.As(err, &failed) {
		return err
	}
	what := failed.Address
	if host, port, err := net.SplitHostPort(failed.Address); err == nil && !strings.HasPrefix(what, "unix:") {
		if what = "port " + port; host != "" {
			what += " on " + host
		}
	}
	a.report(problem{
		message: fmt.Sprintf("%s cannot be used: %s", what, innermost(failed.Err)),
		code:    router.CodeListen, hint: hint,
	})
	return errReported
}

func isMissingFile(err error) bool {
	var errs config.Errors
	return errors.As(err, &errs) && len(errs) > 0 && errs[0].Code == config.CodeFile
}
