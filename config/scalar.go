package config

import (
	"errors"
	"fmt"
	"math/big"
	"strconv"
	"strings"
	"time"
)

// Duration is a span of time, written with its unit: 30s, 1m30s, 250ms. It is
// never negative.
type Duration time.Duration

// Std returns d as a [time.Duration].
func (d Duration) Std() time.Duration { return time.Duration(d) }

// String returns d as router.yaml would have it.
func (d Duration) String() string {
	s := time.Duration(d).String()
	// 1m0s and 2h0m0s say no more than 1m and 2h.
	if strings.HasSuffix(s, "m0s") {
		s = strings.TrimSuffix(s, "0s")
	}
	if strings.HasSuffix(s, "h0m") {
		s = strings.TrimSuffix(s, "0m")
	}
	return s
}

// MarshalText implements [encoding.TextMarshaler].
func (d Duration) MarshalText() ([]byte, error) { return []byte(d.String()), nil }

// UnmarshalText implements [encoding.TextUnmarshaler].
func (d *Duration) UnmarshalText(text []byte) error {
	v, err := ParseDuration(string(text))
	if err == nil {
		*d = v
	}
	return err
}

// ParseDuration reads a duration such as 30s.
func ParseDuration(s string) (Duration, error) {
	v, err := time.ParseDuration(s)
	switch {
	case err == nil && v < 0:
		return 0, errors.New("a duration cannot be negative")
	case err == nil:
		return Duration(v), nil
	case isDecimal(s):
		return 0, fmt.Errorf("a duration needs a unit; did you mean %ss?", s)
	}
	return 0, errors.New("a duration is a number with a unit (ms, s, m, h), such as 30s")
}

// Size is a number of bytes, written plainly or with a unit: 2MB is two million
// bytes, 512KiB is 512·1024. It is never negative.
type Size int64

// Bytes returns s as a number of bytes.
func (s Size) Bytes() int64 { return int64(s) }

type sizeUnit struct {
	name  string
	bytes int64
}

// sizeUnits has the largest first, as String wants them.
var sizeUnits = []sizeUnit{
	{"TiB", 1 << 40}, {"TB", 1e12},
	{"GiB", 1 << 30}, {"GB", 1e9},
	{"MiB", 1 << 20}, {"MB", 1e6},
	{"KiB", 1 << 10}, {"KB", 1e3},
	{"B", 1},
}

// String returns s in the largest unit that shows it without a fraction.
func (s Size) String() string {
	if s == 0 {
		return "0"
	}
	for _, u := range sizeUnits {
		if int64(s)%u.bytes == 0 {
			return strconv.FormatInt(int64(s)/u.bytes, 10) + u.name
		}
	}
	return strconv.FormatInt(int64(s), 10)
}

// MarshalText implements [encoding.TextMarshaler].
func (s Size) MarshalText() ([]byte, error) { return []byte(s.String()), nil }

// UnmarshalText implements [encoding.TextUnmarshaler].
func (s *Size) UnmarshalText(text []byte) error {
	v, err := ParseSize(string(text))
	if err == nil {
		*s = v
	}
	return err
}

// ParseSize reads a size such as 2MB, 512KiB or 1024. Units are
// case-insensitive; a space before the unit is allowed.
func ParseSize(s string) (Size, error) {
	digits := strings.TrimRight(s, "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ")
	unit := s[len(digits):]
	digits = strings.TrimSuffix(digits, " ")
	factor := int64(0)
	if unit == "" {
		factor = 1
	}
	for _, u := range sizeUnits {
		if strings.EqualFold(unit, u.name) {
			factor = u.bytes
		}
	}
	if strings.HasPrefix(digits, "-") && isDecimal(digits[1:]) {
		return 0, errors.New("a size cannot be negative")
	}
	if factor == 0 || !isDecimal(digits) {
		return 0, errors.New("a size is a number of bytes, plain or with a unit (KB, MB, GB, KiB, MiB, GiB), such as 2MB")
	}
	// Exact arithmetic: a float would turn large sizes into their neighbours.
	n, ok := new(big.Rat).SetString(digits)
	if !ok {
		return 0, errors.New("a size is a number of bytes, plain or with a unit, such as 2MB")
	}
	n.Mul(n, new(big.Rat).SetInt64(factor))
	if !n.IsInt() {
		return 0, errors.New("a size must come to whole bytes")
	}
	if !n.Num().IsInt64() {
		return 0, errors.New("a size must fit in 63 bits")
	}
	return Size(n.Num().Int64()), nil
}

