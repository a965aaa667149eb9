package rest

import (
	"slices"

	"github.com/weft-graphql/weft/subgraphs"
	"github.com/weft-graphql/weft/subgraphs/rest/mapping"
)

// answer writes what was found as rows.
func (r *run) answer() *subgraphs.Answer {
	a := subgraphs.NewAnswer(r.release)
	a.Layout = subgraphs.LayoutRows
	up := r.client.up
	w := &writer{variables: r.call.Variables, body: r.body, path: r.path}
	w.vars = mapping.Variables{Config: up.config, Env: up.env, Request: r.request}
	w.seen = r.sighted()
	if w.seen != nil {
		w.body = w.seen.out
	}
	if r.root != nil {
		r.rows = append(r.rows, r.row(w, r.root, r.targets[0]))
		r.byEntry = append(r.byEntry, r.rows)
	} else {
		for i, s := range r.entries {
			w.entry = i
			n := len(s.asks)
			if i >= len(r.call.Rows) {
				r.byEntry = append(r.byEntry, nil)
				continue
			}
			begin := len(r.rows)
			for k := range r.call.Rows[i] {
				w.at = k
				r.rows = append(r.rows, r.row(w, s, r.targets[i][k*n:(k+1)*n]))
			}
			r.byEntry = append(r.byEntry, r.rows[begin:len(r.rows):len(r.rows)])
		}
	}
	a.Rows = r.byEntry
	if w.seen != nil {
		w.seen.out = w.body
	} else {
		r.body = w.body
	}
	r.path = w.path
	if r.missing > 0 && r.client.options.OnMissing != nil {
		r.client.options.OnMissing(r.e.typ.name, r.missing)
	}
	if w.conversions > 0 && r.client.options.OnConversion != nil {
		r.client.options.OnConversion(r.e.name, w.conversion, w.conversions)
	}
	a.Body, a.Errs = w.body, w.errs
	a.Cache = r.policy()
	if len(w.errs) > 0 {
		a.Cache.NoStore = true
	}
	for i := range r.parts {
		resp := r.parts[i].resp
		if resp == nil {
			continue
		}
		if a.Status == 0 {
			a.Status = resp.Status
		}
		r.passHeaders(a, resp)
	}
	return a
}

// passHeaders takes over the response headers that are asked for. Of several
// parts the first that has one says it.
func (r *run) passHeaders(a *subgraphs.Answer, part *HTTPResponse) {
	names := r.client.options.ResponseHeaders
	if len(names) == 0 {
		return
	}
	have := len(a.Header)
	for _, h := range part.Header {
		if !slices.Contains(names, "*") && !slices.Contains(names, h.Name) {
			continue
		}
		if h.Name == "Set-Cookie" || !slices.ContainsFunc(a.Header[:have], func(o subgraphs.HeaderField) bool { return o.Name == h.Name }) {
			a.Header = append(a.Header, h)
		}
	}
}

// row writes one row of an entry.
func (r *run) row(w *writer, s *shell, asks []int) subgraphs.Row {
	start := len(w.body)
	if len(asks) == 1 && asks[0] >= 0 {
		if a := r.asks[asks[0]]; a.seen != nil {
			return w.glanced(a.seen, a.seen.spans[a.span+r.direct.of[w.entry]])
		}
	}
	if s.whole == nil {
		if slices.Contains(asks, badRow) {
			w.fail(CodeBadInput, "the row is not a JSON object", nil)
			return subgraphs.Row{Status: subgraphs.RowError}
		}
		r.shellRow(w, s, asks)
		return subgraphs.Row{Status: subgraphs.RowOK, Start: start, End: len(w.body)}
	}
	switch asks[0] {
	case nullKey, leftOut:
		return subgraphs.Row{Status: subgraphs.RowNull}
	case badRow:
		w.fail(CodeBadInput, "the row is not a JSON object", nil)
		return subgraphs.Row{Status: subgraphs.RowError}
	}
	a := r.asks[asks[0]]
	if a.state == askFound {
		if v, ok := r.chosen(w, a, s.whole); ok && v.Kind() != mapping.KindNull {
			return r.wholeRow(w, s.whole, v, start)
		}
		a.state = askMissing
	}
	return r.absent(w, a)
}

