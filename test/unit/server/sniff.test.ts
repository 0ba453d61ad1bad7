import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { sniffImage } from '../../../server/uploads/sniff.ts';
import { avif, gif, jpeg, png, webp } from '../../helpers/images.ts';

const images = { png, gif, jpeg, webp, avif };

for (const [name, make] of Object.entries(images)) {
  test(`a ${name} is known with its size, cut anywhere it is not`, () => {
    const whole = make(640, 480);
    const seen = sniffImage(whole);
    assert.ok(seen && seen !== 'damaged');
    assert.deepEqual([seen.width, seen.height], [640, 480]);
    for (let end = 0; end < whole.length; end++) {
      const cut = sniffImage(whole.subarray(0, end));
      if (cut === null || cut === 'damaged') continue;
      // What is left is enough to know it: then it is known rightly.
      assert.deepEqual(cut, seen);
    }
  });

  test(`a view into a larger buffer gives nothing of its surroundings (${name})`, () => {
    const whole = make(640, 480);
    for (let end = 12; end < whole.length; end++) {
      const apart = sniffImage(new Uint8Array(whole.subarray(0, end)));
      const buffer = new Uint8Array(end + 64).fill(0x41);
      buffer.set(whole.subarray(0, end), 16);
      assert.deepEqual(sniffImage(buffer.subarray(16, 16 + end)), apart);
    }
  });
}

test('whatever the bytes, the answer is an image, damaged, or nothing', () => {
  const start = fc.constantFrom(...Object.values(images).map((make) => make(3, 4)));
  fc.assert(
    fc.property(start, fc.nat(60), fc.uint8Array({ maxLength: 80 }), (head, at, noise) => {
      const bytes = new Uint8Array(Math.max(head.length, at + noise.length));
      bytes.set(head);
      bytes.set(noise, at);
      const seen = sniffImage(bytes);
      assert.ok(seen === null || seen === 'damaged' || (seen.width >= 1 && seen.height >= 1));
    }),
    { numRuns: 2000 },
  );
});
