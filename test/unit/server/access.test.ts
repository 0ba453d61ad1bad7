// What an API token narrows, in the one function that decides.

import assert from 'node:assert/strict';
import { test } from 'node:test';
import { parseDocumentRef, type UserId } from '../../../core/ids.ts';
import { allowCreate, decide, roleOf } from '../../../server/access/access.ts';
import type { Limit, Person } from '../../../server/access/actor.ts';
import type { DocumentRecord } from '../../../server/store/schema.ts';

const ref = parseDocumentRef('docs', 'one')!;
const ada = 'g_ada12345678' as UserId;
const person = (limit?: Limit): Person => ({
  kind: 'account',
  id: ada,
  name: 'Ada',
  color: 1,
  isAdmin: false,
  ...(limit ? { limit } : {}),
});
const record = (ownerId: string): DocumentRecord => ({
  title: '',
  titled: false,
  ownerId,
  link: 'viewer',
  createdAt: 0,
  updatedAt: 0,
  updatedBy: null,
  preview: '',
  indexedVersion: 0,
  trashedAt: null,
});
const nothing = { held: [], now: 0 };
const reader: Limit = { atMost: 'viewer', collection: null };
const writer: Limit = { atMost: 'owner', collection: null };
const elsewhere: Limit = {
  atMost: 'owner',
  collection: parseDocumentRef('notes', 'x')!.collection,
};

test('a token gives at most its role, and never more than its owner has', () => {
  assert.equal(roleOf(person(), ref, record(ada), nothing), 'owner');
  assert.equal(roleOf(person(writer), ref, record(ada), nothing), 'owner');
  assert.equal(roleOf(person(reader), ref, record(ada), nothing), 'viewer');
  assert.equal(roleOf(person(writer), ref, record('g_somebody123'), nothing), 'viewer');
  assert.equal(roleOf(person(reader), ref, null, nothing), 'viewer');
  assert.throws(() => decide(person(reader), 'edit', ref, record(ada), nothing), {
    code: 'no-access',
  });
  assert.equal(decide(person(reader), 'read', ref, record(ada), nothing).role, 'viewer');
});

test('a token of one collection has no role in another', () => {
  assert.equal(roleOf(person(elsewhere), ref, record(ada), nothing), null);
  assert.throws(() => decide(person(elsewhere), 'read', ref, record(ada), nothing), {
    code: 'no-access',
  });
  assert.throws(() => allowCreate(person(elsewhere), ref), { code: 'no-access' });
  assert.throws(() => allowCreate(person(reader), ref), { code: 'no-access' });
  allowCreate(person(writer), ref);
  allowCreate(person(), ref);
});

test('what a host application gives counts alone: not what the document gives, and not outside', () => {
  const inside: Limit = {
    atMost: 'editor',
    collection: null,
    gives: [
      { collection: ref.collection, id: ref.id, role: 'commenter' },
      { collection: parseDocumentRef('notes', 'x')!.collection, id: null, role: 'editor' },
      { collection: ref.collection, id: ref.id, role: 'viewer' },
    ],
  };
  const shut: DocumentRecord = { ...record('g_somebody123'), link: 'none' };
  assert.equal(roleOf(person(inside), ref, shut, nothing), 'commenter');
  assert.equal(
    roleOf(person(inside), ref, record(ada), nothing),
    'commenter',
    'not even its owner’s',
  );
  assert.equal(roleOf(person(inside), parseDocumentRef('notes', 'any')!, shut, nothing), 'editor');
  const open: DocumentRecord = { ...record('g_somebody123'), link: 'editor' };
  assert.equal(roleOf(person(inside), parseDocumentRef('docs', 'two')!, open, nothing), null);
  assert.throws(() => allowCreate(person(inside), ref), { code: 'no-access' });
  allowCreate(person(inside), parseDocumentRef('notes', 'new')!);
});
