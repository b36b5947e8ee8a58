import { flushSync, mount, unmount } from 'svelte';
import { afterEach, beforeEach, expect, it, vi } from 'vitest';

import { api } from '../../api/client';
import type { SessionState } from '../../api/documents';
import { session } from '../../state/session.svelte';
import { world } from '../../state/world.svelte';
import Compose from './Compose.svelte';
import { desk } from './desk.svelte';

let shown: ReturnType<typeof mount> | undefined;
const peers = { self: 'us', peers: [{ id: 'fr' }, { id: 'ru' }] } as unknown as NonNullable<typeof world.peers.value>;
function show(arg: unknown, close = (): void => undefined): void {
  shown = mount(Compose, { target: document.body, props: { arg, close } });
  flushSync();
}
async function leave(): Promise<void> {
  if (shown !== undefined) await unmount(shown);
  shown = undefined;
}
beforeEach(() => {
  sessionStorage.clear();
  vi.useFakeTimers();
  vi.spyOn(api, 'raw').mockResolvedValue({ status: 200, body: {} });
  session.who = { scopes: ['talks.write'] } as unknown as SessionState;
  world.peers.value = peers;
  desk.open('fr');
});
afterEach(async () => {
  await leave();
  desk.draft()?.clear();
  vi.useRealTimers();
});

it('does not begin again where the same officer signs in anew', () => {
  show({ peer: 'fr', part: 'call', fields: { text: 'cross' } });
  expect(desk.draft()?.parts).toHaveLength(1);
  world.peers.clear();
  flushSync();
  world.peers.value = peers;
  flushSync();
  expect(desk.draft()?.parts).toHaveLength(1);
});
it('closes once it was sent, and not under the hands of who has gone on writing', async () => {
  vi.spyOn(world, 'refresh').mockReturnValue(undefined);
  let answer = (_: { status: number; body: unknown }): void => undefined;
  vi.spyOn(api, 'raw').mockImplementation((_, path) =>
    path === '/v1/coordination/acts'
      ? new Promise((resolve) => (answer = resolve))
      : Promise.resolve({ status: 200, body: {} }),
  );
  const close = vi.fn();
  show({ peer: 'fr', text: 'Who is that?' }, close);
  const draft = desk.draft();
  if (draft === undefined) throw new Error('nowhere to write');
  const send = async (meanwhile: string): Promise<void> => {
    [...document.querySelectorAll('button')].find((b) => b.textContent.trim() === 'talks.sendIt')?.click();
    flushSync();
    draft.text = meanwhile;
    answer({ status: 200, body: { seq: 1, repeated: false } });
    await vi.advanceTimersByTimeAsync(0);
  };
  await send('And where?');
  expect([close.mock.calls.length, draft.text]).toEqual([0, 'And where?']);
  await send(draft.text);
  expect([close.mock.calls.length, draft.text]).toEqual([1, '']);
});
it('leaves the line below the talks to whom its tab names, where nothing was written', async () => {
  show({ peer: 'fr' });
  const draft = desk.draft();
  if (draft === undefined) throw new Error('nowhere to write');
  draft.recipients = ['fr', 'ru'];
  // What comes meanwhile takes no tick away.
  expect(desk.draft()?.recipients).toEqual(['fr', 'ru']);
  await leave();
  expect(desk.draft()?.recipients).toEqual(['fr']);
  show({ peer: 'fr' });
  draft.recipients = ['fr', 'ru'];
  draft.text = 'Who is that?';
  flushSync();
  await leave();
  expect(desk.draft()?.recipients).toEqual(['fr', 'ru']);
});
