// Whether this page is shown inside another site's, and what follows for what it asks the server.

import { embedHeader, embedPath, embedSocketPath } from '../../core/embed.ts';

/** By its address, so that nothing has to be handed around. Absent in tests without a browser. */
export const isFramed = (): boolean =>
  globalThis.location?.pathname.startsWith(`${embedPath}/`) ?? false;

/** Who asks is then whom the frame's session is about, not who is signed in in this browser. */
export const frameHeaders = (): Record<string, string> =>
  isFramed() ? { [embedHeader]: '1' } : {};

export const socketPath = (): string => (isFramed() ? embedSocketPath : '/sync');
