// One person in a simulated session: the real session with its real ShareDB client, over an editor
// without a screen and a link of the script. Turns actions into what a person or a network does.

import assert from 'node:assert/strict';
import { openSession } from '../../client/sync/session.ts';
import type { DocumentSession } from '../../client/sync/session-api.ts';
import type { DocumentBoot } from '../../core/api.ts';
import { Delta } from '../../core/delta.ts';
import { AppError } from '../../core/errors.ts';
import { Link, TestEnvironment, type VirtualTime } from '../helpers/network.ts';
import type { Random } from '../helpers/random.ts';
import { FakeEditor } from './fake-editor.ts';
import type { Action, Kind, Script } from './script.ts';
import type { SimServer } from './servers.ts';
import { textOf, uniqueCharacter, uniqueCharacters, wholeIndex } from './text.ts';

/** What is known of every character ever typed. */
export interface Fates {
  count: number;
  readonly typed: Map<string, number>;
  readonly deleted: Set<string>;
  readonly discarded: Set<string>;
  edits: number;
}

export interface ClientDeps {
  readonly index: number;
  readonly script: Script;
  readonly time: VirtualTime;
  readonly random: Random;
  readonly server: SimServer;
  /** No new connections before this moment. */
  readonly serverUpAt: () => number;
  readonly fates: Fates;
  readonly boot: DocumentBoot;
}

const inline = [
  { bold: true },
  { italic: true },
  { bold: null },
  { color: '#b3261e' },
  { color: null },
  { link: 'https://example.org/' },
];
const block = [{ header: 1 }, { list: 'bullet' }, { header: null }, { align: 'center' }];
const apiMs = 40;

export class SimClient {
  readonly editor = new FakeEditor();
  readonly session: DocumentSession;
  readonly environment: TestEnvironment;
  readonly index: number;
  readonly userId: string;
  link: Link | null = null;
  readonly #deps: ClientDeps;
  #noNetworkUntil = 0;

