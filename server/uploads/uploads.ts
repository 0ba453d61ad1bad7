// Images that people put into documents: checked, kept under random names, given back as what they are.
// A name is all it takes to see an image, so names cannot be guessed.

import type { UploadReply } from '../../core/api.ts';
import { AppError } from '../../core/errors.ts';
import { documentKey } from '../../core/ids.ts';
import { limits } from '../../core/limits.ts';
import type { Grant } from '../access/access.ts';
import type { Clock } from '../clock.ts';
import type { Ids } from '../ids.ts';
import { images, imageUseId, imageUses } from '../store/schema.ts';
import type { Store } from '../store/store.ts';
import { sniffImage } from './sniff.ts';

export interface Uploads {
  /** AppError `unsupported-type`, `too-large`. Durable when it resolves. */
  add(grant: Grant<'edit'>, bytes: Uint8Array): Promise<UploadReply>;
  get(name: string): Promise<{ bytes: Uint8Array; type: string } | null>;
}

const NAME = /^[A-Za-z0-9_-]{16,64}\.(?:png|jpg|gif|webp|avif)$/;

export function createUploads(
  { blobs, records }: Pick<Store, 'blobs' | 'records'>,
  clock: Clock,
  ids: Ids,
): Uploads {
  return {
    async add(grant, bytes) {
      const image = sniffImage(bytes);
      if (!image) {
        throw new AppError(
          'unsupported-type',
          'This is not an image of a known type: PNG, JPEG, GIF, WebP or AVIF.',
        );
      }
      if (image === 'damaged') {
        throw new AppError('unsupported-type', 'This image is damaged: its size cannot be read.');
      }
      const { width, height } = image;
      if (width > limits.maxImageSide || height > limits.maxImageSide) {
        throw new AppError(
          'too-large',
          `An image has at most ${limits.maxImageSide} pixels a side; this one is ${width} × ${height}.`,
          { details: { maxPixels: limits.maxImageSide } },
        );
      }
      if (width * height > limits.maxImagePixels) {
        throw new AppError(
          'too-large',
          `An image has at most ${limits.maxImagePixels / 1_000_000} megapixels; this one has ${Math.ceil((width * height) / 1_000_000)}.`,
          { details: { maxPixels: limits.maxImagePixels } },
        );
      }
      const name = `${ids.secret(18)}.${image.extension}`;
      // Known before it is there: an image without a record would never be deleted with its document.
      const key = documentKey(grant.document);
      await records.put(images, name, { document: key, at: clock.now() });
      await records.put(imageUses, imageUseId(name, key), { name, document: key });
      await blobs.put(name, bytes, image.type);
      return { url: `/uploads/${name}`, width, height };
    },

    async get(name) {
      return NAME.test(name) ? blobs.get(name) : null;
    },
  };
}
