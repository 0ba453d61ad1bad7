// Finds *.test.ts(x) of the tiers named on the command line (all when none is named; a part of a path
// narrows further) and runs each file in a process of its own, two at a time, within a time limit.
// Ends with one line, `N passed, N failed`, and an exit code that agrees with it.
// Whatever was skipped is named, with what would make it run; with CI=true a missing browser, Redis
// or Mongo is a failure.

import { spawn, spawnSync } from 'node:child_process';
import { mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join, relative, sep } from 'node:path';
import { fileURLToPath, pathToFileURL } from 'node:url';

const here = dirname(fileURLToPath(import.meta.url));
const root = dirname(here);
const concurrency = 2;

/** Seconds that one file may take: many times what it needs, so that only a hang meets it. */
const tiers = {
  rules: 120,
  unit: 240,
  contract: 480,
  integration: 480,
  simulation: 600,
  e2e: 600,
};
/** These start the server with its pages, which the build makes. */
const needBuild = ['integration', 'e2e'];

/** What a person may lack and a machine that judges may not. */
const mustBeThere = /^no (Mongo server|redis-server)/;

const args = process.argv.slice(2);
const passedOn = args.filter((arg) => arg.startsWith('--test-'));
const wanted = args.filter((arg) => !arg.startsWith('-'));
const unknown = args.filter((arg) => arg.startsWith('-') && !passedOn.includes(arg));
if (unknown.length > 0) stop(`unknown option ${unknown.join(', ')}; --test-… goes to node`);

const files = select(wanted);
if (files.length === 0) stop(`nothing to run for: ${wanted.join(', ') || 'all tiers'}`);
if (files.some(({ tier }) => needBuild.includes(tier))) build();

const scratch = mkdtempSync(join(tmpdir(), 'deltapad-tests-'));
const running = new Set();
for (const signal of ['SIGINT', 'SIGTERM']) {
  process.once(signal, () => {
    for (const child of running) endGroup(child, 'SIGKILL');
    process.exit(1);
  });
}

const total = { passed: 0, failed: 0, skipped: 0 };
const failures = [];
const skips = [];
const sums = new Map();
const queue = [...files];
await Promise.all(
  Array.from({ length: concurrency }, async () => {
    for (let next = queue.shift(); next; next = queue.shift()) show(next, await runFile(next));
  }),
);
rmSync(scratch, { recursive: true, force: true });
summarise();
process.exitCode = total.failed === 0 ? 0 : 1;

