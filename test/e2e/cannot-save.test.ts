// A server that is there and cannot store: what people see of it, and that nothing they wrote is lost.

import assert from 'node:assert/strict';
import { brokenLine, stories } from '../helpers/chromium.ts';
import { becomes, eventually } from '../helpers/eventually.ts';
import { limitProblem, refuseWrites } from '../helpers/small-disk.ts';
import { allShow, DocumentPage } from './pages/document-page.ts';

const story = stories();

story(
  'while the disk takes nothing the save state says that changes are kept, and why; writing goes on, and all is saved when it does again',
  async ({ person, app }) => {
    const [ada, bob] = [await person('Ada'), await person('Bob')];
    for (const each of [ada, bob]) each.expects(brokenLine);
    const mine = await DocumentPage.create(ada, { title: 'Minutes', text: 'start' });
    const theirs = await DocumentPage.open(bob, mine.path);
    await mine.typeAtEnd(' saved.');
    await mine.saved();
    await theirs.shows('start saved.');

    refuseWrites(app.pid, true);
    let kept = '';
    await eventually(
      'Ada is told',
      async () => {
        await mine.typeAtEnd(' more');
        kept += ' more';
        return mine.saveText();
      },
      (text) => text === 'Reconnecting…' || text === 'Offline – changes kept',
    );
    await mine.says('Offline – changes kept', { withinMs: 20_000 });
    await theirs.typeAtStart('Bob too. ');
    await theirs.says('Offline – changes kept', { withinMs: 30_000 });
    // It stays so while the line comes and goes.
    const seen = new Set<string>();
    for (let i = 0; i < 40; i++) {
      seen.add(await mine.saveText());
      await ada.page.evaluate(() => new Promise(requestAnimationFrame));
    }
    assert.deepEqual([...seen], ['Offline – changes kept']);

    await mine.typeAtEnd(' and more.');
    await mine.saveState.getByRole('button').click();
    const note = ada.page.getByRole('dialog', { name: 'Save state' });
    await becomes('the note is there', () => note.isVisible(), true);
    assert.match(
      (await note.textContent()) ?? '',
      /The server cannot save anything just now\. \d+ changes are kept in this tab and will be saved when it can\. Keep the tab open\./,
    );
    await ada.page.keyboard.press('Escape');
    await mine.shows(`start saved.${kept} and more.`);

    refuseWrites(app.pid, false);
    await allShow([mine, theirs], `Bob too. start saved.${kept} and more.`, { withinMs: 30_000 });
    assert.ok(app.isRunning);
  },
  { skip: limitProblem() ?? false },
);
