import { describe, expect, it } from 'vitest';

import { distinct, keysFor, zonesOf } from './findings';

describe('findings', () => {
  it('say the zones of each volume', () => {
    expect(zonesOf({ zones: [['F1']] }, 2)).toEqual([['F1'], ['F1']]);
    expect(zonesOf({ zones: [['F1'], []] }, 2)).toEqual([['F1'], []]);
    expect(zonesOf({}, 2)).toEqual([]);
  });
  it('list one conflict once', () => {
    const one = { told: 'full' as const, volume: 0, zone: 'F1', intent: 'a' };
    expect(distinct([one, { ...one }, { ...one, volume: 1 }])).toHaveLength(2);
  });
  it('have keys only where all are known', () => {
    const find = (id: string) => ({ a: { ovn: 'k', version: 2 } })[id];
    expect(keysFor([{ intent: 'a', version: 2 }], find)).toEqual(['k']);
    expect(keysFor([{ intent: 'a', version: 3 }], find)).toBeUndefined();
    expect(keysFor([{ intent: 'b', version: 1 }], find)).toBeUndefined();
  });
});
