// Images on their way in: checked, shown as an empty frame of their size with a line of progress while
// they are uploaded, then put into the text by their address. The frame is on this page only: it has no
// length, so the document and the others know nothing of it.

import { EmbedBlot, type ParentBlot } from 'parchment';
import Quill from 'quill/core/quill.js';
import type { Delta } from '../../core/delta.ts';
import { AppError } from '../../core/errors.ts';
import { limits } from '../../core/limits.ts';
import type { Commands } from './commands.ts';
import type { EditorHost, EditorRange, ImageProblem } from './editor-api.ts';
import type { DeltapadQuill } from './quill.ts';

const TYPES = new Set(['image/png', 'image/jpeg', 'image/gif', 'image/webp', 'image/avif']);

export class UploadFrame extends EmbedBlot {
  static override blotName = 'upload';
  static override className = 'dp-upload';
  static override tagName = 'SPAN';

  static override create(label: unknown): HTMLElement {
    // biome-ignore lint/complexity/noThisInStatic: Parchment makes the element of the class it is called on
    const element = super.create() as HTMLElement;
    element.contentEditable = 'false';
    element.setAttribute('role', 'progressbar');
    element.setAttribute('aria-label', String(label));
    element.append(document.createElement('span'));
    return element;
  }

  override length(): number {
    return 0;
  }

  override value(): string {
    return '';
  }
}

export interface Images {
  insert(files: readonly File[], range: EditorRange): void;
}

export function createImages(quill: DeltapadQuill, host: EditorHost, commands: Commands): Images {
  async function insertOne(file: File, index: number): Promise<void> {
    const problem = problemOf(file);
    if (problem) {
      host.onImageProblem(problem, file.name);
      return;
    }
    const frame = showFrame(quill, index, host.t('image.uploading', { name: file.name }));
    void sizeFrame(frame.element, file);
    try {
      const reply = await host.uploadImage(file, (share) => frame.progress(share));
      const at = frame.index();
      frame.remove();
      const { url, width, height } = reply;
      commands.insertOnOwnLine(at, { image: url }, { width, height });
    } catch (error) {
      frame.remove();
      host.onImageProblem(uploadProblem(error), file.name);
    }
  }

  return {
    insert(files, { index }) {
      for (const file of files) void insertOne(file, index);
    },
  };
}

function problemOf(file: File): ImageProblem | null {
  if (!TYPES.has(file.type)) return 'type';
  return file.size > limits.maxImageBytes ? 'size' : null;
}

function uploadProblem(error: unknown): ImageProblem {
  if (!navigator.onLine) return 'offline';
  if (!(error instanceof AppError)) return 'failed';
  if (error.code === 'too-large') return 'size';
  return error.code === 'unsupported-type' ? 'type' : 'failed';
}

/** The image's own proportions, so that nothing moves when it takes the frame's place. */
async function sizeFrame(element: HTMLElement, file: File): Promise<void> {
  try {
    const { width, height } = await createImageBitmap(file);
    element.style.maxWidth = `${width}px`;
    element.style.aspectRatio = `${width} / ${height}`;
  } catch {
    // The server will say what is wrong with it; the frame keeps its default size.
  }
}

function showFrame(quill: DeltapadQuill, index: number, label: string) {
  const [line] = quill.getLine(Math.min(index, quill.getLength() - 1));
  const frame = quill.scroll.create(UploadFrame.blotName, label);
  const element = frame.domNode as HTMLElement;
  /** Where it was last, should its line be deleted under it. */
  let last = index;
  (line as unknown as ParentBlot | null)?.appendChild(frame);
  quill.update('silent');
  const carry = (change: Delta) => {
    last = change.transformPosition(last, true);
  };
  quill.on(Quill.events.TEXT_CHANGE, carry);
  const isThere = () => element.isConnected && quill.scroll.find(element) !== null;
  return {
    element,
    progress(share: number) {
      element.setAttribute('aria-valuenow', String(Math.round(share * 100)));
      (element.firstElementChild as HTMLElement).style.width = `${share * 100}%`;
    },
    index(): number {
      if (isThere()) last = frame.offset(quill.scroll);
      return Math.min(last, quill.getLength() - 1);
    },
    remove() {
      quill.off(Quill.events.TEXT_CHANGE, carry);
      if (!isThere()) return;
      frame.remove();
      quill.update('silent');
    },
  };
}
