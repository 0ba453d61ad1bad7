// ShareDB's pubsub for the sockets of one process, and which documents they have open: a document's two
// channels (its ops, its presence) count as one. What other processes say is put in by peers.ts.

import sharedb, { type Callback } from 'sharedb';
import type { DocumentRef } from '../../core/ids.ts';
import { parseChannel } from './messages.ts';

export interface OpenedHere {
  /** The first socket opens the document; it waits for this, briefly. */
  opened(ref: DocumentRef): Promise<void>;
  /** The last one has closed it. */
  closed(ref: DocumentRef): void;
}

const PRESENCE = '$presence.';
const documentChannel = (channel: string) =>
  channel.startsWith(PRESENCE) ? channel.slice(PRESENCE.length) : channel;

export class ProcessPubSub extends sharedb.MemoryPubSub {
  /** By document channel: which of its two are subscribed. */
  readonly #open = new Map<string, Set<string>>();
  readonly #here: OpenedHere | null;

  constructor(here: OpenedHere | null = null) {
    super();
    this.#here = here;
  }

  override _subscribe(channel: string, callback: Callback): void {
    const name = documentChannel(channel);
    const ref = parseChannel(name);
    const channels = this.#open.get(name) ?? new Set();
    this.#open.set(name, channels.add(channel));
    if (!this.#here || !ref || channels.size > 1) {
      super._subscribe(channel, callback);
      return;
    }
    this.#here.opened(ref).then(
      () => super._subscribe(channel, callback),
      (error) => callback(error),
    );
  }

  override _unsubscribe(channel: string, callback: Callback): void {
    const name = documentChannel(channel);
    const channels = this.#open.get(name);
    channels?.delete(channel);
    if (channels?.size === 0) {
      this.#open.delete(name);
      const ref = parseChannel(name);
      if (ref) this.#here?.closed(ref);
    }
    super._unsubscribe(channel, callback);
  }
}