  constructor(deps: ClientDeps) {
    this.#deps = deps;
    this.index = deps.index;
    this.userId = `g_client00${deps.index}`;
    const { time, random, boot, index } = deps;
    this.environment = new TestEnvironment(time, random);
    this.session = openSession({
      boot,
      build: 'build-1',
      user: () => ({ id: this.userId, name: `Client ${index}`, color: 1 }),
      editor: this.editor,
      environment: this.environment,
      open: () => this.#openLink(),
      api: {
        createDocument: () => this.#create(),
        setTitle: () => this.#answer(() => undefined),
        fetchDocument: () =>
          this.#answer(() => ({
            ...boot,
            role: 'editor' as const,
            trashed: false,
          })),
      },
    });
    this.editor.onSelect = (range) => this.session.setSelection(range);
    this.editor.select({ index: 0, length: 0 });
  }

  get hasNetwork(): boolean {
    return this.#deps.time.now >= this.#noNetworkUntil;
  }

  #openLink(): Link {
    const { script, time, random, server, serverUpAt, index } = this.#deps;
    const [least, most] = script.delays[index]!;
    const delay = () => least + random.next() * (most - least);
    const link = new Link({ time, delay, batches: script.batches });
    this.link = link;
    const isUp = this.hasNetwork && time.now >= serverUpAt();
    link.begin(isUp ? (end) => server.connect(end, index) : null);
    return link;
  }

  #answer<T>(value: () => T | Promise<T>): Promise<T> {
    const { time, serverUpAt } = this.#deps;
    return new Promise((resolve, reject) => {
      time.after(apiMs, () => {
        if (this.hasNetwork && time.now >= serverUpAt()) {
          Promise.resolve().then(value).then(resolve, reject);
        } else reject(new AppError('not-now', 'The server cannot be reached.'));
      });
    });
  }

  #create() {
    const { boot, server } = this.#deps;
    return this.#answer(async () => {
      try {
        await server.create([{ insert: '\n' }]);
      } catch (error) {
        throw new AppError('document-exists', 'This document exists already.', { cause: error });
      }
      return { collection: boot.collection, id: boot.id, version: 1, url: '/' };
    });
  }

  get text(): string {
    return textOf(this.editor.contentsNow);
  }

  perform({ kind, a, b }: Action): void {
    const { time } = this.#deps;
    const away = (ms: number) => {
      this.#noNetworkUntil = time.now + ms;
    };
    const lose = (isOp: boolean) =>
      this.link?.losses.push(
        (message) => message.a === 'op' && (message.op !== undefined) === isOp,
      );
    const deeds: Partial<Record<Kind, () => void>> = {
      type: () => this.#insert(this.#caretOr(a, b), this.#letters(1 + Math.floor(b * 5))),
      line: () => this.#insert(this.#place(a), '\n'),
      delete: () => this.#replace(a, 1 + Math.floor(b * 12), ''),
      replace: () => this.#replace(a, 1 + Math.floor(b * 6), this.#letters(3)),
      format: () => this.#format(a, 1 + Math.floor(b * 9), inline[Math.floor(b * inline.length)]!),
      block: () => this.#formatLine(a, block[Math.floor(b * block.length)]!),
      embed: () => this.#embed(a, b),
      select: () => this.#select(a, b),
      compose: () => {
        this.editor.compose();
        time.after(100 + b * 1500, () => this.editor.endComposition());
      },
      hide: () => {
        this.environment.setVisible(false);
        time.after(b * 3000, () => this.environment.setVisible(true));
      },
      answer: () => this.#answerRefused(a),
      cut: () => {
        if (b < 0.3) away(a * 3000);
        this.link?.cut();
      },
      silence: () => this.link?.fallSilent(1000 + b * 9000),
      offline: () => {
        away(a * 4000);
        this.environment.setOnline(false);
        this.link?.cut();
        time.after(a * 4000, () => this.environment.setOnline(true));
      },
      'lose-ack': () => lose(false),
      'lose-op': () => lose(true),
      drift: () => {
        this.editor.fault = a < 0.5 ? 'throws' : 'length';
      },
    };
    deeds[kind]?.();
  }

  /** An index where something may be inserted: before the last newline, not inside a pair. */
  #place(fraction: number): number {
    const { text } = this;
    return wholeIndex(text, Math.floor(fraction * text.length));
  }

  /** Most of the time where the caret is. */
  #caretOr(a: number, b: number): number {
    const index = this.editor.selection?.index ?? 0;
    return b < 0.7 ? Math.min(wholeIndex(this.text, index), this.text.length - 1) : this.#place(a);
  }

  #letters(count: number): string {
    const { fates, index } = this.#deps;
    let letters = '';
    for (let i = 0; i < count; i++) {
      const letter = uniqueCharacter(fates.count++);
      fates.typed.set(letter, index);
      letters += letter;
    }
    return letters;
  }

  #edit(change: Delta): void {
    // A page whose body is not editable takes no keys.
    if (!this.editor.isEditable || change.ops.length === 0) return;
    this.#deps.fates.edits++;
    for (const part of change.ops) {
      if (typeof part.insert === 'string') {
        for (const letter of uniqueCharacters(part.insert)) {
          this.#deps.fates.typed.set(letter, this.index);
        }
      }
    }
    this.editor.edit(change);
    // A format may have lost against one of somebody else's that I do not see yet: nothing to send.
    const isSent = this.session.hasUnsent.value;
    const isText = change.ops.some((part) => typeof part.insert === 'string');
    assert.ok(isSent || !isText, 'a key was pressed, and nothing is to be sent');
    const { kind } = this.session.saveState.value;
    assert.ok(!isSent || kind !== 'saved', 'Saved, although a key was just pressed');
  }

  #insert(index: number, text: string): void {
    if (!this.editor.isEditable) {
      for (const letter of uniqueCharacters(text)) this.#deps.fates.typed.delete(letter);
      return;
    }
    this.#edit(new Delta().retain(index).insert(text));
    this.editor.select({ index: index + text.length, length: 0 });
  }

  #replace(a: number, length: number, text: string): void {
    const whole = this.text;
    const start = this.#place(a);
    const end = wholeIndex(whole, Math.min(whole.length - 1, start + length));
    if (!this.editor.isEditable || end <= start) {
      for (const letter of uniqueCharacters(text)) this.#deps.fates.typed.delete(letter);
      return;
    }
    for (const letter of uniqueCharacters(whole.slice(start, end))) {
      this.#deps.fates.deleted.add(letter);
    }
    this.#edit(
      new Delta()
        .retain(start)
        .insert(text)
        .delete(end - start),
    );
    this.editor.select({ index: start + text.length, length: 0 });
  }

  #format(a: number, length: number, attributes: Record<string, unknown>): void {
    const whole = this.text;
    const start = this.#place(a);
    const end = wholeIndex(whole, Math.min(whole.length - 1, start + length));
    if (end > start) this.#edit(new Delta().retain(start).retain(end - start, attributes));
  }

  #formatLine(a: number, attributes: Record<string, unknown>): void {
    const newline = this.text.indexOf('\n', this.#place(a));
    this.#edit(new Delta().retain(newline).retain(1, attributes));
  }

  #select(a: number, b: number): void {
    const { text } = this;
    const start = this.#place(a);
    const end = wholeIndex(text, Math.floor(Math.min(text.length - 1, start + b * 8)));
    this.editor.select({ index: start, length: Math.max(0, end - start) });
  }

  #embed(a: number, b: number): void {
    const embed = b < 0.5 ? { divider: true } : { image: 'https://example.org/a.png' };
    this.#edit(new Delta().retain(this.#place(a)).insert(embed));
  }

  #answerRefused(a: number): void {
    const change = this.session.refused.value[0];
    if (!change) return;
    if (a < 0.7) {
      this.session.putBack(change.id);
      return;
    }
    for (const letter of uniqueCharacters(change.text)) this.#deps.fates.discarded.add(letter);
    this.session.discard(change.id);
  }

  /** Nothing is wrong any more, and nothing is under way in the editor. */
  heal(): void {
    this.#noNetworkUntil = 0;
    this.editor.endComposition();
    this.editor.fault = null;
    if (this.link) this.link.losses.length = 0;
    if (!this.environment.isOnline()) this.environment.setOnline(true);
    if (!this.environment.isVisible()) this.environment.setVisible(true);
  }

  close(): void {
    this.session.close();
  }
}
