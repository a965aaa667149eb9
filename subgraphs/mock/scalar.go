package mock

import (
	"fmt"
	"math"
	"strconv"
	"strings"
	"time"

	"github.com/weft-graphql/weft/planner/schema"
)

// format is what the values of a scalar look like.
type format uint8

const (
	formatText format = iota // String, and scalars that nothing is known of
	formatID
	formatInt
	formatFloat
	formatBoolean
	formatLong
	formatDecimal
	formatDateTime
	formatDate
	formatTime
	formatDuration
	formatURL
	formatEmail
	formatUUID
	formatJSON
	formatBase64
	formatIP
	formatColor
	formatPhone
	formatCountry
	formatCurrency
	formatLocale
	formatTimeZone
	formatVoid
)

// number reports whether a key of this format is a whole number.
func (f format) number() bool { return f == formatInt || f == formatFloat || f == formatLong }

// formats are the scalars that are known by name, without their style.
var formats = map[string]format{
	"id": formatID, "int": formatInt, "float": formatFloat, "boolean": formatBoolean, "string": formatText,
	"long": formatLong, "bigint": formatLong, "int64": formatLong, "int32": formatInt, "int16": formatInt, "short": formatInt,
	"uint": formatInt, "uint32": formatInt, "uint64": formatLong, "unsignedint": formatInt, "positiveint": formatInt,
	"nonnegativeint": formatInt, "safeint": formatInt, "byteint": formatInt,
	"float32": formatFloat, "float64": formatFloat, "double": formatFloat, "positivefloat": formatFloat, "nonnegativefloat": formatFloat,
	"number": formatFloat, "decimal": formatDecimal, "bigdecimal": formatDecimal, "money": formatDecimal, "numeric": formatDecimal,
	"datetime": formatDateTime, "localdatetime": formatDateTime, "timestamp": formatDateTime, "timestamptz": formatDateTime,
	"isodatetime": formatDateTime, "instant": formatDateTime, "date": formatDate, "localdate": formatDate,
	"time": formatTime, "localtime": formatTime, "duration": formatDuration, "isoduration": formatDuration, "interval": formatDuration,
	"url": formatURL, "uri": formatURL, "link": formatURL, "email": formatEmail, "emailaddress": formatEmail,
	"uuid": formatUUID, "guid": formatUUID, "json": formatJSON, "jsonobject": formatJSON, "any": formatJSON, "object": formatJSON,
	"map": formatJSON, "jsonb": formatJSON, "base64": formatBase64, "byte": formatBase64, "bytes": formatBase64, "binary": formatBase64,
	"ip": formatIP, "ipv4": formatIP, "ipaddress": formatIP, "inet": formatIP, "hexcolorcode": formatColor, "color": formatColor,
	"hexcolor": formatColor, "phonenumber": formatPhone, "phone": formatPhone, "countrycode": formatCountry,
	"currency": formatCurrency, "currencycode": formatCurrency, "locale": formatLocale, "languagecode": formatLocale,
	"timezone": formatTimeZone, "void": formatVoid,
}

func formatOf(t *typ) format { return formats[plain(t.name)] }

// epoch is the day about which dates lie: values must not depend on the day.
var epoch = time.Date(2024, time.January, 1, 0, 0, 0, 0, time.UTC)

// leaf writes a value of a field that has no selections below; i is its place in a
// list.
func (c *client) leaf(dst []byte, o *object, f *field, expr *schema.TypeExpr, h uint64, i int) []byte {
	if expr.Elem != nil {
		dst = append(dst, '[')
		for k := range c.listLength {
			if k > 0 {
				dst = append(dst, ',')
			}
			dst = c.leaf(dst, o, f, expr.Elem, h, i*c.listLength+k)
		}
		return append(dst, ']')
	}
	if o.identity != "" && o.typ.keyField(f.name) {
		if key, ok := encodeKey(dst, f, o.identity); ok {
			return key
		}
	}
	if f.named.kind == schema.Enum {
		if len(f.named.values) == 0 {
			return append(dst, "null"...)
		}
		return appendQuoted(dst, choose(f.named.values, h, i))
	}
	g := &generator{c: c, typ: o.typ, field: f, words: split(f.name), h: h, i: i}
	return g.append(dst, formatOf(f.named))
}

// choose takes one of a list; what follows in a list of values is the next.
func choose(from []string, h uint64, i int) string {
	return from[int((h+uint64(i))%uint64(len(from)))]
}

// generator makes one value.
type generator struct {
	c     *client
	typ   *typ
	field *field
	words []string
	h     uint64
	i     int
}

// number returns a whole number from low to high.
func (g *generator) number(low, high int) int {
	return low + int((hash(g.h, "number")+uint64(g.i)*7)%uint64(high-low+1))
}

func (g *generator) choose(from []string) string { return choose(from, g.h, g.i) }

