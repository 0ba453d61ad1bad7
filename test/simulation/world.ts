// Runs a script and judges what is left when everything has come to rest: all screens equal, equal to
// the documents behind them and to a replay of the log; every character where it must be.

import assert from 'node:assert/strict';
import type { DocumentBoot } from '../../core/api.ts';
import { Delta, type DeltaOp } from '../../core/delta.ts';
import type { ErrorCode } from '../../core/errors.ts';
import { VirtualTime } from '../helpers/network.ts';
import { createRandom } from '../helpers/random.ts';
import { type Fates, SimClient } from './client.ts';
import type { Action, Script } from './script.ts';
import { type LogOp, ref, type SimServer } from './servers.ts';
import { textOf, uniqueCharacters } from './text.ts';

export interface Outcome {
  readonly ops: number;
  readonly edits: number;
  readonly cuts: number;
  readonly refusals: number;
  /** Of others, compared with where they really are. */
  readonly carets: number;
  readonly events: number;
}

const refusalCodes: readonly ErrorCode[] = [
  'too-large',
  'bad-op',
  'no-access',
  'not-now',
  'internal',
];
/** Faults end, and everything comes to rest within this (product promises seconds). */
const settleMs = 90_000;

/** The document that a log leads to, from nothing. */
export function replay(log: readonly LogOp[]): Delta {
  let document = new Delta();
  log.forEach((entry, version) => {
    assert.equal(entry.v, version, 'the versions of the log have a gap');
    if (entry.create) document = toDelta(entry.create.data);
    else if (entry.op !== undefined) document = document.compose(toDelta(entry.op));
  });
  return document;
}

const toDelta = (value: unknown): Delta => new Delta(value as Delta['ops']);

class World {
  readonly time: VirtualTime;
  readonly clients: SimClient[] = [];
  readonly fates: Fates = {
    count: 0,
    typed: new Map(),
    deleted: new Set(),
    discarded: new Set(),
    edits: 0,
  };
  readonly #script: Script;
  readonly #server: SimServer;
  #serverUpAt = 0;
  #cuts = 0;
  #carets = 0;

  constructor(script: Script, time: VirtualTime, server: SimServer) {
    this.#script = script;
    this.time = time;
    this.#server = server;
  }

  async #open(index: number): Promise<void> {
    const log = await this.#server.log();
    const { collection, id } = ref;
    const delta = log.length > 0 ? (replay(log).ops as DeltaOp[]) : [{ insert: '\n' }];
    const boot: DocumentBoot = {
      collection,
      id,
      title: '',
      version: log.length,
      delta,
      role: 'editor',
      link: 'editor',
      signedIn: 'none',
      owner: null,
      requests: 0,
    };
    const client = new SimClient({
      index,
      script: this.#script,
      time: this.time,
      // One for each, so that leaving out an action changes as little as possible elsewhere.
      random: createRandom(this.#script.seed * 31 + index),
      server: this.#server,
      serverUpAt: () => this.#serverUpAt,
      fates: this.fates,
      boot,
    });
    this.clients[index] = client;
  }

