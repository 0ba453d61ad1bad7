// An embedded document's session: asks the page around it for a fresh token before it ends, and takes it.

import { AppError } from '../../core/errors.ts';
import { embedApi } from '../api/embed-api.ts';
import type { App } from '../ui/app.ts';
import type { Desk } from './desk.ts';
import { listenToHost, tellHost } from './frame-host.ts';

/** Asked this long before the end; of a session shorter than that, at half of what is left. */
const BEFORE_MS = 60_000;

/** Returns the end of it. */
export function keepFrameSession(app: App, desk: Desk): () => void {
  const { embed } = app;
  if (!embed) return () => {};
  let timer: ReturnType<typeof setTimeout>;
  const plan = (until: number) => {
    clearTimeout(timer);
    const left = until - Date.now();
    timer = setTimeout(
      () => tellHost({ type: 'deltapad:expiring', until }),
      Math.max(0, left - Math.min(BEFORE_MS, left / 2)),
    );
  };
  const stop = listenToHost(embed.ancestors, ({ token }) => {
    const here = `${desk.ref.collection}/${desk.ref.id}`;
    embedApi.enter(token, here).then(
      ({ until }) => {
        plan(until);
        tellHost({ type: 'deltapad:open', until });
        desk.session.tryNow();
      },
      (error: unknown) => {
        const { code, message } =
          error instanceof AppError ? error : { code: 'internal', message: String(error) };
        tellHost({ type: 'deltapad:error', code, message });
      },
    );
  });
  plan(embed.until);
  tellHost({ type: 'deltapad:open', until: embed.until });
  return () => {
    clearTimeout(timer);
    stop();
  };
}
