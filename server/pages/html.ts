// The one way to write HTML on the server: a template whose parts are escaped unless they are Html
// themselves. Made of `html` alone; `trusted` is for what core/convert escaped already.

import { escapeHtml } from '../../core/convert/html.ts';

export class Html {
  readonly text: string;
  constructor(text: string) {
    this.text = text;
  }
}

type Part = Html | string | number | null | undefined | false | readonly Part[];

function write(part: Part): string {
  if (part === null || part === undefined || part === false) return '';
  if (part instanceof Html) return part.text;
  if (typeof part === 'object') return part.map(write).join('');
  return escapeHtml(String(part));
}

export function html(strings: TemplateStringsArray, ...parts: Part[]): Html {
  let text = strings[0]!;
  parts.forEach((part, i) => {
    text += write(part) + strings[i + 1]!;
  });
  return new Html(text);
}

/** HTML from a writer that escapes by itself. */
export const trusted = (text: string): Html => new Html(text);

const ESCAPES: Readonly<Record<string, string>> = {
  '<': '\\u003c',
  '\u2028': '\\u2028',
  '\u2029': '\\u2029',
};

/** A value for the page's script: data, which no browser runs, whatever stands in it. */
export function dataScript(id: string, value: unknown): Html {
  const json = JSON.stringify(value).replace(/[<\u2028\u2029]/g, (c) => ESCAPES[c]!);
  return html`<script type="application/json" id="${id}">${trusted(json)}</script>`;
}
