// Recorded writing (test/traces) played through real clients over a real server: one author while
// somebody watches, and three people at once. Positions in the records count code points.

import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { type TestContext, test } from 'node:test';
import { gunzipSync } from 'node:zlib';
import { Delta } from '../../core/delta.ts';
import { startApp } from '../helpers/app.ts';
import { eventually } from '../helpers/eventually.ts';
import { type LiveClient, openLive } from '../helpers/live-client.ts';

type Patch = [position: number, deleted: number, inserted: string];

interface Trace {
  endContent: string;
  numAgents?: number;
  txns: { agent?: number; patches: Patch[] }[];
}

const readTrace = (name: string): Trace => {
  const path = join(import.meta.dirname, '..', 'traces', `${name}.json.gz`);
  return JSON.parse(gunzipSync(readFileSync(path)).toString()) as Trace;
};

/** What a person types before anything else gets a turn: the session sends what has gathered. */
const editsPerTurn = 25;
/** Now and then the person stops to read: however slow the machine, many ops go out, not one. */
const editsPerPause = 250;
const turn = () => new Promise<void>((done) => setImmediate(done));

/** Where a position in code points is in UTF-16 units. */
function unitsAt(text: string, position: number): number {
  let units = 0;
  for (let i = 0; i < position && units < text.length; i++) {
    units += text.codePointAt(units)! > 0xffff ? 2 : 1;
  }
  return units;
}

/** Counting costs a pass over the text; none of these records has a character of two units so far. */
const hasPairs = (trace: Trace): boolean =>
  trace.txns.some(({ patches }) => patches.some(([, , text]) => /[\ud800-\udfff]/.test(text)));

function play(client: LiveClient, [position, deleted, inserted]: Patch, counts: boolean): void {
  const { editor } = client;
  const last = editor.length() - 1;
  const text = counts ? client.text() : '';
  const start = Math.min(counts ? unitsAt(text, position) : position, last);
  const wanted = counts ? unitsAt(text, position + deleted) : position + deleted;
  const end = Math.min(Math.max(start, wanted), last);
  const change = new Delta()
    .retain(start)
    .insert(inserted)
    .delete(end - start);
  if (change.ops.length > 0) editor.edit(change.chop());
}

async function open(t: TestContext, count: number) {
  const app = await startApp(t, { config: { rateLimits: false } });
  const people = await Promise.all(Array.from({ length: count }, (_, i) => app.guest(`P${i}`)));
  const [first] = people;
  const { collection, id } = await first!.makes();
  const clients: LiveClient[] = [];
  for (const person of people) clients.push(await openLive(t, app, person, { collection, id }));
  const stored = async () => {
    const { text } = await first!.get(`/api/v1/documents/${collection}/${id}?format=text`);
    const { json } = await first!.get(`/api/v1/documents/${collection}/${id}`);
    // Played live, not pasted at the end.
    assert.ok(json.version > 50, `only ${json.version} ops reached the server`);
    return text;
  };
  return { clients, stored };
}

for (const name of ['sveltecomponent', 'rustcode', 'clownschool_flat']) {
  test(`the recorded session ${name}, played live, ends at its recorded text`, async (t) => {
    const trace = readTrace(name);
    const counts = hasPairs(trace);
    const { clients, stored } = await open(t, 2);
    const [author, watcher] = clients as [LiveClient, LiveClient];
    for (const [i, { patches }] of trace.txns.entries()) {
      for (const patch of patches) play(author, patch, counts);
      if (i % editsPerTurn === 0) await turn();
      if (i % editsPerPause === 0) await author.session.settled();
    }
    await author.session.settled();
    // A document always ends with a newline of its own.
    const expected = `${trace.endContent}\n`;
    assert.ok(author.text() === expected, 'the author sees another text');
    await eventually(
      'the watcher sees the same',
      () => watcher.text() === expected,
      (same) => same,
    );
    assert.ok((await stored()) === expected, 'the server has another text');
    assert.equal(author.session.refused.value.length, 0);
  });
}

test('the recorded concurrent session, played by three people at once, leaves all replicas equal', async (t) => {
  const trace = readTrace('clownschool');
  const counts = hasPairs(trace);
  const { clients, stored } = await open(t, trace.numAgents ?? 3);
  let inserted = 0;
  let deleted = 0;
  for (const [i, { agent, patches }] of trace.txns.entries()) {
    const client = clients[agent ?? 0]!;
    for (const patch of patches) {
      const before = client.editor.length();
      play(client, patch, counts);
      inserted += patch[2].length;
      deleted += before + patch[2].length - client.editor.length();
    }
    if (i % editsPerTurn === 0) await turn();
    if (i % editsPerPause === 0) await client.session.settled();
    // The network cuts one of them off now and then.
    if (i % 5000 === 4999) client.cut();
  }
  await Promise.all(clients.map(({ session }) => session.settled()));
  const text = await stored();
  for (const [i, client] of clients.entries()) {
    await eventually(
      `client ${i} sees what the server has`,
      () => client.text() === text,
      (same) => same,
    );
    assert.equal(client.session.refused.value.length, 0);
  }
  // Nothing typed is lost; what two deleted at once is counted twice here.
  assert.ok(text.length - 1 >= inserted - deleted, 'text is missing');
  assert.ok(text.length - 1 <= inserted, 'text came from nowhere');
});
