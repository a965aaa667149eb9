// Composes the graphs of a file of lines {id, services} with Weft and with
// @apollo/composition and compares what came of it. See docs/composition.md.
//
//   node compare.mjs <file of lines> <file of Weft's answers> [-v]
import { readFileSync } from 'node:fs';
import { composeServices } from '@apollo/composition';
import internals from '@apollo/federation-internals';
import { lexicographicSortSchema, parse, printSchema } from 'graphql';

const [, , graphsFile, answersFile, verbose] = process.argv;
const lines = (file) => readFileSync(file, 'utf8').trim().split('\n').map((l) => JSON.parse(l));

function apollo(services) {
  let documents;
  try {
    documents = services.map((s) => ({ name: s.name, url: s.url ?? undefined, typeDefs: parse(s.typeDefs) }));
  } catch (e) {
    return { ok: false, codes: ['INVALID_GRAPHQL'], messages: [e.message] };
  }
  let result;
  try {
    result = composeServices(documents);
  } catch (e) {
    // An error of its own that it throws instead of returning is an answer.
    if (e.extensions?.code) return { ok: false, codes: [e.extensions.code], messages: [e.message] };
    return { crashed: true, ok: false, codes: ['(crash)'], messages: [e.stack.split('\n').slice(0, 3).join('\n')] };
  }
  if (result.errors?.length) {
    return {
      ok: false,
      codes: [...new Set(result.errors.map((e) => e.extensions?.code ?? '(none)'))].sort(),
      messages: result.errors.map((e) => `${e.extensions?.code}: ${e.message}`),
    };
  }
  return { ok: true, hints: hintSet((result.hints ?? []).map((h) => ({ code: h.definition.code, coordinate: h.coordinate }))), ...understood(result.supergraphSdl) };
}

// What Weft remarks beyond Apollo, and hints whose element Apollo does not name.
const ours = ['UNUSED_EXTERNAL', 'TYPE_ONLY_IN_ONE_SUBGRAPH', 'SIMILAR_TYPE_NAMES'];
const unnamed = ['MERGED_NON_REPEATABLE_DIRECTIVE_ARGUMENTS', 'CONTEXTUAL_ARGUMENT_NOT_CONTEXTUAL_IN_ALL_SUBGRAPHS', 'DIRECTIVE_COMPOSITION_INFO', 'DIRECTIVE_COMPOSITION_WARN', 'IMPLICITLY_UPGRADED_FEDERATION_VERSION', 'INCONSISTENT_OBJECT_VALUE_TYPE_FIELD', 'INCONSISTENT_INTERFACE_VALUE_TYPE_FIELD'];

// hintSet are the codes of hints with the elements they are about.
function hintSet(hints) {
  return [...new Set(hints.filter((h) => !ours.includes(h.code)).map((h) => (unnamed.includes(h.code) || !h.coordinate ? h.code : `${h.code} ${h.coordinate}`)))].sort();
}

// What Apollo understands of a supergraph: the API schema and the subgraphs it
// is made of.
function understood(sdl) {
  // Weft does not note that a key is written on an extension: it has no effect.
  const supergraph = internals.Supergraph.build(sdl.replaceAll(', extension: true', ''), { supportedFeatures: null });
  const api = supergraph.apiSchema().toGraphQLJSSchema();
  const options = internals.orderPrintedDefinitions(internals.defaultPrintOptions);
  const parts = [...supergraph.subgraphs()].map((s) => `# ${s.name} ${s.url}\n${internals.printSchema(s.schema, options)}`);
  return {
    api: canonical(printSchema(lexicographicSortSchema(api))),
    // White space in field sets and unused directive definitions mean nothing.
    parts: parts.join('\n').replace(/^directive @.*\n/gm, '').replaceAll('@deprecated(reason: "No longer supported")', '@deprecated').replace(/ +/g, ' '),
  };
}

// reread says what is wrong with a supergraph that Weft printed.
function reread(sdl, theirs) {
  try {
    const ours = understood(sdl);
    if (ours.api !== theirs.api) return 'another API schema';
    if (ours.parts === theirs.parts) return '';
    diff(theirs.parts, ours.parts);
    return 'other subgraphs';
  } catch (e) {
    return `cannot be read: ${e.message}`;
  }
}

// What @defer and @stream look like is no matter of composition.
function canonical(sdl) {
  return sdl.replace(/^(""".*"""\n)?directive @(defer|stream)\(.*\n*/gm, '').trim();
}

// An error of Apollo's without a code stands for any.
const graphs = lines(graphsFile);
const answers = lines(answersFile);
const count = { 'both compose, same API schema and hints': 0, 'both refuse, same codes': 0 };
let differences = 0;
graphs.forEach((graph, i) => {
  const theirs = apollo(graph.services);
  const answer = answers[i];
  const codes = [...new Set((answer.errors ?? []).map((e) => e.code))].sort();
  let kind;
  if (theirs.crashed) kind = answer.ok ? 'Apollo crashes, Weft composes' : 'Apollo crashes, Weft refuses';
  else if (theirs.ok && answer.ok) {
    kind = theirs.api === canonical(answer.apiSchema) ? 'both compose, same API schema and hints' : 'API SCHEMA DIFFERS';
    if (kind.startsWith('both')) {
      const fault = reread(answer.supergraph, theirs);
      if (fault) kind = `SUPERGRAPH DIFFERS`;
      answer.fault = fault;
      answer.remarks = hintSet(answer.hints ?? []);
      if (!fault && answer.remarks.join() !== theirs.hints.join()) kind = 'HINTS DIFFER';
    }
  } else if (theirs.ok) kind = 'ONLY WEFT REFUSES';
  else if (answer.ok) kind = 'ONLY APOLLO REFUSES';
  else kind = theirs.codes.join() === codes.join() || theirs.codes.includes('(none)') ? 'both refuse, same codes' : 'codes differ';
  count[kind] = (count[kind] ?? 0) + 1;
  if (!kind.startsWith('both')) {
    differences++;
    console.log(`\n# ${kind}: ${graph.id}`);
    if (!theirs.ok) console.log(`  Apollo ${theirs.codes.join(' ')}\n${theirs.messages.map((m) => '    ' + m.split('\n').join('\n      ')).join('\n')}`);
    if (!answer.ok) console.log(`  Weft   ${codes.join(' ')}\n${answer.errors.map((e) => `    ${e.code}: ${e.subgraph ? `[${e.subgraph}] ` : ''}${e.message}`).join('\n')}`);
    if (answer.fault) console.log(`    Weft's supergraph, read by Apollo: ${answer.fault}`);
    if (kind === 'HINTS DIFFER') diff(theirs.hints.join('\n'), answer.remarks.join('\n'));
    if (theirs.ok && answer.ok) diff(theirs.api, canonical(answer.apiSchema));
    if (verbose) for (const s of graph.services) console.log(`  ## ${s.name}\n${s.typeDefs}`);
  }
});
console.log(`\n${graphs.length} graphs`);
for (const [kind, n] of Object.entries(count).sort((a, b) => b[1] - a[1])) console.log(`${String(n).padStart(6)}  ${kind}`);
process.exitCode = differences ? 1 : 0;

function diff(theirs, ours) {
  const a = theirs.split('\n');
  const b = ours.split('\n');
  for (const l of a.filter((l) => !b.includes(l))) console.log(`    Apollo | ${l}`);
  for (const l of b.filter((l) => !a.includes(l))) console.log(`    Weft   | ${l}`);
}
