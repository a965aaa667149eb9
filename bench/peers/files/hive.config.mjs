// The configuration of @graphql-hive/gateway.
export const gatewayConfig = {
  supergraph: process.env.BENCH_SUPERGRAPH,
  host: '127.0.0.1',
  port: Number(process.env.BENCH_PORT),
  landingPage: false,
  logging: false,
  propagateHeaders: {
    fromClientToSubgraphs: ({ request }) => ({ authorization: request.headers.get('authorization') ?? undefined }),
  },
};
