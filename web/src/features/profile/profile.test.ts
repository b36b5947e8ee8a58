import { describe, expect, it } from 'vitest';

import type { Outline, Track } from '../../api/documents';
import type { Area } from '../../view/scene';
import { ceiling, craftOf, spansOf, Way, wayOf, wayThrough } from './profile';

const corridor = (line: [number, number][]): Outline => ({
  corridor: { line, left_cm: 1_000_000, right_cm: 1_000_000 },
});
const area = (outline: Outline, of: Partial<Area> = {}): Area => ({
  key: 'k',
  ref: { kind: 'zone', id: 'K' },
  layer: 'zones',
  outline,
  band: { lower_cm: 300_000, upper_cm: 600_000, ref: 'fl' },
  window: undefined,
  tone: 'own',
  stroke: 'solid',
  label: 'K',
  domain: 'air',
  now: true,
  hatched: false,
  ...of,
});
const track = (of: Partial<Track>): Track => ({
  id: 1,
  label: 'L',
  domain: 'air',
  state: 'live',
  begun_ms: 0,
  last_ms: 0,
  time_ms: 0,
  quality: 9,
  on_ground: false,
  ...of,
});

describe('the way', () => {
  it('is the line of a corridor, and leads through the rest', () => {
    expect(
      wayOf(
        corridor([
          [0, 0],
          [0, 10_000_000],
        ]),
      ),
    ).toEqual([
      [0, 0],
      [1, 0],
    ]);
    const circle = wayOf({ circle: { centre: [0, 0], radius_cm: 1_000_000 } });
    expect(circle[0]?.[0]).toBeLessThan(0);
    expect(
      wayOf({
        polygon: [
          [0, 0],
          [0, 20_000_000],
          [1_000_000, 5_000_000],
        ],
      }),
    ).toEqual([
      [0, 0],
      [2, 0],
    ]);
    expect(wayOf({})).toEqual([]);
  });
  it('goes from part to part by time', () => {
    const way = wayThrough([
      {
        outline: corridor([
          [0, 10_000_000],
          [0, 20_000_000],
        ]),
        window: { start_ms: 5, end_ms: 9 },
      },
      {
        outline: corridor([
          [0, 0],
          [0, 10_000_000],
        ]),
        window: { start_ms: 0, end_ms: 5 },
      },
    ]);
    expect(way).toEqual([
      [0, 0],
      [1, 0],
      [2, 0],
    ]);
  });
  it('knows how far along a place is', () => {
    const way = new Way([
      [0, 0],
      [1, 0],
    ]);
    expect(way.length).toBeCloseTo(111_319.5, 0);
    const near = way.project([0.5, 0.1]);
    expect(near.at / way.length).toBeCloseTo(0.5, 3);
    expect(near.aside).toBeCloseTo(11_119, -1);
    expect(way.at(way.length / 2)[0]).toBeCloseTo(0.5, 6);
  });
});

describe('across the way', () => {
  const way = new Way([
    [0, 0],
    [1, 0],
  ]);
  it('stand the bands of what it crosses', () => {
    const spans = spansOf(way, [
      area({ circle: { centre: [0, 5_000_000], radius_cm: 1_113_195 } }),
      area({ circle: { centre: [50_000_000, 5_000_000], radius_cm: 1_000_000 } }),
      area(
        corridor([
          [0, 0],
          [0, 10_000_000],
        ]),
        { domain: 'sea' },
      ),
    ]);
    expect(spans).toHaveLength(1);
    expect((spans[0]?.from ?? 0) / way.length).toBeCloseTo(0.4, 1);
    expect(spans[0]).toMatchObject({ base_m: 3_000, top_m: 6_000 });
    expect(ceiling(spans, [])).toBe(7_000);
    expect(ceiling([], [])).toBe(3_000);
  });
  it('stand the bands across 180° as elsewhere, whichever way the outlines are written', () => {
    const east = [-20_000_000, 1_780_000_000] as [number, number];
    const over = new Way(
      wayOf(
        corridor([
          [0, 1_790_000_000],
          [0, -1_790_000_000],
        ]),
      ),
    );
    const square = (west: number, eastern: number): Outline => ({
      polygon: [
        [-5_000_000, west],
        [-5_000_000, eastern],
        [5_000_000, eastern],
        [5_000_000, west],
      ],
    });
    const spans = spansOf(over, [
      area(square(-1_798_000_000, -1_794_000_000)),
      area(square(1_795_000_000, -1_795_000_000)),
      area({ circle: { centre: [0, -1_790_000_000], radius_cm: 1_113_195 } }),
      area({ circle: { centre: east, radius_cm: 1_113_195 } }),
    ]);
    expect(spans.map((s) => [s.from, s.to].map((at) => Math.round((at / over.length) * 20)))).toEqual([
      [12, 16],
      [5, 15],
      [19, 20],
    ]);
    expect(wayOf(square(1_795_000_000, -1_790_000_000)).map(([lng]) => lng)).toEqual([179.5, 181]);
  });
  it('are those who are near it, with a height', () => {
    const { craft, heightless } = craftOf(
      way,
      [
        track({ position: [0, 5_000_000], pressure_cm: 500_000, course_mdeg: 270_000, speed_cm_s: 20_000 }),
        track({ id: 2, position: [0, 5_000_000] }),
        track({ id: 3, position: [20_000_000, 5_000_000], pressure_cm: 500_000 }),
        track({ id: 4, position: [0, 5_000_000], domain: 'sea' }),
      ],
      20_000,
    );
    expect(craft).toHaveLength(1);
    expect(craft[0]?.along).toBeCloseTo(-200, 3);
    expect(heightless).toBe(1);
  });
});
