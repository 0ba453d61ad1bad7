// A host application's token in exchange for the session of this frame.

import { embedHeader, embedPath } from '../../core/embed.ts';
import { request } from './http.ts';

export const embedApi = {
  enter: (token: string, open?: string) =>
    request<{ url: string; until: number }>('POST', embedPath, {
      body: { token, ...(open === undefined ? {} : { open }) },
    }),
  /** Rejects when the browser did not keep the cookie. */
  session: () =>
    request<{ until: number | null }>('GET', `${embedPath}/session`, {
      headers: { [embedHeader]: '1' },
    }),
} as const;
