//go:build !unix

package process

import (
	"os/exec"
	"time"
)

func ownGroup(*exec.Cmd) {}

func interrupt(*exec.Cmd) {}

func kill(c *exec.Cmd) { _ = c.Process.Kill() }

// OwnCPU returns 0: only Linux is supported.
func OwnCPU() time.Duration { return 0 }
