package equivalence

import (
	"fmt"
	"reflect"
	"strings"
)

// Features switch parts of the generator, so that a known failure does not
// hide the next one.
type Features struct {
	// Directives.
	Requires, Provides, Override bool
	// NestedRequires lets @requires go into objects; AbstractSets puts fragments
	// into @requires and @provides.
	NestedRequires, AbstractSets bool
	// Types. SplitValues are value types whose fields lie in several subgraphs.
	Interfaces, Unions, SplitValues, InterfaceObjects bool
	// Keys: of value objects, that lead nowhere, that may be null.
	NestedKeys, Stubs, NullKeys bool
	// StrictSome makes fields non-null in some of their subgraphs only,
	// SharedRoots lets several subgraphs resolve a root field.
	StrictSome, SharedRoots bool
	// Data: references to nothing, entities that one subgraph does not know, null
	// where none may be. RequireAbsent lets entities be unknown where a field of
	// theirs is required.
	Dangling, Hidden, Holes, RequireAbsent bool
	// Operations.
	Arguments, Conditions bool
}

// AllFeatures has every switch on.
func AllFeatures() Features {
	f := Features{}
	v := reflect.ValueOf(&f).Elem()
	for i := range v.NumField() {
		v.Field(i).SetBool(true)
	}
	return f
}

// DefaultFeatures leaves out what is known to fail: nothing.
func DefaultFeatures() Features { return AllFeatures() }

// set switches features by name, separated by commas.
func (f *Features) set(names string, on bool) error {
	if names == "" {
		return nil
	}
	for name := range strings.SplitSeq(names, ",") {
		v := reflect.ValueOf(f).Elem().FieldByName(name)
		if !v.IsValid() {
			return fmt.Errorf("there is no feature %q", name)
		}
		v.SetBool(on)
	}
	return nil
}
