package execute

// word is one value of the store: a kind in the low four bits and, by kind,
//
//	scalar   offset (28 bits), length (20), buffer (12)
//	wide     index into store.wide (high 32 bits)
//	object   index of the header in store.words (high 32 bits)
//	list     index of the header in store.words (high 32 bits)
//
// The zero word is a slot that nothing has filled.
type word uint64

type kind uint8

const (
	kindEmpty  kind = iota // never filled
	kindNull               // null
	kindFailed             // null because of an error
	kindScalar             // byte range of an answer
	kindWide               // byte range that does not fit in a word
	kindObject
	kindList
)

const (
	offsetBits = 28
	lengthBits = 20
	bufferBits = 12

	offsetShift = 4
	lengthShift = offsetShift + offsetBits
	bufferShift = lengthShift + lengthBits
)

func (w word) kind() kind { return kind(w & 15) }

// null reports whether there is nothing to write.
func (w word) null() bool { return w&15 <= word(kindFailed) }

// ref reports whether the word refers to an object or list.
func (w word) ref() bool { return w&15 >= word(kindObject) }

// index is the header's place for objects and lists.
func (w word) index() int { return int(w >> 32) }

func objectWord(i int) word { return word(i)<<32 | word(kindObject) }
func listWord(i int) word   { return word(i)<<32 | word(kindList) }

// Objects and lists begin with two header words.
//
//	object, first   type index + 1 (16 bits), shape (24), flags (8), walk (16)
//	list, first     length (32), unused (8), flags (8), walk (16)
//	both, second    head of the list of errors + 1 (32), memo of the writer + 1 (32):
//	                see flagVerbatim for what that is before
const (
	headerWords = 2

	shapeShift = 16
	shapeMask  = 1<<24 - 1
	typeMask   = 1<<16 - 1
	walkShift  = 48
	walkMask   = word(1<<16-1) << walkShift

	// flagShared marks what more than one parent refers to.
	flagShared word = 1 << 40
	// flagLost marks objects with errors that were dropped for want of room.
	flagLost word = 1 << 41
	// flagHolder marks an object without values that carries the errors of
	// several uses.
	flagHolder word = 1 << 42
	// flagVoid marks an object without values that carries errors: what it would
	// have held has failed.
	flagVoid word = 1 << 43
	// flagVerbatim marks objects that are written as they came: the memo is then
	// the index + 1 into store.verbatim.
	flagVerbatim word = 1 << 44
	// flagGone marks objects of which a lookup said that they do not exist: what
	// they lack is no error. Copies have it too; for merged objects see lacks.
	flagGone word = 1 << 45

	errorMask = word(1<<32 - 1)
	memoShift = 32
)
