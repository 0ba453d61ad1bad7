// ShareDB's own published suite over the pubsub that one process uses.

import { createRequire } from 'node:module';
import { describe } from 'node:test';
import { withMocha } from '../helpers/mocha-bridge.ts';

const require = createRequire(import.meta.url);

describe("ShareDB's pubsub suite in one process", () => {
  withMocha(() => {
    require('sharedb/test/setup');
    const { MemoryPubSub } = require('sharedb');
    require('sharedb/test/pubsub')((callback: (error: unknown, pubsub: unknown) => void) => {
      callback(null, new MemoryPubSub());
    });
  });
});
