package diff

// The codes of changes, by the names that GraphQL Inspector gives them.
const (
	// Of arguments of fields.
	CodeFieldArgumentDescriptionChanged       = "FIELD_ARGUMENT_DESCRIPTION_CHANGED"
	CodeFieldArgumentDefaultChanged           = "FIELD_ARGUMENT_DEFAULT_CHANGED"
	CodeFieldArgumentTypeChanged              = "FIELD_ARGUMENT_TYPE_CHANGED"
	CodeFieldArgumentDeprecationAdded         = "FIELD_ARGUMENT_DEPRECATION_ADDED"
	CodeFieldArgumentDeprecationRemoved       = "FIELD_ARGUMENT_DEPRECATION_REMOVED"
	CodeFieldArgumentDeprecationReasonChanged = "FIELD_ARGUMENT_DEPRECATION_REASON_CHANGED"
	CodeFieldArgumentDeprecationReasonAdded   = "FIELD_ARGUMENT_DEPRECATION_REASON_ADDED"
	CodeFieldArgumentDeprecationReasonRemoved = "FIELD_ARGUMENT_DEPRECATION_REASON_REMOVED"

	// Of directive definitions.
	CodeDirectiveRemoved                     = "DIRECTIVE_REMOVED"
	CodeDirectiveAdded                       = "DIRECTIVE_ADDED"
	CodeDirectiveDescriptionChanged          = "DIRECTIVE_DESCRIPTION_CHANGED"
	CodeDirectiveLocationAdded               = "DIRECTIVE_LOCATION_ADDED"
	CodeDirectiveLocationRemoved             = "DIRECTIVE_LOCATION_REMOVED"
	CodeDirectiveArgumentAdded               = "DIRECTIVE_ARGUMENT_ADDED"
	CodeDirectiveArgumentRemoved             = "DIRECTIVE_ARGUMENT_REMOVED"
	CodeDirectiveArgumentDescriptionChanged  = "DIRECTIVE_ARGUMENT_DESCRIPTION_CHANGED"
	CodeDirectiveArgumentDefaultValueChanged = "DIRECTIVE_ARGUMENT_DEFAULT_VALUE_CHANGED"
	CodeDirectiveArgumentTypeChanged         = "DIRECTIVE_ARGUMENT_TYPE_CHANGED"
	CodeDirectiveRepeatableAdded             = "DIRECTIVE_REPEATABLE_ADDED"
	CodeDirectiveRepeatableRemoved           = "DIRECTIVE_REPEATABLE_REMOVED"

	// Of enum values.
	CodeEnumValueRemoved                  = "ENUM_VALUE_REMOVED"
	CodeEnumValueAdded                    = "ENUM_VALUE_ADDED"
	CodeEnumValueDescriptionChanged       = "ENUM_VALUE_DESCRIPTION_CHANGED"
	CodeEnumValueDeprecationReasonChanged = "ENUM_VALUE_DEPRECATION_REASON_CHANGED"
	CodeEnumValueDeprecationReasonAdded   = "ENUM_VALUE_DEPRECATION_REASON_ADDED"
	CodeEnumValueDeprecationReasonRemoved = "ENUM_VALUE_DEPRECATION_REASON_REMOVED"

	// Of fields.
	CodeFieldRemoved                  = "FIELD_REMOVED"
	CodeFieldAdded                    = "FIELD_ADDED"
	CodeFieldDescriptionChanged       = "FIELD_DESCRIPTION_CHANGED"
	CodeFieldDescriptionAdded         = "FIELD_DESCRIPTION_ADDED"
	CodeFieldDescriptionRemoved       = "FIELD_DESCRIPTION_REMOVED"
	CodeFieldDeprecationAdded         = "FIELD_DEPRECATION_ADDED"
	CodeFieldDeprecationRemoved       = "FIELD_DEPRECATION_REMOVED"
	CodeFieldDeprecationReasonChanged = "FIELD_DEPRECATION_REASON_CHANGED"
	CodeFieldDeprecationReasonAdded   = "FIELD_DEPRECATION_REASON_ADDED"
	CodeFieldDeprecationReasonRemoved = "FIELD_DEPRECATION_REASON_REMOVED"
	CodeFieldTypeChanged              = "FIELD_TYPE_CHANGED"
	CodeFieldArgumentAdded            = "FIELD_ARGUMENT_ADDED"
	CodeFieldArgumentRemoved          = "FIELD_ARGUMENT_REMOVED"

	// Of input fields.
	CodeInputFieldRemoved                  = "INPUT_FIELD_REMOVED"
	CodeInputFieldAdded                    = "INPUT_FIELD_ADDED"
	CodeInputFieldDescriptionAdded         = "INPUT_FIELD_DESCRIPTION_ADDED"
	CodeInputFieldDescriptionRemoved       = "INPUT_FIELD_DESCRIPTION_REMOVED"
	CodeInputFieldDescriptionChanged       = "INPUT_FIELD_DESCRIPTION_CHANGED"
	CodeInputFieldDefaultValueChanged      = "INPUT_FIELD_DEFAULT_VALUE_CHANGED"
	CodeInputFieldTypeChanged              = "INPUT_FIELD_TYPE_CHANGED"
	CodeInputFieldDeprecationAdded         = "INPUT_FIELD_DEPRECATION_ADDED"
	CodeInputFieldDeprecationRemoved       = "INPUT_FIELD_DEPRECATION_REMOVED"
	CodeInputFieldDeprecationReasonChanged = "INPUT_FIELD_DEPRECATION_REASON_CHANGED"
	CodeInputFieldDeprecationReasonAdded   = "INPUT_FIELD_DEPRECATION_REASON_ADDED"
	CodeInputFieldDeprecationReasonRemoved = "INPUT_FIELD_DEPRECATION_REASON_REMOVED"

	// Of implemented interfaces.
	CodeObjectTypeInterfaceAdded   = "OBJECT_TYPE_INTERFACE_ADDED"
	CodeObjectTypeInterfaceRemoved = "OBJECT_TYPE_INTERFACE_REMOVED"

	// Of root types.
	CodeSchemaQueryTypeChanged        = "SCHEMA_QUERY_TYPE_CHANGED"
	CodeSchemaMutationTypeChanged     = "SCHEMA_MUTATION_TYPE_CHANGED"
	CodeSchemaSubscriptionTypeChanged = "SCHEMA_SUBSCRIPTION_TYPE_CHANGED"

	// Of types.
	CodeTypeRemoved            = "TYPE_REMOVED"
	CodeTypeAdded              = "TYPE_ADDED"
	CodeTypeKindChanged        = "TYPE_KIND_CHANGED"
	CodeTypeDescriptionChanged = "TYPE_DESCRIPTION_CHANGED"
	CodeTypeDescriptionRemoved = "TYPE_DESCRIPTION_REMOVED"
	CodeTypeDescriptionAdded   = "TYPE_DESCRIPTION_ADDED"

	// Of unions.
	CodeUnionMemberRemoved = "UNION_MEMBER_REMOVED"
	CodeUnionMemberAdded   = "UNION_MEMBER_ADDED"

	// Of directives applied to elements of the schema.
	CodeDirectiveUsageUnionMemberAdded            = "DIRECTIVE_USAGE_UNION_MEMBER_ADDED"
	CodeDirectiveUsageUnionMemberRemoved          = "DIRECTIVE_USAGE_UNION_MEMBER_REMOVED"
	CodeDirectiveUsageEnumAdded                   = "DIRECTIVE_USAGE_ENUM_ADDED"
	CodeDirectiveUsageEnumRemoved                 = "DIRECTIVE_USAGE_ENUM_REMOVED"
	CodeDirectiveUsageEnumValueAdded              = "DIRECTIVE_USAGE_ENUM_VALUE_ADDED"
	CodeDirectiveUsageEnumValueRemoved            = "DIRECTIVE_USAGE_ENUM_VALUE_REMOVED"
	CodeDirectiveUsageInputObjectAdded            = "DIRECTIVE_USAGE_INPUT_OBJECT_ADDED"
	CodeDirectiveUsageInputObjectRemoved          = "DIRECTIVE_USAGE_INPUT_OBJECT_REMOVED"
	CodeDirectiveUsageScalarAdded                 = "DIRECTIVE_USAGE_SCALAR_ADDED"
	CodeDirectiveUsageScalarRemoved               = "DIRECTIVE_USAGE_SCALAR_REMOVED"
	CodeDirectiveUsageObjectAdded                 = "DIRECTIVE_USAGE_OBJECT_ADDED"
	CodeDirectiveUsageObjectRemoved               = "DIRECTIVE_USAGE_OBJECT_REMOVED"
	CodeDirectiveUsageInterfaceAdded              = "DIRECTIVE_USAGE_INTERFACE_ADDED"
	CodeDirectiveUsageInterfaceRemoved            = "DIRECTIVE_USAGE_INTERFACE_REMOVED"
	CodeDirectiveUsageArgumentDefinitionAdded     = "DIRECTIVE_USAGE_ARGUMENT_DEFINITION_ADDED"
	CodeDirectiveUsageArgumentDefinitionRemoved   = "DIRECTIVE_USAGE_ARGUMENT_DEFINITION_REMOVED"
	CodeDirectiveUsageSchemaAdded                 = "DIRECTIVE_USAGE_SCHEMA_ADDED"
	CodeDirectiveUsageSchemaRemoved               = "DIRECTIVE_USAGE_SCHEMA_REMOVED"
	CodeDirectiveUsageFieldDefinitionAdded        = "DIRECTIVE_USAGE_FIELD_DEFINITION_ADDED"
	CodeDirectiveUsageFieldDefinitionRemoved      = "DIRECTIVE_USAGE_FIELD_DEFINITION_REMOVED"
	CodeDirectiveUsageInputFieldDefinitionAdded   = "DIRECTIVE_USAGE_INPUT_FIELD_DEFINITION_ADDED"
	CodeDirectiveUsageInputFieldDefinitionRemoved = "DIRECTIVE_USAGE_INPUT_FIELD_DEFINITION_REMOVED"
	CodeDirectiveUsageArgumentAdded               = "DIRECTIVE_USAGE_ARGUMENT_ADDED"
	CodeDirectiveUsageArgumentRemoved             = "DIRECTIVE_USAGE_ARGUMENT_REMOVED"
)

