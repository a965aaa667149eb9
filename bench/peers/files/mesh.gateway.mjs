// @graphql-hive/gateway with the supergraph of mesh.config.mjs, and the two joins
// that @resolveTo cannot say in batches: a list of keys on one object whose answers
// come in another order, and answers by position with an envelope around each.
const field = (name, selectionSet) => ({ kind: 'Field', name: { kind: 'Name', value: name }, selectionSet });
const selection = (...selections) => ({ kind: 'SelectionSet', selections });

export const gatewayConfig = {
  supergraph: process.env.BENCH_SUPERGRAPH,
  host: '127.0.0.1',
  port: Number(process.env.BENCH_PORT),
  landingPage: false,
  logging: false,
  additionalResolvers: {
    Song: {
      artists: {
        selectionSet: '{ artistIds }',
        resolve: (root, _args, context, info) =>
          context.service1.Query.artistsByIds({
            root, context, info,
            key: root.artistIds,
            argsFromKeys: ids => ({ ids }),
            selectionSet: inner => selection(...inner.selections, field('id')),
            valuesFromResults: (artists, ids) => {
              const found = new Map(artists.map(artist => [artist.id, artist]));
              return ids.map(id => found.get(id) ?? null);
            },
          }),
      },
    },
    Playlist: {
      songs: {
        selectionSet: '{ id }',
        resolve: (root, args, context, info) =>
          context.service1.Query.songsOfPlaylists({
            root, context, info,
            key: root.id,
            argsFromKeys: ids => ({ playlist_ids: ids, page: args.page, page_size: args.pageSize }),
            selectionSet: inner => selection(field('responses', selection(field('response', selection(...inner.selections, field('artistIds')))))),
            valuesFromResults: answer => answer.responses.map(page => page.response),
          }),
      },
    },
  },
};
