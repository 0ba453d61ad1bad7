// What a key costs: main-thread work per key, and the time from the key to the end of the paint that
// shows it, in documents of 1 KB, 100 KB and 1 MB, for ASCII and other keys, alone and with somebody
// else writing ten times a second; ours beside stock Quill 2 in the same browser. Then the real app:
// bytes of script and time until a document can be written in. Takes a few minutes; `quick` measures
// fewer keys.

import type { Browser } from 'playwright-core';
import { launchChromium } from '../helpers/chromium.ts';
import { measureLoads } from './typing-load.ts';
import { aDocument, type Engine, openTyping } from './typing-page.ts';

interface Case {
  readonly bytes: number;
  readonly key: string;
  readonly remote: boolean;
}

const sizes = [
  { name: '1 KB', bytes: 1_000 },
  { name: '100 KB', bytes: 100_000 },
  { name: '1 MB', bytes: 1_000_000 },
];
const keys = ['a', '汉'];

/** What we aim for, p95 in ms: main-thread work per key, and key to end of paint. */
const aims: Record<string, { work: number; paint?: number }> = {
  '100 KB': { work: 6 },
  '1 MB': { work: 12, paint: 34 },
};

export async function run(args: readonly string[]): Promise<void> {
  const count = args.includes('quick') ? 25 : 60;
  const only = args.find((arg) => arg === 'ours' || arg === 'stock') as Engine | undefined;
  const browser = await launchChromium();
  const missed: string[] = [];
  try {
    console.log(`Chromium ${browser.version()}, ${count} keys each; ms, p50 / p95\n`);
    console.log(
      row(['document', 'key', 'others', 'engine', 'work', 'of it script', 'key → paint']),
    );
    for (const { name, bytes } of sizes) {
      for (const key of keys) {
        for (const remote of [false, true]) {
          for (const engine of ['ours', 'stock'] as const) {
            if (only && only !== engine) continue;
            const measured = await measure(browser, engine, { bytes, key, remote }, count);
            const { work, script, paint } = measured;
            console.log(
              row([
                name,
                key,
                remote ? '10 ops/s' : 'alone',
                engine,
                pair(work),
                pair(script),
                pair(paint),
              ]),
            );
            const aim = aims[name];
            if (engine !== 'ours' || !aim) continue;
            const where = `${name}, ${key}, ${remote ? 'with others' : 'alone'}`;
            if (p95(work) > aim.work) missed.push(`${where}: work ${p95(work).toFixed(1)}`);
            if (aim.paint && p95(paint) > aim.paint) {
              missed.push(`${where}: paint ${p95(paint).toFixed(1)}`);
            }
          }
        }
      }
    }
    if (!only) missed.push(...(await measureLoads(browser)));
  } finally {
    await browser.close();
  }
  console.log(missed.length === 0 ? '\nEvery aim is met.' : `\nMissed:\n  ${missed.join('\n  ')}`);
}

interface Measured {
  readonly work: readonly number[];
  readonly script: readonly number[];
  readonly paint: readonly number[];
}

async function measure(
  browser: Browser,
  engine: Engine,
  { bytes, key, remote }: Case,
  count: number,
): Promise<Measured> {
  const typing = await openTyping(browser, engine, aDocument(bytes));
  try {
    await typing.caretToMiddle();
    // The first keys compile the code and lay out what is around the caret.
    await typing.type(key, 10);
    if (remote) await typing.startRemote();
    const samples = await typing.type(key, count);
    return {
      work: samples.map(({ script, render }) => script + render),
      script: samples.map(({ script }) => script),
      paint: samples.map(({ paint }) => paint),
    };
  } finally {
    await typing.close();
  }
}

const quantile = (values: readonly number[], share: number): number => {
  const sorted = [...values].sort((a, b) => a - b);
  return sorted[Math.min(sorted.length - 1, Math.floor(sorted.length * share))] ?? Number.NaN;
};
const p95 = (values: readonly number[]) => quantile(values, 0.95);
const pair = (values: readonly number[]) =>
  `${quantile(values, 0.5).toFixed(1)} / ${p95(values).toFixed(1)}`;
const row = (cells: readonly string[]) =>
  cells.map((cell, i) => cell.padEnd([9, 4, 9, 7, 15, 15, 0][i] ?? 0)).join(' ');
