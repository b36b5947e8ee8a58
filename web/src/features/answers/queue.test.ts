import { describe, expect, it } from 'vitest';

import type { Flight, HomeVersion, Leg } from '../../api/documents';
import type { OwedItem } from '../../state/threads.svelte';
import { charterToAdopt, messageKind, nodeAnswers, queueOf, type QueueOf } from './queue';

const nothing: QueueOf = {
  self: 'fr',
  names: ['duty', 'duty@fr'],
  owed: [],
  legs: [],
  flights: [],
  pending: [],
  proposals: [],
  peers: undefined,
  control: [],
  meetings: [],
  incidents: [],
  watch: undefined,
};
const owed = (hash: string, of: Partial<OwedItem['row']>, parts: Record<string, unknown>[] = []): OwedItem => ({
  row: {
    hash,
    from: 'us',
    needs: 'answer',
    precedence: 'priority',
    state: 'received',
    opener: 'us',
    thread: 't',
    ...of,
  },
  message:
    parts.length === 0
      ? undefined
      : ({ parts: parts.map((part) => ({ part })), time_ms: 1 } as unknown as OwedItem['message']),
  problem: undefined,
});
const leg = (of: Partial<Leg>): Leg =>
  ({
    request: 'r1',
    flight: 'F1',
    call_sign: 'EAGLE1',
    home: 'us',
    zone: 'Z',
    state: 'held',
    overdue: false,
    unable: false,
    revoking: false,
    expires_ms: 900,
    window: { start_ms: 500, end_ms: 800 },
    ...of,
  }) as Leg;
const version = (of: Partial<HomeVersion>): HomeVersion =>
  ({ state: 'held', accepted: false, to: 'us', unable: false, request: 'r', ...of }) as HomeVersion;
const flight = (versions: HomeVersion[]): Flight =>
  ({
    id: 'M1',
    may_clear: false,
    why_not: '',
    versions,
    flight: { plan: { call_sign: 'MIRAGE1' } },
  }) as unknown as Flight;

