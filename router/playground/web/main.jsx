// Entry of the playground page. The server hands its settings over in data
// attributes of the root element, so this file is the same for every router.
import { createRoot } from 'react-dom/client';
import { createGraphiQLFetcher } from '@graphiql/toolkit';
import { GraphiQL } from 'graphiql';
import 'graphiql/style.css';
import './main.css';

const root = document.getElementById('playground');
const { graphqlPath, defaultQuery } = root.dataset;

// GraphiQL calls json() on whatever comes back. A proxy's error page or an
// empty body would surface as "Unexpected token <", so turn it into a GraphQL
// error that says what happened.
async function readableFetch(url, init) {
  const response = await window.fetch(url, init);
  const type = response.headers.get('content-type') ?? '';
  if (/\b(json|multipart\/mixed)\b/.test(type)) {
    return response;
  }
  const body = (await response.text()).slice(0, 2000);
  const message = `${url} answered HTTP ${response.status} ${response.statusText} without a GraphQL response`;
  return new Response(JSON.stringify({ errors: [{ message, extensions: { body } }] }), {
    headers: { 'content-type': 'application/json' },
  });
}

const fetcher = createGraphiQLFetcher({ url: graphqlPath, fetch: readableFetch });

createRoot(root).render(<GraphiQL fetcher={fetcher} defaultQuery={defaultQuery || undefined} />);
