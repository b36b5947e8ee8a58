import { describe, expect, it } from 'vitest';

import type { Track } from '../../api/documents';
import type { TalkMessage } from '../../state/threads.svelte';
import { fromTrack, letterOf, readTyped, type Typed } from './form';
import { queriesOf, verdictOf } from './queries';

const now = Date.UTC(2026, 10, 26, 12, 0, 0);
const typed: Typed = {
  place: '35°20′15″N 036°12′08″E',
  time: '11:58Z',
  level: 'FL200',
  track: 'T7',
  text: '',
  recipients: ['us', 'ru'],
  due: '5',
};

describe('a query', () => {
  it('becomes a letter over the floor, to all who are asked', () => {
    const read = readTyped(typed, now, 'ft');
    expect(read.wrong).toEqual([]);
    expect(letterOf(typed, read, now, 'whose-1')).toEqual({
      due_ms: now + 300_000,
      echelon: 'floor',
      needs: 'answer',
      parts: [
        {
          query: {
            at_ms: now - 120_000,
            band: { ref: 'fl', lower_cm: 594_360, upper_cm: 624_840 },
            lat_e7: 353_375_000,
            lng_e7: 362_022_222,
            text: '',
            track: 'T7',
          },
        },
      ],
      precedence: 'immediate',
      recipients: ['ru', 'us'],
      thread: 'whose-1',
    });
  });
  it('says what cannot be read, and asks of no time that is to come', () => {
    const read = readTyped({ ...typed, place: 'there', time: '13:00Z', level: 'high', recipients: [] }, now, 'ft');
    expect(read.wrong).toEqual(['place', 'time', 'level', 'recipients']);
    expect(letterOf(typed, read, now, 't')).toBeUndefined();
  });
  it('is filled in from a track', () => {
    const track = {
      position: [1, 2],
      time_ms: now,
      domain: 'air',
      pressure_cm: 609_600,
      label: 'L1',
    } as unknown as Track;
    expect(fromTrack(track, (lat, lng) => `${String(lat)} ${String(lng)}`)).toEqual({
      place: '1 2',
      time: '12:00:00Z',
      level: 'FL200',
      track: 'L1',
    });
  });
});

const message = (of: Partial<TalkMessage>): TalkMessage =>
  ({
    content: 'c',
    from: 'fr',
    time_ms: 1,
    parts: [{ part: { query: { at_ms: 1, lat_e7: 0, lng_e7: 0 } } }],
    ...of,
  }) as TalkMessage;
const side = (peer: string, finding?: string) => ({
  peer,
  receipt: finding === undefined ? 'read' : 'answered',
  due_ms: 5,
  ...(finding === undefined ? {} : { answer: { kind: 'answer', finding } }),
});

describe('the list of queries', () => {
  const of = (...sides: ReturnType<typeof side>[]) =>
    queriesOf(
      [
        {
          opener: 'fr',
          thread: 't',
          messages: [message({ sent: sides as unknown as NonNullable<TalkMessage['sent']> })],
        },
      ],
      'fr',
    )[0];
  it('has only messages that ask, the newest first, with each side', () => {
    const found = queriesOf(
      [
        {
          opener: 'us',
          thread: 't',
          messages: [
            message({ content: 'old', from: 'us', time_ms: 1, here: { hash: 'h', state: 'read' } }),
            message({ content: 'new', time_ms: 9, sent: [] }),
            message({ content: 'text', parts: [{ part: { text: {} } }] }),
          ],
        },
      ],
      'fr',
    );
    expect(found.map((q) => [q.key, q.mine, q.hash])).toEqual([
      ['us/t/new', true, undefined],
      ['us/t/old', false, 'h'],
    ]);
    expect(found[1]?.sides[0]).toMatchObject({ who: 'fr', receipt: 'read' });
  });
  it('does not decide between two who claim it', () => {
    const verdict = (...sides: ReturnType<typeof side>[]) => {
      const query = of(...sides);
      return query === undefined ? undefined : verdictOf(query);
    };
    expect(verdict(side('us'), side('ru', 'not_mine'))).toBe('open');
    expect(verdict(side('us', 'mine'), side('ru'))).toBe('mine');
    expect(verdict(side('us', 'mine'), side('ru', 'mine'))).toBe('several');
    expect(verdict(side('us', 'not_mine'), side('ru', 'not_mine'))).toBe('nobody');
    expect(verdict(side('us', 'declined'), side('ru', 'not_mine'))).toBe('partly');
  });
});
