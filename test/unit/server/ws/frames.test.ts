import assert from 'node:assert/strict';
import { once } from 'node:events';
import type { connect } from 'node:net';
import { test } from 'node:test';
import { WebSocket, WebSocketServer } from 'ws';
import { batchFrames, textFrame, textFrameOf } from '../../../../server/ws/frames.ts';

test('frames of every length are read by a WebSocket as the texts they were made of', async (t) => {
  const server = new WebSocketServer({ port: 0, host: '127.0.0.1' });
  t.after(() => server.close());
  await once(server, 'listening');
  const { port } = server.address() as { port: number };
  const client = new WebSocket(`ws://127.0.0.1:${port}`);
  t.after(() => client.terminate());
  const [[, request]] = await Promise.all([once(server, 'connection'), once(client, 'open')]);
  const line = request.socket as ReturnType<typeof connect>;
  const got: string[] = [];
  client.on('message', (data) => got.push(data.toString()));
  const texts = [0, 1, 125, 126, 127, 65_535, 65_536, 200_000].map((length) => 'x'.repeat(length));
  texts.push('汉字 “quoted” 😀', '汉'.repeat(30_000));
  for (const text of texts) line.write(textFrame(text));
  for (const part of textFrameOf([
    Buffer.from('{"data":'),
    Buffer.from('"汉"'),
    Buffer.from('}'),
  ])) {
    line.write(part);
  }
  line.write(batchFrames(['{"a":1}', '{"b":"汉"}'], true));
  line.write(batchFrames(['{"a":1}', '{"b":"汉"}'], false));
  line.write(batchFrames(['{"c":2}'], true));
  const wanted = [
    ...texts,
    '{"data":"汉"}',
    '[{"a":1},{"b":"汉"}]',
    '{"a":1}',
    '{"b":"汉"}',
    '{"c":2}',
  ];
  while (got.length < wanted.length) await once(client, 'message');
  assert.deepEqual(got, wanted);
});

test('what goes to many is made into bytes once', () => {
  const texts = () => ['{"v":1}', '{"v":2}'];
  const first = batchFrames(texts(), true);
  assert.equal(batchFrames(texts(), true), first);
  assert.notEqual(batchFrames(texts(), false), first, 'a stock client gets a frame for each');
  const author = batchFrames(['{"v":1}', '{"ack":2}'], true);
  assert.notEqual(author, first);
  assert.equal(batchFrames(texts(), true), first, 'the batches of authors come between');
});
