package shop

import (
	"fmt"
	"strings"
)

// Bulk is the name of a fifth subgraph, whose answers are large and cost it
// nothing.
const Bulk = "bulk"

// BulkSchema is its schema.
const BulkSchema = `type Query {
  "1,000 rows of about 1 KB."
  megabyte: [Row!]!
  "10,000 rows of about 1 KB."
  tenMegabytes: [Row!]!
  "5,000 objects of four short fields."
  cells: [Cell!]!
}

type Row {
  id: ID!
  text: String!
}

type Cell {
  a: Int!
  b: Boolean!
  c: String!
  d: ID!
}
`

// BulkFields are the root fields of Bulk with what is selected below, in the
// order in which answers have it.
var BulkFields = []string{"megabyte{id text}", "tenMegabytes{id text}", "cells{a b c d}"}

// bulk makes the answers, by root field.
func bulk() map[string][]byte {
	line := strings.Repeat("0123456789 abcdefghijklmnopqrstuvwxyz \u00e4\u00f6\u00fc ", 22)
	list := func(field string, n int, item func(i int) string) []byte {
		var sb strings.Builder
		fmt.Fprintf(&sb, `{"data":{%q:[`, field)
		for i := range n {
			if i > 0 {
				sb.WriteByte(',')
			}
			sb.WriteString(item(i))
		}
		sb.WriteString("]}}")
		return []byte(sb.String())
	}
	row := func(i int) string { return fmt.Sprintf(`{"id":"%d","text":"%s"}`, i, line) }
	return map[string][]byte{
		"megabyte":     list("megabyte", 1000, row),
		"tenMegabytes": list("tenMegabytes", 10_000, row),
		"cells": list("cells", 5000, func(i int) string {
			return fmt.Sprintf(`{"a":%d,"b":%t,"c":"x%d","d":"%d"}`, i%97, i%2 == 0, i%13, i)
		}),
	}
}
