// What happens in a simulated session: a list of actions drawn from a seed. Positions are fractions, so
// that an action means something on any document, and the list can be cut down when one fails.

import { createRandom, type Random } from '../helpers/random.ts';

export const edits = ['type', 'line', 'delete', 'replace', 'format', 'block', 'embed'] as const;
export const faults = [
  'cut',
  'silence',
  'offline',
  'restart',
  'lose-ack',
  'lose-op',
  'refuse',
  'drift',
] as const;
export const others = ['select', 'compose', 'hide', 'answer'] as const;

export type Kind = (typeof edits)[number] | (typeof faults)[number] | (typeof others)[number];

export interface Action {
  /** Milliseconds after the start. */
  readonly at: number;
  readonly client: number;
  readonly kind: Kind;
  /** Each 0 ≤ x < 1: what they mean depends on the kind. */
  readonly a: number;
  readonly b: number;
}

export interface Script {
  readonly seed: number;
  readonly clients: number;
  /** Nothing is stored when the first clients open the page. */
  readonly isAbsent: boolean;
  /** When each client opens the page. */
  readonly opensAt: readonly number[];
  /** Shortest and longest time of a message, of each client. */
  readonly delays: readonly (readonly [number, number])[];
  readonly batches: boolean;
  readonly actions: readonly Action[];
  readonly lengthMs: number;
}

export const leastEdits = 50;
export const leastCuts = 3;

const weights: readonly (readonly [Kind, number])[] = [
  ['type', 42],
  ['line', 5],
  ['delete', 14],
  ['replace', 5],
  ['format', 9],
  ['block', 5],
  ['embed', 3],
  ['select', 5],
  ['compose', 4],
  ['hide', 1],
  ['answer', 3],
  ['cut', 2],
  ['silence', 1],
  ['offline', 1],
  ['restart', 1],
  ['lose-ack', 1],
  ['lose-op', 1],
  ['refuse', 3],
  ['drift', 1],
];
const total = weights.reduce((sum, [, weight]) => sum + weight, 0);

function drawKind(random: Random): Kind {
  let at = random.next() * total;
  for (const [kind, weight] of weights) {
    at -= weight;
    if (at < 0) return kind;
  }
  return 'type';
}

export function drawScript(seed: number): Script {
  const random = createRandom(seed);
  const clients = 3 + random.int(3);
  const lengthMs = 4_000 + random.int(8_000);
  const draw = (kind: Kind): Action => ({
    at: Math.floor(random.next() * lengthMs),
    client: random.int(clients),
    kind,
    a: random.next(),
    b: random.next(),
  });
  const actions = Array.from({ length: 90 + random.int(60) }, () => draw(drawKind(random)));
  const count = (kinds: readonly Kind[]) =>
    actions.filter(({ kind }) => kinds.includes(kind)).length;
  // Not all happen: somebody has not opened the page yet, or may not write for a moment.
  while (count(edits) < leastEdits + 50) actions.push(draw('type'));
  while (count(['cut']) < leastCuts + 2) actions.push(draw('cut'));
  // Some type in bursts, as people do: their edits meet in one op.
  const burst = random.int(clients);
  const burstAt = random.int(lengthMs);
  for (let i = 0; i < 15; i++)
    actions.push({ ...draw('type'), at: burstAt + i * 30, client: burst });
  return {
    seed,
    clients,
    isAbsent: random.chance(0.3),
    opensAt: Array.from({ length: clients }, (_, i) =>
      i < 2 || random.chance(0.7) ? random.int(200) : random.int(lengthMs),
    ),
    delays: Array.from({ length: clients }, () => {
      const least = 1 + random.int(60);
      return [least, least + random.int(random.chance(0.2) ? 600 : 80)] as const;
    }),
    batches: random.chance(0.5),
    actions: actions.sort((one, other) => one.at - other.at),
    lengthMs,
  };
}