  #perform(action: Action): void {
    const { kind, client: index, a } = action;
    const isCut = kind === 'cut' || kind === 'silence' || kind === 'offline';
    // A line to cut there always is; what else somebody would do who is not here yet, nobody does.
    const client = this.clients[index] ?? (isCut ? this.clients[0] : undefined);
    if (kind === 'restart') {
      this.#cuts++;
      this.#serverUpAt = this.time.now + a * 2000;
      this.#server.restart();
    } else if (kind === 'refuse') {
      this.#server.refuseNext(index, refusalCodes[Math.floor(a * refusalCodes.length)]!);
    } else if (client) {
      if (isCut) this.#cuts++;
      client.perform(action);
    }
  }

  async run(): Promise<Outcome> {
    const { isAbsent, opensAt, actions, lengthMs } = this.#script;
    if (!isAbsent) await this.#server.create([{ insert: '\n' }]);
    const start = this.time.now;
    const events = [
      ...opensAt.map((at, index) => ({ at, open: index })),
      ...actions.map((action) => ({ at: action.at, action })),
    ].sort((one, other) => one.at - other.at);
    let isQuietDone = false;
    for (const event of events) {
      const wait = start + event.at - this.time.now;
      if (wait > 0) await this.time.run(wait);
      if ('open' in event) await this.#open(event.open);
      else this.#perform(event.action);
      // Once on the way everything must come to rest, not only at the end.
      if (!isQuietDone && event.at > lengthMs / 2 && this.#script.seed % 4 === 0) {
        isQuietDone = true;
        await this.settle();
      }
    }
    await this.settle();
    const log = await this.#server.log();
    const outcome = {
      ops: log.length,
      edits: this.fates.edits,
      cuts: this.#cuts,
      refusals: this.#server.refusals,
      carets: this.#carets,
      events: this.time.count,
    };
    for (const client of this.clients) client.close();
    await this.time.run(1000);
    return outcome;
  }

  /** Ends every fault, waits until all are at rest, and judges. */
  async settle(): Promise<void> {
    this.#serverUpAt = 0;
    this.#server.calm?.(true);
    const clients = this.clients.filter(Boolean);
    for (const client of clients) client.heal();
    const isAtRest = () =>
      clients.every(({ session, editor }) => {
        const { kind } = session.saveState.value;
        return (
          editor.isEditable &&
          !session.hasUnsent.value &&
          (kind === 'saved' || (kind === 'attention' && session.refused.value.length > 0))
        );
      });
    const rested = await this.time.runUntil(isAtRest, settleMs, 250);
    assert.ok(
      rested,
      `not at rest after ${settleMs} ms: ${JSON.stringify(
        clients.map(({ session, editor }) => [
          session.saveState.value,
          session.hasUnsent.value,
          editor.isEditable,
        ]),
      )}`,
    );
    // Lost publishes are found by the version check; carets by their refresh.
    await this.time.run(45_000);
    await this.judge(clients);
    this.#server.calm?.(false);
  }

  async judge(clients: readonly SimClient[]): Promise<void> {
    const log = await this.#server.log();
    const expected = log.length > 0 ? replay(log) : new Delta().insert('\n');
    for (const { editor, session, index } of clients) {
      assert.deepEqual(editor.violations, [], `what happened to the editor of client ${index}`);
      assert.deepEqual(editor.contentsNow.ops, expected.ops, `the screen of client ${index}`);
      assert.deepEqual(session.contents().ops, expected.ops, `the document of client ${index}`);
    }
    this.#judgeLetters(textOf(expected), clients);
    if (!this.#server.isDeaf) this.#judgeCarets(clients, expected.length());
  }

  #judgeLetters(text: string, clients: readonly SimClient[]): void {
    const count = new Map<string, number>();
    for (const letter of uniqueCharacters(text)) count.set(letter, (count.get(letter) ?? 0) + 1);
    const kept = new Set(
      clients.flatMap(({ session }) =>
        session.refused.value.flatMap((change) => uniqueCharacters(change.text)),
      ),
    );
    const { typed, deleted, discarded } = this.fates;
    const name = (letter: string) => letter.codePointAt(0)?.toString(16);
    for (const [letter, times] of count) {
      assert.equal(times, 1, `${name(letter)} is there ${times} times`);
      assert.ok(!kept.has(letter), `${name(letter)} is in the document and among the refused`);
    }
    for (const [letter, client] of typed) {
      const isAccounted =
        count.has(letter) || deleted.has(letter) || kept.has(letter) || discarded.has(letter);
      assert.ok(isAccounted, `${name(letter)} of client ${client} is lost`);
    }
    if (this.#server.refusals > 0) return;
    for (const letter of deleted) {
      assert.ok(!count.has(letter), `${name(letter)} was deleted and is there`);
    }
  }

  #judgeCarets(clients: readonly SimClient[], length: number): void {
    const everybody = clients.map(({ userId }) => userId).sort();
    for (const { session, index } of clients) {
      const people = session.people.value;
      assert.deepEqual(
        people.map(({ userId }) => userId).sort(),
        everybody,
        `whom client ${index} sees`,
      );
      for (const { caret, me, userId } of people) {
        // Idle for a minute it is hidden.
        if (me || !caret) continue;
        this.#carets++;
        assert.ok(caret.index + caret.length <= length, 'a caret beyond the end');
        const owner = clients.find((one) => one.userId === userId);
        assert.deepEqual(
          caret,
          owner?.editor.selection,
          `client ${index} sees ${userId} elsewhere`,
        );
      }
    }
  }
}

export function runScript(
  script: Script,
  createServer: (time: VirtualTime) => SimServer,
  turns: number,
): Promise<Outcome> {
  const time = new VirtualTime(turns);
  return new World(script, time, createServer(time)).run();
}
