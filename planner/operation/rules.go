package operation

import (
	"fmt"
	"slices"
	"strings"

	"github.com/vektah/gqlparser/v2/ast"
	"github.com/vektah/gqlparser/v2/gqlerror"
	"github.com/vektah/gqlparser/v2/validator"
	"github.com/vektah/gqlparser/v2/validator/rules"

	"github.com/weft-graphql/weft/planner/schema"
)

// ruleSet is gqlparser's rules without those that are replaced here:
//
//   - OverlappingFieldsCanBeMerged is quadratic (see overlap.go);
//   - ValuesOfCorrectType lets Int literals overflow, `{}` stand for a scalar or
//     enum, and refuses large ID and Float literals (see values.go);
//   - SingleFieldSubscriptions counts field names instead of response keys and
//     does not know the ban on @skip and @include;
//   - PossibleFragmentSpreads compares every pair of possible types.
func (f *Front) ruleSet() []validator.Rule {
	set := []validator.Rule{
		rules.FragmentsOnCompositeTypesRule,
		rules.KnownDirectivesRule,
		rules.KnownFragmentNamesRule,
		rules.KnownRootTypeRule,
		rules.LoneAnonymousOperationRule,
		rules.MaxIntrospectionDepth,
		rules.NoFragmentCyclesRule,
		rules.NoUndefinedVariablesRule,
		rules.NoUnusedFragmentsRule,
		rules.NoUnusedVariablesRule,
		rules.ProvidedRequiredArgumentsRule,
		rules.UniqueArgumentNamesRule,
		rules.UniqueDirectivesPerLocationRule,
		rules.UniqueFragmentNamesRule,
		rules.UniqueInputFieldNamesRule,
		rules.UniqueOperationNamesRule,
		rules.UniqueVariableNamesRule,
		rules.VariablesAreInputTypesRule,
		rules.VariablesInAllowedPositionRule,
		{Name: "ValuesOfCorrectType", RuleFunc: f.valuesOfCorrectType},
		{Name: "SingleFieldSubscriptions", RuleFunc: f.singleFieldSubscriptions},
		{Name: "PossibleFragmentSpreads", RuleFunc: f.possibleFragmentSpreads},
	}
	if f.limits.Suggestions {
		return append(set,
			rules.FieldsOnCorrectTypeRule,
			rules.KnownArgumentNamesRule,
			rules.KnownTypeNamesRule,
			rules.ScalarLeafsRule,
		)
	}
	return append(set,
		rules.FieldsOnCorrectTypeRuleWithoutSuggestions,
		rules.KnownArgumentNamesRuleWithoutSuggestions,
		rules.KnownTypeNamesRuleWithoutSuggestions,
		rules.ScalarLeafsRuleWithoutSuggestions,
	)
}

// stopValidation unwinds the walk of the document once enough errors are known.
type stopValidation struct{}

// maxReports ends validation also when the same few errors come up over and
// over.
const maxReports = 1000

func (f *Front) validate(doc *ast.QueryDocument) Errors {
	if errs := refuseIncremental(doc); errs != nil {
		return errs
	}
	fragments := newFragmentGraph(doc)
	if !fragments.affordable(doc) {
		return one(CodeValidationCost, "The document's fragments are too entangled to be validated.")
	}
	report := reporter{max: f.limits.maxErrors()}
	report.run(func() {
		var events validator.Events
		for _, rule := range f.rules {
			rule.RuleFunc(&events, report.add)
		}
		validator.Walk(f.api, doc, &events)
	})
	if len(report.errs) > 0 {
		return report.sorted()
	}
	// From here on everything recurses into fragments. A rule has refused cycles
	// already; but a stack overflow cannot be recovered from, so make sure.
	if fragments.cyclic() {
		return one(CodeValidationFailed, "The document's fragments form a cycle.")
	}
	return f.fieldsCanMerge(doc)
}

// reporter collects the errors of rules. The walk meets a fragment once for
// every operation that uses it, and one mistake may be made at many places:
// equal messages are one error with several locations.
type reporter struct {
	max     int
	reports int
	errs    Errors
	byText  map[string]*Error
}

func (r *reporter) run(walk func()) {
	defer func() {
		if p := recover(); p != nil {
			if _, ours := p.(stopValidation); !ours {
				panic(p)
			}
		}
	}()
	walk()
}

func (r *reporter) add(options ...validator.ErrorOption) {
	var g gqlerror.Error
	for _, option := range options {
		option(&g)
	}
	r.report(g.Message, locations(&g)...)
}

func (r *reporter) report(message string, at ...Location) {
	if r.reports++; r.reports > maxReports {
		panic(stopValidation{})
	}
	message = truncate(message, maxMessage)
	if known := r.byText[message]; known != nil {
		for _, l := range at {
			if len(known.Locations) < r.max && !slices.Contains(known.Locations, l) {
				known.Locations = append(known.Locations, l)
			}
		}
		return
	}
	if len(r.errs) == r.max {
		panic(stopValidation{})
	}
	if r.byText == nil {
		r.byText = map[string]*Error{}
	}
	err := &Error{Code: CodeValidationFailed, Message: message, Locations: at}
	r.errs = append(r.errs, err)
	r.byText[message] = err
}

