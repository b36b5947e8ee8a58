import { describe, expect, it, vi } from 'vitest';

import type { Client } from '../../api/client';
import type { Alert } from '../../api/documents';
import { Problem } from '../../api/problem';
import type { OwedItem } from '../../state/threads.svelte';
import { Bell, Heard, SILENCE_MS, toneOfTalk } from './bell.svelte';
import { momentsOf } from './figures';
import { History } from './history.svelte';
import { countsOf, OTHER_KINDS, rowsOf, type Sources } from './rows';
import { messages } from './messages';

const alert = (of: Partial<Alert>): Alert => ({
  id: 1,
  kind: 'conflict',
  priority: 'alarm',
  state: 'unacknowledged',
  attention: 1,
  raised_ms: 100,
  changed_ms: 100,
  tracks: [1, 2],
  finding: { at_ms: 100, detail: '', now: false },
  ...of,
});
const nothing: Sources = {
  alerts: [],
  owed: [],
  overdue: [],
  lines: [],
  watch: undefined,
  plans: [],
  legs: [],
  control: [],
  peers: undefined,
  clock: undefined,
};

describe('what is heard', () => {
  it('is each rise of attention once, and never what is acknowledged', () => {
    const heard = new Heard();
    expect(heard.take(alert({}))).toBe('new');
    expect(heard.take(alert({ changed_ms: 101 }))).toBeUndefined();
    expect(heard.take(alert({ attention: 2 }))).toBe('again');
    expect(heard.take(alert({ attention: 2, state: 'acknowledged' }))).toBeUndefined();
    expect(heard.take(alert({ attention: 3, state: 'acknowledged' }))).toBeUndefined();
  });
  it('begins anew with another raising, and with a caution that has become more', () => {
    const heard = new Heard();
    heard.take(alert({}));
    expect(heard.take(alert({ raised_ms: 500, attention: 2 }))).toBe('new');
    expect(heard.take(alert({ id: 2, priority: 'caution', attention: 0 }))).toBe('new');
    expect(heard.take(alert({ id: 2, priority: 'caution', attention: 0, changed_ms: 300 }))).toBeUndefined();
    expect(heard.take(alert({ id: 2, priority: 'warning', attention: 1 }))).toBe('new');
  });
});

describe('the bell', () => {
  it('plays the most urgent of what comes together; silence holds for what is known, not for what is new', () => {
    vi.useFakeTimers();
    const played: string[] = [];
    const bell = new Bell((tone) => {
      played.push(tone);
      return true;
    });
    bell.ring('warning', 'new');
    bell.ring('alarm', 'new');
    vi.advanceTimersByTime(100);
    expect(played).toEqual(['alarm']);
    bell.silence();
    bell.ring('alarm', 'again');
    vi.advanceTimersByTime(100);
    expect(played).toHaveLength(1);
    bell.ring('warning', 'new');
    vi.advanceTimersByTime(100);
    expect(played).toEqual(['alarm', 'warning']);
    expect(bell.left).toBe(0);
    bell.silence();
    vi.advanceTimersByTime(SILENCE_MS);
    bell.ring('alarm', 'again');
    vi.advanceTimersByTime(100);
    expect(played).toHaveLength(3);
    bell.stop();
    vi.useRealTimers();
  });
  it('leaves a STOP to its own banner', () => {
    const event = (entry: Record<string, unknown>, sounds = true) => ({ type: 'talk', hash: '', sound: sounds, entry });
    expect(toneOfTalk(event({ type: 'talk.message', precedence: 'stop' }))).toBeUndefined();
    expect(toneOfTalk(event({ type: 'line.missed' }))).toBe('warning');
    expect(toneOfTalk(event({ type: 'talk.overdue' }))).toBe('alarm');
    expect(toneOfTalk(event({ type: 'talk.overdue' }, false))).toBeUndefined();
  });
});

