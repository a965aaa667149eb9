// Builds ../assets from the sources in this folder: one script, one style
// sheet and one icon, each named by its content hash and stored gzipped only,
// manifest.json which names them, and LICENSES.txt. The same inputs give the
// same bytes on every platform.
import { build } from 'esbuild';
import { mkdir, readFile, readdir, rm, writeFile } from 'node:fs/promises';
import { basename, dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { gzipSync } from 'node:zlib';

const here = dirname(fileURLToPath(import.meta.url));
const out = join(here, '..', 'assets');

// For packages that declare MIT in package.json but ship no licence file.
const MIT = `MIT License

Copyright (c) AUTHOR

Permission is hereby granted, free of charge, to any person obtaining a copy
of this software and associated documentation files (the "Software"), to deal
in the Software without restriction, including without limitation the rights
to use, copy, modify, merge, publish, distribute, sublicense, and/or sell
copies of the Software, and to permit persons to whom the Software is
furnished to do so, subject to the following conditions:

The above copyright notice and this permission notice shall be included in all
copies or substantial portions of the Software.

THE SOFTWARE IS PROVIDED "AS IS", WITHOUT WARRANTY OF ANY KIND, EXPRESS OR
IMPLIED, INCLUDING BUT NOT LIMITED TO THE WARRANTIES OF MERCHANTABILITY,
FITNESS FOR A PARTICULAR PURPOSE AND NONINFRINGEMENT. IN NO EVENT SHALL THE
AUTHORS OR COPYRIGHT HOLDERS BE LIABLE FOR ANY CLAIM, DAMAGES OR OTHER
LIABILITY, WHETHER IN AN ACTION OF CONTRACT, TORT OR OTHERWISE, ARISING FROM,
OUT OF OR IN CONNECTION WITH THE SOFTWARE OR THE USE OR OTHER DEALINGS IN THE
SOFTWARE.`;

// Copyright holders that such a package's package.json does not name.
const holders = {
  '@headlessui/react': 'Tailwind Labs, Inc.',
  'react-compiler-runtime': 'Meta Platforms, Inc. and affiliates.',
};

// GraphiQL's style sheet carries 38 fonts as data URLs, most of the page's
// weight. main.css names system fonts in their place.
const withoutFonts = {
  name: 'without-fonts',
  setup(b) {
    b.onLoad({ filter: /graphiql[\\/]dist[\\/]style\.css$/ }, async ({ path }) => {
      const css = await readFile(path, 'utf8');
      return { contents: css.replace(/@font-face\s*\{[^}]*\}/g, ''), loader: 'css' };
    });
  },
};

const result = await build({
  absWorkingDir: here,
  entryPoints: ['main.jsx', 'icon.svg'],
  entryNames: '[name]-[hash]',
  outdir: out,
  bundle: true,
  format: 'esm',
  target: ['es2022', 'chrome109', 'firefox115', 'safari16.4'],
  minify: true,
  jsx: 'automatic',
  define: { 'process.env.NODE_ENV': '"production"' },
  loader: { '.svg': 'copy' },
  alias: { 'react-style-singleton': './style-singleton.js' },
  // Imported by @graphiql/toolkit only when a WebSocket URL is configured.
  external: ['graphql-ws'],
  legalComments: 'none',
  banner: { js: '/* Licences of the bundled packages: see LICENSES.txt beside this file. */' },
  plugins: [withoutFonts],
  metafile: true,
  write: false,
  logLevel: 'warning',
});

function gzip(bytes) {
  const zipped = gzipSync(bytes, { level: 9 });
  zipped[9] = 255; // "operating system: unknown", or the bytes would differ by platform
  return zipped;
}

const roles = { '.js': 'script', '.css': 'style', '.svg': 'icon' };
const manifest = {};

await rm(out, { recursive: true, force: true });
await mkdir(out, { recursive: true });
for (const file of result.outputFiles) {
  const name = basename(file.path);
  const role = roles[name.slice(name.lastIndexOf('.'))];
  if (!role || manifest[role]) {
    throw new Error(`unexpected output file ${name}`);
  }
  manifest[role] = name;
  const zipped = gzip(file.contents);
  await writeFile(join(out, `${name}.gz`), zipped);
  console.log(`${role}: ${name}, ${file.contents.length} bytes, ${zipped.length} gzipped`);
}
const ordered = Object.fromEntries(Object.entries(manifest).sort());
await writeFile(join(out, 'manifest.json'), JSON.stringify(ordered, null, 2) + '\n');
await writeFile(join(out, 'LICENSES.txt'), await licences(result.metafile));

// licences returns the licence texts of every package with at least one byte in
// the output. Equal texts are printed once, under all the packages they cover.
async function licences(metafile) {
  const dirs = new Set();
  for (const output of Object.values(metafile.outputs)) {
    for (const [input, { bytesInOutput }] of Object.entries(output.inputs)) {
      const at = input.lastIndexOf('node_modules/');
      // CSS inputs count as used even when only parts of them remain.
      if (at < 0 || (bytesInOutput === 0 && !input.endsWith('.css'))) {
        continue;
      }
      const parts = input.slice(at + 'node_modules/'.length).split('/');
      const name = parts[0].startsWith('@') ? parts.slice(0, 2).join('/') : parts[0];
      dirs.add(input.slice(0, at) + 'node_modules/' + name);
    }
  }
  // GraphiQL's compiled files hold code and styles of these, which the
  // metafile cannot see.
  for (const name of ['@graphiql/react', 'codemirror', 'graphiql']) {
    dirs.add(`node_modules/${name}`);
  }

  const byText = new Map();
  for (const dir of [...dirs].sort()) {
    const pkg = JSON.parse(await readFile(join(here, dir, 'package.json'), 'utf8'));
    const text = await licenceText(dir, pkg);
    byText.set(text, [...(byText.get(text) ?? []), `${pkg.name} ${pkg.version} (${pkg.license})`]);
  }
  const rule = '-'.repeat(78);
  const sections = [...byText].map(([text, names]) => `${rule}\n${names.join('\n')}\n\n${text}\n`);
  return `Third-party software bundled in the playground page, with its licences.\n\n${sections.join('\n')}`;
}

async function licenceText(dir, pkg) {
  const file = (await readdir(join(here, dir))).sort().find((f) => /^licen[cs]e(\.(md|txt))?$/i.test(f));
  if (file) {
    const text = await readFile(join(here, dir, file), 'utf8');
    return text.replace(/\r\n/g, '\n').replace(/[ \t]+$/gm, '').trim();
  }
  if (pkg.license !== 'MIT') {
    throw new Error(`${pkg.name} ships no licence text and declares ${pkg.license}`);
  }
  const author = typeof pkg.author === 'object' ? pkg.author.name : pkg.author;
  const holder = author?.replace(/\s*[<(].*$/, '') || holders[pkg.name];
  if (!holder) {
    throw new Error(`${pkg.name} names no author; add its copyright holder to holders`);
  }
  return MIT.replace('AUTHOR', holder);
}
