// Where committed ops go beside ShareDB's own way: those of this process to the others, those of others
// to the sockets here, as if they had been submitted here.

import type { PubSub } from 'sharedb';
import type { DocumentRef } from '../../core/ids.ts';
import type { LogEntry } from '../store/store.ts';
import { toOp } from './document-state.ts';
import type { Feed } from './live-document.ts';

export function createFeed(pubsub: PubSub, committed: Feed['committed']): Feed {
  return {
    committed,
    foreign(ref: DocumentRef, entries: readonly LogEntry[]) {
      const { collection: c, id: d } = ref;
      for (const entry of entries) {
        const op = toOp(entry, { metadata: false, richText: true });
        // What a subscribed agent looks at: which document it is, and whether it is its own.
        pubsub.publish([`${c}.${d}`], { ...op, c, d, m: undefined }, () => undefined);
      }
    },
  };
}
