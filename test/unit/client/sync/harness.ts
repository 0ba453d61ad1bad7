// One or more people on one document over ShareDB's own server, all in virtual time, each step said by
// the test: nothing here is drawn.

import { openSession, type SessionApi } from '../../../../client/sync/session.ts';
import type { DocumentSession } from '../../../../client/sync/session-api.ts';
import type { DocumentBoot } from '../../../../core/api.ts';
import { Delta, type DeltaOp, plainText } from '../../../../core/delta.ts';
import { AppError, type ErrorCode } from '../../../../core/errors.ts';
import { Link, TestEnvironment, VirtualTime } from '../../../helpers/network.ts';
import { createRandom } from '../../../helpers/random.ts';
import { FakeEditor } from '../../../simulation/fake-editor.ts';
import { ref, StockServer } from '../../../simulation/servers.ts';
import { replay } from '../../../simulation/world.ts';

/** One way, in milliseconds. */
export const delayMs = 20;

export interface Person {
  readonly session: DocumentSession;
  readonly editor: FakeEditor;
  readonly environment: TestEnvironment;
  /** The newest link; null until the first. */
  link(): Link;
  /** How often a link was asked for. */
  tries(): number;
  /** From now on no link comes about. */
  setNetwork(works: boolean): void;
  readonly api: { [K in keyof SessionApi]: SessionApi[K] };
  /** What was asked over HTTP, in order. */
  readonly asked: string[];
  text(): string;
  types(index: number, text: string): void;
  deletes(index: number, length: number): void;
}

export class SyncWorld {
  readonly time = new VirtualTime();
  readonly server = new StockServer();
  #count = 0;

  run = (ms: number) => this.time.run(ms);

  /** Long enough for an op to come back and be shown to everybody. */
  settle = () => this.time.run(1_000);

  async create(ops: DeltaOp[] = [{ insert: '\n' }]): Promise<void> {
    await this.server.create(ops);
  }

  async text(): Promise<string> {
    return plainText(replay(await this.server.log()).ops as DeltaOp[]);
  }

  async open(change: Partial<DocumentBoot> = {}): Promise<Person> {
    const { time, server } = this;
    const index = this.#count++;
    const log = await server.log();
    const boot: DocumentBoot = {
      collection: ref.collection,
      id: ref.id,
      title: 'Heron',
      version: log.length,
      delta: log.length > 0 ? (replay(log).ops as DeltaOp[]) : [{ insert: '\n' }],
      role: 'editor',
      link: 'editor',
      signedIn: 'none',
      owner: null,
      requests: 0,
      ...change,
    };
    const editor = new FakeEditor();
    const environment = new TestEnvironment(time, createRandom(index + 1));
    let link: Link | null = null;
    let tries = 0;
    let works = true;
    const asked: string[] = [];
    const answer = async <T>(name: string, value: () => T | Promise<T>): Promise<T> => {
      asked.push(name);
      await new Promise<void>((resolve) => time.after(2 * delayMs, resolve));
      if (!works) throw new AppError('not-now', 'The server cannot be reached.');
      return value();
    };
    const api: Person['api'] = {
      createDocument: () =>
        answer('create', async () => {
          if ((await server.log()).length > 0) throw new AppError('document-exists', 'Taken.');
          await server.create([{ insert: '\n' }]);
          return { collection: ref.collection, id: ref.id, version: 1, url: '' };
        }),
      setTitle: (_ref, title) => answer(`title ${title}`, () => undefined),
      fetchDocument: () =>
        answer('fetch', () => ({ ...boot, role: 'editor' as const, trashed: false })),
    };
    const session = openSession({
      boot,
      build: 'build-1',
      user: () => ({ id: `g_client00${index}`, name: `Client ${index}`, color: 1 }),
      editor,
      environment,
      open() {
        tries++;
        link = new Link({ time, delay: () => delayMs, batches: false });
        link.begin(works ? (end) => server.connect(end, index) : null);
        return link;
      },
      // Asked through the object, so that a test may put another answer there.
      api: {
        createDocument: (document) => api.createDocument(document),
        setTitle: (where, title) => api.setTitle(where, title),
        fetchDocument: (where) => api.fetchDocument(where),
      },
    });
    editor.onSelect = (range) => session.setSelection(range);
    return {
      session,
      editor,
      environment,
      link: () => link!,
      tries: () => tries,
      setNetwork(value) {
        works = value;
        if (!value) link?.cut();
      },
      api,
      asked,
      text: () => plainText(editor.contentsNow.ops as DeltaOp[]),
      types: (at, text) => editor.edit(new Delta().retain(at).insert(text)),
      deletes: (at, length) => editor.edit(new Delta().retain(at).delete(length)),
    };
  }
}

export const refuses = (code: ErrorCode): Promise<never> =>
  Promise.reject(new AppError(code, `Refused: ${code}.`));
