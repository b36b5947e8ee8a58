import { flushSync, mount, unmount } from 'svelte';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';

import { api } from '../../api/client';
import type { SessionState, Volume } from '../../api/documents';
import { Problem } from '../../api/problem';
import { i18n } from '../../i18n/i18n.svelte';
import { uiMessages } from '../../shell/messages';
import { session } from '../../state/session.svelte';
import { messages as volumeMessages } from '../../volumes/messages';
import { messages } from './messages';
import PlanWindow from './PlanWindow.svelte';

i18n.register('intents', messages);
i18n.register('volumes', volumeMessages);
i18n.register('ui', uiMessages);

const volumes: Volume[] = [
  {
    band: { ref: 'fl', lower_cm: 609_600, upper_cm: 640_080 },
    outline: { circle: { centre: [343_500_000, 352_000_000], radius_cm: 1_000_000 } },
    window: { start_ms: 1e12, end_ms: 1e12 + 3_600_000 },
  },
];
const template = { call_sign: 'HAWK5', domain: 'air' as const, volumes };
let shown: ReturnType<typeof mount> | undefined;
const text = (): string => document.body.textContent;
const button = (name: string): HTMLButtonElement | undefined =>
  [...document.querySelectorAll('button')].find((b) => b.textContent.trim() === name);

function show(arg: unknown, scopes: string[]): { close: ReturnType<typeof vi.fn> } {
  session.who = { scopes } as unknown as SessionState;
  const close = vi.fn();
  shown = mount(PlanWindow, { target: document.body, props: { arg, close } });
  flushSync();
  return { close };
}
beforeEach(() => void vi.useFakeTimers());
afterEach(async () => {
  if (shown !== undefined) await unmount(shown);
  shown = undefined;
  session.who = undefined;
  vi.useRealTimers();
});

describe('the window of a plan', () => {
  it('asks the node nothing before outline, levels and times can be read', async () => {
    const post = vi.spyOn(api, 'post');
    show({}, ['intents.file']);
    await vi.advanceTimersByTimeAsync(5_000);
    expect(post).not.toHaveBeenCalled();
    expect(text()).toContain('Draw or write outline, levels and times');
  });

  it('says what filing would lead to, and files it', async () => {
    vi.spyOn(api, 'post').mockResolvedValue({ accepted: true, data_mode: 'TEST', findings: {} });
    const put = vi.spyOn(api, 'put').mockResolvedValue({} as never);
    const { close } = show({ template }, ['intents.file']);
    await vi.advanceTimersByTimeAsync(5_000);
    flushSync();
    expect(text()).toContain('Nothing stands in the way.');
    button('File the intent')?.click();
    await vi.advanceTimersByTimeAsync(0);
    expect(put).toHaveBeenCalledOnce();
    expect(put.mock.calls[0]?.[1]).toMatchObject({
      body: { domain: 'air', flight: 'HAWK5', volumes: [{ band: volumes[0]?.band }] },
    });
    expect(close).toHaveBeenCalledOnce();
  });

  it('stays, with what was typed, where the node does not take it', async () => {
    vi.spyOn(api, 'post').mockResolvedValue({ accepted: true, data_mode: 'TEST', findings: {} });
    vi.spyOn(api, 'put').mockRejectedValue(
      new Problem({ status: 422, slug: 'invalid', title: 'No', detail: 'the window is over' }),
    );
    const { close } = show({ template }, ['intents.file']);
    await vi.advanceTimersByTimeAsync(5_000);
    button('File the intent')?.click();
    await vi.advanceTimersByTimeAsync(0);
    flushSync();
    expect(text()).toContain('the window is over');
    expect(document.querySelector('input')?.value).toBe('HAWK5');
    expect(close).not.toHaveBeenCalled();
  });

  it('says of a former outline nothing while it asks for the new one', async () => {
    vi.spyOn(api, 'post').mockResolvedValueOnce({ accepted: true, data_mode: 'TEST', findings: {} });
    show({ template }, ['intents.file']);
    await vi.advanceTimersByTimeAsync(5_000);
    flushSync();
    const said = document.querySelector('.said');
    expect(said?.textContent).toContain('Nothing stands in the way.');
    expect(said?.classList).not.toContain('old');
    vi.spyOn(api, 'post').mockReturnValue(new Promise(() => undefined));
    const places = document.querySelector('textarea');
    if (places === null) throw new Error('no places');
    places.value = '34 33';
    places.dispatchEvent(new InputEvent('input', { bubbles: true }));
    flushSync();
    await vi.advanceTimersByTimeAsync(5_000);
    flushSync();
    expect(said?.classList).toContain('old');
    expect(text()).toContain('The node is asked');
  });

  it('keeps the keyboard where what is free instead is taken', async () => {
    vi.spyOn(api, 'post').mockResolvedValue({
      accepted: false,
      reason: 'conflict',
      data_mode: 'TEST',
      findings: { counter: { time_shift_ms: 600_000 } },
    });
    show({ template }, ['intents.file']);
    await vi.advanceTimersByTimeAsync(5_000);
    flushSync();
    const take = [...document.querySelectorAll('button')].find((b) => b.textContent.includes('10 min'));
    take?.focus();
    take?.click();
    flushSync();
    expect(document.querySelector('.said')?.classList).toContain('old');
    expect(document.activeElement?.classList).toContain('outcome');
  });

  it('is for looking where the session may not file', () => {
    show({ template }, ['intents.read']);
    expect(button('File the intent')?.disabled).toBe(true);
    expect(text()).toContain('Your role sees plans, and does not file them.');
  });
});
