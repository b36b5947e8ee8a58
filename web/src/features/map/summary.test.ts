import { describe, expect, it } from 'vitest';

import { next, seen, within } from './summary';

describe('what is in view', () => {
  it('is inside, also across 180°', () => {
    expect(within([179, 0], { west: 170, east: 190, south: -10, north: 10 })).toBe(true);
    expect(within([-175, 0], { west: 170, east: 190, south: -10, north: 10 })).toBe(true);
    expect(within([-160, 0], { west: 170, east: 190, south: -10, north: 10 })).toBe(false);
    expect(within([0, 20], { west: -180, east: 180, south: -10, north: 10 })).toBe(false);
  });
  it('is told from the middle on, and walked through by number', () => {
    const of = seen(
      [
        { id: 3, place: [1, 0], label: 'C', detail: '' },
        { id: 1, place: [0.1, 0], label: 'A', detail: '' },
        { id: 2, place: [50, 0], label: 'B', detail: '' },
      ],
      [],
      { west: -5, east: 5, south: -5, north: 5 },
      [0, 0],
    );
    expect(of.map((s) => s.label)).toEqual(['A', 'C']);
    expect(next(of, undefined, 1)?.label).toBe('A');
    expect(next(of, { kind: 'track', id: '1' }, 1)?.label).toBe('C');
    expect(next(of, { kind: 'track', id: '3' }, 1)?.label).toBe('A');
    expect(next([], undefined, 1)).toBeUndefined();
  });
});
