import { describe, expect, it } from 'vitest';

import type { Flight, HomeVersion, Intent, Leg, Measure, Track, Zone } from '../../api/documents';
import { LANGUAGES } from '../../i18n/messages';
import { authorityOf } from '../../state/subject';
import { messages } from './messages';
import { reveal, sliceOf } from './rows';
import { countOf, FILTERS, pick } from './filter';
import { stepMarks } from './next';
import { makeStrips, MARKS, NEXT, planMarks, type Given, type Strip } from './strips';

const now = 1_800_000_000_000;
const MIN = 60_000;
const volume = (from: number, to: number) => ({
  outline: { circle: { centre: [0, 0] as [number, number], radius_cm: 100 } },
  window: { start_ms: now + from * MIN, end_ms: now + to * MIN },
  band: { ref: 'fl' as const, lower_cm: 0, upper_cm: 3048 },
});
const intent = (id: string, of: Partial<Intent>): Intent => ({
  data_mode: 'TEST',
  disclosure: 'full',
  domain: 'air',
  id,
  flight: id.toUpperCase(),
  manager: 'fr:ops',
  state: 'accepted',
  zones: ['F1'],
  ...of,
});
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
  state: 'held',
  to: 'us',
  zone: 'K1',
  unable: false,
  ...of,
});
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
        { zone: 'K1', volumes: [volume(10, 20)] },
        { zone: 'K4', volumes: [volume(20, 40)] },
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
const given = (of: Partial<Given>): Given => ({
  self: 'fr',
  intents: [],
  flights: [],
  legs: [],
  measures: [],
  zones: [{ id: 'F1', owner: 'fr', domain: 'air' } as Zone, { id: 'K1', owner: 'us', domain: 'air' } as Zone],
  shown: [],
  tracks: new Map(),
  overruns: new Set(),
  now,
  ...of,
});
const one = (of: Partial<Given>): Strip => {
  const [strip] = makeStrips(given(of));
  if (strip === undefined) throw new Error('no strip');
  return strip;
};

