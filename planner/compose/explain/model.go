package explain

// Graph is what a whole graph is made of.
type Graph struct {
	Subgraphs []Subgraph `json:"subgraphs"`
	Types     int        `json:"types"`
	Fields    int        `json:"fields"`
	Entities  int        `json:"entities"`
	// Shared are the fields that several subgraphs answer.
	Shared int `json:"sharedFields"`
	// Moving are the coordinates of fields that a labelled @override moves.
	Moving []string `json:"movingFields,omitempty"`
	Hidden int      `json:"inaccessible"`
	// Portable says that other routers can serve the graph; NotPortable why not.
	Portable    bool     `json:"portable"`
	NotPortable []string `json:"notPortable,omitempty"`
}

// Subgraph is what one subgraph adds to a graph.
type Subgraph struct {
	Name string `json:"name"`
	URL  string `json:"url,omitempty"`
	// Types are the types it defines, Entities those that can be entered there.
	Types    int `json:"types"`
	Entities int `json:"entities"`
	// Fields are the fields it answers, Alone those that it alone does.
	Fields int `json:"fields"`
	Alone  int `json:"fieldsAlone"`
}

// Type is how a type was merged.
type Type struct {
	Coordinate string   `json:"coordinate"`
	Kind       string   `json:"kind"`
	Hidden     string   `json:"hidden,omitempty"`
	Tags       []string `json:"tags,omitempty"`
	Directives []string `json:"directives,omitempty"`
	In         []TypeIn `json:"subgraphs"`
	// Members are the interfaces it implements, or the members of a union.
	Members []Member `json:"members,omitempty"`
	Fields  []Part   `json:"fields,omitempty"`
	Values  []Part   `json:"values,omitempty"`
	// Contracts say in which contracts it is.
	Contracts []Visibility `json:"contracts,omitempty"`
}

// TypeIn is a type in one subgraph.
type TypeIn struct {
	Subgraph string `json:"subgraph"`
	// Name is the type's name there, if it has another.
	Name            string `json:"name,omitempty"`
	Extension       bool   `json:"extension,omitempty"`
	InterfaceObject bool   `json:"interfaceObject,omitempty"`
	Ways            []Way  `json:"ways,omitempty"`
}

// Way is a way into a subgraph at a type.
type Way struct {
	Subgraph string `json:"subgraph"`
	Key      string `json:"key"`
	// By is how: _entities, a path of fields with the arguments, or an endpoint.
	By string `json:"by"`
	// Closed says that the key only names objects, and leads nowhere.
	Closed bool `json:"closed,omitempty"`
	Batch  bool `json:"batch,omitempty"`
	Max    int  `json:"max,omitempty"`
}

// Member is an interface or a union's member with the subgraphs that say so.
type Member struct {
	Type      string   `json:"type"`
	Subgraphs []string `json:"subgraphs"`
}

// Part is a field or value in the overview of a type.
type Part struct {
	Name string `json:"name"`
	Type string `json:"type,omitempty"`
	// Subgraphs are those that answer the field, or have the value.
	Subgraphs []string `json:"subgraphs"`
	Hidden    bool     `json:"hidden,omitempty"`
}

// Field is how a field was merged and who answers it.
type Field struct {
	Coordinate string `json:"coordinate"`
	Type       string `json:"type"`
	// Arguments are those that clients see, as SDL.
	Arguments  []string `json:"arguments,omitempty"`
	Hidden     string   `json:"hidden,omitempty"`
	Deprecated string   `json:"deprecated,omitempty"`
	Tags       []string `json:"tags,omitempty"`
	Directives []string `json:"directives,omitempty"`
	// Answers says in a sentence who answers the field, and Merged how its type
	// came about.
	Answers string    `json:"answers"`
	Merged  string    `json:"merged"`
	In      []FieldIn `json:"subgraphs"`
	// Ways lead from other subgraphs to those that answer the field.
	Ways      []Way        `json:"ways,omitempty"`
	Contracts []Visibility `json:"contracts,omitempty"`
}

// FieldIn is a field in one subgraph.
type FieldIn struct {
	Subgraph string `json:"subgraph"`
	// Role is resolver, external, overridden, overridden-by-label, join, namespace
	// or interface-object.
	Role     string `json:"role"`
	Name     string `json:"name,omitempty"`
	Type     string `json:"type"`
	Requires string `json:"requires,omitempty"`
	Provides string `json:"provides,omitempty"`
	Override string `json:"overrides,omitempty"`
	Label    string `json:"label,omitempty"`
	// By is the subgraph that took the field over.
	By string `json:"overriddenBy,omitempty"`
	// Join says of what a joined object is made, and Context which arguments are
	// filled from contexts.
	Join    []string `json:"join,omitempty"`
	Context []string `json:"context,omitempty"`
}

// Visibility says whether an element is in a contract.
type Visibility struct {
	Contract string `json:"contract"`
	Visible  bool   `json:"visible"`
}

// answers reports whether the subgraph can answer the field.
func (f *FieldIn) answers() bool {
	switch f.Role {
	case "external", "overridden":
		return false
	}
	return true
}
