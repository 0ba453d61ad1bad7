// Builds both sides with esbuild: client/pages/*.tsx → dist/client, server/{main,admin,doctor,backup,restore}.ts →
// dist/server.
// `--if-needed` does nothing when dist is newer than every source; `--watch` rebuilds and restarts
// the server. Files are put beside those of the build before, and the manifest is swapped last, so a
// running server never names a file that is not there.

import { spawn } from 'node:child_process';
import { createHash } from 'node:crypto';
import { mkdir, readdir, readFile, rename, rm, stat, utimes, writeFile } from 'node:fs/promises';
import { basename, dirname, join, relative } from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { brotliCompress, constants, gzip } from 'node:zlib';

const root = dirname(fileURLToPath(import.meta.url));
const out = join(root, 'dist');
const assets = join(out, 'client', 'assets');
/** Its time is when the last whole build began: whatever is younger has not been built. */
const stamp = join(out, 'stamp');
/** Its parts are loaded by the server as files of their own, so each is an entry. */
const serverEntries = ['main', 'admin', 'doctor', 'backup', 'restore'].map(
  (name) => `server/${name}.ts`,
);
const pages = {
  home: 'client/pages/home.tsx',
  document: 'client/pages/document.tsx',
  account: 'client/pages/account.tsx',
  embed: 'client/pages/embed.ts',
  wait: 'client/pages/wait.ts',
};
const sources = ['client', 'core', 'server', 'build.mjs', 'package.json', 'package-lock.json'];

/**
 * A page opened before an upgrade may still load its later parts: assets of earlier builds stay for
 * a day. While watching, builds are many and nobody is far behind.
 */
const keepOldMs = { build: 24 * 3600_000, watch: 10 * 60_000 };

/**
 * What stands in for a module in the browser, each with the reason. ShareDB's client is CommonJS, so
 * esbuild cannot drop what it does not use by itself. What is absent throws when it is asked for.
 */
const absent = (what) =>
  `module.exports = function () { throw new Error(${JSON.stringify(`Not in the bundle: ${what}`)}); };`;
const standIns = {
  // Only used to format one warning.
  util: 'module.exports = {};',
  // 22 KB for two functions, used when a presence is torn down.
  async: `
    function all(tasks, done) {
      var left = tasks.length, over = false;
      if (!left) return done(null);
      tasks.forEach(function (task) {
        task(function (error) {
          if (over) return;
          if (error) { over = true; return done(error); }
          if (--left === 0) { over = true; done(null); }
        });
      });
    }
    exports.parallel = all;
    exports.each = function (items, work, done) {
      all(items.map(function (item) { return work.bind(null, item); }), done);
    };`,
  // ShareDB's default type; our documents all name theirs.
  'ot-json0': `exports.type = { name: 'json0', uri: 'http://sharejs.org/types/JSONv0' };`,
  // What it warns of is dealt with in client/sync: for whoever looks, not a fault of the page.
  'sharedb/lib/logger': `
    var say = function () { console.debug.apply(console, arguments); };
    module.exports = { info: say, warn: say, error: say, setMethods: function () {} };`,
  // The server answers no queries, the past comes over HTTP, and presence is the generic kind.
  'sharedb/lib/client/query': absent('queries'),
  'sharedb/lib/client/snapshot-request/snapshot-version-request': absent('snapshots by version'),
  'sharedb/lib/client/snapshot-request/snapshot-timestamp-request': absent('snapshots by time'),
  'sharedb/lib/client/presence/doc-presence': absent('presence of a doc'),
  // Quill and quill-delta use three functions on plain values (attributes, options, ranges); the
  // general ones are 24 KB.
  'lodash-es': `
    const isPlain = (value) => {
      if (typeof value !== 'object' || value === null) return false;
      const prototype = Object.getPrototypeOf(value);
      return prototype === Object.prototype || prototype === null;
    };
    export function cloneDeep(value) {
      if (Array.isArray(value)) return value.map(cloneDeep);
      if (typeof value !== 'object' || value === null) return value;
      if (value instanceof RegExp || (typeof Node === 'function' && value instanceof Node)) return value;
      const copy = Object.create(Object.getPrototypeOf(value));
      for (const key of Object.keys(value)) if (key !== '__proto__') copy[key] = cloneDeep(value[key]);
      return copy;
    }
    export function merge(target, ...sources) {
      for (const source of sources) {
        for (const key of Object.keys(source ?? {})) {
          const value = source[key];
          if (value === undefined || key === '__proto__') continue;
          const mergeable = Array.isArray(value) || isPlain(value);
          const into = Array.isArray(value) === Array.isArray(target[key]) ? target[key] : undefined;
          if (!mergeable) target[key] = value;
          else target[key] = merge(typeof into === 'object' && into ? into : Array.isArray(value) ? [] : {}, value);
        }
      }
      return target;
    }
    export { default as isEqual } from 'fast-deep-equal';`,
  'lodash.clonedeep': `module.exports = require('lodash-es').cloneDeep;`,
  'lodash.isequal': `module.exports = require('fast-deep-equal');`,
};