// usageCodes are the codes of directives applied to one kind of element.
var usageCodes = map[string]struct{ added, removed string }{
	"UnionMember":          {CodeDirectiveUsageUnionMemberAdded, CodeDirectiveUsageUnionMemberRemoved},
	"Enum":                 {CodeDirectiveUsageEnumAdded, CodeDirectiveUsageEnumRemoved},
	"EnumValue":            {CodeDirectiveUsageEnumValueAdded, CodeDirectiveUsageEnumValueRemoved},
	"InputObject":          {CodeDirectiveUsageInputObjectAdded, CodeDirectiveUsageInputObjectRemoved},
	"Scalar":               {CodeDirectiveUsageScalarAdded, CodeDirectiveUsageScalarRemoved},
	"Object":               {CodeDirectiveUsageObjectAdded, CodeDirectiveUsageObjectRemoved},
	"Interface":            {CodeDirectiveUsageInterfaceAdded, CodeDirectiveUsageInterfaceRemoved},
	"ArgumentDefinition":   {CodeDirectiveUsageArgumentDefinitionAdded, CodeDirectiveUsageArgumentDefinitionRemoved},
	"Schema":               {CodeDirectiveUsageSchemaAdded, CodeDirectiveUsageSchemaRemoved},
	"FieldDefinition":      {CodeDirectiveUsageFieldDefinitionAdded, CodeDirectiveUsageFieldDefinitionRemoved},
	"InputFieldDefinition": {CodeDirectiveUsageInputFieldDefinitionAdded, CodeDirectiveUsageInputFieldDefinitionRemoved},
}

