import { describe, expect, it } from 'vitest';

import { frameOf, graticule, NAME_SIZE, pathOf, spread, toFrame } from './plot';

const circle = { circle: { centre: [331000000, 345000000] as [number, number], radius_cm: 4_444_800 } };

describe('the plot', () => {
  it('has all that is drawn, north above, east at the right, in Arabic too', () => {
    const frame = frameOf([circle], [[340000000, 330000000]], 1.5);
    if (frame === undefined) throw new Error('no frame');
    const [x, y] = toFrame(frame, [34.5, 33.1]);
    const [west] = toFrame(frame, [33, 33.1]);
    const [, north] = toFrame(frame, [34.5, 34]);
    expect(west).toBeLessThan(x);
    expect(north).toBeLessThan(y);
    for (const n of [x, y]) expect(n).toBeGreaterThan(0);
    expect(x).toBeLessThan(1000);
    expect(pathOf(frame, circle)).toMatch(/^M[\d.]+ [\d.]+L.*Z$/);
    const { lng, lat } = graticule(frame);
    expect(lng.length).toBeGreaterThan(1);
    expect(lat.length).toBeLessThan(10);
  });
  it('writes no name over another', () => {
    const at = { x: 300, y: 200 };
    const [first, second, third, far] = spread([
      { key: 'a', text: 'RAFALE2', ...at },
      { key: 'b', text: 'ATL44', ...at },
      { key: 'c', text: 'F1', x: 310, y: 205 },
      { key: 'd', text: 'K4', x: 700, y: 200 },
    ]);
    expect(first).toMatchObject(at);
    expect(second?.y).toBeGreaterThanOrEqual(200 + NAME_SIZE);
    expect(third?.y).toBeGreaterThanOrEqual((second?.y ?? 0) + NAME_SIZE);
    expect(far).toMatchObject({ x: 700, y: 200 });
  });
  it('is none without anything to show', () => {
    expect(frameOf([], [], 1)).toBeUndefined();
  });
});
