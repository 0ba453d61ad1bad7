// Sharing as people live it: named people, general access, share links, asking for access, what the
// operator sets, and that what changes reaches open sockets.

import assert from 'node:assert/strict';
import { type TestContext, test } from 'node:test';
import type { AccessReply, DocumentCreated, ShareLinkCreated } from '../../core/api.ts';
import { Delta } from '../../core/delta.ts';
import { refusedSocket, signUp } from '../helpers/accounts.ts';
import { type Person, startApp, type TestApp } from '../helpers/app.ts';
import { eventually } from '../helpers/eventually.ts';
import { type LiveClient, openLive } from '../helpers/live-client.ts';

const api = ({ collection, id }: DocumentCreated) => `/api/v1/documents/${collection}/${id}`;
const access = (made: DocumentCreated) => `${api(made)}/access`;
/** What the promise says; the tests wait a little longer for a busy machine. */
const withinMs = 8_000;

const setLink = async (owner: Person, made: DocumentCreated, body: unknown) => {
  const { status, text } = await owner.ask('PUT', access(made), { body });
  assert.equal(status, 200, text);
};
async function give(owner: Person, made: DocumentCreated, who: string, role: string) {
  const { status, text, json } = await owner.ask('PUT', `${access(made)}/people`, {
    body: { who, role },
  });
  assert.equal(status, 200, text);
  return json as AccessReply;
}
const roleOf = async (person: Person, made: DocumentCreated): Promise<string> => {
  const { status, json } = await person.get(api(made));
  return status === 200 ? json.role : json.code;
};
async function makeLink(owner: Person, made: DocumentCreated, body: unknown) {
  const { status, text, json } = await owner.post(`${access(made)}/links`, body);
  assert.equal(status, 201, text);
  return json as ShareLinkCreated;
}
const pathOf = (url: string) => {
  const { pathname, search } = new URL(url);
  return pathname + search;
};
const form = (fields: Record<string, string>) => ({
  raw: new URLSearchParams(fields).toString(),
  headers: { 'content-type': 'application/x-www-form-urlencoded' },
});

/** A page of theirs that has the document open and shows its text. */
async function opens(t: TestContext, app: TestApp, person: Person, made: DocumentCreated) {
  const live = await openLive(t, app, person, made);
  await eventually(
    'it is open',
    () => live.session.saveState.value.kind,
    (kind) => ['saved', 'view-only'].includes(kind),
  );
  return live;
}
const roleShown = (live: LiveClient, wanted: string | null) =>
  eventually(
    'the role on the page',
    () => live.session.role.value,
    (role) => role === wanted,
    {
      withinMs,
    },
  );

test('an owner names people, by id or (signed in) by what they sign in with; changes and takes it back', async (t) => {
  const app = await startApp(t);
  const [ada, bob, cem] = [await app.guest('Ada'), await app.guest('Bob'), await app.guest('Cem')];
  const made = await ada.makes({ text: 'a' });
  await setLink(ada, made, { link: 'none' });
  assert.equal(await roleOf(bob, made), 'no-access');
  const named = await give(ada, made, await bob.id(), 'viewer');
  assert.deepEqual(
    named.people.map(({ name, role }) => [name, role]),
    [
      ['Ada', 'owner'],
      ['Bob', 'viewer'],
    ],
  );
  assert.equal(await roleOf(bob, made), 'viewer');
  await give(ada, made, await bob.id(), 'editor');
  assert.equal(await roleOf(bob, made), 'editor');
  const listed = (await bob.get('/api/v1/documents')).json.documents;
  assert.deepEqual(
    listed.map(({ id, mine }: { id: string; mine: boolean }) => [id, mine]),
    [[made.id, false]],
    'what one was given is on the list',
  );
  const gone = await ada.ask('DELETE', `${access(made)}/people/${await bob.id()}`);
  assert.equal(gone.status, 200);
  assert.equal(await roleOf(bob, made), 'no-access');

  await signUp(cem, 'Cem');
  const asGuest = await ada.ask('PUT', `${access(made)}/people`, {
    body: { who: 'cem', role: 'viewer' },
  });
  assert.deepEqual([asGuest.status, asGuest.json.reason], [400, 'sign-in']);
  await signUp(ada, 'ada');
  await give(ada, made, ' CEM ', 'commenter');
  assert.equal(await roleOf(cem, made), 'commenter');
  await signUp(app.stranger(), 'dai@example.org');
  // Nobody, and an address that its account has not proven: anybody may have signed up with it.
  for (const who of ['nobody', 'g_nobody1234', 'nobody@example.org', 'dai@example.org']) {
    const unknown = await ada.ask('PUT', `${access(made)}/people`, {
      body: { who, role: 'viewer' },
    });
    assert.deepEqual([unknown.status, unknown.json.reason], [400, 'unknown'], who);
  }
});