/** Files of the tiers, tier by tier. A word is a tier, or a part of a test file's path. */
function select(words) {
  const found = [];
  for (const tier of Object.keys(tiers)) {
    const paths = tier === 'rules' ? [join(here, 'rules.test.ts')] : walk(join(here, tier));
    for (const path of paths) found.push({ tier, path, name: relative(here, path) });
  }
  if (words.length === 0) return found;
  const asPath = (word) => word.replaceAll(sep, '/').replace(/^(\.\/)?test\//, '');
  return found.filter(({ tier, name }) =>
    words.some((word) => (word in tiers ? word === tier : name.includes(asPath(word)))),
  );
}

function walk(folder) {
  let entries;
  try {
    entries = readdirSync(folder, { withFileTypes: true });
  } catch {
    return [];
  }
  return entries
    .sort((a, b) => (a.name < b.name ? -1 : 1))
    .flatMap((entry) => {
      const path = join(folder, entry.name);
      if (entry.isDirectory()) return walk(path);
      return /\.test\.tsx?$/.test(entry.name) ? [path] : [];
    });
}

function build() {
  const { status } = spawnSync(process.execPath, [join(root, 'build.mjs'), '--if-needed'], {
    stdio: 'inherit',
  });
  if (status !== 0) stop('the build failed');
}

/** Runs one file; resolves with what it said and how it ended. */
function runFile({ tier, path, name }) {
  const events = join(scratch, `${name.replaceAll(/[^\w.-]/g, '_')}.jsonl`);
  const startedAt = Date.now();
  const child = spawn(
    process.execPath,
    [
      '--enable-source-maps',
      // A runaway test ends by itself instead of taking the machine with it.
      '--max-old-space-size=2048',
      '--import',
      'tsx',
      `--test-reporter=${pathToFileURL(join(here, 'helpers', 'reporter.mjs'))}`,
      `--test-reporter-destination=${events}`,
      ...passedOn,
      path,
    ],
    // Its own group, so that a browser it started ends with it.
    { cwd: root, detached: true, stdio: ['ignore', 'pipe', 'pipe'] },
  );
  running.add(child);
  let output = '';
  const keep = (chunk) => {
    output = (output + chunk).slice(-20_000);
  };
  child.stdout.on('data', keep);
  child.stderr.on('data', keep);
  let timedOut = false;
  const timer = setTimeout(() => {
    timedOut = true;
    endGroup(child, 'SIGTERM');
    setTimeout(() => endGroup(child, 'SIGKILL'), 3000).unref();
  }, tiers[tier] * 1000);
  return new Promise((resolve) => {
    const settle = () => {
      clearTimeout(timer);
      running.delete(child);
      // What it started and did not end, such as a server, goes with it.
      endGroup(child, 'SIGKILL');
      const { exitCode: code, signalCode: signal } = child;
      const ended = { code, signal, timedOut, output, seconds: (Date.now() - startedAt) / 1000 };
      resolve({ events: readEvents(events), ...ended });
    };
    child.once('close', settle);
    // A grandchild may hold the output open after the file itself has ended.
    child.once('exit', () => setTimeout(settle, 2000).unref());
  });
}

function endGroup(child, signal) {
  try {
    process.kill(-child.pid, signal);
  } catch {
    // It has ended already.
  }
}

function readEvents(path) {
  try {
    // The last line of a file that was killed may be torn.
    return readFileSync(path, 'utf8')
      .split('\n')
      .flatMap((text) => (text.endsWith('}') ? [JSON.parse(text)] : []));
  } catch {
    return [];
  }
}

/** Counts one file and prints its line, and its failures in full. */
function show({ tier, name }, { events, code, signal, timedOut, output, seconds }) {
  const count = { passed: 0, failed: 0, skipped: 0 };
  const shown = [];
  const notes = [];
  for (const event of events) {
    if (event.type === 'start') continue;
    if (event.type === 'note') {
      notes.push(event.text);
      continue;
    }
    if (event.type === 'fail') {
      if (event.counts) count.failed++;
      if (event.show) shown.push({ title: event.name, text: event.error ?? '' });
    } else if (event.skip !== null || event.todo) {
      if (!event.counts) continue;
      const reason = event.skip || (event.todo ? 'to do' : 'no reason given');
      if (process.env.CI === 'true' && (tier === 'e2e' || mustBeThere.test(reason))) {
        count.failed++;
        shown.push({ title: event.name, text: `skipped, which CI does not allow: ${reason}` });
      } else {
        count.skipped++;
        skips.push({ name, title: event.name, reason });
      }
    } else if (event.counts) count.passed++;
  }
  const broke = timedOut ? hung(events, tier) : crashed(code, signal, count);
  if (broke) {
    count.failed++;
    shown.push({ title: '(the file itself)', text: [broke, ...new Set(notes)].join('\n') });
  }
  const mark = count.failed > 0 ? 'FAIL' : count.passed === 0 ? 'skip' : 'ok  ';
  const tests = `${count.passed + count.failed + count.skipped} tests`.padStart(9);
  console.log(`${mark}  ${name.padEnd(52)} ${tests} ${seconds.toFixed(1).padStart(6)} s`);
  for (const { title, text } of shown) {
    failures.push({ name, title });
    console.log(`\n  ${name} > ${title}\n${indent(text)}\n`);
  }
  if (shown.length > 0 && output.trim() !== '') {
    console.log(`  what ${name} printed:\n${indent(output.trim())}\n`);
  }
  const sum = sums.get(tier) ?? { passed: 0, failed: 0, skipped: 0, seconds: 0 };
  for (const key of Object.keys(count)) {
    sum[key] += count[key];
    total[key] += count[key];
  }
  sum.seconds += seconds;
  sums.set(tier, sum);
}

function hung(events, tier) {
  const open = [];
  for (const { type, name, nesting } of events) {
    if (type === 'note') continue;
    if (type === 'start') open.push({ name, nesting });
    else {
      const at = open.findLastIndex((one) => one.name === name && one.nesting === nesting);
      if (at >= 0) open.splice(at, 1);
    }
  }
  const where = open.at(-1);
  return where
    ? `still in “${where.name}” after ${tiers[tier]} s; ended by the runner`
    : `no test was open, but the process did not end in ${tiers[tier]} s: a socket, a timer, a child, a loop?`;
}

function crashed(code, signal, count) {
  if (code === 0 && count.passed + count.failed + count.skipped > 0) return null;
  if (code === 0) return 'no test ran';
  // A failed test makes the exit code 1 by itself.
  if (code === 1 && count.failed > 0) return null;
  return `the process ended with ${signal ?? `exit code ${code}`}`;
}

function indent(text) {
  return text.replaceAll(/^/gm, '    ');
}

function summarise() {
  console.log('');
  for (const [tier, { passed, failed, skipped, seconds }] of sums) {
    const parts = [`${passed} passed`, ...(failed ? [`${failed} failed`] : [])];
    if (skipped) parts.push(`${skipped} skipped`);
    console.log(`${tier.padEnd(12)} ${parts.join(', ')} (${seconds.toFixed(1)} s)`);
  }
  if (skips.length > 0) {
    const reasons = new Map();
    for (const skip of skips) {
      reasons.set(skip.reason, [...(reasons.get(skip.reason) ?? []), skip]);
    }
    console.log('\nSKIPPED, so not proven by this run:');
    for (const [reason, list] of reasons) {
      const names = [...new Set(list.map(({ name }) => name))].join(', ');
      console.log(`  ${list.length} × ${reason} (${names})`);
    }
  }
  if (failures.length > 0) {
    console.log('\nFAILED:');
    for (const { name, title } of failures) console.log(`  ${name} > ${title}`);
  }
  const { passed, failed, skipped } = total;
  console.log(`\n${passed} passed, ${failed} failed${skipped ? `, ${skipped} skipped` : ''}`);
}

function stop(reason) {
  console.error(`test: ${reason}`);
  console.log('0 passed, 1 failed');
  process.exit(1);
}