// Percent is a share from 0 to 100, with a fraction if need be: 12.5.
type Percent float64

// String returns p as router.yaml would have it.
func (p Percent) String() string { return strconv.FormatFloat(float64(p), 'f', -1, 64) }

// MarshalText implements [encoding.TextMarshaler].
func (p Percent) MarshalText() ([]byte, error) { return []byte(p.String()), nil }

// UnmarshalText implements [encoding.TextUnmarshaler].
func (p *Percent) UnmarshalText(text []byte) error {
	v, err := ParsePercent(string(text))
	if err == nil {
		*p = v
	}
	return err
}

// ParsePercent reads a share such as 25 or 12.5.
func ParsePercent(s string) (Percent, error) {
	v, err := strconv.ParseFloat(s, 64)
	if !isDecimal(s) || err != nil || v > 100 {
		return 0, errors.New("a percentage is a number from 0 to 100, such as 25 or 12.5, without a sign")
	}
	return Percent(v), nil
}

// Rate is a number of events in a span of time, written 100/s, 5/m or 10/250ms.
type Rate struct {
	// Count is how many events Per may hold; it is positive.
	Count int64
	// Per is the span of time; it is positive.
	Per time.Duration
}

var rateUnits = map[string]time.Duration{"ms": time.Millisecond, "s": time.Second, "m": time.Minute, "h": time.Hour, "d": 24 * time.Hour}

// String returns r as router.yaml would have it.
func (r Rate) String() string {
	for name, per := range rateUnits {
		if per == r.Per {
			return strconv.FormatInt(r.Count, 10) + "/" + name
		}
	}
	return strconv.FormatInt(r.Count, 10) + "/" + Duration(r.Per).String()
}

// MarshalText implements [encoding.TextMarshaler].
func (r Rate) MarshalText() ([]byte, error) { return []byte(r.String()), nil }

// UnmarshalText implements [encoding.TextUnmarshaler].
func (r *Rate) UnmarshalText(text []byte) error {
	v, err := ParseRate(string(text))
	if err == nil {
		*r = v
	}
	return err
}

// ParseRate reads a rate such as 100/s.
func ParseRate(s string) (Rate, error) {
	bad := errors.New("a rate is a whole number, a slash and a span of time, such as 100/s")
	count, per, ok := strings.Cut(s, "/")
	if !ok {
		return Rate{}, bad
	}
	n, err := strconv.ParseUint(count, 10, 63)
	if err != nil {
		return Rate{}, bad
	}
	if n == 0 {
		return Rate{}, errors.New("a rate must be above zero")
	}
	d, ok := rateUnits[per]
	if !ok {
		if d, err = time.ParseDuration(per); err != nil {
			return Rate{}, bad
		}
	}
	if d <= 0 {
		return Rate{}, errors.New("a rate needs a span of time above zero")
	}
	return Rate{Count: int64(n), Per: d}, nil
}

// isDecimal reports whether s is digits with at most one dot among them, and
// short enough to be worth computing with.
func isDecimal(s string) bool {
	if s == "" || len(s) > 40 || s[0] == '.' || s[len(s)-1] == '.' {
		return false
	}
	dots := 0
	for _, r := range s {
		switch {
		case r == '.':
			dots++
		case r < '0' || r > '9':
			return false
		}
	}
	return dots <= 1
}
