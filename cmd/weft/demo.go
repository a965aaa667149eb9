package main

import (
	"context"
	_ "embed"
	"errors"
	"fmt"
	"io"
	"net"
	"net/url"
	"strconv"
	"strings"
	"syscall"
	"text/tabwriter"
	"time"

	"github.com/spf13/cobra"

	"github.com/weft-graphql/weft/config"
	"github.com/weft-graphql/weft/subgraphs/demo"
)

// demoConfig is the demo's router.yaml, that of the repository's root.
//
//go:embed demo.yaml
var demoConfig string

// demoFlags are the flags of the demo.
type demoFlags struct {
	listen        string
	upstreamPort  int
	printConfig   bool
	upstreamsOnly bool
}

func (a *app) demoCommand() *cobra.Command {
	var flags demoFlags
	cmd := &cobra.Command{
		Use:   "demo",
		Short: "Start sample upstreams and a router over them",
		Long: "Starts sample upstreams as HTTP servers on this machine (four federated GraphQL\n" +
			"subgraphs of a small shop, a plain GraphQL service, two REST services, a federated\n" +
			"subgraph that adds to one of these), loads their schemas as of any upstream, and\n" +
			"serves the one graph they make.",
		Example: "  weft demo\n" +
			"  weft demo --config > router.yaml\n" +
			"  weft demo --upstreams-only",
		Args: noArgs,
	}
	cmd.Flags().StringVar(&flags.listen, "listen", "", "address of the router (default 127.0.0.1:4000)")
	cmd.Flags().IntVar(&flags.upstreamPort, "upstream-port", demo.DefaultFirstPort, "port of the first upstream, the others follow; 0 takes any free ports")
	cmd.Flags().BoolVar(&flags.printConfig, "config", false, "print the router.yaml that does the same, and exit")
	cmd.Flags().BoolVar(&flags.upstreamsOnly, "upstreams-only", false, "start the upstreams without a router")
	cmd.RunE = func(cmd *cobra.Command, _ []string) error {
		if flags.upstreamPort < 0 || flags.upstreamPort > 65000 {
			return usagef("--upstream-port %d: not a port", flags.upstreamPort)
		}
		if flags.printConfig {
			_, err := io.WriteString(a.out, flags.config())
			return err
		}
		return a.demo(cmd.Context(), &flags)
	}
	return cmd
}

// config is the router.yaml for the flags: the embedded one with other
// addresses if the flags want others.
func (f *demoFlags) config() string {
	text := demoConfig
	if f.listen != "" {
		text = strings.Replace(text, "listen: 127.0.0.1:4000", "listen: "+strconv.Quote(f.listen), 1)
	}
	if f.upstreamPort != demo.DefaultFirstPort {
		text = shiftPorts(text, f.upstreamPort-demo.DefaultFirstPort)
	}
	return text
}

// shiftPorts moves the upstreams' ports in a router.yaml.
func shiftPorts(text string, by int) string {
	const before = "http://127.0.0.1:"
	parts := strings.Split(text, before)
	for i := 1; i < len(parts); i++ {
		port, rest, _ := strings.Cut(parts[i], "/")
		if n, err := strconv.Atoi(port); err == nil {
			parts[i] = strconv.Itoa(n+by) + "/" + rest
		}
	}
	return strings.Join(parts, before)
}

