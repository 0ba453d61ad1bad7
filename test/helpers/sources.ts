// The project's own source files as text, with what each imports: for test/rules.test.ts.

import { readdirSync, readFileSync } from 'node:fs';
import { dirname, join, posix, relative } from 'node:path';
import { fileURLToPath } from 'node:url';

export const root = dirname(dirname(dirname(fileURLToPath(import.meta.url))));

export interface Import {
  /** As written: a package, a `node:` module or a relative path. */
  readonly specifier: string;
  /** From the root, for a relative import; else null. */
  readonly file: string | null;
  /** Erased by the compiler: it binds no code. */
  readonly typeOnly: boolean;
}

export interface Source {
  /** From the root, with slashes. */
  readonly path: string;
  readonly text: string;
  /** The text without comments and without what stands in strings. */
  readonly code: string;
  readonly imports: readonly Import[];
}

/** Files under the folders whose names end in one of `endings`, in the order of their paths. */
export function filesUnder(folders: readonly string[], endings: RegExp): string[] {
  return folders.flatMap((folder) => walk(join(root, folder))).filter((path) => endings.test(path));
}

function walk(folder: string): string[] {
  return readdirSync(folder, { withFileTypes: true })
    .sort((a, b) => (a.name < b.name ? -1 : 1))
    .flatMap((entry) => {
      const path = join(folder, entry.name);
      if (entry.isDirectory()) return entry.name === 'node_modules' ? [] : walk(path);
      return [relative(root, path).replaceAll('\\', '/')];
    });
}

export const readText = (path: string): string => readFileSync(join(root, path), 'utf8');

export function readSources(folders: readonly string[]): Source[] {
  return filesUnder(folders, /\.(ts|tsx|mjs)$/).map((path) => {
    const text = readText(path);
    return { path, text, code: bare(text), imports: importsOf(path, text) };
  });
}

const IMPORT =
  /(?:^|[\n;])\s*(?:import|export)\s+(type\s+)?(?:([\w*{][^'";]*?)\s+from\s+)?['"]([^'"]+)['"]|\bimport\(\s*['"]([^'"]+)['"]\s*\)/g;

function importsOf(path: string, text: string): Import[] {
  const found: Import[] = [];
  const code = text.replace(/^\s*\/\/.*$/gm, '').replace(/\/\*[\s\S]*?\*\//g, '');
  for (const [whole, type, names, plain, dynamic] of code.matchAll(IMPORT)) {
    const specifier = plain ?? dynamic ?? '';
    // `import('./x.ts').Name` in a type position binds no code either, but cannot be told apart.
    const bindings = names?.match(/^\{([\s\S]*)\}$/)?.[1]?.split(',') ?? [];
    const named = bindings.map((name) => name.trim()).filter((name) => name !== '');
    const everyName = named.length > 0 && named.every((name) => name.startsWith('type '));
    const isExport = /^\s*;?\s*export/.test(whole);
    if (isExport && !names) continue;
    found.push({
      specifier,
      file: specifier.startsWith('.') ? posix.join(posix.dirname(path), specifier) : null,
      typeOnly: type !== undefined || everyName,
    });
  }
  return found;
}

/** Good enough to look for names in: comments go, strings become empty. */
function bare(text: string): string {
  return text.replace(
    /\/\*[\s\S]*?\*\/|\/\/[^\n]*|'(?:\\.|[^'\\\n])*'|"(?:\\.|[^"\\\n])*"/g,
    (part) => (part.startsWith('/') ? part.replace(/[^\n]/g, '') : "''"),
  );
}
