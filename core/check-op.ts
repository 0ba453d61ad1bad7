// The op validator: one rule list for every way an op can reach a document (internals.md §6.3):
// socket, REST, import, restore, undo. It refuses with a sentence that names the component; it never
// repairs. `parseOp` needs no document and runs before anything transforms the op (a `delete: 0` or
// `retain: -1` derails quill-delta); `checkOp` adds what only the document can tell and runs on the
// op as it will be stored, after the transforms.

import { Delta, type DeltaOp, jsonBytes, jsonBytesAtMost, pushOp } from './delta.ts';
import { AppError } from './errors.ts';
import { embeds, formats } from './formats.ts';
import { limits } from './limits.ts';
import type { LazyDelta } from './rich-text.ts';

/** Ops that `parseOp` made or `checkOp` passed: canonical, so their shape need not be asked again. */
const parsed = new WeakSet<Delta>();

function refuse(component: number, what: string): never {
  throw new AppError('bad-op', `Component ${component}: ${what}.`, { details: { component } });
}

const isPlainObject = (value: unknown): value is Record<string, unknown> => {
  if (typeof value !== 'object' || value === null || Array.isArray(value)) return false;
  const prototype = Object.getPrototypeOf(value);
  return prototype === Object.prototype || prototype === null;
};

function checkText(text: string, component: number): void {
  if (text === '') refuse(component, 'an insert must not be empty');
  if (text.includes('\r')) refuse(component, 'text must not hold carriage returns');
  if (text.includes('\0')) refuse(component, 'text must not hold NUL characters');
  if (!text.isWellFormed()) refuse(component, 'text must not hold half a surrogate pair');
}

/** What a format or an embed holds, as far as every store must give it back as it was. */
function checkValue(value: unknown, what: string, component: number): void {
  if (typeof value !== 'string') return;
  if (value.includes('\0')) refuse(component, `${what} holds a NUL character`);
  if (!value.isWellFormed()) refuse(component, `${what} holds half a surrogate pair`);
}

function checkEmbed(embed: Record<string, unknown>, component: number): void {
  const keys = Object.keys(embed);
  const key = keys[0];
  if (keys.length !== 1 || key === undefined) {
    refuse(component, 'an embed has exactly one key');
  }
  const accepts = Object.hasOwn(embeds, key) ? embeds[key] : undefined;
  if (!accepts) refuse(component, `the embed “${key.slice(0, 40)}” is not known`);
  if (!accepts(embed[key])) refuse(component, `the value of the embed “${key}” is not allowed`);
  checkValue(embed[key], `the value of the embed “${key}”`, component);
}

function checkAttributes(
  attributes: unknown,
  component: number,
  mayRemove: boolean,
): Record<string, unknown> | undefined {
  if (attributes === undefined) return undefined;
  if (!isPlainObject(attributes)) refuse(component, 'attributes must be an object');
  const names = Object.keys(attributes);
  if (names.length === 0) return undefined;
  if (names.length > limits.maxAttributes) {
    refuse(component, `more than ${limits.maxAttributes} attributes`);
  }
  for (const name of names) {
    const format = Object.hasOwn(formats, name) ? formats[name] : undefined;
    if (!format) refuse(component, `the format “${name.slice(0, 40)}” is not known`);
    const value = attributes[name];
    if (value === null) {
      if (!mayRemove) refuse(component, `an insert cannot remove the format “${name}”`);
    } else if (!format.accepts(value)) {
      refuse(component, `the value of the format “${name}” is not allowed`);
    } else checkValue(value, `the value of the format “${name}”`, component);
  }
  return attributes;
}

function checkCount(value: unknown, verb: string, component: number): number {
  if (!Number.isSafeInteger(value) || (value as number) < 1) {
    refuse(component, `${verb} must be a whole number of at least 1`);
  }
  return value as number;
}

const KEYS = new Set(['insert', 'retain', 'delete', 'attributes']);

function parseComponent(part: unknown, component: number): DeltaOp {
  if (!isPlainObject(part)) refuse(component, 'a component must be an object');
  for (const key of Object.keys(part)) {
    if (!KEYS.has(key)) refuse(component, `the key “${key.slice(0, 40)}” is not known`);
  }
  const { insert, retain, delete: removed } = part;
  const verbs = [insert, retain, removed].filter((verb) => verb !== undefined).length;
  if (verbs !== 1) refuse(component, 'exactly one of insert, retain and delete is wanted');
  if (removed !== undefined) {
    if (part.attributes !== undefined) refuse(component, 'a delete has no attributes');
    return { delete: checkCount(removed, 'delete', component) };
  }
  const attributes = checkAttributes(part.attributes, component, retain !== undefined);
  const formatted = attributes ? { attributes: { ...attributes } } : {};
  if (retain !== undefined) {
    return { retain: checkCount(retain, 'retain', component), ...formatted };
  }
  if (typeof insert === 'string') checkText(insert, component);
  else if (isPlainObject(insert)) checkEmbed(insert, component);
  else refuse(component, 'an insert must be text or an embed');
  return { insert: typeof insert === 'string' ? insert : { ...(insert as object) }, ...formatted };
}

