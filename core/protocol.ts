// What travels on /sync beside ShareDB's own JSON protocol. PROTOCOL.md has the rules (P1 …).

/**
 * Sub-protocol our own client asks for. Granted: the server may put several messages into one frame
 * (a JSON array) and sends the messages below. A stock ShareDB client asks for none and gets neither.
 * The number grows when an old client could no longer work; the server then refuses it with `old-client`.
 */
export const subprotocol = 'deltapad.1';

/** Close codes 4400–4499. `retry`: whether the client should connect again by itself. */
export const closeCodes = {
  'bad-message': { code: 4400, retry: true },
  'not-signed-in': { code: 4401, retry: false },
  'too-slow': { code: 4408, retry: true },
  'too-large': { code: 4413, retry: true },
  'old-client': { code: 4426, retry: false },
  'too-many': { code: 4429, retry: true },
  restart: { code: 4503, retry: true },
  /** The store cannot write or answer just now; what was sent is not stored. */
  'not-now': { code: 4507, retry: true },
} as const;

export type CloseReason = keyof typeof closeCodes;

/** The reason behind a close code, or null for a code that is not ours. */
export function closeReason(code: number): CloseReason | null {
  for (const [reason, entry] of Object.entries(closeCodes)) {
    if (entry.code === code) return reason as CloseReason;
  }
  return null;
}

/** Server → client, only under our sub-protocol; told apart from ShareDB's by `a: 'dp'`. */
export type ServerNotice =
  /** First message. `build` names the client bundle the server would serve now. */
  | { a: 'dp'; type: 'hello'; build: string; userId: string }
  /** Something about a subscribed document changed that is not in its text. */
  | {
      a: 'dp';
      type: 'document';
      c: string;
      d: string;
      title?: string;
      role?: 'viewer' | 'commenter' | 'editor' | 'owner' | null;
      trashed?: boolean;
    };

export const isServerNotice = (message: unknown): message is ServerNotice =>
  typeof message === 'object' && message !== null && (message as { a?: unknown }).a === 'dp';
