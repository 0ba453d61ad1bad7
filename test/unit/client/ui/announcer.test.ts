import assert from 'node:assert/strict';
import { test } from 'node:test';
import { createAnnouncer } from '../../../../client/ui/announcer.ts';
import { createTranslate, type Locale } from '../../../../core/i18n/i18n.ts';

/** An announcer whose time is moved by hand. */
function stage(locale: Locale = 'en') {
  let time = 0;
  let waiting: { at: number; run: () => void } | null = null;
  const announcer = createAnnouncer({
    t: createTranslate(locale),
    locale,
    now: () => time,
    after: (run, delayMs) => {
      waiting = { at: time + delayMs, run };
      return () => {
        waiting = null;
      };
    },
  });
  return {
    announcer,
    said: () => announcer.text.value.replace('\u00a0', ''),
    pass(ms: number) {
      time += ms;
      if (waiting && waiting.at <= time) {
        const { run } = waiting;
        waiting = null;
        run();
      }
    },
  };
}

test('the first sentence is said at once, the next only three seconds later', () => {
  const { announcer, said, pass } = stage();
  announcer.say('Link copied');
  assert.equal(said(), 'Link copied');
  announcer.say('Back online.');
  pass(2_999);
  assert.equal(said(), 'Link copied');
  pass(1);
  assert.equal(said(), 'Back online.');
});

test('what piles up is one sentence: names joined, sentences after them', () => {
  const { announcer, said, pass } = stage();
  announcer.say('Link copied');
  announcer.joined('Ana');
  announcer.joined('Ben');
  announcer.left('Jun');
  announcer.say('Back online.');
  pass(3_000);
  assert.equal(said(), 'Ana and Ben joined. Jun left. Back online.');
});

test('more than three people are counted, not named', () => {
  const { announcer, said, pass } = stage();
  announcer.say('x');
  for (const name of ['Ana', 'Ben', 'Jun', 'Mara']) announcer.joined(name);
  pass(3_000);
  assert.equal(said(), '4 people joined.');
});

test('who came and left meanwhile is not mentioned', () => {
  const { announcer, said, pass } = stage();
  announcer.say('x');
  announcer.joined('Ana');
  announcer.left('Ana');
  pass(3_000);
  assert.equal(said(), 'x');
});

test('the same sentence again is another text, or a screen reader would keep silent', () => {
  const { announcer, pass } = stage();
  announcer.say('Link copied');
  const before = announcer.text.value;
  pass(3_000);
  announcer.say('Link copied');
  assert.notEqual(announcer.text.value, before);
  assert.equal(announcer.text.value.trim(), 'Link copied');
});

test('Chinese joins names in its own way', () => {
  const { announcer, said, pass } = stage('zh-CN');
  announcer.say('x');
  announcer.joined('林静');
  announcer.joined('周末');
  pass(3_000);
  assert.equal(said(), '林静和周末加入了。');
});

test('after its end nothing is said any more', () => {
  const { announcer, said, pass } = stage();
  announcer.say('first');
  announcer.say('second');
  announcer.close();
  pass(10_000);
  assert.equal(said(), 'first');
});
