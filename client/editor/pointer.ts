// What the pointer does beside placing the caret: follows a link with Ctrl, selects an image or a rule,
// and goes to the end of the text from below it.

import type { EditorHost } from './editor-api.ts';
import type { DeltapadQuill } from './quill.ts';

export function bindPointer(quill: DeltapadQuill, host: EditorHost): void {
  const { root } = quill;

  root.addEventListener('click', (event) => {
    const target = event.target as HTMLElement;
    const link = target.closest<HTMLAnchorElement>('a[href]');
    if (!link || !root.contains(link)) return;
    const isFollowed = (host.isMac ? event.metaKey : event.ctrlKey) || !quill.isEnabled();
    // The browser itself follows no link in text that can be edited, but does in text that cannot.
    event.preventDefault();
    if (isFollowed) window.open(link.href, '_blank', 'noopener,noreferrer');
  });

  root.addEventListener('mousedown', (event) => {
    if (event.button !== 0) return;
    const target = event.target as HTMLElement;
    const embed = target.closest<HTMLElement>('.dp-image, hr');
    if (embed && root.contains(embed)) {
      const blot = quill.scroll.find(embed);
      if (!blot) return;
      event.preventDefault();
      quill.setSelection(blot.offset(quill.scroll), 1, 'user');
      return;
    }
    const last = root.lastElementChild?.getBoundingClientRect();
    if (target === root && last && event.clientY > last.bottom) {
      event.preventDefault();
      quill.setSelection(quill.getLength() - 1, 0, 'user');
    }
  });
}
