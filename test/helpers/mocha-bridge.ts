// Lets node:test run a suite that was written for mocha: its globals, callbacks, promises, and one
// `this` that hooks and tests share (a child suite inherits its parent's).

import { after, afterEach, before, beforeEach, describe, it } from 'node:test';

type Callback = (error?: unknown) => void;
type Body = (this: object, done: Callback) => unknown;

/** A mocha body as a function that node:test awaits. */
function toPromise(body: Body, context: () => object): () => Promise<void> {
  return async () => {
    const self = context();
    if (body.length === 0) {
      await body.call(self, () => undefined);
      return;
    }
    await new Promise<void>((resolve, reject) => {
      const done = (error?: unknown) => (error ? reject(error) : resolve());
      try {
        body.call(self, done);
      } catch (error) {
        reject(error);
      }
    });
  };
}

/** Runs `load` with mocha's globals in place; what it registers becomes tests of the caller. */
export function withMocha(load: () => void): void {
  const contexts: object[] = [{}];
  const current = () => contexts.at(-1)!;
  const options = { timeout: () => undefined, slow: () => undefined, skip: () => undefined };
  const hook =
    (register: (run: () => Promise<void>) => void) => (first: unknown, second?: Body) => {
      const context = current();
      register(toPromise((second ?? first) as Body, () => context));
    };
  const globals = {
    describe: (title: string, body: (this: object) => void) => {
      describe(title, () => {
        contexts.push(Object.create(current()));
        body.call({ ...options });
        contexts.pop();
      });
    },
    it: (title: string, body?: Body) => {
      const context = current();
      if (body)
        it(
          title,
          toPromise(body, () => Object.assign(context, options)),
        );
      else it.todo(title);
    },
    before: hook(before),
    beforeEach: hook(beforeEach),
    after: hook(after),
    afterEach: hook(afterEach),
  };
  const target = globalThis as unknown as Record<string, unknown>;
  const saved = Object.keys(globals).map((name) => [name, target[name]] as const);
  Object.assign(target, globals);
  try {
    load();
  } finally {
    for (const [name, value] of saved) target[name] = value;
  }
}
