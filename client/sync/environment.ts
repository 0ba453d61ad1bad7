// What client/sync takes from its surroundings, so that tests bring their own: time, chance, frames,
// whether the browser is online and whether the tab is seen. The browser's is at the end.

export interface Environment {
  /** Epoch ms. */
  now(): number;
  /** Calls back once after `ms`; returns how to cancel it. */
  after(ms: number, call: () => void): () => void;
  /** 0 ≤ x < 1. */
  random(): number;
  /** Calls back before the next paint, and soon also when nothing is painted. Returns how to cancel it. */
  frame(call: () => void): () => void;
  isOnline(): boolean;
  onOnline(listener: (online: boolean) => void): () => void;
  isVisible(): boolean;
  onVisible(listener: (visible: boolean) => void): () => void;
}

/** A hidden tab paints no frames, and a busy one few: what others write must not pile up meanwhile. */
const LONGEST_FRAME_MS = 250;

export function browserEnvironment(): Environment {
  const listen = (target: EventTarget, types: readonly string[], listener: () => void) => {
    for (const type of types) target.addEventListener(type, listener);
    return () => {
      for (const type of types) target.removeEventListener(type, listener);
    };
  };
  const isVisible = () => document.visibilityState !== 'hidden';
  return {
    now: () => Date.now(),
    after(ms, call) {
      const timer = setTimeout(call, ms);
      return () => clearTimeout(timer);
    },
    random: () => Math.random(),
    frame(call) {
      const cancel = () => {
        cancelAnimationFrame(frame);
        clearTimeout(timer);
      };
      const run = () => {
        cancel();
        call();
      };
      const frame = requestAnimationFrame(run);
      const timer = setTimeout(run, LONGEST_FRAME_MS);
      return cancel;
    },
    isOnline: () => navigator.onLine,
    onOnline: (listener) => listen(window, ['online', 'offline'], () => listener(navigator.onLine)),
    isVisible,
    onVisible: (listener) => listen(document, ['visibilitychange'], () => listener(isVisible())),
  };
}
