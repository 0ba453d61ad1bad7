// Pictures of every state that docs/look.md describes, from the running product.
// Not a test: `npm run build`, then `node --import tsx test/e2e/shots.mjs [part of a name]`.
// Writes ./shots (ignored by git).

import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { BuiltApp } from '../helpers/built-app.ts';
import { launchChromium, Person } from '../helpers/chromium.ts';
import { eventually } from '../helpers/eventually.ts';
import { root } from '../helpers/sources.ts';
import { DocumentPage } from './pages/document-page.ts';
import { HomePage } from './pages/home-page.ts';
import { chineseGuide, fieldGuide, homeDocuments, picture } from './shots-content.mjs';

const out = join(root, 'shots');
mkdirSync(out, { recursive: true });
const wanted = process.argv[2] ?? '';
const desktop = { width: 1280, height: 800 };
const phone = { width: 390, height: 844 };

const browser = await launchChromium();
const app = await BuiltApp.start();
const problems = [];

async function person(name, { locale = 'en-GB', scheme = 'light', size = desktop } = {}) {
  const isPhone = size === phone;
  const context = await browser.newContext({
    baseURL: app.url,
    locale,
    viewport: size,
    colorScheme: scheme,
    reducedMotion: 'reduce',
    ...(isPhone ? { hasTouch: true, isMobile: true } : {}),
  });
  context.setDefaultTimeout(15_000);
  if (name) await context.request.post('/api/v1/session', { data: { name } });
  return new Person(name || 'Guest', context, await context.newPage(), app.url);
}

async function leave(...people) {
  for (const each of people) {
    problems.push(...each.unexpected());
    await each.context.close();
  }
}

const shot = (who, name, options = {}) =>
  who.page.screenshot({ path: join(out, `${name}.png`), ...options });

/** The guide with its picture, owned by `who`. */
async function guide(who, content = fieldGuide) {
  const page = await browser.newPage({ viewport: { width: 1440, height: 600 } });
  await page.setContent(`<style>body{margin:0}svg{display:block}</style>${picture}`);
  const png = await page.screenshot();
  await page.close();
  // An image belongs to a document, so one must be there to upload it to.
  const first = await DocumentPage.create(who, { title: 'Pictures', text: '' });
  const [, , collection, id] = first.path.split('/');
  const reply = await who.context.request.post(
    `/api/v1/uploads?collection=${collection}&id=${id}`,
    { data: png, headers: { 'content-type': 'image/png' } },
  );
  const { url, width, height } = await reply.json();
  await who.context.request.delete(`/api/v1/documents/${collection}/${id}`);
  return DocumentPage.create(who, {
    title: content.title,
    delta: content.delta({ url, width, height }),
  });
}

/** Others who open it and put their carets where the words are. */
async function visit(path, names, words) {
  const people = [];
  for (const [index, name] of names.entries()) {
    const who = await person(name);
    const theirs = await DocumentPage.open(who, path);
    if (words[index]) await theirs.page.keyboard.press('Control+f');
    if (words[index]) {
      const field = theirs.page.getByRole('textbox', { name: 'Find', exact: true });
      await field.fill(words[index]);
      await field.press('Escape');
    }
    people.push(who);
  }
  return people;
}

async function everyone(page, count) {
  await eventually(
    'all are here',
    () => page.people(),
    (people) => people.length >= count,
  );
}

