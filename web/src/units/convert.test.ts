import { describe, expect, it } from 'vitest';

import {
  bandText,
  climbText,
  distanceText,
  headingText,
  heightText,
  parseDistance,
  parseHeading,
  parseHeight,
  speedText,
} from './convert';

describe('heights', () => {
  it('keep their reference', () => {
    expect(heightText(609_600, 'fl', 'm')).toBe('FL200');
    expect(heightText(15_240, 'fl', 'm')).toBe('FL005');
    expect(heightText(76_200, 'amsl', 'ft')).toBe('2\u202f500 ft AMSL');
    expect(heightText(30_000, 'agl', 'm')).toBe('300 m AGL');
  });
  it('make bands, with and without limits', () => {
    expect(bandText({ lower_cm: 548_640, upper_cm: 731_520, ref: 'fl' }, 'ft')).toBe('FL180–FL240');
    expect(bandText({ lower_cm: 30_480, upper_cm: 60_960, ref: 'amsl' }, 'ft')).toBe('1\u202f000–2\u202f000 ft AMSL');
    expect(bandText({ upper_cm: 60_960, ref: 'fl' }, 'ft')).toBe('SFC–FL020');
    expect(bandText(undefined, 'ft')).toBe('SFC–UNL');
  });
  it('are read as they are written', () => {
    const amsl = { unit: 'ft', ref: 'amsl' } as const;
    expect(parseHeight('fl200', amsl)).toEqual({ cm: 609_600, ref: 'fl' });
    expect(parseHeight('2500', amsl)).toEqual({ cm: 76_200, ref: 'amsl' });
    expect(parseHeight('2\u202f500 ft AMSL', amsl)).toEqual({ cm: 76_200, ref: 'amsl' });
    expect(parseHeight('300 m agl', amsl)).toEqual({ cm: 30_000, ref: 'agl' });
    expect(parseHeight('high', amsl)).toBeUndefined();
  });
});

describe('the rest', () => {
  it('is in the unit of choice', () => {
    expect(distanceText(9_260, 'NM')).toBe('5.0 NM');
    expect(distanceText(120, 'NM')).toBe('120 m');
    expect(distanceText(93_000, 'km')).toBe('93 km');
    expect(speedText(23_150, 'kt')).toBe('450 kt');
    expect(climbText(-1_016, 'ft')).toBe('−2000 ft/min');
    expect(climbText(0, 'm')).toBe('0.0 m/s');
    expect([0, 7_000, 359_900, 180_000].map(headingText)).toEqual(['360°', '007°', '360°', '180°']);
  });
  it('is read', () => {
    expect(parseDistance('5', 'NM')).toBe(9_260);
    expect(parseDistance('9,3 km', 'NM')).toBe(9_300);
    expect(parseDistance('far', 'NM')).toBeUndefined();
    expect([parseHeading('077'), parseHeading('360°'), parseHeading('361')]).toEqual([77_000, 0, undefined]);
  });
});
