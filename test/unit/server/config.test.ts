import assert from 'node:assert/strict';
import { generateKeyPairSync } from 'node:crypto';
import { test } from 'node:test';
import { configTable, helpText, readConfig } from '../../../server/config.ts';

const variables = [
  'PORT',
  'HOST',
  'DATA_DIR',
  'MONGO_URL',
  'REDIS_URL',
  'WORKERS',
  'PUBLIC_URL',
  'TRUST_PROXY',
  'RATE_LIMITS',
  'METRICS_TOKEN',
  'SIGN_UP',
  'REQUIRE_SIGN_IN',
  'COLLECTION_ACCESS',
  'SMTP_URL',
  'MAIL_FROM',
  'EMBED_ISSUER',
  'EMBED_AUDIENCE',
  'EMBED_KEY',
  'EMBED_JWKS_URL',
  'FRAME_ANCESTORS',
  'OIDC_ISSUER',
  'OIDC_CLIENT_ID',
  'OIDC_CLIENT_SECRET',
  'OIDC_NAME',
  'LOG_LEVEL',
];

const problemsOf = (env: Record<string, string>, argv: string[] = []) => {
  const reading = readConfig(env, argv);
  return reading.kind === 'problems' ? reading.problems : assert.fail(reading.kind);
};
const configOf = (env: Record<string, string>) => {
  const reading = readConfig(env, []);
  return reading.kind === 'config' ? reading.config : assert.fail(JSON.stringify(reading));
};

test('nothing configured gives the defaults of the contract', () => {
  const config = configOf({});
  assert.deepEqual(config, {
    port: 8080,
    host: '127.0.0.1',
    dataDir: './data',
    mongoUrl: null,
    redisUrl: null,
    workers: 1,
    publicUrl: null,
    trustProxy: [],
    rateLimits: true,
    metricsToken: null,
    signUp: true,
    requireSignIn: false,
    collectionAccess: { '*': { link: 'editor', signedIn: 'none' } },
    smtpUrl: null,
    mailFrom: null,
    embedIssuer: null,
    embedAudience: null,
    embedKey: null,
    embedJwksUrl: null,
    frameAncestors: [],
    oidcIssuer: null,
    oidcClientId: null,
    oidcClientSecret: null,
    oidcName: null,
    logLevel: 'info',
  });
  assert.ok(Object.isFrozen(config));
  assert.deepEqual(configOf({ PORT: '', HOST: '  ' }), config, 'empty counts as unset');
});

test('every value is read', () => {
  assert.deepEqual(
    configOf({
      PORT: '0',
      HOST: '::',
      DATA_DIR: '/srv/pad',
      MONGO_URL: 'mongodb://ada:secret@one:27017,two:27017/pad?replicaSet=r',
      REDIS_URL: 'rediss://:hush@redis.example:6380/2',
      WORKERS: '4',
      PUBLIC_URL: 'https://Pad.Example.org/',
      TRUST_PROXY: '10.0.0.0/8, loopback,::1',
      RATE_LIMITS: 'off',
      METRICS_TOKEN: 'a-token-of-some-length',
      SIGN_UP: 'off',
      REQUIRE_SIGN_IN: 'on',
      COLLECTION_ACCESS: 'notes:restricted, wiki:signed-in:viewer,*:link:commenter',
      SMTP_URL: 'smtps://me:secret@mail.example.org',
      MAIL_FROM: 'Deltapad <pad@example.org>',
      EMBED_ISSUER: 'https://app.example.org',
      EMBED_AUDIENCE: 'pad',
      EMBED_JWKS_URL: 'https://app.example.org/keys',
      FRAME_ANCESTORS: 'https://app.example.org, https://*.Example.org:8443',
      OIDC_ISSUER: 'https://id.example.org',
      OIDC_CLIENT_ID: 'pad',
      OIDC_CLIENT_SECRET: 'hush',
      OIDC_NAME: 'Example',
      LOG_LEVEL: 'debug',
    }),
    {
      port: 0,
      host: '::',
      dataDir: '/srv/pad',
      mongoUrl: 'mongodb://ada:secret@one:27017,two:27017/pad?replicaSet=r',
      redisUrl: 'rediss://:hush@redis.example:6380/2',
      workers: 4,
      publicUrl: 'https://pad.example.org',
      trustProxy: ['10.0.0.0/8', 'loopback', '::1'],
      rateLimits: false,
      metricsToken: 'a-token-of-some-length',
      signUp: false,
      requireSignIn: true,
      collectionAccess: {
        notes: { link: 'none', signedIn: 'none' },
        wiki: { link: 'none', signedIn: 'viewer' },
        '*': { link: 'commenter', signedIn: 'none' },
      },
      smtpUrl: 'smtps://me:secret@mail.example.org',
      mailFrom: 'Deltapad <pad@example.org>',
      embedIssuer: 'https://app.example.org',
      embedAudience: 'pad',
      embedKey: null,
      embedJwksUrl: 'https://app.example.org/keys',
      frameAncestors: ['https://app.example.org', 'https://*.example.org:8443'],
      oidcIssuer: 'https://id.example.org',
      oidcClientId: 'pad',
      oidcClientSecret: 'hush',
      oidcName: 'Example',
      logLevel: 'debug',
    },
  );
});

