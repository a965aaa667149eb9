package compose

import (
	"regexp"
	"slices"
	"strings"

	"github.com/weft-graphql/weft/planner/schema"
)

var (
	graphQLName = regexp.MustCompile(`^[_A-Za-z][_0-9A-Za-z]*$`)
	importName  = regexp.MustCompile(`^@?[_A-Za-z][_0-9A-Za-z]*$`)
)

// checkLinkNames reports names that could stand for elements of two linked
// specifications: prefixes that are no names or are used twice, and imports under
// a name that a prefix means for something else. One fault a link is enough.
func (sg *subgraph) checkLinkNames(r *reporter) {
	prefixes := map[string]*link{"link": {identity: linkIdentity, name: "link"}}
	for _, l := range sg.links {
		if l.identity == linkIdentity {
			delete(prefixes, "link")
		}
	}
	for _, l := range sg.links {
		prefix := l.namespace()
		if l.identity == linkIdentity && (l.major != 1 || l.minor != 0) {
			r.at(CodeInvalidLinkUsage, sg, l.pos, "", "Use v1.0.", "Cannot link feature %q: there is no version v%d.%d.", l.identity, l.major, l.minor)
		}
		if fault := prefixFault(l, prefix); fault != "" {
			r.at(CodeInvalidLinkUsage, sg, l.pos, "", "Choose another prefix with \"as\".", "Cannot link feature %q as %q since it %s.", l.identity, prefix, fault)
			continue
		}
		if other := prefixes[prefix]; other != nil && !sg.preferFederation(r, l, other) {
			r.at(CodeInvalidLinkUsage, sg, l.pos, "", "Rename one of the two features with \"as\".", "Cannot link feature %q as %q since feature %q has that name already.", l.identity, prefix, other.identity)
		}
		prefixes[prefix] = l
	}
	for _, l := range sg.links {
		sg.checkImportNames(r, l, prefixes)
		sg.checkShadowed(r, l)
	}
}

// checkShadowed reports directives that are imported under one name, but defined
// and applied under the name they would have without the import.
func (sg *subgraph) checkShadowed(r *reporter, l *link) {
	var used map[string]bool
	for _, i := range l.imports {
		name, isDirective := strings.CutPrefix(i.name, "@")
		if !isDirective {
			continue
		}
		whole := l.namespace() + "__" + name
		if name == l.name {
			whole = l.namespace()
		}
		if i.as == "@"+whole || !slices.ContainsFunc(sg.doc.Directives, func(d *schema.DirectiveDefinition) bool { return d.Name == whole }) {
			continue
		}
		if used == nil {
			used = directiveNames(sg.doc)
		}
		if used[whole] {
			r.at(CodeInvalidLinkUsage, sg, i.pos, "", "Apply it under the imported name, and remove the definition.", "Cannot import %q as %q from feature %q since \"@%s\" is defined and applied.", i.name, i.as, l.identity, whole)
		}
	}
}

// directiveNames are the names of the directives that a document applies.
func directiveNames(doc *schema.Document) map[string]bool {
	names := make(map[string]bool)
	note := func(list []*schema.Directive) {
		for _, d := range list {
			names[d.Name] = true
		}
	}
	for _, s := range doc.Schemas {
		note(s.Directives)
	}
	for _, t := range doc.Types {
		note(t.Directives)
		for _, v := range t.Values {
			note(v.Directives)
		}
		for _, f := range t.Fields {
			note(f.Directives)
			for _, a := range f.Arguments {
				note(a.Directives)
			}
		}
	}
	return names
}

func prefixFault(l *link, prefix string) string {
	// The names that composition itself once gave to these two.
	bound := len(l.imports) == 0 && (l.identity == apolloSpecs+"tag" && prefix == "federation__tag" || l.identity == apolloSpecs+"inaccessible" && prefix == "federation__inaccessible")
	switch {
	case strings.Contains(prefix, "__") && !bound:
		return "contains \"__\""
	case strings.HasSuffix(prefix, "_"):
		return "ends in \"_\""
	case !graphQLName.MatchString(prefix):
		return "is not a GraphQL name"
	}
	return ""
}

func (sg *subgraph) checkImportNames(r *reporter, l *link, prefixes map[string]*link) {
	as := make(map[string]string)
	of := make(map[string]string)
	for _, i := range l.imports {
		name, isDirective := strings.CutPrefix(i.name, "@")
		local := strings.TrimPrefix(i.as, "@")
		fail := func(format string, args ...any) {
			r.at(CodeInvalidLinkUsage, sg, i.pos, "", "Rename the import with \"as\".", format, args...)
		}
		// What a prefix means for another element cannot be an import.
		prefix, rest, prefixed := strings.Cut(local, "__")
		if isDirective && !prefixed {
			prefix, rest, prefixed = local, "", true
			if owner := prefixes[prefix]; owner != nil {
				rest = owner.name
			}
		}
		owner := prefixes[prefix]
		switch {
		case prefixed && owner == l && rest != name:
			fail("Cannot import %q as %q from feature %q since that is the name of another of its elements.", i.name, i.as, l.identity)
			return
		case prefixed && owner != nil && owner != l:
			if !sg.preferFederation(r, l, owner) {
				fail("Cannot import %q as %q from feature %q since that is a name of feature %q.", i.name, i.as, l.identity, owner.identity)
			}
			return
		case as[i.name] != "" && as[i.name] != i.as:
			fail("Cannot import %q as %q from feature %q since it is imported as %q already.", i.name, i.as, l.identity, as[i.name])
			return
		case of[i.as] != "" && of[i.as] != i.name:
			fail("Cannot import %q as %q from feature %q since %q is imported under that name.", i.name, i.as, l.identity, of[i.as])
			return
		}
		as[i.name], of[i.as] = i.as, i.name
	}
}

// preferFederation reports a conflict between federation and the specification
// of one of its own directives: federation brings @tag and @inaccessible itself.
func (sg *subgraph) preferFederation(r *reporter, a, b *link) bool {
	if b.identity == federationIdentity {
		a, b = b, a
	}
	if a.identity != federationIdentity || b.identity != apolloSpecs+"tag" && b.identity != apolloSpecs+"inaccessible" {
		return false
	}
	r.at(CodeInvalidLinkUsage, sg, b.pos, "", "Import it from federation.", "Please import \"@%s\" from the feature %q instead of linking %q.", b.name, federationIdentity, b.identity)
	return true
}
