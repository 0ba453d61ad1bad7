// The only reader of the environment: one table of rows, from which come the typed Config, the
// `--help` text and the README's table. Pure: (env, argv) → Config, help, or every problem at once.

import type { GeneralAccess } from '../core/roles.ts';
import { conflictsOf } from './config-conflicts.ts';
import {
  Problem,
  parseAncestors,
  parseCollectionAccess,
  parseEmbedKey,
  parseHost,
  parseLine,
  parseMailFrom,
  parseMongoUrl,
  parsePort,
  parsePublicUrl,
  parseRedisUrl,
  parseSafeUrl,
  parseSmtpUrl,
  parseSwitch,
  parseToken,
  parseTrustProxy,
  parseWorkers,
  refuse,
} from './config-values.ts';

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
  /** Guests get a way to sign in, and nothing else. */
  readonly requireSignIn: boolean;
  /** General access of new documents by collection; `*`: of every other one. */
  readonly collectionAccess: Readonly<Record<string, GeneralAccess>>;
  /** The server that sends mail; null: none is sent. */
  readonly smtpUrl: string | null;
  readonly mailFrom: string | null;
  /** Who signs the tokens with which a host application shows documents in its pages; null: nobody. */
  readonly embedIssuer: string | null;
  /** Whom such a token is for: us. */
  readonly embedAudience: string | null;
  /** A public key as PEM, or a shared secret; null: the keys are at `embedJwksUrl`. */
  readonly embedKey: string | null;
  readonly embedJwksUrl: string | null;
  /** Origins whose pages may show ours, as CSP writes them. */
  readonly frameAncestors: readonly string[];
  /** Whom people can sign in with; null: nobody but us. */
  readonly oidcIssuer: string | null;
  readonly oidcClientId: string | null;
  readonly oidcClientSecret: string | null;
  readonly oidcName: string | null;
  readonly logLevel: LogLevel;
}

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
    variable: 'REQUIRE_SIGN_IN',
    key: 'requireSignIn',
    default: 'off',
    describe:
      'on: without an account, nothing can be read or written; guests are asked to sign in.',
    parse: parseSwitch,
  }),
  row({
    variable: 'COLLECTION_ACCESS',
    key: 'collectionAccess',
    default: '*:link:editor',
    describe:
      'Who may do what with a new document until its owner says otherwise, by collection: restricted, signed-in or link, and viewer, commenter or editor, such as notes:restricted,wiki:signed-in:viewer.',
    parse: parseCollectionAccess,
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
    variable: 'EMBED_ISSUER',
    key: 'embedIssuer',
    default: '',
    describe:
      'Lets a host application show documents inside its own pages, to its own people: the iss of the tokens it signs. See docs/embedding. Needs the four below (one of the two for keys).',
    parse: parseLine,
  }),
  row({
    variable: 'EMBED_AUDIENCE',
    key: 'embedAudience',
    default: '',
    describe: 'The aud of these tokens, such as the address of this server.',
    parse: parseLine,
  }),
  row({
    variable: 'EMBED_KEY',
    key: 'embedKey',
    default: '',
    describe:
      'What the tokens are checked with: a public key as PEM (RSA, P-256 … P-521, Ed25519), or a secret of at least 32 bytes shared with the host.',
    secret: true,
    parse: parseEmbedKey,
  }),
  row({
    variable: 'EMBED_JWKS_URL',
    key: 'embedJwksUrl',
    default: '',
    describe: 'Instead of EMBED_KEY: where the host publishes its public keys (JWKS).',
    parse: parseSafeUrl,
  }),
  row({
    variable: 'FRAME_ANCESTORS',
    key: 'frameAncestors',
    default: '',
    describe:
      'Whose pages may show the embedded editor: origins such as https://app.example.org, separated by commas. Nothing else of this server can be framed.',
    parse: parseAncestors,
  }),
  row({
    variable: 'OIDC_ISSUER',
    key: 'oidcIssuer',
    default: '',
    describe:
      'Lets people sign in with this OpenID Connect provider, such as https://id.example.org. Give it PUBLIC_URL with /auth/oidc/callback as redirect address. Whoever it knows gets an account at the first time, also with SIGN_UP=off.',
    parse: parseSafeUrl,
  }),
  row({
    variable: 'OIDC_CLIENT_ID',
    key: 'oidcClientId',
    default: '',
    describe: 'What the provider calls this server.',
    parse: parseLine,
  }),
  row({
    variable: 'OIDC_CLIENT_SECRET',
    key: 'oidcClientSecret',
    default: '',
    describe: 'The secret it gave; unset for a public client.',
    secret: true,
    parse: parseLine,
  }),
  row({
    variable: 'OIDC_NAME',
    key: 'oidcName',
    default: '',
    describe: 'What people call the provider, on the button. Unset: its host.',
    parse: parseLine,
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
  problems.push(...conflictsOf(values as Partial<Config>));
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
