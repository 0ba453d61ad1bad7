// A host application in one file, without dependencies: it knows its own people, signs a token for each,
// and shows a Deltapad document inside its page.
//
//   DELTAPAD_URL   where Deltapad is, as browsers reach it
//   EMBED_KEY      the secret that Deltapad has under the same name (32 bytes or more)
//   EMBED_ISSUER, EMBED_AUDIENCE   as Deltapad has them
//   PORT           3000 when unset
//   SECONDS        how long a token holds; 300 when unset

import { createHmac } from 'node:crypto';
import { readFile } from 'node:fs/promises';
import { createServer } from 'node:http';
import { fileURLToPath } from 'node:url';

const { DELTAPAD_URL = 'http://localhost:8080', EMBED_KEY = '', PORT = '3000' } = process.env;
const { EMBED_ISSUER = 'example-host', EMBED_AUDIENCE = 'deltapad', SECONDS = '300' } = process.env;
if (Buffer.byteLength(EMBED_KEY) < 32) {
  console.error('EMBED_KEY: a secret of at least 32 bytes, the same as Deltapad has.');
  process.exit(1);
}

/** Whoever the host application knows. In a real one they sign in there. */
const people = {
  ada: { name: 'Ada', role: 'editor' },
  grace: { name: 'Grace', role: 'viewer' },
};

const part = (value) => Buffer.from(JSON.stringify(value)).toString('base64url');

/** A JSON Web Token, HS256. Any JWT library makes the same. */
function sign(claims) {
  const text = `${part({ alg: 'HS256', typ: 'JWT' })}.${part(claims)}`;
  return `${text}.${createHmac('sha256', EMBED_KEY).update(text).digest('base64url')}`;
}

function tokenFor(id, document) {
  const { name, role } = people[id];
  const now = Math.floor(Date.now() / 1000);
  return sign({
    iss: EMBED_ISSUER,
    aud: EMBED_AUDIENCE,
    sub: id,
    iat: now,
    exp: now + Number(SECONDS),
    name,
    role,
    document,
  });
}

const page = await readFile(fileURLToPath(new URL('host.html', import.meta.url)), 'utf8');
const server = createServer((request, response) => {
  const { pathname, searchParams } = new URL(request.url ?? '/', 'http://host');
  // A real application takes this from its own session, never from the address.
  const id = Object.hasOwn(people, searchParams.get('as') ?? '') ? searchParams.get('as') : 'ada';
  if (pathname === '/token') {
    response.setHeader('content-type', 'application/json');
    response.setHeader('cache-control', 'no-store');
    response.end(JSON.stringify({ token: tokenFor(id, searchParams.get('document') ?? '') }));
  } else if (pathname === '/') {
    response.setHeader('content-type', 'text/html; charset=utf-8');
    response.end(page.replaceAll('{{DELTAPAD_URL}}', DELTAPAD_URL.replaceAll('"', '')));
  } else {
    response.statusCode = 404;
    response.end();
  }
});
server.listen(Number(PORT), '127.0.0.1', () => {
  console.log(`The host application is at http://127.0.0.1:${server.address().port}/?as=ada`);
});
for (const signal of ['SIGINT', 'SIGTERM']) {
  process.once(signal, () => {
    server.closeAllConnections();
    server.close();
  });
}
