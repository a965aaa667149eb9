package main

import (
	"fmt"
	"strings"

	"github.com/spf13/cobra"

	"github.com/weft-graphql/weft/config"
)

func (a *app) rootCommand() *cobra.Command {
	serve := a.serveCommand()
	root := &cobra.Command{
		Use:   "weft",
		Short: "One graph from many upstreams",
		Long: "Weft turns a list of upstreams into one graph and answers operations over it.\n\n" +
			"Without a command it serves, as `weft serve` does. To see it at work with\n" +
			"nothing to set up: weft demo",
		Version:       versionText(),
		SilenceErrors: true,
		SilenceUsage:  true,
		RunE:          serve.RunE,
	}
	root.SetIn(a.in)
	root.SetOut(a.out)
	root.SetErr(a.err)
	root.Args = func(cmd *cobra.Command, args []string) error {
		if len(args) == 0 {
			return nil
		}
		message := fmt.Sprintf("unknown command %q", args[0])
		if close := cmd.SuggestionsFor(args[0]); len(close) > 0 {
			message += ", did you mean " + strings.Join(close, " or ") + "?"
		}
		return &usageError{message}
	}
	root.SuggestionsMinimumDistance = 2
	root.SetVersionTemplate("{{.Version}}\n")
	root.SetFlagErrorFunc(func(_ *cobra.Command, err error) error { return &usageError{err.Error()} })
	// The default command takes its flags with and without its name.
	root.Flags().AddFlagSet(serve.Flags())
	root.AddCommand(serve, a.demoCommand(), a.composeCommand(), a.planCommand(), a.checkCommand(), a.mapCommand(), a.importCommand(), a.configCommand(), a.versionCommand())
	return root
}

// noArgs refuses arguments, as wrong usage.
func noArgs(cmd *cobra.Command, args []string) error {
	if len(args) > 0 {
		return usagef("%s takes no arguments, got %q", cmd.CommandPath(), args[0])
	}
	return nil
}

// configFlags say where a configuration comes from.
type configFlags struct {
	files []string
	set   []string
	// short flags and the keys they stand for.
	short map[string]*string
}

// shortFlags are keys that have a flag of their own, since they are changed
// often on the command line.
var shortFlags = []struct{ flag, key, usage string }{
	{"listen", "listen", "address to serve on: host:port, or unix:///path"},
	{"log-level", "log.level", "least important level that is logged: debug, info, warn or error"},
}

// add defines the flags on a command. The short ones concern a running router only.
func (f *configFlags) add(cmd *cobra.Command, withShort bool) {
	cmd.Flags().StringArrayVarP(&f.files, "config", "c", nil, "configuration `file` (default router.yaml); repeat it to merge several")
	cmd.Flags().StringArrayVar(&f.set, "set", nil, "set a key of the configuration, as `key.path=value`; may be repeated")
	if !withShort {
		return
	}
	f.short = map[string]*string{}
	for _, s := range shortFlags {
		f.short[s.key] = cmd.Flags().String(s.flag, "", s.usage)
	}
}

// options puts the flags on top of what o has already.
func (f *configFlags) options(o config.Options) (config.Options, error) {
	o.Files = append(o.Files, f.files...)
	flags := map[string]string{}
	for key, value := range o.Flags {
		flags[key] = value
	}
	for _, s := range f.set {
		key, value, ok := strings.Cut(s, "=")
		if !ok || key == "" {
			return o, usagef("--set %s: expected key.path=value", s)
		}
		flags[key] = value
	}
	for key, value := range f.short {
		if *value != "" {
			flags[key] = *value
		}
	}
	o.Flags = flags
	return o, nil
}

// read reads the configuration. What is wrong with it is the error; what is
// known of it may be there all the same.
func (a *app) read(o config.Options) (*config.Loaded, error) {
	o.Environ = a.environ
	if o.Environ == nil {
		o.Environ = []string{} // nil would be that of the process
	}
	return config.Load(o)
}

// load is read for commands that people look at: it shows the warnings.
func (a *app) load(o config.Options) (*config.Loaded, error) {
	loaded, err := a.read(o)
	if loaded != nil {
		for _, w := range loaded.Warnings {
			a.warn(configProblem(w))
		}
	}
	return loaded, err
}

// loadFlags reads the configuration that the flags name.
func (a *app) loadFlags(f *configFlags) (*config.Loaded, error) {
	o, err := f.options(config.Options{})
	if err != nil {
		return nil, err
	}
	return a.load(o)
}
