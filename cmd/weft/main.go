// Command weft runs the Weft router and the tools around it: it serves a graph,
// starts a demonstration, composes supergraphs, shows plans and checks
// configurations.
//
// In go arguments, environment and standard input; out come text or JSON on
// standard output, problems on standard error, and an exit code: 0 for good, 1
// for a problem found, 2 for wrong usage. The command holds flags and wiring
// only; what it does is done by the packages config, subgraphs, planner and
// router.
//
// An [app] belongs to one run of the command and to the goroutine that runs it.
package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"os/signal"
	"syscall"
)

// Exit codes of the command.
const (
	exitGood    = 0
	exitProblem = 1
	exitUsage   = 2
)

func main() {
	collectEarly(os.LookupEnv)
	limitMemory(os.LookupEnv, os.ReadFile)
	// The first signal ends the command in order; stop gives the next one its
	// usual effect, for those who cannot wait.
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
	context.AfterFunc(ctx, stop)
	reload := make(chan os.Signal, 1)
	signal.Notify(reload, syscall.SIGHUP)
	a := &app{in: os.Stdin, out: os.Stdout, err: os.Stderr, environ: os.Environ(), reload: reload}
	os.Exit(a.run(ctx, os.Args[1:]))
}

// app is one run of the command: what it reads, where it writes.
type app struct {
	in       io.Reader
	out, err io.Writer
	environ  []string
	// reload delivers requests to load the configuration anew.
	reload <-chan os.Signal
}

// errReported ends a command with exitProblem when what is wrong has been
// written already.
var errReported = errors.New("problems were found")

// usageError ends a command with exitUsage.
type usageError struct{ message string }

func (e *usageError) Error() string { return e.message }

func usagef(format string, args ...any) error {
	return &usageError{fmt.Sprintf(format, args...)}
}

// run carries the command out and returns its exit code. The end of ctx stops it.
func (a *app) run(ctx context.Context, args []string) int {
	root := a.rootCommand()
	root.SetArgs(args)
	cmd, err := root.ExecuteContextC(ctx)
	var usage *usageError
	switch {
	case err == nil:
		return exitGood
	case errors.Is(err, errReported):
		return exitProblem
	case errors.As(err, &usage):
		fmt.Fprintf(a.err, "%s\nhint: %s --help shows how to use it\n", usage.message, cmd.CommandPath())
		return exitUsage
	}
	a.report(problemsOf(err)...)
	return exitProblem
}
