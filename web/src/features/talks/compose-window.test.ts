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
function show(arg: unknown): void {
  shown = mount(Compose, { target: document.body, props: { arg, close: () => undefined } });
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
