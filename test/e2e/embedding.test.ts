// A document inside another site's page: the example of docs/embedding as the host, on another site than
// the server, as browsers see it (127.0.0.1 and localhost).

import assert from 'node:assert/strict';
import { type ChildProcess, spawn } from 'node:child_process';
import axe from 'axe-core';
import type { FrameLocator, Page } from 'playwright-core';
import { stories } from '../helpers/chromium.ts';
import { becomes, eventually } from '../helpers/eventually.ts';
import { freePort } from '../helpers/free-port.ts';
import { root } from '../helpers/sources.ts';

const port = await freePort();
const secret = 'a secret of 32 bytes, for stories only';
const story = stories({
  EMBED_ISSUER: 'example-host',
  EMBED_AUDIENCE: 'deltapad',
  EMBED_KEY: secret,
  FRAME_ANCESTORS: `http://127.0.0.1:${port}`,
});
const host = `http://127.0.0.1:${port}`;

function startHost(url: string, seconds: number): Promise<ChildProcess> {
  const child = spawn(process.execPath, ['docs/embedding/host.mjs'], {
    cwd: root,
    stdio: ['ignore', 'pipe', 'inherit'],
    env: {
      PATH: process.env.PATH ?? '',
      DELTAPAD_URL: url,
      EMBED_KEY: secret,
      PORT: String(port),
      SECONDS: String(seconds),
    },
  });
  return new Promise((resolve, reject) => {
    child.stdout?.once('data', () => resolve(child));
    child.once('exit', (code) => reject(new Error(`the host ended with ${code}`)));
  });
}
const stopHost = (child: ChildProcess) =>
  new Promise<void>((resolve) => {
    child.removeAllListeners('exit');
    child.once('exit', () => resolve());
    child.kill();
  });

const notes = (page: Page): FrameLocator => page.frameLocator('iframe[title="Notes"]');
const body = (page: Page) => notes(page).getByRole('textbox', { name: 'Document body' });
const shows = (page: Page, text: string) =>
  eventually(
    `“${text}” in the frame`,
    async () => (await body(page).textContent()) ?? '',
    (found) => found.includes(text),
  );

async function accessible(page: Page, state: string): Promise<void> {
  await page.evaluate(axe.source);
  for (const frame of page.frames()) await frame.evaluate(axe.source);
  const { violations } = await page.evaluate(() =>
    (window as unknown as { axe: typeof axe }).axe.run(
      { include: [['iframe']] },
      { resultTypes: ['violations'], runOnly: ['wcag2a', 'wcag2aa', 'wcag21aa', 'wcag22aa'] },
    ),
  );
  const found = violations.map(({ id, nodes }) => `${id}: ${nodes[0]?.target.join(' ')}`);
  assert.deepEqual(found, [], state);
}

story(
  'people of a host application write in its page, and the session is renewed',
  async (stage) => {
    const { person, app, afterwards } = stage;
    // The frame asks for a fresh token after half of this time.
    const child = await startHost(app.url, 8);
    afterwards(() => stopHost(child));
    const ada = await person('Somebody else here');
    await ada.page.goto(`${host}/?as=ada`);
    await body(ada.page).click();
    await ada.page.keyboard.type('Written in a frame. ');
    const grace = await person('Nobody');
    await grace.page.goto(`${host}/?as=grace`);
    await shows(grace.page, 'Written in a frame.');
    await becomes(
      'a viewer cannot write',
      () => body(grace.page).getAttribute('contenteditable'),
      'false',
    );
    const frame = notes(ada.page);
    await frame.getByRole('listitem', { name: 'Grace', exact: true }).waitFor();
    for (const absent of ['Share', 'Home', 'Account: Ada']) {
      assert.equal(await frame.getByRole('button', { name: absent }).count(), 0, absent);
      assert.equal(await frame.getByRole('link', { name: absent }).count(), 0, absent);
    }
    await accessible(ada.page, 'the frame');

    // Past the end of the first token, the same page goes on.
    const cookies = () => ada.context.cookies(app.url);
    const first = (await cookies()).find(({ name }) => name === 'deltapad-embed');
    assert.ok(first?.httpOnly && first.secure && first.sameSite === 'None');
    await eventually(
      'a renewed session',
      async () => (await cookies()).find(({ name }) => name === 'deltapad-embed')?.expires ?? 0,
      (expires) => expires > first.expires + 8,
      { withinMs: 25_000 },
    );
    await body(ada.page).click();
    await ada.page.keyboard.type('And after the first token. ');
    await shows(grace.page, 'And after the first token.');
  },
);

story('a frame says so when its session has ended, keeps the text, and goes on', async (stage) => {
  const { person, app, afterwards } = stage;
  const child = await startHost(app.url, 5);
  afterwards(() => stopHost(child));
  const ada = await person('Ada');
  // The host does not answer when it is asked for a fresh token, for a while.
  let isAway = false;
  await ada.page.route('**/token?*', (route) => (isAway ? route.abort() : route.continue()));
  ada.expects(/ERR_FAILED|Failed to fetch|status of 401/);
  await ada.page.goto(`${host}/?as=ada&document=orders/2`);
  await body(ada.page).click();
  await ada.page.keyboard.type('Before. ');
  isAway = true;
  const frame = notes(ada.page);
  await frame.getByText('Waiting for the page around this document').waitFor();
  await shows(ada.page, 'Before.');
  isAway = false;
  await ada.page.evaluate('giveToken()');
  await frame.getByRole('toolbar', { name: 'Formatting' }).waitFor();
  await body(ada.page).click();
  await ada.page.keyboard.type('After. ');
  const other = await person('Other');
  await other.page.goto(`${host}/?as=grace&document=orders/2`);
  await shows(other.page, 'After.');
});

story('a frame says what is wrong: no cookie, no good token, no page around it', async (stage) => {
  const { person, app, afterwards } = stage;
  const child = await startHost(app.url, 60);
  afterwards(() => stopHost(child));
  const ada = await person('Ada', { isPhone: true });
  ada.expects(/status of 40[13]/);
  const { page } = ada;
  await page.goto(`${host}/?as=ada&document=Not%20a%20name`);
  await notes(page).getByRole('heading', { name: 'This document cannot be shown here' }).waitFor();
  await page.getByText('The notes cannot be shown: ').waitFor();

  // As with a browser that keeps no cookies of frames at all.
  await page.route('**/embed', async (route) => {
    if (route.request().method() !== 'POST') return route.continue();
    const reply = await route.fetch();
    const { 'set-cookie': _dropped, ...headers } = reply.headers();
    await route.fulfill({ response: reply, headers });
  });
  await page.goto(`${host}/?as=ada&document=orders/3`);
  await notes(page).getByRole('heading', { name: 'Your browser keeps no cookie here' }).waitFor();
  await accessible(page, 'cookies are blocked');
  await page.unroute('**/embed');

  await page.goto('/embed');
  await page.getByRole('heading', { name: 'This page belongs inside another site' }).waitFor();
  await page.goto(`${host}/?as=ada`);
  // Everything else refuses to be framed.
  ada.expects(/frame-ancestors|Refused to (frame|display)|Framing|ERR_BLOCKED_BY_RESPONSE/);
  await page.evaluate((src) => {
    const frame = document.createElement('iframe');
    frame.title = 'Home';
    frame.src = src;
    document.body.append(frame);
  }, app.url);
  await eventually(
    'the refused frame',
    () => Promise.resolve(page.frames().map((frame) => frame.url())),
    (urls) => urls.some((url) => url.startsWith('chrome-error:')),
  );
});
