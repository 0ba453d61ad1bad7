// Makes the Quill underneath: core, our registry, our engine, and only the modules that are needed.

import type Scroll from 'quill/blots/scroll.js';
import Module from 'quill/core/module.js';
import Quill from 'quill/core/quill.js';
import Input from 'quill/modules/input.js';
import UINode from 'quill/modules/uiNode.js';
import { Engine } from './engine.ts';
import { createRegistry } from './formats.ts';
import { History, historyOptions } from './history.ts';
import { Keyboard } from './keyboard.ts';

/** Quill insists on modules of these names; paste.ts and images.ts do the work. */
class Unused extends Module {}

/** Quill's own bindings that ours replace (keyboard.ts) or that belong to tables. */
const replaced = [
  'bold',
  'italic',
  'underline',
  'indent',
  'outdent',
  'indent code-block',
  'outdent code-block',
  'remove tab',
  'tab',
  'list autofill',
  'table backspace',
  'table delete',
  'table enter',
  'table tab',
  'table down',
  'table up',
];

export interface DeltapadQuill extends Quill {
  editor: Engine;
  history: History;
}

export function createQuill(root: HTMLElement): DeltapadQuill {
  Quill.register(
    {
      'modules/keyboard': Keyboard,
      'modules/clipboard': Unused,
      'modules/history': History,
      'modules/uploader': Unused,
      'modules/input': Input,
      'modules/uiNode': UINode,
    },
    true,
  );
  root.replaceChildren();
  const quill = new Quill(root, {
    registry: createRegistry(),
    modules: {
      keyboard: { bindings: Object.fromEntries(replaced.map((name) => [name, null])) },
      history: historyOptions,
    },
  }) as DeltapadQuill;
  quill.editor = new Engine(quill.scroll as Scroll);
  return quill;
}
