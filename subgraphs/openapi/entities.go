package openapi

import (
	"cmp"
	"slices"
	"strings"

	"github.com/weft-graphql/weft/subgraphs/rest"
)

// entity is an object with a key.
type entity struct {
	typ *gtype
	op  *operation // that looks it up; nil if none does
	// endpoint is the lookup.
	endpoint rest.EndpointSpec
}

// candidate is an operation that gives an object by what is in its path.
type candidate struct {
	op   *operation
	typ  *gtype
	key  []*gfield
	args []*argument
	rank int
}

// findEntities gives keys to the types that can be looked up, and to those that
// the options say.
func (im *importer) findEntities() {
	best := map[*gtype]candidate{}
	var order []*gtype
	for _, op := range im.ops {
		c, ok := im.candidate(op, nil)
		if !ok {
			continue
		}
		if have, ok := best[c.typ]; !ok {
			order = append(order, c.typ)
			best[c.typ] = c
		} else if better(c, have) {
			best[c.typ] = c
		}
	}
	declared := map[*gtype]bool{}
	for _, e := range im.o.Entities {
		t := im.claims[e.Type]
		if t == nil || t.kind != objectType {
			im.fail(CodeUnknown, "#/components/schemas", e.Type, "entities: the document has no object type %s", e.Type).of("entities", e.Type).Hint = meant(e.Type, im.objectTypes())
			continue
		}
		declared[t] = true
		if e.Key != "" {
			im.declare(t, strings.Fields(e.Key), "entities", e.Type)
		}
	}
	for _, t := range order {
		if !declared[t] {
			im.lookup(best[t])
		}
	}
}

func better(a, b candidate) bool {
	return cmp.Or(cmp.Compare(a.rank, b.rank), cmp.Compare(strings.Count(a.op.path, "/"), strings.Count(b.op.path, "/")), cmp.Compare(a.op.path, b.op.path)) < 0
}

// candidate reports whether an operation looks objects up. With key, by these
// fields; otherwise by the one in its path.
func (im *importer) candidate(op *operation, key []string) (candidate, bool) {
	c := candidate{op: op}
	if op.mutation || op.method != "GET" || op.field.typ.elem != nil || op.endpoint.Select != "" || op.payload == nil {
		return c, false
	}
	c.typ = op.field.typ.named
	if c.typ.kind != objectType || c.typ.component == "" && key == nil {
		return c, false
	}
	for _, a := range op.args {
		switch {
		case a.in == "path":
			c.args = append(c.args, a)
		case a.typ.nonNull:
			return c, false
		}
	}
	if slices.ContainsFunc(op.endpoint.Query, func(p rest.Param) bool {
		return p.Expression && slices.ContainsFunc(c.args, func(a *argument) bool { return p.Value == "$args."+a.name })
	}) {
		return c, false
	}
	if key == nil {
		if len(c.args) != 1 || !strings.HasSuffix(op.endpoint.Path, "{"+c.args[0].name+"}") {
			return c, false
		}
		f, rank := keyField(c.typ, c.args[0].name)
		c.key, c.rank = []*gfield{f}, rank
		return c, f != nil
	}
	if len(c.args) != len(key) {
		return c, false
	}
	for i := range c.args {
		at := slices.IndexFunc(key, func(name string) bool {
			f := c.typ.field(name)
			return f != nil && sameThing(c.typ, f, c.args[i].name) > 0 && !slices.Contains(c.key, f)
		})
		if at < 0 {
			return c, false
		}
		c.key = append(c.key, c.typ.field(key[at]))
	}
	return c, true
}

func (t *gtype) field(name string) *gfield {
	for _, f := range t.fields {
		if f.name == name {
			return f
		}
	}
	return nil
}

// keyField is the field of a type that a parameter is.
func keyField(t *gtype, parameter string) (*gfield, int) {
	var found *gfield
	best := 0
	for _, f := range t.fields {
		if !canBeKey(f) {
			continue
		}
		rank := sameThing(t, f, parameter)
		if rank > 0 && (rank <= 2 || identifies(f)) && (found == nil || rank < best) {
			found, best = f, rank
		}
	}
	return found, best
}

