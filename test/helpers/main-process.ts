// server/main.ts as a process: what it prints, and how it ends.

import { type ChildProcess, spawn } from 'node:child_process';
import type { TestContext } from 'node:test';
import { eventually } from './eventually.ts';
import { root } from './sources.ts';

export class MainProcess {
  readonly child: ChildProcess;
  /** Standard output and standard error, each as it came. */
  out = '';
  err = '';
  readonly ended: Promise<number | string>;

  constructor(t: TestContext, env: Record<string, string>, args: string[], imports: string[]) {
    const flags = ['tsx', ...imports].flatMap((one) => ['--import', one]);
    this.child = spawn(process.execPath, [...flags, 'server/main.ts', ...args], {
      cwd: root,
      stdio: ['ignore', 'pipe', 'pipe'],
      env: { PATH: process.env.PATH ?? '', ...env },
    });
    this.child.stdout?.on('data', (chunk: Buffer) => {
      this.out += chunk.toString();
    });
    this.child.stderr?.on('data', (chunk: Buffer) => {
      this.err += chunk.toString();
    });
    this.ended = new Promise((resolve) => {
      this.child.once('close', (code, signal) => resolve(code ?? signal ?? 'unknown'));
    });
    t.after(() => this.child.kill('SIGKILL'));
  }

  /** The address it prints. */
  async url(): Promise<string> {
    const seen = await eventually(
      'the address',
      () => /running at (http:\S+)/.exec(this.out)?.[1] ?? this.err,
      (found) => found.startsWith('http'),
      { withinMs: 30_000 },
    );
    return seen;
  }
}

export const runMain = (
  t: TestContext,
  env: Record<string, string> = {},
  { args = [], imports = [] }: { args?: string[]; imports?: string[] } = {},
): MainProcess => new MainProcess(t, { PORT: '0', ...env }, args, imports);
