// The only reader of the environment: one table of rows, from which come the typed Config, the
// `--help` text and the README's table. Pure: (env, argv) → Config, help, or every problem at once.

import { isIP } from 'node:net';
import { limits } from '../core/limits.ts';

export type LogLevel = 'silent' | 'fatal' | 'error' | 'warn' | 'info' | 'debug' | 'trace';

export interface Config {
  readonly port: number;
  readonly host: string;
  readonly dataDir: string;
  /** The database that keeps everything; null: one SQLite file in the data folder. */
  readonly mongoUrl: string | null;
  /** Where processes on several computers tell each other what saves them a look at the database. */
  readonly redisUrl: string | null;
  /** Processes that share the port. */
  readonly workers: number;
  /** Scheme, host and port without a slash at the end; null: whatever the browser asked for. */
  readonly publicUrl: string | null;
  /** Addresses and networks of proxies whose forwarding headers are believed. */
  readonly trustProxy: readonly string[];
  readonly rateLimits: boolean;
  /** Null: metrics are for this computer alone. */
  readonly metricsToken: string | null;
  /** False: only the operator makes accounts. */
  readonly signUp: boolean;
  /** The server that sends mail; null: none is sent. */
  readonly smtpUrl: string | null;
  readonly mailFrom: string | null;
  readonly logLevel: LogLevel;
}

/** Says what is wrong with a value, without its variable's name. */
class Problem extends Error {}
const refuse = (sentence: string): never => {
  throw new Problem(sentence);
};

interface Row<K extends keyof Config> {
  readonly variable: string;
  readonly key: K;
  /** As it would be written in the environment. */
  readonly default: string;
  readonly describe: string;
  /** Never printed. */
  readonly secret?: boolean;
  parse(text: string): Config[K];
}
const row = <K extends keyof Config>(value: Row<K>): Row<keyof Config> => value;

const LEVELS: readonly string[] = ['silent', 'fatal', 'error', 'warn', 'info', 'debug', 'trace'];

function parsePort(text: string): number {
  const port = /^\d{1,5}$/.test(text) ? Number(text) : -1;
  return port >= 0 && port <= 65535 ? port : refuse('must be a port, 0 to 65535');
}

function parseHost(text: string): string {
  if (isIP(text) !== 0) return text;
  const isName = /^(?=.{1,253}$)[a-z0-9]([a-z0-9-]*[a-z0-9])?(\.[a-z0-9]([a-z0-9-]*[a-z0-9])?)*$/i;
  return isName.test(text) ? text : refuse('must be an address or a host name, without a port');
}

