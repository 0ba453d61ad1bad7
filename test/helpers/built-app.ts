// The built product as a process of its own, as `npm start` runs it: for stories in the browser.
// It can be stopped, killed and started again on the same port and data.

import { type ChildProcess, spawn } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { root } from './sources.ts';

const startWithinMs = 20_000;
const stopWithinMs = 15_000;

export class BuiltApp {
  readonly dataDir: string;
  port = 0;
  #child: ChildProcess | null = null;
  #output = '';
  readonly #env: Readonly<Record<string, string>>;
  readonly #nodeFlags: readonly string[];

  private constructor(env: Readonly<Record<string, string>>, nodeFlags: readonly string[]) {
    this.#env = env;
    this.dataDir = env.DATA_DIR ?? mkdtempSync(join(tmpdir(), 'deltapad-e2e-'));
    this.#nodeFlags = nodeFlags;
  }

  static async start(
    env: Readonly<Record<string, string>> = {},
    nodeFlags: readonly string[] = [],
  ): Promise<BuiltApp> {
    const app = new BuiltApp(env, nodeFlags);
    await app.start();
    return app;
  }

  get url(): string {
    return `http://localhost:${this.port}`;
  }

  get pid(): number {
    return this.#child?.pid ?? 0;
  }

  /** What it printed, for a failing test. */
  get output(): string {
    return this.#output;
  }

  async start(): Promise<void> {
    const child = spawn(
      process.execPath,
      [...this.#nodeFlags, '--enable-source-maps', 'dist/server/main.js'],
      {
        cwd: root,
        stdio: ['ignore', 'pipe', 'pipe'],
        env: {
          PATH: process.env.PATH ?? '',
          HOME: this.dataDir,
          PORT: String(this.port),
          DATA_DIR: this.dataDir,
          LOG_LEVEL: 'warn',
          // Every person of a story comes from one address.
          RATE_LIMITS: 'off',
          ...this.#env,
        },
      },
    );
    this.#child = child;
    this.port = await new Promise<number>((resolve, reject) => {
      const timer = setTimeout(
        () => reject(new Error(`no address printed:\n${this.#output}`)),
        startWithinMs,
      );
      // Of this start alone: what an earlier one said is no sign of life.
      let said = '';
      const read = (chunk: Buffer) => {
        this.#output += chunk.toString();
        said += chunk.toString();
        const port = /running at https?:\/\/(?:localhost|127\.0\.0\.1):(\d+)/.exec(said)?.[1];
        if (!port) return;
        clearTimeout(timer);
        resolve(Number(port));
      };
      child.stdout?.on('data', read);
      child.stderr?.on('data', read);
      child.once('exit', (code) => {
        clearTimeout(timer);
        reject(new Error(`ended with ${code}:\n${this.#output}`));
      });
    });
  }

  get isRunning(): boolean {
    const child = this.#child;
    return child !== null && child.exitCode === null && child.signalCode === null;
  }

  /** As an operator stops it; resolves when the process has ended. */
  async stop(): Promise<void> {
    await this.#end('SIGTERM');
  }

  /** As a crash ends it. */
  async kill(): Promise<void> {
    await this.#end('SIGKILL');
  }

  async close(): Promise<void> {
    await this.stop();
    rmSync(this.dataDir, { recursive: true, force: true });
  }

  #end(signal: NodeJS.Signals): Promise<void> {
    const child = this.#child;
    this.#child = null;
    if (!child || child.exitCode !== null || child.signalCode !== null) return Promise.resolve();
    return new Promise((resolve, reject) => {
      const timer = setTimeout(() => {
        child.kill('SIGKILL');
        reject(new Error(`did not end on ${signal}:\n${this.#output}`));
      }, stopWithinMs);
      child.once('exit', () => {
        clearTimeout(timer);
        resolve();
      });
      child.kill(signal);
    });
  }
}
