// Runs in the browser: thousands of random edits, by API and straight in the DOM as a browser makes
// them, and after each the engine's document against the blots read from nothing, the changes it told
// against that document, and the sections against their rules.

import { createQuill, type DeltapadQuill } from '../../client/editor/quill.ts';
import { Delta, type DeltaOp } from '../../core/delta.ts';
import { fresh } from './editor-harness.ts';

/** mulberry32 */
function generator(seed: number): () => number {
  let state = seed | 0;
  return () => {
    state = (state + 0x6d2b79f5) | 0;
    let t = Math.imul(state ^ (state >>> 15), 1 | state);
    t = (t + Math.imul(t ^ (t >>> 7), 61 | t)) ^ t;
    return ((t ^ (t >>> 14)) >>> 0) / 4294967296;
  };
}

export interface FuzzReport {
  readonly changes: number;
  readonly deeds: Readonly<Record<string, number>>;
  readonly mostSections: number;
}

export function fuzz(
  seed: number,
  // Looking at the whole truth makes every line, so with `every` lines may go on waiting for a while.
  size: { steps: number; lines: number; every?: number },
): FuzzReport {
  const random = generator(seed);
  const int = (below: number) => Math.floor(random() * below);
  const pick = <T>(list: readonly T[]): T => list[int(list.length)]!;
  const chance = (share: number) => random() < share;

  const place = document.createElement('div');
  document.body.append(place);
  const quill = createQuill(place);

  const text = () => Array.from({ length: 1 + int(8) }, () => pick([...'abc d汉字é'])).join('');
  const inline = (): Record<string, unknown> => ({
    ...(chance(0.3) ? { bold: true } : {}),
    ...(chance(0.2) ? { italic: true } : {}),
    ...(chance(0.15) ? { color: pick(['#b3261e', '#ABCDEF', '#777777']) } : {}),
    ...(chance(0.1) ? { background: '#fdea9b' } : {}),
    ...(chance(0.1) ? { link: pick(['https://a.example/b', 'mailto:a@b.example']) } : {}),
    ...(chance(0.1) ? { code: true } : {}),
    ...(chance(0.1) ? { script: pick(['sub', 'super']) } : {}),
  });
  const block = (): Record<string, unknown> => ({
    ...pick([
      {},
      {},
      {},
      { header: 1 + int(6) },
      { list: pick(['ordered', 'bullet', 'checked', 'unchecked']) },
      { list: 'ordered' },
      { blockquote: true },
      { 'code-block': pick([true, 'js']) },
      { align: 'center' },
    ]),
    ...(chance(0.2) ? { indent: 1 + int(3) } : {}),
  });
  const content = (lines: number): Delta => {
    const delta = new Delta();
    for (let i = 0; i < lines; i++) {
      const kind = block();
      const isCode = kind['code-block'] !== undefined;
      for (let runs = int(3); runs > 0; runs--) {
        if (!isCode && chance(0.08)) {
          delta.insert(pick([{ divider: true }, { image: 'https://a.example/b.png' }]));
        } else delta.insert(text(), isCode ? {} : inline());
      }
      delta.insert('\n', kind);
    }
    return chance(0.5) ? delta.insert(text(), inline()) : delta;
  };
  const removing = (formats: Record<string, unknown>) => {
    for (const name of Object.keys(formats)) if (chance(0.3)) formats[name] = null;
    return formats;
  };

  quill.editor.load(content(size.lines).insert('\n').ops as DeltaOp[]);
  let told = new Delta(quill.editor.delta.ops.slice());
  let changes = 0;
  quill.on('text-change', (change, before) => {
    expect(same(before.ops, told.ops), 'the document before the change is the one told before');
    told = told.compose(change);
    changes++;
  });

  const all = (selector: string) => [...quill.root.querySelectorAll<HTMLElement>(selector)];
  const textNodes = () => {
    const walker = document.createTreeWalker(quill.root, NodeFilter.SHOW_TEXT);
    const nodes: Text[] = [];
    while (walker.nextNode()) nodes.push(walker.currentNode as Text);
    return nodes;
  };
  const length = () => quill.getLength();
  const deeds: Record<string, () => void> = {
    insert() {
      const delta = new Delta().retain(int(length()));
      if (chance(0.7)) delta.insert(text(), inline());
      else for (const op of content(1 + int(chance(0.2) ? 80 : 3)).ops) delta.push(op);
      quill.updateContents(delta, pick(['api', 'user']));
    },
    delete() {
      const at = int(length());
      const most = length() - 1 - at;
      const count = Math.min(1 + int(chance(0.1) ? 60 : 6), most);
      if (count > 0) quill.updateContents(new Delta().retain(at).delete(count), 'api');
    },
    massDelete() {
      if (length() < 400) return;
      const at = int(length() - 300);
      quill.updateContents(new Delta().retain(at).delete(1 + int(290)), 'api');
    },
    formatText() {
      const at = int(length());
      const count = Math.min(1 + int(10), length() - at);
      quill.updateContents(new Delta().retain(at).retain(count, removing(inline())), 'user');
    },
    formatLine() {
      quill.formatLine(int(length()), 1 + int(20), removing(block()), 'user');
    },
    mixed() {
      const delta = new Delta();
      let at = 0;
      for (let parts = 4; parts > 0 && at < length() - 2; parts--) {
        const skip = int(Math.min(30, length() - 2 - at));
        delta.retain(skip);
        at += skip;
        const count = Math.min(1 + int(5), length() - 1 - at);
        if (chance(0.4)) delta.insert(text(), inline());
        else {
          if (chance(0.5)) delta.delete(count);
          else delta.retain(count, inline());
          at += count;
        }
      }
      quill.updateContents(delta, 'api');
    },
    many() {
      // So many that the engine makes the sections anew. Now and then: each leaves hundreds of runs.
      if (length() < 1500 || chance(0.6)) return;
      const delta = new Delta();
      for (let at = 0; at < length() - 8 && delta.ops.length < 900; at += 3) {
        delta.retain(1);
        if (chance(0.4)) delta.insert(text(), inline()).retain(2);
        else if (chance(0.5)) delta.delete(2);
        else delta.retain(2, { bold: chance(0.5) ? true : null });
      }
      quill.updateContents(delta, pick(['api', 'user']));
    },
    domText() {
      const nodes = textNodes();
      if (nodes.length === 0) return;
      const node = pick(nodes);
      if (chance(0.7)) node.insertData(int(node.data.length + 1), text());
      else if (node.data !== '') node.deleteData(int(node.data.length), 1 + int(2));
    },
    domSplit() {
      const lines = all('p,li,h1,h2,blockquote');
      if (lines.length === 0) return;
      const line = pick(lines);
      const after = line.cloneNode(false) as HTMLElement;
      const children = [...line.childNodes].filter(
        (node) => !(node instanceof Element && node.classList.contains('ql-ui')),
      );
      after.append(...children.slice(int(children.length + 1)));
      if (!after.firstChild) after.append(document.createElement('br'));
      line.after(after);
    },
    domRemove() {
      const elements = all('p,li,h1,strong,em');
      if (elements.length > 3) pick(elements).remove();
    },
    domForeign() {
      const lines = all('p');
      if (lines.length === 0) return;
      const element = document.createElement(pick(['div', 'p', 'span', 'font']));
      element.textContent = text();
      const line = pick(lines);
      (chance(0.5) ? line : line.parentElement!).append(element);
    },
    undo: () => (chance(0.6) ? quill.history.undo() : quill.history.redo()),
    tick() {
      const boxes = all('[role=checkbox]');
      if (boxes.length > 0) pick(boxes).click();
    },
  };
  const names = Object.keys(deeds);
  const count: Record<string, number> = {};
  let mostSections = 0;
  for (let step = 0; step < size.steps; step++) {
    const name = pick(names);
    count[name] = (count[name] ?? 0) + 1;
    try {
      deeds[name]!();
      quill.update();
      if ((step + 1) % (size.every ?? 1) === 0 || step === size.steps - 1) checkAll(quill, told);
    } catch (error) {
      throw new Error(`seed ${seed}, step ${step}, ${name}: ${(error as Error).message}`);
    }
    mostSections = Math.max(mostSections, quill.scroll.children.length as number);
  }
  place.remove();
  return { changes, deeds: count, mostSections };
}

