// What a large change costs in a document of 1 MB: a long paste, Replace all, Bold on everything, all of it
// deleted, and undo of each. For each: how long the page stands still at once, the longest it stands
// still afterwards, and when nothing is left to be made. `quick` takes 200 KB.

import type { DeltaOp } from '../../core/delta.ts';
import { launchChromium } from '../helpers/chromium.ts';
import { type Harness, openEditor } from '../helpers/editor-page.ts';
import { aDocument } from './typing-page.ts';

/** Above this somebody would call it slow, ms: at once, and any pause after it. */
const aims = { at: 1000, after: 500 };

export interface Change {
  readonly name: string;
  /** Runs in the page. */
  readonly work: (harness: Harness, argument: DeltaOp[]) => void;
}

const undo = (harness: Harness) => harness.editor.undo();

const changes: readonly Change[] = [
  {
    name: 'paste of 200 KB',
    work: (harness, pasted) => {
      const at = Math.floor(harness.quill.getLength() / 2);
      const delta = [{ retain: at }, ...pasted];
      harness.quill.updateContents(delta as never, 'user');
    },
  },
  { name: 'its undo', work: undo },
  {
    name: 'replace all',
    work: (harness) => {
      harness.editor.openFind('harvest');
      harness.editor.replaceAll('vintage');
      harness.editor.closeFind();
    },
  },
  { name: 'its undo', work: undo },
  {
    name: 'bold on everything',
    work: (harness) => {
      harness.editor.select({ index: 0, length: harness.quill.getLength() - 1 });
      harness.editor.format('bold', true);
    },
  },
  { name: 'its undo', work: undo },
  {
    name: 'heading on everything',
    work: (harness) => {
      harness.editor.select({ index: 0, length: harness.quill.getLength() - 1 });
      harness.editor.format('header', 2);
    },
  },
  { name: 'its undo', work: undo },
  {
    name: 'everything deleted',
    work: (harness) => {
      const length = harness.quill.getLength();
      harness.editor.select({ index: 0, length: length - 1 });
      harness.quill.deleteText(0, length - 1, 'user');
    },
  },
  { name: 'its undo', work: undo },
];

export async function run(args: readonly string[]): Promise<void> {
  const bytes = args.includes('quick') ? 200_000 : 1_000_000;
  const browser = await launchChromium();
  const missed: string[] = [];
  try {
    const page = await browser.newPage({ viewport: { width: 1280, height: 800 } });
    const editor = await openEditor(page);
    const content = [...aDocument(bytes), { insert: '\n' }];
    const pasted = aDocument(200_000);
    await editor.run((harness, ops) => {
      harness.open(ops as never, 5);
    }, content);
    await page.evaluate(SETTLED);
    console.log(`Chromium ${browser.version()}, ${bytes / 1000} KB; ms\n`);
    console.log('change                    at once  pause after  settled');
    for (const { name, work } of changes) {
      const source = `(() => { const started = performance.now(); (${work.toString()})(window.harness, ${JSON.stringify(pasted)}); return ${SETTLED} })()`;
      await page.evaluate('globalThis.__name ??= (f) => f');
      const [at, pause, settled] = (await page.evaluate(source)) as [number, number, number];
      console.log(
        `${name.padEnd(24)} ${at.toFixed(0).padStart(8)} ${pause.toFixed(0).padStart(12)} ${settled.toFixed(0).padStart(8)}`,
      );
      if (at > aims.at) missed.push(`${name}: ${at.toFixed(0)} ms at once`);
      if (pause > aims.after) missed.push(`${name}: ${pause.toFixed(0)} ms after`);
    }
    const isTrue = await editor.run(
      (harness) => JSON.stringify(harness.ops()) === JSON.stringify(harness.fresh()),
    );
    if (!isTrue) missed.push('the engine does not have what the page says');
  } finally {
    await browser.close();
  }
  console.log(missed.length === 0 ? '\nEvery aim is met.' : `\nMissed:\n  ${missed.join('\n  ')}`);
}

/**
 * Puts the caret somewhere (while all is selected, all is laid out, and making lines waits), and ticks
 * until no lines wait: what was done at once, the longest gap between two ticks beyond the tick, the
 * whole.
 */
const SETTLED = `new Promise((resolve) => {
  const from = performance.now();
  const began = typeof started === 'number' ? started : from;
  setTimeout(() => window.harness.editor.select({ index: 5, length: 0 }), 300);
  const { scroll } = window.harness.quill;
  let last = from;
  let longest = 0;
  let quiet = 0;
  const channel = new MessageChannel();
  channel.port1.onmessage = () => {
    const now = performance.now();
    longest = Math.max(longest, now - last - 25);
    last = now;
    quiet = scroll.waitingSections().length === 0 ? quiet + 1 : 0;
    if (quiet > 0 && now - from > 600 || now - from > 60000) {
      resolve([from - began, longest, now - began]);
    } else setTimeout(() => channel.port2.postMessage(null), 25);
  };
  channel.port2.postMessage(null);
})`;
