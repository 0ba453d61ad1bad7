// What an insert that failed half-way tells of its first half (server/store/mongo/connection.ts).

import assert from 'node:assert/strict';
import { test } from 'node:test';
import { MongoBulkWriteError, MongoServerError } from 'mongodb';
import { durableBefore } from '../../../../server/store/mongo/connection.ts';

/** As the driver makes it of a server's answer; no server at hand gives both failures at once. */
function failure(code: number, index: number, hasMajority: boolean): MongoBulkWriteError {
  const result = { getWriteConcernError: () => (hasMajority ? undefined : { code: 64 }) };
  const error = new MongoBulkWriteError(
    { message: 'no', code, writeErrors: [{ code, index }] } as never,
    result as never,
  );
  return error;
}

test('rows before one that was there already are durable, unless the majority was not reached', () => {
  assert.equal(durableBefore(failure(11000, 2, true)), 2);
  assert.equal(durableBefore(failure(11000, 0, true)), 0);
  assert.equal(durableBefore(failure(11000, 2, false)), null);
});

test('any other failure tells nothing of them', () => {
  assert.equal(durableBefore(failure(121, 2, true)), null);
  assert.equal(durableBefore(new MongoServerError({ message: 'no', code: 11000 })), null);
  assert.equal(durableBefore(new Error('no')), null);
});
