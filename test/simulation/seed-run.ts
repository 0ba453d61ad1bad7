// Runs many seeds, and on a failure says which, how to replay it, and which of its actions are needed.

import assert from 'node:assert/strict';
import type { VirtualTime } from '../helpers/network.ts';
import { type Action, drawScript, leastCuts, leastEdits, type Script } from './script.ts';
import type { KnownSeed } from './seeds.ts';
import type { SimServer } from './servers.ts';
import { type Outcome, runScript } from './world.ts';

export interface SeedRun {
  /** The test file, for the command that replays. */
  readonly file: string;
  readonly count: number;
  readonly known: readonly KnownSeed[];
  readonly createServer: (time: VirtualTime) => SimServer;
  /** Turns of the event loop that the server needs for one step. */
  readonly turns: number;
}

export interface Totals {
  seeds: number;
  ops: number;
  edits: number;
  cuts: number;
  refusals: number;
  carets: number;
}

/** Runs of a failing script with fewer actions; each takes some tens of milliseconds. */
const maxShrinkRuns = 60;

function seedsOf({ count, known }: SeedRun): number[] {
  // SEED replays one; SEEDS sets how many a night takes.
  if (process.env.SEED) return [Number(process.env.SEED)];
  const most = Number(process.env.SEEDS ?? count);
  return [...known.map(({ seed }) => seed), ...Array.from({ length: most }, (_, i) => i + 1)];
}

/** Leaves out actions as long as it still fails. */
async function shrink(script: Script, run: (script: Script) => Promise<unknown>): Promise<Script> {
  let left = maxShrinkRuns;
  let actions: readonly Action[] = script.actions;
  for (let size = Math.ceil(actions.length / 2); size >= 1 && left > 0; size = size >> 1) {
    for (let at = 0; at < actions.length && left > 0; ) {
      const fewer = [...actions.slice(0, at), ...actions.slice(at + size)];
      left--;
      const fails = await run({ ...script, actions: fewer }).then(
        () => false,
        () => true,
      );
      if (fails) actions = fewer;
      else at += size;
    }
  }
  return { ...script, actions };
}

async function report(seed: number, error: unknown, options: SeedRun): Promise<never> {
  const { createServer, turns, file } = options;
  const small = await shrink(drawScript(seed), (script) => runScript(script, createServer, turns));
  const actions = small.actions.map((action) => `  ${JSON.stringify(action)}`).join('\n');
  const known = options.known.find((one) => one.seed === seed);
  throw new Error(
    `Seed ${seed} fails: ${(error as Error).message}\n` +
      (known ? `It once caught: ${known.caught}\n` : '') +
      `Replay: SEED=${seed} node --import tsx --test ${file}\n` +
      `Needed of its actions (${small.actions.length}):\n${actions}`,
    { cause: error },
  );
}

export async function runSeeds(options: SeedRun): Promise<Totals> {
  const totals: Totals = { seeds: 0, ops: 0, edits: 0, cuts: 0, refusals: 0, carets: 0 };
  for (const seed of seedsOf(options)) {
    let outcome: Outcome;
    try {
      outcome = await runScript(drawScript(seed), options.createServer, options.turns);
    } catch (error) {
      return await report(seed, error, options);
    }
    assert.ok(outcome.edits >= leastEdits, `seed ${seed} made only ${outcome.edits} edits`);
    assert.ok(outcome.cuts >= leastCuts, `seed ${seed} made only ${outcome.cuts} cuts`);
    totals.seeds++;
    totals.ops += outcome.ops;
    totals.edits += outcome.edits;
    totals.cuts += outcome.cuts;
    totals.refusals += outcome.refusals;
    totals.carets += outcome.carets;
  }
  return totals;
}
