import assert from 'node:assert/strict';
import { test } from 'node:test';
import { OtSocket, type Wire } from '../../../../client/sync/socket.ts';
import { limits } from '../../../../core/limits.ts';
import { closeCodes, type ServerNotice } from '../../../../core/protocol.ts';
import { TestEnvironment, VirtualTime } from '../../../helpers/network.ts';
import type { Random } from '../../../helpers/random.ts';

class FakeWire implements Wire {
  onopen: Wire['onopen'] = null;
  onmessage: Wire['onmessage'] = null;
  onclose: Wire['onclose'] = null;
  onerror: Wire['onerror'] = null;
  readonly sent: string[] = [];
  isClosed = false;
  send(text: string): void {
    this.sent.push(text);
  }
  close(): void {
    this.isClosed = true;
  }
  says(...messages: object[]): void {
    this.onmessage?.({ data: JSON.stringify(messages.length === 1 ? messages[0] : messages) });
  }
}

/** `draws`: what chance gives, over and over. */
function start(draws = 0.999) {
  const time = new VirtualTime();
  const environment = new TestEnvironment(time, { next: () => draws } as Random);
  const wires: FakeWire[] = [];
  const notices: ServerNotice[] = [];
  const heard: unknown[] = [];
  const closed: number[] = [];
  const socket = new OtSocket({
    open() {
      const wire = new FakeWire();
      wires.push(wire);
      return wire;
    },
    environment,
    onNotice: (notice) => notices.push(notice),
  });
  socket.onmessage = ({ data }) => heard.push(data);
  socket.onclose = () => closed.push(time.now);
  const wire = () => wires.at(-1)!;
  return {
    time,
    environment,
    socket,
    wires,
    wire,
    notices,
    heard,
    closed,
    opens() {
      wire().onopen?.();
      socket.ready();
    },
  };
}

const waitOf = ({ socket, time }: ReturnType<typeof start>): number => {
  const line = socket.line.value;
  return line.kind === 'waiting' ? line.nextTryAt - time.now : Number.NaN;
};

test('a frame may hold one message or several; notices go their own way', () => {
  const { opens, wire, heard, notices } = start();
  opens();
  wire().says({ a: 'op', v: 1 });
  wire().says(
    { a: 'op', v: 2 },
    { a: 'dp', type: 'hello', build: 'b', userId: 'u' },
    { a: 'op', v: 3 },
  );
  assert.deepEqual(heard, [
    { a: 'op', v: 1 },
    { a: 'op', v: 2 },
    { a: 'op', v: 3 },
  ]);
  assert.equal(notices.length, 1);
});

test('what is no JSON ends the line, not the client', () => {
  const { opens, wire, socket } = start();
  opens();
  wire().onmessage?.({ data: '<html>' });
  assert.equal(socket.line.value.kind, 'waiting');
});

test('delays grow up to their limit, each drawn from nothing to the whole', async () => {
  const world = start(0.999);
  const waits: number[] = [];
  for (let i = 0; i < 8; i++) {
    world.wire().onclose?.({ code: 1006 });
    waits.push(Math.round(waitOf(world)));
    await world.time.run(limits.reconnectMaxMs);
  }
  assert.deepEqual(waits, [250, 500, 999, 1998, 3996, 7992, 7992, 7992]);
  const lucky = start(0);
  lucky.wire().onclose?.({ code: 1006 });
  assert.equal(waitOf(lucky), 0);
});

test('a line that held begins again with short delays, one that broke at once does not', async () => {
  const world = start();
  for (let i = 0; i < 4; i++) {
    world.wire().onclose?.({ code: 1006 });
    await world.time.run(limits.reconnectMaxMs);
  }
  world.opens();
  world.wire().onclose?.({ code: 1006 });
  assert.ok(waitOf(world) > 3_000, `waits ${waitOf(world)} ms after a line of no time`);
  await world.time.run(limits.reconnectMaxMs);
  world.opens();
  for (let i = 0; i < 3; i++) {
    await world.time.run(3_000);
    world.wire().says({ a: 'pp' });
  }
  world.wire().onclose?.({ code: 1006 });
  assert.ok(waitOf(world) <= limits.reconnectMinMs, `waits ${waitOf(world)} ms after a good line`);
});

