package router

import (
	"fmt"
	"net/http"
	"slices"
	"strings"
	"time"

	"github.com/jensneuse/abstractlogger"

	"github.com/weft-graphql/weft/planner/plan"
)

// demand refuses a plan that would ask more of the upstreams than the limits
// allow, before the first request is sent; in mode measure it only logs it.
func (rq *request) demand(p *plan.Plan, bits uint64) bool {
	l := &rq.gen.Config.Limits
	budget := l.LatencyBudget.Std()
	if l.MaxUpstreamRequests == 0 && l.MaxWaves == 0 && budget == 0 {
		return true
	}
	var over []fault
	add := func(code string, at *plan.Fetch, format string, args ...any) {
		f := fault{status: http.StatusBadRequest, graded: true, code: code, message: fmt.Sprintf(format, args...)}
		if path := at.Where(p); path != "" {
			f.message += "; it is " + path + " that costs most"
			f.locations = slices.Clone(rq.text().Field(strings.Split(path, ".")))
		}
		over = append(over, f)
	}
	if n, worst := p.Requests(bits, func(variable int) int { return rq.op.Natural(&rq.values, variable) }); l.MaxUpstreamRequests > 0 && n > l.MaxUpstreamRequests {
		add(CodeMaxUpstreamRequests, worst, "The operation would take about %d upstream requests, more than the %d that are allowed", n, l.MaxUpstreamRequests)
	}
	if waves, last := p.Depth(bits); l.MaxWaves > 0 && waves > l.MaxWaves {
		add(CodeMaxWaves, last, "The operation takes %d upstream requests one after the other, more than the %d that are allowed", waves, l.MaxWaves)
	}
	if d, last := p.Latency(bits); budget > 0 && d > budget {
		add(CodeLatencyBudget, last, "The operation is expected to take %v, more than the %v that are allowed", d.Round(time.Millisecond), budget)
	}
	if len(over) == 0 {
		return true
	}
	if l.Mode == "measure" {
		for i := range over {
			rq.router.log.Warn("an operation is over a limit",
				abstractlogger.String("request_id", rq.id), abstractlogger.String("code", over[i].code),
				abstractlogger.String("operation_name", rq.op.Name), abstractlogger.String("message", over[i].message))
		}
		return true
	}
	rq.faults = append(rq.faults, over...)
	return false
}