function checkAll(quill: DeltapadQuill, told: Delta): void {
  const truth = fresh(quill);
  expect(same(quill.editor.delta.ops, truth), 'the engine has what the blots say');
  expect(same(told.ops, truth), 'the changes told make the document');
  const length = truth.reduce(
    (sum, { insert }) => sum + (typeof insert === 'string' ? insert.length : 1),
    0,
  );
  expect(quill.getLength() === length, 'the length is right');
  quill.scroll.children.forEach((section) => {
    expect(section.statics.blotName === 'section', 'every line stands in a section');
    const { children } = section as unknown as { children: { reduce: Reduce; length: number } };
    expect(children.length > 0, 'no section is empty');
    const sum = children.reduce((total, child) => total + child.length(), 0);
    expect(sum === section.length(), 'a section knows its length');
  });
}

type Reduce = (add: (total: number, child: { length(): number }) => number, from: number) => number;

function expect(holds: boolean, what: string): void {
  if (!holds) throw new Error(`not so: ${what}`);
}

const same = (a: readonly object[], b: readonly object[]): boolean =>
  JSON.stringify(a.map(sorted)) === JSON.stringify(b.map(sorted));

const sorted = (op: DeltaOp) => [
  op.insert,
  op.retain,
  op.delete,
  op.attributes && Object.entries(op.attributes).sort(),
];