/** By name, and ShareDB's own files by what their relative paths lead to. */
const standInPlugin = {
  name: 'stand-ins',
  setup(build) {
    build.onResolve({ filter: /^[\w.]/ }, ({ path, kind, resolveDir }) => {
      if (kind === 'entry-point') return null;
      const file = join(resolveDir, path).replaceAll('\\', '/');
      const inside = /\/node_modules\/(sharedb\/lib\/.*)$/.exec(file)?.[1];
      const name = path.startsWith('.') ? inside : path;
      return name && Object.hasOwn(standIns, name) ? { path: name, namespace: 'stand-in' } : null;
    });
    build.onLoad({ filter: /.*/, namespace: 'stand-in' }, ({ path }) => ({
      contents: standIns[path],
      resolveDir: root,
    }));
  },
};

const shared = {
  absWorkingDir: root,
  bundle: true,
  format: 'esm',
  sourcemap: 'linked',
  sourcesContent: true,
  metafile: true,
  write: false,
  logLevel: 'silent',
};

const clientOptions = {
  ...shared,
  entryPoints: Object.entries(pages).map(([name, path]) => ({ in: path, out: name })),
  outdir: assets,
  entryNames: '[name]-[hash]',
  chunkNames: 'part-[hash]',
  assetNames: '[name]-[hash]',
  splitting: true,
  minify: true,
  target: 'es2022',
  jsx: 'automatic',
  jsxImportSource: 'preact',
  legalComments: 'linked',
  plugins: [standInPlugin],
};

const serverOptions = {
  ...shared,
  entryPoints: serverEntries,
  outbase: 'server',
  outdir: join(out, 'server'),
  platform: 'node',
  target: 'node20',
  packages: 'external',
};

const flags = process.argv.slice(2);
const unknown = flags.filter((flag) => flag !== '--if-needed' && flag !== '--watch');
if (unknown.length > 0) {
  console.error(`build: unknown option ${unknown.join(', ')}; known are --if-needed and --watch`);
  process.exit(2);
}
if (flags.includes('--watch')) await watch();
else if (!(flags.includes('--if-needed') && (await isFresh()))) await buildOnce();

async function buildOnce() {
  const esbuild = await loadEsbuild();
  const startedAt = new Date();
  try {
    const results = await Promise.all([esbuild.build(clientOptions), esbuild.build(serverOptions)]);
    await report(esbuild, results);
    await put(results[0], results[1], startedAt, keepOldMs.build);
  } catch (error) {
    await fail(esbuild, error);
    process.exit(1);
  }
}

/** Rebuilds on every change, and restarts the server after each build that succeeded. */
async function watch() {
  const esbuild = await loadEsbuild();
  const latest = {};
  let server = null;
  let timer = null;

  const restart = async () => {
    if (!latest.client || !latest.server) return;
    await put(latest.client, latest.server, new Date(), keepOldMs.watch);
    const before = server;
    if (before && before.exitCode === null) {
      const ended = new Promise((resolve) => before.once('exit', resolve));
      before.kill('SIGTERM');
      await ended;
    }
    server = spawn(process.execPath, ['--enable-source-maps', join(out, 'server', 'main.js')], {
      cwd: root,
      stdio: 'inherit',
    });
  };
  const onEnd = (side) => ({
    name: 'restart',
    setup(build) {
      build.onEnd(async (result) => {
        if (result.errors.length > 0) return fail(esbuild, result);
        latest[side] = result;
        // Both sides often change together (core/): one restart for both.
        clearTimeout(timer);
        timer = setTimeout(() => restart().catch((error) => fail(esbuild, error)), 100);
      });
    },
  });
  const contexts = await Promise.all([
    esbuild.context({ ...clientOptions, plugins: [...clientOptions.plugins, onEnd('client')] }),
    esbuild.context({ ...serverOptions, plugins: [onEnd('server')] }),
  ]);
  await Promise.all(contexts.map((context) => context.watch()));
  console.log('build: watching; Ctrl+C ends');
  for (const signal of ['SIGINT', 'SIGTERM']) {
    process.once(signal, () => {
      server?.kill('SIGTERM');
      process.exit(0);
    });
  }
}

/** Writes one whole build; the manifest and the stamp last. */
async function put(client, server, startedAt, keepMs) {
  await mkdir(assets, { recursive: true });
  await mkdir(join(out, 'server'), { recursive: true });
  const sizes = new Map();
  await Promise.all(
    client.outputFiles.map(async (file) => {
      await writeFile(file.path, file.contents);
      if (/\.(js|css)$/.test(file.path)) sizes.set(file.path, await writeCompressed(file));
    }),
  );
  await Promise.all(server.outputFiles.map((file) => writeFile(file.path, file.contents)));
  const manifest = describe(client);
  await swap(join(out, 'client', 'manifest.json'), `${JSON.stringify(manifest, null, 2)}\n`);
  await writeFile(stamp, '');
  await utimes(stamp, startedAt, startedAt);
  await removeOld(new Set(client.outputFiles.map((file) => basename(file.path))), keepMs);
  printSizes(manifest, sizes);
}