// sorted orders the errors, and the locations of each, as the text has them.
func (r *reporter) sorted() Errors {
	for _, err := range r.errs {
		slices.SortStableFunc(err.Locations, compareLocations)
	}
	slices.SortStableFunc(r.errs, func(a, b *Error) int {
		if len(a.Locations) == 0 || len(b.Locations) == 0 {
			return len(a.Locations) - len(b.Locations)
		}
		return compareLocations(a.Locations[0], b.Locations[0])
	})
	return r.errs
}

func compareLocations(a, b Location) int {
	if a.Line != b.Line {
		return int(a.Line) - int(b.Line)
	}
	return int(a.Column) - int(b.Column)
}

// maxMessage bounds messages, which repeat parts of the document.
const maxMessage = 400

func truncate(s string, n int) string {
	if len(s) <= n {
		return s
	}
	return strings.ToValidUTF8(s[:n], "") + "…"
}

// refuseIncremental refuses @defer and @stream, which would otherwise be
// unknown, or, worse, known and ignored.
func refuseIncremental(doc *ast.QueryDocument) Errors {
	var errs Errors
	check := func(directives ast.DirectiveList) {
		for _, d := range directives {
			if (d.Name == "defer" || d.Name == "stream") && len(errs) == 0 {
				errs = one(CodeNotSupported, fmt.Sprintf("Directive \"@%s\" is not supported.", d.Name), position(d.Position))
			}
		}
	}
	var walk func(ast.SelectionSet)
	walk = func(set ast.SelectionSet) {
		for _, s := range set {
			switch s := s.(type) {
			case *ast.Field:
				check(s.Directives)
				walk(s.SelectionSet)
			case *ast.InlineFragment:
				check(s.Directives)
				walk(s.SelectionSet)
			case *ast.FragmentSpread:
				check(s.Directives)
			}
		}
	}
	for _, op := range doc.Operations {
		walk(op.SelectionSet)
	}
	for _, fragment := range doc.Fragments {
		walk(fragment.SelectionSet)
	}
	return errs
}

// fragmentGraph is which fragments use which, and how large they are.
type fragmentGraph struct {
	index   map[string]int
	sizes   []int
	spreads [][]int
}

func newFragmentGraph(doc *ast.QueryDocument) *fragmentGraph {
	g := &fragmentGraph{
		index:   make(map[string]int, len(doc.Fragments)),
		sizes:   make([]int, len(doc.Fragments)),
		spreads: make([][]int, len(doc.Fragments)),
	}
	for i, fragment := range doc.Fragments {
		if _, dup := g.index[fragment.Name]; !dup {
			g.index[fragment.Name] = i
		}
	}
	for i, fragment := range doc.Fragments {
		g.sizes[i], g.spreads[i] = extentOf(fragment.SelectionSet, g.index)
	}
	return g
}

// affordable estimates what walking the document costs: gqlparser enters every
// fragment once for each operation and each other fragment that reaches it.
func (g *fragmentGraph) affordable(doc *ast.QueryDocument) bool {
	work, round := 0, 0
	entered := make([]int, len(doc.Fragments))
	var stack []int
	visit := func(size int, next []int) bool {
		round++
		work += size
		stack = append(stack[:0], next...)
		for len(stack) > 0 && work <= maxWork {
			i := stack[len(stack)-1]
			stack = stack[:len(stack)-1]
			work++
			if entered[i] == round {
				continue
			}
			entered[i] = round
			work += g.sizes[i]
			stack = append(stack, g.spreads[i]...)
		}
		return work <= maxWork
	}
	for _, op := range doc.Operations {
		if !visit(extentOf(op.SelectionSet, g.index)) {
			return false
		}
	}
	for i := range doc.Fragments {
		if !visit(1, []int{i}) {
			return false
		}
	}
	return true
}

// cyclic reports whether a fragment reaches itself.
func (g *fragmentGraph) cyclic() bool {
	const open, closed = 1, 2
	state := make([]uint8, len(g.spreads))
	var visit func(int) bool
	visit = func(i int) bool {
		state[i] = open
		for _, next := range g.spreads[i] {
			if state[next] == open || state[next] == 0 && visit(next) {
				return true
			}
		}
		state[i] = closed
		return false
	}
	for i := range g.spreads {
		if state[i] == 0 && visit(i) {
			return true
		}
	}
	return false
}

// extentOf returns the number of selections, directives and values written in a
// set, and the fragments spread there.
func extentOf(set ast.SelectionSet, index map[string]int) (size int, spreads []int) {
	var walk func(ast.SelectionSet)
	walk = func(set ast.SelectionSet) {
		size += len(set)
		for _, s := range set {
			switch s := s.(type) {
			case *ast.Field:
				size += argumentsSize(s.Arguments) + directivesSize(s.Directives)
				walk(s.SelectionSet)
			case *ast.InlineFragment:
				size += directivesSize(s.Directives)
				walk(s.SelectionSet)
			case *ast.FragmentSpread:
				size += directivesSize(s.Directives)
				if i, ok := index[s.Name]; ok {
					spreads = append(spreads, i)
				}
			}
		}
	}
	walk(set)
	return size, spreads
}

