import { describe, expect, it } from 'vitest';

import type { Track } from '../../api/documents';
import { answerWith, agreeTo, findingOf } from './reply';
import { metresApart, nearest } from './nearby';

const track = (id: number, position: [number, number], of: Partial<Track> = {}): Track =>
  ({ id, position, time_ms: 0, label: String(id), ...of }) as Track;

describe('what is near', () => {
  it('measures a degree of latitude, and less of longitude in the north', () => {
    expect(metresApart([0, 0], [1e7, 0])).toBeCloseTo(111_195, -2);
    expect(metresApart([60e7, 0], [60e7, 1e7])).toBeCloseTo(55_600, -3);
  });
  it('crosses the 180th meridian', () => {
    expect(metresApart([0, 1799e6], [0, -1799e6])).toBeCloseTo(22_239, -2);
  });
  it('lists the nearest first, reckoned to the moment, and none that is far', () => {
    const found = nearest(
      [
        track(1, [0, 0]),
        track(2, [0, 1e6], { speed_cm_s: 18_500, course_mdeg: 270_000 }),
        track(3, [50e7, 0]),
        { ...track(4, [0, 0]), position: undefined } as unknown as Track,
      ],
      [0, 0],
      60_000,
    );
    expect(found.map((n) => n.track.id)).toEqual([1, 2]);
    expect(found[1]?.metres).toBeCloseTo(11_119 - 11_100, -2);
  });
});

describe('replies', () => {
  it('have words only where there are some, in their language', () => {
    expect(answerWith('fr', ' ')).toEqual({ kind: 'answer' });
    expect(findingOf('mine', 'ar', 'نعم')).toEqual({
      kind: 'answer',
      finding: 'mine',
      parts: [{ text: { language: 'ar', text: 'نعم' } }],
    });
    expect(agreeTo('c', 'fr', '')).toEqual({ kind: 'agree', agreed: 'c' });
  });
});