/** What a page's HTML must name: its script, its styles, and every part its script imports at once. */
function describe({ metafile, outputFiles }) {
  const hash = createHash('sha256');
  for (const { path, contents } of [...outputFiles].sort((a, b) => (a.path < b.path ? -1 : 1))) {
    if (!path.endsWith('.map')) hash.update(relative(out, path)).update(contents);
  }
  const manifest = { build: hash.digest('hex').slice(0, 16), entries: {} };
  for (const [name, source] of Object.entries(pages)) {
    const [script] = Object.entries(metafile.outputs).find(([, o]) => o.entryPoint === source);
    const parts = new Set();
    const walk = (path) => {
      for (const { path: part, kind } of metafile.outputs[path].imports) {
        if (kind !== 'import-statement' || parts.has(part)) continue;
        parts.add(part);
        walk(part);
      }
    };
    walk(script);
    const { cssBundle } = metafile.outputs[script];
    manifest.entries[name] = {
      script: address(script),
      css: cssBundle ? [address(cssBundle)] : [],
      preload: [...parts].map(address),
    };
  }
  return manifest;
}

/** dist/client/assets/x.js is served as /assets/x.js. */
function address(path) {
  return `/assets/${basename(path)}`;
}

async function writeCompressed({ path, contents }) {
  const [gz, br] = await Promise.all([
    promisify(gzip)(contents, { level: 9 }),
    promisify(brotliCompress)(contents, {
      params: { [constants.BROTLI_PARAM_SIZE_HINT]: contents.length },
    }),
  ]);
  await Promise.all([writeFile(`${path}.gz`, gz), writeFile(`${path}.br`, br)]);
  return { raw: contents.length, gzip: gz.length };
}

async function swap(path, text) {
  const next = `${path}.${process.pid}`;
  await writeFile(next, text);
  await rename(next, path);
}

async function removeOld(current, keepMs) {
  for (const name of await readdir(assets)) {
    if (current.has(name.replace(/\.(gz|br)$/, ''))) continue;
    const path = join(assets, name);
    const { mtimeMs } = await stat(path);
    if (Date.now() - mtimeMs > keepMs) await rm(path, { force: true });
  }
}

function printSizes({ entries }, sizes) {
  const kb = (bytes) => `${(bytes / 1024).toFixed(1)} KB`.padStart(9);
  for (const [name, { script, css, preload }] of Object.entries(entries)) {
    for (const [kind, list] of [
      ['script', [script, ...preload]],
      ['styles', css],
    ]) {
      const total = { raw: 0, gzip: 0 };
      for (const file of list) {
        const size = sizes.get(join(assets, basename(file)));
        total.raw += size.raw;
        total.gzip += size.gzip;
      }
      const count = list.length === 1 ? '1 file' : `${list.length} files`;
      console.log(
        `build: ${`${name} first load, ${kind}`.padEnd(28)}${kb(total.raw)} ${kb(total.gzip)} gzip  ${count}`,
      );
    }
  }
}

/** True when nothing that goes into dist is younger than dist. Folders count: a deleted file is a change. */
async function isFresh() {
  try {
    const { mtimeMs: builtAt } = await stat(stamp);
    await stat(join(out, 'client', 'manifest.json'));
    await stat(join(out, 'server', 'main.js'));
    const isOlder = async (path) => {
      const entry = await stat(path);
      if (entry.mtimeMs > builtAt) return false;
      if (!entry.isDirectory()) return true;
      const inside = await readdir(path);
      return (await Promise.all(inside.map((name) => isOlder(join(path, name))))).every(Boolean);
    };
    return (await Promise.all(sources.map((name) => isOlder(join(root, name))))).every(Boolean);
  } catch {
    return false;
  }
}

async function loadEsbuild() {
  const wanted = JSON.parse(await readFile(join(root, 'package.json'), 'utf8')).engines.node;
  const [major, minor] = process.versions.node.split('.').map(Number);
  if (major < 20 || (major === 20 && minor < 19)) {
    console.error(`build: Deltapad needs Node ${wanted}; this is ${process.versions.node}`);
    process.exit(1);
  }
  try {
    return await import('esbuild');
  } catch {
    console.error('build: the packages are not installed yet: run npm install first');
    process.exit(1);
  }
}

async function report(esbuild, results) {
  for (const { warnings } of results) {
    for (const text of await esbuild.formatMessages(warnings, { kind: 'warning' })) {
      console.warn(text);
    }
  }
}

async function fail(esbuild, error) {
  if (!error.errors) return console.error(error);
  for (const text of await esbuild.formatMessages(error.errors, { kind: 'error' })) {
    console.error(text);
  }
  console.error(`build: ${error.errors.length} error(s); dist is as it was`);
}
