package execute

import "strconv"

// warning is one member of extensions.warnings: what it is about begins at a place
// of the response, its text at one of the warnings.
type warning struct{ at, start int }

// maxWarnings bounds the warnings of one response.
const maxWarnings = 100

// warns reports whether there is room for another warning that somebody reads.
func (x *state) warns() bool { return x.request.Warnings && len(x.warned) < maxWarnings }

// warnDropped warns of elements left out of the list that is being written and
// begins at a place of the response.
func (x *state) warnDropped(at, dropped int) {
	if !x.warns() {
		return
	}
	x.warned = append(x.warned, warning{at, len(x.warnings)})
	b := append(x.warnings, `{"message":"`...)
	b = strconv.AppendInt(b, int64(dropped), 10)
	if dropped == 1 {
		b = append(b, " element was"...)
	} else {
		b = append(b, " elements were"...)
	}
	b = append(b, ` left out because something they refer to is missing","path":[`...)
	b = appendPath(b, x.path)
	b = append(b, `],"extensions":{"code":"`...)
	b = append(b, CodeDropped...)
	b = strconv.AppendInt(append(b, `","dropped":`...), int64(dropped), 10)
	x.warnings = append(b, "}},"...)
}

// unwarn takes back the warnings about what was written from a place on.
func (x *state) unwarn(from int) {
	n := len(x.warned)
	for n > 0 && x.warned[n-1].at >= from {
		n--
		x.warnings = x.warnings[:x.warned[n].start]
	}
	x.warned = x.warned[:n]
}
