package mapping

import "testing"

func TestPlain(t *testing.T) {
	for _, c := range []struct {
		text           string
		plain, through bool
	}{
		{"name", true, false},
		{"{ id: created_by }", true, false},
		{"artist_ids { id: $ }", true, false},
		{"{ kind: $(\"song\") id }", true, false},
		{"address.city", true, true},
		{"{ id: author.id }", true, true},
		{"$.name", true, false},
		{"$({ id: created_by })", true, false},
		{"tags->first", false, false},
		{"nick ?? $(\"none\")", false, false},
		{"nick ?! $(\"none\")", false, false},
		{"address?.city", false, false},
		{"$config.base", false, false},
		{"{ at: $response.headers.date }", false, false},
		{"items { id: $args.id }", false, false},
		{"$([a, b])", false, false},
		{"{ id ...meta }", false, false},
	} {
		s, err := ParseValue(c.text)
		if err != nil {
			t.Errorf("%s: %v", c.text, err)
			continue
		}
		if plain, through := s.Plain(); plain != c.plain || through != c.through {
			t.Errorf("%s: plain %v, through %v", c.text, plain, through)
		}
	}
}
