import { flushSync, mount, unmount } from 'svelte';
import { afterEach, describe, expect, it, vi } from 'vitest';

import { api } from '../../api/client';
import type { SessionState } from '../../api/documents';
import { i18n } from '../../i18n/i18n.svelte';
import { session } from '../../state/session.svelte';
import { world } from '../../state/world.svelte';
import LegAnswer from './LegAnswer.svelte';
import { legOf } from './leg.testlib';
import { messages } from './messages';
import { legItem } from './queue';

i18n.register('answers', messages);
const leg = legOf({ state: 'held', until_ms: 9e12 });

let shown: Record<string, unknown> | undefined;
function show(): HTMLElement {
  session.who = { scopes: ['coordination.act', 'talks.write'] } as unknown as SessionState;
  const item = { ...legItem(leg), kind: 'held' } as Extract<ReturnType<typeof legItem>, { of: 'leg' }>;
  shown = mount(LegAnswer, { target: document.body, props: { item } });
  flushSync();
  return document.body;
}
const button = (within: HTMLElement, text: string): HTMLButtonElement | undefined =>
  [...within.querySelectorAll('button')].find((b) => b.textContent?.includes(text));
afterEach(async () => {
  if (shown !== undefined) await unmount(shown);
  shown = undefined;
  document.body.innerHTML = '';
});

describe('a request of another', () => {
  it('is refused with a reason alone', () => {
    const body = show();
    const asked = vi.spyOn(api, 'raw');
    button(body, 'Refuse')?.click();
    flushSync();
    expect(body.querySelector('[role=alert]')?.textContent).toContain(messages.en['reasonNeeded']);
    expect(asked).not.toHaveBeenCalled();
  });
  it('is answered by another window: previewed as it is typed, then proposed to its home', async () => {
    vi.useFakeTimers();
    const preview = vi.spyOn(api, 'post').mockResolvedValue({ accepted: true, data_mode: 'TEST', findings: {} });
    const sent = vi.spyOn(api, 'raw').mockResolvedValue({ status: 200, body: { repeated: false, seq: 1 } });
    vi.spyOn(world, 'refresh').mockReturnValue(undefined);
    const body = show();
    const details = body.querySelector('details');
    if (details === null) throw new Error('no other window');
    details.open = true;
    details.dispatchEvent(new Event('toggle'));
    flushSync();
    const time = details.querySelector('input');
    if (time === null) throw new Error('no field');
    time.value = '+30';
    time.dispatchEvent(new Event('input', { bubbles: true }));
    flushSync();
    await vi.advanceTimersByTimeAsync(500);
    flushSync();
    expect(preview.mock.calls[0]?.[1]).toMatchObject({
      body: { domain: 'air', volumes: [{ window: { start_ms: 1e12 + 1_800_000, end_ms: 2e12 + 1_800_000 } }] },
    });
    expect(details.querySelector('[role=status]')?.textContent).toContain(messages.en['free4d']);
    button(details, 'Propose to')?.click();
    await vi.advanceTimersByTimeAsync(10);
    expect(sent.mock.calls[0]?.[2]).toMatchObject({
      body: {
        kind: 'talk.send',
        act: { letter: { recipients: ['us'], needs: 'answer', parts: [{}, {}, { area: { name: 'Z1' } }] } },
      },
    });
    vi.useRealTimers();
  });
});
