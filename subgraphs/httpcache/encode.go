package httpcache

import (
	"encoding/binary"
	"errors"
	"time"
	"unsafe"
)

// encodingVersion is the first byte of an encoded entry. Entries of another
// version are unreadable, which is a miss.
const encodingVersion = 2

// ErrEncoding is what decoding something else than an encoded entry gives.
var ErrEncoding = errors.New("not an encoded cache entry")

// AppendBinary appends the entry as stores outside the process keep it. It never
// fails.
func (e *Entry) AppendBinary(b []byte) ([]byte, error) {
	b = append(b, encodingVersion, byte(e.flags), e.mark)
	b = binary.AppendUvarint(b, uint64(e.response.Status))
	for _, n := range [...]int64{e.received.UnixNano(), int64(e.age), int64(e.lifetime), int64(e.swr), int64(e.sie)} {
		b = binary.AppendVarint(b, n)
	}
	b = appendFields(b, e.response.Header)
	if e.vary == nil {
		b = append(b, 0)
	} else {
		b = append(b, 1)
		b = appendNames(b, e.vary.names)
		b = append(b, e.vary.chosen[:]...)
		b = binary.LittleEndian.AppendUint64(b, e.vary.epoch)
		b = binary.AppendUvarint(b, uint64(len(e.vary.variants)))
		for _, set := range e.vary.variants {
			b = appendNames(b, set)
		}
	}
	return append(b, e.response.Body...), nil
}

func appendFields(b []byte, fields []Field) []byte {
	b = binary.AppendUvarint(b, uint64(len(fields)))
	for i := range fields {
		b = appendText(b, fields[i].Name)
		b = appendText(b, fields[i].Value)
	}
	return b
}

func appendNames(b []byte, names []string) []byte {
	b = binary.AppendUvarint(b, uint64(len(names)))
	for _, name := range names {
		b = appendText(b, name)
	}
	return b
}

// DecodeEntry reads what [Entry.AppendBinary] wrote. The entry keeps data, which
// nobody may change afterwards.
func DecodeEntry(data []byte) (*Entry, error) {
	d := decoder{b: data}
	if d.byte() != encodingVersion {
		return nil, ErrEncoding
	}
	e := &Entry{flags: flags(d.byte()), mark: d.byte()}
	status := d.uvarint()
	if status > 999 {
		return nil, ErrEncoding
	}
	e.response.Status = int(status)
	e.received = time.Unix(0, d.varint())
	e.age, e.lifetime, e.swr, e.sie = d.duration(), d.duration(), d.duration(), d.duration()
	e.response.Header = d.fields()
	switch d.byte() {
	case 0:
	case 1:
		e.vary = d.varying()
	default:
		return nil, ErrEncoding
	}
	if d.failed {
		return nil, ErrEncoding
	}
	e.response.Body = d.b
	e.text = size(len(data) - len(d.b))
	return e, nil
}

// decoder takes values off the front of b. After a failure it returns zeros.
type decoder struct {
	b      []byte
	failed bool
}

func (d *decoder) fail() {
	d.b, d.failed = nil, true
}

func (d *decoder) byte() byte {
	if len(d.b) == 0 {
		d.fail()
		return 0
	}
	c := d.b[0]
	d.b = d.b[1:]
	return c
}

func (d *decoder) uvarint() uint64 {
	v, n := binary.Uvarint(d.b)
	if n <= 0 {
		d.fail()
		return 0
	}
	d.b = d.b[n:]
	return v
}

func (d *decoder) varint() int64 {
	v, n := binary.Varint(d.b)
	if n <= 0 {
		d.fail()
		return 0
	}
	d.b = d.b[n:]
	return v
}

// duration reads one that no honest writer makes negative or longer than Age and
// max-age can be, so that sums cannot overflow.
func (d *decoder) duration() time.Duration {
	v := time.Duration(d.varint())
	if v < 0 || v > 4*maxDelta {
		d.fail()
		return 0
	}
	return v
}

func (d *decoder) uint64() uint64 {
	if len(d.b) < 8 {
		d.fail()
		return 0
	}
	v := binary.LittleEndian.Uint64(d.b)
	d.b = d.b[8:]
	return v
}

func (d *decoder) varying() *varying {
	v := &varying{names: d.names()}
	if len(d.b) < len(v.chosen) {
		d.fail()
		return nil
	}
	d.b = d.b[copy(v.chosen[:], d.b):]
	v.epoch = d.uint64()
	if n := d.count(1); n > 0 {
		v.variants = make([][]string, n)
		for i := range v.variants {
			v.variants[i] = d.names()
		}
	}
	return v
}

// count reads how many things follow that take at least size bytes each, so that
// memory is only taken for what is there.
func (d *decoder) count(size int) int {
	n := d.uvarint()
	if n > uint64(len(d.b)/size) {
		d.fail()
		return 0
	}
	return int(n)
}

func (d *decoder) text() string {
	n := d.count(1)
	if n == 0 {
		return ""
	}
	s := unsafe.String(&d.b[0], n)
	d.b = d.b[n:]
	return s
}

func (d *decoder) fields() []Field {
	n := d.count(2)
	if n == 0 {
		return nil
	}
	fields := make([]Field, n)
	for i := range fields {
		fields[i] = Field{Name: d.text(), Value: d.text()}
	}
	return fields
}

func (d *decoder) names() []string {
	n := d.count(1)
	if n == 0 {
		return nil
	}
	names := make([]string, n)
	for i := range names {
		names[i] = d.text()
	}
	return names
}
