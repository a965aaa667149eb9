// What GraphQL Mesh makes a supergraph of: the two music services, their joins
// declared with @resolveTo where it can say them. The rest is in mesh.gateway.mjs.
import { createHoistFieldTransform, createRenameTransform, defineConfig } from '@graphql-mesh/compose-cli';
import { loadJSONSchemaSubgraph } from '@omnigraph/json-schema';

const base = process.env.BENCH_SERVICES;

const string = { type: 'string' };
const list = items => ({ type: 'array', items });
const object = (title, properties, required = Object.keys(properties)) => ({ type: 'object', title, properties, required });

const UserProfile = object('UserProfile', { id: string, name: string, avatar_url: string });
const Playlist = object('Playlist', { id: string, name: string, createdBy: string });
const Song = object('Song', { id: string, title: string, stream_url: string, artist_ids: list(string) });
const Artist = object('Artist', { id: string, name: string });

const get = (field, path, responseSchema, args = {}) => ({
  type: 'Query', field, method: 'GET', path, responseSchema,
  argTypeMap: args, queryParamArgMap: Object.fromEntries(Object.keys(args).map(name => [name, name])),
});
const byIds = (field, path, type) => get(field, path, list(type), { ids: list(string) });
const rename = (type, from, to) => ({ from: { type, field: from }, to: { type, field: to } });
const common = { operationHeaders: { authorization: "{context.headers['authorization']}" } };

export const composeConfig = defineConfig({
  output: process.env.BENCH_SUPERGRAPH,
  subgraphs: [
    {
      sourceHandler: loadJSONSchemaSubgraph('service1', {
        ...common,
        endpoint: base + '/service1',
        queryStringOptions: { arrayFormat: 'repeat' },
        operations: [
          get('profile', '/profile', object('Profile', { response: object('ProfileResponse', { userName: string, avatar: string }) })),
          get('playlists', '/playlists', list(Playlist)),
          byIds('usersByIds', '/users', UserProfile),
          byIds('playlistsByIds', '/playlists/multishow', Playlist),
          byIds('songsByIds', '/songs/multishow', Song),
          byIds('artistsByIds', '/artists/multishow', Artist),
          get('songsOfPlaylists', '/songs/multiindex', object('SongPages', { responses: list(object('SongPage', { response: list(Song) })) }), {
            playlist_ids: list(string), page: { type: 'integer' }, page_size: { type: 'integer' },
          }),
        ],
      }),
      transforms: [
        createHoistFieldTransform({ mapping: [{ typeName: 'Query', pathConfig: ['profile', 'response'], newFieldName: 'currentUser' }] }),
        createRenameTransform({
          renames: [
            rename('ProfileResponse', 'userName', 'name'),
            rename('ProfileResponse', 'avatar', 'avatarUrl'),
            rename('Playlist', 'createdBy', 'createdById'),
            rename('UserProfile', 'avatar_url', 'avatarUrl'),
            rename('Song', 'stream_url', 'streamUrl'),
            rename('Song', 'artist_ids', 'artistIds'),
          ],
        }),
      ],
    },
    {
      sourceHandler: loadJSONSchemaSubgraph('service2', {
        ...common,
        endpoint: base + '/service2',
        operations: [
          get('friendActivity', '/friendActivity', list(object('FriendListen', { userId: string, songId: string, playlistId: string }, ['userId', 'songId']))),
        ],
      }),
    },
  ],
  additionalTypeDefs: /* GraphQL */ `
    extend type Playlist {
      createdBy: UserProfile
        @resolveTo(sourceName: "service1", sourceTypeName: "Query", sourceFieldName: "usersByIds", keyField: "createdById", keysArg: "ids", valueKeyField: "id")
      songs(page: Int, pageSize: Int = 25): [Song]
    }
    extend type Song {
      artists: [Artist]
    }
    extend type FriendListen {
      friend: UserProfile
        @resolveTo(sourceName: "service1", sourceTypeName: "Query", sourceFieldName: "usersByIds", keyField: "userId", keysArg: "ids", valueKeyField: "id")
      listenedTo: Song
        @resolveTo(sourceName: "service1", sourceTypeName: "Query", sourceFieldName: "songsByIds", keyField: "songId", keysArg: "ids", valueKeyField: "id")
      fromPlaylist: Playlist
        @resolveTo(sourceName: "service1", sourceTypeName: "Query", sourceFieldName: "playlistsByIds", keyField: "playlistId", keysArg: "ids", valueKeyField: "id")
    }
  `,
});
