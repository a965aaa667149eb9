#!/usr/bin/env bash
# run.sh [FILE]: prints the table; with FILE, it also becomes that page. See README.md.
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
# More suites of the same form: the demo, the heavy query of bench, and whatever
# WEFT_SUITES has.
demo="$work/suites/demo"
mkdir -p "$demo/subgraphs"
cp "$here"/../../subgraphs/demo/services/{accounts,products,reviews,inventory}.graphql "$demo/subgraphs/"
cp "$here/demo.json" "$demo/cases.json"
heavy="$work/suites/benchmark"
mkdir -p "$heavy/subgraphs"
cp "$here"/../../bench/shop/schemas/{accounts,products,reviews,inventory}.graphql "$heavy/subgraphs/"
node -e 'console.log(JSON.stringify([{query: require("fs").readFileSync(process.argv[1], "utf8")}]))' \
	"$here/../../bench/shop/heavy.graphql" > "$heavy/cases.json"
[ -z "${WEFT_SUITES:-}" ] || cp -rL "$WEFT_SUITES"/. "$work/suites/"
(cd "$npm" && node plans.mjs "$work/suites" "$work/plans.json")
result=0
(cd "$here" && WEFT_PLANS="$work/plans.json" WEFT_PLAN_SUITES="$work/suites" WEFT_PLAN_TABLE="$work/table.md" \
	go test -count=1 -run TestPlanQuality . >&2) || result=$?
[ -f "$work/table.md" ] || exit 1
version=$(cd "$npm" && node -p 'require("@apollo/query-planner/package.json").version')
{
	cat "$here/page.md"
	echo "@apollo/query-planner $version, Node.js $(node --version), $(go version | cut -d" " -f3)."
	echo
	cat "$work/table.md"
} > "$work/page.md"
cat "$work/table.md"
[ $# -eq 0 ] || cp "$work/page.md" "$1"
exit "$result"
