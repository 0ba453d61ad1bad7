// Disks that a test may fill or break: a small tmpfs, or an ext4 in a file, which can be made to give up as
// a failing disk makes it. Mounting needs root; where that is not to be had, the caller says so loudly.

import { spawnSync } from 'node:child_process';
import { closeSync, mkdtempSync, openSync, rmSync, truncateSync, writeSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

const run = (command: string, ...args: string[]) =>
  spawnSync(command, args, { encoding: 'utf8', timeout: 20_000 });

/**
 * Why no such disk can be had here; null when it can. Containers often mount nothing, also for root: then
 * the tests are skipped, and say so; what needs no mount (`limitProblem`) is not.
 */
export function mountProblem(kind: 'tmpfs' | 'ext4' = 'tmpfs'): string | null {
  const ends: (() => unknown)[] = [];
  try {
    SmallDisk[kind]({ after: (end: () => unknown) => ends.push(end) }, 4);
    return null;
  } catch (error) {
    return `a small disk cannot be mounted here (needs root, and a machine of its own): ${(error as Error).message}`;
  } finally {
    for (const end of ends) end();
  }
}

/** Why writes cannot be refused by a limit of the process; null when they can. Needs no rights. */
export const limitProblem = (): string | null =>
  run('prlimit', '--version').status === 0
    ? null
    : 'there is no prlimit (util-linux), which makes the writes of a process fail';

/** From now on every write of this process to a file fails (EFBIG), as on a disk that reports errors. */
export function refuseWrites(pid: number, isRefused: boolean): void {
  const limit = `--fsize=${isRefused ? '0' : 'unlimited'}:unlimited`;
  const { status, stderr } = run('prlimit', '--pid', String(pid), limit);
  if (status !== 0) throw new Error(`prlimit: ${stderr}`);
}

/** Who ends the disk: a test. */
interface Owner {
  after(end: () => unknown): void;
}

export class SmallDisk {
  readonly folder = mkdtempSync(join(tmpdir(), 'deltapad-disk-'));
  readonly #image: string | null = null;

  private constructor(t: Owner, kind: 'tmpfs' | 'ext4', sizeMb: number) {
    t.after(() => {
      run('umount', '-l', this.folder);
      rmSync(this.folder, { recursive: true, force: true });
      if (this.#image) rmSync(this.#image, { force: true });
    });
    if (kind === 'tmpfs') this.#mount('-t', 'tmpfs', '-o', `size=${sizeMb}m`, 'deltapad-test');
    else {
      this.#image = `${this.folder}.img`;
      closeSync(openSync(this.#image, 'w'));
      truncateSync(this.#image, sizeMb * 1024 * 1024);
      const made = run('mkfs.ext4', '-q', this.#image);
      if (made.status !== 0) throw new Error(`no ext4: ${made.stderr}`);
      this.#mount('-o', 'loop', this.#image);
    }
  }

  static tmpfs = (t: Owner, sizeMb: number) => new SmallDisk(t, 'tmpfs', sizeMb);
  static ext4 = (t: Owner, sizeMb: number) => new SmallDisk(t, 'ext4', sizeMb);

  #mount(...args: string[]): void {
    const { status, stderr } = run('mount', ...args, this.folder);
    if (status !== 0) throw new Error(`mount ${args.join(' ')}: ${stderr}`);
  }

  /** To the last byte, by a file of this name. */
  fill(name: string): void {
    const file = openSync(join(this.folder, name), 'w');
    try {
      for (let size = 1 << 20; size >= 1; ) {
        try {
          writeSync(file, Buffer.alloc(size));
        } catch (error) {
          if ((error as NodeJS.ErrnoException).code !== 'ENOSPC') throw error;
          size >>= 1;
        }
      }
    } finally {
      closeSync(file);
    }
  }

  free(name: string): void {
    rmSync(join(this.folder, name));
  }

  /** An ext4 that gives up after an error of its disk: everything that is written fails from now on. */
  giveUp(): void {
    const { status, stderr } = run('mount', '-o', 'remount,abort', this.folder);
    if (status !== 0) throw new Error(`remount: ${stderr}`);
  }

  setReadOnly(isReadOnly: boolean): void {
    const mode = isReadOnly ? 'remount,ro' : 'remount,rw';
    const { status, stderr } = run('mount', '-o', mode, this.folder);
    if (status !== 0) throw new Error(`remount: ${stderr}`);
  }

  /** As an operator mends it, when nobody uses it. */
  mountAgain(): void {
    if (!this.#image) throw new Error('A tmpfs would be empty');
    const { status, stderr } = run('umount', this.folder);
    if (status !== 0) throw new Error(`umount: ${stderr}`);
    run('e2fsck', '-p', this.#image);
    this.#mount('-o', 'loop', this.#image);
  }
}
