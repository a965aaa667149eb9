// Package peers knows how to run other routers that anyone can get: from npm, or
// as a program that is there already.
//
// In go a supergraph and a port, out comes a command. [Install] writes to the
// folder it is given and calls npm; [Command] writes a file there for Grafbase.
package peers

import (
	"context"
	"embed"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"strings"

	"github.com/weft-graphql/weft/bench/process"
)

//go:embed files
var files embed.FS

// Names are the routers from npm.
var Names = []string{"hive-gateway", "apollo-gateway", "grafbase"}

// Install gets the routers from npm into a folder, if they are not there.
func Install(ctx context.Context, dir string) error {
	if err := os.MkdirAll(dir, 0o755); err != nil {
		return err
	}
	entries, err := files.ReadDir("files")
	if err != nil {
		return err
	}
	for _, e := range entries {
		text, err := files.ReadFile("files/" + e.Name())
		if err != nil {
			return err
		}
		if _, err := os.Stat(filepath.Join(dir, e.Name())); err == nil && e.Name() == "package.json" {
			continue // installed, or somebody's own choice of versions
		}
		if err := os.WriteFile(filepath.Join(dir, e.Name()), text, 0o644); err != nil {
			return err
		}
	}
	if _, err := os.Stat(filepath.Join(dir, "node_modules")); err == nil {
		return nil
	}
	c := exec.CommandContext(ctx, "npm", "install", "--no-audit", "--no-fund")
	c.Dir = dir
	if out, err := c.CombinedOutput(); err != nil {
		return fmt.Errorf("npm install: %w\n%s", err, out)
	}
	return nil
}

// Setting is where a router runs.
type Setting struct {
	// Dir is where [Install] put the routers.
	Dir string
	// Supergraph is the file of the supergraph.
	Supergraph string
	// Subgraphs are what it is made of, for those that compose themselves.
	Subgraphs []Subgraph
	Port      int
	Log       string
}

// Subgraph is one subgraph.
type Subgraph struct {
	Name, URL string
	// Schema is its file.
	Schema string
}

// overrides writes the file in which Grafbase looks for its subgraphs.
func overrides(s *Setting) (string, error) {
	var sb strings.Builder
	for _, g := range s.Subgraphs {
		fmt.Fprintf(&sb, "[subgraphs.%s]\nurl = %q\nschema_path = %q\n\n", g.Name, g.URL, g.Schema)
	}
	file := filepath.Join(s.Dir, "overrides.toml")
	return file, os.WriteFile(file, []byte(sb.String()), 0o600)
}

// Command returns the command for a router from npm, and the path of its GraphQL
// endpoint.
func Command(name string, s Setting) (process.Command, string, error) {
	port := strconv.Itoa(s.Port)
	c := process.Command{Dir: s.Dir, Log: s.Log, Env: []string{"NODE_ENV=production"}}
	switch name {
	case "hive-gateway":
		c.Args = []string{filepath.Join(s.Dir, "node_modules", ".bin", "hive-gateway"), "supergraph", "--config-path", "hive.config.mjs"}
		c.Env = append(c.Env, "BENCH_SUPERGRAPH="+s.Supergraph, "BENCH_PORT="+port)
		return c, "/graphql", nil
	case "apollo-gateway":
		c.Args = []string{"node", "apollo.mjs", s.Supergraph, port}
		return c, "/", nil
	case "grafbase":
		file, err := overrides(&s)
		c.Args = []string{filepath.Join(s.Dir, "node_modules", ".bin", "grafbase"), "dev", "--port", port, "--gateway-config", "grafbase.toml", "--graph-overrides", file}
		return c, "/graphql", err
	}
	return c, "", fmt.Errorf("%s is not known; there are %s", name, strings.Join(Names, ", "))
}

// Given returns the command for a program that is there: line is its path and
// arguments, in which {port} and {supergraph} stand for what they say.
func Given(line string, s Setting) (process.Command, error) {
	args := strings.Fields(line)
	if len(args) == 0 {
		return process.Command{}, fmt.Errorf("%q names no program", line)
	}
	replace := strings.NewReplacer("{port}", strconv.Itoa(s.Port), "{supergraph}", s.Supergraph)
	for i := range args {
		args[i] = replace.Replace(args[i])
	}
	return process.Command{Args: args, Log: s.Log}, nil
}