// sighted is what was read in one pass, if that is just one answer: its rows then
// stay where they are.
func (r *run) sighted() *sighting {
	var only *sighting
	for _, s := range r.recalled {
		if len(s.spans) > 0 && only != nil {
			return nil
		}
		if len(s.spans) > 0 {
			only = s
		}
	}
	for i := range r.parts {
		if s := r.parts[i].sighting; s != nil {
			if only != nil {
				return nil
			}
			only = s
		}
	}
	return only
}

// glanced is a row that has been written in one pass.
func (w *writer) glanced(s *sighting, at span) subgraphs.Row {
	if s == w.seen {
		return subgraphs.Row{Status: subgraphs.RowOK, Start: at.start, End: at.end}
	}
	start := len(w.body)
	w.body = append(w.body, s.out[at.start:at.end]...)
	return subgraphs.Row{Status: subgraphs.RowOK, Start: start, End: len(w.body)}
}

// wholeRow writes a looked-up object.
func (r *run) wholeRow(w *writer, o *occurrence, v mapping.Value, start int) subgraphs.Row {
	if v.Kind() != mapping.KindObject {
		w.fail(CodeMismatch, "the upstream answered with "+article(v.Kind())+" where the schema has an object", nil)
		return subgraphs.Row{Status: subgraphs.RowError}
	}
	w.object(o.object, v)
	if string(w.body[start:]) == "null" {
		w.body = w.body[:start]
		return subgraphs.Row{Status: subgraphs.RowError}
	}
	return subgraphs.Row{Status: subgraphs.RowOK, Start: start, End: len(w.body)}
}

// absent is the row of an object that was not found.
func (r *run) absent(w *writer, a *ask) subgraphs.Row {
	switch a.state {
	case askFailed:
		w.fail(a.fail.code, a.fail.message, a.fail.object())
		return subgraphs.Row{Status: subgraphs.RowError}
	case askMissing, askNull:
		r.missing++
		switch r.e.missing {
		case missingError:
			w.fail(CodeNotFound, "the upstream has no such "+r.e.typ.name, nil)
			return subgraphs.Row{Status: subgraphs.RowError}
		case missingDrop, missingUnsaid:
			return subgraphs.Row{Status: subgraphs.RowMissing}
		}
	}
	return subgraphs.Row{Status: subgraphs.RowNull}
}

// chosen applies the endpoint's select to what was found.
func (r *run) chosen(w *writer, a *ask, o *occurrence) (mapping.Value, bool) {
	w.row = a.row
	w.vars.Args, w.vars.This = a.args, a.row
	if a.vars != nil {
		w.vars.Status, w.vars.Response = a.vars.Status, a.vars.Response
	}
	if o.choose == nil || a.chosen {
		return a.value, true
	}
	return o.choose.Evaluate(a.value, &w.vars, nil)
}

// shellRow writes the object around the values of a field.
func (r *run) shellRow(w *writer, s *shell, asks []int) {
	w.body = append(w.body, '{')
	for i := range s.steps {
		st := &s.steps[i]
		if !w.begin(&st.member) {
			continue
		}
		r.fieldValue(w, s.asks[st.ask], asks[st.ask])
		w.path = w.path[:0]
	}
	w.body = append(w.body, '}')
}

// fieldValue writes the value of one ask of a field.
func (r *run) fieldValue(w *writer, o *occurrence, at int) {
	if at < 0 {
		w.null()
		return
	}
	a := r.asks[at]
	switch a.state {
	case askFailed:
		w.fail(a.fail.code, a.fail.message, a.fail.object())
		w.null()
		return
	case askFound:
	default:
		if r.e.missing == missingError {
			w.fail(CodeNotFound, "the upstream has no answer for this "+r.e.typ.name, nil)
		}
		w.null()
		return
	}
	if a.items != nil {
		r.itemList(w, o, a)
		return
	}
	v, ok := r.chosen(w, a, o)
	if !ok {
		v = mapping.Value{}
	}
	w.write(&o.value, o.wrap, v)
}

// itemList writes the elements of a row.
func (r *run) itemList(w *writer, o *occurrence, a *ask) {
	w.body = append(w.body, '[')
	w.path = append(w.path, pathElement{})
	top := len(w.path) - 1
	one := *a
	for i, item := range a.items {
		if i > 0 {
			w.body = append(w.body, ',')
		}
		w.path[top].index = i
		one.value = item
		v, ok := r.chosen(w, &one, o)
		if !ok {
			v = mapping.Value{}
		}
		w.write(&o.value, o.wrap.Elem, v)
	}
	w.path = w.path[:top]
	w.body = append(w.body, ']')
}
