import { describe, expect, it } from 'vitest';

import { aboutFlight, aboutIntent, aboutLeg, aboutMeasure, aboutShare, aboutZone, startOf, wordsOf } from './history';

describe('history', () => {
  it('of an intent are its commands, its end by time, and to whom it was shown', () => {
    const about = aboutIntent('i1');
    expect(about({ type: 'intent.accepted', request: { intent: 'i1' } })).toBe(true);
    expect(
      about({
        type: 'intent.expired',
        expired: [
          ['i0', 2],
          ['i1', 3],
        ],
      }),
    ).toBe(true);
    expect(about({ type: 'share.named', body: { source: 'intent i1' } })).toBe(true);
    expect(about({ type: 'intent.accepted', request: { intent: 'i2' } })).toBe(false);
    expect(aboutMeasure('R7')({ type: 'measure.created', request: { measure: 'R7' } })).toBe(true);
  });
  it('of a leg are what both sides say', () => {
    const about = aboutLeg({ request: 'r', flight: 'M1', zone: 'K1', hold: 'h' });
    expect(about({ type: 'leg.request', body: { flight: 'M1', zone: 'K1' } })).toBe(true);
    expect(about({ type: 'leg.request', body: { flight: 'M1', zone: 'K4' } })).toBe(false);
    expect(about({ type: 'leg.confirmed', body: { request: 'r' } })).toBe(true);
    expect(about({ type: 'flight.commit', body: { holds: ['h'] } })).toBe(true);
    expect(about({ type: 'flight.cancel', body: { requests: ['x'] } })).toBe(false);
  });
  it('of a flight of ours are those of its legs, too', () => {
    const about = aboutFlight({ id: 'M1', versions: [{ request: 'r', hold: 'h' }, { request: 's' }] });
    expect(about({ type: 'flight.filed', body: { flight: 'M1' } })).toBe(true);
    expect(about({ type: 'leg.refused', body: { request: 's' } })).toBe(true);
    expect(about({ type: 'flight.commit', body: { holds: ['h'] } })).toBe(true);
    expect(about({ type: 'flight.commit', body: { holds: ['x'] } })).toBe(false);
    expect(about({ type: 'intent.accepted', request: {} })).toBe(false);
  });
  it('of zones and shares go by their names', () => {
    expect(aboutZone('K1')({ type: 'zone.lease', body: { zone: 'K1' } })).toBe(true);
    expect(aboutZone('K1')({ type: 'leg.hold', body: { zone: 'K1' } })).toBe(false);
    expect(aboutShare('s')({ type: 'share.shown', body: { share: 's' } })).toBe(true);
  });
  it('are told in a few words', () => {
    expect(wordsOf({ decision: { version: 2 } })).toBe('v2');
    expect(wordsOf({ body: { zone: 'K1', to: 'fr', reason: 'conflict', text: '' } })).toBe('K1 · → fr · conflict');
  });
  it('begin where the thing began', () => {
    expect([startOf(7, 100, 10), startOf(undefined, 100, 10), startOf(undefined, 5, 10)]).toEqual([6, 90, 0]);
  });
});
