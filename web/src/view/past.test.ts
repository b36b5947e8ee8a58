import { describe, expect, it } from 'vitest';

import type { Client } from '../api/client';
import { Problem } from '../api/problem';
import { grain, Past } from './past.svelte';

type Get = Client['get'];
const T = grain(1_800_000_000_000);
const answer = (at_ms: number, next?: number): unknown => ({
  at_ms,
  charter_version: 1,
  entries: 3,
  last_ms: at_ms - 5,
  documents: {
    intents: { intents: [{ id: `i${String(at_ms)}` }], ...(next === undefined ? {} : { next }) },
    ...(next === 7 || next === undefined ? { flights: { flights: [{ id: 'F' }] } } : {}),
  },
});
function of(reply: (query: { at_ms: number; after?: number }) => unknown): { past: Past; asked: number[] } {
  const asked: number[] = [];
  const get = ((_: string, { query }: { query: { at_ms: number; after?: number } }) => {
    asked.push(query.at_ms);
    return Promise.resolve().then(() => reply(query));
  }) as unknown as Get;
  return { past: new Past({ get }, () => Promise.resolve()), asked };
}
const settled = async (): Promise<void> => {
  for (let i = 0; i < 30; i += 1) await Promise.resolve();
};
const problem = (status: number): Problem => new Problem({ status, title: 'x' });

describe('the past', () => {
  it('is asked for once a minute of it, page by page', async () => {
    const { past, asked } = of(({ at_ms, after }) => answer(at_ms, after === undefined ? 7 : undefined));
    past.want(T + 1_000);
    past.want(T + 2_000);
    await settled();
    expect(past.state).toBe('ready');
    expect(asked).toEqual([T, T]);
    expect(past.known?.intents).toHaveLength(2);
    expect(past.known?.flights).toHaveLength(1);
    past.want(undefined);
    expect([past.state, past.known]).toEqual(['idle', undefined]);
    past.want(T);
    expect([past.state, asked.length]).toEqual(['ready', 2]);
  });
  it('comes to what was wished for last, one at a time', async () => {
    const { past, asked } = of(({ at_ms }) => answer(at_ms));
    for (let n = 0; n < 5; n += 1) past.want(T + n * 60_000);
    await settled();
    expect(asked).toEqual([T, T + 240_000]);
    expect(past.known?.at_ms).toBe(T + 240_000);
  });
  it('waits while the node is busy, and says where there is none', async () => {
    let busy = 2;
    const first = of(({ at_ms }) => {
      if ((busy -= 1) >= 0) throw problem(503);
      return answer(at_ms);
    });
    first.past.want(T);
    await settled();
    expect([first.past.state, first.asked.length]).toEqual(['ready', 3]);
    const second = of(() => {
      throw problem(404);
    });
    second.past.want(T);
    await settled();
    second.past.want(T - 600_000);
    await settled();
    expect([second.past.state, second.asked.length]).toEqual(['none', 1]);
  });
  it('shows what went wrong, and is tried again', async () => {
    let wrong = true;
    const { past } = of(({ at_ms }) => {
      if (wrong) throw problem(422);
      return answer(at_ms);
    });
    past.want(T);
    await settled();
    expect([past.state, past.problem?.status]).toEqual(['failed', 422]);
    wrong = false;
    past.retry();
    await settled();
    expect(past.state).toBe('ready');
  });
});
