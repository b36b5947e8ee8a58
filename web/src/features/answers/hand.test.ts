import { flushSync, mount, unmount } from 'svelte';
import { afterEach, describe, expect, it, vi } from 'vitest';

import { api } from '../../api/client';
import type { Leg, SessionState } from '../../api/documents';
import { i18n } from '../../i18n/i18n.svelte';
import { session } from '../../state/session.svelte';
import { world } from '../../state/world.svelte';
import { answerOf, needsOfficer, shiftOf, typedLevel, typedTime } from './hand';
import LegAnswer from './LegAnswer.svelte';
import { messages } from './messages';
import { en } from './messages.en';
import { legOf } from './leg.testlib';
import { legItem, type Item } from './queue';
import { parseLevelShift, parseShift } from './shift';

i18n.register('answers', messages);
/** It waits for an officer. */
const leg = (of: Partial<Leg>): Leg => legOf({ answer_by_ms: 9e12, standby_ms: 9e12, ...of });

describe('an answer by hand', () => {
  it('is needed while an officer is waited for, and no longer', () => {
    expect(needsOfficer(leg({}))).toBe(true);
    expect(needsOfficer(leg({ state: 'held' }))).toBe(true);
    expect(needsOfficer(leg({ state: 'held', answered: { answer: 'refuse', by: 'duty@fr', text: 'x' } }))).toBe(false);
    expect(needsOfficer(leg({ state: 'confirmed' }))).toBe(false);
    const { answer_by_ms: _, ...ofTheNode } = leg({});
    expect(needsOfficer(ofTheNode)).toBe(false);
  });
  it('moves a window by what can be read, and by something', () => {
    expect(shiftOf('+10', '')).toEqual({ time_shift_ms: 600_000 });
    expect(shiftOf('-5', '+20')).toEqual({ time_shift_ms: -300_000, level_shift_cm: 60_960 });
    expect(shiftOf('', '')).toBeUndefined();
    expect(shiftOf('soon', '')).toBeUndefined();
  });
  it('has shifts in a counter alone', () => {
    expect(answerOf('r1', 'counter', ' later ', { time_shift_ms: 1 })).toEqual({
      answer: 'counter',
      request: 'r1',
      text: 'later',
      time_shift_ms: 1,
    });
    expect(answerOf('r1', 'hold', '', { time_shift_ms: 1 })).toEqual({ answer: 'hold', request: 'r1', text: '' });
  });
  it('types what the node has found so that it is free', () => {
    for (const ms of [600_000, 61_000, -600_000, -61_000]) {
      const read = parseShift(typedTime(ms)) ?? 0;
      expect(Math.sign(read)).toBe(Math.sign(ms));
      expect(Math.abs(read)).toBeGreaterThanOrEqual(Math.abs(ms));
    }
    for (const cm of [60_960, 61_000, -60_960]) {
      expect(Math.abs(parseLevelShift(typedLevel(cm)) ?? 0)).toBeGreaterThanOrEqual(Math.abs(cm));
    }
    expect(typedTime(undefined)).toBe('');
  });
});

describe('the form', () => {
  let shown: Record<string, unknown> | undefined;
  const show = (of: Leg, kind: 'request' | 'toConfirm'): HTMLElement => {
    session.who = { scopes: ['coordination.act', 'talks.write'] } as unknown as SessionState;
    const item = { ...legItem(of), kind } as Extract<Item, { of: 'leg' }>;
    shown = mount(LegAnswer, { target: document.body, props: { item } });
    flushSync();
    return document.body;
  };
  const button = (within: HTMLElement, text: string): HTMLButtonElement | undefined =>
    [...within.querySelectorAll('button')].find((b) => b.textContent?.trim() === text);
  const done = () => vi.spyOn(api, 'raw').mockResolvedValue({ status: 200, body: { repeated: false, seq: 1 } });
  const asks = (of: Record<string, unknown>) =>
    vi
      .spyOn(api, 'get')
      .mockResolvedValue({ asks: [{ request: 'r1', free: true, trouble: '', ...of }], more: false, rules: [] });
  afterEach(async () => {
    if (shown !== undefined) await unmount(shown);
    shown = undefined;
    document.body.innerHTML = '';
    vi.restoreAllMocks();
  });

  it('shows what is in the way, and what waits meanwhile', async () => {
    asks({ free: false, meets: [{ intent: 'i7', manager: 'us:ops', window: { start_ms: 1e12, end_ms: 2e12 } }] });
    const body = show(leg({}), 'request');
    await vi.waitFor(() => expect(body.querySelector('[role=status]')?.textContent).toContain('i7'));
    expect(body.textContent).toContain(en.holdsRun);
    expect(body.textContent).not.toContain(en.other);
  });
  it.each([
    ['handConfirm', 'confirm'],
    ['handHold', 'hold'],
  ] as const)('says %s', async (label, answer) => {
    asks({});
    const sent = done();
    vi.spyOn(world, 'refresh').mockReturnValue(undefined);
    button(show(leg({}), 'request'), en[label])?.click();
    await vi.waitFor(() => expect(sent).toHaveBeenCalledOnce());
    expect(sent.mock.calls[0]?.[2]).toMatchObject({ body: { kind: 'leg.answer', act: { answer, request: 'r1' } } });
  });
  it('refuses with a reason alone', async () => {
    asks({});
    const sent = done();
    vi.spyOn(world, 'refresh').mockReturnValue(undefined);
    const body = show(leg({}), 'request');
    button(body, en.refuse)?.click();
    flushSync();
    expect(body.querySelector('[role=alert]')?.textContent).toContain(en.reasonNeeded);
    expect(sent).not.toHaveBeenCalled();
    const field = body.querySelector('input');
    if (field === null) throw new Error('no field');
    field.value = 'exercise';
    field.dispatchEvent(new Event('input', { bubbles: true }));
    flushSync();
    button(body, en.refuse)?.click();
    await vi.waitFor(() => expect(sent).toHaveBeenCalledOnce());
    expect(sent.mock.calls[0]?.[2]).toMatchObject({ body: { act: { answer: 'refuse', text: 'exercise' } } });
  });
  it('offers what the node has found free', async () => {
    asks({ free: false, counter_time_ms: 600_000 });
    const sent = done();
    vi.spyOn(world, 'refresh').mockReturnValue(undefined);
    const body = show(leg({}), 'request');
    const details = body.querySelector('details');
    if (details === null) throw new Error('no other window');
    details.open = true;
    details.dispatchEvent(new Event('toggle'));
    flushSync();
    expect(button(details, en.handOffer)?.disabled).toBe(true);
    await vi.waitFor(() => expect(details.textContent).toContain(en.handSuggest));
    [...details.querySelectorAll('button')].find((b) => b.textContent?.includes(en.handSuggest))?.click();
    flushSync();
    button(details, en.handOffer)?.click();
    await vi.waitFor(() => expect(sent).toHaveBeenCalledOnce());
    expect(sent.mock.calls[0]?.[2]).toMatchObject({ body: { act: { answer: 'counter', time_shift_ms: 600_000 } } });
  });
  it('confirms or refuses what is held, and offers nothing else', () => {
    asks({});
    const body = show(
      leg({ state: 'held', until_ms: 9e12, commit: 'c', answered: { answer: 'hold', by: 'duty@fr', text: '' } }),
      'toConfirm',
    );
    expect(button(body, en.handConfirm)).toBeDefined();
    expect(button(body, en.handHold)).toBeUndefined();
    expect(body.querySelector('details')).toBeNull();
    expect(body.textContent).toContain(en.homeWaits);
    expect(body.textContent).toContain('duty@fr');
  });
});
