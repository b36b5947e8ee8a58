import { describe, expect, it } from 'vitest';

import { formatPlace, NOTATIONS, parsePlace } from './place';

describe('formatPlace', () => {
  it('has the four notations', () => {
    const at = [353_375_000, 362_022_222] as const;
    expect(formatPlace(...at, 'dms')).toBe('35°20′15″N 036°12′08″E');
    expect(formatPlace(...at, 'dm')).toBe('35°20.250′N 036°12.133′E');
    expect(formatPlace(...at, 'deg')).toBe('35.33750 36.20222');
    expect(formatPlace(...at, 'mgrs')).toMatch(/^37S[A-Z]{2} \d{5} \d{5}$/);
  });
  it('carries seconds over, and knows the south-west', () => {
    expect(formatPlace(-9_999_999, -1_799_999_999, 'dms')).toBe('01°00′00″S 180°00′00″W');
    expect(formatPlace(850_000_000, 0, 'mgrs')).toBe('85.00000 0.00000');
  });
});

describe('parsePlace', () => {
  it('reads what people write', () => {
    const near = (text: string): void => {
      const [lat, lng] = parsePlace(text) ?? [0, 0];
      expect(Math.abs(lat - 353_375_000), text).toBeLessThan(3_000);
      expect(Math.abs(lng - 362_022_222), text).toBeLessThan(3_000);
    };
    for (const text of [
      '35°20′15″N 036°12′08″E',
      `35°20'15"N 36°12'08"E`,
      '352015N 0361208E',
      '352015N0361208E',
      'N352015 E0361208',
      '35.3375, 36.20222',
      '35.3375 36.20222',
      '35 20.25N 36 12.133E',
      '36°12.133′E 35°20.250′N',
      '35 20 15 36 12 08',
    ]) {
      near(text);
    }
  });
  it('reads back what it writes, everywhere', () => {
    for (const [lat, lng] of [
      [0, 0],
      [-338_600_000, 1_512_100_000],
      [701_234_567, -1_799_000_000],
      [-1, 1],
      [353_375_000, 362_022_222],
    ] as const) {
      for (const notation of NOTATIONS) {
        const read = parsePlace(formatPlace(lat, lng, notation));
        expect(read, `${notation} ${String(lat)}`).toBeDefined();
        expect(Math.abs((read?.[0] ?? 0) - lat)).toBeLessThan(1_500);
        expect(Math.abs((read?.[1] ?? 0) - lng)).toBeLessThan(4_500);
      }
    }
  });
  it('reads a grid reference of two groups of one length, apart or not', () => {
    for (const text of ['37SBV 45612 13542', '37S BV 4561213542', '37sbv4561213542', '37SBV 456 135'])
      expect(parsePlace(text), text).toBeDefined();
    expect(parsePlace('37SBV 45612 13542')).toEqual(parsePlace('37SBV4561213542'));
    // With zeros left out, odd, or too long.
    for (const text of ['37SBV 412 13542', '37SBV 04512 3542', '37SBV 456', '37SBV 456121 135421'])
      expect(parsePlace(text), text).toBeUndefined();
  });
  it('refuses what is none', () => {
    for (const text of ['', 'here', '91 0', '35.3N 36.2N', '35N 36', '12 61 0 5 5 5', '35.33'])
      expect(parsePlace(text), text).toBeUndefined();
  });
});
