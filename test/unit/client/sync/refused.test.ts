import assert from 'node:assert/strict';
import { test } from 'node:test';
import { takeable, wordsOf } from '../../../../client/sync/refused.ts';
import { Delta } from '../../../../core/delta.ts';
import { type Person, refuses, SyncWorld } from './harness.ts';

async function onePerson(): Promise<[SyncWorld, Person]> {
  const world = new SyncWorld();
  await world.create([{ insert: 'one two\n' }]);
  const ada = await world.open();
  await world.settle();
  return [world, ada];
}

test('only the refused op leaves the document; what was typed since stays, and the editor is not reset', async () => {
  const [world, ada] = await onePerson();
  const { resets } = ada.editor;
  world.server.refuseNext(0, 'too-large');
  ada.types(3, ' REFUSED');
  await world.run(10);
  // On its way; these two are on top of it.
  ada.types(15, '!');
  ada.types(0, '>');
  await world.settle();
  assert.equal(await world.text(), '>one two!\n');
  assert.equal(ada.text(), '>one two!\n');
  assert.equal(ada.editor.resets, resets);
  const [change] = ada.session.refused.value;
  assert.equal(ada.session.refused.value.length, 1);
  assert.equal(change?.text, ' REFUSED');
  assert.equal(change?.code, 'too-large');
  assert.equal(change?.message, 'Refused by the script.');
  assert.equal(change?.index, 4);
  assert.deepEqual(ada.session.saveState.value, { kind: 'attention', reason: 'refused' });
});

test('typing goes on while the document is rolled back', async () => {
  const [world, ada] = await onePerson();
  world.server.refuseNext(0, 'internal');
  ada.types(7, 'X');
  for (let i = 0; i < 20; i++) {
    await world.run(5);
    ada.types(0, '-');
    assert.equal(ada.editor.isEditable, true);
  }
  await world.settle();
  assert.equal(await world.text(), `${'-'.repeat(20)}one two\n`);
  assert.equal(ada.text(), await world.text());
  assert.equal(ada.session.refused.value[0]?.text, 'X');
});

test('a refused change follows its place, and goes back there as a new edit', async () => {
  const [world, ada] = await onePerson();
  const bob = await world.open();
  await world.settle();
  world.server.refuseNext(0, 'too-large');
  ada.types(3, ' AND');
  await world.settle();
  bob.types(0, 'zero ');
  ada.types(0, '>');
  await world.settle();
  const [change] = ada.session.refused.value;
  const place = ada.text().indexOf('one') + 3;
  assert.equal(change?.index, place);
  ada.session.putBack(change!.id);
  assert.deepEqual(ada.session.refused.value, []);
  assert.equal(ada.session.hasUnsent.value, true);
  await world.settle();
  assert.match(await world.text(), /one AND two/);
  assert.equal(ada.text(), await world.text());
  assert.equal(bob.text(), await world.text());
});

test('a refused deletion is undone, and can be put back', async () => {
  const [world, ada] = await onePerson();
  world.server.refuseNext(0, 'internal');
  ada.deletes(0, 4);
  await world.settle();
  assert.equal(ada.text(), 'one two\n');
  ada.session.putBack(ada.session.refused.value[0]!.id);
  await world.settle();
  assert.equal(await world.text(), 'two\n');
});

test('discarded, it is gone', async () => {
  const [world, ada] = await onePerson();
  world.server.refuseNext(0, 'too-large');
  ada.types(0, 'x');
  await world.settle();
  ada.session.discard(ada.session.refused.value[0]!.id);
  await world.settle();
  assert.deepEqual(ada.session.refused.value, []);
  assert.equal(ada.session.saveState.value.kind, 'saved');
  assert.equal(await world.text(), 'one two\n');
});