func (a *app) demo(ctx context.Context, flags *demoFlags) error {
	d, err := demo.Start(ctx, demo.Options{FirstPort: flags.upstreamPort})
	var taken *demo.PortError
	if errors.As(err, &taken) {
		a.report(problem{
			message: fmt.Sprintf("port %d on %s, for the upstream %s, cannot be used: %s", taken.Port, taken.Host, taken.Upstream, innermost(taken.Err)),
			code:    taken.Code(),
			hint:    fmt.Sprintf("choose other ports for the upstreams with --upstream-port, such as --upstream-port %d", flags.upstreamPort+100),
		})
		return errReported
	}
	if err != nil {
		return err
	}
	defer func() {
		closing, cancel := context.WithTimeout(context.WithoutCancel(ctx), 5*time.Second)
		defer cancel()
		_ = d.Close(closing) // the process ends anyway
	}()
	if err := printUpstreams(a.out, d.Upstreams()); err != nil {
		return err
	}
	if flags.upstreamsOnly {
		fmt.Fprintf(a.out, "\nCtrl+C ends them. A router over them: weft demo --config > router.yaml && weft\n")
		<-ctx.Done()
		return nil
	}
	options := config.Options{Sources: []config.Source{{Name: "the demo's router.yaml", Data: []byte(demoConfig)}}, Flags: map[string]string{}}
	for _, u := range d.Upstreams() {
		if u.Kind == demo.REST {
			options.Flags["subgraphs."+u.Name+".rest.url"] = u.URL
			options.Flags["subgraphs."+u.Name+".schema.url"] = u.URL + "/schema.graphql"
			continue
		}
		options.Flags["subgraphs."+u.Name+".url"] = u.URL
	}
	if flags.listen != "" {
		options.Flags["listen"] = flags.listen
	}
	return a.serve(ctx, serving{
		options: options,
		ready: func(c *config.Config, address net.Addr) {
			printDemo(a.out, baseURL(address), c)
		},
		listenHint: "choose another address for the router with --listen, such as --listen 127.0.0.1:4010",
	})
}

// innermost is what the system said, without the layers around it.
func innermost(err error) string {
	var errno syscall.Errno
	if errors.As(err, &errno) {
		return errno.Error()
	}
	return err.Error()
}

func printUpstreams(w io.Writer, upstreams []demo.Upstream) error {
	fmt.Fprintln(w, "Upstreams")
	table := tabwriter.NewWriter(w, 0, 0, 2, ' ', 0)
	for _, u := range upstreams {
		kind := "plain GraphQL"
		switch u.Kind {
		case demo.Federated:
			kind = "federated GraphQL"
		case demo.REST:
			kind = "REST"
		}
		fmt.Fprintf(table, "  %s\t%s\t%s\n", u.Name, u.URL, kind)
	}
	return table.Flush()
}

// demoQueries are what the demo suggests to try.
var demoQueries = []struct{ about, query string }{
	{"Three subgraphs: products, what inventory computes from them, and their reviews",
		`{ topProducts(first: 3) { name price shippingEstimate reviews { rating author { username } } } }`},
	{"Four: a user's reviews, the products they are about, where those are stored",
		`{ me { name reviews { body product { name inStock warehouse { city } } } } }`},
	{"Federated and plain services side by side",
		`{ users(first: 2) { name role } todos(done: false) { title priority } }`},
	{"Two REST services: seven requests, however long the lists are",
		`{ currentUser { name avatarUrl } playlists { name createdBy { name } songs(page: 1, pageSize: 20) { title artists { name } } } friendActivity { friend { name } listenedTo { title } fromPlaylist { name } } }`},
	{"A federated subgraph adds a field to a type of a REST service",
		`{ topSongs(first: 3) { title plays artists { name } } }`},
}

func curlLine(endpoint, query string) string {
	return fmt.Sprintf(`curl -s %s -H 'content-type: application/json' -d '{"query":"%s"}'`, endpoint, query)
}

func printDemo(w io.Writer, base string, c *config.Config) {
	endpoint := base + c.GraphQL.Path
	fmt.Fprintf(w, "\nGraph       %s\n", endpoint)
	fmt.Fprintf(w, "Playground  %s (open it in a browser)\n", base+c.Playground.Path)
	fmt.Fprintf(w, "Health      %s\n", base+strings.TrimSuffix(c.Health.Path, "/")+"/ready")
	for _, q := range demoQueries {
		fmt.Fprintf(w, "\n# %s\n%s\n", q.about, curlLine(endpoint, q.query))
	}
	fmt.Fprintf(w, "\nCtrl+C ends the demo. The same in router.yaml: weft demo --config\n\n")
}

// baseURL is how clients on this machine reach an address.
func baseURL(address net.Addr) string {
	tcp, ok := address.(*net.TCPAddr)
	if !ok {
		return "unix://" + address.String()
	}
	host := tcp.IP.String()
	if tcp.IP.IsUnspecified() {
		host = "127.0.0.1"
	}
	return (&url.URL{Scheme: "http", Host: net.JoinHostPort(host, strconv.Itoa(tcp.Port))}).String()
}
