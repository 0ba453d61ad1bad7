// Copying with an answer: the toast (and with it the live region) says whether it worked.

import type { App } from '../ui/app.ts';
import { copyText } from '../ui/clipboard.ts';

export async function copyWithToast(app: App, text: string, done: string): Promise<boolean> {
  const copied = await copyText(text);
  app.toasts.show({ text: copied ? done : app.t('copy.failed') });
  return copied;
}
