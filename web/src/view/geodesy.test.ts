import { describe, expect, it } from 'vitest';

import { densify, destination, fromE7, inverse, nearLng, toE7, wrapLng } from './geodesy';

describe('distances', () => {
  it('are those of the ellipsoid', () => {
    // JFK to LHR by GeographicLib: 5 554 908 m.
    const { metres, bearing } = inverse([-73.7781, 40.6413], [-0.4543, 51.47]);
    expect(Math.abs(metres - 5_554_900)).toBeLessThan(3_000);
    expect(bearing).toBeCloseTo(51.4, 0);
    // A degree of the equator and of the first meridian.
    expect(inverse([0, 0], [1, 0]).metres).toBeCloseTo(111_319.5, 0);
    expect(inverse([0, 0], [0, 1]).metres).toBeCloseTo(110_574.4, 0);
  });
  it('go across 180° and end near the antipode', () => {
    expect(inverse([179.5, 0], [-179.5, 0])).toMatchObject({ bearing: 90 });
    expect(inverse([179.5, 0], [-179.5, 0]).metres).toBeCloseTo(111_319.5, 0);
    expect(inverse([0, 0], [179.9, 0.1]).metres).toBeGreaterThan(1.99e7);
    expect(inverse([5, 5], [5, 5]).metres).toBe(0);
  });
  it('lead there and back', () => {
    for (const bearing of [0, 37, 90, 181, 300]) {
      const there = destination([35, 34], bearing, 50_000);
      const back = inverse([35, 34], there);
      expect(Math.abs(back.metres - 50_000)).toBeLessThan(0.01);
      expect(Math.abs(((back.bearing - bearing + 540) % 360) - 180)).toBeLessThan(1e-6);
    }
  });
});

describe('ways', () => {
  it('follow the great circle, without a jump at 180°', () => {
    const line = densify(
      [
        [170, 50],
        [-170, 50],
      ],
      1,
    );
    expect(line.length).toBeGreaterThan(10);
    expect(line.at(-1)).toEqual([190, 50]);
    expect(line[Math.floor(line.length / 2)]?.[1]).toBeGreaterThan(50.3);
  });
  it('turn places round', () => {
    expect(toE7(fromE7([342_000_000, 360_000_000]))).toEqual([342_000_000, 360_000_000]);
    expect(toE7([190, 1])).toEqual([10_000_000, -1_700_000_000]);
    expect([wrapLng(180), wrapLng(-180), wrapLng(541)]).toEqual([-180, -180, -179]);
    expect(nearLng(-179, 179)).toBe(181);
  });
});
