// The rules of the house that no compiler holds: which folder may import which, which folder is a
// package's door, how long a file may be, what core may not touch, and that texts made from one
// source are still the same. ARCHITECTURE.md says why; a failure here names the file and the rule.

import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { existsSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import { en } from '../core/i18n/en.ts';
import { zhCn } from '../core/i18n/zh-cn.ts';
import { configTable } from '../server/config.ts';
import { filesUnder, readSources, readText, root, type Source } from './helpers/sources.ts';

const product = readSources(['core', 'server', 'client']);
const tests = readSources(['test']);

/** The longest matching key rules. A value is a folder or a file; everything may import `core`. */
const mayImport: Record<string, readonly string[]> = {
  core: [],
  client: [],
  'client/api': [],
  'client/ui': ['client/api'],
  'client/editor': ['client/styles', 'client/sync/editor-port.ts'],
  'client/sync': ['client/api'],
  'client/panels': [
    'client/api',
    'client/ui',
    // Their faces, not what is behind them.
    'client/editor/editor-api.ts',
    'client/sync/session-api.ts',
  ],
  'client/pages': ['client'],
  server: [],
  'server/store': ['server/log.ts', 'server/clock.ts', 'server/ids.ts'],
  'server/access': [
    'server/store/store.ts',
    'server/store/schema.ts',
    'server/clock.ts',
    'server/ids.ts',
  ],
  'server/ot': [
    'server/access',
    'server/bus/bus.ts',
    'server/bus/memory-bus.ts',
    'server/store/store.ts',
    'server/store/schema.ts',
    'server/store/milestones.ts',
    'server/clock.ts',
    'server/ids.ts',
    'server/log.ts',
  ],
  'server/workers': ['server/bus', 'server/log.ts', 'server/ids.ts'],
  'server/bus': ['server/log.ts', 'server/clock.ts', 'server/ids.ts'],
  'server/http': ['server/access', 'server/log.ts', 'server/clock.ts', 'server/ids.ts'],
  'server/ws': ['server/access', 'server/http/origin.ts', 'server/log.ts', 'server/clock.ts'],
  'server/app.ts': ['server'],
  'server/main.ts': ['server'],
  'server/identity.ts': ['server'],
  'server/rights.ts': ['server'],
  'server/admin.ts': ['server'],
  'server/mail.ts': [],
  'server/doctor.ts': ['server'],
  'server/backup.ts': ['server'],
  'server/restore.ts': ['server'],
  'server/command.ts': ['server/config.ts'],
  'server/config.ts': [],
};
/** What every feature may import; a feature is a folder of the server that is not named above. */
const featureMay = [
  'server/access',
  'server/store/store.ts',
  'server/store/schema.ts',
  'server/store/replay.ts',
  'server/ot/backend.ts',
  'server/http/route.ts',
  'server/clock.ts',
  'server/ids.ts',
  'server/log.ts',
];

/** One door per package: the folders or files that may import it. */
const doors: Record<string, readonly string[]> = {
  // Quill's own: what its blots are made of. It comes with Quill and must be the same copy.
  parchment: ['client/editor'],
  '@preact/signals': ['client'],
  '@preact/signals-core': ['client'],
  '@simplewebauthn/browser': ['client/panels'],
  '@simplewebauthn/server': ['server/passkeys'],
  '@teamwork/websocket-json-stream': ['server/ws'],
  express: ['server/http'],
  helmet: ['server/http'],
  'image-size': ['server/uploads'],
  ioredis: ['server/bus'],
  jose: ['server/embedding'],
  libsql: ['server/store/embedded'],
  mongodb: ['server/store/mongo'],
  nodemailer: ['server/mail.ts'],
  'openid-client': ['server/oidc'],
  pino: ['server/log.ts'],
  preact: ['client'],
  'prom-client': ['server/metrics.ts'],
  quill: ['client/editor'],
  'quill-cursors': ['client/editor'],
  'quill-delta': ['core/delta.ts'],
  'rich-text': ['server/ot', 'client/sync'],
  sharedb: ['server/ot', 'client/sync', 'server/store/mongo'],
  'sharedb-mongo': ['server/store/mongo'],
  ws: ['server/ws'],
  zod: ['server'],
};

const isIn = (path: string, place: string) => path === place || path.startsWith(`${place}/`);

function ruleFor(path: string): readonly string[] {
  const key = Object.keys(mayImport)
    .filter((place) => isIn(path, place))
    .sort((a, b) => b.length - a.length)[0];
  if (!key) throw new Error(`no rule for ${path}`);
  const [, folder, more] = path.split('/');
  const allowed = mayImport[key] ?? [];
  // server/documents/… matches only `server`: it is a feature. server/ids.ts is the kernel's.
  return key === 'server' && more ? [...featureMay, `server/${folder}`] : [...allowed, key];
}

/** Fails with every offender at once. */
function none(offenders: readonly string[], rule: string): void {
  assert.equal(offenders.length, 0, `${rule}\n  ${offenders.join('\n  ')}`);
}

test('a folder imports only what its row of the table allows', () => {
  const offenders = product.flatMap(({ path, imports }) => {
    const allowed = [...ruleFor(path), 'core'];
    const folder = path.slice(0, path.lastIndexOf('/'));
    return imports
      .filter(({ file }) => file !== null)
      .filter(({ file }) => ![...allowed, folder].some((place) => isIn(file ?? '', place)))
      .map(({ file }) => `${path} imports ${file}`);
  });
  none(offenders, 'see mayImport in this file, and ARCHITECTURE.md on folders');
});

test('a package is imported through its door only', () => {
  const offenders = product.flatMap(({ path, imports }) =>
    imports.flatMap(({ specifier, file }) => {
      if (file !== null) return [];
      if (specifier.startsWith('node:')) {
        return path.startsWith('server/') ? [] : [`${path} imports ${specifier}`];
      }
      const name = specifier.split('/', specifier.startsWith('@') ? 2 : 1).join('/');
      const places = doors[name] ?? [];
      return places.some((place) => isIn(path, place)) ? [] : [`${path} imports ${specifier}`];
    }),
  );
  none(offenders, 'see doors in this file: every package has one folder that knows it');
});

test('every dependency has a door, and every door a dependency', () => {
  const { dependencies } = JSON.parse(readText('package.json')) as {
    dependencies: Record<string, string>;
  };
  // esbuild is the build's; sharedb's client asks for events by itself.
  const named = Object.keys(dependencies).filter((name) => !['esbuild', 'events'].includes(name));
  assert.deepEqual(Object.keys(doors).sort(), [...named, 'parchment'].sort());
});

test('modules do not import each other in a circle', () => {
  const graph = new Map(
    product.map(({ path, imports }) => [
      path,
      imports.flatMap(({ file, typeOnly }) => (file && !typeOnly ? [file] : [])),
    ]),
  );
  const done = new Set<string>();
  const circles: string[] = [];
  const visit = (path: string, trail: readonly string[]): void => {
    const at = trail.indexOf(path);
    if (at >= 0) circles.push([...trail.slice(at), path].join(' → '));
    if (at >= 0 || done.has(path)) return;
    for (const next of graph.get(path) ?? []) visit(next, [...trail, path]);
    done.add(path);
  };
  for (const path of graph.keys()) visit(path, []);
  none(circles, 'import the type alone, or move what both need');
});

test('a file keeps to its length: 400 lines of product, 600 of test', () => {
  const lines = ({ text }: Source) => text.trimEnd().split('\n').length;
  const long = [
    ...product.filter((source) => lines(source) > 400),
    ...tests.filter((source) => lines(source) > 600),
  ];
  none(
    long.map((source) => `${source.path}: ${lines(source)} lines`),
    'split it by noun',
  );
});

test('a file opens by saying what it owns', () => {
  const silent = [...product, ...tests]
    .filter(({ path }) => !/\.test\.tsx?$/.test(path))
    .filter(({ text }) => !/^(#!.*\n)?\/[/*]/.test(text));
  none(
    silent.map(({ path }) => path),
    'begin with one to five lines of comment',
  );
});

test('names are named: no default exports, no `export *`, no drawer folders', () => {
  const offenders = product.flatMap(({ path, code }) => [
    ...(/^export default\b/m.test(code) ? [`${path}: export default`] : []),
    ...(/^export \*/m.test(code) ? [`${path}: export *`] : []),
    ...(/(^|\/)(utils?|helpers?|types|common|index)(\/|\.tsx?$)/.test(path) ? [path] : []),
  ]);
  none(offenders, 'CONTRIBUTING.md, on module faces');
});

test('core has no clock, no chance and no surroundings', () => {
  // What the DOM and Node would add is no name at all in core: its project is compiled without them.
  const forbidden = /\bDate\.now\b|\bnew Date\(\s*\)|\bMath\.random\b|\bglobalThis\b/;
  const offenders = product
    .filter(({ path }) => path.startsWith('core/'))
    .flatMap(({ path, code }) => {
      const found = code.match(forbidden)?.[0];
      return found ? [`${path}: ${found}`] : [];
    });
  none(offenders, 'core is the same every time, everywhere: pass the value in');
});

test('the environment is read in server/config.ts and handed over by main.ts and command.ts', () => {
  const offenders = product
    .filter(({ path }) => !/^server\/(config|main|command)\.ts$/.test(path))
    .filter(({ code }) => /\bprocess\.env\b/.test(code));
  none(
    offenders.map(({ path }) => path),
    'give it a row in server/config.ts',
  );
});

test('text becomes HTML only where that is the job', () => {
  const allowed = ['core/convert', 'client/editor/paste.ts'];
  const offenders = product
    .filter(({ path }) => !allowed.some((place) => isIn(path, place)))
    .flatMap(({ path, code }) => {
      const found = code.match(
        /\b(innerHTML|outerHTML|insertAdjacentHTML|dangerouslySetInnerHTML|document\.write)\b/,
      )?.[0];
      return found ? [`${path}: ${found}`] : [];
    });
  none(offenders, 'build elements, or render through Preact');
});

test('unfinished work is not left lying about', () => {
  const offenders = [...product, ...tests].filter(
    ({ path, text }) =>
      path !== 'test/rules.test.ts' && /\b(TODO|FIXME|XXX)\b(?!\s*\(#\d+\))/.test(text),
  );
  none(
    offenders.map(({ path }) => path),
    'do it, or write TODO(#number)',
  );
});

test('a document that a comment names is there to be read', () => {
  const here = filesUnder(['core', 'server', 'test', 'docs'], /\.md$/)
    .concat(readdirSync(root))
    .map((path) => path.slice(path.lastIndexOf('/') + 1));
  const styles = filesUnder(['client/styles'], /\.css$/).map((path) => ({
    path,
    text: readText(path),
  }));
  const offenders = [...product, ...tests, ...styles].flatMap(({ path, text }) =>
    [...text.matchAll(/\b[\w-]+\.md\b/g)]
      .filter(([name]) => !here.includes(name))
      .map(([name]) => `${path} names ${name}`),
  );
  none(offenders, 'say it here, or put it into docs/');
});

test('every catalogue has the same keys, parameters and plurals', () => {
  assert.deepEqual(Object.keys(zhCn).sort(), Object.keys(en).sort());
  const parameters = (message: unknown) =>
    [...new Set(JSON.stringify(message).match(/\{\w+\}/g) ?? [])].sort();
  for (const [key, message] of Object.entries(en)) {
    const other: unknown = (zhCn as Record<string, unknown>)[key];
    assert.deepEqual(parameters(other), parameters(message), `${key}: parameters`);
    for (const text of [message, other]) {
      if (typeof text === 'object' && text !== null) {
        assert.ok('other' in text, `${key}: a plural needs the form “other”`);
      } else assert.ok(typeof text === 'string' && text.trim() !== '', `${key} is empty`);
    }
  }
});

test('every string of the catalogue is shown somewhere', () => {
  const shown = [...product]
    .filter(({ path }) => !path.startsWith('core/i18n/'))
    .map(({ text }) => text)
    .join('\n');
  // A key may be put together: `save.${kind}` covers save.*
  const made = [...shown.matchAll(/`([\w.]*)\$\{/g)].map(([, start]) => start ?? '');
  const unused = Object.keys(en).filter(
    (key) =>
      !shown.includes(`'${key}'`) &&
      !made.some((start) => start.includes('.') && key.startsWith(start)),
  );
  none(unused, 'remove it from every catalogue');
});

test("README's configuration table is the one of --help", () => {
  assert.ok(
    readText('README.md').includes(configTable()),
    `paste this into README.md:\n\n${configTable()}\n`,
  );
});

test('one copy each of sharedb, quill-delta and parchment is installed', () => {
  const copies: Record<string, string[]> = { sharedb: [], 'quill-delta': [], parchment: [] };
  const look = (folder: string): void => {
    if (!existsSync(folder)) return;
    for (const name of readdirSync(folder)) {
      const path = join(folder, name);
      if (name.startsWith('@')) look(path);
      else {
        copies[name]?.push(path);
        look(join(path, 'node_modules'));
      }
    }
  };
  look(join(root, 'node_modules'));
  for (const [name, paths] of Object.entries(copies)) {
    assert.equal(paths.length, 1, `${name}: ${paths.join(', ')}`);
  }
});

test('the lock file names no registry, so that any registry serves it', () => {
  assert.doesNotMatch(readText('package-lock.json'), /https?:\/\/[^"]*\/-\//);
});

test('no machine is named in what is published', () => {
  const texts = filesUnder(
    ['core', 'server', 'client', 'test', 'static', 'docs', 'deploy', '.ci'].filter((folder) =>
      existsSync(join(root, folder)),
    ),
    /\.(ts|tsx|mjs|css|html|md|json|txt|xml|java|service)$|\/run$/,
  );
  const top = readdirSync(root).filter((name) => /\.(md|json|mjs)$/.test(name));
  const offenders = [...texts, ...top].filter(
    (path) =>
      !/\/(traces|fixtures)\//.test(path) && /["'`\s(]\/(work|root|mnt)\/\w/.test(readText(path)),
  );
  none(offenders, 'a path of one machine');
});

test('importing a module does nothing', () => {
  const modules = product
    .filter(
      ({ path }) =>
        /^(core|server)\//.test(path) &&
        !/^server\/(main|admin|doctor|backup|restore)\.ts$/.test(path),
    )
    .filter(({ path }) => !path.endsWith('.d.ts') && !/-worker\.ts$/.test(path))
    .map(({ path }) => JSON.stringify(`./${path}`));
  const code = `${modules.map((path) => `await import(${path});`).join('\n')}`;
  const run = spawnSync(process.execPath, ['--import', 'tsx', '--input-type=module', '-e', code], {
    cwd: root,
    encoding: 'utf8',
    timeout: 40_000,
  });
  // A timer or a socket opened at import would keep the process; a message would be printed.
  assert.equal(run.error, undefined, 'it did not end by itself');
  assert.equal(run.stdout + run.stderr, '');
  assert.equal(run.status, 0);
});

test('stories in the browser find things as people do: by role and name', () => {
  const offenders = tests
    .filter(({ path }) => path.startsWith('test/e2e/') && !path.startsWith('test/e2e/pages/'))
    .filter(({ path }) => !/\/(editor-|shots)/.test(path))
    .flatMap(({ path, text }) => {
      const found = text.match(
        /\.(locator|\$|\$\$|waitForSelector|getByTestId)\(|querySelector(All)?\(|\.waitForTimeout\(/,
      )?.[0];
      return found ? [`${path}: ${found}`] : [];
    });
  none(offenders, 'use getByRole; what has no role is asked in test/e2e/pages');
});
