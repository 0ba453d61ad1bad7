// For everyone: phones, Chinese, dark, keyboards and screen readers. axe-core looks at every state and
// must find nothing serious.

import assert from 'node:assert/strict';
import axe from 'axe-core';
import type { Page } from 'playwright-core';
import { brokenLine, type Person, type PersonOptions, stories } from '../helpers/chromium.ts';
import { becomes, eventually } from '../helpers/eventually.ts';
import { DocumentPage } from './pages/document-page.ts';
import { HomePage } from './pages/home-page.ts';

const story = stories();

const rich = [
  { insert: 'Harvest plan' },
  { insert: '\n', attributes: { header: 1 } },
  { insert: 'We begin ' },
  { insert: 'early', attributes: { italic: true, bold: true } },
  { insert: ', see ' },
  { insert: 'the orchard', attributes: { link: 'https://example.org/' } },
  { insert: '.\nTools' },
  { insert: '\n', attributes: { header: 2 } },
  { insert: 'ladders' },
  { insert: '\n', attributes: { list: 'checked' } },
  { insert: 'baskets' },
  { insert: '\n', attributes: { list: 'unchecked' } },
  { insert: 'one' },
  { insert: '\n', attributes: { list: 'ordered' } },
  { insert: 'a quote' },
  { insert: '\n', attributes: { blockquote: true } },
  { insert: 'let code = 1;' },
  { insert: '\n', attributes: { 'code-block': true } },
  { insert: 'the end\n' },
];

/** Fails with what axe finds serious or critical. */
async function accessible(page: Page, state: string): Promise<void> {
  await page.evaluate(axe.source);
  // What is still fading in has no contrast yet.
  await page.evaluate(() =>
    Promise.allSettled(
      document
        .getAnimations()
        .filter((one) => one.effect?.getComputedTiming().iterations !== Number.POSITIVE_INFINITY)
        .map((one) => one.finished),
    ).then(() => undefined),
  );
  const results = await page.evaluate(() =>
    (window as unknown as { axe: typeof axe }).axe.run(document, {
      resultTypes: ['violations'],
      runOnly: ['wcag2a', 'wcag2aa', 'wcag21a', 'wcag21aa', 'wcag22aa', 'best-practice'],
    }),
  );
  const serious = results.violations
    .filter(({ impact }) => impact === 'serious' || impact === 'critical')
    .map(({ id, help, nodes }) => ({
      id,
      help,
      at: nodes.slice(0, 4).map((node) => `${node.target.join(' ')}: ${node.failureSummary ?? ''}`),
    }));
  assert.deepEqual(serious, [], state);
}

/** The states that every appearance is looked at in. */
async function lookAtEverything(person: Person, words: Words): Promise<void> {
  const { page } = person;
  const button = (name: string) => page.getByRole('button', { name, exact: true });
  await page.goto('/');
  await page.getByRole('button', { name: words.newDocument }).first().waitFor();
  await page.getByRole('searchbox').waitFor();
  await accessible(page, 'home, empty');

  const reply = await person.context.request.post('/api/v1/documents', {
    data: { collection: 'docs', title: 'Harvest', delta: rich },
  });
  const { url } = (await reply.json()) as { url: string };
  await page.reload();
  await page.getByRole('link', { name: /^Harvest/ }).waitFor();
  await accessible(page, 'home');
  await page.getByRole('searchbox', { name: words.search }).fill('heron');
  await page.getByText('heron').first().waitFor();
  await accessible(page, 'home, nothing found');

  await page.goto(new URL(url, person.at).pathname);
  const body = page.getByRole('textbox', { name: words.body });
  await eventually(
    'editable',
    () => body.getAttribute('contenteditable'),
    (v) => v === 'true',
  );
  await accessible(page, 'document');
  await button(words.share).click();
  await page.getByRole('dialog').waitFor();
  await accessible(page, 'share');
  await page.keyboard.press('Escape');
  await button(words.menu).click();
  await page.getByRole('menu').waitFor();
  await accessible(page, 'document menu');
  await page.keyboard.press('Escape');
  await body.focus();
  await page.keyboard.press('Control+F');
  await page.getByRole('search').waitFor();
  await accessible(page, 'find');
  await page.keyboard.press('Escape');
}

