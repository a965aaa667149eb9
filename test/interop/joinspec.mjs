// See README.md.
import { spawnSync } from 'node:child_process';
import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { composeServices } from '@apollo/composition';
import internals from '@apollo/federation-internals';
import planner from '@apollo/query-planner';
import { parse } from 'graphql';

const { Supergraph, printSchema, orderPrintedDefinitions, defaultPrintOptions, operationFromDocument } = internals;

const specs = ['link/v1.0', 'join/v0.3', 'join/v0.4', 'join/v0.5', 'tag/v0.3', 'inaccessible/v0.2', 'context/v0.1',
  'authenticated/v0.1', 'requiresScopes/v0.1', 'policy/v0.1', 'cost/v0.1', 'cacheTag/v0.1'];
const supportedFeatures = new Set(specs.map((s) => `https://specs.apollo.dev/${s}`));

const fed = (imports, version = '2.9') =>
  `extend schema @link(url: "https://specs.apollo.dev/federation/v${version}", import: [${imports.map((i) => `"@${i}"`).join(', ')}])\n`;

// Each graph: its subgraphs, and an operation that both supergraphs must plan
// alike.
const graphs = {
  'federation v1': {
    operation: '{ me { username reviews { body product { name shippingEstimate } } } topProducts { inStock } }',
    subgraphs: {
      accounts: 'extend type Query { me: User } type User @key(fields: "id") { id: ID! username: String }',
      inventory: 'extend type Product @key(fields: "upc") { upc: String! @external weight: Int @external price: Int @external inStock: Boolean shippingEstimate: Int @requires(fields: "price weight") }',
      products: 'type Query { topProducts(first: Int = 5): [Product] } type Product @key(fields: "upc") { upc: String! name: String price: Int weight: Int }',
      reviews: 'type Review @key(fields: "id") { id: ID! body: String author: User @provides(fields: "username") product: Product } extend type User @key(fields: "id") { id: ID! @external username: String @external reviews: [Review] } extend type Product @key(fields: "upc") { upc: String! @external reviews: [Review] }',
    },
  },
  'interface objects': {
    operation: '{ media { title rating ... on Book { pages } } best { id rating } }',
    subgraphs: {
      a: fed(['key']) + 'type Query { media: [Media] } interface Media @key(fields: "id") { id: ID! title: String } type Book implements Media @key(fields: "id") { id: ID! title: String pages: Int } type Film implements Media @key(fields: "id") @key(fields: "imdb", resolvable: false) { id: ID! imdb: ID title: String }',
      b: fed(['key', 'interfaceObject']) + 'type Media @key(fields: "id") @interfaceObject { id: ID! rating: Int! } type Query { best: Media }',
    },
  },
  'override with labels': {
    operation: '{ ps { a b c d e } }',
    subgraphs: {
      a: fed(['key', 'override'], '2.7') + 'type Query { ps: [P] } type P @key(fields: "id") { id: ID! a: Int @override(from: "b", label: "percent(25)") b: Int @override(from: "b") c: Int @override(from: "b", label: "flag") d: Int @override(from: "zz") }',
      b: fed(['key', 'requires', 'external'], '2.7') + 'type P @key(fields: "id") @key(fields: "b") { id: ID! a: Int b: Int c: Int e: Int @requires(fields: "f") f: Int @external }',
      c: fed(['key'], '2.7') + 'type P @key(fields: "id") { id: ID! f: Int }',
    },
  },
  contexts: {
    operation: '{ u { t { price y } } }',
    subgraphs: {
      a: fed(['key', 'context', 'fromContext'], '2.8') + 'type Query { u: U! } type U @key(fields: "id") @context(name: "userContext") { id: ID! locale: String! t: T! } type T @key(fields: "id") { id: ID! price(loc: String @fromContext(field: "$userContext { locale }"), n: Int = 3): Int! }',
      b: fed(['key'], '2.8') + 'type Query { x: Int } type T @key(fields: "id") { id: ID! y: Int }',
    },
  },
  'applied directives': {
    operation: '{ items(first: 2) { sku e } u { __typename } }',
    subgraphs: {
      a: fed(['key', 'composeDirective', 'tag', 'inaccessible', 'shareable', 'cost', 'listSize', 'authenticated', 'requiresScopes', 'policy']) +
        'extend schema @link(url: "https://example.com/awesome/v1.0", import: ["@awesome"]) @composeDirective(name: "@awesome") directive @awesome(level: Int = 3) repeatable on OBJECT | FIELD_DEFINITION ' +
        'type Query { items("how many" first: Int = 10 @tag(name: "arg"), f: F = {size: 3, tags: ["a", "b\\"c"], e: A}): [Item] @listSize(slicingArguments: ["first"]) @cost(weight: 5) old: Int @deprecated(reason: "no more") sec: String @authenticated @requiresScopes(scopes: [["a", "b"], ["c"]]) @policy(policies: [["p"]]) u: U } ' +
        'type Item @key(fields: "id") @awesome(level: 1) @awesome { id: ID! @tag(name: "b") sku: String! hidden: Int @inaccessible e: E } type Org @shareable { id: ID! } enum E { A B C @inaccessible } input F { size: Int = 1 tags: [String!] e: E } scalar Date @specifiedBy(url: "https://date.example") union U = Item | Org',
    },
  },
};