test('what was refused for what it holds goes back as plain words', () => {
  const change = new Delta()
    .retain(2, { blink: true })
    .insert('bad\r\nwords', { blink: true })
    .insert({ video: 'x' })
    .delete(3)
    .insert('\ud800!');
  assert.deepEqual(
    takeable(change, 'bad-op').ops,
    [
      { retain: 2 },
      { insert: 'bad\nwords' },
      ...[{ insert: '\ufffd!' }].map(({ insert }) => ({ insert })),
    ].reduce<object[]>((ops, op) => {
      // quill-delta puts the inserts before the delete, so they are one.
      const last = ops.at(-1) as { insert?: string } | undefined;
      const { insert } = op as { insert?: string };
      if (last?.insert !== undefined && insert !== undefined) last.insert += insert;
      else ops.push({ ...op });
      return ops;
    }, []),
  );
  assert.equal(takeable(change, 'too-large'), change);
  assert.equal(wordsOf(new Delta().insert('a').insert({ divider: true }).insert('b')), 'ab');
});

test('of a long paste that is refused in the middle only that part is kept back', async () => {
  const [world, ada] = await onePerson();
  ada.types(7, 'a'.repeat(300_000) + 'b'.repeat(300_000));
  await world.run(30);
  world.server.refuseNext(0, 'too-large');
  await world.run(10_000);
  const [change] = ada.session.refused.value;
  const text = await world.text();
  assert.equal(ada.session.refused.value.length, 1);
  assert.equal(text.length + (change?.text.length ?? 0), 'one two\n'.length + 600_000);
  assert.ok(ada.text() === text);
});

test('when the role is lost everything unsent becomes one refused change, and may be copied', async () => {
  const [world, ada] = await onePerson();
  ada.api.fetchDocument = async () => ({
    collection: 'docs',
    id: 'simulated',
    title: 'Heron',
    version: 1,
    delta: [],
    role: 'viewer',
    link: 'viewer',
    trashed: false,
  });
  world.server.refuseNext(0, 'no-access');
  ada.types(3, ' first');
  await world.run(5);
  ada.types(9, ' second');
  await world.settle();
  assert.deepEqual(
    ada.session.refused.value.map(({ text, code }) => [text, code]),
    [[' first second', 'no-access']],
  );
  assert.equal(ada.editor.isEditable, false);
  assert.equal(ada.text(), 'one two\n');
  assert.equal(ada.session.role.value, 'viewer');
  assert.equal(ada.session.hasUnsent.value, false);
});

test('what is only impossible for now is held, and sent again later', async () => {
  const [world, ada] = await onePerson();
  world.server.refuseNext(0, 'not-now');
  ada.types(7, '!');
  await world.run(300);
  assert.equal(ada.text(), 'one two!\n');
  assert.equal(ada.session.saveState.value.kind, 'saving');
  await world.run(3_000);
  assert.equal(await world.text(), 'one two!\n');
  assert.deepEqual(ada.session.refused.value, []);
});

test('an op that was taken, and refused when it was sent again, is not called lost', async () => {
  const [world, ada] = await onePerson();
  const { server } = world;
  ada.types(7, '!');
  // Committed; the acknowledgement is under way when the line is cut.
  await world.run(30);
  assert.equal(await world.text(), 'one two!\n');
  ada.link().cut();
  server.refuseResends(0, 'no-access');
  ada.types(8, '?');
  await world.run(5_000);
  const refused = ada.session.refused.value.map(({ text }) => text).join('');
  assert.ok(!refused.includes('!'), `“${refused}” is called refused`);
  assert.equal(ada.text(), await world.text());
});

test('when access is taken away while I am offline, all I wrote is kept as one refused change', async () => {
  const [world, ada] = await onePerson();
  ada.setNetwork(false);
  await world.run(100);
  ada.types(3, ' and a half');
  ada.types(0, 'Count: ');
  world.server.shutOut(0);
  ada.api.fetchDocument = () => refuses('no-access');
  ada.setNetwork(true);
  await world.run(30_000);
  assert.deepEqual(ada.session.saveState.value, { kind: 'attention', reason: 'no-access' });
  assert.deepEqual(
    ada.session.refused.value.map(({ text, code }) => [text, code]),
    [['Count:  and a half', 'no-access']],
  );
  assert.equal(ada.editor.isEditable, false);
  assert.equal(ada.session.hasUnsent.value, false);
  assert.equal(ada.text(), 'one two\n');
});
