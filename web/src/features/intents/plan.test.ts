import { describe, expect, it } from 'vitest';

import type { Intent } from '../../api/documents';
import { filedAs, legZones, soonest, templatesOf } from './plan';

const outline = { circle: { centre: [0, 0] as [number, number], radius_cm: 1 } };

describe('plans', () => {
  it('are flights where another decides on the way', () => {
    expect(filedAs(undefined)).toBe('intent');
    expect(filedAs({ zones: [['F1']] })).toBe('intent');
    expect(filedAs({ foreign: [{ owner: 'us', zone: 'K1' }] })).toBe('flight');
  });
  it('have a zone for each leg', () => {
    const findings = { zones: [['K1'], ['K1', 'K4'], []] };
    const volumes = [undefined, 'K4', 'F9'].map((chosen) => ({ outline, chosen }));
    expect(legZones(volumes, findings, [])).toEqual(['K1', 'K4', 'F9']);
    expect(legZones([{ outline, chosen: 'K9' }], { zones: [['K1']] }, [])).toEqual(['K1']);
    expect(legZones([{ outline, chosen: undefined }], undefined, [])).toEqual([undefined]);
  });
  it('take former plans of ours as templates', () => {
    const intent = (id: string, manager: string, changed_ms: number): Intent => ({
      data_mode: 'TEST',
      disclosure: 'full',
      domain: 'air',
      id,
      manager,
      changed_ms,
      volumes: [{ outline, window: { start_ms: 0, end_ms: 1 } }],
    });
    expect(
      templatesOf([intent('a', 'fr:x', 1), intent('b', 'us:x', 2), intent('c', 'y@fr', 3)], 'fr').map((i) => i.id),
    ).toEqual(['c', 'a']);
  });
  it('begin at a round time', () => {
    expect(soonest(Date.UTC(2026, 0, 1, 12, 1))).toBe(Date.UTC(2026, 0, 1, 12, 15));
  });
});
