package main

import "testing"

func listenAddress(t *testing.T, r *running) string { return "" }
