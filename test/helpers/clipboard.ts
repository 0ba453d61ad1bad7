// Another application's clipboard: what was copied there, with the formats that it would put, is
// pasted by the browser itself. Copied from a page of its own, so the reader sees nothing of it.

import type { Browser, Page } from 'playwright-core';

export interface Clip {
  readonly text: string;
  readonly html?: string;
}

export async function copyElsewhere(browser: Browser, clip: Clip): Promise<void> {
  const page = await browser.newPage();
  try {
    await page.evaluate(({ text, html }) => {
      document.addEventListener('copy', (event) => {
        event.clipboardData?.setData('text/plain', text);
        if (html !== undefined) event.clipboardData?.setData('text/html', html);
        event.preventDefault();
      });
    }, clip);
    await page.keyboard.press('Control+C');
  } finally {
    await page.close();
  }
}

/** A small PNG with a size one can tell. */
export async function drawPng(page: Page, width: number, height: number): Promise<Buffer> {
  const base64 = await page.evaluate(
    ([w, h]) => {
      const canvas = document.createElement('canvas');
      canvas.width = w ?? 1;
      canvas.height = h ?? 1;
      const pen = canvas.getContext('2d');
      if (!pen) throw new Error('no canvas');
      pen.fillStyle = '#01816e';
      pen.fillRect(0, 0, canvas.width, canvas.height);
      return canvas.toDataURL('image/png').split(',')[1] ?? '';
    },
    [width, height],
  );
  return Buffer.from(base64, 'base64');
}
