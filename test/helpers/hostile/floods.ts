// Too much: each of these is held, slowed or cut off, and the others go on. With the limits on, as
// people run it.

import assert from 'node:assert/strict';
import { connect } from 'node:net';
import { limits } from '../../../core/limits.ts';
import { eventually } from '../eventually.ts';
import type { RawSocket } from '../raw-socket.ts';
import { until } from '../until.ts';
import type { HostileCase, World } from './world.ts';

const addressOf = ({ own }: World) => ({ c: own.collection, d: own.id });

async function withSocket(world: World, run: (socket: RawSocket) => Promise<void>): Promise<void> {
  const socket = await world.socket();
  try {
    await run(socket);
  } finally {
    socket.socket.terminate();
  }
}

/** Several in one go; waits until the server has read so many answers' worth, or has closed. */
async function pour(socket: RawSocket, messages: readonly unknown[], answers: number) {
  const from = socket.messages.length;
  for (const message of messages) socket.send(message);
  const enough = () => socket.messages.length - from >= answers || socket.closeCode !== null;
  await until(`${answers} answers`, enough);
}

const times = <T>(count: number, make: (i: number) => T): T[] =>
  Array.from({ length: count }, (_, i) => make(i));

export const floods: readonly HostileCase[] = [
  {
    name: '3,000 pings at once',
    run: (world) =>
      withSocket(world, (socket) =>
        pour(
          socket,
          times(3_000, () => ({ a: 'pp' })),
          300,
        ),
      ),
  },
  {
    name: '1,000 ops on one version',
    run: (world) =>
      withSocket(world, async (socket) => {
        const fresh = await world.eve.makes({ text: 'x\n' });
        const op = { a: 'op', c: fresh.collection, d: fresh.id, v: 1, op: [{ insert: 'x' }] };
        await pour(
          socket,
          times(1_000, (i) => ({ ...op, seq: i + 1 })),
          100,
        );
      }),
  },
  {
    name: '2,000 presences',
    run: (world) =>
      withSocket(world, async (socket) => {
        const ch = `${world.own.collection}.${world.own.id}`;
        const presence = { a: 'p', ch, p: { i: null, l: 0, v: 1 } };
        await pour(
          socket,
          times(2_000, (i) => ({ ...presence, id: `p${i}`, pv: 1 })),
          100,
        );
      }),
  },
  {
    name: '200 subscriptions',
    run: (world) =>
      withSocket(world, async (socket) => {
        await pour(
          socket,
          times(200, (i) => ({ a: 's', c: 'docs', d: `flood${i}` })),
          200,
        );
        const taken = socket.messages.filter(({ a, error }) => a === 's' && !error).length;
        assert.ok(taken <= limits.maxSubscriptions, `${taken} subscriptions`);
      }),
  },
  {
    name: '10,000 fetches of a document',
    run: (world) =>
      withSocket(world, (socket) =>
        pour(
          socket,
          times(10_000, () => ({ a: 'f', ...addressOf(world) })),
          100,
        ),
      ),
  },
  {
    name: 'frames of a megabyte, one after the other',
    run: (world) =>
      withSocket(world, async (socket) => {
        const big = JSON.stringify({ a: 'pp', evil: 'x'.repeat(limits.maxFrameBytes - 100) });
        await pour(
          socket,
          times(30, () => big),
          3,
        );
      }),
  },
  {
    name: 'a frame over the limit',
    run: (world) =>
      withSocket(world, async (socket) => {
        socket.send(`"${'x'.repeat(limits.maxFrameBytes)}"`);
        await socket.closed();
      }),
  },
  {
    name: 'more connections of one person than one has tabs',
    async run(world) {
      const sockets = times(limits.maxConnectionsPerUser + 20, () => world.open());
      try {
        const open = () => sockets.filter(({ closeCode }) => closeCode === null).length;
        await until('the rest is closed', () => open() <= limits.maxConnectionsPerUser);
        assert.ok(sockets.some(({ closeCode }) => closeCode === 4429));
      } finally {
        for (const { socket } of sockets) socket.terminate();
      }
    },
  },
  {
    name: 'a reader that does not read',
    async run(world) {
      const { collection: c, id: d } = await world.eve.makes({ text: `${'x'.repeat(400_000)}\n` });
      await withSocket(world, async (reader) => {
        reader.socket.pause();
        // More than a line's own buffers hold, so that the rest stays with the server.
        for (let i = 0; i < 100; i++) reader.send({ a: 'f', c, d });
        await eventually(
          'the cut is counted',
          async () => (await world.ada.get('/metrics')).text,
          (text) => /^deltapad_cut_sockets_total\{reason="too-slow"\} 1$/m.test(text),
        );
        reader.socket.resume();
        // Cut while the line was full: it may end before the reason has found its way.
        assert.ok([1006, 4408].includes(await reader.closed()));
      });
    },
  },
  {
    name: 'a hundred handshakes that are never finished',
    async run(world) {
      const lines = times(100, () => connect(world.app.port, '127.0.0.1'));
      try {
        for (const line of lines) {
          line.on('error', () => undefined);
          line.write('GET /sync HTTP/1.1\r\nHost: localhost\r\nUpgrade: websocket\r\n');
        }
        assert.equal((await world.ada.get('/healthz')).status, 200);
      } finally {
        for (const line of lines) line.destroy();
      }
    },
  },
  {
    name: 'a body that never ends',
    async run(world) {
      const line = connect(world.app.port, '127.0.0.1');
      line.on('error', () => undefined);
      const head = [
        'POST /api/v1/documents HTTP/1.1',
        'Host: localhost',
        `Cookie: ${world.eve.cookie}`,
      ];
      line.write(
        `${head.join('\r\n')}\r\nContent-Type: application/json\r\nContent-Length: 900\r\n\r\n{`,
      );
      assert.equal((await world.ada.get('/healthz')).status, 200);
      line.destroy();
    },
  },
  {
    name: 'a body of 20 MB',
    async run(world) {
      const raw = JSON.stringify({ text: 'x'.repeat(20_000_000) });
      const headers = { 'content-type': 'application/json' };
      // Refused before it is read, so the line may close under the writer.
      const reply = await world.eve
        .ask('POST', '/api/v1/documents', { raw, headers })
        .catch(() => null);
      assert.ok(reply === null || reply.status === 413, `${reply?.status}`);
    },
  },
  {
    name: 'a thousand requests at once',
    async run(world) {
      const replies = await Promise.all(
        times(1_000, () => world.eve.get('/api/v1/session').catch(() => null)),
      );
      const limited = replies.filter((reply) => reply?.status === 429);
      assert.ok(limited.length > 0, 'none was too many');
      assert.ok(Number(limited[0]!.headers.get('retry-after')) > 0);
      assert.ok(replies.every((reply) => !reply || [200, 429].includes(reply.status)));
    },
  },
];