function supergraphOf(subgraphs) {
  const services = subgraphs.map(({ name, url, typeDefs }) => ({ name, url: url ?? undefined, typeDefs: parse(typeDefs) }));
  const result = composeServices(services);
  if (result.errors?.length) throw new Error(result.errors.map((e) => e.message).join('\n'));
  return result.supergraphSdl;
}

const cases = [];
for (const [id, { subgraphs, operation }] of Object.entries(graphs)) {
  const list = Object.entries(subgraphs).map(([name, typeDefs]) => ({ name, url: `http://${name}.example`, typeDefs }));
  cases.push({ id, operation, supergraph: supergraphOf(list) });
}
const corpus = process.env.WEFT_CORPUS && join(process.env.WEFT_CORPUS, 'compose.jsonl');
if (corpus && existsSync(corpus)) {
  for (const line of readFileSync(corpus, 'utf8').trim().split('\n')) {
    const { id, services, expect } = JSON.parse(line);
    if (expect.ok) cases.push({ id, supergraph: supergraphOf(services) });
  }
}

const weft = spawnSync(process.env.WEFT_ROUNDTRIP, [], {
  encoding: 'utf8', maxBuffer: 1 << 30,
  input: cases.map(({ id, supergraph }) => JSON.stringify({ id, supergraph })).join('\n'),
});
if (weft.status !== 0) throw new Error(weft.stderr || String(weft.error));
const printed = weft.stdout.trim().split('\n').map((line) => JSON.parse(line));

// What a supergraph says, as Apollo's tools understand it: the subgraphs they
// extract, the API schema, and the plan of the operation. White space within
// field sets and the default reason of @deprecated carry no meaning; unused
// directive definitions are left out.
function meaning(sdl, operation) {
  const supergraph = Supergraph.build(sdl, { supportedFeatures });
  const queryPlanner = new planner.QueryPlanner(supergraph);
  const options = orderPrintedDefinitions(defaultPrintOptions);
  const parts = [...supergraph.subgraphs()].map((s) => `# ${s.name} ${s.url}\n${printSchema(s.schema, options)}`);
  parts.push(printSchema(supergraph.apiSchema(), options));
  if (operation) {
    const op = operationFromDocument(supergraph.apiSchema(), parse(operation));
    parts.push(planner.prettyFormatQueryPlan(queryPlanner.buildQueryPlan(op)));
  }
  return parts.join('\n')
    .replace(/^directive @.*$/gm, '')
    .replaceAll('@deprecated(reason: "No longer supported")', '@deprecated')
    .replace(/\\n/g, ' ').replace(/[\s,]*([{}()[\]])[\s,]*/g, '$1').replace(/[\s,]+/g, ' ');
}

let failures = 0;
cases.forEach(({ id, supergraph, operation }, i) => {
  try {
    if (printed[i].errors) throw new Error(`Weft cannot read it: ${printed[i].errors.join('; ')}`);
    if (meaning(supergraph, operation) !== meaning(printed[i].supergraph, operation)) throw new Error('Apollo understands something else');
  } catch (e) {
    failures++;
    console.error(`${id}: ${e.message}`);
  }
});
console.log(`${cases.length - failures} of ${cases.length} supergraphs composed by Apollo mean the same after Weft read and printed them`);
process.exit(failures ? 1 : 0);
