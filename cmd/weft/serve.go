package main

import (
	"context"
	"net"

	"github.com/spf13/cobra"

	"github.com/weft-graphql/weft/config"
)

type serving struct {
	options     config.Options
	ready       func(c *config.Config, address net.Addr)
	exitOnError bool
	listenHint  string
}

func (a *app) serveCommand() *cobra.Command {
	cmd := &cobra.Command{Use: "serve", Args: noArgs}
	var flags configFlags
	flags.add(cmd, true)
	cmd.RunE = func(cmd *cobra.Command, _ []string) error { _ = newLogger; return nil }
	return cmd
}

func (a *app) serve(ctx context.Context, s serving) error { return nil }
