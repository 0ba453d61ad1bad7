// Quill's registry, made from core/formats.ts: what is not registered there cannot be in a document.

import { Attributor, type BlotConstructor, Registry, Scope } from 'parchment';
import Break from 'quill/blots/break.js';
import Cursor from 'quill/blots/cursor.js';
import Inline from 'quill/blots/inline.js';
import { AlignClass } from 'quill/formats/align.js';
import Bold from 'quill/formats/bold.js';
import { Code } from 'quill/formats/code.js';
import Indent from 'quill/formats/indent.js';
import Italic from 'quill/formats/italic.js';
import Script from 'quill/formats/script.js';
import Strike from 'quill/formats/strike.js';
import Underline from 'quill/formats/underline.js';
import { embeds, formats } from '../../core/formats.ts';
import { CodeContainer, CodeLine } from './code.ts';
import { highlight, textColor } from './colors.ts';
import { Divider } from './divider.ts';
import { Image } from './image.ts';
import { UploadFrame } from './images.ts';
import { Heading, Paragraph, Quote, Text } from './line-blots.ts';
import { Link } from './link.ts';
import { ListContainer, ListItem } from './lists.ts';
import { DocumentScroll } from './scroll.ts';
import { Section } from './sections.ts';

type Definition = Attributor | BlotConstructor;

const definitions = (): Readonly<Record<string, readonly Definition[]>> => ({
  bold: [Bold],
  italic: [Italic],
  underline: [Underline],
  strike: [Strike],
  code: [Code],
  script: [Script],
  color: [textColor()],
  background: [highlight()],
  link: [Link],
  header: [Heading],
  list: [ListContainer, ListItem],
  indent: [Indent],
  align: [AlignClass],
  direction: [new Attributor('direction', 'dir', { scope: Scope.BLOCK, whitelist: ['rtl'] })],
  blockquote: [Quote],
  'code-block': [CodeContainer, CodeLine],
  image: [Image],
  divider: [Divider],
});

/** What Quill itself needs, by the names it asks for. */
const ground: readonly Definition[] = [
  DocumentScroll,
  Section,
  Paragraph,
  Break,
  Cursor,
  Inline,
  Text,
  UploadFrame,
] as readonly Definition[];

export function createRegistry(): Registry {
  const registry = new Registry();
  registry.register(...ground);
  const known = definitions();
  const names = [
    ...Object.keys(formats).filter((name) => formats[name]!.scope !== 'embed'),
    ...Object.keys(embeds),
  ];
  for (const name of names) {
    const found = known[name];
    if (!found) throw new Error(`The editor cannot show the format ${name}`);
    registry.register(...found);
  }
  return registry;
}
