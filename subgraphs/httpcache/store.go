package httpcache

import (
	"context"
	"time"
)

// Stamp is the state of some tags at one moment. It changes when any of them is
// invalidated. 0 is the stamp of no tags.
type Stamp uint64

// Item is an entry on its way into a store.
type Item struct {
	Key   Key
	Entry *Entry
	// Keep is how long the entry is of any use.
	Keep time.Duration
}

// Store keeps entries. It may forget any of them at any time. Its methods may be
// called by any number of goroutines, and must not keep the slices they are
// given.
//
// Every entry is stored with the stamp of its tags as it was before the origin
// was asked, and is found only while the tags still have that stamp. So an entry
// is gone once one of its tags is invalidated, even if its response was under
// way at that moment.
type Store interface {
	// Get sets found[i] to the entry of keys[i], or to nil, and returns the stamp
	// of the tags. All keys have the same tags.
	Get(ctx context.Context, keys []Key, tags []Tag, found []*Entry) (Stamp, error)
	// Set stores entries that all have the stamp that Get returned.
	Set(ctx context.Context, stamp Stamp, items []Item) error
	// Delete removes entries.
	Delete(ctx context.Context, keys []Key) error
	// Invalidate changes the stamps of tags.
	Invalidate(ctx context.Context, tags []Tag) error
}

// FoldTag makes a stamp of a stamp, a tag, and the state of the tag, for
// implementations of [Store]. Since tags are part of it, the same states of other
// tags make another stamp.
func FoldTag(s Stamp, t Tag, state uint64) Stamp {
	h := uint64(s) ^ uint64(t)
	h *= 0x9e3779b97f4a7c15
	h ^= h >> 29
	h ^= state
	h *= 0xbf58476d1ce4e5b9
	h ^= h >> 32
	return Stamp(max(h, 1))
}
