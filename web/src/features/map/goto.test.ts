import { describe, expect, it } from 'vitest';

import { find, type Named } from './goto';

const named = (id: string, ...names: string[]): Named => ({ ref: { kind: 'track', id }, names });

describe('going to', () => {
  const among = [named('1', 'MIRAGE 11', '3B7101'), named('2', 'MIRAGE1', '3B7102'), named('3', 'EAGLE', 'X-MIRAGE1')];
  it('finds the same name first', () => {
    expect(find('mirage1', among).map((f) => ('ref' in f ? f.ref.id : ''))).toEqual(['2', '1', '3']);
    expect(find('3b71', among)).toHaveLength(2);
    expect(find('', among)).toEqual([]);
    expect(find('nothing', among)).toEqual([]);
  });
  it('reads places', () => {
    expect(find('34.5 35.25', among)).toEqual([{ place: [345_000_000, 352_500_000] }]);
    expect(find('34°30′N 035°15′E', [])).toEqual([{ place: [345_000_000, 352_500_000] }]);
  });
});
