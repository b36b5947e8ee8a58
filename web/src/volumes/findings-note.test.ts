import { flushSync, mount, unmount } from 'svelte';
import { afterEach, expect, it } from 'vitest';

import type { Conflict, Zone } from '../api/documents';
import { i18n } from '../i18n/i18n.svelte';
import { world } from '../state/world.svelte';
import FindingsNote from './FindingsNote.svelte';
import { messages } from './messages';

i18n.register('volumes', messages);
let shown: ReturnType<typeof mount>;
afterEach(async () => {
  await unmount(shown);
  world.zones.clear();
});

it('says of legs in aware space another thing than of overlaps in disputed space', () => {
  const zone = (id: string, rule: Zone['rule']): Zone =>
    ({ id, rule, domain: 'air', minima: { horizontal_m: 0, time_ms: 0, vertical_cm: 0 } }) as unknown as Zone;
  world.zones.replace([zone('A1', 'aware'), zone('D1', 'disputed')]);
  const row = (intent: string, at: string): Conflict => ({ intent, zone: at, told: 'full', volume: 0 });
  const overlaps = [row('leg', 'A1'), row('plan', 'D1')];
  const props = { findings: { overlaps, overlaps_total: 5 }, accepted: true };
  shown = mount(FindingsNote, { target: document.body, props });
  flushSync();
  const text = document.querySelector('.findings')?.textContent ?? '';
  const order = ['disputed space', 'plan', 'Legs of flights', 'leg', '3 more'].map((words) => text.indexOf(words));
  expect(order).not.toContain(-1);
  expect(order).toEqual([...order].sort((a, b) => a - b));
  expect(text.split('more that').length).toBe(2);
});
