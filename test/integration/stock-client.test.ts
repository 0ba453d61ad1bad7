// A stock ShareDB client with the published rich-text type over a real socket: what product.md promises
// to programs that are not ours.

import assert from 'node:assert/strict';
import { test } from 'node:test';
import { startOpServer, submit, textOf } from '../helpers/op-server.ts';
import { until } from '../helpers/until.ts';

test('two stock clients write one document and see the same', async (t) => {
  const server = await startOpServer(t);
  const ref = await server.create('pair');
  const [ada, bob] = await Promise.all([server.client('ada'), server.client('bob')]);
  const [adas, bobs] = await Promise.all([ada.open(ref), bob.open(ref)]);
  await Promise.all([
    submit(adas, [{ insert: 'Hello' }]),
    submit(bobs, [{ insert: 'world', attributes: { bold: true } }]),
  ]);
  await until('both are at version 3', () => adas.version === 3 && bobs.version === 3);
  assert.deepEqual(adas.data, bobs.data);
  const stored = await server.backend.readForSystem(ref);
  assert.deepEqual(stored, { version: 3, ops: adas.data?.ops });
  assert.equal(textOf(adas).length, 'Helloworld\n'.length);
});