describe('the queue', () => {
  it('has the STOP first, then what is due first, then what has no deadline', () => {
    const items = queueOf({
      ...nothing,
      owed: [
        owed('late', { due_ms: 900 }),
        owed('soon', { due_ms: 100 }),
        owed('stop', { due_ms: 5_000, precedence: 'stop' }),
      ],
      proposals: [{ author: 'us', peer: 'fr', hash: 'p', time_ms: 1 }],
    });
    expect(items.map((i) => i.key)).toEqual(['message:stop', 'message:soon', 'message:late', 'proposal:p']);
  });
  it('does not ask for what only a machine has to receipt', () => {
    expect(queueOf({ ...nothing, owed: [owed('a', { needs: 'received' })] })).toEqual([]);
  });
  it('tells queries, plans and calls for help from other messages', () => {
    expect(messageKind(owed('a', {}, [{ query: {} }]))).toBe('query');
    expect(messageKind(owed('a', {}, [{ text: {} }, { plan: {} }]))).toBe('plan');
    expect(messageKind(owed('a', {}, [{ danger: {} }]))).toBe('danger');
    expect(messageKind(owed('a', {}, [{ text: {} }]))).toBe('message');
    expect(messageKind(owed('a', { needs: 'read' }))).toBe('read');
  });
  it('names requests of others that the node answers, and what has to be freed by a person', () => {
    const items = queueOf({
      ...nothing,
      legs: [
        leg({ request: 'a', until_ms: 400 }),
        leg({ request: 'b', state: 'confirmed' }),
        leg({ request: 'c', state: 'confirmed', overdue: true, home: 'fr' }),
        leg({ request: 'd', home: 'fr' }),
        leg({ request: 'e', state: 'confirmed', revoking: true, unable: true }),
      ],
    });
    expect(items.map((i) => [i.key, i.kind, nodeAnswers(i)])).toEqual([
      ['leg:c', 'overstay', false],
      ['leg:a', 'held', true],
      ['leg:e', 'unable', false],
    ]);
  });
  it('asks for what officers answer, by the time at which it lapses', () => {
    const items = queueOf({
      ...nothing,
      legs: [
        leg({ request: 'a', state: 'asked', standby_ms: 400, answer_by_ms: 400 }),
        leg({ request: 'b', state: 'held', until_ms: 300, answer_by_ms: 300 }),
        leg({ request: 'c', state: 'asked', standby_ms: 200 }),
      ],
    });
    expect(items.map((i) => [i.key, i.kind, i.deadline_ms, nodeAnswers(i)])).toEqual([
      ['leg:c', 'asked', 200, true],
      ['leg:b', 'toConfirm', 300, false],
      ['leg:a', 'request', 400, false],
    ]);
  });
  it('asks for an answer to counters, by the first hold that ends, and to what an owner wants back', () => {
    const items = queueOf({
      ...nothing,
      flights: [
        flight([
          version({ until_ms: 300, time_shift_ms: 60_000 }),
          version({ until_ms: 200, level_shift_cm: 1 }),
          version({ until_ms: 100 }),
          version({ state: 'confirmed', revoke: 'h', revoked_by: 'ru' }),
        ]),
      ],
    });
    expect(items.map((i) => [i.kind, i.deadline_ms, i.who])).toEqual([
      ['counter', 200, 'us'],
      ['revoke', undefined, 'ru'],
    ]);
  });
  it('knows whose pending act it is', () => {
    const act = (id: string, by: string) =>
      ({
        id,
        by,
        asked_ms: 1,
        expires_ms: 2,
        state: 'waiting',
        request: { act: {}, cmd: 'c', kind: 'relation.propose' },
      }) as const;
    const items = queueOf({
      ...nothing,
      pending: [act('1', 'duty'), act('2', 'chief'), { ...act('3', 'chief'), state: 'done' }],
    });
    expect(items.map((i) => [i.key, i.kind])).toEqual([
      ['act:1', 'ownPending'],
      ['act:2', 'second'],
    ]);
  });
  it('does not ask for proposals of its own', () => {
    expect(queueOf({ ...nothing, proposals: [{ author: 'fr', peer: 'us', hash: 'p', time_ms: 1 }] })).toEqual([]);
  });
  it('asks to adopt what others have adopted, once', () => {
    const peers = (pending: number | undefined) => ({
      self: 'fr',
      charter: { in_force: 1, trouble: '', ...(pending === undefined ? {} : { pending }) },
      peers: [{ id: 'us', url: '', acknowledged: 0, held: 0, known: 0, pinned: false, trouble: '', adopted: 2 }],
    });
    expect(charterToAdopt(peers(undefined))).toEqual({ version: 2, by: ['us'] });
    expect(charterToAdopt(peers(2))).toBeUndefined();
    expect(charterToAdopt(undefined)).toBeUndefined();
  });
  it('tells of caveats that nobody has accepted, and incidents without our statement', () => {
    const window = { start_ms: 5, end_ms: 9 };
    const items = queueOf({
      ...nothing,
      meetings: [
        {
          met: 'm1',
          accepted: [],
          body: { caveat: 'c', home: 'fr', flight: 'M1', meets: [{ manager: 'us', name: 'x', window }] },
        },
        {
          met: 'm2',
          accepted: [{}],
          body: { caveat: 'c', home: 'fr', flight: 'M1', meets: [{ manager: 'us', name: 'x', window }] },
        },
      ],
      incidents: [
        { opener: 'us', incident: 'i1', over: false, sides: [{ party: 'fr', state: 'open', statements: 0 }] },
        { opener: 'us', incident: 'i2', over: false, sides: [{ party: 'fr', state: 'open', statements: 1 }] },
      ],
    });
    expect(items.map((i) => i.key)).toEqual(['caveat:m1', 'incident:us/i1']);
  });
});

describe('words', () => {
  it('are there for every kind in the queue', async () => {
    const { messages } = await import('./messages');
    const { ITEM_KINDS } = await import('./queue');
    const { ACT_KINDS, kindKey } = await import('./kinds');
    for (const kind of ITEM_KINDS)
      for (const of of ['short', 'kind', 'title']) expect(messages.en, kind).toHaveProperty([`${of}.${kind}`]);
    for (const kind of ACT_KINDS) expect(messages.en).toHaveProperty([kindKey(kind).replace('answers.', '')]);
    expect(kindKey('unheard.of')).toBe('answers.act.other');
  });
});
