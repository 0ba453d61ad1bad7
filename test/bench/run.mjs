// Runs one measurement by name: `npm run bench -- typing`. Each lives in a file of its own here and
// exports `run(args)`; what it prints is its result. Without a name it lists them.

import { readdirSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath, pathToFileURL } from 'node:url';

const here = dirname(fileURLToPath(import.meta.url));
const names = readdirSync(here)
  .filter((file) => /^[a-z-]+\.bench\.ts$/.test(file))
  .map((file) => file.replace('.bench.ts', ''));

const [name, ...args] = process.argv.slice(2);
if (!name || !names.includes(name)) {
  if (name) console.error(`bench: there is no “${name}”`);
  console.log(`npm run bench -- <name>, one of: ${names.join(', ')}`);
  process.exit(name ? 2 : 0);
}
const { run } = await import(pathToFileURL(join(here, `${name}.bench.ts`)).href);
await run(args);
