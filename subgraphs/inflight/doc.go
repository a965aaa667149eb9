// Package inflight lets calls that are equal at the same moment share one
// upstream request.
//
// A caller takes a [Call], fills in what will be sent, and hands it to
// [Group.Do] or [Group.Carry] together with the [Runner] that carries it out. If an equal call
// is under way, the caller waits for that one; equal means equal bytes of body
// and headers, a hash only finds the candidates. Everything else that tells
// requests apart, the URL for instance, must be the same for all calls of a group,
// or be part of the body.
//
// A shared call runs under a context of its own, which ends when the last caller
// that waits for it leaves; and on a goroutine of its own (Do) or on that of the
// first caller (Carry), which then has to stay for the others, and whose context
// lends its values. The [Answer] is reference-counted: every caller gets one
// reference. What kind of answer it is, the Runner decides.
//
// A Group may be used by any number of goroutines. A Call belongs to whoever
// took it until it is handed over or freed.
package inflight
