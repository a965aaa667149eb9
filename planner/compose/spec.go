package compose

import (
	"slices"
	"sync"

	"github.com/weft-graphql/weft/planner/schema"
)

// newestFederation2 is the newest minor version of Federation 2 known here.
const newestFederation2 = 14

// federationSDL defines the directives of Federation 2 by canonical name. The
// table below says since which minor version each exists.
const federationSDL = `
directive @key(fields: FieldSet!, resolvable: Boolean = true) repeatable on OBJECT | INTERFACE
directive @requires(fields: FieldSet!) on FIELD_DEFINITION
directive @provides(fields: FieldSet!) on FIELD_DEFINITION
directive @external(reason: String) on OBJECT | FIELD_DEFINITION
directive @tag(name: String!) repeatable on FIELD_DEFINITION | INTERFACE | OBJECT | UNION | ARGUMENT_DEFINITION | SCALAR | ENUM | ENUM_VALUE | INPUT_OBJECT | INPUT_FIELD_DEFINITION | SCHEMA
directive @extends on OBJECT | INTERFACE
directive @shareable repeatable on OBJECT | FIELD_DEFINITION
directive @inaccessible on FIELD_DEFINITION | OBJECT | INTERFACE | UNION | ARGUMENT_DEFINITION | SCALAR | ENUM | ENUM_VALUE | INPUT_OBJECT | INPUT_FIELD_DEFINITION
directive @override(from: String!, label: String) on FIELD_DEFINITION
directive @composeDirective(name: String) repeatable on SCHEMA
directive @interfaceObject on OBJECT
directive @authenticated on FIELD_DEFINITION | OBJECT | INTERFACE | SCALAR | ENUM
directive @requiresScopes(scopes: [[Scope!]!]!) on FIELD_DEFINITION | OBJECT | INTERFACE | SCALAR | ENUM
directive @policy(policies: [[Policy!]!]!) on FIELD_DEFINITION | OBJECT | INTERFACE | SCALAR | ENUM
directive @context(name: String!) repeatable on INTERFACE | OBJECT | UNION
directive @fromContext(field: ContextFieldValue) on ARGUMENT_DEFINITION
directive @cost(weight: Int!) on ARGUMENT_DEFINITION | ENUM | FIELD_DEFINITION | INPUT_FIELD_DEFINITION | OBJECT | SCALAR
directive @listSize(assumedSize: Int, slicingArguments: [String!], sizedFields: [String!], requireOneSlicingArgument: Boolean = true) on FIELD_DEFINITION
directive @cacheTag(format: String!) repeatable on INTERFACE | OBJECT | FIELD_DEFINITION
directive @link(url: String!, as: String, for: Purpose, import: [Import]) repeatable on SCHEMA
`

// builtinSDL defines the directives of GraphQL itself.
const builtinSDL = `
directive @skip(if: Boolean!) on FIELD | FRAGMENT_SPREAD | INLINE_FRAGMENT
directive @include(if: Boolean!) on FIELD | FRAGMENT_SPREAD | INLINE_FRAGMENT
directive @deprecated(reason: String = "No longer supported") on FIELD_DEFINITION | ARGUMENT_DEFINITION | INPUT_FIELD_DEFINITION | ENUM_VALUE
directive @specifiedBy(url: String!) on SCALAR
directive @oneOf on INPUT_OBJECT
`

// since is the minor version of Federation 2 that brought each directive.
var since = map[string]int{
	"key": 0, "requires": 0, "provides": 0, "external": 0, "tag": 0, "extends": 0,
	"shareable": 0, "inaccessible": 0, "override": 0,
	"composeDirective": 1, "interfaceObject": 3, "authenticated": 5, "requiresScopes": 5,
	"policy": 6, "context": 8, "fromContext": 8, "cost": 9, "listSize": 9, "cacheTag": 12,
}

// federation1 are the directives a schema without @link knows.
var federation1 = []string{"key", "requires", "provides", "external", "extends", "tag"}

// federation2Habits are the directives of Federation 2 that a schema without
// @link may define and use.
var federation2Habits = []string{"composeDirective", "inaccessible", "interfaceObject", "override", "shareable"}

// federationTypes are the scalars of the federation specification and the
// version that brought them.
var federationTypes = map[string]int{"FieldSet": 0, "Scope": 5, "Policy": 6, "ContextFieldValue": 8}

// features are the specifications besides federation that a schema may link,
// with their elements.
var features = map[string][]string{
	"tag": {"tag"}, "inaccessible": {"inaccessible"}, "authenticated": {"authenticated"},
	"requiresScopes": {"requiresScopes"}, "policy": {"policy"}, "cost": {"cost", "listSize"},
}

// featureTypes are the scalars of these specifications, featureVersions their
// newest minor versions (of v0); of later ones, nobody knows the elements.
var (
	featureTypes    = map[string]string{"requiresScopes": "Scope", "policy": "Policy"}
	featureVersions = map[string]int{"tag": 3, "inaccessible": 2, "authenticated": 1, "requiresScopes": 1, "policy": 1, "cost": 1}
)

var specDefinitions = sync.OnceValue(func() map[string]*schema.DirectiveDefinition {
	return definitionsOf(federationSDL)
})

var builtinDefinitions = sync.OnceValue(func() map[string]*schema.DirectiveDefinition {
	return definitionsOf(builtinSDL)
})

func definitionsOf(text string) map[string]*schema.DirectiveDefinition {
	doc, errs := schema.Parse("specification", text)
	if len(errs) > 0 {
		panic(errs[0]) // our own text: covered by every test of this package
	}
	out := make(map[string]*schema.DirectiveDefinition)
	for _, d := range doc.Directives {
		out[d.Name] = d
	}
	return out
}

// definitionAt returns a directive of the federation specification as the
// given minor version has it.
func definitionAt(name string, version int) *schema.DirectiveDefinition {
	d := *specDefinitions()[name]
	switch {
	case name == "override" && version < 7:
		d.Arguments = d.Arguments[:1]
	case name == "shareable" && version < 2:
		d.Repeatable = false
	case name == "tag" && version < 3:
		d.Locations = slices.DeleteFunc(slices.Clone(d.Locations), func(l string) bool { return l == "SCHEMA" })
	}
	return &d
}
