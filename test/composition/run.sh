#!/usr/bin/env bash
# Composes generated graphs with Weft and with @apollo/composition and compares.
#   bash test/composition/run.sh [number of graphs] [seed] [-v]
# The npm packages go to a folder outside the repository: $WEFT_NPM, or one in /tmp.
# WEFT names a built binary to use.
set -euo pipefail
here=$(cd "$(dirname "$0")" && pwd)
npm=${WEFT_NPM:-${TMPDIR:-/tmp}/weft-composition-npm}
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
mkdir -p "$npm"
cp "$here/package.json" "$here/compare.mjs" "$npm/"
[ -d "$npm/node_modules/@apollo/composition" ] || (cd "$npm" && npm install --no-audit --no-fund --silent)
cd "$here/../.."
weft=${WEFT:-$work/weft}
[ -n "${WEFT:-}" ] || go build -o "$weft" ./cmd/weft
go run ./test/composition -n "${1:-1000}" -seed "${2:-1}" > "$work/graphs.jsonl"
"$weft" compose --batch --hints debug < "$work/graphs.jsonl" > "$work/answers.jsonl"
node "$npm/compare.mjs" "$work/graphs.jsonl" "$work/answers.jsonl" ${3:+"$3"}
