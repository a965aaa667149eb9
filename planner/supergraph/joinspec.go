package supergraph

import "github.com/weft-graphql/weft/planner/schema"

// joinDefinitions are the definitions of the link specification and of one
// version of the join specification, as they stand in a supergraph text.
func joinDefinitions(version string) *schema.Document {
	typeLocations := locations("OBJECT INTERFACE UNION ENUM INPUT_OBJECT SCALAR")
	joinType := directive("join__type", true, typeLocations,
		"graph", "join__Graph!", "key", "join__FieldSet", "extension", "Boolean!", "resolvable", "Boolean!", "isInterfaceObject", "Boolean!")
	joinType.Arguments[2].Default = falseValue()
	joinType.Arguments[3].Default = trueValue()
	joinType.Arguments[4].Default = falseValue()
	fieldArguments := []string{
		"graph", "join__Graph", "requires", "join__FieldSet", "provides", "join__FieldSet", "type", "String",
		"external", "Boolean", "override", "String", "usedOverridden", "Boolean",
	}
	doc := directives(
		directive("link", true, locations("SCHEMA"), "url", "String", "as", "String", "for", "link__Purpose", "import", "[link__Import]"),
		joinType,
		directive("join__graph", false, locations("ENUM_VALUE"), "name", "String!", "url", "String!"),
		directive("join__implements", true, locations("OBJECT INTERFACE"), "graph", "join__Graph!", "interface", "String!"),
		directive("join__unionMember", true, locations("UNION"), "graph", "join__Graph!", "member", "String!"),
		directive("join__enumValue", true, locations("ENUM_VALUE"), "graph", "join__Graph!"),
	)
	doc.Types = []*schema.TypeDefinition{
		scalar("join__FieldSet"),
		scalar("link__Import"),
		{Kind: schema.Enum, Name: "link__Purpose", Values: []*schema.EnumValueDefinition{
			{Name: "SECURITY", Description: "`SECURITY` features provide metadata necessary to securely resolve fields."},
			{Name: "EXECUTION", Description: "`EXECUTION` features provide metadata necessary for operation execution."},
		}},
	}
	if version != "v0.3" {
		fieldArguments = append(fieldArguments, "overrideLabel", "String")
		doc.Directives = append(doc.Directives, directive("join__directive", true, locations("SCHEMA OBJECT INTERFACE FIELD_DEFINITION"),
			"graphs", "[join__Graph!]", "name", "String!", "args", "join__DirectiveArguments"))
		doc.Types = append(doc.Types, scalar("join__DirectiveArguments"))
	}
	if version == "v0.5" {
		fieldArguments = append(fieldArguments, "contextArguments", "[join__ContextArgument!]")
		argument := &schema.TypeDefinition{Kind: schema.InputObject, Name: "join__ContextArgument"}
		for _, f := range [][2]string{{"name", "String!"}, {"type", "String!"}, {"context", "String!"}, {"selection", "join__FieldValue!"}} {
			argument.Fields = append(argument.Fields, &schema.FieldDefinition{Name: f[0], Type: typeExpr(f[1])})
		}
		doc.Types = append(doc.Types, argument, scalar("join__FieldValue"))
	}
	doc.Directives = append(doc.Directives, directive("join__field", true, locations("FIELD_DEFINITION INPUT_FIELD_DEFINITION"), fieldArguments...))
	return doc
}
