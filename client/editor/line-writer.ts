// Collects pasted text line by line as ops of the document: white space as a page shows it, only known
// formats with values they accept, no NUL, no half pairs.

import type { DeltaOp } from '../../core/delta.ts';
import { embeds, type FormatScope, formats } from '../../core/formats.ts';

export type Attributes = Readonly<Record<string, unknown>>;

export class LineWriter {
  readonly ops: DeltaOp[] = [];
  /** The last thing on the line is a space that collapsing may still take away. */
  private hasSoftSpace = false;
  private isEmpty = true;
  /** Lines ended so far. */
  lines = 0;

  get isOpen(): boolean {
    return !this.isEmpty;
  }

  /** `pre` keeps every space. */
  text(raw: string, attributes: Attributes, pre: boolean): void {
    const text = clean(pre ? raw : raw.replace(/[ \t\n\r\f]+/g, ' '));
    if (pre) {
      this.put(text, attributes);
      return;
    }
    const isLeading = text.startsWith(' ') && (this.isEmpty || this.hasSoftSpace);
    const shown = isLeading ? text.slice(1) : text;
    if (shown === '') return;
    this.put(shown, attributes);
    this.hasSoftSpace = shown.endsWith(' ');
  }

  private put(text: string, attributes: Attributes): void {
    if (text === '') return;
    this.push(text, known(attributes, 'inline'));
    this.isEmpty = false;
    this.hasSoftSpace = false;
  }

  /** From one cell of a row to the next. */
  tab(): void {
    this.trimEnd();
    this.put('\t', {});
  }

  /** Keeps the line although nothing is on it yet. */
  hold(): void {
    this.isEmpty = false;
  }

  embed(embed: Record<string, unknown>, attributes: Attributes): void {
    const [name] = Object.keys(embed);
    if (name === undefined || !embeds[name]?.(embed[name])) return;
    const kept = { ...known(attributes, 'embed') };
    if (typeof attributes.link === 'string')
      Object.assign(kept, known({ link: attributes.link }, 'inline'));
    this.ops.push({ insert: embed, ...(hasAny(kept) ? { attributes: kept } : {}) });
    this.isEmpty = false;
    this.hasSoftSpace = false;
  }

  /** Ends the line, also an empty one. */
  end(attributes: Attributes): void {
    this.trimEnd();
    this.push('\n', known(attributes, 'block'));
    this.isEmpty = true;
    this.hasSoftSpace = false;
    this.lines++;
  }

  /** A space that ends a line is not shown; a line of nothing but a no-break space is empty. */
  private trimEnd(): void {
    const last = this.ops.at(-1);
    if (!last || typeof last.insert !== 'string' || this.isEmpty) return;
    if (last.insert.endsWith('\n')) return;
    const at = last.insert.lastIndexOf('\n') + 1;
    const line = last.insert.slice(at);
    const isAlone = at > 0 || this.ops.length === 1 || endsLine(this.ops.at(-2));
    let kept = this.hasSoftSpace ? line.replace(/ $/, '') : line;
    if (isAlone && /^[\u00a0 ]*$/.test(kept)) kept = '';
    if (kept === line) return;
    const insert = last.insert.slice(0, at) + kept;
    if (insert === '') this.ops.pop();
    else this.ops[this.ops.length - 1] = { ...last, insert };
  }

  private push(text: string, attributes: Record<string, unknown>): void {
    const last = this.ops.at(-1);
    const same =
      last &&
      typeof last.insert === 'string' &&
      JSON.stringify(last.attributes ?? {}) === JSON.stringify(attributes);
    if (same) this.ops[this.ops.length - 1] = { ...last, insert: (last.insert as string) + text };
    else this.ops.push({ insert: text, ...(hasAny(attributes) ? { attributes } : {}) });
  }
}

const hasAny = (attributes: object): boolean => Object.keys(attributes).length > 0;

const endsLine = (op: DeltaOp | undefined): boolean =>
  typeof op?.insert === 'string' && op.insert.endsWith('\n');

/** What every document refuses (check-op.ts), taken out; one kind of line end. */
export function clean(text: string): string {
  const plain = text
    .replace(/\r\n?/g, '\n')
    // biome-ignore lint/suspicious/noControlCharactersInRegex: NUL is what is taken out
    .replace(/\u0000/g, '');
  return plain.isWellFormed() ? plain : plain.toWellFormed().replaceAll('\ufffd', '');
}

/** Formats of one scope whose value the registry accepts, in the registry's order. */
function known(attributes: Attributes, scope: FormatScope): Record<string, unknown> {
  const kept: Record<string, unknown> = {};
  for (const [name, format] of Object.entries(formats)) {
    const value = attributes[name];
    if (format.scope !== scope || value === undefined || value === null) continue;
    if (format.accepts(value)) kept[name] = value;
  }
  return kept;
}
