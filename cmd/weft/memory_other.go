//go:build !linux

package main

// dropProgramPages does nothing here.
func dropProgramPages() {}
