import { describe, expect, it } from 'vitest';

import type { Track } from '../../api/documents';
import { heightOf, latOf, lngOf, mercatorX, mercatorY, TRAIL, TrackTable } from './track-table';

const track = (id: number, of: Partial<Track> = {}): Track => ({
  id,
  label: String(id),
  domain: 'air',
  state: 'live',
  begun_ms: 0,
  last_ms: 0,
  time_ms: 1_000,
  quality: 9,
  on_ground: false,
  position: [340_000_000, 350_000_000],
  speed_cm_s: 20_000,
  course_mdeg: 90_000,
  ...of,
});

describe('the table of tracks', () => {
  it('has a row each, and fills holes', () => {
    const table = new TrackTable();
    for (let id = 1; id <= 600; id += 1) table.put(track(id, { position: [340_000_000, id * 100_000] }));
    table.drop(1);
    table.drop(300);
    table.drop(999);
    expect(table.size).toBe(598);
    for (let id = 2; id <= 600; id += 1) {
      const row = table.rowOf(id);
      if (id === 300) expect(row).toBeUndefined();
      else {
        expect(table.ids[row ?? -1]).toBe(id);
        expect(table.place(row ?? -1)[0]).toBeCloseTo(id / 100, 9);
      }
    }
    table.put(track(5, { position: [350_000_000, 50_000] }));
    expect(table.size).toBe(598);
    table.clear();
    expect(table.size).toBe(0);
  });
  it('goes where the course leads', () => {
    const table = new TrackTable();
    table.put(track(1));
    table.put(track(2, { course_mdeg: 0 }));
    const { course_mdeg: _, ...without } = track(3);
    table.put(without);
    expect(table.dx[0]).toBeGreaterThan(0);
    expect(Math.abs(table.dy[0] ?? 1)).toBeLessThan(1e-12);
    expect(table.dy[1]).toBeLessThan(0);
    expect([table.dx[2], Math.abs(table.dy[2] ?? 1)]).toEqual([0, 0]);
  });
  it('keeps dots behind it, some time apart', () => {
    const table = new TrackTable();
    for (let s = 0; s < 300; s += 5)
      table.put(track(1, { time_ms: 1_000 + s * 1000, position: [340_000_000, 350_000_000 + s * 10_000] }));
    expect(table.trailCount[0]).toBe(TRAIL);
    expect(lngOf(table.trailX[0] ?? 0)).toBeCloseTo(35 + 0.28, 5);
    expect(lngOf(table.trailX[1] ?? 0)).toBeCloseTo(35 + 0.26, 5);
  });
  it('drops who has no place any more', () => {
    const table = new TrackTable();
    table.put(track(1));
    const { position: _, ...without } = track(1);
    table.put(without);
    expect(table.size).toBe(0);
  });
});

describe('the projection', () => {
  it('goes there and back', () => {
    for (const lat of [-80, -33.3, 0, 51, 84]) expect(latOf(mercatorY(lat))).toBeCloseTo(lat, 9);
    expect(lngOf(mercatorX(-179.5))).toBeCloseTo(-179.5, 9);
    expect(TrackTable.shift(mercatorX(-179), mercatorX(179))).toBeCloseTo(1, 9);
  });
  it('takes no height for granted', () => {
    expect(heightOf(track(1))).toBeUndefined();
    expect(heightOf(track(1, { pressure_cm: 100_000 }))).toBe(1_000);
    expect(heightOf(track(1, { domain: 'sea' }))).toBe(0);
  });
});
