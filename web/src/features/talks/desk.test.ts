import { flushSync } from 'svelte';
import { afterEach, beforeEach, expect, it, vi } from 'vitest';

import { api } from '../../api/client';
import type { Thread } from '../../api/documents';
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
it('shows nothing twice where an older answer comes late', async () => {
  await say(5);
  await desk.fetchOlder();
  await say(1);
  all.pop();
  await say(0);
  expect(numbers()).toEqual([1, 2, 3, 4, 5, 6]);
});