test('a document has one owner or more, never none; ownership can be handed over', async (t) => {
  const app = await startApp(t);
  const [ada, bob] = [await app.guest('Ada'), await app.guest('Bob')];
  const made = await ada.makes({ text: 'a' });
  const [adaId, bobId] = [await ada.id(), await bob.id()];
  const put = (who: Person, person: string, role: string) =>
    who.ask('PUT', `${access(made)}/people/${person}`, { body: { role } });
  assert.deepEqual((await put(ada, adaId, 'editor')).json.reason, 'last-owner');
  assert.equal((await ada.ask('DELETE', `${access(made)}/people/${adaId}`)).status, 400);
  assert.equal((await put(ada, bobId, 'owner')).status, 200);
  assert.equal(await roleOf(bob, made), 'owner');
  assert.equal((await put(bob, adaId, 'editor')).status, 200, 'the second owner is the first now');
  assert.equal(await roleOf(ada, made), 'editor');
  assert.equal(await roleOf(bob, made), 'owner');
  assert.equal((await put(ada, adaId, 'owner')).status, 403);
  assert.equal((await put(bob, bobId, 'viewer')).json.reason, 'last-owner');
  const mine = (await bob.get('/api/v1/documents')).json.documents;
  assert.equal(mine[0].mine, true);
});

test('general access: accounts may get what guests do not, and the more of two roles holds', async (t) => {
  const app = await startApp(t);
  const [ada, bob, cem] = [await app.guest('Ada'), await app.guest('Bob'), await app.guest('Cem')];
  await signUp(cem, 'cem');
  const made = await ada.makes({ text: 'a' });
  await setLink(ada, made, { link: 'none', signedIn: 'commenter' });
  assert.deepEqual([await roleOf(bob, made), await roleOf(cem, made)], ['no-access', 'commenter']);
  await setLink(ada, made, { link: 'viewer' });
  assert.deepEqual([await roleOf(bob, made), await roleOf(cem, made)], ['viewer', 'commenter']);
  await setLink(ada, made, { link: 'editor', signedIn: 'none' });
  assert.deepEqual([await roleOf(bob, made), await roleOf(cem, made)], ['editor', 'editor']);
  const { json } = await ada.ask('PUT', access(made), { body: {} });
  assert.equal(json.field, 'link');
});

test('readers see who owns it; editors who may what; only owners links and requests', async (t) => {
  const app = await startApp(t);
  const [ada, bob, cem] = [await app.guest('Ada'), await app.guest('Bob'), await app.guest('Cem')];
  const made = await ada.makes({ text: 'a' });
  await setLink(ada, made, { link: 'viewer' });
  await give(ada, made, await bob.id(), 'editor');
  await makeLink(ada, made, { role: 'viewer', label: 'For the press' });
  const seen = async (person: Person) => {
    const { people, links, role } = (await person.get(access(made))).json as AccessReply;
    return [role, people.map(({ name }) => name).join(), links.length];
  };
  assert.deepEqual(await seen(cem), ['viewer', 'Ada', 0]);
  assert.deepEqual(await seen(bob), ['editor', 'Ada,Bob', 0]);
  assert.deepEqual(await seen(ada), ['owner', 'Ada,Bob', 1]);
  const stored = (await ada.get(access(made))).text;
  assert.ok(!/hash|share=/.test(stored), 'a link is told once');
});

test('a share link gives its role to who opens it, and leaves the address', async (t) => {
  const app = await startApp(t);
  const ada = await app.guest('Ada');
  const made = await ada.makes({ text: 'secret words' });
  await setLink(ada, made, { link: 'none' });
  const { url, access: described } = await makeLink(ada, made, { role: 'editor', label: ' Team ' });
  assert.match(url, /\?share=[A-Za-z0-9_-]{43}$/);
  assert.equal(described.links[0]?.label, 'Team');
  const bob = app.stranger();
  const opened = await bob.get(pathOf(url));
  assert.equal(opened.status, 303);
  assert.equal(opened.headers.get('location'), `/d/${made.collection}/${made.id}`);
  assert.equal(opened.headers.get('referrer-policy'), 'no-referrer');
  assert.equal(
    await roleOf(bob, made),
    'editor',
    'the identity it came with is the one that holds',
  );
  const page = await bob.get(`/d/${made.collection}/${made.id}`);
  assert.ok(page.text.includes('secret words') && !page.text.includes('share='));
  const live = await opens(t, app, bob, made);
  live.editor.edit(new Delta().insert('x'));
  await live.session.settled();
  assert.equal((await ada.get(`${api(made)}?format=text`)).text, 'xsecret words\n');
  // A wrong one, one of another document, and none at all say the same.
  const other = await ada.makes({ text: 'b' });
  await setLink(ada, other, { link: 'none' });
  const cem = await app.guest('Cem');
  const token = new URL(url).searchParams.get('share')!;
  for (const tried of [token.replace(/^./, (c) => (c === 'A' ? 'B' : 'A')), 'x', '']) {
    assert.equal((await cem.get(`/d/${made.collection}/${made.id}?share=${tried}`)).status, 410);
  }
  assert.equal((await cem.get(`/d/${other.collection}/${other.id}?share=${token}`)).status, 410);
  assert.equal(await roleOf(cem, made), 'no-access');
});

