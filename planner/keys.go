package planner

import (
	"slices"
	"strconv"
)

// keys are the response keys that are used in one answer's object: by all scopes
// that are written into it.
type keys struct {
	id   int
	uses []keyUse
	// on are the type conditions, by number; 0 is none.
	on []string
	// types is how many types the position has.
	types int
}

// keyUse is a response key that stands for one slot and one type in the subgraph.
type keyUse struct {
	key  string
	slot *slot
	typ  string
	// on are the type conditions it is used under.
	on bitset
	// read is the scope that reads it into its decode, the last one to do so.
	read int
	// nextOfSlot is the next use for the slot, sameKey another use of the key; one
	// more than their numbers.
	nextOfSlot, sameKey int
}

// keyIn names a key in one of the tables, or, when the table is negated, a type
// condition.
type keyIn struct {
	table int
	key   string
}

func (b *builder) newKeys(types int) *keys {
	k := b.mem.keys.one()
	b.tables++
	k.id, k.types = b.tables, types
	k.on = b.mem.texts.take(1)
	return k
}

// condition is the number of a type condition; first says that it is new.
func (w *specWriter) condition(k *keys, on string) (int, bool) {
	if len(k.on) > few {
		if i := w.keyTable[keyIn{-k.id, on}]; i > 0 {
			return i, false
		}
	} else if i := slices.Index(k.on, on); i > 0 {
		return i, false
	}
	k.on = w.mem.texts.append(k.on, on)
	if n := len(k.on); n > few {
		from := n - 1
		if from == few {
			from = 1
		}
		if w.keyTable == nil {
			w.keyTable = map[keyIn]int{}
		}
		for i := from; i < n; i++ {
			w.keyTable[keyIn{-k.id, k.on[i]}] = i
		}
	}
	return len(k.on) - 1, true
}

// keyFor is the response key of a slot: the client's where it is free. A key
// stands for one slot and one type in the subgraph, for fields of one key must
// be mergeable there (specification, section 5.3.2). The result is good until the
// next call.
func (w *specWriter) keyFor(sc *scope, s *slot, typ string) *keyUse {
	k := sc.keys
	last := -1
	if s.keysIn == k.id {
		for at := s.firstKey; at > 0; at = k.uses[at-1].nextOfSlot {
			last = at - 1
			if u := &k.uses[last]; u.typ == typ && !w.taken(sc, s, typ, u.key) {
				u.on.add(sc.on)
				return u
			}
		}
	}
	key := s.key
	for n := 0; w.taken(sc, s, typ, key) || n == 0 && reservedKey(key); n++ {
		key = "_" + strconv.Itoa(s.index) + "_" + s.name
		if n > 0 {
			key = "_" + strconv.Itoa(s.index) + "_" + strconv.Itoa(n) + "_" + s.name
		}
	}
	use := keyUse{key: key, slot: s, typ: typ, on: w.oneOf(k.types+1, sc.on)}
	k.uses = w.mem.keyUses.append(k.uses, use)
	at := len(k.uses)
	if last >= 0 {
		k.uses[last].nextOfSlot = at
	} else {
		s.keysIn, s.firstKey = k.id, at
	}
	w.indexKeys(k)
	return &k.uses[at-1]
}

// taken reports whether a key is used for something else already.
func (w *specWriter) taken(sc *scope, s *slot, typ, key string) bool {
	k := sc.keys
	if len(k.uses) > few {
		for at := w.keyTable[keyIn{k.id, key}]; at > 0; at = k.uses[at-1].sameKey {
			if k.uses[at-1].excludes(sc, s, typ) {
				return true
			}
		}
		return false
	}
	for i := range k.uses {
		if u := &k.uses[i]; u.key == key && u.excludes(sc, s, typ) {
			return true
		}
	}
	return false
}

func (u *keyUse) excludes(sc *scope, s *slot, typ string) bool {
	if u.slot == s && u.typ == typ {
		return false
	}
	// Leaves of one type may share a key where no object has both.
	return u.typ != typ || !u.slot.leaf || !s.leaf || u.on.has(sc.on)
}

// indexKeys notes the key that was used last, and all when there are too many
// now to compare one by one.
func (w *specWriter) indexKeys(k *keys) {
	if len(k.uses) <= few {
		return
	}
	from := len(k.uses) - 1
	if from == few {
		from = 0
	}
	if w.keyTable == nil {
		w.keyTable = map[keyIn]int{}
	}
	for i := from; i < len(k.uses); i++ {
		in := keyIn{k.id, k.uses[i].key}
		k.uses[i].sameKey = w.keyTable[in]
		w.keyTable[in] = i + 1
	}
}

// reservedKey reports keys that mean something in an answer.
func reservedKey(key string) bool { return key == "__typename" }
