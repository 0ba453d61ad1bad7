import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { SaveState } from '../../../../client/sync/session-api.ts';
import { AppError } from '../../../../core/errors.ts';
import { limits } from '../../../../core/limits.ts';
import { closeCodes, type ServerNotice } from '../../../../core/protocol.ts';
import { type Person, refuses, SyncWorld } from './harness.ts';

const isOp = (message: Record<string, unknown>) => message.a === 'op' && message.op !== undefined;
const isAck = (message: Record<string, unknown>) => message.a === 'op' && message.op === undefined;

function tells(person: Person, notice: ServerNotice): void {
  person.link().onmessage?.({ data: JSON.stringify(notice) });
}

const about = { a: 'dp', type: 'document', c: 'docs', d: 'simulated' } as const;

async function onePerson(): Promise<[SyncWorld, Person]> {
  const world = new SyncWorld();
  await world.create([{ insert: 'heron\n' }]);
  const ada = await world.open();
  await world.settle();
  return [world, ada];
}

test('nothing is stored until somebody types; the first key stores the document', async () => {
  const world = new SyncWorld();
  const ada = await world.open({ role: 'owner' });
  await world.run(30_000);
  assert.equal((await world.server.log()).length, 0);
  assert.deepEqual(ada.session.saveState.value.kind, 'saved');
  ada.types(0, 'a');
  ada.types(1, 'b');
  assert.equal(ada.session.saveState.value.kind, 'saving');
  await world.settle();
  assert.equal(await world.text(), 'ab\n');
  assert.deepEqual(ada.asked, ['create']);
  assert.equal(ada.editor.resets, 1);
});

test('two people who begin the same new document both keep what they typed', async () => {
  const world = new SyncWorld();
  const ada = await world.open({ role: 'owner' });
  const bob = await world.open({ role: 'owner' });
  await world.settle();
  ada.types(0, 'a');
  bob.types(0, 'b');
  await world.settle();
  await world.settle();
  assert.equal((await world.text()).length, 3);
  assert.equal(ada.text(), await world.text());
  assert.equal(bob.text(), await world.text());
  assert.deepEqual(ada.session.refused.value, []);
});

test('whoever only looks sees what somebody else begins', async () => {
  const world = new SyncWorld();
  const ada = await world.open({ role: 'owner' });
  const bob = await world.open({ role: 'owner' });
  await world.settle();
  ada.types(0, 'first words');
  await world.settle();
  assert.equal(bob.text(), 'first words\n');
});

test('creating is tried again while the server cannot be reached; the text is kept', async () => {
  const world = new SyncWorld();
  const ada = await world.open({ role: 'owner' });
  ada.setNetwork(false);
  ada.types(0, 'kept');
  await world.run(20_000);
  assert.equal(ada.session.saveState.value.kind, 'offline');
  assert.ok(ada.asked.filter((name) => name === 'create').length > 2);
  ada.setNetwork(true);
  await world.run(20_000);
  assert.equal(await world.text(), 'kept\n');
  assert.equal(ada.session.saveState.value.kind, 'saved');
});

test('when creating is refused, what was typed is kept as a refused change', async () => {
  const world = new SyncWorld();
  const ada = await world.open({ role: 'owner' });
  ada.api.createDocument = () => refuses('no-access');
  ada.api.fetchDocument = () => refuses('no-access');
  ada.types(0, 'mine');
  await world.settle();
  assert.deepEqual(
    ada.session.refused.value.map(({ text, code }) => [text, code]),
    [['mine', 'no-access']],
  );
  assert.equal(ada.editor.isEditable, false);
  assert.deepEqual(ada.session.saveState.value, { kind: 'attention', reason: 'no-access' });
});

test('an acknowledgement that is lost on a living line is asked for on a new one; the op is there once', async () => {
  const [world, ada] = await onePerson();
  ada.link().losses.push(isAck);
  ada.types(5, 's');
  await world.run(limits.ackTimeoutMs - 500);
  assert.equal(ada.session.saveState.value.kind, 'saving');
  await world.run(3_000);
  assert.equal(ada.session.saveState.value.kind, 'saved');
  assert.equal(await world.text(), 'herons\n');
  assert.equal((await world.server.log()).length, 2);
  assert.equal(ada.tries(), 2);
});

test('a publish that is lost is found though nothing follows it', async () => {
  const [world, ada] = await onePerson();
  const bob = await world.open();
  await world.settle();
  bob.link().losses.push(isOp);
  ada.types(5, 's');
  await world.run(2_000);
  assert.equal(bob.text(), 'heron\n');
  await world.run(limits.versionCheckMs + 5_000);
  assert.equal(bob.text(), 'herons\n');
  assert.equal(bob.tries(), 1);
});

