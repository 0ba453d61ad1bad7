// How a value of the environment is read: each parser takes the text and gives the value, or says what is
// wrong with it.

import { createPublicKey } from 'node:crypto';
import { isIP } from 'node:net';
import { isCollectionName } from '../core/ids.ts';
import { limits } from '../core/limits.ts';
import { audiences, type GeneralAccess, givenRoles, type LinkRole } from '../core/roles.ts';

/** Says what is wrong with a value, without its variable's name. */
export class Problem extends Error {}
export const refuse = (sentence: string): never => {
  throw new Problem(sentence);
};

export function parsePort(text: string): number {
  const port = /^\d{1,5}$/.test(text) ? Number(text) : -1;
  return port >= 0 && port <= 65535 ? port : refuse('must be a port, 0 to 65535');
}

export function parseHost(text: string): string {
  if (isIP(text) !== 0) return text;
  const isName = /^(?=.{1,253}$)[a-z0-9]([a-z0-9-]*[a-z0-9])?(\.[a-z0-9]([a-z0-9-]*[a-z0-9])?)*$/i;
  return isName.test(text) ? text : refuse('must be an address or a host name, without a port');
}

export function parsePublicUrl(text: string): string | null {
  if (text === '') return null;
  const url = URL.canParse(text) ? new URL(text) : null;
  if (!url || !/^https?:$/.test(url.protocol)) {
    return refuse('must be an address that begins with https:// or http://');
  }
  if (url.username !== '' || url.password !== '') return refuse('must not hold a name or password');
  if (url.pathname !== '/' || url.search !== '' || url.hash !== '') {
    return refuse('must not have a path: Deltapad lives at the root of its host');
  }
  return url.origin;
}

/** Several hosts are allowed, which no URL has: so read by hand. The driver judges the options. */
export function parseMongoUrl(text: string): string | null {
  if (text === '') return null;
  if (!/^mongodb(\+srv)?:\/\/[^/?]+/.test(text)) {
    return refuse('must be an address that begins with mongodb:// or mongodb+srv://');
  }
  return /^[^/]+\/\/[^/?]+\/[^/?]+/.test(text)
    ? text
    : refuse('must name the database, as in mongodb://127.0.0.1:27017/deltapad');
}

export function parseRedisUrl(text: string): string | null {
  if (text === '') return null;
  const isRedis = /^rediss?:\/\/[^/?]+(\/\d{1,4})?$/.test(text) && URL.canParse(text);
  return isRedis
    ? text
    : refuse('must be an address such as redis://127.0.0.1:6379, or rediss:// for TLS');
}

export function parseWorkers(text: string): number {
  const workers = /^\d{1,3}$/.test(text) ? Number(text) : 0;
  return workers >= 1 && workers <= limits.maxWorkers
    ? workers
    : refuse(`must be a number of processes, 1 to ${limits.maxWorkers}`);
}

export function parseTrustProxy(text: string): readonly string[] {
  if (text === '' || text === 'none') return [];
  return text.split(',').map((part) => {
    const item = part.trim();
    if (['loopback', 'linklocal', 'uniquelocal'].includes(item)) return item;
    const [address = '', bits, ...rest] = item.split('/');
    const family = isIP(address);
    const isNetwork =
      bits === undefined ||
      (/^\d{1,3}$/.test(bits) && Number(bits) <= (family === 4 ? 32 : 128) && Number(bits) > 0);
    return family !== 0 && isNetwork && rest.length === 0
      ? item
      : refuse(`must be none, or addresses and networks of proxies; “${item}” is neither`);
  });
}

export function parseToken(text: string): string | null {
  if (text === '') return null;
  return /^[!-~]{16,256}$/.test(text)
    ? text
    : refuse('must have 16 to 256 letters, digits or signs, without spaces');
}

export function parseSmtpUrl(text: string): string | null {
  if (text === '') return null;
  const url = URL.canParse(text) ? new URL(text) : null;
  return url && /^smtps?:$/.test(url.protocol) && url.hostname !== ''
    ? text
    : refuse('must be an address that begins with smtp:// or smtps://');
}

export function parseMailFrom(text: string): string | null {
  if (text === '') return null;
  return /^([^<>\r\n]*<[^<>@\s]+@[^<>@\s]+>|[^<>@\s]+@[^<>@\s]+)$/.test(text)
    ? text
    : refuse('must be an address, as in Deltapad <pad@example.org>');
}

