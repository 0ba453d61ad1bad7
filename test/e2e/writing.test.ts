// One person writing with all there is: toolbar, shortcuts, Markdown, links, lists, images, search, IME.

import assert from 'node:assert/strict';
import { stories } from '../helpers/chromium.ts';
import { drawPng } from '../helpers/clipboard.ts';
import { becomes, eventually } from '../helpers/eventually.ts';
import { DocumentPage } from './pages/document-page.ts';

const story = stories();

story('the toolbar formats, shows what is on, and is one Tab stop', async ({ person }) => {
  const ada = await person('Ada');
  const mine = await DocumentPage.create(ada, { text: 'plain' });
  await mine.selectAll();
  await mine.tool('Bold').click();
  await becomes('Bold is pressed', () => mine.tool('Bold').getAttribute('aria-pressed'), 'true');
  await mine.saved();
  assert.deepEqual(await mine.storedOps(), [
    { insert: 'plain', attributes: { bold: true } },
    { insert: '\n' },
  ]);
  await ada.page.keyboard.press('Alt+F10');
  await ada.page.keyboard.press('Home');
  const focused = () =>
    ada.page.evaluate(() => document.activeElement?.getAttribute('aria-label') ?? '');
  assert.match(await focused(), /^Undo/);
  await ada.page.keyboard.press('ArrowRight');
  assert.match(await focused(), /^Redo/);
  await ada.page.keyboard.press('Escape');
  assert.equal(await focused(), 'Document body');
  const stops = await mine.toolbar
    .getByRole('button')
    .evaluateAll(
      (buttons) => buttons.filter((button) => (button as HTMLElement).tabIndex === 0).length,
    );
  assert.equal(stops, 1);
});

story('a paragraph becomes a heading by menu, by key and by Markdown', async ({ person }) => {
  const ada = await person('Ada');
  const mine = await DocumentPage.create(ada, { text: '' });
  await mine.body.focus();
  await ada.page.keyboard.type('By menu');
  await mine.choose(/^Paragraph style/, /^Heading 1/);
  await ada.page.keyboard.press('End');
  await ada.page.keyboard.press('Enter');
  await ada.page.keyboard.type('By key');
  await ada.page.keyboard.press('Control+Alt+2');
  await ada.page.keyboard.press('Enter');
  await ada.page.keyboard.type('### By Markdown');
  await mine.body.getByRole('heading', { level: 1, name: 'By menu' }).waitFor();
  await mine.body.getByRole('heading', { level: 2, name: 'By key' }).waitFor();
  await mine.body.getByRole('heading', { level: 3, name: 'By Markdown' }).waitFor();
  // The outline beside the text leads there.
  const outline = ada.page.getByRole('navigation', { name: 'Outline' });
  await outline.getByText('By key').waitFor();
  await mine.saved();
});

story('Ctrl+K asks for an address, Enter sets the link, Escape leaves', async ({ person }) => {
  const ada = await person('Ada');
  const mine = await DocumentPage.create(ada, { text: 'the orchard' });
  await mine.selectAll();
  await ada.page.keyboard.press('Control+K');
  const address = ada.page.getByRole('textbox', { name: 'Link address' });
  await address.fill('example.org/orchard');
  await ada.page.keyboard.press('Enter');
  const link = mine.body.getByRole('link', { name: 'the orchard' });
  await link.waitFor();
  assert.match((await link.getAttribute('href')) ?? '', /^https?:\/\/example\.org\/orchard$/);
  await mine.saved();
  await mine.selectAll();
  await mine.tool('Link').click();
  await address.waitFor();
  await ada.page.keyboard.press('Escape');
  await address.waitFor({ state: 'detached' });
  await becomes(
    'the focus is in the body',
    () => mine.body.evaluate((body) => body === document.activeElement),
    true,
  );
});

story(
  'a checklist is made by Markdown, ticked by pointer and by key, and stored',
  async ({ person }) => {
    const ada = await person('Ada');
    const mine = await DocumentPage.create(ada, { text: '' });
    await mine.body.focus();
    await ada.page.keyboard.type('[] ladders');
    await ada.page.keyboard.press('Enter');
    await ada.page.keyboard.type('baskets');
    const boxes = mine.body.getByRole('checkbox');
    await becomes('boxes', () => boxes.count(), 2);
    await boxes.first().click();
    await eventually('the first is ticked', () => boxes.first().isChecked(), Boolean);
    await ada.page.keyboard.press('Control+Enter');
    await eventually('the second is ticked', () => boxes.nth(1).isChecked(), Boolean);
    await mine.saved();
    assert.deepEqual(await mine.storedOps(), [
      { insert: 'ladders' },
      { insert: '\n', attributes: { list: 'checked' } },
      { insert: 'baskets' },
      { insert: '\n', attributes: { list: 'checked' } },
    ]);
  },
);

