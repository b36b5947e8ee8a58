import { describe, expect, it } from 'vitest';

import { hiddenOf, seenOf, SHARE_LEVELS } from './eyes';
import { messages } from './messages';

describe('seenOf', () => {
  it('has what was told, and nothing that was not', () => {
    const seen = seenOf({
      source: 'intent rafale2',
      version: { as_of_ms: 5, level: 3, share: 's' },
      content: {
        as_of_ms: 5,
        call_sign: 'RAFALE2',
        domain: 'air',
        level: 'full',
        craft: [{}],
        volumes: [{}],
        state: 'accepted',
      },
    });
    expect(seen).toMatchObject({
      kind: 'intent',
      id: 'rafale2',
      callSign: 'RAFALE2',
      level: 'full',
      craft: 1,
      gone: false,
    });
    const busy = seenOf({
      source: 'intent atl44',
      version: { level: 1 },
      content: { domain: 'air', level: 'busy', volumes: [] },
    });
    expect(busy).toMatchObject({ callSign: undefined, level: 'busy', state: undefined, craft: 0 });
  });
  it('says when our own copy is gone', () => {
    expect(seenOf({ source: 'report R3', version: { level: 3, domain: 'information' }, through: 'us' })).toMatchObject({
      gone: true,
      level: 'full',
      through: 'us',
      domain: 'information',
    });
  });
});
it('hiddenOf counts those of the domain that are not shown', () => {
  const seen = [seenOf({ source: 'intent a', version: {} })];
  expect(
    hiddenOf(
      [
        { id: 'a', domain: 'air' },
        { id: 'b', domain: 'air' },
        { id: 'c', domain: 'sea' },
      ],
      seen,
      'air',
    ),
  ).toBe(1);
});
it('has words for every level', () => {
  for (const level of SHARE_LEVELS) expect(Object.keys(messages.en)).toContain(`level.${level}`);
});