test('a link with a password asks for it, counts wrong ones, and opens with the right one', async (t) => {
  const app = await startApp(t);
  const ada = await app.guest('Ada');
  const made = await ada.makes({ text: 'secret words' });
  await setLink(ada, made, { link: 'none' });
  const { url } = await makeLink(ada, made, { role: 'viewer', password: 'avocets' });
  const token = new URL(url).searchParams.get('share')!;
  const bob = app.stranger();
  const asked = await bob.get(pathOf(url));
  assert.equal(asked.status, 200);
  assert.equal(asked.headers.get('referrer-policy'), 'same-origin');
  assert.ok(asked.text.includes('type="password"') && !asked.text.includes('secret words'));
  assert.equal(await roleOf(bob, made), 'no-access');
  const open = (password: string) =>
    bob.ask('POST', `/d/${made.collection}/${made.id}/open`, form({ share: token, password }));
  const wrong = await open('dunlin');
  assert.deepEqual([wrong.status, /role="alert"/.test(wrong.text)], [403, true]);
  assert.equal((await open('avocets')).status, 303);
  assert.equal(await roleOf(bob, made), 'viewer');
  const eve = await app.guest('Eve');
  let refused = 0;
  for (let i = 0; i < 14 && refused === 0; i++) {
    const { status } = await eve.ask(
      'POST',
      `/d/${made.collection}/${made.id}/open`,
      form({ share: token, password: `wrong${i}` }),
    );
    if (status === 429) refused = i;
  }
  assert.ok(refused > 0, 'guessing is slowed down');
  for (const body of [
    { role: 'viewer', password: 'abc' },
    { role: 'owner' },
    { role: 'viewer', expiresAt: 1 },
    { role: 'viewer', label: 'x'.repeat(61) },
  ]) {
    assert.equal((await ada.post(`${access(made)}/links`, body)).status, 400, JSON.stringify(body));
  }
});

test('revoking a link ends what it gave, on open sockets too; who was named keeps theirs', async (t) => {
  const app = await startApp(t);
  const ada = await app.guest('Ada');
  const made = await ada.makes({ text: 'words' });
  await setLink(ada, made, { link: 'none' });
  const { url, access: described } = await makeLink(ada, made, { role: 'editor' });
  const [bob, cem] = [app.stranger(), app.stranger()];
  for (const person of [bob, cem]) await person.get(pathOf(url));
  await give(ada, made, await cem.id(), 'viewer');
  const [bobs, cems] = [await opens(t, app, bob, made), await opens(t, app, cem, made)];
  const link = described.links[0]!.id;
  assert.equal((await ada.ask('DELETE', `${access(made)}/links/${link}`)).status, 200);
  await roleShown(bobs, null);
  await roleShown(cems, 'viewer');
  assert.equal(await roleOf(bob, made), 'no-access');
  assert.equal((await ada.ask('DELETE', `${access(made)}/links/${link}`)).status, 404);
  assert.equal((await bob.get(pathOf(url))).status, 410);
});

test('a link that expires ends by itself, and the open page is told within seconds', async (t) => {
  const app = await startApp(t);
  const ada = await app.guest('Ada');
  const made = await ada.makes({ text: 'words' });
  await setLink(ada, made, { link: 'viewer' });
  const { url } = await makeLink(ada, made, { role: 'editor', expiresAt: Date.now() + 3_000 });
  const bob = app.stranger();
  assert.equal((await bob.get(pathOf(url))).status, 303);
  const bobs = await opens(t, app, bob, made);
  assert.equal(bobs.session.role.value, 'editor');
  await roleShown(bobs, 'viewer');
  assert.equal(await roleOf(bob, made), 'viewer');
  const { links } = (await ada.get(access(made))).json as AccessReply;
  assert.equal(links[0]?.isExpired, true, 'it is listed until it is revoked');
});

