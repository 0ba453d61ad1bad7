// Every action that is offered, with each of its keys of a wrong kind, missing, or unknown.

import assert from 'node:assert/strict';
import { type HostileCase, isRefused, type World } from './world.ts';

/** Stands for a number that JSON can write and JavaScript reads as infinite. */
const INFINITE = '∞';
const write = (message: unknown) => JSON.stringify(message).replaceAll(`"${INFINITE}"`, '1e999');

const notNames: Readonly<Record<string, unknown>> = {
  missing: undefined,
  'a number': 0,
  true: true,
  'a list': ['docs'],
  'an object': { toString: 'docs' },
  empty: '',
  'a path': '../../etc/passwd',
  'a slash': 'a/b',
  'a dollar': '$where',
  // Written plainly it would be no key.
  ['__proto__']: '__proto__',
  constructor: 'constructor',
  NUL: 'a\0b',
  'half a pair': '\ud83d',
  'ten thousand letters': 'x'.repeat(10_000),
};
const notChannels: Readonly<Record<string, unknown>> = {
  missing: undefined,
  'a number': 7,
  'a list': ['docs.x'],
  'no dot': 'docs',
  'only dots': '...',
  'a foreign collection': '__proto__.x',
  'a collection of all': 'docs.',
};
const notNumbers: Readonly<Record<string, unknown>> = {
  negative: -1,
  'a fraction': 1.5,
  infinite: INFINITE,
  'too large': 2 ** 53,
  'a string': '1',
  true: true,
  'a list': [1],
  'an object': {},
};
const notBulks: Readonly<Record<string, unknown>> = {
  missing: undefined,
  null: null,
  'a number': 5,
  'a string': 'abc',
  'a list of numbers': [5],
  'a list of lists': [['a']],
  'a list with a path': ['../x'],
  'a list of a thousand': Array.from({ length: 1000 }, (_, i) => `d${i}`),
  'a list with a hole': [null],
};
const notVersions: Readonly<Record<string, unknown>> = {
  'a map with a fraction': { abc: 1.5 },
  'a map with a string': { abc: 'x' },
  'a map with a path': { '../x': 1 },
  'a map of a thousand': Object.fromEntries(Array.from({ length: 1000 }, (_, i) => [`d${i}`, 1])),
};
const notOps: Readonly<Record<string, unknown>> = {
  missing: undefined,
  null: null,
  'a number': 5,
  'a string': '[{"insert":"x"}]',
  true: true,
};

type Wrong = Readonly<Record<string, unknown>>;
interface Action {
  message(world: World): Record<string, unknown>;
  wrong: Readonly<Record<string, Wrong>>;
}
/** Without what is missing: these keys need not be there. */
const optional = ({ missing: _, ...wrong }: Wrong): Wrong => wrong;
const address = (world: World) => ({ c: world.own.collection, d: world.own.id });
const channel = (world: World) => ({ ch: `${world.own.collection}.${world.own.id}` });
const names = { c: notNames, d: notNames };
/** Any string may be said; the server takes none but its own. */
const notShort = { 'a number': 5, true: true, 'a list': ['x'], 'an object': {}, empty: '' };

const actions: Readonly<Record<string, Action>> = {
  hs: {
    message: () => ({ protocol: 1, protocolMinor: 2 }),
    wrong: { id: notShort, protocol: notNumbers, protocolMinor: notNumbers },
  },
  f: { message: address, wrong: { ...names, v: notNumbers } },
  s: { message: address, wrong: { ...names, v: notNumbers } },
  u: { message: address, wrong: names },
  bf: {
    message: (world) => ({ c: world.own.collection, b: [world.own.id] }),
    wrong: { c: notNames, b: { ...notBulks, ...notVersions } },
  },
  bs: {
    message: (world) => ({ c: world.own.collection, b: [world.own.id] }),
    wrong: { c: notNames, b: { ...notBulks, ...notVersions } },
  },
  bu: {
    message: (world) => ({ c: world.own.collection, b: [world.own.id] }),
    wrong: { c: notNames, b: notBulks },
  },
  op: {
    message: (world) => ({ ...address(world), v: 1, seq: 1, op: [{ insert: 'x' }] }),
    wrong: {
      ...names,
      v: { ...notNumbers, missing: undefined },
      seq: { ...notNumbers, missing: undefined, zero: 0 },
      src: { ...notShort, 'somebody else': 'abcdef' },
      op: notOps,
      create: { 'a type': { type: 'http://sharejs.org/types/rich-text/v1', data: [] } },
      del: { true: true },
    },
  },
  p: {
    message: (world) => ({ ...channel(world), id: '@me', p: { i: null, l: 0, v: 1 }, pv: 1 }),
    wrong: {
      ch: notChannels,
      id: { ...notShort, missing: undefined, 'a thousand letters': 'x'.repeat(1000) },
      pv: { ...notNumbers, missing: undefined, 'beyond 2^31': 2 ** 31 },
      p: {
        'a number': 5,
        'a string': 'x',
        'a list': [1],
        'an empty object': {},
        'a negative place': { i: -1, l: 0, v: 1 },
        'a fraction': { i: 0.5, l: 0, v: 1 },
        'an infinite place': { i: INFINITE, l: 0, v: 1 },
        'a place as text': { i: '0', l: 0, v: 1 },
        'a place beyond every document': { i: 2 ** 40, l: 0, v: 1 },
        'a negative length': { i: 0, l: -1, v: 1 },
        'a version as text': { i: 0, l: 0, v: '1' },
      },
    },
  },
  ps: {
    message: (world) => ({ ...channel(world), seq: 1 }),
    wrong: { ch: notChannels, seq: { ...notNumbers, missing: undefined } },
  },
  pu: {
    message: (world) => ({ ...channel(world), seq: 1 }),
    wrong: { ch: notChannels, seq: { ...notNumbers, missing: undefined } },
  },
  pr: { message: channel, wrong: { ch: optional(notChannels) } },
};

/** As it should be: else what follows would be refused for another reason than its own. */
async function isTaken(world: World, message: Record<string, unknown>): Promise<void> {
  const socket = await world.socket();
  try {
    const from = socket.messages.length;
    socket.send(write(message).replaceAll('@me', socket.id));
    await socket.ask({ a: 'pp' });
    await socket.ask({ a: 'f', ...address(world) });
    const errors = socket.messages.slice(from).filter(({ error }) => error);
    assert.deepEqual(errors, []);
  } finally {
    socket.socket.terminate();
  }
}

export const wrongMessages: readonly HostileCase[] = Object.entries(actions).flatMap(
  ([a, { message, wrong }]) => [
    {
      name: `“${a}” as it should be is taken`,
      run: (world: World) => isTaken(world, { a, ...message(world) }),
    },
    {
      name: `“${a}” with a key that it does not have`,
      run: (world: World) => isRefused(world, write({ a, ...message(world), evil: 1 })),
    },
    ...Object.entries(wrong).flatMap(([key, values]) =>
      Object.entries(values).map(([what, value]) => ({
        name: `“${a}” with ${key}: ${what}`,
        run: (world: World) => isRefused(world, write({ a, ...message(world), [key]: value })),
      })),
    ),
  ],
);