test('a half-open line loses nothing, and what was sent into it arrives once', async () => {
  const [world, ada] = await onePerson();
  ada.link().fallSilent(60_000);
  for (let i = 0; i < 5; i++) {
    ada.types(5 + i, `${i}`);
    await world.run(300);
  }
  await world.run(12_000);
  assert.equal(await world.text(), 'heron01234\n');
  assert.equal(ada.session.saveState.value.kind, 'saved');
});

test('no key is ever shown as saved before its acknowledgement', async () => {
  const [world, ada] = await onePerson();
  const told: string[] = [];
  ada.session.saveState.subscribe(({ kind }) => told.push(kind));
  for (let i = 0; i < 40; i++) {
    ada.types(0, 'x');
    if (i === 10) ada.link().cut();
    if (i === 25) ada.link().fallSilent(30_000);
    await world.run(250);
    const log = await world.server.log();
    if (ada.session.saveState.value.kind === 'saved') {
      const text = await world.text();
      assert.equal(text, ada.text(), `saved, but the log of ${log.length} ops has less`);
    }
  }
  await world.run(20_000);
  assert.equal(ada.session.saveState.value.kind, 'saved');
  assert.equal(await world.text(), `${'x'.repeat(40)}heron\n`);
});

test('a role that is taken ends editing at once; given back, everything goes on', async () => {
  const [world, ada] = await onePerson();
  tells(ada, { ...about, role: 'viewer' });
  assert.equal(ada.editor.isEditable, false);
  assert.equal(ada.session.role.value, 'viewer');
  await world.settle();
  assert.equal(ada.session.saveState.value.kind, 'view-only');
  tells(ada, { ...about, role: null });
  assert.deepEqual(ada.session.saveState.value, { kind: 'attention', reason: 'no-access' });
  tells(ada, { ...about, role: 'editor' });
  await world.settle();
  assert.equal(ada.editor.isEditable, true);
  ada.types(5, 's');
  await world.settle();
  assert.equal(await world.text(), 'herons\n');
});

test('the trash is said, and whoever comes back from it goes on', async () => {
  const [world, ada] = await onePerson();
  ada.api.fetchDocument = () => refuses('document-trashed');
  tells(ada, { ...about, trashed: true, role: null });
  assert.equal(ada.session.trashed.value, true);
  assert.deepEqual(ada.session.saveState.value, { kind: 'attention', reason: 'trashed' });
  await world.run(60_000);
  assert.equal(ada.session.trashed.value, true);
  tells(ada, { ...about, trashed: false, role: 'owner' });
  await world.settle();
  assert.equal(ada.editor.isEditable, true);
  assert.equal(ada.session.role.value, 'owner');
});

test('a session that has ended stops editing, keeps what is unsent, and is asked about', async () => {
  const [world, ada] = await onePerson();
  ada.api.fetchDocument = () => refuses('not-signed-in');
  ada.types(5, 's');
  ada.link().cut(closeCodes['not-signed-in'].code);
  await world.settle();
  assert.deepEqual(ada.session.saveState.value, { kind: 'attention', reason: 'not-signed-in' });
  assert.equal(ada.editor.isEditable, false);
  assert.deepEqual(ada.session.contents().ops, [{ insert: 'herons\n' }]);
});

test('a session that has ended is asked about at once: signed in in another tab, it goes on', async () => {
  const [world, ada] = await onePerson();
  ada.types(5, 's');
  ada.link().cut(closeCodes['not-signed-in'].code);
  await world.run(3_000);
  await world.settle();
  assert.equal(ada.session.saveState.value.kind, 'saved');
  assert.equal(await world.text(), 'herons\n');
});

test('a right that ends without a word is noticed while nothing is typed', async () => {
  const [world, ada] = await onePerson();
  ada.api.fetchDocument = () => refuses('not-signed-in');
  world.server.shutOut(0);
  await world.run(limits.versionCheckMs + 3_000);
  assert.deepEqual(ada.session.saveState.value, { kind: 'attention', reason: 'not-signed-in' });
});

test('a server that only refuses the upgrade is asked over HTTP why', async () => {
  const [world, ada] = await onePerson();
  ada.setNetwork(false);
  ada.api.fetchDocument = () => refuses('not-signed-in');
  await world.run(20_000);
  assert.deepEqual(ada.session.saveState.value, { kind: 'attention', reason: 'not-signed-in' });
});

test('a server with a newer client says so; one that takes no old client stops the editing', async () => {
  const [world, ada] = await onePerson();
  tells(ada, { a: 'dp', type: 'hello', build: 'build-2', userId: 'u' });
  assert.equal(ada.session.saveState.value.kind, 'new-version');
  assert.equal(ada.editor.isEditable, true);
  ada.link().cut(closeCodes['old-client'].code);
  await world.settle();
  assert.equal(ada.session.saveState.value.kind, 'new-version');
  assert.equal(ada.editor.isEditable, false);
});

