import assert from 'node:assert/strict';
import { test } from 'node:test';
import { createProgress } from '../../../server/progress.ts';

function output(isTTY: boolean) {
  const texts: string[] = [];
  return { isTTY, texts, write: (text: string) => texts.push(text) };
}

test('on a terminal there is one bar, drawn not too often, and lines come above it', () => {
  const out = output(true);
  let now = 0;
  const progress = createProgress(out, 'documents', () => now);
  progress.at(0, 4);
  now = 50;
  progress.at(1, 4);
  assert.deepEqual(out.texts, [`[${'.'.repeat(30)}] 0 of 4 documents`]);
  now = 150;
  progress.at(2, 4);
  assert.equal(out.texts.at(-1), `[${'#'.repeat(15)}${'.'.repeat(15)}] 2 of 4 documents`);
  out.texts.length = 0;
  progress.say('something');
  assert.deepEqual(out.texts.slice(0, 2), ['\r\x1b[K', 'something\n']);
  assert.match(out.texts[2]!, /2 of 4/);
  progress.at(4, 4);
  assert.match(out.texts.at(-1)!, /#{30}\] 4 of 4/, 'the end is always drawn');
  progress.end();
  assert.equal(out.texts.at(-1), '\r\x1b[K');
});

test('elsewhere there is a plain line now and then', () => {
  const out = output(false);
  let now = 0;
  const progress = createProgress(out, 'documents', () => now);
  for (; now < 25_000; now += 1_000) progress.at(now / 1_000, 30);
  progress.say('something');
  progress.end();
  assert.deepEqual(out.texts, ['10 of 30 documents\n', '20 of 30 documents\n', 'something\n']);
});
