// Takes README's picture from the running product: npm run build && node --import tsx docs/screenshot.mjs

import { BuiltApp } from '../test/helpers/built-app.ts';
import { launchChromium } from '../test/helpers/chromium.ts';

const app = await BuiltApp.start();
const browser = await launchChromium();
try {
  const enter = async (name) => {
    const context = await browser.newContext({
      baseURL: app.url,
      viewport: { width: 1200, height: 720 },
      reducedMotion: 'reduce',
    });
    await context.request.post('/api/v1/session', { data: { name } });
    return { context, page: await context.newPage() };
  };
  const [mara, jonas, lin] = [await enter('Mara'), await enter('Jonas'), await enter('林晓')];
  const line = (text, attributes) => [{ insert: text }, { insert: '\n', attributes }];
  const created = await mara.context.request.post('/api/v1/documents', {
    data: {
      collection: 'docs',
      title: 'Orchard open day',
      delta: [
        ...line('Orchard open day', { header: 1 }),
        { insert: 'We open the gate at ' },
        { insert: 'nine', attributes: { bold: true } },
        { insert: ' and press the first juice at ten. The ' },
        { insert: 'map of the trees', attributes: { link: 'https://example.org/map' } },
        { insert: ' is printed on the back.\n' },
        ...line('Before Friday', { header: 2 }),
        ...line('Borrow four long ladders from the school', { list: 'checked' }),
        ...line('Ask the bakery for bread and 苹果派', { list: 'unchecked' }),
        ...line('Paint the arrows for the car park', { list: 'unchecked' }),
        ...line('On the day', { header: 2 }),
        ...line('Two people at the press, one at the gate', { list: 'ordered' }),
        ...line('Children taste first, then everybody', { list: 'ordered' }),
        ...line('“An apple has no plan for the weather, and still it ripens.”', {
          blockquote: true,
        }),
        { insert: 'Who brings the small tables?\n' },
      ],
    },
  });
  const path = new URL((await created.json()).url, app.url).pathname;
  const ready = async ({ page }) => {
    await page.goto(path);
    const body = page.getByRole('textbox', { name: 'Document body' });
    await body.click();
    return body;
  };
  const body = await ready(mara);
  await ready(jonas);
  await jonas.page.getByText('bread and').click();
  await jonas.page.keyboard.press('End');
  await jonas.page.keyboard.type(', and two baskets');
  await ready(lin);
  await lin.page.keyboard.press('Control+Home');
  await lin.page.keyboard.press('ArrowDown');
  for (let i = 0; i < 19; i++) await lin.page.keyboard.press('Shift+ArrowRight');
  await body.press('Control+End');
  await mara.page.keyboard.type(' I have three');
  await lin.page.keyboard.press('Shift+ArrowRight');
  await jonas.page.keyboard.type('.');
  await mara.page.getByRole('status').getByText('Saved').waitFor();
  // The carets of the others are told a moment later.
  await mara.page.waitForTimeout(900);
  await mara.page.screenshot({ path: new URL('deltapad.png', import.meta.url).pathname });
} finally {
  await browser.close();
  await app.close();
}