test('a title is saved once typing pauses, and covered by the save state', async () => {
  const [world, ada] = await onePerson();
  for (const title of ['B', 'Bi', 'Bir', 'Bird']) {
    ada.session.setTitle(title);
    await world.run(50);
  }
  assert.equal(ada.session.saveState.value.kind, 'saving');
  assert.equal(ada.session.hasUnsent.value, true);
  await world.run(2_000);
  assert.deepEqual(ada.asked, ['title Bird']);
  assert.equal(ada.session.saveState.value.kind, 'saved');
});

test("another person's title is shown, unless I am typing one: then mine is saved after it", async () => {
  const [world, ada] = await onePerson();
  tells(ada, { ...about, title: 'Stork' });
  assert.equal(ada.session.title.value, 'Stork');
  ada.session.setTitle('Crane');
  tells(ada, { ...about, title: 'Ibis' });
  assert.equal(ada.session.title.value, 'Crane');
  await world.run(2_000);
  assert.deepEqual(ada.asked, ['title Crane']);
});

test('of two titles saved at once, everybody ends with the one the server had last', async () => {
  const [world, ada] = await onePerson();
  ada.session.setTitle('Crane');
  await world.run(310);
  // Under way; the server has put Ibis after it.
  tells(ada, { ...about, title: 'Crane' });
  tells(ada, { ...about, title: 'Ibis' });
  await world.run(2_000);
  assert.equal(ada.session.title.value, 'Ibis');
  assert.equal(ada.session.hasUnsent.value, false);
});

test('a title is kept and tried again while the server cannot be reached; refused, the old one is shown', async () => {
  const [world, ada] = await onePerson();
  ada.api.setTitle = () => Promise.reject(new AppError('not-now', 'Away.'));
  ada.session.setTitle('Crane');
  await world.run(5_000);
  assert.equal(ada.session.title.value, 'Crane');
  assert.equal(ada.session.hasUnsent.value, true);
  ada.api.setTitle = () => refuses('no-access');
  await world.run(10_000);
  assert.equal(ada.session.title.value, 'Heron');
  assert.equal(ada.session.hasUnsent.value, false);
});

test('a title given to a page that is not stored stores it first', async () => {
  const world = new SyncWorld();
  const ada = await world.open({ role: 'owner' });
  ada.session.setTitle('Plans');
  await world.run(2_000);
  assert.deepEqual(ada.asked, ['create', 'title Plans']);
});

test('after a break, title and rights are asked once', async () => {
  const [world, ada] = await onePerson();
  ada.link().cut();
  await world.run(10_000);
  assert.deepEqual(ada.asked, ['fetch']);
});

test('a server that takes no op just now: the line comes and goes, the save state says it steadily, and all arrives', async () => {
  const [world, ada] = await onePerson();
  let isFull = true;
  let tries = 0;
  const known = new Set<unknown>();
  const states: SaveState[] = [];
  ada.session.saveState.subscribe((state) => states.push(state));
  /** Closes each line at its first op, as a server with a full disk does. */
  const pass = async (ms: number) => {
    for (let passed = 0; passed < ms; passed += 10) {
      const link = ada.link();
      if (!known.has(link)) {
        known.add(link);
        const send = link.send.bind(link);
        link.send = (text) => {
          if (!isFull || JSON.parse(text).a !== 'op') return send(text);
          tries++;
          link.endByServer(closeCodes['not-now'].code);
        };
      }
      await world.run(10);
    }
  };
  ada.types(0, 'a');
  await pass(20_000);
  ada.types(0, 'b');
  await pass(20_000);
  // Growing delays: neither a storm nor a long silence.
  assert.ok(tries >= 5 && tries <= 20, `${tries} tries in 40 s`);
  assert.deepEqual(ada.session.saveState.value, { kind: 'offline', unsent: 2, isHeld: true });
  assert.deepEqual(ada.session.refused.value, []);
  const kinds = states.map(({ kind }) => kind).filter((kind, i, all) => kind !== all[i - 1]);
  assert.deepEqual(kinds, ['saved', 'saving', 'reconnecting', 'offline'], 'nothing flickers');
  isFull = false;
  await pass(10_000);
  assert.equal(ada.session.saveState.value.kind, 'saved');
  assert.equal(await world.text(), 'baheron\n');
});

test('closed, nothing runs any more', async () => {
  const [world, ada] = await onePerson();
  ada.session.close();
  const { count } = world.time;
  await world.run(300_000);
  assert.ok(world.time.count - count < 10, `${world.time.count - count} events after closing`);
});
