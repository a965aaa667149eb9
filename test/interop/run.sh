#!/usr/bin/env bash
# See README.md.
set -euo pipefail
here=$(cd "$(dirname "$0")" && pwd)
root=$(cd "$here/../.." && pwd)
port=${WEFT_INTEROP_PORT:-4720} # this one and the seven after it
npm=${WEFT_NPM:-${TMPDIR:-/tmp}/weft-interop-npm}
work=$(mktemp -d)
pids=()
finish() {
  for pid in "${pids[@]}"; do kill "$pid" 2>/dev/null || true; done
  wait 2>/dev/null || true
  rm -rf "$work"
}
trap finish EXIT

mkdir -p "$npm"
cp "$here"/package.json "$here"/*.mjs "$npm/"
(cd "$npm" && npm install --no-audit --no-fund --silent)
cd "$root"
weft=${WEFT:-$work/weft}
[ -n "${WEFT:-}" ] || go build -o "$weft" ./cmd/weft

"$weft" demo --upstreams-only --upstream-port "$((port + 3))" > "$work/upstreams.log" 2>&1 &
pids+=($!)
await() { # waits until a URL answers, with curl's further flags
  for _ in $(seq 100); do
    curl -s -o /dev/null "$@" && return
    sleep 0.1
  done
  echo "${*: -1} does not answer" >&2
  cat "$work"/*.log >&2
  exit 1
}
names=(accounts products reviews inventory todo)
apollo=()
sdl="$root/subgraphs/demo/services"
{
  echo "listen: 127.0.0.1:$port"
  echo "subgraphs:"
  for i in "${!names[@]}"; do
    url="http://127.0.0.1:$((port + 3 + i))/graphql"
    await "$url"
    echo "  - {name: ${names[i]}, url: \"$url\"}"
    apollo+=("${names[i]}=$url=$sdl/${names[i]}.graphql")
  done
} > "$work/composed.yaml"

echo "== Composed by Weft, composed by Apollo"
"$weft" compose --config "$work/composed.yaml" > "$work/weft.graphql"
(cd "$npm" && node compose.mjs "$work/apollo.graphql" "${apollo[@]}")
{
  echo "listen: 127.0.0.1:$((port + 1))"
  echo "supergraph: {source: file, path: $work/apollo.graphql}"
} > "$work/loaded.yaml"
"$weft" --config "$work/composed.yaml" > "$work/composed.log" 2>&1 &
pids+=($!)
"$weft" --config "$work/loaded.yaml" > "$work/loaded.log" 2>&1 &
pids+=($!)
await -f "http://127.0.0.1:$port/health/ready"
await -f "http://127.0.0.1:$((port + 1))/health/ready"
(cd "$npm" && node gateway.mjs "$work/weft.graphql" "http://127.0.0.1:$port/graphql" "http://127.0.0.1:$((port + 1))/graphql")

echo "== Supergraphs composed by Apollo, read and printed by Weft"
go build -o "$work/roundtrip" ./test/interop/roundtrip
(cd "$npm" && WEFT_ROUNDTRIP="$work/roundtrip" node joinspec.mjs)
