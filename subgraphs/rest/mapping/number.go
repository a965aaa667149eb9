package mapping

import (
	"bytes"
	"math"
	"strconv"
)

// number is a number to compute with: exact if it is an integer of 64 bits.
type number struct {
	integer bool
	i       int64
	f       float64
}

func (v Value) number() (n number, ok bool) {
	if v.kind != KindNumber {
		return n, false
	}
	raw := v.Raw()
	if i, err := strconv.ParseInt(string(raw), 10, 64); err == nil {
		return number{integer: true, i: i, f: float64(i)}, true
	}
	f, err := strconv.ParseFloat(string(raw), 64)
	if err != nil && math.IsInf(f, 0) {
		return n, false
	}
	return number{f: f}, true
}

// value returns n as a value. ok is false if no JSON number is it.
func (n number) value() (v Value, ok bool) {
	if n.integer {
		return Int(n.i), true
	}
	if math.IsInf(n.f, 0) || math.IsNaN(n.f) {
		return Value{}, false
	}
	format := byte('f')
	if abs := math.Abs(n.f); abs != 0 && (abs < 1e-6 || abs >= 1e21) {
		format = 'e'
	}
	raw := strconv.AppendFloat(nil, n.f, format, -1, 64)
	if format == 'f' && bytes.IndexByte(raw, '.') < 0 {
		raw = append(raw, ".0"...)
	}
	return numberValue(raw), true
}

func (n number) compare(m number) int {
	a, b := n.f, m.f
	if n.integer && m.integer {
		switch {
		case n.i < m.i:
			return -1
		case n.i > m.i:
			return 1
		}
		return 0
	}
	switch {
	case a < b:
		return -1
	case a > b:
		return 1
	}
	return 0
}

// arithmetic computes n op m; ok is false where that is not a number.
// Integers stay integers, but for division, and become floats when they
// overflow.
func arithmetic(op methodID, n, m number) (r number, ok bool) {
	if n.integer && m.integer {
		switch op {
		case methodAdd:
			if s := n.i + m.i; (s > n.i) == (m.i > 0) {
				return exactly(s), true
			}
		case methodSub:
			if s := n.i - m.i; (s < n.i) == (m.i > 0) {
				return exactly(s), true
			}
		case methodMul:
			if n.i == 0 || m.i == 0 {
				return exactly(0), true
			}
			if s := n.i * m.i; s/m.i == n.i && !(m.i == -1 && n.i == math.MinInt64) && !(n.i == -1 && m.i == math.MinInt64) {
				return exactly(s), true
			}
		case methodMod:
			if m.i == 0 {
				return r, false
			}
			if m.i == -1 {
				return exactly(0), true
			}
			return exactly(n.i % m.i), true
		}
	}
	switch op {
	case methodAdd:
		r.f = n.f + m.f
	case methodSub:
		r.f = n.f - m.f
	case methodMul:
		r.f = n.f * m.f
	case methodDiv:
		r.f = n.f / m.f
	default:
		r.f = math.Mod(n.f, m.f)
	}
	return r, !math.IsInf(r.f, 0) && !math.IsNaN(r.f)
}

func exactly(i int64) number { return number{integer: true, i: i, f: float64(i)} }

// equal compares two values: numbers by what they are worth, objects without
// regard to order.
func (e *evaluator) equal(a, b Value) bool {
	if a.kind != b.kind || !e.spend(1) {
		return false
	}
	switch a.kind {
	case KindNull, KindMissing:
		return true
	case KindBool:
		return a.IsTrue() == b.IsTrue()
	case KindNumber:
		if bytes.Equal(a.Raw(), b.Raw()) {
			return true
		}
		n, ok := a.number()
		m, ok2 := b.number()
		return ok && ok2 && n.compare(m) == 0
	case KindString:
		x, y := a.Raw(), b.Raw()
		if !a.escaped() && !b.escaped() {
			return e.spend(min(len(x), len(y))>>6) && bytes.Equal(x, y)
		}
		return e.spend((len(x)+len(y))>>6) && bytes.Equal(a.text(), b.text())
	}
	if a.Len() != b.Len() {
		return false
	}
	ia, ib := a.Iterate(), b.Iterate()
	for ia.Next() {
		if a.kind == KindList {
			ib.Next()
			if !e.equal(ia.Value(), ib.Value()) {
				return false
			}
			continue
		}
		other, scanned, ok := b.find(ia.Key())
		if !e.spend(scanned>>4) || !ok || !e.equal(ia.Value(), other) {
			return false
		}
	}
	return true
}