interface Words {
  readonly newDocument: string;
  readonly search: string;
  readonly body: string;
  readonly share: string;
  readonly menu: string;
}
const english: Words = {
  newDocument: 'New document',
  search: 'Search documents',
  body: 'Document body',
  share: 'Share',
  menu: 'Document menu',
};
const chinese: Words = {
  newDocument: '新建文档',
  search: '搜索文档',
  body: '文档正文',
  share: '分享',
  menu: '文档菜单',
};

const appearances: [string, PersonOptions, Words][] = [
  ['in light', {}, english],
  ['in dark', { colorScheme: 'dark' }, english],
  ['on a phone', { isPhone: true }, english],
  ['in Chinese', { locale: 'zh-CN' }, chinese],
  [
    'in forced colours, without motion',
    { forcedColors: 'active', reducedMotion: 'reduce' },
    english,
  ],
];
for (const [name, options, words] of appearances) {
  story(
    `axe finds nothing serious ${name}`,
    async ({ person }) => {
      await lookAtEverything(await person('Ada', options), words);
    },
    { timeoutMs: 90_000 },
  );
}

story(
  'axe finds nothing serious offline, with menus open, with others, without access',
  async ({ person }) => {
    const [ada, bob] = [await person('Ada'), await person('Bob')];
    bob.expects(brokenLine);
    bob.expects(/status of 403/);
    const mine = await DocumentPage.create(ada, { title: 'Harvest', delta: rich });
    const theirs = await DocumentPage.open(bob, mine.path);
    await mine.typeAtEnd('Ada');
    await theirs.seesCaretOf('Ada');
    await accessible(bob.page, 'with others');
    await theirs.tool('Text colour').click();
    await bob.page.getByRole('menu').waitFor();
    await accessible(bob.page, 'colours');
    await bob.page.keyboard.press('Escape');
    await theirs.tool(/^Paragraph style/).click();
    await bob.page.getByRole('menu').waitFor();
    await accessible(bob.page, 'styles');
    await bob.page.keyboard.press('Escape');
    await theirs.selectAll();
    await bob.page.keyboard.press('Control+K');
    await bob.page.getByRole('textbox', { name: 'Link address' }).waitFor();
    await accessible(bob.page, 'link');
    await bob.page.keyboard.press('Escape');
    await bob.page.keyboard.press('Control+/');
    await bob.page.getByRole('dialog', { name: 'Shortcuts' }).waitFor();
    await accessible(bob.page, 'shortcuts');
    await bob.page.keyboard.press('Escape');
    await bob.context.setOffline(true);
    await theirs.says('Offline');
    await accessible(bob.page, 'offline');
    await theirs.saveState.getByRole('button').click();
    await bob.page.getByRole('dialog').waitFor();
    await accessible(bob.page, 'what offline means');
    await bob.context.setOffline(false);
    await theirs.saved({ withinMs: 20_000 });
    const access = await ada.context.request.put(
      `${mine.path.replace('/d/', '/api/v1/documents/')}/access`,
      {
        data: { link: 'none' },
      },
    );
    assert.equal(access.ok(), true);
    await bob.page.getByText('You no longer have access to this document').waitFor();
    await accessible(bob.page, 'access lost');
    await bob.page.goto(mine.path);
    await bob.page.getByRole('heading', { name: 'You do not have access' }).waitFor();
    await accessible(bob.page, 'no access');
  },
  { timeoutMs: 90_000 },
);

