// Package peers knows how to run other routers that anyone can get: from npm, or
// as a program that is there already.
//
// In go a supergraph and a port, out comes a command. [Install] writes to the
// folder it is given and calls npm; [Command] writes a file there for Grafbase.
// GraphQL Mesh is for REST services, of which [Compose] makes its supergraph.
package peers

import (
	"context"
	"crypto/sha256"
	"embed"
	"encoding/hex"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strconv"
	"strings"

	"github.com/weft-graphql/weft/bench/process"
)

//go:embed files
var files embed.FS

// Names are the routers from npm. hive-gateway-rust is hive-gateway with the planner
// of Hive Router.
var Names = []string{"hive-gateway", "hive-gateway-rust", "apollo-gateway", "grafbase"}

// Mesh is the one for REST services: @graphql-hive/gateway with a supergraph that
// GraphQL Mesh has composed.
const Mesh = "mesh"

// Dir returns the folder below another for the routers in these versions.
func Dir(parent string) (string, error) {
	text, err := files.ReadFile("files/package.json")
	if err != nil {
		return "", err
	}
	sum := sha256.Sum256(text)
	return filepath.Join(parent, "weft-bench-peers-"+hex.EncodeToString(sum[:4])), nil
}

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

// Compose writes the supergraph for [Mesh] over the REST services at a URL.
func Compose(ctx context.Context, dir, services, file string) error {
	c := exec.CommandContext(ctx, filepath.Join(dir, "node_modules", ".bin", "mesh-compose"), "--config-path", "mesh.config.mjs")
	c.Dir = dir
	c.Env = append(os.Environ(), "BENCH_SERVICES="+services, "BENCH_SUPERGRAPH="+file)
	if out, err := c.CombinedOutput(); err != nil {
		return fmt.Errorf("mesh-compose: %w\n%s", err, out)
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
	case "hive-gateway", "hive-gateway-rust", Mesh:
		file := "hive.config.mjs"
		if name == Mesh {
			file = "mesh.gateway.mjs"
		}
		c.Args = []string{filepath.Join(s.Dir, "node_modules", ".bin", "hive-gateway"), "supergraph", "--config-path", file}
		if name == "hive-gateway-rust" {
			c.Args = append(c.Args, "--hive-router-runtime")
		}
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
	return c, "", fmt.Errorf("%s is not known; there are %s", name, strings.Join(append(slices.Clone(Names), Mesh), ", "))
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
