// Composes subgraphs with @apollo/composition: node compose.mjs <out> <name>=<url>=<file>...
import { readFileSync, writeFileSync } from 'node:fs';
import { composeServices } from '@apollo/composition';
import { parse } from 'graphql';

const [, , out, ...subgraphs] = process.argv;
const result = composeServices(subgraphs.map((s) => {
  const [name, url, file] = s.split('=');
  return { name, url, typeDefs: parse(readFileSync(file, 'utf8')) };
}));
if (result.errors?.length) throw new Error(result.errors.map((e) => e.message).join('\n'));
writeFileSync(out, result.supergraphSdl);
