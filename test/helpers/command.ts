// A command beside the server (admin, doctor, backup, restore) as a process, from its source.

import { spawn } from 'node:child_process';
import { root } from './sources.ts';

export interface CommandResult {
  code: number | null;
  out: string;
  err: string;
}

export function runCommand(
  name: 'admin' | 'doctor' | 'backup' | 'restore',
  env: Record<string, string>,
  args: string[] = [],
): Promise<CommandResult> {
  const flags = ['--max-old-space-size=1024', '--import', 'tsx'];
  const child = spawn(process.execPath, [...flags, `server/${name}.ts`, ...args], {
    cwd: root,
    stdio: ['ignore', 'pipe', 'pipe'],
    env: { PATH: process.env.PATH ?? '', ...env },
    timeout: 60_000,
  });
  const result: CommandResult = { code: null, out: '', err: '' };
  child.stdout.on('data', (chunk: Buffer) => {
    result.out += chunk.toString();
  });
  child.stderr.on('data', (chunk: Buffer) => {
    result.err += chunk.toString();
  });
  return new Promise((resolve) => {
    child.once('close', (code) => resolve({ ...result, code }));
  });
}
