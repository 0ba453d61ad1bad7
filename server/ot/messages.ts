// What a client may say: an allow-list of ShareDB's actions, each with its keys and their types. What
// comes out is a copy with nothing else in it. Knows no rights and no state.

import { AppError } from '../../core/errors.ts';
import {
  type DocumentRef,
  isCollectionName,
  isDocumentId,
  parseDocumentRef,
} from '../../core/ids.ts';
import { limits } from '../../core/limits.ts';

type Version = number;

/** `b` of a bulk message: ids, or ids with the versions that the client has. */
export type Bulk = string[] | Record<string, Version | null>;

export type ClientMessage =
  | { a: 'hs'; id?: string; protocol?: number; protocolMinor?: number }
  | { a: 'pp' }
  | { a: 'f' | 's' | 'u'; c: string; d: string; v?: Version }
  | { a: 'bf' | 'bs'; c: string; b: Bulk }
  | { a: 'bu'; c: string; b: string[] }
  | {
      a: 'op';
      c: string;
      d: string;
      v: Version;
      src?: string;
      seq: number;
      op: unknown;
      /** Put there by the guard, never by a client. */
      x?: { denied: true };
    }
  | { a: 'p'; ch: string; id: string; p: unknown; pv: number }
  | { a: 'ps' | 'pu'; ch: string; seq: number }
  | { a: 'pr'; ch: string };

type Check = (value: unknown) => boolean;

const isVersion: Check = (value) => Number.isSafeInteger(value) && (value as number) >= 0;
const isShort: Check = (value) =>
  typeof value === 'string' && value.length > 0 && value.length <= 128;
const isIdList: Check = (value) =>
  Array.isArray(value) && value.length <= limits.maxSubscriptions && value.every(isDocumentId);

function isBulk(value: unknown): boolean {
  if (typeof value !== 'object' || value === null) return false;
  if (Array.isArray(value)) return isIdList(value);
  const entries = Object.entries(value);
  return (
    entries.length <= limits.maxSubscriptions &&
    entries.every(([id, version]) => isDocumentId(id) && (version === null || isVersion(version)))
  );
}

const optional =
  (check: Check): Check =>
  (value) =>
    value === undefined || value === null || check(value);

const document = { c: isCollectionName, d: isDocumentId };
const channel: Check = (value) => parseChannel(value) !== null;
const anything: Check = () => true;

const shapes: Readonly<Record<string, Readonly<Record<string, Check>>>> = {
  hs: { id: optional(isShort), protocol: optional(isVersion), protocolMinor: optional(isVersion) },
  pp: {},
  f: { ...document, v: optional(isVersion) },
  s: { ...document, v: optional(isVersion) },
  u: document,
  bf: { c: isCollectionName, b: isBulk },
  bs: { c: isCollectionName, b: isBulk },
  bu: { c: isCollectionName, b: isIdList },
  op: {
    ...document,
    v: isVersion,
    src: optional(isShort),
    seq: (value) => isVersion(value) && value !== 0,
    // ShareDB's client always sends it, for the use of middleware; here nothing reads it.
    x: anything,
    op: (value) => typeof value === 'object' && value !== null,
  },
  p: {
    ch: channel,
    id: isShort,
    p: anything,
    pv: (value) => isVersion(value) && (value as number) < 2 ** 31,
  },
  ps: { ch: channel, seq: isVersion },
  pu: { ch: channel, seq: isVersion },
  pr: { ch: channel },
};

/** The same as lists: every message is held against one. */
const checks = new Map(Object.entries(shapes).map(([a, shape]) => [a, Object.entries(shape)]));
/** Everything a client may say. */
export const actions: readonly string[] = Object.keys(shapes);

/** The document of a presence channel (`collection.id`), or null. */
export function parseChannel(value: unknown): DocumentRef | null {
  if (typeof value !== 'string') return null;
  const dot = value.indexOf('.');
  return dot < 0 ? null : parseDocumentRef(value.slice(0, dot), value.slice(dot + 1));
}

const refuse = (message: string): never => {
  throw new AppError('bad-request', message);
};

/** Throws AppError `bad-request`, in words for the author of the client. */
export function parseMessage(value: unknown): ClientMessage {
  const given = value as Record<string, unknown>;
  // Not String(): an object may have a `toString` that is no function.
  const action = typeof given.a === 'string' ? given.a.slice(0, 8) : typeof given.a;
  const shape = Object.hasOwn(shapes, action) ? shapes[action] : undefined;
  if (!shape || given.a !== action) return refuse(`The action “${action}” is not offered here.`);
  if (action === 'op' && (given.create !== undefined || given.del !== undefined)) {
    return refuse('Documents are created and deleted over HTTP.');
  }
  const message: Record<string, unknown> = { a: action };
  for (const key of Object.keys(given)) {
    if (key !== 'a' && !Object.hasOwn(shape, key)) {
      return refuse(`A message “${action}” has no key “${key.slice(0, 40)}”.`);
    }
  }
  for (const [key, check] of checks.get(action)!) {
    const part = Object.hasOwn(given, key) ? given[key] : undefined;
    if (!check(part)) return refuse(`The key “${key}” of a message “${action}” is not valid.`);
    if (part !== undefined && part !== null && key !== 'x') message[key] = part;
  }
  // A presence of null is how somebody leaves.
  if (action === 'p') message.p = given.p ?? null;
  return message as unknown as ClientMessage;
}