describe('the list', () => {
  it('has unseen before seen before over, then priority, then the newest', () => {
    const rows = rowsOf({
      ...nothing,
      alerts: [
        alert({ id: 1, state: 'acknowledged', priority: 'emergency' }),
        alert({ id: 2, priority: 'warning', raised_ms: 5 }),
        alert({ id: 3, priority: 'warning', raised_ms: 9 }),
        alert({ id: 4, state: 'settling', over_ms: 9 }),
        alert({ id: 5, state: 'rectified', over_ms: 9, priority: 'caution' }),
      ],
    });
    expect(rows.map((r) => r.key)).toEqual(['picture:3', 'picture:2', 'picture:5', 'picture:1', 'picture:4']);
    expect(countsOf(rows)).toMatchObject({
      warning: { all: 2, unseen: 2 },
      emergency: { all: 1, unseen: 0 },
      alarm: { all: 0, unseen: 0 },
    });
  });
  it('has what is said, and how the node and its lines stand', () => {
    const stop = {
      row: { hash: 'h', precedence: 'stop', state: 'received', from: 'us' },
      message: undefined,
    } as unknown as OwedItem;
    const rows = rowsOf({
      ...nothing,
      owed: [stop, { ...stop, row: { ...stop.row, hash: 'r', precedence: 'routine' } }],
      overdue: [
        {
          hash: 'o',
          peer: 'us',
          precedence: 'immediate',
          receipt: 'none',
          due_ms: 5,
          elapsed_ms: 1,
          rounds: 2,
          opener: 'fr',
          thread: 't',
          watch: 'unknown',
        },
      ],
      lines: [
        { peer: 'us', checks: 1, missed: true, waiting: false, watch: { state: 'unknown' }, fault: 'link' },
        { peer: 'ru', checks: 1, missed: false, waiting: false, watch: { state: 'unattended' } },
      ],
      watch: { attended: false, keepers: [] },
      peers: { self: 'fr', peers: [], charter: { in_force: 1, trouble: 'behind' } },
    });
    expect(rows.map((r) => [r.kind, r.priority, r.unseen])).toEqual([
      ['stop', 'emergency', true],
      ['overdue', 'alarm', true],
      ['charter', 'warning', false],
      ['line', 'warning', false],
      ['unattended', 'warning', false],
      ['peerUnattended', 'caution', false],
    ]);
  });
  it('has words for every kind', () => {
    for (const kind of OTHER_KINDS) expect(messages.en).toHaveProperty([`other.${kind}`]);
  });
});

describe('figures', () => {
  it('count down from when they were found, not from the last sounding', () => {
    const finding = { at_ms: 1_000, detail: '', now: false, to_violation_ms: 60_000, to_closest_ms: 90_000 };
    const sounded = alert({ finding, changed_ms: 31_000, attention: 2 });
    expect(momentsOf(sounded)).toEqual({ violation_ms: 61_000, closest_ms: 91_000 });
  });
  it('say when it came true', () => {
    const now = alert({ finding: { at_ms: 9, detail: '', now: true, to_violation_ms: 0 }, violated_ms: 77 });
    expect(momentsOf(now).violation_ms).toBe(77);
  });
});

describe('the history', () => {
  const ended = (id: number): unknown => ({ ...alert({ id, state: 'cleared' }), ended_ms: 1_000 + id });
  const asked: (number | undefined)[] = [];
  const of = (reply: (before: number | undefined) => unknown): History => {
    asked.length = 0;
    const get = ((_: string, { query }: { query: { before?: number } }) => {
      asked.push(query.before);
      return Promise.resolve().then(() => reply(query.before));
    }) as unknown as Client['get'];
    return new History({ get });
  };
  it('comes from the node, page by page, and what ends meanwhile stands on top', async () => {
    const history = of((before) =>
      before === undefined ? { alerts: [ended(4), ended(3)], next: 3 } : { alerts: [ended(2), ended(1)] },
    );
    history.take(alert({ id: 9, state: 'cleared' }), 'cleared');
    expect(history.list).toHaveLength(0);
    await history.load();
    expect([history.state, history.more]).toEqual(['ready', true]);
    history.take(alert({ id: 5, state: 'cleared', changed_ms: 1_005 }), 'cleared');
    history.take(alert({ id: 6 }), 'acknowledged');
    await history.older();
    expect(history.list.map((a) => a.id)).toEqual([5, 4, 3, 2, 1]);
    expect([history.more, asked]).toEqual([false, [undefined, 3]]);
  });
  it('says what went wrong', async () => {
    const history = of(() => {
      throw new Problem({ status: 404, title: 'x' });
    });
    await history.load();
    expect([history.state, history.problem?.status]).toEqual(['failed', 404]);
  });
});
