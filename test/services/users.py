"""Users behind a REST API: a FastAPI application as people write them.

Nothing here knows of GraphQL. All that the router is told is where
/openapi.json is.
"""

from datetime import date, datetime, timezone
from enum import Enum
from typing import Annotated, Literal

from fastapi import FastAPI, HTTPException, Path, Query, Response
from pydantic import BaseModel, Field

app = FastAPI(title="Users", version="1.0.0")


class Role(str, Enum):
    admin = "admin"
    member = "member"
    guest = "guest"


class Address(BaseModel):
    city: str
    postal_code: str | None = None


class Team(BaseModel):
    id: int
    name: str


class NewUser(BaseModel):
    name: str = Field(min_length=1, max_length=40)
    email: str = Field(pattern=r"^[^@ ]+@[^@ ]+$")
    role: Role = Role.member
    born: date | None = None
    manager_id: int | None = Field(None, description="Number of another user.")
    team_id: int | None = Field(None, description="Number of a team.")
    address: Address | None = None
    favorite_todo_ids: list[str] = []


class Changes(BaseModel):
    name: str | None = Field(None, min_length=1, max_length=40)
    role: Role | None = None
    favorite_todo_ids: list[str] | None = None


class User(NewUser):
    id: int
    created: datetime


class Joined(BaseModel):
    kind: Literal["joined"] = "joined"
    user_id: int


class Renamed(BaseModel):
    kind: Literal["renamed"] = "renamed"
    user_id: int
    before: str
    after: str


Event = Annotated[Joined | Renamed, Field(discriminator="kind")]

users: dict[int, User] = {}
teams = {1: Team(id=1, name="Compilers"), 2: Team(id=2, name="Kernels")}
events: list[Event] = []


def add(new: NewUser) -> User:
    user = User(id=max(users, default=0) + 1, created=datetime.now(timezone.utc), **new.model_dump())
    users[user.id] = user
    events.append(Joined(user_id=user.id))
    return user


add(NewUser(name="Ada", email="ada@example.org", role=Role.admin, born=date(1815, 12, 10), address=Address(city="London", postal_code="W1")))
add(NewUser(name="Grace", email="grace@example.org", manager_id=1, team_id=1))
add(NewUser(name="Linus", email="linus@example.org", role=Role.guest, manager_id=2, team_id=2))

UserID = Annotated[int, Path(description="Number of the user.", ge=1)]


def find(user_id: int) -> User:
    if user_id not in users:
        raise HTTPException(404, f"there is no user {user_id}")
    return users[user_id]


@app.get("/users")
def list_users(
    role: Role | None = None,
    limit: Annotated[int, Query(ge=1, le=100)] = 20,
    offset: Annotated[int, Query(ge=0)] = 0,
) -> list[User]:
    """All users, or those with a role."""
    return [u for u in users.values() if role in (None, u.role)][offset : offset + limit]


@app.get("/users/{user_id}")
def read_user(user_id: UserID) -> User:
    """One user."""
    return find(user_id)


@app.post("/users", status_code=201)
def create_user(user: NewUser) -> User:
    """Adds a user."""
    if any(u.email == user.email for u in users.values()):
        raise HTTPException(409, f"{user.email} is taken")
    return add(user)


@app.put("/users/{user_id}")
def replace_user(user_id: UserID, user: NewUser) -> User:
    """Replaces all of a user."""
    old = find(user_id)
    if old.name != user.name:
        events.append(Renamed(user_id=user_id, before=old.name, after=user.name))
    users[user_id] = User(id=user_id, created=old.created, **user.model_dump())
    return users[user_id]


@app.patch("/users/{user_id}")
def change_user(user_id: UserID, changes: Changes) -> User:
    """Changes what is given of a user."""
    users[user_id] = find(user_id).model_copy(update=changes.model_dump(exclude_unset=True))
    return users[user_id]


@app.delete("/users/{user_id}", status_code=204)
def delete_user(user_id: UserID) -> Response:
    """Removes a user."""
    del users[find(user_id).id]
    return Response(status_code=204)


@app.get("/teams/{team_id}")
def read_team(team_id: int) -> Team:
    """One team."""
    if team_id not in teams:
        raise HTTPException(404, f"there is no team {team_id}")
    return teams[team_id]


@app.get("/events")
def list_events() -> list[Event]:
    """What became of users, the oldest first."""
    return events


@app.get("/roles")
def count_roles() -> dict[str, int]:
    """How many users there are by role."""
    return {r.value: sum(u.role == r for u in users.values()) for r in Role}
