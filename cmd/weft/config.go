package main

import (
	"fmt"
	"strings"

	"github.com/spf13/cobra"

	"github.com/weft-graphql/weft/config"
)

func (a *app) configCommand() *cobra.Command {
	parent := &cobra.Command{
		Use:   "config",
		Short: "Check, print or describe the configuration",
		Args: func(cmd *cobra.Command, args []string) error {
			if len(args) > 0 {
				return usagef("unknown command %q for %q; there are validate, print and schema", args[0], cmd.CommandPath())
			}
			return usagef("%s needs one of validate, print and schema", cmd.CommandPath())
		},
		RunE: func(*cobra.Command, []string) error { return nil }, // Args has refused
	}
	parent.AddCommand(a.configValidateCommand(), a.configPrintCommand(), a.configSchemaCommand())
	return parent
}

func (a *app) configValidateCommand() *cobra.Command {
	var flags configFlags
	cmd := &cobra.Command{
		Use:   "validate",
		Short: "Check the configuration and name every problem at once",
		Long: "Checks the configuration, all layers of it: files, environment and flags. No\n" +
			"upstream is called; `weft compose` loads the schemas and checks that they fit.",
		Args: noArgs,
	}
	flags.add(cmd, false)
	cmd.RunE = func(*cobra.Command, []string) error {
		o, err := flags.options(config.Options{})
		if err != nil {
			return err
		}
		if _, err := a.load(o); err != nil {
			return err
		}
		names := flags.files
		if len(names) == 0 {
			names = []string{"the configuration"}
		}
		verb := "is"
		if len(names) > 1 {
			verb = "are"
		}
		_, err = fmt.Fprintf(a.out, "%s %s valid\n", strings.Join(names, " and "), verb)
		return err
	}
	return cmd
}

func (a *app) configPrintCommand() *cobra.Command {
	var flags configFlags
	cmd := &cobra.Command{
		Use:   "print",
		Short: "Print the whole configuration: short forms expanded, every default, secrets masked",
		Args:  noArgs,
	}
	flags.add(cmd, false)
	cmd.RunE = func(*cobra.Command, []string) error {
		loaded, err := a.loadFlags(&flags)
		if err != nil {
			return err
		}
		text, err := loaded.Print()
		if err != nil {
			return err
		}
		_, err = a.out.Write(text)
		return err
	}
	return cmd
}

func (a *app) configSchemaCommand() *cobra.Command {
	return &cobra.Command{
		Use:   "schema",
		Short: "Print the JSON schema of router.yaml, for editors",
		Args:  noArgs,
		RunE: func(*cobra.Command, []string) error {
			_, err := a.out.Write(config.JSONSchema())
			return err
		},
	}
}
