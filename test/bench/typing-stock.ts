// Runs in the browser: Quill 2 as it comes, with history of my own changes only, to be typed into.

import Quill from 'quill';
import { Delta } from '../../core/delta.ts';
import { createTyping } from './typing-harness.ts';

const place = document.getElementById('place')!;
place.classList.add('stock');
const quill = new Quill(place, { modules: { toolbar: false, history: { userOnly: true } } });
let unsent = new Delta();
quill.on('text-change', (change, _before, source) => {
  if (source === 'user') unsent = unsent.compose(change);
});

window.typing = createTyping({
  body: quill.root,
  length: () => quill.getLength(),
  open(ops) {
    quill.setContents(new Delta(ops as Delta['ops']));
    quill.history.clear();
  },
  lineStart: (index) => quill.getIndex(quill.getLine(index)[0]!),
  select: (index) => quill.setSelection(index, 0, 'user'),
  apply: (ops) => {
    quill.updateContents(new Delta(ops as Delta['ops']), 'api');
  },
});
