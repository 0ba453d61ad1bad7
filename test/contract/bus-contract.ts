// The rules of a bus (server/bus/bus.ts), run once for every bus. Titles carry their ids.

import assert from 'node:assert/strict';
import { describe, type TestContext, test } from 'node:test';
import { limits } from '../../core/limits.ts';
import type { Bus } from '../../server/bus/bus.ts';
import { until } from '../helpers/until.ts';

export interface BusesUnderTest {
  /** One more process. Ready: what it publishes from now on is heard. */
  join(): Promise<Bus>;
  /** Loses messages for a moment; resolves when all is well again. Absent: this bus cannot. */
  interrupt?(): Promise<void>;
}

interface Heard {
  channel: string;
  message: unknown;
  from: string;
}

export function busContract(
  name: string,
  open: (t: TestContext) => Promise<BusesUnderTest>,
  skip: string | false = false,
): void {
  const rule = (title: string, run: (buses: BusesUnderTest, t: TestContext) => Promise<void>) =>
    test(title, { skip }, async (t) => run(await open(t), t));

  async function hears(bus: Bus, ...channels: string[]): Promise<Heard[]> {
    const heard: Heard[] = [];
    for (const channel of channels) {
      await bus.subscribe(channel, (message, from) => heard.push({ channel, message, from }));
    }
    return heard;
  }
  const messages = (heard: readonly Heard[]) => heard.map(({ message }) => message);

  describe(`${name}: the rules of a bus`, () => {
    rule(
      '[B1] a message reaches every other subscriber, never its sender, once',
      async ({ join }) => {
        const [ada, bob, eve] = [await join(), await join(), await join()];
        assert.equal(new Set([ada.self, bob.self, eve.self]).size, 3);
        const own = await hears(ada, 'one', 'end');
        const theirs = await hears(bob, 'one', 'end');
        const others = await hears(eve, 'two', 'end');
        assert.equal(ada.publish('one', { n: 1 }), true);
        bob.publish('end', 'bob');
        ada.publish('end', 'ada');
        await until(
          'the last came',
          () => theirs.length === 2 && own.length === 1 && others.length === 2,
        );
        assert.deepEqual(theirs[0], { channel: 'one', message: { n: 1 }, from: ada.self });
        assert.deepEqual(messages(own), ['bob']);
        assert.deepEqual(messages(others).sort(), ['ada', 'bob']);
      },
    );

    rule(
      '[B2] messages of one sender arrive in their order, over all channels',
      async ({ join }) => {
        const [ada, bob] = [await join(), await join()];
        const heard = await hears(bob, 'a', 'b');
        for (let i = 0; i < 500; i++) ada.publish(i % 3 ? 'a' : 'b', i);
        await until('all came', () => heard.length === 500);
        assert.deepEqual(
          messages(heard),
          Array.from({ length: 500 }, (_, i) => i),
        );
      },
    );

    rule('[B3] what is published after subscribe has resolved arrives', async ({ join }) => {
      const [ada, bob] = [await join(), await join()];
      for (let i = 0; i < 30; i++) {
        const heard = await hears(bob, `c${i}`);
        ada.publish(`c${i}`, i);
        await until('it came', () => heard.length === 1);
      }
    });

    rule('[B4] after unsubscribe and after close nothing arrives', async ({ join }) => {
      const [ada, bob, eve] = [await join(), await join(), await join()];
      const bobs = await hears(bob, 'a', 'end');
      const eves = await hears(eve, 'a');
      bob.unsubscribe('a');
      bob.unsubscribe('never');
      await eve.close();
      // Bob's own wish is known when something he asked for later is answered.
      await bob.subscribe('later', () => undefined);
      ada.publish('a', 1);
      ada.publish('end', 2);
      await until('the last came', () => bobs.length > 0);
      assert.deepEqual([...messages(bobs), ...messages(eves)], [2]);
      assert.equal(eve.publish('end', 3), false);
      await eve.subscribe('a', () => undefined);
      await eve.close();
    });

    rule('[B4] subscribed again, it is heard again', async ({ join }) => {
      const [ada, bob] = [await join(), await join()];
      await hears(bob, 'a');
      bob.unsubscribe('a');
      const heard = await hears(bob, 'a');
      ada.publish('a', 'again');
      await until('it came', () => heard.length === 1);
    });

    rule(
      '[B5] any JSON and any Unicode arrives equal; what is too large is not sent',
      async ({ join }) => {
        const [ada, bob] = [await join(), await join()];
        const heard = await hears(bob, 'a');
        const odd = 'é 北京 🎉 \u0000 \u2028 \ud800 " \\ </script>';
        const sent: unknown[] = [null, 0, '', odd, [[], {}], { [odd]: [odd, 1.5, true, null] }];
        for (const message of sent) assert.equal(ada.publish('a', message), true);
        const large = 'x'.repeat(limits.maxOpBytes);
        assert.equal(ada.publish('a', large), true);
        assert.equal(ada.publish('a', '京'.repeat(limits.maxBusMessageBytes / 2)), false);
        ada.publish('a', 'last');
        await until('the last came', () => heard.at(-1)?.message === 'last');
        assert.deepEqual(messages(heard), [...sent, large, 'last']);
      },
    );

    rule('[B7] a listener that throws disturbs nobody', async ({ join }) => {
      const [ada, bob] = [await join(), await join()];
      await bob.subscribe('bad', () => {
        throw new Error('on purpose');
      });
      const heard = await hears(bob, 'good');
      ada.publish('bad', 1);
      ada.publish('good', 2);
      await until('it came', () => heard.length === 1);
    });

    rule(
      '[B6] [B8] after a break all is subscribed again, then the gap is told',
      async (buses, t) => {
        if (!buses.interrupt) return t.skip('this bus cannot break');
        const [ada, bob] = [await buses.join(), await buses.join()];
        const channels = Array.from({ length: 40 }, (_, i) => `c${i}`);
        const heard = await hears(bob, ...channels);
        let gaps = 0;
        bob.onGap(() => {
          gaps++;
        });
        const during = buses.interrupt();
        assert.equal(typeof ada.publish('c0', 'perhaps lost'), 'boolean');
        await bob.subscribe('while away', (message, from) =>
          heard.push({ channel: 'while away', message, from }),
        );
        await during;
        await until('the gap is told', () => gaps > 0);
        heard.length = 0;
        const eve = await buses.join();
        for (const channel of [...channels, 'while away']) eve.publish(channel, 'once');
        await until('all is heard', () => heard.length >= 41);
        assert.equal(new Set(heard.map(({ channel }) => channel)).size, 41);
      },
    );
  });
}
