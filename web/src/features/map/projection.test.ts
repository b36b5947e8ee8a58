import { describe, expect, it } from 'vitest';

import { Projection, roundDistance } from './projection';

describe('on the screen', () => {
  it('a place is where the matrix puts it, in the nearest world', () => {
    // x from 0 to 1 over the width.
    const projection = new Projection(new Float64Array([2, 0, 0, 0, 0, -2, 0, 0, 0, 0, 1, 0, -1, 1, 0, 1]));
    projection.width = 200;
    projection.height = 100;
    const out = new Float64Array(2);
    expect(projection.to(0.5, 0.25, 0, out)).toBe(true);
    expect([...out]).toEqual([100, 25]);
    projection.middleX = 0.99;
    projection.to(0.01, 0.25, 0, out);
    expect(out[0]).toBeCloseTo(202, 6);
  });
  it('nothing behind who looks is shown', () => {
    const projection = new Projection(new Float64Array([1, 0, 0, 0, 0, 1, 0, 1, 0, 0, 1, 0, 0, 0, 0, -1]));
    expect(projection.to(0.5, 0.5, 0, new Float64Array(2))).toBe(false);
  });
  it('a scale is round', () => {
    expect(roundDistance(100, 120, 1852)).toMatchObject({ value: 5 });
    expect(roundDistance(100, 120, 1000)).toEqual({ value: 10, pixels: 100 });
    expect(roundDistance(0, 100, 1)).toEqual({ value: 0, pixels: 0 });
  });
});
