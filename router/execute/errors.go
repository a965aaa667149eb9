package execute

import (
	"strconv"

	"github.com/weft-graphql/weft/planner/plan"
)

// The codes of errors made here. Together with those of package subgraphs they
// reach the client as extensions.code.
const (
	// CodeUpstream is an error that a subgraph reported itself, unless its own
	// code is passed on.
	CodeUpstream = "DOWNSTREAM_SERVICE_ERROR"
	// CodeInvalidValue is a value that is not of the field's type.
	CodeInvalidValue = "SUBGRAPH_INVALID_VALUE"
	// CodeInconsistent is a value that subgraphs do not agree on, so that their
	// parts of it cannot be put together.
	CodeInconsistent = "SUBGRAPHS_INCONSISTENT"
	// CodeEntities is a lookup answered with more or fewer objects than asked for.
	CodeEntities = "SUBGRAPH_ENTITIES_MISMATCH"
	// CodeRequirement is an object that was not looked up because a value its
	// lookup needs could not be fetched.
	CodeRequirement = "REQUIREMENT_FAILED"
	// CodeArgument is a field that was not executed because of a variable whose
	// value its argument does not allow.
	CodeArgument = "BAD_USER_INPUT"
	// CodeNonNull is a null in a place that does not allow it.
	CodeNonNull = "NON_NULL_VIOLATION"
	// CodeTooLarge is a response over the limit.
	CodeTooLarge = "RESPONSE_TOO_LARGE"
	// CodeTooManyRows is a lookup of more objects than the limit.
	CodeTooManyRows = "TOO_MANY_ENTITIES"
	// CodeDropped is no error but a member of extensions.warnings: elements of a list
	// were left out because something they refer to is missing.
	CodeDropped = "ELEMENTS_DROPPED"
	// CodeErrorsOmitted stands for the errors over the limit.
	CodeErrorsOmitted = "ERRORS_OMITTED"
	// CodeInternal is a failure of the router itself.
	CodeInternal = "INTERNAL_ERROR"
)

// errorInfo is what an error says; many records may share it.
type errorInfo struct {
	code    string
	message string
	// detail goes after the message when messages may be exposed.
	detail string
	// raw is the upstream's message, a JSON string.
	raw span
	// extensions are the upstream's, a JSON object.
	extensions span
	// own are members of the client's making, a JSON object; nil for none.
	own []byte
	// fetch is the one that failed; nil for none.
	fetch *plan.Fetch
	// named says that the message is to end with the field's coordinate.
	named bool
}

// errorRecord is an error at an object. Objects can show at several places of
// the response, so that paths are known only while writing.
type errorRecord struct {
	next int32 // the one recorded before, + 1
	info int32
	// slot is the field concerned, or -1 for the object as a whole.
	slot int32
	// rest is the path below the slot, as `,0,"name"`, in store.text.
	rest, restEnd uint32
	// covers, for slot -1, is what the failed fetch would have filled.
	covers *plan.Decode
}

// Fixed infos by what is wrong with a value.
const (
	wrongKind = iota
	wrongType
	wrongLength
	wrongParts
	wrongAbsent
)

var wrong = [...]struct{ code, message string }{
	wrongKind:   {CodeInvalidValue, "A subgraph returned a value of the wrong type for"},
	wrongType:   {CodeInvalidValue, "A subgraph returned an object of an unknown type for"},
	wrongLength: {CodeInconsistent, "Subgraphs returned lists of different lengths for"},
	wrongParts:  {CodeInconsistent, "Subgraphs returned values that do not fit together for"},
	wrongAbsent: {CodeInvalidValue, "A subgraph left out"},
}

// failValue records that the value just read for a slot, at the current list
// indices, is not acceptable.
func (s *store) failValue(object, slot, what int) {
	if !s.roomForError(object) {
		return
	}
	info := -1
	// Bad values come in numbers; they share one info.
	for k := len(s.infos) - 1; k >= 0 && k >= len(s.infos)-4; k-- {
		if s.infos[k].message == wrong[what].message && s.infos[k].fetch == s.fetch {
			info = k
			break
		}
	}
	if info < 0 {
		info = s.info(errorInfo{code: wrong[what].code, message: wrong[what].message, named: true, fetch: s.fetch})
	}
	rest := len(s.text)
	for _, n := range s.indices[s.indexBase:] {
		s.text = append(s.text, ',')
		s.text = strconv.AppendInt(s.text, int64(n), 10)
	}
	s.record(object, errorRecord{info: int32(info), slot: int32(slot), rest: uint32(rest), restEnd: uint32(len(s.text))})
}

// info keeps what an error says and returns its number.
func (s *store) info(e errorInfo) int {
	if len(s.records) >= s.maxRecords {
		return 0 // no record will refer to it
	}
	s.infos = append(s.infos, e)
	return len(s.infos) - 1
}

// roomForError reports whether another record may be made for the object.
func (s *store) roomForError(object int) bool {
	if len(s.records) < s.maxRecords {
		return true
	}
	s.lost = min(s.lost+1, maxOmitted)
	s.words[object] |= flagLost
	return false
}

// record adds an error to an object. Lists of errors grow at their heads and
// never change otherwise, so that objects can share them.
func (s *store) record(object int, r errorRecord) {
	if !s.roomForError(object) {
		return
	}
	r.next = int32(s.words[object+1] & errorMask)
	s.records = append(s.records, r)
	s.words[object+1] = s.words[object+1]&^errorMask | word(len(s.records))
}

// copyErrors gives an object the errors of another.
func (s *store) copyErrors(to, from int) {
	s.words[to] |= s.words[from] & flagLost
	head := s.words[from+1] & errorMask
	if s.words[to+1]&errorMask == 0 {
		s.words[to+1] |= head
		return
	}
	for n := int(head); n != 0; {
		r := s.records[n-1]
		n = int(r.next)
		s.record(to, r)
	}
}