/**
 * An op of unknown origin (an array, or `{ops: […]}` as a stock client composes it) as a canonical
 * Delta: adjacent equal parts joined, no bare retain at the end. Throws AppError `bad-op`, `too-large`.
 */
export function parseOp(op: unknown): Delta {
  if (op instanceof Delta && parsed.has(op)) return op;
  let list: unknown = op;
  if (op instanceof Delta) list = op.ops;
  else if (isPlainObject(op)) {
    for (const key of Object.keys(op)) {
      if (key !== 'ops') {
        throw new AppError('bad-op', `An op has no key “${key.slice(0, 40)}”.`);
      }
    }
    list = op.ops;
  }
  if (!Array.isArray(list)) throw new AppError('bad-op', 'An op must be a list of components.');
  if (list.length > limits.maxOpComponents) {
    throw new AppError('too-large', `An op has at most ${limits.maxOpComponents} components.`);
  }
  const ops: DeltaOp[] = [];
  // Parsed first, measured after: only then is it known to be JSON without surprises.
  let atMost = 2;
  list.forEach((part, component) => {
    const parsedPart = parseComponent(part, component);
    atMost += jsonBytesAtMost(parsedPart) + 1;
    pushOp(ops, parsedPart);
  });
  const delta = new Delta(ops as Delta['ops']).chop();
  if (atMost > limits.maxOpBytes && jsonBytes(ops) > limits.maxOpBytes) {
    throw new AppError('too-large', `An op has at most ${limits.maxOpBytes / 1024} KB.`, {
      details: { maxBytes: limits.maxOpBytes },
    });
  }
  parsed.add(delta);
  return delta;
}

const isLowSurrogate = (unit: unknown) =>
  typeof unit === 'number' && unit >= 0xdc00 && unit <= 0xdfff;

/** No reach beyond the end, no cut through a surrogate pair. Returns how much of the document is covered. */
function checkReach(document: LazyDelta, ops: readonly DeltaOp[]): number {
  const length = document.length();
  let index = 0;
  ops.forEach((part, component) => {
    // It stands at a border that was looked at, or at the beginning.
    if (part.insert !== undefined) return;
    index += (part.retain as number | undefined) ?? part.delete ?? 0;
    if (index > length) {
      refuse(component, `reaches to ${index}, but the document has ${length} characters`);
    }
    // A document holds whole pairs only, so a low half at the border means that its pair is cut.
    if (index > 0 && index < length && isLowSurrogate(document.unitAt(index))) {
      refuse(component, 'cuts through a surrogate pair');
    }
  });
  return index;
}

/** Every document ends with a newline, and still does after the op. */
function checkFinalNewline(document: LazyDelta, ops: readonly DeltaOp[], covered: number): void {
  if (covered < document.length()) return;
  let index = covered;
  for (let component = ops.length - 1; component >= 0; component--) {
    const part = ops[component]!;
    if (part.delete !== undefined) {
      index -= part.delete;
      continue;
    }
    const endsWell =
      part.insert === undefined
        ? document.unitAt(index - 1) === 10
        : typeof part.insert === 'string' && part.insert.endsWith('\n');
    if (!endsWell) refuse(component, 'the document must end with a newline');
    return;
  }
  if (covered > 0) refuse(ops.length - 1, 'the document must end with a newline');
}

/**
 * Refuses an op that does not fit the document; returns it in canonical form. O(op), but for a document
 * near its size limit. Throws AppError `bad-op`, `too-large`.
 */
export function checkOp(document: LazyDelta, op: unknown): Delta {
  const delta = parseOp(op);
  const ops = delta.ops as DeltaOp[];
  if (ops.length === 0) return delta;
  const covered = checkReach(document, ops);
  checkFinalNewline(document, ops, covered);
  if (!document.fits(delta, limits.maxDocumentBytes)) {
    throw new AppError(
      'too-large',
      `A document has at most ${limits.maxDocumentBytes / 1024 / 1024} MB; this change would exceed it.`,
      { details: { maxBytes: limits.maxDocumentBytes } },
    );
  }
  return delta;
}

/** The content of a new document: inserts only, ending with a newline. Throws like `checkOp`. */
export function checkDocument(content: unknown): Delta {
  const list = isPlainObject(content) ? content.ops : content;
  if (!Array.isArray(list)) throw new AppError('bad-op', 'A document is a list of inserts.');
  if (list.length > limits.maxDocumentBytes / 16) {
    throw new AppError('too-large', 'A document has too many components.');
  }
  const delta = new Delta();
  list.forEach((part, component) => {
    const op = parseComponent(part, component);
    if (op.insert === undefined) refuse(component, 'a document holds inserts only');
    delta.push(op as Delta['ops'][number]);
  });
  const last = delta.ops.at(-1)?.insert;
  if (typeof last !== 'string' || !last.endsWith('\n')) {
    throw new AppError('bad-op', 'A document must end with a newline.');
  }
  if (jsonBytes(delta.ops) > limits.maxDocumentBytes) {
    throw new AppError(
      'too-large',
      `A document has at most ${limits.maxDocumentBytes / 1024 / 1024} MB.`,
      { details: { maxBytes: limits.maxDocumentBytes } },
    );
  }
  return delta;
}
