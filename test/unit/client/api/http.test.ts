import assert from 'node:assert/strict';
import { afterEach, test } from 'node:test';
import { isUnreachable, problemToError, request } from '../../../../client/api/http.ts';
import { AppError } from '../../../../core/errors.ts';

const original = globalThis.fetch;
afterEach(() => {
  globalThis.fetch = original;
});
const answer = (status: number, body: string) => {
  globalThis.fetch = async () => new Response(status === 204 ? null : body, { status });
};

test('a problem becomes the error of its code', () => {
  const error = problemToError(
    413,
    JSON.stringify({ code: 'too-large', detail: 'Larger than 10 MB.', title: 'x', status: 413 }),
  );
  assert.equal(error.code, 'too-large');
  assert.equal(error.message, 'Larger than 10 MB.');
});

test('what a proxy says in the server’s place is told by its status', () => {
  assert.equal(problemToError(502, '<html>Bad gateway</html>').code, 'not-now');
  assert.equal(problemToError(404, '').code, 'not-found');
  assert.equal(problemToError(418, 'null').code, 'internal');
  assert.equal(problemToError(500, '{"code":"made-up"}').code, 'internal');
});

test('a refused request throws, an empty answer is nothing', async () => {
  answer(403, JSON.stringify({ code: 'no-access', detail: 'No.' }));
  await assert.rejects(request('GET', '/x'), { code: 'no-access' });
  answer(204, '');
  assert.equal(await request('DELETE', '/x'), undefined);
});

test('a server that is not there is told apart from one that refuses', async () => {
  globalThis.fetch = async () => {
    throw new TypeError('Failed to fetch');
  };
  const error = await request('GET', '/x').catch((caught: unknown) => caught);
  assert.ok(error instanceof AppError);
  assert.equal(isUnreachable(error), true);
  assert.equal(isUnreachable(problemToError(503, '')), false);
});

test('a server that does not answer is given up at the deadline', async () => {
  globalThis.fetch = (_url, options) =>
    new Promise((_resolve, reject) => {
      options?.signal?.addEventListener('abort', () => reject(new Error('aborted')));
    });
  const error = await request('GET', '/x', { timeoutMs: 10 }).catch((caught: unknown) => caught);
  assert.equal(isUnreachable(error), true);
});
