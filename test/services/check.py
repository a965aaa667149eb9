"""Starts the services and the router, and checks what the graph makes of them.

    python check.py WEFT TODO

WEFT is the router's binary, TODO that of the server in todo/. Run by run.sh.
"""

import contextlib
import json
import os
import pathlib
import re
import signal
import socket
import subprocess
import sys
import tempfile
import time

import requests

import client
from counting import Proxy

here = pathlib.Path(__file__).resolve().parent
weft, todo_server = sys.argv[1:3]
failures: list[str] = []


def free_ports(n: int) -> list[int]:
    with contextlib.ExitStack() as stack:
        sockets = [stack.enter_context(socket.socket()) for _ in range(n)]
        for s in sockets:
            s.bind(("127.0.0.1", 0))
        return [s.getsockname()[1] for s in sockets]


class Processes:
    """What runs in the background, each in a process group of its own."""

    def __init__(self, folder: pathlib.Path):
        self.folder, self.running = folder, []

    def start(self, name: str, *command: str, **env: str) -> pathlib.Path:
        log = self.folder / f"{name}.log"
        with log.open("w") as out:
            p = subprocess.Popen(command, cwd=here, stdin=subprocess.DEVNULL, stdout=out, stderr=out, start_new_session=True, env=os.environ | env)
        self.running.append((name, p, log))
        return log

    def alive(self):
        for name, p, log in self.running:
            if p.poll() is not None:
                raise RuntimeError(f"{name} ended with {p.returncode}:\n{log.read_text()[-4000:]}")

    def stop(self):
        for name, p, _ in reversed(self.running):
            with contextlib.suppress(ProcessLookupError):
                os.killpg(p.pid, signal.SIGTERM)
        for name, p, _ in reversed(self.running):
            try:
                p.wait(5)
            except subprocess.TimeoutExpired:
                pass
            with contextlib.suppress(ProcessLookupError):
                os.killpg(p.pid, signal.SIGKILL)  # what the process has left behind
            p.wait()
        self.running.clear()


def wait(what: str, processes: Processes, probe, seconds: float = 40):
    """Polls until a probe gives something true."""
    end = time.monotonic() + seconds
    while time.monotonic() < end:
        processes.alive()
        with contextlib.suppress(requests.RequestException):
            if got := probe():
                return got
        time.sleep(0.1)
    logs = "\n".join(f"-- {name}\n{log.read_text()[-1500:]}" for name, _, log in processes.running)
    raise RuntimeError(f"{what}: not within {seconds:.0f} s\n{logs}")


class Router:
    def __init__(self, port: int, log: pathlib.Path):
        self.url, self.log = f"http://127.0.0.1:{port}", log

    def ask(self, query: str, **variables) -> dict:
        return requests.post(self.url + "/graphql", json={"query": query, "variables": variables}, timeout=20).json()

    def data(self, query: str, **variables) -> dict:
        answer = self.ask(query, **variables)
        if "errors" in answer:
            raise AssertionError(f"errors from {query}: {json.dumps(answer)}")
        return answer["data"]

    def logged_requests(self, processes: Processes) -> int:
        """How many requests to upstreams the router says the last operation took."""

        def last():
            lines = [json.loads(line) for line in self.log.read_text().splitlines() if '"subgraph_requests"' in line]
            return lines if lines else None

        return wait("the router's log", processes, last)[-1]["subgraph_requests"]


def same(got, want):
    assert got == want, f"\n    got  {json.dumps(got)}\n    want {json.dumps(want)}"


@contextlib.contextmanager
def check(text: str):
    try:
        yield
    except RuntimeError:
        raise
    except Exception as e:  # whatever is wrong, the other checks go on
        failures.append(text)
        print(f"  FAILED: {text}: {type(e).__name__}: {e}", flush=True)
    else:
        print(f"  {text}", flush=True)


