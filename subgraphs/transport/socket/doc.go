// Package socket reads and writes plain sockets at less cost than the net package.
//
// It saves two things. A call on a non-blocking socket returns at once, so the Go
// scheduler need not be told of it: it would otherwise see a thread that might
// block, and take the processor away from one that is only sending a large
// response ([syscall.RawSyscall] says what such a call must keep to). And
// [Socket.Exchange] sends a request and awaits its answer in one step of the
// poller, which saves the attempt to read before anything can have come.
//
// Deadlines and closing stay with the connection: they end calls here just as its
// own. One goroutine may read and another write at the same time; an exchange
// counts as reading.
package socket
