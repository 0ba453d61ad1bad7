// ShareDB's own published suite over our pubsub: as a server that is alone has it, and with a bus to wait for.

import { createRequire } from 'node:module';
import { describe } from 'node:test';
import type { OpenedHere } from '../../server/ot/process-pubsub.ts';
import { ProcessPubSub } from '../../server/ot/process-pubsub.ts';
import { withMocha } from '../helpers/mocha-bridge.ts';

const require = createRequire(import.meta.url);

function suite(title: string, here: () => OpenedHere | null): void {
  describe(`ShareDB's pubsub suite ${title}`, () => {
    withMocha(() => {
      require('sharedb/test/setup');
      require('sharedb/test/pubsub')((callback: (error: unknown, pubsub: unknown) => void) => {
        callback(null, new ProcessPubSub(here()));
      });
    });
  });
}

suite('in a process that is alone', () => null);
suite('in one of several', () => ({
  opened: () => new Promise((resolve) => setImmediate(resolve)),
  closed: () => undefined,
}));