story('find and replace finds, counts, replaces one and all, and closes', async ({ person }) => {
  const ada = await person('Ada');
  const mine = await DocumentPage.create(ada, { text: 'pear apple pear\nApple pear' });
  await mine.body.focus();
  await ada.page.keyboard.press('Control+H');
  const card = ada.page.getByRole('search', { name: 'Find and replace' });
  await card.getByRole('textbox', { name: 'Find', exact: true }).fill('pear');
  await card.getByText('1 of 3').waitFor();
  await card.getByRole('textbox', { name: 'Replace with' }).fill('plum');
  await card.getByRole('button', { name: 'Replace', exact: true }).click();
  await mine.shows('plum apple pear\nApple pear');
  await card.getByRole('button', { name: 'Replace all' }).click();
  await mine.shows('plum apple plum\nApple plum');
  await ada.page.keyboard.press('Escape');
  await card.waitFor({ state: 'detached' });
  await mine.saved();
});

story(
  'an image is uploaded by choosing, pasting and dropping, and is there after a reload',
  async ({ person }) => {
    const ada = await person('Ada');
    const mine = await DocumentPage.create(ada, { text: 'pictures' });
    const images = mine.body.getByRole('img');
    const png = await drawPng(ada.page, 40, 30);
    await mine.caretToEnd();
    const [chooser] = await Promise.all([
      ada.page.waitForEvent('filechooser'),
      mine.tool('Image').click(),
    ]);
    await chooser.setFiles({ name: 'chosen.png', mimeType: 'image/png', buffer: png });
    await becomes('images', () => images.count(), 1);

    await ada.context.grantPermissions(['clipboard-read', 'clipboard-write']);
    await ada.page.evaluate(async (base64) => {
      const bytes = Uint8Array.from(atob(base64), (c) => c.charCodeAt(0));
      const blob = new Blob([bytes], { type: 'image/png' });
      await navigator.clipboard.write([new ClipboardItem({ 'image/png': blob })]);
    }, png.toString('base64'));
    await mine.caretToEnd();
    await ada.page.keyboard.press('Control+V');
    await becomes('images', () => images.count(), 2);

    const transfer = await ada.page.evaluateHandle((base64) => {
      const data = new DataTransfer();
      const bytes = Uint8Array.from(atob(base64), (c) => c.charCodeAt(0));
      data.items.add(new File([bytes], 'dropped.png', { type: 'image/png' }));
      return data;
    }, png.toString('base64'));
    const box = await mine.body.boundingBox();
    const at = { clientX: (box?.x ?? 0) + 40, clientY: (box?.y ?? 0) + 20 };
    await mine.body.dispatchEvent('dragover', { dataTransfer: transfer, ...at });
    await mine.body.dispatchEvent('drop', { dataTransfer: transfer, ...at });
    await becomes('images', () => images.count(), 3);
    await mine.saved();
    const addresses = (await mine.storedOps()).flatMap(({ insert }) =>
      typeof insert === 'object' && insert !== null && 'image' in insert ? [insert.image] : [],
    );
    assert.equal(addresses.length, 3, 'every image is in the document');

    await ada.page.reload();
    await mine.ready();
    await becomes('images', () => images.count(), 3);
    await eventually(
      'they are shown in their size',
      () => images.evaluateAll((all) => all.map((one) => one.getBoundingClientRect().width)),
      (widths) => widths.every((width) => width >= 40),
    );
  },
);

