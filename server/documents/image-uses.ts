// Which documents hold which uploaded images, so that an image goes with the last document that had it. A use
// is noted once and stays: older versions hold the image too.

import type { DeltaOp } from '../../core/delta.ts';
import { type DocumentKey, type DocumentRef, documentKey } from '../../core/ids.ts';
import { images, imageUseId, imageUses } from '../store/schema.ts';
import type { Store } from '../store/store.ts';

export interface ImageUses {
  /** Notes what the text holds. Reads the store only for images it has not seen there lately. */
  note(ref: DocumentRef, ops: readonly DeltaOp[]): Promise<void>;
  /**
   * Forgets a document, and deletes the images that nobody else has held. Images uploaded before uses were
   * noted stay: nobody knows who else has them.
   */
  forget(ref: DocumentRef): Promise<void>;
}

const UPLOAD = /^\/uploads\/([A-Za-z0-9_-]{16,64}\.[a-z]{3,4})$/;
const MAX_SEEN = 20_000;
const PAGE = 100;

function namesIn(ops: readonly DeltaOp[]): Set<string> {
  const names = new Set<string>();
  for (const { insert } of ops) {
    if (typeof insert !== 'object' || insert === null) continue;
    const { image } = insert as { image?: unknown };
    const name = typeof image === 'string' ? UPLOAD.exec(image)?.[1] : undefined;
    if (name) names.add(name);
  }
  return names;
}

export function createImageUses({ records, blobs }: Pick<Store, 'records' | 'blobs'>): ImageUses {
  const seen = new Set<string>();

  const isHeldElsewhere = async (name: string, key: DocumentKey): Promise<boolean> => {
    const users = await records.list(imageUses, 'byName', name, { limit: 2 });
    return users.some(({ value }) => value.document !== key);
  };

  return {
    async note(ref, ops) {
      const document = documentKey(ref);
      for (const name of namesIn(ops)) {
        const id = imageUseId(name, document);
        if (seen.has(id)) continue;
        if (seen.size >= MAX_SEEN) seen.clear();
        await records.put(imageUses, id, { name, document });
        seen.add(id);
      }
    },

    async forget(ref) {
      const key = documentKey(ref);
      for (;;) {
        const page = await records.list(imageUses, 'byDocument', key, { limit: PAGE });
        for (const { id, value } of page) {
          const { name } = value;
          const isKnown = (await records.get(images, name)) !== null;
          if (isKnown && !(await isHeldElsewhere(name, key))) {
            await blobs.delete(name);
            await records.delete(images, name);
          }
          await records.delete(imageUses, id);
          seen.delete(id);
        }
        if (page.length < PAGE) break;
      }
    },
  };
}
