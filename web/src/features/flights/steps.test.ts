import { describe, expect, it } from 'vitest';

import type { Flight, HomeVersion } from '../../api/documents';
import { LANGUAGES } from '../../i18n/messages';
import { messages } from './messages';
import { changeOnly, legRows, offered, reports, STEPS, volumesOf } from './steps';

const version = (of: Partial<HomeVersion>): HomeVersion => ({
  accepted: false,
  closed: false,
  crew: 'nothing',
  entered: false,
  left: false,
  expires_ms: 0,
  flight: 'M1',
  leg: 0,
  request: 'r',
  role: 'plan',
  state: 'confirmed',
  to: 'us',
  zone: 'K1',
  unable: false,
  ...of,
});
const volume = { outline: {}, window: { start_ms: 0, end_ms: 1 } };
const flight = (versions: HomeVersion[], of: Partial<Flight['flight']> = {}, may_clear = false): Flight => ({
  id: 'M1',
  may_clear,
  why_not: '',
  versions,
  flight: {
    plan: {
      call_sign: 'MIRAGE1',
      domain: 'air',
      flight: 'M1',
      legs: [
        { zone: 'K1', volumes: [volume] },
        { zone: 'K4', volumes: [volume] },
        { zone: 'F1', volumes: [volume], beside: 0 } as { zone: string },
      ],
    },
    airborne: false,
    cleared: false,
    dropped: false,
    ended: false,
    failed: false,
    landed: false,
    filing: 'x',
    ...of,
  },
});

describe('steps', () => {
  it('go from asking to the end', () => {
    expect(offered(flight([version({ state: 'requested' })]))).toEqual({ next: [], others: ['cancel', 'contingency'] });
    expect(offered(flight([version({ state: 'held', time_shift_ms: 1 })])).next).toEqual([
      'accept_counter',
      'decline_counter',
    ]);
    expect(offered(flight([version({})], {}, true)).next).toEqual(['clear']);
    expect(offered(flight([version({ crew: 'cleared' })], {}, true)).next).toEqual(['read_back']);
    expect(offered(flight([version({ crew: 'read_back' })], { cleared: true }, true)).next).toEqual([]);
    expect(offered(flight([version({ crew: 'read_back' })], { cleared: true, airborne: true })).others).toEqual([
      'land',
      'contingency',
    ]);
    expect(offered(flight([], { cleared: true, airborne: true, entered: [0, 1], left: [0, 1] })).next).toEqual([
      'land',
    ]);
    expect(offered(flight([], { ended: true }))).toEqual({ next: [], others: [] });
  });
  it('recall the crew before anything is given back', () => {
    expect(offered(flight([version({ crew: 'read_back', revoke: 'h' })], { cleared: true }, true)).next).toEqual([
      'recall',
    ]);
    expect(offered(flight([version({ crew: 'recalled' })], { dropped: true })).next).toEqual(['gave_up']);
    expect(
      offered(flight([version({ crew: 'read_back', revoke: 'h' })], { cleared: true, airborne: true })).next,
    ).toEqual([]);
  });
  it('switch when all that is new is confirmed', () => {
    const change = { call_sign: '', domain: 'air' as const, flight: 'M1' };
    const two = [version({ role: 'change' }), version({ role: 'change', leg: 1, state: 'held' })];
    expect(offered(flight(two, { change })).next).toEqual([]);
    expect(offered(flight(two.slice(0, 1), { change })).next).toEqual(['switch']);
    expect(offered(flight(two, { change })).others).toContain('cancel_change');
  });
  it('report legs in their order, but not those beside', () => {
    const under = flight([], { cleared: true, airborne: true, entered: [0] });
    expect([0, 1, 2].map((leg) => reports(under, leg))).toEqual([['leave'], ['enter'], []]);
    expect(reports(flight([]), 0)).toEqual([]);
  });
  it('show each leg with what stands beside it', () => {
    const rows = legRows(
      flight([
        version({ request: 'old' }),
        version({ request: 'new', role: 'change' }),
        version({ request: 'gone', role: 'change', state: 'cancelled' }),
      ]),
    );
    expect(rows.map((r) => [r.zone, r.version?.request, r.others.map((o) => o.request), r.beside])).toEqual([
      ['K1', 'old', ['new'], undefined],
      ['K4', undefined, [], undefined],
      ['F1', undefined, [], 0],
    ]);
    expect(changeOnly(flight([version({ leg: 3, role: 'change' })]))).toHaveLength(1);
    expect(volumesOf(flight([]).flight.plan)).toHaveLength(2);
  });
  it('have words in all languages', () => {
    for (const language of LANGUAGES)
      for (const step of STEPS) expect(messages[language]).toHaveProperty([`step.${step}`]);
  });
});
