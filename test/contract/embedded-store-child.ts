// A server process of its own for embedded-store-crash.test.ts, made to be killed. It opens the store of the
// folder given and writes, telling each acknowledged op on a line; it never stops by itself.
// Arguments: folder, round.

import { writeSync } from 'node:fs';
import { parseDocumentKey } from '../../core/ids.ts';
import { systemClock } from '../../server/clock.ts';
import { openEmbeddedStore } from '../../server/store/embedded/embedded-store.ts';

const [dataDir = '', round = '0'] = process.argv.slice(2);
const store = await openEmbeddedStore({ dataDir, clock: systemClock });
// Synchronous: what was said was acknowledged, whatever happens next.
const say = (line: string) => writeSync(1, `${line}\n`);
say('open');

async function writer(key: string): Promise<void> {
  const ref = parseDocumentKey(key);
  if (!ref) throw new Error(key);
  for (let v = await store.ops.version(ref), seq = 1; ; ) {
    // Several on their way at once, of different sizes, with other writes between them.
    const group = Array.from({ length: 1 + (v % 4) }, () => {
      const at = v++;
      const op = [{ insert: `${key} ${at} ${round} `.repeat(1 + ((at * 7) % 90)) }];
      const entry = { v: at, src: `src-${round}-${key}`, seq: seq++, op, m: { ts: at } };
      return store.ops.append(ref, entry).then((result) => say(`${result} ${key} ${at}`));
    });
    await Promise.all(group);
    await store.ops.writeSnapshot(ref, { v, type: 't', data: key, m: null });
  }
}

const keys = ['a', 'b', 'c', 'd', 'e'].map((id) => `pads/${id}`);
await Promise.all(keys.map(writer));