def users(router: Router, proxy: Proxy):
    print("== FastAPI, imported by its openapi.json in six lines")
    with check("a list, with an argument that the service knows"):
        same(router.data("{ listUsers(limit: 2) { id name email role born team_id address { city postal_code } favorite_todo_ids } }"), {"listUsers": [
            {"id": "1", "name": "Ada", "email": "ada@example.org", "role": "admin", "born": "1815-12-10", "team_id": None, "address": {"city": "London", "postal_code": "W1"}, "favorite_todo_ids": []},
            {"id": "2", "name": "Grace", "email": "grace@example.org", "role": "member", "born": None, "team_id": 1, "address": None, "favorite_todo_ids": []},
        ]})
    with check("a user by its key; a date-time is one"):
        got = router.data("{ readUser(user_id: 2) { id name created } }")["readUser"]
        assert re.fullmatch(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d+)?(Z|\+00:00)", got.pop("created")), got
        same(got, {"id": "2", "name": "Grace"})
    with check("a user that is not there is null"):
        same(router.ask("{ readUser(user_id: 77) { name } }"), {"data": {"readUser": None}})
    with check("an enum as an argument"):
        same(router.data("{ listUsers(role: guest) { name } }"), {"listUsers": [{"name": "Linus"}]})
    with check("a union by its discriminator"):
        same(router.data("{ listEvents { __typename ... on Joined { user_id } } }")["listEvents"][:2], [{"__typename": "Joined", "user_id": 1}, {"__typename": "Joined", "user_id": 2}])
    with check("an object of free keys as JSON"):
        same(router.data("{ countRoles }"), {"countRoles": {"admin": 1, "member": 1, "guest": 1}})
    with check("POST: a mutation with an input object"):
        made = router.data("mutation ($u: NewUser!) { createUser(input: $u) { id name role born address { city } } }",
                           u={"name": "Barbara", "email": "barbara@example.org", "born": "1939-11-07", "address": {"city": "Beverly Hills"}})["createUser"]
        number = made.pop("id")
        same(made, {"name": "Barbara", "role": "member", "born": "1939-11-07", "address": {"city": "Beverly Hills"}})
    with check("PATCH: null is sent, what is not given is not"):
        same(router.data("mutation ($id: ID!) { changeUser(user_id: $id, input: {role: admin}) { name role born } }", id=number), {"changeUser": {"name": "Barbara", "role": "admin", "born": "1939-11-07"}})
    with check("PUT: the whole of it"):
        same(router.data('mutation ($id: ID!) { replaceUser(user_id: $id, input: {name: "Barbara L.", email: "b@example.org"}) { name role born } }', id=number), {"replaceUser": {"name": "Barbara L.", "role": "member", "born": None}})
        same(router.data("{ listEvents { ... on Renamed { before after } } }")["listEvents"][-1], {"before": "Barbara", "after": "Barbara L."})
    with check("DELETE, answered with 204"):
        same(router.data("mutation ($id: ID!) { deleteUser(user_id: $id) }", id=number), {"deleteUser": True})
        same(router.data("query ($id: ID!) { readUser(user_id: $id) { id } }", id=number), {"readUser": None})
    with check("validation errors (422) become one, with code, path and FastAPI's detail"):
        answer = router.ask('mutation { made: createUser(input: {name: "", email: "nobody"}) { id } }')
        same(answer["data"], {"made": None})
        [error] = answer["errors"]
        same(error["path"], ["made"])
        extensions = error["extensions"]
        same([extensions["code"], extensions["service"], extensions["http"]["status"]], ["UNPROCESSABLE", "users", 422])
        same([d["loc"] for d in extensions["problem"]["detail"]], [["body", "name"], ["body", "email"]])
        same([d["type"] for d in extensions["problem"]["detail"]], ["string_too_short", "string_pattern_mismatch"])
        assert "at least 1 character" in error["message"] and "email" in error["message"], error["message"]
    with check("so do those of query parameters and paths"):
        answer = router.ask("{ listUsers(limit: 1000) { id } roles: countRoles }")
        same(answer["data"], {"listUsers": None, "roles": {"admin": 1, "member": 1, "guest": 1}})
        same([[e["path"], e["extensions"]["code"], e["extensions"]["problem"]["detail"][0]["loc"]] for e in answer["errors"]], [[["listUsers"], "UNPROCESSABLE", ["query", "limit"]]])
        answer = router.ask('{ readUser(user_id: "x") { id } }')
        same([[e["path"], e["extensions"]["code"], e["extensions"]["problem"]["detail"][0]["loc"]] for e in answer["errors"]], [[["readUser"], "UNPROCESSABLE", ["path", "user_id"]]])
    with check("a conflict (409), with the text of the service"):
        answer = router.ask('mutation { createUser(input: {name: "Ada", email: "ada@example.org"}) { id } }')
        same([[e["message"], e["path"], e["extensions"]["code"]] for e in answer["errors"]], [["ada@example.org is taken", ["createUser"], "CONFLICT"]])
    with check("404 of a mutation that names nobody"):
        answer = router.ask("mutation { changeUser(user_id: 77, input: {}) { id } }")
        same(answer["data"], {"changeUser": None})
    with check("what GraphQL can see is refused before anything is sent"):
        proxy.take()
        answer = router.ask('mutation { createUser(input: {name: "Eve"}) { id } }')
        same([e["extensions"]["code"] for e in answer["errors"]], ["GRAPHQL_VALIDATION_FAILED"])
        answer = router.ask('mutation { deleteUser(user_id: "..") }')
        same([e["extensions"]["code"] for e in answer["errors"]], ["BAD_USER_INPUT"])
        same(proxy.take(), {})


