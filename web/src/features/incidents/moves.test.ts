import { flushSync, mount, unmount } from 'svelte';
import { afterEach, beforeEach, expect, it, vi } from 'vitest';

import { api } from '../../api/client';
import type { SessionState } from '../../api/documents';
import { Problem } from '../../api/problem';
import { i18n } from '../../i18n/i18n.svelte';
import { session } from '../../state/session.svelte';
import { world } from '../../state/world.svelte';
import type { IncidentDoc } from './incidents';
import IncidentView from './IncidentView.svelte';
import { messages } from './messages';

i18n.register('incidents', messages);
const doc: IncidentDoc = {
  incident: 'i1',
  opener: 'fr',
  over: false,
  shown: 'Near miss',
  time_ms: 1,
  sides: [
    {
      party: 'us',
      state: 'answered',
      text: '',
      shown: '',
      statement: { version: 1 },
      statements: [{ content: 'c', entry: 'e', time_ms: 2 }],
    },
  ],
};
const done = { status: 200, body: { repeated: false, seq: 1 } };
const lost = new Problem({ status: 0, title: 'no answer' });
let shown: ReturnType<typeof mount>;
const settle = async (): Promise<void> => {
  await new Promise((resolve) => setTimeout(resolve, 0));
  flushSync();
};
function press(text: string): void {
  [...document.querySelectorAll('button')].find((b) => b.textContent.trim() === text)?.click();
  flushSync();
}
async function move(to: 'closed' | 'disputed'): Promise<void> {
  if (document.querySelector('input') === null) press(i18n.t(`incidents.move.${to}`));
  press(i18n.t('incidents.moveNow', { state: i18n.t(`incidents.state.${to}`) }));
  await settle();
}
beforeEach(async () => {
  session.who = { scopes: ['talks.write'] } as unknown as SessionState;
  world.peers.value = { self: 'us', peers: [] } as unknown as NonNullable<typeof world.peers.value>;
  vi.spyOn(world, 'refresh').mockReturnValue(undefined);
  vi.spyOn(api, 'get').mockResolvedValue(doc);
  shown = mount(IncidentView, { target: document.body, props: { opener: 'fr', incident: 'i1', onleave: vi.fn() } });
  flushSync();
  await settle();
});
afterEach(async () => {
  await unmount(shown);
  world.peers.clear();
});

it('is one command for each move: repeated after a lost answer, and never for another', async () => {
  const raw = vi.spyOn(api, 'raw').mockRejectedValue(lost);
  await move('closed');
  await move('closed');
  press(i18n.t('incidents.move.closed'));
  raw.mockResolvedValue(done);
  await move('disputed');
  await move('closed');
  const [first, again, other, anew] = raw.mock.calls.map((call) => (call[2]?.body as { cmd: string }).cmd);
  expect(again).toBe(first);
  expect(other).not.toBe(first);
  expect(anew).not.toBe(first);
  expect(raw).toHaveBeenCalledTimes(4);
});
