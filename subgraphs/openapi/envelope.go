package openapi

import (
	"slices"
	"strings"
)

// payloadNames are what documents call the payload in an envelope.
var payloadNames = []string{"data", "items", "results", "result", "records", "values", "value", "response", "responses", "entries", "content", "contents", "list", "rows", "elements", "hits", "documents", "resources", "objects", "collection", "payload", "body"}

// besideNames are what stands beside the payload: pages, counts and statuses,
// in small letters without separators.
var besideNames = []string{
	"total", "totalcount", "totalitems", "totalresults", "totalpages", "totalrecords", "totalelements", "totalsize", "count", "size", "length", "number", "numberofelements",
	"page", "pages", "pagenumber", "pageindex", "pagesize", "pagecount", "perpage", "limit", "offset", "start", "skip", "take", "first", "last", "empty", "sort", "pageable",
	"next", "nextpage", "nextlink", "nexturl", "nexttoken", "nextpagetoken", "nextpageuri", "nextcursor", "previous", "previouspage", "prev", "prevpage", "previouslink", "prevcursor",
	"cursor", "cursors", "hasmore", "hasnext", "hasnextpage", "hasprevious", "more", "continuationtoken", "token", "marker", "nextmarker", "maxresults", "resultsizeestimate", "estimatedtotal",
	"kind", "etag", "status", "statuscode", "code", "success", "ok", "message", "messages", "error", "errors", "warnings", "object", "type", "self", "selflink", "uri", "url", "href",
	"links", "link", "meta", "metadata", "pagination", "paging", "pageinfo", "pagingmetadata", "responsemetadata", "requestid", "timestamp", "version", "apiversion", "unreachable", "incompleteresults", "ismore",
}

func isBeside(name string) bool {
	return slices.Contains(besideNames, strings.Join(wordsOf(name), ""))
}

// envelope finds the payload of an answer that is wrapped: in an object with
// exactly one list of objects, or with nothing but one object and what usually
// stands beside it. The path is empty if the answer is its own payload.
func (im *importer) envelope(v *view, list bool) (*view, string) {
	if v.kind != viewObject {
		return v, ""
	}
	var lists, objects []property
	beside := true // all other properties are those of pages and statuses
	for _, p := range v.props {
		pv := im.view(p.schema, p.at)
		usual := isBeside(p.name)
		switch {
		case pv.writeOnly:
		case strings.EqualFold(p.name, "id") || strings.EqualFold(p.name, "_id") || strings.EqualFold(p.name, "uuid"):
			return v, ""
		case pv.kind == viewList && (pv.item.kind == viewObject || pv.item.kind == viewUnion) && !usual:
			lists = append(lists, p)
		case (pv.kind == viewObject || pv.kind == viewUnion) && !usual:
			objects = append(objects, p)
		case !usual:
			beside = false
		}
	}
	switch {
	case list && len(lists) == 1 && len(objects) == 0 && (beside || isPayload(lists[0].name)):
		return im.view(lists[0].schema, lists[0].at), lists[0].name
	case len(lists) == 1 && len(objects) == 0 && beside && isPayload(lists[0].name):
		return im.view(lists[0].schema, lists[0].at), lists[0].name
	case len(lists) == 0 && len(objects) == 1 && beside && isPayload(objects[0].name):
		return im.view(objects[0].schema, objects[0].at), objects[0].name
	}
	return v, ""
}

func isPayload(name string) bool { return slices.Contains(payloadNames, strings.ToLower(name)) }
