import { describe, expect, it } from 'vitest';

import type { Thread } from '../../api/documents';
import type { Sent, TalkMessage } from '../../state/threads.svelte';
import {
  answersOf,
  counterpartsOf,
  homeThread,
  merged,
  readsByShowing,
  sentMark,
  speaks,
  stopElapsed,
  threadsShown,
  translationsIn,
  waitsHere,
} from './threads';

const thread = (of: Partial<Thread>): Thread => ({
  opener: 'fr',
  thread: 't',
  parties: ['fr', 'us'],
  precedence: 'routine',
  state: 'settled',
  alarms: 0,
  unread: 0,
  waiting: 0,
  messages: 1,
  changed_ms: 0,
  ...of,
});
const message = (of: Partial<TalkMessage>): TalkMessage => ({
  content: 'c',
  from: 'us',
  number: 1,
  time_ms: 1,
  precedence: 'routine',
  echelon: 'centres',
  needs: 'read',
  recipients: ['fr'],
  ...of,
});
const sent = (of: Partial<Sent>): Sent => ({
  peer: 'us',
  hash: 'h',
  state: 'open',
  receipt: 'none',
  due_ms: 1,
  rounds: 0,
  alarm: false,
  ...of,
});

describe('counterparts', () => {
  it('stand in the order of the charter, with what waits both ways', () => {
    const found = counterpartsOf(
      ['fr', 'ru', 'us'],
      'fr',
      [thread({ unread: 2, changed_ms: 5 }), thread({ thread: 'x', alarms: 1, parties: ['fr', 'ru', 'us'] })],
      [
        { from: 'us', overdue: true, needs: 'read' },
        { from: 'us', needs: 'answer' },
        { from: 'us', needs: 'received' },
      ],
      [],
    );
    expect(found.map((c) => c.id)).toEqual(['ru', 'us']);
    expect(found[1]).toMatchObject({ unread: 2, alarms: 1, owed: 1, late: 1, changed_ms: 5 });
    expect(found[0]).toMatchObject({ unread: 0, alarms: 1, owed: 0 });
  });
  it('are spoken to in the thread of the two, whoever opened it', () => {
    expect(homeThread([], 'fr', 'us')).toEqual({ opener: 'fr', thread: 'talk-us' });
    expect(homeThread([thread({ opener: 'us', thread: 'talk-fr' }), thread({ thread: 'q1' })], 'fr', 'us')).toEqual({
      opener: 'us',
      thread: 'talk-fr',
    });
    expect(homeThread([thread({ thread: 'talk-all', parties: ['fr', 'ru', 'us'] })], 'fr', 'us')).toEqual({
      opener: 'fr',
      thread: 'talk-us',
    });
  });
  it('show what waits before what is new', () => {
    const of = [thread({ thread: 'a', changed_ms: 9 }), thread({ thread: 'b', changed_ms: 1, state: 'overdue' })];
    expect(threadsShown(of, 1).map((x) => x.thread)).toEqual(['b']);
  });
});

describe('messages', () => {
  it('have what was answered beside them: in words, or whose it is; ours to theirs always', () => {
    const words = [{ part: { text: {} }, shown: 'north of K4' }];
    const ours = message({
      sent: [
        sent({ answer: { kind: 'answer', parts: words } }),
        sent({ peer: 'ru', answer: { kind: 'agree', parts: [] } }),
        sent({ peer: 'tr', answer: { kind: 'answer', finding: 'mine' } }),
      ],
    });
    expect(answersOf(ours, 'fr').map((g) => [g.who, g.mark])).toEqual([
      ['us', 'answered'],
      ['tr', 'answered'],
    ]);
    expect(
      answersOf(message({ here: { hash: 'h', state: 'answered', answer: { kind: 'dispute' } } }), 'fr').map((g) => [
        g.who,
        g.mark,
      ]),
    ).toEqual([['fr', 'disputed']]);
    expect(answersOf(message({}), 'fr')).toEqual([]);
  });
  it('of STOP count until somebody has it in hand', () => {
    const stop = message({ precedence: 'stop', time_ms: 1_000, stop: { taken: false, elapsed_ms: 5 } });
    expect(stopElapsed(stop, 9_000)).toBe(8_000);
    expect(stopElapsed({ ...stop, stop: { taken: true, elapsed_ms: 5_000 } }, 9_000)).toBe(5_000);
    expect(stopElapsed({ ...stop, stop: { taken: true } }, 9_000)).toBeUndefined();
    expect(stopElapsed(message({}), 9_000)).toBeUndefined();
  });
  it('of several threads stand in the order of time', () => {
    const of = merged([
      { opener: 'fr', thread: 'a', messages: [message({ time_ms: 3 })] },
      { opener: 'us', thread: 'b', messages: [message({ time_ms: 2 })] },
    ]);
    expect(of.map((line) => line.thread)).toEqual(['b', 'a']);
  });
  it('a receipt is no answer, and a machine that turned it away is no officer who refused', () => {
    expect(sentMark(sent({}))).toBe('waits');
    expect(sentMark(sent({ alarm: true }))).toBe('overdue');
    expect(sentMark(sent({ receipt: 'read' }))).toBe('read');
    expect(sentMark(sent({ receipt: 'answered', answer: { kind: 'dispute' } }))).toBe('disputed');
    expect(sentMark(sent({ receipt: 'refused', refusal: 'officer' }))).toBe('refused');
    expect(sentMark(sent({ receipt: 'refused', refusal: 'frozen', alarm: true }))).toBe('turnedAway');
  });
  it('a STOP is not read by being shown', () => {
    expect(readsByShowing(message({ here: { hash: 'h', state: 'received' } }))).toBe(true);
    expect(readsByShowing(message({ precedence: 'stop', here: { hash: 'h', state: 'received' } }))).toBe(false);
    expect(readsByShowing(message({ here: { hash: 'h', state: 'read' } }))).toBe(false);
    expect(waitsHere(message({ here: { hash: 'h', state: 'read', settled_ms: 3 } }))).toBe(false);
  });
  it('tell the language of who wrote, and keep translations apart', () => {
    const lines = [
      {
        opener: 'fr',
        thread: 'a',
        message: message({ content: 'x', parts: [{ part: { text: { language: 'ru', text: 'да' } }, shown: 'да' }] }),
      },
      {
        opener: 'fr',
        thread: 'a',
        message: message({
          from: 'fr',
          parts: [{ part: { text: { language: 'fr', text: 'oui', translates: 'x' } }, shown: 'oui' }],
        }),
      },
    ];
    expect(speaks(lines, 'us')).toBe('ru');
    expect(speaks(lines, 'fr')).toBeUndefined();
    expect(translationsIn(lines).get('x')).toEqual([{ from: 'fr', language: 'fr', shown: 'oui' }]);
  });
});
