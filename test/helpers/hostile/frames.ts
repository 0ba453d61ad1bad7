// Frames: what is no message at all, and bytes that are no frame.

import assert from 'node:assert/strict';
import { limits } from '../../../core/limits.ts';
import { type HostileCase, isRefused, type World } from './world.ts';

const deep = (levels: number, open: string, close: string, within = '') =>
  open.repeat(levels) + within + close.repeat(levels);

const texts: Readonly<Record<string, string>> = {
  nothing: '',
  'a space': ' ',
  'a byte order mark': '\ufeff{"a":"pp"}',
  'no JSON': '{bad',
  'half a message': '{"a":"hs"',
  'two messages': '{"a":"pp"}{"a":"pp"}',
  'a line behind it': '{"a":"pp"}\nx',
  'single quotes': "{'a':'pp'}",
  'a comment': '{"a":"pp"/**/}',
  NaN: '{"a":NaN}',
  null: 'null',
  true: 'true',
  'a number': '5',
  'a huge number': '1e999',
  'a string': '"hs"',
  'an empty list': '[]',
  'a list of messages': '[{"a":"pp"}]',
  'a list of lists': '[[]]',
  'nested lists': deep(20_000, '[', ']'),
  'nested objects': deep(5_000, '{"a":', '}', '1'),
  'nesting in an op': `{"a":"op","c":"docs","d":"x","v":1,"seq":1,"op":${deep(9_000, '[', ']')}}`,
  'nesting just over the limit': `{"a":${deep(limits.maxMessageDepth, '[', ']')}}`,
  'brackets in strings, then none': `{"a":"${'['.repeat(50_000)}"`,
  'no action': '{}',
  'an empty action': '{"a":""}',
  'an action null': '{"a":null}',
  'an action number': '{"a":1}',
  'an action list': '{"a":["op"]}',
  'an action object': '{"a":{"toString":"op"}}',
  'an action of another case': '{"a":"OP"}',
  'an action with a space': '{"a":"op "}',
  'an action from the prototype': '{"a":"__proto__"}',
  'an action constructor': '{"a":"constructor"}',
  'an action toString': '{"a":"toString"}',
  'an action hasOwnProperty': '{"a":"hasOwnProperty"}',
  'an action with 100,000 letters': `{"a":"${'x'.repeat(100_000)}"}`,
  'a prototype as key': '{"__proto__":{"a":"op"}}',
  'a key twice, the second hostile': '{"a":"pp","a":"nt"}',
  'keys by the thousand': `{"a":"pp",${Array.from({ length: 5_000 }, (_, i) => `"k${i}":1`).join()}}`,
  'a query': '{"a":"qf","id":1,"c":"docs","q":{}}',
  'a subscribed query': '{"a":"qs","id":1,"c":"docs","q":{"$where":"while(1);"}}',
  'an unsubscribed query': '{"a":"qu","id":1}',
  'a snapshot by version': '{"a":"nf","id":1,"c":"docs","d":"x","v":1}',
  'a snapshot by time': '{"a":"nt","id":1,"c":"docs","d":"x","ts":1}',
  'our own notice': '{"a":"dp","type":"document","c":"docs","d":"x","trashed":true}',
  'a greeting of a server': '{"a":"init","protocol":1,"id":"x"}',
};

const masked = (first: number, payload: Buffer, length = payload.length) =>
  Buffer.concat([Buffer.from([first, 0x80 | length, 0, 0, 0, 0]), payload]);
const text = (value: string) => Buffer.from(value);

const bytes: Readonly<Record<string, Buffer>> = {
  'an unmasked frame': Buffer.from([0x81, 0x02, 0x7b, 0x7d]),
  'a reserved opcode 3': masked(0x83, Buffer.alloc(0)),
  'a reserved opcode 11': masked(0x8b, Buffer.alloc(0)),
  'a reserved bit 1': masked(0xc1, text('{}')),
  'a reserved bit 2': masked(0xa1, text('{}')),
  'a reserved bit 3': masked(0x91, text('{}')),
  'invalid UTF-8': masked(0x81, Buffer.from([0xff, 0xfe])),
  'half a UTF-8 sequence': masked(0x81, Buffer.from([0xe2, 0x82])),
  'a surrogate in UTF-8': masked(0x81, Buffer.from([0xed, 0xa0, 0x80])),
  'a continuation of nothing': masked(0x80, text('{}')),
  'a message within a message': Buffer.concat([masked(0x01, text('{')), masked(0x81, text('{}'))]),
  'a ping in pieces': masked(0x09, text('x')),
  'a ping too long': Buffer.concat([
    Buffer.from([0x89, 0xfe, 0, 126, 0, 0, 0, 0]),
    Buffer.alloc(126),
  ]),
  'a close code of 0': masked(0x88, Buffer.from([0, 0])),
  'a close code of 1005': masked(0x88, Buffer.from([0x03, 0xed])),
  'a close code of 65535': masked(0x88, Buffer.from([0xff, 0xff])),
  'a close of one byte': masked(0x88, Buffer.from([0x03])),
  'a close with a broken reason': masked(0x88, Buffer.from([0x03, 0xe8, 0xff])),
  'a length beyond every limit': Buffer.from([0x81, 0xff, 0, 0, 0, 0xff, 0, 0, 0, 0, 1, 2, 3, 4]),
  'a length beyond 2^53': Buffer.from([0x81, 0xff, 255, 255, 255, 255, 0, 0, 0, 0, 1, 2, 3, 4]),
  'a length just over the limit': Buffer.concat([
    Buffer.from([0x81, 0xff, 0, 0, 0, 0, 0, 0x10, 0, 1, 1, 2, 3, 4]),
    Buffer.alloc(1024),
  ]),
  'HTTP again': text('GET / HTTP/1.1\r\n\r\n'),
  noise: Buffer.from(Array.from({ length: 512 }, (_, i) => (i * 73 + 11) % 256)),
};

async function endsItsLine(world: World, sent: Buffer): Promise<void> {
  const head = [
    'GET /sync HTTP/1.1',
    'Host: localhost',
    'Upgrade: websocket',
    'Connection: Upgrade',
    `Cookie: ${world.eve.cookie}`,
    'Sec-WebSocket-Version: 13',
    'Sec-WebSocket-Key: AAAAAAAAAAAAAAAAAAAAAA==',
  ];
  const request = Buffer.from(`${head.join('\r\n')}\r\n\r\n`);
  // Until the server has closed the line.
  const answer = await world.bytes(Buffer.concat([request, sent]), () => false);
  assert.match(answer, /^HTTP\/1\.1 101 /);
}

async function binary(world: World): Promise<void> {
  const socket = await world.socket();
  socket.socket.send(Buffer.from('{"a":"pp"}'), { binary: true });
  assert.equal(await socket.closed(), 4400);
}

export const frames: readonly HostileCase[] = [
  ...Object.entries(texts).map(([name, frame]) => ({
    name: `a frame with ${name}`,
    run: (world: World) => isRefused(world, frame),
  })),
  { name: 'a binary frame', run: binary },
  ...Object.entries(bytes).map(([name, sent]) => ({
    name: `${name} on the line`,
    run: (world: World) => endsItsLine(world, sent),
  })),
];
