import { mount, unmount } from 'svelte';
import { expect, it } from 'vitest';

import type { Held, IncidentDoc, Side } from './incidents';
import SideCard from './SideCard.svelte';
import StatementForm from './StatementForm.svelte';

// The node takes the same thing twice in one list.
const one: Held = { kind: 'recording', sha256: 'a'.repeat(64), text: 'twice.wav' };
const before = { version: 1, held: [one, { ...one }] };
const times = (): number => document.body.textContent.split('twice.wav').length - 1;

it('shows what is named twice as held', async () => {
  const side: Side = {
    party: 'us',
    state: 'open',
    text: '',
    shown: '',
    statement: before,
    statements: [{ content: 'c', entry: 'e', time_ms: 1 }],
  };
  const doc: IncidentDoc = { incident: 'i', opener: 'us', over: false, shown: '', time_ms: 1, sides: [side] };
  const shown = mount(SideCard, { target: document.body, props: { side, doc } });
  expect(times()).toBe(2);
  await unmount(shown);
});
it('lets it be taken out of the next version', async () => {
  const nothing = (): void => undefined;
  const props = { opener: 'us', incident: 'i', before, seed: [], onleave: nothing, onanew: nothing, ondone: nothing };
  const shown = mount(StatementForm, { target: document.body, props });
  expect(times()).toBe(2);
  await unmount(shown);
});
