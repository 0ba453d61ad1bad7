// Opens one document: puts the editor, the binding, the wire, presence, title and save state together
// and shows them to pages and panels as one face (session-api.ts). Only wiring.

import { batch, type ReadonlySignal, signal } from '@preact/signals-core';
import type {
  DocumentBoot,
  DocumentCreate,
  DocumentCreated,
  DocumentReply,
  PersonSummary,
} from '../../core/api.ts';
import { type DocumentRef, parseDocumentRef } from '../../core/ids.ts';
import type { ServerNotice } from '../../core/protocol.ts';
import { Access } from './access.ts';
import { Binding } from './binding.ts';
import { WireDocument } from './document.ts';
import type { EditorPort } from './editor-port.ts';
import type { Environment } from './environment.ts';
import { Presence } from './presence.ts';
import type { Refusal } from './refused.ts';
import { type SaveFacts, SaveStateClock } from './save-state.ts';
import type { DocumentSession } from './session-api.ts';
import { type OpenWire, OtSocket } from './socket.ts';
import { Title } from './title.ts';

/** What is asked over HTTP; rejects with AppError. */
export interface SessionApi {
  createDocument(document: DocumentCreate): Promise<DocumentCreated>;
  setTitle(ref: DocumentRef, title: string): Promise<unknown>;
  fetchDocument(ref: DocumentRef): Promise<DocumentReply>;
}

export interface SessionParts {
  readonly boot: DocumentBoot;
  /** Names the client bundle of this page. */
  readonly build: string;
  /** Me, as I am called now. */
  readonly user: () => PersonSummary;
  readonly editor: EditorPort;
  /** Opens a WebSocket to /sync with our sub-protocol (`webSocket` of socket.ts). */
  readonly open: OpenWire;
  readonly api: SessionApi;
  readonly environment: Environment;
  /** The line is back after a break: somebody may have signed in or out meanwhile. */
  readonly onReturned?: () => void;
}

/** How often an idle screen is compared with its document, by length. */
const SCREEN_CHECK_MS = 30_000;
/** After a break, title and rights are asked within this, each client at its own moment. */
const CATCH_UP_MS = 5_000;
/** After the identity was ended: the answer that brings a new cookie is on its way still. */
const ASK_AGAIN_MS = 1_000;
/** A socket that fails this often is asked about over HTTP: a refused upgrade says no reason. */
const FAILURES_TO_ASK = 3;

export function openSession(parts: SessionParts): DocumentSession {
  return new Session(parts).face;
}

class Session {
  readonly face: DocumentSession;
  readonly #parts: SessionParts;
  readonly #socket: OtSocket;
  readonly #wire: WireDocument;
  readonly #binding: Binding;
  readonly #presence: Presence;
  readonly #access: Access;
  readonly #title: Title;
  readonly #save: SaveStateClock;
  readonly #hasUnsent = signal(false);
  readonly #loading = signal(true);
  #isEditable: boolean | null = null;
  #isOldBuild = false;
  #isHeld = false;
  #wasConnected = false;
  #savedAt: number;
  #settled: (() => void)[] = [];
  #cancelCatchUp: (() => void) | null = null;
  #cancelAskSoon: (() => void) | null = null;
  #cancelAskWho: (() => void) | null = null;
  readonly #ends: (() => void)[] = [];
  /** Nothing is decided before everything is there. */
  #isReady = false;
  #isClosed = false;

