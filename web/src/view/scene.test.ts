import { describe, expect, it } from 'vitest';

import type { Flight, Intent, Leg, Measure, Volume, Zone } from '../api/documents';
import { AHEAD_MS, areasAt, areasOf, difference, sharesOf, zoneAreas, type Share, type Shown } from './scene';

const HOUR = 3_600_000;
const volume = (start_ms: number, end_ms: number): Volume => ({
  outline: { circle: { centre: [340_000_000, 350_000_000], radius_cm: 1_000_000 } },
  window: { start_ms, end_ms },
});
const zone = (id: string, of: Partial<Zone> = {}): Zone => ({
  id,
  name: id,
  owner: 'fr',
  rule: 'exclusive',
  domain: 'air',
  data_mode: 'TEST',
  disclosure: 'coarse',
  background: false,
  sequenced_here: true,
  minima: { horizontal_m: 0, vertical_cm: 0, time_ms: 0 },
  outline: {
    polygon: [
      [0, 0],
      [0, 1],
      [1, 0],
    ],
  },
  ...of,
});
const intent = (id: string, of: Partial<Intent>): Intent => ({
  id,
  data_mode: 'TEST',
  disclosure: 'full',
  domain: 'air',
  state: 'accepted',
  manager: 'fr:ops',
  ...of,
});
const nothing: Shown = { self: 'fr', zones: [], measures: [], intents: [], flights: [], legs: [], shares: [] };

describe('what is on the map', () => {
  it('is what is now, and soon', () => {
    const of: Shown = {
      ...nothing,
      intents: [intent('a', { volumes: [volume(0, HOUR)] }), intent('b', { volumes: [volume(2 * HOUR, 3 * HOUR)] })],
    };
    expect(areasAt(of, 1).map((a) => [a.ref.id, a.now, a.stroke])).toEqual([['a', true, 'solid']]);
    expect(areasAt(of, 2 * HOUR - AHEAD_MS).map((a) => [a.ref.id, a.now, a.stroke])).toEqual([['b', false, 'dashed']]);
    expect(areasAt(of, HOUR)).toEqual([]);
    expect(areasOf(of, { kind: 'intent', id: 'b' }).map((a) => a.ref.id)).toEqual(['b']);
    expect(areasOf(of, { kind: 'intent', id: 'none' })).toEqual([]);
  });
  it('is our own where an officer of ours has filed it', () => {
    const of: Shown = { ...nothing, intents: [intent('a', { manager: 'duty@fr', volumes: [volume(0, HOUR)] })] };
    expect(areasAt(of, 1).map((a) => a.tone)).toEqual(['own']);
  });
  it('is dotted over the zone where no place is told', () => {
    const of: Shown = {
      ...nothing,
      zones: [zone('F1')],
      intents: [
        intent('a', { disclosure: 'coarse', extents: [{ window: { start_ms: 0, end_ms: HOUR } }], zones: ['F1'] }),
      ],
    };
    expect(areasAt(of, 1)).toMatchObject([{ stroke: 'dotted', outline: zone('F1').outline }]);
  });
  it('tells what is off plan, refused, held, and of others', () => {
    const measure = {
      id: 'm',
      effect: 'refuse',
      ended: false,
      zone: 'F1',
      volumes: [volume(0, HOUR)],
    } as unknown as Measure;
    const flight = {
      id: 'F',
      flight: { plan: { call_sign: 'X1', domain: 'air' }, ended: false, landed: false },
      versions: [
        { state: 'held', role: 'plan', closed: false, volumes: [volume(0, HOUR)] },
        { state: 'refused', role: 'plan', closed: false, volumes: [volume(0, HOUR)] },
        { state: 'refused', role: 'superseded', closed: true, volumes: [volume(0, HOUR)] },
      ],
    } as unknown as Flight;
    const leg = {
      request: 'r',
      state: 'asked',
      call_sign: 'Y2',
      home: 'ru',
      domain: 'air',
      volumes: [volume(0, HOUR)],
    } as unknown as Leg;
    const areas = areasAt(
      {
        ...nothing,
        measures: [measure],
        flights: [flight],
        legs: [leg],
        intents: [intent('c', { state: 'contingent', off_nominal: [volume(0, HOUR)] })],
      },
      1,
    );
    expect(areas.map((a) => [a.ref.kind, a.tone, a.stroke, a.hatched])).toEqual([
      ['measure', 'alarm', 'solid', true],
      ['intent', 'alarm', 'solid', false],
      ['flight', 'own', 'dashed', false],
      ['flight', 'alarm', 'dotted', false],
      ['leg', 'info', 'dashed', false],
    ]);
  });
  it('has the zones that have an outline', () => {
    const { outline: _, ...background } = zone('W', { background: true });
    expect(zoneAreas([zone('F1'), zone('D1', { owner: 'us', rule: 'disputed' }), background], 'fr')).toMatchObject([
      { tone: 'own', stroke: 'solid' },
      { tone: 'other', stroke: 'dotted' },
    ]);
  });
  it('changes by what looks different', () => {
    const before = areasAt({ ...nothing, intents: [intent('a', { volumes: [volume(0, HOUR)] })] }, 1);
    const map = new Map(before.map((a) => [a.key, a]));
    expect(difference(map, before)).toEqual({ add: [], remove: [] });
    const after = areasAt(
      { ...nothing, intents: [intent('a', { state: 'nonconforming', volumes: [volume(0, HOUR)] })] },
      1,
    );
    expect(difference(map, after)).toMatchObject({ add: [{ tone: 'warning' }], remove: [before[0]?.key] });
  });
  it('has what others show, roughly where they show it so', () => {
    const share = (level: string, current = true): Share => ({
      held: { share: level, from: 'us', current },
      content: {
        domain: 'air',
        from: 'us',
        level,
        share: level,
        source: 'intent i1',
        volumes: [volume(0, HOUR)],
      },
    });
    const of = { ...nothing, shares: [share('full'), share('busy'), share('coarse', false)] };
    expect(areasAt(of, 1)).toMatchObject([
      { label: 'i1 · us', stroke: 'solid', ref: { kind: 'intent', id: 'share:full' } },
      { stroke: 'dotted', ref: { id: 'share:busy' } },
    ]);
    expect(areasOf(of, { kind: 'intent', id: 'share:busy' })).toHaveLength(1);
    expect(sharesOf(undefined)).toEqual([]);
  });
});
