import { flushSync, mount, unmount } from 'svelte';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';

import { api } from '../../api/client';
import type { Flight, SessionState } from '../../api/documents';
import { i18n } from '../../i18n/i18n.svelte';
import { uiMessages } from '../../shell/messages';
import { session } from '../../state/session.svelte';
import { world } from '../../state/world.svelte';
import Flights from './Flights.svelte';
import { messages } from './messages';

i18n.register('flights', messages);
i18n.register('ui', uiMessages);

// The environment has dialogs, and does not open them.
HTMLDialogElement.prototype.showModal = function (): void {
  this.open = true;
};
HTMLDialogElement.prototype.close = function (): void {
  this.open = false;
};

const flight = (id: string, ended = false): Flight => ({
  id,
  may_clear: true,
  why_not: '',
  versions: [],
  flight: {
    plan: { call_sign: id, domain: 'air', flight: id },
    airborne: false,
    cleared: false,
    dropped: false,
    ended,
    failed: false,
    landed: false,
    filing: 'x',
  },
});
let shown: ReturnType<typeof mount> | undefined;
const button = (name: string): HTMLButtonElement | undefined =>
  [...document.querySelectorAll('button')].find((b) => b.textContent.trim() === name);
const heading = (): string => document.querySelector('h3')?.textContent ?? '';

beforeEach(() => {
  session.who = { scopes: ['coordination.act'] } as unknown as SessionState;
  world.flights.replace([flight('HAWK5'), flight('HAWK6')]);
  world.flights.state = 'ready';
  shown = mount(Flights, { target: document.body, props: {} });
  flushSync();
});
afterEach(async () => {
  if (shown !== undefined) await unmount(shown);
  session.who = undefined;
  world.flights.clear();
});

describe('the window of flights', () => {
  it('stays with the flight that it shows when that one ends', () => {
    expect(heading()).toBe('HAWK5');
    world.flights.change([flight('HAWK5', true)]);
    flushSync();
    expect(heading()).toBe('HAWK5');
    world.flights.change([], ['HAWK5']);
    flushSync();
    expect(heading()).toBe('');
  });
  it('keeps what is typed for a step where the session ends meanwhile', () => {
    button('Contingency')?.click();
    flushSync();
    const why = document.querySelector<HTMLInputElement>('dialog input');
    if (why === null) throw new Error('no field');
    why.value = 'engine fire';
    why.dispatchEvent(new InputEvent('input', { bubbles: true }));
    world.flights.clear();
    flushSync();
    world.flights.replace([flight('HAWK5')]);
    world.flights.state = 'ready';
    flushSync();
    expect(document.querySelector<HTMLInputElement>('dialog input')?.value).toBe('engine fire');
    world.flights.replace([]);
    flushSync();
    expect(heading()).toBe('');
  });
  it('says nothing that was typed for another step and not said', async () => {
    const sent = vi.spyOn(api, 'raw').mockResolvedValue({ status: 200, body: { seq: 1, repeated: false } });
    button('Contingency')?.click();
    flushSync();
    const why = document.querySelector<HTMLInputElement>('dialog input');
    if (why === null) throw new Error('no field');
    why.value = 'engine fire';
    why.dispatchEvent(new InputEvent('input', { bubbles: true }));
    button('Cancel')?.click();
    flushSync();
    button('Cleared: passed to the crew')?.click();
    await vi.waitFor(() => expect(sent).toHaveBeenCalled());
    expect(sent.mock.calls[0]?.[2]).toMatchObject({ body: { act: { flight: 'HAWK5', step: 'clear', text: '' } } });
  });
});