  constructor(parts: SessionParts) {
    this.#parts = parts;
    const { boot, editor, environment, api } = parts;
    const ref = parseDocumentRef(boot.collection, boot.id);
    if (!ref) throw new Error('The page names no document');
    this.#savedAt = environment.now();
    const changed = () => this.#changed();

    this.#access = new Access(boot.role, {
      environment,
      fetchDocument: () => api.fetchDocument(ref),
      isAbsent: () => boot.version === 0 && !this.#wire.isStored,
      onChanged: changed,
      onTitle: (title) => this.#title.told(title),
      onRegained: () => this.#socket.reconnect(),
    });
    this.#title = new Title(boot.title, {
      environment,
      save: async (title) => {
        await this.#wire.ensureCreated();
        await api.setTitle(ref, title);
      },
      onChanged: changed,
    });
    this.#socket = new OtSocket({
      open: parts.open,
      environment,
      onNotice: (notice) => this.#noticed(notice, ref),
    });
    this.#wire = new WireDocument({
      ref,
      boot,
      socket: this.#socket,
      environment,
      create: () => api.createDocument({ collection: ref.collection, id: ref.id }),
      onOp: (op, isMine) => {
        if (isMine) this.#isHeld = false;
        this.#binding.docChanged(op, isMine);
        this.#presence.changed();
      },
      onLoaded: () => this.#binding.docLoaded(),
      onReady: () => this.#connected(),
      onDenied: (refusal) => this.#denied(refusal),
      onNotCreated: (refusal) => {
        this.#binding.refuseUnsent(refusal);
        this.#denied(refusal);
      },
    });
    this.#binding = new Binding(
      {
        editor,
        environment,
        doc: this.#wire,
        onChanged: changed,
        onDenied: (refusal) => this.#denied(refusal),
      },
      boot.delta,
    );
    this.#loading.value = false;
    this.#presence = new Presence({
      connection: this.#wire.connection,
      ref,
      me: parts.user,
      environment,
      history: this.#wire.history,
      coordinates: {
        version: () => this.#wire.version,
        toScreen: (index) => this.#binding.toScreen(index),
        toServer: (index) => this.#binding.toServer(index),
        length: () => editor.length(),
      },
      onRefused: (code) => {
        if (code === 'no-access') this.#denied({ code, message: '' });
      },
    });
    this.#save = new SaveStateClock(environment, this.#facts());
    this.#isReady = true;
    this.#ends.push(
      this.#socket.line.subscribe(() => this.#lineChanged()),
      environment.onOnline(changed),
      environment.onVisible((visible) => {
        if (visible && this.#access.denied) void this.#access.ask();
      }),
      this.#everyCheck(),
    );
    this.face = this.#makeFace();
    this.#changed();
  }

  #makeFace(): DocumentSession {
    const binding = this.#binding;
    const presence = this.#presence;
    const title = this.#title;
    const access = this.#access;
    return {
      saveState: this.#save.state,
      people: presence.people,
      refused: binding.refused.list,
      title: title.value,
      role: access.role,
      trashed: access.trashed,
      accessChanges: access.changes,
      loading: this.#loading as ReadonlySignal<boolean>,
      hasUnsent: this.#hasUnsent as ReadonlySignal<boolean>,
      setSelection: (range) => presence.select(range),
      setTitle: (text) => title.set(text),
      tryNow: () => this.#tryNow(),
      putBack: (id) => binding.putBack(id),
      discard: (id) => {
        binding.refused.discard(id);
        this.#changed();
      },
      settled: () => this.#whenSettled(),
      contents: () => binding.contents(),
      close: () => this.#close(),
    };
  }

  #everyCheck(): () => void {
    let cancel = () => {};
    const again = () => {
      cancel = this.#parts.environment.after(SCREEN_CHECK_MS, () => {
        this.#binding.checkScreen();
        again();
      });
    };
    again();
    return () => cancel();
  }

  #noticed(notice: ServerNotice, ref: DocumentRef): void {
    if (notice.type === 'hello') {
      this.#isOldBuild = notice.build !== this.#parts.build;
      this.#askWho(notice.userId);
      this.#changed();
      return;
    }
    if (notice.c !== ref.collection || notice.d !== ref.id) return;
    this.#cancelCatchUp?.();
    if (notice.title !== undefined) this.#title.told(notice.title);
    this.#access.noticed(notice);
  }

  #connected(): void {
    if (this.#wasConnected) this.#catchUp();
    this.#wasConnected = true;
    this.#title.tryNow();
    this.#binding.pump();
    this.#changed();
  }

  /** After a break: at once when the server says somebody else, else some time, for an account's sake. */
  #askWho(userId: string): void {
    const { environment, user, onReturned } = this.#parts;
    const isOther = userId !== user().id;
    if (!onReturned || !(isOther || this.#wasConnected)) return;
    this.#cancelAskWho?.();
    const wait = isOther ? 0 : environment.random() * CATCH_UP_MS;
    this.#cancelAskWho = environment.after(wait, onReturned);
  }

  #askSoon(): void {
    this.#cancelAskSoon?.();
    this.#cancelAskSoon = this.#parts.environment.after(ASK_AGAIN_MS, () => {
      void this.#access.ask();
    });
  }

  /** Notices that came while nobody listened are not sent again. */
  #catchUp(): void {
    const { environment } = this.#parts;
    this.#cancelCatchUp?.();
    this.#cancelCatchUp = environment.after(environment.random() * CATCH_UP_MS, () => {
      void this.#access.ask();
    });
  }

  #lineChanged(): void {
    const line = this.#socket.line.value;
    if (line.kind === 'stopped' && line.reason === 'not-signed-in') {
      this.#access.deny('not-signed-in');
      // This browser may be somebody again already: signed in in another tab, a new password here.
      this.#askSoon();
    }
    if (line.kind === 'waiting') this.#isHeld = line.reason === 'not-now';
    const { failures } = this.#socket;
    const isFailing = line.kind === 'waiting' && failures > 0 && failures % FAILURES_TO_ASK === 0;
    if (isFailing && this.#parts.environment.isOnline()) void this.#access.ask();
    this.#changed();
  }

  #denied({ code }: Refusal): void {
    if (code === 'document-trashed') this.#access.deny('trashed');
    else if (code === 'not-signed-in') this.#access.deny('not-signed-in');
    else if (code === 'no-access' || code === 'not-found') this.#access.deny('no-access');
    // The socket says no and nothing else: trash and lost access look the same there.
    void this.#access.ask();
  }

  #facts(): SaveFacts {
    const line = this.#socket.line.peek();
    const isTitleUnsaved = this.#title.isUnsaved;
    const hasUnsent = this.#binding.hasUnsent || isTitleUnsaved;
    return {
      isConnected: this.#wire.connection.canSend,
      isOffline: !this.#parts.environment.isOnline(),
      isHeld: (this.#isHeld && hasUnsent) || this.#title.isHeld,
      nextTryAt: line.kind === 'waiting' ? line.nextTryAt : null,
      hasUnsent,
      unsent: this.#binding.unsent + (isTitleUnsaved ? 1 : 0),
      version: this.#wire.version ?? 0,
      savedAt: this.#savedAt,
      refused: this.#binding.refused.list.peek().length,
      denied: this.#access.denied,
      isRefusedClient: line.kind === 'stopped' && line.reason === 'old-client',
      isOldBuild: this.#isOldBuild,
      canEdit: this.#access.canEdit,
    };
  }

  /** Called for everything that may matter to what is shown; also within a keystroke. */
  #changed(): void {
    if (!this.#isReady || this.#isClosed) return;
    const before = this.#hasUnsent.peek();
    const facts = this.#facts();
    if (before && !facts.hasUnsent) this.#savedAt = this.#parts.environment.now();
    batch(() => {
      this.#hasUnsent.value = facts.hasUnsent;
      this.#save.update({ ...facts, savedAt: this.#savedAt });
    });
    const isEditable = facts.canEdit && !facts.isRefusedClient;
    if (isEditable !== this.#isEditable) {
      this.#isEditable = isEditable;
      this.#parts.editor.setEditable(isEditable);
    }
    if (this.#binding.hasUnsent && !this.#access.denied) this.#create();
    this.#presence.changed();
    if (!facts.hasUnsent) for (const settled of this.#settled.splice(0)) settled();
  }

  /** The first key stores the document. */
  #create(): void {
    if (this.#wire.isStored || this.#parts.boot.version > 0) return;
    // A failure is told through onNotCreated.
    this.#wire.ensureCreated().catch(() => undefined);
  }

  #tryNow(): void {
    this.#socket.tryNow();
    this.#title.tryNow();
    if (this.#access.denied) void this.#access.ask();
  }

  #whenSettled(): Promise<void> {
    if (!this.#hasUnsent.peek()) return Promise.resolve();
    return new Promise((resolve) => this.#settled.push(resolve));
  }

  #close(): void {
    if (this.#isClosed) return;
    this.#isClosed = true;
    for (const end of this.#ends.splice(0)) end();
    this.#cancelCatchUp?.();
    this.#cancelAskSoon?.();
    this.#cancelAskWho?.();
    this.#presence.close();
    this.#binding.close();
    this.#wire.close();
    this.#title.close();
    this.#access.close();
    this.#save.close();
    this.#socket.close();
  }
}
