import { describe, expect, it } from 'vitest';

import { Problem } from '../api/problem';
import { Collection, Doc } from './collection.svelte';

const at = (): number => 7;

describe('Collection', () => {
  it('replaces, changes, and keeps the order', async () => {
    const of = new Collection<{ id: string; n: number }>(
      (x) => x.id,
      () =>
        Promise.resolve([
          { id: 'a', n: 1 },
          { id: 'b', n: 1 },
        ]),
      at,
    );
    expect(of.state).toBe('empty');
    await of.refresh();
    expect([of.state, of.size, of.at_ms]).toEqual(['ready', 2, 7]);
    of.change(
      [
        { id: 'a', n: 2 },
        { id: 'c', n: 3 },
      ],
      ['b'],
    );
    expect(of.list).toEqual([
      { id: 'a', n: 2 },
      { id: 'c', n: 3 },
    ]);
    expect(of.get('b')).toBeUndefined();
    of.clear();
    expect([of.state, of.size]).toEqual(['empty', 0]);
  });

  it('fetches once more for who asks meanwhile', async () => {
    let asked = 0;
    const of = new Collection<string>(
      (x) => x,
      () => Promise.resolve([String(++asked)]),
      at,
    );
    await Promise.all([of.refresh(), of.refresh(), of.refresh()]);
    expect(of.list).toEqual(['2']);
  });
});

describe('Doc', () => {
  it('keeps the last value when a fetch fails', async () => {
    let fails = false;
    const doc = new Doc<number>(
      () => (fails ? Promise.reject(new Problem({ status: 503, title: 'busy' })) : Promise.resolve(5)),
      at,
    );
    await doc.refresh();
    fails = true;
    await doc.refresh();
    expect([doc.value, doc.state, doc.problem?.status]).toEqual([5, 'failed', 503]);
  });
});
