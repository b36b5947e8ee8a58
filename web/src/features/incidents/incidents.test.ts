import { describe, expect, it } from 'vitest';

import type { TalkMessage } from '../../state/threads.svelte';
import {
  alertTitle,
  askedIn,
  checkKnew,
  movesOf,
  readArg,
  unreadThen,
  verifyCommands,
  type IncidentDoc,
  type Side,
} from './incidents';

const side = (party: string, of: Partial<Side> = {}): Side => ({ party, state: 'open', text: '', shown: '', ...of });
const mark = (content: string, time_ms: number) => ({ content, entry: `e${content}`, time_ms });
const doc: IncidentDoc = {
  incident: 'i',
  opener: 'fr',
  over: false,
  shown: 't',
  time_ms: 1,
  content: 'o',
  sides: [
    side('fr', { statements: [mark('f1', 10), mark('f2', 30)], statement: { version: 2, knew: [] } }),
    side('us', {
      statements: [mark('u1', 40)],
      statement: {
        version: 1,
        knew: [
          { author: 'fr', content: 'f1', statement: 1 },
          { author: 'fr', content: 'o', statement: 0 },
        ],
      },
    }),
  ],
};

describe('what was known then', () => {
  it('is compared with what was told here', () => {
    expect(checkKnew({ author: 'fr', content: 'f1', statement: 1 }, doc)).toBe('same');
    expect(checkKnew({ author: 'fr', content: 'xx', statement: 1 }, doc)).toBe('differs');
    expect(checkKnew({ author: 'fr', content: 'o', statement: 0 }, doc)).toBe('same');
    expect(checkKnew({ author: 'ru', content: 'r', statement: 1 }, doc)).toBe('unknown');
  });
  it('shows what had been said and was not read yet', () => {
    expect(unreadThen(doc.sides[1] as Side, doc)).toEqual([{ author: 'fr', statement: 2 }]);
    expect(unreadThen(doc.sides[0] as Side, doc)).toEqual([]);
  });
});
it('who has said nothing cannot answer, dispute or close', () => {
  expect(movesOf(side('us'))).toEqual([]);
  expect(movesOf(side('us', { statements: [mark('u', 1)] }))).toEqual(['answered', 'disputed', 'closed']);
  expect(movesOf(side('us', { statements: [mark('u', 1)], state: 'closed' }))).toEqual([
    'open',
    'answered',
    'disputed',
  ]);
  expect(movesOf(undefined)).toEqual([]);
});
it('joins the answers to whose it is, of that time', () => {
  const query = (at_ms: number, more: Partial<TalkMessage>): TalkMessage => ({
    content: `c${String(at_ms)}`,
    from: 'fr',
    number: 1,
    time_ms: at_ms,
    precedence: 'immediate',
    echelon: 'floor',
    needs: 'answer',
    recipients: ['us'],
    parts: [{ part: { query: { at_ms, lat_e7: 0, lng_e7: 0, text: '' } } }],
    ...more,
  });
  const sent = { hash: 'h', state: 'done', receipt: 'answered' as const, due_ms: 0, rounds: 0, alarm: false };
  const found = askedIn(
    [
      query(100, {
        sent: [
          { ...sent, peer: 'us', answer: { kind: 'answer', finding: 'mine' } },
          { ...sent, peer: 'ru', receipt: 'read' },
        ],
      }),
      query(99_000_000, {}),
    ],
    'fr',
    { start_ms: 0, end_ms: 1000 },
  );
  expect(found).toHaveLength(1);
  expect(found[0]?.answers).toEqual([{ who: 'us', finding: 'mine', source: undefined, words: '' }]);
  expect(found[0]?.waits).toEqual(['ru']);
});
it('is asked for one, for a new one, or for the list', () => {
  expect(readArg({ opener: 'fr', incident: 'i' })).toEqual({ of: 'one', opener: 'fr', incident: 'i' });
  expect(readArg({ create: { alert: '4' } })).toEqual({ of: 'create', create: { alert: '4' } });
  expect(readArg('x')).toEqual({ of: 'list' });
  expect(verifyCommands('a.bundle', 'ar')[0]).toContain('--language ar');
});
it('is called as its alert is', () => {
  expect(alertTitle('Conflict predicted', ['MIRAGE1', 'EAGLE21'], undefined, '')).toBe(
    'Conflict predicted: MIRAGE1 – EAGLE21',
  );
  expect(alertTitle('Off plan', ['A1'], 'a1', '3 km aside')).toBe('Off plan: A1, a1. 3 km aside');
  expect(alertTitle('Source silent', [], '', '')).toBe('Source silent');
  expect(alertTitle('Off plan', [], undefined, 'x'.repeat(300))).toHaveLength(200);
});
