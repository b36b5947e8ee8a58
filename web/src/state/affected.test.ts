import { describe, expect, it } from 'vitest';

import { affected, intentsOf } from './affected';

describe('affected', () => {
  it('names the parts', () => {
    expect(affected('talk.message')).toEqual(['threads', 'overdue']);
    expect(affected('anchor.peer')).toEqual([]);
  });
});

describe('intentsOf', () => {
  it('finds them', () => {
    expect(intentsOf({ type: 'intent.accepted', request: { intent: 'i1' } })).toEqual(['i1']);
    expect(
      intentsOf({
        type: 'intent.expired',
        expired: [
          ['a', 2],
          ['b', 3],
        ],
      }),
    ).toEqual(['a', 'b']);
    expect(intentsOf({ type: 'f3548.created' })).toBeUndefined();
    expect(intentsOf(null)).toBeUndefined();
  });
});
