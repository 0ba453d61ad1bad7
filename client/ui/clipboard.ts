// Copying and saving text, also where the Clipboard API is missing (plain http on another machine).

/** True when the text is on the clipboard. */
export async function copyText(text: string): Promise<boolean> {
  try {
    if (navigator.clipboard) {
      await navigator.clipboard.writeText(text);
      return true;
    }
  } catch {
    // Refused by permission or focus: the old way may still work.
  }
  return copyBySelection(text);
}

function copyBySelection(text: string): boolean {
  const field = document.createElement('textarea');
  field.value = text;
  field.readOnly = true;
  field.className = 'vh';
  const before = document.activeElement;
  // Inside an open dialogue everything else is inert and cannot be selected.
  (before?.closest('dialog') ?? document.body).append(field);
  field.select();
  let done = false;
  try {
    done = document.execCommand('copy');
  } catch {
    done = false;
  }
  field.remove();
  if (before instanceof HTMLElement) before.focus({ preventScroll: true });
  return done;
}

/** Offers the text as a file; works offline. */
export function downloadText(text: string, title: string): void {
  const url = URL.createObjectURL(new Blob([text], { type: 'text/plain;charset=utf-8' }));
  const link = document.createElement('a');
  link.href = url;
  link.download = `${fileName(title)}.txt`;
  document.body.append(link);
  link.click();
  link.remove();
  // The browser has taken the blob by the next turn; at once would be too early in Safari.
  setTimeout(() => URL.revokeObjectURL(url), 10_000);
}

/** A title as a file name on every system: no separators, no leading dots, at most 80 characters. */
export function fileName(title: string): string {
  const clean = title
    // biome-ignore lint/suspicious/noControlCharactersInRegex: control characters are what is removed
    .replace(/[\u0000-\u001f\u007f<>:"/\\|?*]+/g, ' ')
    .replace(/\s+/g, ' ')
    .replace(/^[. ]+|[. ]+$/g, '');
  return [...clean].slice(0, 80).join('').trim() || 'document';
}
