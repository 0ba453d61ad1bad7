// A divider: an embed inside the text (length 1) that shows as a rule on a line of its own.

import { EmbedBlot } from 'parchment';

export class Divider extends EmbedBlot {
  static override blotName = 'divider';
  static override tagName = 'HR';

  static override value(): boolean {
    return true;
  }
}
