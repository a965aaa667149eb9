package load

import (
	"context"
)

// queries are tried one after the other: what the specification of 2025 has,
// that of 2021, and what every server knows.
var queries = [...]string{introspectionQuery(true, true), introspectionQuery(true, false), introspectionQuery(false, false)}

func introspectionQuery(full, oneOf bool) string {
	specified, inputs, repeatable, deprecated := "", "", "", ""
	if full {
		specified, repeatable = " specifiedByURL", " isRepeatable"
		inputs, deprecated = "(includeDeprecated:true)", " isDeprecated deprecationReason"
	}
	if oneOf {
		specified += " isOneOf"
	}
	return `query IntrospectionQuery{__schema{queryType{name}mutationType{name}subscriptionType{name}` +
		`types{kind name description` + specified + ` fields(includeDeprecated:true){name description ` +
		`args` + inputs + `{...I}type{...T}isDeprecated deprecationReason}inputFields` + inputs + `{...I}interfaces{...T}` +
		`enumValues(includeDeprecated:true){name description isDeprecated deprecationReason}possibleTypes{...T}}` +
		`directives{name description` + repeatable + ` locations args` + inputs + `{...I}}}}` +
		`fragment I on __InputValue{name description type{...T}defaultValue` + deprecated + `}` +
		`fragment T on __Type{kind name` + nested(9) + `}`
}

// nested asks for the type inside a list or non-null, so many levels deep.
func nested(n int) string {
	if n == 0 {
		return ""
	}
	return " ofType{kind name" + nested(n-1) + "}"
}

// The parts of an introspection answer.
type (
	introspected struct {
		Schema *schemaInfo `json:"__schema"`
	}
	schemaInfo struct {
		QueryType        *typeName       `json:"queryType"`
		MutationType     *typeName       `json:"mutationType"`
		SubscriptionType *typeName       `json:"subscriptionType"`
		Types            []typeInfo      `json:"types"`
		Directives       []directiveInfo `json:"directives"`
	}
	typeName struct {
		Name string `json:"name"`
	}
	typeInfo struct {
		Kind           string      `json:"kind"`
		Name           string      `json:"name"`
		Description    string      `json:"description"`
		SpecifiedByURL *string     `json:"specifiedByURL"`
		IsOneOf        bool        `json:"isOneOf"`
		Fields         []fieldInfo `json:"fields"`
		InputFields    []inputInfo `json:"inputFields"`
		Interfaces     []typeRef   `json:"interfaces"`
		EnumValues     []valueInfo `json:"enumValues"`
		PossibleTypes  []typeRef   `json:"possibleTypes"`
	}
	deprecation struct {
		IsDeprecated      bool    `json:"isDeprecated"`
		DeprecationReason *string `json:"deprecationReason"`
	}
	fieldInfo struct {
		Name        string      `json:"name"`
		Description string      `json:"description"`
		Args        []inputInfo `json:"args"`
		Type        typeRef     `json:"type"`
		deprecation
	}
	inputInfo struct {
		Name         string  `json:"name"`
		Description  string  `json:"description"`
		Type         typeRef `json:"type"`
		DefaultValue *string `json:"defaultValue"`
		deprecation
	}
	valueInfo struct {
		Name        string `json:"name"`
		Description string `json:"description"`
		deprecation
	}
	directiveInfo struct {
		Name         string      `json:"name"`
		Description  string      `json:"description"`
		IsRepeatable bool        `json:"isRepeatable"`
		Locations    []string    `json:"locations"`
		Args         []inputInfo `json:"args"`
	}
	typeRef struct {
		Kind   string   `json:"kind"`
		Name   string   `json:"name"`
		OfType *typeRef `json:"ofType"`
	}
)

// introspect asks the introspection query and prints the answer as SDL.
func (u *upstream) introspect(ctx context.Context) (string, *Error) {
	var data introspected
	var err *Error
	for _, q := range queries {
		data = introspected{}
		if err = u.query(ctx, q, &data); err == nil || err.Code != CodeNotOffered {
			break
		}
	}
	if err != nil {
		if err.Code == CodeNotOffered {
			err.Hint = "turn introspection on there, or give the schema as a file"
		}
		return "", err
	}
	if data.Schema == nil {
		return "", &Error{Code: CodeMalformed, Message: "the introspection answer holds no __schema"}
	}
	sdl, e := printSchema(data.Schema)
	if e != nil {
		return "", &Error{Code: CodeMalformed, Message: "the introspection answer is not a schema", Err: e}
	}
	return sdl, nil
}
