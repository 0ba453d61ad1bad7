// The one cookie that says who somebody is: its name and its rules. What is in it is the features' own
// (a guest's signed id, a session's secret).

import type { IncomingHttpHeaders } from 'node:http';

export interface Cookies {
  readonly name: string;
  /** Values of ours, the most trustworthy first; not checked. */
  values(headers: Pick<IncomingHttpHeaders, 'cookie'>): string[];
  /** A Set-Cookie value. */
  set(value: string, days: number): string;
  /** Set-Cookie values after which the browser sends nothing of ours. */
  clear(): string[];
}

const PLAIN = 'deltapad';
/** No other host and no plain connection can set a cookie of this name. */
const HOST = '__Host-deltapad';
/** More of one name come only from somebody who tries something; each may cost a look into the store. */
const MAX_VALUES = 4;

export function createCookies(isHttps: boolean): Cookies {
  const name = isHttps ? HOST : PLAIN;
  // SameSite=Lax: a link from elsewhere opens the page as oneself, a form from elsewhere does not post.
  const rules = `Path=/; HttpOnly; SameSite=Lax${isHttps ? '; Secure' : ''}`;
  return {
    name,
    values({ cookie = '' }) {
      const pairs = cookie.split(';').map((part) => part.trim().split('=', 2));
      // Several of one name come from other paths or hosts: a stranger's must not hide the true one.
      const of = (wanted: string) =>
        pairs.flatMap(([key, value]) => (key === wanted && value ? [value] : []));
      if (!isHttps) return of(PLAIN).slice(0, MAX_VALUES);
      // The plain name is that of guests who came before it was given up, and never was a session's: a
      // neighbouring host could plant one of its own.
      const guests = of(PLAIN).filter((value) => value.includes('.'));
      return [...of(HOST), ...guests].slice(0, MAX_VALUES);
    },
    set: (value, days) => `${name}=${value}; Max-Age=${Math.floor(days * 24 * 3600)}; ${rules}`,
    clear: () => [...new Set([name, PLAIN])].map((each) => `${each}=; Max-Age=0; ${rules}`),
  };
}
