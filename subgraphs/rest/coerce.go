package rest

import (
	"errors"
	"math"
	"strconv"
	"strings"
	"time"

	"github.com/weft-graphql/weft/planner/schema"
	"github.com/weft-graphql/weft/subgraphs/rest/mapping"
)

// The formats in which an upstream writes a scalar.
const (
	formatISO     = "iso"
	formatEpochS  = "epoch_s"
	formatEpochMS = "epoch_ms"
	formatString  = "string"
	formatNumber  = "number"
)

// enumMap maps the values of an enum to what the upstream writes, and back.
type enumMap struct {
	// out are the schema's values by what the upstream writes, as text.
	out map[string]string
	// in are JSON texts by the schema's value.
	in map[string][]byte
}

func newEnumMap(t *typ, style string) *enumMap {
	m := &enumMap{out: make(map[string]string, len(t.values)), in: map[string][]byte{}}
	for _, v := range t.values {
		if name := styled(style, v); m.out[name] == "" {
			m.out[name] = v
		}
	}
	for _, v := range t.values {
		m.out[v] = v // as it is spelled goes before any style
	}
	return m
}

var errNotScalar = errors.New("not a JSON scalar")

// set maps a value explicitly.
func (m *enumMap) set(value, json string) error {
	v, err := mapping.ParseValueJSON([]byte(json))
	if err != nil || v.Kind() == mapping.KindObject || v.Kind() == mapping.KindList || v.Kind() == mapping.KindNull {
		return errNotScalar
	}
	m.in[value] = []byte(json)
	m.out[v.Text()] = value
	return nil
}

// leafKind is what a leaf is coerced to.
type leafKind uint8

const (
	leafAny leafKind = iota
	leafInt
	leafFloat
	leafString
	leafBoolean
	leafID
	leafEnum
	leafEpochS
	leafEpochMS
	leafText
	leafNumber
)

// leaf coerces the scalars of one type.
type leaf struct {
	kind   leafKind
	name   string
	enum   *enumMap
	strict bool
	// exact takes what needs no conversion; nil unless somebody wants to know.
	exact *leaf
}

// leafOf is how values of a type are coerced.
func (u *Upstream) leafOf(t *typ) *leaf {
	l := u.newLeaf(t, u.spec.Strict)
	if u.spec.WarnOfConversions && !l.strict {
		l.exact = u.newLeaf(t, true)
	}
	return l
}

func (u *Upstream) newLeaf(t *typ, strict bool) *leaf {
	l := &leaf{name: t.name, strict: strict}
	switch t.name {
	case "Int":
		l.kind = leafInt
	case "Float":
		l.kind = leafFloat
	case "String":
		l.kind = leafString
	case "Boolean":
		l.kind = leafBoolean
	case "ID":
		l.kind = leafID
	default:
		if t.kind == schema.Enum {
			l.kind, l.enum = leafEnum, u.enums[t.name]
			return l
		}
	}
	switch u.formats[t.name] {
	case formatEpochS:
		l.kind = leafEpochS
	case formatEpochMS:
		l.kind = leafEpochMS
	case formatString:
		l.kind = leafText
	case formatNumber:
		l.kind = leafNumber
	}
	return l
}

// append writes a value as the type wants it. Without loss only: otherwise it
// reports false, and dst is as it was.
func (l *leaf) append(dst []byte, v mapping.Value) ([]byte, bool) {
	kind := v.Kind()
	if l.kind != leafAny && (kind == mapping.KindObject || kind == mapping.KindList) {
		return dst, false
	}
	switch l.kind {
	case leafAny:
		return v.AppendJSON(dst), true
	case leafString, leafText:
		switch {
		case kind == mapping.KindString:
			return v.AppendJSON(dst), true
		case l.strict:
			return dst, false
		}
		return mapping.AppendQuoted(dst, v.Raw()), true
	case leafID:
		switch {
		case kind == mapping.KindString:
			return v.AppendJSON(dst), true
		case kind == mapping.KindNumber && integral(v.Raw()):
			return mapping.AppendQuoted(dst, v.Raw()), true
		}
		return dst, false
	case leafInt:
		text, ok := l.number(v)
		if !ok {
			return dst, false
		}
		return appendInt(dst, text)
	case leafFloat, leafNumber:
		text, ok := l.number(v)
		if !ok {
			return dst, false
		}
		if f, err := strconv.ParseFloat(text, 64); err != nil || math.IsInf(f, 0) {
			return dst, false
		}
		return append(dst, text...), true
	case leafBoolean:
		return l.boolean(dst, v)
	case leafEnum:
		name, ok := l.enum.out[v.Text()]
		if !ok {
			return dst, false
		}
		return mapping.AppendQuoted(dst, name), true
	case leafEpochS, leafEpochMS:
		return l.epoch(dst, v)
	}
	return dst, false
}

func appendInt(dst []byte, text string) ([]byte, bool) {
	n, ok := int32Of(text)
	if !ok {
		return dst, false
	}
	return strconv.AppendInt(dst, int64(n), 10), true
}

