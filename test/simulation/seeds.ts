// Seeds that once failed, with what they caught; they run first, for ever. A seed means the script that
// script.ts draws from it: whoever changes the drawing keeps the actions of these, or their unit test.

export interface KnownSeed {
  readonly seed: number;
  readonly caught: string;
}

/** Against ShareDB's own server. */
export const stockSeeds: readonly KnownSeed[] = [
  {
    seed: 158,
    caught:
      'After a refusal the new document was compared so that its last newline became another one; an unsent edit then removed the end of the document (difference.ts).',
  },
];

/** Against our server. */
export const ourSeeds: readonly KnownSeed[] = [
  {
    seed: 116,
    caught:
      'An op was committed, its acknowledgement lost, the role too; sent again it was refused, and its words were shown as not saved although they were (askLog in document.ts).',
  },
];
