// Time, replaceable in tests.

export interface Clock {
  /** Epoch ms. */
  now(): number;
  /** Calls back once after `ms`; the timer never keeps the process alive. Returns how to cancel it. */
  after(ms: number, call: () => void): () => void;
}

export const systemClock: Clock = {
  now: () => Date.now(),
  after(ms, call) {
    const timer = setTimeout(call, ms);
    timer.unref();
    return () => clearTimeout(timer);
  },
};
