#!/usr/bin/env bash
# Runs the npm package http-cache-tests against the cache. See docs/http-cache.md.
# Flags are those of the proxy; without any it makes up lifetimes (-heuristic),
# since the tests expect it. Ends with 1 if a required test fails, or less than
# 80 % of the optimal ones pass.
set -euo pipefail
here=$(cd "$(dirname "$0")" && pwd)
root=$(cd "$here/../.." && pwd)
npm=${WEFT_NPM:-${TMPDIR:-/tmp}/weft-http-cache-tests}
work=$(mktemp -d)
pids=()
finish() {
  for pid in "${pids[@]}"; do kill "$pid" 2>/dev/null || true; done
  wait 2>/dev/null || true
  rm -rf "$work"
}
trap finish EXIT
[ $# -gt 0 ] || set -- -heuristic

mkdir -p "$npm"
[ -f "$npm/package.json" ] || echo '{"private": true}' > "$npm/package.json"
(cd "$npm" && npm install --no-audit --no-fund --silent http-cache-tests@0.4.5)
package=$npm/node_modules/http-cache-tests

port=${WEFT_CACHE_TESTS_PORT:-$(node -e 'const s=require("net").createServer().listen(0,"127.0.0.1",()=>{console.log(s.address().port);s.close()})')}
(cd "$package" && exec env npm_config_protocol=http npm_config_port="$port" npm_config_pidfile="$work/server.pid" \
  node --no-warnings server/server.mjs) > "$work/server.log" 2>&1 &
pids+=($!)

(cd "$root" && go build -o "$work/proxy" ./test/httpcache)
"$work/proxy" -origin "127.0.0.1:$port" "$@" > "$work/proxy.address" 2> "$work/proxy.log" &
pids+=($!)
for _ in $(seq 100); do
  [ -s "$work/proxy.address" ] && [ -s "$work/server.log" ] && break
  sleep 0.1
done

(cd "$package" && npm_config_base="http://$(cat "$work/proxy.address")" npm_config_id='' npm_package_config_id='' \
  node --no-warnings cli.mjs) > "$work/results.json"
[ -z "${WEFT_CACHE_TESTS_RESULTS:-}" ] || cp "$work/results.json" "$WEFT_CACHE_TESTS_RESULTS"
node --no-warnings "$here/score.mjs" "$package" "$work/results.json"