// sameThing tells how surely a parameter is a field, the surest being 1; 0 if it
// is another thing. They have one name, or the parameter's ends with the field's,
// as user_id with id; or the parameter is id and the field the userId of a User,
// or the parameter is user and the field id.
func sameThing(t *gtype, f *gfield, parameter string) int {
	param, words := wordsOf(parameter), wordsOf(f.prop)
	id := slices.Equal(words, []string{"id"})
	switch {
	case id && slices.Equal(param, words):
		return 1
	case slices.Equal(words, param) || strings.EqualFold(f.prop, parameter):
		return 2
	case id && strings.HasSuffix(strings.ToLower(parameter), "id"):
		return 3
	case len(words) > 0 && len(words) < len(param) && slices.Equal(param[len(param)-len(words):], words):
		return 4
	case slices.Equal(param, []string{"id"}) && len(words) > 1 && words[len(words)-1] == "id" && slices.Equal(words[:len(words)-1], wordsOf(t.name)):
		return 5
	case id && slices.Equal(param, wordsOf(t.name)):
		return 6
	}
	return 0
}

// identifying are words that properties which tell objects apart end with.
var identifying = []string{"id", "uuid", "guid", "sid", "uid", "key", "slug", "code", "name", "number", "urn", "arn", "token", "reference", "ref"}

// identifies reports whether a field's name is that of something that tells
// objects apart, so that nobody needs to say it.
func identifies(f *gfield) bool {
	words := wordsOf(f.prop)
	return len(words) > 0 && slices.Contains(identifying, words[len(words)-1])
}

// canBeKey reports whether a field is a plain value that can identify.
func canBeKey(f *gfield) bool {
	if f.typ.elem != nil || len(f.args) > 0 {
		return false
	}
	switch f.typ.named.name {
	case "Int", "Long", "String", "UUID", "ID":
		return f.typ.named.kind == scalarType
	}
	return false
}

// setKey makes fields the key of a type: they are IDs that are never null.
func (im *importer) setKey(t *gtype, key []*gfield) {
	t.key = nil
	for _, f := range key {
		t.key = append(t.key, f.name)
		f.typ = &texpr{named: im.scalar("ID"), nonNull: true}
	}
}

// lookup makes an operation the lookup of its type as well.
func (im *importer) lookup(c candidate) {
	im.setKey(c.typ, c.key)
	c.typ.lookup = true
	e := c.op.endpoint
	e.Coordinate = c.typ.name
	e.Query, e.Headers = nil, nil
	for _, p := range c.op.endpoint.Query {
		if !p.Expression {
			e.Query = append(e.Query, p)
		}
	}
	prefix := e.Path
	for i, a := range c.args {
		e.Path = strings.Replace(e.Path, "{"+a.name+"}", "{"+c.key[i].name+"}", 1)
	}
	im.entities = append(im.entities, &entity{typ: c.typ, op: c.op, endpoint: e})
	// What is below the object's path has its key in it too.
	for _, op := range im.ops {
		rest, ok := strings.CutPrefix(op.endpoint.Path, prefix)
		if op != c.op && (!ok || rest != "" && rest[0] != '/') {
			continue
		}
		for _, a := range c.args {
			for _, f := range op.field.args {
				own := slices.ContainsFunc(op.args, func(b *argument) bool { return b.name == f.name && b.in == "path" })
				if f.name == a.name && own && f.typ.elem == nil && f.typ.named.kind == scalarType {
					f.typ = &texpr{named: im.scalar("ID"), nonNull: true}
				}
			}
		}
	}
}

// declare gives a type the key that an option says, with a lookup if there is an
// operation for it.
func (im *importer) declare(t *gtype, key []string, option, entry string) {
	var fields []*gfield
	for _, name := range key {
		f := t.field(name)
		if f == nil || !canBeKey(f) {
			e := im.fail(CodeKey, t.at, t.name+"."+name, "%s: %s has no field %s that could be a key", option, t.name, name).of(option, entry)
			e.Hint = "A key is made of plain fields: texts and whole numbers"
			if names := t.keyFields(); len(names) > 0 {
				e.Hint += ". " + meant(name, names)
			}
			return
		}
		fields = append(fields, f)
	}
	var found *candidate
	for _, op := range im.ops {
		if op.field.typ.elem == nil && op.field.typ.named == t {
			if c, ok := im.candidate(op, key); ok && (found == nil || better(c, *found)) {
				found = &c
			}
		}
	}
	if found != nil {
		im.lookup(*found)
	}
	im.setKey(t, fields)
}