story(
  'on a phone one writes, formats and shares without scrolling sideways',
  async ({ person }) => {
    const ada = await person('Ada', { isPhone: true });
    const home = await HomePage.open(ada);
    const mine = await home.create();
    await mine.body.tap();
    await ada.page.keyboard.type('On the way');
    await mine.selectAll();
    await mine.tool('Bold').tap();
    await mine.saved();
    assert.deepEqual(await mine.storedOps(), [
      { insert: 'On the way', attributes: { bold: true } },
      { insert: '\n' },
    ]);
    const wider = () =>
      ada.page.evaluate(() => document.documentElement.scrollWidth - window.innerWidth);
    assert.ok((await wider()) <= 0, 'the page is not wider than the phone');
    const sizes = await mine.toolbar
      .getByRole('button')
      .evaluateAll((buttons) => buttons.map((button) => button.getBoundingClientRect().height));
    assert.ok(Math.min(...sizes) >= 44, `buttons a finger can press: ${sizes}`);
    await ada.page.getByRole('button', { name: 'Share', exact: true }).tap();
    await ada.page.getByRole('dialog', { name: 'Share' }).waitFor();
    await ada.page.keyboard.press('Escape');
    await ada.page.setViewportSize({ width: 320, height: 640 });
    await becomes('no sideways scrolling at 320 px', async () => (await wider()) <= 0, true);
  },
);

story('a Chinese browser gets Chinese, and can choose English', async ({ person }) => {
  const ada = await person('阿达', { locale: 'zh-CN' });
  await ada.page.goto('/');
  assert.equal(await ada.page.evaluate(() => document.documentElement.lang), 'zh-CN');
  await ada.page.getByRole('button', { name: '新建文档' }).first().click();
  await ada.page.waitForURL(/\/d\//);
  const body = ada.page.getByRole('textbox', { name: '文档正文' });
  await eventually(
    'editable',
    () => body.getAttribute('contenteditable'),
    (v) => v === 'true',
  );
  await body.focus();
  await ada.page.keyboard.type('果园计划');
  await ada.page.getByRole('status').getByText('已保存').waitFor();
  await ada.page.getByRole('list', { name: /./ }).getByRole('button', { name: /阿达/ }).click();
  await ada.page.getByRole('menuitem', { name: /语言/ }).click();
  await ada.page.getByRole('menuitemradio', { name: 'English' }).click();
  const english = new DocumentPage(ada);
  await english.ready();
  await english.shows('果园计划');
  assert.equal(await ada.page.evaluate(() => document.documentElement.lang), 'en');
});

story(
  'dark is chosen in the account menu and stays, before any script runs',
  async ({ person }) => {
    const ada = await person('Ada');
    const mine = await DocumentPage.create(ada, { text: 'x' });
    const paper = () =>
      ada.page.evaluate(() => getComputedStyle(document.documentElement).backgroundColor);
    const light = await paper();
    await mine.peopleHere.getByRole('button', { name: /Ada/ }).click();
    await mine.menuItem(/Appearance/).click();
    const kept = ada.page.waitForResponse(
      (response) => response.request().method() === 'PATCH' && /session/.test(response.url()),
    );
    await mine.menuItem('Dark').click();
    await eventually('the paper is dark', paper, (color) => color !== light);
    await kept;
    const dark = await paper();
    await ada.page.reload();
    assert.equal(await paper(), dark);
  },
);

story('on paper there is the text and nothing else', async ({ person }) => {
  const ada = await person('Ada', { colorScheme: 'dark' });
  const mine = await DocumentPage.create(ada, { title: 'Harvest', delta: rich });
  await mine.saved();
  await ada.page.emulateMedia({ media: 'print' });
  await mine.toolbar.waitFor({ state: 'hidden' });
  await ada.page.getByRole('button', { name: 'Share', exact: true }).waitFor({ state: 'hidden' });
  await mine.body.getByRole('heading', { name: 'Harvest plan' }).waitFor();
  const ink = await mine.body.evaluate((body) => getComputedStyle(body).color);
  assert.match(
    ink,
    /^rgb\((\d|[1-5]\d), (\d|[1-5]\d), (\d|[1-5]\d)\)$/,
    'dark ink, also in the dark',
  );
});
