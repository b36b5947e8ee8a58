import { describe, expect, it } from 'vitest';

import type { Relation, TrackPlan } from '../api/documents';
import { friends, identify, planAuthority, sidcOf, type Viewer } from './identity';

const relation = (from: string, to: string, capability: string, level: number, domain = 'air'): Relation => ({
  agreed: level,
  level,
  number: 0,
  text: '',
  edge: { from, to, capability, domain },
});
const plan = (intent: string, of: Partial<TrackPlan> = {}): TrackPlan => ({
  intent,
  confidence: 100,
  reason: 'address',
  ...of,
});
const viewer: Viewer = {
  self: 'fr',
  air: new Set(['us']),
  sea: new Set(),
  managerOf: (intent) => ({ mine: 'fr:ops', filed: 'duty@fr', theirs: 'ru:ops' })[intent],
};

describe('how a craft stands', () => {
  it('follows whose the plan is, and what is granted to them', () => {
    expect(identify({ domain: 'air' }, viewer)).toEqual({ standing: 'unknown', assumed: false });
    expect(identify({ domain: 'air', plan: plan('mine') }, viewer).standing).toBe('own');
    expect(identify({ domain: 'air', plan: plan('filed') }, viewer).standing).toBe('own');
    expect(identify({ domain: 'air', plan: plan('flight:F1') }, viewer).standing).toBe('own');
    expect(identify({ domain: 'air', plan: plan('leg:us/F2') }, viewer).standing).toBe('friend');
    expect(identify({ domain: 'sea', plan: plan('leg:us/F2') }, viewer).standing).toBe('neutral');
    expect(identify({ domain: 'air', plan: plan('theirs') }, viewer).standing).toBe('neutral');
  });
  it('is unknown where nobody can tell, and assumed where the match is weak', () => {
    expect(identify({ domain: 'air', plan: plan('gone') }, viewer)).toEqual({ standing: 'unknown', assumed: true });
    expect(identify({ domain: 'air', plan: plan('mine', { confidence: 40 }) }, viewer).assumed).toBe(true);
    expect(identify({ domain: 'air', plan: plan('mine', { contradicts: 'call sign' }) }, viewer).assumed).toBe(true);
  });
  it('knows the kinds of plans', () => {
    expect(planAuthority('leg:us/a/b', 'fr', () => undefined)).toBe('us');
    expect(planAuthority('x', 'fr', () => undefined)).toBeUndefined();
  });
  it('takes who is granted what cooperation grants as a friend', () => {
    const of = [
      relation('fr', 'us', 'request', 1),
      relation('fr', 'us', 'disclosure', 3),
      relation('fr', 'ru', 'request', 1),
      relation('fr', 'ru', 'disclosure', 1),
      relation('sy', 'fr', 'request', 1),
    ];
    expect([...friends(of, 'fr', 'air')]).toEqual(['us']);
    expect(friends(of, 'fr', 'sea').size).toBe(0);
  });
});

describe('codes of symbols', () => {
  it('have twenty digits, and no affiliation beyond neutral', () => {
    for (const standing of ['own', 'friend', 'neutral', 'unknown'] as const) {
      for (const domain of ['air', 'sea', 'unknown']) {
        for (const assumed of [false, true]) {
          const code = sidcOf({ standing, assumed }, domain, assumed);
          expect(code).toMatch(/^130[1-4](?:00|01|30)[01]0{13}$/);
          expect(code).toHaveLength(20);
        }
      }
    }
    expect(sidcOf({ standing: 'own', assumed: false }, 'air', false)).toBe('13030100000000000000');
  });
});
