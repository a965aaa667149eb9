package mapping

type methodID uint8

const (
	methodUnknown methodID = iota
	methodAdd
	methodAnd
	methodAs
	methodContains
	methodDiv
	methodEcho
	methodEntries
	methodEq
	methodFilter
	methodFind
	methodFirst
	methodGet
	methodGt
	methodGte
	methodHas
	methodIn
	methodJoinNotNull
	methodJSONParse
	methodJSONStringify
	methodKeys
	methodLast
	methodLt
	methodLte
	methodMap
	methodMatch
	methodMatchIf
	methodMod
	methodMul
	methodNe
	methodNot
	methodOr
	methodParseInt
	methodSize
	methodSlice
	methodSub
	methodToString
	methodTypeof
	methodValues
	methodCount
)

// many stands for any number of arguments.
const many = 1 << 16

var methods = [methodCount]struct {
	name     string
	min, max int
}{
	methodAdd:           {"add", 1, many},
	methodAnd:           {"and", 1, many},
	methodAs:            {"as", 1, 2},
	methodContains:      {"contains", 1, 1},
	methodDiv:           {"div", 1, many},
	methodEcho:          {"echo", 1, 1},
	methodEntries:       {"entries", 0, 0},
	methodEq:            {"eq", 1, 1},
	methodFilter:        {"filter", 1, 1},
	methodFind:          {"find", 1, 1},
	methodFirst:         {"first", 0, 0},
	methodGet:           {"get", 1, 1},
	methodGt:            {"gt", 1, 1},
	methodGte:           {"gte", 1, 1},
	methodHas:           {"has", 1, 1},
	methodIn:            {"in", 1, 1},
	methodJoinNotNull:   {"joinNotNull", 1, 1},
	methodJSONParse:     {"jsonParse", 0, 0},
	methodJSONStringify: {"jsonStringify", 0, 0},
	methodKeys:          {"keys", 0, 0},
	methodLast:          {"last", 0, 0},
	methodLt:            {"lt", 1, 1},
	methodLte:           {"lte", 1, 1},
	methodMap:           {"map", 1, 1},
	methodMatch:         {"match", 1, many},
	methodMatchIf:       {"matchIf", 1, many},
	methodMod:           {"mod", 1, many},
	methodMul:           {"mul", 1, many},
	methodNe:            {"ne", 1, 1},
	methodNot:           {"not", 0, 0},
	methodOr:            {"or", 1, many},
	methodParseInt:      {"parseInt", 0, 1},
	methodSize:          {"size", 0, 0},
	methodSlice:         {"slice", 0, 2},
	methodSub:           {"sub", 1, many},
	methodToString:      {"toString", 0, 0},
	methodTypeof:        {"typeof", 0, 0},
	methodValues:        {"values", 0, 0},
}

func methodByName(name string) methodID {
	for id := methodUnknown + 1; id < methodCount; id++ {
		if methods[id].name == name {
			return id
		}
	}
	return methodUnknown
}

// Methods returns the names of all methods, sorted.
func Methods() []string {
	names := make([]string, 0, methodCount)
	for _, m := range methods[1:] {
		names = append(names, m.name)
	}
	return names
}

// arity says what is wrong with n arguments, "" if nothing is.
func (id methodID) arity(n int) string {
	m := methods[id]
	switch {
	case n >= m.min && n <= m.max:
		return ""
	case m.max == 0:
		return "Method ->" + m.name + " does not take any arguments"
	case id == methodAs:
		return "Method ->as requires one or two arguments"
	case m.max == 1 && m.min == 1:
		return "Method ->" + m.name + " requires one argument"
	case m.max == many:
		return "Method ->" + m.name + " requires at least one argument"
	default:
		return "Method ->" + m.name + " takes fewer arguments"
	}
}
