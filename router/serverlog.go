package router

import (
	"bytes"
	"log"

	"github.com/jensneuse/abstractlogger"
)

// serverLog passes what net/http has to say on to the router's log. Nearly all
// of it is about clients that leave or do not speak HTTP.
func serverLog(l abstractlogger.Logger) *log.Logger { return log.New(lineWriter{l}, "", 0) }

type lineWriter struct{ log abstractlogger.Logger }

func (w lineWriter) Write(line []byte) (int, error) {
	w.log.Debug("http server", abstractlogger.ByteString("message", bytes.TrimSpace(line)))
	return len(line), nil
}
