import { describe, expect, it } from 'vitest';

import type { Zone } from '../api/documents';
import {
  bandTexts,
  outlineTexts,
  planId,
  spanText,
  readBand,
  readOutline,
  readPlaces,
  readWindow,
  shifted,
  startingAt,
  timeText,
  type Units,
} from './volume-form';
import { legsOf, mainZone, middleOf, within } from './zone-of';

const units: Units = { height: 'ft', distance: 'NM', notation: 'dms' };
const now = Date.UTC(2026, 10, 26, 12, 0);

describe('places', () => {
  it('are read line by line, in any notation', () => {
    expect(readPlaces('35°20′15″N 036°12′08″E\n\n34.3, 34.6; 36SYE 90412 13542')).toMatchObject({
      ok: [[353_375_000, 362_022_222], [343_000_000, 346_000_000], expect.anything()],
    });
    expect(readPlaces('34.3, 34.6\nsomewhere')).toEqual({ error: 'volumes.error.place', line: 2 });
  });
});

describe('outlines', () => {
  it('are read', () => {
    expect(readOutline('circle', '34 33', '5', units)).toEqual({
      ok: { circle: { centre: [340_000_000, 330_000_000], radius_cm: 926_000 } },
    });
    expect(readOutline('corridor', '34 33\n35 33', '10 km', units)).toEqual({
      ok: {
        corridor: {
          line: [
            [340_000_000, 330_000_000],
            [350_000_000, 330_000_000],
          ],
          left_cm: 500_000,
          right_cm: 500_000,
        },
      },
    });
  });
  it('are refused with a reason', () => {
    expect(readOutline('circle', '34 33\n35 33', '5', units)).toEqual({ error: 'volumes.error.centre' });
    expect(readOutline('corridor', '34 33', '5', units)).toEqual({ error: 'volumes.error.line' });
    expect(readOutline('corridor', '34 33\n35 33', 'wide', units)).toEqual({ error: 'volumes.error.width' });
    expect(readOutline('polygon', '34 33\n35 33', '', units)).toEqual({ error: 'volumes.error.polygon' });
    expect(readOutline('circle', '34 33', '5000 NM', units)).toEqual({ error: 'volumes.error.tooWide' });
  });
  it('come back as they can be read again', () => {
    for (const notation of ['dms', 'deg'] as const) {
      const outline = { circle: { centre: [340_000_000, 330_000_000] as [number, number], radius_cm: 1_852_000 } };
      const text = outlineTexts(outline, { ...units, notation });
      expect(readOutline(text.shape, text.places, text.size, units)).toEqual({ ok: outline });
    }
  });
});

describe('bands', () => {
  it('are levels or heights of one reference', () => {
    expect(readBand('FL180', 'FL240', units)).toEqual({ ok: { ref: 'fl', lower_cm: 548_640, upper_cm: 731_520 } });
    expect(readBand('', '2500 ft AGL', units)).toEqual({ ok: { ref: 'agl', upper_cm: 76_200 } });
    expect(readBand('SFC', 'UNL', units)).toEqual({ ok: undefined });
    expect(readBand('FL100', '2000 ft', units)).toEqual({ error: 'volumes.error.references' });
    expect(readBand('FL240', 'FL180', units)).toEqual({ error: 'volumes.error.upsideDown' });
    expect(readBand('low', '', units)).toEqual({ error: 'volumes.error.lower' });
    expect(bandTexts({ ref: 'fl', lower_cm: 548_640 }, units)).toEqual({ lower: 'FL180', upper: '' });
  });
});

describe('windows', () => {
  it('are Zulu, and end later than they begin', () => {
    expect(readWindow('1210', '+25m', now)).toEqual({ ok: { start_ms: now + 600_000, end_ms: now + 2_100_000 } });
    expect(readWindow('2350', '0010', now)).toEqual({ ok: { start_ms: now + 42_600_000, end_ms: now + 43_800_000 } });
    expect(readWindow('010000Z MAY 27', '010000Z DEC', now)).toEqual({
      ok: { start_ms: Date.UTC(2027, 4, 1), end_ms: Date.UTC(2027, 11, 1) },
    });
    expect(readWindow('1210', '1205', now)).toEqual({ error: 'volumes.error.backwards' });
    expect(readWindow('soon', '1205', now)).toEqual({ error: 'volumes.error.from' });
  });
  it('last so long', () => {
    const plain = (ms: number): string => spanText(ms).replace(/[\u2066\u2069]/g, '');
    expect([2_460_000, -1_238_966, 3_900_000, 3_600_000, 9_000, 0].map(plain)).toEqual([
      '41 min',
      '20 min 39 s',
      '1 h 05 min',
      '1 h 00 min',
      '9 s',
      '0 s',
    ]);
  });
  it('are written as they are read', () => {
    expect(timeText(now)).toBe('261200Z NOV 26');
    expect(timeText(now + 31_000)).toBe('2026-11-26T12:00:31Z');
  });
});

describe('volumes', () => {
  const volume = { outline: {}, window: { start_ms: 10, end_ms: 20 }, band: { ref: 'fl' as const, lower_cm: 5 } };
  it('move as a whole', () => {
    expect(shifted(volume, { time_shift_ms: 5, level_shift_cm: -2 })).toEqual({
      outline: {},
      window: { start_ms: 15, end_ms: 25 },
      band: { ref: 'fl', lower_cm: 3 },
    });
    expect(
      startingAt([volume, { ...volume, window: { start_ms: 20, end_ms: 30 } }], 110).map((v) => v.window.start_ms),
    ).toEqual([110, 120]);
  });
  it('have an id that is free', () => {
    expect(planId('Mirage 1/é', now, () => false)).toBe('Mirage1e-261200');
    expect(planId('', now, (id) => id === 'plan-261200')).toBe('plan-261200-2');
  });
});

describe('the zone of a volume', () => {
  const zones = [
    { id: 'A', outline: { circle: { centre: [0, 0], radius_cm: 11_132_000 } } },
    {
      id: 'B',
      outline: {
        polygon: [
          [-10_000_000, 20_000_000],
          [10_000_000, 20_000_000],
          [10_000_000, 40_000_000],
          [-10_000_000, 40_000_000],
        ],
      },
    },
  ] as unknown as Zone[];
  const line = (from: number, to: number) => ({
    corridor: {
      line: [
        [0, from],
        [0, to],
      ] as [number, number][],
      left_cm: 1,
      right_cm: 1,
    },
  });
  it('is where its middle is', () => {
    expect(middleOf(line(0, 40_000_000))).toEqual([0, 20_000_000]);
    expect(mainZone(line(0, 60_000_000), ['A', 'B'], zones, undefined)).toBe('B');
    expect(mainZone(line(0, 10_000_000), ['B', 'A'], zones, 'B')).toBe('A');
    expect(mainZone(line(0, 30_000_000), ['A', 'B'], zones, 'B')).toBe('B');
    expect(mainZone(line(0, 10_000_000), [], zones, 'B')).toBeUndefined();
    expect(within([0, 5_000_000], line(0, 10_000_000))).toBe(true);
  });
  it('makes legs of what follows in one zone', () => {
    expect(
      legsOf([
        { volume: 1, zone: 'A' },
        { volume: 2, zone: 'A' },
        { volume: 3, zone: 'B' },
        { volume: 4, zone: 'A' },
      ]),
    ).toEqual([
      { zone: 'A', volumes: [1, 2] },
      { zone: 'B', volumes: [3] },
      { zone: 'A', volumes: [4] },
    ]);
  });
});
