#!/usr/bin/env bash
# See README.md.
set -euo pipefail
here=$(cd "$(dirname "$0")" && pwd)
root=$(cd "$here/../.." && pwd)
cache=${WEFT_SERVICES:-${TMPDIR:-/tmp}/weft-services-$(id -u)}
work=$(mktemp -d)
pip=""
finish() {
  [ -z "$pip" ] || kill "$pip" 2>/dev/null || true
  wait
  rm -rf "$work"
}
trap finish EXIT
trap 'exit 130' INT TERM

# The packages stay for the next run, as long as they are those asked for.
venv=$cache/$(cat "$here/requirements.txt" <(python3 --version) | cksum | tr ' ' -)
packages() {
  [ ! -e "$venv/complete" ] || return 0
  rm -rf "$venv"
  python3 -m venv "$venv"
  "$venv/bin/pip" install --quiet --disable-pip-version-check --no-input --requirement "$here/requirements.txt"
  touch "$venv/complete"
}
packages &
pip=$!

echo "== A server by gqlgen"
cp -r "$here/todo" "$work/todo"
(cd "$work/todo" && export GOWORK=off GOFLAGS=-mod=readonly && go tool gqlgen generate && go build -o "$work/todo-server" .)

cd "$root"
weft=${WEFT:-$work/weft}
[ -n "${WEFT:-}" ] || go build -o "$weft" ./cmd/weft
wait "$pip" || { echo "the Python packages could not be installed" >&2; exit 1; }
pip=""
cd "$here"
PYTHONDONTWRITEBYTECODE=1 "$venv/bin/python" check.py "$weft" "$work/todo-server"
