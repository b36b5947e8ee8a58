import { describe, expect, it } from 'vitest';

import { AHEAD_MS, BACK_MS, clamp, density, fraction, HOUR, moment, step, ticks } from './time';

const now = Date.UTC(2026, 10, 26, 12, 4, 31);

describe('the axis of time', () => {
  it('goes from a day back to three days ahead', () => {
    expect(clamp(now - 2 * BACK_MS, now)).toBe(now - BACK_MS);
    expect(clamp(now + 2 * AHEAD_MS, now)).toBe(now + AHEAD_MS);
    expect(fraction(now, now)).toBeCloseTo(0.25, 9);
    expect(moment(now + 10_000, now)).toBeUndefined();
    expect(moment(now + HOUR, now)).toBe(now + HOUR);
  });
  it('steps to whole quarters', () => {
    expect(step(now, 1)).toBe(Date.UTC(2026, 10, 26, 12, 15));
    expect(step(now, -1)).toBe(Date.UTC(2026, 10, 26, 12, 0));
    expect(step(Date.UTC(2026, 10, 26, 12, 15), 1)).toBe(Date.UTC(2026, 10, 26, 12, 30));
    expect(step(Date.UTC(2026, 10, 26, 12, 15), -1)).toBe(Date.UTC(2026, 10, 26, 12, 0));
  });
  it('counts what is in force', () => {
    const windows = [
      { start_ms: 0, end_ms: 10 },
      { start_ms: 5, end_ms: 25 },
      { start_ms: 40, end_ms: 50 },
      { start_ms: -20, end_ms: -10 },
      { start_ms: -20, end_ms: 100 },
    ];
    expect(density(windows, 0, 4, 10)).toEqual([3, 2, 2, 1]);
  });
  it('has its hours', () => {
    expect(ticks(now, 12)).toHaveLength(8);
    for (const at of ticks(now, 12)) expect(at % (12 * HOUR)).toBe(0);
  });
});
