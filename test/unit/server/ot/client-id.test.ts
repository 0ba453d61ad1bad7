import assert from 'node:assert/strict';
import { test } from 'node:test';
import { systemIds } from '../../../../server/ids.ts';
import { createClientIds } from '../../../../server/ot/client-id.ts';

const secret = 'a secret of thirty-two characters';
const ids = createClientIds(secret, systemIds);

test('an id belongs to the person it was issued to, also after a restart', () => {
  const id = ids.issue('g_ada');
  assert.ok(ids.isOwn(id, 'g_ada'));
  assert.ok(createClientIds(secret, systemIds).isOwn(id, 'g_ada'));
  assert.ok(!ids.isOwn(id, 'g_eve'));
  assert.ok(!createClientIds('another secret', systemIds).isOwn(id, 'g_ada'));
});

test('every id is a new one', () => {
  assert.notEqual(ids.issue('g_ada'), ids.issue('g_ada'));
});

test('nothing that was changed is anybody’s', () => {
  const id = ids.issue('g_ada');
  const [random = '', proof = ''] = id.split('.');
  const swapped = `${random}.${ids.issue('g_ada').split('.')[1]}`;
  for (const made of [
    swapped,
    random,
    `${random}.`,
    `.${proof}`,
    `${id}x`,
    `${id}.x`,
    '',
    'é'.repeat(39),
  ]) {
    assert.ok(!ids.isOwn(made, 'g_ada'), made);
  }
});
