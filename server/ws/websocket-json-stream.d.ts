// The part of @teamwork/websocket-json-stream that ot-socket.ts extends; the package has no types.

declare module '@teamwork/websocket-json-stream' {
  import { Duplex } from 'node:stream';
  import type { WebSocket } from 'ws';

  export default class WebSocketJSONStream extends Duplex {
    constructor(ws: WebSocket);
    readonly ws: WebSocket;
  }
}
