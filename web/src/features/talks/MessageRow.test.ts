import { flushSync, mount, unmount } from 'svelte';
import { afterEach, beforeEach, expect, it, vi } from 'vitest';

import { api } from '../../api/client';
import type { SessionState } from '../../api/documents';
import { Problem } from '../../api/problem';
import { session } from '../../state/session.svelte';
import type { TalkMessage } from '../../state/threads.svelte';
import { world } from '../../state/world.svelte';
import { desk } from './desk.svelte';
import MessageRow from './MessageRow.svelte';

/** Everything is in view from the first moment, and nothing scrolls. */
class InView {
  constructor(private readonly seen: (entries: { isIntersecting: boolean }[]) => void) {}
  observe(): void {
    this.seen([{ isIntersecting: true }]);
  }
  disconnect(): void {
    /* nothing to end */
  }
}
const message = {
  content: 'c1',
  from: 'fr',
  number: 1,
  time_ms: 0,
  precedence: 'routine',
  needs: 'read',
  recipients: ['us'],
  here: { hash: 'h1', state: 'received' },
} as unknown as TalkMessage;
let shown: ReturnType<typeof mount>;
let stop: () => void;
const pass = async (ms: number): Promise<void> => {
  await vi.advanceTimersByTimeAsync(ms);
  flushSync();
};
function show(): void {
  const line = { opener: 'fr', thread: 'talk-us', message };
  const rest = { theirs: undefined, language: undefined, translations: [], threadShown: false };
  shown = mount(MessageRow, { target: document.body, props: { line, ...rest, selected: false, stop: false } });
  flushSync();
}
beforeEach(() => {
  vi.useFakeTimers();
  vi.stubGlobal('IntersectionObserver', InView);
  session.who = { scopes: ['talks.write'] } as unknown as SessionState;
  vi.spyOn(world, 'refresh').mockReturnValue(undefined);
  stop = desk.start();
});
afterEach(async () => {
  await unmount(shown);
  stop();
  vi.unstubAllGlobals();
  vi.useRealTimers();
});

it('is read when somebody comes back to what has come meanwhile', async () => {
  const raw = vi.spyOn(api, 'raw').mockResolvedValue({ status: 200, body: { repeated: false, seq: 1 } });
  await pass(6 * 60_000);
  show();
  await pass(60_000);
  expect(raw).not.toHaveBeenCalled();
  for (let i = 0; i < 4; i++) {
    window.dispatchEvent(new Event('keydown'));
    flushSync();
    await pass(500);
  }
  expect(raw).toHaveBeenCalledOnce();
});
it('is read when the page is in sight again', async () => {
  const raw = vi.spyOn(api, 'raw').mockResolvedValue({ status: 200, body: { repeated: false, seq: 1 } });
  const sight = vi.spyOn(document, 'visibilityState', 'get').mockReturnValue('hidden');
  show();
  await pass(60_000);
  expect(raw).not.toHaveBeenCalled();
  sight.mockReturnValue('visible');
  document.dispatchEvent(new Event('visibilitychange'));
  flushSync();
  await pass(2_000);
  expect(raw).toHaveBeenCalledOnce();
});
it('is read once the node answers again', async () => {
  const raw = vi.spyOn(api, 'raw').mockRejectedValueOnce(new Problem({ status: 0, title: 'no answer' }));
  raw.mockResolvedValue({ status: 200, body: { repeated: false, seq: 1 } });
  show();
  await pass(2_000);
  expect(desk.readProblem).toBeDefined();
  await pass(12_000);
  await pass(2_000);
  expect(raw).toHaveBeenCalledTimes(2);
  expect(desk.readProblem).toBeUndefined();
});
