// The built app, opened cold: bytes of script before the text can be written in, and how long that
// takes with an empty document and with one of 1 MB.

import type { Browser } from 'playwright-core';
import { BuiltApp } from '../helpers/built-app.ts';
import { aDocument } from './typing-page.ts';

const aims = { scriptKb: 130, editableMs: 1500 };
const TRIES = 3;

export async function measureLoads(browser: Browser): Promise<string[]> {
  const missed: string[] = [];
  const app = await BuiltApp.start();
  try {
    console.log('\nThe built app, opened cold (median of three)');
    for (const [name, bytes] of [
      ['empty', 0],
      ['100 KB', 100_000],
      ['1 MB', 1_000_000],
    ] as const) {
      const tries: Load[] = [];
      for (let i = 0; i < TRIES; i++) tries.push(await openCold(browser, app.url, bytes));
      const median = (of: (one: Load) => number) =>
        tries.map(of).sort((a, b) => a - b)[Math.floor(TRIES / 2)] ?? Number.NaN;
      const editable = median(({ editableMs }) => editableMs);
      const scriptKb = median(({ scriptBytes }) => scriptBytes) / 1024;
      console.log(
        `  ${name.padEnd(7)} editable after ${editable.toFixed(0)} ms, script ${scriptKb.toFixed(1)} KB gzip`,
      );
      if (bytes === 1_000_000 && editable > aims.editableMs) {
        missed.push(`1 MB editable after ${editable.toFixed(0)} ms`);
      }
      if (bytes === 0 && scriptKb > aims.scriptKb) missed.push(`script ${scriptKb.toFixed(1)} KB`);
    }
  } finally {
    await app.close();
  }
  return missed;
}

interface Load {
  readonly editableMs: number;
  readonly scriptBytes: number;
}

async function openCold(browser: Browser, url: string, bytes: number): Promise<Load> {
  const context = await browser.newContext({ baseURL: url });
  try {
    const page = await context.newPage();
    await context.request.post('/api/v1/session', { data: { name: 'Ada' } });
    const delta = [...aDocument(bytes), { insert: '\n' }];
    const reply = await context.request.post('/api/v1/documents', {
      data: { collection: 'docs', delta },
    });
    if (!reply.ok()) throw new Error(await reply.text());
    const { url: address } = (await reply.json()) as { url: string };
    // gzip is what the aim counts; a browser would take brotli, which is smaller.
    await page.setExtraHTTPHeaders({ 'accept-encoding': 'gzip' });
    const cdp = await context.newCDPSession(page);
    await cdp.send('Network.enable');
    const scripts = new Map<string, number>();
    let scriptBytes = 0;
    cdp.on('Network.responseReceived', ({ requestId, type, response }) => {
      if (type === 'Script') scripts.set(requestId, response.encodedDataLength);
    });
    cdp.on('Network.loadingFinished', ({ requestId, encodedDataLength }) => {
      // Without its headers.
      const head = scripts.get(requestId);
      if (head !== undefined) scriptBytes += encodedDataLength - head;
    });
    await page.addInitScript(() => {
      const watch = new MutationObserver(() => {
        const body = document.querySelector('[role=textbox][aria-multiline=true]');
        const root = body?.closest<HTMLElement>('.ql-container');
        if (body?.getAttribute('contenteditable') !== 'true' || !root || root.hidden) return;
        watch.disconnect();
        // Shown, too: after the frame that has it.
        requestAnimationFrame(() => {
          const channel = new MessageChannel();
          channel.port1.onmessage = () => {
            Object.assign(window, { editableAt: performance.now() });
          };
          channel.port2.postMessage(null);
        });
      });
      watch.observe(document, { subtree: true, childList: true, attributes: true });
    });
    await page.goto(new URL(address, url).pathname);
    const editableMs = await page
      .waitForFunction(() => (window as unknown as { editableAt?: number }).editableAt, null, {
        timeout: 30_000,
      })
      .then((handle) => handle.jsonValue());
    return { editableMs: editableMs ?? Number.NaN, scriptBytes };
  } finally {
    await context.close();
  }
}
