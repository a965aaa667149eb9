package execute

import "github.com/weft-graphql/weft/planner/plan"

// made.go makes the objects that no answer has: namespaces, and objects joined
// by a key that a sibling field holds.

// makeNamespaces makes the namespace objects of an object about to be read. It
// reports false when the store is full.
func (s *store) makeNamespaces(dec *plan.Decode, object int) bool {
	for i := range dec.Made {
		m := &dec.Made[i]
		if !m.Namespace {
			continue
		}
		made := s.object(m.Shape, m.Static)
		if made == 0 {
			return false
		}
		s.words[object+headerWords+m.Slot] = objectWord(made)
	}
	return true
}

// makeObjects makes the joined objects of an object that has been read. It
// reports false when the store is full.
func (s *store) makeObjects(dec *plan.Decode, object int) bool {
	for i := range dec.Made {
		m := &dec.Made[i]
		if m.Namespace || !m.Cond.Holds(s.bits) {
			continue
		}
		w := s.makeJoined(m, object)
		if s.full {
			return false
		}
		s.words[object+headerWords+m.Slot] = w
	}
	return true
}

// makeJoined makes the value of one join: null when a part of the key is, a list
// when a part is, nothing when a part never came.
func (s *store) makeJoined(m *plan.Made, object int) word {
	size, null := -1, false
	for i := range m.Parts {
		w := s.follow(object, m.Parts[i].From)
		switch w.kind() {
		case kindEmpty, kindFailed:
			return word(kindFailed)
		case kindNull:
			null = true
		case kindList:
			n := s.listLen(w.index())
			if size >= 0 && n != size {
				s.failValue(object, m.Slot, wrongLength)
				return word(kindFailed)
			}
			size = n
		}
	}
	switch {
	case null:
		return word(kindNull)
	case size < 0:
		return s.makeOne(m, object, -1)
	}
	list := s.list(size)
	if list == 0 {
		return word(kindFailed)
	}
	for n := range size {
		w := s.makeOne(m, object, n)
		if s.full {
			return word(kindFailed)
		}
		s.words[list+headerWords+n] = w
	}
	return listWord(list)
}

// follow reads the value at the end of a path of slots.
func (s *store) follow(object int, path []int) word {
	w := objectWord(object)
	for _, slot := range path {
		if w.kind() != kindObject {
			return w
		}
		w = s.words[w.index()+headerWords+slot]
	}
	return w
}

// makeOne makes one joined object; n is the index of its key in lists, or -1.
func (s *store) makeOne(m *plan.Made, object, n int) word {
	made := 0
	for i := range m.Parts {
		w := s.follow(object, m.Parts[i].From)
		if w.kind() == kindList {
			w = s.words[w.index()+headerWords+n]
		}
		if w.null() {
			return w
		}
		if len(m.Parts[i].To) == 0 {
			continue
		}
		if made == 0 {
			if made = s.joined(m); made == 0 {
				return word(kindFailed)
			}
		}
		if !s.put(made, m.Shape, m.Parts[i].To, w) {
			return word(kindFailed)
		}
	}
	if made == 0 {
		if made = s.joined(m); made == 0 {
			return word(kindFailed)
		}
	}
	return objectWord(made)
}

// joined returns a new object of a join, a member of its shape's collection.
func (s *store) joined(m *plan.Made) int {
	made := s.object(m.Shape, m.Static)
	if made != 0 && m.Shape.Collect >= 0 {
		s.collections[m.Shape.Collect] = append(s.collections[m.Shape.Collect], uint32(made))
	}
	return made
}

// put writes a leaf at the end of a path of slots, making the objects on the way.
func (s *store) put(object int, shape *plan.Shape, path []int, w word) bool {
	for _, slot := range path[:len(path)-1] {
		at := object + headerWords + slot
		shape = shape.Slots[slot].Child
		if s.words[at].kind() != kindObject {
			child := s.object(shape, 0)
			if child == 0 {
				return false
			}
			s.words[at] = objectWord(child)
		}
		object = s.words[at].index()
	}
	s.words[object+headerWords+path[len(path)-1]] = w
	return true
}