// has reports whether one of the words is in the field's name.
func (g *generator) has(words ...string) bool {
	for _, w := range g.words {
		for _, o := range words {
			if w == o || w == o+"s" {
				return true
			}
		}
	}
	return false
}

// reference is the key of another object.
func (g *generator) reference() string {
	return strconv.Itoa(int((g.h+uint64(g.i))%pool) + 1)
}

func (g *generator) append(dst []byte, as format) []byte {
	day := epoch.Add(-time.Duration(g.number(0, 730*24*60)) * time.Minute)
	switch as {
	case formatID:
		return appendQuoted(dst, g.reference())
	case formatInt, formatLong:
		return strconv.AppendInt(dst, int64(g.int()), 10)
	case formatFloat:
		return appendFloat(dst, g.float())
	case formatBoolean:
		return strconv.AppendBool(dst, (hash(g.h, "boolean")+uint64(g.i))%2 == 0)
	case formatDecimal:
		return appendQuoted(dst, strconv.FormatFloat(g.float(), 'f', 2, 64))
	case formatDateTime:
		return appendQuoted(dst, day.Format(time.RFC3339))
	case formatDate:
		return appendQuoted(dst, day.Format(time.DateOnly))
	case formatTime:
		return appendQuoted(dst, day.Format("15:04:05Z"))
	case formatDuration:
		return appendQuoted(dst, "PT"+strconv.Itoa(g.number(1, 59))+"M")
	case formatURL:
		return appendQuoted(dst, g.url())
	case formatEmail:
		return appendQuoted(dst, g.email())
	case formatUUID:
		a, b := hash(g.h, "uuid", strconv.Itoa(g.i)), hash(g.h, "more", strconv.Itoa(g.i))
		return appendQuoted(dst, fmt.Sprintf("%08x-%04x-4%03x-8%03x-%012x", a>>32, a>>16&0xffff, a&0xfff, b>>52, b&(1<<48-1)))
	case formatJSON:
		dst = append(dst, `{"name":`...)
		dst = appendQuoted(dst, g.choose(things))
		return append(strconv.AppendInt(append(dst, `,"value":`...), int64(g.number(0, 1000)), 10), '}')
	case formatBase64:
		return appendQuoted(dst, "bW9jaw==")
	case formatIP:
		return appendQuoted(dst, "192.0.2."+strconv.Itoa(g.number(1, 254)))
	case formatColor:
		return appendQuoted(dst, fmt.Sprintf("#%06x", g.number(0, 0xffffff)))
	case formatPhone:
		return appendQuoted(dst, "+1202555"+strconv.Itoa(g.number(1000, 9999)))
	case formatCountry:
		return appendQuoted(dst, g.choose(countryCodes))
	case formatCurrency:
		return appendQuoted(dst, g.choose(currencies))
	case formatLocale:
		return appendQuoted(dst, g.choose(locales))
	case formatTimeZone:
		return appendQuoted(dst, g.choose(timeZones))
	case formatVoid:
		// A value, since the field may be non-null.
		return append(dst, "true"...)
	}
	return appendQuoted(dst, g.text(day))
}

func (g *generator) int() int {
	last := g.words[len(g.words)-1]
	switch {
	case idName(g.field.name):
		return int((g.h+uint64(g.i))%pool) + 1
	case last == "at" || g.has("timestamp", "birthday"):
		return int(epoch.Unix()) - g.number(0, 63_000_000)
	case g.has("year", "founded"):
		return g.number(1980, 2024)
	case g.has("age"):
		return g.number(18, 80)
	case g.has("rating", "score", "star"):
		return g.number(1, 5)
	case g.has("percent", "percentage", "progress"):
		return g.number(0, 100)
	case g.has("page"):
		return g.number(1, 10)
	case g.has("price", "cost", "amount", "total", "revenue", "salary"):
		return g.number(5, 500)
	case g.has("count", "quantity", "stock", "number", "size"):
		return g.number(1, 100)
	}
	return g.number(1, 1000)
}

func (g *generator) float() float64 {
	hundredths := func(low, high int) float64 { return float64(g.number(low*100, high*100)) / 100 }
	switch {
	case g.has("latitude", "lat"):
		return hundredths(-60, 60)
	case g.has("longitude", "lng", "lon"):
		return hundredths(-170, 170)
	case g.has("rating", "score", "star"):
		return math.Round(hundredths(1, 5)*10) / 10
	case g.has("ratio", "rate", "probability"):
		return hundredths(0, 1)
	case g.has("percent", "percentage"):
		return hundredths(0, 100)
	}
	return hundredths(1, 500)
}

func appendFloat(dst []byte, f float64) []byte { return strconv.AppendFloat(dst, f, 'f', -1, 64) }

