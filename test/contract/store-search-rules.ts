// Rules S24–S28 of server/store/CONTRACT.md: search.

import assert from 'node:assert/strict';
import { test } from 'node:test';
import { type DocumentKey, documentKey } from '../../core/ids.ts';
import type { Store } from '../../server/store/store.ts';
import { aDocument, type TheStore } from './store-contract.ts';

/** Indexes documents under names; gives back how to search among them, by name. */
async function indexed(store: Store, texts: Record<string, [title: string, text: string]>) {
  const keys = new Map<string, DocumentKey>();
  for (const [name, [title, text]] of Object.entries(texts)) {
    const key = documentKey(aDocument('search'));
    keys.set(name, key);
    await store.search.index(key, { title, text });
  }
  const names = new Map([...keys].map(([name, key]) => [key, name]));
  const find = async (query: string, among = [...keys.keys()], limit = 20) => {
    const within = among.map((name) => keys.get(name) as DocumentKey);
    const hits = await store.search.find(query, within, limit);
    const scores = hits.map(({ score }) => score);
    assert.deepEqual(
      scores,
      scores.toSorted((a, b) => b - a),
      'best first',
    );
    return hits.map(({ key }) => names.get(key));
  };
  return { find, key: (name: string) => keys.get(name) as DocumentKey };
}

export function searchRules(store: TheStore): void {
  test('[S24] every word must occur, in the title or the text, the last one as a prefix', async () => {
    const { find } = await indexed(store(), {
      minutes: ['Minutes of the board', 'We talked about the budget for spring.'],
      budget: ['Budget', 'Numbers of last autumn.'],
      empty: ['', ''],
    });
    assert.deepEqual((await find('budget')).toSorted(), ['budget', 'minutes']);
    assert.deepEqual(await find('board budget'), ['minutes']);
    assert.deepEqual(await find('budget board spr'), ['minutes']);
    assert.deepEqual(await find('spr budget'), []);
    assert.deepEqual(await find('autumn spring'), []);
    assert.deepEqual(await find('udget'), []);
  });

  test('[S24] case, width and accents do not matter', async () => {
    const { find } = await indexed(store(), { cafe: ['Crème BRÛLÉE', 'Straße, ｆｕｌｌ, ΟΔΟΣ'] });
    for (const query of ['creme', 'CRÈME brulee', 'strasse', 'STRASSE', 'full', 'οδος', 'Οδοσ']) {
      assert.deepEqual(await find(query), ['cafe'], query);
    }
  });

  test('[S24] marks inside a word do not cut it', async () => {
    const { find } = await indexed(store(), { hindi: ['हिन्दी', ''] });
    assert.deepEqual(await find('हिन्दी'), ['hindi']);
    assert.deepEqual(await find('हिन'), ['hindi']);
    assert.deepEqual(await find('न्दी'), []);
  });

  test('[S24] a query without words finds nothing, one of signs only does no harm', async () => {
    const { find } = await indexed(store(), {
      a: ['A title', 'and or not near "quoted" title: col'],
    });
    for (const query of ['', '   ', '"', '*', '(', '-"" *:^', '🎉']) {
      assert.deepEqual(await find(query), [], query);
    }
    for (const query of [
      'AND',
      'not near',
      '"quoted"',
      'title:',
      'NEAR(quoted)',
      'quoted*',
      "quo'",
    ]) {
      assert.deepEqual(await find(query), ['a'], query);
    }
  });

  test('[S25] only among within, also when it holds thousands, and at most limit', async () => {
    const { find, key } = await indexed(store(), {
      a: ['walnut', ''],
      b: ['walnut', ''],
      c: ['walnut', ''],
    });
    assert.deepEqual((await find('walnut', ['a', 'c'])).toSorted(), ['a', 'c']);
    assert.deepEqual(await find('walnut', []), []);
    assert.equal((await find('walnut', ['a', 'b', 'c'], 2)).length, 2);
    const others = Array.from({ length: 5000 }, (_, i) => `search/other-${i}` as DocumentKey);
    const hits = await store().search.find('walnut', [...others, key('b')], 20);
    assert.deepEqual(
      hits.map((hit) => hit.key),
      [key('b')],
    );
  });

  test('[S26] a word in the title weighs more than one in the text', async () => {
    const { find } = await indexed(store(), {
      text: ['Shopping', 'Bread, quince and butter.'],
      title: ['Quince jelly', 'A recipe with sugar and lemons.'],
      neither: ['Something else', 'without the fruit'],
    });
    assert.deepEqual(await find('quince'), ['title', 'text']);
  });

  test('[S27] Chinese, Japanese and Korean are found by one character and by exact runs', async () => {
    const { find } = await indexed(store(), {
      beijing: ['北京大学', '我们在图书馆见面。'],
      capital: ['京都', '北の都 ガチャ'],
      korean: ['회의록', '한국어 문서'],
    });
    assert.deepEqual(await find('北京'), ['beijing']);
    assert.deepEqual(await find('京北'), []);
    assert.deepEqual(await find('图书馆'), ['beijing']);
    assert.deepEqual(await find('图馆'), []);
    assert.deepEqual((await find('京')).toSorted(), ['beijing', 'capital']);
    assert.deepEqual(await find('ｶﾞﾁｬ'), ['capital']);
    assert.deepEqual(await find('한국'), ['korean']);
    assert.deepEqual(await find('北京 见面'), ['beijing']);
  });

  test('[S28] indexing again replaces, what was removed is not found', async () => {
    const { find, key } = await indexed(store(), { a: ['plum', 'stone'], b: ['plum', 'stone'] });
    await store().search.index(key('a'), { title: 'cherry', text: 'tree' });
    assert.deepEqual(await find('plum'), ['b']);
    assert.deepEqual(await find('cherry tree'), ['a']);
    assert.deepEqual(await find('cherry stone'), []);
    await store().search.remove(key('a'));
    await store().search.remove(key('a'));
    assert.deepEqual(await find('cherry'), []);
    await store().search.index(key('a'), { title: 'plum', text: '' });
    assert.deepEqual((await find('plum')).toSorted(), ['a', 'b']);
  });
}