func (l *leaf) boolean(dst []byte, v mapping.Value) ([]byte, bool) {
	if v.Kind() == mapping.KindBool {
		return v.AppendJSON(dst), true
	}
	if l.strict {
		return dst, false
	}
	switch v.Text() {
	case "true", "1":
		return append(dst, "true"...), true
	case "false", "0":
		return append(dst, "false"...), true
	}
	return dst, false
}

// number is the text of a number, or of a string that holds one.
func (l *leaf) number(v mapping.Value) (string, bool) {
	switch v.Kind() {
	case mapping.KindNumber:
		return string(v.Raw()), true
	case mapping.KindString:
		if l.strict {
			return "", false
		}
		text := v.Text()
		n, err := mapping.ParseValueJSON([]byte(text))
		if err != nil || n.Kind() != mapping.KindNumber || len(n.Raw()) != len(text) {
			return "", false
		}
		return text, true
	}
	return "", false
}

// integral reports whether a JSON number is written as an integer.
func integral(raw []byte) bool {
	for i, c := range raw {
		if (c < '0' || c > '9') && (c != '-' || i > 0) {
			return false
		}
	}
	return true
}

// int32Of reads a JSON number that is a 32-bit integer, as 12 or 12.0 or 1.2e1.
func int32Of(text string) (int32, bool) {
	if n, err := strconv.ParseInt(text, 10, 32); err == nil {
		return int32(n), true
	}
	f, err := strconv.ParseFloat(text, 64)
	if err != nil || f != math.Trunc(f) || f < math.MinInt32 || f > math.MaxInt32 {
		return 0, false
	}
	return int32(f), true
}

// sentAs is what an upstream that writes a scalar as a number takes for a text of
// the schema.
func sentAs(format, text string) (string, bool) {
	switch format {
	case formatEpochS, formatEpochMS:
		t, err := time.Parse(time.RFC3339Nano, text)
		if err != nil {
			return "", false
		}
		// Whole units are written without a fraction.
		whole, part, digits := t.Unix(), t.Nanosecond(), 9
		if format == formatEpochMS {
			whole, part, digits = t.UnixMilli(), t.Nanosecond()%1e6, 6
		}
		if part == 0 {
			return strconv.FormatInt(whole, 10), true
		}
		sign := ""
		if whole < 0 { // the fraction counts from below
			whole, part, sign = -whole-1, int(math.Pow10(digits))-part, "-"
		}
		fraction := strconv.Itoa(part)
		fraction = strings.Repeat("0", digits-len(fraction)) + fraction
		return sign + strconv.FormatInt(whole, 10) + "." + strings.TrimRight(fraction, "0"), true
	case formatNumber:
		if n, err := mapping.ParseValueJSON([]byte(text)); err == nil && n.Kind() == mapping.KindNumber && len(n.Raw()) == len(text) {
			return text, true
		}
	}
	return "", false
}

// maxEpoch is the last second of the year 9999.
const maxEpoch = 253402300799

// epoch writes seconds or milliseconds since 1970 as RFC 3339. A time that is
// written as text already passes.
func (l *leaf) epoch(dst []byte, v mapping.Value) ([]byte, bool) {
	text := v.Text()
	if v.Kind() == mapping.KindString {
		if _, err := time.Parse(time.RFC3339Nano, text); err == nil {
			return v.AppendJSON(dst), true
		}
	}
	text, ok := l.number(v)
	if !ok {
		return dst, false
	}
	nanos, ok := decimalNanos(text, l.kind == leafEpochMS)
	if !ok {
		return dst, false
	}
	dst = append(dst, '"')
	dst = nanos.UTC().AppendFormat(dst, time.RFC3339Nano)
	return append(dst, '"'), true
}

// decimalNanos reads a decimal number of seconds or milliseconds without the
// rounding of binary fractions.
func decimalNanos(text string, millis bool) (time.Time, bool) {
	if strings.ContainsAny(text, "eE") {
		f, err := strconv.ParseFloat(text, 64)
		if err != nil || math.Abs(f) > maxEpoch*1000 {
			return time.Time{}, false
		}
		text = strconv.FormatFloat(f, 'f', -1, 64)
	}
	negative := strings.HasPrefix(text, "-")
	whole, fraction, _ := strings.Cut(strings.TrimPrefix(text, "-"), ".")
	digits := 9
	if millis {
		digits = 6
	}
	if len(fraction) > digits {
		fraction = fraction[:digits]
	}
	fraction += strings.Repeat("0", digits-len(fraction))
	n, err := strconv.ParseInt(whole, 10, 64)
	limit := int64(maxEpoch)
	if millis {
		limit *= 1000
	}
	if err != nil || n > limit {
		return time.Time{}, false
	}
	part, err := strconv.ParseInt(fraction, 10, 64)
	if err != nil {
		return time.Time{}, false
	}
	if negative {
		n, part = -n, -part
	}
	if millis {
		return time.UnixMilli(n).Add(time.Duration(part)), true
	}
	return time.Unix(n, part), true
}
