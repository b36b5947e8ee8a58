import { describe, expect, it } from 'vitest';

import type { Alert, Flight, Leg } from '../../api/documents';
import { checklist, open, POINTS, type Point, type Standing } from './checklist';
import { messages } from './messages';

const nothing: Standing = {
  self: 'fr',
  now: 100,
  alerts: [],
  alertName: (kind) => `${kind} in words`,
  owed: [],
  threads: [],
  legs: [],
  pending: [],
  proposals: [],
  incidents: [],
  intents: [],
  flights: [],
  measures: [],
  peers: [],
  lines: [],
  sources: [],
  clock: undefined,
};

describe('checklist', () => {
  it('has all points, with words, also where there is nothing', () => {
    const points = checklist(nothing);
    expect(points.map((p) => p.id)).toEqual([...POINTS]);
    expect(points.every((p) => p.n === 0 && !p.urgent)).toBe(true);
    for (const id of POINTS) expect(Object.keys(messages.en)).toContain(`point.${id}`);
  });
  it('counts what waits, and names it', () => {
    const points = checklist({
      ...nothing,
      incidents: [
        { opener: 'fr', incident: 'i1', title: 'Near miss', over: false },
        { opener: 'fr', incident: 'i2', over: true },
      ],
      proposals: [
        { author: 'us', peer: 'fr' },
        { author: 'fr', peer: 'us' },
      ],
      peers: [{ id: 'ru', url: '', acknowledged: 0, held: 0, known: 0, pinned: false, trouble: '' }],
      intents: [
        { id: 'a', flight: 'RAFALE2', state: 'nonconforming', domain: 'air', data_mode: 'TEST', disclosure: 'full' },
        { id: 'b', state: 'accepted', domain: 'air', data_mode: 'TEST', disclosure: 'full' },
      ],
      clock: { fit: false, limit_ms: 1, synchronised: false, text: 'no bound' },
    });
    const of = (id: string) => points.find((p) => p.id === id);
    expect(of('incidents')).toMatchObject({ n: 1, urgent: true, names: ['Near miss'] });
    expect(of('proposals')).toMatchObject({ n: 1, names: ['us'] });
    expect(of('links')).toMatchObject({ n: 1, names: ['ru'] });
    expect(of('plans')).toMatchObject({ n: 1, urgent: true, names: ['RAFALE2'] });
    expect(of('clock')?.urgent).toBe(true);
    const seen = new Set([...(of('links')?.items ?? []), ...(of('clock')?.items ?? [])]);
    expect(open(points, seen).map((p) => p.id)).toEqual(['proposals', 'incidents', 'plans']);
  });
  it('has what flies in several legs, and what of others is inside', () => {
    const plan = { call_sign: 'HAWK5', domain: 'air', flight: 'f1' };
    const flight = { plan, airborne: true, landed: false, ended: false };
    const leg = { request: 'r', flight: 'g', call_sign: 'BEAR1', home: 'ru', entered: true, state: 'confirmed' };
    const points = checklist({
      ...nothing,
      flights: [
        { id: 'f1', flight },
        { id: 'f2', flight: { ...flight, landed: true } },
      ] as unknown as Flight[],
      // Its legs along borders are the same flight.
      legs: [leg, { ...leg, request: 's' }, { ...leg, flight: 'h', entered: false }] as unknown as Leg[],
    });
    expect(points.find((p) => p.id === 'plans')).toMatchObject({ n: 2, names: ['HAWK5', 'BEAR1'], urgent: false });
  });
  it('does not take what comes afterwards as gone through', () => {
    const alert = { id: 1, kind: 'conflict', state: 'acknowledged', attention: 1 } as Alert;
    const of = (alerts: readonly Alert[]): Point[] =>
      checklist({ ...nothing, alerts }).filter((p) => p.id === 'alerts');
    const seen = new Set(of([alert, { ...alert, id: 2 }]).flatMap((p) => p.items));
    expect(open(of([alert]), seen)).toEqual([]);
    expect(open(of([alert, { ...alert, id: 3 }]), seen)).toHaveLength(1);
    expect(open(of([{ ...alert, attention: 2 }]), seen)).toHaveLength(1);
    expect(of([alert])[0]?.names).toEqual(['conflict in words']);
  });
});
