// How far a command has come: a bar on a terminal, a line now and then elsewhere.

export interface Progress {
  /** `total` null: not known. */
  at(done: number, total: number | null): void;
  /** A line above the bar. */
  say(line: string): void;
  /** Takes the bar away. */
  end(): void;
}

export interface ProgressOutput {
  readonly isTTY?: boolean;
  write(text: string): unknown;
}

const BAR = 30;
const REDRAW_MS = 100;
const LINE_MS = 10_000;
const CLEAR = '\r\x1b[K';

export function createProgress(
  output: ProgressOutput,
  noun: string,
  now: () => number = Date.now,
): Progress {
  const isTerminal = output.isTTY === true;
  let shownAt = isTerminal ? Number.NEGATIVE_INFINITY : now();
  let bar = '';

  const draw = (done: number, total: number | null) => {
    if (total === null) return `${done} ${noun}`;
    const filled = total === 0 ? BAR : Math.round((Math.min(done, total) / total) * BAR);
    return `[${'#'.repeat(filled)}${'.'.repeat(BAR - filled)}] ${done} of ${total} ${noun}`;
  };
  const clear = () => {
    if (bar !== '') output.write(CLEAR);
    bar = '';
  };

  return {
    at(done, total) {
      if (now() - shownAt < (isTerminal ? REDRAW_MS : LINE_MS) && (!isTerminal || done !== total)) {
        return;
      }
      shownAt = now();
      if (!isTerminal) {
        output.write(`${done}${total === null ? '' : ` of ${total}`} ${noun}\n`);
        return;
      }
      clear();
      bar = draw(done, total);
      output.write(bar);
    },
    say(line) {
      const before = bar;
      clear();
      output.write(`${line}\n`);
      if (before !== '') {
        bar = before;
        output.write(bar);
      }
    },
    end: clear,
  };
}
