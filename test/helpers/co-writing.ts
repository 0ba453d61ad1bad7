// Several people writing one document through several processes, until everybody sees the same.

import assert from 'node:assert/strict';
import { Delta } from '../../core/delta.ts';
import { becomes, eventually } from './eventually.ts';
import type { LiveClient } from './live-client.ts';

/** Types at the end, as a person would: what is typed is in the text already. */
export function typeEnd(client: LiveClient, text: string): void {
  client.editor.edit(new Delta().retain(client.editor.length() - 1).insert(text));
}

/** Both write until `stop`, then everything is saved and everybody sees the same. */
export async function writeBoth(
  clients: readonly LiveClient[],
  rounds: number,
  between: (round: number) => Promise<void> | void = () => undefined,
): Promise<string> {
  const words: string[] = [];
  const before = clients[0]!.text().length;
  for (let round = 0; round < rounds; round++) {
    for (const [i, client] of clients.entries()) {
      const word = `${'abcdef'[i]}${round}-${before} `;
      words.push(word);
      if (round % 2) typeEnd(client, word);
      else client.editor.edit(new Delta().insert(word));
    }
    await between(round);
    await new Promise((resolve) => setTimeout(resolve, 5));
  }
  await converged(clients);
  const text = clients[0]!.text();
  for (const word of words) assert.equal(text.split(word).length, 2, `“${word}” is there once`);
  return text;
}

export async function converged(clients: readonly LiveClient[]): Promise<void> {
  await eventually(
    'all is saved and everybody sees the same',
    () => ({
      unsent: clients.filter(({ session }) => session.hasUnsent.value).length,
      texts: new Set(clients.map((client) => client.text())).size,
    }),
    ({ unsent, texts }) => unsent === 0 && texts === 1,
    // Less than a client takes to notice by itself (`versionCheckMs`).
    { withinMs: 18_000 },
  );
}

export async function ready(clients: readonly LiveClient[]): Promise<void> {
  await becomes(
    'everybody has it open',
    () => clients.every(({ session }) => !session.loading.value),
    true,
  );
}
