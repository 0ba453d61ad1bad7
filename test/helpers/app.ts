// A started server for integration tests: port 0, a data folder of its own, closed with the test; and
// people who ask it over HTTP with their cookies, as a browser would.

import assert from 'node:assert/strict';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { TestContext } from 'node:test';
import type { DocumentCreate, DocumentCreated, SessionReply } from '../../core/api.ts';
import { type App, type AppOverrides, createApp } from '../../server/app.ts';
import type { Config } from '../../server/config.ts';
import { silentLog } from '../../server/log.ts';

export interface StartOptions extends AppOverrides {
  config?: Partial<Config>;
}

export interface Answer {
  status: number;
  headers: Headers;
  /** As it was sent. */
  text: string;
  /** The same as JSON; undefined when it is none. */
  json: any;
}

export interface Ask {
  body?: unknown;
  headers?: Record<string, string>;
  /** Sent as it is, instead of `body` as JSON. */
  raw?: BodyInit;
}

/** One browser or script: keeps the cookie it is given. */
export class Person {
  cookie: string;
  readonly #url: string;

  constructor(url: string, cookie = '') {
    this.#url = url;
    this.cookie = cookie;
  }

  async ask(method: string, path: string, { body, headers = {}, raw }: Ask = {}): Promise<Answer> {
    const isJson = body !== undefined && raw === undefined;
    const content = raw ?? (isJson ? JSON.stringify(body) : undefined);
    const response = await fetch(this.#url + path, {
      method,
      redirect: 'manual',
      headers: {
        ...(this.cookie ? { cookie: this.cookie } : {}),
        ...(isJson ? { 'content-type': 'application/json' } : {}),
        ...headers,
      },
      ...(content === undefined ? {} : { body: content }),
    });
    const text = await response.text();
    const [set] = response.headers.getSetCookie();
    if (set) this.cookie = set.startsWith('deltapad=;') ? '' : set.split(';')[0]!;
    const isJsonReply = /json/.test(response.headers.get('content-type') ?? '');
    const { status, headers: got } = response;
    return { status, headers: got, text, json: isJsonReply ? JSON.parse(text) : undefined };
  }

  get = (path: string, headers: Record<string, string> = {}) => this.ask('GET', path, { headers });
  post = (path: string, body: unknown = {}) => this.ask('POST', path, { body });

  /** My id, asked of the server. */
  async id(): Promise<string> {
    return ((await this.get('/api/v1/session')).json as SessionReply).user.id;
  }

  async makes(document: DocumentCreate = {}): Promise<DocumentCreated> {
    const { status, text, json } = await this.post('/api/v1/documents', document);
    assert.equal(status, 201, text);
    return json as DocumentCreated;
  }
}

export class TestApp {
  readonly app: App;
  readonly dataDir: string;

  constructor(app: App, dataDir: string) {
    this.app = app;
    this.dataDir = dataDir;
  }

  get url(): string {
    return this.app.url;
  }

  close = (): Promise<void> => this.app.close();

  /** Somebody without a cookie. */
  stranger = (): Person => new Person(this.url);

  /** A guest; named when a name is given. */
  async guest(name?: string): Promise<Person> {
    const person = this.stranger();
    const { status, text } = await person.post('/api/v1/session', name ? { name } : {});
    assert.equal(status, 201, text);
    return person;
  }
}

const defaults: Config = {
  port: 0,
  host: '127.0.0.1',
  dataDir: '',
  mongoUrl: null,
  redisUrl: null,
  workers: 1,
  publicUrl: null,
  trustProxy: [],
  rateLimits: true,
  metricsToken: null,
  signUp: true,
  requireSignIn: false,
  collectionAccess: {},
  smtpUrl: null,
  mailFrom: null,
  embedIssuer: null,
  embedAudience: null,
  embedKey: null,
  embedJwksUrl: null,
  frameAncestors: [],
  oidcIssuer: null,
  oidcClientId: null,
  oidcClientSecret: null,
  oidcName: null,
  logLevel: 'silent',
};

/** `config.dataDir` reuses a folder: a restart. Otherwise it is made, and removed after the test. */
export async function startApp(t: TestContext, options: StartOptions = {}): Promise<TestApp> {
  const { config = {}, ...overrides } = options;
  const dataDir = config.dataDir ?? mkdtempSync(join(tmpdir(), 'deltapad-test-'));
  const app = await createApp(
    { ...defaults, ...config, dataDir },
    { log: silentLog, ...overrides },
  );
  const started = new TestApp(app, dataDir);
  t.after(async () => {
    await started.close();
    if (config.dataDir === undefined) rmSync(dataDir, { recursive: true, force: true });
  });
  return started;
}
