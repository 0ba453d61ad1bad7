// The floor to compare with, as a process of its own: reads a frame, gives it a version, writes it once
// and sends it to the whole room, its author included. It transforms nothing and keeps nothing. The
// first op of a room is its document, for whoever opens it.

import { WebSocket, WebSocketServer } from 'ws';

interface Room {
  readonly sockets: Set<WebSocket>;
  version: number;
  document: string | null;
}

const rooms = new Map<string, Room>();
let clients = 0;

const server = new WebSocketServer(
  { port: 0, host: '127.0.0.1', perMessageDeflate: false, maxPayload: 64 * 1024 * 1024 },
  () => {
    const address = server.address();
    const port = typeof address === 'object' ? address?.port : null;
    process.stdout.write(`http://127.0.0.1:${port}\n`);
  },
);

server.on('connection', (ws, request) => {
  const key = request.url ?? '';
  let room = rooms.get(key);
  if (!room) {
    room = { sockets: new Set(), version: 0, document: null };
    rooms.set(key, room);
  }
  const here = room;
  const src = `c${clients++}`;
  here.sockets.add(ws);
  ws.on('error', () => undefined);
  ws.on('close', () => here.sockets.delete(ws));
  ws.send(`{"a":"s","id":"${src}","v":${here.version},"data":${here.document}}`);
  ws.on('message', (data: Buffer) => {
    const message: Record<string, unknown> = JSON.parse(data.toString());
    message.v = here.version++;
    message.src = src;
    delete message.x;
    if (here.document === null) {
      here.document = JSON.stringify({ v: 1, data: { ops: message.op } });
      delete message.op;
    }
    const frame = Buffer.from(JSON.stringify(message));
    for (const socket of here.sockets) {
      if (socket.readyState === WebSocket.OPEN) socket.send(frame, { binary: false });
    }
  });
});
