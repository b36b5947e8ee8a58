import { describe, expect, it } from 'vitest';

import { parseLevelShift, parseShift, shifted } from './shift';

describe('another window', () => {
  it('moves times and levels, and nothing else', () => {
    const volume = {
      band: { ref: 'fl', lower_cm: 100, upper_cm: 200 },
      outline: { circle: { centre: [1, 2], radius_cm: 5 } },
      window: { start_ms: 10, end_ms: 20 },
    } as unknown as Parameters<typeof shifted>[0][number];
    expect(shifted([volume], 5, 50)[0]).toEqual({
      ...volume,
      band: { ref: 'fl', lower_cm: 150, upper_cm: 250 },
      window: { start_ms: 15, end_ms: 25 },
    });
    const { band: _, ...sea } = volume;
    expect('band' in (shifted([sea], 1, 50)[0] ?? {})).toBe(false);
  });
  it('is read as people write it', () => {
    expect(parseShift('')).toBe(0);
    expect(parseShift('+10')).toBe(600_000);
    expect(parseShift('−5 min')).toBe(-300_000);
    expect(parseShift('1:30')).toBe(5_400_000);
    expect(parseShift('x')).toBeUndefined();
    expect(parseLevelShift('+20')).toBe(60_960);
    expect(parseLevelShift('-1000 ft')).toBe(-30_480);
    expect(parseLevelShift('600m')).toBe(60_000);
    expect(parseLevelShift('FL20')).toBeUndefined();
  });
});
