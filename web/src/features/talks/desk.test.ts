import { flushSync } from 'svelte';
import { afterEach, beforeEach, expect, it, vi } from 'vitest';

import { api } from '../../api/client';
import type { SessionState, Thread } from '../../api/documents';
import { Problem } from '../../api/problem';
import { session } from '../../state/session.svelte';
import type { TalkMessage } from '../../state/threads.svelte';
import { world } from '../../state/world.svelte';
import { desk } from './desk.svelte';

const PAGE = 3;
const all: TalkMessage[] = [];
/** Pages before the newest are answered behind this. */
let slow = Promise.resolve();
let stop: () => void;
const numbers = (): number[] => desk.lines.map((line) => line.message.number);
const settle = async (): Promise<void> => {
  await new Promise((resolve) => setTimeout(resolve, 0));
  flushSync();
};
/** So many more are said, and the thread is another. */
async function say(n: number): Promise<void> {
  for (let i = 0; i < n; i++) {
    const number = all.length + 1;
    all.push({
      content: `c${String(number)}`,
      from: 'fr',
      number,
      time_ms: number,
      recipients: [],
    } as unknown as TalkMessage);
  }
  const thread = { opener: 'fr', thread: 'talk-us', parties: ['fr', 'us'], state: 'settled', messages: all.length };
  world.threads.replace([{ ...thread, changed_ms: all.length } as unknown as Thread]);
  flushSync();
  await settle();
}
beforeEach(() => {
  all.length = 0;
  vi.spyOn(api, 'get').mockImplementation(((_: string, asked: { query: { before_ms?: number } }) => {
    const until = all.filter((m) => m.time_ms < (asked.query.before_ms ?? Infinity));
    const page = { messages: until.slice(-PAGE), more: until.length > PAGE };
    return asked.query.before_ms === undefined ? Promise.resolve(page) : slow.then(() => page);
  }) as unknown as typeof api.get);
  const peers = { self: 'us', peers: [{ id: 'fr' }] };
  world.peers.value = peers as unknown as NonNullable<typeof world.peers.value>;
  stop = desk.start();
});
afterEach(() => {
  vi.useRealTimers();
  session.who = undefined;
  stop();
  world.peers.clear();
  world.threads.clear();
});

it('keeps what falls out of the newest page where older ones were fetched', async () => {
  await say(5);
  expect(numbers()).toEqual([3, 4, 5]);
  await desk.fetchOlder();
  expect(numbers()).toEqual([1, 2, 3, 4, 5]);
  expect(desk.more).toBe(false);
  await say(1);
  await say(2);
  expect(numbers()).toEqual([1, 2, 3, 4, 5, 6, 7, 8]);
});
it('fetches it again where more has come than a page', async () => {
  await say(5);
  await desk.fetchOlder();
  await say(6);
  expect(numbers()).toEqual([9, 10, 11]);
  while (desk.more) await desk.fetchOlder();
  expect(numbers()).toEqual([1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11]);
});
it('loses nothing that comes while the page before is under way', async () => {
  await say(5);
  let answer = (): void => undefined;
  slow = new Promise((resolve) => (answer = resolve));
  const fetching = desk.fetchOlder();
  await say(2);
  answer();
  await fetching;
  expect(numbers()).toEqual([1, 2, 3, 4, 5, 6, 7]);
});
it('asks again to mark as read where the node may not have heard it, and not where it said no', async () => {
  vi.useFakeTimers();
  session.who = { scopes: ['talks.write'] } as unknown as SessionState;
  const raw = vi.spyOn(api, 'raw');
  const looksAfter = async (problem: Problem, hash: string, ms: number): Promise<number> => {
    raw.mockRejectedValue(problem);
    const before = desk.looks;
    await desk.read(hash);
    await vi.advanceTimersByTimeAsync(ms);
    return desk.looks - before;
  };
  expect(await looksAfter(new Problem({ status: 0, title: 'no answer' }), 'a', 11_000)).toBe(1);
  expect(await looksAfter(new Problem({ status: 403, title: 'no' }), 'b', 60_000)).toBe(0);
  const busy = new Problem({ status: 429, title: 'busy', retryAfterMs: 30_000 });
  const before = desk.looks;
  expect(await looksAfter(busy, 'c', 29_000)).toBe(0);
  await vi.advanceTimersByTimeAsync(2_000);
  expect(desk.looks - before).toBe(1);
  expect(raw).toHaveBeenCalledTimes(3);
});
it('shows nothing twice where an older answer comes late', async () => {
  await say(5);
  await desk.fetchOlder();
  await say(1);
  all.pop();
  await say(0);
  expect(numbers()).toEqual([1, 2, 3, 4, 5, 6]);
});
