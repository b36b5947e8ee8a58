import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';

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

describe('what is answered after it was cleared', () => {
  it('is not taken, and what is asked for since is fetched', async () => {
    const answers: ((value: string[]) => void)[] = [];
    const of = new Collection<string>(
      (x) => x,
      () => new Promise((resolve) => answers.push(resolve)),
      at,
    );
    const late = of.refresh();
    of.clear();
    answers[0]?.(['former']);
    await late;
    expect([of.state, of.size, of.at_ms]).toEqual(['empty', 0, 0]);
    const before = of.refresh();
    of.clear();
    void of.refresh();
    answers[1]?.(['former']);
    await vi.waitFor(() => expect(answers).toHaveLength(3));
    expect(of.size).toBe(0);
    answers[2]?.(['own']);
    await before;
    expect([of.state, of.list]).toEqual(['ready', ['own']]);
  });
});

describe('what failed', () => {
  beforeEach(() => void vi.useFakeTimers());
  afterEach(() => void vi.useRealTimers());
  function failing(problem: Problem, persistent = true): { doc: Doc<number>; asked: () => number; mend: () => void } {
    let asked = 0;
    let mended = false;
    const doc = new Doc<number>(
      () => {
        asked += 1;
        return mended ? Promise.resolve(5) : Promise.reject(problem);
      },
      at,
      persistent,
    );
    return { doc, asked: () => asked, mend: () => (mended = true) };
  }

  it('is tried again by itself, until it is there', async () => {
    const { doc, asked, mend } = failing(new Problem({ status: 0, title: 'unreachable' }));
    await doc.refresh();
    expect(doc.state).toBe('failed');
    await vi.advanceTimersByTimeAsync(4_000);
    expect(asked()).toBe(2);
    // Ever more rarely.
    await vi.advanceTimersByTimeAsync(60_000);
    expect(asked()).toBeLessThan(12);
    mend();
    await vi.advanceTimersByTimeAsync(16_000);
    expect([doc.state, doc.value, doc.problem]).toEqual(['ready', 5, undefined]);
    const then = asked();
    await vi.advanceTimersByTimeAsync(60_000);
    expect(asked()).toBe(then);
  });
  it('waits as long as the node says', async () => {
    const { doc, asked } = failing(new Problem({ status: 503, title: 'busy', retryAfterMs: 20_000 }));
    await doc.refresh();
    await vi.advanceTimersByTimeAsync(19_000);
    expect(asked()).toBe(1);
    await vi.advanceTimersByTimeAsync(2_000);
    expect(asked()).toBe(2);
    doc.clear();
  });
  it('is not tried again beside who asks for it, nor where it is refused, nor when it is over', async () => {
    const { doc, asked, mend } = failing(new Problem({ status: 500, title: 'broken' }));
    await doc.refresh();
    mend();
    await doc.refresh();
    await vi.advanceTimersByTimeAsync(60_000);
    expect(asked()).toBe(2);

    const refused = failing(new Problem({ status: 403, title: 'no' }));
    await refused.doc.refresh();
    await vi.advanceTimersByTimeAsync(60_000);
    expect(refused.asked()).toBe(1);

    const once = failing(new Problem({ status: 0, title: 'unreachable' }), false);
    await once.doc.refresh();
    await vi.advanceTimersByTimeAsync(60_000);
    expect(once.asked()).toBe(1);

    const over = failing(new Problem({ status: 0, title: 'unreachable' }));
    await over.doc.refresh();
    over.doc.clear();
    const late = over.doc.refresh();
    over.doc.clear();
    await late;
    await vi.advanceTimersByTimeAsync(60_000);
    expect(over.asked()).toBe(2);
  });
});
