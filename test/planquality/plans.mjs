// node plans.mjs FOLDER OUT: plans every operation of every suite in a folder
// (suite/subgraphs/*.graphql, suite/cases.json) and writes how many fetches and
// waves each plan has: {"suite/case": [fetches, waves]}, or a text for those it
// does not plan.
import fs from 'node:fs';
import path from 'node:path';
import { composeServices } from '@apollo/composition';
import { Supergraph, operationFromDocument } from '@apollo/federation-internals';
import { QueryPlanner } from '@apollo/query-planner';
import { parse } from 'graphql';

const [folder, out] = process.argv.slice(2);

// count returns [fetches, waves] of a plan's node.
function count(node) {
  const both = (list, waves) => list.map(count).reduce((a, b) => [a[0] + b[0], waves(a[1], b[1])], [0, 0]);
  switch (node?.kind) {
    case undefined: return [0, 0];
    case 'QueryPlan': case 'Flatten': return count(node.node);
    case 'Fetch': return [1, 1];
    case 'Sequence': return both(node.nodes, (a, b) => a + b);
    case 'Parallel': return both(node.nodes, Math.max);
    case 'Condition': return both([node.ifClause, node.elseClause], Math.max);
  }
  throw new Error(`unknown node ${node.kind}`);
}

const result = {};
for (const suite of fs.readdirSync(folder).sort()) {
  const dir = path.join(folder, suite, 'subgraphs');
  const services = fs.readdirSync(dir).filter((f) => f.endsWith('.graphql')).map((f) => ({
    name: f.replace(/\.graphql$/, ''), url: 'http://' + f, typeDefs: parse(fs.readFileSync(path.join(dir, f), 'utf8')),
  }));
  const cases = JSON.parse(fs.readFileSync(path.join(folder, suite, 'cases.json'), 'utf8'));
  let planner, api;
  try {
    const composed = composeServices(services);
    if (composed.errors) throw composed.errors[0];
    const supergraph = Supergraph.build(composed.supergraphSdl, { supportedFeatures: null });
    planner = new QueryPlanner(supergraph);
    api = supergraph.apiSchema();
  } catch (e) {
    cases.forEach((_, i) => { result[`${suite}/${i}`] = String(e.message); });
    continue;
  }
  cases.forEach((c, i) => {
    try {
      result[`${suite}/${i}`] = count(planner.buildQueryPlan(operationFromDocument(api, parse(c.query))));
    } catch (e) {
      result[`${suite}/${i}`] = String(e.message).split('\n')[0];
    }
  });
}
fs.writeFileSync(out, JSON.stringify(result, null, 1) + '\n');
