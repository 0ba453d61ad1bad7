import assert from 'node:assert/strict';
import { test } from 'node:test';
import { Delta, type DeltaOp } from '../../../../core/delta.ts';
import { limits } from '../../../../core/limits.ts';
import { uniqueCharacter } from '../../../simulation/text.ts';
import { type Person, SyncWorld } from './harness.ts';

const hello: DeltaOp[] = [{ insert: 'hello\n' }];

async function twoPeople(ops = hello): Promise<[SyncWorld, Person, Person]> {
  const world = new SyncWorld();
  await world.create(ops);
  const ada = await world.open();
  const bob = await world.open();
  await world.settle();
  return [world, ada, bob];
}

test('the text of the page is in the editor, and may be edited, before any line is there', async () => {
  const world = new SyncWorld();
  await world.create(hello);
  const ada = await world.open();
  assert.equal(ada.text(), 'hello\n');
  assert.equal(ada.editor.isEditable, true);
  assert.equal(ada.session.loading.value, false);
});

test('what is typed before the line is there is sent when it is', async () => {
  const world = new SyncWorld();
  await world.create(hello);
  const ada = await world.open();
  ada.types(5, '!');
  assert.equal(ada.session.saveState.value.kind, 'saving');
  await world.settle();
  assert.equal(await world.text(), 'hello!\n');
  await world.settle();
  assert.equal(ada.session.saveState.value.kind, 'saved');
});

test("others' changes of one frame are shown in one call", async () => {
  const [world, ada, bob] = await twoPeople();
  for (let i = 0; i < 3; i++) bob.types(5 + i, `${i}`);
  // One op in the air, the rest in the next: both arrive; the frame takes what is there.
  await world.settle();
  assert.equal(ada.text(), 'hello012\n');
  assert.ok(ada.editor.applied <= 2, `${ada.editor.applied} calls`);
});

test('while a composition is open nothing is shown, and what is composed goes where it belongs', async () => {
  const [world, ada, bob] = await twoPeople();
  ada.editor.compose();
  ada.types(5, 'ni');
  bob.types(0, '>> ');
  await world.settle();
  assert.equal(ada.text(), 'helloni\n', 'the screen was touched');
  assert.equal(bob.text(), '>> helloni\n');
  ada.editor.edit(new Delta().retain(5).insert('你').delete(2));
  await world.settle();
  assert.equal(bob.text(), '>> hello你\n');
  bob.deletes(3, 2);
  await world.settle();
  ada.editor.endComposition();
  await world.settle();
  assert.equal(ada.text(), '>> llo你\n');
  assert.equal(await world.text(), '>> llo你\n');
  assert.deepEqual(ada.editor.violations, []);
});

test('a composition with a hundred remote ops ends in the same text everywhere', async () => {
  const [world, ada, bob] = await twoPeople();
  ada.editor.compose();
  for (let i = 0; i < 100; i++) {
    bob.types(i % 5, uniqueCharacter(i));
    if (i % 10 === 0) ada.types(3, uniqueCharacter(1000 + i));
    await world.run(30);
  }
  ada.editor.endComposition();
  await world.settle();
  assert.equal(ada.text(), bob.text());
  assert.equal(ada.text(), await world.text());
});

test('typing at one place at once: the earlier op stays on the left, everywhere', async () => {
  const [world, ada, bob] = await twoPeople([{ insert: '\n' }]);
  ada.types(0, 'A');
  await world.run(5);
  bob.types(0, 'B');
  await world.settle();
  assert.equal(await world.text(), 'AB\n');
  assert.equal(ada.text(), 'AB\n');
  assert.equal(bob.text(), 'AB\n');
});

test('an editor that breaks off half-way is set right at once', async () => {
  const [world, ada, bob] = await twoPeople();
  ada.editor.fault = 'throws';
  bob.types(0, 'x');
  await world.settle();
  assert.equal(ada.text(), 'xhello\n');
});

test('an editor that does more than it was asked is set right by a change, not put anew', async () => {
  const [world, ada, bob] = await twoPeople();
  ada.editor.fault = 'length';
  const { resets } = ada.editor;
  bob.types(0, 'x');
  await world.settle();
  assert.equal(ada.text(), 'xhello\n');
  assert.equal(ada.editor.resets, resets);
  ada.types(6, '!');
  await world.settle();
  assert.equal(await world.text(), 'xhello!\n');
});

test('only formats that differ are left alone', async () => {
  const [world, ada, bob] = await twoPeople();
  ada.editor.fault = 'formats';
  bob.types(0, 'x');
  await world.settle();
  assert.equal(ada.text(), 'xhello\n');
  assert.equal(ada.editor.applied, 1);
});

test('an idle screen of another length is found within half a minute', async () => {
  const [world, ada] = await twoPeople();
  ada.editor.contentsNow = new Delta().insert('hell\n');
  await world.run(31_000);
  assert.equal(ada.text(), 'hello\n');
});

test('a paste of two megabytes goes out in ops within the limit, and arrives whole', async () => {
  const [world, ada, bob] = await twoPeople();
  const pasted = 'Twelve herons stood in the rain. 十二只鹭站在雨里。😀\n'.repeat(33_000);
  assert.ok(Buffer.byteLength(pasted) > 2 * 1024 * 1024);
  ada.types(5, pasted);
  assert.equal(ada.session.saveState.value.kind, 'saving');
  bob.types(0, '>');
  await world.run(20_000);
  const sizes = (await world.server.log()).map(({ op }) =>
    Buffer.byteLength(JSON.stringify(op ?? '')),
  );
  assert.ok(Math.max(...sizes) <= limits.maxOpBytes, `an op of ${Math.max(...sizes)} bytes`);
  assert.ok(sizes.length > 8);
  assert.ok(bob.text() === `>hello${pasted}\n`);
  assert.ok(ada.text() === bob.text());
  assert.equal(ada.session.refused.value.length, 0);
});

test('hours of offline typing count their edits, and are one op when they are sent', async () => {
  const [world, ada, bob] = await twoPeople();
  ada.setNetwork(false);
  ada.environment.setOnline(false);
  await world.run(100);
  for (let i = 0; i < 20; i++) ada.types(5 + i, 'x');
  assert.deepEqual(ada.session.saveState.value, { kind: 'offline', unsent: 20, isHeld: false });
  assert.equal(ada.session.hasUnsent.value, true);
  bob.types(0, 'y');
  await world.run(60_000);
  const before = (await world.server.log()).length;
  ada.setNetwork(true);
  ada.environment.setOnline(true);
  await world.settle();
  assert.equal((await world.server.log()).length, before + 1);
  assert.equal(await world.text(), `yhello${'x'.repeat(20)}\n`);
  assert.equal(ada.text(), await world.text());
  assert.equal(ada.session.hasUnsent.value, false);
});

test('typed and deleted again, nothing is sent', async () => {
  const [world, ada] = await twoPeople();
  ada.setNetwork(false);
  await world.run(100);
  ada.types(5, 'oops');
  ada.deletes(5, 4);
  assert.equal(ada.session.hasUnsent.value, false);
  ada.setNetwork(true);
  await world.run(5_000);
  assert.equal((await world.server.log()).length, 1);
});

test('settled() waits for the acknowledgement; contents() has what is unsent', async () => {
  const [world, ada] = await twoPeople();
  let isSettled = false;
  ada.types(5, '!');
  void ada.session.settled().then(() => {
    isSettled = true;
  });
  assert.deepEqual(ada.session.contents().ops, [{ insert: 'hello!\n' }]);
  await world.run(10);
  assert.equal(isSettled, false);
  await world.settle();
  assert.equal(isSettled, true);
});