test('a half-open line is found within ten seconds', async () => {
  const { time, opens, wire, closed, socket, wires } = start();
  opens();
  wire().says({ a: 'init' });
  const silentSince = time.now;
  await time.run(20_000);
  assert.ok(closed.length > 0);
  assert.ok(closed[0]! - silentSince <= 10_000, `found after ${closed[0]! - silentSince} ms`);
  assert.ok(wires[0]!.isClosed);
  assert.notEqual(socket.line.value.kind, 'open');
});

test('a quiet line whose other side answers is kept, and asked no more than it must be', async () => {
  const { time, opens, wire, wires } = start();
  opens();
  let answered = 0;
  for (let i = 0; i < 600; i++) {
    await time.run(100);
    if (wire().sent.length > answered) {
      answered = wire().sent.length;
      wire().says({ a: 'pp' });
    }
  }
  assert.equal(wires.length, 1);
  assert.ok(answered >= 12 && answered <= 15, `asked ${answered} times in a minute`);
  assert.ok(wire().sent.every((text) => text === '{"a":"pp"}'));
});

test('a large message on a slow line gets the time it takes', async () => {
  const { time, opens, socket, wires } = start();
  opens();
  socket.send('x'.repeat(256 * 1024));
  await time.run(16_000);
  assert.equal(wires.length, 1, 'the line was cut while the message was still being sent');
  await time.run(12_000);
  assert.ok(wires.length > 1, 'a line that stays silent is still found');
});

test('a tab that slept asks again before it gives a line up', async () => {
  const { time, environment, opens, wire, wires } = start();
  opens();
  await time.run(limits.heartbeatIdleMs + 100);
  assert.equal(wire().sent.length, 1);
  // Nothing runs for an hour; then the timer is late, and the answer is still to be read.
  time.now += 3_600_000;
  await time.run(0);
  assert.equal(wires.length, 1);
  assert.equal(wire().sent.length, 2);
  wire().says({ a: 'pp' });
  await time.run(3_000);
  assert.equal(wires.length, 1);
  environment.setVisible(true);
  assert.equal(wire().sent.length, 3, 'a tab that is looked at asks at once');
});

test('being online again tries at once; being offline gives the line up', async () => {
  const { time, environment, opens, socket, wires } = start();
  opens();
  environment.setOnline(false);
  assert.equal(socket.line.value.kind, 'waiting');
  environment.setOnline(true);
  assert.equal(wires.length, 2);
  assert.equal(socket.line.value.kind, 'connecting');
  await time.run(10);
});

test('a line that does not come about is given up and tried again', async () => {
  const { time, wires } = start();
  await time.run(limits.handshakeMs + limits.reconnectMaxMs);
  assert.ok(wires[0]!.isClosed);
  assert.ok(wires.length >= 2);
});

for (const [reason, { code, retry }] of Object.entries(closeCodes)) {
  test(`the close code for ${reason} ${retry ? 'is tried again' : 'is not tried again'}`, async () => {
    const { time, opens, wire, wires, socket } = start();
    opens();
    wire().onclose?.({ code });
    await time.run(60_000);
    if (retry) assert.ok(wires.length > 1);
    else {
      assert.equal(wires.length, 1);
      assert.deepEqual(socket.line.value, { kind: 'stopped', reason });
    }
  });
}

test('whoever is not signed in tries again when the tab is looked at; an old client never', () => {
  const signedOut = start();
  signedOut.wire().onclose?.({ code: closeCodes['not-signed-in'].code });
  signedOut.environment.setVisible(true);
  assert.equal(signedOut.wires.length, 2);
  const old = start();
  old.wire().onclose?.({ code: closeCodes['old-client'].code });
  old.socket.tryNow();
  assert.equal(old.wires.length, 1);
});

test('closed for good, nothing runs any more', async () => {
  const { time, opens, socket, wires, environment } = start();
  opens();
  socket.close();
  environment.setOnline(true);
  environment.setVisible(true);
  await time.run(120_000);
  assert.equal(wires.length, 1);
});
