package dataserver

import (
	"encoding/json"
	"fmt"
	"testing"
)

func BenchmarkEntities(b *testing.B) {
	type user struct {
		ID   string `json:"id"`
		Name string `json:"name"`
	}
	users := make([]user, 100)
	reps := make([]map[string]any, len(users))
	for i := range users {
		id := fmt.Sprint(i)
		users[i] = user{id, "user " + id}
		reps[i] = map[string]any{"__typename": "User", "id": id}
	}
	world, err := json.Marshal(map[string]any{"types": map[string]any{"User": users}})
	if err != nil {
		b.Fatal(err)
	}
	data, err := ParseData(world)
	if err != nil {
		b.Fatal(err)
	}
	s, err := New(Options{SDL: `type User @key(fields: "id") { id: ID! name: String }`, Data: data})
	if err != nil {
		b.Fatal(err)
	}
	body, err := json.Marshal(map[string]any{"query": entitiesQuery(`...on User{id name}`), "variables": map[string]any{"r": reps}})
	if err != nil {
		b.Fatal(err)
	}
	b.ReportAllocs()
	for b.Loop() {
		s.Answer(body)
	}
}
