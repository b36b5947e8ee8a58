import { describe, expect, it } from 'vitest';

import type { PlanPart, TalkMessage } from '../../state/threads.svelte';
import { dayBefore, diff, dueOf, plansOf, readPlan, stateOf, threadOf, typedWindow } from './plans';

const DAY = 86_400_000;
const day = Date.UTC(2026, 10, 27);
const at = (h: number, m = 0): number => day + (h * 60 + m) * 60_000;
const plan = (version: number, flights: [string, number, number, string?][]): PlanPart => ({
  answer_by_ms: day - 6 * 3_600_000,
  submit_by_ms: day - 8 * 3_600_000,
  version,
  day: { start_ms: day, end_ms: day + DAY },
  flights: flights.map(([call_sign, from, to, change]) => ({
    call_sign,
    change: change ?? '',
    window: { start_ms: at(from), end_ms: at(to) },
  })),
});
const message = (of: PlanPart, more: Partial<TalkMessage> = {}): TalkMessage => ({
  content: `c${String(of.version)}`,
  from: 'fr',
  number: of.version,
  time_ms: of.version,
  precedence: 'routine',
  echelon: 'centres',
  needs: 'answer',
  recipients: ['us'],
  parts: [{ part: { plan: of } }],
  ...more,
});

describe('plans', () => {
  it('are found by day, with their versions in order', () => {
    const found = plansOf([
      {
        opener: 'fr',
        thread: 't',
        messages: [message(plan(2, [])), message(plan(1, [])), { ...message(plan(1, [])), parts: [] }],
      },
    ]);
    expect(found).toHaveLength(1);
    expect(found[0]?.day_ms).toBe(day);
    expect(found[0]?.versions.map((v) => v.plan.version)).toEqual([1, 2]);
  });
  it('say what changed between versions', () => {
    const rows = diff(
      plan(1, [
        ['A1', 8, 9],
        ['B2', 10, 11],
        ['C3', 12, 13],
        ['D4', 14, 15],
      ]),
      plan(2, [
        ['A1', 8, 9],
        ['B2', 10, 12],
        ['E5', 9, 10],
        ['D4', 14, 15, 'landed late'],
      ]),
    );
    expect(rows.map((r) => [r.row.call_sign, r.kind])).toEqual([
      ['A1', 'same'],
      ['E5', 'added'],
      ['B2', 'moved'],
      ['C3', 'removed'],
      ['D4', 'noted'],
    ]);
    expect(rows.find((r) => r.kind === 'moved')?.before?.window.end_ms).toBe(at(11));
  });
  it('stand as far as who is least far', () => {
    const sent = (of: object): TalkMessage['sent'] => [
      { peer: 'us', hash: 'h', state: 'open', receipt: 'none', due_ms: 0, rounds: 0, alarm: false, ...of },
    ];
    const of = (more: Partial<TalkMessage>) =>
      plansOf([{ opener: 'fr', thread: 't', messages: [message(plan(1, []), more)] }])[0];
    const state = (more: Partial<TalkMessage>): string => {
      const found = of(more);
      return found === undefined ? '' : stateOf(found, at(0));
    };
    expect(state({ sent: sent({}) ?? [] })).toBe('waits');
    expect(
      state({ sent: [...(sent({ answer: { kind: 'agree' } }) ?? []), ...(sent({ receipt: 'read' }) ?? [])] }),
    ).toBe('read');
    expect(state({ here: { hash: 'h', state: 'read' }, due_ms: at(-1) })).toBe('late');
    expect(state({ here: { hash: 'h', state: 'answered', answer: { kind: 'dispute' } } })).toBe('disputed');
  });
});

describe('writing a plan', () => {
  const row = { callSign: 'A1', from: '0800', to: '0930', change: '' };
  it('reads times of its own day, over midnight too', () => {
    const read = readPlan({
      day_ms: day,
      submitBy: dayBefore(day, at(16)),
      answerBy: dayBefore(day, at(18)),
      version: 1,
      rows: [row, { ...row, callSign: 'B2', from: '2330', to: '0030' }, { callSign: '', from: '', to: '', change: '' }],
    });
    expect('plan' in read && read.plan.flights?.map((f) => [f.window.start_ms, f.window.end_ms])).toEqual([
      [at(8), at(9, 30)],
      [at(23, 30), at(24, 30)],
    ]);
    expect('plan' in read && read.plan.submit_by_ms).toBe(at(16) - DAY);
  });
  it('reads the times that it wrote, of the day before and the day after too', () => {
    const windows = [
      { start_ms: at(-1, 30), end_ms: at(1, 30) },
      { start_ms: at(0), end_ms: at(24) },
      { start_ms: at(23, 30), end_ms: at(25) },
      { start_ms: at(20), end_ms: at(46) },
      { start_ms: at(-5), end_ms: at(30) },
    ];
    const rows = windows.map((window) => ({ callSign: 'A1', ...typedWindow(window, day), change: '' }));
    const read = readPlan({ day_ms: day, submitBy: '1600', answerBy: '1800', version: 1, rows });
    expect('plan' in read && read.plan.flights?.map((f) => f.window)).toEqual(windows);
    expect(rows[2]).toMatchObject({ from: '23:30', to: '01:00' });
  });
  it('says what is wrong, and where', () => {
    expect(
      readPlan({
        day_ms: day,
        submitBy: 'x',
        answerBy: '1800',
        version: 1,
        rows: [{ ...row, callSign: '', to: 'late' }],
      }),
    ).toEqual({
      errors: { submitBy: 'plan.wrong.time', '0.callSign': 'plan.wrong.callSign', '0.to': 'plan.wrong.time' },
    });
  });
  it('a late one is still given some time', () => {
    expect(dueOf(plan(1, []), at(1))).toBe(at(1) + 900_000);
    expect(threadOf(day, 'us')).toBe('plan-20261127-us');
  });
});
