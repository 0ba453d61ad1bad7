// The hostile corpus on SQLite.

import assert from 'node:assert/strict';
import { test } from 'node:test';
import { corpusSize, hostileTests } from '../helpers/hostile/attack.ts';

hostileTests('SQLite', {}, false);

test('the corpus is as large as promised', () => {
  assert.ok(corpusSize >= 300, `${corpusSize} cases`);
});
