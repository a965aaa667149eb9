package config

import (
	"fmt"
	"regexp"
	"slices"
	"strconv"
	"strings"
)

// The checks here need no schema. Whether what a rule names exists is known only
// when the schemas are.

var (
	graphQLName  = regexp.MustCompile(`^[_A-Za-z][_0-9A-Za-z]*$`)
	coordinate   = regexp.MustCompile(`^[_A-Za-z][_0-9A-Za-z]*\.[_A-Za-z][_0-9A-Za-z]*$`)
	contractName = subgraphName
)

func (v *validator) graphQLName(path, name string) {
	if !graphQLName.MatchString(name) || strings.HasPrefix(name, "__") {
		v.fail(CodeInvalidValue, path, v.quoted(path, name)+" is not a GraphQL name", "letters, digits and _, not beginning with a digit or __")
	}
}

func (v *validator) coordinate(path, text string) {
	if !coordinate.MatchString(text) {
		v.fail(CodeInvalidValue, path, v.quoted(path, text)+" is not the coordinate of a field", "write Type.field")
	}
}

func (v *validator) transforms(path string, rules []Transform) {
	for i, r := range rules {
		at := join(path, strconv.Itoa(i))
		if !v.ok(at) {
			continue
		}
		count := 0
		if r.Rename != nil {
			count++
			v.rename(at+".rename", r.Rename)
		}
		if p := r.Prefix; p != nil {
			count++
			v.graphQLName(at+".prefix.value", p.Value)
			if !p.Types && !p.Fields {
				v.fail(CodeConflict, at+".prefix", "the prefix is put before nothing", "set types or fields to true")
			}
			v.noneEmpty(at+".prefix.except", p.Except)
		}
		if v.given(at + ".hide") {
			count++
			v.noneEmpty(at+".hide", r.Hide)
			if len(r.Hide) == 0 {
				v.fail(CodeMissing, at+".hide", "the rule hides nothing", `such as: hide: ["Query.internal*"]`)
			}
		}
		if v.given(at + ".namespace") {
			count++
			v.graphQLName(at+".namespace", r.Namespace)
		}
		switch {
		case count == 0:
			v.fail(CodeMissing, at, "the rule says nothing", "one of: rename, prefix, hide, namespace")
		case count > 1:
			v.fail(CodeConflict, at, "a rule is one of rename, prefix, hide and namespace", "write one list entry for each; they apply in order")
		}
	}
}

func (v *validator) rename(path string, r *Rename) {
	if len(r.Types)+len(r.Fields) == 0 {
		v.fail(CodeMissing, path, "the rule renames nothing", "such as: rename: {types: {Account: BillingAccount}}")
	}
	for _, from := range sortedKeys(r.Types) {
		v.graphQLName(join(path+".types", from), r.Types[from])
		if !graphQLName.MatchString(from) {
			v.fail(CodeInvalidValue, join(path+".types", from), fmt.Sprintf("%q is not the name of a type", from), "")
		}
	}
	for _, from := range sortedKeys(r.Fields) {
		at := join(path+".fields", from)
		v.graphQLName(at, r.Fields[from])
		if !coordinate.MatchString(from) {
			v.fail(CodeInvalidValue, at, fmt.Sprintf("%q is not the coordinate of a field", from), "write Type.field")
		}
	}
}

func (v *validator) noneEmpty(path string, list []string) {
	for i, text := range list {
		if strings.TrimSpace(text) == "" {
			v.fail(CodeInvalidValue, join(path, strconv.Itoa(i)), "the entry is empty", "")
		}
	}
}

func (v *validator) entities(path string, s *Subgraph) {
	entities := s.Entities
	for _, name := range sortedKeys(entities) {
		at := join(path, name)
		if !graphQLName.MatchString(name) {
			v.fail(CodeInvalidValue, at, fmt.Sprintf("%q is not the name of a type", name), "")
		}
		if len(entities[name]) == 0 && v.ok(at) {
			v.fail(CodeMissing, at, fmt.Sprintf("no lookup is given for %q", name), `such as {key: id, lookup: "users(ids: $key.id)"}`)
		}
		for i, e := range entities[name] {
			one := join(at, strconv.Itoa(i))
			if e.Lookup == "" && s.OpenAPI == nil {
				v.fail(CodeMissing, one+".lookup", `"lookup" is required`, "such as: users(ids: $key.id)")
			}
			if e.Lookup != "" && !strings.Contains(e.Lookup, "$key") {
				v.fail(CodeInvalidValue, one+".lookup", v.quoted(one+".lookup", e.Lookup)+" does not use the key", "such as: users(ids: $key.id)")
			}
		}
	}
}

func (v *validator) joins() {
	if v.config.Supergraph != nil && v.given("joins") {
		v.fail(CodeConflict, "joins", "the supergraph is composed already", "joins go with subgraphs")
		return
	}
	for i, j := range v.config.Joins {
		at := join("joins", strconv.Itoa(i))
		if !v.ok(at) {
			continue
		}
		v.coordinate(at+".field", j.Field)
		v.graphQLName(at+".type", j.Type)
		v.knownSubgraph(at+".subgraph", j.Subgraph)
		switch {
		case len(j.By) == 0 && len(j.From) == 0:
			v.fail(CodeMissing, at+".by", "the join does not say by which fields", "such as: by: {id: authorId}")
		case len(j.By) > 0 && len(j.From) > 0:
			v.fail(CodeConflict, at+".from", "both by and from are given", "remove one of them")
		}
		v.noneEmpty(at+".from", j.From)
		for _, leaf := range sortedKeys(j.By) {
			if strings.TrimSpace(j.By[leaf]) == "" {
				v.fail(CodeInvalidValue, join(at+".by", leaf), "the entry is empty", "")
			}
		}
	}
}

// ServedContract returns the contract that clients get, nil for the whole graph.
func (c *Config) ServedContract() *Contract { return c.FindContract(c.Contract) }

// FindContract returns the contract of a name, nil if there is none.
func (c *Config) FindContract(name string) *Contract {
	for i := range c.Contracts {
		if c.Contracts[i].Name == name {
			return &c.Contracts[i]
		}
	}
	return nil
}

func (v *validator) contracts() {
	c := v.config
	var names []string
	for _, contract := range c.Contracts {
		names = append(names, contract.Name)
		path := join("contracts", contract.Name)
		if !contractName.MatchString(contract.Name) {
			v.fail(CodeInvalidValue, path+".name", fmt.Sprintf("%q cannot be the name of a contract", contract.Name), "a letter, then letters, digits, _ or -; at most 64 characters")
		}
		if len(contract.IncludeTags)+len(contract.ExcludeTags) == 0 && v.ok(path) {
			v.fail(CodeMissing, path, fmt.Sprintf("the contract %q leaves nothing out", contract.Name), "give include_tags or exclude_tags")
		}
		v.noneEmpty(path+".include_tags", contract.IncludeTags)
		v.noneEmpty(path+".exclude_tags", contract.ExcludeTags)
		for i, tag := range contract.ExcludeTags {
			if slices.Contains(contract.IncludeTags, tag) {
				v.fail(CodeConflict, join(path+".exclude_tags", strconv.Itoa(i)), fmt.Sprintf("the tag %q is both included and excluded", tag), "remove it from one of the lists")
			}
		}
	}
	if c.Contract != "" && !slices.Contains(names, c.Contract) && v.ok("contracts") {
		v.fail(CodeUnknownName, "contract", fmt.Sprintf("there is no contract %s", v.quoted("contract", c.Contract)), oneOf(c.Contract, names))
	}
}
