"""The Python `gql` client, as a user of the graph: it fetches the schema from the
router, asks and changes something, and has a mistake found before it is sent.

    python client.py http://127.0.0.1:4000/graphql
"""

import sys

from gql import Client, gql
from gql.transport.requests import RequestsHTTPTransport
from graphql import GraphQLError, GraphQLObjectType

sent = 0


class Transport(RequestsHTTPTransport):
    def execute(self, *args, **kwargs):
        global sent
        sent += 1
        return super().execute(*args, **kwargs)


def main(url: str) -> None:
    client = Client(transport=Transport(url, timeout=10), fetch_schema_from_transport=True)
    with client as session:
        schema = client.schema
        user = schema.get_type("User")
        assert isinstance(user, GraphQLObjectType), user
        assert {"id", "name", "email", "role"} <= user.fields.keys(), user.fields.keys()
        assert sent == 1, f"{sent} requests for the schema"
        print(f"  the schema, by introspection: {len(schema.type_map)} types")

        query = gql("query ($role: Role) { listUsers(role: $role) { id name role address { city } } }")
        query.variable_values = {"role": "admin"}
        got = session.execute(query)
        assert got == {"listUsers": [{"id": "1", "name": "Ada", "role": "admin", "address": {"city": "London"}}]}, got
        print("  a query with a variable")

        mutation = gql("mutation ($user: NewUser!) { createUser(input: $user) { id name role } }")
        mutation.variable_values = {"user": {"name": "Guido", "email": "guido@example.org", "role": "member"}}
        got = session.execute(mutation)["createUser"]
        assert got["name"] == "Guido" and got["role"] == "member" and got["id"], got
        again = gql("query ($id: ID!) { readUser(user_id: $id) { name } }")
        again.variable_values = {"id": got["id"]}
        assert session.execute(again) == {"readUser": {"name": "Guido"}}
        print("  a mutation, and what it made")

        before = sent
        try:
            session.execute(gql("{ listUsers { nickname } }"))
        except GraphQLError as e:
            assert "Cannot query field 'nickname' on type 'User'" in e.message, e.message
        else:
            raise AssertionError("the unknown field was accepted")
        assert sent == before, "the unknown field was sent"
        print("  an unknown field, refused before it was sent")


if __name__ == "__main__":
    main(sys.argv[1])
