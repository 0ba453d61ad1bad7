// Runs in the browser: our editor, with all that belongs to it, to be typed into.

import { createEditor } from '../../client/editor/editor.ts';
import { Delta } from '../../core/delta.ts';
import { createTranslate } from '../../core/i18n/i18n.ts';
import { createTyping } from './typing-harness.ts';

const place = document.getElementById('place')!;
const editor = createEditor(place, {
  locale: 'en',
  isMac: false,
  t: createTranslate('en'),
  uploadImage: () => Promise.reject(new Error('no uploads here')),
  onImageProblem: () => {},
  onCommand: () => {},
});
// What a page does with every change: the binding composes, the toolbar reads the state.
let unsent = new Delta();
editor.onChange((change) => {
  unsent = unsent.compose(change);
});
editor.state.subscribe(() => {});
editor.setCarets([]);

window.typing = createTyping({
  body: editor.body,
  length: editor.length,
  open(ops) {
    editor.reset(new Delta(ops as Delta['ops']));
    editor.setEditable(true);
  },
  lineStart: (index) =>
    index -
    (editor
      .plainText({ index: index - 500, length: 500 })
      .split('\n')
      .at(-1)?.length ?? 0),
  select: (index) => editor.select({ index, length: 0 }),
  apply: (ops) => {
    editor.apply(new Delta(ops as Delta['ops']));
  },
});
