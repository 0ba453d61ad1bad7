// The editor alone in real Chromium: a small bundle of it on a page without a server. One browser for a
// test file; every test gets a page of its own.

import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { after, test } from 'node:test';
import { build } from 'esbuild';
import type { Browser, CDPSession, Page } from 'playwright-core';
import { launchChromium, noChromium } from './chromium.ts';
import type { Harness } from './editor-harness.ts';
import { root } from './sources.ts';

export type { Harness };

/** Secure, so that the clipboard is there; nothing listens at it. */
const ORIGIN = 'http://localhost:1';
const STYLES = ['tokens', 'base', 'editor'];

let bundle: Promise<string> | null = null;

/** The harness as one script; made once in a process. */
function script(): Promise<string> {
  bundle ??= build({
    entryPoints: [join(root, 'test/helpers/editor-harness.ts')],
    bundle: true,
    write: false,
    format: 'iife',
    target: 'es2022',
    logLevel: 'silent',
  }).then(({ outputFiles }) => outputFiles[0]!.text);
  return bundle;
}

export interface EditorPage {
  readonly page: Page;
  readonly cdp: CDPSession;
  /** Runs in the page with the harness. */
  run<A, R>(work: (harness: Harness, argument: A) => R, argument?: A): Promise<Awaited<R>>;
}

export type EditorTest = (title: string, run: (editor: EditorPage) => Promise<void>) => void;

/** Call once at the top of a file. A test fails on any exception or error in its page. */
export function editorTests(options: { timeoutMs?: number } = {}): EditorTest {
  let browser: Promise<Browser> | null = null;
  after(async () => {
    await (await browser)?.close();
  });
  return (title, run) => {
    const settings = { skip: noChromium || false, timeout: options.timeoutMs ?? 90_000 };
    test(title, settings, async () => {
      browser ??= launchChromium();
      const page = await (await browser).newPage({ viewport: { width: 1000, height: 700 } });
      const problems: string[] = [];
      page.on('pageerror', (error) => problems.push(error.stack ?? error.message));
      page.on('console', (message) => {
        if (message.type() === 'error') problems.push(message.text());
      });
      try {
        await run(await openEditor(page));
        if (problems.length > 0) throw new Error(problems.join('\n'));
      } finally {
        await page.close();
      }
    });
  };
}

/** The editor on a page that is there already, ready to be written in. */
export async function openEditor(page: Page): Promise<EditorPage> {
  const code = await script();
  const style = STYLES.map((name) => readFileSync(join(root, `client/styles/${name}.css`), 'utf8'));
  const html = `<!doctype html><html lang="en"><meta charset="utf-8"><title>editor</title>
<style>${style.join('\n')} body { max-width: 720px; margin: 48px auto 0; }</style>
<body><script src="/harness.js"></script></body></html>`;
  await page.route('**/*', (route) => {
    const { pathname } = new URL(route.request().url());
    if (pathname === '/') return route.fulfill({ contentType: 'text/html', body: html });
    if (pathname === '/harness.js')
      return route.fulfill({ contentType: 'text/javascript', body: code });
    return route.fulfill({ status: 204, body: '' });
  });
  await page.goto(`${ORIGIN}/`);
  const cdp = await page.context().newCDPSession(page);
  return {
    page,
    cdp,
    async run(work, argument) {
      // tsx names inner functions with a helper that pages do not have.
      await page.evaluate('globalThis.__name ??= (f) => f');
      const source = `(argument) => (${work.toString()})(window.harness, argument)`;
      return page.evaluate(`(${source})(${JSON.stringify(argument ?? null)})`) as never;
    },
  };
}
