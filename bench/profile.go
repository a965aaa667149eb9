package main

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"time"
)

// target is the profile that the build of Weft is optimised by.
const target = "cmd/weft/default.pgo"

// maxProfile bounds its size: it is part of the repository.
const maxProfile = 300 << 10

// part is a scenario with how long it runs, in times of -d.
type part struct {
	name  string
	times time.Duration
}

// refresh writes the profile that builds are optimised by.
func (l *lab) refresh(ctx context.Context) error {
	if _, err := os.Stat(filepath.Dir(target)); err != nil {
		return fmt.Errorf("-pgo is to be run in the module's root: %w", err)
	}
	text, err := l.profile(ctx, []part{{"distinct", 3}, {"variables", 1}, {"small", 1}, {"cold-plans", 1}, {"short-fields", 1}})
	if err != nil {
		return err
	}
	if len(text) > maxProfile {
		return fmt.Errorf("the profile has %d bytes; a shorter -d makes it smaller", len(text))
	}
	return os.WriteFile(target, text, 0o644)
}

// profileTo profiles the chosen scenarios.
func (l *lab) profileTo(ctx context.Context, file string) error {
	var parts []part
	for _, name := range strings.FieldsFunc(l.o.scenarios, comma) {
		parts = append(parts, part{name, 1})
	}
	if len(parts) == 0 {
		parts = []part{{"distinct", 1}}
	}
	text, err := l.profile(ctx, parts)
	if err != nil {
		return err
	}
	return os.WriteFile(file, text, 0o644)
}

// profile runs scenarios against a hosted Weft and returns its CPU profile.
func (l *lab) profile(ctx context.Context, parts []part) ([]byte, error) {
	file := filepath.Join(l.dir, "cpu.pgo")
	all := scenarios()
	find := func(name string) (*scenario, error) {
		i := slices.IndexFunc(all, func(s scenario) bool { return s.name == name })
		if i < 0 {
			return nil, fmt.Errorf("there is no scenario %q", name)
		}
		return &all[i], nil
	}
	first, err := find(parts[0].name)
	if err != nil {
		return nil, err
	}
	hosted := l.hosted("", file)
	p, launched, _, err := l.launch(ctx, hosted, first)
	if err != nil {
		return nil, err
	}
	running := true
	defer func() {
		if running {
			p.Stop(time.Second)
		}
	}()
	for _, part := range parts {
		s, err := find(part.name)
		if err != nil {
			return nil, err
		}
		if ctx.Err() != nil {
			return nil, ctx.Err()
		}
		if s.rest != first.rest || s.cached != first.cached {
			return nil, fmt.Errorf("%s and %s are not for one configuration", first.name, s.name)
		}
		o, err := l.requests(ctx, hosted, s)
		if err != nil {
			return nil, err
		}
		o.URL, o.Connections, o.Count, o.Duration = launched.URL, cmp.Or(s.connections, l.o.connections), 0, part.times*l.o.duration
		before, _ := p.Usage()
		result, err := l.send(o)
		if err == nil {
			err = result.Problem
		}
		if err != nil {
			return nil, fmt.Errorf("%s: %w", part.name, err)
		}
		after, _ := p.Usage()
		fmt.Printf("%s: %d answers, %.3f ms of CPU each\n", part.name, result.Answers, float64((after-before).Microseconds())/1000/float64(result.Answers))
	}
	p.Stop(10 * time.Second) // in order, so that the profile is written
	running = false
	text, err := os.ReadFile(file)
	if err == nil && len(text) == 0 {
		err = errors.New("the profile is empty")
	}
	return text, err
}
