// What every command beside the server shares: its arguments, the configuration, and one sentence when
// something is wrong.

import { type ParseArgsConfig, parseArgs } from 'node:util';
import { type Config, readConfig } from './config.ts';

/** Ends the command with words and a code. */
class Stop extends Error {
  readonly code: number;
  constructor(message: string, code: number) {
    super(message);
    this.code = code;
  }
}

export interface Command {
  values: Record<string, string | boolean | undefined>;
  positionals: string[];
  config: Config;
}

export function commandConfig(args: string[], usage: string, shape: ParseArgsConfig): Command {
  if (args.includes('--help') || args.includes('-h')) throw new Stop(usage, 0);
  const problems: string[] = [];
  let parsed: Pick<Command, 'values' | 'positionals'> = { values: {}, positionals: [] };
  try {
    parsed = parseArgs({ ...shape, args }) as typeof parsed;
  } catch (error) {
    problems.push((error as Error).message);
  }
  const reading = readConfig(process.env, []);
  if (reading.kind === 'problems') problems.push(...reading.problems);
  if (reading.kind !== 'config' || problems.length > 0) {
    throw new Stop([...problems, '', usage.trimEnd()].join('\n'), 1);
  }
  return { ...parsed, config: reading.config };
}

/** Runs `main` with the arguments of the process, and ends it with the code that comes back. */
export async function runCommand(main: (args: string[]) => Promise<number>): Promise<void> {
  process.stdout.on('error', () => {});
  try {
    process.exitCode = await main(process.argv.slice(2));
  } catch (error) {
    const text = error instanceof Error ? error.message : String(error);
    const isHelp = error instanceof Stop && error.code === 0;
    (isHelp ? process.stdout : process.stderr).write(`${text.trimEnd()}\n`);
    process.exitCode = error instanceof Stop ? error.code : 1;
  }
}
