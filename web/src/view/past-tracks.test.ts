import { describe, expect, it } from 'vitest';

import type { Client } from '../api/client';
import type { PointE7 } from '../api/documents';
import { Problem } from '../api/problem';
import { between, craftOf, trackAt, type PastAnswer, type PastCraft, type PastRow } from './past-places';
import { around, PastTracks, STRETCH_MS, stretchOf, within } from './past-tracks.svelte';

const T = stretchOf(1_800_000_000_000);
const place = (time_ms: number, position: PointE7, more = {}): PastRow['places'][number] => ({
  time_ms,
  position,
  on_ground: false,
  ...more,
});
const row = (of: Partial<PastRow>): PastRow => ({ id: 1, label: '4840D6', domain: 'air', places: [], ...of });
const craft = (...rows: PastRow[]): PastCraft => {
  const found = craftOf(rows).get(1);
  if (found === undefined) throw new Error('no craft');
  return found;
};
const LEVANT = { south: 33, west: 34, north: 36, east: 37 };

describe('a craft of the past', () => {
  const flown = craft(
    row({
      call_sign: 'RESCUE1',
      places: [
        place(T, [100, 200], { pressure_cm: 1_000, speed_cm_s: 20_000 }),
        place(T + 10_000, [200, 400], { pressure_cm: 2_000 }),
      ],
    }),
  );
  it('is between its places, and where it was heard last for a while', () => {
    expect(trackAt(flown, T - 1)).toBeUndefined();
    expect(trackAt(flown, T + 5_000)).toMatchObject({
      position: [150, 300],
      pressure_cm: 1_500,
      call_sign: 'RESCUE1',
      state: 'live',
      time_ms: T + 5_000,
    });
    expect(trackAt(flown, T + 20_000)).toMatchObject({ position: [200, 400], state: 'live', time_ms: T + 10_000 });
    expect(trackAt(flown, T + 60_000)?.state).toBe('coasting');
    expect(trackAt(flown, T + 200_000)).toBeUndefined();
  });
  it('is nowhere between places that are too far apart', () => {
    const lost = craft(row({ places: [place(T, [0, 0]), place(T + 400_000, [9, 9])] }));
    expect(trackAt(lost, T + 150_000)).toBeUndefined();
    const ship = craft(row({ domain: 'sea', places: [place(T, [0, 0]), place(T + 400_000, [8, 8])] }));
    expect(trackAt(ship, T + 100_000)?.position).toEqual([2, 2]);
  });
  it('is one, whoever told of it, under the name that was heard here', () => {
    const both = craft(
      row({ label: 'theirs', peer: 'us', places: [place(T + 10_000, [2, 2])] }),
      row({ label: 'ours', places: [place(T, [0, 0]), place(T + 20_000, [4, 4])] }),
    );
    expect(both.places.map((p) => p.time_ms)).toEqual([T, T + 10_000, T + 20_000]);
    expect(trackAt(both, T + 15_000)).toMatchObject({ label: 'ours', position: [3, 3] });
  });
  it('goes over 180° the short way', () => {
    expect(between([0, 1_799_999_000], [0, -1_799_999_000], 0.5)).toEqual([0, -1_800_000_000]);
    expect(between([0, 1_799_990_000], [0, -1_799_990_000], 0.25)).toEqual([0, 1_799_995_000]);
  });
});

describe('parts of the map', () => {
  it('are asked for with their surroundings, everything where they are most of it', () => {
    expect(around(LEVANT)).toEqual({ south: 31.5, west: 32.5, north: 37.5, east: 38.5 });
    expect(around({ south: -80, west: -170, north: 80, east: 170 })).toBeUndefined();
    expect(around({ south: -10, west: 170, north: 10, east: 190 })).toEqual({
      south: -20,
      west: 160,
      north: 20,
      east: -160,
    });
  });
  it('are held by what was asked for', () => {
    expect(within(LEVANT, around(LEVANT))).toBe(true);
    expect(within({ ...LEVANT, east: 39 }, around(LEVANT))).toBe(false);
    expect(within(LEVANT, undefined)).toBe(true);
    const over = around({ south: -10, west: 170, north: 10, east: 190 });
    expect(within({ south: 0, west: 179, north: 1, east: -179 }, over)).toBe(true);
    expect(within({ south: 0, west: 150, north: 1, east: -179 }, over)).toBe(false);
  });
});

function of(reply: (query: Record<string, number>) => Partial<PastAnswer>): {
  tracks: PastTracks;
  asked: Record<string, number>[];
} {
  const asked: Record<string, number>[] = [];
  const get = ((_: string, { query }: { query: Record<string, number> }) => {
    asked.push(query);
    return Promise.resolve().then(() => ({ kept_from_ms: T - 1_000_000, tracks: [], ...reply(query) }));
  }) as unknown as Client['get'];
  return { tracks: new PastTracks({ get }), asked };
}
const settled = async (): Promise<void> => {
  for (let i = 0; i < 40; i += 1) await Promise.resolve();
};

describe('tracks of the past', () => {
  const one = { tracks: [row({ places: [place(T, [1, 1]), place(T + 10_000, [3, 3])] })] };
  it('are asked for once a stretch and part of the map', async () => {
    const { tracks, asked } = of(() => one);
    tracks.want(T + 1_000, LEVANT);
    tracks.want(T + 5_000, LEVANT);
    await settled();
    expect(tracks.state).toBe('ready');
    expect(asked).toHaveLength(1);
    expect((asked[0]?.['to_ms'] ?? 0) - (asked[0]?.['from_ms'] ?? 0)).toBeLessThanOrEqual(900_000);
    expect(tracks.all(T + 5_000).map((t) => t.position)).toEqual([[2, 2]]);
    expect(tracks.get(1, T + 5_000)?.label).toBe('4840D6');
    tracks.want(T + STRETCH_MS, LEVANT);
    tracks.want(T + 5_000, LEVANT);
    await settled();
    tracks.want(T + 5_000, { ...LEVANT, east: 50 });
    await settled();
    expect(asked.length).toBeLessThanOrEqual(3);
    expect(tracks.state).toBe('ready');
  });
  it('come page by page, up to a bound that is told', async () => {
    let n = 0;
    const { tracks, asked } = of(() => ({ tracks: [row({ id: (n += 1), places: [place(T, [1, 1])] })], next: n }));
    tracks.want(T, LEVANT);
    await settled();
    expect(asked.map((q) => q['after'])).toEqual([undefined, 1, 2, 3]);
    expect([tracks.part, tracks.all(T).length]).toEqual([true, 4]);
  });
  it('say why there are none', async () => {
    const none = of(() => {
      throw new Problem({ status: 404, title: 'x' });
    });
    none.tracks.want(T, LEVANT);
    await settled();
    expect(none.tracks.state).toBe('none');
    const failed = of(() => {
      throw new Problem({ status: 503, title: 'x' });
    });
    failed.tracks.want(T, LEVANT);
    await settled();
    expect([failed.tracks.state, failed.tracks.problem?.status]).toEqual(['failed', 503]);
  });
  it('are forgotten with the session, also what is under way', async () => {
    const { tracks } = of(() => one);
    tracks.want(T, LEVANT);
    tracks.forget();
    await settled();
    expect([tracks.state, tracks.all(T).length]).toEqual(['idle', 0]);
  });
});