story(
  'what is composed with an input method survives what others write meanwhile',
  async ({ person }) => {
    const [ada, bob] = [await person('Ada'), await person('Bob')];
    const mine = await DocumentPage.create(ada, { text: 'end' });
    const theirs = await DocumentPage.open(bob, mine.path);
    await mine.body.focus();
    await ada.page.keyboard.press('Control+Home');
    const ime = await ada.context.newCDPSession(ada.page);
    const compose = (text: string) =>
      ime.send('Input.imeSetComposition', {
        text,
        selectionStart: text.length,
        selectionEnd: text.length,
      });
    await compose('n');
    await compose('ni');
    // While the composition is open, somebody else writes before and after it.
    await theirs.typeAtEnd(' of Bob');
    await theirs.saved();
    await compose('nihao');
    await theirs.typeAtStart('Bob: ');
    await theirs.saved();
    await compose('你好');
    assert.match(await mine.text(), /你好/, 'the composition is on the screen');
    await ime.send('Input.insertText', { text: '你好' });
    await eventually(
      'both show the same',
      async () => [await mine.text(), await theirs.text()],
      ([a, b]) => a === b && a === 'Bob: 你好end of Bob',
    );
    await mine.saved();
    // The caret is behind what was composed.
    await ada.page.keyboard.type('！');
    await theirs.shows('Bob: 你好！end of Bob');
  },
);

story('a reload keeps everything, formats too', async ({ person }) => {
  const ada = await person('Ada');
  const mine = await DocumentPage.create(ada, { text: '' });
  await mine.body.focus();
  await ada.page.keyboard.type('> quoted');
  await ada.page.keyboard.press('Enter');
  await ada.page.keyboard.press('Enter');
  await ada.page.keyboard.type('**bold** and `code`');
  await mine.saved();
  const before = await mine.storedOps();
  await ada.page.reload();
  await mine.ready();
  await mine.showsPart('bold and code');
  assert.deepEqual(await mine.storedOps(), before);
  assert.ok(before.some(({ attributes }) => attributes?.blockquote === true));
  assert.ok(before.some(({ attributes }) => attributes?.bold === true));
  assert.ok(before.some(({ attributes }) => attributes?.code === true));
});

story(
  'in a long document the keys reach both ends, and everything is selected',
  async ({ person }) => {
    const ada = await person('Ada');
    const lines = Array.from({ length: 300 }, (_, i) => `line ${i}`);
    const mine = await DocumentPage.create(ada, { text: lines.join('\n') });
    await mine.typeAtEnd('!');
    await mine.shows(`${lines.join('\n')}!`);
    await mine.typeAtStart('!');
    await mine.shows(`!${lines.join('\n')}!`);
    // From the start, so that what is selected is not what the eye sees.
    await ada.page.keyboard.press('Control+Shift+End');
    await ada.page.keyboard.press('Delete');
    await mine.shows('!');
    // Undone with what was typed within the same second, as one step.
    await ada.page.keyboard.press('Control+Z');
    await mine.showsPart(lines.slice(1, -1).join('\n'));
    await ada.page.keyboard.press('Control+A');
    await ada.page.keyboard.type('gone');
    await mine.shows('gone');
    await mine.isStored('gone\n');
  },
);

story('Ctrl+/ lists the shortcuts, and words are counted', async ({ person }) => {
  const ada = await person('Ada');
  const mine = await DocumentPage.create(ada, { text: 'one two three' });
  await mine.body.focus();
  await ada.page.keyboard.press('Control+/');
  const shortcuts = ada.page.getByRole('dialog', { name: 'Shortcuts' });
  await shortcuts.getByText('Bold').first().waitFor();
  await ada.page.keyboard.press('Escape');
  await shortcuts.waitFor({ state: 'detached' });
  await mine.documentMenu('Word count');
  const count = ada.page.getByRole('dialog', { name: 'Word count' });
  await count.getByRole('row', { name: /Words\s+3/ }).waitFor();
  await ada.page.keyboard.press('Escape');
  await count.waitFor({ state: 'detached' });
});

story('a long outline shows where the reader is', async ({ person }) => {
  const delta = Array.from({ length: 120 }, (_, i) => [
    { insert: `Part ${i}` },
    { insert: '\n', attributes: { header: 1 } },
    { insert: 'Words below it.\n' },
  ]).flat();
  const ada = await DocumentPage.create(await person('Ada'), { delta });
  const outline = ada.page.getByRole('navigation', { name: 'Outline' });
  const part = (number: number) =>
    outline.getByRole('button', { name: `Part ${number}`, exact: true });
  const isShown = async (number: number) => {
    await becomes('the current one', () => part(number).getAttribute('aria-current'), 'true');
    const isSeen = () =>
      part(number).evaluate((item) => {
        const rail = item.parentElement?.getBoundingClientRect();
        const box = item.getBoundingClientRect();
        return rail !== undefined && box.top >= rail.top && box.bottom <= rail.bottom;
      });
    await becomes('it is in the rail', isSeen, true);
  };
  await part(90).click();
  await isShown(90);
  await ada.page.keyboard.press('Control+Home');
  await isShown(0);
});
