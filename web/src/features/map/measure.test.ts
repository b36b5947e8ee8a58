import { describe, expect, it } from 'vitest';

import { legsOf, timeFor } from './measure';

describe('measuring', () => {
  it('sums up', () => {
    const legs = legsOf([
      [0, 0],
      [0, 10_000_000],
      [10_000_000, 10_000_000],
    ]);
    expect(legs.map((l) => l.bearing_mdeg)).toEqual([90_000, 0]);
    expect(legs[1]?.total).toBeCloseTo((legs[0]?.metres ?? 0) + (legs[1]?.metres ?? 0), 6);
    expect(legsOf([[0, 0]])).toEqual([]);
  });
  it('tells the time', () => {
    expect(timeFor(1_000, 10_000)).toBe(10_000);
    expect(timeFor(1_000, 0)).toBeUndefined();
  });
});
