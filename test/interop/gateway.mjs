// Loads a supergraph in @apollo/gateway and compares its answers, and those of
// a second router, with those of Weft: node gateway.mjs <supergraph> <Weft's URL> <other URL>
import { isDeepStrictEqual } from 'node:util';
import { readFileSync } from 'node:fs';
import { ApolloGateway, RemoteGraphQLDataSource } from '@apollo/gateway';
import { parse } from 'graphql';
import { answer, operations } from './operations.mjs';

const [, , file, weft, other] = process.argv;
const gateway = new ApolloGateway({
  supergraphSdl: readFileSync(file, 'utf8'),
  buildService: ({ url }) => new RemoteGraphQLDataSource({ url }),
  logger: { debug() {}, info() {}, warn: console.warn, error: console.error },
});
const { executor, schema } = await gateway.load();

async function apollo({ query, variables = {} }) {
  const document = parse(query);
  const operation = document.definitions.find((d) => d.kind === 'OperationDefinition');
  const result = await executor({
    document, request: { query, variables }, queryHash: query, operationName: operation.name?.value,
    context: {}, overallCachePolicy: undefined, schema, metrics: {}, cache: undefined,
    operation, logger: console,
  });
  return { data: result.data, errors: result.errors };
}

// Created things have ids and counts of their own; the operations ask for none.
const plain = (v) => JSON.parse(JSON.stringify(v ?? null));
let failures = 0;
for (const operation of operations) {
  const ours = await answer(weft, operation);
  const answers = { '@apollo/gateway with Weft\'s supergraph': await apollo(operation), 'Weft with Apollo\'s supergraph': await answer(other, operation) };
  for (const [who, theirs] of Object.entries(answers)) {
    if (!ours.data || ours.errors || theirs.errors || !isDeepStrictEqual(plain(ours.data), plain(theirs.data))) {
      failures++;
      console.error(`${who} answers differently: ${operation.query}\n  ${JSON.stringify(theirs)}\n  Weft: ${JSON.stringify(ours)}`);
    }
  }
}
await gateway.stop();
console.log(`${operations.length} operations, ${2 * operations.length - failures} of ${2 * operations.length} answers equal those of Weft`);
process.exit(failures ? 1 : 0);
