// What the page's HTML carries for its script (core/api.ts), read once.

import type { AccountBoot, Boot, DocumentBoot, EmbedBoot, Theme } from '../../core/api.ts';

function readJson<T>(id: string): T {
  const text = document.getElementById(id)?.textContent;
  if (!text) throw new Error(`The page lacks its #${id}.`);
  return JSON.parse(text) as T;
}

export const readBoot = (): Boot => readJson<Boot>('boot');
export const readEmbedBoot = (): EmbedBoot => readJson<EmbedBoot>('embed');
export const readDocumentBoot = (): DocumentBoot => readJson<DocumentBoot>('document');
export const readAccountBoot = (): AccountBoot => readJson<AccountBoot>('account');

/** Light, dark, or as the system has it. */
export function applyTheme(theme: Theme | null): void {
  if (theme) document.documentElement.dataset.theme = theme;
  else delete document.documentElement.dataset.theme;
}