// text is a value for a field that is a string.
func (g *generator) text(day time.Time) string {
	last := g.words[len(g.words)-1]
	switch {
	case g.c.model.keyNames[g.field.name]:
		// The key of some type: most likely a reference to it.
		return g.field.name + "-" + g.reference()
	case idName(g.field.name):
		return g.reference()
	case last == "at" || g.has("datetime", "timestamp"):
		return day.Format(time.RFC3339)
	case g.has("date", "birthday", "day"):
		return day.Format(time.DateOnly)
	case g.has("email", "mail"):
		return g.email()
	case g.has("url", "uri", "link", "href", "website", "avatar", "image", "photo", "picture", "thumbnail"):
		return g.url()
	case g.has("phone", "mobile"):
		return "+1202555" + strconv.Itoa(g.number(1000, 9999))
	case g.has("username", "login", "nickname", "handle"):
		return strings.ToLower(choose(firstNames, g.h, g.i)) + strconv.Itoa(g.number(1, 99))
	case last == "name" && g.has("first", "given"):
		return g.choose(firstNames)
	case last == "name" && g.has("last", "family", "sur"), last == "surname":
		return g.choose(lastNames)
	case last == "name" && (len(g.words) > 1 && !g.has("full", "display") || !g.person()):
		return g.thing()
	case last == "name", g.has("author", "owner", "creator"):
		return g.choose(firstNames) + " " + choose(lastNames, hash(g.h, "last"), g.i)
	case g.has("title", "label", "subject", "headline"):
		return g.thing()
	case g.has("slug"):
		return strings.ToLower(strings.ReplaceAll(g.thing(), " ", "-"))
	case g.has("description", "body", "text", "content", "comment", "message", "summary", "bio", "note", "answer", "question"):
		return g.choose(sentences)
	case g.has("street"):
		return strconv.Itoa(g.number(1, 200)) + " " + g.choose(streets)
	case g.has("address"):
		return strconv.Itoa(g.number(1, 200)) + " " + g.choose(streets) + ", " + choose(cities, hash(g.h, "city"), g.i)
	case g.has("city", "town"):
		return g.choose(cities)
	case last == "code" && g.has("country"):
		return g.choose(countryCodes)
	case g.has("country"):
		return g.choose(countries)
	case g.has("zip", "postcode"), last == "code" && g.has("postal"):
		return strconv.Itoa(g.number(10000, 99999))
	case g.has("currency"):
		return g.choose(currencies)
	case g.has("locale", "language", "lang"):
		return g.choose(locales)
	case last == "zone" && g.has("time"), g.has("timezone"):
		return g.choose(timeZones)
	case g.has("color", "colour"):
		return g.choose(colours)
	case g.has("company", "organization", "organisation"):
		return g.choose(lastNames) + " Ltd"
	case g.has("price", "amount", "cost"):
		return strconv.FormatFloat(g.float(), 'f', 2, 64)
	case g.has("version"):
		return fmt.Sprintf("%d.%d.%d", g.number(1, 4), g.h%10, g.h>>8%10)
	case g.has("tag", "keyword"):
		return strings.ToLower(g.choose(things))
	case g.has("cursor", "token", "hash"):
		return strconv.FormatUint(hash(g.h, strconv.Itoa(g.i)), 36)
	}
	return strings.Join(g.words, " ") + " " + strconv.Itoa(g.number(1, 1000))
}

// person reports whether the type sounds like one of people.
func (g *generator) person() bool {
	for _, w := range split(g.typ.name) {
		switch w {
		case "user", "person", "author", "customer", "artist", "profile", "member", "employee", "contact", "actor", "human", "friend",
			"owner", "account", "viewer", "patient", "student", "teacher", "player":
			return true
		}
	}
	return false
}

func (g *generator) thing() string {
	return choose(adjectives, hash(g.h, "adjective"), g.i) + " " + g.choose(things)
}

func (g *generator) email() string {
	return strings.ToLower(g.choose(firstNames)) + strconv.Itoa(g.number(1, 999)) + "@example.com"
}

func (g *generator) url() string {
	path := strings.Join(g.words, "-") + "/" + strconv.FormatUint(hash(g.h, strconv.Itoa(g.i))>>40, 36)
	if g.has("avatar", "image", "photo", "picture", "thumbnail", "icon", "logo") {
		path += ".png"
	}
	return "https://example.com/" + path
}

// split takes a name apart into its words in lower case: avatarURL is avatar, url.
func split(name string) []string {
	var out []string
	word := []byte(nil)
	flush := func() {
		if len(word) > 0 {
			out = append(out, strings.ToLower(string(word)))
			word = nil
		}
	}
	upper := func(i int) bool { return i < len(name) && 'A' <= name[i] && name[i] <= 'Z' }
	lower := func(i int) bool { return i < len(name) && 'a' <= name[i] && name[i] <= 'z' }
	for i := range len(name) {
		if name[i] == '_' {
			flush()
			continue
		}
		if upper(i) && i > 0 && (!upper(i-1) || lower(i+1)) {
			flush()
		}
		word = append(word, name[i])
	}
	flush()
	if len(out) == 0 {
		return []string{name}
	}
	return out
}
