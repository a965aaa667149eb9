// Package process starts the programs that are measured, and reads what they use
// from /proc (Linux).
//
// In goes a command, out come its CPU time and memory, those of its children
// included, since some routers are several processes. A [Process] belongs to the
// goroutine that started it, but for its measuring methods.
package process

import (
	"bytes"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"time"
)

// tick is the unit of CPU time in /proc: USER_HZ is 100 on Linux.
const tick = 10 * time.Millisecond

// Command is a program to start.
type Command struct {
	Args []string
	Dir  string
	Env  []string // besides those of this process
	// Log is the file for what it writes.
	Log string
}

// Process is a running program.
type Process struct {
	Started time.Time
	cmd     *exec.Cmd
	log     string
	exited  chan struct{}
}

// Start starts a program.
func Start(c Command) (*Process, error) {
	if len(c.Args) == 0 {
		return nil, errors.New("there is no command to start")
	}
	f, err := os.Create(c.Log)
	if err != nil {
		return nil, err
	}
	defer f.Close()
	p := &Process{cmd: exec.Command(c.Args[0], c.Args[1:]...), log: c.Log, exited: make(chan struct{})}
	p.cmd.Dir, p.cmd.Stdout, p.cmd.Stderr = c.Dir, f, f
	p.cmd.Env = append(os.Environ(), c.Env...)
	ownGroup(p.cmd)
	p.Started = time.Now()
	if err := p.cmd.Start(); err != nil {
		return nil, err
	}
	go func() {
		_ = p.cmd.Wait() // it is ended by a signal; a failure shows before
		close(p.exited)
	}()
	return p, nil
}

// Exited reports whether the program has ended by itself, with the end of its log.
func (p *Process) Exited() error {
	select {
	case <-p.exited:
		return fmt.Errorf("%s ended early:\n%s", p.cmd.Args[0], p.Tail())
	default:
		return nil
	}
}

// Tail returns the end of the log.
func (p *Process) Tail() string {
	b, err := os.ReadFile(p.log)
	if err != nil {
		return err.Error()
	}
	return string(b[max(0, len(b)-1000):])
}

// Stop ends the program and what it started, in order if it does so within grace.
func (p *Process) Stop(grace time.Duration) {
	interrupt(p.cmd)
	select {
	case <-p.exited:
	case <-time.After(grace):
	}
	kill(p.cmd)
	<-p.exited
}

// tree returns the process and its living descendants.
func (p *Process) tree() []stat {
	children := map[int][]stat{}
	var root stat
	names, _ := filepath.Glob("/proc/[0-9]*/stat")
	for _, name := range names {
		s, ok := readStat(name)
		if !ok {
			continue
		}
		if s.pid == p.cmd.Process.Pid {
			root = s
		}
		children[s.parent] = append(children[s.parent], s)
	}
	if root.pid == 0 {
		return nil
	}
	out := []stat{root}
	for i := 0; i < len(out); i++ {
		out = append(out, children[out[i].pid]...)
	}
	return out
}

// Usage returns the CPU time used so far and the resident memory in bytes.
func (p *Process) Usage() (cpu time.Duration, memory int64) {
	for _, s := range p.tree() {
		cpu += s.cpu
		memory += s.memory
	}
	return cpu, memory
}

type stat struct {
	pid, parent int
	cpu         time.Duration // its own and that of children that ended
	memory      int64
}

func readStat(name string) (stat, bool) {
	b, err := os.ReadFile(name)
	if err != nil {
		return stat{}, false
	}
	// The name of the command is in brackets and may hold spaces.
	i := bytes.LastIndexByte(b, ')')
	f := strings.Fields(string(b[i+1:]))
	if i < 0 || len(f) < 22 {
		return stat{}, false
	}
	var s stat
	s.pid, _ = strconv.Atoi(filepath.Base(filepath.Dir(name)))
	s.parent, _ = strconv.Atoi(f[1])
	for _, v := range f[11:15] { // utime, stime, cutime, cstime
		n, _ := strconv.ParseInt(v, 10, 64)
		s.cpu += time.Duration(n) * tick
	}
	pages, _ := strconv.ParseInt(f[21], 10, 64)
	s.memory = pages * int64(os.Getpagesize())
	return s, true
}

// Busy returns the time that all CPUs together have worked since boot.
func Busy() time.Duration {
	b, err := os.ReadFile("/proc/stat")
	if err != nil {
		return 0
	}
	line, _, _ := strings.Cut(string(b), "\n")
	var sum time.Duration
	for i, v := range strings.Fields(line) {
		if slices.Contains([]int{1, 2, 3, 6, 7, 8}, i) { // all but idle, waiting and guests
			n, _ := strconv.ParseInt(v, 10, 64)
			sum += time.Duration(n) * tick
		}
	}
	return sum
}

// Watch samples the memory until the function it returns is called, which gives
// the highest sample.
func (p *Process) Watch(every time.Duration) (peak func() int64) {
	stop, result := make(chan struct{}), make(chan int64)
	go func() {
		t := time.NewTicker(every)
		defer t.Stop()
		_, highest := p.Usage()
		for {
			select {
			case <-t.C:
				_, now := p.Usage()
				highest = max(highest, now)
			case <-stop:
				_, now := p.Usage()
				result <- max(highest, now)
				return
			}
		}
	}()
	return func() int64 {
		close(stop)
		return <-result
	}
}
