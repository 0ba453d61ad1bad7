// The editor as pages and panels see it: puts the parts together and gives them one face.

import { Delta, type DeltaOp, plainText } from '../../core/delta.ts';
import { completeLink } from '../../core/url.ts';
import { createCarets } from './carets.ts';
import { createCommands } from './commands.ts';
import { createCounter } from './counts.ts';
import { keepDividersAlone } from './divider-lines.ts';
import type { Editor, EditorHost, EditorRange } from './editor-api.ts';
import { fillSections } from './filling.ts';
import { createFind } from './find.ts';
import { createImages } from './images.ts';
import { createInsertion } from './insertion.ts';
import { bindKeys } from './keyboard.ts';
import { createMarkdown } from './markdown.ts';
import { createOutline } from './outline.ts';
import { bindPaste } from './paste.ts';
import { bindPointer } from './pointer.ts';
import { createPort } from './port.ts';
import { createQuill } from './quill.ts';
import { createSelection } from './selection.ts';
import { createState, linkAt } from './state.ts';

/** `root` becomes the editor's own: what is in it goes. */
export function createEditor(root: HTMLElement, host: EditorHost): Editor {
  const quill = createQuill(root);
  root.classList.add('doc');
  const port = createPort(quill);
  const commands = createCommands(quill);
  const selection = createSelection(quill, port);
  const { state, linkAtCaret, selectedImage, ...stateEnd } = createState(quill, port);
  const insertion = createInsertion(quill, port);
  const images = createImages(quill, host, commands);
  const { insert: insertImages } = images;
  const paste = bindPaste(quill, { insertion, insertImages });
  const markdown = createMarkdown(quill, port, commands);
  const { outline, currentHeading, ...outlineEnd } = createOutline(quill, port);
  const { close: closeFinding, ...finding } = createFind(quill, port, selection);
  const { close: closeCarets, ...carets } = createCarets(quill, port);
  const counter = createCounter(host.locale);
  bindKeys(quill, host, { commands, markdown, pastePlain: paste.nextPlain });
  keepDividersAlone(quill, port);
  bindPointer(quill, host);
  const stopFilling = fillSections(quill, port);
  nameBody(quill.root, host);
  port.setEditable(false);

  const here = (): EditorRange => selection.selection() ?? { index: 0, length: 0 };
  const slice = ({ index, length }: EditorRange): DeltaOp[] =>
    quill.editor.delta.slice(index, index + length).ops as DeltaOp[];

  return {
    ...port,
    ...selection,
    ...carets,
    ...finding,
    state,
    outline,
    currentHeading,
    linkAtCaret,
    selectedImage,
    pasteProgress: insertion.progress,
    body: quill.root,
    focus: () => quill.focus(),
    format: commands.format,
    toggle: commands.toggle,
    indent: commands.indent,
    clearFormatting: commands.clearFormatting,
    insertDivider: commands.insertDivider,
    undo: () => quill.history.undo(),
    redo: () => quill.history.redo(),
    insertImages: (files) => insertImages(files, here()),
    describeImage(index, { alt, caption }) {
      const attributes = {
        ...(alt === undefined ? {} : { alt: alt || null }),
        ...(caption === undefined ? {} : { caption: caption || null }),
      };
      quill.updateContents(new Delta().retain(index).retain(1, attributes), 'user');
    },
    deleteImage(index) {
      quill.history.asStep(() => {
        quill.updateContents(new Delta().retain(index).delete(1), 'user');
      });
    },
    setLink(range, address) {
      const whole = range.length === 0 ? linkAt(quill, range)?.range : undefined;
      const { index, length } = whole ?? range;
      const link = address === null ? null : completeLink(address);
      if (address !== null && link === null) return;
      const change = new Delta().retain(index);
      if (length > 0) change.retain(length, { link });
      else if (link) change.insert(address!.trim(), { link });
      quill.history.asStep(() => {
        quill.updateContents(change, 'user');
      });
    },
    counts() {
      const range = here();
      return {
        document: counter.lines(quill.editor.documentLines),
        selection: range.length > 0 ? counter.text(plainText(slice(range))) : null,
      };
    },
    plainText: (range) => plainText(range ? slice(range) : (quill.editor.delta.ops as DeltaOp[])),
    close() {
      closeFinding();
      closeCarets();
      outlineEnd.close();
      stateEnd.close();
      stopFilling();
      quill.disable();
      quill.emitter.removeAllListeners();
      root.replaceChildren();
    },
  };
}

function nameBody(body: HTMLElement, host: EditorHost): void {
  body.setAttribute('role', 'textbox');
  body.setAttribute('aria-multiline', 'true');
  body.setAttribute('aria-label', host.t('body.label'));
  body.setAttribute('spellcheck', 'true');
  body.dataset.placeholder = host.t('body.placeholder');
  body.dataset.imageLabel = host.t('image.label');
}
