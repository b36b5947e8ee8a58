import { describe, expect, it } from 'vitest';

import { checklist, open, POINTS, type Standing } from './checklist';
import { messages } from './messages';

const nothing: Standing = {
  self: 'fr',
  now: 100,
  alerts: [],
  owed: [],
  threads: [],
  legs: [],
  pending: [],
  proposals: [],
  incidents: [],
  intents: [],
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
    expect(open(points, new Set(['links', 'clock'])).map((p) => p.id)).toEqual(['proposals', 'incidents', 'plans']);
  });
});
