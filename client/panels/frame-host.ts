// A frame and the page around it: what is said to it, and the tokens that come from it. Only the page
// around is listened to, and only when its origin is one that the server allows.

import {
  type FrameMessage,
  type HostMessage,
  isAncestor,
  isHostMessage,
} from '../../core/embed.ts';

/** Nothing in what is said is secret, so it may be whoever is around: the browser lets no other page be. */
export const tellHost = (message: FrameMessage): void => window.parent.postMessage(message, '*');

/** Returns the end of listening. */
export function listenToHost(
  ancestors: readonly string[],
  onToken: (message: HostMessage) => void,
): () => void {
  const listen = ({ source, origin, data }: MessageEvent) => {
    if (source !== window.parent || !isAncestor(origin, ancestors)) return;
    if (isHostMessage(data)) onToken(data);
  };
  window.addEventListener('message', listen);
  return () => window.removeEventListener('message', listen);
}
