package httpcache

import (
	"crypto/sha256"
	"encoding/binary"
	"slices"
	"strings"

	"github.com/cespare/xxhash/v2"
)

// Key is where an entry is stored. It is a cryptographic hash of all that
// identifies the entry, credentials included: nobody can make two identities
// meet, and no store learns whom an entry belongs to.
type Key [sha256.Size]byte

// Tag stands for a name by which entries are invalidated. Different names may
// have one tag, rarely; then both are invalidated together.
type Tag uint64

// What is hashed is written with lengths, so that no two lists of texts look the
// same, and begins with what it is the key of.
const (
	keyOfURL       = 'u'
	keyOfVariant   = 'v'
	keyOfObject    = 'o'
	keyOfFlight    = 'f'
	keyOfSelection = 's'
)

func appendText[T ~string | ~[]byte](b []byte, s T) []byte {
	b = binary.AppendUvarint(b, uint64(len(s)))
	return append(b, s...)
}

// appendCredentials adds the credential lines of a request, in an order that
// does not depend on theirs.
func appendCredentials(b []byte, p *Policy, h []Field) []byte {
	var few [4]Field
	lines := few[:0]
	for i := range h {
		if p.credential(h[i].Name) {
			lines = append(lines, h[i])
		}
	}
	// The order of lines of one name is kept: it may mean something.
	slices.SortStableFunc(lines, func(x, y Field) int { return strings.Compare(x.Name, y.Name) })
	for i := range lines {
		b = appendText(b, lines[i].Name)
		b = appendText(b, lines[i].Value)
	}
	return b
}

// urlKey is where the responses of a URL are.
func urlKey(p *Policy, url string, h []Field) Key {
	var room [512]byte
	b := append(room[:0], keyOfURL, byte(p.Scope))
	b = appendText(b, p.Namespace)
	b = appendText(b, url)
	if p.Scope == User {
		b = appendCredentials(b, p, h)
	}
	return sha256.Sum256(b)
}

// flightKey is what requests must have in common to be answered by one request
// to the origin: what is asked, and by whom.
func flightKey(of Key, p *Policy, h []Field) Key {
	var room [512]byte
	b := append(room[:0], keyOfFlight)
	b = append(b, of[:]...)
	b = appendCredentials(b, p, h)
	return sha256.Sum256(b)
}

// variantKey is where the variant is that a request selects by some fields.
func variantKey(of Key, epoch uint64, names []string, h []Field) Key {
	var room [512]byte
	b := append(room[:0], keyOfVariant)
	b = append(b, of[:]...)
	b = binary.LittleEndian.AppendUint64(b, epoch)
	return sha256.Sum256(appendSelection(b, names, h))
}

// tagOf makes the tag of a name within a namespace; kind tells names given by
// people from URLs.
func tagOf(kind byte, namespace, name string) Tag {
	var room [256]byte
	b := append(room[:0], kind)
	b = appendText(b, namespace)
	b = append(b, name...)
	return Tag(xxhash.Sum64(b))
}