// links adds the fields that lead from one type to another.
func (im *importer) links() {
	for i := range im.o.Links {
		im.link(&im.o.Links[i])
	}
}

func (im *importer) link(l *Link) {
	owner, name, ok := strings.Cut(l.Field, ".")
	t := im.claims[owner]
	const at = "#/components/schemas"
	switch {
	case !ok || !validName(name) || !validName(l.Type) || len(l.By) == 0:
		im.fail(CodeName, at, l.Field, "links: %q is no field that could lead to %q", l.Field, l.Type).of("links", l.Field).Hint = "Write it as in links: {Order.user: {User: {id: user_id}}}"
		return
	case t == nil || t.kind != objectType:
		im.fail(CodeUnknown, at, l.Field, "links: the document has no object type %s", owner).of("links", l.Field).Hint = meant(owner, im.objectTypes())
		return
	case t.field(name) != nil:
		im.fail(CodeCollision, t.at, l.Field, "links: %s has a field %s already", owner, name).of("links", l.Field).Hint = "Give the link another name"
		return
	}
	target := im.claims[l.Type]
	if target != nil && target.kind != objectType {
		im.fail(CodeKey, target.at, l.Field, "links: %s is no object type", l.Type).of("links", l.Field)
		return
	}
	stub := target == nil
	if stub {
		target = &gtype{kind: objectType, name: l.Type, at: at, marked: true}
		im.claims[l.Type] = target
		im.all = append(im.all, target)
	}
	list := false
	var members []string
	for _, by := range l.By {
		from := t.property(by.From)
		if from == nil {
			im.fail(CodeUnknown, t.at, l.Field, "links: %s has no property %s", owner, by.From).of("links", l.Field).Hint = meant(by.From, t.properties())
			return
		}
		list = list || from.typ.elem != nil
		if stub {
			if !validName(by.Key) {
				im.fail(CodeName, t.at, l.Field, "links: %q is not a name of GraphQL", by.Key).of("links", l.Field)
				return
			}
			target.fields = append(target.fields, &gfield{name: by.Key, prop: by.Key, typ: &texpr{named: im.scalar("ID"), nonNull: true}})
			target.key = append(target.key, by.Key)
		}
		value := quoteKey(from.prop)
		if from.typ.elem != nil {
			value = "$"
		}
		members = append(members, by.Key+": "+value)
	}
	if !stub && len(target.key) == 0 {
		var key []string
		for _, by := range l.By {
			key = append(key, by.Key)
		}
		im.declare(target, key, "links", l.Field)
	}
	for _, by := range l.By {
		if !slices.Contains(target.key, by.Key) && len(target.key) > 0 {
			im.fail(CodeKey, target.at, l.Field, "links: %s is not in the key of %s, which is %s", by.Key, l.Type, strings.Join(target.key, " ")).of("links", l.Field)
			return
		}
	}
	if list && len(l.By) > 1 {
		im.fail(CodeKey, t.at, l.Field, "links: a list holds one field of a key, and %s needs %d", l.Type, len(l.By)).of("links", l.Field)
		return
	}
	f := &gfield{name: name, typ: &texpr{named: target}, mapping: "{ " + strings.Join(members, " ") + " }"}
	if list {
		f.mapping = quoteKey(t.property(l.By[0].From).prop) + " { " + members[0] + " }"
		f.typ = &texpr{elem: &texpr{named: target}}
	}
	t.fields = append(t.fields, f)
}

// property is the field for what the document calls name; its own name will do.
func (t *gtype) property(name string) *gfield {
	for _, f := range t.fields {
		if f.prop == name && f.prop != "" {
			return f
		}
	}
	return t.field(name)
}
