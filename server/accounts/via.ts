// `via` of a person: the session or token that a request came with, so that one is never taken for the
// other, and what was opened with it can be closed.

import type { Person } from '../access/actor.ts';

const SESSION = 's:';
const TOKEN = 't:';

export const viaSession = (id: string): string => SESSION + id;
export const viaToken = (id: string): string => TOKEN + id;

const strip = (via: string | undefined, prefix: string): string | null =>
  via?.startsWith(prefix) ? via.slice(prefix.length) : null;

/** The session somebody came with; null: a guest's cookie, or a token. */
export const sessionOf = ({ via }: Person): string | null => strip(via, SESSION);
export const tokenIdOf = ({ via }: Person): string | null => strip(via, TOKEN);
