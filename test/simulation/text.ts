// Characters that occur once in a whole simulation, so that each one's fate can be told: half of the
// private-use ones take one UTF-16 unit, the others are surrogate pairs.

import type { Delta, DeltaOp } from '../../core/delta.ts';
import { plainText } from '../../core/delta.ts';

/** Every fifth one is a pair. */
export function uniqueCharacter(count: number): string {
  const isPair = count % 5 === 4;
  return String.fromCodePoint((isPair ? 0xf0000 : 0xe000) + count);
}

export const isUnique = (character: string): boolean => {
  const code = character.codePointAt(0) ?? 0;
  return (code >= 0xe000 && code < 0xf8ff) || code >= 0xf0000;
};

export const uniqueCharacters = (text: string): string[] => [...text].filter(isUnique);

export const textOf = (delta: Delta): string => plainText(delta.ops as DeltaOp[]);

/** The nearest index that is not inside a pair. */
export function wholeIndex(text: string, index: number): number {
  const unit = text.charCodeAt(index);
  return index > 0 && unit >= 0xdc00 && unit <= 0xdfff ? index - 1 : index;
}
