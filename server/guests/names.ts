// What may be a person's name. It is shown to others beside their carets and in lists, so it must be
// visible, short, and unable to change the writing around it.

import { AppError } from '../../core/errors.ts';
import type { Translate } from '../../core/i18n/i18n.ts';
import { limits } from '../../core/limits.ts';

/** Embeddings, overrides and isolates turn the text that follows around. */
const BIDI = /[\u202a-\u202e\u2066-\u2069]/;
/** A prime that keeps the products of the hash exact, and well over the pairs of words. */
const PLACES = 1_000_003;
const UNSEEN = /[\p{C}\p{Z}\p{M}\u115f\u1160\u3164\uffa0]/gu;

const refuse = (sentence: string): never => {
  throw new AppError('bad-request', sentence, { details: { field: 'name' } });
};

/** The name as it is kept; AppError `bad-request` naming the field. */
export function checkName(typed: string): string {
  const name = typed.normalize('NFC').trim();
  if (name === '') return refuse('A name has at least one character.');
  if (name.length > limits.maxNameChars) {
    return refuse(`A name has at most ${limits.maxNameChars} characters.`);
  }
  if (!name.isWellFormed()) return refuse('A name must not hold half a surrogate pair.');
  if (/[\p{Cc}\p{Zl}\p{Zp}]/u.test(name)) {
    return refuse('A name must not hold control characters.');
  }
  if (BIDI.test(name)) return refuse('A name must not change the direction of writing.');
  if (name.replace(UNSEEN, '') === '') return refuse('A name must be visible.');
  return name;
}

/** “Quiet Heron”: always the same for a person, until they choose a name. */
export function guestName(userId: string, t: Translate): string {
  let hash = 7;
  for (let i = 0; i < userId.length; i++) hash = (hash * 31 + userId.charCodeAt(i)) % PLACES;
  const qualities = t('guest.qualities').split(' ');
  const birds = t('guest.birds').split(' ');
  return t('guest.name', {
    quality: qualities[hash % qualities.length]!,
    bird: birds[Math.floor(hash / qualities.length) % birds.length]!,
  });
}
