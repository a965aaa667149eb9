// Command todo is a to-do list as in many tutorials: a GraphQL server generated
// by gqlgen from schema.graphqls. The rest of its code is made by
// `go tool gqlgen generate`.
package main

import (
	"context"
	"flag"
	"fmt"
	"log"
	"net/http"
	"strconv"
	"sync"

	"github.com/99designs/gqlgen/graphql/handler"
	"github.com/99designs/gqlgen/graphql/handler/extension"
	"github.com/99designs/gqlgen/graphql/handler/transport"
)

func main() {
	listen := flag.String("listen", "127.0.0.1:8080", "address to serve on")
	flag.Parse()
	server := handler.New(NewExecutableSchema(Config{Resolvers: &list{todos: []*Todo{
		{ID: "1", Text: "write the first program", Done: true, UserID: "1"},
		{ID: "2", Text: "find a bug in it", UserID: "2"},
		{ID: "3", Text: "say what is wrong", UserID: "3"},
		{ID: "4", Text: "ask nobody", UserID: "99"},
	}}}))
	server.AddTransport(transport.POST{})
	server.Use(extension.Introspection{})
	http.Handle("/query", server)
	log.Fatal(http.ListenAndServe(*listen, nil))
}

// list is the root of the resolvers.
type list struct {
	mu    sync.Mutex
	todos []*Todo
}

func (l *list) Query() QueryResolver       { return query{l} }
func (l *list) Mutation() MutationResolver { return mutation{l} }

// find returns a copy, which nobody changes while it is being written.
func (l *list) find(id string) *Todo {
	for _, t := range l.todos {
		if t.ID == id {
			out := *t
			return &out
		}
	}
	return nil
}

type query struct{ *list }

func (q query) Todos(_ context.Context, done *bool) ([]*Todo, error) {
	q.mu.Lock()
	defer q.mu.Unlock()
	out := []*Todo{}
	for _, t := range q.todos {
		if done == nil || *done == t.Done {
			out = append(out, q.find(t.ID))
		}
	}
	return out, nil
}

func (q query) Todo(_ context.Context, id string) (*Todo, error) {
	q.mu.Lock()
	defer q.mu.Unlock()
	return q.find(id), nil
}

type mutation struct{ *list }

func (m mutation) CreateTodo(_ context.Context, todo TodoInput) (*Todo, error) {
	if todo.Text == "" {
		return nil, fmt.Errorf("there is nothing to do")
	}
	m.mu.Lock()
	defer m.mu.Unlock()
	id := strconv.Itoa(len(m.todos) + 1)
	m.todos = append(m.todos, &Todo{ID: id, Text: todo.Text, UserID: todo.UserID})
	return m.find(id), nil
}

func (m mutation) FinishTodo(_ context.Context, id string) (*Todo, error) {
	m.mu.Lock()
	defer m.mu.Unlock()
	for _, t := range m.todos {
		if t.ID == id {
			t.Done = true
		}
	}
	return m.find(id), nil
}