test('all problems are reported at once, each by its name', () => {
  const problems = problemsOf(
    { PORT: '70000', HOST: 'a b', PUBLIC_URL: 'ftp://x', TRUST_PROXY: '1.2.3', RATE_LIMITS: 'no' },
    ['--port=1'],
  );
  assert.equal(problems.length, 6);
  for (const name of ['PORT', 'HOST', 'PUBLIC_URL', 'TRUST_PROXY', 'RATE_LIMITS', '--port=1']) {
    assert.ok(
      problems.some((problem) => problem.startsWith(name)),
      name,
    );
  }
});

for (const [variable, text] of [
  ['PORT', '-1'],
  ['PORT', '80x'],
  ['PORT', '1e3'],
  ['HOST', 'localhost:80'],
  ['HOST', 'http://x'],
  ['PUBLIC_URL', 'pad.example.org'],
  ['PUBLIC_URL', 'https://x.example/pad'],
  ['PUBLIC_URL', 'https://a:b@x.example'],
  ['PUBLIC_URL', 'javascript:alert(1)'],
  ['TRUST_PROXY', 'all'],
  ['TRUST_PROXY', '10.0.0.0/33'],
  ['TRUST_PROXY', '10.0.0.0/0'],
  ['TRUST_PROXY', '10.0.0.1,'],
  ['SIGN_UP', 'maybe'],
  ['REQUIRE_SIGN_IN', 'yes'],
  ['COLLECTION_ACCESS', 'notes'],
  ['COLLECTION_ACCESS', 'Notes:link'],
  ['COLLECTION_ACCESS', 'notes:link:owner'],
  ['COLLECTION_ACCESS', 'notes:public'],
  ['COLLECTION_ACCESS', 'notes:link,notes:restricted'],
  ['COLLECTION_ACCESS', 'notes:link:viewer:x'],
  ['MAIL_FROM', 'nobody'],
  ['EMBED_JWKS_URL', 'http://app.example.org/keys'],
  ['EMBED_JWKS_URL', 'file:///keys'],
  ['FRAME_ANCESTORS', '*'],
  ['FRAME_ANCESTORS', 'https:'],
  ['FRAME_ANCESTORS', 'https://app.example.org/path'],
  ['FRAME_ANCESTORS', "https://a.example 'self'"],
  ['OIDC_ISSUER', 'http://id.example.org'],
  ['LOG_LEVEL', 'loud'],
] as const) {
  test(`${variable}=${text} is refused by name`, () => {
    const problems = problemsOf({ [variable]: text });
    assert.equal(problems.length, 1);
    assert.ok(problems[0]!.startsWith(`${variable} `) && problems[0]!.includes(text), problems[0]);
  });
}

test('help and the table name every variable with its default', () => {
  for (const argument of ['--help', '-h']) {
    assert.deepEqual(readConfig({ PORT: 'x' }, [argument]), { kind: 'help' });
  }
  for (const variable of variables) {
    assert.ok(helpText().includes(`  ${variable} `), variable);
    assert.ok(configTable().includes(`| \`${variable}\` |`), variable);
  }
  assert.ok(helpText().includes('[8080]'));
  assert.equal(configTable().split('\n').length, variables.length + 2);
});

test('a Mongo address must name a server and a database, and is never printed', () => {
  for (const url of [
    'ada:secret@host/pad',
    'mongodb://',
    'mongodb:///pad',
    'mongodb://ada:secret@host',
    'mongodb://ada:secret@host/',
    'mongodb://ada:secret@host/?w=majority',
  ]) {
    const problems = problemsOf({ MONGO_URL: url });
    assert.equal(problems.length, 1, url);
    assert.match(problems[0]!, /^MONGO_URL must/);
    assert.doesNotMatch(problems[0]!, /secret/);
  }
});

test('a token for the metrics has a length worth guessing at, and is never printed', () => {
  for (const token of ['short', 'with a space in its middle', 'x'.repeat(257)]) {
    const problems = problemsOf({ METRICS_TOKEN: token });
    assert.equal(problems.length, 1, token);
    assert.match(problems[0]!, /^METRICS_TOKEN must/);
    assert.ok(!problems[0]!.includes(token));
  }
});