def celery(router: Router, proxy: Proxy, processes: Processes):
    print("== Celery, watched and run through Flower's REST API")
    def run(name: str, *args) -> str:
        got = router.data("mutation ($name: String!, $args: [JSON!]) { runTask(name: $name, args: $args) { id state } }", name=name, args=list(args))["runTask"]
        same(got["state"], "PENDING")
        return got["id"]

    def until(task: str, *states: str) -> dict:
        def probe():
            got = router.data("query ($id: ID!) { task(id: $id) { name state args result exception received runtime retries worker { name } } }", id=task)["task"]
            return got if got and got["state"] in states else None

        return wait(f"{task} is {states}", processes, probe)

    with check("a task is run, and its result is there; epochs become date-times"):
        got = until(run("add", 1, 2), "SUCCESS")
        assert re.fullmatch(r"20\d\d-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d+)?Z", got["received"]), got
        assert got["runtime"] > 0 and got["worker"]["name"].startswith("celery@"), got
        same([got[k] for k in ("name", "state", "args", "result", "exception", "retries")], ["add", "SUCCESS", "[1, 2]", "3", None, 0])
    with check("a task that fails says why"):
        same(until(run("fail", "no"), "FAILURE")["exception"], "ValueError('no')")
    with check("a task that runs is stopped"):
        task = run("wait", 60)
        until(task, "STARTED")
        same(router.data("mutation ($id: ID!) { revokeTask(id: $id, terminate: true) }", id=task), {"revokeTask": f"Revoked '{task}'"})
        until(task, "REVOKED")
    with check("the names of tasks"):
        same(sorted(router.data("{ taskTypes }")["taskTypes"]), ["add", "fail", "wait"])
    with check("{ tasks { name state worker { registered } } } is 2 requests, whatever the number of tasks"):
        proxy.take()
        got = router.data("{ tasks { name state worker { registered } } }")["tasks"]
        same(proxy.take(), {"GET /api/tasks": 1, "GET /api/workers": 1})
        same(router.logged_requests(processes), 2)
        same(sorted([t["name"], t["state"]] for t in got), [["add", "SUCCESS"], ["fail", "FAILURE"], ["wait", "REVOKED"]])
        same([sorted(t["worker"]["registered"]) for t in got], 3 * [["add", "fail", "wait"]])
    with check("again: 1 request, the workers are fresh for 5 s"):
        same(router.data("{ tasks { worker { registered } } }"), {"tasks": [{"worker": {"registered": t["worker"]["registered"]}} for t in got]})
        same(proxy.take(), {"GET /api/tasks": 1})
    with check("arguments: state, name, pages"):
        same(router.data('{ tasks(state: FAILURE) { name } named: tasks(name: "add") { state } }'), {"tasks": [{"name": "fail"}], "named": [{"state": "SUCCESS"}]})
        pages = router.data("{ a: tasks(limit: 2) { id } b: tasks(limit: 2, offset: 2) { id } }")
        same([len(pages["a"]), len(pages["b"]), len({t["id"] for t in pages["a"] + pages["b"]})], [2, 1, 3])
    with check("the workers, and their queues"):
        [worker] = router.data("{ workers { name registered queues { name routingKey } } }")["workers"]
        assert worker["name"].startswith("celery@"), worker
        same([sorted(worker["registered"]), worker["queues"]], [["add", "fail", "wait"], [{"name": "celery", "routingKey": "celery"}]])
    with check("an unknown task is null, running one an error"):
        same(router.ask('{ task(id: "nope") { name } }'), {"data": {"task": None}})
        answer = router.ask('mutation { runTask(name: "nope", args: []) { id } }')
        same([answer["data"], [[e["path"], e["extensions"]["code"], e["extensions"]["http"]["status"]] for e in answer["errors"]]], [{"runTask": None}, [[["runTask"], "NOT_FOUND", 404]]])


