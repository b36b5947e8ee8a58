import { describe, expect, it } from 'vitest';

import type { Leg, Volume, Zone } from '../../api/documents';
import { legsNear, MEASURE_STATES, measureId, nextOf, ownZones, stateOf } from './measure';
import { messages } from './messages';

const outline = { circle: { centre: [0, 0] as [number, number], radius_cm: 100 } };
const volume = (start_ms: number, end_ms: number, lower_cm?: number, upper_cm?: number): Volume => ({
  outline,
  window: { start_ms, end_ms },
  ...(lower_cm === undefined || upper_cm === undefined ? {} : { band: { ref: 'fl' as const, lower_cm, upper_cm } }),
});

describe('stateOf', () => {
  it('goes with the time', () => {
    const measure = { ended: false, volumes: [volume(10, 20), volume(30, 40)] };
    expect([5, 10, 20, 30, 40].map((now) => stateOf(measure, now))).toEqual([
      'coming',
      'force',
      'coming',
      'force',
      'over',
    ]);
    expect([5, 10, 25, 40].map((now) => nextOf(measure, now))).toEqual([10, 20, 30, undefined]);
    expect(stateOf({ ...measure, ended: true }, 15)).toBe('withdrawn');
    for (const state of MEASURE_STATES) expect(Object.keys(messages.en)).toContain(`state.${state}`);
  });
});
it('legsNear takes those of that zone, time and height, that are not over', () => {
  const leg = (zone: string, state: string, volumes: Volume[]): Leg =>
    ({ zone, state, volumes, window: { start_ms: 0, end_ms: 100 } }) as unknown as Leg;
  const legs = [
    leg('F1', 'confirmed', [volume(15, 16, 0, 10)]),
    leg('F1', 'confirmed', [volume(15, 16, 10, 20)]),
    leg('F1', 'ended', [volume(15, 16)]),
    leg('K1', 'held', [volume(15, 16)]),
    leg('F1', 'asked', [volume(20, 30)]),
  ];
  expect(legsNear(legs, 'F1', [volume(10, 20, 0, 10)])).toEqual([legs[0]]);
});
it('names, and zones of our own', () => {
  const now = Date.UTC(2026, 10, 26, 21, 3);
  expect(measureId(now, () => false)).toBe('M-262103');
  expect(measureId(now, (id) => id === 'M-262103')).toBe('M-262103-2');
  expect(ownZones([{ id: 'a', sequenced_here: true }, { id: 'b' }] as Zone[]).map((z) => z.id)).toEqual(['a']);
});
