import assert from 'node:assert/strict';
import { test } from 'node:test';
import { httpRates } from '../../../core/limits.ts';
import { createOriginRule } from '../../../server/http/origin.ts';
import { createRateLimit } from '../../../server/http/rate-limit.ts';
import { acceptsEncoding } from '../../../server/http/respond.ts';
import { dataScript, html, trusted } from '../../../server/pages/html.ts';

const host = 'pad.example:8080';

test('without PUBLIC_URL, the origin that the browser asked is ours and no other', () => {
  const rule = createOriginRule(null);
  assert.equal(rule.own({ host }), 'http://pad.example:8080');
  assert.ok(rule.allowed({ host, origin: 'http://pad.example:8080' }));
  for (const origin of [
    'https://pad.example:8080',
    'http://pad.example',
    'http://pad.example:8081',
    'http://pad.example:8080.evil.example',
    'http://evil-pad.example:8080',
    'http://x@pad.example:8080',
    'http://pad.example:8080, http://evil.example',
    'http://pad.example:8080/',
    'null',
    '',
  ]) {
    assert.ok(!rule.allowed({ host, origin }), origin);
  }
});

test('behind a proxy that speaks https, the https origin of the same host is ours', () => {
  const rule = createOriginRule(null);
  const headers = { host: 'pad.example', 'x-forwarded-proto': 'https' };
  assert.ok(rule.allowed({ ...headers, origin: 'https://pad.example' }));
  assert.ok(!rule.allowed({ ...headers, origin: 'http://pad.example' }));
});

test('with PUBLIC_URL, another name that points here is not ours, this computer is', () => {
  const rule = createOriginRule('https://pad.example');
  assert.equal(rule.own({ host: 'evil.example' }), 'https://pad.example');
  assert.ok(rule.allowed({ host: '127.0.0.1:1', origin: 'https://pad.example' }));
  assert.ok(!rule.allowed({ host: 'evil.example', origin: 'http://evil.example' }));
  assert.ok(rule.allowed({ host: 'localhost:8080', origin: 'http://localhost:8080' }));
  assert.ok(!rule.allowed({ host: 'localhost:8080', origin: 'http://evil.example' }));
});

test('who names no origin is a script, unless the browser says another site asks', () => {
  const rule = createOriginRule(null);
  assert.ok(rule.allowed({ host }));
  assert.ok(rule.allowed({ host, 'sec-fetch-site': 'same-origin' }));
  assert.ok(rule.allowed({ host, 'sec-fetch-site': 'none' }));
  assert.ok(!rule.allowed({ host, 'sec-fetch-site': 'cross-site' }));
  assert.ok(!rule.allowed({ host, 'sec-fetch-site': 'same-site' }));
});

test('a host that is none makes no header of ours', () => {
  const rule = createOriginRule(null);
  for (const bad of ['a b', 'x;y', "x' *", 'x/y', '', 'x\r\n']) {
    assert.equal(rule.own({ host: bad }), 'http://localhost', bad);
    assert.ok(!rule.allowed({ host: bad, origin: `http://${bad}` }), bad);
  }
});

test('a person may do a burst, then so many a second; another person is not held up', () => {
  let now = 0;
  const limit = createRateLimit({ now: () => now, after: () => () => {} });
  const { burst, perSecond } = httpRates.write;
  for (let i = 0; i < burst; i++) assert.equal(limit.take('write', 'a', 'ada'), 0);
  assert.ok(limit.take('write', 'a', 'ada') > 0);
  assert.equal(limit.take('write', 'a', 'bob'), 0);
  assert.equal(limit.take('read', 'a', 'ada'), 0);
  now += 1000;
  for (let i = 0; i < perSecond; i++) assert.equal(limit.take('write', 'a', 'ada'), 0);
  assert.ok(limit.take('write', 'a', 'ada') > 0);
});

test('an address that makes new people all the time is held up all the same', () => {
  const limit = createRateLimit({ now: () => 0, after: () => () => {} });
  const refused = Array.from({ length: httpRates.write.burst * 10 + 1 }, (_, i) =>
    limit.take('write', 'a', `p${i}`),
  ).filter((wait) => wait > 0);
  assert.equal(refused.length, 1);
});

test('an encoding is taken when it is named, unless with q=0', () => {
  assert.ok(acceptsEncoding('gzip, deflate, br', 'br'));
  assert.ok(acceptsEncoding('GZIP;q=0.5', 'gzip'));
  assert.ok(acceptsEncoding('*', 'br'));
  assert.ok(!acceptsEncoding('br;q=0, *', 'br'));
  assert.ok(!acceptsEncoding('brx', 'br'));
  assert.ok(!acceptsEncoding(undefined, 'gzip'));
});

test('a template escapes everything that is not a template', () => {
  const name = `<b title="x">&'`;
  assert.equal(
    html`<p title="${name}">${name}${[html`<i>`, '<']}${null}${false}${undefined}${0}</p>`.text,
    '<p title="&lt;b title=&quot;x&quot;&gt;&amp;&#39;">&lt;b title=&quot;x&quot;&gt;&amp;&#39;<i>&lt;0</p>',
  );
  assert.equal(html`${trusted('<b>')}`.text, '<b>');
});

test('data for the script cannot end its element', () => {
  const value = { a: '</script><!--<script>\u2028' };
  const { text } = dataScript('boot', value);
  assert.equal(text.match(/</g)?.length, 2);
  assert.ok(!text.includes('\u2028'));
  assert.deepEqual(JSON.parse(text.replace(/<[^>]*>/g, '')), value);
});