def joined(router: Router, proxies: dict[str, Proxy]):
    print("== A to-do list of gqlgen, joined with the users")

    def taken() -> dict:
        return {name: p.take() for name, p in proxies.items() if p.counts}

    with check("todos with their owners: a request for the list, one for each distinct user"):
        taken()
        got = router.data("{ todos { text done owner { id name role } } }")["todos"]
        same(got, [
            {"text": "write the first program", "done": True, "owner": {"id": "1", "name": "Ada", "role": "admin"}},
            {"text": "find a bug in it", "done": False, "owner": {"id": "2", "name": "Grace", "role": "member"}},
            {"text": "say what is wrong", "done": False, "owner": {"id": "3", "name": "Linus", "role": "guest"}},
            {"text": "ask nobody", "done": False, "owner": {"id": "99", "name": None, "role": None}},
        ])
        same(taken(), {"todo": {"POST /query": 1}, "users": {"GET /users/1": 1, "GET /users/2": 1, "GET /users/3": 1, "GET /users/99": 1}})
    with check("a mutation at one service, its owner from the other"):
        made = router.data('mutation { createTodo(todo: {text: "rest", userID: "2"}) { id text owner { name } } }')["createTodo"]
        same([made["text"], made["owner"]], ["rest", {"name": "Grace"}])
        same(router.data("mutation ($id: ID!) { finishTodo(todoID: $id) { done } }", id=made["id"]), {"finishTodo": {"done": True}})
    with check("where errors are not exposed, the text of the service stays hidden"):
        [error] = router.ask('mutation { createUser(input: {name: "Ada", email: "ada@example.org"}) { id } }')["errors"]
        same([error["path"], error["extensions"]["code"], error["extensions"]["http"]], [["createUser"], "CONFLICT", {"status": 409}])
        assert "taken" not in json.dumps(error), error
    with check("links within the imported service: one request for each distinct object that the list does not hold"):
        taken()
        same(router.data("{ listUsers(limit: 3) { name team { name } manager { name manager { name team { name } } } } }"), {"listUsers": [
            {"name": "Ada", "team": None, "manager": None},
            {"name": "Grace", "team": {"name": "Compilers"}, "manager": {"name": "Ada", "manager": None}},
            {"name": "Linus", "team": {"name": "Kernels"}, "manager": {"name": "Grace", "manager": {"name": "Ada", "team": None}}},
        ]})
        same(taken(), {"users": {"GET /users": 1, "GET /teams/1": 1, "GET /teams/2": 1}})
    with check("and for the others: the first user is not asked for, who is known"):
        same(router.data("{ listUsers(limit: 1) { name } readUser(user_id: 3) { name manager { name manager { name manager { name } } } } }"), {
            "listUsers": [{"name": "Ada"}], "readUser": {"name": "Linus", "manager": {"name": "Grace", "manager": {"name": "Ada", "manager": None}}},
        })
        same(taken(), {"users": {"GET /users": 1, "GET /users/3": 1, "GET /users/2": 1}})
    with check("the other way: the favorites of users, by a list of ids, then back"):
        router.data('mutation { changeUser(user_id: 1, input: {favorite_todo_ids: ["3", "1"]}) { id } }')
        taken()
        same(router.data("{ listUsers(limit: 1) { name favorites { text owner { name } } } }"), {"listUsers": [{"name": "Ada", "favorites": [
            {"text": "say what is wrong", "owner": {"name": "Linus"}}, {"text": "write the first program", "owner": {"name": "Ada"}},
        ]}]})
        counted = taken()
        same([counted["todo"], counted["users"]["GET /users"]], [{"POST /query": 1}, 1])