function parsePublicUrl(text: string): string | null {
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
function parseMongoUrl(text: string): string | null {
  if (text === '') return null;
  if (!/^mongodb(\+srv)?:\/\/[^/?]+/.test(text)) {
    return refuse('must be an address that begins with mongodb:// or mongodb+srv://');
  }
  return /^[^/]+\/\/[^/?]+\/[^/?]+/.test(text)
    ? text
    : refuse('must name the database, as in mongodb://127.0.0.1:27017/deltapad');
}

function parseRedisUrl(text: string): string | null {
  if (text === '') return null;
  const isRedis = /^rediss?:\/\/[^/?]+(\/\d{1,4})?$/.test(text) && URL.canParse(text);
  return isRedis
    ? text
    : refuse('must be an address such as redis://127.0.0.1:6379, or rediss:// for TLS');
}

function parseWorkers(text: string): number {
  const workers = /^\d{1,3}$/.test(text) ? Number(text) : 0;
  return workers >= 1 && workers <= limits.maxWorkers
    ? workers
    : refuse(`must be a number of processes, 1 to ${limits.maxWorkers}`);
}

function parseTrustProxy(text: string): readonly string[] {
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

function parseToken(text: string): string | null {
  if (text === '') return null;
  return /^[!-~]{16,256}$/.test(text)
    ? text
    : refuse('must have 16 to 256 letters, digits or signs, without spaces');
}

function parseSmtpUrl(text: string): string | null {
  if (text === '') return null;
  const url = URL.canParse(text) ? new URL(text) : null;
  return url && /^smtps?:$/.test(url.protocol) && url.hostname !== ''
    ? text
    : refuse('must be an address that begins with smtp:// or smtps://');
}

function parseMailFrom(text: string): string | null {
  if (text === '') return null;
  return /^([^<>\r\n]*<[^<>@\s]+@[^<>@\s]+>|[^<>@\s]+@[^<>@\s]+)$/.test(text)
    ? text
    : refuse('must be an address, as in Deltapad <pad@example.org>');
}

function parseSwitch(text: string): boolean {
  if (text === 'on') return true;
  return text === 'off' ? false : refuse('must be on or off');
}

const rows: readonly Row<keyof Config>[] = [
  row({
    variable: 'PORT',
    key: 'port',
    default: '8080',
    describe: 'Port to listen on. 0 takes a free one.',
    parse: parsePort,
  }),
  row({
    variable: 'HOST',
    key: 'host',
    default: '127.0.0.1',
    describe: 'Address to listen on. 0.0.0.0 lets other computers in.',
    parse: parseHost,
  }),
  row({
    variable: 'DATA_DIR',
    key: 'dataDir',
    default: './data',
    describe: 'Folder of everything that is kept: documents, images, the secret. Back it up.',
    parse: (text) => (text.includes('\0') ? refuse('must be a folder') : text),
  }),
  row({
    variable: 'MONGO_URL',
    key: 'mongoUrl',
    default: '',
    describe:
      'Keeps everything in this Mongo database instead of DATA_DIR, such as mongodb://127.0.0.1:27017/deltapad. Several servers may share it.',
    secret: true,
    parse: parseMongoUrl,
  }),
  row({
    variable: 'REDIS_URL',
    key: 'redisUrl',
    default: '',
    describe:
      'Lets servers that share a Mongo database see each other at once, such as redis://127.0.0.1:6379. Without it, or while it is away, text travels between them within 5 s.',
    secret: true,
    parse: parseRedisUrl,
  }),
  row({
    variable: 'WORKERS',
    key: 'workers',
    default: '1',
    describe:
      'Processes that share the port, for more than one CPU; --workers N says the same. More than 1 needs MONGO_URL.',
    parse: parseWorkers,
  }),
  row({
    variable: 'PUBLIC_URL',
    key: 'publicUrl',
    default: '',
    describe:
      'Address that people type, such as https://pad.example.org. Needed behind a proxy; with https, cookies travel encrypted only.',
    parse: parsePublicUrl,
  }),
  row({
    variable: 'TRUST_PROXY',
    key: 'trustProxy',
    default: 'none',
    describe:
      'Proxies whose X-Forwarded-For is believed: addresses, networks, or loopback, separated by commas.',
    parse: parseTrustProxy,
  }),
  row({
    variable: 'RATE_LIMITS',
    key: 'rateLimits',
    default: 'on',
    describe: 'off lifts rate limits and connection caps, not size limits. For measuring only.',
    parse: parseSwitch,
  }),
  row({
    variable: 'METRICS_TOKEN',
    key: 'metricsToken',
    default: '',
    describe:
      'Lets other computers read /metrics with Authorization: Bearer and this token. Unset: only this one, not through a proxy.',
    secret: true,
    parse: parseToken,
  }),
  row({
    variable: 'SIGN_UP',
    key: 'signUp',
    default: 'on',
    describe: 'off: nobody makes an account by themselves; npm run admin -- create does.',
    parse: parseSwitch,
  }),
  row({
    variable: 'SMTP_URL',
    key: 'smtpUrl',
    default: '',
    describe:
      'Server that sends mail (a forgotten password), such as smtps://name:password@mail.example.org. Needs MAIL_FROM and PUBLIC_URL.',
    secret: true,
    parse: parseSmtpUrl,
  }),
  row({
    variable: 'MAIL_FROM',
    key: 'mailFrom',
    default: '',
    describe: 'Sender of the mail, such as Deltapad <pad@example.org>.',
    parse: parseMailFrom,
  }),
  row({
    variable: 'LOG_LEVEL',
    key: 'logLevel',
    default: 'info',
    describe: `How much is written to standard error: ${LEVELS.join(', ')}.`,
    parse: (text) =>
      LEVELS.includes(text) ? (text as LogLevel) : refuse(`must be one of ${LEVELS.join(', ')}`),
  }),
];

export type Reading =
  | { readonly kind: 'config'; readonly config: Config }
  | { readonly kind: 'help' }
  /** Sentences, each naming its variable or argument. */
  | { readonly kind: 'problems'; readonly problems: readonly string[] };

/** The one argument there is: `--workers N` or `--workers=N`. It goes before the variable. */
function takeWorkers(argv: readonly string[]): { workers: string | null; rest: string[] } {
  const rest = [...argv];
  const at = rest.findIndex((argument) => /^--workers(=|$)/.test(argument));
  if (at < 0) return { workers: null, rest };
  const [argument = ''] = rest.splice(at, 1);
  if (argument.includes('=')) return { workers: argument.slice('--workers='.length) || '-', rest };
  return { workers: rest.splice(at, 1)[0] ?? '-', rest };
}

/** An empty variable counts as unset, as in `PORT= npm start`. */
export function readConfig(
  env: Readonly<Record<string, string | undefined>>,
  argv: readonly string[],
): Reading {
  if (argv.includes('--help') || argv.includes('-h')) return { kind: 'help' };
  const { workers, rest } = takeWorkers(argv);
  const problems = rest.map(
    (argument) => `${argument}: not an argument of Deltapad; it is configured by variables.`,
  );
  const values: Partial<Record<keyof Config, unknown>> = {};
  for (const { variable, key, default: unset, secret, parse } of rows) {
    const text = (variable === 'WORKERS' && workers) || env[variable]?.trim() || unset;
    try {
      values[key] = parse(text);
    } catch (error) {
      if (!(error instanceof Problem)) throw error;
      problems.push(`${variable} ${error.message}. It is “${secret ? '•••' : text}”.`);
    }
  }
  // A link in a mail must not be made from what a request says of itself.
  for (const [key, variable] of [
    ['mailFrom', 'MAIL_FROM'],
    ['publicUrl', 'PUBLIC_URL'],
  ] as const) {
    if (values.smtpUrl && values[key] === null) problems.push(`SMTP_URL needs ${variable}.`);
  }
  if (Number(values.workers) > 1 && values.mongoUrl === null) {
    problems.push(
      `WORKERS is ${values.workers}, which needs MONGO_URL: the SQLite file in DATA_DIR belongs to one process.`,
    );
  }
  if (problems.length > 0) return { kind: 'problems', problems };
  return { kind: 'config', config: Object.freeze(values as unknown as Config) };
}

/** The text of `--help`. */
export function helpText(): string {
  const width = Math.max(...rows.map(({ variable }) => variable.length));
  const lines = rows.map(
    (entry) =>
      `  ${entry.variable.padEnd(width)}  ${entry.describe}${entry.default ? ` [${entry.default}]` : ''}`,
  );
  return `Deltapad: several people write one document, live.

  npm start          builds when needed and runs it
  npm start -- --workers 4   four processes on one port, over Mongo
  npm start -- --help

Variables of the environment [what is taken when unset]:
${lines.join('\n')}
`;
}

/** The README's table, in Markdown. */
export function configTable(): string {
  const lines = rows.map(
    (entry) =>
      `| \`${entry.variable}\` | ${entry.default ? `\`${entry.default}\`` : ''} | ${entry.describe} |`,
  );
  return ['| variable | default | what it does |', '| --- | --- | --- |', ...lines].join('\n');
}
