import { describe, expect, it } from 'vitest';

import { emptyFields, placesOf, readPart, type PartContext } from './parts';

const now = Date.UTC(2026, 10, 26, 12, 0);
const units = { height: 'ft', distance: 'NM', notation: 'dms' } as const;
const context: PartContext = { now, units, language: 'fr', self: 'fr', volume: undefined };

describe('parts', () => {
  it('are read from what was typed', () => {
    expect(
      readPart('position', { ...emptyFields(), place: '35 20 15 N 036 12 08 E', name: 'P1', at: '1210' }, context),
    ).toEqual({
      part: { position: { at_ms: now + 600_000, lat_e7: 353_375_000, lng_e7: 362_022_222, name: 'P1' } },
    });
    expect(readPart('time', { ...emptyFields(), at: '1210', until: '+5m' }, context)).toEqual({
      part: { time: { at_ms: now + 600_000, name: '', until_ms: now + 900_000 } },
    });
    expect(readPart('incident', { ...emptyFields(), incident: 'us/i1' }, context)).toEqual({
      part: { incident: { incident: 'i1', opener: 'us' } },
    });
    expect(
      readPart(
        'call',
        { ...emptyFields(), at: '1100', until: '1120', functions: 'duty officer\nchief\n', agreed: 'FL200' },
        context,
      ),
    ).toEqual({
      part: {
        call: {
          agreed: ['FL200'],
          begin_ms: now - 3_600_000,
          end_ms: now - 2_400_000,
          functions: ['duty officer', 'chief'],
        },
      },
    });
  });
  it('say which field is wrong', () => {
    expect(readPart('position', emptyFields(), context)).toEqual({ field: 'place', error: 'talks.wrong.position' });
    expect(readPart('time', { ...emptyFields(), at: '1210', until: '1209' }, context)).toEqual({
      field: 'until',
      error: 'talks.wrong.order',
    });
    expect(readPart('area', emptyFields(), context)).toEqual({ field: 'volume', error: 'talks.wrong.area' });
    expect(readPart('assessment', { ...emptyFields(), at: '1000', until: '1100' }, context)).toEqual({
      field: 'sections',
      error: 'talks.wrong.sections',
    });
  });
  it('of another are found on the map, in phrases too', () => {
    expect(
      placesOf([
        { part: { position: { lat_e7: 1, lng_e7: 2, name: 'P' } } },
        {
          part: {
            template: {
              values: [
                { name: 'position', value: '[3,4]' },
                { name: 'x', value: 'not json' },
              ],
            },
          },
        },
      ]).map((p) => p.label),
    ).toEqual(['P', '']);
  });
});
