#!/usr/bin/env bash
# See README.md.
set -euo pipefail
here=$(cd "$(dirname "$0")" && pwd)
: "${WEFT_CORPUS:?a folder with audit/SUITE/subgraphs/*.graphql and audit/SUITE/cases.json}"
npm=${WEFT_NPM:-${TMPDIR:-/tmp}/weft-plan-quality-npm}
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
mkdir -p "$npm"
cp "$here"/package.json "$here"/*.mjs "$npm/"
(cd "$npm" && npm install --no-audit --no-fund --silent)
cp -rL "$WEFT_CORPUS/audit" "$work/suites"
chmod -R u+w "$work/suites"
# More suites of the same form: the demo, and whatever WEFT_SUITES has.
demo="$work/suites/demo"
mkdir -p "$demo/subgraphs"
cp "$here"/../../subgraphs/demo/services/{accounts,products,reviews,inventory}.graphql "$demo/subgraphs/"
cp "$here/demo.json" "$demo/cases.json"
[ -z "${WEFT_SUITES:-}" ] || cp -rL "$WEFT_SUITES"/. "$work/suites/"
(cd "$npm" && node plans.mjs "$work/suites" "$work/plans.json")
cd "$here" && WEFT_PLANS="$work/plans.json" WEFT_PLAN_SUITES="$work/suites" go test -count=1 -v -run TestPlanQuality .
