// Runs in the browser: times keys. A key's work is what the main thread does in the tasks that its
// events start, and in the frame that shows it: style, layout and paint included, waiting not.

import type { DeltaOp } from '../../core/delta.ts';

export interface Sample {
  /** ms in the tasks of keydown and of the insertion. */
  readonly script: number;
  /** ms from the start of the frame to the end of its paint. */
  readonly render: number;
  /** ms from keydown to the end of the paint, waiting included. */
  readonly paint: number;
}

export interface TypingEditor {
  readonly body: HTMLElement;
  length(): number;
  open(ops: DeltaOp[]): void;
  /** Index of the start of the line that holds `index`. */
  lineStart(index: number): number;
  select(index: number): void;
  apply(ops: DeltaOp[]): void;
}

export interface Typing {
  open(ops: DeltaOp[]): void;
  caretToMiddle(): void;
  quiet(): Promise<void>;
  begin(): void;
  end(): Promise<Sample[]>;
  startRemote(): void;
}

// One for all: making a channel takes most of a millisecond, which would be counted as the key's.
const tasks: (() => void)[] = [];
const channel = new MessageChannel();
channel.port1.onmessage = () => tasks.shift()?.();

/** Resolves in the task after the current one. */
const nextTask = (): Promise<void> =>
  new Promise((resolve) => {
    tasks.push(resolve);
    channel.port2.postMessage(null);
  });

const nextFrame = (): Promise<{ start: number; end: number }> =>
  new Promise((resolve) => {
    requestAnimationFrame(() => {
      const start = performance.now();
      void nextTask().then(() => resolve({ start, end: performance.now() }));
    });
  });

export function createTyping(editor: TypingEditor): Typing {
  let samples: Sample[] = [];
  let open: Promise<void>[] = [];
  let keyAt = 0;
  let keyTask = 0;

  editor.body.addEventListener(
    'keydown',
    () => {
      const start = performance.now();
      keyAt = start;
      keyTask = 0;
      void nextTask().then(() => {
        keyTask = performance.now() - start;
      });
    },
    true,
  );
  editor.body.addEventListener(
    'keypress',
    () => {
      const start = performance.now();
      const key = keyAt;
      const done = async () => {
        const frame = nextFrame();
        await nextTask();
        const taskEnd = performance.now();
        const { start: frameStart, end } = await frame;
        // Both events may come in one task, and the frame before the message: no time is counted twice.
        const before = Math.max(0, Math.min(keyTask, start - key));
        const script = before + Math.min(taskEnd, frameStart) - start;
        samples.push({ script, render: end - frameStart, paint: end - key });
      };
      open.push(done());
    },
    true,
  );

  return {
    open: (ops) => editor.open(ops),
    caretToMiddle() {
      editor.select(editor.lineStart(Math.floor(editor.length() / 2)) + 5);
      const line = document.getSelection()?.anchorNode?.parentElement;
      line?.scrollIntoView({ block: 'center' });
    },
    async quiet() {
      for (let i = 0; i < 20; i++) await nextFrame();
    },
    begin() {
      samples = [];
      open = [];
    },
    async end() {
      await Promise.all(open);
      return samples;
    },
    startRemote() {
      setInterval(() => {
        editor.apply([{ retain: Math.floor(editor.length() / 3) }, { insert: 'x' }]);
      }, 100);
    },
  };
}
