package router

import (
	"net/http"

	"github.com/weft-graphql/weft/planner/plan"
)

// planHeader is the header by which a client asks for the plan of its operation,
// where query_planning.expose allows it.
const planHeader = "Weft-Query-Plan"

// planFormat is how a plan is shown.
type planFormat uint8

const (
	planHidden planFormat = iota
	planJSON
	planText
)

// planFormatOf reads the header; what it does not know hides the plan.
func planFormatOf(h http.Header) planFormat {
	switch h.Get(planHeader) {
	case "json":
		return planJSON
	case "text":
		return planText
	}
	return planHidden
}

// planExtension is the plan as a member of the response's extensions, nil if it
// is not to be shown.
func planExtension(p *plan.Plan, format planFormat) []byte {
	const key = `"queryPlan":`
	switch format {
	case planJSON:
		if text, err := p.MarshalJSON(); err == nil {
			return append([]byte(key), text...)
		}
	case planText:
		return appendString([]byte(key), p.Text())
	}
	return nil
}
