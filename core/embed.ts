// What an embedded page and its server agree on, and what a frame and the page around it say to each
// other (docs/embedding/README.md).

/** A request with this header speaks for whom the frame's session is about, and for nobody else. */
export const embedHeader = 'deltapad-embed';

/** The same for the op socket, which takes no headers. */
export const embedSocketPath = '/sync?embed';

/** Everything that may be shown in a frame begins so. */
export const embedPath = '/embed';

/** From the frame to the page around it. Nothing in them is secret. */
export type FrameMessage =
  /** A token is needed: there is none yet, or the session has ended. */
  | { type: 'deltapad:ready' }
  /** The document is shown; the session ends then (epoch ms). */
  | { type: 'deltapad:open'; until: number }
  /** It ends soon: a fresh token is wanted. */
  | { type: 'deltapad:expiring'; until: number }
  | { type: 'deltapad:error'; code: string; message: string };

/** From the page around it to the frame. */
export interface HostMessage {
  type: 'deltapad:token';
  token: string;
  /** `collection/id`: which document to show; absent: the first that the token names. */
  open?: string;
}

export function isHostMessage(data: unknown): data is HostMessage {
  if (typeof data !== 'object' || data === null) return false;
  const { type, token, open } = data as Partial<Record<keyof HostMessage, unknown>>;
  return (
    type === 'deltapad:token' &&
    typeof token === 'string' &&
    (open === undefined || typeof open === 'string')
  );
}

/** Whether an origin is one of those that CSP's frame-ancestors names: exactly, or by `*.` before a host. */
export function isAncestor(origin: string, ancestors: readonly string[]): boolean {
  return ancestors.some((each) => {
    if (each === origin) return true;
    const [scheme, rest] = each.split('//*', 2);
    // `rest` begins with the dot: one more label at least stands before it.
    return rest !== undefined && origin.startsWith(`${scheme}//`) && origin.endsWith(rest);
  });
}