test('an editor who becomes viewer keeps reading, keeps unsent text, and a viewer may type at once', async (t) => {
  const app = await startApp(t);
  const [ada, bob] = [await app.guest('Ada'), await app.guest('Bob')];
  const made = await ada.makes({ text: 'words' });
  await give(ada, made, await bob.id(), 'editor');
  await setLink(ada, made, { link: 'none' });
  const [adas, bobs] = [await opens(t, app, ada, made), await opens(t, app, bob, made)];
  // No line of theirs lives long enough to say anything before the right is gone.
  bobs.cut();
  const cutting = setInterval(() => bobs.cut(), 1);
  bobs.editor.edit(new Delta().insert('unsent '));
  await give(ada, made, await bob.id(), 'viewer');
  clearInterval(cutting);
  await roleShown(bobs, 'viewer');
  await eventually(
    'it is kept',
    () => bobs.session.refused.value.map(({ text }) => text),
    (kept) => kept.join().includes('unsent'),
  );
  adas.editor.edit(new Delta().insert('more '));
  await eventually('Bob goes on reading', bobs.text, (text) => text.includes('more'));
  await give(ada, made, await bob.id(), 'editor');
  await roleShown(bobs, 'editor');
  bobs.editor.edit(new Delta().insert('back '));
  await bobs.session.settled();
  assert.match((await ada.get(`${api(made)}?format=text`)).text, /^back more words/);
});

test('what comes out of the trash is open again at once for who had it open', async (t) => {
  const app = await startApp(t);
  const [ada, bob] = [await app.guest('Ada'), await app.guest('Bob')];
  const made = await ada.makes({ text: 'words' });
  const bobs = await opens(t, app, bob, made);
  await ada.ask('DELETE', api(made));
  await eventually('in the trash', () => bobs.session.trashed.value, Boolean);
  const restoredAt = Date.now();
  assert.equal((await ada.post(`${api(made)}/restore`)).status, 200);
  await eventually(
    'out again',
    () => bobs.session.trashed.value,
    (trashed) => !trashed,
    { withinMs },
  );
  assert.equal(bobs.session.role.value, 'editor');
  assert.ok(Date.now() - restoredAt < 5_000);
  bobs.editor.edit(new Delta().insert('on '));
  await bobs.session.settled();
});

test('who is refused asks once, an owner answers, and nothing is told of the document', async (t) => {
  const app = await startApp(t);
  const [ada, bob] = [await app.guest('Ada'), await app.guest('Bob')];
  const made = await ada.makes({ text: 'secret words', title: 'secret title' });
  await setLink(ada, made, { link: 'none' });
  const page = `/d/${made.collection}/${made.id}`;
  const html = { accept: 'text/html' };
  const door = await bob.get(page, html);
  assert.equal(door.status, 403);
  assert.ok(door.text.includes(`action="${page}/ask"`) && door.text.includes('/sign-in?to='));
  assert.ok(!door.text.includes('secret'));
  const asked = await bob.ask('POST', `${page}/ask`, form({ note: 'It is me, Bob' }));
  assert.equal(asked.status, 303);
  const waiting = await bob.get(page, html);
  assert.ok(waiting.status === 403 && !waiting.text.includes('/ask"'));
  const again = await bob.post(`${access(made)}/requests`, { role: 'editor', note: 'again' });
  assert.equal(again.status, 204);
  const { requests } = (await ada.get(access(made))).json as AccessReply;
  assert.deepEqual(
    requests.map(({ person, role, note }) => [person.name, role, note]),
    [['Bob', 'viewer', 'It is me, Bob']],
  );
  assert.match((await ada.get(page)).text, /"requests":1/);
  const answered = await ada.ask('PUT', `${access(made)}/requests/${await bob.id()}`, {
    body: { role: 'editor' },
  });
  assert.deepEqual((answered.json as AccessReply).requests, []);
  assert.equal(await roleOf(bob, made), 'editor');
  assert.equal((await bob.ask('HEAD', page)).status, 200, 'the page that waits finds it open');

  const cem = await app.guest('Cem');
  await ada.ask('DELETE', `${access(made)}/people/${await bob.id()}`);
  await cem.post(`${access(made)}/requests`, {});
  const declined = await ada.ask('DELETE', `${access(made)}/requests/${await cem.id()}`);
  assert.equal(declined.status, 200);
  await cem.post(`${access(made)}/requests`, { note: 'please' });
  assert.deepEqual(((await ada.get(access(made))).json as AccessReply).requests, [], 'not again');
  const long = await cem.post(`${access(made)}/requests`, { note: 'x'.repeat(281) });
  assert.equal(long.json.field, 'note');
  assert.equal((await cem.post('/api/v1/documents/docs/absent/access/requests', {})).status, 404);
  const other = await ada.ask('PUT', `${access(made)}/requests/g_nobody1234`, {
    body: { role: 'viewer' },
  });
  assert.equal(other.status, 404);
});

