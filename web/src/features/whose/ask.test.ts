import { flushSync, mount, unmount } from 'svelte';
import { afterEach, expect, it, vi } from 'vitest';

import { api } from '../../api/client';
import { Problem } from '../../api/problem';
import { world } from '../../state/world.svelte';
import AskForm from './AskForm.svelte';

interface Sent {
  cmd: string;
  act: { letter: { parts: { query: { lat_e7: number } }[] } };
}
const props = { asked: {}, ondone: vi.fn(), onanew: vi.fn() };
let shown: ReturnType<typeof mount>;
function type(nth: number, text: string): void {
  const field = document.querySelectorAll<HTMLInputElement>('input:not([type=checkbox])')[nth];
  if (field === undefined) throw new Error('no field');
  field.value = text;
  field.dispatchEvent(new Event('input', { bubbles: true }));
  flushSync();
}
async function send(): Promise<void> {
  document.querySelector('form')?.requestSubmit();
  await new Promise((resolve) => setTimeout(resolve, 0));
  flushSync();
}
afterEach(async () => {
  await unmount(shown);
  world.lines.clear();
});

it('asks about a corrected place anew, and the same once', async () => {
  const watch = { state: 'attended' };
  world.lines.value = { lines: ['ru', 'us'].map((peer) => ({ peer, watch })) } as unknown as NonNullable<
    typeof world.lines.value
  >;
  vi.spyOn(world, 'refresh').mockReturnValue(undefined);
  const raw = vi.spyOn(api, 'raw').mockRejectedValue(new Problem({ status: 0, title: 'no answer' }));
  shown = mount(AskForm, { target: document.body, props });
  flushSync();
  type(0, '35°20′15″N 036°12′08″E');
  await send();
  // Ticked anew it is the same.
  for (let i = 0; i < 2; i++) document.querySelector<HTMLInputElement>('input[type=checkbox]')?.click();
  flushSync();
  await send();
  type(0, '35°50′15″N 036°12′08″E');
  await send();
  const [first, again, corrected] = raw.mock.calls.map((call) => call[2]?.body as Sent);
  expect(again).toEqual(first);
  expect(corrected?.cmd).not.toBe(first?.cmd);
  expect(corrected?.act.letter.parts[0]?.query.lat_e7).toBe(358_375_000);
});
