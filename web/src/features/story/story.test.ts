import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';

import { LANGUAGES } from '../../i18n/messages';
import { windows } from '../../shell/windows.svelte';
import { StoryDesk } from './desk.svelte';
import { messages } from './messages';
import { aimOf, inWords, storyOf, type Look, type StoryLine, type There } from './story';

const words = (text: string) => ({ ar: `${text} ar`, en: `${text} en`, fr: `${text} fr`, ru: `${text} ru` });
const LINES: readonly StoryLine[] = [
  { kind: 'note', at_ms: 0, text: 'before all' },
  { kind: 'step', at_ms: 1, step: 6, title: words('deviation'), about: words('about') },
  { kind: 'happens', at_ms: 2, who: 'us', text: 'files MIRAGE3' },
  { kind: 'check', at_ms: 3, seen: true, text: 'confirmed' },
  { kind: 'look', at_ms: 4, name: 'MIRAGE3', at: [1, 2], select: { kind: 'track', id: 'MIRAGE3' } },
  { kind: 'step', at_ms: 5, step: 7, title: words('cut'), about: words('about') },
  { kind: 'check', at_ms: 6, seen: false, text: 'stale', instead: 'it was heard' },
  { kind: 'reads', at_ms: 7, who: 'ru', language: 'ru', text: 'Чей трек?' },
];

describe('a story', () => {
  it('is told in steps, each with what happened in it', () => {
    const { steps, differ } = storyOf(LINES);
    expect(differ).toBeUndefined();
    expect(steps.map((s) => [s.number, s.lines.length, s.looks.length, s.seen, s.unseen])).toEqual([
      [6, 2, 1, 1, 0],
      [7, 2, 0, 0, 1],
    ]);
    expect(steps[0]?.lines[0]).toMatchObject({ kind: 'happens', who: 'us', language: 'en' });
    expect(steps[1]?.lines[0]).toMatchObject({ seen: false, instead: 'it was heard' });
    expect(steps[1]?.lines[1]).toMatchObject({ language: 'ru', text: 'Чей трек?' });
    expect(inWords(steps[1]?.title, 'ar')).toBe('cut ar');
    expect(storyOf([...LINES, { kind: 'end', at_ms: 8, differ: 1 }]).differ).toBe(1);
  });
});

describe('where to look', () => {
  const there: There = {
    self: 'us',
    track: (name) => (name === 'MIRAGE3' || name === '12' ? { id: 12, position: [3, 4] } : undefined),
    has: (kind, id) => kind === 'zone' && id === 'K4',
  };
  const look = (of: Partial<Look>): Look => ({ name: 'X', place: undefined, kind: undefined, id: '', of: '', ...of });

  it('is at the craft where it is now', () => {
    expect(aimOf(look({ kind: 'track', id: 'MIRAGE3', place: [1, 2] }), there)).toEqual({
      kind: 'track',
      name: 'X',
      place: [3, 4],
      ref: { kind: 'track', id: '12' },
    });
    expect(aimOf(look({ kind: 'zone', id: 'K4' }), there)?.ref).toEqual({ kind: 'zone', id: 'K4' });
  });
  it('is the place alone, where this node has nothing of it', () => {
    const place = { kind: 'place', name: 'X', place: [1, 2], ref: undefined };
    expect(aimOf(look({ kind: 'track', id: 'GONE', place: [1, 2] }), there)).toEqual(place);
    // The number of a track is another's at another node.
    expect(aimOf(look({ kind: 'track', id: '12', of: 'ru', place: [1, 2] }), there)).toEqual(place);
    expect(aimOf(look({ kind: 'future', id: 'K4', place: [1, 2] }), there)).toEqual(place);
    expect(aimOf(look({ kind: 'thread', id: 'ru/1' }), there)).toBeUndefined();
  });
  it('has words for whatever it can be', () => {
    for (const language of LANGUAGES)
      for (const kind of ['track', 'flight', 'zone', 'thread', 'incident', 'peer', 'group', 'place'])
        expect(messages[language]).toHaveProperty([`look.${kind}`]);
  });
});

describe('following it', () => {
  beforeEach(() => {
    vi.useFakeTimers();
    windows.closeAll();
  });
  afterEach(() => {
    vi.useRealTimers();
    windows.closeAll();
  });
  /** A node that is told `lines`, or nothing. */
  function node(lines: readonly StoryLine[] | undefined) {
    let all = lines;
    const asked: string[] = [];
    const get = vi.fn((path: string, given?: { query: { after: number } }) => {
      asked.push(path);
      if (path === '/v1/self') return Promise.resolve({ capabilities: { story: all !== undefined } });
      const told = all ?? [];
      const page = told.slice(given?.query.after ?? 0).slice(0, 3);
      const next = (given?.query.after ?? 0) + page.length;
      return Promise.resolve({
        lines: page,
        total: told.length,
        ...(next < told.length && page.length > 0 ? { next } : {}),
      });
    });
    return { asked, desk: new StoryDesk({ get } as never), tell: (more: readonly StoryLine[]) => (all = more) };
  }

  it('takes page after page, shows itself, and goes on as the story does', async () => {
    const { desk, tell } = node(LINES);
    const stop = desk.start();
    await vi.advanceTimersByTimeAsync(0);
    expect(desk.told).toBe(true);
    expect(desk.story.steps.map((s) => s.number)).toEqual([6, 7]);
    expect(windows.isOpen('story')).toBe(true);
    windows.closeAll();
    tell([...LINES, { kind: 'step', at_ms: 9, step: 8, title: words('red'), about: words('line') }]);
    await vi.advanceTimersByTimeAsync(2_000);
    expect(desk.story.steps.at(-1)?.number).toBe(8);
    expect(windows.isOpen('story')).toBe(false);
    // A shorter one is another one.
    tell(LINES.slice(1, 3));
    await vi.advanceTimersByTimeAsync(2_000);
    expect(desk.story.steps.map((s) => s.number)).toEqual([6]);
    stop();
    expect(desk.told).toBe(false);
  });
  it('asks no more where nothing is told', async () => {
    const { asked, desk } = node(undefined);
    desk.start();
    await vi.advanceTimersByTimeAsync(10_000);
    expect(asked).toEqual(['/v1/self']);
    expect(desk.told).toBe(false);
    expect(windows.open).toEqual([]);
  });
});