test('the operator says what new documents of a collection give', async (t) => {
  const app = await startApp(t, {
    config: {
      collectionAccess: {
        notes: { link: 'none', signedIn: 'none' },
        wiki: { link: 'none', signedIn: 'viewer' },
      },
    },
  });
  const [ada, bob, cem] = [await app.guest('Ada'), await app.guest('Bob'), await app.guest('Cem')];
  await signUp(cem, 'cem');
  const roles = async (collection: string) => {
    const made = await ada.makes({ collection, text: 'a' });
    return [await roleOf(ada, made), await roleOf(bob, made), await roleOf(cem, made)];
  };
  assert.deepEqual(await roles('notes'), ['owner', 'no-access', 'no-access']);
  assert.deepEqual(await roles('wiki'), ['owner', 'no-access', 'viewer']);
  assert.deepEqual(await roles('docs'), ['owner', 'editor', 'editor']);
});

test('where sign-in is required, guests get a way to sign in and nothing else', async (t) => {
  const app = await startApp(t, { config: { requireSignIn: true } });
  const ada = app.stranger();
  await signUp(ada, 'ada');
  const made = await ada.makes({ text: 'secret words' });
  const page = `/d/${made.collection}/${made.id}`;
  const bob = app.stranger();
  for (const path of ['/', page]) {
    const { status, text } = await bob.get(path, { accept: 'text/html' });
    assert.equal(status, 401, path);
    assert.ok(text.includes(`/sign-in?to=${encodeURIComponent(path)}`), path);
    assert.ok(!text.includes('secret'));
  }
  for (const [method, path] of [
    ['POST', '/api/v1/session'],
    ['GET', '/api/v1/session'],
    ['GET', api(made)],
    ['POST', '/api/v1/documents'],
    ['POST', `${access(made)}/requests`],
    ['GET', '/uploads/aaaaaaaaaaaaaaaaaaaaaaaa.png'],
  ] as const) {
    const { status, json } = await bob.ask(method, path, method === 'POST' ? { body: {} } : {});
    assert.equal(status, 401, `${method} ${path}`);
    if (path.startsWith('/api')) assert.equal(json.code, 'not-signed-in');
  }
  assert.equal(await refusedSocket(app, {}), 401);
  assert.equal((await bob.get('/healthz')).status, 200);
  // The cookie of a guest from before.
  const open = await startApp(t);
  const guest = await open.guest('Eve');
  assert.equal(await refusedSocket(app, { cookie: guest.cookie }), 401);
  assert.equal(await refusedSocket(app, { cookie: ada.cookie }), 101);
  assert.equal(await roleOf(ada, made), 'owner');
});

test('deleting for good takes everything, out of the trash alone', async (t) => {
  const app = await startApp(t);
  const [ada, bob] = [await app.guest('Ada'), await app.guest('Bob')];
  const made = await ada.makes({ text: 'words nobody else has', collection: 'docs', id: 'goes' });
  const kept = await ada.makes({ text: 'stays' });
  await bob.get(`/d/${made.collection}/${made.id}`);
  const early = await ada.ask('DELETE', `${api(made)}/trash`);
  assert.equal(early.status, 400);
  await ada.ask('DELETE', api(made));
  const page = await ada.get(`/d/${made.collection}/${made.id}`, { accept: 'text/html' });
  assert.ok(page.text.includes(`action="/d/docs/goes/destroy"`));
  assert.equal((await bob.ask('DELETE', `${api(made)}/trash`)).status, 403);
  assert.equal((await ada.ask('DELETE', `${api(made)}/trash`)).status, 204);
  assert.equal((await ada.get(api(made))).status, 404);
  assert.equal((await ada.get(`${api(made)}/versions`)).status, 404);
  assert.equal((await ada.get('/api/v1/documents?query=nobody')).json.documents.length, 0);
  assert.equal((await ada.get(`${api(kept)}?format=text`)).text, 'stays\n');
  const anew = await bob.makes({ text: 'new', collection: 'docs', id: 'goes' });
  assert.equal(anew.version, 1);
  assert.equal(await roleOf(bob, anew), 'owner');
  assert.deepEqual((await bob.get(`${api(anew)}/versions`)).json.versions.length, 1);
});
