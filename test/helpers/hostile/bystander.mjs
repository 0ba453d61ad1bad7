// Somebody who writes all the while, in a thread of its own so that the attack's own work is not taken
// for the server's; and how long each letter took to be acknowledged. workerData: url, cookie, c, d, and after
// how many letters to say that it is at home.

import { parentPort, workerData } from 'node:worker_threads';
import { WebSocket } from 'ws';

const EVERY_MS = 40;
const { url, cookie, c, d, calm } = workerData;

const socket = new WebSocket(url, { headers: { cookie } });
const waits = [];
let typed = 0;
let began = 0;
let isDone = false;
const say = (message) => socket.send(JSON.stringify(message));

function type() {
  if (isDone) return say({ a: 'f', c, d });
  typed++;
  began = performance.now();
  say({ a: 'op', c, d, v: typed, seq: typed, op: [{ insert: 'x' }] });
}

socket.on('message', (frame) => {
  const message = JSON.parse(frame.toString());
  if (message.error) throw new Error(`${message.a}: ${message.error.code}`);
  if (message.a === 'init') say({ a: 'hs', protocol: 1, protocolMinor: 2 });
  else if (message.a === 'hs') type();
  else if (message.a === 'op') {
    waits.push(performance.now() - began);
    if (waits.length === calm) parentPort.postMessage('calm');
    setTimeout(type, EVERY_MS);
  } else if (message.a === 'f') {
    socket.close();
    parentPort.postMessage({ waits, typed, text: message.data.data.ops[0].insert });
  }
});
socket.on('close', () => {
  if (!isDone) throw new Error('The line of a bystander was cut.');
});
parentPort.once('message', () => {
  isDone = true;
});
