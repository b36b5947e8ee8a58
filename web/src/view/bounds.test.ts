import { describe, expect, it } from 'vitest';

import { boundsOf, boundsOfPoints } from './bounds';

describe('bounds', () => {
  it('are about all of it', () => {
    const area = boundsOf([
      {
        outline: {
          polygon: [
            [0, 0],
            [10_000_000, 0],
            [0, 10_000_000],
          ],
        },
      },
      { outline: { circle: { centre: [20_000_000, 20_000_000], radius_cm: 11_132_000 } } },
    ]);
    expect(area).toMatchObject({ south: 0, west: 0, north: 30_000_000 });
    expect(area?.east).toBeCloseTo(30_006_000, -4);
    expect(boundsOfPoints([])).toBeUndefined();
  });
  it('grow by the width of a corridor', () => {
    const area = boundsOf([
      {
        outline: {
          corridor: {
            line: [
              [0, 0],
              [0, 10_000_000],
            ],
            left_cm: 11_132_000,
            right_cm: 0,
          },
        },
      },
    ]);
    expect(area).toMatchObject({ south: -10_000_000, north: 10_000_000, west: -10_000_000, east: 20_000_000 });
  });
});
