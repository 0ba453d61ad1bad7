// The stock ShareDB server to compare with, as a process of its own and as its documentation has it:
// ws, @teamwork/websocket-json-stream, the published rich-text type, documents in memory only.

import { createServer } from 'node:http';
import { createRequire } from 'node:module';
import type { AddressInfo } from 'node:net';
import type { Duplex } from 'node:stream';
import { type WebSocket, WebSocketServer } from 'ws';

interface Backend {
  listen(stream: Duplex): void;
}

const require = createRequire(import.meta.url);
const Stream = require('@teamwork/websocket-json-stream') as new (ws: WebSocket) => Duplex;
const ShareDb = require('sharedb') as {
  new (): Backend;
  readonly types: { register(type: object): void };
};
ShareDb.types.register((require('rich-text') as { type: object }).type);
const backend = new ShareDb();

const http = createServer();
const sockets = new WebSocketServer({ server: http, maxPayload: 64 * 1024 * 1024 });
sockets.on('connection', (ws) => {
  const stream = new Stream(ws);
  // Without it the process would end when somebody leaves under load.
  stream.on('error', () => undefined);
  backend.listen(stream);
});
http.listen(0, '127.0.0.1', () => {
  process.stdout.write(`http://127.0.0.1:${(http.address() as AddressInfo).port}\n`);
});