def main():
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(143))
    began = time.monotonic()
    with tempfile.TemporaryDirectory(prefix="weft-services-") as name:
        folder = pathlib.Path(name)
        processes = Processes(folder)
        try:
            bin = pathlib.Path(sys.executable).parent
            users_port, flower_port, todo_port, small_port, port = free_ports(5)
            os.environ |= {"CELERY_FOLDER": str(folder / "celery"), "FLOWER_UNAUTHENTICATED_API": "1", "PYTHONDONTWRITEBYTECODE": "1", "PYTHONUNBUFFERED": "1"}
            processes.start("users", str(bin / "uvicorn"), "users:app", "--port", str(users_port))
            processes.start("todo", todo_server, "-listen", f"127.0.0.1:{todo_port}")
            processes.start("flower", str(bin / "celery"), "-A", "tasks", "flower", "--address=127.0.0.1", f"--port={flower_port}")
            processes.start("worker", str(bin / "celery"), "-A", "tasks", "worker", "--concurrency=2", "-E", "--loglevel=info")
            proxies = {"users": Proxy(users_port), "flower": Proxy(flower_port), "todo": Proxy(todo_port)}
            wait("the users", processes, lambda: requests.get(f"http://127.0.0.1:{users_port}/openapi.json", timeout=5).ok)
            wait("the todos", processes, lambda: requests.post(f"http://127.0.0.1:{todo_port}/query", json={"query": "{ __typename }"}, timeout=5).ok)

            small = Router(small_port, processes.start("small", weft, "--exit-on-error", "--config", "users.yaml", "--listen", f"127.0.0.1:{small_port}", USERS_URL=proxies["users"].url))
            router = Router(port, processes.start(
                "router", weft, "--exit-on-error", "--config", "router.yaml", "--listen", f"127.0.0.1:{port}",
                USERS_URL=proxies["users"].url, TODO_URL=proxies["todo"].url, FLOWER_URL=proxies["flower"].url,
            ))
            for r in (small, router):
                wait("the router", processes, lambda: requests.get(r.url + "/health/ready", timeout=5).ok)
            users(small, proxies["users"])

            print("== The Python gql client")
            with check("the client does what it should"):
                client.main(small.url + "/graphql")

            # A worker is there for Flower once it has answered.
            wait("a worker", processes, lambda: "registered" in requests.get(f"http://127.0.0.1:{flower_port}/api/workers?refresh=1", timeout=10).text)
            celery(router, proxies["flower"], processes)
            joined(router, proxies)
        except RuntimeError as e:
            failures.append(str(e).splitlines()[0])
            print(f"  FAILED: {e}")
        finally:
            processes.stop()
    print(f"{f'{len(failures)} FAILED' if failures else 'all good'}, after {time.monotonic() - began:.0f} s")
    sys.exit(1 if failures else 0)


main()
