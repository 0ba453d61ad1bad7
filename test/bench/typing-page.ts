// One editor on a page, typed into with real key events, timed from inside.

import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { build } from 'esbuild';
import type { Browser } from 'playwright-core';
import type { DeltaOp } from '../../core/delta.ts';
import { root } from '../helpers/sources.ts';
import type { Sample, Typing } from './typing-harness.ts';

export type Engine = 'ours' | 'stock';

export interface TypingPage {
  /** Puts the caret into the paragraph in the middle, in the middle of the window. */
  caretToMiddle(): Promise<void>;
  type(key: string, count: number): Promise<Sample[]>;
  /** Somebody else inserts a letter ten times a second, a third of the way into the document. */
  startRemote(): Promise<void>;
  close(): Promise<void>;
}

const bundles = new Map<Engine, Promise<string>>();

function bundle(engine: Engine): Promise<string> {
  let made = bundles.get(engine);
  if (!made) {
    made = build({
      entryPoints: [join(root, `test/bench/typing-${engine}.ts`)],
      bundle: true,
      minify: true,
      write: false,
      format: 'iife',
      target: 'es2022',
      logLevel: 'silent',
    }).then(({ outputFiles }) => outputFiles[0]!.text);
    bundles.set(engine, made);
  }
  return made;
}

export async function openTyping(
  browser: Browser,
  engine: Engine,
  content: readonly DeltaOp[],
): Promise<TypingPage> {
  const page = await browser.newPage({ viewport: { width: 1280, height: 800 } });
  const style = ['tokens', 'base', 'editor'].map((name) =>
    readFileSync(join(root, `client/styles/${name}.css`), 'utf8'),
  );
  await page.setContent(`<!doctype html><style>${style.join('\n')}
    body { max-width: 720px; margin: 48px auto; }
    .stock .ql-editor > :is(p, h1, h2, h3) { margin: 12px 0 0; }</style><div id="place"></div>`);
  await page.addScriptTag({ content: await bundle(engine) });
  const cdp = await page.context().newCDPSession(page);
  await page.evaluate((ops) => window.typing.open(ops), content as DeltaOp[]);
  return {
    async caretToMiddle() {
      await page.evaluate(() => window.typing.caretToMiddle());
      await page.evaluate(() => window.typing.quiet());
    },
    async type(key, count) {
      await page.evaluate(() => window.typing.begin());
      for (let i = 0; i < count; i++) {
        await cdp.send('Input.dispatchKeyEvent', { type: 'keyDown', key, text: key });
        await cdp.send('Input.dispatchKeyEvent', { type: 'keyUp', key });
        // Typing at 20 keys a second, never in step with the frames.
        await page.waitForTimeout(43 + ((i * 7) % 13));
      }
      return page.evaluate(() => window.typing.end());
    },
    startRemote: () => page.evaluate(() => window.typing.startRemote()),
    close: () => page.close(),
  };
}

declare global {
  interface Window {
    typing: Typing;
  }
}

const WORDS =
  'orchard ladder harvest basket the of and in when under apples are carried early every morning'.split(
    ' ',
  );

/** A document of about that many bytes of text: paragraphs, some bold, links, headings and lists. */
export function aDocument(bytes: number): DeltaOp[] {
  const ops: DeltaOp[] = [];
  let size = 0;
  const put = (insert: string, attributes?: Record<string, unknown>) => {
    ops.push(attributes ? { insert, attributes } : { insert });
    size += insert.length;
  };
  const words = (seed: number, length: number) => {
    let text = '';
    for (let i = seed; text.length < length; i++)
      text += `${WORDS[(i * 7 + seed) % WORDS.length]} `;
    return text;
  };
  for (let line = 0; size < bytes; line++) {
    if (line % 25 === 0) {
      put(words(line, 20).trim());
      put('\n', { header: 1 + (line % 3) });
    } else if (line % 25 > 20) {
      put(words(line, 60).trim());
      put('\n', { list: line % 2 ? 'bullet' : 'ordered' });
    } else {
      put(words(line, 40));
      put('carefully', line % 3 ? { bold: true } : { link: 'https://example.org/' });
      put(` ${words(line + 3, 45).trim()}\n`);
    }
  }
  return ops;
}