func directivesSize(directives ast.DirectiveList) int {
	size := len(directives)
	for _, d := range directives {
		size += argumentsSize(d.Arguments)
	}
	return size
}

func argumentsSize(args ast.ArgumentList) int {
	size := 0
	for _, arg := range args {
		size += valueSize(arg.Value)
	}
	return size
}

func valueSize(v *ast.Value) int {
	size := 1
	for _, child := range v.Children {
		size += valueSize(child.Value)
	}
	return size
}

// singleFieldSubscriptions: the root of a subscription is exactly one response
// key, no introspection, and nothing about it depends on @skip or @include
// (section 5.2.4.1).
func (f *Front) singleFieldSubscriptions(events *validator.Events, report validator.AddErrFunc) {
	events.OnOperation(func(w *validator.Walker, op *ast.OperationDefinition) {
		if op.Operation != ast.Subscription || f.api.Subscription == nil {
			return
		}
		name := "An anonymous subscription"
		if op.Name != "" {
			name = fmt.Sprintf("Subscription %q", op.Name)
		}
		fail := func(at *ast.Position, what string) {
			report(validator.Message("%s %s.", name, what), func(g *gqlerror.Error) {
				if at != nil {
					g.Locations = append(g.Locations, gqlerror.Location{Line: at.Line, Column: at.Column})
				}
			})
		}
		conditional := func(directives ast.DirectiveList) {
			for _, d := range directives {
				if d.Name == "skip" || d.Name == "include" {
					fail(d.Position, "must not use @"+d.Name+" on its root selections")
				}
			}
		}
		keys := map[string]bool{}
		entered := map[*ast.FragmentDefinition]bool{}
		var walk func(ast.SelectionSet)
		walk = func(set ast.SelectionSet) {
			for _, s := range set {
				switch s := s.(type) {
				case *ast.Field:
					conditional(s.Directives)
					if strings.HasPrefix(s.Name, "__") {
						fail(s.Position, "must not select an introspection field at its root")
					}
					if !keys[s.Alias] {
						keys[s.Alias] = true
						if len(keys) == 2 {
							fail(s.Position, "must select only one root field")
						}
					}
				case *ast.InlineFragment:
					conditional(s.Directives)
					walk(s.SelectionSet)
				case *ast.FragmentSpread:
					conditional(s.Directives)
					if s.Definition != nil && !entered[s.Definition] {
						entered[s.Definition] = true
						walk(s.Definition.SelectionSet)
					}
				}
			}
		}
		walk(op.SelectionSet)
	})
}

// possibleFragmentSpreads: a fragment's type and the type around it have an
// object type in common (section 5.5.2.3).
func (f *Front) possibleFragmentSpreads(events *validator.Events, report validator.AddErrFunc) {
	apart := func(parent *ast.Definition, condition string) bool {
		if parent == nil || condition == "" || !parent.IsCompositeType() || parent.Name == condition {
			return false
		}
		def := f.api.Types[condition]
		if def == nil || !def.IsCompositeType() {
			return false // reported by other rules
		}
		a, b := f.schema.TypeByName(parent.Name), f.schema.TypeByName(condition)
		if a == schema.NoType || b == schema.NoType {
			// Introspection types are not in the schema; they have no abstract types.
			return true
		}
		return !f.overlap(f.schema.Type(a).Possible, f.schema.Type(b).Possible)
	}
	at := func(p *ast.Position) validator.ErrorOption {
		return func(g *gqlerror.Error) {
			if p != nil {
				g.Locations = append(g.Locations, gqlerror.Location{Line: p.Line, Column: p.Column})
			}
		}
	}
	events.OnInlineFragment(func(w *validator.Walker, s *ast.InlineFragment) {
		if apart(s.ObjectDefinition, s.TypeCondition) {
			report(validator.Message("Fragment cannot be spread here as objects of type %q can never be of type %q.",
				s.ObjectDefinition.Name, s.TypeCondition), at(s.Position))
		}
	})
	events.OnFragmentSpread(func(w *validator.Walker, s *ast.FragmentSpread) {
		if s.Definition != nil && apart(s.ObjectDefinition, s.Definition.TypeCondition) {
			report(validator.Message("Fragment %q cannot be spread here as objects of type %q can never be of type %q.",
				s.Name, s.ObjectDefinition.Name, s.Definition.TypeCondition), at(s.Position))
		}
	})
}

// overlap reports whether two sorted lists share a type that clients can see.
func (f *Front) overlap(a, b []schema.TypeID) bool {
	for len(a) > 0 && len(b) > 0 {
		switch {
		case a[0] < b[0]:
			a = a[1:]
		case a[0] > b[0]:
			b = b[1:]
		case f.visible[a[0]]:
			return true
		default:
			a, b = a[1:], b[1:]
		}
	}
	return false
}
