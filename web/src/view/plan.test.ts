import { describe, expect, it } from 'vitest';
import type { Flight } from '../api/documents';
import { callSignOf, planNamed, planOfFlight, planOfLeg, type CallSigns } from './plan';

describe('a plan', () => {
  it('is named as tracks and alerts name it', () => {
    expect(planNamed(planOfFlight('a/b'))).toEqual({ of: 'flight', id: 'a/b' });
    expect(planNamed(planOfLeg({ home: 'us', flight: 'a/b' }))).toEqual({ of: 'leg', home: 'us', flight: 'a/b' });
    expect(planNamed('EAGLE-1')).toEqual({ of: 'intent', id: 'EAGLE-1' });
    expect(planNamed('leg:')).toEqual({ of: 'intent', id: 'leg:' });
  });

  it('is called by its call sign, and by its own name where none is known', () => {
    const known: CallSigns = {
      intent: (id) => (id === 'EAGLE-1' ? 'EAGLE1' : id === 'MUTE' ? '' : undefined),
      flight: (id) => (id === 'f1' ? ({ flight: { plan: { call_sign: 'HAWG1' } } } as Flight) : undefined),
      legs: [{ home: 'us', flight: 'u1', call_sign: 'RODEO' }],
    };
    const called = ['EAGLE-1', 'MUTE', 'other', 'flight:f1', 'flight:f2', 'leg:us/u1', 'leg:ru/u1'];
    expect(called.map((name) => callSignOf(name, known))).toEqual([
      'EAGLE1',
      'MUTE',
      'other',
      'HAWG1',
      'f2',
      'RODEO',
      'u1',
    ]);
  });
});