test('mail needs a sender and the address of its links, and its password is never printed', () => {
  const problems = problemsOf({ SMTP_URL: 'smtp://me:secret@mail' });
  assert.deepEqual(problems, ['SMTP_URL needs MAIL_FROM.', 'SMTP_URL needs PUBLIC_URL.']);
  const wrong = problemsOf({ SMTP_URL: 'http://me:secret@mail' });
  assert.equal(wrong.length, 1);
  assert.doesNotMatch(wrong[0]!, /secret/);
});

test('several workers need a store that several processes may have', () => {
  const mongo = { MONGO_URL: 'mongodb://127.0.0.1/pad' };
  for (const [env, argv] of [
    [{ WORKERS: '2' }, []],
    [{}, ['--workers', '2']],
    [{ WORKERS: '1' }, ['--workers=2']],
  ] as const) {
    assert.deepEqual(problemsOf(env, [...argv]), [
      'WORKERS is 2, which needs MONGO_URL: the SQLite file in DATA_DIR belongs to one process.',
    ]);
    const reading = readConfig({ ...env, ...mongo }, argv);
    assert.equal(reading.kind === 'config' && reading.config.workers, 2);
  }
  assert.equal(configOf({ ...mongo, WORKERS: '3' }).workers, 3);
  for (const argv of [['--workers'], ['--workers', 'many'], ['--workers=0'], ['--workers=']]) {
    assert.match(problemsOf(mongo, argv).join(), /^WORKERS must be a number of processes, 1 to 64/);
  }
  assert.match(problemsOf({}, ['--worker', '2']).join(), /^--worker: not an argument/);
});

test('a Redis address is one, and its password is not printed', () => {
  for (const REDIS_URL of ['127.0.0.1:6379', 'http://redis', 'redis://', 'redis://:hush@one/x']) {
    const [problem = ''] = problemsOf({ REDIS_URL });
    assert.match(problem, /^REDIS_URL must be an address such as redis:/);
    assert.doesNotMatch(problem, /hush/);
  }
});

const embed = {
  EMBED_ISSUER: 'https://app.example.org',
  EMBED_AUDIENCE: 'pad',
  EMBED_KEY: 'a shared secret of 32 bytes or more.',
  FRAME_ANCESTORS: 'https://app.example.org',
};

test('embedding is set up as a whole, over https, with one kind of key', () => {
  assert.equal(configOf(embed).embedKey, embed.EMBED_KEY);
  assert.deepEqual(problemsOf({ FRAME_ANCESTORS: 'https://app.example.org' }), [
    'Embedding also needs EMBED_ISSUER, EMBED_AUDIENCE, EMBED_KEY or EMBED_JWKS_URL.',
  ]);
  for (const left of Object.keys(embed)) {
    const [problem = ''] = problemsOf({ ...embed, [left]: '' });
    assert.match(problem, new RegExp(`^Embedding also needs ${left}`));
  }
  assert.match(
    problemsOf({ ...embed, EMBED_JWKS_URL: 'https://app.example.org/keys' })[0]!,
    /only one/,
  );
  assert.match(problemsOf({ ...embed, PUBLIC_URL: 'http://pad.example.org' })[0]!, /https/);
  configOf({ ...embed, PUBLIC_URL: 'http://localhost:8080' });
});

test('a key to check tokens with is a public one, or a secret that cannot be guessed', () => {
  const pem = (type: 'spki' | 'pkcs8', kind: 'rsa' | 'ed25519' | 'x25519', bits = 2048) => {
    const options = { modulusLength: bits };
    const { publicKey, privateKey } = generateKeyPairSync(kind as 'rsa', options);
    const key = type === 'spki' ? publicKey : privateKey;
    return key.export({ type: type as 'spki', format: 'pem' }).toString();
  };
  for (const good of [pem('spki', 'rsa'), pem('spki', 'ed25519')]) {
    assert.equal(configOf({ ...embed, EMBED_KEY: good }).embedKey, good.trim());
    const oneLine = good.trim().replaceAll('\n', '\\n');
    assert.equal(configOf({ ...embed, EMBED_KEY: oneLine }).embedKey, good.trim());
  }
  for (const bad of [
    'short',
    '{"kty":"EC","crv":"P-256","x":"AAAAAAAAAAAAAAAAAAA"}',
    'ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIAAAAAAAAAAAAAAA',
    '-----BEGIN PUBLIC KEY-----\nnonsense\n-----END PUBLIC KEY-----',
    pem('pkcs8', 'ed25519'),
    pem('spki', 'x25519'),
    pem('spki', 'rsa', 1024),
  ]) {
    const problems = problemsOf({ ...embed, EMBED_KEY: bad });
    assert.equal(problems.length, 1, problems.join());
    assert.match(problems[0]!, /^EMBED_KEY must/);
    assert.ok(!problems[0]!.includes(bad));
  }
});