const scenes = {
  async document(scheme) {
    const ada = await person('Ada', { scheme });
    const mine = await guide(ada);
    const others = await visit(mine.path, ['Mara', 'Jun', 'Tomás'], ['nobody', 'forty of us']);
    await everyone(mine, 4);
    await mine.saved();
    await shot(ada, `document-${scheme}`);
    await shot(ada, `document-full-${scheme}`, { fullPage: true });
    await ada.page.getByRole('button', { name: 'Share', exact: true }).click();
    await ada.page.getByRole('dialog', { name: 'Share' }).waitFor();
    await shot(ada, `share-${scheme}`);
    await ada.page.keyboard.press('Escape');
    await mine.tool(/^Paragraph style/).click();
    await shot(ada, `parts-style-${scheme}`);
    await ada.page.keyboard.press('Escape');
    await mine.tool('Highlight').click();
    await shot(ada, `parts-highlight-${scheme}`);
    await ada.page.keyboard.press('Escape');
    await ada.page.getByRole('button', { name: 'Document menu' }).click();
    await shot(ada, `parts-menu-${scheme}`);
    await ada.page.keyboard.press('Escape');
    await mine.body.getByRole('link', { name: 'tide table' }).click();
    await ada.page.getByRole('group', { name: 'Link' }).waitFor();
    await shot(ada, `parts-link-${scheme}`);
    await ada.page.keyboard.press('Control+h');
    await ada.page.getByRole('textbox', { name: 'Find', exact: true }).fill('plot');
    await shot(ada, `parts-find-${scheme}`);
    await ada.page.keyboard.press('Escape');
    await mine.body.getByRole('img').first().click();
    await ada.page.getByRole('group', { name: 'Image' }).waitFor();
    await shot(ada, `parts-image-${scheme}`);
    await mine.peopleHere.getByRole('button', { name: 'Mara' }).click();
    await mine.peopleHere.getByRole('button', { name: 'Mara' }).click();
    await ada.page.getByRole('button', { name: 'Stop' }).waitFor();
    await shot(ada, `parts-follow-${scheme}`);
    await leave(ada, ...others);
  },

  async offline(scheme, size, suffix) {
    const ada = await person('Ada', { scheme, size });
    ada.expects(/./);
    const mine = await guide(ada);
    const others = await visit(mine.path, ['Mara', 'Jun', 'Tomás'], []);
    await everyone(mine, 4);
    await mine.saved();
    await ada.context.setOffline(true);
    await mine.says('Offline');
    await mine.body.focus();
    for (const word of ['one ', 'two ']) await ada.page.keyboard.type(word);
    await mine.says('Offline – changes kept');
    await mine.saveState.getByRole('button').click();
    await ada.page.getByRole('dialog', { name: 'Save state' }).waitFor();
    await shot(ada, `offline${suffix}-${scheme}`);
    await leave(ada, ...others);
  },

  async rejected(scheme, size, suffix) {
    const ada = await person('Ada', { scheme, size });
    await ada.page.routeWebSocket(/\/sync/, (socket) => {
      const server = socket.connectToServer();
      socket.onMessage((frame) => {
        const text = String(frame);
        server.send(
          text.includes('Count like reading')
            ? text.replace(
                /("insert":"[^"]*Count like reading[^"]*")/,
                '$1,"attributes":{"evil":true}',
              )
            : text,
        );
      });
    });
    const mine = await guide(ada);
    const others = await visit(mine.path, ['Mara', 'Jun', 'Tomás'], []);
    await everyone(mine, 4);
    await mine.body.getByText('one species at a time').click();
    await ada.page.keyboard.press('End');
    await ada.page.keyboard.insertText(
      'Count like reading. If you lose your place, start the line again.',
    );
    await ada.page.getByRole('region', { name: /not saved/ }).waitFor();
    await mine.says('Needs attention');
    await shot(ada, `rejected${suffix}-${scheme}`);
    await leave(ada, ...others);
  },

  async 'phone-document'(scheme) {
    const ada = await person('Ada', { scheme, size: phone });
    const mine = await guide(ada);
    const others = await visit(mine.path, ['Mara', 'Jun', 'Tomás'], ['nobody', 'forty of us']);
    await everyone(mine, 4);
    await mine.saved();
    await shot(ada, `phone-document-${scheme}`);
    await ada.page.getByRole('button', { name: 'Share', exact: true }).tap();
    await ada.page.getByRole('dialog', { name: 'Share' }).waitFor();
    await shot(ada, `share-390-${scheme}`);
    await leave(ada, ...others);
  },

  async chinese(scheme, size, suffix) {
    const ada = await person('阿达', { scheme, size, locale: 'zh-CN' });
    const mine = await DocumentPage.create(ada, {
      title: chineseGuide.title,
      text: 'x',
    }).catch(() => null);
    const reply = await ada.context.request.post('/api/v1/documents', {
      data: { title: chineseGuide.title, delta: chineseGuide.delta() },
    });
    const { url } = await reply.json();
    await ada.page.goto(url);
    await ada.page.getByRole('textbox', { name: '文档正文' }).waitFor();
    await ada.page.getByRole('status').getByText('已保存').waitFor();
    await shot(ada, `chinese${suffix}-${scheme}`);
    if (mine) problems.push('the Chinese page answers to English names');
    await leave(ada);
  },

  async 'home-empty'(scheme, size, suffix) {
    const guest = await person('', { scheme, size });
    await guest.page.goto('/');
    await guest.page.getByRole('heading', { name: 'Write something together' }).waitFor();
    await shot(guest, `home-empty${suffix}-${scheme}`);
    await leave(guest);
  },

  async home(scheme, size) {
    const ada = await person('Ada', { scheme, size });
    for (const document of homeDocuments) {
      await ada.context.request.post('/api/v1/documents', { data: document });
    }
    const mine = await guide(ada);
    const others = await visit(mine.path, ['Mara', 'Jun', 'Tomás'], []);
    const home = await HomePage.open(ada);
    const row = ada.page.getByRole('listitem').filter({ has: home.document(/Spring count/) });
    await row.waitFor();
    await eventually(
      'they are here',
      () => row.textContent(),
      (text) => /Tomás/.test(text ?? ''),
      {
        withinMs: 20_000,
      },
    );
    if (size === desktop) await home.document(/Boathouse/).hover();
    await shot(ada, `${size === phone ? 'phone-home' : 'home'}-${scheme}`);
    await home.search.fill('heron');
    await ada.page
      .getByText(/No document has/)
      .first()
      .waitFor();
    await shot(ada, `home-search${size === phone ? '-390' : ''}-${scheme}`);
    await leave(ada, ...others);
  },

  async messages(scheme) {
    const ada = await person('Ada', { scheme });
    const bob = await person('Bob', { scheme });
    for (const each of [ada, bob]) each.expects(/status of 4\d\d/);
    await ada.page.goto('/d/docs/not%20here');
    await shot(ada, `missing-${scheme}`);
    const mine = await DocumentPage.create(ada, { title: 'Closed', text: 'words' });
    const api = mine.path.replace('/d/', '/api/v1/documents/');
    await ada.context.request.put(`${api}/access`, { data: { link: 'viewer' } });
    const theirs = new DocumentPage(bob);
    await bob.page.goto(mine.path);
    await theirs.says('View only');
    await shot(bob, `view-only-${scheme}`);
    await ada.context.request.put(`${api}/access`, { data: { link: 'none' } });
    await theirs.says('Needs attention');
    await shot(bob, `access-gone-${scheme}`);
    await bob.page.goto(mine.path);
    await shot(bob, `no-access-${scheme}`);
    await mine.documentMenu('Move to trash');
    await ada.page.getByText('This document is in the trash').first().waitFor();
    await shot(ada, `trashed-${scheme}`);
    await ada.page.reload();
    await shot(ada, `trash-page-${scheme}`);
    await leave(ada, bob);
  },
};

const sizes = {
  document: [desktop],
  'phone-document': [phone],
  messages: [desktop],
};

try {
  for (const [name, run] of Object.entries(scenes)) {
    if (!name.includes(wanted)) continue;
    for (const scheme of ['light', 'dark']) {
      for (const size of sizes[name] ?? [desktop, phone]) {
        try {
          await run(scheme, size, size === phone ? '-390' : '');
          console.log(`${name} ${scheme} ${size.width}`);
        } catch (error) {
          problems.push(`${name} ${scheme} ${size.width}: ${String(error).slice(0, 600)}`);
        }
      }
    }
  }
} finally {
  await browser.close();
  await app.close();
}
for (const problem of problems) console.log(problem);
process.exitCode = problems.length === 0 ? 0 : 1;