describe('strips', () => {
  it('stand in the order of what comes next', () => {
    const strips = makeStrips(
      given({
        intents: [
          intent('late', { volumes: [volume(30, 60)] }),
          intent('runs', { state: 'activated', volumes: [volume(-10, 15)] }),
          intent('vague', { disclosure: 'busy' }),
        ],
        flights: [flight([version({ until_ms: now + MIN, level_shift_cm: 91_440 })])],
      }),
    );
    expect(strips.map((s) => [s.name, s.next?.what])).toEqual([
      ['MIRAGE1', 'hold'],
      ['RUNS', 'end'],
      ['LATE', 'activation'],
      ['VAGUE', undefined],
    ]);
  });
  it('of intents are the same as long as nothing looks different', () => {
    const of = given({ intents: [intent('a', { volumes: [volume(10, 60)] })] });
    const look = (more: Partial<Given>): Strip | undefined => makeStrips({ ...of, ...more })[0];
    const first = look({});
    expect(look({ now: now + MIN })).toBe(first);
    const begun = look({ now: now + 10 * MIN });
    expect([first?.next?.what, begun?.next?.what, begun?.marks]).toEqual(['activation', 'end', ['notActivated']]);
    const [plan, id] = [{ intent: 'a', inside: true, confidence: 1, reason: '' }, 7];
    const tracks = new Map([['a', { id, plan } as unknown as Track]]);
    expect(look({ tracks })?.track).toBe(7);
    expect(look({ tracks, overruns: new Set([7]) })?.marks).toEqual(['overrun']);
    expect(look({})?.track).toBeUndefined();
    expect(look({ zones: [{ id: 'F1', owner: 'us', domain: 'air' } as Zone] })?.zones[0]?.owner).toBe('us');
  });
  it('of intents without a name have keys of their own, the same as long as the intent is', () => {
    const nameless = (): Intent => {
      const {
        id: _id,
        flight: _flight,
        manager: _manager,
        state: _state,
        ...busy
      } = intent('x', { disclosure: 'busy' });
      return busy;
    };
    const of = given({ intents: [nameless(), nameless()] });
    const keys = makeStrips(of).map((s) => s.key);
    expect(new Set(keys).size).toBe(2);
    expect(makeStrips({ ...of, self: 'us' }).map((s) => s.key)).toEqual(keys);
  });
  it('of flights that came to nothing stay in sight while there is time for another, and none is under way', () => {
    const failed = flight([], { failed: true, ended: true });
    expect(one({ flights: [failed] })).toMatchObject({ state: 'failed', tone: 'warning', over: false });
    expect(one({ flights: [failed], now: now + 40 * MIN }).over).toBe(true);
    expect(one({ flights: [flight([], { failed: true, ended: true, dropped: true })] }).over).toBe(true);
    const again = { ...flight([version({})]), id: 'M2' };
    const overs = makeStrips(given({ flights: [failed, again] })).map((s) => [s.ref.id, s.over]);
    expect(overs).toEqual(
      expect.arrayContaining([
        ['M1', true],
        ['M2', false],
      ]),
    );
  });
  it('say what waits for an officer', () => {
    expect(one({ flights: [flight([version({ level_shift_cm: 1, until_ms: now })])] })).toMatchObject({
      state: 'countered',
      waits: true,
      marks: ['counter'],
    });
    expect(one({ flights: [flight([version({ level_shift_cm: 1, accepted: true })])] })).toMatchObject({
      state: 'asking',
      waits: false,
      marks: [],
    });
    expect(stepMarks(flight([version({ state: 'confirmed' })], {}, true))).toEqual(['mayClear']);
    expect(stepMarks(flight([version({ state: 'confirmed', crew: 'cleared' })], {}, true))).toEqual(['readBack']);
    expect(stepMarks(flight([version({ state: 'confirmed', crew: 'read_back', revoke: 'h' })]))).toEqual(['revoked']);
    const change = { call_sign: '', domain: 'air' as const, flight: 'M1' };
    expect(stepMarks(flight([version({ state: 'confirmed', role: 'change' })], { change }))).toEqual(['switch']);
    expect(stepMarks(flight([version({ role: 'change' })], { change }))).toEqual(['changing']);
  });
  it('tell which zones have confirmed', () => {
    expect(one({ flights: [flight([version({ state: 'confirmed' })])] }).zones).toEqual([
      { zone: 'K1', owner: 'us', state: 'confirmed', beside: false },
      { zone: 'K4', owner: '', state: 'todo', beside: false },
    ]);
  });
  it('are not shown twice, when another asks us for what it shows', () => {
    const leg = {
      request: 'h',
      flight: 'E1',
      call_sign: 'EAGLE',
      home: 'us',
      zone: 'F1',
      state: 'held',
      domain: 'air',
      window: { start_ms: 0, end_ms: 0 },
    } as Leg;
    const shown = ['flight E1', 'flight E2'].map((source) => ({
      held: { share: source, from: 'us' },
      content: { domain: 'air' as const, from: 'us', level: 'full', share: source, source },
    }));
    expect(
      makeStrips(given({ legs: [leg], shown }))
        .map((s) => s.ref.id)
        .sort(),
    ).toEqual(['h', 'share:flight E2']);
  });
  it('follow an airborne flight from leg to leg', () => {
    const inK1 = flight([], { airborne: true, entered: [0] });
    expect(one({ flights: [inK1] }).next).toEqual({ what: 'entry', ms: now + 20 * MIN });
    expect(one({ flights: [inK1], now: now + 25 * MIN }).next).toEqual({ what: 'leave', ms: now + 20 * MIN });
    expect(one({ flights: [flight([], { airborne: true, entered: [0, 1], left: [0] })] }).next).toEqual({
      what: 'leave',
      ms: now + 40 * MIN,
    });
  });
  it('of others say until when the hold stands', () => {
    const leg = {
      request: 'h',
      flight: 'E1',
      call_sign: '',
      home: 'us',
      zone: 'F1',
      state: 'held',
      domain: 'air',
      until_ms: now + 5,
      overdue: false,
      unable: false,
      window: { start_ms: now + MIN, end_ms: now + 2 * MIN },
    } as Leg;
    expect(one({ legs: [leg] })).toMatchObject({
      name: 'E1',
      whose: 'us',
      next: { what: 'hold', ms: now + 5 },
      waits: false,
    });
    expect(makeStrips(given({ legs: [{ ...leg, home: 'fr' }] }))).toEqual([]);
    expect(one({ legs: [{ ...leg, state: 'asked', expires_ms: now + 9 }] })).toMatchObject({
      waits: true,
      next: { what: 'answer', ms: now + 9 },
    });
  });
  it('say that a craft is off its plan, but not before its time', () => {
    const plan = { intent: 'i1', confidence: 90, reason: 'icao', inside: false, aside_m: 4000, late_ms: -600_000 };
    expect(planMarks(plan, false)).toEqual([]);
    expect(planMarks(plan, true)).toEqual(['aside', 'early']);
    const tracks = new Map([['i1', { id: 7, plan } as Track]]);
    expect(one({ intents: [intent('i1', { state: 'activated', volumes: [volume(-5, 5)] })], tracks })).toMatchObject({
      off: true,
      track: 7,
    });
    expect(one({ intents: [intent('i1', { volumes: [volume(-5, 5)] })] }).marks).toEqual(['notActivated']);
  });
  it('are found and filtered', () => {
    const strips = makeStrips(
      given({
        intents: [
          intent('a1', { volumes: [volume(1, 2)] }),
          intent('s1', { domain: 'sea', volumes: [volume(1, 2)] }),
          intent('old', { state: 'ended' }),
        ],
        measures: [
          {
            id: 'R7',
            zone: 'F1',
            effect: 'refuse',
            ended: false,
            by: 'fr:ops',
            volumes: [volume(1, 2)],
            version: 1,
            created_ms: 0,
            data_mode: 'TEST',
          } as Measure,
        ],
        shown: [
          {
            held: { share: 's', from: 'us' },
            content: {
              call_sign: 'EAGLE21',
              domain: 'air',
              from: 'us',
              level: 'full',
              share: 's',
              volumes: [volume(1, 2)],
            },
          },
        ],
      }),
    );
    const all = { filter: 'all', search: '', over: false, shown: true } as const;
    const names = (of: Partial<typeof all> | object): string[] => pick(strips, { ...all, ...of }).map((s) => s.name);
    expect(names({})).toEqual(['A1', 'EAGLE21', 'R7', 'S1']);
    expect(names({ shown: false, over: true })).toEqual(['A1', 'R7', 'S1', 'OLD']);
    expect(names({ search: 'eag us' })).toEqual(['EAGLE21']);
    expect(names({ filter: 'ships' })).toEqual(['S1']);
    expect(countOf(strips, all)).toMatchObject({ all: 4, measures: 1, ships: 1, waits: 0 });
  });
  it('know whose a subject is', () => {
    expect(['fr:ops', 'duty@fr', 'fr'].map(authorityOf)).toEqual(['fr', 'fr', 'fr']);
  });
});

describe('messages', () => {
  it('have every word that strips are made of', () => {
    const keys = [
      ...NEXT.map((n) => `next.${n}`),
      ...MARKS.map((m) => `mark.${m}`),
      ...FILTERS.map((f) => `filter.${f}`),
    ];
    for (const language of LANGUAGES)
      for (const key of keys) expect(messages[language], `${language} ${key}`).toHaveProperty([key]);
  });
});

describe('rows', () => {
  it('are drawn where they are seen', () => {
    expect(sliceOf(10_000, 50, 5_000, 500)).toEqual({ first: 94, last: 116 });
    expect(sliceOf(3, 50, 0, 500)).toEqual({ first: 0, last: 3 });
    expect(sliceOf(10, 50, 100_000, 500)).toEqual({ first: 4, last: 10 });
  });
  it('are brought into sight', () => {
    expect(reveal(3, 50, 0, 500)).toBeUndefined();
    expect(reveal(20, 50, 0, 500)).toBe(550);
    expect(reveal(1, 50, 100, 500)).toBe(50);
  });
});