export function parseSwitch(text: string): boolean {
  if (text === 'on') return true;
  return text === 'off' ? false : refuse('must be on or off');
}

/** A short text on one line; unset: null. */
export function parseLine(text: string): string | null {
  if (text === '') return null;
  return text.length <= 300 && !/\p{Cc}/u.test(text) ? text : refuse('must be one short line');
}

const LOOPBACK = /^(localhost|127(\.\d{1,3}){3}|\[::1\])$/;

/** Where something secret or decisive is asked for: encrypted, or on this computer. */
export function parseSafeUrl(text: string): string | null {
  if (text === '') return null;
  const url = URL.canParse(text) ? new URL(text) : null;
  const isSafe =
    url?.protocol === 'https:' || (url?.protocol === 'http:' && LOOPBACK.test(url.hostname));
  return url && isSafe && url.username === '' && url.password === '' && url.hash === ''
    ? text
    : refuse('must be an address that begins with https:// (http:// only on this computer)');
}

export const isPlainElsewhere = (publicUrl: string | null): boolean =>
  publicUrl?.startsWith('http:') === true && !LOOPBACK.test(new URL(publicUrl).hostname);

const MIN_SECRET_BYTES = 32;

/** A public key as PEM (its line breaks may be written \\n), or a shared secret. */
export function parseEmbedKey(text: string): string | null {
  if (text === '') return null;
  const key = text.replaceAll('\\n', '\n');
  if (!key.includes('-----BEGIN')) {
    // A public key in another clothing would be a secret that everybody knows.
    if (/^(ssh-|ecdsa-|\{|MII)/.test(key))
      return refuse('must be a public key as PEM, or a secret');
    return Buffer.byteLength(key) >= MIN_SECRET_BYTES
      ? key
      : refuse(`must be a public key as PEM, or a secret of at least ${MIN_SECRET_BYTES} bytes`);
  }
  if (/PRIVATE KEY-----/.test(key)) {
    return refuse('must be the public key: the private one stays with the host application');
  }
  try {
    const { asymmetricKeyType: type, asymmetricKeyDetails } = createPublicKey(key);
    const isKnown =
      (type === 'rsa' && (asymmetricKeyDetails?.modulusLength ?? 0) >= 2048) ||
      (type === 'ec' &&
        ['prime256v1', 'secp384r1', 'secp521r1'].includes(
          asymmetricKeyDetails?.namedCurve ?? '',
        )) ||
      type === 'ed25519';
    if (isKnown) return key;
  } catch {
    return refuse('must be a public key as PEM, or a secret');
  }
  return refuse(
    'must be an RSA key of 2048 bits or more, one of P-256, P-384 or P-521, or Ed25519',
  );
}

/** `https://app.example.org, https://*.example.org` */
export function parseAncestors(text: string): readonly string[] {
  if (text === '') return [];
  return text.split(/[\s,]+/).map((item) => {
    const isOrigin = /^https?:\/\/(\*\.)?[a-z0-9.-]+(:\d{1,5})?$/i.test(item);
    return isOrigin && URL.canParse(item.replace('*.', 'x.'))
      ? item.toLowerCase()
      : refuse(
          `must be origins such as https://app.example.org or https://*.example.org; “${item}” is none`,
        );
  });
}

export function parseCollectionAccess(text: string): Readonly<Record<string, GeneralAccess>> {
  const found: Record<string, GeneralAccess> = {};
  for (const part of text === '' ? [] : text.split(',')) {
    const [name = '', audience = '', role = 'editor', ...rest] = part.trim().split(':');
    const isKnown =
      (name === '*' || isCollectionName(name)) &&
      (audiences as readonly string[]).includes(audience) &&
      (givenRoles as readonly string[]).includes(role) &&
      rest.length === 0;
    if (!isKnown || name in found) {
      return refuse(
        `must be collections with their access, such as notes:restricted,wiki:signed-in:viewer,*:link:editor; “${part.trim()}” is not one, or is there twice`,
      );
    }
    const gives = (wanted: string): LinkRole => (audience === wanted ? (role as LinkRole) : 'none');
    found[name] = { link: gives('link'), signedIn: gives('signed-in') };
  }
  return found;
}
