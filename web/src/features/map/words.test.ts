import { describe, expect, it } from 'vitest';

import type { Alert, Track } from '../../api/documents';
import { axisLabel, conflictLabel, trackFigures } from './words';
import type { Area } from '../../view/scene';

const track = (of: Partial<Track>): Track => ({
  id: 1,
  label: 'x',
  domain: 'air',
  state: 'live',
  begun_ms: 0,
  last_ms: 0,
  time_ms: 0,
  quality: 9,
  on_ground: false,
  ...of,
});

describe('words on the map', () => {
  it('tell level, trend and speed, and nothing that is not known', () => {
    expect(trackFigures(track({ pressure_cm: 609_600, climb_cm_s: 500, speed_cm_s: 20_577 }))).toBe('FL200↑ 400 kt');
    expect(trackFigures(track({ geometric_cm: 30_480 }))).toContain('WGS-84');
    expect(trackFigures(track({}))).toBe('');
    expect(trackFigures(track({ domain: 'sea', pressure_cm: 1, speed_cm_s: 514 }))).toBe('10 kt');
  });
  it('name areas by their band', () => {
    const area = { label: 'K1 · us', domain: 'air', band: { lower_cm: 548_640, upper_cm: 731_520, ref: 'fl' } } as Area;
    expect(axisLabel(area)).toBe('K1 · us\nFL180–FL240');
    expect(axisLabel({ ...area, domain: 'sea' })).toBe('K1 · us');
  });
  it('count down to the closest approach', () => {
    const alert = {
      kind: 'conflict',
      finding: { at_ms: 1_000, to_closest_ms: 65_000, closest_m: 4_630 },
    } as Alert;
    expect(conflictLabel(alert, 2_000)).toBe('1:04 · 2.5 NM');
    expect(conflictLabel({ ...alert, over_ms: 5 }, 2_000)).toBeUndefined();
    expect(conflictLabel({ ...alert, kind: 'distress' }, 2_000)).toBeUndefined();
  });
});
