// A link in the text: its address comes back letter for letter, and only what core/url.ts allows can be
// followed.

import QuillLink from 'quill/formats/link.js';
import { isSafeLink } from '../../core/url.ts';

export class Link extends QuillLink {
  static override sanitize(address: string): string {
    return isSafeLink(address) ? address : Link.SANITIZED_URL;
  }
}
