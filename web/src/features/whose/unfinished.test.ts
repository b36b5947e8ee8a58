import { afterEach, describe, expect, it, vi } from 'vitest';

import { api } from '../../api/client';
import type { Track } from '../../api/documents';
import { i18n } from '../../i18n/i18n.svelte';
import { uiMessages } from '../../shell/messages';
import { world } from '../../state/world.svelte';
import { change, close, field, press, show } from '../../volumes/unfinished.svelte.testlib';
import { messages } from './messages';
import { unfinished } from './unfinished';
import Whose from './Whose.svelte';

i18n.register('whose', messages);
i18n.register('ui', uiMessages);
afterEach(async () => {
  await close();
  unfinished.clear();
  world.lines.clear();
});
const whose = (arg: unknown) => ({ arg, close: () => undefined });
const track = (lat: number): Track => ({ id: 12, label: 'T12', time_ms: 1e12, position: [lat, 330_000_000] }) as Track;
/** Track 12 at 34 degrees north, 13 at 35. */
const tracks = (): void =>
  void vi.spyOn(world.tracks, 'get').mockImplementation((id) => track((Number(id) + 22) * 10_000_000));
const words = 'input[maxlength="200"]';
const place = 'form input';

describe('a query that is written and not sent', () => {
  it('outlives its window; of a track that is asked about anew its words do', async () => {
    const at = vi.spyOn(world.tracks, 'get').mockReturnValue(track(340_000_000));
    show(Whose, whose({ track: 12 }));
    field('input[maxlength="200"]').write('Low and slow');
    field('form input').write('34.5, 33.5');
    await close();
    show(Whose, whose(undefined));
    expect(field('input[maxlength="200"]').text).toBe('Low and slow');
    expect(field('form input').text).toBe('34.5, 33.5');
    await close();
    at.mockReturnValue(track(350_000_000));
    show(Whose, whose({ track: 12 }));
    expect(field('input[maxlength="200"]').text).toBe('Low and slow');
    expect(field('form input').text).toMatch(/^N?35/);
  });
  it('is of the track that is asked about, also where the window goes over to another', async () => {
    tracks();
    show(Whose, whose({ track: 12 }));
    field(words).write('of 12');
    await close();
    show(Whose, whose(undefined));
    // Another, and back again, in the same window.
    change({ arg: { track: 13 } });
    expect([field(words).text, field(place).text.slice(0, 3)]).toEqual(['', '35°']);
    field(words).write('of 13');
    change({ arg: { track: 12 } });
    expect([field(words).text, field(place).text.slice(0, 3)]).toEqual(['of 12', '34°']);
    await close();
    show(Whose, whose({ track: 13 }));
    expect([field(words).text, field(place).text.slice(0, 3)]).toEqual(['of 13', '35°']);
  });
  it('is asked anew where the track is by then, and asked about only once', async () => {
    const at = vi.spyOn(world.tracks, 'get').mockReturnValue(track(340_000_000));
    show(Whose, whose({ track: 12 }));
    field(words).write('Low and slow');
    await close();
    show(Whose, whose(undefined));
    at.mockReturnValue(track(350_000_000));
    change({ arg: { track: 12 } });
    expect([field(words).text, field(place).text.slice(0, 3)]).toEqual(['Low and slow', '35°']);
    // The list is looked at meanwhile: what was typed is there behind that.
    field(place).write('34.5, 33.5');
    press('Queries');
    press('Ask');
    expect([field(words).text, field(place).text]).toEqual(['Low and slow', '34.5, 33.5']);
  });
  it('shows the form where the list was shown', () => {
    tracks();
    show(Whose, whose(undefined));
    change({ arg: { track: 12 } });
    expect(field(place).text.slice(0, 3)).toBe('34°');
  });
  it('can be thrown away, and begun anew', async () => {
    tracks();
    show(Whose, whose({ track: 12 }));
    field(words).write('of 12');
    await close();
    show(Whose, whose(undefined));
    press('Begin anew');
    expect([field(words).text, field(place).text.slice(0, 3)]).toEqual(['', '34°']);
    field(words).write('of 12 again');
    press('Cancel');
    expect(unfinished.latest).toBeUndefined();
  });
  it('is gone once it was sent, also where its window was closed before the answer', async () => {
    tracks();
    const watch = { state: 'attended' };
    world.lines.value = { lines: [{ peer: 'us', watch }] } as unknown as NonNullable<typeof world.lines.value>;
    vi.spyOn(world, 'refresh').mockReturnValue(undefined);
    let answer = (_: { status: number; body: unknown }): void => undefined;
    vi.spyOn(api, 'raw').mockReturnValue(new Promise((resolve) => (answer = resolve)));
    show(Whose, whose({ track: 12 }));
    field('.three input').write('now');
    field(words).write('of 12');
    document.querySelector('form')?.requestSubmit();
    await close();
    expect(unfinished.has('12')).toBe(true);
    answer({ status: 200, body: { seq: 1, repeated: false } });
    await new Promise((resolve) => setTimeout(resolve, 0));
    expect(unfinished.has('12')).toBe(false);
  });
});
