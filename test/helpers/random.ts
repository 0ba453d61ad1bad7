// A seeded generator of 32 bits (sfc32), so that everything drawn from it can be drawn again.

export interface Random {
  /** 0 ≤ x < 1. */
  next(): number;
  /** 0 ≤ n < below, whole. */
  int(below: number): number;
  chance(probability: number): boolean;
  pick<T>(list: readonly T[]): T;
  /** Another generator, independent of how much is drawn from this one. */
  fork(): Random;
}

export function createRandom(seed: number): Random {
  let a = seed | 0;
  let b = 0x9e3779b9 | 0;
  let c = 0x243f6a88 | 0;
  let count = 1;
  const draw = () => {
    const sum = (((a + b) | 0) + count) | 0;
    count = (count + 1) | 0;
    a = b ^ (b >>> 9);
    b = (c + (c << 3)) | 0;
    c = (c << 21) | (c >>> 11);
    c = (c + sum) | 0;
    return sum >>> 0;
  };
  // Neighbouring seeds begin alike.
  for (let i = 0; i < 12; i++) draw();
  const random: Random = {
    next: () => draw() / 2 ** 32,
    int: (below) => Math.floor(random.next() * below),
    chance: (probability) => random.next() < probability,
    pick: (list) => {
      if (list.length === 0) throw new Error('Nothing to pick from');
      return list[random.int(list.length)]!;
    },
    fork: () => createRandom(draw()),
  };
  return random;
}
