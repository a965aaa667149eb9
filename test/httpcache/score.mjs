// Prints the score by suite from the results of http-cache-tests, and each test
// that was not passed. Usage: node score.mjs PACKAGE RESULTS.json
import { readFileSync } from 'node:fs'
import { resolve } from 'node:path'
import { pathToFileURL } from 'node:url'

const [folder, file] = process.argv.slice(2)
const { default: suites } = await import(pathToFileURL(resolve(folder, 'tests/index.mjs')))
const results = JSON.parse(readFileSync(file, 'utf8'))
const tests = new Map(suites.flatMap(s => s.tests.map(t => [t.id, t])))

// Fails as the project's own table has it: a test counts only if those that it
// depends on are passed, since otherwise it does not test what it says.
function outcome (id) {
  const test = tests.get(id)
  const result = results[id]
  if (result === undefined) return 'untested'
  for (const other of test.depends_on ?? []) {
    const o = outcome(other)
    if (o !== 'pass') return 'dependency'
  }
  if (result === true) return 'pass'
  return result[0] === 'Setup' ? 'setup' : 'fail'
}

const total = {}
const missed = []
console.log('suite'.padEnd(18) + 'required'.padStart(12) + 'optimal'.padStart(12) + 'check (yes)'.padStart(14) + 'not applicable'.padStart(16))
for (const suite of suites) {
  const n = { required: [0, 0], optimal: [0, 0], check: [0, 0], skipped: 0 }
  for (const test of suite.tests) {
    if (test.browser_only) continue
    const kind = test.kind ?? 'required'
    const o = outcome(test.id)
    if (o === 'dependency') {
      n.skipped++
      if (kind !== 'check') missed.push([suite.id, kind, test.id, `not applicable: depends on ${test.depends_on.filter(id => outcome(id) !== 'pass').join(', ')}`])
      continue
    }
    n[kind][1]++
    if (o === 'pass') n[kind][0]++
    else if (kind !== 'check') missed.push([suite.id, kind, test.id, results[test.id]?.join?.(': ') ?? o])
  }
  const show = k => `${n[k][0]}/${n[k][1]}`
  console.log(suite.id.padEnd(18) + show('required').padStart(12) + show('optimal').padStart(12) + show('check').padStart(14) + String(n.skipped).padStart(16))
  for (const k of ['required', 'optimal', 'check']) {
    total[k] ??= [0, 0]
    total[k][0] += n[k][0]
    total[k][1] += n[k][1]
  }
}
console.log('total'.padEnd(18) + ['required', 'optimal'].map(k => `${total[k][0]}/${total[k][1]}`.padStart(12)).join('') + `${total.check[0]}/${total.check[1]}`.padStart(14))
console.log()
for (const m of missed) console.log(m.join('\t'))
const share = total.optimal[0] / total.optimal[1]
console.log(`\nrequired: ${total.required[0]} of ${total.required[1]}, optimal: ${(100 * share).toFixed(1)} %`)
process.exit(total.required[0] === total.required[1] && share >= 0.8 ? 0 : 1)