// Codes lists all codes.
//
// GraphQL Inspector takes some changes for harmless that can break operations;
// here they are Breaking: a default that is taken from a non-null argument or
// input field, and a root type that is gone. It takes a directive argument that is
// non-null but has a default for breaking; here it is Safe. Of elements that are
// new as a whole, only the element itself is listed.
func Codes() []string {
	return []string{
		CodeFieldArgumentDescriptionChanged,
		CodeFieldArgumentDefaultChanged,
		CodeFieldArgumentTypeChanged,
		CodeFieldArgumentDeprecationAdded,
		CodeFieldArgumentDeprecationRemoved,
		CodeFieldArgumentDeprecationReasonChanged,
		CodeFieldArgumentDeprecationReasonAdded,
		CodeFieldArgumentDeprecationReasonRemoved,
		CodeDirectiveRemoved,
		CodeDirectiveAdded,
		CodeDirectiveDescriptionChanged,
		CodeDirectiveLocationAdded,
		CodeDirectiveLocationRemoved,
		CodeDirectiveArgumentAdded,
		CodeDirectiveArgumentRemoved,
		CodeDirectiveArgumentDescriptionChanged,
		CodeDirectiveArgumentDefaultValueChanged,
		CodeDirectiveArgumentTypeChanged,
		CodeDirectiveRepeatableAdded,
		CodeDirectiveRepeatableRemoved,
		CodeEnumValueRemoved,
		CodeEnumValueAdded,
		CodeEnumValueDescriptionChanged,
		CodeEnumValueDeprecationReasonChanged,
		CodeEnumValueDeprecationReasonAdded,
		CodeEnumValueDeprecationReasonRemoved,
		CodeFieldRemoved,
		CodeFieldAdded,
		CodeFieldDescriptionChanged,
		CodeFieldDescriptionAdded,
		CodeFieldDescriptionRemoved,
		CodeFieldDeprecationAdded,
		CodeFieldDeprecationRemoved,
		CodeFieldDeprecationReasonChanged,
		CodeFieldDeprecationReasonAdded,
		CodeFieldDeprecationReasonRemoved,
		CodeFieldTypeChanged,
		CodeFieldArgumentAdded,
		CodeFieldArgumentRemoved,
		CodeInputFieldRemoved,
		CodeInputFieldAdded,
		CodeInputFieldDescriptionAdded,
		CodeInputFieldDescriptionRemoved,
		CodeInputFieldDescriptionChanged,
		CodeInputFieldDefaultValueChanged,
		CodeInputFieldTypeChanged,
		CodeInputFieldDeprecationAdded,
		CodeInputFieldDeprecationRemoved,
		CodeInputFieldDeprecationReasonChanged,
		CodeInputFieldDeprecationReasonAdded,
		CodeInputFieldDeprecationReasonRemoved,
		CodeObjectTypeInterfaceAdded,
		CodeObjectTypeInterfaceRemoved,
		CodeSchemaQueryTypeChanged,
		CodeSchemaMutationTypeChanged,
		CodeSchemaSubscriptionTypeChanged,
		CodeTypeRemoved,
		CodeTypeAdded,
		CodeTypeKindChanged,
		CodeTypeDescriptionChanged,
		CodeTypeDescriptionRemoved,
		CodeTypeDescriptionAdded,
		CodeUnionMemberRemoved,
		CodeUnionMemberAdded,
		CodeDirectiveUsageUnionMemberAdded,
		CodeDirectiveUsageUnionMemberRemoved,
		CodeDirectiveUsageEnumAdded,
		CodeDirectiveUsageEnumRemoved,
		CodeDirectiveUsageEnumValueAdded,
		CodeDirectiveUsageEnumValueRemoved,
		CodeDirectiveUsageInputObjectAdded,
		CodeDirectiveUsageInputObjectRemoved,
		CodeDirectiveUsageScalarAdded,
		CodeDirectiveUsageScalarRemoved,
		CodeDirectiveUsageObjectAdded,
		CodeDirectiveUsageObjectRemoved,
		CodeDirectiveUsageInterfaceAdded,
		CodeDirectiveUsageInterfaceRemoved,
		CodeDirectiveUsageArgumentDefinitionAdded,
		CodeDirectiveUsageArgumentDefinitionRemoved,
		CodeDirectiveUsageSchemaAdded,
		CodeDirectiveUsageSchemaRemoved,
		CodeDirectiveUsageFieldDefinitionAdded,
		CodeDirectiveUsageFieldDefinitionRemoved,
		CodeDirectiveUsageInputFieldDefinitionAdded,
		CodeDirectiveUsageInputFieldDefinitionRemoved,
		CodeDirectiveUsageArgumentAdded,
		CodeDirectiveUsageArgumentRemoved,
	}
}
